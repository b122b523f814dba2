// # The worker must survive
//
// `catch_unwind` is around one job, not around the loop. Around the loop, it
// would catch the panic too, but the loop would have ended, and the worker with
// it. In Go you would use `defer` and `recover`, in a function around one job.
//
// The compiler may say that a closure is not unwind safe: after a panic,
// somebody might see data that is half changed. If you know that nobody will,
// write `AssertUnwindSafe(|| …)` around the closure.
//
// Two answers that look right: LOOKS_RIGHT.md, survive_panic

use std::panic::catch_unwind;
use std::thread;

use classroom::RecordedWork;
use crossbeam_channel::{Receiver, Sender};

fn worker(
    work: &RecordedWork,
    jobs: Receiver<usize>,
    results: Sender<(usize, thread::Result<usize>)>,
) {
    for job in jobs {
        let result = catch_unwind(|| work.run(job));
        results.send((job, result)).expect("the results are read");
    }
}

// ---- The checks. Change nothing below this line. ----------------------------

use classroom::{LIMIT, LONG, checks, run_checks, within_limit};
use crossbeam_channel::{bounded, unbounded};

checks![
    a_panic_loses_only_its_job,
    other_jobs_panic,
    a_panic_is_reported_at_once;
    patient: the_results_are_read_later
];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: each panic loses its job, and no worker");
}

type Answer = (usize, thread::Result<usize>);

/// Starts the workers. There is room for `room` results that nobody has read.
fn start(workers: usize, work: &RecordedWork, room: usize) -> (Sender<usize>, Receiver<Answer>) {
    let (jobs_tx, jobs_rx) = unbounded();
    let (results_tx, results_rx) = bounded(room);
    for _ in 0..workers {
        let (work, jobs, results) = (work.clone(), jobs_rx.clone(), results_tx.clone());
        thread::spawn(move || worker(&work, jobs, results));
    }
    (jobs_tx, results_rx)
}

/// Queues these jobs, and drops the sender.
fn submit(jobs: Sender<usize>, numbers: impl Iterator<Item = usize>) {
    for job in numbers {
        // When all workers have ended, the job will have no result.
        let _ = jobs.send(job);
    }
}

/// Checks that jobs 1 to `jobs` were done once, and have one result each: `Err`
/// with their own panic if they are one of `panics`.
fn check(results: Receiver<Answer>, jobs: usize, panics: &[usize], work: &RecordedWork) {
    let still = "still waiting for the end of the results: what are the workers doing?";
    let results: Vec<_> = within_limit(still, move || results.iter().collect());
    for job in 1..=jobs {
        let results: Vec<_> = results.iter().filter(|(of, _)| *of == job).collect();
        let [(_, result)] = results[..] else {
            let count = results.len();
            panic!("job {job} has {count} results: did its worker survive? Did it send the `Err`?");
        };
        match result {
            Ok(_) if panics.contains(&job) => {
                panic!("job {job} panicked: its result must be `Err`")
            }
            Err(_) if !panics.contains(&job) => {
                panic!("job {job} did not panic: its result must be `Ok`")
            }
            Ok(result) => assert!(
                *result == job * 2,
                "job {job} returned {}, but its result says {result}",
                job * 2
            ),
            Err(panic) => assert!(
                RecordedWork::is_panic_of(job, panic.as_ref()),
                "the `Err` of job {job} must have its panic in it, as `catch_unwind` returns it"
            ),
        }
    }
    work.assert_each_once(jobs);
}

fn a_panic_loses_only_its_job() {
    let panics = [2, 3, 4];
    let work = RecordedWork::new().together(2).panic_on(panics);
    let (jobs, results) = start(2, &work, 18);
    submit(jobs, 1..=9);
    check(results, 9, &panics, &work);
    work.assert_pool_of(2);
}

fn other_jobs_panic() {
    let all: Vec<usize> = (1..=20).collect();
    let cases: [(usize, usize, &[usize]); 4] =
        [(1, 20, &all), (1, 5, &[1, 5]), (3, 12, &[12]), (2, 6, &[])];
    for (workers, jobs, panics) in cases {
        let work = RecordedWork::new().panic_on(panics.iter().copied());
        let (jobs_tx, results) = start(workers, &work, 2 * jobs);
        submit(jobs_tx, 1..=jobs);
        check(results, jobs, panics, &work);
        if workers == 1 {
            work.assert_pool_of(1);
        }
    }
}

/// Job 2 runs for a long time. Its worker must have sent the result of job 1.
fn a_panic_is_reported_at_once() {
    let work = RecordedWork::new().panic_on([1]).hold_from(2);
    let (jobs, results) = start(1, &work, 4);
    submit(jobs, 1..=2);
    work.wait_for_held(1);
    assert!(
        !results.is_empty(),
        "job 2 is running, but job 1, which panicked, has no result yet"
    );
    work.let_go();
    check(results, 2, &[1], &work);
}

/// One worker has a panic that nobody reads yet, and the other one has nothing
/// to do. Both wait for as long as it takes.
fn the_results_are_read_later() {
    let work = RecordedWork::new().panic_on([1]).hold_from(2);
    let (jobs, results) = start(2, &work, 0);
    submit(jobs.clone(), 1..=1);
    work.wait_for_ended(1);
    thread::sleep(LONG);

    let (read_tx, read_rx) = unbounded();
    thread::spawn(move || results.iter().for_each(|it| drop(read_tx.send(it))));
    submit(jobs, 2..=6);
    assert!(
        work.will_be_held(2),
        "jobs 2 and 3 came after a long pause, and nobody does job 3 while somebody\n\
         does job 2: did a worker leave?"
    );
    work.let_go();
    check(read_rx, 6, &[1], &work);
    work.assert_pool_of(2);
}
