//! What a job costs in the pools of the lessons: `cargo bench --bench pools`.
//!
//! A million jobs that do nothing, through a queue of 1,024, on two workers. Beside the pools, the
//! boxed closures of `struct_pool` through a plain crossbeam channel. All take turns, so that a
//! busy machine is busy for each; what counts is the ratio. Every contender counts its jobs.

// Not all of the pools is measured.
#[allow(dead_code)]
#[path = "../src/bin/production_pool"]
mod production_pool {
    pub mod metrics;
    pub mod pool;
    pub mod results;
}
#[allow(dead_code)]
#[path = "../src/bin/struct_pool/pool.rs"]
mod struct_pool;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;

const JOBS: usize = 1_000_000;
const QUEUE: usize = 1_024;
const WORKERS: usize = 2;
const ROUNDS: usize = 15;

/// Returns how many jobs were done.
type Contender = fn() -> usize;

const CONTENDERS: [(&str, Contender); 3] = [
    ("plain channel", through_channel),
    ("struct_pool", through_struct_pool),
    ("production_pool", through_production_pool),
];

/// Does nothing but count itself.
fn job(number: usize, done: &Arc<AtomicUsize>) -> impl FnOnce() + Send + 'static {
    let done = Arc::clone(done);
    move || {
        black_box(number);
        done.fetch_add(1, Relaxed);
    }
}

fn through_channel() -> usize {
    let done = Arc::default();
    let (jobs, queue) = bounded::<Box<dyn FnOnce() + Send>>(QUEUE);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            let queue = queue.clone();
            scope.spawn(move || queue.into_iter().for_each(|job| job()));
        }
        for number in 0..JOBS {
            let sent = jobs.send(Box::new(job(number, &done)));
            sent.expect("workers receive");
        }
        drop(jobs);
    });
    done.load(Relaxed)
}

fn through_struct_pool() -> usize {
    let done = Arc::default();
    let pool = struct_pool::Pool::with_capacity(WORKERS, QUEUE);
    for number in 0..JOBS {
        pool.submit(job(number, &done));
    }
    pool.shutdown();
    done.load(Relaxed)
}

/// Its jobs are typed, and every one has a result. When it is full, a result is read, and the job
/// tried again.
fn through_production_pool() -> usize {
    use production_pool::pool::Pool;
    use worker_pools::Context;

    let pool = Pool::new(WORKERS, QUEUE, |_, &number: &usize| black_box(number));
    let pool = pool.expect("two threads");
    let mut done = 0;
    for number in 0..JOBS {
        let mut next = number;
        while let Err(rejected) = pool.submit(next) {
            next = rejected.job;
            pool.results().recv().expect("workers send");
            done += 1;
        }
    }
    let leftovers = pool.shutdown(&Context::background());
    done + leftovers.undelivered.len()
}

fn time(contender: Contender) -> Duration {
    let start = Instant::now();
    assert_eq!(contender(), JOBS, "it lost jobs");
    start.elapsed()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn main() {
    let rounds: Vec<[f64; 3]> = (0..ROUNDS)
        .map(|_| CONTENDERS.map(|(_, contender)| time(contender).as_secs_f64()))
        .collect();

    println!("{JOBS} jobs, queue {QUEUE}, {WORKERS} workers; medians of {ROUNDS} rounds");
    for (index, (name, _)) in CONTENDERS.iter().enumerate() {
        let times = rounds.iter().map(|round| round[index]);
        let ratios = rounds.iter().map(|round| round[index] / round[0]);
        let per_job = median(times.collect()) * 1e9 / JOBS as f64;
        let ratio = median(ratios.collect());
        println!("{name:<16} {per_job:>4.0} ns a job, {ratio:.2} times the plain channel");
    }
}
