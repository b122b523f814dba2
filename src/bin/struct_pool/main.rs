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
//! Predict: `submit` blocks when the queue is full. With 4 workers, a queue of 8 and jobs of
//! 100 ms, how many jobs are submitted at once, and when is the last of 20 submitted?
//!
//! Try:
//! - `cargo run --bin struct_pool -- --workers 1`: in order, one after the other.
//! - `cargo run --bin struct_pool -- --queue 0`: no queue, each job waits for a free worker.
//! - `cargo run --bin struct_pool -- --panic-on 7`: nothing else is lost.

mod pool;

use clap::Parser;
use worker_pools::cli::{Defaults, PoolFlags, number};
use worker_pools::println;
use worker_pools::work::this_worker;

use pool::Pool;

/// A pool to submit closures to
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    pool: PoolFlags,

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
    let work = flags.pool.work();

    let pool = match flags.queue {
        Some(capacity) => Pool::with_capacity(flags.pool.workers, capacity),
        None => Pool::new(flags.pool.workers),
    };
    for job in 0..flags.pool.jobs {
        let work = work.clone();
        pool.submit(move || {
            println!("processing {job}");
            work.run(this_worker(), job);
            if flags.panic_on == Some(job) {
                panic!("job {job} panics, as it was told");
            }
        });
    }
    pool.shutdown();
    println!("all done");
}
