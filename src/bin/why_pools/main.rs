//! # Why worker pools
//!
//! Article 1, "Why Worker Pools". Ten thousand jobs need a database that takes
//! a hundred connections at a time. They are done in two ways: with one thread
//! per job, and with a pool of a hundred workers. `tally.rs` beside this file
//! counts and prints the table.
//!
//! Go to Rust:
//! - A goroutine needs a few kilobytes. An operating system thread with a small
//!   job needs about 20 kilobytes on Linux. In both languages, connections,
//!   files or memory usually run out before the threads do.
//! - `go f()` cannot fail. `thread::spawn` panics if the operating system
//!   refuses a thread; `thread::Builder` returns the error, so the program can
//!   go on.
//!
//! Predict: in which of the two ways does the database refuse connections?
//! Which one is faster? And what if the pool has 101 workers?
//!
//! Try:
//! - `cargo run --bin why_pools -- --workers 101`: how much harm does one
//!   worker too many do?
//! - `cargo run --bin why_pools -- --workers 50`: half the workers take twice
//!   as long.
//! - `cargo run --bin why_pools -- --jobs 2000 --work-ms 500`: longer jobs, so
//!   more threads at a time. Look at the memory.
//!
//! Then: the exercise in `classroom/exercises/why_pools`.

mod tally;

use std::sync::atomic::Ordering::SeqCst;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use timeline::{Ending, Lanes};
use worker_pools::cli::{CommonFlags, Parse, count};
use worker_pools::{Work, eprintln};

use tally::{Tally, measure, print_table, record};

/// One thread per job against a pool, as a database sees them
#[derive(clap::Parser)]
#[command(mut_arg("workers", |workers| workers.default_value("100")))]
#[command(mut_arg("jobs", |jobs| jobs.default_value("10000")))]
#[command(mut_arg("work_ms", |millis| millis.default_value("40")))]
struct Flags {
    #[command(flatten)]
    common: CommonFlags,

    /// Connections that the database takes at a time
    #[arg(long, value_name = "N", default_value = "100")]
    #[arg(value_parser = count::<usize>(1..=1_000_000))]
    connections: usize,
}

/// A typical Linux lets a program start about 16,000 threads. Close to that
/// number, the program may abort instead of getting an error.
const MAX_THREADS: usize = 10_000;

/// A pretend database: a channel used as a semaphore. Sending into it takes one
/// of its places, receiving from it gives one back.
struct Database {
    connect: Sender<()>,
    hang_up: Receiver<()>,
}

/// A job prepares itself for half of its time, and needs the database for the
/// other half. Its bar is on this lane of the picture.
fn run(
    lane: usize,
    job: usize,
    work: &Work,
    database: &Database,
    tally: &Tally,
) {
    let started = work.timeline().start(lane, job);
    let half = work.duration(job) / 2;
    thread::sleep(half);
    if database.connect.try_send(()).is_err() {
        tally.refused.fetch_add(1, SeqCst);
        return work.timeline().end(started, Ending::Failed);
    }
    thread::sleep(half);
    database.hang_up.recv().expect("our own place is in it");
    tally.done.fetch_add(1, SeqCst);
    work.timeline().end(started, Ending::Done);
}

fn thread_per_job(
    flags: &CommonFlags,
    work: &Work,
    database: &Database,
    tally: &Tally,
) {
    thread::scope(|scope| {
        for job in 1..=flags.jobs {
            let body =
                move || tally.thread(|| run(job, job, work, database, tally));
            let too_many = tally.threads.load(SeqCst) >= MAX_THREADS;
            let thread = thread::Builder::new();
            if too_many || thread.spawn_scoped(scope, body).is_err() {
                // There is no thread left for this job.
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
                    run(id, job, work, database, tally);
                }
            };
            let body = move || tally.thread(worker);
            if thread::Builder::new().spawn_scoped(scope, body).is_err() {
                break; // fewer workers do the same jobs, only later
            }
        }
        drop(jobs_rx);

        for job in 1..=flags.jobs {
            if jobs_tx.send(job).is_err() {
                tally.never_started.fetch_add(1, SeqCst); // no worker at all
            }
        }
        drop(jobs_tx);
    });
}

fn main() {
    let flags = Flags::parse();
    let common = &flags.common;
    let (connect, hang_up) = bounded(flags.connections);
    let database = Database { connect, hang_up };

    // The pool first: thousands of threads leave memory behind, and the pool
    // would use it unnoticed.
    eprintln!("{} jobs on a pool of {} …", common.jobs, common.workers);
    let on_pool = record(common, Lanes::Workers(1..=common.workers));
    let pool = measure(common.jobs, |tally| {
        pool(common, &on_pool, &database, tally)
    });

    eprintln!("and with one thread per job …");
    let on_threads = record(common, Lanes::ThreadPerJob(1..=common.jobs));
    let threads = measure(common.jobs, |tally| {
        thread_per_job(common, &on_threads, &database, tally)
    });

    common.draw_runs_then(
        &[("the pool", on_pool), ("one thread per job", on_threads)],
        || print_table(threads, pool),
    );
}
