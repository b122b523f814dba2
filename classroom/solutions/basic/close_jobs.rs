// # The end of the day
//
// In Go you call `close(jobs)`. In Rust you drop the last sender. The workers'
// loops go on until the queue is closed *and* empty, so no order is lost.
//
// A worker that asks `try_recv` and returns when the queue is empty would go
// home in the first break. An empty queue is not a closed queue.
//
// Two answers that look right: LOOKS_RIGHT.md, close_jobs

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

use std::iter;

use classroom::{LATER, LIMIT, LONG, assert_takes_no_time, checks, run_checks};

checks![
    workers_wait_for_orders_and_return_in_the_evening,
    no_orders,
    other_numbers_of_workers,
    orders_with_any_number;
    patient: a_long_break
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: all orders are done, and the workers have returned");
}

const STILL: &str = "still waiting for the workers: who tells them that no more jobs come?";

fn workers_wait_for_orders_and_return_in_the_evening() {
    let work = RecordedWork::new().together(3);
    work.within(LIMIT + SOON, STILL, |work| {
        run_all(3, work.bursts(3, 6, LATER), work)
    });
    work.assert_bursts_done(6);
    work.assert_each_once(6);
    work.assert_pool_of(3);
}

fn other_numbers_of_workers() {
    for (workers, orders) in [(1, 5), (2, 20), (7, 7), (4, 2)] {
        let work = RecordedWork::new().meet(workers.min(orders));
        work.within_limit(STILL, move |work| run_all(workers, 1..=orders, work));
        work.assert_each_once(orders);
        work.assert_pool_of(workers.min(orders));
    }
}

fn orders_with_any_number() {
    let orders = [0, 1, 999, usize::MAX - 1, usize::MAX];
    let work = RecordedWork::new();
    work.within_limit(STILL, move |work| run_all(2, orders.into_iter(), work));
    assert_eq!(work.started(), orders, "the orders that were done");
}

fn no_orders() {
    assert_takes_no_time("days without orders should take no time", || {
        run_all(2, iter::empty(), &RecordedWork::new());
    });
}

fn a_long_break() {
    let work = RecordedWork::new();
    work.within(LONG + LIMIT, STILL, |work| {
        run_all(3, work.bursts(3, 6, LONG), work)
    });
    work.assert_bursts_done(6);
    work.assert_each_once(6);
}
