//! Article 1's pool as a type, "Struct-Based Worker Pool", for the lesson
//! `struct_pool` and for your own programs. A module is Rust's wall around
//! private fields: nobody outside can close the queue or take a worker away.

use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

/// Any closure that can be called once, on another thread.
type Job = Box<dyn FnOnce() + Send + 'static>;

/// A fixed number of workers that run the closures that you submit.
///
/// Dropping the pool shuts it down, as [`shutdown`](Pool::shutdown) does. A
/// panic ends its job but not the worker: all other jobs are still done, and
/// then the panic goes on in the thread that shuts the pool down.
pub struct Pool {
    /// `None` once the queue is closed, which only `drop` does.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<thread::Result<()>>>,
}

impl Pool {
    /// Starts `size` workers and a queue with room for two jobs per worker.
    /// For jobs that take only microseconds, choose a longer queue:
    /// `bench/README.md` shows why.
    ///
    /// # Panics
    ///
    /// In the same cases as [`with_capacity`](Pool::with_capacity).
    pub fn new(size: usize) -> Pool {
        Pool::with_capacity(size, size * 2)
    }

    /// Starts `size` workers and a queue with room for `capacity` jobs. With a
    /// capacity of 0, `submit` waits until a worker is free to take the job.
    ///
    /// # Panics
    ///
    /// If `size` is 0, or if the operating system refuses a thread.
    pub fn with_capacity(size: usize, capacity: usize) -> Pool {
        assert!(size > 0, "a pool needs at least one worker");
        let (jobs, queue) = bounded(capacity);
        let workers = (1..=size)
            .map(|id| {
                let queue = queue.clone();
                let thread = thread::Builder::new();
                let thread = thread.name(format!("worker {id}"));
                let spawned = thread.spawn(move || worker(queue));
                spawned.expect("failed to spawn thread") // as in std
            })
            .collect();
        Pool {
            jobs: Some(jobs),
            workers,
        }
    }

    /// Queues `job`. Blocks while the queue is full: backpressure.
    ///
    /// A job may submit to its own pool. But if all workers wait in `submit`
    /// for room, nobody is left to make room, and they wait forever.
    pub fn submit(&self, job: impl FnOnce() + Send + 'static) {
        let jobs = self.jobs.as_ref().expect("only drop closes the queue");
        let sent = jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");
    }

    /// Closes the queue, then blocks until all jobs in it are done and all
    /// workers have returned.
    ///
    /// Called from one of the pool's own jobs, it waits for all workers except
    /// the one that it runs on. That worker still runs the jobs that are left,
    /// but nobody learns of their panics.
    ///
    /// # Panics
    ///
    /// If a job has panicked, with the payload of that panic. If several jobs
    /// have, with one of the payloads.
    pub fn shutdown(self) {
        drop(self);
    }
}

/// Returns the first panic of a job as an error.
fn worker(queue: Receiver<Job>) -> thread::Result<()> {
    let mut outcome = Ok(());
    for job in queue {
        // Unwind safe: after a panic the job is gone. A `Mutex` that it shared
        // with others is poisoned, so they notice.
        let ended = panic::catch_unwind(AssertUnwindSafe(job));
        outcome = first_panic(outcome, ended);
    }
    outcome
}

/// Keeps the first of two panics.
fn first_panic(
    first: thread::Result<()>,
    next: thread::Result<()>,
) -> thread::Result<()> {
    match (first, next) {
        (Err(first), Err(next)) => {
            // A payload may panic when it is dropped, so it is never dropped.
            mem::forget(next);
            Err(first)
        }
        (first, next) => first.and(next),
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None; // close(jobs)

        let mut outcome = Ok(());
        for worker in self.workers.drain(..) {
            // A job may drop the last `Arc` of its pool, and a thread cannot
            // join itself.
            if worker.thread().id() != thread::current().id() {
                // The error of a thread that panicked, or what it returned.
                let ended = worker.join().and_then(|returned| returned);
                outcome = first_panic(outcome, ended);
            }
        }
        match outcome {
            // A second panic while this thread unwinds from a first would abort
            // the program.
            Err(panic) if !thread::panicking() => panic::resume_unwind(panic),
            outcome => mem::forget(outcome),
        }
    }
}
