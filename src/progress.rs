//! How far a long run is: a line on stderr that is rewritten in place.

use std::convert::Infallible;
use std::io::{self, IsTerminal, Write};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::output::{is_stderr_free, on_stderr};

/// How often the line is rewritten.
const PERIOD: Duration = Duration::from_millis(100);

/// A line that shows how far a run is. Drop it before you print anything else
/// on stderr: that erases the line.
#[derive(Debug)]
#[must_use = "dropping it erases the line"]
pub struct Progress {
    thread: Option<(Sender<Infallible>, JoinHandle<()>)>,
}

impl Progress {
    /// Shows the line, if stderr is a terminal. A thread calls `text` ten times
    /// a second. It has written the first line when `show` returns, so its
    /// memory is not part of what the caller measures from then on.
    pub fn show(text: impl Fn() -> String + Send + 'static) -> Progress {
        if !io::stderr().is_terminal() {
            return Progress { thread: None };
        }
        let (end_tx, end_rx) = bounded(0);
        let (written_tx, written_rx) = bounded(1);
        let rewrite = move || rewrite(text, written_tx, end_rx);
        let thread = thread::Builder::new().spawn(rewrite);
        let _ = written_rx.recv(); // fails if the system refused the thread
        Progress {
            thread: thread.ok().map(|thread| (end_tx, thread)),
        }
    }
}

fn rewrite(
    text: impl Fn() -> String,
    written: Sender<()>,
    end: Receiver<Infallible>,
) {
    let mut width = 0;
    loop {
        let line = text();
        width = width.max(line.chars().count()); // covers the line before
        if is_stderr_free() {
            write(format!("\r{line:<width$}\r"));
        }
        let _ = written.try_send(());
        if end.recv_timeout(PERIOD) == Err(RecvTimeoutError::Disconnected) {
            write(format!("\r{:width$}\r", ""));
            return;
        }
    }
}

fn write(line: String) {
    on_stderr(move || {
        let _ = io::stderr().write_all(line.as_bytes());
    });
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.thread.take() {
            drop(end);
            let _ = thread.join();
        }
    }
}
