// # The show must go on
//
// A job that panics takes its worker with it. Two such jobs, and a pool of two has no workers any
// more: the rest of the queue is never done.
//
// `std::panic::catch_unwind` calls a function and returns what it returns, or `Err` with the
// panic. It wants to know that nobody will see half-changed data afterwards. Here nobody will,
// and `AssertUnwindSafe(|| …)` around the closure says so.
//
// Lesson: cargo run -p worker-pools --bin production_pool

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use classroom::{Work, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded};

// TODO: A panic shall cost its job, and nothing else. Its `Err` is the result.
fn worker(work: &Work, jobs: Receiver<usize>, results: Sender<(usize, thread::Result<usize>)>) {
    for job in jobs {
        let result = Ok(work.run(job));
        results.send((job, result)).expect("the results are read");
    }
}

// ---- The checks. Nothing to change below this line. ------------------------------------

fn main() {
    let work = Work::new().together(2).panic_on([2, 3, 4]);
    let (jobs_tx, jobs_rx) = bounded(9);
    let (results_tx, results_rx) = bounded(9);
    for job in 1..=9 {
        jobs_tx.send(job).expect("we hold a receiver too");
    }
    drop(jobs_tx);
    for _ in 0..2 {
        let (work, jobs, results) = (work.clone(), jobs_rx.clone(), results_tx.clone());
        thread::spawn(move || worker(&work, jobs, results));
    }
    drop(results_tx);

    let results = within_limit("still waiting for the workers", move || {
        results_rx.iter().take(10).collect::<Vec<_>>()
    });
    for job in 1..=9 {
        let results: Vec<_> = results.iter().filter(|(of, _)| *of == job).collect();
        let [(_, result)] = results[..] else {
            let count = results.len();
            panic!("job {job} has {count} results: what became of its worker?");
        };
        assert_eq!(
            result.is_err(),
            (2..=4).contains(&job),
            "job {job} has failed"
        );
    }
    work.assert_each_once(9);
    work.assert_pool_of(2);
    println!("9 jobs: 6 done, 3 failed, and both workers live");
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_costs_its_job_only() {
        super::main();
    }
}
