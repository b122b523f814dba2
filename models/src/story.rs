//! Tells one interleaving in words: who did what, and in which order.
//!
//! loom runs all threads of a model on one thread of the operating system, so they share the
//! thread-local below.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;

use loom::thread;

use crate::model::crossbeam_channel::alone;

/// What has happened in this interleaving so far.
#[derive(Default)]
struct Story {
    lines: Vec<(String, String)>,
    printed: Vec<String>,
    /// The first thing that went wrong, and how many lines the story had by then.
    wrong: Option<(String, usize)>,
    workers: usize,
    returned: Vec<String>,
    is_cancelled: bool,
    /// For each thread that has checked the context: whether it saw the cancel.
    saw_cancel: HashMap<String, bool>,
}

thread_local!(static STORY: RefCell<Story> = RefCell::default());

/// Starts a new interleaving: forgets the story of the last one.
pub fn begin() {
    STORY.take();
}

/// Adds a step of the calling thread to the story.
pub fn tell(what: impl Display) {
    let line = (who(), what.to_string());
    STORY.with_borrow_mut(|story| story.lines.push(line));
}

/// Records that the calling thread prints a line on stdout.
pub fn print(line: impl Display) {
    tell(format_args!("prints \"{line}\""));
    STORY.with_borrow_mut(|story| story.printed.push(line.to_string()));
}

/// Lets other threads run, any number of steps.
pub fn yields() {
    alone(|| {});
}

/// All lines that were printed.
pub fn printed() -> Vec<String> {
    STORY.with_borrow(|story| story.printed.clone())
}

/// Records that something is wrong; the story ends here. It is not a panic, because pools catch
/// panics.
pub fn wrong(what: impl Display) {
    STORY.with_borrow_mut(|story| {
        let Story { wrong, lines, .. } = story;
        wrong.get_or_insert_with(|| (what.to_string(), lines.len()));
    });
}

/// The first thing that went wrong, if any.
pub fn what_went_wrong() -> Option<String> {
    STORY.with_borrow(|story| story.wrong.as_ref().map(|(what, _)| what.clone()))
}

/// Records that a cancel is complete. From now on, a job may start only on a thread that checked
/// the context before.
pub fn cancelled() {
    STORY.with_borrow_mut(|story| story.is_cancelled = true);
}

/// Records that the calling thread checks the context: before the cancel, or after it.
pub fn checks(is_cancelled: bool) {
    let who = who();
    STORY.with_borrow_mut(|story| story.saw_cancel.insert(who, is_cancelled));
}

/// Records that the calling thread starts a job. After a cancel that is wrong, unless the thread
/// checked the context before the cancel.
pub fn starts(job: impl Display) {
    tell(format_args!("starts job {job}"));
    let who = who();
    let (saw_cancel, is_cancelled) =
        STORY.with_borrow_mut(|story| (story.saw_cancel.remove(&who), story.is_cancelled));
    match saw_cancel {
        Some(false) => {}
        Some(true) => wrong(format_args!(
            "{who} checked the context after the cancel, and still started job {job}"
        )),
        None if is_cancelled => wrong(format_args!(
            "{who} started job {job} after the cancel, without checking the context"
        )),
        None => {}
    }
}

/// The next number for a worker that has no name.
pub fn next_worker() -> usize {
    STORY.with_borrow_mut(|story| {
        story.workers += 1;
        story.workers
    })
}

/// Records that the calling thread is about to end.
pub fn returns(how: &str) {
    tell(how);
    let who = who();
    STORY.with_borrow_mut(|story| story.returned.push(who));
}

/// Records that the calling thread waits for another one to return.
pub fn joins(other: Option<&str>) {
    let other = other.unwrap_or("a thread");
    if !STORY.with_borrow(|story| story.returned.iter().any(|it| it == other)) {
        tell(format_args!("waits for {other} to return"));
    }
}

/// The story: one line for each step.
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
