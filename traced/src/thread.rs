//! `std::thread`, as far as the lessons use it: tells the timeline when a worker's thread starts
//! and ends, and who waits for that.

use std::cell::{Cell, OnceCell};
use std::io;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

pub use std::thread::{Result, Thread, current, panicking, sleep};

use timeline::{For, Timeline, Who};

use crate::place;

/// Who the calling thread is. Its name says so.
///
/// # Panics
///
/// If the thread is neither `main` nor a worker.
pub fn who() -> Who {
    thread_local!(static WHO: OnceCell<Who> = const { OnceCell::new() });
    WHO.with(|who| *who.get_or_init(|| named(thread::current().name().unwrap_or_default())))
}

/// Who a thread with this name is.
fn named(name: &str) -> Who {
    let number = name.strip_prefix("worker ");
    match number.and_then(|it| it.parse().ok()) {
        Some(number) => Who::Worker(number),
        None if name == "main" => Who::Main,
        None => panic!("a thread called {name:?} is neither main nor a worker"),
    }
}

/// A thread that runs, for the timeline. Its end is recorded even if it panics.
struct Running {
    timeline: Timeline,
    worker: Who,
    running: Arc<AtomicUsize>,
}

impl Running {
    fn start(timeline: &Timeline, worker: Who, running: &Arc<AtomicUsize>) -> Running {
        timeline.thread_starts(worker, who());
        running.fetch_add(1, SeqCst);
        Running {
            timeline: timeline.clone(),
            worker,
            running: Arc::clone(running),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.timeline.thread_ends(self.worker);
        self.running.fetch_sub(1, SeqCst);
    }
}

/// `std::thread::scope`. Its threads are called "worker N"; N counts from the number of the first
/// lane. In the lessons these are the workers' own numbers.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&Scope<'scope, 'env>) -> T,
{
    let here = Location::caller();
    let timeline = newest();
    let first = *timeline.recording().lanes.numbers().start();
    let running = Arc::default();
    let mut waiting = None;
    let value = thread::scope(|scope| {
        let scope = Scope {
            scope,
            timeline: timeline.clone(),
            running: Arc::clone(&running),
            next: Cell::new(first),
        };
        let value = f(&scope);
        place::at(here);
        if running.load(SeqCst) > 0 {
            waiting = Some(timeline.wait(who(), For::Ends, false));
        }
        value
    });
    if let Some(waiting) = waiting {
        timeline.go_on(waiting);
    }
    value
}

fn newest() -> Timeline {
    Timeline::newest().expect("a lesson makes a timeline before its threads and channels")
}

/// A scope that names its threads.
pub struct Scope<'scope, 'env: 'scope> {
    scope: &'scope thread::Scope<'scope, 'env>,
    timeline: Timeline,
    /// How many of its threads run.
    running: Arc<AtomicUsize>,
    /// The number of the next worker.
    next: Cell<usize>,
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a worker.
    ///
    /// # Panics
    ///
    /// If the operating system refuses a thread.
    #[track_caller]
    pub fn spawn<F, T>(&self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        place::here();
        let name = format!("worker {}", self.next.replace(self.next.get() + 1));
        let running = Running::start(&self.timeline, named(&name), &self.running);
        let thread = thread::Builder::new().name(name);
        let spawned = thread.spawn_scoped(self.scope, move || {
            let _running = running;
            f()
        });
        ScopedJoinHandle(spawned.expect("failed to spawn thread")) // as in std
    }
}

/// Waits for a worker of a scope.
pub struct ScopedJoinHandle<'scope, T>(thread::ScopedJoinHandle<'scope, T>);

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits until the thread has ended.
    ///
    /// # Errors
    ///
    /// If it panicked.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let thread = self.0.thread().clone();
        joining(&thread, self.0.is_finished(), || self.0.join())
    }
}

/// Waits for a worker.
pub struct JoinHandle<T>(thread::JoinHandle<T>);

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended.
    ///
    /// # Errors
    ///
    /// If it panicked.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let thread = self.0.thread().clone();
        joining(&thread, self.0.is_finished(), || self.0.join())
    }

    /// The thread.
    pub fn thread(&self) -> &Thread {
        self.0.thread()
    }
}

#[track_caller]
fn joining<T>(thread: &Thread, is_finished: bool, join: impl FnOnce() -> Result<T>) -> Result<T> {
    place::here();
    if is_finished {
        return join();
    }
    let timeline = newest();
    let worker = named(thread.name().unwrap_or_default());
    let waiting = timeline.wait(who(), For::End(worker), false);
    let ended = join();
    timeline.go_on(waiting);
    ended
}

/// Starts a thread with a name.
#[derive(Default)]
pub struct Builder(String);

impl Builder {
    /// A thread without a name.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Names the thread.
    pub fn name(self, name: String) -> Builder {
        Builder(name)
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a thread.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        place::here();
        let running = Running::start(&newest(), named(&self.0), &Arc::default());
        let thread = thread::Builder::new().name(self.0);
        let spawned = thread.spawn(move || {
            let _running = running;
            f()
        });
        Ok(JoinHandle(spawned?))
    }
}
