// # Finish what you began
//
// First close the queue, then wait. The other way round, `shutdown` waits for
// workers that wait for jobs. `cancel` lives until the end of the function.
// Dropping it cancels as well, so it must not be dropped before the workers
// have returned.
//
// Two answers that look right: LOOKS_RIGHT.md, drain

use std::thread::{self, JoinHandle};

use classroom::RecordedWork;
use crossbeam_channel::{Receiver, Sender, select_biased};
use worker_pools::{Cancel, Context};

/// Returns its results at the cancel, or when the queue is closed and empty.
fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>) -> Vec<usize> {
    let mut results = Vec::new();
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return results,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return results };
        results.push(work.run(job));
    }
}

fn shutdown(
    jobs: Sender<usize>,
    cancel: Cancel,
    workers: Vec<JoinHandle<Vec<usize>>>,
) -> Vec<usize> {
    drop(jobs); // no more jobs: workers do what is left, and return
    let mut results = Vec::new();
    for worker in workers {
        results.extend(worker.join().expect("no worker panics"));
    }
    drop(cancel);
    results
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{LIMIT, LONG, SOON, checks, run_checks, within, within_limit};
use crossbeam_channel::bounded;

checks![
    what_was_accepted_is_done,
    idle_workers_return,
    the_workers_still_see_a_cancel;
    patient: somebody_else_submits_later
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: the pool is shut down, and every job is done");
}

const STILL: &str = "still waiting for `shutdown`: who tells the workers that no more jobs come?";

/// A pool, and what it works with.
struct Pool {
    work: RecordedWork,
    cancel: Cancel,
    jobs_tx: Sender<usize>,
    jobs_rx: Receiver<usize>,
    workers: Vec<JoinHandle<Vec<usize>>>,
}

/// A pool of `workers`, to which jobs 1 to `jobs` have been submitted. They run
/// until they are let go.
fn start(workers: usize, jobs: usize, room: usize) -> Pool {
    let work = RecordedWork::new().hold_from(1);
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(room);
    let handles = (0..workers).map(|_| {
        let (work, context, jobs) = (work.clone(), context.clone(), jobs_rx.clone());
        thread::spawn(move || worker(&work, &context, jobs))
    });
    let handles = handles.collect();
    for job in 1..=jobs {
        jobs_tx.send(job).expect("we hold a receiver too");
    }
    work.wait_for_held(workers.min(jobs));
    Pool {
        work,
        cancel,
        jobs_tx,
        jobs_rx,
        workers: handles,
    }
}

/// Checks that jobs 1 to `jobs` are done, and have their results.
fn check(mut results: Vec<usize>, work: &RecordedWork, queue: &Receiver<usize>, jobs: usize) {
    let left = queue.len();
    assert!(
        left == 0,
        "`shutdown` has returned, but {left} jobs are left in the queue: did it cancel?\n\
         To drop `cancel` cancels as well. Or did it not wait for the workers?"
    );
    results.sort();
    let expected: Vec<usize> = (1..=jobs).map(|job| job * 2).collect();
    assert_eq!(
        results, expected,
        "`shutdown` should return the results of all jobs"
    );
    work.assert_each_once(jobs);
}

fn what_was_accepted_is_done() {
    for (workers, jobs) in [(3, 9), (1, 4), (5, 7)] {
        let pool = start(workers, jobs, jobs);
        let (work, queue) = (pool.work, pool.jobs_rx);
        work.let_go_after(SOON / 10);
        let results = within_limit(STILL, move || {
            shutdown(pool.jobs_tx, pool.cancel, pool.workers)
        });
        check(results, &work, &queue, jobs);
    }
}

fn idle_workers_return() {
    let pool = start(2, 0, 9);
    let still = "still waiting for `shutdown`, which waits for workers without a job";
    let results = within_limit(still, move || {
        shutdown(pool.jobs_tx, pool.cancel, pool.workers)
    });
    assert_eq!(results, [], "there were no jobs, so there are no results");
}

fn the_workers_still_see_a_cancel() {
    let pool = start(2, 20, 20);
    pool.cancel.cancel();
    pool.work.let_go();
    let still = "still waiting for the workers after a cancel: `worker` should stay as it was";
    let workers = pool.workers;
    within_limit(still, || {
        for worker in workers {
            worker.join().expect("no worker panics");
        }
    });
    let left = pool.jobs_rx.len();
    assert_eq!(
        left, 18,
        "a cancel left {left} of 20 jobs in the queue, but two workers had taken only one each: \
         `worker` should stay as it was"
    );
}

/// One worker is busy, and the queue is empty. But somebody else has a sender
/// too, and needs it later.
fn somebody_else_submits_later() {
    let pool = start(2, 1, 3);
    let (work, queue, submitter) = (pool.work, pool.jobs_rx, pool.jobs_tx.clone());
    let busy = work.clone();
    thread::spawn(move || {
        thread::sleep(LONG);
        for job in 2..=4 {
            submitter.send(job).expect("the check holds a receiver too");
        }
        busy.let_go();
    });
    let results = within(LONG + LIMIT, STILL, move || {
        shutdown(pool.jobs_tx, pool.cancel, pool.workers)
    });
    check(results, &work, &queue, 4);
}
