//! The client of `url_fetcher` in one loop, without a pool. `bench` compares
//! the two. Run it as `fetch_loop FILE`; the file has one URL per line.

#[allow(dead_code)] // a loop does not abort
mod client;
mod list;
mod lookup;
mod one_tls;
mod reason;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use worker_pools::{eprintln, println};

fn main() -> ExitCode {
    let Some(file) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: fetch_loop FILE");
        return ExitCode::from(2);
    };
    let urls = match list::read(&file) {
        Ok(urls) => urls,
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            return ExitCode::from(2);
        }
    };
    let client = client::Client::new(1, Duration::from_secs(10), None);
    let mut answered = 0;
    for url in &urls {
        match client.get(url) {
            Ok(status) => {
                answered += 1;
                println!("OK {url}: {status}");
            }
            Err(reason) => println!("FAIL {url}: {reason}"),
        }
    }
    println!("{} URLs: {answered} answered", urls.len());
    ExitCode::SUCCESS
}
