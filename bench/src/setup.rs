//! What a contender is given to do.

use std::hint::black_box;
use std::iter::Sum;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Jobs for a pool, and the pool's size.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// What each job does.
    pub work: Work,
    /// How many jobs.
    pub jobs: usize,
    /// Threads that do them.
    pub workers: usize,
    /// Threads that submit them, an equal share each.
    pub producers: usize,
    /// Room in the queue, for those whose queue has a bound.
    pub capacity: usize,
}

/// What a job does, beside counting itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// So many rounds of arithmetic: it always takes the same work, and never looks at a clock.
    Rounds(u32),
    /// Notes how long ago it was submitted. Before each such job is submitted, the pool is left
    /// alone for so long that its workers fall asleep.
    NoteStart,
}

impl Work {
    /// Nothing.
    pub const NOTHING: Work = Work::Rounds(0);
    /// About 1 µs on a machine of 2025.
    pub const SHORT: Work = Work::Rounds(750);
    /// About 100 µs on a machine of 2025.
    pub const LONG: Work = Work::Rounds(75_000);
}

/// The arithmetic, also for those who measure it alone. Each round needs the result of the one
/// before, and no compiler finds a short cut: it took one when the shift was missing.
pub fn arithmetic(rounds: u32) {
    let mut number: u64 = black_box(1);
    for _ in 0..rounds {
        number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    }
    black_box(number);
}

/// A job before it is boxed. Each pool boxes the closure `move || task.run()` once.
#[derive(Clone, Copy)]
pub struct Task {
    work: Work,
    tally: &'static Tally,
}

/// What the jobs of one batch write down. Aligned, so that it shares no cache line with a job.
#[derive(Default)]
#[repr(align(128))]
struct Tally {
    done: AtomicUsize,
    /// Only for [`Work::NoteStart`], where one job is under way at a time.
    waits: Mutex<Waits>,
}

#[derive(Default)]
struct Waits {
    submitted: Option<Instant>,
    total: Duration,
}

impl Task {
    /// Does the work, and counts itself.
    pub fn run(self) {
        match self.work {
            Work::Rounds(rounds) => arithmetic(rounds),
            Work::NoteStart => self.tally.note_start(Instant::now()),
        }
        self.tally.done.fetch_add(1, Relaxed);
    }
}

impl Tally {
    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_start(&self, now: Instant) {
        let mut waits = self.waits();
        if let Some(submitted) = waits.submitted.take() {
            waits.total += now - submitted;
        }
    }
}

/// Jobs that were all submitted. Some may not be done yet.
pub struct Batch {
    started: Instant,
    work: Work,
    tally: &'static Tally,
}

/// What came of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// From before the first job was submitted to after the pool said that all are done; or, with
    /// [`Work::NoteStart`], the sum of the jobs' waits.
    pub time: Duration,
    /// How many jobs were done by then. The jobs counted themselves.
    pub done: usize,
}

impl Sum for Outcome {
    fn sum<I: Iterator<Item = Outcome>>(outcomes: I) -> Outcome {
        let mut sum = Outcome {
            time: Duration::ZERO,
            done: 0,
        };
        for outcome in outcomes {
            sum.time += outcome.time;
            sum.done += outcome.done;
        }
        sum
    }
}

impl Setup {
    /// Submits all jobs, and starts the clock. Whoever has waited until they are done calls
    /// [`Batch::end`].
    pub fn submit_all(&self, submit: impl Fn(Task) + Sync) -> Batch {
        let batch = Batch {
            started: Instant::now(),
            work: self.work,
            // Leaked, so that a job which is done too late still finds it, and so that the jobs
            // need no reference count. It is a few bytes a batch.
            tally: Box::leak(Box::default()),
        };
        let share = |producer: usize| {
            let extra = usize::from(producer < self.jobs % self.producers);
            for _ in 0..self.jobs / self.producers + extra {
                submit(batch.next_task());
            }
        };
        thread::scope(|scope| {
            for producer in 1..self.producers {
                scope.spawn(move || share(producer));
            }
            share(0);
        });
        batch
    }
}

impl Batch {
    fn next_task(&self) -> Task {
        if self.work == Work::NoteStart {
            thread::sleep(Duration::from_millis(1));
            self.tally.waits().submitted = Some(Instant::now());
        }
        Task {
            work: self.work,
            tally: self.tally,
        }
    }

    /// Stops the clock, and counts the jobs that are done.
    pub fn end(self) -> Outcome {
        let time = match self.work {
            Work::Rounds(_) => self.started.elapsed(),
            Work::NoteStart => self.tally.waits().total,
        };
        Outcome {
            time,
            done: self.tally.done.load(Relaxed),
        }
    }
}
