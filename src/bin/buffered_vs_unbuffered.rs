//! # Buffered or unbuffered job channel
//!
//! Article 1, "Buffered vs Unbuffered Job Channel". The article's table,
//! measured. Jobs come in bursts, and three workers can just keep up on
//! average. The same bursts meet three queues: one without room, one with room
//! for two jobs per worker, and one with room for all jobs.
//!
//! Go to Rust:
//! - `make(chan T)` is `bounded(0)`: a submit hands its job to a free worker
//!   or waits for one.
//! - `make(chan T, n)` is `bounded(n)`.
//! - crossbeam also has `unbounded()`, which Go lacks. Its submitter never
//!   waits, and nothing limits its memory. There is no backpressure: the queue
//!   is never full, so it never slows the submitter down.
//!
//! Predict: which columns of the table change with the capacity, and which stay
//! the same?
//!
//! Try:
//! - `cargo run --bin buffered_vs_unbuffered -- --capacity 1 --capacity 5
//!   --capacity 20`: from which capacity on does nobody wait to submit?
//! - `cargo run --bin buffered_vs_unbuffered -- --seed 2 --jitter 80`: other
//!   bursts, and jobs of different lengths. The rule is the same.
//!
//! Then: the exercise in `classroom/exercises/buffered_vs_unbuffered`.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TrySendError, bounded};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use worker_pools::cli::{CommonFlags, Parse, count};
use worker_pools::{Work, eprintln, println};

/// The same bursts of jobs for queues of different capacity
#[derive(clap::Parser)]
#[command(mut_arg("jobs", |jobs| jobs.default_value("60")))]
#[command(mut_arg("work_ms", |millis| millis.default_value("50")))]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Room in the queue, in jobs; may be given several times
    /// [default: 0, twice the workers, all jobs]
    #[arg(long, value_name = "N", value_parser = count::<usize>(0..=1_000_000))]
    capacity: Vec<usize>,
}

const HEAD: &str = "          \
          submits   longest     total   deepest  a job starts  last job
capacity   waited      wait      wait     queue    late, mean      done";

/// When each job comes, from the start of the run. A burst has up to four jobs
/// per worker. The next burst comes when the workers can be done with it.
fn arrivals(flags: &CommonFlags) -> Vec<Duration> {
    let mut random = StdRng::seed_from_u64(flags.seed);
    let mut arrivals = Vec::new();
    // The first burst is late enough for the workers to be there.
    let mut now = flags.work_ms;
    while arrivals.len() < flags.jobs {
        let burst = random.random_range(1..=flags.workers * 4);
        let left = flags.jobs - arrivals.len();
        arrivals.extend([now].repeat(burst.min(left)));
        now += flags.work_ms.mul_f64(burst as f64 / flags.workers as f64);
    }
    arrivals
}

/// Returns how late its jobs started, added up.
fn worker(
    id: usize,
    work: &Work,
    jobs: Receiver<(usize, Duration)>,
) -> Duration {
    let mut late = Duration::ZERO;
    for (job, came) in jobs {
        late += work.elapsed().saturating_sub(came);
        work.run(id, job);
    }
    late
}

/// The record of the work, and a row of the table.
type Run = (Work, String);

/// Runs all jobs through a queue of this capacity.
fn run(capacity: usize, flags: &CommonFlags, arrivals: &[Duration]) -> Run {
    let work = flags.work(); // its clock starts now
    let (jobs_tx, jobs_rx) = bounded(capacity);
    let mut waits = Vec::new();
    let mut max_depth = 0;

    let late: Duration = thread::scope(|scope| {
        let mut workers = Vec::new();
        for id in 1..=flags.workers {
            let (work, jobs) = (&work, jobs_rx.clone());
            workers.push(scope.spawn(move || worker(id, work, jobs)));
        }

        for (job, &came) in arrivals.iter().enumerate() {
            // After a long wait to submit, the next job may be here already.
            thread::sleep(came.saturating_sub(work.elapsed()));
            let sent = jobs_tx.try_send((job, came));
            if let Err(TrySendError::Full(job)) = sent {
                let before = Instant::now();
                jobs_tx.send(job).expect("main holds a receiver too");
                waits.push(before.elapsed());
                work.timeline().waited(before);
            }
            work.timeline().queued(job);
            max_depth = max_depth.max(jobs_tx.len());
        }
        drop(jobs_tx);
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.map(|late| late.expect("no worker panics")).sum()
    });

    let ms = |time: Duration| format!("{} ms", time.as_millis());
    let row = format!(
        "{capacity:>8}{:>9}{:>10}{:>10}{max_depth:>10}{:>14}{:>10}",
        waits.len(),
        ms(waits.iter().max().copied().unwrap_or_default()),
        ms(waits.iter().sum()),
        ms(late / arrivals.len().max(1) as u32),
        ms(work.elapsed()),
    );
    (work, row)
}

fn main() {
    let flags = Flags::parse();
    let common = &flags.common;
    let capacities = match flags.capacity {
        given if given.is_empty() => vec![0, common.workers * 2, common.jobs],
        given => given,
    };
    let arrivals = arrivals(common);

    let (mut runs, mut rows) = (Vec::new(), Vec::new());
    for capacity in capacities {
        let name = format!("capacity {capacity}");
        eprintln!("running with {name}");
        let (work, row) = run(capacity, common, &arrivals);
        runs.push((name, work));
        rows.push(row);
    }
    common.draw_runs_then(&runs, || println!("{HEAD}\n{}", rows.join("\n")));
}
