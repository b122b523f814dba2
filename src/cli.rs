//! The flags that lessons share, and how a wrong one is answered.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::ValueParser;
use clap::{Arg, Args, Command, Parser};

use crate::picture::{PictureFlags, Run};
use crate::{Work, eprintln};

/// The flags of a lesson with simulated work. Their defaults are the lesson's: see [`Defaults`].
#[derive(Args, Clone, Debug)]
pub struct CommonFlags {
    /// Workers in the pool
    #[arg(long, value_name = "N", value_parser = number(1..=1_000_usize))]
    pub workers: usize,

    /// Jobs to do
    #[arg(long, value_name = "N", value_parser = number(0..=1_000_000_usize))]
    pub jobs: usize,

    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", value_parser = millis())]
    pub work_ms: Duration,

    /// By how much a job may be longer or shorter than that, in percent
    #[arg(long, value_name = "PERCENT", value_parser = number(0..=100_usize), default_value = "0")]
    pub jitter: usize,

    /// Chooses what is random: with the same seed the same jobs are long
    #[arg(long, value_name = "N", value_parser = number(0..=u64::MAX), default_value = "1")]
    pub seed: u64,

    /// Where the picture goes.
    #[command(flatten)]
    pub picture: PictureFlags,
}

impl CommonFlags {
    /// Draws what the workers did, where the flags ask for it.
    pub fn draw(&self, work: &Work) {
        self.picture.draw(self.workers, work.timeline());
    }

    /// Draws what the workers did when the returned value is dropped: also when `main` panics.
    #[must_use = "dropped at once, it draws nothing"]
    pub fn draw_at_end<'a>(&'a self, work: &'a Work) -> DrawAtEnd<'a> {
        DrawAtEnd { flags: self, work }
    }

    /// Draws several runs, each with its name.
    pub fn draw_runs<Name: Display>(&self, runs: &[(Name, Work)]) {
        let runs = runs.iter().map(|(name, work)| Run {
            name: name.to_string(),
            workers: self.workers,
            recording: work.timeline().recording(),
        });
        self.picture.draw_runs(&runs.collect::<Vec<_>>());
    }

    /// The work that these flags ask for.
    pub fn work(&self) -> Work {
        Work::new(self.work_ms, self.jitter as f64 / 100.0, self.seed)
    }
}

/// Draws when it is dropped: see [`CommonFlags::draw_at_end`].
#[derive(Debug)]
pub struct DrawAtEnd<'a> {
    flags: &'a CommonFlags,
    work: &'a Work,
}

impl Drop for DrawAtEnd<'_> {
    fn drop(&mut self) {
        self.flags.draw(self.work);
    }
}

/// What a lesson does when its [`CommonFlags`] are not given: what the article's program does, if
/// the section has one.
#[derive(Clone, Copy, Debug)]
pub struct Defaults {
    /// Default of `--workers`.
    pub workers: usize,
    /// Default of `--jobs`.
    pub jobs: usize,
    /// Default of `--work-ms`.
    pub work_ms: u64,
}

impl Defaults {
    /// Like [`parse`], for flags that include [`CommonFlags`].
    pub fn parse<Flags: Parser>(self) -> Flags {
        let default = |value: String| |arg: Arg| arg.required(false).default_value(value);
        let command = Flags::command()
            .mut_arg("workers", default(self.workers.to_string()))
            .mut_arg("jobs", default(self.jobs.to_string()))
            .mut_arg("work_ms", default(self.work_ms.to_string()));
        parse_with(command)
    }
}

/// The program's flags. When they are wrong, ends it with status 2 and one line on stderr that
/// names the flag and the value; on `--help`, prints the help and ends it with status 0.
pub fn parse<Flags: Parser>() -> Flags {
    parse_with(Flags::command())
}

fn parse_with<Flags: Parser>(command: Command) -> Flags {
    command
        // Without this, `--workers -1` is answered with "unexpected argument '-1'".
        .mut_args(|arg| arg.allow_negative_numbers(true))
        .try_get_matches()
        .and_then(|matches| Flags::from_arg_matches(&matches))
        .unwrap_or_else(|error| {
            if !error.use_stderr() {
                error.exit();
            }
            eprintln!("{}", one_line(&error.to_string()));
            process::exit(2);
        })
}

/// Keeps of clap's message the lines that say what is wrong.
fn one_line(message: &str) -> String {
    let said: Vec<&str> = message
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect();
    format!("{} (try --help)", said.join("; "))
}

/// A whole number in `range`.
pub fn number<N>(range: RangeInclusive<N>) -> ValueParser
where
    N: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    ValueParser::new(move |text: &str| whole(text, &range))
}

/// Whole milliseconds, up to an hour.
pub fn millis() -> ValueParser {
    let hour = 3_600_000;
    ValueParser::new(move |text: &str| whole(text, &(0..=hour)).map(Duration::from_millis))
}

fn whole<N: FromStr + PartialOrd + Display>(
    text: &str,
    range: &RangeInclusive<N>,
) -> Result<N, String> {
    let (min, max) = (range.start(), range.end());
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("not a whole number from {min} to {max}"))
}

/// Seconds, whole or not, from `shortest` to a day.
pub fn seconds(shortest: f64) -> ValueParser {
    let longest = 86_400.0;
    ValueParser::new(move |text: &str| match text.parse() {
        Ok(secs) if (shortest..=longest).contains(&secs) => Ok(Duration::from_secs_f64(secs)),
        _ => Err(format!("not a number from {shortest} to {longest}")),
    })
}
