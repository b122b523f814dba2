//! RecordedWork that notices who does it, and when.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crossbeam_channel::{never, select, select_biased};
use worker_pools::work::Interrupted;
use worker_pools::{Cancel, Context};

use crate::{LATER, LIMIT, SOON, within};

/// How long a job waits for other jobs. Shorter than [`LIMIT`], so that a check can say what was
/// wrong, and not only that something takes too long.
const PATIENCE: Duration = SOON;

/// Pretended work that remembers which job was done on which thread, and how many at the same
/// time. A job is a number, and its result is twice that number. Clones share what they saw.
///
/// The methods that take and return a `RecordedWork` say how its jobs behave. Those that begin with
/// `assert` panic with a message for the learner.
#[derive(Clone, Debug)]
pub struct RecordedWork {
    together: usize,
    last: Option<(usize, usize)>,
    slow: Option<usize>,
    panics: HashSet<usize>,
    held_from: Option<usize>,
    hold: Context,
    let_go: Cancel,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

#[derive(Debug, Default)]
struct Seen {
    started: Vec<(usize, ThreadId)>,
    ended: usize,
    running: usize,
    most_at_once: usize,
    /// A job has waited for others, and they did not come. From then on no job waits.
    gave_up: bool,
    waited_for_last: bool,
}

impl RecordedWork {
    /// Jobs that take no time at all.
    #[expect(
        clippy::new_without_default,
        reason = "`new` is the word the lessons use"
    )]
    pub fn new() -> RecordedWork {
        let (hold, let_go) = Context::with_cancel();
        RecordedWork {
            together: 0,
            last: None,
            slow: None,
            panics: HashSet::new(),
            held_from: None,
            hold,
            let_go,
            seen: Arc::default(),
        }
    }

    /// No job ends before this many were running at the same time: a barrier. If they are not after
    /// a while, it gives up.
    pub fn together(mut self, jobs: usize) -> RecordedWork {
        self.together = jobs;
        self
    }

    /// This job does not end before all other jobs, of so many altogether, have ended. If they have
    /// not after a while, it gives up.
    pub fn last(mut self, job: usize, of: usize) -> RecordedWork {
        self.last = Some((job, of));
        self
    }

    /// This job takes longer than [`SOON`].
    pub fn slow(mut self, job: usize) -> RecordedWork {
        self.slow = Some(job);
        self
    }

    /// These jobs panic.
    pub fn panic_on(mut self, jobs: impl IntoIterator<Item = usize>) -> RecordedWork {
        self.panics.extend(jobs);
        self
    }

    /// This job and those with higher numbers go on until [`let_go`](RecordedWork::let_go).
    pub fn hold_from(mut self, job: usize) -> RecordedWork {
        self.held_from = Some(job);
        self
    }

    /// Lets the jobs end that [`hold_from`](RecordedWork::hold_from) holds, and holds no more.
    pub fn let_go(&self) {
        self.let_go.cancel();
    }

    /// The same after a while: time enough for a wrong answer to do what it should not.
    pub fn let_go_after(&self, time: Duration) {
        let let_go = self.let_go.clone();
        thread::spawn(move || {
            thread::sleep(time);
            let_go.cancel();
        });
    }

    /// Does `job`, and returns its result.
    pub fn run(&self, job: usize) -> usize {
        let running = self.start(job);
        if self.holds(job) {
            let _ = self.hold.done().recv();
        }
        drop(running);
        job * 2
    }

    /// Does `job`, but gives up as soon as `context` is done.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] when it gave up.
    pub fn run_with(&self, context: &Context, job: usize) -> Result<usize, Interrupted> {
        let _running = self.start(job);
        if self.holds(job) {
            select_biased! {
                recv(context.done()) -> _ => return Err(Interrupted),
                recv(self.hold.done()) -> _ => {}
            }
        }
        Ok(job * 2)
    }

    fn holds(&self, job: usize) -> bool {
        self.held_from.is_some_and(|held| job >= held)
    }

    fn start(&self, job: usize) -> Running<'_> {
        let mut seen = self.lock();
        seen.started.push((job, thread::current().id()));
        seen.running += 1;
        seen.most_at_once = seen.most_at_once.max(seen.running);
        let is_early = seen.started.len() <= self.together;
        let times = seen.started.iter().filter(|(it, _)| *it == job).count();
        self.seen.1.notify_all();
        drop(seen);
        let running = Running { work: self };

        throw_dice();
        if times > 2 {
            // Somebody does it again and again. Not too fast: each panic is a message.
            thread::sleep(Duration::from_millis(50));
        }
        if self.panics.contains(&job) {
            panic!("job {job} panics, as it was told");
        }
        if self.slow == Some(job) {
            thread::sleep(LATER);
        }
        self.wait_for_others(|seen| seen.most_at_once >= self.together);
        if is_early {
            // A moment longer, for workers of which there are too many.
            thread::sleep(Duration::from_millis(100));
        }
        if let Some((_, of)) = self.last.filter(|(last, _)| *last == job) {
            self.wait_for_others(|seen| seen.ended >= of - 1);
            let mut seen = self.lock();
            seen.waited_for_last |= seen.ended < of - 1;
        }
        running
    }

    fn wait_for_others(&self, are_there: impl Fn(&Seen) -> bool) {
        let in_time = self.wait_until(PATIENCE, |seen| seen.gave_up || are_there(seen));
        self.lock().gave_up |= !in_time;
    }

    /// Whether it has come to this in time.
    fn wait_until(&self, limit: Duration, is_so: impl Fn(&Seen) -> bool) -> bool {
        let (seen, changed) = (self.lock(), &self.seen.1);
        let waited = changed.wait_timeout_while(seen, limit, |seen| !is_so(seen));
        let (_seen, timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        !timed_out.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Jobs as they come in real life: a few, then none for a while, then more. Always `burst` of
    /// them, and the next ones only when all before have ended. It stops when that takes too long.
    pub fn bursts(&self, burst: usize, jobs: usize) -> impl Iterator<Item = usize> + use<> {
        let work = self.clone();
        (1..=jobs).take_while(move |job| {
            let before = job - 1;
            if before == 0 || before % burst != 0 {
                return true;
            }
            let ended = work.wait_until(PATIENCE, |seen| seen.ended >= before);
            thread::sleep(LATER);
            ended
        })
    }

    /// Waits until so many of the jobs have started that [`hold_from`](RecordedWork::hold_from) holds. The
    /// others do not count: one that is about to end would look like one of those that stay.
    ///
    /// # Panics
    ///
    /// When they have not within the [`LIMIT`].
    #[track_caller]
    pub fn wait_for_held(&self, jobs: usize) {
        let held = |seen: &Seen| {
            let started = seen.started.iter();
            started.filter(|(job, _)| self.holds(*job)).count()
        };
        let reached = self.wait_until(LIMIT, |seen| held(seen) >= jobs);
        let held = held(&self.lock());
        assert!(reached, "only {held} of {jobs} jobs have started");
    }

    /// Waits until so many jobs have ended.
    ///
    /// # Panics
    ///
    /// When they have not within the [`LIMIT`].
    #[track_caller]
    pub fn wait_for_ended(&self, jobs: usize) {
        let reached = self.wait_until(LIMIT, |seen| seen.ended >= jobs);
        let ended = self.ended();
        assert!(reached, "only {ended} of {jobs} jobs have ended");
    }

    /// [`within`], for a function that is given this work.
    #[track_caller]
    pub fn within<T: Send + 'static>(
        &self,
        limit: Duration,
        still: &str,
        run: impl FnOnce(&RecordedWork) -> T + Send + 'static,
    ) -> T {
        let work = self.clone();
        within(limit, still, move || run(&work))
    }

    /// The same within the [`LIMIT`].
    #[track_caller]
    pub fn within_limit<T: Send + 'static>(
        &self,
        still: &str,
        run: impl FnOnce(&RecordedWork) -> T + Send + 'static,
    ) -> T {
        self.within(LIMIT, still, run)
    }

    /// The jobs that were started, smallest first.
    pub fn started(&self) -> Vec<usize> {
        let mut jobs: Vec<usize> = self.lock().started.iter().map(|(job, _)| *job).collect();
        jobs.sort();
        jobs
    }

    /// How many jobs have ended, in whatever way.
    pub fn ended(&self) -> usize {
        self.lock().ended
    }

    /// Jobs 1 to `jobs` were done, each of them once.
    #[track_caller]
    pub fn assert_each_once(&self, jobs: usize) {
        let started = self.started();
        for job in 1..=jobs {
            match started.iter().filter(|started| **started == job).count() {
                0 => panic!("job {job} was never done"),
                1 => {}
                times => panic!("job {job} was done {times} times"),
            }
        }
        if let Some(job) = started.get(jobs) {
            panic!("job {job} was done, but there are only {jobs} jobs");
        }
    }

    /// It was done by so many workers: as many jobs at the same time, on as many threads.
    #[track_caller]
    pub fn assert_pool_of(&self, workers: usize) {
        let seen = self.lock();
        let threads: HashSet<ThreadId> = seen.started.iter().map(|(_, thread)| *thread).collect();
        let (threads, most) = (threads.len(), seen.most_at_once);
        assert!(
            most >= workers,
            "never more than {most} at the same time, with {workers} workers: what makes them wait \
             for each other? A lock, or a `join`?"
        );
        assert!(
            threads <= workers,
            "the jobs ran on {threads} threads: {workers} workers are {workers} threads, \
             however many jobs there are"
        );
    }

    /// The job of [`last`](RecordedWork::last) was the last one.
    #[track_caller]
    pub fn assert_nobody_waited_for(&self, job: usize) {
        let waited = self.lock().waited_for_last;
        assert!(
            !waited,
            "jobs waited for the end of job {job}, though a worker was free"
        );
    }
}

/// `select!` has dice for each thread, and in every new thread they fall in the same order. This
/// throws them a few times, never as often as the last time: so an answer that relies on luck does
/// not always have it.
fn throw_dice() {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    let (one, other) = (never::<()>(), never::<()>());
    for _ in 0..TIMES.fetch_add(1, Ordering::Relaxed) % 50 {
        select! {
            recv(one) -> _ => {}
            recv(other) -> _ => {}
            default => {}
        }
    }
}

/// A job that is running. Dropped when it ends, also by a panic.
struct Running<'a> {
    work: &'a RecordedWork,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut seen = self.work.lock();
        seen.running -= 1;
        seen.ended += 1;
        self.work.seen.1.notify_all();
    }
}
