//! Where the jobs of the service come from: simulated customers, who come in
//! bursts.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use timeline::Timeline;
use worker_pools::production_pool::Rejected;
use worker_pools::{Context, eprintln};

use crate::flags::Flags;
use crate::job::{Job, JobPool};

/// How many jobs came, and how many of them the pool handed back.
pub struct Arrivals {
    pub arrived: usize,
    pub rejected: usize,
}

/// Submits bursts of jobs until the context is done. A burst has up to a
/// second's worth of jobs; the pause after it keeps the average.
pub fn submit_bursts(
    pool: &JobPool,
    accept: &Context,
    flags: &Flags,
    timeline: &Timeline,
) -> Arrivals {
    let mut random = StdRng::seed_from_u64(flags.seed);
    let (mut arrived, mut rejected) = (0, 0);
    while !accept.is_done() {
        let burst = random.random_range(1..=flags.rate);
        let mut handed_back = Vec::new();
        for _ in 0..burst {
            arrived += 1;
            let job = Job {
                number: arrived,
                arrived: Instant::now(),
                panics: random.random_range(0..100) < flags.panic_percent,
            };
            match pool.submit(job) {
                Ok(()) => timeline.queued(arrived),
                Err(rejected) => handed_back.push(rejected),
            }
        }
        // A service could retry these jobs, or store them. This one tells the
        // customers to come back later.
        if let Some(Rejected { job, reason }) = handed_back.first() {
            let count = handed_back.len();
            let first = job.number;
            eprintln!(
                "{count} of {burst} jobs rejected, job {first} first: {reason}"
            );
        }
        rejected += handed_back.len();

        let pause = Duration::from_secs(1) * burst / flags.rate;
        let _ = accept.done().recv_timeout(pause); // ends with the context
    }
    Arrivals { arrived, rejected }
}
