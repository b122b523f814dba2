// # The forgotten shutdown
//
// `drop` has only a reference to the pool. `take` returns the sender, so that
// we can drop it, and leaves `None` in its place.
//
// A panic in `drop` is dangerous: if the thread is already unwinding from
// another panic, the second one ends the whole program. So this pool ignores
// the error of `join`. The pool of the lesson passes the panic on, but only
// when `thread::panicking()` says that this is safe.
//
// Two answers that look right: LOOKS_RIGHT.md, drop_the_pool

use std::thread::{self, JoinHandle};

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
        drop(self.jobs.take());
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use classroom::{LIMIT, LONG, RecordedWork, SOON, checks, ordered_panic, run_checks, within_limit};

checks![
    dropping_the_pool_waits_for_its_jobs,
    an_unused_pool_is_dropped,
    the_panic_of_a_job_is_ignored,
    the_owner_of_the_pool_panics;
    patient: dropping_waits_as_long_as_it_takes
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: nobody called `shutdown`, and every job is done");
}

/// Submits these jobs to a pool, and leaves without a shutdown. If the owner
/// `panics`, the pool is dropped while its thread is unwinding.
fn submit_and_leave(
    workers: usize,
    jobs: impl IntoIterator<Item = usize>,
    work: &RecordedWork,
    panics: bool,
) {
    let pool = Pool::new(workers);
    for job in jobs {
        let work = work.clone();
        pool.submit(move || {
            work.run(job);
        });
    }
    // Time for a job to panic before the pool is dropped.
    thread::sleep(SOON / 100);
    if panics {
        ordered_panic("the owner of the pool panics: this is part of the check".to_string());
    }
}

/// Checks that all jobs have ended when the pool has been dropped.
fn check(workers: usize, jobs: Vec<usize>, work: RecordedWork, panics: bool) {
    work.let_go_after(SOON / 25);
    let count = jobs.len();
    let still = "still waiting for `drop`: who closes the queue?";
    let (left, ended) = work.within_limit(still, move |work| {
        let leave = || submit_and_leave(workers, jobs, work, panics);
        let left = catch_unwind(AssertUnwindSafe(leave));
        (left.is_ok(), work.ended())
    });
    assert!(
        left || panics,
        "`drop` panicked: it should ignore the panic of a job"
    );
    let owner = if panics {
        ", while its owner panicked"
    } else {
        ""
    };
    assert!(
        ended == count,
        "only {ended} of {count} jobs had ended when the pool was dropped{owner}: \
         does `drop` wait for all workers?"
    );
}

fn dropping_the_pool_waits_for_its_jobs() {
    for (workers, jobs) in [(2, 6), (1, 3), (4, 4)] {
        let work = RecordedWork::new().hold_from(1);
        check(workers, (1..=jobs).collect(), work, false);
    }
}

fn an_unused_pool_is_dropped() {
    let still = "still waiting for `drop`, although there were no jobs: who closes the queue?";
    within_limit(still, || drop(Pool::new(3)));
}

/// Job 1 panics, job 2 ends at once, and job 3 takes longer. Chance decides
/// which worker does which.
fn one_panics(times: usize, owner_panics: bool) {
    let start = Instant::now();
    for first in (0..times).take_while(|_| start.elapsed() < LIMIT) {
        let work = RecordedWork::new().panic_on([1]).hold_from(3);
        let jobs = (0..3).map(|number| (first + number) % 3 + 1);
        check(3, jobs.collect(), work, owner_panics);
    }
}

fn the_panic_of_a_job_is_ignored() {
    one_panics(30, false);
}

fn the_owner_of_the_pool_panics() {
    let work = RecordedWork::new().hold_from(1);
    check(2, (1..=6).collect(), work, true);
    one_panics(6, true);
}

/// The owner of job 1 returns, and the owner of job 2 panics.
fn dropping_waits_as_long_as_it_takes() {
    let work = RecordedWork::new().hold_from(1);
    let owners = [(1, false), (2, true)].map(|(job, panics)| {
        let work = work.clone();
        thread::spawn(move || {
            let leave = || submit_and_leave(1, [job], &work, panics);
            let _ = catch_unwind(AssertUnwindSafe(leave));
        })
    });
    work.wait_for_held(2);
    thread::sleep(LONG);
    for (owner, job) in owners.iter().zip(1..) {
        assert!(
            !owner.is_finished(),
            "`drop` gave up: it returned while job {job} was running"
        );
    }
    work.let_go();
    for owner in owners {
        let still = "still waiting for `drop`, although the jobs are done";
        within_limit(still, || owner.join()).expect("no panic leaves it");
    }
}
