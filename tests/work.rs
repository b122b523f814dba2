//! The library's simulated work.

use std::thread;
use std::time::{Duration, Instant};

use timeline::{Ending, Timeline};
use worker_pools::work::{Interrupted, this_worker};
use worker_pools::{Context, Work};

/// Far longer than any wait here should take.
const LIMIT: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn without_jitter_all_jobs_take_the_same_time() {
    let work = Work::new(Duration::from_millis(500), 0.0, 1);
    for job in 0..1000 {
        assert_eq!(work.duration(job), Duration::from_millis(500));
    }
}

#[test]
fn durations_depend_only_on_the_seed_and_the_job() {
    let work = |seed| Work::new(Duration::from_secs(1), 0.5, seed);
    let durations = |work: Work| (0..100).map(|job| work.duration(job)).collect::<Vec<_>>();

    let backwards: Vec<Duration> = (0..100).rev().map(|job| work(7).duration(job)).collect();
    assert_eq!(
        durations(work(7)),
        backwards.into_iter().rev().collect::<Vec<_>>()
    );
    assert_ne!(durations(work(7)), durations(work(8)));

    let mut all = durations(work(7));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 100, "jobs differ from each other");
}

#[test]
fn durations_stay_the_same_between_versions() {
    // A teacher's worksheet relies on them. If a new version of rand changes them, announce it.
    let work = Work::new(Duration::from_secs(1), 1.0, 1);
    let millis: Vec<u128> = (0..4).map(|job| work.duration(job).as_millis()).collect();
    assert_eq!(millis, [1927, 478, 389, 673]);
}

#[test]
fn jitter_uses_its_whole_range_and_no_more() {
    let work = Work::new(Duration::from_millis(1000), 0.2, 1);
    let durations = || (0..10_000).map(|job| work.duration(job).as_millis());
    assert!(durations().all(|millis| (800..=1200).contains(&millis)));
    assert!(durations().any(|millis| millis < 810));
    assert!(durations().any(|millis| millis > 1190));
}

#[test]
#[should_panic(expected = "jitter")]
fn jitter_above_100_percent_is_refused() {
    Work::new(HOUR, 1.1, 1);
}

#[test]
fn work_takes_its_time_and_is_recorded() {
    let work = Work::new(Duration::from_millis(20), 0.0, 1);
    let (cancelled, _cancel) = Context::with_timeout(Duration::ZERO);
    work.run(2, 5);
    assert_eq!(work.run_with(&cancelled, 1, 6), Err(Interrupted));

    let [done, interrupted] = work.timeline().recording().spans[..] else {
        panic!("expected two spans");
    };
    assert_eq!((done.worker, done.job), (2, 5));
    let (end, ending) = done.end.expect("the job has ended");
    assert_eq!(ending, Ending::Done);
    assert!(end - done.start >= Duration::from_millis(20));

    assert_eq!((interrupted.worker, interrupted.job), (1, 6));
    let (_, ending) = interrupted.end.expect("the job has ended");
    assert_eq!(ending, Ending::Interrupted);
}

#[test]
fn a_timeline_records_no_more_than_a_million_jobs() {
    let timeline = Timeline::default();
    let record = |job| {
        let started = timeline.start(1, job);
        timeline.end(started, Ending::Done);
    };
    (0..1_000_000).for_each(record);
    assert!(!timeline.recording().is_full);
    record(1_000_000);
    let recording = timeline.recording();
    assert!(recording.is_full);
    assert_eq!(recording.spans.len(), 1_000_000);
}

#[test]
fn a_cancel_interrupts_work_that_watches_the_context() {
    let work = Work::new(HOUR, 0.0, 1);
    let (context, cancel) = Context::with_cancel();
    let started = Instant::now();
    let (worker, copy) = (context.clone(), work.clone());
    let (ended, end) = crossbeam_channel::bounded(1);
    thread::spawn(move || ended.send(copy.run_with(&worker, 1, 1)));
    while work.timeline().recording().spans.is_empty() {
        assert!(started.elapsed() < LIMIT, "the job does not start");
        thread::yield_now();
    }
    assert_eq!(
        work.timeline().recording().spans[0].end,
        None,
        "the job has ended already"
    );

    cancel.cancel();

    assert_eq!(end.recv_timeout(LIMIT), Ok(Err(Interrupted)));
}

#[test]
fn without_a_cancel_work_that_watches_the_context_is_done() {
    let work = Work::new(Duration::from_millis(5), 0.0, 1);
    let (context, _cancel) = Context::with_cancel();
    assert_eq!(work.run_with(&context, 1, 1), Ok(()));
    let (_, ending) = work.timeline().recording().spans[0]
        .end
        .expect("the job has ended");
    assert_eq!(ending, Ending::Done);
}

#[test]
fn a_worker_finds_its_number_in_the_name_of_its_thread() {
    let ask = |name: &str| {
        let thread = thread::Builder::new().name(name.to_string());
        thread.spawn(this_worker).expect("a thread").join()
    };
    assert_eq!(ask("worker 1").expect("no panic"), 1);
    assert_eq!(ask("worker 1000").expect("no panic"), 1000);
    for other in ["worker", "worker one", "main", "a worker 1"] {
        assert!(ask(other).is_err(), "{other}");
    }
}
