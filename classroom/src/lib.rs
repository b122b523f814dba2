//! What the checks of the exercises share: a time limit for code that may hang, work that records
//! who does it, and a picture of that work when a check fails.

mod checks;
mod leased_queue;
mod recorded_work;

use std::panic;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

pub use checks::{Check, ordered_panic, run_checks};
pub use leased_queue::{LEASE, LeasedQueue, PieceWork};
pub use recorded_work::RecordedWork;

/// How long a check waits for something that may never happen.
pub const LIMIT: Duration = Duration::from_secs(3);

/// A shorter limit, for what right answers do in less than a millisecond.
pub const SOON: Duration = Duration::from_secs(1);

/// A little longer than [`SOON`]. An answer that waits for a fixed time, and not for the event, is
/// either too early for one check or too late for another.
pub const LATER: Duration = Duration::from_millis(1200);

/// Longer than anybody waits who waits for a fixed time. Only for patient checks.
pub const LONG: Duration = Duration::from_millis(5200);

/// Calls [`within`] with the [`LIMIT`].
#[track_caller]
pub fn within_limit<T: Send + 'static>(still: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    within(LIMIT, still, run)
}

/// Calls `run` on another thread, and returns what it returns.
///
/// # Panics
///
/// When `run` has not returned within the limit: with a message that ends with `still`. The thread
/// of `run` is not stopped. When `run` panics: with the same panic.
#[track_caller]
pub fn within<T: Send + 'static>(
    limit: Duration,
    still: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (returned_tx, returned_rx) = bounded(1);
    let log = checks::log();
    let runner = thread::spawn(move || checks::as_check(log, || returned_tx.send(run())));
    match returned_rx.recv_timeout(limit) {
        Ok(returned) => returned,
        Err(RecvTimeoutError::Timeout) => {
            checks::mark("timed out");
            panic!("timed out after {} s, {still}", limit.as_secs_f64())
        }
        Err(RecvTimeoutError::Disconnected) => match runner.join() {
            Err(payload) => panic::resume_unwind(payload),
            Ok(_) => unreachable!("only a panic drops the sender before it sends"),
        },
    }
}
