//! The stories as HTML: they have the same steps as the text, and they stop before the answer.

use std::path::Path;
use std::process::Command;
use std::{env, fs, process};

use models::explore::{End, Failure, find_failure};
use models::mistakes::{MISTAKES, Mistake};
use models::scenarios::FOUND_BY;
use models::stories::{SCRIPT, STYLES, fragment, page};
use models::story::{ChannelState, Step};

fn mistake(name: &str) -> &'static Mistake {
    let found = MISTAKES.iter().find(|it| it.name == name);
    found.unwrap_or_else(|| panic!("no mistake {name}"))
}

fn failure(name: &str) -> Failure {
    let run = FOUND_BY.iter().find(|(mistake, _)| *mistake == name);
    let (_, run) = run.unwrap_or_else(|| panic!("nothing finds {name}"));
    find_failure(2, *run).unwrap_or_else(|| panic!("{name} is not found"))
}

fn html(name: &str) -> String {
    fragment(mistake(name), &failure(name)).expect("a fragment")
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// What the rows of a story say, in their order.
fn says(html: &str) -> Vec<&str> {
    let rows = html.split(" data-says=\"").skip(1);
    rows.map(|row| row.split('"').next().expect("a first part"))
        .collect()
}

#[test]
fn the_rows_are_the_lines_of_the_text() {
    for Mistake { name, .. } in MISTAKES {
        let failure = failure(name);
        let html = fragment(mistake(name), &failure).expect("a fragment");
        let rows: Vec<&str> = says(&html)
            .into_iter()
            .filter(|row| !row.starts_with("What happens next?"))
            .collect();
        let text = failure.to_string();
        let lines: Vec<String> = text
            .lines()
            .map(|line| match line.strip_prefix("=> ") {
                Some(end) => escape(end),
                None => {
                    let (who, what) = line.split_at(10);
                    escape(&format!("{} {}", who.trim_end(), what.trim_start()))
                }
            })
            .collect();
        assert_eq!(rows[..lines.len()], lines, "{name}");
        assert!(rows.len() <= lines.len() + 1, "{name}: {rows:?}");
    }
}

#[test]
fn the_book_has_these_stories() {
    let folder = Path::new("../book/recordings/stories");
    for Mistake { name, .. } in MISTAKES {
        let file = folder.join(format!("{name}.html"));
        let recorded = fs::read_to_string(&file).expect("a story in the book");
        let same = recorded.replace("\r\n", "\n") == html(name);
        assert!(same, "{name}: run book/record");
    }
    assert_eq!(
        fs::read_dir(folder).expect("stories").count(),
        MISTAKES.len()
    );
}

#[test]
fn it_stops_once_before_the_fatal_step() {
    let expected = [
        ("kept_sender", "main waits: results is empty"),
        ("no_second_select", "main waits for worker 1 to return"),
        ("unbiased_select", "worker 1 takes from jobs"),
        ("queue_left_open", "main waits for worker 1 to return"),
        ("lost_worker", "worker 1 dies of the panic"),
        ("drained_too_early", "main finds that results is closed"),
        ("stop_ignored", "worker 1 takes from jobs"),
        ("room_without_lock", "main sends to jobs"),
        ("credit_too_many", "submitter sends to jobs"),
        ("lost_wake_up", "worker 1 waits: jobs is empty"),
        ("idle_too_early", "main counts 0 jobs in the queue"),
        ("busy_too_late", "main takes from results"),
    ];
    assert_eq!(expected.len(), MISTAKES.len());
    for (name, fatal) in expected {
        let html = html(name);
        let rows = says(&html);
        let asks = |row: &&str| row.starts_with("What happens next?");
        assert_eq!(rows.iter().filter(|row| asks(row)).count(), 1, "{name}");
        let question = rows.iter().position(asks).expect("a question");
        assert_eq!(rows[question + 1], fatal, "{name}");
        let asked = html.find("story-question").expect("a question");
        assert!(!html[..asked].contains("class=\"fatal"), "{name}");
        let why = html.find("story-why").expect("a reason");
        assert!(asked < why, "{name}: the answer stands above the question");
    }
}

#[test]
fn the_last_row_says_who_waits_for_whom() {
    let expected = [
        (
            "kept_sender",
            "main waits for itself to send to results or close it; \
             worker 1 has returned; worker 2 has returned",
        ),
        (
            "no_second_select",
            "main waits for worker 1; timer has returned; \
             worker 1 waits for main to take from results",
        ),
        (
            "queue_left_open",
            "main waits for worker 1; worker 1 waits for main to send to jobs or close it; \
             worker 2 waits for main to send to jobs or close it",
        ),
        // `main` waits for room until the worker takes a job: it does not wait at the end.
        (
            "lost_worker",
            "panic: workers stay until the queue is closed: SendError(..)",
        ),
    ];
    for (name, last) in expected {
        assert_eq!(says(&html(name)).last(), Some(&last), "{name}");
    }
}

#[test]
fn the_channels_are_told_after_each_step() {
    let Failure { story, .. } = failure("kept_sender");
    let told = |step: &Step| {
        let show = |it: &ChannelState| format!("{:?} {}", it.messages, it.senders);
        step.channels.iter().map(show).collect::<Vec<_>>()
    };
    let after = |what: &str| {
        let step = story.iter().rfind(|step| step.to_string() == what);
        told(step.unwrap_or_else(|| panic!("no step {what}")))
    };
    assert_eq!(told(&story[0]), [r#"["1"] 1"#, "[] 3"]);
    assert_eq!(
        after("main       closes jobs"),
        [r#"["1", "2"] 0"#, "[] 3"],
        "two workers and main have a sender of the results"
    );
    assert_eq!(
        after("worker 1   sends to results"),
        ["[] 0", r#"["2", "4"] 3"#]
    );
    assert_eq!(
        after("worker 2   returns"),
        ["[] 0", "[] 1"],
        "the sender that main keeps"
    );

    // The step before must not show it: the reader is asked what happens next.
    let Failure { story, .. } = failure("lost_worker");
    let receivers: Vec<usize> = story.iter().map(|it| it.channels[0].receivers).collect();
    assert_eq!(receivers.last(), Some(&0));
    assert_eq!(receivers[receivers.len() - 2], 1);
}

#[test]
fn the_diff_has_the_mistake_and_nothing_of_the_checker() {
    for mistake in MISTAKES {
        let html = html(mistake.name);
        let (_, diff) = html.split_once("class=\"story-diff\"").expect("a diff");
        let (diff, _) = diff.split_once("</pre>").expect("its end");
        assert!(!diff.contains("crate::story"), "{diff}");
        assert!(!diff.contains(" use "), "{diff}");
        let in_tags = |tag: &str| {
            let lines = diff
                .lines()
                .filter(|line| line.contains(&format!("<{tag}>")));
            lines.collect::<Vec<_>>().join("\n")
        };
        for (right, wrong) in mistake.changes {
            if right.contains("use ") || right.starts_with("bounded") {
                continue;
            }
            let (removed, added) = (in_tags("del"), in_tags("ins"));
            let is_gone =
                |line: &&str| !wrong.contains(line.trim()) && !line.trim().starts_with("//");
            for line in right.lines().filter(is_gone) {
                assert!(removed.contains(&escape(line)), "{line}\n{diff}");
            }
            let own = |line: &&str| !right.contains(line.trim()) && !line.contains("crate::story");
            for line in wrong.lines().filter(own) {
                assert!(added.contains(&escape(line)), "{line}\n{diff}");
            }
        }
    }
}

#[test]
fn everything_is_escaped() {
    let hostile = "<script>\"&'</script>";
    let channel = ChannelState {
        name: hostile,
        capacity: None,
        messages: vec![hostile.to_owned()],
        senders: 1,
        receivers: 1,
    };
    let step = Step {
        who: hostile.to_owned(),
        what: format!("waits for {hostile} to return"),
        channels: vec![channel],
    };
    let failure = Failure {
        story: vec![step],
        end: End::Panic(hostile.to_owned()),
    };
    let html = fragment(mistake("kept_sender"), &failure).expect("a fragment");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("&lt;script&gt;&quot;&amp;"), "{html}");
}

#[test]
fn the_program_writes_each_fragment_and_a_page_with_all() {
    let folder = env::temp_dir().join(format!("stories-{}", process::id()));
    let run = |folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_models"));
        command.arg("--stories").arg(folder);
        command.output().expect("the program runs")
    };
    let output = run(&folder);
    assert!(output.status.success(), "{output:?}");
    let read = |name: &str| {
        let file = folder.join(format!("{name}.html"));
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    let fragments: Vec<String> = MISTAKES.iter().map(|it| html(it.name)).collect();
    for (mistake, html) in MISTAKES.iter().zip(&fragments) {
        assert_eq!(&read(mistake.name), html);
    }
    assert_eq!(read("stories"), page(&fragments));

    let output = run(&folder.join("stories.html"));
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.starts_with("error: "), "{message}");
    assert!(message.contains("stories.html"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    fs::remove_dir_all(&folder).expect("the folder is there");
}

#[test]
fn the_script_and_the_styles_stay_small() {
    assert!(SCRIPT.lines().count() <= 120);
    assert!(STYLES.lines().count() <= 80);
}
