//! What a pool returns: the result of a job, a rejected job, and what is left
//! in the pool after a shutdown.

use std::any::Any;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

use crossbeam_channel::Receiver;

/// A job and its result.
#[derive(Debug)]
pub struct Finished<J, R> {
    /// The job that was submitted.
    pub job: J,
    /// What the pool's function returned for the job.
    pub result: Result<R, Panicked>,
}

/// The job panicked. Its worker goes on with the next job.
///
/// The panic hook has run already; the default hook prints the panic to stderr.
#[derive(Debug)]
pub struct Panicked {
    /// The payload, for [`resume_unwind`](std::panic::resume_unwind).
    pub payload: Box<dyn Any + Send>,
}

/// A job that was not accepted, handed back.
pub struct Rejected<J> {
    /// The job that was submitted.
    pub job: J,
    /// Why it was not accepted.
    pub reason: RejectReason,
}

/// Why a job was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// All workers are busy and the queue is full.
    QueueFull,
    /// As many results are waiting as the pool has room for jobs.
    ResultsFull,
    /// The pool accepts no more jobs.
    ShuttingDown,
}

/// What was left in a pool when it was shut down.
#[derive(Debug)]
#[must_use = "these are jobs and results that nobody has seen"]
pub struct Leftovers<J, R> {
    /// Accepted jobs that never started, in no particular order.
    pub never_started: Vec<J>,
    /// The results that nobody has taken. Another reader may still take results
    /// from the same channel. The channel is closed, so reading it ends when it
    /// is empty. Only if a job called `shutdown` is it still open, because
    /// workers are still busy.
    pub undelivered: Receiver<Finished<J, R>>,
}

impl Panicked {
    /// The message of the panic.
    pub fn message(&self) -> &str {
        // The payload of `panic!` is a `&str`, or a `String` if it has values.
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
            RejectReason::ResultsFull => "too many results are waiting",
            RejectReason::ShuttingDown => "the pool is shutting down",
        })
    }
}

impl<J> Display for Rejected<J> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        Display::fmt(&self.reason, f)
    }
}

// Without the job, which may be a closure: so every `Rejected` is an error.
impl<J> Debug for Rejected<J> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let mut rejected = f.debug_struct("Rejected");
        rejected
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<J> Error for Rejected<J> {}
