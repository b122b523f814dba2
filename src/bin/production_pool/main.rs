//! # Production pool
//!
//! Article 2, all of it. A service: jobs keep coming in bursts, and some of
//! them panic. The service must not lose a job, must be observable, and must
//! stop well. This file is the service around the pool: `arrivals.rs` submits
//! the jobs, `job.rs` runs them, `report.rs` prints, `http.rs`, `prometheus.rs`
//! and `histogram.rs` answer those who watch the service. The pool itself, in
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
//! - `cargo run --bin production_pool -- --when-full wait`, then `retry`: what
//!   happens to the jobs that do not fit? How long does a job wait?
//! - `cargo run --bin production_pool -- --work-ms 1000 --grace-secs 1`: a
//!   drain that runs out of time. Every job is accounted for.
//! - `cargo run --bin production_pool -- --duration-secs 0 --work-ms 1000`, and
//!   in another terminal `curl http://127.0.0.1:9898/metrics`. Then press
//!   Ctrl-C, and again during the drain.
//!
//! Then: the exercises in `classroom/exercises/production_pool`.

mod arrivals;
mod flags;
mod histogram;
mod http;
mod job;
mod prometheus;
mod report;

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{process, thread};

use crossbeam_channel::{Receiver, after, never, select};
use timeline::format_duration;
use worker_pools::cli::Parse;
use worker_pools::output::{self, fail};
use worker_pools::production_pool::Pool;
use worker_pools::{Cancel, Context, eprintln, signal};

use arrivals::submit_bursts;
use flags::{Endpoint, Flags};
use job::{Job, JobPool, Times};
use prometheus::Watched;

/// Ends the arrivals and then the drain, each by its time or by a signal. Its
/// thread starts now: at the shutdown, the system could refuse one.
fn end_phases(flags: &Flags, arrivals: Cancel, drain: Cancel) {
    let signals = signal::notify();
    let duration = match flags.duration_secs {
        Duration::ZERO => never(),
        duration => after(duration),
    };
    let grace = flags.grace_secs;
    thread::spawn(move || {
        let is_signalled_before = |time: &Receiver<Instant>| {
            select! {
                recv(signals) -> _ => true,
                recv(time) -> _ => false,
            }
        };
        let mut signalled = is_signalled_before(&duration);
        arrivals.cancel();

        let grace = after(grace);
        if !signalled {
            signalled = is_signalled_before(&grace);
        }
        if signalled {
            eprintln!("draining; press Ctrl-C again to stop now");
            is_signalled_before(&grace);
        }
        drain.cancel();
    });
}

fn main() {
    let flags = Flags::parse();
    output::stderr_in_background(); // no job waits for its reader
    let work = flags.work();
    let timeline = work.timeline().clone();
    job::silence_panics();

    let times = Arc::new(Times::default());
    let run = {
        let times = Arc::clone(&times);
        move |stop: &Context, job: &Job| job::run(stop, job, &work, &times)
    };
    let pool: Arc<JobPool> = match Pool::new(flags.workers, flags.queue, run) {
        Ok(pool) => Arc::new(pool),
        Err(error) => fail(format_args!(
            "cannot start {} workers: {error} (choose fewer with --workers)",
            flags.workers
        )),
    };
    if let Endpoint::At(address) = flags.metrics {
        let watched = Watched {
            pool: Arc::clone(&pool),
            times: Arc::clone(&times),
            flags: flags.clone(),
        };
        match http::serve(address, watched) {
            Ok(()) => eprintln!("metrics: http://{address}/metrics"),
            Err(error) => fail(format_args!(
                "cannot listen on {address}: {error} (choose another address \
                 with --metrics, or \"off\")"
            )),
        }
    }
    let (accept, end_arrivals) = Context::with_cancel();
    let (stop, end_drain) = Context::with_cancel();
    end_phases(&flags, end_arrivals, end_drain);

    let reader = {
        let (pool, timeline) = (Arc::clone(&pool), timeline.clone());
        thread::spawn(move || report::read_results(&pool, &timeline))
    };
    let (all_read, end_status) = Context::with_cancel();
    output::exit_if_stdout_stalls(&all_read);
    // In its own thread, which may wait for the reader of stdout.
    let status = {
        let (pool, flags) = (Arc::clone(&pool), flags.clone());
        thread::spawn(move || report::print_status(&pool, &flags, &all_read))
    };
    let arrivals = submit_bursts(&pool, &accept, &flags, &timeline);

    let grace = flags.grace_secs.as_secs_f64();
    eprintln!("no more jobs come; draining for at most {grace} s");
    let start = Instant::now();
    let leftovers = pool.shutdown(&stop);
    let took = start.elapsed();
    let stopped = stop.done_at();
    let grace_end = accept.done_at().map(|at| at + flags.grace_secs);
    let by_signal = stopped.is_some() && stopped < grace_end;
    let ended = match stopped {
        None => "all accepted jobs are done",
        Some(_) if by_signal => "second signal: stopped",
        Some(_) => "time is up: stopped",
    };
    eprintln!("{ended} after {}", format_duration(took));

    let tally = reader.join().expect("it does not panic");
    end_status.cancel();
    status.join().expect("it does not panic");
    output::wait_for_stderr(output::ORDER_TIMEOUT);
    report::sum_up(&pool, &times, arrivals, tally, leftovers);
    timeline.mark("no more jobs", accept.done_at());
    timeline.mark("stop", stopped);
    flags.picture.draw(&timeline);
    output::wait_for_stderr(output::READER_TIMEOUT);
    if by_signal {
        process::exit(130);
    }
}
