//! # Production pool
//!
//! Article 2, all of it. A service: jobs keep coming in bursts, and some of
//! them panic. The service must not lose a job, must be observable, and must
//! stop well. This file is the service around the pool: `arrivals.rs` submits
//! the jobs, `job.rs` runs them, `report.rs` prints, `http.rs` and
//! `prometheus.rs` answer those who watch the service. The pool itself, in
//! `src/production_pool/pool.rs`, is the longer half of the lesson.
//!
//! Go to Rust:
//! - A job that does not fit comes back to its submitter inside the error.
//! - In the article, a worker waits forever in `results <- result` if nobody
//!   reads. Here no worker waits for a reader: while too many results are
//!   waiting, `submit` rejects jobs.
//! - In the article, a cancel leaves jobs in the queue, and nobody knows which.
//!   Here `shutdown` returns them.
//! - `recover()` is `catch_unwind`. The worker survives, and the failed job
//!   comes back with its message.
//!
//! Predict: 4 workers, a queue of 16, jobs of 200 ms. For ten seconds, 25 jobs
//! come each second. How many can the pool accept at most? And how long can the
//! drain take then?
//!
//! Try:
//! - `cargo run --bin production_pool -- --queue 200`: nothing is rejected any
//!   more. What does it cost? Look at the queue at the end, and at the drain.
//! - `cargo run --bin production_pool -- --work-ms 1000 --grace-secs 1`: a
//!   drain that runs out of time. Every job is accounted for.
//! - `cargo run --bin production_pool -- --duration-secs 0 --work-ms 1000`, and
//!   in another terminal `curl http://127.0.0.1:9898/metrics`. Then press
//!   Ctrl-C, and again during the drain.

mod arrivals;
mod flags;
mod http;
mod job;
mod prometheus;
mod report;

use std::sync::Arc;
use std::time::Instant;
use std::{process, thread};

use crossbeam_channel::{Sender, bounded};
use worker_pools::cli::Parse;
use worker_pools::context::Reason;
use worker_pools::output::fail;
use worker_pools::production_pool::Pool;
use worker_pools::{Cancel, Context, eprintln, signal};

use arrivals::submit_bursts;
use flags::Flags;
use http::Endpoint;
use job::{Job, JobPool};

/// The service has two phases: jobs arrive, then the pool drains. Each signal
/// ends one phase, the first the arrivals and the second the drain. Returns the
/// sender for the `Cancel` of each phase.
fn end_phases_on_signals() -> Sender<Cancel> {
    let signals = signal::notify();
    let (phases_tx, phases_rx) = bounded::<Cancel>(2);
    thread::spawn(move || {
        // One signal for each phase.
        for (phase, ()) in phases_rx.iter().zip(signals) {
            phase.cancel();
        }
    });
    phases_tx
}

fn main() {
    let flags = Flags::parse();
    let work = flags.work();
    let timeline = work.timeline().clone();
    job::silence_panics();

    let run = move |stop: &Context, job: &Job| job::run(stop, job, &work);
    let pool: Arc<JobPool> = match Pool::new(flags.workers, flags.queue, run) {
        Ok(pool) => Arc::new(pool),
        Err(error) => fail(format_args!(
            "cannot start {} workers: {error} (choose fewer with --workers)",
            flags.workers
        )),
    };
    if let Endpoint::At(address) = flags.metrics {
        match http::serve(address, &pool) {
            Ok(()) => eprintln!("metrics: http://{address}/metrics"),
            Err(error) => fail(format_args!(
                "cannot listen on {address}: {error} (choose another address \
                 with --metrics, or \"off\")"
            )),
        }
    }
    let (accept, cancel) = if flags.duration_secs.is_zero() {
        Context::with_cancel()
    } else {
        Context::with_timeout(flags.duration_secs)
    };
    let phases = end_phases_on_signals();
    phases.send(cancel).expect("it waits for phases");

    let reader = {
        let (pool, flags) = (Arc::clone(&pool), flags.clone());
        let timeline = timeline.clone();
        thread::spawn(move || report::until_closed(&pool, &flags, &timeline))
    };
    let arrivals = submit_bursts(&pool, &accept, &flags, &timeline);

    let grace = flags.grace_secs.as_secs_f64();
    eprintln!("no more jobs come; draining for at most {grace} s");
    let (stop, cancel) = Context::with_timeout(flags.grace_secs);
    phases.send(cancel).expect("it waits for phases");
    let start = Instant::now();
    let leftovers = pool.shutdown(&stop);
    let reason = stop.reason();
    let ended = match reason {
        None => "all accepted jobs are done",
        Some(Reason::DeadlineExceeded) => "time is up: stopped",
        Some(Reason::Cancelled) => "second signal: stopped",
    };
    eprintln!("{ended} after {:.1?}", start.elapsed());

    let tally = reader.join().expect("it does not panic");
    report::sum_up(&pool, arrivals, tally, leftovers);
    timeline.mark("no more jobs", accept.done_at());
    // Only if it came before the drain was over.
    timeline.mark("stop", stop.done_at().filter(|_| reason.is_some()));
    flags.picture.draw(flags.workers, &timeline);
    if reason == Some(Reason::Cancelled) {
        process::exit(130);
    }
}
