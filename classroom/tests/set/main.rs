//! Tests the exercises. Each one must fail as it is shipped, and its solution must pass. Every
//! wrong answer that we could think of must be rejected, in time and with a message that helps.
//!
//! `cargo test -p classroom --test set -- --nocapture` prints the message of each one.
//! `RUNS=20 EXERCISE=drain cargo test …` runs each answer to one exercise 20 times.

mod change;
mod compile;
mod looks_right;
mod right_answers;
mod wrong_answers;

use std::path::Path;
use std::thread;
use std::time::Duration;
use std::{env, fs};

use crossbeam_channel::bounded;
use worker_pools::lessons::{LESSONS, MACHINES};

use compile::{Answer, Compiler, Outcome};
use looks_right::is_as_on_the_page;
use right_answers::RIGHT_ANSWERS;
use wrong_answers::WRONG_ANSWERS;

/// The line that separates the learner's part from the checks.
const LINE: &str = "\n// ---- The checks.";

/// Each exercise: its lesson, which is its folder; its name; and words from the message that it prints
/// as it is shipped.
const EXERCISES: [(&str, &str, &str); 20] = [
    ("why_pools", "limit_threads", "the jobs ran on 12 threads"),
    ("basic", "close_results", "who holds a sender?"),
    (
        "basic",
        "close_jobs",
        "who tells them that no more jobs come?",
    ),
    (
        "basic",
        "share_the_queue",
        "others waited for the end of job 1",
    ),
    ("context_cancel", "first_select", "does it see the cancel?"),
    (
        "context_cancel",
        "biased_select",
        "what does the worker look at first?",
    ),
    ("context_cancel", "second_select", "does it see the cancel?"),
    (
        "context_cancel",
        "keep_the_cancel",
        "who has cancelled, and where?",
    ),
    (
        "graceful_vs_emergency",
        "drain",
        "jobs are left in the queue: did it cancel?",
    ),
    (
        "graceful_vs_emergency",
        "hand_back",
        "job 5 belongs in `interrupted`, but it is in no list",
    ),
    (
        "struct_pool",
        "write_a_pool",
        "not yet implemented: start the workers",
    ),
    (
        "struct_pool",
        "drop_the_pool",
        "only 0 of 6 jobs had ended when the pool was dropped",
    ),
    (
        "buffered_vs_unbuffered",
        "backpressure",
        "reading went on after photo 9",
    ),
    (
        "url_fetcher",
        "errors_as_values",
        "is missing from the report",
    ),
    ("url_fetcher", "time_left", "a request may take 10s, and 4."),
    ("production_pool", "survive_panic", "job 2 has 0 results"),
    (
        "production_pool",
        "full_queue",
        "which waits for room in the queue",
    ),
    ("production_pool", "whole_pool", "not yet implemented"),
    (
        "how_many_workers",
        "enough_workers",
        "then job 3 waits for 200ms, and the target is 150ms",
    ),
    ("machines", "acknowledge", "job 2 is lost"),
];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(&path);
    text.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The learner's part, and the checks.
fn parts(text: &str) -> (&str, &str) {
    let line = text
        .find(LINE)
        .expect("a line divides the answer from the checks");
    text.split_at(line)
}

fn exercise(name: &str) -> String {
    read(&format!("exercises/{}/{name}.rs", folder(name)))
}

fn solution(name: &str) -> String {
    read(&format!("solutions/{}/{name}.rs", folder(name)))
}

fn folder(name: &str) -> &'static str {
    let exercise = EXERCISES.iter().find(|(_, exercise, _)| *exercise == name);
    exercise
        .unwrap_or_else(|| panic!("there is no exercise {name}"))
        .0
}

/// Calls `check` for each item, a few at a time. Panics if a call returns something, with
/// everything that the calls returned.
fn check_all<T: Sync>(items: &[T], check: impl Fn(&T) -> Option<String> + Sync) {
    let (jobs_tx, jobs_rx) = bounded(items.len());
    let (results_tx, results_rx) = bounded(items.len());
    items
        .iter()
        .for_each(|item| jobs_tx.send(item).expect("there is room for all"));
    drop(jobs_tx);
    thread::scope(|scope| {
        // Most of the time these workers wait for an answer that hangs.
        for _ in 0..4 {
            let (jobs, results, check) = (jobs_rx.clone(), results_tx.clone(), &check);
            scope.spawn(move || {
                for item in jobs {
                    results.send(check(item)).expect("there is room for all");
                }
            });
        }
    });
    drop(results_tx);
    let failures: Vec<String> = results_rx.iter().flatten().collect();
    assert!(
        failures.is_empty(),
        "{} of {}:\n\n{}",
        failures.len(),
        items.len(),
        failures.join("\n")
    );
}

/// How often each answer runs: `RUNS=20 cargo test …` runs each of them 20 times.
fn runs() -> usize {
    env::var("RUNS").map_or(1, |runs| runs.parse().expect("RUNS is a number"))
}

/// Checks that an answer passes each time. Returns what is wrong, if anything is.
fn acceptance_problem(what: &str, answer: &Answer) -> Option<String> {
    let mut outcomes = (0..runs()).map(|_| answer.run());
    let failed = outcomes.find(|outcome| !outcome.passed)?;
    Some(format!("{what}: {failed}"))
}

/// Whether the output has one of the messages, which have `|` between them.
fn says_so(output: &str, messages: &str) -> bool {
    let output = Vec::from_iter(output.split_whitespace()).join(" ");
    messages.split('|').any(|words| output.contains(words))
}

/// Checks that each run rejects an answer in time, and that one of them has the words `says`, and
/// an output that `is_it`. Returns what is wrong, if anything is.
///
/// On a busy machine, an answer may fail another check first, which has other words. So it may run
/// again, ten times in all.
fn rejection_problem(
    what: &str,
    answer: &Answer,
    says: &str,
    is_it: impl Fn(&str) -> bool,
) -> Option<String> {
    let mut has_said_so = false;
    for run in 1..=runs().max(10) {
        let outcome = answer.run();
        let says_it = says_so(&outcome.output, says) && is_it(&outcome.output);
        has_said_so |= says_it;
        let secs = outcome.took.as_secs_f64();
        let said = if says_it { says } else { "other words" };
        println!("{what:<70} {secs:>4.1} s  {said}");
        if outcome.passed || outcome.took > Duration::from_secs(15) {
            return Some(format!("{what}: {outcome}"));
        }
        if !says_it {
            println!("{outcome}");
        }
        if has_said_so && run >= runs() {
            return None;
        }
    }
    Some(format!("{what}: no run says {says:?}"))
}

#[test]
fn as_shipped_every_exercise_fails_in_time() {
    let compiler = Compiler::new();
    check_all(&EXERCISES, |(_, name, says)| {
        let answer = compiler.compile(name, &exercise(name));
        rejection_problem(name, &answer, says, |_| true)
    });
}

#[test]
fn every_solution_passes() {
    let compiler = Compiler::new();
    let wanted: Vec<_> = EXERCISES.into_iter().filter(|it| is_wanted(it.1)).collect();
    check_all(&wanted, |(_, name, _)| {
        let answer = compiler.compile(&format!("{name}_sol"), &solution(name));
        acceptance_problem(&format!("the solution of {name}"), &answer)
    });
}

/// Whether to try the answers to this exercise: `EXERCISE=close_jobs cargo test …` tries no others.
fn is_wanted(exercise: &str) -> bool {
    env::var("EXERCISE").map_or(true, |only| only == exercise)
}

/// There is more than one way to be right.
#[test]
fn every_right_answer_passes() {
    let compiler = Compiler::new();
    let answers = RIGHT_ANSWERS.iter().enumerate();
    let answers: Vec<_> = answers.filter(|(_, it)| is_wanted(it.exercise)).collect();
    check_all(&answers, |(number, right)| {
        let source = right.change.apply(right.exercise);
        let answer = compiler.compile(&format!("right_{number}"), &source);
        acceptance_problem(&format!("{}: {}", right.exercise, right.answer), &answer)
    });
}

#[test]
fn every_wrong_answer_is_rejected_in_time() {
    let compiler = Compiler::new();
    let answers = WRONG_ANSWERS.iter().enumerate();
    let answers: Vec<_> = answers.filter(|(_, it)| is_wanted(it.exercise)).collect();
    check_all(&answers, |(number, wrong)| {
        let source = wrong.change.apply(wrong.exercise);
        let answer = compiler.compile(&format!("wrong_{number}"), &source);
        let what = format!("{}: {}", wrong.exercise, wrong.answer);
        let as_on_the_page = |output: &str| is_as_on_the_page(wrong, output);
        rejection_problem(&what, &answer, wrong.says, as_on_the_page)
    });
}

#[test]
fn every_exercise_has_wrong_answers() {
    for (_, name, _) in EXERCISES {
        let answers = WRONG_ANSWERS.iter().filter(|wrong| wrong.exercise == name);
        assert!(answers.count() >= 4, "{name} has fewer than 4");
    }
}

#[test]
fn exercise_and_solution_have_the_same_checks() {
    for (_, name, _) in EXERCISES {
        assert_eq!(
            parts(&exercise(name)).1,
            parts(&solution(name)).1,
            "the checks of {name}"
        );
    }
}

#[test]
fn a_failed_check_draws_what_was_recorded() {
    let compiler = Compiler::new();
    let source = exercise("share_the_queue");
    let Outcome { output, .. } = compiler.compile("drawn", &source).run();
    for worker in 1..=3 {
        let lane = format!("\nworker {worker} ");
        assert_eq!(output.matches(&lane).count(), 1, "{lane}: {output}");
    }
    assert!(output.starts_with("Check 1 of "), "{output}");
    assert!(output.contains(" 1 ="), "job 1 is the long one: {output}");

    // A job panics because its check needs that. The learner sees it only in the picture.
    let source = exercise("survive_panic");
    let Outcome { output, .. } = compiler.compile("panics", &source).run();
    assert!(output.starts_with("Check 1 of "), "{output}");
    assert!(output.contains("! failed"), "{output}");

    // Nobody has done these jobs. The one that waits is drawn, although there are many workers.
    let source = solution("enough_workers").replace("    workers\n", "    workers.min(100)\n");
    let Outcome { output, .. } = compiler.compile("simulated", &source).run();
    let lanes = output.lines().filter(|line| line.starts_with("worker "));
    assert_eq!(lanes.count(), 5, "{output}");
    assert!(output.contains(" 101 ="), "{output}");
    assert!(output.contains("and 95 more"), "{output}");
}

/// A panic of the answer itself is never silenced.
#[test]
fn a_panic_of_the_answer_is_printed() {
    let compiler = Compiler::new();
    let right = "work.run(job);\n";
    let source = solution("biased_select").replace(right, "work.run(job); panic!(\"mine\");\n");
    let Outcome { output, passed, .. } = compiler.compile("mine", &source).run();
    assert!(!passed && output.contains("mine\n"), "{output}");
    let source = solution("survive_panic").replace("|| work.run(job)", "|| panic!(\"mine\")");
    let Outcome { output, passed, .. } = compiler.compile("mine_on_its_thread", &source).run();
    assert!(!passed && output.contains("mine\n"), "{output}");
}

#[test]
fn the_part_to_read_fits_on_a_screen() {
    for (_, name, _) in EXERCISES {
        let lines = parts(&exercise(name)).0.lines().count();
        let max = if name == "whole_pool" { 80 } else { 60 };
        assert!(
            lines <= max,
            "{name}: {lines} lines above the checks, but {max} fit"
        );
    }
}

#[test]
fn rustlings_knows_them_in_this_order() {
    let info = read("info.toml");
    let names = info.lines().filter_map(|line| line.strip_prefix("name = "));
    let names: Vec<&str> = names.map(|name| name.trim_matches('"')).collect();
    assert_eq!(names, EXERCISES.map(|(_, name, _)| name));
}

/// Rustlings shows a hint at once, so only its first step is there.
#[test]
fn every_hint_has_its_first_step_a_page_of_documentation_and_more_steps() {
    let is_page = |text: &str| {
        ["docs.rs/", "doc.rust-lang.org/std/", "redis.io/docs/"]
            .iter()
            .any(|site| text.contains(site))
    };
    let info = read("info.toml");
    let more = read("HINTS.md");
    let hints: Vec<&str> = info.split("\nhint = \"\"\"").skip(1).collect();
    assert_eq!(hints.len(), EXERCISES.len());
    for ((_, name, _), hint) in EXERCISES.iter().zip(hints) {
        let hint = hint.split("\"\"\"").next().unwrap_or_default();
        assert!(is_page(hint), "the hint of {name}");
        assert!(is_page(parts(&exercise(name)).0), "the exercise {name}");
        assert!(hint.ends_with("HINTS.md, folded."), "the hint of {name}");
        for step in ["Hint 2", "Hint 3"] {
            let summary = format!("<summary>{step} for {name}</summary>");
            assert_eq!(more.matches(&summary).count(), 1, "{summary}");
        }
    }
}

#[test]
fn what_rustlings_prints_fits_a_terminal() {
    let info = read("info.toml");
    let wide = info
        .lines()
        .find(|line| !line.starts_with('#') && line.chars().count() > 80);
    assert_eq!(wide, None);
    for (_, name, _) in EXERCISES {
        let exercise = exercise(name);
        let wide = parts(&exercise)
            .0
            .lines()
            .filter(|line| line.starts_with("//"));
        assert_eq!(
            wide.clone().find(|line| line.chars().count() > 80),
            None,
            "{name}"
        );
    }
}

#[test]
fn every_page_lists_the_lessons_and_their_exercises_in_reading_order() {
    let lessons = LESSONS.iter().chain([&MACHINES]);
    let lessons: Vec<&str> = lessons.map(|lesson| lesson.name).collect();
    let mut with_exercises: Vec<&str> = EXERCISES.map(|(lesson, ..)| lesson).into();
    with_exercises.dedup();
    assert_eq!(with_exercises, lessons);

    let info = read("info.toml");
    let folders = info.lines().filter_map(|line| line.strip_prefix("dir = "));
    let folders: Vec<&str> = folders.map(|folder| folder.trim_matches('"')).collect();
    assert_eq!(folders, EXERCISES.map(|(lesson, ..)| lesson));

    let readme = read("README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| ["));
    let cells = rows.map(|row| row.splitn(4, " | ").take(2).collect::<Vec<_>>().join(" | "));
    let expected = EXERCISES
        .map(|(lesson, name, _)| format!("| [{name}](exercises/{lesson}/{name}.rs) | `{lesson}`"));
    assert_eq!(cells.collect::<Vec<_>>(), expected);

    // "### basic: 10 minutes, close_results 8, close_jobs 6"
    let teaching = read("TEACHING.md");
    let headings = teaching
        .lines()
        .filter_map(|line| line.strip_prefix("### "));
    let words = headings.map(|heading| {
        let words = heading.split([':', ',', ' ']);
        let names = words.filter(|word| word.contains(|c: char| c.is_ascii_lowercase()));
        names.filter(|word| *word != "minutes").collect::<Vec<_>>()
    });
    let expected = lessons.into_iter().map(|lesson| {
        let of_lesson = EXERCISES.iter().filter(|(of, ..)| *of == lesson);
        let mut words = vec![lesson];
        words.extend(of_lesson.map(|(_, name, _)| *name));
        words
    });
    assert_eq!(words.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}
