//! What holds for every lesson: the list, the help, wrong flags, and a reader that goes away.

mod common;

use std::fs;
use std::process::{Command, Stdio};

use common::{run, within_limit};

const LESSONS: [(&str, &str); 8] = [
    ("why_pools", env!("CARGO_BIN_EXE_why_pools")),
    ("basic", env!("CARGO_BIN_EXE_basic")),
    ("context_cancel", env!("CARGO_BIN_EXE_context_cancel")),
    (
        "graceful_vs_emergency",
        env!("CARGO_BIN_EXE_graceful_vs_emergency"),
    ),
    ("struct_pool", env!("CARGO_BIN_EXE_struct_pool")),
    (
        "buffered_vs_unbuffered",
        env!("CARGO_BIN_EXE_buffered_vs_unbuffered"),
    ),
    ("url_fetcher", env!("CARGO_BIN_EXE_url_fetcher")),
    ("production_pool", env!("CARGO_BIN_EXE_production_pool")),
];

/// The flags that make the lesson short, or print much.
fn flags(name: &str, jobs: &str) -> Vec<String> {
    let flags = match name {
        "url_fetcher" => String::new(),
        "production_pool" => "--work-ms 1 --duration-secs 1.1 --metrics off".to_string(),
        _ => format!("--work-ms 1 {jobs}"),
    };
    flags.split_whitespace().map(str::to_string).collect()
}

#[test]
fn the_list_has_every_lesson_in_reading_order() {
    let folder = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin")).expect("src/bin");
    let mut in_folder: Vec<String> = folder
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    in_folder.sort();
    let mut names = LESSONS.map(|(name, _)| name);
    let list = run(env!("CARGO_BIN_EXE_worker-pools"), "");
    let commands: Vec<&str> = list
        .stdout
        .iter()
        .filter_map(|line| line.strip_prefix("  cargo run --bin "))
        .collect();
    assert_eq!(commands, names);
    names.sort();
    assert_eq!(in_folder, names);
}

#[test]
fn the_readme_has_every_lesson() {
    let readme = include_str!("../README.md");
    for (name, _) in LESSONS {
        assert!(
            readme.contains(&format!("cargo run --bin {name}")),
            "{name}"
        );
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
fn every_fault_has_its_test_and_the_other_way_round() {
    let page = include_str!("../docs/faults.md");
    let url_fetcher = (
        include_str!("url_fetcher/faults.rs"),
        include_str!("url_fetcher/main.rs"),
    );
    let production_pool = (
        include_str!("production_pool/faults.rs"),
        include_str!("production_pool/service.rs"),
    );
    for (lesson, (faults, others)) in [
        ("`url_fetcher`", url_fetcher),
        ("`production_pool`", production_pool),
    ] {
        let is_of_lesson = |part: &&str| part.lines().next().is_some_and(|it| it.contains(lesson));
        let part = page.split("\n## ").find(is_of_lesson).expect("its part");
        let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1);
        let named: Vec<&str> = rows
            .map(|row| row.trim_end_matches(" |").rsplit(" | ").next().expect(row))
            .map(|test| test.trim_matches('`'))
            .collect();
        let (faults, others) = (tests_in(faults), tests_in(others));
        for test in &named {
            assert!(
                faults.contains(test) || others.contains(test),
                "no test {test}"
            );
        }
        for test in faults {
            assert!(named.contains(&test), "no row for {test}");
        }
    }
}

#[test]
fn every_lesson_has_a_help() {
    for (name, lesson) in LESSONS {
        let ended = run(lesson, "--help");
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
        panic!("not one line for {flags}: {ended:#?}");
    };
    assert!(line.starts_with("error: "), "{line}");
    assert!(line.contains(named), "{flags}: {line}");
}

#[test]
fn wrong_flags_get_one_line_that_names_flag_and_value() {
    for (_, lesson) in LESSONS {
        assert_refused(lesson, "--workers 0", "'0' for '--workers <N>'");
        assert_refused(lesson, "--workers 1000000", "'1000000' for '--workers <N>'");
        assert_refused(lesson, "--workers ten", "'ten' for '--workers <N>'");
        assert_refused(lesson, "--workers -1", "'-1' for '--workers <N>'");
        assert_refused(lesson, "--workers", "'--workers <N>'");
        assert_refused(lesson, "--nonsense", "'--nonsense'");
        assert_refused(lesson, "--timeline x", "'x' for '--timeline <WHEN>'");
        assert_refused(lesson, "--svg", "'--svg <FILE>'");
    }
    for (name, lesson) in LESSONS {
        if name == "url_fetcher" {
            continue;
        }
        let too_long = "'3600001' for '--work-ms <MS>'";
        assert_refused(lesson, "--work-ms 3600001", too_long);
        assert_refused(lesson, "--work-ms 1.5", "'1.5' for '--work-ms <MS>'");
        assert_refused(lesson, "--jitter 101", "'101' for '--jitter <PERCENT>'");
        assert_refused(lesson, "--seed x", "'x' for '--seed <N>'");
        assert_refused(lesson, "stray", "'stray'");
        if name != "production_pool" {
            assert_refused(lesson, "--jobs 1000001", "'1000001' for '--jobs <N>'");
        }
    }
    let context_cancel = LESSONS[2].1;
    assert_refused(
        context_cancel,
        "--cancel-after-ms x",
        "'x' for '--cancel-after-ms <MS>'",
    );
    let graceful_vs_emergency = LESSONS[3].1;
    assert_refused(
        graceful_vs_emergency,
        "--only both",
        "'both' for '--only <HALF>'",
    );
    let struct_pool = LESSONS[4].1;
    assert_refused(struct_pool, "--queue -1", "'-1' for '--queue <N>'");
    let buffered_vs_unbuffered = LESSONS[5].1;
    assert_refused(
        buffered_vs_unbuffered,
        "--capacity x",
        "'x' for '--capacity <N>'",
    );
    let why_pools = LESSONS[0].1;
    assert_refused(why_pools, "--connections 0", "'0' for '--connections <N>'");
    let url_fetcher = LESSONS[6].1;
    for secs in ["0", "-1", "x", "nan", "inf", "86401"] {
        let named = format!("'{secs}' for '--timeout-secs <SECS>'");
        assert_refused(url_fetcher, &format!("--timeout-secs {secs}"), &named);
        let named = format!("'{secs}' for '--deadline-secs <SECS>'");
        assert_refused(url_fetcher, &format!("--deadline-secs {secs}"), &named);
    }
    assert_refused(
        url_fetcher,
        "--file list.txt http://localhost/",
        "'--file <FILE>'",
    );
    let production_pool = LESSONS[7].1;
    for flag in ["queue <N>", "rate <N>", "panic-percent <PERCENT>"] {
        let (name, _) = flag.split_once(' ').expect("two words");
        let named = format!("'-1' for '--{flag}'");
        assert_refused(production_pool, &format!("--{name} -1"), &named);
    }
    for flag in ["duration-secs", "grace-secs"] {
        let named = format!("'nan' for '--{flag} <SECS>'");
        assert_refused(production_pool, &format!("--{flag} nan"), &named);
    }
    for address in [
        "127.0.0.1",
        "127.0.0.1:0",
        "localhost:9898",
        "127.0.0.1:99999",
    ] {
        let named = format!("'{address}' for '--metrics <ADDR>'");
        assert_refused(production_pool, &format!("--metrics {address}"), &named);
    }
    assert_refused(env!("CARGO_BIN_EXE_worker-pools"), "basic", "'basic'");
}

/// A pipe that nobody reads: that of a program which has ended.
fn pipe_without_reader() -> Stdio {
    let mut ended = Command::new(env!("CARGO_BIN_EXE_worker-pools"))
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
    for (name, lesson) in LESSONS {
        let mut command = Command::new(lesson);
        command.args(flags(name, "--jobs 1000"));
        command.stdout(pipe_without_reader());
        let output = within_limit(move || command.output());

        let output = output.expect("the lesson was built");
        assert_eq!(output.status.code(), Some(141), "{name}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let is_quiet = !stderr.contains("panic") && !stderr.contains("error");
        assert!(is_quiet, "{name}: {stderr}");
    }
}

#[test]
fn nobody_needs_to_read_stderr() {
    let (name, graceful_vs_emergency) = LESSONS[3];
    let mut command = Command::new(graceful_vs_emergency);
    command
        .args(["--work-ms", "1"])
        .stderr(pipe_without_reader());
    command.stdout(Stdio::null());
    let status = within_limit(move || command.status());
    assert_eq!(
        status.expect("the lesson was built").code(),
        Some(0),
        "{name}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_clear_line() {
    for (name, lesson) in LESSONS {
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
