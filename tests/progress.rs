//! How far a long run is: a terminal shows it, and a file or a pipe gets nothing of it.

mod common;
mod fetcher;

use common::{Ended, start_command};
use fetcher::silent_site;

const WHY_POOLS: &str = env!("CARGO_BIN_EXE_why_pools");
const WHY_POOLS_FLAGS: &str = "--jobs 200 --workers 10 --work-ms 20 --timeline never";

/// Fetches pages that never answer, until the deadline.
fn fetch(mut command: std::process::Command) -> Ended {
    command.args(["--deadline-secs", "1", "--timeline", "never"]);
    command.args(silent_site(10).0);
    start_command(command).end()
}

#[test]
fn a_pipe_gets_no_progress() {
    let ended = common::run(WHY_POOLS, WHY_POOLS_FLAGS);
    let lines = [
        "200 jobs on a pool of 10 …",
        "and with one thread per job …",
    ];
    assert_eq!(ended.stderr, lines);
    let ended = fetch(fetcher::command());
    assert_eq!(ended.stderr, ["stopped: deadline exceeded"]);
}

/// Runs a command of the shell whose stderr is a terminal, and returns what that got.
#[cfg(target_os = "linux")]
fn in_terminal(command: &str) -> String {
    use std::process::{Command, Stdio};
    let mut script = Command::new("script");
    let command = format!("exec {command} > /dev/null");
    script.args(["-qec", &command, "/dev/null"]);
    script.stdin(Stdio::null());
    start_command(script).end().stdout.join("\n")
}

/// Checks that the terminal shows the text, and that the line is blank before the message comes.
#[cfg(target_os = "linux")]
#[track_caller]
fn assert_shown_and_erased(terminal: &str, text: &str, message: &str) {
    let (before, _) = terminal.split_once(message).expect(message);
    let lines: Vec<&str> = before.split('\r').collect();
    assert!(lines.iter().any(|it| it.trim() == text), "{terminal:?}");
    let [.., last, blank, ""] = lines[..] else {
        panic!("{terminal:?}");
    };
    assert!(blank.trim().is_empty(), "{terminal:?}");
    assert!(blank.len() >= last.len(), "{terminal:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_the_progress_of_why_pools() {
    let terminal = in_terminal(&format!("{WHY_POOLS} {WHY_POOLS_FLAGS}"));
    assert_shown_and_erased(&terminal, "0 of 200 jobs", "and with one thread");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_the_progress_of_url_fetcher() {
    let urls = silent_site(10).0.join(" ");
    let flags = "--deadline-secs 1 --timeline never";
    let fetcher = fetcher::URL_FETCHER;
    // It must talk to the servers of the test, not to the proxy of this machine.
    let no_proxy = "env NO_PROXY=127.0.0.1";
    let terminal = in_terminal(&format!("{no_proxy} {fetcher} {flags} {urls}"));
    assert_shown_and_erased(&terminal, "3 of 10 URLs started", "stopped: deadline");
}
