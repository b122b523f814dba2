//! `why_pools`: the table counts every job once, however many threads the operating system allows.

mod common;

use common::{Ended, run, summed_up};

const WHY_POOLS: &str = env!("CARGO_BIN_EXE_why_pools");

/// A column of the table: one way to do the jobs.
#[derive(Debug)]
struct Column {
    threads: usize,
    refused: usize,
    done: usize,
    never_started: usize,
}

/// The columns of the table, after a check that they add up: a thread per job, and the pool.
#[track_caller]
fn columns(ended: &Ended, jobs: usize) -> [Column; 2] {
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    // Each run has a summary. That of the threads says nothing of a pool, if there was a job.
    let summaries = if jobs == 0 { 2 } else { 1 };
    assert_eq!(summed_up(ended), summaries, "{ended:#?}");
    assert_eq!(ended.stdout.len(), 7, "{ended:#?}");
    [1, 0].map(|from_right| {
        let cell = |name: &str| {
            let row = ended.stdout.iter().find(|row| row.starts_with(name));
            let cell = row.and_then(|row| row.split_whitespace().nth_back(from_right));
            cell.expect("a cell").parse().expect("a number")
        };
        let column = Column {
            threads: cell("threads at the peak"),
            refused: cell("connections refused"),
            done: cell("jobs done"),
            never_started: cell("jobs never started"),
        };
        let all = column.refused + column.done + column.never_started;
        assert_eq!(all, jobs, "{column:?}");
        column
    })
}

#[test]
fn the_pool_gets_all_its_connections_and_a_thread_per_job_does_not() {
    let ended = run(
        WHY_POOLS,
        "--jobs 200 --workers 20 --connections 20 --work-ms 200",
    );
    let [threads, pool] = columns(&ended, 200);

    assert!(threads.threads > 20, "{threads:?}");
    assert!(threads.refused > 0, "{threads:?}");
    assert_eq!(threads.never_started, 0);
    assert_eq!((pool.threads, pool.refused, pool.done), (20, 0, 200));
}

#[test]
fn a_pool_with_more_workers_than_connections_gets_some_refused() {
    let ended = run(
        WHY_POOLS,
        "--jobs 60 --workers 20 --connections 5 --work-ms 200",
    );
    let [_, pool] = columns(&ended, 60);

    assert_eq!(pool.threads, 20);
    assert!(pool.refused > 0, "{pool:?}");
}

#[test]
fn the_lesson_runs_without_jobs() {
    let [threads, pool] = columns(&run(WHY_POOLS, "--jobs 0"), 0);
    assert_eq!((threads.threads, threads.done), (0, 0));
    assert_eq!(pool.done, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_the_system_refuses_are_counted() {
    // A gigabyte of addresses has room for some stacks, but not for a thousand. If the last stack
    // leaves almost no memory, its thread aborts the program, and the program cannot prevent it.
    // A stack takes 2 MB, so most of these ten limits leave enough. Two such runs will do.
    let ended = (0..10).map(|nth| {
        let limit = 1_000_000 + 300 * nth;
        let mut command = std::process::Command::new("sh");
        let limited =
            format!("ulimit -v {limit}; exec timeout -s KILL 8 \"$0\" --jobs 1000 --work-ms 40");
        // A backtrace needs memory, and without any it can hang. Then this run is not clean.
        command.env("RUST_BACKTRACE", "0");
        command.args(["-c", &limited, WHY_POOLS]);
        common::start_command(command).end()
    });
    let is_clean = |ended: &Ended| ended.status == Some(0);
    let clean = Vec::from_iter(ended.filter(is_clean).take(2));
    assert_eq!(clean.len(), 2, "{clean:#?}");
    for ended in clean {
        let [threads, pool] = columns(&ended, 1000);
        assert!(threads.never_started > 0, "{threads:?}");
        assert!(threads.threads > 0, "{threads:?}");
        assert_eq!(pool.never_started, 0);
    }
}
