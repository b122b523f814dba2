// # Who still holds a sender?
//
// Three workers double numbers. They pass on only the results that can be
// divided by 3, so nobody knows in advance how many results will come. All the
// work is done, and every result arrives. Then the program hangs: it waits for
// another result, and nobody will send one.
//
// A channel is closed when its last `Sender` is dropped. Each worker has one.
//
// Lesson: cargo run -p worker-pools --bin basic

use std::thread;

use classroom::{LIMIT, RecordedWork, SOON};
use crossbeam_channel::{Receiver, Sender, bounded};

fn worker(work: &RecordedWork, jobs: Receiver<usize>, results: Sender<usize>) {
    for job in jobs {
        let result = work.run(job);
        if result % 3 == 0 {
            results.send(result).expect("the results are read");
        }
    }
}

// TODO: Who else holds a sender of `results`? One more line is enough.
fn run_all(workers: usize, jobs: usize, work: &RecordedWork) -> Vec<usize> {
    let (jobs_tx, jobs_rx) = bounded(jobs);
    let (results_tx, results_rx) = bounded(jobs);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            scope.spawn(move || worker(work, jobs, results));
        }
        for job in 1..=jobs {
            jobs_tx.send(job).expect("we hold a receiver too");
        }
        drop(jobs_tx);

        results_rx.iter().collect()
    })
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![results_close, results_close_when_there_are_none];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: every result arrived, and then the channel was closed");
}

fn results_close() {
    let work = RecordedWork::new().together(3).slow(12);
    let still = "still waiting for `results` to close: who holds a sender?";
    // Longer than usual. A single worker needs more than 2 s, and then the
    // message should be about the missing workers, not about `results`.
    let mut results = work.within(LIMIT + SOON, still, |work| run_all(3, 12, work));
    work.assert_each_once(12);
    work.assert_pool_of(3);
    results.sort();
    assert_eq!(
        results,
        [6, 12, 18, 24],
        "`run_all` should return every result that can be divided by 3"
    );
}

fn results_close_when_there_are_none() {
    let work = RecordedWork::new();
    let still = "still waiting for results, although there were no jobs: who holds a sender?";
    let results = work.within(SOON, still, |work| run_all(2, 0, work));
    assert_eq!(results, [], "there were no jobs, so there are no results");
}
