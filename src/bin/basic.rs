//! # Basic worker pool
//!
//! Article 1, "Basic Worker Pool". Three workers share one queue: each takes the next job as soon
//! as it is free, so ten jobs of half a second need four rounds, 2 s, and not 5 s. When the queue
//! is closed and empty, the workers return; when the last worker has returned, the results end.
//!
//! Go to Rust:
//! - `close(jobs)` is to drop its last `Sender`. Sending after that does not compile.
//! - `wg.Wait(); close(results)` in a goroutine of its own is not needed: every worker owns a
//!   `Sender` of `results`, and the last worker to return drops the last one.
//! - Many workers can receive from one crossbeam channel, as in Go. A channel of `std::sync::mpsc`
//!   has one receiver only, which workers would have to share behind a `Mutex`.
//!
//! Predict: how long does it take with 4 workers? With 5? With 10? With 11?
//!
//! Try:
//! - `cargo run --bin basic -- --workers 1`: a pool of one is a plain loop.
//! - `cargo run --bin basic -- --jitter 80`: jobs differ in length. Find a worker that takes two
//!   jobs while another has one.
//! - `cargo run --bin basic -- --jobs 1000 --workers 100 --work-ms 50`: ten rounds, half a second.
//! - Take out `drop(results_tx)` and run it again: all the work is done, and the program hangs.

use std::thread;

use clap::Parser;
use crossbeam_channel::{Receiver, Sender, bounded};
use worker_pools::cli::{CommonFlags, Defaults};
// The standard library's println!, but it ends the program quietly in a pipe like `| head -1`.
use worker_pools::Work;
use worker_pools::println;

/// Workers that share one queue of jobs
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,
}

fn worker(id: usize, work: &Work, jobs: Receiver<usize>, results: Sender<usize>) {
    // Ends when `jobs` is closed and empty.
    for job in jobs {
        println!("worker {id} processing job {job}");
        work.run(id, job);
        results.send(job * 2).expect("main reads to the end");
    }
}

fn main() {
    let flags: Flags = Defaults {
        workers: 3,
        jobs: 10,
        work_ms: 500,
    }
    .parse();
    let flags = flags.common;
    let work = flags.work();

    let (jobs_tx, jobs_rx) = bounded(flags.jobs);
    let (results_tx, results_rx) = bounded(flags.jobs);

    // A scope lets the workers borrow `work`, and waits for them at its end.
    thread::scope(|scope| {
        for id in 1..=flags.workers {
            // What each worker gets: the work to borrow, and its own ends of the channels.
            let (work, jobs, results) = (&work, jobs_rx.clone(), results_tx.clone());
            scope.spawn(move || worker(id, work, jobs, results));
        }
        // From here on only workers hold a sender of results. If main kept this one, the loop
        // over the results below would never end.
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
