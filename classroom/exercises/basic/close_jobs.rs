// # The end of the day
//
// Orders come in bursts: a few, then none for a while, then more. Between two
// bursts the workers wait. That is right: a pool stays alive while its queue is
// empty. But in the evening, when no more orders come, the workers go on
// waiting, and `run_all` waits for them.
//
// Lesson: cargo run -p worker-pools --bin basic
// https://docs.rs/crossbeam-channel/0.5/crossbeam_channel/#disconnection

use std::thread;

use classroom::{RecordedWork, SOON};
use crossbeam_channel::{Receiver, bounded};

fn worker(work: &RecordedWork, jobs: Receiver<usize>) {
    for job in jobs {
        work.run(job);
    }
}

// TODO: Tell the workers that no more jobs come. Do not change `worker`.
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
