//! What a job costs in `struct_pool`'s `Pool`: `cargo bench --bench struct_pool`.
//!
//! A million jobs that do nothing, through a queue of 1,024, on two workers. Beside it, the same
//! boxed closures through a plain crossbeam channel. The two take turns, so that a busy machine
//! is busy for both; what counts is the ratio.

#[allow(dead_code)] // not all of it is measured
#[path = "../src/bin/struct_pool/pool.rs"]
mod pool;

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use pool::Pool;

const JOBS: usize = 1_000_000;
const QUEUE: usize = 1_024;
const WORKERS: usize = 2;
const ROUNDS: usize = 15;

/// Does nothing, but has something in it: an empty closure would not even be boxed.
fn job(number: usize) -> impl FnOnce() + Send + 'static {
    move || {
        black_box(number);
    }
}

fn through_pool() {
    let pool = Pool::with_capacity(WORKERS, QUEUE);
    for number in 0..JOBS {
        pool.submit(job(number));
    }
    pool.shutdown();
}

fn through_channel() {
    let (jobs, queue) = bounded::<Box<dyn FnOnce() + Send>>(QUEUE);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            let queue = queue.clone();
            scope.spawn(move || queue.into_iter().for_each(|job| job()));
        }
        for number in 0..JOBS {
            jobs.send(Box::new(job(number))).expect("workers receive");
        }
        drop(jobs);
    });
}

fn time(contender: fn()) -> Duration {
    let start = Instant::now();
    contender();
    start.elapsed()
}

fn main() {
    let mut pool = Vec::new();
    let mut channel = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let (a, b) = (time(through_pool), time(through_channel));
        ratios.push(a.as_secs_f64() / b.as_secs_f64());
        pool.push(a);
        channel.push(b);
    }
    pool.sort();
    channel.sort();
    ratios.sort_by(f64::total_cmp);

    let middle = ROUNDS / 2;
    let per_job = |total: Duration| total.as_nanos() / JOBS as u128;
    println!("median of {ROUNDS} rounds of {JOBS} jobs, queue {QUEUE}, {WORKERS} workers");
    println!("Pool:          {} ns a job", per_job(pool[middle]));
    println!("plain channel: {} ns a job", per_job(channel[middle]));
    println!("Pool / plain channel: {:.2}", ratios[middle]);
}
