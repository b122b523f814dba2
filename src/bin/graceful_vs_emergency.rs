//! # Graceful shutdown, and the emergency stop
//!
//! Article 1, "Graceful Shutdown". The same pool is stopped in two ways. Graceful: close the
//! queue; the workers do all that is in it and return. Emergency: cancel the context as well;
//! here the work watches it too, so every worker is gone within milliseconds, however long its
//! job. The article's program says nothing of the jobs that are left. This one names them.
//!
//! Go to Rust:
//! - `wg.Wait()` is `join`, which also gets what the worker returns: here the job in which it was
//!   interrupted.
//! - After `cancel()`, Go's program forgets the queue. Here `main` kept a receiver, and finds in
//!   it the jobs that never started.
//! - Both halves run the same code. They differ in who ends the context: nobody, or the clock.
//!
//! Predict: 3 workers, 20 jobs of 500 ms. How long does the graceful half take? And with 4 workers
//! and `--cancel-after-ms 1250`, how many jobs of the emergency half are done, interrupted, never
//! started?
//!
//! Try:
//! - `cargo run --bin graceful_vs_emergency -- --only emergency --work-ms 60000`: a minute's job,
//!   and still the workers are gone at once.
//! - `cargo run --bin graceful_vs_emergency -- --only emergency --cancel-after-ms 0`: no job
//!   starts.
//! - `cargo run --bin graceful_vs_emergency`, then press Ctrl-C within 3 s: the graceful half
//!   becomes an emergency, and the other half follows. Press it again.

use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::cli::{CommonFlags, Defaults, millis};
use worker_pools::{Context, Work, eprintln, println};

/// Two ways to stop a pool: let it finish, or stop it now
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

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
            recv(context.done()) -> _ => {
                println!("worker {id} cancelled");
                return None;
            }
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else {
            return None; // `jobs` is closed and empty
        };

        println!("worker {id} processing job {job}");
        if work.run_with(context, id, job).is_err() {
            println!("worker {id} cancelled");
            return Some(job);
        }
        // No second select: `results` has room for all of them, so this never waits.
        results.send(job * 2).expect("main keeps its receiver");
    }
}

/// Runs the pool until the queue is empty or the context is done, whichever comes first. Returns
/// the record of the work.
fn run(flags: &CommonFlags, context: Context) -> Work {
    let work = flags.work();
    let (jobs_tx, jobs_rx) = bounded(flags.jobs);
    let (results_tx, results_rx) = bounded(flags.jobs);

    let mut interrupted = Vec::new();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 0..flags.workers {
            let (work, context) = (&work, &context);
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            workers.push(scope.spawn(move || worker(id, work, context, jobs, results)));
        }
        drop(results_tx);

        for job in 0..flags.jobs {
            jobs_tx.send(job).expect("main holds a receiver too");
        }
        drop(jobs_tx); // no more jobs: workers do what is left, and return

        for worker in workers {
            interrupted.extend(worker.join().expect("no worker panics"));
        }
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
        flags.jobs,
        interrupted.len(),
        never_started.len(),
    );
    let cancelled = context.done_at();
    if let Some(after) = cancelled.and_then(|at| all_gone.checked_duration_since(at)) {
        eprintln!("last worker gone {after:.1?} after the cancel");
    }
    work.timeline().mark("cancel", cancelled);
    work
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

    let mut halves = Vec::new();
    if flags.only != Some(Half::Emergency) {
        eprintln!("graceful: close the queue and wait");
        let (context, cancel) = Context::with_cancel();
        cancel.on_ctrl_c();
        halves.push(("graceful", run(&flags.common, context)));
    }
    if flags.only != Some(Half::Graceful) {
        let after = flags.cancel_after_ms.as_millis();
        eprintln!("emergency: cancel after {after} ms");
        let (context, cancel) = Context::with_timeout(flags.cancel_after_ms);
        cancel.on_ctrl_c();
        halves.push(("emergency", run(&flags.common, context)));
    }
    flags.common.draw_runs(&halves);
}
