//! Programs that run on their own, so that their memory is theirs alone.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// What `peak` says where the operating system does not tell how much memory it needs.
pub const NOT_MEASURED: &str = "not measured";

/// Runs the program to its end, and returns the last line of its stdout, whatever its exit status.
///
/// # Errors
///
/// When it cannot be run.
pub fn last_line(command: &mut Command) -> io::Result<String> {
    run(command, |_| ()).map(|(line, ())| line)
}

/// The same, and the most memory that it had in use at a time, in bytes. `None` where the
/// operating system does not tell; today, only Linux does.
///
/// # Errors
///
/// As [`last_line`].
pub fn peak_memory(command: &mut Command) -> io::Result<(String, Option<u64>)> {
    let (line, watcher) = run(command, |pid| thread::spawn(move || watch(pid)))?;
    Ok((line, watcher.join().expect("it does not panic")))
}

/// Looks every millisecond, until the program has ended: with it, the number goes.
fn watch(pid: u32) -> Option<u64> {
    let mut peak = None;
    while let Some(kib) = high_water_mark(pid) {
        peak = Some(kib * 1024);
        thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn high_water_mark(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn run<T>(command: &mut Command, started: impl FnOnce(u32) -> T) -> io::Result<(String, T)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let watched = started(child.id());
    let stdout = child.stdout.take().expect("it is piped");
    let last_line = BufReader::new(stdout).lines().last().transpose();
    child.wait()?;
    Ok((last_line?.unwrap_or_default(), watched))
}
