//! # Why worker pools
//!
//! Article 1, "Why Worker Pools". Ten thousand jobs need a database that takes a hundred
//! connections at a time and refuses the next. First, every job gets a thread of its own: nothing
//! limits how many of them connect at the same time. Then a pool of a hundred workers does the
//! same jobs. `tally.rs` beside this file counts, and prints the table.
//!
//! Go to Rust:
//! - A goroutine needs a few kilobytes; a thread of the operating system, with a small job, about
//!   20 on Linux. In both languages it is rarely the thread that runs out first, but what it
//!   holds: a connection, a file, memory.
//! - `go f()` cannot fail. `thread::spawn` panics when the operating system refuses a thread;
//!   `thread::Builder` returns the error, and a program can go on.
//!
//! Predict: in which of the two ways does the database refuse a connection? Which one is faster?
//! And what if the pool has 101 workers?
//!
//! Try:
//! - `cargo run --bin why_pools -- --workers 101`: how much harm does one too many?
//! - `cargo run --bin why_pools -- --workers 50`: half the workers take twice as long.
//! - `cargo run --bin why_pools -- --jobs 2000 --work-ms 500`: longer jobs, more threads at a time.
//!   Look at the memory.

mod tally;

use std::sync::atomic::Ordering::SeqCst;
use std::thread;

use clap::Parser;
use crossbeam_channel::{Receiver, Sender, bounded};
use worker_pools::Work;
use worker_pools::cli::{CommonFlags, Defaults, number};
use worker_pools::timeline::Ending;

use tally::{Tally, measure, print_table};

/// A thread for every job, and a pool: what the database sees of it
#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Connections that the database takes at a time
    #[arg(long, value_name = "N", default_value = "100")]
    #[arg(value_parser = number(1..=1_000_000_usize))]
    connections: usize,
}

/// No more threads at a time than this: Linux, as it is usually set up, lets a program start some
/// 16,000, and then aborts it while the last ones begin, where no error can be returned.
const MOST_THREADS: usize = 10_000;

/// A pretend database: a channel used as a semaphore. To send into it takes one of its places, to
/// receive from it gives one back.
struct Database {
    connect: Sender<()>,
    hang_up: Receiver<()>,
}

impl Database {
    fn new(connections: usize) -> Database {
        let (connect, hang_up) = bounded(connections);
        Database { connect, hang_up }
    }
}

/// A job prepares itself for half of its time, and needs the database for the other half.
fn run(job: usize, work: &Work, database: &Database, tally: &Tally) -> Ending {
    let half = work.duration(job) / 2;
    thread::sleep(half);
    if database.connect.try_send(()).is_err() {
        tally.refused.fetch_add(1, SeqCst);
        return Ending::Failed;
    }
    thread::sleep(half);
    database.hang_up.recv().expect("our own place is in it");
    tally.done.fetch_add(1, SeqCst);
    Ending::Finished
}

fn thread_for_each_job(flags: &CommonFlags, work: &Work, database: &Database, tally: &Tally) {
    thread::scope(|scope| {
        for job in 0..flags.jobs {
            let body = move || {
                tally.thread(|| {
                    run(job, work, database, tally);
                });
            };
            let too_many = tally.threads.load(SeqCst) >= MOST_THREADS;
            if too_many || thread::Builder::new().spawn_scoped(scope, body).is_err() {
                // The operating system has no more threads for us. That job is never done.
                tally.never_started.fetch_add(1, SeqCst);
            }
        }
    });
}

fn pool(flags: &CommonFlags, work: &Work, database: &Database, tally: &Tally) {
    let (jobs_tx, jobs_rx) = bounded(flags.workers * 2);
    thread::scope(|scope| {
        for id in 1..=flags.workers {
            let jobs = jobs_rx.clone();
            let worker = move || {
                for job in jobs {
                    let started = work.timeline().start(id, job);
                    let ending = run(job, work, database, tally);
                    work.timeline().end(started, ending);
                }
            };
            let body = move || tally.thread(worker);
            if thread::Builder::new().spawn_scoped(scope, body).is_err() {
                break; // a pool of fewer workers does the same jobs, only later
            }
        }
        drop(jobs_rx);

        for job in 0..flags.jobs {
            if jobs_tx.send(job).is_err() {
                tally.never_started.fetch_add(1, SeqCst); // not one worker
            }
        }
        drop(jobs_tx);
    });
}

fn main() {
    let flags: Flags = Defaults {
        workers: 100,
        jobs: 10_000,
        work_ms: 40,
    }
    .parse();
    let common = &flags.common;
    let work = common.work();
    work.timeline().reserve(common.jobs); // not part of what is measured
    let database = Database::new(flags.connections);

    // The pool first: so many threads leave memory behind that it would use unnoticed.
    let pool = measure(|tally| pool(common, &work, &database, tally));
    let threads = measure(|tally| thread_for_each_job(common, &work, &database, tally));
    print_table(threads, pool);
    common.draw(&work); // of the pool
}
