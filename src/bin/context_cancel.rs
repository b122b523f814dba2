//! # Worker pool with context
//!
//! Article 1, "Worker Pool with Context". The pool of `basic`, cancelled in mid-flight: by the
//! clock, or by Ctrl-C. The work itself does not watch the context, so a worker that is busy
//! notices the cancel when its job is done. `main` stops reading results at the cancel, and this
//! is why there are two selects: the first keeps a worker from starting one more job, the second
//! keeps it from waiting for ever to hand over a result that nobody will take.
//!
//! Go to Rust:
//! - `ctx.Done()` is a receiver on which nothing ever arrives: to cancel is to drop its sender.
//!   Go's `cancel()` is `cancel.cancel()`; here the clock and Ctrl-C call it for us.
//! - Go's `select` picks at random among the cases that are ready, so now and then a worker takes
//!   one more job after the cancel. `select_biased!` tries its arms from top to bottom: the order
//!   of the arms is the rule.
//! - A job that came too late is not forgotten: the thread returns its number, and `join` gets it.
//!
//! Predict: 3 workers, 10 jobs of 500 ms, cancel after 1200 ms. How many results are delivered,
//! how many come too late, how many jobs never start, and when does the program end? The README
//! tells. Then: the same with 4 workers?
//!
//! Try:
//! - `cargo run --bin context_cancel -- --cancel-after-ms 0`: all workers meet the cancel in the
//!   first select. Swap its two arms, and each of them does one job for nothing.
//! - `cargo run --bin context_cancel -- --work-ms 3000`: who does not watch the context makes the
//!   others wait.
//! - `cargo run --bin context_cancel -- --cancel-after-ms 60000`, then press Ctrl-C within 2 s.
//! - Put `results.send(job * 2).unwrap();` in place of the second select: it hangs. Ctrl-C, a
//!   second or more after the cancel, ends it.

use std::thread;
use std::time::Duration;

use clap::Parser;
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::cli::{CommonFlags, Defaults, millis};
use worker_pools::{Context, Work, println};

/// A pool that is cancelled while it works
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// When to cancel, in milliseconds from the start
    #[arg(long, value_name = "MS", value_parser = millis(), default_value = "1200")]
    cancel_after_ms: Duration,
}

/// Returns the job whose result it could not deliver, if there is one.
fn worker(
    id: usize,
    work: &Work,
    context: &Context,
    jobs: Receiver<usize>,
    results: Sender<usize>,
) -> Option<usize> {
    loop {
        // First select: done comes first, so whoever gets here after the cancel takes no job.
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
        work.run(id, job);

        // Second select: the result comes first, and is delivered if somebody takes it.
        select_biased! {
            send(results, job * 2) -> sent => sent.expect("main keeps its receiver"),
            recv(context.done()) -> _ => {
                println!("worker {id} cancelled");
                return Some(job);
            }
        }
    }
}

fn main() {
    let flags: Flags = Defaults {
        workers: 3,
        jobs: 10,
        work_ms: 500,
    }
    .parse();
    let work = flags.common.work();
    let (context, cancel) = Context::with_timeout(flags.cancel_after_ms);
    cancel.on_ctrl_c();

    let (jobs_tx, jobs_rx) = bounded(flags.common.jobs);
    // No room in this channel: a result is handed from the worker to main, or stays where it is.
    let (results_tx, results_rx) = bounded(0);

    let (delivered, late) = thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 1..=flags.common.workers {
            let (work, context) = (&work, &context);
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            workers.push(scope.spawn(move || worker(id, work, context, jobs, results)));
        }
        drop(results_tx);

        for job in 1..=flags.common.jobs {
            jobs_tx.send(job).expect("main holds a receiver too");
        }
        drop(jobs_tx);

        let mut delivered = 0;
        loop {
            // From the cancel on nobody reads, so done comes first.
            let result = select_biased! {
                recv(context.done()) -> _ => break,
                recv(results_rx) -> result => result,
            };
            let Ok(result) = result else {
                break; // every worker has returned
            };
            println!("result: {result}");
            delivered += 1;
        }

        let mut late = 0;
        for worker in workers {
            if worker.join().expect("no worker panics").is_some() {
                late += 1;
            }
        }
        (delivered, late)
    });

    println!(
        "{} jobs: {delivered} delivered, {late} finished too late to deliver, {} never started",
        flags.common.jobs,
        jobs_rx.len(),
    );
    work.timeline().mark("cancel", context.done_at());
    flags.common.draw(&work);
}
