//! `cargo run --release -p proof`: the tables and the stories of the README.

use std::io::{self, Write};
use std::panic;
use std::process::{self, ExitCode};
use std::time::Instant;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use proof::explore::{explore, find_failure};
use proof::mistakes::MISTAKES;
use proof::scenarios::{FOUND_BY, SCENARIOS};

/// Try the pools of the lessons in every order of events
#[derive(Parser)]
struct Flags {
    /// Only this lesson
    #[arg(value_parser = lessons())]
    lesson: Option<String>,

    /// How often a running thread is interrupted, at most
    #[arg(long, value_name = "N", default_value = "2", conflicts_with = "all")]
    preemptions: u8,

    /// However often threads are interrupted; this may take for ever
    #[arg(long)]
    all: bool,
}

/// `println!`, but a reader that goes away, as in `| head -1`, ends the program quietly.
macro_rules! print_line {
    ($($arg:tt)+) => {
        if writeln!(io::stdout(), $($arg)+).is_err() {
            process::exit(141);
        }
    };
}

fn lessons() -> PossibleValuesParser {
    let mut lessons: Vec<&str> = SCENARIOS.iter().map(|it| it.lesson).collect();
    lessons.dedup();
    lessons.into()
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    // Failures are told of below, with their story.
    panic::set_hook(Box::new(|_| {}));
    let is_wanted = |lesson: &str| flags.lesson.as_deref().is_none_or(|only| only == lesson);
    let preemptions = (!flags.all).then_some(flags.preemptions.into());

    let mut status = ExitCode::SUCCESS;
    print_line!("| lesson | what happens | interleavings |");
    print_line!("|---|---|---:|");
    for scenario in SCENARIOS.iter().filter(|it| is_wanted(it.lesson)) {
        let start = Instant::now();
        let outcome = explore(preemptions, scenario.run);
        let outcome = outcome.map_or_else(
            |failure| {
                status = ExitCode::FAILURE;
                format!("it fails:\n{failure}")
            },
            |interleavings| interleavings.to_string(),
        );
        print_line!("| `{}` | {} | {outcome} |", scenario.lesson, scenario.name);
        eprintln!("{:.1?}", start.elapsed());
    }
    for mistake in MISTAKES.iter().filter(|it| is_wanted(it.lesson)) {
        let run = FOUND_BY.iter().find(|(name, _)| *name == mistake.name);
        let failure = run.and_then(|(_, run)| find_failure(3, *run));
        let story = failure.map_or_else(
            || {
                status = ExitCode::FAILURE;
                "it is not found".to_owned()
            },
            |failure| failure.to_string(),
        );
        print_line!("\n{} in {}:\n\n{story}", mistake.name, mistake.lesson);
    }
    status
}
