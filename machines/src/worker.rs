//! The same pool as in the other lessons, but its queue is in the engine: one
//! process with a few worker threads. There may be many, on many machines.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{mem, process, thread};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, never, select};
use worker_pools::{Cancel, Context, Work, eprintln, println, signal};

use crate::event::Event;
use crate::flags::WorkFlags;
use crate::queue::{Error, Job, Queue, Result};

/// How long the workers may give back their jobs when their owner is gone.
const GIVE_BACK_TIMEOUT: Duration = Duration::from_secs(1);

/// What the workers of a process share.
struct Pool<'a> {
    url: &'a str,
    flags: &'a WorkFlags,
    work: Work,
    /// When it is done, the workers take no more jobs.
    taking: Context,
    /// When it is done, they give back the jobs that they have.
    working: Context,
}

/// The jobs that a worker has taken: the first one runs.
type Hand = Mutex<VecDeque<Job>>;

impl Pool<'_> {
    fn queue(&self, worker: &str) -> Result<Queue> {
        Queue::new(self.url, worker, self.flags.lease_ms)
    }

    /// Prints what a worker does. If the owner is gone, nobody reads it, and
    /// `println!` would end the process before it has given its jobs back.
    fn say(&self, worker: &str, event: Event, job: usize) {
        let line = event.line(worker, job);
        if self.flags.owner_on_stdin {
            let _ = writeln!(io::stdout(), "{line}");
        } else {
            println!("{line}");
        }
    }
}

/// Works until a signal comes. The first one drains: the workers take no more
/// jobs, and finish those that they have. The second one stops: they give these
/// jobs back.
pub fn work(url: &str, flags: &WorkFlags) -> Result<()> {
    let (taking, end_taking) = Context::with_cancel();
    let (working, end_working) = Context::with_cancel();
    let pool = Pool {
        url,
        flags,
        work: flags.work(),
        taking,
        working,
    };
    if !flags.owner_on_stdin {
        // With a wrong address, it ends at once. An owner knows a right one.
        pool.queue("main")?.connect()?;
    }
    let signals = signal::notify();
    let owner = if flags.owner_on_stdin {
        lines_of_stdin()
    } else {
        never()
    };
    let (pool, at_failure) = (&pool, &end_taking.clone());
    thread::spawn(move || {
        end_phases(&signals, &owner, end_taking, end_working)
    });

    thread::scope(|scope| {
        let start = |id| {
            // If one worker fails, all end: a process that works with fewer
            // would say nothing.
            let fail = |_: &Error| at_failure.cancel();
            scope.spawn(move || worker(id, pool).inspect_err(fail))
        };
        let workers: Vec<_> = (1..=flags.workers).map(start).collect();
        let mut workers = workers.into_iter();
        workers.try_for_each(|worker| worker.join().expect("no worker panics"))
    })
}

/// The first signal ends the taking, the second one ends the work. A line from
/// the owner counts as a signal; without an owner, it is all over.
fn end_phases(
    signals: &Receiver<()>,
    owner: &Receiver<()>,
    taking: Cancel,
    working: Cancel,
) {
    select! {
        recv(signals) -> _ => {}
        recv(owner) -> _ => {}
    }
    taking.cancel();
    let is_gone = select! {
        recv(signals) -> _ => false,
        recv(owner) -> line => line.is_err(),
    };
    working.cancel();
    if is_gone {
        // Nobody waits for this process, and the server may be gone as well.
        thread::sleep(GIVE_BACK_TIMEOUT);
        process::exit(1);
    }
}

/// Receives once for each line of stdin, and is closed when stdin is.
fn lines_of_stdin() -> Receiver<()> {
    let (lines_tx, lines_rx) = bounded(0);
    thread::spawn(move || {
        for _line in io::stdin().lines().map_while(|line| line.ok()) {
            let _ = lines_tx.send(());
        }
    });
    lines_rx
}

fn worker(id: usize, pool: &Pool) -> Result<()> {
    let name = &format!("{}.{id}", pool.flags.name);
    let mut queue = pool.queue(name)?;
    let hand = &Hand::default();
    let (returned, at_return) = &Context::with_cancel();
    thread::scope(|scope| {
        if pool.flags.renew {
            scope.spawn(move || renew_leases(name, pool, hand, returned));
        }
        let worked = take_jobs(id, name, pool, &mut queue, hand);
        at_return.cancel();
        worked
    })
}

fn take_jobs(
    id: usize,
    name: &str,
    pool: &Pool,
    queue: &mut Queue,
    hand: &Hand,
) -> Result<()> {
    while !pool.taking.is_done() {
        let jobs = queue.take(pool.flags.take)?;
        lock(hand).extend(jobs);
        // A job stays in the hand while it runs, so its lease is renewed.
        while let Some(job) = first(hand) {
            if !run_job(id, name, pool, queue, &job)? {
                let jobs = mem::take(&mut *lock(hand));
                return give_back(name, pool, queue, jobs);
            }
            lock(hand).pop_front();
        }
    }
    Ok(())
}

/// Does a job, and acknowledges it. The order matters: a worker that
/// acknowledges first and then dies has lost the job. Returns false if the job
/// was interrupted.
fn run_job(
    id: usize,
    name: &str,
    pool: &Pool,
    queue: &mut Queue,
    job: &Job,
) -> Result<bool> {
    let number = job.number;
    if job.tries > pool.flags.tries {
        queue.bury(job)?;
        pool.say(name, Event::GivesUp, number);
        return Ok(true);
    }
    queue.start(job)?;
    pool.say(name, Event::Starts, number);
    if pool.flags.poison == Some(number) {
        eprintln!("job {number} kills process {}", pool.flags.name);
        process::abort();
    }
    if pool.work.run_with(&pool.working, id, number).is_err() {
        return Ok(false);
    }
    let is_first = queue.make_effect(job)?;
    queue.done(job)?;
    let event = if is_first {
        Event::Done
    } else {
        Event::DoneAgain
    };
    pool.say(name, event, number);
    Ok(true)
}

fn give_back(
    name: &str,
    pool: &Pool,
    queue: &mut Queue,
    jobs: VecDeque<Job>,
) -> Result<()> {
    for job in jobs {
        queue.give_back(&job)?;
        pool.say(name, Event::GivesBack, job.number);
    }
    Ok(())
}

/// Renews the leases of a worker's jobs until the worker has returned. It also
/// renews the lease of a job that hangs: then nobody else ever does this job.
fn renew_leases(
    name: &str,
    pool: &Pool,
    hand: &Hand,
    returned: &Context,
) -> Result<()> {
    let mut queue = pool.queue(name)?;
    let pause = pool.flags.lease_ms / 3;
    while let Err(RecvTimeoutError::Timeout) =
        returned.done().recv_timeout(pause)
    {
        let jobs = lock(hand).clone();
        for job in jobs {
            // If it fails, the server may be back before the job ends.
            let _ = queue.renew(&job);
        }
    }
    Ok(())
}

fn first(hand: &Hand) -> Option<Job> {
    lock(hand).front().cloned()
}

fn lock(hand: &Hand) -> MutexGuard<'_, VecDeque<Job>> {
    hand.lock().unwrap_or_else(PoisonError::into_inner)
}
