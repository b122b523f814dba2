//! Go's [`context`](https://pkg.go.dev/context) on a channel, as far as the
//! lessons need it.
//!
//! Go's `ctx.Done()` is a channel on which nothing is ever sent. Here its type
//! says so: an [`Infallible`] cannot exist, so nobody can send one. To cancel
//! is to drop the channel's only sender, which wakes all receivers at once.

use std::convert::Infallible;
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{
    Receiver, Sender, TryRecvError, bounded, never, select_biased,
};

/// Tells its holders when to stop. Clones are cheap and end together.
#[derive(Clone, Debug)]
pub struct Context {
    done: Receiver<Infallible>,
    deadline: Option<Instant>,
    done_at: Arc<OnceLock<Instant>>,
}

/// Why a context is done: Go's `ctx.Err()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody cancelled it.
    Cancelled,
    /// Its time was up.
    DeadlineExceeded,
}

/// Ends a [`Context`].
///
/// Dropping the last clone also cancels, as Go's `defer cancel()` does. So keep
/// it in a variable for as long as the context must live.
#[derive(Clone, Debug)]
#[must_use = "dropping it cancels the context"]
pub struct Cancel {
    open: Arc<Open>,
}

/// The only sender of `done`, until it is dropped.
#[derive(Debug)]
struct Open {
    sender: Mutex<Option<Sender<Infallible>>>,
    done: Receiver<Infallible>,
    done_at: Arc<OnceLock<Instant>>,
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(match self {
            Reason::Cancelled => "cancelled",
            Reason::DeadlineExceeded => "deadline exceeded",
        })
    }
}

impl Context {
    /// A context that never ends: Go's `context.Background`.
    pub fn background() -> Context {
        Context {
            done: never(),
            deadline: None,
            done_at: Arc::default(),
        }
    }

    /// A context that ends when it is cancelled: Go's `context.WithCancel`.
    pub fn with_cancel() -> (Context, Cancel) {
        // Nothing is ever sent, so the capacity does not matter to anybody who
        // waits. But with a capacity of 0, `try_recv` would take a lock.
        let (sender, done) = bounded(1);
        let done_at = Arc::new(OnceLock::new());
        let open = Arc::new(Open {
            sender: Mutex::new(Some(sender)),
            done: done.clone(),
            done_at: Arc::clone(&done_at),
        });
        let context = Context {
            done,
            deadline: None,
            done_at,
        };
        (context, Cancel { open })
    }

    /// A context that ends after `timeout`, or earlier if it is cancelled: Go's
    /// `context.WithTimeout`. With a timeout of zero it is done from the start.
    ///
    /// # Panics
    ///
    /// If the operating system refuses a thread to watch the clock, or if the
    /// deadline is beyond what an [`Instant`] can hold.
    pub fn with_timeout(timeout: Duration) -> (Context, Cancel) {
        let deadline = Instant::now() + timeout;
        let (mut context, cancel) = Context::with_cancel();
        context.deadline = Some(deadline);
        if timeout.is_zero() {
            cancel.cancel();
            return (context, cancel);
        }

        let done = context.done.clone();
        // Weak, so that the clock alone does not keep the context alive.
        let open = Arc::downgrade(&cancel.open);
        thread::spawn(move || {
            // Returns at the deadline, or earlier after a cancel.
            let _ = done.recv_deadline(deadline);
            close(&open);
        });
        (context, cancel)
    }

    /// The channel that closes when the context is done, for `select!`. Nothing
    /// ever arrives on it.
    pub fn done(&self) -> &Receiver<Infallible> {
        &self.done
    }

    /// Whether [`done`](Self::done) is closed. Never blocks.
    pub fn is_done(&self) -> bool {
        self.done_at().is_some()
    }

    /// The end of the timeout; `None` for a context without a timeout.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// When the context became done; `None` until then.
    pub fn done_at(&self) -> Option<Instant> {
        // The context is done once the channel is closed. The moment is
        // recorded just before. While there is none, we need not ask the
        // channel, which takes longer.
        let done_at = self.done_at.get()?;
        let is_closed = self.done.try_recv() == Err(TryRecvError::Disconnected);
        is_closed.then_some(*done_at)
    }

    /// Why the context is done; `None` until then.
    pub fn reason(&self) -> Option<Reason> {
        let done_at = self.done_at()?;
        Some(match self.deadline {
            Some(deadline) if done_at >= deadline => Reason::DeadlineExceeded,
            _ => Reason::Cancelled,
        })
    }
}

impl Cancel {
    /// Ends the context and wakes everybody who waits for it. Later calls do
    /// nothing.
    pub fn cancel(&self) {
        self.open.close();
    }

    /// Cancels when a signal arrives on this channel, which
    /// [`signal::notify`](crate::signal::notify) returns: Go's
    /// `signal.NotifyContext`. Once the context is done, it takes no more
    /// signals.
    ///
    /// # Panics
    ///
    /// If the operating system refuses a thread to wait for the signal.
    pub fn on_signal(&self, signals: &Receiver<()>) {
        let (done, signals) = (self.open.done.clone(), signals.clone());
        // Weak, so that waiting does not keep the context alive.
        let open = Arc::downgrade(&self.open);
        thread::spawn(move || {
            select_biased! {
                recv(done) -> _ => {}
                recv(signals) -> signal => {
                    if signal.is_ok() {
                        close(&open);
                    }
                }
            }
        });
    }
}

fn close(open: &Weak<Open>) {
    if let Some(open) = open.upgrade() {
        open.close();
    }
}

impl Open {
    fn close(&self) {
        let sender = self.sender.lock();
        let mut sender = sender.unwrap_or_else(PoisonError::into_inner);
        if sender.is_some() {
            // Recorded first, so that a context that is done knows when.
            let _ = self.done_at.set(Instant::now());
            *sender = None;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.close();
    }
}
