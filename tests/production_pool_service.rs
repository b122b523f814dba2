//! `production_pool`: the last line of the service adds up, however the service ends. Its metrics
//! agree with that line.

mod common;
mod service;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::{Ended, LIMIT, Running, numbers, run, start};
use service::{SERVICE, get, scrape, start_with_metrics, sum};

/// Long enough between two signals to count as two.
#[cfg(unix)]
const SIGNAL_GAP: Duration = Duration::from_millis(400);

#[test]
fn the_service_runs_for_its_time_drains_and_adds_up() {
    // All at once, because each run takes two seconds.
    let runs: Vec<Running> = (1..=20)
        .map(|seed| {
            let flags = "--metrics off --duration-secs 2 --rate 200 --work-ms 20";
            start(
                SERVICE,
                &format!("{flags} --panic-percent 30 --seed {seed}"),
            )
        })
        .collect();
    for running in runs {
        let ended = running.end();
        assert_eq!(ended.status, Some(0), "{ended:#?}");
        let sum = sum(&ended);
        assert!(sum.done > 0 && sum.failed > 0, "{sum:?}");
        // The pauses keep the rate: 400 jobs in 2 s, and a last burst of 200 at most.
        assert!(sum.arrived <= 600, "{sum:?}");
        assert_eq!((sum.never_started, sum.interrupted), (0, 0));

        // Each failure has one line, without the usual message of a panic.
        let says = |text| {
            ended
                .stderr
                .iter()
                .filter(|line| line.contains(text))
                .count()
        };
        assert_eq!(says("panicked"), sum.failed, "{ended:#?}");
        assert_eq!(says(" panicked: caused by --panic-percent"), sum.failed);
        let of_bursts = ended
            .stderr
            .iter()
            .filter(|line| line.contains(" rejected, job "));
        assert!(
            of_bursts
                .clone()
                .all(|line| line.ends_with("the queue is full"))
        );
        let in_bursts: usize = of_bursts.map(|line| numbers(line)[0]).sum();
        assert_eq!(in_bursts, sum.rejected);
        assert_eq!(
            says("no more jobs come") + says("all accepted jobs are done after "),
            2
        );
        let [.., waited, _, _] = &ended.stdout[..] else {
            panic!("{ended:#?}");
        };
        assert!(
            waited.starts_with("the jobs that started had waited "),
            "{waited}"
        );
        let status = &ended.stdout[0];
        assert!(status.starts_with("  1 s  queue ["), "{status}");
    }
}

/// How many attempts to submit a job were rejected so far: the end of the last status line.
fn rejected_attempts(ended: &Ended) -> usize {
    let is_status = |line: &&String| line.contains(" s  queue [");
    let last = ended.stdout.iter().rfind(is_status);
    let numbers = numbers(last.expect("a status line"));
    *numbers.last().expect("a number")
}

#[test]
fn a_service_that_waits_while_the_queue_is_full_rejects_no_burst() {
    // More jobs come than the workers can do.
    let flags = "--metrics off --duration-secs 2.5 --rate 400 --work-ms 20 --when-full wait";
    let ended = run(SERVICE, flags);
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = sum(&ended);
    // At the end, there may be no room for the rest of a burst.
    let lines = ended.stderr.iter();
    let of_bursts = lines.filter(|line| line.contains(" rejected, job "));
    assert!(of_bursts.count() <= 1, "{ended:#?}");
    assert!(sum.rejected < 400, "{sum:?}");
    // Each wait makes room for half of the queue of 16: this is not a loop that tries all the time.
    let attempts = rejected_attempts(&ended);
    assert!(attempts > 0, "{ended:#?}");
    assert!(
        attempts <= sum.accepted / 8 + 1 + sum.rejected,
        "{ended:#?}"
    );
    let summary = ended.stderr.join(" ");
    assert!(summary.contains("the submitter waited"), "{ended:#?}");
}

#[test]
fn a_service_that_waits_for_room_sees_the_end() {
    // The queue fills up, and then nothing changes until the stop.
    let flags = "--metrics off --duration-secs 1.5 --work-ms 3600000 --grace-secs 0";
    let ended = run(SERVICE, &format!("{flags} --when-full wait"));
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = sum(&ended);
    assert_eq!(sum.accepted, 20);
    let bursts = 2 * 25; // those that fill the queue, and the rest of the last one
    assert!((1..bursts).contains(&sum.rejected), "{sum:?}");
}

#[test]
fn a_service_that_retries_submits_the_oldest_jobs_first() {
    // The queue fills up, and then nothing changes until the stop.
    let flags = "--metrics off --duration-secs 1.5 --rate 100 --work-ms 3600000 --grace-secs 0";
    let ended = run(SERVICE, &format!("{flags} --when-full retry"));
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = sum(&ended);
    assert_eq!(sum.accepted, 20);
    let lines = ended.stderr.iter();
    let of_bursts: Vec<_> = lines
        .filter(|line| line.contains(" rejected, job "))
        .map(|line| numbers(line))
        .collect();
    let [first, retried @ ..] = &of_bursts[..] else {
        panic!("{ended:#?}");
    };
    assert!(!retried.is_empty(), "{ended:#?}");
    let mut before = first[0];
    for numbers in retried {
        let [count, submitted, job] = numbers[..] else {
            panic!("{ended:#?}");
        };
        assert_eq!(job, 21, "the oldest job that came back goes first");
        assert_eq!(count, submitted, "nothing fits");
        assert!(
            count > before,
            "{count} jobs with the new ones, {before} before"
        );
        before = count;
    }
    assert_eq!(before, sum.rejected, "each job is counted once");
}

#[test]
fn the_shortest_duration_is_not_until_ctrl_c() {
    let ended = run(SERVICE, "--metrics off --duration-secs 1e-12 --work-ms 1");
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    sum(&ended);
}

#[test]
fn the_same_seed_gives_the_same_jobs() {
    // Jobs so long that the queue fills up, and then nothing changes until the stop.
    let flags = "--metrics off --duration-secs 0.1 --work-ms 3600000 --grace-secs 0 --seed";
    let arrived = |seed| sum(&run(SERVICE, &format!("{flags} {seed}"))).arrived;
    assert_eq!(arrived(7), arrived(7));
    assert_ne!(arrived(7), arrived(8));
}

#[test]
fn the_grace_period_ends_the_drain() {
    let flags = "--metrics off --work-ms 3600000 --duration-secs 0.1 --grace-secs 0.2";
    let start = Instant::now();
    let ended = run(SERVICE, flags);
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "the default is 5 s"
    );
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = sum(&ended);
    assert_eq!(
        (sum.accepted, sum.never_started, sum.interrupted),
        (20, 16, 4)
    );
    let says_so = |line: &String| line.starts_with("time is up: stopped after ");
    assert!(ended.stderr.iter().any(says_so), "{ended:#?}");
}

#[cfg(unix)]
#[test]
fn the_first_signal_drains() {
    for signal in ["TERM", "INT"] {
        let flags = "--metrics off --duration-secs 0 --work-ms 300 --grace-secs 20";
        let mut running = start(SERVICE, flags);
        running.wait_for("rejected"); // the queue is full
        running.signal(signal);
        running.wait_for("no more jobs come");
        running.wait_for("all accepted jobs are done");
        let ended = running.end();
        assert_eq!(ended.status, Some(0), "{ended:#?}");
        let sum = sum(&ended);
        assert_eq!((sum.never_started, sum.interrupted), (0, 0));
        assert!(sum.accepted >= 20);
    }
}

#[cfg(unix)]
#[test]
fn the_second_signal_stops_at_once() {
    let flags = "--metrics off --duration-secs 0 --work-ms 3600000 --grace-secs 3600";
    let mut running = start(SERVICE, flags);
    running.wait_for("rejected"); // the queue is full
    running.signal("TERM");
    running.wait_for("no more jobs come");
    assert!(running.runs_for(SIGNAL_GAP), "one signal stopped it");
    running.signal("TERM");
    running.wait_for("second signal: stopped");
    let ended = running.end();
    assert_eq!(ended.status, Some(130), "{ended:#?}");
    let sum = sum(&ended);
    assert_eq!(
        (sum.accepted, sum.never_started, sum.interrupted),
        (20, 16, 4)
    );
}

#[cfg(unix)]
#[test]
fn two_signals_at_once_count_as_one() {
    let flags = "--metrics off --duration-secs 0 --work-ms 200 --grace-secs 20";
    let mut running = start(SERVICE, flags);
    running.wait_for("rejected"); // the queue is full
    running.signal("HUP");
    running.signal("HUP");
    running.wait_for("all accepted jobs are done");
    let ended = running.end();
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    assert_eq!(sum(&ended).interrupted, 0);
}

#[cfg(unix)]
#[test]
fn repeated_signals_stop_the_service() {
    let flags = "--metrics off --duration-secs 0 --work-ms 3600000 --grace-secs 3600";
    let mut running = start(SERVICE, flags);
    running.wait_for("rejected"); // the queue is full
    // Like a Ctrl-C that is held down.
    let mut still_runs = || {
        running.signal("INT");
        running.runs_for(Duration::from_millis(100))
    };
    assert!((0..100).any(|_| !still_runs()), "no signal stopped it");
    assert_eq!(running.end().status, Some(130));
}

#[cfg(unix)]
#[test]
fn a_first_signal_during_the_drain_does_not_stop_the_service() {
    let flags = "--metrics off --duration-secs 0.1 --work-ms 3600000 --grace-secs 3600";
    let mut running = start(SERVICE, flags);
    running.wait_for("no more jobs come");
    // In other lessons, nobody takes a signal that comes so late, and it ends the program.
    assert!(running.runs_for(Duration::from_millis(1_200)));
    running.signal("TERM");
    assert!(running.runs_for(SIGNAL_GAP), "one signal stopped it");
    running.signal("TERM");
    let ended = running.end();
    assert_eq!(ended.status, Some(130), "{ended:#?}");
    assert_eq!(sum(&ended).interrupted, 4);
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_terminal_drains_the_service() {
    let svg = std::env::temp_dir().join(format!("worker-pools-{}.svg", std::process::id()));
    let flags = format!(
        "--metrics off --duration-secs 0 --work-ms 300 --panic-percent 0 --grace-secs 20 --svg {}",
        svg.display()
    );
    // `script` is the terminal. Without a shell between them, its child gets the SIGHUP.
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &format!("exec {SERVICE} {flags}"), "/dev/null"]);
    command.stdin(std::process::Stdio::null());
    let mut terminal = common::start_command(command);
    while !terminal.line().contains("rejected") {} // the queue is full
    drop(terminal); // kills it

    // The picture comes after the last line, at the very end.
    let deadline = Instant::now() + LIMIT;
    let drawn = loop {
        let drawn = std::fs::read_to_string(&svg).unwrap_or_default();
        if drawn.ends_with("</svg>\n") {
            break drawn;
        }
        assert!(
            Instant::now() < deadline,
            "the service ended without its picture"
        );
        thread::sleep(Duration::from_millis(10));
    };
    std::fs::remove_file(&svg).expect("the file is ours");
    // Every accepted job was done: the pool was drained.
    let bars = |class: &str| drawn.matches(&format!("class=\"bar {class}\"")).count();
    assert!(bars("done") >= 20, "{} jobs", bars("done"));
    assert_eq!(bars("interrupted") + bars("unended"), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn the_drain_needs_no_new_thread() {
    // At the shutdown the system could refuse one, and then accepted jobs would be lost.
    let flags = "--metrics off --duration-secs 0 --work-ms 3600000 --grace-secs 3600";
    let mut running = start(SERVICE, flags);
    running.wait_for("rejected"); // the queue is full
    let before = running.threads();
    running.signal("TERM");
    running.wait_for("no more jobs come");
    assert!(running.runs_for(SIGNAL_GAP), "it stops");
    assert_eq!(running.threads(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_the_system_refuses_get_one_clear_line() {
    // If the last stack leaves almost no memory, its thread aborts the program. A stack takes 2 MB,
    // so most of these limits leave enough.
    let ended = [600_000, 600_500, 601_000, 601_500].map(|limit| {
        let mut command = std::process::Command::new("sh");
        let flags = "--metrics off --workers 1000 --duration-secs 0.1";
        let limited = format!("ulimit -v {limit}; exec timeout -s KILL 8 \"$0\" {flags}");
        command.env("RUST_BACKTRACE", "0");
        command.args(["-c", &limited, SERVICE]);
        common::start_command(command).end()
    });
    let is_clear = |ended: &&common::Ended| {
        let says_so = |line: &String| line.starts_with("error: cannot start 1000 workers: ");
        ended.status == Some(1) && ended.stderr.len() == 1 && says_so(&ended.stderr[0])
    };
    assert!(ended.iter().filter(is_clear).count() >= 2, "{ended:#?}");
}

#[test]
fn metrics_add_up_while_jobs_run() {
    let (_running, address) =
        start_with_metrics("--duration-secs 0 --rate 400 --work-ms 8 --jitter 100");
    let mut before = scrape(&address);
    for _ in 0..100 {
        let now = scrape(&address);
        let value = |name: &str| now[&format!("worker_pool_{name}")];
        let in_pool = value("jobs_queued") + value("workers_active");
        let processed = value("jobs_processed_total");
        assert_eq!(value("jobs_accepted_total"), in_pool + processed, "{now:?}");
        assert!(value("jobs_failed_total") <= processed, "{now:?}");
        assert!(value("workers_active") <= 4 && in_pool <= 20, "{now:?}");
        assert_eq!((value("workers"), value("queue_capacity")), (4, 16));
        assert!(value("job_run_seconds_count") <= value("job_wait_seconds_count"));
        for (name, value) in now.iter().filter(|(name, _)| name.ends_with("_total")) {
            assert!(*value >= before[name], "{before:?} {now:?}");
        }
        before = now;
    }
}

#[test]
fn metrics_match_the_last_line() {
    // Every job panics. The drain takes four rounds, so the test has time to look at it.
    let flags = "--duration-secs 1 --rate 100 --work-ms 500 --panic-percent 100";
    let (mut running, address) = start_with_metrics(flags);
    running.wait_for("panicked");
    running.wait_for("no more jobs come");
    while get(&address, "/healthz").0 == 200 {
        thread::yield_now(); // the line is printed just before the shutdown
    }
    let scraped = scrape(&address);
    let sum = sum(&running.end());

    let value = |name: &str| scraped[&format!("worker_pool_{name}")] as usize;
    assert_eq!(value("jobs_accepted_total"), sum.accepted);
    assert_eq!(value("jobs_rejected_total"), sum.rejected);
    assert_eq!(value("jobs_never_started_total"), 0);
    let in_pool = value("jobs_queued") + value("workers_active");
    assert_eq!(value("jobs_processed_total"), sum.accepted - in_pool);
    assert_eq!(value("jobs_failed_total"), sum.failed - in_pool);
    assert!(in_pool > 0 && sum.failed > in_pool, "{scraped:?} {sum:?}");
    // What each of the four workers is just about to count may be missing.
    let processed = value("jobs_processed_total");
    let started = processed + value("workers_active");
    assert!((processed..=processed + 4).contains(&value("job_run_seconds_count")));
    assert!((started - 4..=started + 4).contains(&value("job_wait_seconds_count")));
}

#[test]
fn a_connection_gets_one_answer() {
    let (_running, address) = start_with_metrics("--duration-secs 0");
    let mut client = TcpStream::connect(&address).expect("it listens");
    client.set_read_timeout(Some(LIMIT)).expect("a timeout");
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
    client.write_all(request.as_bytes()).expect("it reads");
    let mut answers = String::new();
    // To the end: the service hangs up after one answer.
    client.read_to_string(&mut answers).expect("it answers");
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    assert!(answers.ends_with("\r\n\r\nok\n"), "{answers}");
}

#[test]
fn healthz_tells_whether_jobs_are_accepted() {
    // No job ends, so the service drains until the test is over.
    let flags = "--duration-secs 2 --work-ms 3600000 --grace-secs 3600";
    let (mut running, address) = start_with_metrics(flags);
    assert_eq!(get(&address, "/healthz").0, 200);
    running.wait_for("rejected");
    assert_eq!(get(&address, "/healthz").0, 200, "a full queue is healthy");
    running.wait_for("no more jobs come");
    while get(&address, "/healthz").0 == 200 {
        thread::yield_now(); // the line is printed just before the shutdown
    }
    let (status, _, body) = get(&address, "/healthz");
    assert_eq!((status, &body[..]), (503, "shutting down\n"));
    assert_eq!(scrape(&address)["worker_pool_workers_active"], 4);
}

#[test]
fn other_pages_and_methods_get_an_answer() {
    let (_running, address) = start_with_metrics("--duration-secs 0");
    assert_eq!(get(&address, "/nonsense").0, 404);
    assert_eq!(get(&address, "/metrics?all").0, 200);
    for method in ["HEAD", "POST"] {
        let mut client = TcpStream::connect(&address).expect("it listens");
        client.set_read_timeout(Some(LIMIT)).expect("a timeout");
        let request = format!(
            "{method} /metrics HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        client.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 405 "), "{method}: {answer}");
        assert!(
            answer.ends_with("content-length: 0\r\n\r\n"),
            "{method}: {answer}"
        );
    }
}

#[test]
fn a_port_in_use_gets_one_clear_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address");
    let ended = run(SERVICE, &format!("--metrics {address}"));
    assert_eq!(ended.status, Some(1));
    assert_eq!(ended.stdout, [""; 0]);
    let [line] = &ended.stderr[..] else {
        panic!("expected one line: {ended:#?}");
    };
    let says = format!("error: cannot listen on {address}: ");
    assert!(line.starts_with(&says), "{line}");
}

#[test]
fn without_metrics_the_service_does_not_mention_them() {
    let ended = run(SERVICE, "--metrics off --duration-secs 0.1 --work-ms 1");
    assert!(!ended.stderr.iter().any(|line| line.contains("metrics")));
}
