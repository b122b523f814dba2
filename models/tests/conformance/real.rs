//! The real channels, on real threads.

use std::collections::BTreeSet;

pub use std::thread::spawn;

pub use ::crossbeam_channel;

#[path = "cases.rs"]
mod cases;

/// Without a message on stderr.
pub fn panics() -> ! {
    std::panic::resume_unwind(Box::new(()))
}

/// Runs the case often. Nothing else may come of it.
#[track_caller]
pub fn comes_to(outcomes: &[&str], case: impl Fn() -> String + Send + Sync + 'static) {
    let seen: BTreeSet<String> = (0..2_000).map(|_| case()).collect();
    let allowed = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
    assert!(seen.is_subset(&allowed), "{seen:?}");
}
