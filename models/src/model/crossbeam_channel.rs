//! crossbeam's channels, as far as the lessons use them: under one lock, so that loom can try
//! every order in which threads get it.
//!
//! It does what crossbeam does. A select looks at one channel after the other, and other threads may
//! run in between. A thread that waits is woken by the one that sends, takes or closes. In a channel
//! without room, it has the message by then; in any other, a faster thread may take it first, and
//! the woken one looks again.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use loom::sync::Condvar;

use crate::model::std::panic::has_failed;
use crate::story::tell;

pub use crate::{model_select as select, model_select_biased as select_biased};

/// What everything here happens under.
type World = Arc<loom::sync::Mutex<()>>;

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
    /// The threads to wake when nobody's channel is in use any more.
    static WOKEN: RefCell<Vec<Arc<Ticket>>> = const { RefCell::new(Vec::new()) };
}

/// Makes the world of the next interleaving. loom's locks do not outlive one.
pub fn begin() {
    WORLD.set(Some(World::default()));
    WOKEN.take();
}

/// Does something while no other thread does anything.
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

/// A channel. Its lock is never waited for: it keeps the compiler content, and no other thread
/// runs until loom sees one of its own locks.
struct Channel<T> {
    name: &'static str,
    state: Mutex<State<T>>,
}

impl<T> Channel<T> {
    /// With one sender, whether somebody holds it or not, and one receiver.
    fn new(name: &'static str, capacity: Option<usize>) -> Channel<T> {
        let state = State {
            queue: VecDeque::new(),
            capacity,
            senders: 1,
            receivers: 1,
            waiting_senders: Vec::new(),
            waiting_receivers: Vec::new(),
        };
        Channel {
            name,
            state: Mutex::new(state),
        }
    }

    /// Tells that the calling thread does this with the channel.
    fn tell(&self, does: &str) {
        match (self.name, does) {
            ("", _) => {}
            ("done", "closes") => tell("cancels"),
            ("done", "finds closed:") => tell("sees the cancel"),
            (name, _) => tell(format_args!("{does} {name}")),
        }
    }

    /// Why the calling thread waits.
    fn obstacle(&self, obstacle: &str) -> String {
        match self.name {
            "" => String::new(),
            "done" => "nobody has cancelled".to_owned(),
            name => format!("{name} {obstacle}"),
        }
    }
}

struct State<T> {
    queue: VecDeque<T>,
    capacity: Option<usize>,
    senders: usize,
    receivers: usize,
    waiting_senders: Vec<Waiting<T>>,
    waiting_receivers: Vec<Waiting<T>>,
}

/// A thread that waits for a channel, and maybe for others.
struct Waiting<T> {
    ticket: Arc<Ticket>,
    arm: usize,
    slot: Slot<T>,
}

/// Where a thread that waits keeps its message: one to be taken, or the one that it was given.
type Slot<T> = Arc<Mutex<Option<T>>>;

/// A wait, which ends once.
pub struct Ticket {
    woken: Mutex<Option<Woken>>,
    wake: Condvar,
}

#[derive(Clone, Copy)]
enum Woken {
    /// For this arm.
    Chosen(usize),
    /// Because a channel was closed.
    Closed,
}

fn own<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.try_lock().expect("only one thread of loom's runs")
}

impl Ticket {
    /// Ends the wait. Says whether this was what ended it.
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

/// Chooses the one that has waited longest, if one still waits.
fn choose<T>(waiting: &mut Vec<Waiting<T>>) -> Option<Slot<T>> {
    let chosen = waiting
        .iter()
        .position(|it| it.ticket.end(Woken::Chosen(it.arm)))?;
    Some(waiting.remove(chosen).slot)
}

fn register<T>(line: &mut Vec<Waiting<T>>, ticket: &Arc<Ticket>, arm: usize, slot: &Slot<T>) {
    line.push(Waiting {
        ticket: Arc::clone(ticket),
        arm,
        slot: Arc::clone(slot),
    });
}

fn unregister<T>(line: &mut Vec<Waiting<T>>, ticket: &Arc<Ticket>) {
    line.retain(|it| !Arc::ptr_eq(&it.ticket, ticket));
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
    /// Nothing to take now.
    Empty,
    /// Nothing to take ever.
    Disconnected,
}

/// A channel with room for everything.
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    channel(name(Location::caller()), None)
}

/// A channel with room for `capacity` messages.
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel(name(Location::caller()), Some(capacity))
}

/// A receiver to which nothing ever comes.
pub fn never<T>() -> Receiver<T> {
    Receiver(Arc::new(Channel::new("", None)))
}

/// A channel that has this name in the story, or is not told of if it has none.
pub fn channel<T>(name: &'static str, capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel::new(name, capacity));
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

/// What the sender is called where a channel is made, without "_tx".
fn name(place: &'static Location) -> &'static str {
    thread_local!(static NAMES: RefCell<HashMap<&'static Location<'static>, &'static str>> =
        RefCell::default());
    NAMES.with_borrow_mut(|names| {
        *names.entry(place).or_insert_with(|| {
            let source = fs::read_to_string(place.file()).unwrap_or_default();
            let line = source.lines().nth(place.line() as usize - 1);
            let names = line.and_then(|line| line.trim().strip_prefix("let ("));
            let name = names.and_then(|names| names.split(',').next());
            let name = name.map_or("a channel", |name| name.trim_end_matches("_tx"));
            String::leak(name.to_owned())
        })
    })
}

impl<T> Sender<T> {
    /// Sends a message, and waits for room if it must.
    ///
    /// # Errors
    ///
    /// When nobody can receive it any more.
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        match wait(&mut self.sending(message), &mut Nothing, false) {
            Either::First(sent) => sent,
            Either::Second(never) => match never {},
        }
    }

    /// A send that a select may choose.
    pub fn sending(&self, message: T) -> Sending<'_, T> {
        Sending {
            channel: &self.0,
            slot: Arc::new(Mutex::new(Some(message))),
        }
    }

    /// How many messages wait in it.
    pub fn len(&self) -> usize {
        alone(|| own(&self.0.state).queue.len())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Receiver<T> {
    /// Takes a message, and waits for one if it must.
    ///
    /// # Errors
    ///
    /// When none is left and none can come.
    pub fn recv(&self) -> Result<T, RecvError> {
        match wait(&mut self.receiving(), &mut Nothing, false) {
            Either::First(received) => received,
            Either::Second(never) => match never {},
        }
    }

    /// A receive that a select may choose.
    pub fn receiving(&self) -> Receiving<'_, T> {
        Receiving {
            channel: &self.0,
            slot: Slot::default(),
        }
    }

    /// Takes a message if there is one.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        alone(|| match self.receiving().attempt() {
            Some(Ok(message)) => Ok(message),
            Some(Err(RecvError)) => Err(TryRecvError::Disconnected),
            None => {
                self.tell("finds empty:");
                Err(TryRecvError::Empty)
            }
        })
    }

    /// How many messages wait in it.
    pub fn len(&self) -> usize {
        alone(|| own(&self.0.state).queue.len())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells that the calling thread does this with it.
    pub fn tell(&self, does: &str) {
        self.0.tell(does);
    }

    /// All messages, until the channel is closed and empty.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// The messages that are there.
    pub fn try_iter(&self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| self.try_recv().ok())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        own(&self.0.state).senders += 1;
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        own(&self.0.state).receivers += 1;
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
                self.0.tell("closes");
                for waiting in state.waiting_receivers.drain(..) {
                    waiting.ticket.end(Woken::Closed);
                }
            }
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
        });
    }
}

/// An iterator over all messages.
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

/// An iterator over all messages, for a `Receiver` that is borrowed.
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

/// What a thread may wait for.
pub trait Operation {
    /// What it ends with.
    type Output;

    /// Whether it can be done at all.
    const IS_POSSIBLE: bool = true;

    /// Does it, if it can be done now.
    fn attempt(&mut self) -> Option<Self::Output>;

    /// Does it, after it was chosen.
    fn accept(&mut self) -> Option<Self::Output>;

    /// Stands in line.
    fn register(&self, ticket: &Arc<Ticket>, arm: usize);

    /// Leaves the line.
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

/// What never happens.
struct Nothing;

impl<T> Operation for Sending<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn attempt(&mut self) -> Option<Self::Output> {
        let mut state = own(&self.channel.state);
        let message = own(&self.slot).take().expect("it is still ours");
        if state.receivers == 0 {
            return Some(Err(SendError(message)));
        }
        if state.capacity == Some(0) {
            if let Some(slot) = choose(&mut state.waiting_receivers) {
                self.channel.tell("hands over through");
                *own(&slot) = Some(message);
                return Some(Ok(()));
            }
        } else if state.capacity.is_none_or(|room| state.queue.len() < room) {
            self.channel.tell("sends into");
            state.queue.push_back(message);
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
            self.channel.tell("takes from");
            choose(&mut state.waiting_senders);
            return Some(Ok(message));
        }
        if state.capacity == Some(0) {
            if let Some(slot) = choose(&mut state.waiting_senders) {
                self.channel.tell("takes from");
                let message = own(&slot).take().expect("a sender that waits has one");
                return Some(Ok(message));
            }
        }
        if state.senders == 0 {
            self.channel.tell("finds closed:");
            return Some(Err(RecvError));
        }
        None
    }

    fn accept(&mut self) -> Option<Self::Output> {
        let given = own(&self.slot).take();
        if let Some(message) = given {
            self.channel.tell("takes from");
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

/// Which of two operations was done.
pub enum Either<A, B> {
    /// This one.
    First(A),
    /// That one.
    Second(B),
}

/// Does one of two operations: the first if both can be done; or the second, in the worst of luck.
/// Waits until it can.
pub fn wait<A: Operation, B: Operation>(
    first: &mut A,
    second: &mut B,
    worst_of_luck: bool,
) -> Either<A::Output, B::Output> {
    let world = world();
    let mut alone = lock(&world);
    let done = loop {
        if worst_of_luck {
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
            // A thread stands in line, and looks once more before it waits.
            if let Some(output) = first.attempt() {
                break Either::First(output);
            }
        }

        let obstacles = [first.obstacle(), second.obstacle()];
        let obstacles: Vec<String> = obstacles.into_iter().filter(|it| !it.is_empty()).collect();
        tell(format_args!("waits: {}", obstacles.join(", ")));
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

/// crossbeam's `select!`, with two arms. crossbeam picks one at random; here the second one always
/// wins, so that bad luck is found.
#[macro_export]
macro_rules! model_select {
    ($($arms:tt)+) => { $crate::model_select_arms!(true; $($arms)+) };
}

/// What both selects expand to.
#[macro_export]
macro_rules! model_select_arms {
    // The comma between two arms may be left out after a block.
    ($luck:literal; $one:ident($($what:expr),+) -> $output:pat => $body:block
     $other:ident($($that:expr),+) -> $second:pat => $other_body:expr $(,)?) => {
        $crate::model_select_arms!($luck; $one($($what),+) -> $output => $body,
            $other($($that),+) -> $second => $other_body)
    };
    ($luck:literal; $one:ident($($what:expr),+) -> $output:pat => $body:expr,
     $other:ident($($that:expr),+) -> $second:pat => $other_body:expr $(,)?) => {{
        let mut one = $crate::model_operation!($one($($what),+));
        let mut other = $crate::model_operation!($other($($that),+));
        match $crate::model::crossbeam_channel::wait(&mut one, &mut other, $luck) {
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
