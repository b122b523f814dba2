//! `graceful_vs_emergency`: every job has one fate in both halves, whenever the cancel comes.

mod common;

use common::{Ended, done, numbers, run, sorted, started, summed_up};

const LESSON: &str = env!("CARGO_BIN_EXE_graceful_vs_emergency");

/// How the jobs of one half ended.
#[derive(Debug, Default, PartialEq)]
struct Fates {
    done: Vec<usize>,
    interrupted: Vec<usize>,
    never_started: Vec<usize>,
}

/// Checks that the lines of each half agree with its last line.
#[track_caller]
fn halves(ended: &Ended, jobs: usize) -> Vec<Fates> {
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let is_last = |line: &String| line.starts_with(&format!("{jobs} jobs: "));
    assert!(ended.stdout.last().is_some_and(is_last), "{ended:#?}");
    let halves = ended.stdout.split_inclusive(is_last);
    halves.map(|half| fates(half, jobs)).collect()
}

#[track_caller]
fn fates(lines: &[String], jobs: usize) -> Fates {
    let (last, lines) = lines.split_last().expect("a last line");
    let list = |fate: &str| {
        let line = lines.iter().find(|line| line.starts_with(fate));
        line.map(|line| numbers(line)).unwrap_or_default()
    };
    let fates = Fates {
        done: sorted(done(lines)),
        interrupted: list("interrupted: "),
        never_started: list("never started: "),
    };
    let Fates {
        done,
        interrupted,
        never_started,
    } = &fates;
    assert_eq!(
        *last,
        format!(
            "{jobs} jobs: {} done, {} interrupted, {} never started",
            done.len(),
            interrupted.len(),
            never_started.len()
        )
    );
    let all = [&done[..], interrupted, never_started].concat();
    assert_eq!(sorted(all), (0..jobs).collect::<Vec<_>>());
    let ran = [&done[..], interrupted].concat();
    assert_eq!(sorted(started(lines)), sorted(ran));
    assert!(interrupted.len() <= 3, "more than one per worker");
    fates
}

#[test]
fn graceful_drains_and_emergency_stops() {
    let ended = run(LESSON, "--work-ms 40 --cancel-after-ms 60");

    let [graceful, emergency] = &halves(&ended, 20)[..] else {
        panic!("expected two halves: {ended:#?}");
    };
    assert_eq!(graceful.done.len(), 20);
    assert!(!emergency.never_started.is_empty());
}

#[test]
fn each_half_can_run_alone() {
    let graceful = run(LESSON, "--only graceful --work-ms 1");
    assert_eq!(halves(&graceful, 20).len(), 1);
    assert_eq!(summed_up(&graceful), 1, "{graceful:#?}");
    let emergency = run(
        LESSON,
        "--only emergency --work-ms 1000 --cancel-after-ms 1",
    );
    assert_eq!(halves(&emergency, 20).len(), 1);
    assert_eq!(summed_up(&emergency), 1, "{emergency:#?}");
}

#[test]
fn cancelled_before_the_run_no_job_starts() {
    for seed in 0..30 {
        let flags = format!("--only emergency --work-ms 1 --cancel-after-ms 0 --seed {seed}");
        let halves = halves(&run(LESSON, &flags), 20);
        assert_eq!(halves[0].never_started.len(), 20, "{flags}");
    }
}

#[test]
fn cancelled_during_the_run_every_job_has_one_fate() {
    let mut interrupted_in_all = 0;
    for seed in 0..40 {
        let cancel_after = 2 + seed * 3;
        let flags = format!(
            "--only emergency --jobs 60 --work-ms 10 --jitter 100 \
             --cancel-after-ms {cancel_after} --seed {seed}"
        );
        let halves = halves(&run(LESSON, &flags), 60);
        interrupted_in_all += halves[0].interrupted.len();
    }
    assert!(interrupted_in_all > 0, "no cancel met a busy worker");
}

#[test]
fn cancelled_after_the_run_every_job_is_done() {
    let flags = "--only emergency --work-ms 1 --jitter 100 --cancel-after-ms 60000";
    assert_eq!(halves(&run(LESSON, flags), 20)[0].done.len(), 20);
}

#[test]
fn an_emergency_does_not_wait_for_running_jobs() {
    // Each job takes an hour. If the lesson waited for one, the run would exceed the limit.
    let flags = "--only emergency --work-ms 3600000 --cancel-after-ms 2000";
    let halves = halves(&run(LESSON, flags), 20);
    assert_eq!(halves[0].done, []);
    assert!(!halves[0].interrupted.is_empty());
}

#[cfg(unix)]
#[test]
fn a_signal_stops_either_half_at_any_moment() {
    for (round, signal) in ["INT", "TERM"].iter().cycle().take(20).enumerate() {
        let half = ["graceful", "emergency"][round / 2 % 2];
        let flags =
            format!("--only {half} --jobs 2000 --work-ms 2 --jitter 100 --cancel-after-ms 60000");
        let mut lesson = common::start(LESSON, &flags);
        // Before the first line, the signal would just kill the lesson.
        let mut before: Vec<String> = (0..1 + round * 5).map(|_| lesson.line()).collect();
        lesson.signal(signal);
        let mut ended = lesson.end();

        before.append(&mut ended.stdout);
        ended.stdout = before;
        let halves = halves(&ended, 2000);
        assert_eq!(halves.len(), 1);
        assert!(!halves[0].never_started.is_empty(), "it was not stopped");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_stops_only_the_half_that_runs() {
    let flags = "--work-ms 3600000 --cancel-after-ms 2000";
    let mut lesson = common::start(LESSON, flags);
    let mut before: Vec<String> = (0..3).map(|_| lesson.line()).collect();
    lesson.signal("INT");
    let mut ended = lesson.end();

    before.append(&mut ended.stdout);
    ended.stdout = before;
    let halves = halves(&ended, 20);
    assert_eq!(halves.len(), 2);
    for half in halves {
        assert_eq!(half.done, []);
        assert!(!half.interrupted.is_empty());
    }
}
