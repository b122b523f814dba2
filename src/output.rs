//! `println!` and `eprintln!` for programs whose output may go into a pipe.
//!
//! The standard library's macros panic when the reader of the pipe has gone, as
//! in `cargo run --bin basic | head -1`. A lesson that says
//! `use worker_pools::println;` ends quietly instead.
//!
//! # A reader that does not read
//!
//! A pipe has little room: 64 kB on Linux. When it is full, a program that
//! prints waits for the reader. The short lessons may wait. A service may not,
//! and neither may a program with a deadline. They call these functions:
//!
//! - [`stderr_in_background`]: from then on, messages on stderr wait in a
//!   queue, and one thread writes them: a pool with one worker. `eprintln!`
//!   never waits. If the queue is full, it drops the message and counts it.
//!   Before the next message that fits, a line says how many were dropped.
//! - [`exit_if_stdout_stalls`]: `println!` still waits for the reader, so a
//!   slow reader gets every line. But after the context is done, a reader that
//!   takes no line for [`READER_TIMEOUT`] ends the program, with status 1 and
//!   one line on stderr.
//! - [`wait_for_stderr`], at the end: the last messages have the same time. If
//!   nobody reads them, the exit status stays as it is.
//!
//! So when nobody reads either of them, the program ends about ten seconds
//! after its work.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{mem, process, thread};

use crossbeam_channel::{Receiver, Sender, bounded};
use timeline::replay::Line;

use crate::Context;

/// How long the end of a program waits for a reader that takes nothing.
pub const READER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a program waits before it prints to stdout what belongs below a
/// message: [`wait_for_stderr`] takes far less if somebody reads.
pub const ORDER_TIMEOUT: Duration = Duration::from_millis(100);

/// How many messages can wait for the reader of stderr.
const MAX_MESSAGES: usize = 1_000;

/// Prints a line to stdout as [`std::println!`] does, but never panics.
///
/// If the reader has gone, the program ends quietly with status 141, which
/// shells report for other tools in this case (128 + `SIGPIPE`). If the
/// terminal was closed, the program goes on; its SIGHUP is a signal like
/// Ctrl-C. Any other failure to write, such as a full disk, ends the program
/// with status 1 and one line on stderr.
#[macro_export]
macro_rules! println {
    ($($arg:tt)+) => {
        $crate::output::stdout_line(format_args!($($arg)+))
    };
}

/// Prints a line to stderr as [`std::eprintln!`] does, but never panics: if
/// nobody reads it, the program goes on.
#[macro_export]
macro_rules! eprintln {
    ($($arg:tt)+) => {
        $crate::output::stderr_line(format_args!($($arg)+))
    };
}

/// Counts one when a line of stdout begins and one when it is written. So it is
/// odd while a line is being written.
static STDOUT_STEPS: AtomicUsize = AtomicUsize::new(0);

/// What [`println!`](crate::println) expands to.
pub fn stdout_line(line: Arguments) {
    // Locked to the end: if several threads fail to write, only one says so.
    let mut stdout = io::stdout().lock();
    record(line);
    STDOUT_STEPS.fetch_add(1, SeqCst);
    let written = writeln!(stdout, "{line}");
    STDOUT_STEPS.fetch_add(1, SeqCst);
    let Err(error) = written else { return };
    if is_closed_pipe(&error) {
        wait_for_stderr(READER_TIMEOUT);
        process::exit(141);
    }
    if is_closed_terminal(&error) {
        return; // it has sent SIGHUP, which decides what happens
    }
    fail(format_args!("cannot write to stdout: {error}"));
}

/// Whether the reader of the pipe is gone. Windows has several errors for it,
/// and std has no kind for one of them.
fn is_closed_pipe(error: &io::Error) -> bool {
    const ERROR_PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == ErrorKind::BrokenPipe
        || cfg!(windows)
            && error.raw_os_error() == Some(ERROR_PIPE_NOT_CONNECTED)
}

/// The most lines that are kept for a replay.
const MAX_LINES: usize = 10_000;

/// The first lines of stdout, for a replay.
static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

fn record(line: Arguments) {
    let at = Instant::now();
    let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    for text in line.to_string().lines() {
        let text = match lines.len() {
            MAX_LINES => "… (this replay does not have the later lines)",
            len if len > MAX_LINES => return,
            _ => text,
        };
        let text = text.to_string();
        lines.push(Line { at, text });
    }
}

/// What the program has printed to stdout so far: its first 10,000 lines.
pub fn lines() -> Vec<Line> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.clone()
}

/// Whether the terminal is gone: on Unix, writing to it then fails with EIO.
fn is_closed_terminal(error: &io::Error) -> bool {
    const EIO: i32 = 5;
    cfg!(unix) && error.raw_os_error() == Some(EIO)
}

/// Ends the program if, after the context is done, the reader of stdout does
/// not take one line for [`READER_TIMEOUT`]. Its thread starts now: at the end,
/// the system could refuse one.
pub fn exit_if_stdout_stalls(context: &Context) {
    const STEP: Duration = Duration::from_millis(50);
    let context = context.clone();
    thread::spawn(move || {
        let _ = context.done().recv(); // returns when it is done
        let mut waited = Duration::ZERO;
        while waited < READER_TIMEOUT {
            let before = STDOUT_STEPS.load(SeqCst);
            // Steps, not a clock: Ctrl-Z stops the program and its reader.
            thread::sleep(STEP);
            let is_writing = before % 2 == 1;
            if is_writing && before == STDOUT_STEPS.load(SeqCst) {
                waited += STEP;
            } else {
                waited = Duration::ZERO;
            }
        }
        let secs = READER_TIMEOUT.as_secs();
        fail(format_args!(
            "cannot write to stdout: nobody has read it for {secs} s"
        ));
    });
}

/// What [`eprintln!`](crate::eprintln) expands to.
pub fn stderr_line(line: Arguments) {
    let line = format!("{line}\n");
    on_stderr(move || write_to_stderr(&line));
}

fn write_to_stderr(text: &str) {
    // In one write: stderr has no buffer, and another line could come between.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Calls `write`, which writes a message to stderr: now, or in its turn by the
/// thread of [`stderr_in_background`].
pub fn on_stderr(write: impl FnOnce() + Send + 'static) {
    match STDERR.get() {
        None => write(),
        Some(stderr) => stderr.submit(Box::new(write)),
    }
}

/// Whether no message waits for the reader of stderr.
pub fn is_stderr_free() -> bool {
    STDERR.get().is_none_or(|it| it.messages.is_empty())
}

/// The pool of [`stderr_in_background`].
static STDERR: OnceLock<Background> = OnceLock::new();

/// Writes one message.
type Message = Box<dyn FnOnce() + Send>;

struct Background {
    messages: Sender<Message>,
    /// How many messages were dropped since the last one that fit.
    dropped: Mutex<usize>,
}

/// From now on, no message on stderr waits for its reader.
pub fn stderr_in_background() {
    STDERR.get_or_init(|| {
        let (messages_tx, messages_rx) = bounded(MAX_MESSAGES);
        thread::spawn(move || write_all(messages_rx));
        Background {
            messages: messages_tx,
            dropped: Mutex::new(0),
        }
    });
}

/// The worker.
fn write_all(messages: Receiver<Message>) {
    for write in messages {
        write();
    }
}

impl Background {
    fn submit(&self, message: Message) {
        // Locked to the end, so that the note stands where the dropped messages
        // would have been.
        let mut dropped = lock(&self.dropped);
        if *dropped > 0 && self.messages.try_send(note(*dropped)).is_ok() {
            *dropped = 0;
        }
        if *dropped > 0 || self.messages.try_send(message).is_err() {
            *dropped += 1;
        }
    }
}

fn lock(count: &Mutex<usize>) -> MutexGuard<'_, usize> {
    count.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The message that says how many were dropped.
fn note(dropped: usize) -> Message {
    Box::new(move || {
        write_to_stderr(&format!(
            "messages dropped, because nobody read stderr: {dropped}\n"
        ));
    })
}

/// Waits until all messages so far are written, but no longer than `limit`.
pub fn wait_for_stderr(limit: Duration) {
    let Some(stderr) = STDERR.get() else { return };
    let deadline = Instant::now() + limit;
    // Not under the lock, which would make `eprintln!` wait as well.
    let dropped = mem::take(&mut *lock(&stderr.dropped));
    if dropped > 0 {
        let sent = stderr.messages.send_deadline(note(dropped), deadline);
        if sent.is_err() {
            *lock(&stderr.dropped) += dropped;
        }
    }

    // The last message writes nothing. When it is dropped, all others have been
    // written, or it did not fit.
    let (last, written) = bounded::<()>(0);
    let last = Box::new(move || drop(last));
    let _ = stderr.messages.send_deadline(last, deadline);
    let _ = written.recv_deadline(deadline);
}

/// Ends the program with status 1 and one line on stderr that says why the run
/// failed.
pub fn fail(reason: Arguments) -> ! {
    stderr_line(format_args!("error: {reason}"));
    wait_for_stderr(READER_TIMEOUT);
    process::exit(1);
}
