//! `production_pool`: the promises of its `Pool`. The promises of the service are in
//! `production_pool_service.rs`, and those about clients that misbehave in
//! `production_pool_faults.rs`.

mod common;

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use std::{hint, thread};

use common::{Bomb, LIMIT, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use worker_pools::Context;
use worker_pools::production_pool::{Finished, Metrics, Pool, RejectReason};

/// How long a test waits to see that something does not happen.
const SHORT_WAIT: Duration = Duration::from_millis(100);

const DRAIN: fn() -> Context = Context::background;

fn stop_now() -> Context {
    let (context, _) = Context::with_timeout(Duration::ZERO);
    context
}

fn stop_soon() -> Context {
    let (context, cancel) = Context::with_timeout(Duration::from_millis(1));
    // The timeout ends the context. Dropping the cancel would end it at once.
    std::mem::forget(cancel);
    context
}

fn new_pool<J: Send + 'static, R: Send + 'static>(
    size: usize,
    capacity: usize,
    work: impl Fn(&Context, &J) -> R + Send + Sync + 'static,
) -> Pool<J, R> {
    Pool::new(size, capacity, work).expect("a few threads")
}

/// A pool whose jobs report that they started, and then wait until the gate opens. Dropping the
/// gate opens it. If the pool is stopped first, the jobs report that and go on waiting.
struct Gated {
    // The first field, so that it is dropped before the pool, which waits for its jobs.
    gate: Sender<()>,
    pool: Arc<Pool<usize, usize>>,
    started: Receiver<usize>,
    stopped: Receiver<usize>,
}

fn gated(size: usize, capacity: usize) -> Gated {
    let (reports, started) = unbounded();
    let (is_stopped, stopped) = unbounded();
    let (gate, closed) = bounded::<()>(0);
    let pool = new_pool(size, capacity, move |stop, &job: &usize| {
        reports.send(job).expect("the test keeps its receiver");
        select! {
            recv(stop.done()) -> _ => {
                let _ = is_stopped.send(job); // fails when the test is over
                let _ = closed.recv();
            }
            recv(closed) -> _ => {}
        }
        job
    });
    Gated {
        gate,
        pool: Arc::new(pool),
        started,
        stopped,
    }
}

impl Gated {
    /// Submits jobs from 0 until one is rejected.
    fn fill(&self) -> usize {
        let accepted = |&job: &usize| self.pool.submit(job).is_ok();
        (0..).take_while(accepted).count()
    }

    fn wait_for_starts(&self, jobs: usize) {
        for _ in 0..jobs {
            let started = self.started.recv_timeout(LIMIT);
            started.expect("a worker starts it");
        }
    }

    /// Waits until the pool is stopped and a job has seen it.
    fn wait_for_stop(&self) {
        let seen = self.stopped.recv_timeout(LIMIT);
        seen.expect("a running job sees the stop");
    }
}

fn next<J, R>(results: &Receiver<Finished<J, R>>) -> Finished<J, R> {
    results.recv_timeout(LIMIT).expect("one more result")
}

/// The jobs of these results.
fn jobs<R>(results: impl IntoIterator<Item = Finished<usize, R>>) -> BTreeSet<usize> {
    results.into_iter().map(|finished| finished.job).collect()
}

#[test]
fn workers_run_in_parallel_and_results_are_typed() {
    within_limit(|| {
        for size in [1, 2, 8] {
            let barrier = Barrier::new(size);
            let pool = new_pool(size, 0, move |_, job: &String| {
                barrier.wait();
                job.len()
            });
            for _ in 0..size {
                pool.submit("four".to_string()).expect("a worker is free");
            }
            for _ in 0..size {
                let finished = next(pool.results());
                assert_eq!(finished.job, "four");
                assert_eq!(finished.result.expect("no panic"), 4);
            }
        }
    });
}

#[test]
fn no_more_jobs_run_than_there_are_workers() {
    within_limit(|| {
        let (running, max) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let copy = Arc::clone(&max);
        let pool = new_pool(3, 97, move |_, _: &usize| {
            let now = running.fetch_add(1, SeqCst) + 1;
            copy.fetch_max(now, SeqCst);
            thread::sleep(Duration::from_millis(1));
            running.fetch_sub(1, SeqCst);
        });
        for job in 0..100 {
            pool.submit(job).expect("there is room");
        }
        let leftovers = pool.shutdown(&DRAIN());
        assert_eq!(leftovers.undelivered.len(), 100);
        assert!(max.load(SeqCst) <= 3);
    });
}

#[test]
fn a_pool_takes_exactly_what_fits_and_hands_the_next_job_back() {
    within_limit(|| {
        // In the last one, several workers share their counters.
        for (size, capacity) in [(1, 0), (1, 1), (4, 0), (4, 1), (4, 16), (40, 16)] {
            let room = size + capacity;
            let gated = gated(size, capacity);
            // All of them at once, before the workers wake up.
            for job in 0..room {
                gated.pool.submit(job).expect("there is room");
            }
            let rejected = gated.pool.submit(99).expect_err("there is no room");
            assert_eq!(
                (rejected.job, rejected.reason),
                (99, RejectReason::QueueFull)
            );
            assert_eq!(rejected.to_string(), "the queue is full");

            gated.wait_for_starts(size);
            let full = Metrics {
                queued: capacity as u64,
                active: size as u64,
                processed: 0,
                failed: 0,
                accepted: room as u64,
                rejected: 1,
                never_started: 0,
            };
            assert_eq!(gated.pool.metrics(), full);

            drop(gated.gate);
            let done = (0..room).map(|_| next(gated.pool.results()));
            assert_eq!(jobs(done), (0..room).collect());
            let idle = Metrics {
                queued: 0,
                active: 0,
                processed: room as u64,
                ..full
            };
            // After the last result, the pool is idle.
            assert_eq!(gated.pool.metrics(), idle);
            gated.pool.submit(99).expect("there is room again");
        }
    });
}

#[test]
fn when_results_pile_up_jobs_are_rejected_and_workers_go_on() {
    within_limit(|| {
        let pool = new_pool(2, 3, |_, _: &usize| ());
        // The workers finish jobs all the time, so the queue has room again and again.
        let rejected = loop {
            match pool.submit(7) {
                Err(rejected) if rejected.reason == RejectReason::ResultsFull => break rejected,
                _ => thread::yield_now(),
            }
        };
        assert_eq!(rejected.job, 7);
        while pool.metrics().active + pool.metrics().queued > 0 {
            thread::yield_now();
        }
        // When the last job was accepted, at most 4 results were waiting. Each of the 2 workers
        // held at most one more, and at most 5 jobs were in the pool: 11 in all.
        assert!((5..=11).contains(&pool.results().len()));

        while pool.results().len() >= 5 {
            pool.submit(7).expect_err("too many results");
            next(pool.results());
        }
        // There is room for one more result: for one job, and not for as many as the queue holds.
        pool.submit(7).expect("a result was taken");
        while pool.results().len() < 5 {
            thread::yield_now();
        }
        let rejected = pool.submit(7).expect_err("too many results");
        assert_eq!(rejected.reason, RejectReason::ResultsFull);
    });
}

/// Waits for room on another thread. The receiver gets a message when the wait is over.
fn start_wait(pool: &Arc<Pool<usize, usize>>, context: Context) -> Receiver<()> {
    let pool = Arc::clone(pool);
    let (reports, returned) = bounded(1);
    thread::spawn(move || {
        pool.wait_for_room(&context);
        let _ = reports.send(()); // fails if the test has failed
    });
    returned
}

#[test]
fn a_wait_for_room_ends_when_half_of_the_queue_is_free() {
    within_limit(|| {
        // With a short queue, it must not wait until workers are idle.
        for (size, capacity) in [(1, 0), (8, 0), (8, 3), (1, 1), (1, 2), (2, 4), (2, 7)] {
            let room = size + capacity;
            // A job ends for each message.
            let (end_one, ends) = bounded::<()>(0);
            let work = move |_: &Context, &job: &usize| ends.recv().map_or(job, |()| job);
            let pool = Arc::new(new_pool(size, capacity, work));
            for job in 0..room {
                pool.submit(job).expect("there is room");
            }
            let returned = start_wait(&pool, Context::background());
            let half = (capacity / 2).max(1);
            for ended in 1..=half {
                let early = returned.recv_timeout(SHORT_WAIT / 10).is_ok();
                assert!(!early, "{ended} of {half} jobs had not ended");
                end_one.send(()).expect("a worker runs a job");
                next(pool.results());
            }
            returned.recv_timeout(LIMIT).expect("half is free");
            for job in 0..half {
                pool.submit(job).expect("half is free");
            }
            drop(end_one);
        }
    });
}

#[test]
fn a_wait_for_room_that_is_there_does_not_block() {
    within_limit(|| {
        let gated = gated(1, 3);
        let (pool, never) = (&gated.pool, Context::background());
        pool.wait_for_room(&never);
        pool.submit(1).expect("there is room");
        pool.submit(2).expect("there is room");
        pool.wait_for_room(&never);
    });
}

#[test]
fn a_wait_for_room_does_not_wait_for_readers() {
    within_limit(|| {
        let pool = new_pool(2, 3, |_, _: &usize| ());
        loop {
            match pool.submit(7) {
                Err(rejected) if rejected.reason == RejectReason::ResultsFull => break,
                _ => pool.wait_for_room(&Context::background()),
            }
        }
        pool.wait_for_room(&Context::background());
        pool.results().try_iter().for_each(drop);
        pool.submit(7).expect("results were taken");
    });
}

#[test]
fn a_wait_for_room_ends_with_its_context() {
    within_limit(|| {
        let gated = gated(2, 4);
        gated.fill();
        gated.pool.wait_for_room(&stop_now());
        gated.pool.wait_for_room(&stop_soon());
        let (context, cancel) = Context::with_cancel();
        let cancelled = start_wait(&gated.pool, context);
        let other = start_wait(&gated.pool, Context::background());
        cancel.cancel();
        cancelled.recv_timeout(LIMIT).expect("it is cancelled");
        let is_over = other.recv_timeout(SHORT_WAIT).is_ok();
        assert!(!is_over, "the cancel of one wait ended another one");
        drop(gated.gate);
        other.recv_timeout(LIMIT).expect("there is room");
    });
}

#[test]
fn all_that_wait_for_room_wake_up_and_again_the_next_time() {
    within_limit(|| {
        let (end_one, ends) = bounded::<()>(0);
        let work = move |_: &Context, &job: &usize| ends.recv().map_or(job, |()| job);
        let pool = Arc::new(new_pool(1, 0, work));
        for job in 0..20 {
            pool.submit(job).expect("the worker is free");
            let waits = [(); 3].map(|()| start_wait(&pool, Context::background()));
            end_one.send(()).expect("the worker runs the job");
            for wait in waits {
                wait.recv_timeout(LIMIT).expect("there is room");
            }
            next(pool.results());
        }
        drop(end_one);
    });
}

#[test]
fn no_wake_up_of_a_wait_for_room_is_lost() {
    within_limit(|| {
        // Jobs of different lengths end at different moments of the wait.
        let pool = new_pool(1, 0, |_, &job: &usize| {
            (0..job % 500 * 10).for_each(|_| hint::spin_loop());
        });
        for job in 0..10_000 {
            pool.submit(job).expect("there is room");
            pool.wait_for_room(&Context::background());
            next(pool.results());
        }
    });
}

#[test]
fn submitters_that_wait_for_room_get_all_their_jobs_in() {
    within_limit(|| {
        for (size, capacity) in [(1, 0), (2, 0), (2, 4), (2, 100)] {
            let pool = new_pool(size, capacity, |_, &job: &usize| job);
            let (submitters, each) = (4, 1_000);
            let never = Context::background();
            let done = thread::scope(|scope| {
                for submitter in 0..submitters {
                    let (pool, never) = (&pool, &never);
                    scope.spawn(move || {
                        for job in submitter * each..(submitter + 1) * each {
                            while let Err(rejected) = pool.submit(job) {
                                match rejected.reason {
                                    RejectReason::QueueFull => pool.wait_for_room(never),
                                    _ => thread::yield_now(), // the reader is slow
                                }
                            }
                        }
                    });
                }
                let done = (0..submitters * each).map(|_| next(pool.results()));
                jobs(done)
            });
            assert_eq!(done.len(), submitters * each);
        }
    });
}

#[test]
fn a_shutdown_ends_all_waits_for_room() {
    within_limit(|| {
        let gated = gated(2, 4);
        gated.fill();
        let waits = [(); 3].map(|()| start_wait(&gated.pool, Context::background()));
        let shutdown = start_shutdown(&gated.pool, DRAIN());
        for wait in waits {
            wait.recv_timeout(LIMIT).expect("the pool shuts down");
        }
        // The jobs are still running.
        assert_eq!(gated.pool.metrics().processed, 0);
        gated.pool.wait_for_room(&Context::background());
        drop(gated.gate);
        shutdown.join().expect("no panic");
    });
}

#[test]
fn a_shutdown_ends_a_job_that_waits_for_room_in_its_own_pool() {
    within_limit(|| {
        let pool = closure_pool(1, 0);
        let inner = Arc::clone(&pool);
        let (reports, started) = bounded(1);
        let waits_for_itself = move || {
            reports.send(()).expect("the test waits");
            inner.wait_for_room(&Context::background());
        };
        pool.submit(closure(waits_for_itself)).expect("it is free");
        started.recv_timeout(LIMIT).expect("the job starts");
        let leftovers = pool.shutdown(&DRAIN());
        assert_eq!(leftovers.undelivered.len(), 1);
    });
}

#[test]
fn a_panic_loses_neither_workers_nor_other_jobs() {
    within_limit(|| {
        for size in [1, 4] {
            for panics in [size, 100 * size] {
                let barrier = Barrier::new(size);
                let pool = new_pool(size, 0, move |_, panics: &bool| {
                    if *panics {
                        panic::resume_unwind(Box::new("quietly"));
                    }
                    barrier.wait();
                });
                for _ in 0..panics {
                    pool.submit(true).expect("a worker is free");
                    next(pool.results()).result.expect_err("it panicked");
                }
                for _ in 0..size {
                    pool.submit(false).expect("a worker is free");
                }
                for _ in 0..size {
                    next(pool.results()).result.expect("all workers survived");
                }
                let metrics = pool.metrics();
                assert_eq!(metrics.failed, panics as u64);
                assert_eq!(metrics.processed, (panics + size) as u64);
            }
        }
    });
}

#[test]
fn after_the_last_result_the_pool_is_idle() {
    within_limit(|| {
        let pool = new_pool(1, 0, |_, _: &usize| ());
        for job in 0..20_000 {
            pool.submit(job).expect("the worker is free");
            next(pool.results());
            assert_eq!(pool.metrics().active, 0);
        }
    });
}

#[test]
fn the_capacity_may_be_the_largest_number() {
    within_limit(|| {
        let pool = new_pool(2, usize::MAX, |_, _: &usize| ());
        for job in 0..1_000 {
            pool.submit(job).expect("there is room");
        }
        let leftovers = pool.shutdown(&DRAIN());
        assert_eq!(leftovers.undelivered.len(), 1_000);
    });
}

#[test]
fn a_failed_job_comes_back_with_its_panic() {
    within_limit(|| {
        let pool = new_pool(1, 3, |_, job: &usize| match job {
            1 => panic::resume_unwind(Box::new("a plain message")),
            2 => panic::resume_unwind(Box::new(format!("job {job}"))),
            3 => panic::resume_unwind(Box::new(42)),
            _ => panic::resume_unwind(Box::new(Bomb)),
        });
        let mut failures = (1..=4).map(|job| {
            pool.submit(job).expect("there is room");
            let finished = next(pool.results());
            assert_eq!(finished.job, job);
            finished.result.expect_err("it panicked")
        });
        let mut failure = || failures.next().expect("four of them");

        let plain = failure();
        assert_eq!(plain.message(), "a plain message");
        assert_eq!(plain.to_string(), "panicked: a plain message");
        assert_eq!(failure().message(), "job 2");
        let number = failure();
        assert_eq!(number.message(), "no message");
        assert_eq!(number.payload.downcast_ref(), Some(&42));
        // It panics where the test drops it, and not in the worker.
        let bomb = failure();
        assert!(panic::catch_unwind(AssertUnwindSafe(|| drop(bomb))).is_err());
        drop(failures);

        pool.submit(1).expect("there is room");
        let again = next(pool.results()).result;
        again.expect_err("the worker survived");
    });
}

#[test]
fn the_metrics_add_up_at_any_moment() {
    within_limit(|| {
        for (size, capacity) in [(2, 5), (20, 5)] {
            let pool = new_pool(size, capacity, |_, job: &usize| {
                if job % 3 == 0 {
                    panic::resume_unwind(Box::new("quietly"));
                }
            });
            let mut before = pool.metrics();
            thread::scope(|scope| {
                let submitter = scope.spawn(|| {
                    for job in 0..20_000 {
                        // It takes a result to make room, so the test needs no reader.
                        while pool.submit(job).is_err() {
                            pool.results().recv_timeout(LIMIT).expect("a result");
                        }
                    }
                });
                while !submitter.is_finished() {
                    let now = pool.metrics();
                    let sum = now.queued + now.active + now.processed + now.never_started;
                    assert_eq!(now.accepted, sum, "{now:?}");
                    assert!(now.active <= size as u64, "{now:?}");
                    assert!(
                        now.queued + now.active <= (size + capacity) as u64,
                        "{now:?}"
                    );
                    assert!(now.failed <= now.processed, "{now:?}");
                    assert!(now.accepted >= before.accepted, "{before:?} {now:?}");
                    assert!(now.rejected >= before.rejected, "{before:?} {now:?}");
                    assert!(now.processed >= before.processed, "{before:?} {now:?}");
                    assert!(now.failed >= before.failed, "{before:?} {now:?}");
                    before = now;
                }
            });
            let _ = pool.shutdown(&DRAIN());
            let idle = pool.metrics();
            assert_eq!(idle.accepted, 20_000);
            assert_eq!((idle.processed, idle.failed), (20_000, 6_667));
            assert_eq!((idle.queued, idle.active), (0, 0));
        }
    });
}

#[test]
fn a_drain_does_every_accepted_job_and_returns_every_result() {
    within_limit(|| {
        for capacity in [0, 1, 20] {
            let gated = gated(2, capacity);
            let accepted = gated.fill();
            drop(gated.gate);
            let leftovers = gated.pool.shutdown(&DRAIN());

            assert_eq!(leftovers.never_started, [0; 0]);
            assert_eq!(jobs(leftovers.undelivered), (0..accepted).collect());
            let rejected = gated.pool.submit(7).expect_err("it is shut down");
            assert_eq!(
                (rejected.job, rejected.reason),
                (7, RejectReason::ShuttingDown)
            );
            assert!(!gated.pool.is_open());
        }
    });
}

#[test]
fn a_reader_gets_every_result_of_a_drain() {
    within_limit(|| {
        let gated = gated(2, 20);
        let results = gated.pool.results().clone();
        let reader = thread::spawn(move || jobs(results));
        let accepted = gated.fill();
        drop(gated.gate);
        let leftovers = gated.pool.shutdown(&DRAIN());

        // The reader ends, because the channel is closed.
        let read = reader.join().expect("no panic");
        assert_eq!(read, (0..accepted).collect());
        assert_eq!(leftovers.undelivered.len(), 0);
    });
}

/// Starts a shutdown on another thread, and returns once the pool accepts no more jobs.
fn start_shutdown(
    pool: &Arc<Pool<usize, usize>>,
    stop: Context,
) -> thread::JoinHandle<(Vec<usize>, BTreeSet<usize>)> {
    let copy = Arc::clone(pool);
    let shutdown = thread::spawn(move || {
        let leftovers = copy.shutdown(&stop);
        let undelivered = leftovers.undelivered.try_iter();
        (leftovers.never_started, jobs(undelivered))
    });
    while pool.is_open() {
        thread::yield_now();
    }
    shutdown
}

#[test]
fn after_a_stop_no_job_starts() {
    within_limit(|| {
        for _ in 0..50 {
            let gated = gated(2, 10);
            assert_eq!(gated.fill(), 12);
            gated.wait_for_starts(2);
            let shutdown = start_shutdown(&gated.pool, stop_now());
            drop(gated.gate);

            let (never_started, undelivered) = shutdown.join().expect("no panic");
            assert_eq!(never_started.len(), 10);
            assert_eq!(undelivered.len(), 2);
            let all = undelivered.into_iter().chain(never_started);
            assert_eq!(all.collect::<BTreeSet<_>>(), (0..12).collect());
            assert_eq!(gated.started.len(), 0, "a job started after the stop");
            let metrics = gated.pool.metrics();
            assert_eq!((metrics.queued, metrics.active), (0, 0));
            assert_eq!((metrics.processed, metrics.never_started), (2, 10));
        }
    });
}

#[test]
fn running_jobs_see_the_stop() {
    within_limit(|| {
        let (reports, started) = bounded(1);
        let pool = new_pool(1, 1, move |stop: &Context, _: &usize| {
            reports.send(()).expect("the test waits");
            // Without the stop, this never returns.
            stop.done().recv().is_err()
        });
        pool.submit(1).expect("there is room");
        started.recv_timeout(LIMIT).expect("the job starts");
        let leftovers = pool.shutdown(&stop_now());
        assert!(next(&leftovers.undelivered).result.expect("no panic"));
    });
}

#[test]
fn a_drain_that_runs_out_of_time_hands_back_jobs_that_never_started() {
    within_limit(|| {
        let gated = gated(1, 4);
        assert_eq!(gated.fill(), 5);
        gated.wait_for_starts(1);
        let (stop, _cancel) = Context::with_timeout(Duration::from_millis(20));
        let shutdown = start_shutdown(&gated.pool, stop);
        gated.wait_for_stop();
        drop(gated.gate);

        let (mut never_started, undelivered) = shutdown.join().expect("no panic");
        never_started.sort();
        assert_eq!(never_started, [1, 2, 3, 4]);
        assert_eq!(undelivered, [0].into());
    });
}

#[test]
fn a_second_shutdown_can_stop_the_drain_of_the_first() {
    within_limit(|| {
        let gated = gated(1, 4);
        assert_eq!(gated.fill(), 5);
        gated.wait_for_starts(1);
        let drain = start_shutdown(&gated.pool, DRAIN());
        let pool = Arc::clone(&gated.pool);
        let (stop, cancel) = Context::with_cancel();
        let second = thread::spawn(move || pool.shutdown(&stop).never_started);
        cancel.cancel();
        gated.wait_for_stop();
        drop(gated.gate);

        let (mut never_started, undelivered) = drain.join().expect("no panic");
        never_started.extend(second.join().expect("no panic"));
        never_started.sort();
        assert_eq!(never_started, [1, 2, 3, 4]);
        assert_eq!(undelivered, [0].into());
    });
}

#[test]
fn every_shutdown_waits_until_all_workers_have_ended() {
    within_limit(|| {
        let gated = gated(2, 0);
        assert_eq!(gated.fill(), 2);
        gated.wait_for_starts(2);
        let shutdowns = [DRAIN(), stop_now()].map(|stop| start_shutdown(&gated.pool, stop));
        thread::sleep(SHORT_WAIT);
        for shutdown in &shutdowns {
            assert!(!shutdown.is_finished(), "jobs are still running");
        }
        drop(gated.gate);
        let undelivered = shutdowns.map(|it| it.join().expect("no panic").1);
        let all: BTreeSet<usize> = undelivered.into_iter().flatten().collect();
        assert_eq!(all, [0, 1].into());

        // A shutdown of a pool that has ended already returns nothing.
        let leftovers = gated.pool.shutdown(&stop_now());
        assert_eq!(leftovers.never_started.len(), 0);
        assert_eq!(leftovers.undelivered.len(), 0);
    });
}

/// Adds 1 when its thread ends, after a short wait.
struct AtThreadEnd(Arc<AtomicUsize>);

impl Drop for AtThreadEnd {
    fn drop(&mut self) {
        thread::sleep(SHORT_WAIT);
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn shutdown_and_drop_leave_no_thread_behind() {
    within_limit(|| {
        thread_local!(static LOCAL: std::cell::OnceCell<AtThreadEnd> = const { std::cell::OnceCell::new() });
        for shuts_down in [true, false] {
            let ended = Arc::new(AtomicUsize::new(0));
            let (copy, barrier) = (Arc::clone(&ended), Barrier::new(3));
            let pool = new_pool(3, 0, move |_, _: &usize| {
                LOCAL.with(|local| local.set(AtThreadEnd(Arc::clone(&copy))).ok());
                barrier.wait();
            });
            for job in 0..3 {
                pool.submit(job).expect("a worker is free");
            }
            if shuts_down {
                let _ = pool.shutdown(&DRAIN());
            } else {
                drop(pool);
            }
            assert_eq!(ended.load(SeqCst), 3, "shutdown: {shuts_down}");
        }
    });
}

#[test]
fn submits_that_race_a_shutdown_lose_no_job() {
    within_limit(|| {
        for stop in [DRAIN, stop_now, stop_soon].repeat(10) {
            let pool = new_pool(2, 8, |_, &job: &usize| job);
            let (submitters, each) = (8, 1_250);
            let start = Barrier::new(submitters + 2);
            let (handed_back, finished, leftovers) = thread::scope(|scope| {
                let submitters: Vec<_> = (0..submitters)
                    .map(|submitter| {
                        let (pool, start) = (&pool, &start);
                        scope.spawn(move || {
                            start.wait();
                            let jobs = submitter * each..(submitter + 1) * each;
                            let handed_back = jobs.filter_map(|job| pool.submit(job).err());
                            handed_back.map(|it| it.job).collect::<Vec<_>>()
                        })
                    })
                    .collect();
                let reader = scope.spawn(|| {
                    start.wait();
                    pool.results().iter().map(|it| it.job).collect::<Vec<_>>()
                });
                start.wait();
                // In the middle of the submits.
                while pool.metrics().accepted + pool.metrics().rejected < 2_000 {
                    thread::yield_now();
                }
                let leftovers = pool.shutdown(&stop());
                let handed_back = submitters.into_iter();
                let handed_back: Vec<_> = handed_back
                    .flat_map(|it| it.join().expect("no panic"))
                    .collect();
                (handed_back, reader.join().expect("no panic"), leftovers)
            });

            let metrics = pool.metrics();
            assert_eq!(metrics.rejected, handed_back.len() as u64);
            assert_eq!(metrics.processed, finished.len() as u64);
            let never_started = leftovers.never_started;
            assert_eq!(metrics.never_started, never_started.len() as u64);
            let mut all = [handed_back, finished, never_started].concat();
            all.sort();
            assert_eq!(all, (0..submitters * each).collect::<Vec<_>>());
        }
    });
}

/// A job that is a closure, so that it can use the pool that runs it.
struct Closure<R>(Box<dyn Fn() -> R + Send>);

fn closure_pool<R: Send + 'static>(size: usize, capacity: usize) -> Arc<Pool<Closure<R>, R>> {
    Arc::new(new_pool(size, capacity, |_, job: &Closure<R>| (job.0)()))
}

fn closure<R>(job: impl Fn() -> R + Send + 'static) -> Closure<R> {
    Closure(Box::new(job))
}

#[test]
fn after_a_stop_no_job_starts_even_if_workers_are_free_at_once() {
    within_limit(|| {
        for _ in 0..100 {
            let pool = closure_pool(2, 10);
            let started = Arc::new(AtomicUsize::new(0));
            let until_closed = |pool: &Arc<Pool<_, _>>| {
                let (pool, started) = (Arc::clone(pool), Arc::clone(&started));
                closure(move || {
                    started.fetch_add(1, SeqCst);
                    while pool.is_open() {}
                })
            };
            for _ in 0..12 {
                let submitted = pool.submit(until_closed(&pool));
                submitted.expect("there is room");
            }
            while pool.metrics().active < 2 {
                thread::yield_now();
            }
            let leftovers = pool.shutdown(&stop_now());
            assert_eq!(leftovers.never_started.len(), 10);
            assert_eq!(started.load(SeqCst), 2, "a job started after the stop");
        }
    });
}

#[test]
fn a_job_may_submit_to_its_own_pool_even_when_it_is_full() {
    within_limit(|| {
        let pool = closure_pool(1, 1);
        let inner = Arc::clone(&pool);
        let twice = move || {
            let reasons = [(); 2].map(|()| inner.submit(closure(|| [None; 2])).err());
            reasons.map(|rejected| rejected.map(|it| it.reason))
        };
        pool.submit(closure(twice)).expect("there is room");
        let reasons = next(pool.results()).result.expect("no panic");
        assert_eq!(reasons, [None, Some(RejectReason::QueueFull)]);
        next(pool.results()).result.expect("the inner job");
    });
}

#[test]
fn a_submit_from_a_job_during_the_shutdown_is_rejected() {
    within_limit(|| {
        let pool = closure_pool(1, 1);
        let inner = Arc::clone(&pool);
        let (reports, started) = bounded(1);
        let late = move || {
            reports.send(()).expect("the test waits");
            while inner.is_open() {
                thread::yield_now();
            }
            let rejected = inner.submit(closure(|| None)).err();
            rejected.map(|it| it.reason)
        };
        pool.submit(closure(late)).expect("there is room");
        started.recv_timeout(LIMIT).expect("the job starts");
        let leftovers = pool.shutdown(&DRAIN());
        let reason = next(&leftovers.undelivered).result.expect("no panic");
        assert_eq!(reason, Some(RejectReason::ShuttingDown));
    });
}

#[test]
fn jobs_may_shut_down_their_own_pool() {
    within_limit(|| {
        // Two jobs shut it down at once and must not wait for each other. Ten more are queued.
        for (stop, drains) in [(DRAIN, true), (stop_now as fn() -> Context, false)] {
            let pool = closure_pool(2, 10);
            // The two jobs wait until the test has submitted the others.
            let all = Arc::new(Barrier::new(3));
            for _ in 0..2 {
                let (inner, all) = (Arc::clone(&pool), Arc::clone(&all));
                let job = move || {
                    all.wait();
                    inner.shutdown(&stop()).never_started.len()
                };
                pool.submit(closure(job)).expect("there is room");
            }
            for _ in 0..10 {
                pool.submit(closure(|| 0)).expect("there is room");
            }
            all.wait();
            let done: Vec<usize> = pool
                .results()
                .iter()
                .map(|it| it.result.unwrap_or(99))
                .collect();
            let leftovers = pool.shutdown(&DRAIN());
            assert_eq!(done.iter().sum::<usize>(), 0, "a job got jobs or panicked");
            assert_eq!(done.len() + leftovers.never_started.len(), 12);
            let expected = if drains { 12 } else { 2 };
            assert_eq!(done.len(), expected);
        }
    });
}

#[test]
fn a_dropped_pool_does_every_accepted_job() {
    within_limit(|| {
        let gated = gated(2, 20);
        let accepted = gated.fill();
        let results = gated.pool.results().clone();
        drop(gated.gate);
        drop(gated.pool);
        // The test does not wait here: drop has waited.
        assert_eq!(results.len(), accepted);
        assert_eq!(jobs(results), (0..accepted).collect());
    });
}

#[test]
fn a_pool_dropped_by_a_panic_does_every_accepted_job() {
    within_limit(|| {
        let (sends, results) = bounded(1);
        let caller = thread::spawn(move || {
            let pool = new_pool(1, 10, |_, job: &usize| {
                if *job == 3 {
                    panic::resume_unwind(Box::new("in the job"));
                }
            });
            sends.send(pool.results().clone()).expect("the test waits");
            for job in 0..10 {
                pool.submit(job).expect("there is room");
            }
            panic::resume_unwind(Box::new("in the caller"));
        });
        let panic = caller.join().expect_err("it panicked");
        assert_eq!(panic.downcast_ref(), Some(&"in the caller"));
        assert_eq!(results.recv().expect("it was sent").len(), 10);
    });
}

#[test]
fn a_job_may_drop_the_last_handle_to_its_pool() {
    within_limit(|| {
        let pool = closure_pool(1, 10);
        let results = pool.results().clone();
        let (last, gate) = bounded::<()>(0);
        let inner = std::sync::Mutex::new(Some(Arc::clone(&pool)));
        let job = move || {
            let _ = gate.recv();
            inner.lock().expect("no panic").take();
        };
        pool.submit(closure(job)).expect("there is room");
        for _ in 0..5 {
            pool.submit(closure(|| ())).expect("there is room");
        }
        drop(pool);
        drop(last);
        for _ in 0..6 {
            next(&results).result.expect("no panic");
        }
    });
}

#[test]
fn results_that_panic_when_nobody_takes_them_do_not_end_the_worker() {
    within_limit(|| {
        let (ran, runs) = unbounded();
        let pool: Arc<Pool<Closure<Bomb>, Bomb>> = closure_pool(1, 10);
        let (last, gate) = bounded::<()>(0);
        let inner = std::sync::Mutex::new(Some(Arc::clone(&pool)));
        let job = move || {
            let _ = gate.recv();
            // The last handle: from now on nobody takes a result.
            inner.lock().expect("no panic").take();
            Bomb
        };
        pool.submit(closure(job)).expect("there is room");
        for _ in 0..5 {
            let ran = ran.clone();
            let job = move || {
                ran.send(()).expect("the test waits");
                Bomb
            };
            pool.submit(closure(job)).expect("there is room");
        }
        drop(pool);
        drop(last);
        for _ in 0..5 {
            runs.recv_timeout(LIMIT).expect("the worker survives");
        }
    });
}

#[test]
#[should_panic(expected = "at least one worker")]
fn a_pool_without_workers_is_refused() {
    let _ = Pool::new(0, 1, |_, _: &usize| ());
}
