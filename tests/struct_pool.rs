//! `struct_pool`: the promises of its `Pool`, and what the lesson prints.

mod common;

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use common::{Bomb, LIMIT, numbers, run, sorted, summed_up, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use worker_pools::struct_pool::Pool;

const STRUCT_POOL: &str = env!("CARGO_BIN_EXE_struct_pool");

/// How long a test waits to see that something does not happen.
const SHORT_WAIT: Duration = Duration::from_millis(100);

/// The payload of the panic that `shutdown` passes on.
fn shutdown_panic(pool: Pool) -> Box<dyn std::any::Any + Send> {
    panic::catch_unwind(AssertUnwindSafe(|| pool.shutdown()))
        .expect_err("shutdown passes the panic on")
}

/// Submits one job per worker. The jobs end only if all of them run at the same time.
fn assert_parallel(pool: &Pool, workers: usize) {
    let barrier = Arc::new(Barrier::new(workers));
    let (passed, all_passed) = unbounded();
    for _ in 0..workers {
        let (barrier, passed) = (Arc::clone(&barrier), passed.clone());
        pool.submit(move || {
            barrier.wait();
            passed.send(()).expect("the test waits");
        });
    }
    for _ in 0..workers {
        let passed = all_passed.recv_timeout(LIMIT);
        passed.expect("as many jobs run in parallel as there are workers");
    }
}

#[test]
fn workers_run_in_parallel() {
    within_limit(|| {
        for workers in [1, 2, 8] {
            let pool = Pool::new(workers);
            assert_parallel(&pool, workers);
            pool.shutdown();
        }
    });
}

#[test]
fn no_more_jobs_run_than_there_are_workers() {
    within_limit(|| {
        let pool = Pool::with_capacity(3, 100);
        let (running, max) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        for _ in 0..100 {
            let (running, max) = (Arc::clone(&running), Arc::clone(&max));
            pool.submit(move || {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                max.fetch_max(now, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        pool.shutdown();

        assert!(max.load(Ordering::SeqCst) <= 3);
    });
}

/// Submits 100 jobs, ends the pool by `end`, and returns how many jobs are done.
fn done_after(capacity: usize, end: impl FnOnce(Pool)) -> usize {
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    let pool = Pool::with_capacity(2, capacity);
    for _ in 0..100 {
        let done = Arc::clone(&count);
        pool.submit(move || {
            thread::sleep(Duration::from_millis(1));
            done.fetch_add(1, Ordering::SeqCst);
        });
    }
    end(pool);
    done.load(Ordering::SeqCst)
}

#[test]
fn shutdown_and_drop_do_every_submitted_job() {
    within_limit(|| {
        for capacity in [0, 1, 2, 100] {
            assert_eq!(done_after(capacity, Pool::shutdown), 100);
            assert_eq!(done_after(capacity, drop), 100);
        }
    });
}

/// Keeps a pool of one worker busy until the returned sender is dropped.
fn busy(pool: Pool) -> (Arc<Pool>, Sender<()>) {
    let (gate, closed) = bounded::<()>(0);
    let (starts, has_started) = bounded(1);
    pool.submit(move || {
        starts.send(()).expect("the test waits");
        let _ = closed.recv();
    });
    has_started
        .recv_timeout(LIMIT)
        .expect("the worker starts it");
    (Arc::new(pool), gate)
}

#[test]
fn a_new_pool_has_room_for_two_jobs_per_worker() {
    within_limit(|| {
        let (pool, gate) = busy(Pool::new(1));
        for _ in 0..2 {
            let accepted = start_submit(&pool).recv_timeout(LIMIT);
            accepted.expect("there is room");
        }
        let one_too_many = start_submit(&pool);
        let accepted = one_too_many.recv_timeout(SHORT_WAIT);
        assert!(accepted.is_err(), "the queue has too much room");
        drop(gate);
    });
}

/// Submits a job from another thread. The channel reports when it is accepted.
fn start_submit(pool: &Arc<Pool>) -> Receiver<()> {
    let (accepted, is_accepted) = bounded(1);
    let pool = Arc::clone(pool);
    thread::spawn(move || {
        pool.submit(|| {});
        accepted.send(()).ok();
    });
    is_accepted
}

#[test]
fn submit_waits_when_the_queue_is_full() {
    within_limit(|| {
        for capacity in [0, 1, 3] {
            let (pool, gate) = busy(Pool::with_capacity(1, capacity));
            for _ in 0..capacity {
                let accepted = start_submit(&pool).recv_timeout(LIMIT);
                accepted.expect("there is room");
            }
            let one_too_many = start_submit(&pool);
            assert!(
                one_too_many.recv_timeout(SHORT_WAIT).is_err(),
                "submit does not wait"
            );

            drop(gate);
            one_too_many
                .recv_timeout(LIMIT)
                .expect("there is room again");
        }
    });
}

#[test]
fn a_panic_is_passed_on_with_what_it_carries() {
    within_limit(|| {
        let pool = Pool::new(2);
        pool.submit(|| panic!("a plain message"));
        let panic = shutdown_panic(pool);
        assert_eq!(panic.downcast_ref(), Some(&"a plain message"));

        let pool = Pool::new(2);
        let number = 7;
        pool.submit(move || panic!("job {number}"));
        let panic = shutdown_panic(pool);
        assert_eq!(panic.downcast_ref(), Some(&"job 7".to_string()));

        let pool = Pool::new(2);
        pool.submit(|| panic::panic_any(42));
        assert_eq!(shutdown_panic(pool).downcast_ref(), Some(&42));
    });
}

#[test]
fn a_panic_loses_neither_workers_nor_other_jobs() {
    within_limit(|| {
        for panics in [4, 400] {
            let pool = Pool::new(4);
            let done = Arc::new(AtomicUsize::new(0));
            for _ in 0..panics {
                pool.submit(|| panic::resume_unwind(Box::new("quietly")));
                let done = Arc::clone(&done);
                pool.submit(move || {
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
            assert_parallel(&pool, 4);

            assert_eq!(shutdown_panic(pool).downcast_ref(), Some(&"quietly"));
            assert_eq!(done.load(Ordering::SeqCst), panics);
        }
    });
}

#[test]
fn a_payload_that_panics_in_its_drop_takes_neither_workers_nor_other_jobs() {
    within_limit(|| {
        for workers in [1, 3] {
            let pool = Pool::new(workers);
            let done = Arc::new(AtomicUsize::new(0));
            for _ in 0..10 {
                pool.submit(|| panic::resume_unwind(Box::new(Bomb)));
                let done = Arc::clone(&done);
                pool.submit(move || {
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
            let payload = shutdown_panic(pool);
            assert_eq!(done.load(Ordering::SeqCst), 10, "{workers} workers");
            assert!(payload.is::<Bomb>());
            std::mem::forget(payload);
        }
    });
}

#[test]
fn drop_passes_a_panic_on_like_shutdown() {
    within_limit(|| {
        let pool = Pool::new(1);
        pool.submit(|| panic::resume_unwind(Box::new("quietly")));
        let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(pool)));
        assert!(dropped.is_err());
    });
}

#[test]
fn a_pool_dropped_by_a_panic_still_does_its_jobs() {
    within_limit(|| {
        let done = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&done);
        let caller = thread::spawn(move || {
            let pool = Pool::new(2);
            pool.submit(|| panic::resume_unwind(Box::new("in the job")));
            pool.submit(move || {
                count.fetch_add(1, Ordering::SeqCst);
            });
            // A second panic during this one would end the whole program.
            panic::resume_unwind(Box::new("in the caller"));
        });
        let panic = caller.join().expect_err("the caller panicked");
        assert_eq!(panic.downcast_ref(), Some(&"in the caller"));
        assert_eq!(done.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_job_may_submit_to_its_own_pool() {
    within_limit(|| {
        let (done, is_done) = bounded(1);
        let pool = Arc::new(Pool::with_capacity(1, 1));
        let inner = Arc::clone(&pool);
        pool.submit(move || inner.submit(move || done.send(()).expect("the test waits")));
        is_done.recv_timeout(LIMIT).expect("there was room");
    });
}

#[test]
fn a_job_that_submits_to_its_own_full_pool_never_ends() {
    within_limit(|| {
        // The documentation of `submit` warns of this trap. It is not a feature: a change that
        // removes the trap may remove this test.
        let (done, is_done) = bounded::<()>(1);
        let pool = Arc::new(Pool::with_capacity(1, 0));
        let inner = Arc::clone(&pool);
        pool.submit(move || inner.submit(move || done.send(()).expect("the test waits")));
        assert!(is_done.recv_timeout(SHORT_WAIT).is_err());
        // Its worker waits and never ends. Dropping the pool would wait for that worker.
        std::mem::forget(pool);
    });
}

#[test]
fn a_job_may_drop_the_last_handle_to_its_pool() {
    within_limit(|| {
        let (done, is_done) = unbounded();
        let pool = Arc::new(Pool::with_capacity(2, 10));
        let (last, gate) = bounded::<()>(0);
        let (inner, first) = (Arc::clone(&pool), done.clone());
        pool.submit(move || {
            let _ = gate.recv();
            drop(inner);
            first.send(()).expect("the test waits");
        });
        for _ in 0..5 {
            let done = done.clone();
            pool.submit(move || done.send(()).expect("the test waits"));
        }
        drop(pool);
        drop(last);

        for _ in 0..6 {
            is_done.recv_timeout(LIMIT).expect("every job is done");
        }
    });
}

#[test]
#[should_panic(expected = "at least one worker")]
fn a_pool_without_workers_is_refused() {
    Pool::new(0);
}

#[test]
fn the_lesson_processes_every_job_and_ends() {
    for flags in ["", "--queue 0", "--queue 1", "--workers 1", "--workers 50"] {
        let ended = run(STRUCT_POOL, &format!("--work-ms 2 --jitter 100 {flags}"));

        assert_eq!(ended.status, Some(0), "{flags}");
        assert_eq!(summed_up(&ended), 1, "{ended:#?}");
        let (last, lines) = ended.stdout.split_last().expect("some output");
        assert_eq!(last, "all done");
        assert!(lines.iter().all(|line| line.starts_with("processing ")));
        let jobs = lines.iter().map(|line| numbers(line)[0]).collect();
        assert_eq!(sorted(jobs), (0..20).collect::<Vec<_>>(), "{flags}");
    }
}

#[test]
fn the_lesson_does_all_other_jobs_before_it_passes_a_panic_on() {
    let ended = run(STRUCT_POOL, "--work-ms 2 --panic-on 7");

    assert_eq!(ended.status, Some(101), "the status after a panic in main");
    let jobs = ended.stdout.iter().map(|line| numbers(line)[0]).collect();
    assert_eq!(sorted(jobs), (0..20).collect::<Vec<_>>());
    assert!(ended.stderr.iter().any(|line| line.contains("job 7")));
}

#[test]
fn a_lane_has_the_name_of_its_thread() {
    for panic_on in [0, 3, 7] {
        let flags = format!("--work-ms 20 --timeline always --panic-on {panic_on}");
        let ended = run(STRUCT_POOL, &flags);

        let of_panic = ended.stderr.iter().find(|line| line.contains("panicked"));
        let thread = of_panic.and_then(|line| line.split('\'').nth(1));
        let thread = thread.expect("the default hook names the thread");
        let failed = |line: &&String| line.contains(['!', '✘']);
        let mut lanes = ended.stderr.iter().filter(|it| it.starts_with("worker "));
        let lane = lanes.find(failed).expect("the job has failed");
        assert!(lane.starts_with(&format!("{thread} ")), "{ended:#?}");
    }
}
