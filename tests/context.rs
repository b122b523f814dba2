//! The library's `Context`: when it is done, and how threads notice.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, TryRecvError, bounded};
use worker_pools::Context;
use worker_pools::context::Reason;

/// Far longer than any wait here should take.
const LIMIT: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3600);

#[track_caller]
fn wait(context: &Context) {
    let done = context.done().recv_timeout(LIMIT);
    assert_eq!(done, Err(RecvTimeoutError::Disconnected), "not done");
}

#[test]
fn a_context_is_not_done_until_it_is_cancelled() {
    let (context, cancel) = Context::with_cancel();
    assert!(!context.is_done());
    assert_eq!(context.deadline(), None);
    assert_eq!(context.done_at(), None);
    assert_eq!(context.reason(), None);

    let before = Instant::now();
    cancel.cancel();

    wait(&context);
    assert!(context.is_done());
    assert_eq!(context.reason(), Some(Reason::Cancelled));
    assert!(context.done_at().is_some_and(|at| at >= before));
}

#[test]
fn the_background_is_never_done() {
    let context = Context::background();
    let done = context.done().recv_timeout(Duration::from_millis(20));
    assert_eq!(done, Err(RecvTimeoutError::Timeout));
    assert!(!context.is_done());
    assert_eq!(context.reason(), None);
    assert_eq!(context.deadline(), None);
}

#[test]
fn one_cancel_wakes_all_threads() {
    let (context, cancel) = Context::with_cancel();
    let (woken, count) = bounded(10);
    for _ in 0..10 {
        let (context, woken) = (context.clone(), woken.clone());
        thread::spawn(move || {
            wait(&context);
            woken.send(()).expect("the test waits");
        });
    }
    cancel.cancel();
    for _ in 0..10 {
        count.recv_timeout(LIMIT).expect("each thread wakes up");
    }
}

#[test]
fn cancelling_again_changes_nothing() {
    let (context, cancel) = Context::with_cancel();
    let again = cancel.clone();
    cancel.cancel();
    let done_at = context.done_at();
    again.cancel();
    cancel.cancel();
    assert_eq!(context.done_at(), done_at);
}

#[test]
fn cancelling_from_many_threads_at_once_is_harmless() {
    for _ in 0..100 {
        let (context, cancel) = Context::with_cancel();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| cancel.cancel());
            }
        });
        assert!(context.is_done());
        assert!(context.done_at().is_some());
    }
}

#[test]
fn dropping_the_last_cancel_cancels() {
    let (context, cancel) = Context::with_timeout(HOUR);
    let last = cancel.clone();
    drop(cancel);
    assert!(!context.is_done());
    drop(last);
    wait(&context);
    assert_eq!(context.reason(), Some(Reason::Cancelled));
}

#[test]
fn a_context_is_done_at_its_deadline() {
    let before = Instant::now();
    let (context, _cancel) = Context::with_timeout(Duration::from_millis(30));
    let deadline = context.deadline().expect("a deadline");
    assert!(deadline >= before + Duration::from_millis(30));

    wait(&context);

    assert_eq!(context.reason(), Some(Reason::DeadlineExceeded));
    assert!(context.done_at().is_some_and(|at| at >= deadline));
}

#[test]
fn a_context_can_be_cancelled_before_its_deadline() {
    let (context, cancel) = Context::with_timeout(HOUR);
    cancel.cancel();
    wait(&context);
    assert_eq!(context.reason(), Some(Reason::Cancelled));
}

#[test]
fn with_a_timeout_of_zero_a_context_is_done_from_the_start() {
    for _ in 0..100 {
        let (context, _cancel) = Context::with_timeout(Duration::ZERO);
        assert!(context.is_done());
        assert_eq!(context.reason(), Some(Reason::DeadlineExceeded));
    }
}

#[test]
fn a_context_that_is_done_has_its_reason() {
    for _ in 0..200 {
        let (context, cancel) = Context::with_cancel();
        let canceller = thread::spawn(move || cancel.cancel());
        wait(&context);
        assert!(context.done_at().is_some());
        assert_eq!(context.reason(), Some(Reason::Cancelled));
        canceller.join().expect("no panic");
    }
}

#[test]
fn a_signal_cancels_one_context() {
    let (signals_tx, signals) = bounded(0);
    let (context, cancel) = Context::with_cancel();
    cancel.on_signal(&signals);
    signals_tx.send_timeout((), LIMIT).expect("it is taken");
    wait(&context);

    // The first context takes no more signals, so the second one gets this.
    let (context, cancel) = Context::with_cancel();
    cancel.on_signal(&signals);
    signals_tx.send_timeout((), LIMIT).expect("it is taken");
    wait(&context);
}

#[test]
fn a_context_that_is_done_takes_no_signal() {
    let (signals_tx, signals) = bounded::<()>(0);
    let (context, cancel) = Context::with_cancel();
    cancel.on_signal(&signals);
    cancel.cancel();
    wait(&context);
    // Once its thread is gone, the last receiver is.
    drop(signals);
    let sent = signals_tx.send_timeout((), LIMIT);
    assert!(sent.is_err_and(|error| error.is_disconnected()));
}

#[test]
fn waiting_for_a_signal_does_not_keep_a_context_alive() {
    let (_signals_tx, signals) = bounded::<()>(0);
    let (context, cancel) = Context::with_cancel();
    cancel.on_signal(&signals);
    drop(cancel);
    wait(&context);
}

#[test]
fn a_channel_of_signals_that_closes_is_no_signal() {
    let (signals_tx, signals) = bounded::<()>(0);
    let (context, cancel) = Context::with_cancel();
    cancel.on_signal(&signals);
    drop(signals_tx);
    let done = context.done().recv_timeout(Duration::from_millis(50));
    assert_eq!(done, Err(RecvTimeoutError::Timeout));
}

#[test]
fn is_done_and_reason_and_done_always_agree() {
    for _ in 0..1_000 {
        let (context, cancel) = Context::with_cancel();
        thread::scope(|scope| {
            scope.spawn(|| cancel.cancel());
            // As soon as one of them says that the context is done, all of them must say so.
            while !context.is_done() && context.reason().is_none() {
                std::hint::spin_loop();
            }
            let closed = context.done().try_recv();
            assert_eq!(closed, Err(TryRecvError::Disconnected));
            assert!(context.is_done());
            assert_eq!(context.reason(), Some(Reason::Cancelled));
        });
    }
}
