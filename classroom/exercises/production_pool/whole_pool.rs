// # The whole pool
//
// Everything in one pool: a queue that can be full, panics that lose only one
// job, a shutdown that finishes what it can in the time it has, and one fate
// for every job that was accepted. Write `submit` first, then the worker, then
// `shutdown`.
//
// Lesson: cargo run -p worker-pools --bin production_pool

use std::convert::Infallible;
use std::panic::catch_unwind;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use classroom::{LATER, LIMIT, RecordedWork, SOON, within};
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

// TODO: Write the three functions that say `todo!`.

/// Returns the fate of each job that it took: done; failed, if it panicked; or
/// interrupted, if `work.run_with` gave up. After the cancel it takes no job.
fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>) -> Vec<(usize, Fate)> {
    todo!("`first_select`, `biased_select`, `survive_panic`")
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
        todo!("`full_queue`")
    }

    /// Lets the workers finish what is queued, for at most `grace`. Then it
    /// cancels. Returns the fate of every job that was accepted.
    fn shutdown(self, grace: Duration) -> Vec<(usize, Fate)> {
        todo!("`drain`, but wait for `all_gone` with a timeout; then `hand_back`")
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![
    there_is_time_for_all_jobs,
    the_time_is_up,
    there_is_time_for_long_jobs,
    the_queue_is_full
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 4 jobs done, 3 failed");
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

/// Shuts the pool down within `limit`, and returns the fates of jobs 1 to
/// `jobs`.
fn fates(pool: Pool, jobs: usize, limit: Duration, grace: Duration) -> Vec<Fate> {
    let still = "still waiting for `shutdown`: who closes the queue? And who cancels in the end?";
    let mut fates = within(limit, still, move || pool.shutdown(grace));
    fates.sort_by_key(|(job, _)| *job);
    let with_fate: Vec<usize> = fates.iter().map(|(job, _)| *job).collect();
    assert_eq!(
        with_fate,
        Vec::from_iter(1..=jobs),
        "every job must have exactly one fate"
    );
    fates.into_iter().map(|(_, fate)| fate).collect()
}

fn there_is_time_for_all_jobs() {
    let work = RecordedWork::new().together(3).panic_on([2, 3, 4]);
    let fates = fates(start(3, &work, 7), 7, LIMIT, LIMIT * 2);
    use Fate::{Done, Failed};
    let expected = [Done, Failed, Failed, Failed, Done, Done, Done];
    assert_eq!(
        fates, expected,
        "jobs 2, 3 and 4 panic, and there is time for all jobs"
    );
    work.assert_each_once(7);
    work.assert_pool_of(3);
}

fn the_time_is_up() {
    let work = RecordedWork::new().hold_from(3);
    let pool = start(10, &work, 20);
    work.wait_for_held(10);
    let fates = fates(pool, 20, SOON, Duration::ZERO);
    let expected = [
        [Fate::Done; 2].as_slice(),
        &[Fate::Interrupted; 10],
        &[Fate::NeverStarted; 8],
    ];
    assert_eq!(
        fates,
        expected.concat(),
        "jobs 3 to 12 are running, and there is no time left"
    );
}

fn there_is_time_for_long_jobs() {
    for jobs in [2, 6] {
        let work = RecordedWork::new().hold_from(1);
        work.let_go_after(LATER);
        let fates = fates(start(2, &work, jobs), jobs, LIMIT, LIMIT * 2);
        assert_eq!(
            fates,
            vec![Fate::Done; jobs],
            "{jobs} jobs, and time for all of them"
        );
    }
}

fn the_queue_is_full() {
    let work = RecordedWork::new().hold_from(1);
    let still = "still waiting for `submit`, which waits for room in the queue";
    let answers = work.within_limit(still, |work| {
        let pool = Pool::new(1, 2, work);
        let first = pool.submit(1);
        work.wait_for_held(1);
        [first, pool.submit(2), pool.submit(3), pool.submit(4)]
    });
    assert_eq!(
        answers,
        [Ok(()), Ok(()), Ok(()), Err(4)],
        "job 4 finds no room, so `submit` should hand it back"
    );
}
