//! The flags that the lessons share, and the answer to a wrong one.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, panic, process, thread};

use clap::builder::{RangedU64ValueParser, TypedValueParser, ValueParser};
use clap::{Command, ValueEnum};
use crossbeam_channel::Receiver;
use timeline::replay::Replay;
use timeline::{Lanes, Run, Timeline, svg, terminal};

use crate::output::{fail, lines, on_stderr};
use crate::{Work, eprintln, signal};

/// Parses a program's flags.
pub trait Parse: clap::Parser {
    /// Like clap's own `parse`, but a wrong flag ends the program with status 2
    /// and one line on stderr, which names the flag and the value.
    ///
    /// From now on, the program also ends with one line, and status 1, if the
    /// operating system refuses a thread to `main`.
    fn parse() -> Self {
        fail_without_threads();
        with_negative_numbers(Self::command())
            .try_get_matches_from(args())
            .and_then(|matches| Self::from_arg_matches(&matches))
            .unwrap_or_else(|error| {
                if !error.use_stderr() {
                    error.exit(); // prints the help
                }
                eprintln!("{}", one_line(&error.to_string()));
                process::exit(2);
            })
    }
}

impl<Flags: clap::Parser> Parse for Flags {}

/// Without this, `--workers -1` is an "unexpected argument '-1'".
fn with_negative_numbers(command: Command) -> Command {
    command
        .mut_args(|arg| {
            let takes_value = arg.get_action().takes_values();
            arg.allow_negative_numbers(takes_value)
        })
        .mut_subcommands(with_negative_numbers)
}

/// The command that [`run_as`] was told.
static RUN_AS: OnceLock<(String, Vec<OsString>)> = OnceLock::new();

/// For a program that is not run with `cargo run --bin`: says the command up to
/// the flags, and the flags.
pub fn run_as(command: &str, flags: Vec<OsString>) {
    let _ = RUN_AS.set((command.to_string(), flags));
}

/// The program's name and flags.
fn args() -> Vec<OsString> {
    let Some((command, flags)) = RUN_AS.get() else {
        return env::args_os().collect();
    };
    let name = OsString::from(command);
    [name].into_iter().chain(flags.iter().cloned()).collect()
}

/// `thread::spawn` panics if the operating system refuses a thread. That is no
/// mistake in the program, so nobody needs to see where it happened.
fn fail_without_threads() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>();
        // The standard library's words.
        let is_refusal =
            message.is_some_and(|it| it.starts_with("failed to spawn thread"));
        if is_refusal && thread::current().name() == Some("main") {
            fail(format_args!(
                "the operating system refuses another thread (choose fewer \
                 with --workers)"
            ));
        }
        default(panic);
    }));
}

/// Keeps the lines of clap's message that say what is wrong.
fn one_line(message: &str) -> String {
    let is_usage = |line: &&str| {
        line.starts_with("Usage:") || line.starts_with("For more")
    };
    let lines: Vec<&str> = message
        .lines()
        .map(str::trim)
        .take_while(|line| !is_usage(line))
        .filter(|line| !line.is_empty())
        .collect();
    let message = lines.join("; ").replace(":; ", ": ");
    // The standard library's words for "ten".
    let said = "invalid digit found in string";
    let message = message.replace(said, "not a whole number");
    format!("{message} (try --help)")
}

/// The flags of a lesson with simulated work. A lesson whose article has other
/// numbers changes the defaults with `mut_arg`.
#[derive(clap::Args, Clone, Debug)]
pub struct CommonFlags {
    /// Workers in the pool
    #[arg(long, value_name = "N", default_value = "3")]
    #[arg(value_parser = count::<usize>(1..=1_000))]
    pub workers: usize,

    /// Jobs to do
    #[arg(long, value_name = "N", default_value = "10")]
    #[arg(value_parser = count::<usize>(0..=1_000_000))]
    pub jobs: usize,

    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", default_value = "500")]
    #[arg(value_parser = millis())]
    pub work_ms: Duration,

    /// How much longer or shorter a job may be, in percent
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    #[arg(value_parser = count::<u32>(0..=100))]
    pub jitter: u32,

    /// Seed of the random numbers; the same seed gives the same job lengths
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,

    /// Where to draw the picture.
    #[command(flatten)]
    pub picture: PictureFlags,
}

impl CommonFlags {
    /// The work that these flags describe. The workers' numbers begin with 1.
    pub fn work(&self) -> Work {
        self.work_from(1)
    }

    /// The same work for workers whose numbers begin with `first`.
    pub fn work_from(&self, first: usize) -> Work {
        let jitter = f64::from(self.jitter) / 100.0;
        let work = Work::new(self.work_ms, jitter, self.seed);
        let last = first + self.workers - 1;
        work.timeline().set_lanes(Lanes::Workers(first..=last));
        work
    }

    /// Draws what the workers did, where the flags say.
    pub fn draw(&self, work: &Work) {
        self.picture.draw(work.timeline());
    }

    /// From now on, a signal that nobody takes ends the program as
    /// [`signal::notify`] says, after it has drawn what the workers did so far.
    /// So a program that hangs shows where. Returns the channel of the signals.
    pub fn draw_on_signal(&self, work: &Work) -> Receiver<()> {
        let (picture, work) = (self.picture.clone(), work.clone());
        signal::notify_or(move || {
            work.timeline().mark("signal", Instant::now());
            picture.draw(work.timeline());
        })
    }

    /// Draws what the workers did when the returned value is dropped, even if
    /// `main` panics.
    #[must_use = "it draws when it is dropped"]
    pub fn draw_at_end<'a>(&'a self, work: &'a Work) -> DrawAtEnd<'a> {
        DrawAtEnd { flags: self, work }
    }

    /// Draws several runs, each under its name.
    pub fn draw_runs<Name: Display>(&self, runs: &[(Name, Work)]) {
        self.draw_runs_then(runs, || ());
    }

    /// Draws several runs, and calls `print_answer` before it writes the files.
    /// So the answer comes last on the screen, and is part of the replay.
    pub fn draw_runs_then<Name: Display>(
        &self,
        runs: &[(Name, Work)],
        print_answer: impl FnOnce(),
    ) {
        let runs = runs.iter().map(|(name, work)| Run {
            name: name.to_string(),
            recording: work.timeline().recording(),
        });
        self.picture
            .draw_runs(&runs.collect::<Vec<_>>(), print_answer);
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

/// The flags that say where to draw the picture.
#[derive(clap::Args, Clone, Debug)]
pub struct PictureFlags {
    /// Draw who worked on what, and when, on stderr: auto (only in a terminal),
    /// always, never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true)]
    pub timeline: When,

    /// Write the same picture to a file, as SVG
    #[arg(long, value_name = "FILE", value_parser = writable_file)]
    pub svg: Option<PathBuf>,

    /// Write the run to a file, as a page to step through in a browser
    #[arg(long, value_name = "FILE", value_parser = writable_file)]
    pub replay: Option<PathBuf>,
}

/// When to draw on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If stderr is a terminal. Otherwise only the summary is printed.
    Auto,
    /// Always, even into a file or a pipe.
    Always,
    /// Never, and print no summary.
    Never,
}

impl PictureFlags {
    /// Draws one run.
    pub fn draw(&self, timeline: &Timeline) {
        self.draw_runs(
            &[Run {
                name: String::new(),
                recording: timeline.recording(),
            }],
            || (),
        );
    }

    /// Draws these runs, one below the other, and calls `print_answer` before
    /// it writes the files.
    ///
    /// If it cannot write the file, it ends the program with status 1 and one
    /// line on stderr.
    pub fn draw_runs(&self, runs: &[Run], print_answer: impl FnOnce()) {
        match self.timeline {
            When::Never => {}
            When::Always | When::Auto => print(runs, self.is_in_terminal()),
        }
        print_answer();
        self.write_files(|| svg::draw(runs), runs);
    }

    /// The same for a lesson with another picture: a text for the terminal, and
    /// an SVG for the file. If there is none, `--svg` ends the program with
    /// status 1 and one line on stderr. The replay shows these runs.
    pub fn draw_curve(
        &self,
        picture: Option<(String, String)>,
        runs: &[Run],
        print_answer: impl FnOnce(),
    ) {
        let (text, svg) = picture.unzip();
        if let Some(text) = text.filter(|_| self.is_in_terminal()) {
            eprintln!("{}", text.trim_end());
        }
        print_answer();
        let svg = || match svg {
            Some(svg) => svg,
            None => fail(format_args!("--svg: there is nothing to draw")),
        };
        self.write_files(svg, runs);
    }

    /// Whether somebody will look at the picture.
    pub fn is_wanted(&self) -> bool {
        self.is_in_terminal() || self.svg.is_some()
    }

    fn is_in_terminal(&self) -> bool {
        match self.timeline {
            When::Never => false,
            When::Always => true,
            When::Auto => io::stderr().is_terminal(),
        }
    }

    fn write_files(&self, svg: impl FnOnce() -> String, runs: &[Run]) {
        if let Some(path) = &self.svg {
            write("--svg", path, &svg());
        }
        if let Some(path) = &self.replay {
            let replay = Replay {
                command: &command(),
                runs,
                lines: &lines(),
            };
            write("--replay", path, &replay.page());
        }
    }
}

fn write(flag: &str, path: &Path, text: &str) {
    if let Err(error) = fs::write(path, text) {
        fail(format_args!("{flag} {}: {error}", path.display()));
    }
}

/// The command that runs this program with these flags, for a shell, without
/// the files that it writes.
fn command() -> String {
    let mut args = args().into_iter();
    let program = args.next().unwrap_or_default();
    let (mut command, mut separator) = match RUN_AS.get() {
        Some((command, _)) if command.contains(" -- ") => (command.clone(), ""),
        Some((command, _)) => (command.clone(), " --"),
        None => {
            let lesson = Path::new(&program).file_stem().unwrap_or_default();
            let lesson = lesson.to_string_lossy();
            (format!("cargo run --bin {lesson}"), " --")
        }
    };
    while let Some(arg) = args.next() {
        let arg = arg.to_string_lossy();
        match arg.split_once('=') {
            Some(("--svg" | "--replay", _)) => {}
            None if arg == "--svg" || arg == "--replay" => drop(args.next()),
            _ => {
                command += &format!("{separator} {}", quoted(&arg));
                separator = "";
            }
        }
    }
    command
}

/// An argument as one word of a shell.
fn quoted(arg: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || "-_=./:,%+@".contains(c);
    if !arg.is_empty() && arg.chars().all(is_plain) {
        arg.to_string()
    } else {
        format!("'{}'", arg.replace('\'', r"'\''"))
    }
}

fn print(runs: &[Run], with_lanes: bool) {
    let runs = runs.to_vec();
    on_stderr(move || terminal::print(&runs, with_lanes));
}

/// Parses the name of a file, and finds out before the work begins whether it
/// can be written. A new file is created empty.
fn writable_file(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    if path.exists() && !path.is_file() {
        return Err("not a regular file".to_string());
    }
    // Neither truncates nor changes what is in it.
    let file = File::options().append(true).create(true).open(&path);
    file.map_err(|error| error.to_string())?;
    Ok(path)
}

/// Parses a whole number in `range`.
pub fn count<N: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> RangedU64ValueParser<N> {
    RangedU64ValueParser::new().range(range)
}

/// Parses whole milliseconds, up to an hour.
pub fn millis() -> impl TypedValueParser<Value = Duration> {
    count::<u64>(0..=3_600_000).map(Duration::from_millis)
}

/// Parses seconds, whole or not, from `min` to a day.
pub fn seconds(min: f64) -> ValueParser {
    let max = 86_400.0;
    ValueParser::new(move |text: &str| match text.parse() {
        Ok(0.0) if min == 0.0 => Ok(Duration::ZERO),
        Ok(secs) if (min..=max).contains(&secs) => {
            // Zero is special, so nothing else is rounded to it.
            let shortest = Duration::from_nanos(1);
            Ok(Duration::from_secs_f64(secs).max(shortest))
        }
        _ => Err(format!("not a number from {min} to {max}")),
    })
}
