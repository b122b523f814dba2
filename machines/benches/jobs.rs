//! Jobs a second, with jobs that do nothing: in one process, and through the engine.
//!
//! `cargo bench -p machines`; with `-- --test`, a few jobs only, to see that it works.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use crossbeam_channel::bounded;

const MACHINES: &str = env!("CARGO_BIN_EXE_machines");
const PROCESSES: usize = 2;
const WORKERS: usize = 4;

fn main() {
    let is_test = env::args().any(|arg| arg == "--test");
    let (jobs, rounds) = if is_test { (100, 1) } else { (10_000, 5) };
    let engine =
        |fsync: &'static str, take: usize| move |jobs| through_the_engine(jobs, fsync, take);
    type Measure = Box<dyn Fn(usize) -> Duration>;
    let contenders: [(&str, Measure); 4] = [
        ("in one process", Box::new(in_one_process)),
        ("log written every second", Box::new(engine("everysec", 1))),
        (
            "the same, 50 jobs in a hand",
            Box::new(engine("everysec", 50)),
        ),
        ("log written at each change", Box::new(engine("always", 1))),
    ];
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((_, measure), times) in contenders.iter().zip(&mut times) {
            times.push(measure(jobs));
        }
    }
    println!("| {jobs} jobs that do nothing, {PROCESSES} × {WORKERS} workers | jobs a second |");
    println!("|---|---:|");
    for ((name, _), mut times) in contenders.iter().zip(times) {
        times.sort();
        let median = times[times.len() / 2].as_secs_f64();
        println!("| {name} | {:.0} |", jobs as f64 / median);
    }
}

/// As many workers, on threads of one process.
fn in_one_process(jobs: usize) -> Duration {
    let start = Instant::now();
    let (jobs_tx, jobs_rx) = bounded::<usize>(1_024);
    let (results_tx, results_rx) = bounded::<usize>(1_024);
    thread::scope(|scope| {
        for _ in 0..PROCESSES * WORKERS {
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            scope.spawn(move || {
                for job in jobs {
                    results.send(job * 2).expect("main reads");
                }
            });
        }
        drop(results_tx);
        scope.spawn(move || {
            for job in 0..jobs {
                jobs_tx.send(job).expect("main keeps a receiver");
            }
        });
        assert_eq!(results_rx.iter().count(), jobs);
    });
    start.elapsed()
}

/// The jobs are in the queue before the workers start.
fn through_the_engine(jobs: usize, fsync: &str, take: usize) -> Duration {
    let folder = env::temp_dir().join(format!("machines-bench-{}", process::id()));
    fs::create_dir(&folder).expect("a new folder");
    let socket = folder.join("socket");
    let mut server = Command::new("redis-server");
    server.args(["--port", "0", "--save", "", "--appendonly", "yes"]);
    server
        .arg("--unixsocket")
        .arg(&socket)
        .arg("--dir")
        .arg(&folder)
        .stdout(Stdio::null());
    let _server = Running(server.spawn().expect("redis-server is there"));
    let url = format!("unix://{}", socket.display());
    let client = redis::Client::open(&url[..]).expect("a URL");
    let mut connection = (0..500)
        .find_map(|_| {
            thread::sleep(Duration::from_millis(10));
            client.get_connection().ok()
        })
        .expect("it answers");

    let jobs_flag = jobs.to_string();
    let put = ["put", "--url", &url, "--jobs", &jobs_flag];
    let put = Command::new(MACHINES)
        .args(put)
        .stdout(Stdio::null())
        .status();
    assert!(put.expect("it runs").success());

    // Only now, because the jobs are not measured as they are put.
    let mut set = redis::cmd("CONFIG");
    set.arg(&["SET", "appendfsync", fsync]);
    set.exec(&mut connection).expect("an answer");
    let start = Instant::now();
    let take = take.to_string();
    let workers: Vec<Running> = (0..PROCESSES)
        .map(|_| {
            let work = [
                "work",
                "--url",
                &url,
                "--work-ms",
                "0",
                "--lease-ms",
                "60000",
            ];
            let mut process = Command::new(MACHINES);
            process
                .args(work)
                .args(["--take", &take])
                .stdout(Stdio::null());
            Running(process.spawn().expect("it starts"))
        })
        .collect();
    loop {
        let done: usize = redis::cmd("HLEN")
            .arg("machines:done")
            .query(&mut connection)
            .expect("a number");
        if done == jobs {
            break;
        }
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{done} of {jobs} are done"
        );
        thread::sleep(Duration::from_millis(1));
    }
    let took = start.elapsed();
    drop(workers);
    fs::remove_dir_all(&folder).expect("our folder");
    took
}

/// Killed when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
