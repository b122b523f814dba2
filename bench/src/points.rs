//! What is measured, for the benches that measure it and for the report that looks it up.

use crate::contenders::{Contender, IN_RUST, INLINE, THREAD_PER_JOB};
use crate::report::format::counted;
use crate::setup::{Setup, Work};

/// What a job does, and how many of them make a batch.
pub const WORKS: [(&str, Work, usize); 3] = [
    ("no-op", Work::NOTHING, 20_000),
    ("1 us", Work::SHORT, 10_000),
    ("100 us", Work::LONG, 200),
];

/// How many threads do the jobs.
pub const WORKERS: [usize; 3] = [1, 2, 4];

/// How many threads submit them.
pub const PRODUCERS: [usize; 2] = [1, 4];

/// How many jobs fit into the queue of those whose queue has a bound.
pub const QUEUES: [Queue; 3] = [Queue::HandOver, Queue::TwoAWorker, Queue::Long];

/// Room in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// None: a job goes from hand to hand.
    HandOver,
    /// For two jobs a worker: the default of `struct_pool`.
    TwoAWorker,
    /// For 1,024 jobs.
    Long,
    /// For all that come.
    Unbounded,
}

impl Queue {
    /// For how many jobs there is room.
    pub fn capacity(self, workers: usize) -> usize {
        match self {
            Queue::HandOver => 0,
            Queue::TwoAWorker => workers * 2,
            Queue::Long => 1_024,
            Queue::Unbounded => usize::MAX,
        }
    }

    /// What it is called in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Queue::HandOver => "0",
            Queue::TwoAWorker => "2 × workers",
            Queue::Long => "1,024",
            Queue::Unbounded => "no bound",
        }
    }

    /// What it is called in the id of a benchmark.
    fn id(self) -> &'static str {
        match self {
            Queue::HandOver => "queue of 0",
            Queue::TwoAWorker => "queue of two a worker",
            Queue::Long => "queue of 1024",
            Queue::Unbounded => "queue without bound",
        }
    }
}

impl Contender {
    /// The queues that it can have.
    pub fn queues(&self) -> &'static [Queue] {
        if self.is_bounded {
            &QUEUES
        } else {
            &[Queue::Unbounded]
        }
    }

    /// The queue that lets it be compared with those that have no bound.
    pub fn long_queue(&self) -> Queue {
        if self.is_bounded {
            Queue::Long
        } else {
            Queue::Unbounded
        }
    }
}

/// The group of the pools with this work.
pub fn pools_group(work: &str) -> String {
    format!("pools/{work}")
}

/// The last part of the id of a pool.
pub fn pools_value(queue: Queue, workers: usize, producers: usize) -> String {
    format!("{}, {}", queue.id(), threads(workers, producers))
}

/// So many workers and producers, in words.
pub fn threads(workers: usize, producers: usize) -> String {
    let (workers, producers) = (counted(workers, "worker"), counted(producers, "producer"));
    format!("{workers}, {producers}")
}

/// The group of the pools that are asleep when a job is submitted.
pub const START: &str = "submit to start";

/// The group of the workers that are cancelled.
pub const CANCEL: &str = "cancel to the last worker gone";

/// How workers find out about the cancel.
pub const CANCELLED: [&str; 3] = [
    "select, idle",
    "select, in a job",
    "production_pool, in a job",
];

/// The group of the idle pools that are shut down.
pub const SHUTDOWN: &str = "shutdown of an idle pool";

/// The pools that are shut down.
pub const SHUT_DOWN: [&str; 2] = ["struct_pool", "production_pool"];

/// How many workers are cancelled or shut down.
pub const CROWDS: [usize; 3] = [3, 30, 300];

/// The group of the pools that are started, given so many jobs, and shut down.
pub const MORE_JOBS: &str = "growth/jobs";

/// So many jobs.
pub const JOBS: [usize; 5] = [100, 1_000, 10_000, 100_000, 1_000_000];

/// The group of the pools that are started with so many workers, given jobs, and shut down.
pub const MORE_WORKERS: &str = "growth/workers";

/// So many workers.
pub const MANY_WORKERS: [usize; 4] = [1, 10, 100, 1_000];

/// So many jobs for [`JOBS`]: two workers, a queue of 1,024, one producer.
pub fn more_jobs(jobs: usize) -> Setup {
    Setup {
        work: Work::NOTHING,
        jobs,
        workers: 2,
        producers: 1,
        capacity: 1_024,
    }
}

/// So many workers for [`MANY_WORKERS`]: 10,000 jobs, a queue of 1,024, one producer.
pub fn more_workers(workers: usize) -> Setup {
    Setup {
        workers,
        ..more_jobs(10_000)
    }
}

/// Who takes part with more and more jobs: a thread for each of more than 10,000 takes too long.
pub fn for_jobs(jobs: usize) -> impl Iterator<Item = Contender> {
    let all = IN_RUST.into_iter();
    all.filter(move |it| it.name != THREAD_PER_JOB || jobs <= 10_000)
}

/// Who takes part with more and more workers: those who have any.
pub fn for_workers() -> impl Iterator<Item = Contender> {
    let all = IN_RUST.into_iter();
    all.filter(|it| ![THREAD_PER_JOB, INLINE].contains(&it.name))
}

/// The group of the fetchers, for a site that answers after so many milliseconds.
pub fn fetch_group(delay_ms: u64) -> String {
    format!("fetch/after {delay_ms} ms")
}

/// After how many milliseconds the site answers.
pub const DELAYS_MS: [u64; 2] = [0, 1];

/// How many URLs are fetched to see how long it takes.
pub const URLS: usize = 2_000;

/// How many URLs are fetched to see how much memory it takes.
pub const MANY_URLS: usize = 100_000;

/// The names of all fetchers, and how many workers they have. The loop has none.
pub fn fetchers() -> Vec<(String, Option<usize>)> {
    let pools = [1, 3, 32, 128].map(|workers| (counted(workers, "worker"), Some(workers)));
    [(LOOP.into(), None)].into_iter().chain(pools).collect()
}

/// The fetcher without a pool.
pub const LOOP: &str = "plain loop";
