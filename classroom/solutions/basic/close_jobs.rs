// # The end of the day
//
// In Go you call `close(jobs)`. In Rust you drop the last sender. The workers'
// loops go on until the queue is closed *and* empty, so no order is lost.
//
// A worker that asks `try_recv` and returns when the queue is empty would go
// home in the first break. An empty queue is not a closed queue.

use std::thread;

use classroom::{RecordedWork, SOON};
use crossbeam_channel::{Receiver, bounded};

fn worker(work: &RecordedWork, jobs: Receiver<usize>) {
    for job in jobs {
        work.run(job);
    }
}

fn run_all(workers: usize, orders: impl Iterator<Item = usize>, work: &RecordedWork) {
    let (jobs_tx, jobs_rx) = bounded(workers);
    thread::scope(|scope| {
        for _ in 0..workers {
            let jobs = jobs_rx.clone();
            scope.spawn(move || worker(work, jobs));
        }
        for order in orders {
            jobs_tx.send(order).expect("we hold a receiver too");
        }
        drop(jobs_tx); // close(jobs)
    });
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    workers_wait_for_orders_and_return_in_the_evening,
    a_day_without_orders
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 6 orders in 2 bursts are done, and the workers have returned");
}

fn workers_wait_for_orders_and_return_in_the_evening() {
    let work = RecordedWork::new().together(3);
    let still = "still waiting for the workers: who tells them that no more jobs come?";
    work.within_limit(still, |work| run_all(3, work.bursts(3, 6), work));
    let done = work.ended();
    assert!(
        done > 3,
        "only {done} of 6 orders were done: did the workers return before the others came?"
    );
    work.assert_each_once(6);
    work.assert_pool_of(3);
}

fn a_day_without_orders() {
    let work = RecordedWork::new();
    let still = "still waiting for the workers, although there were no orders";
    work.within(SOON, still, |work| run_all(3, std::iter::empty(), work));
    work.assert_each_once(0);
}
