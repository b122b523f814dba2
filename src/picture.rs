//! Draws what was recorded: a lane for each worker, a bar for each job.
//!
//! Only what a [`Timeline`] recorded is drawn. A job that never ended has no end in the picture.

mod axis;
pub mod svg;
pub mod terminal;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use clap::{Args, ValueEnum};

use crate::output::fail;
use crate::timeline::{Ending, MOST, Recording, Span, Timeline};
use axis::{Axis, in_words};
use terminal::Terminal;

/// The flags that say where the picture goes.
#[derive(Args, Clone, Debug)]
pub struct PictureFlags {
    /// Draw on stderr who worked on what, and when: auto (only in a terminal), always, never
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub timeline: When,

    /// Draw the same picture into a file, as SVG
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// When to draw in the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// When stderr is a terminal. Otherwise only the sentence with the numbers is printed.
    Auto,
    /// Even into a file or a pipe.
    Always,
    /// Nothing at all.
    Never,
}

/// One run of a pool.
#[derive(Clone, Debug)]
pub struct Run {
    /// What to call it; empty, where there is only one.
    pub name: String,
    /// How many workers the pool had.
    pub workers: usize,
    /// What they did.
    pub recording: Recording,
}

impl PictureFlags {
    /// Draws what so many workers did.
    pub fn draw(&self, workers: usize, timeline: &Timeline) {
        self.draw_runs(&[Run {
            name: String::new(),
            workers,
            recording: timeline.recording(),
        }]);
    }

    /// Draws these runs, one below the other.
    ///
    /// When it cannot write the file, it ends the program with status 1 and one line on stderr.
    pub fn draw_runs(&self, runs: &[Run]) {
        self.draw_in_terminal(runs);
        if let Some(path) = &self.svg {
            if let Err(error) = fs::write(path, svg::draw(runs)) {
                fail(format_args!("--svg {}: {error}", path.display()));
            }
        }
    }

    fn draw_in_terminal(&self, runs: &[Run]) {
        let draws = match self.timeline {
            When::Always => true,
            When::Auto => io::stderr().is_terminal(),
            When::Never => return,
        };
        let terminal = this_terminal();
        let deepest = deepest_queue(runs);
        let mut text = String::new();
        for Run {
            name,
            workers,
            recording,
        } in runs
        {
            if draws {
                text += "\n";
            }
            if !name.is_empty() {
                text += &format!("{name}:\n");
            }
            if draws && !recording.spans.is_empty() {
                text += &terminal::draw(recording, deepest, terminal);
            }
            text += &terminal::wrap(&sentence(recording, *workers), terminal);
        }
        // It leaves the colours out where they are not wanted. When nobody reads stderr, the
        // lesson goes on without, as it does everywhere.
        let _ = anstream::stderr().write_all(text.as_bytes());
    }
}

fn this_terminal() -> Terminal {
    let width = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0.into());
    Terminal {
        width: width.unwrap_or(80),
        unicode: shows_unicode(),
    }
}

/// Whether the locale has UTF-8, as POSIX finds it out. Windows has no locale, and shows it.
fn shows_unicode() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let mut values = names.iter().filter_map(|name| env::var(name).ok());
    match values.find(|value| !value.is_empty()) {
        Some(locale) => {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows),
    }
}

/// The numbers that matter of a run with so many workers, in one sentence.
pub fn sentence(recording: &Recording, workers: usize) -> String {
    let spans = &recording.spans;
    let axis = Axis::of(recording);
    let length = |span: &Span| {
        let end = span.end.map_or(recording.now, |(end, _)| end);
        end.saturating_duration_since(span.start)
    };
    if spans.is_empty() {
        return format!("no job started in {}", in_words(axis.length()));
    }
    let busy: Duration = spans.iter().map(length).sum();
    let mean = busy.div_f64(spans.len() as f64);
    let is_mean = |span| length(span).abs_diff(mean) <= mean / 20;
    let average = if spans.iter().all(is_mean) {
        ""
    } else {
        " on average"
    };
    let mut text = format!(
        "{} of {}{average} on {}: {}",
        count(spans.len(), "job"),
        in_words(mean),
        count(workers, "worker"),
        in_words(axis.length()),
    );
    for (ending, fate) in [
        (Some(Ending::Interrupted), "interrupted"),
        (Some(Ending::Failed), "failed"),
        (None, "not ended"),
    ] {
        let these = spans.iter().filter(|span| span.ending() == ending).count();
        if these > 0 {
            text += &format!("; {these} {fate}");
        }
    }
    // Jobs that were cut short say nothing of how long they would have taken.
    let all_finished = spans
        .iter()
        .all(|span| span.ending() == Some(Ending::Finished));
    if workers > 1 && all_finished {
        text += &format!("; one worker would have needed {}", in_words(busy));
    }
    let share = busy.as_secs_f64() / (axis.length().as_secs_f64() * workers as f64);
    text += &format!("; workers were busy {:.0} % of the time", share * 100.0);
    let worked = recording.lanes().len();
    if worked < workers {
        text += &format!("; {} of them had no job", workers - worked);
    }
    if spans.len() == MOST {
        text += "; later jobs were not recorded";
    }
    text
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// The deepest queue of all runs: the same scale for all of them.
fn deepest_queue(runs: &[Run]) -> usize {
    let depths = runs.iter().flat_map(|run| {
        let axis = Axis::of(&run.recording);
        queue_depths(&run.recording, axis)
    });
    depths.map(|(_, _, depth)| depth).max().unwrap_or(0)
}

/// From when to when, after the beginning, the queue had which depth; all that lasted long enough to
/// be seen. A job that is handed to a free worker passes through it, too, but in no time.
fn queue_depths(recording: &Recording, axis: Axis) -> Vec<(Duration, Duration, usize)> {
    let entered = recording.queued.iter().map(|&at| (axis.after(at), 1));
    let left = recording
        .spans
        .iter()
        .map(|span| (axis.after(span.start), -1));
    let mut changes: Vec<(Duration, isize)> = entered.chain(left).collect();
    changes.sort();

    let mut depth = 0;
    let mut depths = Vec::new();
    for (index, &(from, change)) in changes.iter().enumerate() {
        depth += change;
        let to = changes.get(index + 1).map_or(axis.length(), |&(at, _)| at);
        if to >= from + axis.length() / 200 {
            // A worker may start a job before its submitter has noted that it was queued.
            depths.push((from, to, depth.max(0) as usize));
        }
    }
    depths
}
