// # The whole pool
//
// Read `shutdown` from top to bottom. It closes the queue. It waits until the
// workers have done every job, or until the time is up. It cancels, which
// changes nothing if the workers have returned. It collects what they did.
// Last, it takes from the queue the jobs that nobody took.
//
// The pool of the lesson does the same for jobs and results of any type. It can
// be shut down from several threads at once, and from inside a job. It also
// counts.
//
// Two answers that look right: LOOKS_RIGHT.md, whole_pool

use std::convert::Infallible;
use std::panic::catch_unwind;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use classroom::RecordedWork;
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::{Cancel, Context};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Done,
    Failed,
    Interrupted,
    NeverStarted,
}

struct Pool {
    jobs: Sender<usize>,
    queue: Receiver<usize>,
    cancel: Cancel,
    workers: Vec<JoinHandle<Vec<(usize, Fate)>>>,
    /// Each worker has a sender of it. It is closed when the last one has
    /// returned.
    all_gone: Receiver<Infallible>,
}

/// Returns the fate of each job that it took: done; failed, if it panicked; or
/// interrupted, if `work.run_with` gave up. After the cancel it takes no job.
fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>) -> Vec<(usize, Fate)> {
    let mut fates = Vec::new();
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return fates,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return fates };
        let fate = match catch_unwind(|| work.run_with(context, job)) {
            Ok(Ok(_)) => Fate::Done,
            Ok(Err(_)) => Fate::Interrupted,
            Err(_) => Fate::Failed,
        };
        fates.push((job, fate));
    }
}

impl Pool {
    fn new(workers: usize, room: usize, work: &RecordedWork) -> Pool {
        let (jobs, queue) = bounded(room);
        let (context, cancel) = Context::with_cancel();
        let (gone, all_gone) = bounded(0);
        let workers = (0..workers).map(|_| {
            let (work, context, jobs) = (work.clone(), context.clone(), queue.clone());
            let gone = gone.clone();
            thread::spawn(move || {
                let _gone = gone; // dropped at the end
                worker(&work, &context, jobs)
            })
        });
        let workers = workers.collect();
        Pool {
            jobs,
            queue,
            cancel,
            workers,
            all_gone,
        }
    }

    /// Queues the job, or hands it back. Never waits.
    fn submit(&self, job: usize) -> Result<(), usize> {
        self.jobs.try_send(job).map_err(|error| error.into_inner())
    }

    /// Lets the workers finish what is queued, for at most `grace`. Then it
    /// cancels. Returns the fate of every job that was accepted.
    fn shutdown(self, grace: Duration) -> Vec<(usize, Fate)> {
        drop(self.jobs);
        let _ = self.all_gone.recv_timeout(grace); // closed, or the time is up
        self.cancel.cancel();
        let mut fates = Vec::new();
        for worker in self.workers {
            fates.extend(worker.join().expect("workers catch the panics of jobs"));
        }
        fates.extend(self.queue.try_iter().map(|job| (job, Fate::NeverStarted)));
        fates
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::time::Instant;

use Fate::{Done, Failed, Interrupted, NeverStarted};
use classroom::{LIMIT, LONG, SOON, checks, run_checks, within};

checks![
    there_is_time_for_all_jobs,
    there_is_time_for_long_jobs,
    every_job_panics,
    nothing_to_do,
    no_time_is_left,
    a_little_time_is_left,
    a_job_that_does_not_see_the_cancel,
    the_queue_is_full,
    a_queue_without_room;
    patient: there_is_time_for_very_long_jobs
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: the pool never waits too long, and every job has a fate");
}

/// Starts a pool of `workers` workers, and submits jobs 1 to `jobs`.
fn start(workers: usize, work: &RecordedWork, jobs: usize) -> Pool {
    work.within_limit("still waiting for `submit`", move |work| {
        let pool = Pool::new(workers, jobs, work);
        for job in 1..=jobs {
            assert_eq!(pool.submit(job), Ok(()), "there was room for job {job}");
        }
        pool
    })
}

/// Shuts the pool down within `limit`, and checks the fates of all jobs.
fn check(
    pool: Pool,
    work: &RecordedWork,
    limit: Duration,
    grace: Duration,
    expected: &[(usize, Fate)],
) {
    let still = format!(
        "still waiting for `shutdown` with {grace:?} of grace: who closes the queue? \
         And who cancels in the end?"
    );
    let fates = within(limit, &still, move || pool.shutdown(grace));
    let running = work.started().len() - work.ended();
    assert!(
        running == 0,
        "`shutdown` returned while {running} jobs were running: does it wait for the workers?"
    );
    let expected = expected
        .iter()
        .flat_map(|(times, fate)| vec![*fate; *times]);
    let mut count = 0;
    for (job, right) in (1..).zip(expected) {
        let of_job = fates.iter().filter(|(it, _)| *it == job);
        match of_job.map(|(_, fate)| *fate).collect::<Vec<_>>()[..] {
            [fate] if fate == right => count += 1,
            [fate] => panic!("job {job} is {fate:?}, but it should be {right:?}"),
            [] => panic!("job {job} has no fate, but it should be {right:?}"),
            ref several => panic!("job {job} has several fates: {several:?}"),
        }
    }
    assert!(
        fates.len() == count,
        "{count} jobs were accepted, but there are {} fates: {fates:?}",
        fates.len()
    );
}

fn there_is_time_for_all_jobs() {
    let work = RecordedWork::new().together(3).panic_on([2, 3, 4]);
    let pool = start(3, &work, 7);
    let expected = [(1, Done), (3, Failed), (3, Done)];
    check(pool, &work, LIMIT, LIMIT * 2, &expected);
    work.assert_each_once(7);
    work.assert_pool_of(3);
}

fn there_is_time_for_long_jobs() {
    for (workers, jobs) in [(2, 2), (2, 6), (5, 3)] {
        let work = RecordedWork::new().hold_from(1);
        let pool = start(workers, &work, jobs);
        work.let_go_after(SOON / 4);
        check(pool, &work, LIMIT, LIMIT * 2, &[(jobs, Done)]);
    }
}

fn every_job_panics() {
    let work = RecordedWork::new().panic_on(1..=8);
    let pool = start(1, &work, 8);
    check(pool, &work, LIMIT, LIMIT * 2, &[(8, Failed)]);
}

fn nothing_to_do() {
    let work = RecordedWork::new();
    check(start(3, &work, 0), &work, LIMIT, LIMIT * 2, &[]);
    let pool = start(3, &work, 5);
    work.wait_for_ended(5);
    check(pool, &work, LIMIT, LIMIT * 2, &[(5, Done)]);
}

/// Jobs 3 to 12 run until the cancel.
fn cancelled_after(grace: Duration) {
    // If the machine is slow, it gets a second and a third chance.
    let times = (0..3).map(|_| {
        let work = RecordedWork::new().hold_from(3);
        let pool = start(10, &work, 20);
        work.wait_for_held(10);
        let expected = [(2, Done), (10, Interrupted), (8, NeverStarted)];
        let start = Instant::now();
        check(pool, &work, LIMIT, grace, &expected);
        start.elapsed()
    });
    let times: Vec<Duration> = times.collect();
    let fastest = times.iter().min().expect("three times");
    assert!(
        *fastest < grace + SOON / 2,
        "`shutdown` took {fastest:.1?} with {grace:?} of grace: when does it cancel?"
    );
}

fn no_time_is_left() {
    cancelled_after(Duration::ZERO);
}

fn a_little_time_is_left() {
    cancelled_after(SOON / 5);
}

/// Job 1 ends long after the cancel, and it is done.
fn a_job_that_does_not_see_the_cancel() {
    let work = RecordedWork::new().slow(1).hold_from(2);
    let pool = start(2, &work, 6);
    work.wait_for_held(1);
    let expected = [(1, Done), (1, Interrupted), (4, NeverStarted)];
    check(pool, &work, LIMIT, Duration::ZERO, &expected);
}

fn the_queue_is_full() {
    let work = RecordedWork::new().hold_from(1);
    let still = "still waiting for `submit`, which waits for room in the queue";
    let pool = work.within_limit(still, |work| {
        let pool = Pool::new(1, 2, work);
        let first = pool.submit(1);
        work.wait_for_held(1);
        let answers = [first, pool.submit(2), pool.submit(3)];
        assert_eq!(answers, [Ok(()); 3], "there was room for jobs 1 to 3");
        // So many that even a short wait shows.
        for job in 4..30_000 {
            assert_eq!(
                pool.submit(job),
                Err(job),
                "job {job} finds no room, so `submit` should hand it back"
            );
        }
        pool
    });
    work.let_go();
    check(pool, &work, LIMIT, LIMIT, &[(3, Done)]);
}

/// Then `submit` hands a job to a worker that waits for one.
fn a_queue_without_room() {
    let work = RecordedWork::new();
    let still = "still waiting for `submit`, which waits for a worker";
    let pool = work.within_limit(still, |work| {
        let pool = Pool::new(1, 0, work);
        // Again and again, because nobody knows when the worker begins to wait.
        let end = Instant::now() + LIMIT / 2;
        while pool.submit(1).is_err() {
            assert!(
                Instant::now() < end,
                "no room in the queue, and a worker has nothing to do:\n\
                 `submit` should hand the job to the worker, who should wait for it"
            );
            thread::sleep(SOON / 1000);
        }
        pool
    });
    check(pool, &work, LIMIT, LIMIT, &[(1, Done)]);
}

fn there_is_time_for_very_long_jobs() {
    let work = RecordedWork::new().hold_from(1);
    let pool = start(2, &work, 5);
    // An answer that waits for a fixed time begins to wait a little later.
    work.let_go_after(LONG + SOON);
    check(pool, &work, LONG + LIMIT, LONG * 3 / 2, &[(5, Done)]);
}
