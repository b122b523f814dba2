// # Where did the other jobs go?
//
// They are where they always were: in the queue. `run_all` has a receiver too,
// so the queue outlives the workers. When all workers have returned, nobody
// else takes jobs from it. Before that, `run_all` would take jobs away from
// workers that would have done them.
//
// `interrupted` is an `Option`, and `extend` accepts it as a list of one job or
// none.
//
// Two answers that look right: LOOKS_RIGHT.md, hand_back

use std::thread;

use classroom::RecordedWork;
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
        let workers: Vec<_> = workers.collect();
        for worker in workers {
            let (done, interrupted) = worker.join().expect("no worker panics");
            fates.done.extend(done);
            fates.interrupted.extend(interrupted);
        }
    });
    fates.never_started.extend(jobs_rx.try_iter());
    fates
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::time::Duration;

use classroom::{LIMIT, LONG, checks, run_checks, within_limit};

checks![
    every_job_has_a_fate,
    other_numbers,
    more_workers_than_jobs,
    a_job_that_does_not_see_the_cancel,
    cancelled_before_the_start,
    without_a_cancel_all_are_done;
    patient: without_a_cancel_long_jobs_are_done
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: every job has a fate, whenever the cancel comes");
}

/// Checks the fates of jobs 1 to `jobs`: the first `done` are done, the next
/// `interrupted` are interrupted, and the others never started.
fn check(fates: Fates, jobs: usize, done: usize, interrupted: usize) {
    let lists = [
        ("`done`", &fates.done),
        ("`interrupted`", &fates.interrupted),
        ("`never_started`", &fates.never_started),
    ];
    for job in 1..=jobs {
        let right = match job {
            _ if job <= done => "`done`",
            _ if job <= done + interrupted => "`interrupted`",
            _ => "`never_started`",
        };
        let names = lists.iter().flat_map(|(name, list)| {
            let times = list.iter().filter(|it| **it == job);
            times.map(|_| *name)
        });
        let is_in = match &names.collect::<Vec<_>>()[..] {
            [] => "no list".to_string(),
            names => names.join(" and in "),
        };
        let hint = match (&is_in[..], right) {
            ("`never_started`", "`done`") => {
                ".\nDid somebody take it out of the queue before a worker could?"
            }
            _ => "",
        };
        assert!(
            is_in == right,
            "job {job} belongs in {right}, but it is in {is_in}{hint}"
        );
    }
    let all: usize = lists.iter().map(|(_, list)| list.len()).sum();
    assert!(
        all == jobs,
        "there are {jobs} jobs, but the lists have {all}"
    );
}

/// Cancels when `done` jobs are done and each worker is busy with another one.
fn cancel_after(done: usize, workers: usize, jobs: usize) {
    let busy = workers.min(jobs - done);
    let work = RecordedWork::new().hold_from(done + 1);
    let (context, cancel) = Context::with_cancel();
    let watched = work.clone();
    thread::spawn(move || {
        watched.wait_for_held(busy);
        cancel.cancel();
    });
    let still = "still waiting for the workers: do they see the cancel?";
    let fates = work.within_limit(still, move |work| run_all(workers, jobs, &context, work));
    check(fates, jobs, done, busy);
}

fn every_job_has_a_fate() {
    cancel_after(4, 3, 12);
}

fn other_numbers() {
    cancel_after(0, 2, 3);
    cancel_after(7, 1, 8);
    cancel_after(2, 4, 6);
}

fn more_workers_than_jobs() {
    cancel_after(1, 5, 3);
}

/// Job 1 ends long after the cancel, and it is done.
fn a_job_that_does_not_see_the_cancel() {
    let work = RecordedWork::new().slow(1).hold_from(2);
    let (context, cancel) = Context::with_cancel();
    let watched = work.clone();
    thread::spawn(move || {
        watched.wait_for_held(1);
        cancel.cancel();
    });
    let still = "still waiting for the workers";
    let fates = work.within_limit(still, move |work| run_all(2, 6, &context, work));
    check(fates, 6, 1, 1);
}

fn cancelled_before_the_start() {
    let (context, cancel) = Context::with_cancel();
    cancel.cancel();
    let still = "still waiting, although the context was done from the start";
    let fates = within_limit(still, move || run_all(2, 5, &context, &RecordedWork::new()));
    check(fates, 5, 0, 0);
}

fn run_without_a_cancel(work: &RecordedWork, limit: Duration) {
    let (context, cancel) = Context::with_cancel();
    let still = "still waiting, although all jobs are done";
    let fates = work.within(limit, still, move |work| run_all(2, 6, &context, work));
    check(fates, 6, 6, 0);
    drop(cancel);
}

fn without_a_cancel_all_are_done() {
    run_without_a_cancel(&RecordedWork::new(), LIMIT);
}

fn without_a_cancel_long_jobs_are_done() {
    let work = RecordedWork::new().hold_from(1);
    work.let_go_after(LONG);
    run_without_a_cancel(&work, LONG + LIMIT);
}
