//! Tells the timeline which line of a lesson its threads have reached.
//!
//! These lines count: those that make, clone or drop a sender, send, receive, select, start or join a
//! thread, print, or run a job. A thread stays at one of them until it reaches the next. A select is
//! at its first line, whichever arm it takes. What no line spells out, such as the drops at the end
//! of a function or by an assignment, happens at the last line that counts.

use std::mem;
use std::panic::Location;

use timeline::{Source, Timeline};

use crate::thread::who;

/// The copies of the lessons' files, and those with a mistake.
pub const SOURCES: &[Source] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The calling thread has reached the caller's line.
#[track_caller]
pub fn here() {
    at(Location::caller());
}

/// The calling thread has reached this line.
pub fn at(line: &Location) {
    if let Some(timeline) = Timeline::newest() {
        timeline.reach(who(), line);
    }
}

/// The standard library's `drop`, and its line.
#[track_caller]
pub fn drop<T>(value: T) {
    here();
    mem::drop(value);
}

/// The lessons' `println!`, and its line.
#[macro_export]
macro_rules! println {
    ($($arg:tt)+) => {{
        $crate::place::here();
        ::worker_pools::println!($($arg)+)
    }};
}
