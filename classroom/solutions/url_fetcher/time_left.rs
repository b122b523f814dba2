// # Ten seconds, but only five are left
//
// The answer is the smaller of the two times. An `Instant` minus a later one
// would be negative, and a `Duration` cannot be negative. The name
// `saturating_duration_since` says what happens then: the result is zero.
//
// In Go, `context.WithTimeout(ctx, limit)` takes the earlier of the two
// deadlines by itself.
//
// Two answers that look right: LOOKS_RIGHT.md, time_left

use std::time::{Duration, Instant};

use worker_pools::Context;

fn time_for_request(limit: Duration, context: &Context) -> Duration {
    match context.deadline() {
        Some(deadline) => limit.min(deadline.saturating_duration_since(Instant::now())),
        None => limit,
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use std::thread;

use classroom::{checks, run_checks, within_limit};

checks![
    the_smaller_of_the_two,
    less_than_a_second,
    no_time_left,
    no_deadline
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: with 5 s left it is 5 s, and with 30 s left it is 10 s");
}

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

/// Calls the answer, and returns the time that was left before and after it.
fn call(limit: Duration, context: &Context) -> (Duration, [Option<Duration>; 2]) {
    let context = context.clone();
    let still = "still waiting for `time_for_request`, which should only calculate";
    within_limit(still, move || {
        let left = |now| Some(context.deadline()?.saturating_duration_since(now));
        let before = left(Instant::now());
        let time = time_for_request(limit, &context);
        (time, [before, left(Instant::now())])
    })
}

/// Checks the time for a request with this limit, in a run that began just now.
fn check(limit: Duration, whole: Duration) {
    // Many times, so that rounding shows.
    for _ in 0..20 {
        let (context, _cancel) = Context::with_timeout(whole);
        let (time, left) = call(limit, &context);
        let [before, after] = left.map(|left| left.expect("it has a deadline"));
        // A few milliseconds less do no harm.
        let right = limit.min(after).saturating_sub(MILLISECOND * 5)..=limit.min(before);
        assert!(
            right.contains(&time),
            "a request may take {limit:?}, and {before:?} are left: it gets {time:?}"
        );
    }
}

fn the_smaller_of_the_two() {
    for (limit, whole) in [
        (10, 5),
        (10, 30),
        (60, 45),
        (3, 4),
        (7200, 3600),
        (1, 7200),
        (0, 5),
    ] {
        check(SECOND * limit, SECOND * whole);
    }
}

fn less_than_a_second() {
    for (limit, whole) in [(2500, 1700), (1700, 2500), (700, 400), (30, 900), (900, 60)] {
        check(MILLISECOND * limit, MILLISECOND * whole);
    }
}

fn no_time_left() {
    for whole in [Duration::ZERO, MILLISECOND * 30] {
        let (context, _cancel) = Context::with_timeout(whole);
        let _ = context.done().recv(); // closed at the deadline
        for passed in [1, 50] {
            thread::sleep(MILLISECOND * passed);
            let (time, _) = call(SECOND, &context);
            assert!(
                time.is_zero(),
                "the deadline has passed, and no time is left: the request gets {time:?}"
            );
        }
    }
}

fn no_deadline() {
    let (context, _cancel) = Context::with_cancel();
    for context in [Context::background(), context] {
        for limit in [SECOND, SECOND * 45, SECOND * 7200, MILLISECOND * 300] {
            let (time, _) = call(limit, &context);
            assert!(
                time == limit,
                "there is no deadline, so the limit of {limit:?} counts: the request gets {time:?}"
            );
        }
    }
}
