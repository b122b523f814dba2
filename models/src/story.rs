//! Tells one interleaving: who did what, in which order, and what was in the channels.
//!
//! loom runs all threads of a model on one thread of the operating system, so they share the
//! thread-local below.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display, Formatter};

use loom::thread;

use crate::model::crossbeam_channel::alone;

/// A step of a story.
#[derive(Clone, Debug)]
pub struct Step {
    /// The thread's name.
    pub who: String,
    /// What the thread does.
    pub what: String,
    /// The channels after it.
    pub channels: Vec<ChannelState>,
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(f, "{:<10} {}", self.who, self.what)
    }
}

/// What is known of a channel at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// Its name in the story.
    pub name: &'static str,
    /// How many messages it has room for.
    pub capacity: Option<usize>,
    /// Its messages: a number as it is, of any other type `#n` for the nth message.
    pub messages: Vec<String>,
    /// How many senders are left. Without any, it is closed.
    pub senders: usize,
    /// How many receivers are left.
    pub receivers: usize,
}

/// What has happened in this interleaving so far.
#[derive(Default)]
struct Story {
    lines: Vec<(String, String)>,
    /// How many channels there are.
    channels: usize,
    /// The changes of channels: with which line they are seen, and which channel.
    changes: Vec<(usize, usize, ChannelState)>,
    printed: Vec<String>,
    /// The first thing that went wrong. The story ends there.
    wrong: Option<String>,
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
    STORY.with_borrow_mut(|story| {
        if story.wrong.is_none() {
            story.lines.push(line);
        }
    });
}

/// The next number for a channel.
pub fn next_channel() -> usize {
    STORY.with_borrow_mut(|story| {
        story.channels += 1;
        story.channels - 1
    })
}

/// Records what is in a channel now. A change that belongs to the last step is seen with it. Any
/// other one, such as the drop of a sender, is seen with the next step.
pub fn changed(channel: usize, state: ChannelState, by_last_step: bool) {
    STORY.with_borrow_mut(|story| {
        if story.wrong.is_none() {
            let line = story.lines.len() + usize::from(!by_last_step);
            story.changes.push((line, channel, state));
        }
    });
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
        story.wrong.get_or_insert_with(|| what.to_string());
    });
}

/// The first thing that went wrong, if any.
pub fn what_went_wrong() -> Option<String> {
    STORY.with_borrow(|story| story.wrong.clone())
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

/// The steps of the story.
pub fn told() -> Vec<Step> {
    STORY.with_borrow(|story| {
        let mut channels = BTreeMap::new();
        let mut changes = story.changes.iter().peekable();
        let mut steps = Vec::new();
        for (number, (who, what)) in (1..).zip(&story.lines) {
            let is_last = number == story.lines.len();
            while let Some((_, id, state)) = changes.next_if(|it| it.0 <= number || is_last) {
                channels.insert(*id, state.clone());
            }
            steps.push(Step {
                who: who.clone(),
                what: what.clone(),
                channels: channels.values().cloned().collect(),
            });
        }
        steps
    })
}

/// The calling thread's name.
fn who() -> String {
    thread::current().name().unwrap_or("main").to_owned()
}
