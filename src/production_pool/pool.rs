//! The pool itself. The lesson is the order of things in `submit`, `shutdown`
//! and `worker`: it decides that no job is lost and that nobody waits forever.

use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use crossbeam_channel::{
    Receiver, SendError, Sender, bounded, select_biased, unbounded,
};

use crate::context::{Cancel, Context};

use super::metrics::{Counters, Metrics, gone, snapshot};
use super::results::{Finished, Leftovers, Panicked, RejectReason, Rejected};
use super::room::Waiters;

/// A pool with room for at most this many jobs allocates its queue when it
/// starts.
const MAX_ALLOCATED: usize = 10_000;

/// So many workers have counters of their own. If there are more, some share
/// them: a submitter that looks for room reads them all.
const MAX_COUNTERS: usize = 16;

/// How often a submitter yields before it goes to sleep: going to sleep and
/// waking up take longer than several short jobs.
const YIELDS: usize = 20;

/// A fixed number of workers that run jobs of type `J`, all with the same
/// function.
///
/// Every accepted job comes back exactly once: with its result, or from
/// [`shutdown`](Pool::shutdown) as never started. (There is one exception: if
/// one of its own jobs stops the pool, and the pool is then only dropped, the
/// jobs that never started are lost.) Only `shutdown`, `wait_for_room` and
/// dropping the pool block.
///
/// Dropping the pool without a shutdown drains it: that blocks until all
/// accepted jobs are done. A clone of [`results`](Pool::results) still gets
/// their results. If one of its own jobs drops the pool, that does not block,
/// but the workers drain the queue all the same. A job that holds an `Arc` of
/// its own pool keeps the pool alive while its result is waiting: give it a
/// `Weak` instead.
pub struct Pool<J: Send + 'static, R: Send + 'static> {
    submissions: Mutex<Submissions<J>>,
    shared: Arc<Shared>,
    /// How many jobs may be in the pool: one per worker, and a full queue.
    room: usize,
    results: Receiver<Finished<J, R>>,
    /// Closed when the last worker has returned.
    never_started: Receiver<J>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    worker_ids: Vec<ThreadId>,
}

/// What a submitter changes while it holds the lock.
struct Submissions<J> {
    /// `None` once the queue is closed.
    jobs: Option<Sender<J>>,
    /// How many more jobs are certain to fit.
    credits: usize,
    accepted: u64,
    rejected: u64,
}

/// What the workers share with the pool.
struct Shared {
    /// Once it is done, no job starts.
    stop: Context,
    cancel: Cancel,
    /// Each worker counts in one of these.
    counters: Vec<Counters>,
    /// Submitters that wait for room.
    waiters: Waiters,
}

impl<J: Send + 'static, R: Send + 'static> Pool<J, R> {
    /// Starts `size` workers that call `work` for each job, and a queue with
    /// room for `capacity` jobs. With a capacity of 0, the pool accepts a job
    /// only if a worker is free.
    ///
    /// `work` gets a context. It is done when the pool is stopped before all
    /// jobs are done; a long job should then return early.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a thread.
    ///
    /// # Panics
    ///
    /// If `size` is 0.
    pub fn new(
        size: usize,
        capacity: usize,
        work: impl Fn(&Context, &J) -> R + Send + Sync + 'static,
    ) -> io::Result<Pool<J, R>> {
        assert!(size > 0, "a pool needs at least one worker");
        let room = size.saturating_add(capacity);
        // A send never waits, because `submit` counts the jobs. A queue with a
        // bound allocates all of its room here, and nothing for each job.
        let (jobs, queue) = match room {
            ..=MAX_ALLOCATED => bounded(room),
            _ => unbounded(),
        };
        // Unbounded, so no worker ever waits for a reader. They stay short,
        // because `submit` counts the results.
        let (results_tx, results_rx) = unbounded();
        let (never_started_tx, never_started_rx) = unbounded();
        let (stop, cancel) = Context::with_cancel();
        let counters = (0..size.min(MAX_COUNTERS)).map(|_| Counters::default());
        let shared = Arc::new(Shared {
            stop,
            cancel,
            counters: counters.collect(),
            waiters: Waiters::default(),
        });
        let work = Arc::new(work);

        let mut workers = Vec::new();
        for id in 1..=size {
            let (shared, work) = (Arc::clone(&shared), Arc::clone(&work));
            let (queue, results) = (queue.clone(), results_tx.clone());
            let never_started = never_started_tx.clone();
            let body = move || {
                let counters = &shared.counters[(id - 1) % MAX_COUNTERS];
                worker(&shared, counters, &*work, queue, results, never_started)
            };
            // If a thread is refused, the workers before it find the queue
            // closed and return.
            let thread = thread::Builder::new().name(format!("worker {id}"));
            workers.push(thread.spawn(body)?);
        }
        let submissions = Submissions {
            jobs: Some(jobs),
            credits: 0,
            accepted: 0,
            rejected: 0,
        };
        Ok(Pool {
            submissions: Mutex::new(submissions),
            shared,
            room,
            results: results_rx,
            never_started: never_started_rx,
            worker_ids: workers.iter().map(|it| it.thread().id()).collect(),
            workers: Mutex::new(workers),
        })
    }

    /// Queues `job` or hands it back. Never blocks, so a job may submit to its
    /// own pool.
    ///
    /// # Errors
    ///
    /// [`Rejected`] hands the job back and says why.
    pub fn submit(&self, job: J) -> Result<(), Rejected<J>> {
        let mut submissions = self.submissions();
        // A look reads what the workers change all the time, so it is slow. One
        // look is enough for all the jobs that it found room for.
        let room = match submissions.credits {
            0 => self.look_for_room(submissions.accepted),
            credits => Ok(credits),
        };
        let reason = match (&submissions.jobs, room) {
            (None, _) => RejectReason::ShuttingDown,
            (_, Err(reason)) => reason,
            (Some(jobs), Ok(credits)) => {
                let sent = jobs.send(job);
                sent.expect("workers stay until the queue is closed");
                submissions.credits = credits - 1;
                submissions.accepted += 1;
                return Ok(());
            }
        };
        submissions.rejected += 1;
        Err(Rejected { job, reason })
    }

    /// Blocks until half of the queue is free (and at least one job fits),
    /// `context` is done, or a shutdown begins. With less, a submitter would
    /// wake up for each job; with more, workers could become idle.
    ///
    /// Then call [`submit`](Pool::submit) again. It may still reject the job:
    /// another submitter may have been faster, and a call can return early. If
    /// the reason is [`RejectReason::ResultsFull`], waiting here does not help:
    /// take results.
    ///
    /// Called from one of the pool's own jobs, it may wait for that job, until
    /// the context is done or a shutdown begins.
    pub fn wait_for_room(&self, context: &Context) {
        let capacity = self.room - self.worker_ids.len();
        let max_in_pool = (self.room - (capacity / 2).max(1)) as u64;
        let accepted = self.submissions().accepted;
        for _ in 0..YIELDS {
            let left = gone(&self.shared.counters);
            if accepted.saturating_sub(left) <= max_in_pool {
                return;
            }
            thread::yield_now();
        }
        let submissions = self.submissions();
        if submissions.jobs.is_none() {
            return;
        }
        let wake_at = submissions.accepted.saturating_sub(max_in_pool);
        let waiters = &self.shared.waiters;
        let woken = waiters.join(wake_at);
        // A shutdown that comes now wakes all that have joined.
        drop(submissions);
        // A worker may have made room before it could see that we wait.
        waiters.look(&self.shared.counters);
        select_biased! {
            recv(woken) -> _ => {}
            recv(context.done()) -> _ => {}
        }
    }

    /// How many jobs are certain to fit, whatever the workers and the readers
    /// do: at least one. Otherwise, why none fits.
    fn look_for_room(&self, accepted: u64) -> Result<usize, RejectReason> {
        // The article asks the channel whether it has room, as `try_send` does.
        // Then it is luck whether a job fits: a worker may be about to take one
        // out. Counting is exact.
        let in_pool = (accepted - gone(&self.shared.counters)) as usize;
        // Second: a job that ends in between counts twice, and is not missed.
        let waiting = self.results.len();
        if in_pool >= self.room {
            return Err(RejectReason::QueueFull);
        }
        if waiting >= self.room {
            return Err(RejectReason::ResultsFull);
        }
        // One fits now. Each job in the pool can become one more result. Each
        // worker can hold one that it has counted and not yet sent.
        let results = in_pool + waiting + self.worker_ids.len();
        Ok(self.room.saturating_sub(results).max(1))
    }

    /// The results. Clone the receiver for a thread that reads them; it closes
    /// when the pool is shut down.
    ///
    /// Somebody must take the results: while as many are waiting as the pool
    /// has room for jobs, `submit` rejects the next job.
    pub fn results(&self) -> &Receiver<Finished<J, R>> {
        &self.results
    }

    /// Whether the pool accepts jobs while it has room: true until a shutdown
    /// begins.
    pub fn is_open(&self) -> bool {
        self.submissions().jobs.is_some()
    }

    /// All numbers of one moment.
    pub fn metrics(&self) -> Metrics {
        // While it is locked, no job is accepted.
        let submissions = self.submissions();
        let counters = &self.shared.counters;
        snapshot(counters, submissions.accepted, submissions.rejected)
    }

    /// Closes the queue, then blocks until all workers have returned: Go's
    /// `Server.Shutdown(ctx)`. The context says how long the workers go on with
    /// the queued jobs:
    ///
    /// - To drain the queue, pass [`Context::background`].
    /// - To drain it within a limit, pass [`Context::with_timeout`]; it may be
    ///   cancelled earlier.
    /// - To stop now, pass a context that is done.
    ///
    /// Once `shutdown` sees that the context is done, a worker starts no job,
    /// unless it looked just before. Running jobs see it on their own context,
    /// and `shutdown` waits for them.
    ///
    /// You may call it several times, even from several threads at once, for
    /// example to hurry a shutdown that has begun. Every call blocks until the
    /// end. Each job that never started is returned by exactly one of them.
    ///
    /// Called from one of the pool's own jobs, it does not block, because the
    /// job would wait for itself. It begins the shutdown and returns no jobs;
    /// nobody watches the context after that unless there is another call.
    pub fn shutdown(&self, stop: &Context) -> Leftovers<J, R> {
        if stop.is_done() {
            self.shared.cancel.cancel();
        }
        self.submissions().jobs = None; // close(jobs)
        self.shared.waiters.wake();

        let mut never_started = Vec::new();
        // A worker's thread would wait for itself.
        if !self.worker_ids.contains(&thread::current().id()) {
            select_biased! {
                recv(self.never_started) -> job => {
                    // A job: another call has stopped the workers. No job: all
                    // workers have returned.
                    if let Ok(job) = job {
                        never_started.push(job);
                    }
                }
                recv(stop.done()) -> _ => self.shared.cancel.cancel(),
            }
            // Ends when the last worker has returned and so closed the channel.
            never_started.extend(&self.never_started);

            let workers = self.workers.lock();
            let mut workers = workers.unwrap_or_else(PoisonError::into_inner);
            for worker in workers.drain(..) {
                // Panics of jobs are in their results. Any other panic is a bug
                // in the loop below, and the panic hook has printed it.
                let _ = worker.join();
            }
        }
        Leftovers {
            never_started,
            undelivered: self.results.clone(),
        }
    }

    fn submissions(&self) -> MutexGuard<'_, Submissions<J>> {
        let submissions = self.submissions.lock();
        submissions.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: Send + 'static, R: Send + 'static> Drop for Pool<J, R> {
    fn drop(&mut self) {
        let _ = self.shutdown(&Context::background());
    }
}

fn worker<J, R>(
    shared: &Shared,
    counters: &Counters,
    work: &impl Fn(&Context, &J) -> R,
    jobs: Receiver<J>,
    results: Sender<Finished<J, R>>,
    never_started: Sender<J>,
) {
    for job in jobs {
        if shared.stop.is_done() {
            counters.never_started();
            drop_unsent(never_started.send(job));
            continue;
        }
        counters.start();
        // Unwind safe for the pool. A reader that gets the job back learns of
        // the panic from its result.
        let result =
            panic::catch_unwind(AssertUnwindSafe(|| work(&shared.stop, &job)));
        // Counted before it is sent: a reader with all results finds the pool
        // idle.
        match result {
            Ok(_) => counters.returned(),
            Err(_) => counters.panicked(),
        }
        let result = result.map_err(|payload| Panicked { payload });
        drop_unsent(results.send(Finished { job, result }));
        shared.waiters.look(&shared.counters);
    }
}

/// Sending fails only if the pool was dropped and nobody takes anything. Then
/// the job is dropped here. If that panics, the worker survives this as well.
fn drop_unsent<T>(sent: Result<(), SendError<T>>) {
    let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(sent)));
    // A payload may panic when it is dropped, so it is never dropped.
    mem::forget(dropped);
}
