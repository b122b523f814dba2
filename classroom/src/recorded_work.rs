//! Work that records who does it, and when.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use crossbeam_channel::{never, select, select_biased};
use timeline::{Ending, Lanes, Started, Timeline};
use worker_pools::work::Interrupted;
use worker_pools::{Cancel, Context};

use crate::{LATER, LIMIT, SOON, checks, ordered_panic, within};

/// How long a job waits for other jobs. It is shorter than [`LIMIT`]: so a check can say what is
/// wrong, and not only that something takes too long.
const WAIT_TIMEOUT: Duration = SOON;

/// How long jobs that have met go on, so that a surplus worker has enough time to start a job.
const LINGER: Duration = Duration::from_millis(250);

/// Simulated work that records which job ran on which thread, and how many jobs ran at the same
/// time. A job is a number, and its result is twice that number. Clones share one record.
///
/// The methods that take and return a `RecordedWork` set how its jobs behave. The methods that
/// begin with `assert` check the record, and panic with a message for the learner.
#[derive(Clone, Debug)]
pub struct RecordedWork {
    result: fn(usize) -> usize,
    meet: usize,
    lingers: bool,
    last: (HashSet<usize>, usize),
    slow: Option<usize>,
    panics: HashSet<usize>,
    held_from: Option<usize>,
    hold: Context,
    let_go: Cancel,
    record: Arc<Record>,
    /// For the picture of a failed check. Its workers are the threads of `Seen`.
    timeline: Timeline,
}

#[derive(Debug, Default)]
struct Record {
    seen: Mutex<Seen>,
    /// Something has changed.
    changed: Condvar,
    /// So many jobs run at the same time that those of [`RecordedWork::meet`] can go on. Without
    /// this, each of many workers would wake all others.
    met: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    started: Vec<(usize, ThreadId)>,
    /// How many times each job was started.
    times: HashMap<usize, usize>,
    /// In the order in which they came.
    threads: Vec<ThreadId>,
    ended: usize,
    running: usize,
    max_at_once: usize,
    /// A job waited for others in vain. From then on, no job waits.
    gave_up: bool,
    waited_for_last: bool,
    /// How many jobs of the bursts should have ended, and how many had.
    missed: Option<(usize, usize)>,
}

impl RecordedWork {
    /// Jobs that take no time at all.
    #[expect(
        clippy::new_without_default,
        reason = "`new` is the word the lessons use"
    )]
    pub fn new() -> RecordedWork {
        let (hold, let_go) = Context::with_cancel();
        let timeline = Timeline::default();
        checks::record(&timeline);
        RecordedWork {
            result: |job| job.wrapping_mul(2),
            meet: 0,
            lingers: false,
            last: Default::default(),
            slow: None,
            panics: HashSet::new(),
            held_from: None,
            hold,
            let_go,
            record: Arc::default(),
            timeline,
        }
    }

    /// The result of a job.
    pub fn result(mut self, result: fn(usize) -> usize) -> RecordedWork {
        self.result = result;
        self
    }

    /// A barrier: no job ends before `jobs` jobs have run at the same time. The jobs stop waiting
    /// when that takes too long.
    pub fn meet(mut self, jobs: usize) -> RecordedWork {
        self.meet = jobs;
        self.expect_workers(jobs);
        self
    }

    /// Like [`meet`](RecordedWork::meet), but the first jobs go on for a while, so that a surplus
    /// worker starts a job as well.
    pub fn together(mut self, jobs: usize) -> RecordedWork {
        self.lingers = true;
        self.meet(jobs)
    }

    /// Of `of` jobs, these are the last to end: they wait until all others have ended. They stop
    /// waiting when that takes too long.
    pub fn last(mut self, jobs: impl IntoIterator<Item = usize>, of: usize) -> RecordedWork {
        self.last = (jobs.into_iter().collect(), of);
        self
    }

    /// `job` takes longer than [`SOON`].
    pub fn slow(mut self, job: usize) -> RecordedWork {
        self.slow = Some(job);
        self
    }

    /// These jobs panic.
    pub fn panic_on(mut self, jobs: impl IntoIterator<Item = usize>) -> RecordedWork {
        self.panics.extend(jobs);
        self
    }

    /// `job` and the jobs with higher numbers run until [`let_go`](RecordedWork::let_go).
    pub fn hold_from(mut self, job: usize) -> RecordedWork {
        self.held_from = Some(job);
        self
    }

    /// Cancels, and records it.
    pub fn cancel(&self, cancel: &Cancel) {
        self.timeline.mark("cancel", Instant::now());
        cancel.cancel();
    }

    /// Cancels while a job is held, and then lets it end. Both take a moment, so that the picture
    /// shows what came before the cancel and what came after it.
    #[track_caller]
    pub fn cancel_during_held_job(&self, cancel: &Cancel) {
        let moment = Duration::from_millis(2);
        self.wait_for_held(1);
        thread::sleep(moment);
        self.cancel(cancel);
        thread::sleep(moment);
        self.let_go();
    }

    /// Lets the jobs that [`hold_from`](RecordedWork::hold_from) holds end, and holds no others.
    pub fn let_go(&self) {
        self.let_go.cancel();
    }

    /// Calls [`let_go`](RecordedWork::let_go) after `time`, so that a wrong answer has enough time
    /// to show what is wrong.
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
        if self.slow == Some(job) {
            // It has ended, but nobody has its result yet: counting ended jobs is not enough.
            thread::sleep(LINGER);
        }
        (self.result)(job)
    }

    /// Does `job`, but gives up as soon as `context` is done.
    ///
    /// # Errors
    ///
    /// [`Interrupted`] when it gave up.
    pub fn run_with(&self, context: &Context, job: usize) -> Result<usize, Interrupted> {
        let mut running = self.start(job);
        if self.holds(job) {
            select_biased! {
                recv(context.done()) -> _ => {
                    running.ending = Ending::Interrupted;
                    return Err(Interrupted);
                }
                recv(self.hold.done()) -> _ => {}
            }
        }
        Ok((self.result)(job))
    }

    fn holds(&self, job: usize) -> bool {
        self.held_from.is_some_and(|held| job >= held)
    }

    /// Says how many lanes a picture has at least. A worker that did nothing has an empty one.
    fn expect_workers(&self, workers: usize) {
        self.timeline.set_lanes(Lanes::Workers(1..=workers));
    }

    pub(crate) fn start(&self, job: usize) -> Running<'_> {
        let mut seen = self.lock();
        let thread = thread::current().id();
        seen.started.push((job, thread));
        if !seen.threads.contains(&thread) {
            seen.threads.push(thread);
        }
        let worker = seen.threads.iter().position(|it| *it == thread);
        let worker = worker.expect("it was just pushed") + 1;
        seen.running += 1;
        seen.max_at_once = seen.max_at_once.max(seen.running);
        let is_surplus = seen.running > self.meet;
        let is_early = seen.started.len() <= self.meet;
        let times = seen.times.entry(job).or_default();
        *times += 1;
        let times = *times;
        self.record.changed.notify_all();
        if seen.max_at_once >= self.meet {
            self.record.met.notify_all();
        }
        drop(seen);
        let running = Running {
            work: self,
            started: Some(self.timeline.start(worker, job)),
            ending: Ending::Done,
        };

        advance_select();
        if times > 2 {
            // This answer does the job again and again: slow it down.
            thread::sleep(Duration::from_millis(50));
        }
        if self.panics.contains(&job) {
            ordered_panic(panic_of(job));
        }
        if self.slow == Some(job) {
            thread::sleep(LATER);
        }
        self.wait_for_others(&self.record.met, |seen| seen.max_at_once >= self.meet);
        if self.lingers && (is_early || is_surplus) {
            let has_surplus = |seen: &Seen| seen.max_at_once > self.meet;
            self.wait_until(LINGER, |seen| seen.gave_up || has_surplus(seen));
            if has_surplus(&self.lock()) {
                thread::sleep(LINGER / 5); // long enough for the picture
            }
        }
        let (last, of) = &self.last;
        if last.contains(&job) {
            let others = of - last.len();
            self.wait_for_others(&self.record.changed, |seen| seen.ended >= others);
            let mut seen = self.lock();
            seen.waited_for_last |= seen.ended < others;
        }
        running
    }

    fn wait_for_others(&self, changed: &Condvar, have_come: impl Fn(&Seen) -> bool) {
        let have_come = |seen: &Seen| seen.gave_up || have_come(seen);
        let in_time = self.wait_on(changed, WAIT_TIMEOUT, have_come);
        self.lock().gave_up |= !in_time;
    }

    /// Waits until `condition` is true. Returns whether that happened within the limit.
    fn wait_until(&self, limit: Duration, condition: impl Fn(&Seen) -> bool) -> bool {
        self.wait_on(&self.record.changed, limit, condition)
    }

    fn wait_on(
        &self,
        changed: &Condvar,
        limit: Duration,
        condition: impl Fn(&Seen) -> bool,
    ) -> bool {
        let waited = changed.wait_timeout_while(self.lock(), limit, |seen| !condition(seen));
        let (_seen, timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
        !timed_out.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.record
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Jobs 1 to `jobs`, as they come in real life: a few, then none for a while, then more. Each
    /// burst has `burst` jobs. The next burst begins when all jobs before it have ended, and after
    /// this pause. The iterator ends early when that takes too long.
    pub fn bursts(
        &self,
        burst: usize,
        jobs: usize,
        pause: Duration,
    ) -> impl Iterator<Item = usize> + use<> {
        let work = self.clone();
        (1..=jobs).take_while(move |job| {
            let before = job - 1;
            if before == 0 || before % burst != 0 {
                return true;
            }
            // Longer than a job waits: so late jobs are not taken for jobs that nobody has.
            let ended = work.wait_until(WAIT_TIMEOUT * 2, |seen| seen.ended >= before);
            if ended {
                thread::sleep(pause);
            } else {
                let mut seen = work.lock();
                seen.missed = Some((before, seen.ended));
            }
            ended
        })
    }

    /// Checks that the jobs of the [`bursts`](RecordedWork::bursts) were done as they came.
    #[track_caller]
    pub fn assert_bursts_done(&self, jobs: usize) {
        checks::mark("all returned");
        let missed = self.lock().missed;
        let done = self.ended();
        if let Some((before, _)) = missed.filter(|(_, ended)| *ended < done) {
            let next = before + 1;
            panic!(
                "job {before} was done only after job {next} had been asked for:\n\
                 a job must not wait for the next one"
            );
        }
        assert!(
            done >= jobs,
            "only {done} of {jobs} jobs were done: did the workers return before the others came?"
        );
    }

    /// Waits until `jobs` of the jobs that [`hold_from`](RecordedWork::hold_from) holds have
    /// started. The other jobs do not count: one that is about to end would look like one that
    /// stays.
    ///
    /// # Panics
    ///
    /// When they have not started within the [`LIMIT`].
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

    /// Waits until `jobs` jobs have ended.
    ///
    /// # Panics
    ///
    /// When they have not ended within the [`LIMIT`].
    #[track_caller]
    pub fn wait_for_ended(&self, jobs: usize) {
        let reached = self.wait_until(LIMIT, |seen| seen.ended >= jobs);
        let ended = self.ended();
        assert!(reached, "only {ended} of {jobs} jobs have ended");
    }

    /// Whether this is the panic of `job`, one of the jobs of [`panic_on`](RecordedWork::panic_on).
    pub fn is_panic_of(job: usize, panic: &(dyn Any + Send)) -> bool {
        let text = panic.downcast_ref::<String>();
        text.is_some_and(|text| *text == panic_of(job))
    }

    /// Whether `jobs` jobs end within the [`LIMIT`].
    pub fn will_end(&self, jobs: usize) -> bool {
        self.wait_until(LIMIT, |seen| seen.ended >= jobs)
    }

    /// Whether `jobs` of the jobs that [`hold_from`](RecordedWork::hold_from) holds start within
    /// the [`LIMIT`].
    pub fn will_be_held(&self, jobs: usize) -> bool {
        self.wait_until(LIMIT, |seen| {
            let held = seen.started.iter().filter(|(job, _)| self.holds(*job));
            held.count() >= jobs
        })
    }

    /// Like [`within`](crate::within), and passes this work to `run`.
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

    /// Calls [`within`](RecordedWork::within) with the [`LIMIT`].
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

    /// How many jobs have ended: done, failed or interrupted.
    pub fn ended(&self) -> usize {
        self.lock().ended
    }

    /// Checks that each of jobs 1 to `jobs` was done, only once, and has ended.
    #[track_caller]
    pub fn assert_each_once(&self, jobs: usize) {
        let times = self.lock().times.clone();
        for job in 1..=jobs {
            match times.get(&job) {
                None => panic!("job {job} was never done"),
                Some(1) => {}
                Some(times) => panic!("job {job} was done {times} times"),
            }
        }
        if let Some(job) = times.keys().find(|job| !(1..=jobs).contains(*job)) {
            panic!("job {job} was done, but there are only {jobs} jobs");
        }
        let running = self.lock().running;
        assert!(
            running == 0,
            "{running} jobs had not ended yet: who waits for the workers?"
        );
    }

    /// Checks that a pool of `workers` did the jobs: at least this many at the same time, and on at
    /// most this many threads.
    #[track_caller]
    pub fn assert_pool_of(&self, workers: usize) {
        self.expect_workers(workers);
        let seen = self.lock();
        let (threads, max) = (seen.threads.len(), seen.max_at_once);
        let why = if threads < workers {
            format!(
                "only {threads} of them did a job. Did the others return before the jobs came,\n\
                 or do they wait for something: a lock, or a `join`?"
            )
        } else {
            "what makes them wait for each other? A lock, or a `join`?".to_string()
        };
        assert!(
            max >= workers,
            "never more than {max} at the same time, with {workers} workers:\n{why}"
        );
        assert!(
            threads <= workers,
            "the jobs ran on {threads} threads, but {workers} workers need only {workers}:\n\
             the number of threads must not depend on the number of jobs"
        );
    }

    /// Checks that no other job waited for the end of the jobs that are the
    /// [`last`](RecordedWork::last).
    #[track_caller]
    pub fn assert_nobody_waited(&self) {
        let waited = self.lock().waited_for_last;
        let mut last: Vec<_> = self.last.0.iter().map(usize::to_string).collect();
        last.sort();
        let (jobs, last) = match &last[..] {
            [job] => ("job", job.clone()),
            jobs => ("jobs", jobs.join(" and ")),
        };
        assert!(
            !waited,
            "others waited for the end of {jobs} {last}, although a worker was free"
        );
    }
}

fn panic_of(job: usize) -> String {
    format!("job {job} panics: this is part of the check")
}

/// Lets `select!` pick differently in each job. In each new thread, it starts with the same random
/// numbers, so an answer that relies on luck could be lucky in every run. To prevent that, each
/// call skips a different number of them.
fn advance_select() {
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

/// A job that is running. It is dropped when the job ends, even if it panics.
pub(crate) struct Running<'a> {
    work: &'a RecordedWork,
    started: Option<Started>,
    ending: Ending,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.ending = Ending::Failed;
        }
        if let Some(started) = self.started.take() {
            self.work.timeline.end(started, self.ending);
        }
        let mut seen = self.work.lock();
        seen.running -= 1;
        seen.ended += 1;
        self.work.record.changed.notify_all();
    }
}
