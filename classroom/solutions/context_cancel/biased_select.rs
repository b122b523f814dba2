// # One job too many
//
// `select_biased!` looks at its arms from top to bottom, and takes the first
// that is ready. So the order of the arms is the rule: the cancel comes before
// jobs.
//
// It is too late to ask `context.is_done()` after taking a job: the job is out
// of the queue, and if the worker does not do it now, it is lost. To ask before
// a `select!` leaves a gap: the cancel and a job can both come while the worker
// waits in the `select!`.
//
// Two answers that look right: LOOKS_RIGHT.md, biased_select

use std::thread;

use classroom::{RecordedWork, SOON, within};
use crossbeam_channel::{Receiver, bounded, select_biased};
use worker_pools::Context;

fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>) {
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else {
            return; // `jobs` is closed and empty
        };
        work.run(job);
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{LONG, checks, repeat, run_checks, wait_for_receiver, within_limit};

checks![
    no_job_starts_after_the_cancel,
    no_job_starts_if_the_cancel_came_first,
    no_job_starts_that_comes_after_the_cancel,
    without_a_cancel_every_job_is_done;
    patient: without_a_cancel_an_idle_worker_stays
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: no job starts after the cancel, and none is lost");
}

const STILL: &str = "still waiting for the worker: does it see the cancel?";

/// The cancel comes during one of ten jobs.
fn no_job_starts_after_the_cancel() {
    repeat(50, |run| {
        let busy = 1 + (run - 1) % 10;
        let work = RecordedWork::new().hold_from(busy);
        let (context, cancel) = Context::with_cancel();
        let (jobs_tx, jobs_rx) = bounded(10);
        for job in 1..=10 {
            jobs_tx.send(job).expect("we hold a receiver too");
        }
        let (watched, jobs) = (work.clone(), jobs_rx.clone());
        let busy_worker = thread::spawn(move || worker(&watched, &context, jobs));
        work.cancel_during_held_job(&cancel);
        let left = within(SOON, STILL, move || busy_worker.join());
        assert!(left.is_ok(), "the worker panicked");
        check(&work, busy, &jobs_rx, 10);
    });
}

/// Checks that only the first `expected` of `all` jobs have left the queue, and
/// that these were done.
fn check(work: &RecordedWork, expected: usize, queue: &Receiver<usize>, all: usize) {
    let started = work.started();
    if let Some(late) = started.get(expected) {
        panic!("job {late} started after the cancel: what does the worker look at first?");
    }
    assert_eq!(
        queue.len(),
        all - started.len(),
        "a job was taken from the queue, but not done"
    );
    work.assert_each_once(expected);
}

fn no_job_starts_if_the_cancel_came_first() {
    repeat(20, |_| {
        let work = RecordedWork::new();
        let (context, cancel) = Context::with_cancel();
        let (jobs_tx, jobs_rx) = bounded(10);
        for job in 1..=10 {
            jobs_tx.send(job).expect("we hold a receiver too");
        }
        work.cancel(&cancel);
        let jobs = jobs_rx.clone();
        work.within(SOON, STILL, move |work| worker(work, &context, jobs));
        check(&work, 0, &jobs_rx, 10);
    });
}

/// The cancel and job 2 come while the worker waits.
fn no_job_starts_that_comes_after_the_cancel() {
    // A wrong answer may be lucky, above all on a machine with one core.
    repeat(200, |_| {
        let work = RecordedWork::new();
        let (context, cancel) = Context::with_cancel();
        let (jobs_tx, jobs_rx) = bounded(0);
        let watched = work.clone();
        let idle = thread::spawn(move || worker(&watched, &context, jobs_rx));
        let sent = jobs_tx.send_timeout(1, SOON);
        assert!(sent.is_ok(), "nobody took job 1 from the queue");
        work.wait_for_ended(1);
        wait_for_receiver(&jobs_tx);
        work.cancel(&cancel);
        let is_taken = jobs_tx.send_timeout(2, SOON).is_ok();
        let left = within(SOON, STILL, move || idle.join());
        assert!(left.is_ok(), "the worker panicked");
        let why =
            "job 2 came after the cancel: what does the worker look at first when it wakes up?";
        assert!(work.started().len() == 1, "{why}");
        assert!(
            !is_taken,
            "job 2 was taken from the queue after the cancel, but not done"
        );
    });
}

fn without_a_cancel_every_job_is_done() {
    let work = RecordedWork::new();
    let (context, _cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(10);
    for job in 1..=10 {
        jobs_tx.send(job).expect("we hold a receiver too");
    }
    drop(jobs_tx);
    let still = "still waiting for the worker, although the queue is closed";
    work.within_limit(still, move |work| worker(work, &context, jobs_rx));
    work.assert_each_once(10);
}

fn without_a_cancel_an_idle_worker_stays() {
    let work = RecordedWork::new();
    let (context, _cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(1);
    let watched = work.clone();
    let idle = thread::spawn(move || worker(&watched, &context, jobs_rx));
    thread::sleep(LONG);
    let sent = jobs_tx.send(1);
    assert!(
        sent.is_ok(),
        "nobody cancelled, but the worker has returned"
    );
    drop(jobs_tx);
    let still = "still waiting for the worker, although the queue is closed";
    let left = within_limit(still, move || idle.join());
    assert!(left.is_ok(), "the worker panicked");
    work.assert_each_once(1);
}
