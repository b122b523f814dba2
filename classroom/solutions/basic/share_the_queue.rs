// # Dealt like cards
//
// Each worker receives from a clone of the same `Receiver`, and all clones
// share one queue. So a job belongs to no worker until a worker is free. While
// one worker does the long job, the others do all the rest.
//
// Two answers that look right: LOOKS_RIGHT.md, share_the_queue

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
        drop(jobs_tx);
    });
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{assert_takes_no_time, checks, repeat, run_checks};

checks![
    nobody_waits_for_the_first_job,
    no_jobs,
    nobody_waits_for_other_jobs,
    as_many_jobs_as_workers,
    many_jobs_or_few
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: while one worker did job 1, the others did the other 8");
}

const STILL: &str = "still waiting: who takes jobs from the queue, and who closes it?";

fn nobody_waits_for_the_first_job() {
    let work = RecordedWork::new().together(3).last([1], 9);
    work.within_limit(STILL, |work| run_all(3, 9, work));
    work.assert_each_once(9);
    work.assert_pool_of(3);
    work.assert_nobody_waited();
}

/// All workers but one are busy with slow jobs. The last one does the rest.
fn nobody_waits_for_other_jobs() {
    for slow in [vec![2], vec![7], vec![1, 2], vec![1, 3], vec![3, 4, 8]] {
        let workers = slow.len() + 1;
        let work = RecordedWork::new().meet(workers).last(slow, 12);
        work.within_limit(STILL, move |work| run_all(workers, 12, work));
        work.assert_pool_of(workers);
        work.assert_nobody_waited();
        work.assert_each_once(12);
    }
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
