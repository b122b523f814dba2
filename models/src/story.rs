//! What happened in one interleaving, in words: who did what, in which order.
//!
//! loom runs all threads of a model on one thread of the operating system, so a thread-local is
//! shared by all of them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;

use loom::thread;

use crate::model::crossbeam_channel::alone;

/// What became of an interleaving so far.
#[derive(Default)]
struct Story {
    lines: Vec<(String, String)>,
    printed: Vec<String>,
    /// What, and after how many lines.
    wrong: Option<(String, usize)>,
    workers: usize,
    returned: Vec<String>,
    is_cancelled: bool,
    /// Of each thread that has looked whether it may go on: what it saw.
    saw_cancel: HashMap<String, bool>,
}

thread_local!(static STORY: RefCell<Story> = RefCell::default());

/// Forgets the interleaving before.
pub fn begin() {
    STORY.take();
}

/// The calling thread does this.
pub fn tell(what: impl Display) {
    let line = (who(), what.to_string());
    STORY.with_borrow_mut(|story| story.lines.push(line));
}

/// The calling thread prints a line on stdout.
pub fn print(line: impl Display) {
    tell(format_args!("prints \"{line}\""));
    STORY.with_borrow_mut(|story| story.printed.push(line.to_string()));
}

/// Anything may happen now.
pub fn yields() {
    alone(|| {});
}

/// All that was printed.
pub fn printed() -> Vec<String> {
    STORY.with_borrow(|story| story.printed.clone())
}

/// This should not have happened, and here the story ends. Not a panic, because pools catch those.
pub fn wrong(what: impl Display) {
    STORY.with_borrow_mut(|story| {
        let Story { wrong, lines, .. } = story;
        wrong.get_or_insert_with(|| (what.to_string(), lines.len()));
    });
}

/// What should not have happened, and has.
pub fn what_went_wrong() -> Option<String> {
    STORY.with_borrow(|story| story.wrong.as_ref().map(|(what, _)| what.clone()))
}

/// A cancel is over. From now on a job may start only on a thread that looked before.
pub fn cancelled() {
    STORY.with_borrow_mut(|story| story.is_cancelled = true);
}

/// The calling thread looks whether it may start a job, before or after the cancel.
pub fn looks(is_cancelled: bool) {
    let who = who();
    STORY.with_borrow_mut(|story| story.saw_cancel.insert(who, is_cancelled));
}

/// The calling thread starts a job, which it may do only if it has looked, and before the cancel.
pub fn starts(job: impl Display) {
    tell(format_args!("starts job {job}"));
    let who = who();
    let (saw_cancel, is_cancelled) =
        STORY.with_borrow_mut(|story| (story.saw_cancel.remove(&who), story.is_cancelled));
    match saw_cancel {
        Some(false) => {}
        Some(true) => wrong(format_args!(
            "{who} checked after the cancel, and started job {job}"
        )),
        None if is_cancelled => wrong(format_args!("{who} did not check, and started job {job}")),
        None => {}
    }
}

/// A number for a worker that has no name.
pub fn next_worker() -> usize {
    STORY.with_borrow_mut(|story| {
        story.workers += 1;
        story.workers
    })
}

/// The calling thread is about to end.
pub fn returns(how: &str) {
    tell(how);
    let who = who();
    STORY.with_borrow_mut(|story| story.returned.push(who));
}

/// The calling thread waits until that one has returned.
pub fn joins(other: Option<&str>) {
    let other = other.unwrap_or("a thread");
    if !STORY.with_borrow(|story| story.returned.iter().any(|it| it == other)) {
        tell(format_args!("waits until {other} has returned"));
    }
}

/// The story, one line for each step.
pub fn told() -> String {
    STORY.with_borrow(|story| {
        let end = story.wrong.as_ref().map(|(_, lines)| *lines);
        let lines = story.lines.iter().take(end.unwrap_or(usize::MAX));
        lines
            .map(|(who, what)| format!("{who:<10} {what}\n"))
            .collect()
    })
}

/// The calling thread's name.
fn who() -> String {
    thread::current().name().unwrap_or("main").to_owned()
}
