//! # Production pool
//!
//! Article 2, the whole of it. A service: jobs keep coming in bursts, some of them panic, and it
//! must not lose one, must be observable, and must stop well. `pool.rs` is the pool, made to be
//! copied; `results.rs` is what it gives back, `metrics.rs` what it counts. This file is the
//! service around it: `arrivals.rs` is where its jobs come from, `report.rs` what it prints,
//! `http.rs` and `prometheus.rs` what it tells those who watch it.
//!
//! Go to Rust:
//! - A job that does not fit comes back to its submitter, inside of the error.
//! - In the article, a worker waits for ever in `results <- result` when nobody reads. Here no
//!   worker waits for a reader: while too many results lie there, `submit` takes no more jobs.
//! - In the article, a cancel leaves jobs in the queue, and nobody knows which. Here `shutdown`
//!   returns them.
//! - `recover()` is `catch_unwind`. The worker lives on, and the failed job comes back with what
//!   it said.
//!
//! Predict: 4 workers, a queue of 16, jobs of 200 ms. For ten seconds, 25 jobs come each second. How
//! many can the pool accept, at most? And how long can the drain take then?
//!
//! Try:
//! - `cargo run --bin production_pool -- --queue 200`: nothing is rejected any more. What does it
//!   cost? Look at the queue at the end, and how long the drain takes.
//! - `cargo run --bin production_pool -- --work-ms 1000 --grace-secs 1`: a drain that runs out of
//!   time. Every job is accounted for.
//! - `cargo run --bin production_pool -- --duration-secs 0 --work-ms 1000`, and in another terminal
//!   `curl http://127.0.0.1:9898/metrics`. Then press Ctrl-C, and once more during the drain.

mod arrivals;
mod http;
mod metrics;
mod pool;
mod prometheus;
mod report;
mod results;

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{panic, process, thread};

use clap::Parser;
use worker_pools::cli::{self, millis, number, seconds};
use worker_pools::context::Reason;
use worker_pools::output::fail;
use worker_pools::picture::PictureFlags;
use worker_pools::work::{Interrupted, this_worker};
use worker_pools::{Context, Work, eprintln};

use arrivals::submit_bursts;
use http::Endpoint;
use pool::Pool;

/// A service around a worker pool: it can be observed, and stops well
#[derive(Clone, Parser)]
struct Flags {
    /// Workers in the pool
    #[arg(long, value_name = "N", default_value = "4", value_parser = number(1..=1_000_usize))]
    workers: usize,

    /// Jobs that the queue has room for
    #[arg(long, value_name = "N", default_value = "16")]
    #[arg(value_parser = number(0..=1_000_000_usize))]
    queue: usize,

    /// Jobs that come each second, on average; they come in bursts
    #[arg(long, value_name = "N", default_value = "25", value_parser = number(1..=10_000_u32))]
    rate: u32,

    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", default_value = "200", value_parser = millis())]
    work_ms: Duration,

    /// By how much a job may be longer or shorter than that, in percent
    #[arg(long, value_name = "PERCENT", default_value = "50", value_parser = number(0..=100_u32))]
    jitter: u32,

    /// How many jobs of a hundred panic, on average
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = number(0..=100_u32))]
    panic_percent: u32,

    /// Chooses what is random: bursts, panics, and how long each job takes
    #[arg(long, value_name = "N", default_value = "1", value_parser = number(0..=u64::MAX))]
    seed: u64,

    /// For how long jobs come, in seconds; 0: until Ctrl-C
    #[arg(long, value_name = "SECS", default_value = "10", value_parser = seconds(0.0))]
    duration_secs: Duration,

    /// How long the pool may go on with the jobs that it has when no more come, in seconds
    #[arg(long, value_name = "SECS", default_value = "5", value_parser = seconds(0.0))]
    grace_secs: Duration,

    #[command(flatten)]
    picture: PictureFlags,

    /// Where to serve /metrics and /healthz: an IP address and a port, or "off"
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9898")]
    metrics: Endpoint,
}

struct Job {
    number: usize,
    panics: bool,
}

type Outcome = Result<(), Interrupted>;
type JobPool = Pool<Job, Outcome>;

/// What the workers do with a job.
fn do_job(stop: &Context, job: &Job, work: &Work) -> Outcome {
    work.run_with(stop, this_worker(), job.number)?;
    if job.panics {
        panic!("--panic-percent wanted it");
    }
    Ok(())
}

/// A job that panics is reported with its result, on one line. All other panics are printed as
/// ever. The pool names its threads "worker 1" and so on.
fn keep_panics_of_jobs_quiet() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| match thread::current().name() {
        Some(name) if name.starts_with("worker ") => {}
        _ => print(panic),
    }));
}

fn main() {
    let flags: Flags = cli::parse();
    let work = Work::new(flags.work_ms, f64::from(flags.jitter) / 100.0, flags.seed);
    let timeline = work.timeline().clone();
    keep_panics_of_jobs_quiet();

    let work_on = move |stop: &Context, job: &Job| do_job(stop, job, &work);
    let pool: Arc<JobPool> = match Pool::new(flags.workers, flags.queue, work_on) {
        Ok(pool) => Arc::new(pool),
        Err(error) => fail(format_args!(
            "cannot start {} workers: {error}",
            flags.workers
        )),
    };
    if let Endpoint::At(address) = flags.metrics {
        match http::serve(address, &pool) {
            Ok(()) => eprintln!("metrics: http://{address}/metrics"),
            Err(error) => fail(format_args!("cannot serve --metrics {address}: {error}")),
        }
    }
    let (accept, cancel) = if flags.duration_secs.is_zero() {
        Context::with_cancel()
    } else {
        Context::with_timeout(flags.duration_secs)
    };
    cancel.on_ctrl_c();

    let reader = {
        let (pool, flags, timeline) = (Arc::clone(&pool), flags.clone(), timeline.clone());
        thread::spawn(move || report::until_closed(&pool, &flags, &timeline))
    };
    let arrivals = submit_bursts(&pool, &accept, &flags, &timeline);

    let grace = flags.grace_secs.as_secs_f64();
    eprintln!("no more jobs come; at most {grace} s for those in the pool");
    let (stop, cancel) = Context::with_timeout(flags.grace_secs);
    cancel.on_second_ctrl_c();
    let start = Instant::now();
    let leftovers = pool.shutdown(&stop);
    let reason = stop.reason();
    let ended = match reason {
        None => "all of them are done",
        Some(Reason::DeadlineExceeded) => "the time is up: stopped",
        Some(Reason::Cancelled) => "second signal: stopped",
    };
    eprintln!("{ended} after {:.1?}", start.elapsed());

    let tally = reader.join().expect("it does not panic");
    report::sum_up(&pool, arrivals, tally, leftovers);
    timeline.mark("no more jobs", accept.done_at());
    timeline.mark("stop", stop.done_at().filter(|_| reason.is_some()));
    flags.picture.draw(flags.workers, &timeline);
    if reason == Some(Reason::Cancelled) {
        process::exit(130);
    }
}
