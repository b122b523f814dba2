//! The page that replays a run. What its script does is tested in a browser: see `browser`.

use std::time::{Duration, Instant};

use timeline::replay::{Line, Replay};
use timeline::{Ending, For, Lanes, Run, Timeline, Who};

/// A run with one of everything.
fn run() -> Run {
    let timeline = Timeline::new(Vec::new());
    timeline.set_lanes(Lanes::Workers(1..=2));
    timeline.queued(1);
    timeline.queued(2);
    let before = Instant::now();
    let first = timeline.start(1, 1);
    let second = timeline.start(2, 2);
    timeline.waited(before);
    timeline.end(first, Ending::Done);
    timeline.end(second, Ending::Interrupted);
    timeline.mark("cancel <now>", Instant::now());
    Run {
        name: "a & b".to_string(),
        recording: timeline.recording(),
    }
}

fn page(run: Run, lines: &[Line]) -> String {
    let replay = Replay {
        command: "cargo run --bin basic -- --seed \"<1>\"",
        runs: &[run],
        lines,
    };
    replay.page()
}

/// The text of each item of the list of steps, without its time.
fn steps(page: &str) -> Vec<&str> {
    let items = page.lines().filter(|line| line.starts_with("<li data-at="));
    items
        .map(|item| item.split_once(" s: ").expect(item).1)
        .map(|item| item.trim_end_matches("</li>"))
        .collect()
}

#[test]
fn the_list_tells_the_run_in_the_order_of_time() {
    let run = run();
    let at = run.recording.marks[0].at + Duration::from_millis(1);
    let text = "2 jobs: <done>".to_string();
    assert_eq!(
        steps(&page(run, &[Line { at, text }])),
        [
            "job 1 enters the queue",
            "job 2 enters the queue",
            "the submitter waits for room",
            "worker 1 starts job 1",
            "worker 2 starts job 2",
            "the submitter continues",
            "job 1 is done (worker 1)",
            "job 2 is interrupted (worker 2)",
            "cancel &lt;now&gt;",
            "output: 2 jobs: &lt;done&gt;",
        ]
    );
}

#[test]
fn the_page_is_well_formed_and_needs_nothing_else() {
    let page = page(run(), &[]);
    assert!(page.contains("<title>cargo run --bin basic -- --seed &quot;&lt;1&gt;&quot;</title>"));
    for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
        let mut found = page.matches(outside).count();
        if outside == "http:" {
            // The namespace of SVG, in the picture and in the script, which nobody fetches.
            found -= page.matches("http://www.w3.org/2000/svg").count();
        }
        if outside == "url(" {
            found -= page.matches("url(#").count(); // patterns of the picture
        }
        assert_eq!(found, 0, "{outside}");
    }
    // Everything but the script, the styles and HTML's void elements is XML.
    let (_, figure) = page.split_once("<figure").expect("the replay");
    let (figure, _) = figure.split_once("</figure>").expect("its end");
    let figure = figure
        .replace("step=\"any\" aria-label=\"Moment of the run\">", "/>")
        .replace(" hidden>", ">")
        .replace(" selected>", ">");
    roxmltree::Document::parse(&format!("<figure{figure}</figure>")).expect("well-formed");
}

#[test]
fn without_sources_nobody_is_anywhere() {
    let run = run();
    assert!(run.recording.places.is_empty());
    assert!(!page(run, &[]).contains("<dl class=\"replay-places\""));
}

#[test]
fn a_job_is_in_the_queue_until_it_starts() {
    let page = page(run(), &[]);
    let (_, queue) = page
        .split_once("<p>queue, a &amp; b:</p>")
        .expect("a queue");
    let mut jobs = queue
        .lines()
        .filter(|line| line.starts_with("<li data-from="));
    assert!(jobs.next().is_some_and(|it| it.ends_with(">1</li>")));
    let second = jobs.next().expect("two jobs");
    assert!(second.contains(" data-to=\"") && second.ends_with(">2</li>"));
}

#[test]
fn a_long_run_has_steps_for_its_marks_and_lines_only() {
    let timeline = Timeline::default();
    for job in 0..100_000 {
        timeline.queued(job);
        let started = timeline.start(1, job);
        timeline.end(started, Ending::Done);
    }
    timeline.mark("cancel", Instant::now());
    let run = Run {
        name: String::new(),
        recording: timeline.recording(),
    };
    let page = page(run, &[]);
    assert_eq!(steps(&page), ["cancel"]);
    assert!(page.len() < 200_000, "{} bytes", page.len());
}

/// Main sends a job to a worker, waits for its end, and is stopped because nobody can go on.
fn with_channel() -> Run {
    let timeline = Timeline::default();
    let jobs = timeline.channel("jobs", 4);
    let sender = timeline.sender_made(jobs, Who::Main);
    let worker = Who::Worker(1);
    timeline.thread_starts(worker, Who::Main);
    let message = timeline.offered(jobs, sender, Who::Main, None);
    // The worker is faster than main's record.
    timeline.taken(jobs, message, worker);
    timeline.sent(jobs, message);
    let started = timeline.start(1, 7);
    timeline.end(started, Ending::Done);
    let left = timeline.offered(jobs, sender, Who::Main, None);
    timeline.sent(jobs, left);
    let _ = timeline.wait(worker, For::Message(jobs), false);
    assert_eq!(timeline.stuck_since(), None);
    let _ = timeline.wait(Who::Main, For::End(worker), false);
    assert!(timeline.stuck_since().is_some());
    timeline.give_up();
    Run {
        name: String::new(),
        recording: timeline.recording(),
    }
}

#[test]
fn the_list_tells_what_goes_through_a_channel_and_who_waits_at_the_end() {
    let page = page(with_channel(), &[]);
    assert_eq!(
        steps(&page),
        [
            "main makes the channel jobs",
            "main starts worker 1",
            "main sends job 7 to jobs",
            "worker 1 takes job 7 from jobs",
            "worker 1 starts job 7",
            "job 7 is done (worker 1)",
            "main sends a job to jobs",
            "worker 1 waits for a job",
            "main waits for worker 1 to end",
            "nobody can go on",
            "main waits for worker 1 to end",
            "worker 1 waits for a job: 1 sender of jobs is left, held by main",
        ]
    );
    // A closure that nobody started has no number.
    let jobs = page
        .lines()
        .filter(|line| line.starts_with("<li data-from="));
    let jobs: Vec<&str> = jobs.collect();
    assert_eq!(jobs.len(), 2);
    assert!(jobs[0].contains(" data-to=") && jobs[0].ends_with(">7</li>"));
    assert!(!jobs[1].contains(" data-to=") && jobs[1].ends_with(">job</li>"));
    assert!(page.contains("<g><title>worker 1 waits for a job</title>"));
}

#[test]
fn a_wait_that_a_cancel_can_end_is_no_hang() {
    let timeline = Timeline::default();
    let _ = timeline.wait(Who::Main, For::Ends, true);
    assert_eq!(timeline.stuck_since(), None);
}
