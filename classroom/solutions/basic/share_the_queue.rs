// # Dealt like cards
//
// Each worker receives from a clone of the same `Receiver`, and all clones
// share one queue. So a job belongs to no worker until a worker is free. While
// one worker does the long job, the others do all the rest.

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

use classroom::{checks, run_checks};

checks![nobody_waits_for_the_first_job, nobody_waits_for_another_one];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: while one worker did job 1, the others did the other 8");
}

fn nobody_waits_for_the_first_job() {
    let work = RecordedWork::new().together(3).last(1, 9);
    let still = "still waiting: who takes jobs from the queue, and who closes it?";
    work.within_limit(still, |work| run_all(3, 9, work));
    work.assert_each_once(9);
    work.assert_pool_of(3);
    work.assert_nobody_waited_for(1);
}

fn nobody_waits_for_another_one() {
    let work = RecordedWork::new().together(2).last(3, 8);
    work.within_limit("still waiting for the workers", |work| run_all(2, 8, work));
    work.assert_each_once(8);
    work.assert_pool_of(2);
    work.assert_nobody_waited_for(3);
}
