//! What holds for every lesson: its place in the list and in the README, its file, its help text,
//! wrong flags, and what it does when nobody reads its output.

mod common;

use std::collections::BTreeSet;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{run, within_limit};
use worker_pools::lessons::{LESSONS, Lesson, MACHINES};

const LIST: &str = env!("CARGO_BIN_EXE_worker-pools");

/// The path of the program with this name.
fn program(name: &str) -> String {
    let program = Path::new(LIST).with_file_name(format!("{name}{EXE_SUFFIX}"));
    program.to_str().expect("a path that is text").to_string()
}

/// The name and the program of each lesson.
fn programs() -> impl Iterator<Item = (&'static str, String)> {
    LESSONS.into_iter().map(|it| (it.name, program(it.name)))
}

/// Flags for a short run. `jobs` goes to the lessons that have a flag for the number of jobs.
fn flags(name: &str, jobs: &str) -> Vec<String> {
    let flags = match name {
        "url_fetcher" => String::new(),
        "production_pool" => "--work-ms 1 --duration-secs 1.1 --metrics off".to_string(),
        "how_many_workers" => {
            format!("--work-ms 1 --arrivals regular --measure 0.1 {jobs}")
        }
        _ => format!("--work-ms 1 {jobs}"),
    };
    flags.split_whitespace().map(str::to_string).collect()
}

/// The source file of a lesson, in `src/bin`.
fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let file = folder.join(name).with_extension("rs");
    if file.exists() {
        file
    } else {
        folder.join(name).join("main.rs")
    }
}

#[test]
fn the_list_has_every_lesson() {
    let folder = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin")).expect("src/bin");
    let in_folder: BTreeSet<String> = folder
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir() || path.extension().is_some_and(|it| it == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_string()))
        .collect();
    let in_list: BTreeSet<String> = LESSONS.map(|it| it.name.to_string()).into();
    assert_eq!(in_list, in_folder);

    let list = run(LIST, "");
    let names: Vec<&str> = list
        .stdout
        .iter()
        .filter_map(|line| Some(line.strip_suffix(')')?.split_once(" (")?.0))
        .collect();
    let lessons = LESSONS.iter().chain([&MACHINES]);
    assert_eq!(names, lessons.map(|it| it.name).collect::<Vec<_>>());
    // A terminal has 24 lines of 80 columns, and one is for the prompt.
    assert!(list.stdout.len() < 24, "{list:#?}");
    let wide = list.stdout.iter().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
}

#[test]
fn the_readme_and_the_book_show_every_lesson() {
    let readme = include_str!("../README.md").replace("\r\n", "\n");
    let (_, lessons) = readme
        .split_once("\n## The lessons\n")
        .expect("the lessons");
    let (table, _) = lessons.split_once("\n## ").expect("what comes next");
    let rows = table.lines().filter(|line| line.starts_with("| [`"));
    let expected = LESSONS.map(
        |Lesson {
             name,
             section,
             shows,
         }| {
            let file = file(name);
            let file = file.strip_prefix(env!("CARGO_MANIFEST_DIR"));
            let file = file.expect("in it").to_str().expect("text");
            let file = file.replace('\\', "/");
            format!("| [`{name}`]({file}) | {section} | {shows} |")
        },
    );
    let Lesson {
        name,
        section,
        shows,
    } = MACHINES;
    let last = format!("| [`{name}`]({name}/src/main.rs) | {section} | {shows} |");
    let expected = expected.into_iter().chain([last]);
    assert!(rows.eq(expected), "{table}");
    let commands = LESSONS.map(|it| (it.name, format!("`cargo run --bin {}", it.name)));
    let last = (name, format!("`cargo run -p {name}"));
    for (name, command) in commands.into_iter().chain([last]) {
        let page = format!("{}/book/pages/{name}.md", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(page).expect("the lesson's page of the book");
        assert!(page.contains(&command), "{name}");
    }
}

/// Counts the lines that are neither blank nor only a comment.
fn lines_of_code(source: &str) -> usize {
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    source.lines().map(str::trim).filter(is_code).count()
}

/// The Rust files in a folder and its folders.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a readable folder");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let files = paths.flat_map(|path| match path.is_dir() {
        true => rust_files(&path),
        false => vec![path],
    });
    files
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}

#[test]
fn every_line_of_the_source_fits_the_projector() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = rust_files(&repository.join("src"));
    files.extend(rust_files(&repository.join("machines/src")));
    assert!(files.len() > 40, "{files:?}");
    for file in files {
        let source = fs::read_to_string(&file).expect("a readable file");
        let wide = source.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{}: more than 80 columns", file.display());
    }
}

#[test]
fn a_lesson_is_short_and_has_its_parts() {
    for Lesson { name, .. } in LESSONS {
        let source = fs::read_to_string(file(name)).expect("a readable file");
        for part in ["//! # ", "//! Go to Rust:", "//! Predict:", "//! Try:"] {
            assert!(source.contains(part), "{name}: {part:?} is missing");
        }
        let exercises = format!("`classroom/exercises/{name}`.\n");
        assert!(source.contains(&exercises), "{name}: no exercises");
        let lines = lines_of_code(&source);
        let max = match name {
            "url_fetcher" | "production_pool" => 120,
            _ => 105,
        };
        assert!(lines <= max, "{name}: {lines} lines of code");
    }
}

/// The names of the tests in this source.
fn tests_in(source: &str) -> Vec<&str> {
    let functions = source.split("#[test]\n").skip(1);
    let after_fn = functions.filter_map(|function| function.split_once("fn "));
    after_fn
        .filter_map(|(_, name)| Some(name.split_once('(')?.0))
        .collect()
}

#[test]
fn every_fault_has_a_test_and_every_test_a_row() {
    let page = include_str!("../docs/faults.md");
    let url_fetcher = (
        include_str!("url_fetcher_faults.rs"),
        include_str!("url_fetcher.rs"),
    );
    let production_pool = (
        include_str!("production_pool_faults.rs"),
        include_str!("production_pool_service.rs"),
    );
    let readers = (include_str!("readers.rs"), "");
    for (title, (faults, others)) in [
        ("`url_fetcher`", url_fetcher),
        ("`production_pool`", production_pool),
        ("Readers", readers),
    ] {
        let has_title = |part: &&str| part.lines().next().is_some_and(|it| it.contains(title));
        let part = page.split("\n## ").find(has_title).expect("a part");
        let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1);
        let named: Vec<&str> = rows
            .map(|row| row.trim_end_matches(" |").rsplit(" | ").next().expect(row))
            .map(|test| test.trim_matches('`'))
            .collect();
        let (faults, others) = (tests_in(faults), tests_in(others));
        for test in &named {
            assert!(
                faults.contains(test) || others.contains(test),
                "docs/faults.md names {test}, but no test has this name"
            );
        }
        for test in faults {
            assert!(
                named.contains(&test),
                "docs/faults.md has no row for the test {test}"
            );
        }
    }
}

#[test]
fn every_lesson_has_a_help_text() {
    for (name, lesson) in programs() {
        let ended = run(&lesson, "--help");
        assert_eq!(ended.status, Some(0), "{name}");
        assert_eq!(ended.stderr, [""; 0], "{name}");
        assert!(ended.stdout.iter().any(|line| line.contains("--workers")));
    }
}

#[track_caller]
fn assert_refused(lesson: &str, flags: &str, named: &str) {
    let ended = run(lesson, flags);
    assert_eq!(ended.status, Some(2), "{flags}");
    assert_eq!(ended.stdout, [""; 0], "{flags}");
    let [line] = &ended.stderr[..] else {
        panic!("expected one line for {flags}: {ended:#?}");
    };
    assert!(line.starts_with("error: "), "{line}");
    assert!(line.contains(named), "{flags}: {line}");
}

#[test]
fn a_wrong_flag_gets_one_line_that_names_flag_and_value() {
    for (name, lesson) in programs() {
        assert_refused(&lesson, "--workers 0", "'0' for '--workers <N>'");
        // The simulation needs no threads.
        let too_many = match name {
            "how_many_workers" => 1_000_001,
            _ => 1_001,
        };
        let named = format!("'{too_many}' for '--workers <N>'");
        assert_refused(&lesson, &format!("--workers {too_many}"), &named);
        assert_refused(&lesson, "--workers ten", "'ten' for '--workers <N>'");
        assert_refused(&lesson, "--workers -1", "'-1' for '--workers <N>'");
        assert_refused(&lesson, "--workers", "'--workers <N>'");
        assert_refused(&lesson, "--nonsense", "'--nonsense'");
        assert_refused(&lesson, "--timeline x", "'x' for '--timeline <WHEN>'");
        assert_refused(&lesson, "--svg", "'--svg <FILE>'");
        if name == "url_fetcher" {
            continue;
        }
        let too_long = "'3600001' for '--work-ms <MS>'";
        assert_refused(&lesson, "--work-ms 3600001", too_long);
        assert_refused(&lesson, "--work-ms 1.5", "'1.5' for '--work-ms <MS>'");
        assert_refused(&lesson, "--jitter 101", "'101' for '--jitter <PERCENT>'");
        assert_refused(&lesson, "--seed x", "'x' for '--seed <N>'");
        assert_refused(&lesson, "stray", "'stray'");
        if name != "production_pool" {
            assert_refused(&lesson, "--jobs 1000001", "'1000001' for '--jobs <N>'");
        }
    }
    for (lesson, flags, named) in [
        (
            "why_pools",
            "--connections 0",
            "'0' for '--connections <N>'",
        ),
        (
            "context_cancel",
            "--cancel-after-ms x",
            "'x' for '--cancel-after-ms <MS>'",
        ),
        (
            "graceful_vs_emergency",
            "--only both",
            "'both' for '--only <HALF>'",
        ),
        ("struct_pool", "--queue -1", "'-1' for '--queue <N>'"),
        ("struct_pool", "--panic-on x", "'x' for '--panic-on <JOB>'"),
        (
            "buffered_vs_unbuffered",
            "--capacity x",
            "'x' for '--capacity <N>'",
        ),
        (
            "url_fetcher",
            "--file list.txt http://localhost/",
            "'--file <FILE>'",
        ),
        ("production_pool", "--queue -1", "'-1' for '--queue <N>'"),
        ("production_pool", "--rate 0", "'0' for '--rate <N>'"),
        ("how_many_workers", "--rate 0", "'0' for '--rate <N>'"),
        (
            "how_many_workers",
            "--arrivals x",
            "'x' for '--arrivals <HOW>'",
        ),
        (
            "how_many_workers",
            "--target-wait-ms x",
            "'x' for '--target-wait-ms <MS>'",
        ),
        (
            "production_pool",
            "--when-full later",
            "'later' for '--when-full <HOW>'",
        ),
        (
            "production_pool",
            "--panic-percent 101",
            "'101' for '--panic-percent <PERCENT>'",
        ),
        ("worker-pools", "basic", "'basic'"),
    ] {
        assert_refused(&program(lesson), flags, named);
    }
    for (lesson, flag) in [
        ("url_fetcher", "timeout-secs"),
        ("url_fetcher", "deadline-secs"),
        ("production_pool", "duration-secs"),
        ("production_pool", "grace-secs"),
        ("how_many_workers", "measure"),
    ] {
        for secs in ["-1", "x", "nan", "inf", "86401"] {
            let named = format!("'{secs}' for '--{flag} <SECS>'");
            assert_refused(&program(lesson), &format!("--{flag} {secs}"), &named);
        }
    }
    for flag in ["timeout-secs", "deadline-secs"] {
        let named = format!("'0' for '--{flag} <SECS>'");
        assert_refused(&program("url_fetcher"), &format!("--{flag} 0"), &named);
    }
    for address in [
        "127.0.0.1",
        "127.0.0.1:0",
        "localhost:9898",
        "127.0.0.1:99999",
    ] {
        let named = format!("'{address}' for '--metrics <ADDR>'");
        let flags = format!("--metrics {address}");
        assert_refused(&program("production_pool"), &flags, &named);
    }
}

/// `why_pools` counts the threads that it does not get, and goes on: it has its own test.
#[cfg(target_os = "linux")]
#[test]
fn a_refused_thread_gets_one_clear_line() {
    for (name, lesson) in programs().filter(|(name, _)| *name != "why_pools") {
        // Half a gigabyte of addresses has no room for the stacks of a thousand threads. Where the
        // last stack leaves almost no memory, the program may abort, so it gets ten chances.
        let mut limits = (500_000..507_000).step_by(700);
        let is_clear = limits.any(|limit| {
            let mut command = Command::new("sh");
            let limited = format!("ulimit -v {limit}; exec timeout -s KILL 8 \"$0\" \"$@\"");
            command.args(["-c", &limited, &lesson, "--workers", "1000"]);
            command.args(flags(name, "")).env("RUST_BACKTRACE", "0");
            let ended = common::start_command(command).end();
            assert_ne!(ended.status, Some(101), "{name} panics: {ended:#?}");
            let errors = ended.stderr.iter().filter(|it| it.starts_with("error: "));
            let panics = ended.stderr.iter().filter(|it| it.contains("panicked"));
            (ended.status, errors.count(), panics.count()) == (Some(1), 1, 0)
        });
        assert!(is_clear, "{name} has no clear line");
    }
}

/// A pipe that nobody reads: the stdin of a program that has ended.
fn pipe_without_reader() -> Stdio {
    let mut ended = Command::new(LIST)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the list was built");
    let pipe = ended.stdin.take().expect("piped");
    ended.wait().expect("our child");
    pipe.into()
}

#[test]
fn a_reader_that_goes_away_ends_the_lesson_quietly() {
    for (name, lesson) in programs() {
        let mut command = Command::new(lesson);
        command.args(flags(name, "--jobs 1000"));
        command.stderr(Stdio::piped());
        // On Windows, std puts a thread between a program and a pipe to another one, and that thread
        // would take the first line. So there, the reader goes away as soon as the lesson starts.
        if cfg!(windows) {
            command.stdout(Stdio::piped());
        } else {
            command.stdout(pipe_without_reader());
        }
        let mut lesson = command.spawn().expect("the lesson was built");
        drop(lesson.stdout.take());
        let output = within_limit(move || lesson.wait_with_output());

        let output = output.expect("our child");
        assert_eq!(output.status.code(), Some(141), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let is_quiet = !stderr.contains("panic") && !stderr.contains("error");
        assert!(is_quiet, "{name}: {stderr}");
    }
}

#[test]
fn a_lesson_ends_well_when_nobody_reads_stderr() {
    let mut command = Command::new(program("graceful_vs_emergency"));
    command
        .args(["--work-ms", "1"])
        .stderr(pipe_without_reader());
    command.stdout(Stdio::null());
    let status = within_limit(move || command.status());
    assert_eq!(status.expect("the lesson was built").code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_gets_one_clear_line() {
    for (name, lesson) in programs() {
        let mut command = Command::new(lesson);
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        command.stdout(full.expect("Linux has it"));
        command.args(flags(name, ""));
        let output = within_limit(move || command.output());

        let output = output.expect("the lesson was built");
        assert_eq!(output.status.code(), Some(1), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let is_error = |line: &&str| line.starts_with("error: cannot write to stdout: ");
        assert_eq!(
            stderr.lines().filter(is_error).count(),
            1,
            "{name}: {stderr}"
        );
        assert!(!stderr.contains("panic"), "{name}: {stderr}");
    }
}
