//! The pages of traced lessons, and of the classic mistakes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs a lesson or a mistake, but no longer than a minute. Returns its output, and its page.
fn traced(name: &str, flags: &[&str]) -> (Output, String) {
    let file = format!("{name}-{:?}.html", thread::current().id());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
    let mut command = Command::new(env!("CARGO_BIN_EXE_traced"));
    command.arg(name).args(flags).arg("--replay").arg(&file);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let program = command.spawn().expect("it starts");
    let (output_tx, output_rx) = mpsc::channel();
    thread::spawn(move || output_tx.send(program.wait_with_output()));
    let output = output_rx.recv_timeout(Duration::from_secs(60));
    let output = output.expect("it ends within a minute").expect("it ran");
    let page = fs::read_to_string(&file).expect("a page");
    fs::remove_file(&file).expect("it was there");
    (output, page)
}

/// The text of each step, without its time.
fn steps(page: &str) -> Vec<&str> {
    let items = page.lines().filter(|line| line.starts_with("<li data-at="));
    items
        .map(|item| item.split_once(" s: ").expect(item).1)
        .map(|item| item.trim_end_matches("</li>"))
        .collect()
}

/// The first step at or after `from` that is `text`.
fn find(steps: &[&str], from: usize, text: &str) -> usize {
    let found = steps[from..].iter().position(|step| *step == text);
    from + found.unwrap_or_else(|| panic!("no step {text:?} after step {from}: {steps:#?}"))
}

#[test]
fn the_last_sender_goes_then_the_channel_closes_then_the_loops_end() {
    let (output, page) = traced("basic", &["--work-ms", "20"]);
    assert_eq!(output.status.code(), Some(0));
    let steps = steps(&page);
    let closed = find(
        &steps,
        0,
        "main drops the last sender of jobs: jobs is closed",
    );
    let mut last_return = 0;
    for worker in 1..=3 {
        let ends = format!("jobs is closed and empty: worker {worker}'s loop over jobs ends");
        let ends = find(&steps, closed, &ends);
        let returns = find(&steps, ends, &format!("worker {worker} returns"));
        last_return = last_return.max(returns);
    }
    let is_last =
        |step: &&str| step.ends_with("drops the last sender of results: results is closed");
    let closed = steps.iter().position(is_last).expect("results is closed");
    assert!(steps[closed].starts_with("worker "), "{}", steps[closed]);
    let end = "results is closed and empty: main's loop over results ends";
    find(&steps, closed, end);
}

#[test]
fn the_recordings_of_the_book_are_of_these_lessons() {
    for lesson in ["basic", "struct_pool"] {
        let file = format!("../book/recordings/{lesson}.html");
        let recorded = fs::read_to_string(&file).expect("a recording");
        let (_, page) = traced(lesson, &[]);
        assert_eq!(printed(&recorded), printed(&page), "run book/record");
    }
}

/// What a page says that the lesson has printed, in an order that does not depend on which worker is
/// faster, and without the workers' numbers.
fn printed(page: &str) -> Vec<&str> {
    let steps = steps(page).into_iter();
    let lines = steps.filter_map(|step| step.strip_prefix("output: "));
    let mut lines: Vec<&str> = lines
        .map(|line| line.split_once(" processing ").map_or(line, |(_, job)| job))
        .collect();
    lines.sort();
    lines
}

#[test]
fn who_takes_a_job_starts_it() {
    for lesson in [
        "basic",
        "context_cancel",
        "graceful_vs_emergency",
        "struct_pool",
    ] {
        let (_, page) = traced(lesson, &["--work-ms", "20"]);
        let steps = steps(&page);
        let mut took = BTreeMap::new();
        let mut started = 0;
        for step in &steps {
            if let Some((worker, job)) = step.split_once(" takes ") {
                took.insert(worker, job.trim_end_matches(" from jobs"));
            } else if let Some((worker, job)) = step.split_once(" starts job ") {
                let job = format!("job {job}");
                assert_eq!(took.get(worker), Some(&&job[..]), "{lesson}: {steps:#?}");
                started += 1;
            }
        }
        assert!(started >= 9, "{lesson}: {steps:#?}");
    }
}

#[test]
fn what_was_sent_was_taken_or_is_left() {
    let flags = ["--work-ms", "100", "--cancel-after-ms", "150"];
    let (output, page) = traced("context_cancel", &flags);
    let never_started = left(&page, "jobs");
    assert_eq!(sent(&page, "jobs"), 10);
    assert_eq!(taken(&page, "jobs") + never_started, 10);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let account = format!(", {never_started} never started");
    assert!(stdout.contains(&account), "{stdout}");
    // Without room, results are handed over.
    let steps = steps(&page);
    let handed = steps.iter().filter(|step| step.contains(" over to main"));
    let account = format!(": {} delivered", handed.count());
    assert!(stdout.contains(&account), "{stdout}");

    let (_, page) = traced("basic", &["--work-ms", "5"]);
    for channel in ["jobs", "results"] {
        assert_eq!(sent(&page, channel), 10);
        assert_eq!(taken(&page, channel), 10);
        assert_eq!(left(&page, channel), 0);
    }
}

/// The messages of a channel, as a row of the page has them.
fn row<'a>(page: &'a str, channel: &str) -> impl Iterator<Item = &'a str> {
    let start = format!("<div class=\"replay-queue\"><p>{channel}:</p>");
    let (_, row) = page.split_once(&start).expect("a row");
    let (row, _) = row.split_once("</ol>").expect("its end");
    row.lines().filter(|line| line.starts_with("<li "))
}

fn left(page: &str, channel: &str) -> usize {
    row(page, channel)
        .filter(|it| !it.contains("data-to="))
        .count()
}

/// How many messages the steps say were sent to a channel.
fn sent(page: &str, channel: &str) -> usize {
    let to = format!(" to {channel}");
    let is_sent = |step: &&&str| step.contains(" sends ") && step.ends_with(&to);
    steps(page).iter().filter(is_sent).count()
}

/// How many messages the steps say were taken from a channel.
fn taken(page: &str, channel: &str) -> usize {
    let from = format!(" from {channel}");
    let is_taken = |step: &&&str| step.contains(" takes ") && step.ends_with(&from);
    steps(page).iter().filter(is_taken).count()
}

/// A mistake ends with who waits for what, on the page and on stderr.
fn ends_with(name: &str, flags: &[&str], end: &[&str]) {
    let (output, page) = traced(name, flags);
    assert_eq!(output.status.code(), Some(1));
    let steps = steps(&page);
    let at = find(&steps, 0, "nobody can go on");
    assert_eq!(steps[at + 1..], *end);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().map(str::trim).collect();
    let at = find(&lines, 0, "nobody can go on:");
    assert_eq!(lines[at + 1..][..end.len()], *end);
}

#[test]
fn a_kept_sender_keeps_main_waiting() {
    let end = "main waits for a result: 1 sender of results is left, held by main";
    ends_with("kept_sender", &["--work-ms", "20"], &[end]);
}

#[test]
fn without_the_second_select_the_workers_wait_for_a_reader() {
    let flags = [
        "--workers",
        "2",
        "--work-ms",
        "200",
        "--cancel-after-ms",
        "100",
    ];
    let end = [
        "main waits for worker 1 to end",
        "worker 1 waits for a reader of results, and nobody reads",
        "worker 2 waits for a reader of results, and nobody reads",
    ];
    ends_with("no_second_select", &flags, &end);
}

#[test]
fn jobs_that_submit_to_their_own_full_pool_wait_for_room() {
    let flags = ["--workers", "2", "--queue", "3", "--work-ms", "100"];
    let end = ["main", "worker 1", "worker 2"];
    let end = end.map(|who| format!("{who} waits for room in jobs: its 3 places are taken"));
    ends_with("submit_in_job", &flags, &end.each_ref().map(|it| &it[..]));
}

#[test]
fn a_job_that_takes_longer_than_the_limit_is_no_hang() {
    let flags = ["--workers", "1", "--jobs", "1", "--work-ms", "3500"];
    let (output, page) = traced("basic", &flags);
    assert_eq!(output.status.code(), Some(0));
    assert!(!page.contains("nobody can go on"));
}

#[test]
fn an_unknown_name_gets_one_line() {
    let output = Command::new(env!("CARGO_BIN_EXE_traced"))
        .arg("basics")
        .output();
    let output = output.expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("basic, context_cancel"), "{stderr}");
}
