//! The stand-in for the channels, on the threads of a model, runs the same cases as the real
//! channels do in `channels_real.rs`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use models::explore::explore;
pub use models::model::crossbeam_channel;
pub use models::model::std::panic::job_panics as panics;
pub use models::model::std::thread::spawn;

mod cases;

/// Runs the case in every order, up to a limit of 3. Each order must end with one of these
/// outcomes, and each outcome must happen in some order.
#[track_caller]
pub fn assert_outcomes(outcomes: &[&str], case: impl Fn() -> String + Send + Sync + 'static) {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let all_seen = Arc::clone(&seen);
    let explored = explore(Some(3), move || {
        let outcome = case();
        let mut seen = seen.lock().expect("the lock is not poisoned");
        seen.insert(outcome);
    });
    if let Err(failure) = explored {
        panic!("{failure}");
    }
    let expected = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
    let all_seen = all_seen.lock().expect("the lock is not poisoned");
    assert_eq!(*all_seen, expected);
}
