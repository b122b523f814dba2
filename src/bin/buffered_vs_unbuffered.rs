//! # Buffered or unbuffered job channel
//!
//! Article 1, "Buffered vs Unbuffered Job Channel". The article's table, measured. Jobs come in
//! bursts, to three workers that on average can just keep up. The same bursts meet a queue without
//! room, one with room for two jobs a worker, and one with room for all jobs.
//!
//! Go to Rust:
//! - `make(chan T)` is `bounded(0)`: a submit meets a worker that is free, or waits for one.
//! - `make(chan T, n)` is `bounded(n)`.
//! - crossbeam has `unbounded()` too, which Go lacks. Its submitter never waits, and nothing
//!   limits its memory: no backpressure.
//!
//! Predict: which columns of the table change with the capacity, and which stay as they are?
//!
//! Try:
//! - `cargo run --bin buffered_vs_unbuffered -- --capacity 1 --capacity 5 --capacity 20`: from
//!   which capacity on does nobody wait to submit?
//! - `cargo run --bin buffered_vs_unbuffered -- --seed 2 --jitter 80`: other bursts, and jobs of
//!   different length. The rule is the same.

use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use crossbeam_channel::{Receiver, TrySendError, bounded};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use worker_pools::cli::{CommonFlags, Defaults, number};
use worker_pools::{Work, println};

/// The same bursts of jobs for queues of different capacity
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Jobs that the queue has room for; may be given more than once
    /// [default: 0, twice the workers, all jobs]
    #[arg(long, value_name = "N", value_parser = number(0..=1_000_000_usize))]
    capacity: Vec<usize>,
}

/// When each job comes, from the start of the run. A burst is up to four jobs a worker. The next
/// one comes after the time that the workers need for it, when they share it evenly.
fn arrivals(flags: &CommonFlags) -> Vec<Duration> {
    let mut random = StdRng::seed_from_u64(flags.seed);
    let mut arrivals = Vec::new();
    // Not at once, so that the workers are there first.
    let mut now = flags.work_ms;
    while arrivals.len() < flags.jobs {
        let burst = random.random_range(1..=flags.workers * 4);
        let room = flags.jobs - arrivals.len();
        arrivals.extend([now].repeat(burst.min(room)));
        now += flags.work_ms.mul_f64(burst as f64 / flags.workers as f64);
    }
    arrivals
}

/// Returns by how much its jobs started after they came, added up.
fn worker(id: usize, work: &Work, start: Instant, jobs: Receiver<(usize, Duration)>) -> Duration {
    let mut late = Duration::ZERO;
    for (job, came) in jobs {
        late += start.elapsed().saturating_sub(came);
        work.run(id, job);
    }
    late
}

/// Runs all jobs through a queue of this capacity, and prints the row of the table. Returns the
/// record of the work.
fn run(capacity: usize, flags: &CommonFlags, arrivals: &[Duration]) -> Work {
    let work = flags.work();
    let (jobs_tx, jobs_rx) = bounded(capacity);
    let start = Instant::now();
    let mut waits = Vec::new();
    let mut deepest = 0;
    let mut late = Duration::ZERO;

    thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 1..=flags.workers {
            let (work, jobs) = (&work, jobs_rx.clone());
            workers.push(scope.spawn(move || worker(id, work, start, jobs)));
        }

        for (job, &came) in arrivals.iter().enumerate() {
            // After a long wait to submit, the next job may have come already.
            thread::sleep(came.saturating_sub(start.elapsed()));
            if let Err(TrySendError::Full(job)) = jobs_tx.try_send((job, came)) {
                let before = Instant::now();
                jobs_tx.send(job).expect("main holds a receiver too");
                waits.push(before.elapsed());
            }
            work.timeline().queued();
            deepest = deepest.max(jobs_tx.len());
        }
        drop(jobs_tx);
        for worker in workers {
            late += worker.join().expect("no worker panics");
        }
    });

    let longest = waits.iter().max().copied().unwrap_or_default();
    let total: Duration = waits.iter().sum();
    let mean_late = late / arrivals.len().max(1) as u32;
    println!(
        "{capacity:>8}{:>9}{:>10}{:>10}{deepest:>10}{:>14}{:>10}",
        waits.len(),
        format!("{} ms", longest.as_millis()),
        format!("{} ms", total.as_millis()),
        format!("{} ms", mean_late.as_millis()),
        format!("{} ms", start.elapsed().as_millis()),
    );
    work
}

fn main() {
    let flags: Flags = Defaults {
        workers: 3,
        jobs: 60,
        work_ms: 50,
    }
    .parse();
    let common = &flags.common;
    let capacities = match flags.capacity {
        capacities if capacities.is_empty() => vec![0, common.workers * 2, common.jobs],
        capacities => capacities,
    };
    let arrivals = arrivals(common);

    println!("          submits   longest     total   deepest  a job starts  last job");
    println!("capacity   waited      wait      wait     queue    late, mean      done");
    let runs = capacities.into_iter().map(|capacity| {
        let work = run(capacity, common, &arrivals);
        (format!("capacity {capacity}"), work)
    });
    common.draw_runs(&runs.collect::<Vec<_>>());
}
