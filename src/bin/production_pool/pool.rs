//! The pool itself: typed jobs in, typed results out. To lift it into another program, take
//! `metrics.rs` and `results.rs` along; all else that it needs of this project is [`Context`].

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use crossbeam_channel::{Receiver, Sender, select_biased, unbounded};
use worker_pools::Context;
use worker_pools::context::Cancel;

use super::metrics::{Counters, Metrics};
use super::results::{Finished, Leftovers, Panicked, RejectReason, Rejected};

/// A fixed number of workers that do jobs of type `J`, all with the same function.
///
/// Every job that it accepts comes back exactly once: with its result, or from
/// [`shutdown`](Pool::shutdown) as never started. Only `shutdown` and dropping the pool wait.
///
/// Dropping the pool without a shutdown drains it: it waits until all jobs that were accepted are
/// done. Their results can be taken by whoever kept a clone of [`results`](Pool::results). Dropped
/// by one of its own jobs, it does not wait, but its workers drain it all the same. A job that
/// holds an `Arc` of its own pool keeps it alive for as long as its result waits: give it a `Weak`.
pub struct Pool<J: Send + 'static, R: Send + 'static> {
    submissions: Mutex<Submissions<J>>,
    shared: Arc<Shared>,
    /// How many jobs may be in the pool at a time: one for each worker, and those in the queue.
    room: usize,
    results: Receiver<Finished<J, R>>,
    /// Closes when the last worker has returned.
    never_started: Receiver<J>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    worker_ids: Vec<ThreadId>,
}

/// What submitters change, each while holding the lock.
struct Submissions<J> {
    /// `None` once the queue is closed.
    jobs: Option<Sender<J>>,
    accepted: u64,
    rejected: u64,
}

/// What the workers share with the pool.
struct Shared {
    /// Done when no job may start any more.
    stop: Context,
    cancel: Cancel,
    counters: Counters,
}

impl<J: Send + 'static, R: Send + 'static> Pool<J, R> {
    /// Starts `size` workers that call `work` for each job, and a queue with room for `capacity`
    /// jobs. With a capacity of 0, only as many jobs are accepted as there are free workers.
    ///
    /// The context that `work` is given is done when the pool is stopped before all jobs are
    /// done. A job that takes long should then give up.
    ///
    /// # Errors
    ///
    /// When the operating system refuses a thread.
    ///
    /// # Panics
    ///
    /// When `size` is 0.
    pub fn new(
        size: usize,
        capacity: usize,
        work: impl Fn(&Context, &J) -> R + Send + Sync + 'static,
    ) -> io::Result<Pool<J, R>> {
        assert!(size > 0, "a pool needs at least one worker");
        let room = size.saturating_add(capacity);
        // Unbounded, all of them: `submit` counts what is in them, and keeps them short. So no
        // worker ever waits for a reader.
        let (jobs, queue) = unbounded();
        let (results_tx, results_rx) = unbounded();
        let (never_started_tx, never_started_rx) = unbounded();
        let (stop, cancel) = Context::with_cancel();
        let shared = Arc::new(Shared {
            stop,
            cancel,
            counters: Counters::default(),
        });
        let work = Arc::new(work);

        let mut workers = Vec::new();
        for id in 1..=size {
            let (shared, work) = (Arc::clone(&shared), Arc::clone(&work));
            let (queue, results) = (queue.clone(), results_tx.clone());
            let never_started = never_started_tx.clone();
            let body = move || worker(&shared, &*work, queue, results, never_started);
            // If one is refused, those before it find the queue closed, and return.
            let thread = thread::Builder::new().name(format!("worker {id}"));
            workers.push(thread.spawn(body)?);
        }
        let submissions = Submissions {
            jobs: Some(jobs),
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

    /// Gives `job` to the pool. Never blocks; jobs may submit to their own pool.
    ///
    /// # Errors
    ///
    /// [`Rejected`] hands the job back, with the reason.
    pub fn submit(&self, job: J) -> Result<(), Rejected<J>> {
        let mut submissions = self.submissions();
        // A `try_send` would ask the channel whether it has room, as the article's `select` does.
        // Then it is luck whether a job fits: a worker that is about to take one may not have
        // done so yet. Counted, it is exact.
        let in_pool = submissions.accepted - self.shared.counters.gone();
        let reason = match &submissions.jobs {
            None => RejectReason::ShuttingDown,
            Some(_) if in_pool >= self.room as u64 => RejectReason::QueueFull,
            Some(_) if self.results.len() >= self.room => RejectReason::ResultsFull,
            Some(jobs) => {
                let sent = jobs.send(job);
                sent.expect("workers stay until the queue is closed");
                submissions.accepted += 1;
                return Ok(());
            }
        };
        submissions.rejected += 1;
        Err(Rejected { job, reason })
    }

    /// Where the results come out. Clone it for a thread that reads them; it closes when the pool
    /// is shut down.
    ///
    /// Somebody has to take them: while as many wait as the pool has room for jobs, `submit`
    /// rejects the next job.
    pub fn results(&self) -> &Receiver<Finished<J, R>> {
        &self.results
    }

    /// Whether jobs are accepted, room provided: that is, whether no shutdown has begun.
    pub fn is_open(&self) -> bool {
        self.submissions().jobs.is_some()
    }

    /// All numbers of one moment.
    pub fn metrics(&self) -> Metrics {
        // Locked meanwhile, so that no job is accepted.
        let submissions = self.submissions();
        let counters = &self.shared.counters;
        counters.snapshot(submissions.accepted, submissions.rejected)
    }

    /// Closes the queue, and waits until every worker has returned: Go's `Server.Shutdown(ctx)`.
    /// The context says for how long the workers go on with the jobs in the queue:
    ///
    /// - drain: [`Context::background`], until all are done;
    /// - drain with a limit: [`Context::with_timeout`], which may be cancelled as well;
    /// - stop now: a context that is done already.
    ///
    /// Once `shutdown` has seen that the context is done, no job starts, and those that run see it
    /// on the context that they were given. Shutdown waits for them.
    ///
    /// It may be called again, and from several threads at once, also to hurry up a shutdown that
    /// has begun. All calls wait; each job that never started is returned by one of them.
    ///
    /// Called by one of the pool's own jobs, it does not wait, because that job would wait for
    /// itself. It begins the shutdown, and returns no job. Without a second call, the context is
    /// then not looked at again.
    pub fn shutdown(&self, stop: &Context) -> Leftovers<J, R> {
        if stop.is_done() {
            self.shared.cancel.cancel();
        }
        self.submissions().jobs = None; // close(jobs)

        let mut never_started = Vec::new();
        // Not on a worker's thread: it would wait for itself.
        if !self.worker_ids.contains(&thread::current().id()) {
            select_biased! {
                recv(self.never_started) -> job => {
                    // A job: somebody else has stopped the workers. None: all have returned.
                    if let Ok(job) = job {
                        never_started.push(job);
                    }
                }
                recv(stop.done()) -> _ => self.shared.cancel.cancel(),
            }
            // Until the last worker has returned, which closes the channel.
            never_started.extend(&self.never_started);

            let workers = self.workers.lock();
            let mut workers = workers.unwrap_or_else(PoisonError::into_inner);
            for worker in workers.drain(..) {
                let _ = worker.join(); // its jobs' panics are in their results
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
    work: &impl Fn(&Context, &J) -> R,
    jobs: Receiver<J>,
    results: Sender<Finished<J, R>>,
    never_started: Sender<J>,
) {
    let counters = &shared.counters;
    for job in jobs {
        // Sending fails only when the pool was dropped: then nobody is left to take anything.
        if shared.stop.is_done() {
            counters.never_started();
            let _ = never_started.send(job);
            continue;
        }
        counters.start();
        // Unwind safe, as far as the pool goes. Whoever gets the job back is told of the panic.
        let result = panic::catch_unwind(AssertUnwindSafe(|| work(&shared.stop, &job)));
        // Counted before it is sent: whoever has all results finds the pool idle.
        match result {
            Ok(_) => counters.returned(),
            Err(_) => counters.panicked(),
        }
        let result = result.map_err(|payload| Panicked { payload });
        let _ = results.send(Finished { job, result });
    }
}
