// # The end of the day
//
// In Go it is `close(jobs)`, here it is to drop the last sender. The loops of the workers go on
// until the queue is closed *and* empty, so no order is lost.
//
// A worker that looks into the queue with `try_recv` and leaves when it is empty would go home in
// the first break: an empty queue is not a closed one.

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
