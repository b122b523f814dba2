// # The idle worker
//
// A cancel must reach every worker, even one that has nothing to do. This
// worker waits for its next job, and for nothing else. While somebody keeps the
// queue open, it does not notice that the context is done.
//
// A `Context` says when to stop. `context.done()` is a channel on which nothing
// is ever sent: the cancel closes it. `select_biased!` waits for several
// channels at the same time. Each channel has an arm, such as
// `recv(jobs) -> job => …`. An arm is ready when a value has arrived. It is
// also ready when its channel is closed: then `job` is an `Err`.
//
// Lesson: cargo run -p worker-pools --bin context_cancel

use std::thread;
use std::time::Duration;

use classroom::{LATER, RecordedWork, SOON, within, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::Context;

// TODO: Wait for the next job and for the cancel at the same time. Return at
// the cancel.
fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>, results: Sender<usize>) {
    for job in jobs {
        results.send(work.run(job)).expect("the results are read");
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    a_cancel_ends_an_idle_worker,
    it_stays_until_somebody_cancels,
    a_closed_queue_still_ends_it
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: the idle worker returned at the cancel");
}

fn a_cancel_ends_an_idle_worker() {
    check(Duration::ZERO);
}

/// Gives the worker two jobs, each with a pause after it, and then cancels.
fn check(pause: Duration) {
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(3);
    let (results_tx, results_rx) = bounded(3);
    let idle = thread::spawn(move || worker(&RecordedWork::new(), &context, jobs_rx, results_tx));
    for job in [1, 2] {
        let _ = jobs_tx.send(job); // it fails when the worker has returned
        let results = results_rx.clone();
        let result = within_limit("still waiting for a result", move || results.recv());
        assert_eq!(
            result,
            Ok(job * 2),
            "the result of job {job}: did the worker return before the cancel?"
        );
        thread::sleep(pause);
    }

    cancel.cancel();
    let still = "still waiting for the idle worker: does it see the cancel?";
    let left = within(SOON, still, move || idle.join());
    assert!(left.is_ok(), "the worker panicked");
    drop(jobs_tx); // the queue was open until now
}

fn it_stays_until_somebody_cancels() {
    check(LATER);
}

fn a_closed_queue_still_ends_it() {
    let (context, _cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(3);
    let (results_tx, results_rx) = bounded(3);
    jobs_tx.send(1).unwrap();
    jobs_tx.send(2).unwrap();
    drop(jobs_tx);
    within_limit(
        "still waiting for the worker, although the queue is closed",
        move || worker(&RecordedWork::new(), &context, jobs_rx, results_tx),
    );
    let results: Vec<_> = results_rx.try_iter().collect();
    assert_eq!(results, [2, 4], "the results of the two jobs in the queue");
}
