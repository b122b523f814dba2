// # Who still holds a sender?
//
// `run_all` does: it cloned the workers' senders from its own. It never sends a
// result, so it drops that sender as soon as each worker has a clone. Then the
// last worker to return drops the last sender, and that closes the channel.
// Nobody has to count workers or results.
//
// Two answers that look right: LOOKS_RIGHT.md, close_results

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

fn run_all(workers: usize, jobs: usize, work: &RecordedWork) -> Vec<usize> {
    let (jobs_tx, jobs_rx) = bounded(jobs);
    let (results_tx, results_rx) = bounded(jobs);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            scope.spawn(move || worker(work, jobs, results));
        }
        drop(results_tx); // from here on, only workers hold a sender
        for job in 1..=jobs {
            jobs_tx.send(job).expect("we hold a receiver too");
        }
        drop(jobs_tx);

        results_rx.iter().collect()
    })
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::panic::{AssertUnwindSafe, catch_unwind};

use classroom::{assert_takes_no_time, checks, run_checks};

checks![
    results_close,
    no_jobs,
    all_results_can_be_divided_or_none,
    results_close_after_a_panic
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: every result arrived, and then the channel was closed");
}

const STILL: &str = "still waiting for `results` to close: who holds a sender?";
const EVERY_RESULT: &str = "`run_all` should return every result that can be divided by 3";

fn results_close() {
    let work = RecordedWork::new().together(3).slow(12);
    // Longer than usual. A single worker needs more than 2 s, and then the
    // message should be about the missing workers, not about `results`.
    let mut results = work.within(LIMIT + SOON, STILL, |work| run_all(3, 12, work));
    work.assert_each_once(12);
    work.assert_pool_of(3);
    results.sort();
    assert_eq!(results, [6, 12, 18, 24], "{EVERY_RESULT}");
}

fn all_results_can_be_divided_or_none() {
    let work = RecordedWork::new().result(|_| 6).together(2);
    let results = work.within_limit(STILL, |work| run_all(2, 7, work));
    work.assert_each_once(7);
    work.assert_pool_of(2);
    assert_eq!(results, [6; 7], "{EVERY_RESULT}. Here, all are 6");

    let work = RecordedWork::new().result(|_| 7);
    let results = work.within_limit(STILL, |work| run_all(4, 5, work));
    work.assert_each_once(5);
    assert_eq!(results, [], "{EVERY_RESULT}. Here, all are 7");
}

fn no_jobs() {
    assert_takes_no_time("runs without jobs should take no time", || {
        let results = run_all(2, 0, &RecordedWork::new());
        assert_eq!(results, [], "there were no jobs, so there are no results");
    });
}

/// The worker panics, and drops its sender. `run_all` may panic too, but must
/// not wait for a result that never comes.
fn results_close_after_a_panic() {
    let work = RecordedWork::new().panic_on([3]);
    let _ = work.within_limit(STILL, |work| {
        catch_unwind(AssertUnwindSafe(|| run_all(2, 9, work)))
    });
    work.assert_each_once(9);
}
