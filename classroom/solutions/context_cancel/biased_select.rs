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

use classroom::{LIMIT, checks, run_checks};
use crossbeam_channel::{Select, Sender};

checks![
    no_job_starts_after_the_cancel,
    no_job_starts_that_comes_after_the_cancel,
    without_a_cancel_every_job_is_done
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: cancelled 50 times during job 1, and job 2 never started");
}

fn no_job_starts_after_the_cancel() {
    // A single run could be luck.
    for _ in 0..50 {
        let work = RecordedWork::new().hold_from(1);
        let (context, cancel) = Context::with_cancel();
        let (jobs_tx, jobs_rx) = bounded(10);
        for job in 1..=10 {
            jobs_tx.send(job).expect("we hold a receiver too");
        }
        let (watched, jobs) = (work.clone(), jobs_rx.clone());
        let canceller = thread::spawn(move || {
            watched.wait_for_held(1);
            cancel.cancel();
            watched.let_go();
        });
        let still = "still waiting for the worker: does it see the cancel?";
        work.within_limit(still, move |work| worker(work, &context, jobs));
        canceller.join().expect("job 1 was started");

        let started = work.started();
        if let Some(late) = started.get(1) {
            panic!("job {late} started after the cancel: what does the worker look at first?");
        }
        assert_eq!(
            jobs_rx.len(),
            9,
            "a job was taken from the queue, but not done"
        );
    }
}

/// Waits until a worker waits for a job, in a `recv` or a `select!`: only
/// then is a queue without room ready for a send.
fn wait_for_receiver(jobs: &Sender<usize>) {
    let mut select = Select::new();
    select.send(jobs);
    let why = "the worker does not wait for its next job in a `recv` or a `select!`";
    select.ready_timeout(LIMIT).expect(why);
}

fn no_job_starts_that_comes_after_the_cancel() {
    // A wrong answer may be lucky, above all on a machine with one core.
    for _ in 0..200 {
        let work = RecordedWork::new();
        let (context, cancel) = Context::with_cancel();
        let (jobs_tx, jobs_rx) = bounded(0);
        let watched = work.clone();
        let idle = thread::spawn(move || worker(&watched, &context, jobs_rx));
        jobs_tx.send_timeout(1, SOON).expect("a worker takes job 1");
        work.wait_for_ended(1);
        wait_for_receiver(&jobs_tx);
        cancel.cancel();
        let _ = jobs_tx.send_timeout(2, SOON); // fails if it returned
        let still = "still waiting for the idle worker: does it see the cancel?";
        within(SOON, still, move || idle.join()).expect("the worker does not panic");
        let why =
            "job 2 came after the cancel: what does the worker look at first when it wakes up?";
        assert_eq!(work.started(), [1], "{why}");
    }
}

fn without_a_cancel_every_job_is_done() {
    let work = RecordedWork::new();
    let (context, _cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(10);
    for job in 1..=10 {
        jobs_tx.send(job).unwrap();
    }
    drop(jobs_tx);
    let still = "still waiting for the worker, although the queue is closed";
    work.within_limit(still, move |work| worker(work, &context, jobs_rx));
    work.assert_each_once(10);
}
