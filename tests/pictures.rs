//! The pictures that the lessons draw.

mod common;

use std::process::Command;

use common::{run, start_command};

#[test]
fn each_picture_shows_what_its_lesson_is_about() {
    let assert_draws = |lesson, flags: &str, text: &str| {
        let ended = run(lesson, &format!("--timeline always {flags}"));
        let is_there = ended.stderr.iter().any(|line| line.contains(text));
        assert!(is_there, "{text}: {ended:#?}");
    };
    let cancelled = "--work-ms 50 --cancel-after-ms 20";
    let context_cancel = env!("CARGO_BIN_EXE_context_cancel");
    assert_draws(context_cancel, cancelled, "  cancel");
    let late = "--work-ms 1500 --cancel-after-ms 300";
    assert_draws(context_cancel, late, "; 3 not delivered");
    // All workers have a lane, even those that never had a job.
    assert_draws(context_cancel, "--jobs 1 --work-ms 50", "worker 3");
    let struct_pool = env!("CARGO_BIN_EXE_struct_pool");
    assert_draws(struct_pool, "--work-ms 5 --panic-on 3", "; 1 failed");
    let emergency = env!("CARGO_BIN_EXE_graceful_vs_emergency");
    assert_draws(emergency, cancelled, "  cancel");
    let in_an_hour = "--only emergency --work-ms 3600000 --cancel-after-ms 1000";
    assert_draws(emergency, in_an_hour, "; 3 interrupted");
    assert_draws(
        env!("CARGO_BIN_EXE_struct_pool"),
        "--work-ms 5",
        "all submitted",
    );
    assert_draws(
        env!("CARGO_BIN_EXE_buffered_vs_unbuffered"),
        "--work-ms 5 --capacity 0",
        "submitter ",
    );
    assert_draws(
        env!("CARGO_BIN_EXE_buffered_vs_unbuffered"),
        "--work-ms 5 --capacity 60",
        "queue 0-",
    );
    assert_draws(
        env!("CARGO_BIN_EXE_why_pools"),
        "--work-ms 1 --jobs 50",
        "50 jobs of ",
    );
    assert_draws(
        env!("CARGO_BIN_EXE_why_pools"),
        "--work-ms 1 --jobs 50",
        " on 50 threads: ",
    );
    assert_draws(
        env!("CARGO_BIN_EXE_url_fetcher"),
        "http://127.0.0.1:1/page",
        "1 failed",
    );
    let service = env!("CARGO_BIN_EXE_production_pool");
    let flags = "--metrics off --duration-secs 0.2 --work-ms 20 --panic-percent 100";
    assert_draws(service, flags, " failed;");
    assert_draws(service, flags, "no more jobs");
    assert_draws(service, flags, "queue 0-");
}

#[test]
fn the_url_fetcher_draws_every_request_however_short() {
    let ended = run(
        env!("CARGO_BIN_EXE_url_fetcher"),
        "--timeline always --workers 1",
    );
    let lane = ended.stderr.iter().find(|it| it.starts_with("worker 1 "));
    let lane = lane.unwrap_or_else(|| panic!("no lane: {ended:#?}"));
    let ends = ['┫', '┃', '✘', ']', '|', '!'];
    let requests = lane.chars().filter(|glyph| ends.contains(glyph)).count();
    assert_eq!(requests, 7, "{lane}");
}

#[test]
fn the_timeline_flag_decides_what_is_drawn() {
    let basic = env!("CARGO_BIN_EXE_basic");
    let drawn = run(basic, "--work-ms 20 --timeline always");
    let lanes = drawn
        .stderr
        .iter()
        .filter(|line| line.starts_with("worker "));
    assert_eq!(lanes.count(), 3, "{drawn:#?}");
    assert!(
        !drawn.stderr.iter().any(|line| line.contains('\u{1b}')),
        "it writes colours to a pipe"
    );
    let sentence = "10 jobs of ";
    let has_sentence = |lines: &[String]| lines.iter().any(|it| it.starts_with(sentence));
    assert!(has_sentence(&drawn.stderr), "{drawn:#?}");

    let not_a_terminal = run(basic, "--work-ms 20");
    assert!(has_sentence(&not_a_terminal.stderr), "{not_a_terminal:#?}");
    let lanes = |line: &String| line.starts_with("worker ");
    assert!(!not_a_terminal.stderr.iter().any(lanes));

    let never = run(basic, "--work-ms 20 --timeline never");
    assert_eq!(never.stderr, [""; 0]);
}

#[test]
fn the_locale_decides_on_unicode() {
    for (locale, bar) in [("C.UTF-8", '┣'), ("en_US.utf8", '┣'), ("C", '['), ("", '[')] {
        if cfg!(windows) && locale.is_empty() {
            continue;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_basic"));
        // Jobs so long that their bars are visible, even if a busy machine starts threads slowly.
        command.args(["--work-ms", "100", "--timeline", "always", "--jobs", "3"]);
        command
            .env("LC_ALL", locale)
            .env_remove("LC_CTYPE")
            .env("LANG", "");
        let ended = start_command(command).end();
        let is_drawn = ended.stderr.iter().any(|line| line.contains(bar));
        assert!(is_drawn, "{locale}: {ended:#?}");
    }
}

#[test]
fn a_lesson_writes_its_svg_or_says_why_not() {
    let basic = env!("CARGO_BIN_EXE_basic");
    let file = std::env::temp_dir().join(format!("worker-pools-{}.svg", std::process::id()));
    let flags = format!("--work-ms 1 --svg {}", file.display());
    assert_eq!(run(basic, &flags).status, Some(0));
    let svg = std::fs::read_to_string(&file).expect("the lesson wrote the file");
    std::fs::remove_file(&file).expect("the file is ours");
    assert_eq!(svg.matches("class=\"bar done\"").count(), 10);

    // It finds out before the work begins.
    let ended = run(basic, "--svg no/such/folder/picture.svg");
    assert_eq!(ended.status, Some(2));
    assert_eq!(ended.stdout, [""; 0]);
    let [line] = &ended.stderr[..] else {
        panic!("expected one line: {ended:#?}");
    };
    let says = "error: invalid value 'no/such/folder/picture.svg' for '--svg <FILE>': ";
    assert!(line.starts_with(says), "{line}");
}

#[test]
fn a_replay_has_the_command_and_the_whole_output() {
    for (lesson, flags) in [
        (env!("CARGO_BIN_EXE_basic"), "--work-ms 1"),
        // Its table comes after the picture.
        (
            env!("CARGO_BIN_EXE_buffered_vs_unbuffered"),
            "--work-ms 1 --jobs 5",
        ),
    ] {
        let file = std::env::temp_dir().join(format!("worker-pools-{}.html", std::process::id()));
        let ended = run(lesson, &format!("{flags} --replay {}", file.display()));
        let page = std::fs::read_to_string(&file).expect("the lesson wrote the file");
        std::fs::remove_file(&file).expect("the file is ours");

        let name = std::path::Path::new(lesson).file_stem().expect("a name");
        let command = format!("cargo run --bin {} -- {flags}", name.to_string_lossy());
        assert!(page.contains(&format!("<h1><code>{command}</code></h1>")));
        assert!(!ended.stdout.is_empty());
        for line in &ended.stdout {
            assert!(page.contains(&format!(">{line}\n</span>")), "{line}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_svg_goes_into_no_pipe_that_could_block() {
    let fifo = std::env::temp_dir().join(format!("worker-pools-{}.fifo", std::process::id()));
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo").success());
    let ended = run(
        env!("CARGO_BIN_EXE_basic"),
        &format!("--svg {}", fifo.display()),
    );
    std::fs::remove_file(&fifo).expect("the file is ours");
    assert_eq!(ended.status, Some(2), "{ended:#?}");
    assert!(ended.stderr[0].contains("not a regular file"), "{ended:#?}");
}
