// # The end of the day
//
// Orders come in bursts: a few, then none for a while, then more. Between two
// bursts the workers wait. That is right: a pool stays alive while its queue is
// empty. But in the evening, when no more orders come, the workers go on
// waiting, and `run_all` waits for them.
//
// Lesson: cargo run -p worker-pools --bin basic

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
