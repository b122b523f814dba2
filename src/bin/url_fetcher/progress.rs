//! How far a long run is, for a list whose lines go into a file.

#[cfg(unix)]
use std::fs::File;
use std::io::{self, IsTerminal, Stdout};
#[cfg(unix)]
use std::os::{fd::AsFd, unix::fs::FileTypeExt};

use crossbeam_channel::Receiver;
use worker_pools::progress::Progress;

/// Shows how many URLs have left the queue, unless the terminal shows the lines
/// of stdout.
pub fn show(jobs: &Receiver<usize>, urls: usize) -> Option<Progress> {
    if io::stdout().is_terminal() || !is_file(&io::stdout()) {
        return None;
    }
    let jobs = jobs.clone();
    let text = move || format!("{} of {urls} URLs started", urls - jobs.len());
    Some(Progress::show(text))
}

/// Whether it is a file. What comes out of a pipe may reach the same terminal.
#[cfg(unix)]
fn is_file(stdout: &Stdout) -> bool {
    let stdout = stdout.as_fd().try_clone_to_owned().map(File::from);
    let metadata = stdout.and_then(|file| file.metadata());
    metadata.is_ok_and(|it| !it.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_file(_: &Stdout) -> bool {
    false
}
