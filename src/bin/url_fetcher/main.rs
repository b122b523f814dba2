//! # Concurrent URL fetcher
//!
//! Article 1, "Practical Example: Concurrent URL Fetcher". Three workers share
//! one HTTP client and fetch a list of URLs. Each request has a timeout, and
//! the whole run has a deadline. At the deadline, or on Ctrl-C, the requests in
//! flight (those that wait for an answer) are cancelled, and every URL still
//! gets its line.
//!
//! Go to Rust:
//! - In Go a request carries its `ctx` and is cancelled with it. Here `main`
//!   waits for results and for the context, and shuts the client down when the
//!   context is done.
//! - The article's workers return at a cancel and forget the queue. Here the
//!   URLs that never started are counted, and so are those in flight.
//! - Nothing can cancel a DNS lookup, a TCP connect or, on Windows, a read.
//!   `main` does not wait for a worker in one: the threads are not scoped and
//!   end with the program.
//!
//! Predict: the demo site has seven pages. One takes a second, one never
//! answers, and a request may take 2 s. How long does the run take with 3
//! workers? With 1? With 7?
//!
//! Try:
//! - `cargo run --bin url_fetcher -- --workers 1`, then 7: were you right?
//! - `cargo run --bin url_fetcher`, and Ctrl-C within a second: every page
//!   still has its line.
//! - `cargo run --bin url_fetcher -- --deadline-secs 0.5 --workers 1`: the
//!   deadline does what Ctrl-C did. Some pages never start.
//! - `cargo run --bin url_fetcher -- https://www.rust-lang.org https://go.dev
//!   http://localhost:1`: the real web, and a port where nobody listens.
//! - `cargo run --bin url_fetcher -- --workers 32 --file urls.txt`, after you
//!   have written one URL per line into `urls.txt`.
//!
//! Then: the exercises in `classroom/exercises/url_fetcher`.

mod client;
mod demo_site;
mod flags;
mod list;
mod lookup;
mod one_tls;
mod progress;
mod reason;
mod report;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select, select_biased};
use timeline::{Lanes, Timeline};
use worker_pools::cli::Parse;
use worker_pools::{Context, eprintln, output, signal};

use client::Client;
use flags::Flags;
use report::{Fate, Report};

/// What all workers use.
#[derive(Clone)]
struct Shared {
    urls: Arc<[String]>,
    client: Client,
    context: Context,
    timeline: Timeline,
}

/// A job is the index of a URL.
fn worker(
    id: usize,
    shared: Shared,
    jobs: Receiver<usize>,
    results: Sender<(usize, Fate)>,
) {
    loop {
        let job = select_biased! {
            recv(shared.context.done()) -> _ => return,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return }; // `jobs` is closed and empty

        let started = shared.timeline.start(id, job);
        let get = AssertUnwindSafe(|| shared.client.get(&shared.urls[job]));
        let fate = match panic::catch_unwind(get) {
            Ok(Ok(status)) => Fate::Answered(status),
            // A cancelled request looks as if the server had hung up.
            Ok(Err(_)) if shared.context.is_done() => Fate::Cancelled,
            Ok(Err(reason)) => Fate::Failed(reason),
            // A bug in the client costs this one URL, not the worker.
            Err(_) => Fate::Failed("its request panicked".into()),
        };
        shared.timeline.end(started, fate.ending());
        if results.send((job, fate)).is_err() {
            return; // main no longer waits
        }
    }
}

/// Starts the workers and queues all jobs. Returns the results, and a receiver
/// of the queue: at the end it holds the jobs that never started.
fn start(
    workers: usize,
    shared: &Shared,
) -> (Receiver<(usize, Fate)>, Receiver<usize>) {
    let (jobs_tx, jobs_rx) = bounded(shared.urls.len());
    // Little room: when stdout is slow, the workers wait for it.
    let (results_tx, results_rx) = bounded(workers);
    for id in 1..=workers {
        let shared = shared.clone();
        let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
        thread::spawn(move || worker(id, shared, jobs, results));
    }
    for job in 0..shared.urls.len() {
        jobs_tx.send(job).expect("jobs_rx is still here");
    }
    // Here `jobs_tx` is dropped, which closes the queue. `results_tx` is
    // dropped too, so the results end when the last worker has returned.
    (results_rx, jobs_rx)
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    output::stderr_in_background();
    let urls: Arc<[String]> = flags.urls().into();
    let (context, cancel) = Context::with_timeout(flags.deadline_secs);
    let signals = signal::notify();
    cancel.on_signal(&signals);
    output::exit_if_stdout_stalls(&context);
    let shared = Shared {
        urls: Arc::clone(&urls),
        client: flags.client(),
        context: context.clone(),
        timeline: Timeline::new(urls.to_vec()),
    };
    shared.timeline.set_lanes(Lanes::Workers(1..=flags.workers));
    let (results, jobs) = start(flags.workers, &shared);

    let progress = progress::show(&jobs, urls.len());
    let mut report = Report::new(urls);
    loop {
        // Either may win: a result that is ready at the end is read below.
        let result = select! {
            recv(results) -> result => result,
            recv(context.done()) -> _ => break,
        };
        let Ok((job, fate)) = result else { break }; // all workers are gone
        report.line(job, fate);
    }
    drop(progress);

    // A context that is done after the last answer has stopped nothing.
    let stopped = context.reason().filter(|_| !report.is_complete());
    if let Some(reason) = stopped {
        eprintln!("stopped: {reason}");
        shared.client.abort();
        output::wait_for_stderr(output::ORDER_TIMEOUT);
    }
    // No worker takes a job now, so the jobs in the queue never started.
    for job in jobs.try_iter() {
        report.line(job, Fate::NeverStarted);
    }
    // Requests in flight fail within milliseconds, unless nothing can cancel
    // them. Those are given up.
    let give_up = Instant::now() + Duration::from_millis(250);
    while let Ok((job, fate)) = results.recv_deadline(give_up) {
        report.line(job, fate);
    }
    let status = report.end(stopped);
    let stopped_at = context.done_at().filter(|_| stopped.is_some());
    shared.timeline.mark("stop", stopped_at);
    flags.picture.draw(&shared.timeline);
    output::wait_for_stderr(output::READER_TIMEOUT);
    status
}
