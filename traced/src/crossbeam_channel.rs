//! `crossbeam_channel`, as far as the lessons use it: real channels that tell the timeline what
//! happens.
//!
//! What is recorded is true to within the few microseconds between an event and its record, and its
//! order is always possible: no message is taken before it is sent, and a channel is closed before
//! anybody notices.

use std::any::Any;
use std::panic::Location;
use std::path::Path;

use crossbeam_channel as real;
use timeline::{For, Timeline};

pub use real::{RecvError, SendError};

use crate::place;
pub use crate::select_biased;
use crate::thread::who;

/// Where a lesson makes a channel, and what it calls it: the file's name, the line, the name.
const NAMES: &[(&str, u32, &str)] = include!(concat!(env!("OUT_DIR"), "/names.rs"));

/// A channel of a timeline.
#[derive(Clone)]
struct Channel {
    timeline: Timeline,
    index: usize,
}

/// What a channel really carries.
struct Message<T> {
    /// Its index in the record of the channel.
    index: usize,
    value: T,
}

/// The real sender, and its record.
pub struct Sender<T> {
    real: real::Sender<Message<T>>,
    channel: Channel,
    /// Its index in the record of the channel.
    index: usize,
}

/// The real receiver, and the channel's record.
pub struct Receiver<T> {
    real: real::Receiver<Message<T>>,
    channel: Channel,
}

/// Makes a channel with room for this number of messages.
///
/// # Panics
///
/// If no timeline has been made.
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let here = Location::caller();
    place::at(here);
    let is_here = |(file, line, _): &&(&str, u32, &str)| {
        Path::new(here.file()).ends_with(file) && here.line() == *line
    };
    let name = NAMES.iter().find(is_here).map_or("messages", |it| it.2);
    let timeline = Timeline::newest().expect("a lesson makes a timeline before its channels");
    let index = timeline.channel(name, capacity);
    let (sender, receiver) = real::bounded(capacity);
    let channel = Channel { timeline, index };
    let sender = Sender {
        real: sender,
        index: channel.timeline.sender_made(index, who()),
        channel: channel.clone(),
    };
    let real = receiver;
    (sender, Receiver { real, channel })
}

impl<T: 'static> Sender<T> {
    /// Sends, and waits for room if there is none.
    ///
    /// # Errors
    ///
    /// If all receivers are gone.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        place::here();
        let message = self.offer(value);
        let index = message.index;
        let Channel {
            timeline,
            index: channel,
        } = &self.channel;
        let sent = match self.real.try_send(message) {
            Err(real::TrySendError::Full(message)) => {
                let waiting = timeline.wait(who(), For::Send(*channel), false);
                let sent = self.real.send(message);
                timeline.go_on(waiting);
                sent
            }
            sent => sent.map_err(|error| SendError(error.into_inner())),
        };
        self.sent(index, sent)
    }

    fn offer(&self, value: T) -> Message<T> {
        let Channel { timeline, index } = &self.channel;
        let number = (&value as &dyn Any).downcast_ref().copied();
        Message {
            index: timeline.offered(*index, self.index, who(), number),
            value,
        }
    }

    fn sent(
        &self,
        message: usize,
        sent: Result<(), SendError<Message<T>>>,
    ) -> Result<(), SendError<T>> {
        match sent {
            Ok(()) => {
                self.channel.timeline.sent(self.channel.index, message);
                Ok(())
            }
            Err(SendError(message)) => Err(SendError(message.value)),
        }
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Sender<T> {
        place::here();
        let Channel { timeline, index } = &self.channel;
        Sender {
            index: timeline.sender_made(*index, who()),
            real: self.real.clone(),
            channel: self.channel.clone(),
        }
    }
}

impl<T> Drop for Sender<T> {
    /// Recorded before the real sender goes, so before anybody can notice.
    fn drop(&mut self) {
        let Channel { timeline, index } = &self.channel;
        timeline.sender_dropped(*index, self.index, who());
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver {
            real: self.real.clone(),
            channel: self.channel.clone(),
        }
    }
}

impl<T> Receiver<T> {
    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// If the channel is closed and empty.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        place::here();
        let message = self.wait();
        if message.is_err() {
            self.saw_end(false);
        }
        message
    }

    /// Takes the messages that are there, and waits for none.
    #[track_caller]
    pub fn try_iter(&self) -> impl Iterator<Item = T> {
        place::here();
        self.real.try_iter().map(|message| self.taken(message))
    }

    /// How many messages are in the channel.
    pub fn len(&self) -> usize {
        self.real.len()
    }

    /// Whether no message is in the channel.
    pub fn is_empty(&self) -> bool {
        self.real.is_empty()
    }

    fn wait(&self) -> Result<T, RecvError> {
        let Channel { timeline, index } = &self.channel;
        let message = match self.real.try_recv() {
            Err(real::TryRecvError::Empty) => {
                let waiting = timeline.wait(who(), For::Message(*index), false);
                let message = self.real.recv();
                timeline.go_on(waiting);
                message
            }
            message => message.map_err(|_| RecvError),
        };
        message.map(|message| self.taken(message))
    }

    fn taken(&self, message: Message<T>) -> T {
        let Channel { timeline, index } = &self.channel;
        timeline.taken(*index, message.index, who());
        message.value
    }

    fn saw_end(&self, is_loop: bool) {
        let Channel { timeline, index } = &self.channel;
        timeline.saw_end(*index, who(), is_loop);
    }
}

/// A loop over the messages of a channel.
pub struct IntoIter<T>(Receiver<T>);

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        place::here();
        let message = self.0.wait().ok();
        if message.is_none() {
            self.0.saw_end(true);
        }
        message
    }
}

/// A receiver in a select: of a recorded channel, or the real one of a context.
pub trait Source {
    /// What it receives.
    type Item;

    /// Adds it to a select.
    fn add<'a>(&'a self, selection: &mut Selection<'a>);

    /// Receives.
    ///
    /// # Errors
    ///
    /// If the channel is closed and empty.
    fn finish(&self, chosen: real::SelectedOperation) -> Result<Self::Item, RecvError>;
}

impl<T> Source for Receiver<T> {
    type Item = T;

    fn add<'a>(&'a self, selection: &mut Selection<'a>) {
        selection.real.recv(&self.real);
        selection.waits_for = Some((&self.channel, For::Message(self.channel.index)));
    }

    fn finish(&self, chosen: real::SelectedOperation) -> Result<T, RecvError> {
        let message = chosen.recv(&self.real);
        if message.is_err() {
            self.saw_end(false);
        }
        message.map(|message| self.taken(message))
    }
}

impl<T> Source for real::Receiver<T> {
    type Item = T;

    fn add<'a>(&'a self, selection: &mut Selection<'a>) {
        selection.real.recv(self);
        selection.or_cancel = true;
    }

    fn finish(&self, chosen: real::SelectedOperation) -> Result<T, RecvError> {
        chosen.recv(self)
    }
}

impl<T: 'static> Sender<T> {
    /// Adds it to a select.
    pub fn add<'a>(&'a self, selection: &mut Selection<'a>) {
        selection.real.send(&self.real);
        selection.waits_for = Some((&self.channel, For::Send(self.channel.index)));
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// If all receivers are gone.
    pub fn finish(&self, chosen: real::SelectedOperation, value: T) -> Result<(), SendError<T>> {
        let message = self.offer(value);
        let index = message.index;
        self.sent(index, chosen.send(&self.real, message))
    }
}

/// The arms of a select, from top to bottom.
pub struct Selection<'a> {
    real: real::Select<'a>,
    waits_for: Option<(&'a Channel, For)>,
    or_cancel: bool,
}

impl<'a> Selection<'a> {
    /// A select without arms.
    pub fn new() -> Selection<'a> {
        Selection {
            real: real::Select::new_biased(),
            waits_for: None,
            or_cancel: false,
        }
    }

    /// Waits until an arm is ready.
    #[track_caller]
    pub fn wait(&mut self) -> real::SelectedOperation<'a> {
        place::here();
        if let Ok(chosen) = self.real.try_select() {
            return chosen;
        }
        let Some((channel, what)) = self.waits_for else {
            return self.real.select();
        };
        let waiting = channel.timeline.wait(who(), what, self.or_cancel);
        let chosen = self.real.select();
        channel.timeline.go_on(waiting);
        chosen
    }
}

impl Default for Selection<'_> {
    fn default() -> Self {
        Selection::new()
    }
}

/// `select_biased!` with arms `recv(channel) -> message => what to do` and
/// `send(channel, message) -> sent => what to do`. It evaluates the channels twice.
#[macro_export]
macro_rules! select_biased {
    // Puts each arm in braces.
    (@arms [$($arms:tt)*] $op:ident($($on:tt)*) -> $got:pat => $do:block $($rest:tt)*) => {
        $crate::select_biased!(@arms [$($arms)* { $op ($($on)*) ($got) ($do) }] $($rest)*)
    };
    (@arms [$($arms:tt)*] $op:ident($($on:tt)*) -> $got:pat => $do:expr, $($rest:tt)*) => {
        $crate::select_biased!(@arms [$($arms)* { $op ($($on)*) ($got) ($do) }] $($rest)*)
    };
    (@arms [$({ $op:ident ($on:expr $(, $value:expr)?) ($got:pat) ($do:expr) })*]) => {{
        #[allow(unused_imports)]
        use $crate::crossbeam_channel::Source as _;
        let mut selection = $crate::crossbeam_channel::Selection::new();
        $($on.add(&mut selection);)*
        let chosen = selection.wait();
        let arm = chosen.index();
        $crate::select_biased!(
            @choose arm, chosen, 0, $({ ($on $(, $value)?) ($got) ($do) })*
        )
    }};
    (@choose $arm:ident, $chosen:ident, $index:expr,
        { ($on:expr $(, $value:expr)?) ($got:pat) ($do:expr) } $($rest:tt)*) => {
        if $arm == $index {
            let $got = $on.finish($chosen $(, $value)?);
            $do
        } else {
            $crate::select_biased!(@choose $arm, $chosen, $index + 1, $($rest)*)
        }
    };
    (@choose $arm:ident, $chosen:ident, $index:expr,) => {
        unreachable!("there are no other arms")
    };
    ($op:ident($($on:tt)*) $($rest:tt)*) => {
        $crate::select_biased!(@arms [] $op($($on)*) $($rest)*)
    };
}
