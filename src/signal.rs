//! Signals on a channel: Go's [`os/signal`](https://pkg.go.dev/os/signal), on
//! the crate [`ctrlc`].

use std::process;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded, never};

use crate::eprintln;

/// Signals that come closer together than this count as one: a terminal that
/// is closed sends two, and so does a key that is pressed twice by mistake.
const SAME_SIGNAL: Duration = Duration::from_millis(250);

/// How long a signal waits for somebody to take it.
const TAKE_TIMEOUT: Duration = Duration::from_secs(1);

/// A channel that receives each Ctrl-C, SIGTERM and SIGHUP: Go's
/// `signal.Notify`. From now on they no longer end the program by themselves.
///
/// Whoever takes a signal decides what it means. A signal that nobody takes
/// within a second ends the program with status 130, so Ctrl-C always gets a
/// program to end, even one that hangs.
///
/// A program has one such channel: clone the receiver. If the operating system
/// does not let the program catch signals, this prints a warning on stderr and
/// the channel stays empty; then Ctrl-C ends the program as usual.
///
/// SIGHUP is caught even if the program was started with it ignored, as `nohup`
/// does: `ctrlc` catches all three signals or none.
pub fn notify() -> Receiver<()> {
    // No room: `send_timeout` returns when somebody has taken the signal.
    let (signals_tx, signals_rx) = bounded(0);
    let mut last_taken: Option<Instant> = None;
    let handler = move || {
        if last_taken.is_some_and(|at| at.elapsed() < SAME_SIGNAL) {
            return;
        }
        if signals_tx.send_timeout((), TAKE_TIMEOUT).is_err() {
            process::exit(130);
        }
        last_taken = Some(Instant::now());
    };
    match ctrlc::set_handler(handler) {
        Ok(()) => signals_rx,
        Err(error) => {
            eprintln!("warning: cannot catch Ctrl-C: {error}");
            never()
        }
    }
}
