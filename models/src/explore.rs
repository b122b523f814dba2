//! Runs a scenario in every order of its threads' steps, up to a limit of preemptions.

use std::any::Any;
use std::cell::Cell;
use std::fmt::{self, Display, Formatter};
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Once};

use crate::model::crossbeam_channel;
use crate::model::std::panic as model_panic;
use crate::story::{self, Step};

/// An interleaving in which something goes wrong.
#[derive(Debug)]
pub struct Failure {
    /// Who did what.
    pub story: Vec<Step>,
    /// How it ended.
    pub end: End,
}

/// How an interleaving ends in which something goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All threads wait that have not returned.
    Deadlock,
    /// A thread panics, with this message.
    Panic(String),
    /// Something does not hold.
    Wrong(String),
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        for step in &self.story {
            writeln!(f, "{step}")?;
        }
        write!(f, "=> {}", self.end)
    }
}

impl Display for End {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            End::Deadlock => f.write_str("deadlock: no thread can go on"),
            End::Panic(message) => write!(f, "panic: {message}"),
            End::Wrong(what) => f.write_str(what),
        }
    }
}

/// Runs the scenario in every order of its threads' steps that can make a difference. Returns the
/// number of these orders.
///
/// At a preemption, a thread that could go on stops for another one. (A thread that waits stops by
/// itself; that is no preemption.) With a limit of `preemptions`, loom runs all orders with fewer
/// preemptions than the limit, and some with exactly as many: once the limit is reached, it always
/// continues with the first thread that can run.
///
/// # Errors
///
/// Returns the first order in which the scenario panics, hangs, or reports that something is wrong.
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
        // loom would take these from the environment. A run that is cut short shows nothing.
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
                panic::resume_unwind(Box::new(wrong)); // prints no message on stderr
            }
        });
    };
    silence_models();
    IN_A_MODEL.set(true);
    let ended = panic::catch_unwind(AssertUnwindSafe(check));
    IN_A_MODEL.set(false);
    match ended {
        Ok(()) => Ok(interleavings.load(Relaxed)),
        Err(payload) => Err(Failure {
            story: story::told(),
            end: end(&*payload),
        }),
    }
}

// loom runs all threads of a model on the thread that calls it.
thread_local!(static IN_A_MODEL: Cell<bool> = const { Cell::new(false) });

/// From now on, a panic in a model prints nothing: [`explore`] returns it. Besides, a backtrace may
/// not fit on the stack of a loom thread: with 32 KiB and `RUST_BACKTRACE=1`, a Windows program
/// ended in the middle of it.
fn silence_models() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IN_A_MODEL.get() {
                print(panic);
            }
        }));
    });
}

/// Looks for a failure with as few preemptions as possible, because its story is short.
pub fn find_failure(
    preemptions: usize,
    scenario: impl Fn() + Clone + Send + Sync + 'static,
) -> Option<Failure> {
    (0..=preemptions).find_map(|preemptions| explore(Some(preemptions), scenario.clone()).err())
}

fn end(payload: &(dyn Any + Send)) -> End {
    // The story ends at the first thing that went wrong, even if a panic or a hang came after it.
    if let Some(wrong) = story::what_went_wrong() {
        return End::Wrong(wrong);
    }
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    if message.starts_with("deadlock") {
        End::Deadlock
    } else {
        End::Panic(message.to_owned())
    }
}
