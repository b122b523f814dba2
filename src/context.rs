//! Go's [`context`](https://pkg.go.dev/context), as far as the lessons need it, on a channel.
//!
//! `ctx.Done()` is a channel on which nothing is ever sent, which the type says: nobody can make
//! an [`Infallible`] to send. All that can happen to it is that its one sender is dropped, and
//! that wakes every receiver at once.

use std::convert::Infallible;
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{process, thread};

use crossbeam_channel::{Receiver, Sender, bounded, never};

use crate::eprintln;

/// Tells whoever holds it when to stop. Clones are cheap and share the same end.
#[derive(Clone, Debug)]
pub struct Context {
    done: Receiver<Infallible>,
    deadline: Option<Instant>,
    done_at: Arc<OnceLock<Instant>>,
}

/// Why a context is done; what `ctx.Err()` tells in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody cancelled it.
    Cancelled,
    /// Its time was up.
    DeadlineExceeded,
}

/// Ends a [`Context`].
///
/// Dropping the last clone cancels too, as `defer cancel()` does in Go; so keep it in a variable
/// for as long as the context is to live.
#[derive(Clone, Debug)]
#[must_use = "dropping it cancels the context"]
pub struct Cancel {
    open: Arc<Open>,
}

/// The one sender of `done`, until it is dropped.
#[derive(Debug)]
struct Open {
    sender: Mutex<Option<Sender<Infallible>>>,
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
    /// A context that nobody can end: Go's `context.Background`.
    pub fn background() -> Context {
        Context {
            done: never(),
            deadline: None,
            done_at: Arc::default(),
        }
    }

    /// A context that lasts until it is cancelled: Go's `context.WithCancel`.
    pub fn with_cancel() -> (Context, Cancel) {
        let (sender, done) = bounded(0);
        let done_at = Arc::new(OnceLock::new());
        let open = Arc::new(Open {
            sender: Mutex::new(Some(sender)),
            done_at: Arc::clone(&done_at),
        });
        let context = Context {
            done,
            deadline: None,
            done_at,
        };
        (context, Cancel { open })
    }

    /// A context that lasts for `timeout`, unless it is cancelled sooner: Go's
    /// `context.WithTimeout`. With a timeout of zero it is done from the start.
    ///
    /// # Panics
    ///
    /// When the operating system refuses a thread to watch the clock, or when `timeout` reaches
    /// beyond what an [`Instant`] can hold.
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
            // Returns at the deadline, or when somebody cancels before.
            let _ = done.recv_deadline(deadline);
            close(&open);
        });
        (context, cancel)
    }

    /// The channel that closes when the context is done; for `select!`. Nothing ever arrives on
    /// it.
    pub fn done(&self) -> &Receiver<Infallible> {
        &self.done
    }

    /// Whether the context is done. Never blocks.
    pub fn is_done(&self) -> bool {
        self.done_at().is_some()
    }

    /// When the time is up; `None` for a context without a timeout.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// When the context became done; `None` while it is not.
    pub fn done_at(&self) -> Option<Instant> {
        self.done_at.get().copied()
    }

    /// Why the context is done; `None` while it is not.
    pub fn reason(&self) -> Option<Reason> {
        let done_at = self.done_at()?;
        Some(match self.deadline {
            Some(deadline) if done_at >= deadline => Reason::DeadlineExceeded,
            _ => Reason::Cancelled,
        })
    }
}

impl Cancel {
    /// Ends the context and wakes all who wait for it. Only the first call does anything.
    pub fn cancel(&self) {
        self.open.close();
    }

    /// Cancels on the next Ctrl-C, SIGTERM or SIGHUP. From now on these no longer end the program
    /// by themselves: Go's `signal.NotifyContext`. Signals within a quarter of a second count as
    /// one.
    ///
    /// Where the program still runs a second after the last of its contexts was done, Ctrl-C makes
    /// it exit at once, with status 130. Where signals cannot be caught, this says so on stderr,
    /// and Ctrl-C ends the program.
    pub fn on_ctrl_c(&self) {
        self.on_signal(|seen| seen + 1);
    }

    /// Like [`on_ctrl_c`](Self::on_ctrl_c), but on the second such signal that the program gets:
    /// the first one asks it to end well, this one to stop now.
    pub fn on_second_ctrl_c(&self) {
        self.on_signal(|_| 2);
    }

    /// Cancels on the signal with this number. The first one is 1; `number` is given how many
    /// there were so far.
    fn on_signal(&self, number: impl FnOnce(usize) -> usize) {
        // A process has one handler, while a program may have one context after the other.
        static SIGNALS: Mutex<Signals> = Mutex::new(Signals {
            seen: 0,
            awaited: Vec::new(),
        });
        static HANDLER: OnceLock<()> = OnceLock::new();

        let lock = || SIGNALS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut signals = lock();
        let number = number(signals.seen);
        signals.awaited.push((number, Arc::downgrade(&self.open)));
        // It may have come before we asked for it.
        signals.cancel_due();
        drop(signals);

        HANDLER.get_or_init(|| {
            let mut last_done = Instant::now();
            let mut last_signal: Option<Instant> = None;
            let handler = move || {
                // A terminal that is closed sends two, and `timeout` may do so.
                if last_signal.is_some_and(|at| at.elapsed() < Duration::from_millis(250)) {
                    return;
                }
                last_signal = Some(Instant::now());
                let mut signals = lock();
                signals.seen += 1;
                if let Some(done_at) = signals.cancel_due() {
                    last_done = done_at;
                }
                if signals.awaited.is_empty() && last_done.elapsed() > Duration::from_secs(1) {
                    process::exit(130);
                }
            };
            if let Err(error) = ctrlc::set_handler(handler) {
                eprintln!("warning: cannot catch Ctrl-C: {error}");
            }
        });
    }
}

/// The signals that the process was sent, and who waits for which.
struct Signals {
    seen: usize,
    awaited: Vec<(usize, Weak<Open>)>,
}

impl Signals {
    /// Cancels the contexts whose signal has come, and forgets them and those that are gone.
    /// Returns when the last of them was done, which may be earlier than now: the clock may have
    /// been first.
    fn cancel_due(&mut self) -> Option<Instant> {
        let mut last_done = None;
        let seen = self.seen;
        self.awaited.retain(|(number, open)| {
            let Some(open) = open.upgrade() else {
                return false;
            };
            if *number <= seen {
                open.close();
                last_done = last_done.max(open.done_at.get().copied());
            }
            *number > seen
        });
        last_done
    }
}

fn close(open: &Weak<Open>) {
    if let Some(open) = open.upgrade() {
        open.close();
    }
}

impl Open {
    fn close(&self) {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.is_some() {
            // Noted first, so that whoever finds the context done can ask when.
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
