//! The metrics of `production_pool`, read by a real Prometheus.
//!
//! Without `prometheus` and `promtool` on this machine, these tests test nothing, and say so. With
//! the variable `PROMETHEUS_NEEDED`, they fail.
#![cfg(unix)]

mod common;
mod service;

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, fs, io};

use service::{get, start_with_metrics, sum};

/// Whether there is a Prometheus.
fn is_there() -> bool {
    let starts = |program| {
        let mut command = Command::new(program);
        let version = command.arg("--version").stdout(Stdio::null());
        version.stderr(Stdio::null()).status().is_ok()
    };
    let both = starts("prometheus") && starts("promtool");
    if !both {
        assert!(
            env::var_os("PROMETHEUS_NEEDED").is_none(),
            "no prometheus, or no promtool"
        );
        // Past the capture of the test's output.
        let _ = writeln!(io::stderr(), "NOT TESTED: no prometheus here");
    }
    both
}

#[test]
fn promtool_has_no_complaint() {
    if !is_there() {
        return;
    }
    let (_running, address) = start_with_metrics("--duration-secs 0");
    let (_, _, metrics) = get(&address, "/metrics");
    let mut promtool = Command::new("promtool");
    let mut promtool = promtool
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it is there");
    let mut stdin = promtool.stdin.take().expect("piped");
    stdin.write_all(metrics.as_bytes()).expect("it reads");
    drop(stdin);
    let output = promtool.wait_with_output().expect("it ends");
    let complaints = [output.stdout, output.stderr].concat();
    assert_eq!(String::from_utf8_lossy(&complaints), "");
    assert!(output.status.success());
}

/// A Prometheus, and its folder. Both are gone when it is dropped.
struct Prometheus {
    child: Child,
    address: String,
    folder: PathBuf,
}

/// The page of the book, from this heading to the next.
fn section(heading: &str) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/book/pages/production_pool.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, rest) = page.split_once(heading).expect("it has this section");
    rest.split("\n## ").next().unwrap_or_default().to_string()
}

impl Prometheus {
    /// Starts one with the `prometheus.yml` of the book, but it watches this address, and looks more
    /// often.
    fn watching(target: &str) -> Prometheus {
        let section = section("## Watch it\n");
        let (_, config) = section.split_once("```yaml\n").expect("a file");
        let (config, _) = config.split_once("```").expect("its end");
        for part in ["127.0.0.1:9898", "scrape_interval: 1s"] {
            assert_eq!(config.matches(part).count(), 1, "{config}");
        }
        let config = config.replace("127.0.0.1:9898", target);
        let config = config.replace("scrape_interval: 1s", "scrape_interval: 500ms");

        let folder = format!("prometheus-{}", process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("prometheus.yml"), config).expect("a file");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let address = free.expect("a free port").to_string();
        let log = fs::File::create(folder.join("log")).expect("a file");
        let child = Command::new("prometheus")
            .arg(format!("--web.listen-address={address}"))
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("it is there");
        Prometheus {
            child,
            address,
            folder,
        }
    }

    /// The answer that this query had at this time.
    #[track_caller]
    fn ask(&self, query: &str, time: SystemTime) -> f64 {
        let url = format!("http://{}", self.address);
        let time = time.duration_since(UNIX_EPOCH).expect("not before 1970");
        let time = format!("--time={:.3}", time.as_secs_f64());
        let promtool = Command::new("promtool")
            .args(["query", "instant", &time, &url, query])
            .output()
            .expect("it is there");
        let answer = String::from_utf8_lossy(&promtool.stdout);
        let value = match answer.lines().collect::<Vec<_>>()[..] {
            [line] => line.split_once(" => "),
            _ => None,
        };
        let value = value.and_then(|(_, value)| value.split(' ').next()?.parse().ok());
        value.unwrap_or_else(|| panic!("{query}: {promtool:?}"))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Two and a half times as much as the workers can do. So they are busy, the queue is full, and more
/// than half is rejected.
#[test]
fn five_queries_tell_how_an_overloaded_service_is_doing() {
    if !is_there() {
        return;
    }
    let section = section("## Watch it\n");
    let rows = section.lines().filter(|line| line.ends_with("` |"));
    let queries: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let [busy, full, most_busy, wait, rejected] = queries[..] else {
        panic!("expected five queries: {queries:?}");
    };

    let flags = "--work-ms 500 --rate 20 --duration-secs 10 --grace-secs 20";
    let (mut running, address) = start_with_metrics(flags);
    let prometheus = Prometheus::watching(&address);
    running.wait_for("no more jobs come");
    // From now on, no job is accepted or rejected. But the drain takes longer than that.
    let in_the_drain = SystemTime::now() + Duration::from_secs(1);
    let ended = running.end();
    let sum = sum(&ended);
    assert!(SystemTime::now() > in_the_drain);

    let total = |name| prometheus.ask(&format!("worker_pool_jobs_{name}_total"), in_the_drain);
    assert_eq!(total("accepted"), sum.accepted as f64);
    assert_eq!(total("rejected"), sum.rejected as f64);
    let answers = [busy, full, most_busy, wait, rejected];
    let answers = answers.map(|query| prometheus.ask(query, in_the_drain));
    println!("{answers:?}");
    let [busy, full, most_busy, wait, rejected] = answers;
    assert!((0.8..=1.0).contains(&busy), "{answers:?}");
    assert!((0.5..=1.0).contains(&full), "{answers:?}");
    assert_eq!(most_busy, 1.0, "{answers:?}");
    // Behind a full queue, a job waits until each worker has done four: 2 s.
    assert!((1.0..=3.0).contains(&wait), "{answers:?}");
    // Not the same as the last line says: what came before Prometheus looked for the first time does
    // not count, and all of that was accepted. That is one or two seconds of ten.
    let expected = sum.rejected as f64 / sum.arrived as f64;
    assert!(
        (expected..expected + 0.2).contains(&rejected),
        "{answers:?}: {expected}"
    );
}
