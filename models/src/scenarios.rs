//! The scenarios: small runs of the lessons, and what must hold in every order of events.

use std::cell::RefCell;
use std::fmt::{self, Display, Formatter};
use std::mem;
use std::ops::Deref;

use loom::sync::Arc;

use crate::lessons;
use crate::model::crossbeam_channel::{alone, bounded};
use crate::model::std::panic::{AssertUnwindSafe, catch_unwind, has_failed, job_panics};
use crate::model::std::thread::{JoinHandle, spawn_named};
use crate::model::worker_pools::Context;
use crate::model::worker_pools::cli::set_flags;
use crate::story::{self, wrong};

/// A small run of a lesson.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The lesson.
    pub lesson: &'static str,
    /// What happens in the run.
    pub name: &'static str,
    /// Runs it once. If something does not hold, it panics, hangs or calls [`wrong`].
    pub run: fn(),
}

/// The scenarios with the lessons as they are. Each must hold in every order of events.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        lesson: "basic",
        name: "all jobs are done, and the loop over the results ends",
        run: || basic(lessons::basic::lesson),
    },
    Scenario {
        lesson: "context_cancel",
        name: "a timeout cancels at any moment",
        run: || context_cancel(lessons::context_cancel::lesson, "--workers 2 --jobs 2"),
    },
    Scenario {
        lesson: "context_cancel",
        name: "nobody cancels: all results are delivered",
        run: || {
            let flags = "--workers 2 --jobs 2 --cancel-after-ms never";
            context_cancel(lessons::context_cancel::lesson, flags);
        },
    },
    Scenario {
        lesson: "graceful_vs_emergency",
        name: "the graceful half",
        run: || graceful_vs_emergency("--workers 2 --jobs 2 --only graceful"),
    },
    Scenario {
        lesson: "graceful_vs_emergency",
        name: "the emergency half: a cancel at any moment",
        run: || graceful_vs_emergency("--workers 2 --jobs 2 --only emergency"),
    },
    Scenario {
        lesson: "struct_pool",
        name: "two jobs, a queue with room for one, then a shutdown",
        run: || all_are_done::<lessons::struct_pool::Pool>(1),
    },
    Scenario {
        lesson: "struct_pool",
        name: "two jobs, an unbuffered queue, then a shutdown",
        run: || all_are_done::<lessons::struct_pool::Pool>(0),
    },
    Scenario {
        lesson: "struct_pool",
        name: "two submitters: the last to finish drops the pool",
        run: two_submitters,
    },
    Scenario {
        lesson: "struct_pool",
        name: "a job panics: the other one is done, and `shutdown` panics",
        run: || one_panics::<lessons::struct_pool::Pool>(2),
    },
    Scenario {
        lesson: "struct_pool",
        name: "a job drops the pool",
        run: dropped_by_a_job,
    },
    Scenario {
        lesson: "struct_pool",
        name: "a job panics, and the owner of the pool panics too",
        run: dropped_by_a_panic,
    },
    Scenario {
        lesson: "production_pool",
        name: "a stop at any moment, while another thread submits",
        run: || submitter_and_stop::<Production>(2, &[1, 2]),
    },
    Scenario {
        lesson: "production_pool",
        name: "a stop at any moment: one worker, a queue with room for one",
        run: || submitter_and_stop::<Production>(1, &[1, 2]),
    },
    Scenario {
        lesson: "production_pool",
        name: "a drain at any moment, while another thread submits",
        run: submitter_and_drain::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "a drain whose time runs out at any moment",
        run: || drain_with_a_limit::<Production>(work),
    },
    Scenario {
        lesson: "production_pool",
        name: "a drain whose time runs out; jobs run until the stop",
        run: || drain_with_a_limit::<Production>(work_until_stopped),
    },
    Scenario {
        lesson: "production_pool",
        name: "a drain on one thread, a stop on another",
        run: two_shutdowns::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "two submitters, and room for only one job",
        run: never_too_full::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "two submitters, and room for both jobs after one look",
        run: one_look_for_two_jobs::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "a submitter waits for room, and the job ends at any moment",
        run: wait_for_room::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "two threads wait for room",
        run: two_wait_for_room::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "a thread waits for room until its context is done, at any moment",
        run: wait_for_room_with_a_limit::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "a job waits for room in its own pool until a shutdown",
        run: a_job_waits_for_room,
    },
    Scenario {
        lesson: "production_pool",
        name: "a thread reads the metrics at any moment",
        run: observed::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "when the pool looks idle, its job is done",
        run: idle::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "when the result has arrived, the pool looks idle",
        run: idle_at_the_end::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "a job panics: both jobs come back, one of them as failed",
        run: a_panic_comes_back::<Production>,
    },
    Scenario {
        lesson: "production_pool",
        name: "a job shuts the pool down",
        run: shut_down_by_a_job,
    },
];

/// For each mistake of [`MISTAKES`](crate::mistakes::MISTAKES), its name and a run that finds it.
/// The runs are as small as possible, so that the stories are short.
pub const FOUND_BY: &[(&str, fn())] = &[
    ("kept_sender", || basic(lessons::kept_sender::lesson)),
    ("no_second_select", || {
        context_cancel(lessons::no_second_select::lesson, "--workers 1 --jobs 1");
    }),
    ("unbiased_select", || {
        context_cancel(lessons::unbiased_select::lesson, "--workers 1 --jobs 1");
    }),
    ("queue_left_open", || {
        all_are_done::<lessons::queue_left_open::Pool>(1);
    }),
    ("lost_worker", || {
        one_panics::<lessons::lost_worker::Pool>(1);
    }),
    ("drained_too_early", || {
        submitter_and_stop::<mistaken::DrainedTooEarly>(1, &[1]);
    }),
    ("stop_ignored", || {
        submitter_and_stop::<mistaken::StopIgnored>(1, &[1]);
    }),
    (
        "room_without_lock",
        never_too_full::<mistaken::RoomWithoutLock>,
    ),
    ("credit_too_many", never_too_full::<mistaken::CreditTooMany>),
    ("lost_wake_up", wait_for_room::<mistaken::LostWakeUp>),
    ("idle_too_early", idle::<mistaken::IdleTooEarly>),
    ("busy_too_late", idle_at_the_end::<mistaken::BusyTooLate>),
];

/// Calls [`wrong`] if this does not hold. It does not panic, so that the pool can still shut down.
fn expect(holds: bool, else_what: impl Display) {
    if !holds {
        wrong(else_what);
    }
}

/// A pool that is not dropped when the model fails, because the drop would wait for threads that
/// loom no longer runs.
struct Held<Pool>(Option<Pool>);

impl<Pool> Held<Pool> {
    fn new(pool: Pool) -> Held<Pool> {
        Held(Some(pool))
    }

    fn into_inner(mut self) -> Pool {
        self.0.take().expect("only `into_inner` takes it")
    }
}

impl<Pool> Deref for Held<Pool> {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        self.0.as_ref().expect("only `into_inner` takes it")
    }
}

impl<Pool> Drop for Held<Pool> {
    fn drop(&mut self) {
        if has_failed() {
            mem::forget(self.0.take());
        }
    }
}

// The lessons that are programs. What they print tells the fate of each job.

fn lines_with(text: &str) -> Vec<String> {
    let printed = story::printed().into_iter();
    printed.filter(|line| line.contains(text)).collect()
}

/// The numbers in the last line that was printed, such as "2 jobs: 1 done, 1 never started".
fn last_numbers() -> Vec<usize> {
    let printed = story::printed();
    let last = printed.last().expect("the lesson prints a last line");
    let words = last.split(|c: char| !c.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}

/// The lesson must have printed this many results, and this many jobs that started.
fn expect_printed(results: usize, started: usize) {
    let printed = ["result: ", "processing"].map(|text| lines_with(text).len());
    expect(
        printed == [results, started],
        format_args!(
            "the last line says [results, started] = {:?}, but the lesson printed {printed:?}",
            [results, started]
        ),
    );
}

fn basic(lesson: fn()) {
    set_flags("--workers 2 --jobs 2");
    lesson();
    let mut results = lines_with("result: ");
    results.sort();
    expect(
        results == ["result: 2", "result: 4"],
        format_args!("the results are {results:?}"),
    );
}

fn context_cancel(lesson: fn(), flags: &'static str) {
    set_flags(flags);
    lesson();
    let [jobs, delivered, late, never_started] = last_numbers()[..] else {
        panic!("the last line has four numbers");
    };
    expect(
        jobs == delivered + late + never_started,
        "the last line does not add up",
    );
    expect_printed(delivered, delivered + late);
    if flags.ends_with("never") {
        expect(jobs == delivered, "a result was not delivered");
    }
}

fn graceful_vs_emergency(flags: &'static str) {
    set_flags(flags);
    lessons::graceful_vs_emergency::lesson();
    let [jobs, done, interrupted, never_started] = last_numbers()[..] else {
        panic!("the last line has four numbers");
    };
    expect(
        jobs == done + interrupted + never_started,
        "the last line does not add up",
    );
    expect_printed(done, done + interrupted);
    if flags.contains("graceful") {
        expect(jobs == done, "a job is missing");
    }
}

// `struct_pool`.

/// The methods of a `struct_pool` that the scenarios need, with a mistake or without.
trait StructPool: Send + Sync + 'static {
    fn with_capacity(size: usize, capacity: usize) -> Self;
    fn submit(&self, job: impl FnOnce() + Send + 'static);
    fn shutdown(self);
}

/// The jobs that were done.
#[derive(Clone, Default)]
struct Done(std::sync::Arc<std::sync::Mutex<Vec<usize>>>);

impl Done {
    /// A job that records that it was done.
    fn job(&self, number: usize) -> impl FnOnce() + Send + 'static {
        let Done(done) = self.clone();
        move || {
            story::starts(number);
            story::yields();
            done.lock().expect("the lock is not poisoned").push(number);
        }
    }

    /// These jobs must be done, each of them once.
    fn expect(&self, jobs: &[usize]) {
        let mut done = self.0.lock().expect("the lock is not poisoned").clone();
        done.sort();
        expect(
            done == jobs,
            format_args!("jobs {jobs:?} were submitted, but jobs {done:?} were done"),
        );
    }
}

fn panicking_job() {
    story::tell("starts job 1, which panics");
    job_panics();
}

fn all_are_done<Pool: StructPool>(capacity: usize) {
    let done = Done::default();
    let pool = Held::new(Pool::with_capacity(2, capacity));
    pool.submit(done.job(1));
    pool.submit(done.job(2));
    pool.into_inner().shutdown();
    done.expect(&[1, 2]);
}

fn two_submitters() {
    let done = Done::default();
    let pool = lessons::struct_pool::Pool::with_capacity(2, 1);
    let pool = Held::new(Arc::new(pool));
    let (other, job) = (Arc::clone(&pool), done.job(2));
    let submitter = spawn_named("submitter", move || other.submit(job));
    pool.submit(done.job(1));
    drop(pool);
    submitter.join().expect("the submitter does not panic");
    done.expect(&[1, 2]);
}

fn one_panics<Pool: StructPool>(workers: usize) {
    let done = Done::default();
    let pool = Held::new(Pool::with_capacity(workers, 1));
    pool.submit(panicking_job);
    pool.submit(done.job(2));
    let shutdown = catch_unwind(AssertUnwindSafe(|| pool.into_inner().shutdown()));
    expect(shutdown.is_err(), "`shutdown` does not pass the panic on");
    done.expect(&[2]);
}

fn dropped_by_a_job() {
    let done = Done::default();
    let pool = lessons::struct_pool::Pool::with_capacity(2, 1);
    let pool = Held::new(Arc::new(pool));
    let (at_work, jobs) = bounded::<()>(0);
    let (handle, also_at_work) = (Arc::clone(&pool), at_work.clone());
    pool.submit(move || {
        drop(handle);
        drop(at_work);
    });
    let job = done.job(2);
    pool.submit(move || {
        job();
        drop(also_at_work);
    });
    drop(pool);
    // A job may have dropped the last handle. Then the drop above did not wait for the jobs.
    jobs.recv().expect_err("nobody sends");
    done.expect(&[2]);
}

fn dropped_by_a_panic() {
    let done = Done::default();
    let job = done.job(2);
    let owner = catch_unwind(AssertUnwindSafe(|| {
        let pool = Held::new(lessons::struct_pool::Pool::with_capacity(1, 1));
        pool.submit(panicking_job);
        pool.submit(job);
        job_panics();
    }));
    expect(owner.is_err(), "the owner's panic was lost");
    done.expect(&[2]);
}

// `production_pool`.

/// The methods of a `production_pool` that the scenarios need, with a mistake or without. A job is
/// a number, and its result is the same number. Job 0 panics.
trait ProductionPool: Send + Sync + Sized + 'static {
    fn new(size: usize, capacity: usize, work: fn(&Context, &usize) -> usize) -> Self;
    /// Returns whether the job was accepted.
    fn submit(&self, job: usize) -> bool;
    fn wait_for_room(&self, context: &Context);
    /// Takes a result and returns its job. Returns `None` when the pool is shut down and no result
    /// is left.
    fn next(&self) -> Option<usize>;
    /// Returns the jobs that never started.
    fn shutdown(&self, stop: &Context) -> Vec<usize>;
    fn metrics(&self) -> Metrics;
}

type Production = lessons::production_pool::pool::Pool<usize, usize>;

impl Display for Metrics {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        write!(
            f,
            "{} accepted, {} queued, {} active, {} processed, {} never started",
            self.accepted, self.queued, self.active, self.processed, self.never_started
        )
    }
}

/// The pools of the copies with a mistake.
mod mistaken {
    use crate::lessons;

    pub type DrainedTooEarly = lessons::drained_too_early::pool::Pool<usize, usize>;
    pub type StopIgnored = lessons::stop_ignored::pool::Pool<usize, usize>;
    pub type RoomWithoutLock = lessons::room_without_lock::pool::Pool<usize, usize>;
    pub type CreditTooMany = lessons::credit_too_many::pool::Pool<usize, usize>;
    pub type LostWakeUp = lessons::lost_wake_up::pool::Pool<usize, usize>;
    pub type IdleTooEarly = lessons::idle_too_early::pool::Pool<usize, usize>;
    pub type BusyTooLate = lessons::busy_too_late::pool::Pool<usize, usize>;
}

struct Metrics {
    queued: u64,
    active: u64,
    processed: u64,
    failed: u64,
    accepted: u64,
    never_started: u64,
}

fn work(_: &Context, &job: &usize) -> usize {
    story::starts(job);
    story::yields();
    if job == 0 {
        job_panics();
    }
    job
}

fn work_until_stopped(stop: &Context, &job: &usize) -> usize {
    story::starts(job);
    stop.done().recv().expect_err("nobody sends");
    job
}

fn new_pool<Pool: ProductionPool>(size: usize, capacity: usize) -> Held<Arc<Pool>> {
    Held::new(Arc::new(Pool::new(size, capacity, work)))
}

/// Submits jobs from another thread. The thread returns the accepted ones.
fn start_submitter<Pool: ProductionPool>(
    pool: &Arc<Pool>,
    jobs: &'static [usize],
) -> JoinHandle<Vec<usize>> {
    let pool = Arc::clone(pool);
    spawn_named("submitter", move || {
        let jobs = jobs.iter().copied();
        jobs.filter(|&job| pool.submit(job)).collect()
    })
}

/// Submits jobs to a pool that has room for all of them.
fn submit_all<Pool: ProductionPool>(pool: &Pool, jobs: &[usize]) {
    for &job in jobs {
        expect(pool.submit(job), format_args!("job {job} was rejected"));
    }
}

/// The jobs of all results that are left in a pool that is shut down.
fn results<Pool: ProductionPool>(pool: &Pool) -> Vec<usize> {
    std::iter::from_fn(|| pool.next()).collect()
}

/// Every accepted job must come back exactly once.
fn expect_all_there(accepted: Vec<usize>, came_back: Vec<usize>) {
    let sorted = |mut jobs: Vec<usize>| {
        jobs.sort();
        jobs
    };
    let (accepted, came_back) = (sorted(accepted), sorted(came_back));
    expect(
        accepted == came_back,
        format_args!("jobs {accepted:?} were accepted, but jobs {came_back:?} came back"),
    );
}

fn submitter_and_stop<Pool: ProductionPool>(workers: usize, jobs: &'static [usize]) {
    let pool = new_pool::<Pool>(workers, jobs.len() - workers);
    let submitter = start_submitter(&pool, jobs);
    let mut came_back = pool.shutdown(&Context::ended());
    let accepted = submitter.join().unwrap_or_default();
    came_back.extend(results(&**pool));
    expect_all_there(accepted, came_back);
}

fn submitter_and_drain<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(2, 0);
    let submitter = start_submitter(&pool, &[1, 2]);
    let never_started = pool.shutdown(&Context::background());
    expect(
        never_started.is_empty(),
        "the drain left a job that never started",
    );
    let accepted = submitter.join().unwrap_or_default();
    expect_all_there(accepted, results(&**pool));
}

fn drain_with_a_limit<Pool: ProductionPool>(work: fn(&Context, &usize) -> usize) {
    let pool = Held::new(Arc::new(Pool::new(2, 0, work)));
    submit_all(&**pool, &[1, 2]);
    let (limit, _cancel) = Context::with_timeout(std::time::Duration::ZERO);
    let mut came_back = pool.shutdown(&limit);
    came_back.extend(results(&**pool));
    expect_all_there(vec![1, 2], came_back);
}

fn two_shutdowns<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(2, 0);
    submit_all(&**pool, &[1, 2]);
    let other = Arc::clone(&pool);
    let drain = spawn_named("drain", move || other.shutdown(&Context::background()));
    let mut came_back = pool.shutdown(&Context::ended());
    came_back.extend(drain.join().unwrap_or_default());
    came_back.extend(results(&**pool));
    expect_all_there(vec![1, 2], came_back);
}

fn never_too_full<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 0);
    let submitter = start_submitter(&pool, &[1]);
    pool.submit(2);
    let metrics = pool.metrics();
    expect(
        metrics.queued + metrics.active <= 1,
        "two jobs are in the pool, but it has room for only one",
    );
    submitter.join().expect("the submitter does not panic");
    let _ = pool.shutdown(&Context::background());
}

fn one_look_for_two_jobs<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 2);
    let submitter = start_submitter(&pool, &[1]);
    submit_all(&**pool, &[2]);
    let accepted = submitter.join().unwrap_or_default();
    expect(accepted == [1], "job 1 was rejected");
    let never_started = pool.shutdown(&Context::background());
    expect(
        never_started.is_empty(),
        "the drain left a job that never started",
    );
    expect_all_there(vec![1, 2], results(&**pool));
}

fn wait_for_room<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 0);
    submit_all(&**pool, &[1]);
    pool.wait_for_room(&Context::background());
    expect(pool.next() == Some(1), "the result is missing");
    submit_all(&**pool, &[2]);
    let _ = pool.shutdown(&Context::background());
}

/// Waits for room on another thread.
fn start_wait<Pool: ProductionPool>(pool: &Arc<Pool>, context: Context) -> JoinHandle<()> {
    let pool = Arc::clone(pool);
    spawn_named("waiter", move || pool.wait_for_room(&context))
}

fn two_wait_for_room<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 0);
    submit_all(&**pool, &[1]);
    let other = start_wait(&pool, Context::background());
    pool.wait_for_room(&Context::background());
    other.join().expect("the wait does not panic");
    let _ = pool.shutdown(&Context::background());
}

fn wait_for_room_with_a_limit<Pool: ProductionPool>() {
    let pool = Held::new(Arc::new(Pool::new(1, 0, work_until_stopped)));
    submit_all(&**pool, &[1]);
    let (limit, _cancel) = Context::with_timeout(std::time::Duration::ZERO);
    pool.wait_for_room(&limit);
    let _ = pool.shutdown(&Context::ended());
}

fn observed<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 1);
    let submitter = start_submitter(&pool, &[1, 2]);
    story::tell("starts to read the metrics");
    let metrics = pool.metrics();
    story::tell(format_args!("has read: {metrics}"));
    let in_pool = metrics.queued + metrics.active;
    let gone = metrics.processed + metrics.never_started;
    expect(
        metrics.accepted == in_pool + gone,
        "the metrics do not add up",
    );
    expect(
        metrics.active <= 1 && metrics.queued <= 2,
        "the metrics show more jobs than were submitted, or more workers than there are",
    );
    submitter.join().expect("the submitter does not panic");
    let _ = pool.shutdown(&Context::background());
}

fn idle<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 0);
    submit_all(&**pool, &[1]);
    story::tell("starts to read the metrics");
    let metrics = pool.metrics();
    story::tell(format_args!("has read: {metrics}"));
    expect(
        metrics.queued + metrics.active + metrics.processed > 0,
        "the pool looks idle, but its job is not done",
    );
    let _ = pool.shutdown(&Context::background());
}

fn idle_at_the_end<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(1, 0);
    submit_all(&**pool, &[1]);
    expect(pool.next() == Some(1), "the result is missing");
    let metrics = pool.metrics();
    expect(
        metrics.queued + metrics.active == 0,
        "the result has arrived, but the pool looks busy",
    );
    let _ = pool.shutdown(&Context::background());
}

fn a_panic_comes_back<Pool: ProductionPool>() {
    let pool = new_pool::<Pool>(2, 0);
    submit_all(&**pool, &[0, 1]);
    let never_started = pool.shutdown(&Context::background());
    expect(
        never_started.is_empty(),
        "the drain left a job that never started",
    );
    expect(
        pool.metrics().failed == 1,
        "the metrics do not show one failed job",
    );
    expect_all_there(vec![0, 1], results(&**pool));
}

fn shut_down_by_a_job() {
    thread_local!(static POOL: RefCell<Option<Arc<Production>>> = const { RefCell::new(None) });
    let pool = Production::new(2, 0, |_, &job| {
        story::starts(job);
        if let Some(pool) = alone(|| POOL.take()) {
            let _ = pool.shutdown(&Context::ended());
        }
        job
    });
    let pool = Held::new(Arc::new(pool.expect("a model can always start a thread")));
    POOL.set(Some(Arc::clone(&pool)));

    let accepted = [1, 2].into_iter().filter(|&job| pool.submit(job).is_ok());
    let accepted = accepted.collect();
    let mut came_back = pool.shutdown(&Context::background()).never_started;
    came_back.extend(results(&**pool));
    expect_all_there(accepted, came_back);
}

fn a_job_waits_for_room() {
    thread_local!(static POOL: RefCell<Option<Arc<Production>>> = const { RefCell::new(None) });
    let pool = Production::new(1, 0, |_, &job| {
        story::starts(job);
        if let Some(pool) = alone(|| POOL.take()) {
            pool.wait_for_room(&Context::background());
        }
        job
    });
    let pool = Held::new(Arc::new(pool.expect("a model can always start a thread")));
    POOL.set(Some(Arc::clone(&pool)));
    submit_all(&**pool, &[1]);
    let never_started = pool.shutdown(&Context::background()).never_started;
    expect(
        never_started.is_empty(),
        "the drain left a job that never started",
    );
    expect_all_there(vec![1], results(&**pool));
}

/// Implements the trait for each pool: they have the same methods, but they are different types.
macro_rules! struct_pools {
    ($($name:ident)+) => { $(
        impl StructPool for lessons::$name::Pool {
            fn with_capacity(size: usize, capacity: usize) -> Self {
                Self::with_capacity(size, capacity)
            }

            fn submit(&self, job: impl FnOnce() + Send + 'static) {
                self.submit(job);
            }

            fn shutdown(self) {
                self.shutdown();
            }
        }
    )+ };
}

struct_pools!(struct_pool queue_left_open lost_worker);

macro_rules! production_pools {
    ($($name:ident)+) => { $(
        impl ProductionPool for lessons::$name::pool::Pool<usize, usize> {
            fn new(size: usize, capacity: usize, work: fn(&Context, &usize) -> usize) -> Self {
                Self::new(size, capacity, work).expect("a model can always start a thread")
            }

            fn submit(&self, job: usize) -> bool {
                self.submit(job).is_ok()
            }

            fn wait_for_room(&self, context: &Context) {
                self.wait_for_room(context);
            }

            fn next(&self) -> Option<usize> {
                self.results().recv().ok().map(|finished| finished.job)
            }

            fn shutdown(&self, stop: &Context) -> Vec<usize> {
                self.shutdown(stop).never_started
            }

            fn metrics(&self) -> Metrics {
                let metrics = self.metrics();
                Metrics {
                    queued: metrics.queued,
                    active: metrics.active,
                    processed: metrics.processed,
                    failed: metrics.failed,
                    accepted: metrics.accepted,
                    never_started: metrics.never_started,
                }
            }
        }
    )+ };
}

production_pools!(production_pool drained_too_early stop_ignored room_without_lock);
production_pools!(idle_too_early busy_too_late credit_too_many lost_wake_up);
