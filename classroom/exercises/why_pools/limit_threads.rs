// # At most three at a time
//
// Each job needs a connection, and the database allows only three. This program
// starts a thread for each job, all at once. With three jobs that is fine. With
// twelve it is not.
//
// `bounded(n)` makes a channel with room for `n` values, and returns its two
// ends: a `Sender` and a `Receiver`. All clones of a receiver share one queue.
// `for job in receiver` takes one value after another. It waits while the queue
// is empty, and ends when the channel is closed and empty. A channel is closed
// when its last sender is dropped.
//
// Lesson: cargo run -p worker-pools --bin why_pools

use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::bounded;

// TODO: Start one thread for each worker, and no more. Each worker takes one
// job after another from the same queue, until the queue is closed.
fn run_all(workers: usize, jobs: usize, work: &RecordedWork) {
    thread::scope(|scope| {
        for job in 1..=jobs {
            scope.spawn(move || work.run(job));
        }
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
