//! `println!` and `eprintln!` for programs whose output may go into a pipe.
//!
//! The standard library's macros panic when the reader of the pipe has gone, as
//! in `cargo run --bin basic | head -1`. A lesson that says
//! `use worker_pools::println;` ends quietly instead.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::process;

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

/// What [`println!`](crate::println) expands to.
pub fn stdout_line(line: Arguments) {
    // Locked to the end: if several threads fail to write, only one says so.
    let mut stdout = io::stdout().lock();
    let Err(error) = writeln!(stdout, "{line}") else {
        return;
    };
    if error.kind() == ErrorKind::BrokenPipe {
        process::exit(141);
    }
    if is_closed_terminal(&error) {
        return; // it has sent SIGHUP, which decides what happens
    }
    fail(format_args!("cannot write to stdout: {error}"));
}

/// Whether the terminal is gone: on Unix, writing to it then fails with EIO.
fn is_closed_terminal(error: &io::Error) -> bool {
    const EIO: i32 = 5;
    cfg!(unix) && error.raw_os_error() == Some(EIO)
}

/// What [`eprintln!`](crate::eprintln) expands to.
pub fn stderr_line(line: Arguments) {
    // In one write: stderr has no buffer, and another line could come between.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Ends the program with status 1 and one line on stderr that says why the run
/// failed.
pub fn fail(reason: Arguments) -> ! {
    stderr_line(format_args!("error: {reason}"));
    process::exit(1);
}
