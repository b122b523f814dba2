//! Programs that run in their own process, so that we can measure their memory alone.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// What `peak` prints where the operating system does not report its memory.
pub const NOT_MEASURED: &str = "not measured";

/// Runs the program until it ends. Returns the last line of its stdout, whatever its exit status.
///
/// # Errors
///
/// When the program cannot be run.
pub fn last_line(command: &mut Command) -> io::Result<String> {
    run(command, |_| ()).map(|(line, ())| line)
}

/// Does the same as [`last_line`], and also returns the peak of the program's memory, in bytes.
/// That is `None` where the operating system does not report it. Today, only Linux does.
///
/// # Errors
///
/// When the program cannot be run.
pub fn peak_memory(command: &mut Command) -> io::Result<(String, Option<u64>)> {
    let (line, watcher) = run(command, |pid| thread::spawn(move || watch_peak(pid)))?;
    Ok((line, watcher.join().expect("watch_peak does not panic")))
}

/// Reads the peak every millisecond until the program has ended. After that, it is gone.
fn watch_peak(pid: u32) -> Option<u64> {
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

fn run<T>(command: &mut Command, on_start: impl FnOnce(u32) -> T) -> io::Result<(String, T)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let watched = on_start(child.id());
    let stdout = child.stdout.take().expect("stdout is piped");
    let last_line = BufReader::new(stdout).lines().last().transpose();
    child.wait()?;
    Ok((last_line?.unwrap_or_default(), watched))
}
