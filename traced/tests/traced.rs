//! The pages of traced lessons, and of the classic mistakes.

use std::collections::{BTreeMap, BTreeSet};
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

/// Where a thread is: from when to when, in microseconds, and the file, the number and the text of
/// the line.
struct Place {
    who: String,
    times: Vec<u64>,
    file: String,
    line: String,
    text: String,
}

impl Place {
    fn is_at(&self, moment: u64) -> bool {
        let reached = self.times.iter().filter(|at| **at <= moment).count();
        reached % 2 == 1
    }
}

fn places(page: &str) -> Vec<Place> {
    let (_, rows) = page
        .split_once("<dl class=\"replay-places\"")
        .expect("rows");
    let (rows, _) = rows.split_once("</dl>").expect("their end");
    let between = |text: &str, from: &str, to: &str| {
        let (_, found) = text.split_once(from).expect(from);
        found.split_once(to).expect(to).0.to_string()
    };
    let mut places = Vec::new();
    for row in rows.split("<div>").skip(1) {
        for place in row.lines().filter(|line| line.contains(" data-file=")) {
            let times = between(place, "data-times=\"", "\"");
            let times = times.split(' ').map(|at| at.parse().expect("a time"));
            places.push(Place {
                who: between(row, "<dt>", "</dt>"),
                times: times.collect(),
                file: between(place, "data-file=\"", "\""),
                line: between(place, "data-line=\"", "\""),
                text: unescape(&between(place, "<code>", "</code>")),
            });
        }
    }
    places
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&amp;", "&")
}

/// All lessons and mistakes, short.
const ALL: [(&str, &[&str]); 7] = [
    ("basic", &["--work-ms", "20"]),
    (
        "context_cancel",
        &["--work-ms", "50", "--cancel-after-ms", "120"],
    ),
    (
        "graceful_vs_emergency",
        &["--work-ms", "30", "--cancel-after-ms", "45"],
    ),
    ("struct_pool", &["--work-ms", "20"]),
    ("kept_sender", &["--work-ms", "20"]),
    (
        "no_second_select",
        &["--work-ms", "200", "--cancel-after-ms", "100"],
    ),
    ("submit_in_job", &["--work-ms", "50"]),
];

#[test]
fn every_place_is_a_line_of_the_lesson() {
    for (name, flags) in ALL {
        let (_, page) = traced(name, flags);
        let places = places(&page);
        let mut mistaken: Vec<&str> = Vec::new();
        for place in &places {
            let (file, line, text) = (&place.file, &place.line, &place.text);
            let lesson = fs::read_to_string(format!("../{file}")).expect("a file");
            if line == "+" {
                assert!(!lesson.contains(&text[..]), "{name}: {text}");
                mistaken.push(text);
                continue;
            }
            let number: usize = line.parse().expect("a number");
            let expected = lesson.lines().nth(number - 1).expect("a line").trim();
            assert_eq!(text, expected, "{name}, {file}:{line}");
        }
        mistaken.sort();
        mistaken.dedup();
        let expected: &[&str] = match name {
            "no_second_select" => &["results.send(job * 2).expect(\"main keeps it open\");"],
            _ => &[],
        };
        assert_eq!(mistaken, expected, "{name}");

        // A thread is at one line at a time.
        for moment in places.iter().flat_map(|place| &place.times) {
            let here = places.iter().filter(|place| place.is_at(*moment));
            let here: Vec<&str> = here.map(|place| &place.who[..]).collect();
            let once: BTreeSet<&str> = here.iter().copied().collect();
            assert_eq!(here.len(), once.len(), "{name} at {moment}: {here:?}");
        }
    }
}

/// At each step of a lesson, the thread that does it is at a line with this text: `lines` has the
/// steps without their numbers.
fn steps_are_at(name: &str, lines: &[(&str, &str)]) {
    let (_, page) = traced(name, &["--work-ms", "20"]);
    let places = places(&page);
    for item in page.lines().filter(|it| it.starts_with("<li data-at=")) {
        let moment = item.split('"').nth(1).and_then(|at| at.parse().ok());
        let moment = moment.expect("a time");
        let (_, step) = item.split_once(" s: ").expect(item);
        let step = step.trim_end_matches("</li>");
        let words = step.split(' ').filter(|it| !it.contains(char::is_numeric));
        let kind = words.collect::<Vec<_>>().join(" ");
        let line = lines.iter().find(|it| it.0 == kind);
        let (_, line) = line.unwrap_or_else(|| panic!("{name}: unexpected step {step:?}"));

        let worker = step.split_once("worker ");
        let who = match worker.filter(|_| !step.starts_with("main ")) {
            Some((_, number)) => {
                let number = number.chars().take_while(char::is_ascii_digit);
                format!("worker {}", number.collect::<String>())
            }
            None if step.contains("main") => "main".to_string(),
            None => String::new(), // it does not say
        };
        let is_here = |it: &&Place| it.who.starts_with(&who) && it.is_at(moment);
        let here: Vec<&str> = places
            .iter()
            .filter(is_here)
            .map(|it| &it.text[..])
            .collect();
        let is_right = match *line {
            "" => here.is_empty(),
            line => here.iter().any(|it| it.contains(line)),
        };
        assert!(is_right, "{name}: {step}: not {line:?}, but {here:?}");
    }
}

#[test]
fn who_does_something_is_at_the_line_that_does_it() {
    let basic = [
        ("main makes the channel jobs", "let (jobs_tx, jobs_rx)"),
        (
            "main makes the channel results",
            "let (results_tx, results_rx)",
        ),
        ("main clones a sender of results: now", "results_tx.clone()"),
        ("main starts worker", "scope.spawn("),
        ("main drops a sender of results: left", "drop(results_tx)"),
        ("main sends job to jobs", "jobs_tx.send(job)"),
        (
            "main drops the last sender of jobs: jobs is closed",
            "drop(jobs_tx)",
        ),
        ("main waits for a result", "for result in results_rx"),
        ("main takes result from results", "for result in results_rx"),
        ("output: result:", "println!(\"result: {result}\")"),
        (
            "results is closed and empty: main's loop over results ends",
            "for result in results_rx",
        ),
        ("main waits for the workers to end", "thread::scope("),
        ("worker waits for a job", "for job in jobs"),
        ("worker takes job from jobs", "for job in jobs"),
        (
            "output: worker processing job",
            "println!(\"worker {id} processing",
        ),
        ("worker starts job", "work.run(id, job)"),
        ("job is done (worker", "work.run(id, job)"),
        ("worker sends result to results", "results.send(job * 2)"),
        (
            "jobs is closed and empty: worker loop over jobs ends",
            "for job in jobs",
        ),
        // The end of the function does this: the last line stays.
        ("worker drops a sender of results: left", "for job in jobs"),
        (
            "worker drops the last sender of results: results is closed",
            "for job in jobs",
        ),
        ("worker returns", ""),
    ];
    steps_are_at("basic", &basic);
    let struct_pool = [
        ("main makes the channel jobs", "bounded(capacity)"),
        ("main starts worker", "thread.spawn(move || worker(queue))"),
        ("main sends job to jobs", "jobs.send(Box::new(job))"),
        ("main waits for room in jobs", "jobs.send(Box::new(job))"),
        ("all submitted", "jobs.send(Box::new(job))"),
        (
            "main drops the last sender of jobs: jobs is closed",
            "drop(self)",
        ),
        ("main waits for worker to end", "worker.join()"),
        ("output: all done", "println!(\"all done\")"),
        ("worker waits for a job", "for job in queue"),
        ("worker takes job from jobs", "for job in queue"),
        ("worker starts job", "work.run(this_worker(), job)"),
        ("job is done (worker", "work.run(this_worker(), job)"),
        (
            "jobs is closed and empty: worker loop over jobs ends",
            "for job in queue",
        ),
        ("worker returns", ""),
        ("output: processing", "println!(\"processing {job}\")"),
    ];
    steps_are_at("struct_pool", &struct_pool);
}
