//! A stand-in for crossbeam's channels, with the parts that the lessons use. All channels share one
//! lock, so that loom can check every order in which the threads get it.
//!
//! It behaves as crossbeam does. A select checks one channel after the other, and other threads may
//! run in between. A thread that sends, takes or closes wakes a thread that waits. If the channel
//! is unbuffered, the woken thread already has its message. In any other channel, a faster thread
//! may take the message first, so the woken thread checks again.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use loom::sync::Condvar;

use crate::model::std::panic::has_failed;
use crate::story::{self, ChannelState, tell};

pub use crate::{model_select as select, model_select_biased as select_biased};

// The steps that the story tells of a channel. The channel's name replaces `CHANNEL`.
const CHANNEL: &str = "{}";
const SENDS: &str = "sends to {}";
const HANDS_OVER: &str = "hands a message over through {}";
const TAKES: &str = "takes from {}";
const CLOSES: &str = "closes {}";
const FINDS_EMPTY: &str = "finds that {} is empty";
/// The calling thread finds that the channel is closed. Of a context: it sees the cancel.
pub const FINDS_CLOSED: &str = "finds that {} is closed";

/// The lock that all channels share.
type World = Arc<loom::sync::Mutex<()>>;

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    /// The threads to wake as soon as no channel is in use.
    static WOKEN: RefCell<Vec<Arc<Ticket>>> = const { RefCell::new(Vec::new()) };
}

/// Makes a new lock for the next interleaving, because loom's locks last for one only.
pub fn begin() {
    WORLD.set(Some(World::default()));
    WOKEN.take();
}

/// Does something while no other thread can run.
pub fn alone<T>(action: impl FnOnce() -> T) -> T {
    let world = world();
    let _alone = lock(&world);
    let output = action();
    wake();
    output
}

fn world() -> World {
    WORLD.with_borrow(|world| world.clone().expect("`begin` comes first"))
}

fn lock(world: &World) -> loom::sync::MutexGuard<'_, ()> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake() {
    for ticket in WOKEN.take() {
        ticket.wake.notify_one();
    }
}

/// A channel. Its lock is only there for the compiler. No thread ever waits for it, because loom
/// switches threads only at its own locks.
struct Channel<T> {
    name: &'static str,
    /// Its number in the story.
    number: usize,
    /// How the story shows a message, if it can.
    show: fn(&T) -> Option<String>,
    state: Mutex<State<T>>,
}

impl<T> Channel<T> {
    /// A channel that counts one sender, even if nobody holds it, and one receiver.
    fn new(
        name: &'static str,
        capacity: Option<usize>,
        show: fn(&T) -> Option<String>,
    ) -> Channel<T> {
        let state = State {
            queue: VecDeque::new(),
            sent: 0,
            capacity,
            senders: 1,
            receivers: 1,
            waiting_senders: Vec::new(),
            waiting_receivers: Vec::new(),
        };
        let channel = Channel {
            name,
            number: story::next_channel(),
            show,
            state: Mutex::new(state),
        };
        channel.changed(&own(&channel.state), false);
        channel
    }

    /// Tells the story what is in the channel now, and whether the last step has changed it.
    fn changed(&self, state: &State<T>, by_last_step: bool) {
        if self.name.is_empty() {
            return;
        }
        let first = state.sent - state.queue.len() + 1;
        let messages = (first..).zip(&state.queue);
        let messages =
            messages.map(|(nth, it)| (self.show)(it).unwrap_or_else(|| format!("#{nth}")));
        let state = ChannelState {
            name: self.name,
            capacity: state.capacity,
            messages: messages.collect(),
            senders: state.senders,
            receivers: state.receivers,
        };
        story::changed(self.number, state, by_last_step);
    }

    /// Adds a step to the story: the calling thread does this with the channel.
    fn tell(&self, step: &str) {
        match (self.name, step) {
            ("", _) => {}
            ("done", CLOSES) => tell("cancels"),
            ("done", FINDS_CLOSED) => tell("sees the cancel"),
            (name, _) => tell(step.replace(CHANNEL, name)),
        }
    }

    /// Why the calling thread waits.
    fn obstacle(&self, obstacle: &str) -> String {
        match self.name {
            "" => String::new(),
            "done" => "nobody has cancelled yet".to_owned(),
            name => format!("{name} {obstacle}"),
        }
    }
}

struct State<T> {
    queue: VecDeque<T>,
    /// How many messages were ever put into the queue.
    sent: usize,
    capacity: Option<usize>,
    senders: usize,
    receivers: usize,
    waiting_senders: Vec<Waiting<T>>,
    waiting_receivers: Vec<Waiting<T>>,
}

/// A thread that waits for this channel, and maybe for another one too.
struct Waiting<T> {
    ticket: Arc<Ticket>,
    arm: usize,
    slot: Slot<T>,
}

/// The message of a thread that waits: the one that it sends, or the one that it has received.
type Slot<T> = Arc<Mutex<Option<T>>>;

/// One wait of one thread. It ends only once.
pub struct Ticket {
    woken: Mutex<Option<Woken>>,
    wake: Condvar,
}

#[derive(Clone, Copy)]
enum Woken {
    /// This arm was chosen.
    Chosen(usize),
    /// A channel was closed.
    Closed,
}

fn own<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.try_lock().expect("loom runs one thread at a time")
}

impl Ticket {
    /// Ends the wait. Returns whether this call was the one that ended it.
    fn end(self: &Arc<Ticket>, woken: Woken) -> bool {
        let mut first = own(&self.woken);
        if first.is_some() {
            return false;
        }
        *first = Some(woken);
        WOKEN.with_borrow_mut(|tickets| tickets.push(Arc::clone(self)));
        true
    }
}

/// Chooses the thread that has waited longest, if one still waits.
fn choose<T>(waiting: &mut Vec<Waiting<T>>) -> Option<Slot<T>> {
    let chosen = waiting
        .iter()
        .position(|it| it.ticket.end(Woken::Chosen(it.arm)))?;
    Some(waiting.remove(chosen).slot)
}

fn register<T>(queue: &mut Vec<Waiting<T>>, ticket: &Arc<Ticket>, arm: usize, slot: &Slot<T>) {
    queue.push(Waiting {
        ticket: Arc::clone(ticket),
        arm,
        slot: Arc::clone(slot),
    });
}

fn unregister<T>(queue: &mut Vec<Waiting<T>>, ticket: &Arc<Ticket>) {
    queue.retain(|it| !Arc::ptr_eq(&it.ticket, ticket));
}

/// crossbeam's `Sender`.
pub struct Sender<T>(Arc<Channel<T>>);

/// crossbeam's `Receiver`.
pub struct Receiver<T>(Arc<Channel<T>>);

/// crossbeam's `SendError`.
#[derive(PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// crossbeam's `RecvError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// crossbeam's `TryRecvError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is no message now.
    Empty,
    /// There is no message, and none can come.
    Disconnected,
}

/// A channel with room for any number of messages.
#[track_caller]
pub fn unbounded<T: 'static>() -> (Sender<T>, Receiver<T>) {
    channel(name(Location::caller()), None)
}

/// A channel with room for `capacity` messages.
#[track_caller]
pub fn bounded<T: 'static>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel(name(Location::caller()), Some(capacity))
}

/// A receiver that never gets a message.
pub fn never<T>() -> Receiver<T> {
    Receiver(Arc::new(Channel::new("", None, |_| None)))
}

/// A channel that has this name in the story. If the name is empty, the story leaves it out.
pub fn channel<T: 'static>(
    name: &'static str,
    capacity: Option<usize>,
) -> (Sender<T>, Receiver<T>) {
    let show = |message: &T| {
        let number = (message as &dyn Any).downcast_ref::<usize>();
        number.map(usize::to_string)
    };
    let channel = Arc::new(Channel::new(name, capacity, show));
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

/// The name of the channel: the lesson's variable for its sender, without "_tx". A statement may
/// have more than one line.
fn name(place: &'static Location) -> &'static str {
    thread_local!(static NAMES: RefCell<HashMap<&'static Location<'static>, &'static str>> =
        RefCell::default());
    NAMES.with_borrow_mut(|names| {
        *names.entry(place).or_insert_with(|| {
            let source = fs::read_to_string(place.file()).unwrap_or_default();
            let lines = source.lines().take(place.line() as usize);
            let names = lines.filter_map(|line| line.trim().strip_prefix("let ("));
            let name = names.last().and_then(|names| names.split(',').next());
            let name = name.map_or("a channel", |name| name.trim_end_matches("_tx"));
            String::leak(name.to_owned())
        })
    })
}

impl<T> Sender<T> {
    /// Sends a message. Waits while the channel is full.
    ///
    /// # Errors
    ///
    /// Returns the message if the last receiver is gone.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        match wait(&mut self.sending(message), &mut Nothing, false) {
            Either::First(sent) => sent,
            Either::Second(never) => match never {},
        }
    }

    /// A send, as an arm of a select.
    pub fn sending(&self, message: T) -> Sending<'_, T> {
        Sending {
            channel: &self.0,
            slot: Arc::new(Mutex::new(Some(message))),
        }
    }

    /// How many messages are in the channel.
    pub fn len(&self) -> usize {
        alone(|| own(&self.0.state).queue.len())
    }

    /// Whether the channel is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Receiver<T> {
    /// Takes a message. Waits while the channel is empty.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty and closed.
    pub fn recv(&self) -> Result<T, RecvError> {
        match wait(&mut self.receiving(), &mut Nothing, false) {
            Either::First(received) => received,
            Either::Second(never) => match never {},
        }
    }

    /// A receive, as an arm of a select.
    pub fn receiving(&self) -> Receiving<'_, T> {
        Receiving {
            channel: &self.0,
            slot: Slot::default(),
        }
    }

    /// Takes a message if there is one. Never waits.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty, and says whether it is closed too.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        alone(|| match self.receiving().attempt() {
            Some(Ok(message)) => Ok(message),
            Some(Err(RecvError)) => Err(TryRecvError::Disconnected),
            None => {
                self.tell(FINDS_EMPTY);
                Err(TryRecvError::Empty)
            }
        })
    }

    /// How many messages are in the channel.
    pub fn len(&self) -> usize {
        alone(|| own(&self.0.state).queue.len())
    }

    /// Whether the channel is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a step to the story: the calling thread does this with the channel.
    pub fn tell(&self, step: &str) {
        self.0.tell(step);
    }

    /// All messages, until the channel is empty and closed.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// The messages that are in the channel now.
    pub fn try_iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.try_recv().ok())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        let mut state = own(&self.0.state);
        state.senders += 1;
        self.0.changed(&state, false);
        drop(state);
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        let mut state = own(&self.0.state);
        state.receivers += 1;
        self.0.changed(&state, false);
        drop(state);
        Receiver(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if has_failed() {
            return;
        }
        alone(|| {
            let mut state = own(&self.0.state);
            state.senders -= 1;
            if state.senders == 0 {
                self.0.tell(CLOSES);
                for waiting in state.waiting_receivers.drain(..) {
                    waiting.ticket.end(Woken::Closed);
                }
            }
            self.0.changed(&state, state.senders == 0);
        });
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if has_failed() {
            return;
        }
        alone(|| {
            let mut state = own(&self.0.state);
            state.receivers -= 1;
            if state.receivers == 0 {
                for waiting in state.waiting_senders.drain(..) {
                    waiting.ticket.end(Woken::Closed);
                }
            }
            self.0.changed(&state, false);
        });
    }
}

/// An iterator over all messages. It owns its receiver.
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

/// An iterator over all messages. It borrows its receiver.
pub struct Iter<'a, T>(&'a Receiver<T>);

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> Debug for Sender<T> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}

impl<T> Debug for Receiver<T> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}

impl<T> Debug for SendError<T> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.pad("SendError(..)")
    }
}

/// Something that a thread may wait for: a send or a receive.
pub trait Operation {
    /// Its result.
    type Output;

    /// Whether it can ever be done.
    const IS_POSSIBLE: bool = true;

    /// Does it if it can be done now.
    fn attempt(&mut self) -> Option<Self::Output>;

    /// Does it after another thread has chosen it. Returns `None` if a third thread was faster.
    fn accept(&mut self) -> Option<Self::Output>;

    /// Adds the calling thread to those that wait for the channel.
    fn register(&self, ticket: &Arc<Ticket>, arm: usize);

    /// Removes the calling thread from those that wait for the channel.
    fn unregister(&self, ticket: &Arc<Ticket>);

    /// Why it cannot be done now.
    fn obstacle(&self) -> String;
}

/// See [`Sender::sending`].
pub struct Sending<'a, T> {
    channel: &'a Channel<T>,
    slot: Slot<T>,
}

/// See [`Receiver::receiving`].
pub struct Receiving<'a, T> {
    channel: &'a Channel<T>,
    slot: Slot<T>,
}

/// An operation that can never be done, for a wait with one arm.
struct Nothing;

impl<T> Operation for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn attempt(&mut self) -> Option<Self::Output> {
        let mut state = own(&self.channel.state);
        let message = own(&self.slot).take().expect("it is not sent yet");
        if state.receivers == 0 {
            return Some(Err(SendError(message)));
        }
        if state.capacity == Some(0) {
            if let Some(slot) = choose(&mut state.waiting_receivers) {
                self.channel.tell(HANDS_OVER);
                *own(&slot) = Some(message);
                return Some(Ok(()));
            }
        } else if state.capacity.is_none_or(|room| state.queue.len() < room) {
            self.channel.tell(SENDS);
            state.queue.push_back(message);
            state.sent += 1;
            self.channel.changed(&state, true);
            choose(&mut state.waiting_receivers);
            return Some(Ok(()));
        }
        *own(&self.slot) = Some(message);
        None
    }

    fn accept(&mut self) -> Option<Self::Output> {
        if own(&self.slot).is_none() {
            return Some(Ok(())); // a receiver has it
        }
        self.attempt()
    }

    fn register(&self, ticket: &Arc<Ticket>, arm: usize) {
        let state = &mut own(&self.channel.state);
        register(&mut state.waiting_senders, ticket, arm, &self.slot);
    }

    fn unregister(&self, ticket: &Arc<Ticket>) {
        let state = &mut own(&self.channel.state);
        unregister(&mut state.waiting_senders, ticket);
    }

    fn obstacle(&self) -> String {
        let capacity = own(&self.channel.state).capacity;
        self.channel.obstacle(match capacity {
            Some(0) => "has no receiver ready",
            _ => "is full",
        })
    }
}

impl<T> Operation for Receiving<'_, T> {
    type Output = Result<T, RecvError>;

    fn attempt(&mut self) -> Option<Self::Output> {
        let mut state = own(&self.channel.state);
        if let Some(message) = state.queue.pop_front() {
            self.channel.tell(TAKES);
            self.channel.changed(&state, true);
            choose(&mut state.waiting_senders);
            return Some(Ok(message));
        }
        if state.capacity == Some(0) {
            if let Some(slot) = choose(&mut state.waiting_senders) {
                self.channel.tell(TAKES);
                let message = own(&slot).take().expect("a sender that waits has one");
                return Some(Ok(message));
            }
        }
        if state.senders == 0 {
            self.channel.tell(FINDS_CLOSED);
            return Some(Err(RecvError));
        }
        None
    }

    fn accept(&mut self) -> Option<Self::Output> {
        let given = own(&self.slot).take();
        if let Some(message) = given {
            self.channel.tell(TAKES);
            return Some(Ok(message));
        }
        self.attempt()
    }

    fn register(&self, ticket: &Arc<Ticket>, arm: usize) {
        let state = &mut own(&self.channel.state);
        register(&mut state.waiting_receivers, ticket, arm, &self.slot);
    }

    fn unregister(&self, ticket: &Arc<Ticket>) {
        let state = &mut own(&self.channel.state);
        unregister(&mut state.waiting_receivers, ticket);
    }

    fn obstacle(&self) -> String {
        self.channel.obstacle("is empty")
    }
}

impl Operation for Nothing {
    type Output = Infallible;

    const IS_POSSIBLE: bool = false;

    fn attempt(&mut self) -> Option<Infallible> {
        None
    }

    fn accept(&mut self) -> Option<Infallible> {
        None
    }

    fn register(&self, _: &Arc<Ticket>, _: usize) {}

    fn unregister(&self, _: &Arc<Ticket>) {}

    fn obstacle(&self) -> String {
        String::new()
    }
}

/// Tells which of two operations was done.
pub enum Either<A, B> {
    /// The first one, with its result.
    First(A),
    /// The second one, with its result.
    Second(B),
}

/// Does one of two operations, and waits until one can be done. If both can be done, it does the
/// first one, or with `prefers_second` the second one.
pub fn wait<A: Operation, B: Operation>(
    first: &mut A,
    second: &mut B,
    prefers_second: bool,
) -> Either<A::Output, B::Output> {
    let world = world();
    let mut alone = lock(&world);
    let done = loop {
        if prefers_second {
            if let Some(output) = second.attempt() {
                break Either::Second(output);
            }
        }
        if let Some(output) = first.attempt() {
            break Either::First(output);
        }
        if B::IS_POSSIBLE {
            drop(alone);
            alone = lock(&world);
            if let Some(output) = second.attempt() {
                break Either::Second(output);
            }
            // As in crossbeam, a thread checks once more before it waits.
            if let Some(output) = first.attempt() {
                break Either::First(output);
            }
        }

        let obstacles = [first.obstacle(), second.obstacle()];
        let obstacles: Vec<String> = obstacles.into_iter().filter(|it| !it.is_empty()).collect();
        tell(format_args!("waits: {}", obstacles.join(", and ")));
        let ticket = Arc::new(Ticket {
            woken: Mutex::new(None),
            wake: Condvar::new(),
        });
        first.register(&ticket, 1);
        second.register(&ticket, 2);
        let woken = loop {
            let waited = ticket.wake.wait(alone);
            alone = waited.unwrap_or_else(PoisonError::into_inner);
            if let Some(woken) = *own(&ticket.woken) {
                break woken;
            }
        };
        first.unregister(&ticket);
        second.unregister(&ticket);
        let done = match woken {
            Woken::Chosen(1) => first.accept().map(Either::First),
            Woken::Chosen(_) => second.accept().map(Either::Second),
            Woken::Closed => None,
        };
        if let Some(done) = done {
            break done;
        }
    };
    wake();
    done
}

/// crossbeam's `select_biased!`, with two arms.
#[macro_export]
macro_rules! model_select_biased {
    ($($arms:tt)+) => { $crate::model_select_arms!(false; $($arms)+) };
}

/// crossbeam's `select!`, with two arms. crossbeam picks one at random. Here the second one always
/// wins, so that the model includes the unlucky case.
#[macro_export]
macro_rules! model_select {
    ($($arms:tt)+) => { $crate::model_select_arms!(true; $($arms)+) };
}

/// What both selects expand to.
#[macro_export]
macro_rules! model_select_arms {
    // After a block, the comma between two arms is optional.
    ($prefers_second:literal; $one:ident($($what:expr),+) -> $output:pat => $body:block
     $other:ident($($that:expr),+) -> $second:pat => $other_body:expr $(,)?) => {
        $crate::model_select_arms!($prefers_second; $one($($what),+) -> $output => $body,
            $other($($that),+) -> $second => $other_body)
    };
    ($prefers_second:literal; $one:ident($($what:expr),+) -> $output:pat => $body:expr,
     $other:ident($($that:expr),+) -> $second:pat => $other_body:expr $(,)?) => {{
        let mut one = $crate::model_operation!($one($($what),+));
        let mut other = $crate::model_operation!($other($($that),+));
        match $crate::model::crossbeam_channel::wait(&mut one, &mut other, $prefers_second) {
            $crate::model::crossbeam_channel::Either::First($output) => $body,
            $crate::model::crossbeam_channel::Either::Second($second) => $other_body,
        }
    }};
}

/// What an arm of a select waits for.
#[macro_export]
macro_rules! model_operation {
    (recv($receiver:expr)) => {
        $receiver.receiving()
    };
    (send($sender:expr, $message:expr)) => {
        $sender.sending($message)
    };
}
