// # Nobody takes the result
//
// After a cancel, perhaps nobody reads the results any more. This worker has
// done its job. Now it waits for somebody to take the result, but nobody will.
//
// It may give up, but only when the context is done and nobody takes the result
// at once. A finished result that somebody takes must not be thrown away. And
// the worker must return the job that it did for nothing.
//
// Lesson: cargo run -p worker-pools --bin context_cancel
// docs.rs/crossbeam-channel/0.5/crossbeam_channel/macro.select_biased.html

use std::thread;

use classroom::{RecordedWork, SOON, within, within_limit};
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
        // TODO: Wait for somebody who takes the result, and for the cancel. A
        // send can be an arm: `send(results, result) -> sent => …`
        results.send(result).expect("the receiver is still there");
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::thread::JoinHandle;

use classroom::{
    LIMIT, LONG, assert_takes_no_time, checks, repeat, run_checks, wait_for_receiver,
    wait_for_sender,
};
use worker_pools::Cancel;

checks![
    a_cancel_during_the_job,
    a_cancel_while_it_waits_for_a_reader,
    a_cancel_is_seen_at_once,
    a_result_is_handed_over_when_there_is_room,
    a_result_is_handed_over_when_somebody_waits_for_it,
    a_cancel_before_the_first_job;
    patient: a_late_reader_gets_every_result
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: job 1 was done for nothing, and the worker said so");
}

/// A worker on a thread, and what we need to talk to it.
struct Started {
    cancel: Cancel,
    queue: Receiver<usize>,
    results_tx: Sender<usize>,
    results: Receiver<usize>,
    worker: JoinHandle<Option<usize>>,
}

/// Starts a worker, with these jobs in its queue, and with room for `room`
/// results.
fn start(work: &RecordedWork, jobs: &[usize], room: usize) -> Started {
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, queue) = bounded(jobs.len());
    let (results_tx, results) = bounded(room);
    for job in jobs {
        jobs_tx.send(*job).expect("we hold a receiver too");
    }
    let (work, jobs_rx, of_worker) = (work.clone(), queue.clone(), results_tx.clone());
    let run = move || {
        let _open = jobs_tx; // until the worker has returned
        worker(&work, &context, jobs_rx, of_worker)
    };
    Started {
        cancel,
        queue,
        results_tx,
        results,
        worker: thread::spawn(run),
    }
}

impl Started {
    /// Waits for the worker. Checks which results it handed over, and which job
    /// it returned.
    fn join(self, results: &[usize], undelivered: Option<usize>) {
        let still =
            "still waiting for the worker, which waits for a reader: does it see the cancel?";
        let returned = within(SOON, still, move || self.worker.join());
        let returned = returned.expect("the worker does not panic");
        let delivered: Vec<_> = self.results.try_iter().collect();
        assert_eq!(
            delivered, results,
            "the results that were handed over: what does the worker try first?"
        );
        match undelivered {
            Some(job) => assert!(
                returned == undelivered,
                "nobody took the result of job {job}: the worker should return that job,\n\
                 but it returned {returned:?}"
            ),
            None => assert!(
                returned.is_none(),
                "somebody could take every result, but the worker returned {returned:?}"
            ),
        }
    }
}

fn a_cancel_during_the_job() {
    let work = RecordedWork::new().hold_from(1);
    let started = start(&work, &[1], 0);
    work.cancel_during_held_job(&started.cancel);
    started.join(&[], Some(1));
}

fn a_cancel_while_it_waits_for_a_reader() {
    let work = RecordedWork::new();
    let started = start(&work, &[1], 0);
    wait_for_sender(&started.results);
    work.cancel(&started.cancel);
    started.join(&[], Some(1));

    // There is room for two results, and job 7 is the third.
    let work = RecordedWork::new().result(|job| job * 10);
    let started = start(&work, &[5, 3, 7, 4], 2);
    let queue = started.queue.clone();
    work.wait_for_ended(3);
    work.cancel(&started.cancel);
    started.join(&[50, 30], Some(7));
    assert_eq!(queue.len(), 1, "only job 4 was left in the queue");
}

fn a_cancel_is_seen_at_once() {
    assert_takes_no_time(
        "a worker should give up at the cancel, and not some time later",
        || {
            let work = RecordedWork::new();
            let started = start(&work, &[1], 0);
            wait_for_sender(&started.results);
            work.cancel(&started.cancel);
            started.join(&[], Some(1));
        },
    );
}

fn a_result_is_handed_over_when_there_is_room() {
    repeat(50, |_| {
        let work = RecordedWork::new().hold_from(1);
        let started = start(&work, &[1], 1);
        work.cancel_during_held_job(&started.cancel);
        started.join(&[2], None);
        work.assert_each_once(1);
    });
}

fn a_result_is_handed_over_when_somebody_waits_for_it() {
    repeat(50, |_| {
        let work = RecordedWork::new().hold_from(1);
        let started = start(&work, &[1], 0);
        let results = started.results.clone();
        let reader = thread::spawn(move || results.recv_timeout(LIMIT));
        wait_for_receiver(&started.results_tx);
        work.cancel_during_held_job(&started.cancel);
        started.join(&[], None);
        let result = reader.join().expect("the reader does not panic");
        assert_eq!(
            result,
            Ok(2),
            "somebody waited for the result of job 1: what does the worker try first?"
        );
    });
}

fn a_cancel_before_the_first_job() {
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(1);
    jobs_tx.send(1).expect("we hold a receiver too");
    cancel.cancel();
    let (results_tx, _results) = bounded(0);
    let work = RecordedWork::new();
    let jobs = jobs_rx.clone();
    let still = "still waiting for the worker: the cancel came before it started";
    let returned = work.within(SOON, still, move |work| {
        worker(work, &context, jobs, results_tx)
    });
    assert_eq!(jobs_rx.len(), 1, "job 1 was taken after the cancel");
    assert_eq!(
        returned, None,
        "no job was done, so every result was delivered"
    );
}

fn a_late_reader_gets_every_result() {
    let (context, _cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(2);
    let (results_tx, results_rx) = bounded(0);
    jobs_tx.send(1).expect("we hold a receiver too");
    jobs_tx.send(2).expect("we hold a receiver too");
    drop(jobs_tx);
    let work = RecordedWork::new();
    let watched = work.clone();
    let patient = thread::spawn(move || worker(&watched, &context, jobs_rx, results_tx));
    thread::sleep(LONG);
    let still = "still waiting for the worker: the queue is closed, and all results were read";
    let results = within_limit(still, move || results_rx.iter().collect::<Vec<_>>());
    assert_eq!(
        results,
        [2, 4],
        "nobody cancelled: the worker must wait for its reader"
    );
    let returned = patient.join().expect("the worker does not panic");
    assert_eq!(returned, None, "every result was delivered");
    work.assert_each_once(2);
}
