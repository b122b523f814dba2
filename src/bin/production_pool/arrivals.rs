//! Where the jobs of the service come from: simulated customers, who come in
//! bursts. And what it does with a job when the queue is full.

use std::mem;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use timeline::Timeline;
use worker_pools::production_pool::{RejectReason, Rejected};
use worker_pools::{Context, eprintln};

use crate::flags::{Flags, WhenFull};
use crate::job::{Job, JobPool};

/// How many jobs came, and how many of them the pool never accepted.
pub struct Arrivals {
    pub arrived: usize,
    pub rejected: usize,
}

/// Submits bursts of jobs until the context is done. A burst has up to a
/// second's worth of jobs; the pause after it keeps the average. Late bursts
/// make up for lost time.
pub fn submit_bursts(
    pool: &JobPool,
    accept: &Context,
    flags: &Flags,
    timeline: &Timeline,
) -> Arrivals {
    let mut random = StdRng::seed_from_u64(flags.seed);
    let (mut arrived, mut rejected) = (0, 0);
    let mut to_retry = Vec::new();
    let mut next_burst = Instant::now();
    while !accept.is_done() {
        let burst = random.random_range(1..=flags.rate);
        let now = Instant::now();
        let mut jobs = mem::take(&mut to_retry);
        for _ in 0..burst {
            arrived += 1;
            jobs.push(Job {
                number: arrived,
                arrived: now,
                panics: random.random_range(0..100) < flags.panic_percent,
            });
        }
        let tried = jobs.len();
        let mut handed_back = Vec::new();
        for job in jobs {
            let number = job.number;
            let result = match flags.when_full {
                WhenFull::Wait => submit_or_wait(pool, job, accept, timeline),
                WhenFull::Reject | WhenFull::Retry => pool.submit(job),
            };
            match result {
                Ok(()) => timeline.queued(number),
                Err(rejected) => handed_back.push(rejected),
            }
        }
        if let Some(Rejected { job, reason }) = handed_back.first() {
            let count = handed_back.len();
            let first = job.number;
            eprintln!(
                "{count} of {tried} jobs rejected, job {first} first: {reason}"
            );
        }
        match flags.when_full {
            WhenFull::Reject | WhenFull::Wait => rejected += handed_back.len(),
            WhenFull::Retry => {
                to_retry = handed_back.into_iter().map(|it| it.job).collect();
            }
        }

        next_burst += Duration::from_secs(1) * burst / flags.rate;
        // Or until no more jobs are accepted.
        let _ = accept.done().recv_deadline(next_burst);
    }
    rejected += to_retry.len();
    Arrivals { arrived, rejected }
}

/// Submits a job. While the queue is full, waits for room, and all later jobs
/// wait with it.
fn submit_or_wait(
    pool: &JobPool,
    mut job: Job,
    accept: &Context,
    timeline: &Timeline,
) -> Result<(), Rejected<Job>> {
    loop {
        let rejected = match pool.submit(job) {
            Ok(()) => return Ok(()),
            Err(rejected) => rejected,
        };
        let is_full = rejected.reason == RejectReason::QueueFull;
        if !is_full || accept.is_done() {
            return Err(rejected);
        }
        let start = Instant::now();
        pool.wait_for_room(accept);
        timeline.waited(start);
        job = rejected.job;
    }
}
