//! # Graceful shutdown, and the emergency stop
//!
//! Article 1, "Graceful Shutdown". The same pool is stopped in two ways. Graceful: close the
//! queue; the workers do all that is in it and return. Emergency: cancel the context; here the
//! work watches it too, so every worker is gone within milliseconds, however long its job. The
//! article's program then forgets the jobs that were cut short or still queued. This one names
//! them.
//!
//! Go to Rust:
//! - `wg.Wait()` is `join`, and `join` also returns what the worker has to say: here the job that
//!   was interrupted under its hands.
//! - `cancel()` in Go leaves the queue to the garbage collector. Here `main` kept a receiver, and
//!   finds in it the jobs that never started.
//!
//! Predict: 3 workers, 20 jobs of 500 ms. How long does the graceful half take? In the emergency
//! half, cancelled after 750 ms, how many jobs are done, interrupted, never started?
//!
//! Try:
//! - `cargo run --bin graceful_vs_emergency -- --only emergency --work-ms 60000`: still at once.
//! - `cargo run --bin graceful_vs_emergency -- --only emergency --cancel-after-ms 0`
//! - `cargo run --bin graceful_vs_emergency -- --only graceful`, then press Ctrl-C.

use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::cli::{Defaults, PoolFlags, millis};
use worker_pools::{Context, Work, eprintln, println};

/// Two ways to stop a pool: let it finish, or stop it now
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    pool: PoolFlags,

    /// Run one half only
    #[arg(long, value_name = "HALF")]
    only: Option<Half>,

    /// When the emergency half is cancelled, in milliseconds from its start
    #[arg(long, value_name = "MS", value_parser = millis(), default_value = "750")]
    cancel_after_ms: Duration,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Half {
    Graceful,
    Emergency,
}

/// Returns the job that was interrupted, if there is one.
fn worker(
    id: usize,
    work: &Work,
    context: &Context,
    jobs: Receiver<usize>,
    results: Sender<usize>,
) -> Option<usize> {
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return None,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else {
            return None; // `jobs` is closed and empty
        };
        println!("worker {id} processing job {job}");
        if work.run_with(context, id, job).is_err() {
            return Some(job);
        }
        // No select here: `results` has room for all of them, so this never waits.
        results.send(job * 2).expect("main keeps its receiver");
    }
}

/// Runs the pool until the queue is empty or the context is done, whichever comes first.
fn run(pool: &PoolFlags, context: &Context) {
    let work = pool.work();
    let (jobs_tx, jobs_rx) = bounded(pool.jobs);
    let (results_tx, results_rx) = bounded(pool.jobs);

    let mut interrupted: Vec<usize> = thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 0..pool.workers {
            let (work, jobs, results) = (&work, jobs_rx.clone(), results_tx.clone());
            workers.push(scope.spawn(move || worker(id, work, context, jobs, results)));
        }
        drop(results_tx);

        for job in 0..pool.jobs {
            jobs_tx.send(job).expect("main holds a receiver too");
        }
        drop(jobs_tx); // no more jobs: workers do what is left, and return

        let workers = workers.into_iter().map(|worker| worker.join());
        let interrupted = workers.filter_map(|job| job.expect("no worker panics"));
        interrupted.collect()
    });
    let all_gone = Instant::now();

    let mut done = 0;
    for result in results_rx {
        println!("result: {result}");
        done += 1;
    }
    interrupted.sort();
    let never_started: Vec<usize> = jobs_rx.try_iter().collect();
    list("interrupted", &interrupted);
    list("never started", &never_started);
    println!(
        "{} jobs: {done} done, {} interrupted, {} never started",
        pool.jobs,
        interrupted.len(),
        never_started.len(),
    );
    let cancelled = context.done_at();
    if let Some(after) = cancelled.and_then(|at| all_gone.checked_duration_since(at)) {
        eprintln!("last worker gone {after:.1?} after the cancel");
    }
}

fn list(fate: &str, jobs: &[usize]) {
    if !jobs.is_empty() {
        let jobs: Vec<String> = jobs.iter().map(usize::to_string).collect();
        println!("{fate}: {}", jobs.join(", "));
    }
}

fn main() {
    let flags: Flags = Defaults {
        workers: 3,
        jobs: 20,
        work_ms: 500,
    }
    .parse();

    if flags.only != Some(Half::Emergency) {
        eprintln!("graceful: close the queue, and wait");
        let (context, cancel) = Context::with_cancel();
        cancel.on_ctrl_c();
        run(&flags.pool, &context);
    }
    if flags.only != Some(Half::Graceful) {
        let after = flags.cancel_after_ms.as_millis();
        eprintln!("emergency: cancel after {after} ms");
        let (context, cancel) = Context::with_timeout(flags.cancel_after_ms);
        cancel.on_ctrl_c();
        run(&flags.pool, &context);
    }
}
