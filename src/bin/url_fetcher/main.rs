//! # Concurrent URL fetcher
//!
//! Article 1, "Practical Example: Concurrent URL Fetcher". Three workers and one HTTP client fetch
//! a list of URLs. Each request has a timeout, and the whole run has a deadline. At the deadline,
//! or on Ctrl-C, requests in flight are aborted, and every URL of the list still gets its line.
//!
//! Go to Rust:
//! - A Go request carries its `ctx` and is aborted with it. Here `main` waits for results and for
//!   the context, and shuts the client down when the context is done.
//! - The article's workers return at a cancel and leave the queue as it is. Here the URLs that
//!   never started are counted, and so are those in flight.
//! - A worker that is stuck where nothing can abort it, in a DNS lookup or a TCP connect, is not
//!   waited for: the threads are not scoped, and end with the program.
//!
//! Predict: the demo site has seven pages. One takes a second, one never answers, and a request
//! may take 2 s. How long does it take with 3 workers? With 1? With 7?
//!
//! Try:
//! - `cargo run --bin url_fetcher`, then once more and press Ctrl-C within a second: every page
//!   has its line all the same.
//! - `cargo run --bin url_fetcher -- --deadline-secs 0.5 --workers 1`: the deadline is Ctrl-C by
//!   the clock. Some pages never start.
//! - `cargo run --bin url_fetcher -- https://www.rust-lang.org https://go.dev http://localhost:1`:
//!   the real web, and a port where nobody listens.
//! - `cargo run --bin url_fetcher -- --workers 32 --file urls.txt`, with a file of yours.

mod client;
mod demo_site;
mod list;
mod lookup;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use crossbeam_channel::{Receiver, Sender, bounded, select, select_biased};
use ureq::Proxy;
use worker_pools::cli::{number, parse, seconds};
use worker_pools::output::fail;
use worker_pools::picture::PictureFlags;
use worker_pools::timeline::Timeline;
use worker_pools::{Context, eprintln};

use client::Client;
use report::{Fate, Report};

/// Fetch URLs, a few at a time
#[derive(Parser)]
struct Flags {
    /// What to fetch; without any, a demo site on this machine
    #[arg(value_name = "URL")]
    urls: Vec<String>,

    /// Read the URLs from this file, one a line; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "urls")]
    file: Option<PathBuf>,

    /// Workers in the pool: requests at a time
    #[arg(long, value_name = "N", value_parser = number(1..=1_000_usize), default_value = "3")]
    workers: usize,

    #[command(flatten)]
    picture: PictureFlags,

    /// Timeout of a request, in seconds [default: 10, for the demo site 2]
    #[arg(long, value_name = "SECS", value_parser = seconds(0.001))]
    timeout_secs: Option<Duration>,

    /// Time for the whole run, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds(0.001), default_value = "30")]
    deadline_secs: Duration,
}

/// A job is the index of a URL.
fn worker(
    id: usize,
    timeline: &Timeline,
    client: &Client,
    context: &Context,
    urls: &[String],
    jobs: Receiver<usize>,
    results: Sender<(usize, Fate)>,
) {
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else {
            return; // `jobs` is closed and empty
        };
        let started = timeline.start(id, job);
        let fate = match client.get(&urls[job]) {
            Ok(status) => Fate::Answered(status),
            // An aborted request looks as if the server had hung up.
            Err(_) if context.is_done() => Fate::Cancelled,
            Err(reason) => Fate::Failed(reason),
        };
        timeline.end(started, fate.ending());
        if results.send((job, fate)).is_err() {
            return; // main waits no longer
        }
    }
}

fn main() -> ExitCode {
    let flags: Flags = parse();
    let is_demo = flags.urls.is_empty() && flags.file.is_none();
    let urls: Arc<[String]> = match &flags.file {
        Some(file) => list::read(file)
            .unwrap_or_else(|error| fail(format_args!("--file {}: {error}", file.display()))),
        None if is_demo => demo_site::start()
            .unwrap_or_else(|error| fail(format_args!("cannot start the demo site: {error}"))),
        None => flags.urls,
    }
    .into();
    let (secs, proxy) = if is_demo {
        (2, None) // no proxy can reach the demo site
    } else {
        (10, Proxy::try_from_env())
    };
    let timeout = flags.timeout_secs.unwrap_or(Duration::from_secs(secs));
    let client = Client::new(flags.workers, timeout, proxy);

    let timeline = Timeline::new(urls.to_vec());
    let (context, cancel) = Context::with_timeout(flags.deadline_secs);
    cancel.on_ctrl_c();

    let (jobs_tx, jobs_rx) = bounded(urls.len());
    // Little room: when stdout is slow, the workers wait for it.
    let (results_tx, results_rx) = bounded(flags.workers);
    for id in 1..=flags.workers {
        let timeline = timeline.clone();
        let (client, context, urls) = (client.clone(), context.clone(), Arc::clone(&urls));
        let (jobs, results) = (jobs_rx.clone(), results_tx.clone());
        thread::spawn(move || worker(id, &timeline, &client, &context, &urls, jobs, results));
    }
    drop(results_tx);
    for job in 0..urls.len() {
        jobs_tx.send(job).expect("main holds a receiver too");
    }
    drop(jobs_tx);

    let mut report = Report::new(urls);
    loop {
        let result = select! {
            recv(results_rx) -> result => result,
            recv(context.done()) -> _ => break,
        };
        let Ok((job, fate)) = result else {
            break; // every worker has returned
        };
        report.line(job, fate);
    }

    // A context that is done after the last answer has stopped nothing.
    let stopped = context.reason().filter(|_| !report.is_complete());
    if let Some(reason) = stopped {
        eprintln!("stopped: {reason}");
        client.abort();
    }
    // No worker takes a job any more. What is in the queue now was never started.
    for job in jobs_rx.try_iter() {
        report.line(job, Fate::NeverStarted);
    }
    // What was in flight has failed within milliseconds, unless it is stuck where nothing can
    // abort it. That is given up after a moment.
    let give_up = Instant::now() + Duration::from_millis(250);
    while let Ok((job, fate)) = results_rx.recv_deadline(give_up) {
        report.line(job, fate);
    }
    let status = report.end(stopped);
    timeline.mark("stop", context.done_at().filter(|_| stopped.is_some()));
    flags.picture.draw(flags.workers, &timeline);
    status
}
