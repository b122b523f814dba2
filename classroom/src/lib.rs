//! What the checks of the exercises share: a time limit for code that may hang, work that records
//! who does it, and a picture of that work when a check fails.

mod checks;
mod leased_queue;
mod recorded_load;
mod recorded_work;

use std::panic;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Select, Sender, bounded};

pub use checks::{Check, ordered_panic, run_checks};
pub use leased_queue::{LEASE, LeasedQueue, PieceWork};
pub use recorded_load::{Job, assert_smallest_pool, random_load};
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

/// Calls `run` this many times, with the number of the run: a single run could be luck. If the
/// machine is busy, it is content with fewer runs.
pub fn repeat(times: usize, mut run: impl FnMut(usize)) {
    let start = Instant::now();
    for number in 1..=times {
        run(number);
        if number >= 20 && start.elapsed() > LIMIT {
            return;
        }
    }
}

/// Checks that `run` takes no time. The fastest of some runs counts, because the machine may be
/// busy.
///
/// # Panics
///
/// If it takes longer: with a message that ends with `why`.
#[track_caller]
pub fn assert_takes_no_time(why: &str, run: fn()) {
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    for runs in 1..=30 {
        let start_of_run = Instant::now();
        within_limit(why, run);
        fastest = fastest.min(start_of_run.elapsed());
        if fastest < Duration::from_millis(20) {
            return;
        }
        let ms = fastest.as_millis();
        assert!(
            runs < 30 && start.elapsed() < LIMIT,
            "the fastest of {runs} runs took {ms} ms: {why}"
        );
    }
}

/// Waits until somebody waits to receive from this channel. It must have no room: only then is it
/// ready for a send at that moment, and not before.
///
/// # Panics
///
/// When nobody does within the [`LIMIT`].
#[track_caller]
pub fn wait_for_receiver<T>(jobs: &Sender<T>) {
    let mut select = Select::new();
    select.send(jobs);
    let why = "the worker does not wait for its next job in a `recv` or a `select!`\n\
               (with `default`, a `select!` does not wait)";
    wait_until_ready(select, why);
}

/// Waits until somebody waits to send to this channel, which must have no room.
///
/// # Panics
///
/// When nobody does within the [`LIMIT`].
#[track_caller]
pub fn wait_for_sender<T>(results: &Receiver<T>) {
    let mut select = Select::new();
    select.recv(results);
    let why = "the worker does not wait for a reader in a `send` or a `select!`\n\
               (with `default`, a `select!` does not wait)";
    wait_until_ready(select, why);
}

#[track_caller]
fn wait_until_ready(mut select: Select, why: &str) {
    let end = Instant::now() + LIMIT;
    loop {
        assert!(select.ready_deadline(end).is_ok(), "{why}");
        // A `select!` with `default` wakes us as well, but it does not wait.
        if select.try_ready().is_ok() {
            return;
        }
    }
}
