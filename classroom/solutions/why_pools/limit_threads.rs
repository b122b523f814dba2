// # At most three at a time
//
// The number of threads now depends only on `workers`. The jobs wait in a
// queue. All receivers of a crossbeam channel share that queue, so each job
// goes to one worker: the first that is free.
//
// Without `drop(jobs_tx)` the program would hang: the workers would wait for
// more jobs, and the scope would wait for the workers.

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

use classroom::{checks, run_checks};

checks![three_workers, five_workers, more_workers_than_jobs];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 12 jobs, never more than 3 at a time");
}

fn three_workers() {
    let work = RecordedWork::new().together(3);
    let still = "still waiting: who takes jobs from the queue, and who closes it?";
    work.within_limit(still, |work| run_all(3, 12, work));
    work.assert_each_once(12);
    work.assert_pool_of(3);
}

fn five_workers() {
    let work = RecordedWork::new().together(5);
    work.within_limit("still waiting for 5 workers", |work| run_all(5, 10, work));
    work.assert_each_once(10);
    work.assert_pool_of(5);
}

fn more_workers_than_jobs() {
    let work = RecordedWork::new();
    work.within_limit("still waiting for 5 workers with 2 jobs", |work| {
        run_all(5, 2, work)
    });
    work.assert_each_once(2);
}
