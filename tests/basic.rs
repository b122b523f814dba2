//! `basic`: what it prints, and that its workers work in parallel.

mod common;

use common::{done, numbers, run, sorted, start, started, summed_up};

const BASIC: &str = env!("CARGO_BIN_EXE_basic");

#[test]
fn every_job_is_processed_once_and_has_its_result() {
    let ended = run(BASIC, "--work-ms 5");

    assert_eq!(ended.status, Some(0));
    assert_eq!(summed_up(&ended), 1, "{ended:#?}");
    assert_eq!(ended.stdout.len(), 20, "{:#?}", ended.stdout);
    let jobs: Vec<usize> = (1..=10).collect();
    assert_eq!(sorted(started(&ended.stdout)), jobs);
    let mut results: Vec<&String> = ended
        .stdout
        .iter()
        .filter(|line| line.starts_with("result: "))
        .collect();
    results.sort_by_key(|line| numbers(line)[0]);
    let expected: Vec<String> = jobs
        .iter()
        .map(|job| format!("result: {}", job * 2))
        .collect();
    assert_eq!(results, expected.iter().collect::<Vec<_>>());
    for line in &ended.stdout {
        if let Some((worker, job)) = line.split_once(" processing job ") {
            assert!(["worker 1", "worker 2", "worker 3"].contains(&worker));
            assert!(job.parse().is_ok_and(|job| jobs.contains(&job)));
        }
    }
}

#[test]
fn all_workers_start_before_the_first_job_is_done() {
    let mut lesson = start(BASIC, "--workers 8 --jobs 8 --work-ms 1000");

    let first: Vec<String> = (0..8).map(|_| lesson.line()).collect();

    assert_eq!(sorted(started(&first)), (1..=8).collect::<Vec<_>>());
    let workers = first.iter().map(|line| numbers(line)[0]).collect();
    assert_eq!(sorted(workers), (1..=8).collect::<Vec<_>>());
}

/// So a learner who has made the lesson hang sees where it hangs.
#[cfg(unix)]
#[test]
fn ctrl_c_draws_what_was_done_so_far() {
    for signal in ["INT", "TERM"] {
        let mut lesson = start(BASIC, "--work-ms 3600000 --timeline always");
        for _ in 0..3 {
            lesson.line();
        }
        lesson.signal(signal);
        let ended = lesson.end();

        assert_eq!(ended.status, Some(130), "{ended:#?}");
        let has = |text: &str| ended.stderr.iter().any(|line| line.contains(text));
        assert!(has("  signal"), "{ended:#?}");
        assert!(has("; 3 not ended;"), "{ended:#?}");
    }
}

#[test]
fn the_jobs_add_up_with_any_number_of_workers() {
    for (workers, jobs) in [(1, 0), (1, 1), (5, 3), (1, 50), (300, 1000)] {
        let flags = format!("--workers {workers} --jobs {jobs} --work-ms 1 --jitter 100");
        let ended = run(BASIC, &flags);

        assert_eq!(ended.status, Some(0), "{flags}");
        let all: Vec<usize> = (1..=jobs).collect();
        assert_eq!(sorted(started(&ended.stdout)), all, "{flags}");
        assert_eq!(sorted(done(&ended.stdout)), all, "{flags}");
    }
}
