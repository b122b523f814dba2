//! The jobs of the service, and how their panics are kept quiet.

use std::cell::Cell;
use std::panic;
use std::time::Instant;

use worker_pools::production_pool::Pool;
use worker_pools::work::{Interrupted, this_worker};
use worker_pools::{Context, Work};

use crate::histogram::Histogram;

pub struct Job {
    pub number: usize,
    /// When it arrived: its wait begins here.
    pub arrived: Instant,
    /// Whether it panics after its work.
    pub panics: bool,
}

/// How a job ends if it does not panic.
pub enum Outcome {
    Done,
    Interrupted,
}

pub type JobPool = Pool<Job, Outcome>;

/// How long the jobs took.
#[derive(Default)]
pub struct Times {
    /// From the arrival of a job to its start.
    pub waited: Histogram,
    /// From its start to its end, whether it is done, failed or interrupted.
    pub ran: Histogram,
}

thread_local!(static IN_JOB: Cell<bool> = const { Cell::new(false) });

/// What a worker does with a job.
pub fn run(stop: &Context, job: &Job, work: &Work, times: &Times) -> Outcome {
    IN_JOB.set(true);
    let started = Instant::now();
    times.waited.observe(started - job.arrived);
    let worked = work.run_with(stop, this_worker(), job.number);
    times.ran.observe(started.elapsed());
    if job.panics && worked.is_ok() {
        panic!("caused by --panic-percent");
    }
    IN_JOB.set(false);
    match worked {
        Ok(()) => Outcome::Done,
        Err(Interrupted) => Outcome::Interrupted,
    }
}

/// Keeps the panic hook from printing the panics of jobs: the report prints
/// each of them on one line. All other panics are printed as usual, even those
/// of the pool's own threads.
pub fn silence_panics() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        // The panic ends the job. What comes after it is not part of the job.
        let in_job = IN_JOB.replace(false);
        if !in_job {
            print(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_panics_of_jobs_are_silent() {
        let printed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&printed);
        panic::set_hook(Box::new(move |_| {
            count.fetch_add(1, SeqCst);
        }));
        silence_panics();

        let worker = thread::Builder::new().name("worker 1".into());
        let worker = worker.spawn(move || {
            let work = Work::new(Duration::ZERO, 0.0, 1);
            let run_job = |panics| {
                let job = Job {
                    number: 1,
                    arrived: Instant::now(),
                    panics,
                };
                let times = Times::default();
                let run = || run(&Context::background(), &job, &work, &times);
                panic::catch_unwind(AssertUnwindSafe(run)).is_err()
            };
            assert!(run_job(true));
            let after_silent_panic = printed.load(SeqCst);
            // Bugs of the pool's own loop, after a job of either kind.
            let bug = || panic::catch_unwind(|| panic!("a bug"));
            assert!(bug().is_err());
            assert!(!run_job(false));
            assert!(bug().is_err());
            (after_silent_panic, printed.load(SeqCst))
        });
        let counts = worker.expect("a thread").join();
        // Before any assertion, so that a failed one is printed.
        let _ = panic::take_hook();
        assert_eq!(counts.expect("it does not panic"), (0, 2));
    }
}
