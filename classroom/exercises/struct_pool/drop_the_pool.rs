// # The forgotten shutdown
//
// If somebody forgets `shutdown`, or returns early with `?`, the jobs in the
// queue are lost: the program ends, and its workers end with it. In Go you must
// remember `defer`. In Rust the type itself can shut the pool down.
//
// Lesson: cargo run -p worker-pools --bin struct_pool

use std::panic::catch_unwind;
use std::thread::{self, JoinHandle};

use classroom::{RecordedWork, SOON, within};
use crossbeam_channel::{Sender, bounded};

type Job = Box<dyn FnOnce() + Send>;

struct Pool {
    /// An `Option`, because `drop` cannot move a field out of the pool.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    fn new(workers: usize) -> Pool {
        let (jobs_tx, jobs_rx) = bounded::<Job>(workers * 2);
        let workers = (0..workers).map(|_| {
            let jobs = jobs_rx.clone();
            thread::spawn(move || jobs.iter().for_each(|job| job()))
        });
        Pool {
            jobs: Some(jobs_tx),
            workers: workers.collect(),
        }
    }

    fn submit(&self, job: impl FnOnce() + Send + 'static) {
        let jobs = self.jobs.as_ref().expect("only drop takes it");
        jobs.send(Box::new(job)).expect("the workers are there");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // TODO: Do what `shutdown` would do. Ignore the panic of a worker.
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    dropping_the_pool_waits_for_its_jobs,
    an_unused_pool_is_dropped,
    a_job_that_panicked_does_not_make_drop_panic
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: nobody called `shutdown`, and all 6 jobs are done");
}

/// Submits `jobs` jobs to a pool of 2, and returns without a shutdown.
fn submit_and_leave(work: &RecordedWork, jobs: usize) {
    let pool = Pool::new(2);
    for job in 1..=jobs {
        let work = work.clone();
        pool.submit(move || {
            work.run(job);
        });
    }
}

fn dropping_the_pool_waits_for_its_jobs() {
    let work = RecordedWork::new().together(2).slow(6);
    let still = "still waiting for `drop`: who closes the queue?";
    let done = work.within_limit(still, |work| {
        submit_and_leave(work, 6);
        work.ended()
    });
    assert_eq!(done, 6, "jobs done when the pool was dropped");
}

fn an_unused_pool_is_dropped() {
    let still = "still waiting for `drop`, although there were no jobs: who closes the queue?";
    within(SOON, still, || drop(Pool::new(3)));
}

fn a_job_that_panicked_does_not_make_drop_panic() {
    // Chance decides which of the two workers panics.
    for _ in 0..10 {
        let work = RecordedWork::new().panic_on([1]).hold_from(2);
        work.let_go_after(SOON / 20);
        let dropped = work.within_limit("still waiting for `drop`", |work| {
            catch_unwind(|| submit_and_leave(work, 3))
        });
        assert!(
            dropped.is_ok(),
            "`drop` panicked: it should ignore the panic of a job"
        );
        assert_eq!(
            work.ended(),
            3,
            "jobs ended: one worker panicked, but the other one does the rest"
        );
    }
}
