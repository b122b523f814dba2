//! The pool itself. In a file of its own, because in Rust a module is the wall that keeps fields
//! private.

use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

/// Anything that can be called once, on another thread.
type Job = Box<dyn FnOnce() + Send + 'static>;

/// A fixed number of workers that run whatever is submitted: article 1's `Pool`.
///
/// Dropping the pool does the same as [`shutdown`](Pool::shutdown). A job that panics ends that
/// job, not its worker: all other jobs are still done, and then the panic goes on in the thread
/// that shuts the pool down.
pub struct Pool {
    /// `None` once the queue is closed, which only `drop` does.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<thread::Result<()>>>,
}

impl Pool {
    /// Starts `size` workers, and a queue with room for two jobs a worker. Jobs that take only
    /// microseconds want more room: `bench/README.md` tells why.
    ///
    /// # Panics
    ///
    /// As [`with_capacity`](Pool::with_capacity) does.
    pub fn new(size: usize) -> Pool {
        Pool::with_capacity(size, size * 2)
    }

    /// Starts `size` workers, and a queue with room for `capacity` jobs. With a capacity of 0 a
    /// job is handed to a worker that is free, or waits with its submitter.
    ///
    /// # Panics
    ///
    /// When `size` is 0, or when the operating system refuses a thread.
    pub fn with_capacity(size: usize, capacity: usize) -> Pool {
        assert!(size > 0, "a pool needs at least one worker");
        let (jobs, queue) = bounded(capacity);
        let workers = (0..size)
            .map(|_| {
                let queue = queue.clone();
                thread::spawn(move || worker(queue))
            })
            .collect();
        Pool {
            jobs: Some(jobs),
            workers,
        }
    }

    /// Queues `job`. Blocks while the queue is full: backpressure.
    ///
    /// A job may submit to its own pool. But when every worker waits in `submit` for room in the
    /// queue that only workers can empty, they wait for ever.
    pub fn submit(&self, job: impl FnOnce() + Send + 'static) {
        let jobs = self.jobs.as_ref().expect("only drop closes the queue");
        let sent = jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");
    }

    /// Closes the queue, and waits until every job in it is done and every worker has returned.
    ///
    /// Inside one of the pool's own jobs, it waits for all workers but the one that it runs on.
    /// That worker still does what is left in the queue, but nobody hears of its panics.
    ///
    /// # Panics
    ///
    /// When a job has panicked, with what that job panicked with. If several have, with one of
    /// them.
    pub fn shutdown(self) {
        drop(self);
    }
}

/// Returns the first panic of a job, if there was one.
fn worker(queue: Receiver<Job>) -> thread::Result<()> {
    let mut outcome = Ok(());
    for job in queue {
        // Unwind safe, because after a panic the job is gone. If it shared a `Mutex` with others,
        // they find it poisoned.
        let ended = panic::catch_unwind(AssertUnwindSafe(job));
        outcome = outcome.and(ended);
    }
    outcome
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None; // close(jobs)

        let mut outcome = Ok(());
        for worker in self.workers.drain(..) {
            // A job may drop the last `Arc` of its pool. A thread cannot join itself.
            if worker.thread().id() != thread::current().id() {
                outcome = outcome.and(worker.join().and_then(|ended| ended));
            }
        }
        match outcome {
            // A second panic while this thread unwinds from a first would abort the program.
            Err(panic) if !thread::panicking() => panic::resume_unwind(panic),
            _ => {}
        }
    }
}
