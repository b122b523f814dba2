//! `cargo run --release -p models` prints the table and the stories of the README.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use models::explore::{Failure, explore, find_failure};
use models::mistakes::{MISTAKES, Mistake};
use models::scenarios::{FOUND_BY, SCENARIOS};
use models::stories;

/// Check the pools of the lessons in every order of events, within bounds
///
/// First it runs small scenarios, with at most two workers and two jobs. It
/// prints how many orders (interleavings) it has checked for each of them.
/// Then it looks for classic mistakes, made on purpose in copies of the
/// lessons. For each mistake it prints an order in which something goes wrong.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Flags {
    /// Run only what has TEXT in its name or in its lesson's name
    #[arg(value_name = "TEXT")]
    filter: Option<String>,

    /// Maximum number of preemptions in one order
    ///
    /// At a preemption, a thread that could go on stops for another one.
    #[arg(long, value_name = "N", default_value = "2", conflicts_with = "all")]
    preemptions: u8,

    /// Allow any number of preemptions
    ///
    /// Most scenarios then do not end in a reasonable time.
    #[arg(long)]
    all: bool,

    /// Write the stories of the mistakes to DIR as HTML, to step through
    ///
    /// One fragment per mistake, and a page with all of them, `stories.html`.
    /// Nothing else runs.
    #[arg(long, value_name = "DIR")]
    stories: Option<PathBuf>,
}

/// `println!`, but a reader that goes away, as in `| head -1`, ends the program quietly.
macro_rules! print_line {
    ($($arg:tt)+) => {
        if writeln!(io::stdout(), $($arg)+).is_err() {
            process::exit(141);
        }
    };
}

/// A line that shows what runs now, if stderr is a terminal.
fn progress(runs: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{pos} of {len} in {elapsed}, now {wide_msg}");
    let bar = ProgressBar::new(runs as u64).with_style(style.expect("a template"));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let filter = flags.filter.unwrap_or_default();
    let is_wanted = |lesson: &str, name: &str| lesson.contains(&filter) || name.contains(&filter);
    let preemptions = (!flags.all).then_some(flags.preemptions.into());

    let scenarios = SCENARIOS.iter().filter(|it| is_wanted(it.lesson, it.name));
    let mistakes = MISTAKES.iter().filter(|it| is_wanted(it.lesson, it.name));
    let runs = scenarios.clone().count() + mistakes.clone().count();
    if runs == 0 {
        eprintln!("error: no scenario, mistake or lesson has \"{filter}\" in its name");
        return ExitCode::from(2);
    }
    if let Some(folder) = flags.stories {
        return match write_stories(&folder, mistakes) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let mut status = ExitCode::SUCCESS;
    print_line!("| lesson | scenario | interleavings |");
    print_line!("|---|---|---:|");
    let progress = progress(runs);
    for scenario in scenarios {
        progress.set_message(scenario.name);
        let start = Instant::now();
        let outcome = explore(preemptions, scenario.run);
        let outcome = outcome.map_or_else(
            |failure| {
                status = ExitCode::FAILURE;
                format!("FAILED:\n{failure}")
            },
            |interleavings| interleavings.to_string(),
        );
        progress.suspend(|| {
            print_line!("| `{}` | {} | {outcome} |", scenario.lesson, scenario.name);
            eprintln!("{:.1?}", start.elapsed());
        });
        progress.inc(1);
    }
    for mistake in mistakes {
        progress.set_message(mistake.name);
        let story = find_mistake(mistake).map_or_else(
            || {
                status = ExitCode::FAILURE;
                "NOT FOUND: the scenario passes in spite of the mistake".to_owned()
            },
            |failure| failure.to_string(),
        );
        progress.suspend(|| print_line!("\n{} in {}:\n\n{story}", mistake.name, mistake.lesson));
        progress.inc(1);
    }
    progress.finish_and_clear();
    status
}

/// Finds an order in which the mistake shows.
fn find_mistake(mistake: &Mistake) -> Option<Failure> {
    let (_, run) = FOUND_BY.iter().find(|(name, _)| *name == mistake.name)?;
    find_failure(2, *run)
}

/// Writes a fragment for each mistake, and a page with all of them.
fn write_stories<'a>(
    folder: &Path,
    mistakes: impl Iterator<Item = &'a Mistake>,
) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let write = |name: &str, html: &str| {
        let file = folder.join(format!("{name}.html"));
        fs::write(&file, html).map_err(|error| format!("{}: {error}", file.display()))
    };
    let mut fragments = Vec::new();
    for mistake in mistakes {
        let failure = find_mistake(mistake);
        let failure = failure.ok_or_else(|| format!("{} is not found", mistake.name))?;
        let fragment = stories::fragment(mistake, &failure)?;
        write(mistake.name, &fragment)?;
        fragments.push(fragment);
    }
    write("stories", &stories::page(&fragments))
}
