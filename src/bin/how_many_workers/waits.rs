//! What there is to know about how long jobs wait.

use std::time::Duration;

use crate::simulation::Job;

/// How jobs wait for a number of workers.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// The share of the jobs that wait at all.
    pub share: f64,
    /// How long a job waits on average; those that do not wait count as well.
    pub mean: Duration,
    /// 95 of 100 jobs wait at most this long.
    pub at_95: Duration,
    /// How many jobs are in the queue, on average.
    pub queue: f64,
}

/// How all this ended: the waits of these jobs, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub waits: Waits,
    /// How busy the workers were: 1.0 if they were never idle.
    pub busy: f64,
    /// How many jobs were in the queue when the last one came, with that one.
    pub left: usize,
}

impl Outcome {
    /// A wait that is no longer than `unnoticed` does not count as one.
    ///
    /// # Panics
    ///
    /// If there are no jobs, or not as many waits.
    pub fn of(
        workers: usize,
        jobs: &[Job],
        mut waits: Vec<u64>,
        unnoticed: Duration,
    ) -> Outcome {
        assert_eq!(jobs.len(), waits.len(), "each job has its wait");
        let starts = || jobs.iter().zip(&waits).map(|(job, w)| job.comes + w);
        let ends = starts().zip(jobs).map(|(start, job)| start + job.takes);
        let end = ends.max().unwrap_or(0).max(1) as f64;
        let last_comes = jobs.last().map_or(0, |job| job.comes);
        let left = starts().filter(|start| *start > last_comes).count();

        let worked: u128 = jobs.iter().map(|job| u128::from(job.takes)).sum();
        let waited = total(&waits);
        let unnoticed = unnoticed.as_nanos() as u64;
        let waiting = waits.iter().filter(|wait| **wait > unnoticed).count();
        // The smallest wait that at least 95 of 100 jobs do not exceed.
        let rank = (waits.len() * 95).div_ceil(100).saturating_sub(1);
        let (_, at_95, _) = waits.select_nth_unstable(rank);
        let at_95 = Duration::from_nanos(*at_95);
        Outcome {
            waits: Waits {
                share: waiting as f64 / jobs.len() as f64,
                mean: Duration::from_nanos(
                    (waited / jobs.len() as u128) as u64,
                ),
                at_95,
                // Little's law: while a job waits, the queue has one job more.
                queue: waited as f64 / end,
            },
            busy: worked as f64 / (workers as f64 * end),
            left,
        }
    }
}

/// The sum of all waits, in nanoseconds. It may be too large for a `u64`.
pub fn total(waits: &[u64]) -> u128 {
    waits.iter().map(|wait| u128::from(*wait)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrivals::Arrivals;
    use crate::simulation::simulate;
    use worker_pools::Work;

    fn jobs(arrivals: Arrivals, seed: u64) -> Vec<Job> {
        let work = Work::new(Duration::from_millis(200), 0.5, seed);
        arrivals.jobs(25, 2_000, seed, &work)
    }

    /// The area below the depth of the queue, in nanoseconds: from its changes,
    /// one after the other.
    fn area(jobs: &[Job], waits: &[u64]) -> u128 {
        let comes = jobs.iter().map(|job| (job.comes, 1));
        let starts = jobs.iter().zip(waits);
        let starts = starts.map(|(job, wait)| (job.comes + wait, -1));
        let mut changes: Vec<(u64, i64)> = comes.chain(starts).collect();
        changes.sort();
        let (mut area, mut depth, mut last) = (0, 0, 0);
        for (at, change) in changes {
            area += u128::from(at - last) * depth as u128;
            depth += change;
            last = at;
        }
        assert_eq!(depth, 0);
        area
    }

    #[test]
    fn littles_law_holds_exactly() {
        for arrivals in [Arrivals::Regular, Arrivals::Random, Arrivals::Bursts]
        {
            for (workers, seed) in [(1, 1), (4, 2), (5, 3), (6, 4), (20, 5)] {
                let jobs = jobs(arrivals, seed);
                let waits = simulate(workers, &jobs);
                let area = area(&jobs, &waits);
                assert_eq!(area, total(&waits));

                let ends = jobs.iter().zip(&waits);
                let ends = ends.map(|(job, w)| job.comes + w + job.takes);
                let end = ends.max().expect("jobs") as f64;
                let none = Duration::ZERO;
                let outcome = Outcome::of(workers, &jobs, waits, none);
                assert_eq!(outcome.waits.queue, area as f64 / end);
            }
        }
    }

    #[test]
    fn an_outcome_by_hand() {
        let job = |comes| Job { comes, takes: 10 };
        // Two wait, for 5 and 15; nobody waits when the last one comes.
        let jobs = [job(0), job(5), job(5), job(100)];
        let waits = simulate(1, &jobs);
        assert_eq!(waits, [0, 5, 15, 0]);
        let outcome = Outcome::of(1, &jobs, waits.clone(), Duration::ZERO);
        assert_eq!(outcome.waits.share, 0.5);
        assert_eq!(outcome.waits.mean, Duration::from_nanos(5));
        assert_eq!(outcome.waits.at_95, Duration::from_nanos(15));
        assert_eq!(outcome.waits.queue, 20.0 / 110.0);
        assert_eq!(outcome.busy, 40.0 / 110.0);
        assert_eq!(outcome.left, 0);
        let short = Outcome::of(1, &jobs, waits, Duration::from_nanos(5));
        assert_eq!(short.waits.share, 0.25);

        let together = [job(0), job(0), job(0)];
        let waits = simulate(1, &together);
        assert_eq!(Outcome::of(1, &together, waits, Duration::ZERO).left, 2);
    }

    #[test]
    fn the_percentile_is_the_wait_that_95_of_100_do_not_exceed() {
        let jobs = vec![Job { comes: 0, takes: 1 }; 100];
        let waits = simulate(1, &jobs); // 0, 1, … 99
        let outcome = Outcome::of(1, &jobs, waits, Duration::ZERO);
        assert_eq!(outcome.waits.at_95, Duration::from_nanos(94));
    }
}
