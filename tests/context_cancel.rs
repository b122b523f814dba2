//! `context_cancel`: every job has one fate, whenever the cancel comes.

mod common;

use common::{Ended, done, numbers, run, sorted, started, summed_up};

const CONTEXT_CANCEL: &str = env!("CARGO_BIN_EXE_context_cancel");

/// Checks that the lines of a run with 3 workers agree with its last line, and returns how many
/// jobs were delivered, late, and never started.
#[track_caller]
fn fates(ended: &Ended, jobs: usize) -> (usize, usize, usize) {
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    assert_eq!(summed_up(ended), 1, "{ended:#?}");
    let (last, lines) = ended.stdout.split_last().expect("some output");
    let [total, delivered, late, never_started] = numbers(last)[..] else {
        panic!("the last line is not the one that adds up: {last}");
    };
    assert_eq!(
        *last,
        format!(
            "{total} jobs: {delivered} delivered, {late} finished too late to deliver, \
             {never_started} never started"
        )
    );
    assert_eq!(total, jobs);
    assert_eq!(delivered + late + never_started, jobs, "{ended:#?}");

    // Workers take the jobs in the order of the queue.
    let started = sorted(started(lines));
    assert_eq!(started, (1..=jobs - never_started).collect::<Vec<_>>());
    let done = sorted(done(lines));
    assert_eq!(done.len(), delivered, "{ended:#?}");
    assert!(done.windows(2).all(|pair| pair[0] < pair[1]), "{done:?}");
    assert!(done.iter().all(|job| started.contains(job)));

    // A worker with a late result says that it is cancelled, and ends.
    let mut cancelled: Vec<&String> = lines
        .iter()
        .filter(|line| line.ends_with(" cancelled"))
        .collect();
    cancelled.sort();
    let all = [
        "worker 1 cancelled",
        "worker 2 cancelled",
        "worker 3 cancelled",
    ];
    assert!(late <= cancelled.len(), "{ended:#?}");
    assert!(cancelled.iter().all(|line| all.contains(&line.as_str())));
    assert_eq!(lines.len(), started.len() + delivered + cancelled.len());
    (delivered, late, never_started)
}

#[test]
fn cancelled_before_the_run_no_job_starts() {
    // Go's `select`, and the macro `select!`, would take a job in half of the cases.
    for seed in 0..30 {
        let flags = format!("--jobs 30 --work-ms 1 --cancel-after-ms 0 --seed {seed}");
        let ended = run(CONTEXT_CANCEL, &flags);
        assert_eq!(fates(&ended, 30), (0, 0, 30), "{flags}");
        assert_eq!(
            ended.stdout.len(),
            4,
            "not every worker says that it is cancelled"
        );
    }
}

#[test]
fn cancelled_during_the_run_every_job_has_one_fate() {
    let mut late_in_all = 0;
    for seed in 0..40 {
        let cancel_after = 5 + seed * 3;
        let flags = format!(
            "--jobs 60 --work-ms 10 --jitter 100 --cancel-after-ms {cancel_after} --seed {seed}"
        );
        let (_, late, _) = fates(&run(CONTEXT_CANCEL, &flags), 60);
        late_in_all += late;
    }
    assert!(late_in_all > 0, "no cancel met a busy worker");
}

#[test]
fn cancelled_after_the_run_every_result_is_delivered() {
    for seed in 0..5 {
        let flags =
            format!("--jobs 30 --work-ms 2 --jitter 100 --cancel-after-ms 60000 --seed {seed}");
        let ended = run(CONTEXT_CANCEL, &flags);
        assert_eq!(fates(&ended, 30), (30, 0, 0), "{flags}");
        assert_eq!(ended.stdout.len(), 61, "a worker says that it is cancelled");
    }
}

#[test]
fn a_worker_with_a_late_result_does_not_hang() {
    // Every worker is busy at the cancel. When its job is done, nobody takes the result.
    let ended = run(CONTEXT_CANCEL, "--work-ms 2000 --cancel-after-ms 500");
    assert_eq!(fates(&ended, 10), (0, 3, 7));
}

#[test]
fn a_cancel_says_what_the_lesson_waits_for() {
    let mut lesson = common::start(CONTEXT_CANCEL, "--work-ms 2000 --cancel-after-ms 100");
    lesson.line();
    let ended = lesson.end();
    let says =
        |line: &String| line == "cancelled; waiting for the workers (Ctrl-C ends the program)";
    assert!(ended.stderr.iter().any(says), "{ended:#?}");
}

#[cfg(unix)]
#[test]
fn a_signal_cancels_the_run_at_any_moment() {
    for (round, signal) in ["INT", "TERM"].iter().cycle().take(20).enumerate() {
        let mut lesson = common::start(
            CONTEXT_CANCEL,
            "--jobs 2000 --work-ms 2 --jitter 100 --cancel-after-ms 60000",
        );
        // Before the first line, the signal would just kill the lesson.
        let mut before: Vec<String> = (0..1 + round * 5).map(|_| lesson.line()).collect();
        lesson.signal(signal);
        let mut ended = lesson.end();

        before.append(&mut ended.stdout);
        ended.stdout = before;
        let (_, _, never_started) = fates(&ended, 2000);
        assert!(never_started > 0, "the signal did not cancel the run");
    }
}

#[cfg(unix)]
#[test]
fn another_ctrl_c_ends_a_lesson_that_is_still_busy() {
    // The work does not watch the context, so the workers are busy for an hour.
    let mut lesson = common::start(
        CONTEXT_CANCEL,
        "--work-ms 3600000 --cancel-after-ms 3600000",
    );
    lesson.line();
    lesson.signal("INT");
    // A key that is pressed twice by mistake counts as one Ctrl-C.
    lesson.signal("INT");
    assert!(lesson.runs_for(std::time::Duration::from_millis(1500)));
    lesson.signal("INT");

    assert_eq!(lesson.end().status, Some(130));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_lesson_that_its_timer_has_cancelled() {
    let mut lesson = common::start(
        CONTEXT_CANCEL,
        "--work-ms 3600000 --cancel-after-ms 300 --timeline always",
    );
    lesson.line();
    assert!(lesson.runs_for(std::time::Duration::from_millis(2000)));
    let before = std::time::Instant::now();
    lesson.signal("INT");

    let ended = lesson.end();
    assert_eq!(ended.status, Some(130));
    let has = |text: &str| ended.stderr.iter().any(|line| line.contains(text));
    assert!(has("; 3 not ended;"), "{ended:#?}");
    assert!(has(" cancel "), "{ended:#?}");
    // Nobody takes the signal, and it waits for a second.
    assert!(before.elapsed() < std::time::Duration::from_secs(5));
}

#[cfg(unix)]
#[test]
fn ctrl_c_after_the_cancel_leaves_time_for_the_last_line() {
    // The jobs end half a second after the signal, when the signal still waits.
    let mut lesson = common::start(CONTEXT_CANCEL, "--work-ms 1500 --cancel-after-ms 300");
    let mut before = vec![lesson.line()];
    assert!(lesson.runs_for(std::time::Duration::from_millis(1000)));
    lesson.signal("INT");
    let mut ended = lesson.end();

    before.append(&mut ended.stdout);
    ended.stdout = before;
    assert_eq!(fates(&ended, 10), (0, 3, 7));
}
