// # The worker must survive
//
// `catch_unwind` is around one job, not around the loop. Around the loop, it
// would catch the panic too, but the loop would have ended, and the worker with
// it. In Go you would use `defer` and `recover`, in a function around one job.
//
// The compiler may say that a closure is not unwind safe: after a panic,
// somebody might see data that is half changed. If you know that nobody will,
// write `AssertUnwindSafe(|| …)` around the closure.

use std::panic::catch_unwind;
use std::thread;

use classroom::{RecordedWork, within_limit};
use crossbeam_channel::{Receiver, Sender, bounded};

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

use classroom::{checks, run_checks};

checks![a_panic_loses_only_its_job];

fn main() {
    run_checks(CHECKS);
    println!("All checks pass: 6 jobs done, 3 failed, both workers alive");
}

fn a_panic_loses_only_its_job() {
    let work = RecordedWork::new().together(2).panic_on([2, 3, 4]);
    let (jobs_tx, jobs_rx) = bounded(9);
    let (results_tx, results_rx) = bounded(9);
    for job in 1..=9 {
        jobs_tx.send(job).expect("we hold a receiver too");
    }
    drop(jobs_tx);
    for _ in 0..2 {
        let (work, jobs, results) = (work.clone(), jobs_rx.clone(), results_tx.clone());
        thread::spawn(move || worker(&work, jobs, results));
    }
    drop(results_tx);

    let results = within_limit("still waiting for the workers", move || {
        results_rx.iter().take(10).collect::<Vec<_>>()
    });
    for job in 1..=9 {
        let results: Vec<_> = results.iter().filter(|(of, _)| *of == job).collect();
        let [(_, result)] = results[..] else {
            let count = results.len();
            panic!("job {job} has {count} results: did its worker survive? Did it send the `Err`?");
        };
        match job {
            2..=4 => assert!(
                result.is_err(),
                "job {job} panicked: its result must be `Err`"
            ),
            _ => assert!(
                matches!(result, Ok(it) if *it == job * 2),
                "job {job} did not panic: its result must be `Ok`, with what `run` returned"
            ),
        }
    }
    work.assert_each_once(9);
    work.assert_pool_of(2);
}
