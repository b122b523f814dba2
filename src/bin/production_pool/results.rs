//! What a pool gives back: a result for a job, a job that it did not accept, and what was left in it.

use std::any::Any;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

use crossbeam_channel::Receiver;

/// A job, and what came of it.
#[derive(Debug)]
pub struct Finished<J, R> {
    /// The job, as it was submitted.
    pub job: J,
    /// What the pool's function returned for it.
    pub result: Result<R, Panicked>,
}

/// The job panicked. Its worker lives on.
///
/// The panic hook has seen the panic before, and the default one has printed it to stderr.
#[derive(Debug)]
pub struct Panicked {
    /// What the job panicked with, for [`resume_unwind`](std::panic::resume_unwind).
    pub payload: Box<dyn Any + Send>,
}

/// A job that was not accepted, handed back.
#[derive(Debug)]
pub struct Rejected<J> {
    /// The job, as it was submitted.
    pub job: J,
    /// Why it was not accepted.
    pub reason: RejectReason,
}

/// Why a job was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// All workers have a job, and the queue is full.
    QueueFull,
    /// As many results wait to be taken as the pool has room for jobs.
    ResultsFull,
    /// The pool takes no more jobs.
    ShuttingDown,
}

/// What a pool had in it when it was shut down.
#[derive(Debug)]
#[must_use = "these are jobs and results that nobody has seen"]
pub struct Leftovers<J, R> {
    /// The jobs that were accepted and never started, in no particular order.
    pub never_started: Vec<J>,
    /// The results that nobody has taken. A reader that is still at work goes on taking from it.
    /// The channel is closed, so it ends when it is empty; but not if it was a job that called
    /// `shutdown`, for then workers are still at work.
    pub undelivered: Receiver<Finished<J, R>>,
}

impl Panicked {
    /// What the job said when it panicked.
    pub fn message(&self) -> &str {
        // `panic!` with a text carries a `&str`; with values in it, a `String`.
        if let Some(message) = self.payload.downcast_ref::<&str>() {
            message
        } else if let Some(message) = self.payload.downcast_ref::<String>() {
            message
        } else {
            "no message"
        }
    }
}

impl Display for Panicked {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "panicked: {}", self.message())
    }
}

impl Error for Panicked {}

impl Display for RejectReason {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(match self {
            RejectReason::QueueFull => "the queue is full",
            RejectReason::ResultsFull => "too many results wait to be taken",
            RejectReason::ShuttingDown => "the pool is shutting down",
        })
    }
}

impl<J> Display for Rejected<J> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        Display::fmt(&self.reason, f)
    }
}

impl<J: Debug> Error for Rejected<J> {}
