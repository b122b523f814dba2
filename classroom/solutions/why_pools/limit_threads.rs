// # At most three at a time
//
// The number of threads now depends only on `workers`. The jobs wait in a
// queue. All receivers of a crossbeam channel share that queue, so each job
// goes to one worker: the first that is free.
//
// Without `drop(jobs_tx)` the program would hang: the workers would wait for
// more jobs, and the scope would wait for the workers.
//
// Two answers that look right: LOOKS_RIGHT.md, limit_threads

use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::bounded;

fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
    let (jobs_tx, jobs_rx) = bounded(jobs);
    thread::scope(|scope| {
        for _ in 0..workers {
            let jobs = jobs_rx.clone();
            scope.spawn(move || {
                for job in jobs {
                    work.run(job);
                }
            });
        }
        for job in 1..=jobs {
            jobs_tx.send(job).expect("we hold a receiver too");
        }
        drop(jobs_tx); // close(jobs)
    });
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{assert_takes_no_time, checks, repeat, run_checks};

checks![
    three_workers,
    other_numbers_of_workers,
    no_jobs,
    nobody_waits_for_a_slow_job,
    as_many_jobs_as_workers,
    many_jobs_or_few
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 12 jobs, and never more than 3 at a time");
}

const STILL: &str = "still waiting: who takes jobs from the queue, and who closes it?";

/// The first jobs wait until `workers` jobs run at the same time.
fn check(workers: usize, jobs: usize) {
    let work = RecordedWork::new().together(workers);
    work.within_limit(STILL, move |work| run_all(workers, jobs, work));
    work.assert_each_once(jobs);
    work.assert_pool_of(workers);
}

fn three_workers() {
    check(3, 12);
}

fn other_numbers_of_workers() {
    check(5, 10);
    check(2, 9);
    check(1, 4);
}

fn as_many_jobs_as_workers() {
    // A worker that returns too early might be lucky, but not every time.
    repeat(300, |run| {
        let workers = 1 + run % 16;
        let work = RecordedWork::new().meet(workers);
        work.within_limit(STILL, move |work| run_all(workers, workers, work));
        work.assert_pool_of(workers);
        work.assert_each_once(workers);
    });
}

/// All workers but one are busy with slow jobs. The last one does the rest.
fn nobody_waits_for_a_slow_job() {
    for slow in [vec![1], vec![2], vec![5], vec![1, 2], vec![3, 4, 8]] {
        let workers = slow.len() + 1;
        let work = RecordedWork::new().meet(workers).last(slow, 12);
        work.within_limit(STILL, move |work| run_all(workers, 12, work));
        work.assert_pool_of(workers);
        work.assert_nobody_waited();
        work.assert_each_once(12);
    }
}

fn many_jobs_or_few() {
    for (workers, jobs) in [(5, 2), (2, 3_000)] {
        let work = RecordedWork::new();
        work.within_limit(STILL, move |work| run_all(workers, jobs, work));
        work.assert_each_once(jobs);
    }
}

fn no_jobs() {
    assert_takes_no_time("runs without jobs should take no time", || {
        run_all(2, 0, &RecordedWork::new());
    });
}
