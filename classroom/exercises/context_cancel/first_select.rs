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
// https://docs.rs/crossbeam-channel/0.5/crossbeam_channel/macro.select.html

use std::thread;
use std::time::Duration;

use classroom::{RecordedWork, SOON, within, within_limit};
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

use std::thread::JoinHandle;

use classroom::{LONG, assert_takes_no_time, checks, repeat, run_checks, wait_for_receiver};
use worker_pools::Cancel;

checks![
    a_cancel_ends_an_idle_worker,
    a_cancel_ends_a_busy_worker,
    a_cancel_before_the_first_job,
    a_cancel_is_seen_at_once,
    a_closed_queue_still_ends_it;
    patient: it_stays_until_somebody_cancels
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: the idle worker returned at the cancel, and lost no job");
}

/// A worker on a thread, and what we need to talk to it.
struct Started {
    cancel: Cancel,
    jobs: Sender<usize>,
    queue: Receiver<usize>,
    results: Receiver<usize>,
    worker: JoinHandle<()>,
}

/// Starts a worker, with these jobs in its queue. There is no room for more: so
/// the checks can see whether the worker waits for a job.
fn start(work: &RecordedWork, jobs: impl IntoIterator<Item = usize>) -> Started {
    let (context, cancel) = Context::with_cancel();
    let jobs = Vec::from_iter(jobs);
    let (jobs_tx, queue) = bounded(jobs.len());
    let (results_tx, results) = bounded(50);
    for job in jobs {
        jobs_tx.send(job).expect("there is room");
    }
    let (work, jobs_rx) = (work.clone(), queue.clone());
    Started {
        cancel,
        jobs: jobs_tx,
        queue,
        results,
        worker: thread::spawn(move || worker(&work, &context, jobs_rx, results_tx)),
    }
}

impl Started {
    /// Waits for the worker.
    fn join(self) {
        let still = "still waiting for the worker: does it see the cancel?";
        let left = within(SOON, still, move || self.worker.join());
        assert!(left.is_ok(), "the worker panicked");
        drop(self.jobs); // the queue was open until now
    }

    /// Hands over a job, and checks its result.
    fn submit(&self, job: usize) {
        let taken = self.jobs.send_timeout(job, SOON);
        assert!(
            taken.is_ok(),
            "nobody takes job {job}: did the worker return before the cancel?"
        );
        let results = self.results.clone();
        let result = within_limit("still waiting for a result", move || results.recv());
        assert_eq!(result, Ok(job * 2), "the result of job {job}");
    }
}

fn a_cancel_ends_an_idle_worker() {
    let work = RecordedWork::new();
    let started = start(&work, []);
    started.submit(1);
    started.submit(2);
    wait_for_receiver(&started.jobs);
    work.cancel(&started.cancel);
    started.join();
}

/// There are 40 jobs in the queue, and the cancel comes during one of them. The
/// worker may do one or two more, but it must not lose one.
fn a_cancel_ends_a_busy_worker() {
    repeat(50, |run| {
        let busy = 1 + (run - 1) % 5;
        let work = RecordedWork::new().hold_from(busy);
        let started = start(&work, 1..=40);
        let (queue, results) = (started.queue.clone(), started.results.clone());
        work.cancel_during_held_job(&started.cancel);
        started.join();
        let (left, done) = (queue.len(), work.started().len());
        assert!(
            left > 0,
            "the worker did all jobs in the queue, and returned only then:\n\
             when there are jobs, does it see the cancel?"
        );
        assert_eq!(
            left + done,
            40,
            "{left} jobs are left in the queue, and {done} were done, but there were 40:\n\
             what did the worker do with a job that it took after the cancel?"
        );
        let delivered = results.try_iter().count();
        assert_eq!(
            delivered, done,
            "{done} jobs were done, and {delivered} results were sent"
        );
    });
}

fn a_cancel_before_the_first_job() {
    let (context, cancel) = Context::with_cancel();
    cancel.cancel();
    let (_jobs_tx, jobs_rx) = bounded(1);
    let (results_tx, _results_rx) = bounded(1);
    within(
        SOON,
        "still waiting for the worker: the cancel came before it started",
        move || worker(&RecordedWork::new(), &context, jobs_rx, results_tx),
    );
}

fn a_cancel_is_seen_at_once() {
    assert_takes_no_time(
        "a worker should return at the cancel, and not some time later",
        || {
            let work = RecordedWork::new();
            let started = start(&work, []);
            started.submit(1);
            wait_for_receiver(&started.jobs);
            work.cancel(&started.cancel);
            started.join();
        },
    );
}

fn a_closed_queue_still_ends_it() {
    let work = RecordedWork::new();
    let started = start(&work, [1, 2]);
    drop(started.jobs);
    let still = "still waiting for the worker, although the queue is closed";
    let left = within_limit(still, || started.worker.join());
    assert!(
        left.is_ok(),
        "the worker panicked when the queue was closed"
    );
    let results: Vec<_> = started.results.try_iter().collect();
    assert_eq!(results, [2, 4], "the results of the two jobs in the queue");
}

fn it_stays_until_somebody_cancels() {
    let work = RecordedWork::new();
    let started = start(&work, []);
    thread::sleep(LONG);
    started.submit(1);
    work.cancel(&started.cancel);
    started.join();
}
