//! Runs a lesson, or a lesson with a classic mistake, and records who waits for whom:
//! `cargo run -p traced -- basic --workers 4 --replay FILE`.

use std::ffi::OsString;
use std::time::Duration;
use std::{env, process, thread};

use clap::{Args, Command, FromArgMatches};
use timeline::Timeline;
use traced::lessons::LESSONS;
use traced::place::SOURCES;
use worker_pools::cli::{self, PictureFlags};
use worker_pools::eprintln;

/// How long nothing may happen while all threads wait for each other.
const LIMIT: Duration = Duration::from_secs(3);

fn main() {
    let mut args = env::args_os().skip(1);
    let name = args.next().unwrap_or_default();
    let flags: Vec<OsString> = args.collect();
    let Some((name, lesson)) = LESSONS.iter().find(|it| name == it.0) else {
        let names: Vec<&str> = LESSONS.iter().map(|it| it.0).collect();
        eprintln!(
            "which lesson or mistake? cargo run -p traced -- NAME, and the lesson's flags; NAME \
             is one of {}",
            names.join(", ")
        );
        process::exit(2);
    };
    cli::run_as(&format!("cargo run -p traced -- {name}"), flags.clone());
    timeline::set_sources(SOURCES);
    thread::spawn(move || watch(flags));
    lesson();
}

/// Ends the program when nobody can go on.
fn watch(flags: Vec<OsString>) {
    loop {
        thread::sleep(Duration::from_millis(50));
        let timeline = Timeline::newest();
        let since = timeline.as_ref().and_then(|it| it.stuck_since());
        let (Some(timeline), Some(since)) = (timeline, since) else {
            continue;
        };
        if since.elapsed() < LIMIT {
            continue;
        }
        timeline.give_up();
        eprintln!("nobody can go on:");
        let recording = timeline.recording();
        for wait in recording.open_waits() {
            eprintln!("  {}", recording.explain(wait));
        }
        picture(flags).draw(&timeline);
        process::exit(1);
    }
}

/// The flags for the picture, among those of a lesson. The lesson has checked them.
fn picture(flags: Vec<OsString>) -> PictureFlags {
    let mut of_picture = Vec::new();
    let mut flags = flags.into_iter();
    while let Some(flag) = flags.next() {
        let text = flag.to_string_lossy().into_owned();
        let name = text.split('=').next().unwrap_or_default();
        if ["--timeline", "--svg", "--replay"].contains(&name) {
            of_picture.push(flag);
            if name == text {
                of_picture.extend(flags.next());
            }
        }
    }
    let command = PictureFlags::augment_args(Command::new("traced")).no_binary_name(true);
    let matches = command.get_matches_from(of_picture);
    PictureFlags::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}
