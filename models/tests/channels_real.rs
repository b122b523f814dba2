//! The real channels, on threads of the operating system, run the same cases as the stand-in does in
//! `channels_stand_in.rs`.

use std::collections::BTreeSet;

pub use std::thread::spawn;

pub use ::crossbeam_channel;

mod cases;

/// Panics without a message on stderr.
pub fn panics() -> ! {
    std::panic::resume_unwind(Box::new(()))
}

/// Runs the case 2,000 times. It must end with one of these outcomes each time.
#[track_caller]
pub fn assert_outcomes(outcomes: &[&str], case: impl Fn() -> String + Send + Sync + 'static) {
    let seen: BTreeSet<String> = (0..2_000).map(|_| case()).collect();
    let allowed = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
    assert!(seen.is_subset(&allowed), "{seen:?}");
}
