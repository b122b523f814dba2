//! Random runs of both pools: workers, capacities, jobs of all kinds, slow submitters, readers that
//! stop reading, and shutdowns at any moment. In every run, the numbers must add up.
//!
//! They take a few seconds by default, and ten minutes for each pool with `STRESS_SECS=600`. A run
//! that fails prints its seed; `STRESS_SEED=` makes that run the first. The same seed makes the
//! same choices, but threads may interleave in another way: it may take a few runs to fail again.

mod common;

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use std::{env, iter, thread};

use common::within_limit;
use crossbeam_channel::{Receiver, unbounded};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use worker_pools::production_pool::{Finished, Pool, RejectReason};
use worker_pools::progress::Progress;
use worker_pools::{Cancel, Context, struct_pool};

/// A number from the environment.
fn from_env(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} must be a whole number, not {text:?}")))
}

/// Whether a test shows the progress of all of them.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// The runs of all tests so far.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Shows how long the tests have been running, unless another one shows it: there is only one line.
fn progress(time: Duration) -> Option<Progress> {
    let start = Instant::now();
    let text = move || {
        let (runs, secs) = (RUNS.load(SeqCst), start.elapsed().as_secs());
        format!("{runs} runs in {secs} of {} s", time.as_secs())
    };
    (!IS_SHOWN.swap(true, SeqCst)).then(|| Progress::show(text))
}

/// Calls `run` with one seed after another until the time is over, and adds up what it returns.
fn stress<const N: usize>(names: [&str; N], run: fn(&mut StdRng) -> [usize; N]) {
    let time = Duration::from_secs(from_env("STRESS_SECS").unwrap_or(2));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.expect("after 1970").as_micros() as u64;
    let first = from_env("STRESS_SEED").unwrap_or(now);

    let progress = progress(time);
    let start = Instant::now();
    let (mut runs, mut sums) = (0, [0; N]);
    // At least one run, even if the time is 0.
    for seed in iter::successors(Some(first), |seed| seed.checked_add(1)) {
        let this_run = move || run(&mut StdRng::seed_from_u64(seed));
        match panic::catch_unwind(|| within_limit(this_run)) {
            Ok(counts) => {
                for (sum, count) in sums.iter_mut().zip(counts) {
                    *sum += count;
                }
            }
            Err(panic) => {
                eprintln!("to begin with this run, set STRESS_SEED={seed}");
                panic::resume_unwind(panic);
            }
        }
        runs += 1;
        RUNS.fetch_add(1, SeqCst);
        if start.elapsed() >= time {
            break;
        }
    }
    if progress.is_some() {
        drop(progress);
        IS_SHOWN.store(false, SeqCst);
    }
    println!("{runs} runs, seeds from {first}");
    for (name, sum) in names.iter().zip(sums) {
        println!("{sum:>12} {name}");
        // In 200 runs, each of these happens. If one does not, the runs are not random enough.
        assert!(sum > 0 || runs < 200, "{name}: none in {runs} runs");
    }
}

/// What a job does.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Nothing,
    Yield,
    Compute(u32),
    Sleep(Duration),
    /// Waits until the pool is stopped, but not for long.
    WaitForStop,
    Panic,
}

impl Kind {
    fn random(random: &mut StdRng, panic_percent: u32) -> Kind {
        if random.random_range(0..100) < panic_percent {
            return Kind::Panic;
        }
        match random.random_range(0..100) {
            0..60 => Kind::Nothing,
            60..65 => Kind::Yield,
            65..90 => Kind::Compute(random.random_range(1..20_000)),
            90..98 => Kind::Sleep(Duration::from_micros(random.random_range(1..500))),
            _ => Kind::WaitForStop,
        }
    }

    fn run(self, number: usize, stop: &Context) {
        match self {
            Kind::Nothing => {}
            Kind::Yield => thread::yield_now(),
            Kind::Compute(steps) => {
                let sum = (0..steps).fold(0, |sum, step| std::hint::black_box(sum ^ step));
                std::hint::black_box(sum);
            }
            Kind::Sleep(time) => thread::sleep(time),
            Kind::WaitForStop => {
                let _ = stop.done().recv_timeout(Duration::from_millis(2));
            }
            // Unlike `panic!`, this prints nothing on stderr.
            Kind::Panic => panic::resume_unwind(Box::new(number)),
        }
    }
}

/// The jobs of a run, and what they do. A job is an index.
struct Jobs {
    kinds: Vec<Kind>,
    starts: Vec<AtomicUsize>,
    running: AtomicUsize,
    max_running: AtomicUsize,
}

impl Jobs {
    fn random(random: &mut StdRng) -> Arc<Jobs> {
        let jobs = random.random_range(0..200);
        let panic_percent = [0, 5, 50, 100][random.random_range(0..4)];
        let kinds = (0..jobs).map(|_| Kind::random(random, panic_percent));
        Arc::new(Jobs {
            kinds: kinds.collect(),
            starts: (0..jobs).map(|_| AtomicUsize::new(0)).collect(),
            running: AtomicUsize::new(0),
            max_running: AtomicUsize::new(0),
        })
    }

    fn run(&self, job: usize, stop: &Context) {
        self.starts[job].fetch_add(1, SeqCst);
        let running = self.running.fetch_add(1, SeqCst) + 1;
        self.max_running.fetch_max(running, SeqCst);
        let end = OnDrop(|| {
            self.running.fetch_sub(1, SeqCst);
        });
        self.kinds[job].run(job, stop);
        drop(end);
    }

    /// How often the job was started.
    fn starts(&self, job: usize) -> usize {
        self.starts[job].load(SeqCst)
    }

    fn panics(&self, job: usize) -> bool {
        matches!(self.kinds[job], Kind::Panic)
    }
}

/// Calls the function when it is dropped, even by a panic.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Waits now and then.
fn sometimes_wait(random: &mut StdRng) {
    match random.random_range(0..100) {
        0..96 => {}
        96..98 => thread::yield_now(),
        _ => thread::sleep(Duration::from_micros(random.random_range(1..300))),
    }
}

/// Splits the jobs into this many parts.
fn split(jobs: usize, parts: usize) -> Vec<Vec<usize>> {
    let part = |part| (part..jobs).step_by(parts).collect();
    (0..parts).map(part).collect()
}

/// The set of these jobs, after a check that no job is there twice.
#[track_caller]
fn unique(jobs: &[usize]) -> BTreeSet<usize> {
    let set: BTreeSet<usize> = jobs.iter().copied().collect();
    assert_eq!(set.len(), jobs.len(), "a job is there twice");
    set
}

fn number(payload: &(dyn Any + Send)) -> usize {
    *payload
        .downcast_ref()
        .expect("jobs panic with their number")
}

#[test]
fn struct_pool_does_every_job_once() {
    let names = ["jobs done", "jobs that panicked", "pools that were dropped"];
    stress(names, struct_pool_run);
}

fn struct_pool_run(random: &mut StdRng) -> [usize; 3] {
    let jobs = Jobs::random(random);
    let workers = random.random_range(1..=4);
    let capacity = [0, 1, 2, 8, 1_000][random.random_range(0..5)];
    let pool = Arc::new(struct_pool::Pool::with_capacity(workers, capacity));

    let submitters: Vec<_> = split(jobs.kinds.len(), random.random_range(1..=3))
        .into_iter()
        .map(|part| {
            let (pool, jobs, mut random) = (Arc::clone(&pool), Arc::clone(&jobs), random.fork());
            thread::spawn(move || {
                for job in part {
                    sometimes_wait(&mut random);
                    let jobs = Arc::clone(&jobs);
                    pool.submit(move || jobs.run(job, &Context::background()));
                }
            })
        })
        .collect();
    for submitter in submitters {
        submitter.join().expect("submit does not panic");
    }

    let pool = Arc::into_inner(pool).expect("the submitters have gone");
    let is_dropped = random.random();
    let end = panic::catch_unwind(AssertUnwindSafe(|| match is_dropped {
        true => drop(pool),
        false => pool.shutdown(),
    }));

    let all = 0..jobs.kinds.len();
    let panicked: Vec<usize> = all.clone().filter(|&job| jobs.panics(job)).collect();
    match end {
        Ok(()) => assert_eq!(panicked, [], "the panic was not passed on"),
        Err(panic) => assert!(panicked.contains(&number(&*panic)), "another panic"),
    }
    assert!(all.clone().all(|job| jobs.starts(job) == 1));
    assert!(jobs.max_running.load(SeqCst) <= workers);
    [
        all.len() - panicked.len(),
        panicked.len(),
        is_dropped.into(),
    ]
}

#[test]
fn production_pool_accounts_for_every_job_once() {
    let names = [
        "results that readers took",
        "jobs that panicked",
        "jobs never started",
        "rejected: the queue was full",
        "rejected: too many results",
        "rejected: shutting down",
        "results left after the shutdown",
        "pools with two shutdowns at once",
    ];
    stress(names, production_pool_run);
}

type JobPool = Pool<usize, ()>;

/// How a pool is shut down.
#[derive(Clone, Copy)]
enum End {
    Drain,
    Limit(Duration),
    StopNow,
}

impl End {
    fn random(random: &mut StdRng) -> End {
        match random.random_range(0..3) {
            0 => End::Drain,
            1 => End::Limit(Duration::from_micros(random.random_range(0..2_000))),
            _ => End::StopNow,
        }
    }

    /// Returns the jobs that never started.
    fn shut_down(self, pool: &JobPool) -> Vec<usize> {
        let (stop, _cancel) = match self {
            End::Drain => return pool.shutdown(&Context::background()).never_started,
            End::Limit(time) => Context::with_timeout(time),
            End::StopNow => Context::with_timeout(Duration::ZERO),
        };
        pool.shutdown(&stop).never_started
    }
}

/// How long a submitter waits for room: as long as it takes, or not.
fn random_wait(random: &mut StdRng) -> (Context, Option<Cancel>) {
    if random.random_range(0..10) > 0 {
        return (Context::background(), None);
    }
    let time = Duration::from_micros(random.random_range(0..200));
    let (context, cancel) = Context::with_timeout(time);
    (context, Some(cancel))
}

/// Reads all results, or the first `max`.
fn read(results: Receiver<Finished<usize, ()>>, max: usize, random: &mut StdRng) -> Vec<Outcome> {
    let results = results.iter().take(max);
    let outcomes = results.map(|finished| {
        sometimes_wait(random);
        Outcome::from(finished)
    });
    outcomes.collect()
}

/// How a job ended, according to its result.
#[derive(Debug)]
struct Outcome {
    job: usize,
    panicked: bool,
}

impl From<Finished<usize, ()>> for Outcome {
    fn from(Finished { job, result }: Finished<usize, ()>) -> Outcome {
        if let Err(panic) = &result {
            assert_eq!(number(&*panic.payload), job, "another job's panic");
        }
        let panicked = result.is_err();
        Outcome { job, panicked }
    }
}

fn production_pool_run(random: &mut StdRng) -> [usize; 8] {
    let jobs = Jobs::random(random);
    let workers = random.random_range(1..=4);
    let capacity = [0, 1, 2, 8, 1_000][random.random_range(0..5)];
    let work = {
        let jobs = Arc::clone(&jobs);
        move |stop: &Context, &job: &usize| jobs.run(job, stop)
    };
    let pool = Arc::new(JobPool::new(workers, capacity, work).expect("a few threads"));
    let parts = split(jobs.kinds.len(), random.random_range(1..=3));

    // Each submitter tries each job a few times, but not again once the pool is shutting down.
    let (accepted_tx, accepted) = unbounded();
    let rejected = Arc::new(Mutex::new(Vec::new()));
    let submitters = parts.into_iter().map(|part| {
        let (pool, accepted, rejected) = (pool.clone(), accepted_tx.clone(), rejected.clone());
        let (mut random, tries) = (random.fork(), random.random_range(1..10));
        thread::spawn(move || {
            for job in part {
                for _ in 0..tries {
                    sometimes_wait(&mut random);
                    match pool.submit(job) {
                        Ok(()) => {
                            accepted.send(job).expect("the run collects them");
                            break;
                        }
                        Err(back) => {
                            assert_eq!(back.job, job, "another job was handed back");
                            rejected.lock().expect("no panic").push(back.reason);
                            match back.reason {
                                RejectReason::ShuttingDown => break,
                                RejectReason::QueueFull if random.random() => {
                                    let (context, _cancel) = random_wait(&mut random);
                                    pool.wait_for_room(&context);
                                }
                                _ => {}
                            }
                        }
                    }
                }
            }
        })
    });
    let submitters: Vec<_> = submitters.collect();
    drop(accepted_tx);

    // Up to two readers. Each reads to the end, or stops early.
    let readers = (0..random.random_range(0..=2)).map(|_| {
        let (results, mut random) = (pool.results().clone(), random.fork());
        let max = [usize::MAX, random.random_range(0..50)][random.random_range(0..2)];
        thread::spawn(move || read(results, max, &mut random))
    });
    let readers: Vec<_> = readers.collect();

    // One shutdown, or two at once, at random moments.
    let ends = (0..random.random_range(1..=2)).map(|_| {
        let (pool, end) = (Arc::clone(&pool), End::random(random));
        let moment = Duration::from_micros(random.random_range(0..10_000));
        thread::spawn(move || {
            thread::sleep(moment);
            end.shut_down(&pool)
        })
    });
    let ends: Vec<_> = ends.collect();

    let shutdowns = ends.len();
    let join = "no panic";
    let never_started = ends.into_iter().flat_map(|end| end.join().expect(join));
    let never_started: Vec<usize> = never_started.collect();
    let starts: usize = (0..jobs.kinds.len()).map(|job| jobs.starts(job)).sum();
    for submitter in submitters {
        submitter.join().expect(join);
    }
    let outcomes = readers.into_iter().flat_map(|it| it.join().expect(join));
    let mut outcomes: Vec<Outcome> = outcomes.collect();
    let delivered = outcomes.len();
    outcomes.extend(pool.results().iter().map(Outcome::from));
    let accepted: Vec<usize> = accepted.iter().collect();

    // Every accepted job came back in exactly one place.
    let finished: Vec<usize> = outcomes.iter().map(|outcome| outcome.job).collect();
    let mut back = finished.clone();
    back.extend(&never_started);
    assert_eq!(unique(&back), unique(&accepted));
    // The jobs started, and panicked, as the pool says.
    assert!(finished.iter().all(|&job| jobs.starts(job) == 1));
    assert!(never_started.iter().all(|&job| jobs.starts(job) == 0));
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.panicked == jobs.panics(outcome.job))
    );
    let all_starts: usize = (0..jobs.kinds.len()).map(|job| jobs.starts(job)).sum();
    assert_eq!(starts, all_starts, "a job started after the shutdown");
    assert!(jobs.max_running.load(SeqCst) <= workers);
    // The metrics agree.
    let rejected = rejected.lock().expect("no panic");
    let panicked = outcomes.iter().filter(|outcome| outcome.panicked).count();
    let metrics = pool.metrics();
    assert_eq!((metrics.queued, metrics.active), (0, 0));
    assert_eq!(metrics.accepted, accepted.len() as u64);
    assert_eq!(metrics.rejected, rejected.len() as u64);
    assert_eq!(metrics.processed, finished.len() as u64);
    assert_eq!(metrics.failed, panicked as u64);
    assert_eq!(metrics.never_started, never_started.len() as u64);

    let rejected = |reason| rejected.iter().filter(|&&it| it == reason).count();
    [
        delivered,
        panicked,
        never_started.len(),
        rejected(RejectReason::QueueFull),
        rejected(RejectReason::ResultsFull),
        rejected(RejectReason::ShuttingDown),
        outcomes.len() - delivered,
        shutdowns - 1,
    ]
}
