//! The pools, each in a few lines: start it, submit all jobs, wait until it says that all are done.

mod book;
mod go;

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;
use worker_pools::Context;
use worker_pools::production_pool::Pool as ProductionPool;
use worker_pools::struct_pool::Pool as StructPool;

use crate::setup::{Outcome, Setup, Task};

pub use go::build as build_go;

/// A pool that takes part.
#[derive(Clone, Copy)]
pub struct Contender {
    /// Its name in the tables.
    pub name: &'static str,
    /// Whether its queue has a bound.
    pub is_bounded: bool,
    /// How it does the jobs.
    pub run: Run,
}

/// How a contender does the jobs of a setup.
#[derive(Clone, Copy)]
pub enum Run {
    /// Does all jobs once.
    Batch(fn(&Setup) -> Outcome),
    /// Does all jobs this many times, and returns one [`Outcome`] for everything.
    Batches(fn(&Setup, u64) -> Outcome),
}

/// Anything that can be called once, on another thread.
type Job = Box<dyn FnOnce() + Send>;

/// All others are compared with this one.
pub const REFERENCE: &str = "struct_pool";

/// The pool of the lesson `production_pool`, with jobs of one type instead of closures.
pub const TYPED: &str = "production_pool, typed";

/// Starts a thread for each job.
pub const THREAD_PER_JOB: &str = "thread per job";

/// Does all jobs in a loop, without a pool.
pub const INLINE: &str = "inline";

/// The pool in Go.
pub const GO: &str = "Go";

/// Every contender but Go.
pub const IN_RUST: [Contender; 10] = [
    with_bound(REFERENCE, struct_pool),
    with_bound("production_pool", production_pool),
    with_bound(TYPED, production_pool_typed),
    with_bound("plain channel", plain_channel),
    no_bound("threadpool", threadpool),
    no_bound("rayon", rayon),
    no_bound("rusty_pool", rusty_pool),
    no_bound("Rust Book", book::run),
    no_bound(THREAD_PER_JOB, thread_per_job),
    no_bound(INLINE, inline),
];

/// Go's pool: a channel of `func()`, and goroutines that receive from it.
pub const IN_GO: Contender = Contender {
    name: GO,
    is_bounded: true,
    run: Run::Batches(go::run),
};

impl Contender {
    /// Does all jobs `batches` times.
    pub fn run(&self, setup: &Setup, batches: u64) -> Outcome {
        match self.run {
            Run::Batch(run) => (0..batches).map(|_| run(setup)).sum(),
            Run::Batches(run) => run(setup, batches),
        }
    }
}

const fn with_bound(name: &'static str, run: fn(&Setup) -> Outcome) -> Contender {
    Contender {
        name,
        is_bounded: true,
        run: Run::Batch(run),
    }
}

const fn no_bound(name: &'static str, run: fn(&Setup) -> Outcome) -> Contender {
    Contender {
        name,
        is_bounded: false,
        run: Run::Batch(run),
    }
}

fn struct_pool(setup: &Setup) -> Outcome {
    let pool = StructPool::with_capacity(setup.workers, setup.capacity);
    let batch = setup.submit_all(|task| pool.submit(move || task.run()));
    pool.shutdown();
    batch.end()
}

fn production_pool(setup: &Setup) -> Outcome {
    // The pool's function only borrows the job, so the box holds an `Fn` and no `FnOnce`.
    type Job = Box<dyn Fn() + Send>;
    let pool = ProductionPool::new(setup.workers, setup.capacity, |_, job: &Job| job());
    let pool = pool.expect("the system starts the threads");
    let batch = setup.submit_all(|task| submit(&pool, Box::new(move || task.run())));
    let _ = pool.shutdown(&Context::background());
    batch.end()
}

fn production_pool_typed(setup: &Setup) -> Outcome {
    let pool = ProductionPool::new(setup.workers, setup.capacity, |_, task: &Task| task.run());
    let pool = pool.expect("the system starts the threads");
    let batch = setup.submit_all(|task| submit(&pool, task));
    let _ = pool.shutdown(&Context::background());
    batch.end()
}

/// Submits the job. If the pool is full, waits for room, takes the results and tries again.
fn submit<J: Send>(pool: &ProductionPool<J, ()>, mut job: J) {
    while let Err(rejected) = pool.submit(job) {
        job = rejected.job;
        pool.wait_for_room(&Context::background());
        pool.results().try_iter().for_each(drop);
    }
}

/// Not a pool, but a channel and threads: `struct_pool` without the type around them.
fn plain_channel(setup: &Setup) -> Outcome {
    let (jobs, queue) = bounded::<Job>(setup.capacity);
    thread::scope(|scope| {
        for _ in 0..setup.workers {
            let queue = queue.clone();
            scope.spawn(move || queue.into_iter().for_each(|job| job()));
        }
        let batch = setup.submit_all(|task| {
            let sent = jobs.send(Box::new(move || task.run()));
            sent.expect("main holds a receiver too");
        });
        drop(jobs);
        batch
    })
    .end()
}

fn threadpool(setup: &Setup) -> Outcome {
    let pool = threadpool::ThreadPool::new(setup.workers);
    let batch = setup.submit_all(|task| pool.execute(move || task.run()));
    pool.join();
    batch.end()
}

fn rayon(setup: &Setup) -> Outcome {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(setup.workers);
    let pool = builder.build().expect("the system starts the threads");
    // In place: as with all others, this thread is the producer, and not a worker.
    pool.in_place_scope(|scope| setup.submit_all(|task| scope.spawn(move |_| task.run())))
        .end()
}

fn rusty_pool(setup: &Setup) -> Outcome {
    let keep_alive = Duration::from_secs(60);
    let pool = rusty_pool::ThreadPool::new(setup.workers, setup.workers, keep_alive);
    let batch = setup.submit_all(|task| pool.execute(move || task.run()));
    pool.shutdown_join();
    batch.end()
}

/// If the system refuses a thread, its job is not done and counts as lost.
fn thread_per_job(setup: &Setup) -> Outcome {
    thread::scope(|scope| {
        setup.submit_all(|task| {
            let _ = thread::Builder::new().spawn_scoped(scope, move || task.run());
        })
    })
    .end()
}

/// One thread runs all jobs in a loop, whatever the number of workers and producers. This is what
/// the jobs cost without a pool.
fn inline(setup: &Setup) -> Outcome {
    let alone = Setup {
        producers: 1,
        ..*setup
    };
    let run = |task: Task| {
        let job: Job = black_box(Box::new(move || task.run()));
        job();
    };
    alone.submit_all(run).end()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;
    use crate::points::QUEUES;
    use crate::setup::Load;

    /// Far longer than any run here should take. What is not done by then hangs.
    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn every_contender_does_every_submitted_job() {
        // The crate rusty_pool loses some jobs. The report says how many.
        for contender in IN_RUST.into_iter().filter(|it| it.name != "rusty_pool") {
            for queue in QUEUES {
                let setup = Setup {
                    work: Load::NOTHING,
                    jobs: 1_001,
                    workers: 2,
                    producers: 4,
                    capacity: queue.capacity(2),
                };
                let (outcomes, outcome) = channel();
                thread::spawn(move || outcomes.send(contender.run(&setup, 1)));
                let outcome = outcome.recv_timeout(LIMIT);
                let outcome = outcome.unwrap_or_else(|_| panic!("{} hangs", contender.name));
                assert_eq!(outcome.done, setup.jobs, "{}, {queue:?}", contender.name);
            }
        }
    }
}
