//! What the checks of the exercises share: a limit for whatever may hang, and work that notices
//! who does it.

mod work;

use std::panic;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

pub use work::Work;

/// How long a check waits for what may never happen. Right answers need milliseconds.
pub const LIMIT: Duration = Duration::from_secs(3);

/// Calls `run` on another thread, and returns what it returns.
///
/// # Panics
///
/// With the message `still`, when it has not returned within the [`LIMIT`]; the thread is then left
/// to itself. When `run` panics, with the same panic.
#[track_caller]
pub fn within_limit<T: Send + 'static>(still: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let (returned_tx, returned_rx) = bounded(1);
    let runner = thread::spawn(move || returned_tx.send(run()));
    match returned_rx.recv_timeout(LIMIT) {
        Ok(returned) => returned,
        Err(RecvTimeoutError::Timeout) => panic!("after {} s, {still}", LIMIT.as_secs()),
        Err(RecvTimeoutError::Disconnected) => match runner.join() {
            Err(payload) => panic::resume_unwind(payload),
            Ok(_) => unreachable!("it drops its sender only after a panic"),
        },
    }
}
