//! Runs `url_fetcher`, and reads what it prints.

// Each test file uses only a part of this.
#![allow(dead_code)]

pub mod site;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::common::{Ended, numbers, start_command};
use site::{serve, wait_for_hang_up};

pub const URL_FETCHER: &str = env!("CARGO_BIN_EXE_url_fetcher");

/// The lines of stdout without the last, sorted, after a check that the last one adds up.
#[track_caller]
pub fn lines(ended: &Ended) -> Vec<&str> {
    let (last, lines) = ended.stdout.split_last().expect("some output");
    let [urls, answered, failed, cancelled, never_started] = numbers(last)[..] else {
        panic!("the last line is not the one that adds up: {last}");
    };
    let count = |is_of: &dyn Fn(&str) -> bool| lines.iter().filter(|line| is_of(line)).count();
    let in_flight = |line: &str| line.ends_with(": cancelled in flight");
    let not_started = |line: &str| line.ends_with(": cancelled before it started");
    assert_eq!(urls, lines.len(), "{ended:#?}");
    assert_eq!(answered, count(&|line| line.starts_with("OK ")));
    assert_eq!(cancelled, count(&in_flight));
    assert_eq!(never_started, count(&not_started));
    assert_eq!(failed, urls - answered - cancelled - never_started);
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.sort();
    lines
}

/// Fetches one URL, and returns its line without the URL.
#[track_caller]
pub fn fetch(url: &str) -> String {
    let mut command = command();
    command.args(["--timeout-secs", "20", url]);
    let ended = start_command(command).end();
    let line = lines(&ended)[0];
    let expected = if line.starts_with("OK") { 0 } else { 1 };
    assert_eq!(ended.status, Some(expected), "{line}");
    line.replace(&format!(" {url}: "), " ")
}

pub fn command() -> Command {
    let mut command = Command::new(URL_FETCHER);
    // The lesson must talk to the servers of the test, not to the proxy of this machine.
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(proxy).env_remove(proxy.to_lowercase());
    }
    command.stdin(Stdio::null());
    command
}

/// A file with this content, for `--file`.
pub fn file(name: &str, content: &str) -> PathBuf {
    let name = format!("{}-{name}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("a folder for the files of tests");
    path
}

/// Starts a server that never answers. Returns this many URLs of its pages, and a channel that
/// receives a message for each request.
pub fn silent_site(urls: usize) -> (Vec<String>, crossbeam_channel::Receiver<()>) {
    let (asked, requests) = crossbeam_channel::unbounded();
    let port = serve(move |mut client| {
        site::read_request(&mut client);
        let _ = asked.send(());
        wait_for_hang_up(client);
    });
    let urls = (0..urls).map(|page| format!("http://127.0.0.1:{port}/{page}"));
    (urls.collect(), requests)
}
