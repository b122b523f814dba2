// # Nobody takes the result
//
// This is the second select. Its first arm is the send, and `select_biased!`
// tries it first. So a result that somebody can take is handed over, even after
// the cancel. With the cancel in the first arm, it would always be thrown away.
// With `select!`, it would be thrown away every other time.
//
// `try_send` does not help: a reader who is only late would get nothing.

use std::thread;

use classroom::{LATER, RecordedWork, SOON, within, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::Context;

/// Returns the job whose result it could not hand over, if there is one.
fn worker(
    work: &RecordedWork,
    context: &Context,
    jobs: Receiver<usize>,
    results: Sender<usize>,
) -> Option<usize> {
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return None,
            recv(jobs) -> job => job.ok()?, // `?`: closed, so return None
        };
        let result = work.run(job);
        select_biased! {
            send(results, result) -> sent => sent.expect("the receiver is still there"),
            recv(context.done()) -> _ => return Some(job),
        }
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    a_cancel_ends_the_waiting,
    a_result_is_handed_over_when_there_is_room,
    a_late_reader_gets_every_result
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: job 1 was done for nothing, and the worker said so");
}

/// Cancels while job 1 runs, and returns what the worker returns. The channel
/// has room for `room` results, and nobody reads them.
fn cancel_during_job_1(room: usize) -> (Option<usize>, Receiver<usize>) {
    let work = RecordedWork::new().hold_from(1);
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(1);
    let (results_tx, results_rx) = bounded(room);
    jobs_tx.send(1).expect("we hold a receiver too");
    let watched = work.clone();
    let busy = thread::spawn(move || worker(&watched, &context, jobs_rx, results_tx));
    work.wait_for_held(1);
    cancel.cancel();
    work.let_go();
    let still = "still waiting for the worker, which waits for a reader: does it see the cancel?";
    let returned = within(SOON, still, move || busy.join());
    (returned.expect("the worker does not panic"), results_rx)
}

fn a_cancel_ends_the_waiting() {
    let (undelivered, _results) = cancel_during_job_1(0);
    assert_eq!(
        undelivered,
        Some(1),
        "nobody took the result of job 1: the worker should return that job"
    );
}

fn a_result_is_handed_over_when_there_is_room() {
    for _ in 0..50 {
        let (undelivered, results) = cancel_during_job_1(1);
        let delivered = results.try_recv();
        let why = "there was room for the result of job 1: what does the worker try first?";
        assert_eq!((delivered, undelivered), (Ok(2), None), "{why}");
    }
}

fn a_late_reader_gets_every_result() {
    let (context, _cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(2);
    let (results_tx, results_rx) = bounded(0);
    jobs_tx.send(1).unwrap();
    jobs_tx.send(2).unwrap();
    drop(jobs_tx);
    let work = RecordedWork::new();
    let watched = work.clone();
    let patient = thread::spawn(move || worker(&watched, &context, jobs_rx, results_tx));
    thread::sleep(LATER);
    let still = "still waiting for the worker: the queue is closed, and all results were read";
    let results = within_limit(still, move || results_rx.iter().collect::<Vec<_>>());
    assert_eq!(
        results,
        [2, 4],
        "nobody cancelled: the worker must wait for its reader"
    );
    assert_eq!(patient.join().unwrap(), None, "every result was delivered");
    work.assert_each_once(2);
}
