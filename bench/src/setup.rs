//! The jobs that a contender gets, and the clock that measures them.

use std::hint::black_box;
use std::iter::Sum;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The jobs for a pool, and the size of the pool.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// What each job does.
    pub work: Load,
    /// How many jobs there are.
    pub jobs: usize,
    /// How many threads run the jobs.
    pub workers: usize,
    /// How many threads submit the jobs. Each submits an equal share.
    pub producers: usize,
    /// How many jobs fit into the queue. Only queues with a bound use it.
    pub capacity: usize,
}

/// What a job does before it counts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Does this many rounds of arithmetic. It is always the same work: it never looks at a clock.
    Rounds(u32),
    /// Notes how long ago the job was submitted. Before the submit, the producer waits until the
    /// workers have fallen asleep.
    NoteStart,
}

impl Load {
    /// Nothing.
    pub const NOTHING: Load = Load::Rounds(0);
    /// About 1 µs on a machine of 2025.
    pub const SHORT: Load = Load::Rounds(750);
    /// About 100 µs on a machine of 2025.
    pub const LONG: Load = Load::Rounds(75_000);
}

/// Does the arithmetic of a job. Each round needs the result of the round before. The shift is
/// there because without it, the compiler found a short cut.
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
    work: Load,
    tally: &'static Tally,
}

/// What the jobs of one batch note. It is aligned, so that it shares no cache line with a job.
#[derive(Default)]
#[repr(align(128))]
struct Tally {
    done: AtomicUsize,
    /// For [`Load::NoteStart`] only, where one job runs at a time.
    waits: Mutex<Waits>,
}

#[derive(Default)]
struct Waits {
    submitted: Option<Instant>,
    total: Duration,
}

impl Task {
    /// Does the work and counts the job.
    pub fn run(self) {
        match self.work {
            Load::Rounds(rounds) => arithmetic(rounds),
            Load::NoteStart => self.tally.note_start(Instant::now()),
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

/// Jobs that have all been submitted. Some may not be done yet.
pub struct Batch {
    started: Instant,
    work: Load,
    tally: &'static Tally,
}

/// The result of one or more batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The time from before the first submit until the pool said that all jobs were done. With
    /// [`Load::NoteStart`], the sum of the jobs' waits.
    pub time: Duration,
    /// How many jobs had counted themselves by then.
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
    /// Starts the clock and submits all jobs. The caller waits until they are done, and then calls
    /// [`Batch::end`].
    pub fn submit_all(&self, submit: impl Fn(Task) + Sync) -> Batch {
        let batch = Batch {
            started: Instant::now(),
            work: self.work,
            // Leaked, so that a late job still finds the tally, and so that the jobs need no
            // reference count. A batch leaks a few bytes.
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
        if self.work == Load::NoteStart {
            thread::sleep(Duration::from_millis(1));
            self.tally.waits().submitted = Some(Instant::now());
        }
        Task {
            work: self.work,
            tally: self.tally,
        }
    }

    /// Stops the clock and reads how many jobs are done.
    pub fn end(self) -> Outcome {
        let time = match self.work {
            Load::Rounds(_) => self.started.elapsed(),
            Load::NoteStart => self.tally.waits().total,
        };
        Outcome {
            time,
            done: self.tally.done.load(Relaxed),
        }
    }
}
