//! # The same pool on many machines
//!
//! Beyond the articles. A pool in one process ends with its process: kill it,
//! and its queue is gone. Here the queue is in an engine that others keep well,
//! Redis or Valkey, and the same workers run in several processes. This program
//! starts all of it on one machine, kills one of the processes, and accounts
//! for every job. What changes is not the pool, but its promise: *exactly one
//! fate* becomes *at least once*.
//!
//! From one process to many:
//! - To take a job is not to receive it. The engine keeps the job until its
//!   worker acknowledges it. If the worker says nothing for the time of a
//!   lease, another one takes the job.
//! - So a job can be done twice, and its effect must be such that the second
//!   time changes nothing.
//! - Nobody knows whether a producer is the last one, so the queue never
//!   closes. A signal ends the workers.
//!
//! Predict: 3 processes of 4 workers do 300 jobs of 50 ms. After 600 ms, one of
//! the processes is killed. How many jobs are lost, and how many are started
//! again? Without the kill, the run takes about 1.4 s. How much longer does it
//! take now, with a lease of one second?
//!
//! Try:
//! - `cargo run -p machines -- --kill-after-ms 0`: were you right?
//! - `cargo run -p machines -- --lease-ms 100 --work-ms 300 --jobs 60`: the
//!   lease is shorter than the job. Then add `--renew`.
//! - `cargo run -p machines -- --take 50`: each worker takes 50 jobs at once,
//!   and the last one of them waits longer than its lease.
//! - `cargo run -p machines -- --poison 7`: job 7 kills its process, each time.
//! - `cargo run -p machines -- --kill-server-after-ms 700`: the server is
//!   killed as well, and started again. Then add `--no-aof`, and it forgets.
//!
//! Then: the exercise in `classroom/exercises/machines`.

mod event;
mod flags;
mod put;
mod queue;
mod report;
mod run;
mod server;
mod worker;

use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

use worker_pools::cli::{self, Parse};
use worker_pools::output::fail;
use worker_pools::{Context, signal};

use flags::{Command, Flags, PutFlags};
use put::{Put, put_all};
use queue::{Queue, Result};

fn main() -> ExitCode {
    cli::run_as("cargo run -p machines", env::args_os().skip(1).collect());
    let flags = Flags::parse();
    let nothing_lost = match flags.command {
        None => run::run(&flags.run),
        Some(Command::Put { server, put }) => put_jobs(&server.url, &put),
        Some(Command::Work { server, work }) => {
            worker::work(&server.url, &work).map(|()| true)
        }
        Some(Command::Show { server }) => show(&server.url),
        Some(Command::Clear { server }) => clear(&server.url),
        Some(Command::Serve { folder, no_aof }) => {
            server::guard(&folder, !no_aof);
            Ok(true)
        }
    };
    match nothing_lost {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => fail(format_args!("{reason}")),
    }
}

fn connect(url: &str) -> Result<Queue> {
    // It takes no jobs, so the lease does not matter.
    Queue::new(url, "main", Duration::ZERO)?.connect()
}

fn put_jobs(url: &str, flags: &PutFlags) -> Result<bool> {
    let mut queue = connect(url)?;
    queue.make()?;
    let (context, cancel) = Context::with_cancel();
    let signals = signal::notify();
    thread::spawn(move || {
        let _ = signals.recv();
        cancel.cancel();
    });
    let mut put = Put::default();
    let result = put_all(&mut queue, flags, &context, &mut put, |_| ());
    report::print_put(&put);
    result.map(|()| true)
}

fn show(url: &str) -> Result<bool> {
    let account = connect(url)?.account()?;
    Ok(report::print_account(account.state.put, &account))
}

fn clear(url: &str) -> Result<bool> {
    connect(url)?.clear().map(|()| true)
}
