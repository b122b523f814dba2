// # Finish what you began
//
// A service restarts. Its `shutdown` cancels: each worker finishes its job and
// returns, and the jobs in the queue are never done. But there is no hurry. All
// jobs that were accepted must be done first.
//
// Lesson: cargo run -p worker-pools --bin graceful_vs_emergency

use std::thread::{self, JoinHandle};

use classroom::{LATER, RecordedWork, SOON, within, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
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

// TODO: Stop the workers without a cancel, and return the results of all jobs.
// Think twice about the order of the steps.
fn shutdown(
    jobs: Sender<usize>,
    cancel: Cancel,
    workers: Vec<JoinHandle<Vec<usize>>>,
) -> Vec<usize> {
    cancel.cancel();
    let mut results = Vec::new();
    for worker in workers {
        results.extend(worker.join().expect("no worker panics"));
    }
    results
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![what_was_accepted_is_done, idle_workers_return];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: the pool is shut down, and all 9 jobs are done");
}

/// Submits 9 jobs to 3 workers, and shuts down while the first three run.
fn what_was_accepted_is_done() {
    let work = RecordedWork::new().hold_from(1);
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(9);
    let workers = (0..3).map(|_| {
        let (work, context, jobs) = (work.clone(), context.clone(), jobs_rx.clone());
        thread::spawn(move || worker(&work, &context, jobs))
    });
    let workers: Vec<_> = workers.collect();
    for job in 1..=9 {
        jobs_tx.send(job).expect("we hold a receiver too");
    }
    work.wait_for_held(3);
    work.let_go_after(LATER);

    let still = "still waiting for `shutdown`: who tells the workers that no more jobs come?";
    let mut results = within_limit(still, move || shutdown(jobs_tx, cancel, workers));
    results.sort();
    assert_eq!(jobs_rx.len(), 0, "jobs left in the queue, never done");
    assert_eq!(
        results,
        [2, 4, 6, 8, 10, 12, 14, 16, 18],
        "`shutdown` should return the results of all jobs"
    );
    work.assert_each_once(9);
}

fn idle_workers_return() {
    let (context, cancel) = Context::with_cancel();
    let (jobs_tx, jobs_rx) = bounded(9);
    let idle = thread::spawn(move || worker(&RecordedWork::new(), &context, jobs_rx));
    let still = "still waiting for `shutdown`, which waits for a worker without a job";
    let results = within(SOON, still, move || shutdown(jobs_tx, cancel, vec![idle]));
    assert_eq!(results, [], "there were no jobs, so there are no results");
}
