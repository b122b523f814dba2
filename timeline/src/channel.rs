//! Who sends, takes and waits: what is recorded about channels and threads.
//!
//! Ordinary programs record none of this. A program whose channels and threads are wrapped does.

use std::fmt::{self, Display, Formatter};
use std::time::Instant;

use crate::place::after_a_microsecond;
use crate::{MAX_SPANS, Mark, Recording, Timeline};

/// A thread of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The thread that runs `main`.
    Main,
    /// The thread that submits the jobs, where only that is known of it.
    Submitter,
    /// The worker with this number.
    Worker(usize),
}

impl Who {
    /// The name of its lane.
    pub fn lane(self) -> String {
        match self {
            Who::Main => "main".to_string(),
            Who::Submitter => "submitter".to_string(),
            Who::Worker(number) => format!("worker {number}"),
        }
    }
}

impl Display for Who {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let article = if *self == Who::Submitter { "the " } else { "" };
        write!(f, "{article}{}", self.lane())
    }
}

/// What somebody waits for. Channels are indices of [`Recording::channels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Room in the queue.
    Room,
    /// The next message of this channel.
    Message(usize),
    /// To send to this channel: for room, or for a reader if it never has room.
    Send(usize),
    /// The end of this thread.
    End(Who),
    /// The end of all threads of a scope.
    Ends,
}

/// Somebody waits.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// Who waits.
    pub who: Who,
    /// What for.
    pub what: For,
    /// Whether a cancel ends the wait as well.
    pub or_cancel: bool,
    /// From when.
    pub from: Instant,
    /// Until when; `None` if it has not ended.
    pub to: Option<Instant>,
}

/// A thread other than `main`.
#[derive(Clone, Copy, Debug)]
pub struct Thread {
    /// Its name.
    pub who: Who,
    /// When it was started, and by whom.
    pub from: (Instant, Who),
    /// When it ended; `None` while it runs.
    pub to: Option<Instant>,
}

/// A channel, and what went through it.
#[derive(Clone, Debug)]
pub struct Channel {
    /// What the program calls it.
    pub name: String,
    /// How many messages it has room for.
    pub capacity: usize,
    /// In the order in which somebody began to send them; the first [`MAX_SPANS`].
    pub messages: Vec<Message>,
    /// All senders, in the order in which they were made.
    pub senders: Vec<Sender>,
    /// Who noticed when that the channel is closed and empty, and whether this ended a loop.
    pub ends: Vec<(Instant, Who, bool)>,
}

/// A message.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Its number. A closure has none, but the job with which its taker starts next tells it.
    pub number: Option<usize>,
    /// Who sends it.
    pub by: Who,
    /// When the channel took it; `None` before that.
    pub sent: Option<Instant>,
    /// When it was received, and by whom.
    pub taken: Option<(Instant, Who)>,
}

/// One of the senders of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Who has it: the last thread that used it, or the one that made it.
    pub holder: Who,
    /// When it was made, and by whom.
    pub from: (Instant, Who),
    /// When it was dropped, and by whom.
    pub dropped: Option<(Instant, Who)>,
}

impl Channel {
    /// What one of its messages is called: "a job" if the channel is called "jobs".
    pub fn a_message(&self) -> String {
        format!("a {}", self.kind())
    }

    /// What this message is called.
    pub fn message(&self, message: &Message) -> String {
        match message.number {
            Some(number) => format!("{} {number}", self.kind()),
            None => self.a_message(),
        }
    }

    /// What its messages are.
    pub fn kind(&self) -> &str {
        self.name.strip_suffix('s').unwrap_or("message")
    }

    /// The changes in the number of senders: when, by whom, and how many there are from then on.
    pub fn sender_counts(&self) -> Vec<(Instant, Who, usize)> {
        let made = self.senders.iter().map(|it| (it.from.0, it.from.1, 1));
        let dropped = self.senders.iter().filter_map(|it| it.dropped);
        let dropped = dropped.map(|(at, who)| (at, who, -1));
        let mut changes: Vec<(Instant, Who, isize)> = made.chain(dropped).collect();
        changes.sort_by_key(|&(at, ..)| at);
        let mut count = 0;
        let counts = changes.into_iter().map(|(at, who, change)| {
            count += change;
            (at, who, count.unsigned_abs())
        });
        counts.collect()
    }
}

impl Recording {
    /// What somebody waits for, as in "waits for a job".
    pub fn reason(&self, wait: &Wait) -> String {
        let reason = match wait.what {
            For::Room => "room".to_string(),
            For::Message(index) => self.channels[index].a_message(),
            For::Send(index) => {
                let Channel { name, capacity, .. } = &self.channels[index];
                let what = if *capacity == 0 {
                    "a reader of"
                } else {
                    "room in"
                };
                format!("{what} {name}")
            }
            For::End(who) => format!("{who} to end"),
            For::Ends => "the workers to end".to_string(),
        };
        let or_cancel = if wait.or_cancel { " or the cancel" } else { "" };
        format!("waits for {reason}{or_cancel}")
    }

    /// What somebody waits for, and why it does not come.
    pub fn explain(&self, wait: &Wait) -> String {
        let why = match wait.what {
            For::Message(index) => {
                let channel = &self.channels[index];
                let left = channel.senders.iter().filter(|it| it.dropped.is_none());
                let holders: Vec<Who> = left.map(|it| it.holder).collect();
                let name = &channel.name;
                match holders[..] {
                    [who] => format!(": 1 sender of {name} is left, held by {who}"),
                    _ => format!(
                        ": {} senders of {name} are left, held by {}",
                        holders.len(),
                        holders
                            .iter()
                            .map(Who::to_string)
                            .collect::<Vec<_>>()
                            .join(", "),
                    ),
                }
            }
            For::Send(index) if self.channels[index].capacity == 0 => {
                ", and nobody reads".to_string()
            }
            For::Send(index) => {
                let Channel { capacity, .. } = self.channels[index];
                format!(": its {capacity} places are taken")
            }
            For::Room | For::End(_) | For::Ends => String::new(),
        };
        format!("{} {}{why}", wait.who, self.reason(wait))
    }

    /// From when to when somebody waited; until now if it has not ended.
    pub(crate) fn waits_of(&self, who: Who) -> impl Iterator<Item = (&Wait, Instant)> {
        let waits = self.waits.iter().filter(move |wait| wait.who == who);
        waits.map(|wait| (wait, wait.to.unwrap_or(self.now)))
    }

    /// Those who wait and are no workers: each has a lane below the workers'.
    pub(crate) fn others(&self) -> Vec<Who> {
        let mut others = vec![Who::Submitter, Who::Main];
        others.retain(|&who| self.waits_of(who).next().is_some());
        others
    }

    /// The waits that have not ended: main's first, then those of the workers by their numbers.
    pub fn open_waits(&self) -> Vec<&Wait> {
        let waits = self.waits.iter().filter(|wait| wait.to.is_none());
        let mut waits: Vec<&Wait> = waits.collect();
        waits.sort_by_key(|wait| wait.who);
        waits
    }

    /// A worker starts this job: gives the job's number to the message that it took last.
    pub(crate) fn number_taken(&mut self, worker: usize, job: usize) {
        for channel in &mut self.channels {
            let is_its = |it: &&mut Message| it.taken.is_some_and(|it| it.1 == Who::Worker(worker));
            if let Some(message) = channel.messages.iter_mut().rev().find(is_its) {
                message.number.get_or_insert(job);
            }
        }
    }

    /// Since when every thread waits for another one; `None` if somebody can go on.
    pub fn stuck_since(&self) -> Option<Instant> {
        let threads = self.threads.iter().filter(|it| it.to.is_none());
        let mut everybody = threads.map(|it| it.who).chain([Who::Main]);
        let waits = self.open_waits();
        let is_waiting = |who| waits.iter().any(|it| it.who == who && !it.or_cancel);
        if !everybody.all(is_waiting) {
            return None;
        }
        waits.iter().map(|wait| wait.from).max()
    }
}

/// A wait that has begun, to pass to [`Timeline::go_on`].
#[derive(Debug)]
#[must_use = "without `go_on`, the wait is recorded as never ended"]
pub struct Waiting(usize);

impl Timeline {
    /// Records that somebody begins to wait now.
    pub fn wait(&self, who: Who, what: For, or_cancel: bool) -> Waiting {
        let mut recording = self.lock();
        let from = Instant::now();
        let waits = &mut recording.waits;
        if waits.len() == MAX_SPANS {
            return Waiting(MAX_SPANS);
        }
        let to = None;
        waits.push(Wait {
            who,
            what,
            or_cancel,
            from,
            to,
        });
        Waiting(waits.len() - 1)
    }

    /// Records that a wait ends now.
    pub fn go_on(&self, Waiting(index): Waiting) {
        if let Some(wait) = self.lock().waits.get_mut(index) {
            wait.to = Some(Instant::now());
        }
    }

    /// Records that somebody, `by`, starts a thread now.
    pub fn thread_starts(&self, who: Who, by: Who) {
        let mut recording = self.lock();
        let from = (Instant::now(), by);
        let to = None;
        recording.threads.push(Thread { who, from, to });
    }

    /// Records that a thread ends now.
    pub fn thread_ends(&self, who: Who) {
        let mut recording = self.lock();
        let mut threads = recording.threads.iter_mut();
        if let Some(thread) = threads.find(|it| it.who == who) {
            thread.to = Some(after_a_microsecond());
        }
    }

    /// Records that there is a channel from now on, and returns its index. It has no senders yet.
    pub fn channel(&self, name: &str, capacity: usize) -> usize {
        let mut recording = self.lock();
        recording.channels.push(Channel {
            name: name.to_string(),
            capacity,
            messages: Vec::new(),
            senders: Vec::new(),
            ends: Vec::new(),
        });
        recording.channels.len() - 1
    }

    /// Records that somebody makes a sender of a channel now, and returns its index.
    pub fn sender_made(&self, channel: usize, who: Who) -> usize {
        let senders = &mut self.lock().channels[channel].senders;
        senders.push(Sender {
            holder: who,
            from: (Instant::now(), who),
            dropped: None,
        });
        senders.len() - 1
    }

    /// Records that somebody drops a sender now.
    pub fn sender_dropped(&self, channel: usize, sender: usize, who: Who) {
        let senders = &mut self.lock().channels[channel].senders;
        senders[sender].dropped = Some((Instant::now(), who));
    }

    /// Records that somebody begins to send a message, and returns the message's index.
    pub fn offered(&self, channel: usize, sender: usize, who: Who, number: Option<usize>) -> usize {
        let channel = &mut self.lock().channels[channel];
        channel.senders[sender].holder = who;
        if channel.messages.len() == MAX_SPANS {
            return MAX_SPANS;
        }
        channel.messages.push(Message {
            number,
            by: who,
            sent: None,
            taken: None,
        });
        channel.messages.len() - 1
    }

    /// Records that the channel has taken a message.
    pub fn sent(&self, channel: usize, message: usize) {
        let channel = &mut self.lock().channels[channel];
        // A channel without room has taken it when its reader has.
        if channel.capacity > 0 {
            if let Some(message) = channel.messages.get_mut(message) {
                // Its reader may have been faster.
                message.sent.get_or_insert_with(Instant::now);
            }
        }
    }

    /// Records that somebody takes a message now.
    pub fn taken(&self, channel: usize, message: usize, who: Who) {
        let channel = &mut self.lock().channels[channel];
        if let Some(message) = channel.messages.get_mut(message) {
            let now = Instant::now();
            message.sent.get_or_insert(now);
            message.taken = Some((now, who));
        }
    }

    /// Records that somebody notices now that a channel is closed and empty. `is_loop` if that ends
    /// a loop over its messages.
    pub fn saw_end(&self, channel: usize, who: Who, is_loop: bool) {
        let ends = &mut self.lock().channels[channel].ends;
        ends.push((Instant::now(), who, is_loop));
    }

    /// Records that nobody can go on, and that the program is stopped now because of that. The
    /// recording ends here.
    pub fn give_up(&self) {
        let mut recording = self.lock();
        let at = Instant::now();
        let name = "nobody can go on".to_string();
        recording.gave_up = Some(at);
        recording.marks.push(Mark { name, at });
    }
}
