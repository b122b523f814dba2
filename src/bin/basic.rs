//! # Basic worker pool
//!
//! Article 1, "Basic Worker Pool". Three workers share one queue. A worker
//! takes the next job as soon as it is free. When the queue is closed and
//! empty, the workers return. When the last worker has returned, the results
//! end.
//!
//! Go to Rust:
//! - `close(jobs)` is dropping the last `Sender` of `jobs`. Sending after that
//!   does not compile.
//! - There is no goroutine for `wg.Wait(); close(results)`: each worker owns a
//!   `Sender` of `results`, and the last worker to return drops the last one.
//! - Many workers can receive from one crossbeam channel, as in Go. A channel
//!   of `std::sync::mpsc` has only one receiver, which the workers would have
//!   to share behind a `Mutex`.
//!
//! Predict: how long do ten jobs of half a second take with 3 workers? With 4?
//! With 5? With 10? With 11?
//!
//! Try:
//! - `cargo run --bin basic -- --workers 4`, then 5, 10 and 11: were you right?
//! - `cargo run --bin basic -- --workers 1`: a pool of one is a plain loop.
//! - `cargo run --bin basic -- --jitter 80`: jobs differ in length. Find a
//!   worker that takes two jobs while another worker takes one.
//! - Delete `drop(results_tx)` and run it again: all jobs are done, and the
//!   program hangs. Press Ctrl-C: the picture shows that nobody works any more.
//!
//! Then: the exercises in `classroom/exercises/basic`.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use worker_pools::cli::{CommonFlags, Parse};
// This `println!` ends the program quietly in a pipe such as `| head -1`.
use worker_pools::{Work, println};

/// Workers that share one queue of jobs
#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,
}

fn worker(
    id: usize,
    work: &Work,
    jobs: Receiver<usize>,
    results: Sender<usize>,
) {
    // Ends when `jobs` is closed and empty.
    for job in jobs {
        println!("worker {id} processing job {job}");
        work.run(id, job);
        results.send(job * 2).expect("main reads to the end");
    }
}

fn main() {
    let flags = Flags::parse().common;
    let work = flags.work();
    flags.draw_on_signal(&work);

    let (jobs_tx, jobs_rx) = bounded(flags.jobs);
    let (results_tx, results_rx) = bounded(flags.jobs);

    // A scope lets the workers borrow `work`, and waits for them at its end.
    thread::scope(|scope| {
        for id in 1..=flags.workers {
            // Each worker borrows the work and owns its ends of the channels.
            let (work, jobs) = (&work, jobs_rx.clone());
            let results = results_tx.clone();
            scope.spawn(move || worker(id, work, jobs, results));
        }
        // Now only the workers hold a sender of `results`. If main kept this
        // one, the loop over the results would never end.
        drop(results_tx);

        for job in 1..=flags.jobs {
            jobs_tx.send(job).expect("main holds a receiver too");
        }
        drop(jobs_tx); // close(jobs)

        for result in results_rx {
            println!("result: {result}");
        }
    });
    flags.draw(&work);
}
