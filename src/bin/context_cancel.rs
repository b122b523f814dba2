//! # Worker pool with context
//!
//! Article 1, "Worker Pool with Context". The pool of `basic`, cancelled in
//! the middle by the clock or by Ctrl-C. The work does not watch the context,
//! and `main` stops reading results at the cancel. That is why there are two
//! selects: the first keeps a worker from starting another job, the second
//! keeps it from waiting forever for somebody to take its result.
//!
//! Go to Rust:
//! - `ctx.Done()` is a receiver on which nothing ever arrives: to cancel is to
//!   drop its sender. Go's `cancel()` is `cancel.cancel()`; here the clock and
//!   Ctrl-C call it for us.
//! - Go's `select` picks at random among the cases that are ready, so sometimes
//!   a worker starts another job after the cancel. `select_biased!` tries its
//!   arms from top to bottom: the order of the arms is the rule.
//! - A job that was too late is not forgotten: its thread returns its number,
//!   and `join` gets it.
//!
//! Predict: 3 workers, 10 jobs of 500 ms, a cancel after 1200 ms. How many
//! results are delivered, how many are too late, how many jobs never start, and
//! when does the program end? And with 4 workers?
//!
//! Try:
//! - `cargo run --bin context_cancel -- --workers 4`: were you right?
//! - `cargo run --bin context_cancel -- --cancel-after-ms 0`: all workers see
//!   the cancel in the first select. Swap its two arms, and each of them does
//!   one job whose result nobody takes.
//! - `cargo run --bin context_cancel -- --work-ms 3000`: a job that does not
//!   watch the context makes everybody wait.
//! - `cargo run --bin context_cancel -- --cancel-after-ms 60000`, then press
//!   Ctrl-C within 2 s.
//! - Replace the second select by `results.send(job * 2).unwrap();`: it hangs.
//!   Ctrl-C ends it within a second: the picture shows that nobody works.
//!
//! Then: the exercises in `classroom/exercises/context_cancel`.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use timeline::Ending;
use worker_pools::cli::{CommonFlags, Parse, millis};
use worker_pools::{Context, Work, eprintln, println};

/// A pool that is cancelled while it works
#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// When to cancel, in milliseconds from the start
    #[arg(long, value_name = "MS", default_value = "1200")]
    #[arg(value_parser = millis())]
    cancel_after_ms: Duration,
}

/// Returns the job whose result it could not deliver, if any.
fn worker(
    id: usize,
    work: &Work,
    context: &Context,
    jobs: Receiver<usize>,
    results: Sender<usize>,
) -> Option<usize> {
    loop {
        // An arm is `recv(channel) -> message => what to do`.
        // First select: done comes first, so no job starts after the cancel.
        let job = select_biased! {
            recv(context.done()) -> _ => {
                println!("worker {id} cancelled");
                return None;
            }
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return None }; // `jobs` is closed and empty

        println!("worker {id} processing job {job}");
        work.run(id, job);

        // Second select: the result comes first, so it is delivered if somebody
        // still takes it.
        select_biased! {
            send(results, job * 2) -> sent => sent.expect("main keeps it open"),
            recv(context.done()) -> _ => {
                println!("worker {id} cancelled");
                work.timeline().ended_as(job, Ending::Undelivered);
                return Some(job);
            }
        }
    }
}

fn main() {
    let flags = Flags::parse();
    let work = flags.common.work();
    let (context, cancel) = Context::with_timeout(flags.cancel_after_ms);
    let signals = flags.common.draw_on_signal(&work);
    cancel.on_signal(&signals);

    let (jobs_tx, jobs_rx) = bounded(flags.common.jobs);
    for job in 1..=flags.common.jobs {
        jobs_tx.send(job).expect("jobs_rx is still here");
    }
    drop(jobs_tx);
    // No room: a worker hands its result to main, or keeps it.
    let (results_tx, results_rx) = bounded(0);

    let (delivered, late) = thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 1..=flags.common.workers {
            let (work, context) = (&work, &context);
            let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
            let body = move || worker(id, work, context, jobs, results);
            workers.push(scope.spawn(body));
        }
        drop(results_tx);

        let mut delivered = 0;
        loop {
            // Done comes first: nobody reads after the cancel.
            let result = select_biased! {
                recv(context.done()) -> _ => {
                    work.timeline().mark("cancel", context.done_at());
                    let hint = "(Ctrl-C ends the program)";
                    eprintln!("cancelled; waiting for the workers {hint}");
                    break;
                }
                recv(results_rx) -> result => result,
            };
            let Ok(result) = result else { break }; // all workers are gone
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
        "{} jobs: {delivered} delivered, {late} finished too late to deliver, \
         {} never started",
        flags.common.jobs,
        jobs_rx.len(),
    );
    flags.common.draw(&work);
}
