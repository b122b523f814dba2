//! What is measured. The benches measure these points, and the report looks them up.

use crate::contenders::{Contender, IN_RUST, INLINE, THREAD_PER_JOB};
use crate::report::format::counted;
use crate::setup::{Load, Setup};

/// Each kind of work: its name, what a job does, and how many jobs make a batch.
pub const WORKS: [(&str, Load, usize); 3] = [
    ("no-op", Load::NOTHING, 20_000),
    ("1 us", Load::SHORT, 10_000),
    ("100 us", Load::LONG, 200),
];

/// How many threads run the jobs.
pub const WORKERS: [usize; 3] = [1, 2, 4];

/// How many threads submit the jobs.
pub const PRODUCERS: [usize; 2] = [1, 4];

/// The queues of the contenders whose queue has a bound.
pub const QUEUES: [Queue; 3] = [Queue::HandOver, Queue::TwoPerWorker, Queue::Long];

/// How much room a queue has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// No room: a worker takes each job directly from its producer.
    HandOver,
    /// Room for two jobs per worker: the default of `struct_pool`.
    TwoPerWorker,
    /// Room for 1,024 jobs.
    Long,
    /// Room for any number of jobs.
    Unbounded,
}

impl Queue {
    /// How many jobs fit into the queue.
    pub fn capacity(self, workers: usize) -> usize {
        match self {
            Queue::HandOver => 0,
            Queue::TwoPerWorker => workers * 2,
            Queue::Long => 1_024,
            Queue::Unbounded => usize::MAX,
        }
    }

    /// The name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Queue::HandOver => "0",
            Queue::TwoPerWorker => "2 × workers",
            Queue::Long => "1,024",
            Queue::Unbounded => "no bound",
        }
    }

    /// The name in the id of a benchmark.
    fn id(self) -> &'static str {
        match self {
            Queue::HandOver => "queue of 0",
            Queue::TwoPerWorker => "queue of two a worker",
            Queue::Long => "queue of 1024",
            Queue::Unbounded => "queue without bound",
        }
    }
}

impl Contender {
    /// The queues that it is measured with.
    pub fn queues(&self) -> &'static [Queue] {
        if self.is_bounded {
            &QUEUES
        } else {
            &[Queue::Unbounded]
        }
    }

    /// The queue with which it is compared with contenders without a bound.
    pub fn long_queue(&self) -> Queue {
        if self.is_bounded {
            Queue::Long
        } else {
            Queue::Unbounded
        }
    }
}

/// The group that measures all pools with this work.
pub fn pools_group(work: &str) -> String {
    format!("pools/{work}")
}

/// The last part of a benchmark's id in that group.
pub fn pools_value(queue: Queue, workers: usize, producers: usize) -> String {
    format!("{}, {}", queue.id(), threads(workers, producers))
}

/// The numbers of workers and producers in words, such as "2 workers, 1 producer".
pub fn threads(workers: usize, producers: usize) -> String {
    let (workers, producers) = (counted(workers, "worker"), counted(producers, "producer"));
    format!("{workers}, {producers}")
}

/// The group that measures from a submit to the start of the job, with workers that are asleep.
pub const START: &str = "submit to start";

/// The group that measures from a cancel until the last worker is gone.
pub const CANCEL: &str = "cancel to the last worker gone";

/// What the workers do when they are cancelled.
pub const CANCEL_CASES: [&str; 3] = [
    "select, idle",
    "select, in a job",
    "production_pool, in a job",
];

/// The group that measures the shutdown of an idle pool.
pub const SHUTDOWN: &str = "shutdown of an idle pool";

/// The pools whose shutdown is measured.
pub const SHUTDOWN_POOLS: [&str; 2] = ["struct_pool", "production_pool"];

/// How many workers are cancelled or shut down.
pub const SHUTDOWN_WORKERS: [usize; 3] = [3, 100, 1_000];

/// The group that starts a pool, gives it more and more jobs, and shuts it down.
pub const GROWTH_JOBS: &str = "growth/jobs";

/// How many jobs the pools of [`GROWTH_JOBS`] get.
pub const JOB_COUNTS: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// The group that starts a pool with more and more workers, gives it jobs, and shuts it down.
pub const GROWTH_WORKERS: &str = "growth/workers";

/// How many workers the pools of [`GROWTH_WORKERS`] have.
pub const WORKER_COUNTS: [usize; 4] = [1, 10, 100, 1_000];

/// The setup for [`GROWTH_JOBS`]: two workers, one producer, a queue of 1,024.
pub fn setup_for_jobs(jobs: usize) -> Setup {
    Setup {
        work: Load::NOTHING,
        jobs,
        workers: 2,
        producers: 1,
        capacity: 1_024,
    }
}

/// The setup for [`GROWTH_WORKERS`]: 10,000 jobs, one producer, a queue of 1,024.
pub fn setup_for_workers(workers: usize) -> Setup {
    Setup {
        workers,
        ..setup_for_jobs(10_000)
    }
}

/// The contenders for this many jobs. A thread for each of more than 10,000 jobs takes too long.
pub fn contenders_for_jobs(jobs: usize) -> impl Iterator<Item = Contender> {
    let all = IN_RUST.into_iter();
    all.filter(move |it| it.name != THREAD_PER_JOB || jobs <= 10_000)
}

/// The contenders of [`GROWTH_WORKERS`]: all that have workers.
pub fn contenders_with_workers() -> impl Iterator<Item = Contender> {
    let all = IN_RUST.into_iter();
    all.filter(|it| ![THREAD_PER_JOB, INLINE].contains(&it.name))
}

/// The group that measures the fetchers on a site that answers after `delay_ms`.
pub fn fetch_group(delay_ms: u64) -> String {
    format!("fetch/after {delay_ms} ms")
}

/// The milliseconds after which the site answers.
pub const DELAYS_MS: [u64; 2] = [0, 1];

/// How many URLs are fetched to measure the time.
pub const URLS: usize = 2_000;

/// How many URLs are fetched to measure the memory.
pub const MANY_URLS: usize = 100_000;

/// The name of each fetcher, and the number of its workers. The loop has none.
pub fn fetchers() -> Vec<(String, Option<usize>)> {
    let pools = [1, 3, 32, 128].map(|workers| (counted(workers, "worker"), Some(workers)));
    [(LOOP.into(), None)].into_iter().chain(pools).collect()
}

/// The fetcher without a pool.
pub const LOOP: &str = "plain loop";
