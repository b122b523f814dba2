// # Where did the other jobs go?
//
// They are where they always were: in the queue. `run_all` has a receiver too,
// so the queue outlives the workers. When all workers have returned, nobody
// else takes jobs from it. Before that, `run_all` would take jobs away from
// workers that would have done them.
//
// `interrupted` is an `Option`, and `extend` accepts it as a list of one job or
// none.

use std::thread;

use classroom::{LATER, RecordedWork};
use crossbeam_channel::{Receiver, bounded, select_biased};
use worker_pools::Context;

#[derive(Debug, Default, PartialEq)]
struct Fates {
    done: Vec<usize>,
    interrupted: Vec<usize>,
    never_started: Vec<usize>,
}

/// The jobs that a worker did, and the one in which it was interrupted.
type Report = (Vec<usize>, Option<usize>);

fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>) -> Report {
    let mut done = Vec::new();
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return (done, None),
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return (done, None) };
        match work.run_with(context, job) {
            Ok(_) => done.push(job),
            Err(_) => return (done, Some(job)),
        }
    }
}

fn run_all(workers: usize, jobs: usize, context: &Context, work: &RecordedWork) -> Fates {
    let (jobs_tx, jobs_rx) = bounded(jobs);
    for job in 1..=jobs {
        jobs_tx.send(job).expect("we hold a receiver too");
    }
    drop(jobs_tx);
    let mut fates = Fates::default();
    thread::scope(|scope| {
        let workers = (0..workers).map(|_| {
            let jobs = jobs_rx.clone();
            scope.spawn(move || worker(work, context, jobs))
        });
        for worker in workers.collect::<Vec<_>>() {
            let (done, interrupted) = worker.join().expect("no worker panics");
            fates.done.extend(done);
            fates.interrupted.extend(interrupted);
        }
    });
    fates.never_started.extend(jobs_rx.try_iter());
    fates
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    every_job_has_a_fate,
    other_numbers,
    without_a_cancel_all_are_done
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: every job has a fate, whenever the cancel comes");
}

/// Cancels when `done` jobs are done and each worker is busy with another one.
fn cancel_after(done: usize, workers: usize, jobs: usize) -> Fates {
    let work = RecordedWork::new().hold_from(done + 1);
    let (context, cancel) = Context::with_cancel();
    let watched = work.clone();
    thread::spawn(move || {
        watched.wait_for_held(workers);
        cancel.cancel();
    });
    let still = "still waiting for the workers: do they see the cancel?";
    let mut fates = work.within_limit(still, move |work| run_all(workers, jobs, &context, work));
    fates.done.sort();
    fates.interrupted.sort();
    fates
}

fn check(fates: Fates, done: &[usize], interrupted: &[usize], never_started: &[usize]) {
    assert_eq!(
        fates.done, done,
        "the jobs that were done: did somebody take others from the queue?"
    );
    assert_eq!(
        fates.interrupted, interrupted,
        "the jobs that were interrupted"
    );
    assert_eq!(
        fates.never_started, never_started,
        "the jobs that never started"
    );
}

fn every_job_has_a_fate() {
    let fates = cancel_after(4, 3, 12);
    check(fates, &[1, 2, 3, 4], &[5, 6, 7], &[8, 9, 10, 11, 12]);
}

fn other_numbers() {
    check(cancel_after(0, 2, 3), &[], &[1, 2], &[3]);
}

fn without_a_cancel_all_are_done() {
    let (context, _cancel) = Context::with_cancel();
    let work = RecordedWork::new().hold_from(1);
    work.let_go_after(LATER);
    let mut fates = work.within_limit("still waiting for the workers", move |work| {
        run_all(2, 6, &context, work)
    });
    fates.done.sort();
    check(fates, &[1, 2, 3, 4, 5, 6], &[], &[]);
}
