//! The pools of the lessons keep their promises in every order of events, up to a limit. The copies
//! with a mistake do not. A debug build is slow, so it checks fewer orders.

use std::panic;

use models::explore::{End, explore, find_failure};
use models::mistakes::MISTAKES;
use models::scenarios::{FOUND_BY, SCENARIOS};
use models::story::wrong;

const README: &str = include_str!("../README.md");

const PREEMPTIONS: usize = if cfg!(debug_assertions) { 1 } else { 2 };

#[track_caller]
fn assert_holds(lesson: &str) {
    let scenarios: Vec<_> = SCENARIOS.iter().filter(|it| it.lesson == lesson).collect();
    assert!(!scenarios.is_empty(), "no scenario for {lesson}");
    for scenario in scenarios {
        match explore(Some(PREEMPTIONS), scenario.run) {
            Ok(interleavings) => {
                println!("{interleavings} interleavings: {}", scenario.name);
                // If there is only one, no two threads run at the same time.
                assert!(interleavings > 1, "only one order: {}", scenario.name);
                // The README's numbers have commas.
                let row = format!("| `{lesson}` | {} | {interleavings} |", scenario.name);
                let is_in_readme = README.replace(',', "").contains(&row.replace(',', ""));
                assert!(
                    PREEMPTIONS < 2 || is_in_readme,
                    "this row is not in the README: {row}"
                );
            }
            Err(failure) => panic!("{}\n{failure}", scenario.name),
        }
    }
}

#[test]
fn basic() {
    assert_holds("basic");
}

#[test]
fn context_cancel() {
    assert_holds("context_cancel");
}

#[test]
fn graceful_vs_emergency() {
    assert_holds("graceful_vs_emergency");
}

#[test]
fn struct_pool() {
    assert_holds("struct_pool");
}

#[test]
fn production_pool() {
    assert_holds("production_pool");
}

/// The README shows the story of each mistake. A change to a lesson may change a story. Then copy
/// the new one from what `cargo run --release -p models` prints.
#[test]
fn every_mistake_is_found_and_told() {
    let readme = README.replace("\r\n", "\n");
    let mut stories = 0;
    for mistake in MISTAKES {
        let name = mistake.name;
        let run = FOUND_BY.iter().find(|(mistake, _)| *mistake == name);
        let (_, run) = run.unwrap_or_else(|| panic!("{name}: add a run that finds it to FOUND_BY"));
        let failure = find_failure(2, *run);
        let failure = failure.unwrap_or_else(|| panic!("{name} is not found"));
        let story = format!("```text\n{failure}\n```\n");
        assert!(
            readme.contains(&story),
            "{name}: this story is not in the README:\n{story}"
        );
        stories += 1;
    }
    assert_eq!(stories, FOUND_BY.len());
    assert_eq!(
        readme.matches("```text\n").count(),
        stories,
        "the README shows one story for each mistake"
    );
}

#[test]
fn the_story_ends_at_the_first_thing_that_is_wrong() {
    let failure = explore(Some(0), || {
        wrong("this");
        panic::resume_unwind(Box::new("a panic"));
    });
    assert_eq!(
        failure.expect_err("it calls `wrong`").end,
        End::Wrong("this".to_owned())
    );
}
