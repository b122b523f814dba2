// # As few workers as possible
//
// A job starts when two things have happened: it has come, and a worker is
// free. So for each worker it is enough to know when it is free. That is a whole
// simulation: it needs no threads, and it never waits.
//
// The worker that is free first is on top of the heap. `Reverse` is there
// because a `BinaryHeap` has the largest value on top.
//
// More workers never make a job wait longer. So the first number that is enough
// is the smallest. With thousands of workers, halve the range, as in a binary
// search.
//
// Two answers that look right: LOOKS_RIGHT.md, enough_workers

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use classroom::Job;

fn smallest_pool(load: &[Job], target: Duration) -> usize {
    let mut workers = 1;
    while longest_wait(load, workers) > target {
        workers += 1;
    }
    workers
}

fn longest_wait(load: &[Job], workers: usize) -> Duration {
    let mut longest = Duration::ZERO;
    // When each worker is free.
    let mut free = BinaryHeap::from(vec![Reverse(Duration::ZERO); workers]);
    for job in load {
        let Reverse(first) = free.pop().expect("there is a worker");
        let start = first.max(job.comes);
        longest = longest.max(start - job.comes);
        free.push(Reverse(start + job.takes));
    }
    longest
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{assert_smallest_pool, checks, random_load, repeat, run_checks};

checks![
    jobs_that_come_at_the_same_time,
    a_wait_as_long_as_the_target,
    a_burst_after_a_quiet_time,
    short_jobs_beside_a_long_one,
    one_long_wait_among_forty_jobs,
    workers_that_are_there_from_the_start,
    no_jobs,
    any_number_of_workers,
    loads_that_nobody_knows
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: no job waits too long, and no worker is too many");
}

const MILLISECOND: Duration = Duration::from_millis(1);

/// Small enough for paper: when each job comes, and how long it takes, in
/// milliseconds. Calls the answer with each of these targets.
#[track_caller]
fn check<const TARGETS: usize>(jobs: &[(u32, u32)], targets: [u32; TARGETS], look_at: &str) {
    let job = |&(comes, takes): &(u32, u32)| Job {
        comes: MILLISECOND * comes,
        takes: MILLISECOND * takes,
    };
    let load: Vec<Job> = jobs.iter().map(job).collect();
    for target in targets {
        assert_smallest_pool(smallest_pool, &load, MILLISECOND * target, look_at);
    }
}

fn jobs_that_come_at_the_same_time() {
    check(
        &[(0, 100), (0, 100), (0, 100), (1000, 100)],
        [150, 50, 250],
        "three jobs come at the same moment. When does each of them start?",
    );
}

fn a_wait_as_long_as_the_target() {
    check(
        &[(0, 100), (0, 100), (0, 100), (1000, 100)],
        [100, 200, 0],
        "a job may wait as long as the target, but no longer",
    );
}

fn a_burst_after_a_quiet_time() {
    check(
        &[(0, 100), (1000, 100), (1000, 100), (2000, 100)],
        [50, 99, 150],
        "when the two jobs come, all workers are free, and none of them could work ahead",
    );
}

fn short_jobs_beside_a_long_one() {
    check(
        &[(0, 1000), (100, 100), (200, 100), (300, 100), (400, 100)],
        [50, 600, 950],
        "while a worker does job 1, who does the others? When is each worker free?",
    );
}

fn one_long_wait_among_forty_jobs() {
    for long in [0, 20, 38] {
        let takes = |number| if number == long { 150 } else { 10 };
        let jobs: Vec<_> = (0..40).map(|it| (it * 100, takes(it))).collect();
        check(
            &jobs,
            [20, 49, 60],
            "no job may wait longer than the target, not even one of forty",
        );
    }
}

fn workers_that_are_there_from_the_start() {
    check(
        &[(0, 100), (0, 100), (50, 200), (50, 100)],
        [100],
        "the number of workers is the same from the first job to the last",
    );
}

fn no_jobs() {
    check(&[], [0, 100], "without jobs, a pool has one worker");
    check(&[(500, 100)], [0, 100], "a single job never waits");
}

fn any_number_of_workers() {
    // With many more, a slow answer could take too long.
    check(
        &[(0, 100); 150],
        [0],
        "all jobs come at the same moment, and none may wait",
    );
}

/// The random targets are exactly what the jobs wait with some number of
/// workers, or a nanosecond less.
fn loads_that_nobody_knows() {
    let look_at = "when does each job start, and when is each worker free? To the nanosecond";
    // In seconds, as `f64`, 0.1 + 0.2 is more than 0.3.
    check(&[(0, 100), (0, 200), (0, 100)], [300], look_at);
    repeat(100, |_| {
        let (load, target) = random_load();
        assert_smallest_pool(smallest_pool, &load, target, look_at);
    });
}
