//! The stand-in, on the threads of a model.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use models::explore::explore;
pub use models::model::crossbeam_channel;
pub use models::model::std::panic::job_panics as panics;
pub use models::model::std::thread::spawn;

#[path = "cases.rs"]
mod cases;

/// Runs the case in all orders. Nothing else may come of it, and each outcome does in some order.
#[track_caller]
pub fn comes_to(outcomes: &[&str], case: impl Fn() -> String + Send + Sync + 'static) {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let all_seen = Arc::clone(&seen);
    let explored = explore(Some(3), move || {
        let outcome = case();
        seen.lock().expect("nobody panics with it").insert(outcome);
    });
    if let Err(failure) = explored {
        panic!("{failure}");
    }
    let expected = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
    assert_eq!(*all_seen.lock().expect("nobody panics with it"), expected);
}
