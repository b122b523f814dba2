//! Simulated work: a job is a number, and doing it takes a while.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use timeline::{Ending, Timeline};

use crate::Context;

/// How long each job takes, and a record of the jobs that were run. Clones
/// share the record.
#[derive(Clone, Debug)]
pub struct Work {
    mean: Duration,
    jitter: f64,
    seed: u64,
    timeline: Timeline,
    start: Instant,
}

/// The job was cut short because its context was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

impl Work {
    /// Jobs that take `mean`, give or take up to `jitter` times `mean`. With a
    /// jitter of 0.0, all jobs are equally long.
    ///
    /// # Panics
    ///
    /// If `jitter` is not between 0.0 and 1.0.
    pub fn new(mean: Duration, jitter: f64, seed: u64) -> Work {
        assert!(
            (0.0..=1.0).contains(&jitter),
            "jitter must be from 0.0 to 1.0, not {jitter}"
        );
        Work {
            mean,
            jitter,
            seed,
            timeline: Timeline::default(),
            start: Instant::now(),
        }
    }

    /// How long `job` takes. It depends only on the seed and the job's number,
    /// so it is the same in every run and on every worker.
    pub fn duration(&self, job: usize) -> Duration {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&(job as u64).to_le_bytes());
        let swing: f64 = StdRng::from_seed(key).random_range(-1.0..=1.0);
        self.mean.mul_f64(1.0 + self.jitter * swing)
    }

    /// Runs `job`: blocks for its [`duration`](Self::duration).
    // The timeline of a traced lesson records which line calls it.
    #[track_caller]
    pub fn run(&self, worker: usize, job: usize) {
        let started = self.timeline.start(worker, job);
        thread::sleep(self.duration(job));
        self.timeline.end(started, Ending::Done);
    }

    /// Runs `job`, but returns as soon as `context` is done, like a Go function
    /// that takes a `ctx`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] if the context was done first.
    #[track_caller]
    pub fn run_with(
        &self,
        context: &Context,
        worker: usize,
        job: usize,
    ) -> Result<(), Interrupted> {
        let started = self.timeline.start(worker, job);
        match context.done().recv_timeout(self.duration(job)) {
            Err(RecvTimeoutError::Timeout) => {
                self.timeline.end(started, Ending::Done);
                Ok(())
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.timeline.end(started, Ending::Interrupted);
                Err(Interrupted)
            }
            Ok(never) => match never {},
        }
    }

    /// The time since [`new`](Self::new).
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The record: who worked on what, and when.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }
}

/// The number of the calling worker, for a job that is not told which worker
/// runs it. It is in the thread's name: 3 on the thread "worker 3". The pools
/// of this crate name their threads like this.
///
/// # Panics
///
/// If the thread has another name.
pub fn this_worker() -> usize {
    let thread = thread::current();
    let number = thread.name().and_then(|name| name.strip_prefix("worker "));
    let number = number.and_then(|number| number.parse().ok());
    number.expect("the thread of a worker is called \"worker N\"")
}
