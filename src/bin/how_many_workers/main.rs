//! # How many workers?
//!
//! Article 2 says: if the queue grows, add workers. How many? This lesson
//! answers in three ways: by formula (`formula.rs`), by a simulation that knows
//! how the jobs of this service come (`simulation.rs`), and, with `--measure`,
//! by a real pool (`measure.rs`). The other files beside this one make the jobs
//! (`service.rs`, `arrivals.rs`), print and draw.
//!
//! Go to Rust:
//! - The numbers are those of a queue. They hold for goroutines as well.
//! - Go's `container/heap` needs five methods of yours. `BinaryHeap` needs a
//!   type with an order, and has the largest on top; `Reverse` turns it round.
//! - After `heap[0] = x`, Go's heap is wrong until you call `heap.Fix`. In
//!   Rust, `peek_mut` lends the top, and the heap mends itself when you give
//!   it back.
//!
//! Predict: 25 jobs a second come at random, and each takes about 200 ms. How
//! many workers keep up? How many do you need if 95 of 100 jobs must start
//! within 100 ms? And how many if as many jobs come in bursts?
//!
//! Try:
//! - `cargo run --bin how_many_workers -- --arrivals bursts --svg curve.svg`:
//!   were you right? Look at the formula, which knows nothing of bursts.
//! - `cargo run --bin how_many_workers -- --arrivals regular`: does the
//!   formula say too long a wait, or too short?
//! - `cargo run --bin how_many_workers -- --rate 2500`: a hundred times as many
//!   jobs a second. Do they need a hundred times as many workers beyond those
//!   that there is work for? (For a sharper answer: `--release` after `run`,
//!   and `--jobs 1000000`.)
//! - `cargo run --bin how_many_workers -- --measure 4`: real pools as well.
//!
//! Then: the exercise in `classroom/exercises/how_many_workers`.

mod arrivals;
mod curve;
mod curve_svg;
mod curve_terminal;
mod flags;
mod format;
mod formula;
mod measure;
mod service;
mod simulation;
mod table;
mod waits;

use std::time::{Duration, Instant};

use worker_pools::cli::Parse;
use worker_pools::progress::Progress;

use curve::Curve;
use flags::Flags;
use simulation::{Job, simulate};
use table::Row;
use waits::Outcome;

/// The jobs, simulated with different numbers of workers.
struct Service<'a> {
    flags: &'a Flags,
    jobs: &'a [Job],
    /// The fewest workers that keep up.
    fewest: usize,
}

impl Service<'_> {
    fn with(&self, workers: usize) -> Row {
        let waits = simulate(workers, self.jobs);
        Row {
            workers,
            outcome: Outcome::of(workers, self.jobs, waits, Duration::ZERO),
            settled: self.is_settled(workers),
        }
    }

    /// Whether the jobs are enough to tell how they wait for these workers.
    fn is_settled(&self, workers: usize) -> bool {
        let needed = self.flags.jobs_to_settle(workers, self.flags.load());
        workers >= self.fewest && self.jobs.len() as f64 >= needed
    }

    fn is_enough(&self, row: &Row) -> bool {
        row.settled && row.outcome.waits.at_95 <= self.flags.target_wait_ms
    }

    /// The fewest workers that meet the target, as far as the jobs can tell.
    fn enough(&self) -> Row {
        // With a worker for each job, no job waits. So this ends.
        let mut too_few = self.fewest - 1;
        let mut step = 1;
        let mut enough = self.with(self.fewest);
        while !self.is_enough(&enough) {
            too_few = enough.workers;
            step *= 2;
            enough = self.with(too_few + step);
        }
        // More workers never make a job wait longer. So each simulation rules
        // out half of the numbers in between.
        while enough.workers - too_few > 1 {
            let middle = self.with(too_few.midpoint(enough.workers));
            if self.is_enough(&middle) {
                enough = middle;
            } else {
                too_few = middle.workers;
            }
        }
        enough
    }
}

fn main() {
    let flags = Flags::parse();
    let fewest = flags.fewest_to_keep_up();
    let jobs = flags.service();
    let service = Service {
        flags: &flags,
        jobs: &jobs,
        fewest,
    };
    let start = Instant::now();
    let progress = Progress::show(move || {
        format!("simulating: {} s", start.elapsed().as_secs())
    });
    let enough = service.enough();
    let answer = match flags.workers {
        Some(workers) => service.with(workers),
        None => enough.clone(),
    };
    let rows = table::rows(fewest, enough.workers, flags.workers);
    let rows: Vec<Row> = rows.into_iter().map(|it| service.with(it)).collect();
    let curve = match flags.picture.is_wanted() {
        true => Curve::new(&flags, answer.workers, &jobs),
        false => None,
    };
    drop(progress);
    let jobs_to_measure = flags.jobs_to_measure(&jobs, answer.workers);
    let below = enough.workers - 1;
    let fewer_may_do = below >= fewest && !service.is_settled(below);

    table::print_service(&flags);
    table::print_rows(&rows, fewest, &flags);
    let runs = match jobs_to_measure {
        [] => Vec::new(),
        jobs => measure::pools(&flags, answer.workers, jobs),
    };
    flags.picture.draw_curve(
        curve.map(|curve| (curve.terminal(), curve.svg())),
        &runs,
        || table::print_answer(&answer, &enough, fewest, fewer_may_do, &flags),
    );
}
