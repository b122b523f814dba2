//! # Struct-based worker pool
//!
//! Article 1, "Struct-Based Worker Pool". The channel and the threads move into
//! a type, `Pool`, with two methods: `submit` takes any closure, `shutdown`
//! waits until all of them are done. The pool is in `src/struct_pool.rs`. Read
//! it beside this file; it is short.
//!
//! Go to Rust:
//! - `shutdown` takes the pool by value, so submitting after it does not
//!   compile. In Go that is a panic at run time.
//! - `Drop` shuts the pool down even after an early return or a panic in the
//!   caller.
//! - The closure outlives the loop, so the compiler insists on `move`. That is
//!   what `i := i` did before Go 1.22.
//! - In Go, a panic in any job ends the whole program. Here it does not: see
//!   `--panic-on` below.
//!
//! Predict: `submit` blocks while the queue is full. With 4 workers, a queue of
//! 8 and 20 jobs of 100 ms, when is the last job submitted? And with a queue of
//! 0? Of 20? If job 7 panics, which of the other jobs are done?
//!
//! Try:
//! - `cargo run --bin struct_pool -- --queue 20`: when is the last job
//!   submitted?
//! - `cargo run --bin struct_pool -- --workers 1`: one job at a time, in order.
//! - `cargo run --bin struct_pool -- --queue 0`: without a queue, each job
//!   waits for a free worker.
//! - `cargo run --bin struct_pool -- --panic-on 7`: all other jobs are done
//!   first, and then `shutdown` passes the panic on to `main`. So "all done" is
//!   missing, and the exit status is 101 (`echo $?` shows it).
//!
//! Then: the exercises in `classroom/exercises/struct_pool`.

use std::time::Instant;

use timeline::{Ending, format_duration};
use worker_pools::cli::{CommonFlags, Parse, count};
use worker_pools::struct_pool::Pool;
use worker_pools::work::this_worker;
use worker_pools::{eprintln, println};

/// A pool that runs closures
#[derive(clap::Parser)]
// The article's numbers, in place of the shared defaults.
#[command(mut_arg("workers", |workers| workers.default_value("4")))]
#[command(mut_arg("jobs", |jobs| jobs.default_value("20")))]
#[command(mut_arg("work_ms", |millis| millis.default_value("100")))]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Room in the queue, in jobs [default: twice the workers]
    #[arg(long, value_name = "N", value_parser = count::<usize>(0..=1_000_000))]
    queue: Option<usize>,

    /// Let this job panic
    #[arg(long, value_name = "JOB")]
    #[arg(value_parser = count::<usize>(0..=1_000_000))]
    panic_on: Option<usize>,
}

fn main() {
    let flags = Flags::parse();
    let work = flags.common.work();
    flags.common.draw_on_signal(&work);
    let _picture = flags.common.draw_at_end(&work); // even if `shutdown` panics

    let pool = match flags.queue {
        Some(capacity) => Pool::with_capacity(flags.common.workers, capacity),
        None => Pool::new(flags.common.workers),
    };
    for job in 0..flags.common.jobs {
        // The closure outlives this loop, so it must own everything it uses.
        let work = work.clone();
        pool.submit(move || {
            println!("processing {job}");
            work.run(this_worker(), job);
            if flags.panic_on == Some(job) {
                work.timeline().ended_as(job, Ending::Failed);
                panic!("job {job} panics because of --panic-on");
            }
        });
    }
    let took = format_duration(work.elapsed());
    eprintln!("all submitted after {took}");
    work.timeline().mark("all submitted", Instant::now());
    pool.shutdown();
    println!("all done");
}
