//! # Struct-based worker pool
//!
//! Article 1, "Struct-Based Worker Pool". The channel and the threads move into a type, `Pool`,
//! and its users see two methods: `submit` takes any closure, `shutdown` waits until all of them
//! are done. Read `pool.rs` beside this file; it is short.
//!
//! Go to Rust:
//! - `shutdown` takes the pool by value, so submitting after it does not compile. In Go that is a
//!   panic at run time.
//! - `Drop` makes an early return or a panic in the caller shut the pool down all the same.
//! - The closure is a `move` closure, because it outlives the loop: the compiler insists. That is
//!   what `i := i` did before Go 1.22.
//! - In Go, a panic in any job ends the whole program. Here the other jobs are done first, and
//!   then `shutdown` passes the panic on to its caller.
//!
//! Predict: `submit` blocks while the queue is full. With 4 workers, a queue of 8 and 20 jobs of
//! 100 ms, when is the last job submitted? And with `--queue 0`, and `--queue 20`?
//!
//! Try:
//! - `cargo run --bin struct_pool -- --workers 1`: in order, one after the other.
//! - `cargo run --bin struct_pool -- --queue 0`: no queue, each job waits for a free worker.
//! - `cargo run --bin struct_pool -- --panic-on 7`: all other jobs are done. But there is no "all
//!   done", and the exit status is 101: the panic went on in `main`.

mod pool;

use std::time::Instant;

use clap::Parser;
use worker_pools::cli::{CommonFlags, Defaults, number};
use worker_pools::work::this_worker;
use worker_pools::{eprintln, println};

use pool::Pool;

/// A pool to submit closures to
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Jobs that the queue has room for [default: twice the workers]
    #[arg(long, value_name = "N", value_parser = number(0..=1_000_000_usize))]
    queue: Option<usize>,

    /// Let this job panic
    #[arg(long, value_name = "JOB", value_parser = number(0..=1_000_000_usize))]
    panic_on: Option<usize>,
}

fn main() {
    let flags: Flags = Defaults {
        workers: 4,
        jobs: 20,
        work_ms: 100,
    }
    .parse();
    let work = flags.common.work();
    let _picture = flags.common.draw_at_end(&work); // even when `shutdown` panics

    let pool = match flags.queue {
        Some(capacity) => Pool::with_capacity(flags.common.workers, capacity),
        None => Pool::new(flags.common.workers),
    };
    for job in 0..flags.common.jobs {
        // The closure outlives this loop, so it must own all that it uses.
        let work = work.clone();
        pool.submit(move || {
            println!("processing {job}");
            // A closure is not told which worker runs it, so it asks.
            work.run(this_worker(), job);
            if flags.panic_on == Some(job) {
                work.timeline().failed(job);
                panic!("job {job} panics, as it was told");
            }
        });
    }
    eprintln!("all submitted after {:.1?}", work.elapsed());
    work.timeline().mark("all submitted", Instant::now());
    pool.shutdown();
    println!("all done");
}
