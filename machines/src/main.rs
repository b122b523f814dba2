//! # The same pool on many machines
//!
//! Beyond the articles: when one process is not enough.

mod flags;
mod put;
mod queue;
mod report;
mod run;
mod server;
mod worker;

use std::process::ExitCode;
use std::time::Duration;

use worker_pools::cli::Parse;
use worker_pools::output::fail;
use worker_pools::{Context, signal};

use flags::{Command, Flags, PutFlags};
use put::{Put, put_all};
use queue::{Queue, Result};

fn main() -> ExitCode {
    let flags = Flags::parse();
    let outcome = match flags.command {
        None => run::run(&flags.run),
        Some(Command::Put { server, put }) => {
            words(put_jobs(&server.url, &put))
        }
        Some(Command::Work { server, work }) => {
            words(worker::work(&server.url, &work))
        }
        Some(Command::Show { server }) => words(show(&server.url)),
        Some(Command::Clear { server }) => {
            words(open(&server.url).and_then(|mut it| it.clear()))
        }
        Some(Command::Serve { folder, no_aof }) => {
            server::guard(&folder, !no_aof);
            Ok(true)
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => fail(format_args!("{reason}")),
    }
}

fn words(result: Result<()>) -> std::result::Result<bool, String> {
    result.map(|()| true).map_err(|error| error.to_string())
}

fn open(url: &str) -> Result<Queue> {
    // It takes no jobs, so the lease does not matter.
    Queue::open(url, "main", Duration::ZERO)
}

fn put_jobs(url: &str, flags: &PutFlags) -> Result<()> {
    let mut queue = open(url)?;
    let (context, cancel) = Context::with_cancel();
    let signals = signal::notify();
    std::thread::spawn(move || {
        let _ = signals.recv();
        cancel.cancel();
    });
    let mut put = Put::default();
    let result = put_all(&mut queue, flags, &context, &mut put, |_| ());
    report::print_put(&put);
    result
}

fn show(url: &str) -> Result<()> {
    let account = open(url)?.account()?;
    report::print_account(account.state.put, &account);
    Ok(())
}
