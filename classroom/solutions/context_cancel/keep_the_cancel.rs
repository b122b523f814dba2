// # Nobody cancelled
//
// Dropping a `Cancel` cancels, as Go's `defer cancel()` does at the end of a
// function: a context that nobody can end any more ends at once. So `start`
// cancelled when it returned. Now the pool owns the `Cancel`, and both live and
// end together.
//
// To keep it alive for the rest of a function, `let _cancel = cancel;` is
// enough. But `let (context, _) = Context::with_cancel();` drops it at once:
// `_` is not a variable.
//
// Two answers that look right: LOOKS_RIGHT.md, keep_the_cancel

use std::thread::{self, JoinHandle};

use classroom::RecordedWork;
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use worker_pools::{Cancel, Context};

fn worker(work: &RecordedWork, context: &Context, jobs: Receiver<usize>) {
    loop {
        let job = select_biased! {
            recv(context.done()) -> _ => return,
            recv(jobs) -> job => job,
        };
        let Ok(job) = job else { return };
        let _ = work.run_with(context, job); // gives up at the cancel
    }
}

struct Pool {
    jobs: Sender<usize>,
    workers: Vec<JoinHandle<()>>,
    /// Dropped together with the pool.
    cancel: Cancel,
}

fn start(workers: usize, work: &RecordedWork) -> Pool {
    let (jobs_tx, jobs_rx) = bounded(10);
    let (context, cancel) = Context::with_cancel();
    let workers = (0..workers).map(|_| {
        let (work, context, jobs) = (work.clone(), context.clone(), jobs_rx.clone());
        thread::spawn(move || worker(&work, &context, jobs))
    });
    Pool {
        jobs: jobs_tx,
        workers: workers.collect(),
        cancel,
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::mem;

use classroom::{LONG, SOON, checks, run_checks, within};

checks![
    workers_stay,
    dropping_the_pool_cancels,
    dropping_an_idle_pool_cancels,
    dropping_a_pool_cancels_no_other;
    patient: workers_stay_for_a_long_time
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: the workers stay as long as the pool does, and no longer");
}

/// Checks that jobs 1 to `jobs` are done, although `pool` has been there for a
/// while.
fn check(pool: &Pool, work: &RecordedWork, jobs: usize) {
    for job in 1..=jobs {
        let sent = pool.jobs.send_timeout(job, SOON);
        assert!(
            sent.is_ok(),
            "nobody takes job {job}: who has cancelled, and where?"
        );
    }
    assert!(
        work.will_end(jobs),
        "only {} of {jobs} jobs are done: who has cancelled, and where?",
        work.ended()
    );
    work.assert_each_once(jobs);
}

/// Drops the pool, and waits for its workers.
fn drop_it(mut pool: Pool) {
    let workers = mem::take(&mut pool.workers);
    // Not closed here: if the workers return, it is because of the cancel.
    let _open = pool.jobs.clone();
    drop(pool);
    let still = "still waiting for the workers: who cancels when the pool is dropped?";
    within(SOON, still, || {
        for worker in workers {
            assert!(worker.join().is_ok(), "a worker panicked");
        }
    });
}

fn workers_stay() {
    let work = RecordedWork::new().meet(3);
    let pool = start(3, &work);
    check(&pool, &work, 6);
    work.assert_pool_of(3);
}

/// Two jobs run, and three wait in the queue.
fn dropping_the_pool_cancels() {
    let work = RecordedWork::new().hold_from(1);
    let pool = start(2, &work);
    for job in 1..=5 {
        let sent = pool.jobs.send_timeout(job, SOON);
        assert!(sent.is_ok(), "nobody takes job {job}");
    }
    work.wait_for_held(2);
    drop_it(pool);
    assert_eq!(work.started(), [1, 2], "the jobs that were started");
}

fn dropping_an_idle_pool_cancels() {
    drop_it(start(3, &RecordedWork::new()));
}

fn dropping_a_pool_cancels_no_other() {
    let work = RecordedWork::new();
    let pools = [start(2, &RecordedWork::new()), start(2, &work)];
    let [one, other] = pools;
    drop_it(one);
    check(&other, &work, 6);
    drop_it(other);
}

fn workers_stay_for_a_long_time() {
    let work = RecordedWork::new();
    let pool = start(2, &work);
    thread::sleep(LONG);
    check(&pool, &work, 6);
    drop_it(pool);
}
