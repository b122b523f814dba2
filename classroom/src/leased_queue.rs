//! A queue that leases its jobs, as the engine of the lesson `machines` does, and work that takes
//! longer than a lease.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::RecordedWork;

/// How long a worker may say nothing about its job.
pub const LEASE: Duration = Duration::from_secs(1);

/// A queue that is not in this process, for all its workers know. Clones share one queue.
#[derive(Clone, Debug)]
pub struct LeasedQueue {
    jobs: Arc<(Mutex<Jobs>, Condvar)>,
}

#[derive(Debug)]
struct Jobs {
    waiting: VecDeque<usize>,
    /// The jobs that were taken, and when the lease of each one expires.
    leased: HashMap<usize, Instant>,
}

impl LeasedQueue {
    /// A queue with jobs 1 to `jobs`.
    pub fn new(jobs: usize) -> LeasedQueue {
        let jobs = Jobs {
            waiting: (1..=jobs).collect(),
            leased: HashMap::new(),
        };
        LeasedQueue {
            jobs: Arc::new((Mutex::new(jobs), Condvar::new())),
        }
    }

    /// Takes a job: a new one, or one whose lease has expired. Waits while all jobs are in other
    /// hands. Returns `None` when all jobs are acknowledged.
    pub fn take(&self) -> Option<usize> {
        let mut jobs = self.lock();
        loop {
            let now = Instant::now();
            let waiting = jobs.waiting.pop_front();
            let mut leased = jobs.leased.iter();
            let expired = leased.find(|(_, until)| **until <= now);
            if let Some(job) = waiting.or(expired.map(|(job, _)| *job)) {
                jobs.leased.insert(job, now + LEASE);
                return Some(job);
            }
            let next = jobs.leased.values().min()?.saturating_duration_since(now);
            let waited = self.jobs.1.wait_timeout(jobs, next);
            (jobs, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Begins the lease of a job anew. Nothing happens if nobody has taken the job.
    pub fn renew(&self, job: usize) {
        if let Some(until) = self.lock().leased.get_mut(&job) {
            *until = Instant::now() + LEASE;
        }
    }

    /// Says that a job is done. The queue forgets it.
    pub fn acknowledge(&self, job: usize) {
        self.lock().leased.remove(&job);
        self.jobs.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work in pieces. Each piece takes a tenth of a lease.
#[derive(Clone, Debug)]
pub struct PieceWork {
    record: RecordedWork,
    /// A job, and how many pieces it has. All other jobs have one.
    long: Option<(usize, usize)>,
    /// A job, and after how many pieces its first worker is killed.
    killed: Option<(usize, usize)>,
}

impl PieceWork {
    /// Jobs that are recorded in `record`.
    pub fn new(record: &RecordedWork) -> PieceWork {
        PieceWork {
            record: record.clone(),
            long: None,
            killed: None,
        }
    }

    /// `job` has this number of pieces.
    pub fn long(mut self, job: usize, pieces: usize) -> PieceWork {
        self.long = Some((job, pieces));
        self
    }

    /// The first worker of `job` is killed after this number of its pieces. A thread cannot be
    /// killed, so it waits forever.
    pub fn kill(mut self, job: usize, pieces: usize) -> PieceWork {
        self.killed = Some((job, pieces));
        self
    }

    /// Does `job`, and calls `after_piece` after each of its pieces.
    pub fn run(&self, job: usize, mut after_piece: impl FnMut()) {
        let is_first = !self.record.started().contains(&job);
        let _running = self.record.start(job);
        let is_this = |(it, _): &(usize, usize)| *it == job;
        let pieces = self.long.filter(is_this).map_or(1, |(_, pieces)| pieces);
        let killed_after = self.killed.filter(|it| is_first && is_this(it));
        for piece in 0..pieces {
            if killed_after.is_some_and(|(_, pieces)| piece == pieces) {
                loop {
                    thread::park();
                }
            }
            thread::sleep(LEASE / 10);
            after_piece();
        }
    }
}
