//! # Graceful shutdown and emergency stop
//!
//! Article 1, "Graceful Shutdown". The same pool is ended in two ways.
//! Graceful: close the queue; the workers finish all jobs in it and return.
//! Emergency: cancel the context as well. Here the work watches it, so all
//! workers are gone within milliseconds, however long their jobs are. The
//! article's program forgets the jobs that are left. This one lists them.
//!
//! Go to Rust:
//! - `wg.Wait()` is `join`, which also gets what the worker returns: here the
//!   job that was interrupted.
//! - After `cancel()`, Go's program forgets the queue. Here `main` keeps a
//!   receiver and finds in it the jobs that never started.
//! - Both halves run the same code. The difference is who ends the context:
//!   nobody, or the clock.
//!
//! Predict: 3 workers, 20 jobs of 500 ms. How long does the graceful half take?
//! The emergency half is cancelled after 750 ms: how many of its jobs are done,
//! how many are interrupted, and how many never start? And with 4 workers and a
//! cancel after 1250 ms?
//!
//! Try:
//! - `cargo run --bin graceful_vs_emergency -- --only emergency --workers 4
//!   --cancel-after-ms 1250`: were you right?
//! - `cargo run --bin graceful_vs_emergency -- --only emergency --work-ms
//!   60000`: jobs of a minute, and still all workers are gone at once.
//! - `cargo run --bin graceful_vs_emergency -- --only emergency
//!   --cancel-after-ms 0`: no job starts.
//! - `cargo run --bin graceful_vs_emergency`, then press Ctrl-C within 3 s: the
//!   graceful half becomes an emergency, and the other half follows. Press it
//!   again to cancel that half early.
//!
//! Then: the exercises in `classroom/exercises/graceful_vs_emergency`.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::cli::{CommonFlags, Parse, millis};
use worker_pools::{Context, Work, eprintln, println, signal};

/// Two ways to end a pool: let it finish, or stop it now
#[derive(clap::Parser)]
#[command(mut_arg("jobs", |jobs| jobs.default_value("20")))]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Run only this half
    #[arg(long, value_name = "HALF", value_parser = ["graceful", "emergency"])]
    only: Option<String>,

    /// When to cancel the emergency half, in milliseconds from its start
    #[arg(long, value_name = "MS", default_value = "750")]
    #[arg(value_parser = millis())]
    cancel_after_ms: Duration,
}

/// Returns the job that was interrupted, if any.
fn worker(
    id: usize,
    work: &Work,
    context: &Context,
    jobs: Receiver<usize>,
    results: Sender<usize>,
) -> Option<usize> {
    let interrupted = loop {
        let job = select_biased! {
            recv(context.done()) -> _ => break None,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return None }; // `jobs` is closed and empty

        println!("worker {id} processing job {job}");
        if work.run_with(context, id, job).is_err() {
            break Some(job);
        }
        // No second select: `results` has room for all, so this never waits.
        results.send(job * 2).expect("main keeps its receiver");
    };
    println!("worker {id} cancelled");
    interrupted
}

/// Runs the pool until the queue is empty or the context is done. Returns the
/// picture's heading, and the record of the work.
fn run(half: &str, flags: &CommonFlags, context: Context) -> (String, Work) {
    let work = flags.work_from(0); // the article counts from 0
    let (jobs_tx, jobs_rx) = bounded(flags.jobs);
    let (results_tx, results_rx) = bounded(flags.jobs);

    let mut interrupted = Vec::new();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 0..flags.workers {
            let (work, context) = (&work, &context);
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            let body = move || worker(id, work, context, jobs, results);
            workers.push(scope.spawn(body));
        }
        drop(results_tx);

        for job in 0..flags.jobs {
            jobs_tx.send(job).expect("main holds a receiver too");
        }
        drop(jobs_tx); // no more jobs: workers finish the queue and return

        for worker in workers {
            interrupted.extend(worker.join().expect("no worker panics"));
        }
    });
    let cancelled = context.done_at();
    let gone_after = cancelled.map(|at| at.elapsed().as_millis());

    let mut done = 0;
    for result in results_rx {
        println!("result: {result}");
        done += 1;
    }
    let never_started: Vec<usize> = jobs_rx.try_iter().collect();
    if let Some(gone_after) = gone_after {
        eprintln!("last worker gone {gone_after} ms after the cancel");
        println!("interrupted: {interrupted:?}");
        println!("never started: {never_started:?}");
    }
    let account = format!(
        "{} jobs: {done} done, {} interrupted, {} never started",
        flags.jobs,
        interrupted.len(),
        never_started.len(),
    );
    println!("{account}");
    work.timeline().mark("cancel", cancelled);
    (format!("{half}, {account}"), work)
}

fn main() {
    let flags = Flags::parse();
    let signals = signal::notify();
    let mut halves = Vec::new();
    if flags.only.as_deref() != Some("emergency") {
        eprintln!("graceful: close the queue and wait");
        let (context, cancel) = Context::with_cancel();
        cancel.on_signal(&signals);
        halves.push(run("graceful", &flags.common, context));
    }
    if flags.only.as_deref() != Some("graceful") {
        eprintln!("emergency: cancel after {:?}", flags.cancel_after_ms);
        let (context, cancel) = Context::with_timeout(flags.cancel_after_ms);
        cancel.on_signal(&signals);
        halves.push(run("emergency", &flags.common, context));
    }
    flags.common.draw_runs(&halves);
}
