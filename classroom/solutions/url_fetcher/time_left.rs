// # Ten seconds, but only five are left
//
// The answer is the smaller of the two times. An `Instant` minus a later one
// would be negative, and a `Duration` cannot be negative. The name
// `saturating_duration_since` says what happens then: the result is zero.
//
// In Go, `context.WithTimeout(ctx, limit)` takes the earlier of the two
// deadlines by itself.

use std::time::{Duration, Instant};

use worker_pools::Context;

fn time_for_request(limit: Duration, context: &Context) -> Duration {
    match context.deadline() {
        Some(deadline) => limit.min(deadline.saturating_duration_since(Instant::now())),
        None => limit,
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{checks, run_checks};

checks![the_smaller_of_the_two, no_time_left, no_deadline];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: with 5 s left it is 5 s, with 30 s left it is 10 s");
}

const SECOND: Duration = Duration::from_secs(1);

/// All in seconds: the limit of a request, the time of the whole run, and the
/// time that the request should get.
fn check(limit: u32, whole: u32, expected: u32) {
    let start = Instant::now();
    let (context, _cancel) = Context::with_timeout(SECOND * whole);
    let time = time_for_request(SECOND * limit, &context);
    // A little time has passed since the start.
    let range = (SECOND * expected).saturating_sub(start.elapsed())..=SECOND * expected;
    let question = format!("a request may take {limit} s, and {whole} s are left");
    assert!(range.contains(&time), "{question}: it gets {time:.1?}");
}

fn the_smaller_of_the_two() {
    check(10, 5, 5);
    check(10, 30, 10);
    check(60, 45, 45);
    check(3, 4, 3);
}

fn no_time_left() {
    let (context, _cancel) = Context::with_timeout(Duration::ZERO);
    let time = time_for_request(SECOND, &context);
    assert_eq!(
        time,
        Duration::ZERO,
        "the deadline has passed, and no time is left"
    );
}

fn no_deadline() {
    let time = time_for_request(SECOND, &Context::background());
    assert_eq!(
        time, SECOND,
        "there is no deadline, so the limit of the request counts"
    );
}
