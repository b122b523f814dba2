//! Simulated work: a job is a number, and doing it takes a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::Context;
use crate::timeline::{Ending, Timeline};

/// How long each job takes. Clones share the record of what was done.
#[derive(Clone, Debug)]
pub struct Work {
    mean: Duration,
    jitter: f64,
    seed: u64,
    timeline: Timeline,
    start: Instant,
}

/// The context was done before the job was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

impl Work {
    /// Jobs that take `mean`, give or take up to `jitter` of it: 0.0 for jobs of equal length,
    /// at most 1.0.
    ///
    /// # Panics
    ///
    /// When `jitter` is not between 0.0 and 1.0.
    pub fn new(mean: Duration, jitter: f64, seed: u64) -> Work {
        assert!((0.0..=1.0).contains(&jitter), "jitter is a share: {jitter}");
        Work {
            mean,
            jitter,
            seed,
            timeline: Timeline::default(),
            start: Instant::now(),
        }
    }

    /// How long `job` takes. It depends on the seed and the job's number alone, so it is the same
    /// in every run and whichever worker picks the job up.
    pub fn duration(&self, job: usize) -> Duration {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&(job as u64).to_le_bytes());
        let swing: f64 = StdRng::from_seed(key).random_range(-1.0..=1.0);
        self.mean.mul_f64(1.0 + self.jitter * swing)
    }

    /// Does `job`: blocks for its [`duration`](Self::duration), whatever happens meanwhile.
    pub fn run(&self, worker: usize, job: usize) {
        let started = self.timeline.start(worker, job);
        thread::sleep(self.duration(job));
        self.timeline.end(started, Ending::Finished);
    }

    /// Does `job`, but gives up as soon as `context` is done, as a Go function does that is given
    /// a `ctx`.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] when it gave up.
    pub fn run_with(
        &self,
        context: &Context,
        worker: usize,
        job: usize,
    ) -> Result<(), Interrupted> {
        let started = self.timeline.start(worker, job);
        match context.done().recv_timeout(self.duration(job)) {
            Err(RecvTimeoutError::Timeout) => {
                self.timeline.end(started, Ending::Finished);
                Ok(())
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.timeline.end(started, Ending::Interrupted);
                Err(Interrupted)
            }
            Ok(never) => match never {},
        }
    }

    /// How long ago the work was ordered, with [`new`](Self::new).
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// What was done so far, by whom and when.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }
}

/// A number for the calling thread: 1, 2, 3 and so on, in the order in which threads first ask.
///
/// For jobs that are not told which worker runs them.
pub fn this_worker() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    thread_local!(static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed));
    NUMBER.with(|number| *number)
}
