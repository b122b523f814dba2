// # The end of the day
//
// Orders come in whenever they come: a few, then none for a while, then more. Between them the
// workers wait, and that is right: a pool stays alive. But in the evening, when no more orders
// come, they go on waiting, and `run_all` waits for them.
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

// TODO: Tell the workers that no more jobs come. They need no change.
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

// ---- The checks. Nothing to change below this line. ------------------------------------

fn main() {
    let work = RecordedWork::new().together(3);
    let still = "still waiting for the workers: who tells them that no more jobs come?";
    work.within_limit(still, |work| run_all(3, work.bursts(3, 6), work));
    let done = work.ended();
    assert!(
        done > 3,
        "only {done} orders were done: were the workers gone when more came?"
    );
    work.assert_each_once(6);
    work.assert_pool_of(3);
    println!("6 orders in 2 bursts, all done, and everybody has gone home");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_wait_for_orders_and_leave_in_the_evening() {
        main();
    }

    #[test]
    fn a_day_without_orders() {
        let work = RecordedWork::new();
        let still = "still waiting for the workers, though there were no orders";
        work.within(SOON, still, |work| run_all(3, std::iter::empty(), work));
        work.assert_each_once(0);
    }
}
