//! When the jobs come, and how long they take.

use clap::ValueEnum;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use worker_pools::Work;

use crate::simulation::Job;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Arrivals {
    /// One after the other, at equal intervals.
    Regular,
    /// Independently of each other, as customers do.
    Random,
    /// As in `production_pool`: up to a second's worth of jobs at once, and
    /// then a pause that keeps the average.
    Bursts,
}

impl Arrivals {
    /// Jobs that come like this, and that take as long as `work` says.
    pub fn jobs(
        self,
        rate: u32,
        jobs: usize,
        seed: u64,
        work: &Work,
    ) -> Vec<Job> {
        let times = self.times(rate, jobs, seed).into_iter();
        let job = |(comes, number)| Job {
            comes,
            takes: work.duration(number).as_nanos() as u64,
        };
        times.zip(1..).map(job).collect()
    }

    /// When each of these jobs comes, in nanoseconds. On average, `rate` of
    /// them come in a second.
    pub fn times(self, rate: u32, jobs: usize, seed: u64) -> Vec<u64> {
        let mut random = StdRng::seed_from_u64(seed);
        let regular = |job: usize| job as u64 * 1_000_000_000 / u64::from(rate);
        match self {
            Arrivals::Regular => (0..jobs).map(regular).collect(),
            Arrivals::Random => {
                // The time between two jobs has an exponential distribution.
                let mean = 1e9 / f64::from(rate);
                let mut now = 0.0;
                let next = |_| {
                    now -= mean * (1.0 - random.random::<f64>()).ln();
                    now as u64
                };
                (0..jobs).map(next).collect()
            }
            Arrivals::Bursts => {
                let mut times = Vec::new();
                while times.len() < jobs {
                    let burst = random.random_range(1..=rate) as usize;
                    let now = regular(times.len());
                    times.resize((times.len() + burst).min(jobs), now);
                }
                times
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Arrivals; 3] =
        [Arrivals::Regular, Arrivals::Random, Arrivals::Bursts];

    #[test]
    fn they_come_in_order_and_as_often_as_the_rate_says() {
        for arrivals in ALL {
            for rate in [1, 25, 300] {
                let times = arrivals.times(rate, 10_000, 7);
                assert_eq!(times.len(), 10_000);
                assert!(times.is_sorted());
                let secs = *times.last().expect("jobs") as f64 / 1e9;
                let off = (secs * f64::from(rate) / 10_000.0 - 1.0).abs();
                // Random: 10,000 are off by 1 % (standard deviation).
                assert!(off < 0.05, "{arrivals:?} {rate}: {secs} s");
            }
        }
    }

    #[test]
    fn only_the_seed_decides() {
        for arrivals in [Arrivals::Random, Arrivals::Bursts] {
            let times = |seed| arrivals.times(25, 1_000, seed);
            assert_eq!(times(1), times(1));
            assert_ne!(times(1), times(2));
        }
    }

    #[test]
    fn regular_jobs_come_at_equal_distances() {
        let times = Arrivals::Regular.times(4, 4, 1);
        assert_eq!(times, [0, 250_000_000, 500_000_000, 750_000_000]);
    }

    /// For independent arrivals, the distances vary as much as they are long.
    #[test]
    fn random_jobs_come_independently() {
        let times = Arrivals::Random.times(1_000, 100_000, 3);
        let pairs = times.iter().zip(&times[1..]);
        let distances: Vec<f64> = pairs.map(|(a, b)| (b - a) as f64).collect();
        let count = distances.len() as f64;
        let mean = distances.iter().sum::<f64>() / count;
        let squares = distances.iter().map(|it| (it - mean).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        assert!((deviation / mean - 1.0).abs() < 0.02, "{deviation} {mean}");
    }

    #[test]
    fn a_burst_has_up_to_a_second_of_jobs_and_then_a_pause_for_them() {
        let times = Arrivals::Bursts.times(25, 10_000, 1);
        let mut sizes = Vec::new();
        for burst in times.chunk_by(|a, b| a == b) {
            let before: usize = sizes.iter().sum();
            assert_eq!(burst[0], before as u64 * 1_000_000_000 / 25);
            sizes.push(burst.len());
        }
        sizes.pop(); // the last one may be cut off
        assert!(sizes.iter().all(|size| (1..=25).contains(size)));
        assert!(sizes.contains(&1) && sizes.contains(&25));
    }
}
