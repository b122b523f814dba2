//! Runs a scenario in every order in which its threads may be run, up to a limit.

use std::any::Any;
use std::fmt::{self, Display, Formatter};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::model::crossbeam_channel;
use crate::model::std::panic as model_panic;
use crate::story;

/// An interleaving that goes wrong.
#[derive(Debug)]
pub struct Failure {
    /// Who did what, one step a line.
    pub story: String,
    /// How it ended.
    pub end: String,
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{}=> {}", self.story, self.end)
    }
}

/// Runs the scenario in every order of its threads' steps that can make a difference. Returns how
/// many there are.
///
/// With a number of `preemptions`, only in those in which a running thread is interrupted less
/// often than that, and in some in which it is as often: loom then goes on with the first thread
/// that can. A thread that waits is not interrupted.
///
/// # Errors
///
/// The first order in which the scenario panics, hangs, or tells of something wrong.
pub fn explore(
    preemptions: Option<usize>,
    scenario: impl Fn() + Send + Sync + 'static,
) -> Result<usize, Failure> {
    let interleavings = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&interleavings);
    let check = || {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = preemptions;
        model.max_branches = 100_000;
        // Whatever the environment says: an exploration that is cut short proves nothing.
        model.max_permutations = None;
        model.max_duration = None;
        model.checkpoint_file = None;
        model.check(move || {
            count.fetch_add(1, Relaxed);
            story::begin();
            crossbeam_channel::begin();
            model_panic::begin();
            scenario();
            if let Some(wrong) = story::what_went_wrong() {
                panic::resume_unwind(Box::new(wrong)); // without a message on stderr
            }
        });
    };
    match panic::catch_unwind(AssertUnwindSafe(check)) {
        Ok(()) => Ok(interleavings.load(Relaxed)),
        Err(payload) => Err(Failure {
            story: story::told(),
            end: end(&*payload),
        }),
    }
}

/// Looks for a failure that takes as few preemptions as possible, which makes for a short story.
pub fn find_failure(
    preemptions: usize,
    scenario: impl Fn() + Clone + Send + Sync + 'static,
) -> Option<Failure> {
    (0..=preemptions).find_map(|preemptions| explore(Some(preemptions), scenario.clone()).err())
}

fn end(payload: &(dyn Any + Send)) -> String {
    // Whatever came after it: the story ends there.
    if let Some(wrong) = story::what_went_wrong() {
        return wrong;
    }
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    if message.starts_with("deadlock") {
        "nobody can go on: it hangs".to_owned()
    } else {
        format!("a panic: {message}")
    }
}
