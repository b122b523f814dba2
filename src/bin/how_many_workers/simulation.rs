//! The simulation: one queue and its workers, in virtual time. It never sleeps,
//! and the same jobs always give the same waits, to the nanosecond.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When a job comes, and how long it takes, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub comes: u64,
    pub takes: u64,
}

/// How long each job waits for a worker, in nanoseconds. The jobs start in
/// their order, which must be the one in which they come.
///
/// # Panics
///
/// If there are no workers.
pub fn simulate(workers: usize, jobs: &[Job]) -> Vec<u64> {
    // When each worker is free. The earliest is on top.
    let mut free: BinaryHeap<_> = vec![Reverse(0); workers].into();
    let mut waits = Vec::with_capacity(jobs.len());
    for job in jobs {
        let mut next = free.peek_mut().expect("there are workers");
        let starts = job.comes.max(next.0);
        waits.push(starts - job.comes);
        // Another worker may now be the next one: the heap sees to that.
        *next = Reverse(starts + job.takes);
    }
    waits
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;
    use crate::arrivals::Arrivals;
    use crate::formula;
    use crate::waits::Outcome;

    fn job(comes: u64, takes: u64) -> Job {
        Job { comes, takes }
    }

    #[test]
    fn one_worker_by_hand() {
        let jobs = [job(0, 10), job(2, 5), job(3, 1), job(30, 4), job(30, 4)];
        assert_eq!(simulate(1, &jobs), [0, 8, 12, 0, 4]);
    }

    #[test]
    fn two_workers_by_hand() {
        let jobs = [job(0, 10), job(1, 10), job(2, 1), job(3, 1), job(4, 1)];
        // They are free at 10 and 11; the third job ends at 11 as well.
        assert_eq!(simulate(2, &jobs), [0, 0, 8, 8, 7]);
    }

    /// The jobs wait as if each of them asked all workers when they are free.
    #[test]
    fn the_heap_is_as_good_as_asking_all_workers() {
        for (workers, seed) in [(1, 1), (2, 2), (7, 3), (40, 4)] {
            let jobs = jobs(workers, 0.9, 2_000, seed, exponential);
            let mut free = vec![0; workers];
            let asked = jobs.iter().map(|job| {
                let next = free.iter_mut().min().expect("there are workers");
                let starts = job.comes.max(*next);
                *next = starts + job.takes;
                starts - job.comes
            });
            assert_eq!(simulate(workers, &jobs), asked.collect::<Vec<_>>());
        }
    }

    #[test]
    fn more_workers_never_make_a_job_wait_longer() {
        let jobs = jobs(10, 1.1, 5_000, 1, exponential);
        for workers in 1..20 {
            let (fewer, more) =
                (simulate(workers, &jobs), simulate(workers + 1, &jobs));
            assert!(fewer.iter().zip(&more).all(|(fewer, more)| fewer >= more));
        }
    }

    /// The length of a job whose mean is 1.0, from a random number below 1.0.
    type Length = fn(f64) -> f64;

    fn exponential(random: f64) -> f64 {
        -(1.0 - random).ln()
    }

    fn constant(_random: f64) -> f64 {
        1.0
    }

    /// Jobs that come at random, a thousand in a second.
    fn jobs(
        workers: usize,
        busy: f64,
        count: usize,
        seed: u64,
        length: Length,
    ) -> Vec<Job> {
        let mean = busy * workers as f64 * 1e6;
        let mut random = StdRng::seed_from_u64(1_000 + seed);
        let mut takes = || (mean * length(random.random::<f64>())) as u64;
        let times = Arrivals::Random.times(1_000, count, seed);
        times.into_iter().map(|comes| job(comes, takes())).collect()
    }

    /// The mean wait, in seconds, and the share that waits: from independent
    /// runs, without their first quarter, in which the queue fills.
    fn runs(workers: usize, busy: f64, length: Length) -> Vec<(f64, f64)> {
        let run = |seed| {
            let jobs = jobs(workers, busy, 20_000, seed, length);
            let waits = simulate(workers, &jobs).split_off(5_000);
            let count = waits.len() as f64;
            let waiting = waits.iter().filter(|wait| **wait > 0).count();
            let sum: u64 = waits.iter().sum();
            (sum as f64 / count / 1e9, waiting as f64 / count)
        };
        (0..20).map(run).collect()
    }

    /// The runs are independent, so the error of their mean has Student's
    /// distribution with 19 degrees of freedom: only one in a thousand is as
    /// large as 3.88 standard errors.
    #[track_caller]
    fn assert_mean(values: &[f64], expected: f64) {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        let error = (squares.sum::<f64>() / (count - 1.0) / count).sqrt();
        assert!(error < 0.15 * expected, "says nothing: {mean} ± {error}");
        let off = (mean - expected).abs() / error;
        assert!(off < 3.88, "{mean} ± {error}, but expected {expected}");
    }

    /// Like for like: the formula assumes exponential lengths.
    #[test]
    fn it_agrees_with_the_formula_for_random_arrivals_and_lengths() {
        for (workers, busy) in [
            (1, 0.3),
            (1, 0.6),
            (1, 0.9),
            (5, 0.5),
            (5, 0.8),
            (20, 0.8),
            (20, 0.95),
        ] {
            let runs = runs(workers, busy, exponential);
            let (means, shares): (Vec<f64>, Vec<f64>) =
                runs.into_iter().unzip();
            let load = busy * workers as f64;
            let waits =
                formula::waits(workers, 1_000.0, load).expect("not busy");
            assert_mean(&means, waits.mean.as_secs_f64());
            assert_mean(&shares, waits.share);
        }
    }

    /// If all jobs are equally long, they wait for half of the time that they
    /// wait with exponential lengths. (Pollaczek and Khinchine: the queue
    /// M/D/1.)
    #[test]
    fn with_one_worker_equal_jobs_wait_half_as_long() {
        for busy in [0.3, 0.6, 0.9] {
            let runs = runs(1, busy, constant);
            let means: Vec<f64> = runs.iter().map(|(mean, _)| *mean).collect();
            let by_formula =
                formula::waits(1, 1_000.0, busy).expect("not busy");
            assert_mean(&means, by_formula.mean.as_secs_f64() / 2.0);
        }
    }

    /// Prints its time, for `cargo test --release -- --nocapture million`.
    #[test]
    fn a_million_jobs_on_ten_thousand_workers() {
        let jobs = jobs(10_000, 0.99, 1_000_000, 1, exponential);
        let start = Instant::now();
        let waits = simulate(10_000, &jobs);
        println!("a million jobs: {:?}", start.elapsed());
        let outcome = Outcome::of(10_000, &jobs, waits, Duration::ZERO);
        // At the end, more and more of them have no job.
        assert!((0.85..1.0).contains(&outcome.busy), "{outcome:?}");
    }
}
