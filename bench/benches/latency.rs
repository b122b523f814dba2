//! Latency: how long it takes until a job starts, or until the last worker is gone.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use bench::contenders::{IN_RUST, REFERENCE};
use bench::points::{CANCEL, CANCEL_CASES, SHUTDOWN, SHUTDOWN_POOLS, SHUTDOWN_WORKERS, START};
use bench::rounds;
use bench::setup::{Load, Setup};
use criterion::{BenchmarkId, Criterion};
use crossbeam_channel::{bounded, select_biased};
use worker_pools::Context;
use worker_pools::{production_pool, struct_pool};

/// After this time, a thread that has nothing to do is asleep.
const TIME_TO_FALL_ASLEEP: Duration = Duration::from_millis(2);

/// Measures from the submit of a job to its start, on a pool whose workers are asleep.
fn submit_to_start(criterion: &mut Criterion, counts: &mut bench::counts::Counts) {
    let mut group = criterion.benchmark_group(START);
    for contender in IN_RUST {
        let id = format!("{START}/{}", contender.name);
        group.bench_function(contender.name, |bencher| {
            bencher.iter_custom(|jobs| {
                let setup = Setup {
                    work: Load::NoteStart,
                    jobs: jobs as usize,
                    workers: 2,
                    producers: 1,
                    capacity: 4,
                };
                let outcome = contender.run(&setup, 1);
                counts.add(&id, setup.jobs, outcome.done);
                outcome.time
            });
        });
    }
}

/// The time from the cancel until the last worker is gone. The workers wait for a job or, with
/// `in_a_job`, for the end of one. Both waits are those of the lesson `graceful_vs_emergency`.
fn cancel_in_select(workers: usize, in_a_job: bool) -> Duration {
    let (context, cancel) = Context::with_cancel();
    let (_jobs, queue) = bounded::<()>(0);
    let started = Barrier::new(workers + 1);
    let cancelled_at = thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                started.wait();
                if in_a_job {
                    let _ = context.done().recv();
                }
                select_biased! {
                    recv(context.done()) -> _ => {}
                    recv(queue) -> _ => {}
                }
            });
        }
        started.wait();
        thread::sleep(TIME_TO_FALL_ASLEEP);
        let now = Instant::now();
        cancel.cancel();
        now
    });
    cancelled_at.elapsed()
}

/// Starts a pool, and submits `job` once for each worker.
fn new_production_pool(
    workers: usize,
    job: impl Fn(&Context) + Send + Sync + 'static,
) -> production_pool::Pool<(), ()> {
    let pool = production_pool::Pool::new(workers, 0, move |context, ()| job(context));
    let pool = pool.expect("the system has threads for it");
    for _ in 0..workers {
        pool.submit(()).expect("there is a worker for each");
    }
    pool
}

/// The time that a shutdown takes when its context is done, while each worker is in a job that
/// waits for the cancel.
fn cancel_production_pool(workers: usize) -> Duration {
    let started = Arc::new(Barrier::new(workers + 1));
    let in_job = Arc::clone(&started);
    let pool = new_production_pool(workers, move |context| {
        in_job.wait();
        let _ = context.done().recv();
    });
    started.wait();
    thread::sleep(TIME_TO_FALL_ASLEEP);

    let (stop, cancel) = Context::with_cancel();
    cancel.cancel();
    let now = Instant::now();
    let _ = pool.shutdown(&stop);
    now.elapsed()
}

/// The time that a shutdown takes when each worker waits for a job.
fn shut_down_idle(pool: &str, workers: usize) -> Duration {
    // Each worker runs a job first, so we know that its thread has started.
    let started = Arc::new(Barrier::new(workers + 1));
    let in_job = Arc::clone(&started);
    if pool == REFERENCE {
        let pool = struct_pool::Pool::with_capacity(workers, 0);
        for _ in 0..workers {
            let in_job = Arc::clone(&in_job);
            pool.submit(move || {
                in_job.wait();
            });
        }
        started.wait();
        thread::sleep(TIME_TO_FALL_ASLEEP);
        let now = Instant::now();
        pool.shutdown();
        now.elapsed()
    } else {
        let pool = new_production_pool(workers, move |_| {
            in_job.wait();
        });
        started.wait();
        thread::sleep(TIME_TO_FALL_ASLEEP);
        let now = Instant::now();
        let _ = pool.shutdown(&Context::background());
        now.elapsed()
    }
}

/// Measures `once` for each name and each number of workers.
fn by_workers(
    criterion: &mut Criterion,
    group: &str,
    names: &[&str],
    once: impl Fn(&str, usize) -> Duration,
) {
    let mut group = criterion.benchmark_group(group);
    for workers in SHUTDOWN_WORKERS {
        for &name in names {
            group.bench_function(BenchmarkId::new(name, workers), |bencher| {
                bencher.iter_custom(|times| (0..times).map(|_| once(name, workers)).sum());
            });
        }
    }
}

fn main() {
    // Longer than in the bench `pools`, because most of the time passes before the clock starts.
    rounds::run(
        "latency",
        5,
        Duration::from_millis(500),
        |criterion, counts| {
            submit_to_start(criterion, counts);
            let [idle, in_a_job, _] = CANCEL_CASES;
            by_workers(criterion, CANCEL, &CANCEL_CASES, |name, workers| {
                if name == idle || name == in_a_job {
                    cancel_in_select(workers, name == in_a_job)
                } else {
                    cancel_production_pool(workers)
                }
            });
            by_workers(criterion, SHUTDOWN, &SHUTDOWN_POOLS, shut_down_idle);
        },
    );
}
