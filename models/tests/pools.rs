//! The pools of the lessons hold what they promise in every order of events, and mistaken ones do
//! not. In a debug build, which is slow, fewer orders are tried.

use std::panic;

use models::explore::{explore, find_failure};
use models::mistakes::MISTAKES;
use models::scenarios::{FOUND_BY, SCENARIOS};
use models::story::wrong;

const README: &str = include_str!("../README.md");

const PREEMPTIONS: usize = if cfg!(debug_assertions) { 1 } else { 2 };

#[track_caller]
fn hold(lesson: &str) {
    let scenarios: Vec<_> = SCENARIOS.iter().filter(|it| it.lesson == lesson).collect();
    assert!(!scenarios.is_empty(), "{lesson} is tried");
    for scenario in scenarios {
        match explore(Some(PREEMPTIONS), scenario.run) {
            Ok(interleavings) => {
                println!("{interleavings} interleavings: {}", scenario.name);
                // One alone would mean that nothing happens at the same time.
                assert!(interleavings > 1, "{}", scenario.name);
                // The README has commas in its numbers.
                let row = format!("| `{lesson}` | {} | {interleavings} |", scenario.name);
                let is_told = README.replace(',', "").contains(&row.replace(',', ""));
                assert!(PREEMPTIONS < 2 || is_told, "not in the README: {row}");
            }
            Err(failure) => panic!("{}\n{failure}", scenario.name),
        }
    }
}

#[test]
fn basic() {
    hold("basic");
}

#[test]
fn context_cancel() {
    hold("context_cancel");
}

#[test]
fn graceful_vs_emergency() {
    hold("graceful_vs_emergency");
}

#[test]
fn struct_pool() {
    hold("struct_pool");
}

#[test]
fn production_pool() {
    hold("production_pool");
}

/// The README tells, mistake by mistake, what is found. Whoever changes a lesson may have to change
/// a story there: `cargo run --release -p models` prints them all.
#[test]
fn every_mistake_is_found_and_told() {
    let readme = README.replace("\r\n", "\n");
    let mut stories = 0;
    for mistake in MISTAKES {
        let name = mistake.name;
        let run = FOUND_BY.iter().find(|(mistake, _)| *mistake == name);
        let (_, run) = run.unwrap_or_else(|| panic!("{name}: there is a run that finds it"));
        let failure = find_failure(2, *run);
        let failure = failure.unwrap_or_else(|| panic!("{name} is not found"));
        let story = format!("```text\n{failure}\n```\n");
        assert!(
            readme.contains(&story),
            "{name}: not in the README:\n{story}"
        );
        stories += 1;
    }
    assert_eq!(stories, FOUND_BY.len());
    assert_eq!(
        readme.matches("```text\n").count(),
        stories,
        "one story each"
    );
}

#[test]
fn what_went_wrong_first_is_the_end_of_the_story() {
    let failure = explore(Some(0), || {
        wrong("this");
        panic::resume_unwind(Box::new("a panic"));
    });
    assert_eq!(failure.expect_err("it went wrong").end, "this");
}
