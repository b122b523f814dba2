//! Signals on a channel: Go's [`os/signal`](https://pkg.go.dev/os/signal), on
//! the crate [`ctrlc`].

use std::time::{Duration, Instant};
use std::{process, thread};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::output::{READER_TIMEOUT, fail};

/// A signal that comes sooner than this after the last one was taken counts as
/// the same one: a terminal that is closed sends two, and so does a key that is
/// pressed twice by mistake.
const SAME_SIGNAL: Duration = Duration::from_millis(250);

/// How long a signal waits for somebody to take it.
const TAKE_TIMEOUT: Duration = Duration::from_secs(1);

/// A channel that receives Ctrl-C, SIGTERM and SIGHUP: Go's `signal.Notify`.
/// From now on they no longer end the program by themselves.
///
/// The code that takes a signal decides what it means; clones of the receiver
/// share the signals. A signal that nobody takes within a second ends the
/// program with status 130, so Ctrl-C ends even a program that hangs; once all
/// receivers are dropped, it does so at once. Signals within a quarter of a
/// second count as one.
///
/// SIGHUP is caught even if the program was started with it ignored, as `nohup`
/// does: `ctrlc` catches all three signals or none.
///
/// Call it once. If the program cannot catch signals, or on a second call, it
/// ends the program with status 1 and one line on stderr.
pub fn notify() -> Receiver<()> {
    notify_or(|| ())
}

/// The same, and calls `before_exit` before a signal ends the program, which
/// waits for it for at most five seconds.
pub fn notify_or(before_exit: impl FnOnce() + Send + 'static) -> Receiver<()> {
    // No room: a signal is sent when somebody has taken it.
    let (signals_tx, signals_rx) = bounded(0);
    let mut last_taken: Option<Instant> = None;
    let mut before_exit = Some(before_exit);
    let handler = move || {
        if last_taken.is_some_and(|at| at.elapsed() < SAME_SIGNAL) {
            return;
        }
        if !is_taken(&signals_tx) {
            if let Some(before_exit) = before_exit.take() {
                run_with_limit(before_exit);
            }
            process::exit(130);
        }
        last_taken = Some(Instant::now());
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        fail(format_args!("cannot catch Ctrl-C: {error}"));
    }
    signals_rx
}

/// Calls `action`. Returns after five seconds even if it waits for somebody who
/// does not read what it prints.
fn run_with_limit(action: impl FnOnce() + Send + 'static) {
    let (done_tx, done_rx) = bounded::<()>(0);
    let run = move || {
        action();
        drop(done_tx);
    };
    if thread::Builder::new().spawn(run).is_ok() {
        let _ = done_rx.recv_timeout(READER_TIMEOUT);
    }
}

/// Hands over a signal, and waits for somebody to take it. If nobody has a
/// receiver, it does not wait.
fn is_taken(signals: &Sender<()>) -> bool {
    let deadline = Instant::now() + TAKE_TIMEOUT;
    match signals.try_send(()) {
        Ok(()) => true,
        Err(TrySendError::Disconnected(())) => false,
        Err(TrySendError::Full(())) => {
            let sent = signals.send_deadline((), deadline);
            if sent.is_err() {
                // If the last receiver went just now, `main` may be at its end.
                let left = deadline.saturating_duration_since(Instant::now());
                thread::sleep(left);
            }
            sent.is_ok()
        }
    }
}
