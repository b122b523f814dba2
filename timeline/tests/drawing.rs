//! Draws recordings that are made by hand or at random.

use std::time::{Duration, Instant};

use timeline::terminal::{self, Terminal};
use timeline::{Ending, For, Lanes, Mark, Recording, Run, Span, Timeline, Wait, Who, svg};

const DONE: Option<Ending> = Some(Ending::Done);
const UNDELIVERED: Option<Ending> = Some(Ending::Undelivered);
const INTERRUPTED: Option<Ending> = Some(Ending::Interrupted);
const FAILED: Option<Ending> = Some(Ending::Failed);

const ASCII: Terminal = Terminal {
    width: 50,
    max_lanes: 20,
    unicode: false,
};

/// A recording of these jobs: worker, job, start, end, and how the job ended. The times count in
/// `unit` from the beginning of the recording. Each worker has a job.
fn recording(unit: Duration, spans: &[(usize, usize, u32, u32, Option<Ending>)]) -> Recording {
    let begin = Instant::now();
    let last = spans.iter().map(|span| span.3).max().unwrap_or(0);
    let span = |&(worker, job, start, end, ending)| Span {
        worker,
        job,
        start: begin + unit * start,
        end: Option::map(ending, |ending| (begin + unit * end, ending)),
    };
    Recording {
        begin,
        now: begin + unit * last,
        lanes: Lanes::default(),
        spans: spans.iter().map(span).collect(),
        marks: Vec::new(),
        queued: Vec::new(),
        waits: Vec::new(),
        channels: Vec::new(),
        threads: Vec::new(),
        places: Default::default(),
        gave_up: None,
        is_full: false,
        labels: Vec::new(),
    }
}

/// The submitter waits for room.
fn wait(from: Instant, to: Instant) -> Wait {
    Wait {
        who: Who::Submitter,
        what: For::Room,
        or_cancel: false,
        from,
        to: Some(to),
    }
}

/// The lanes of a pool of this size.
fn workers(count: usize) -> Lanes {
    Lanes::Workers(1..=count)
}

fn mark(recording: &mut Recording, name: &str, after: Duration) {
    let name = name.to_string();
    let at = recording.begin + after;
    recording.marks.push(Mark { name, at });
}

const SECOND: Duration = Duration::from_secs(1);

fn summary(recording: &Recording, count: usize) -> String {
    let mut recording = recording.clone();
    recording.lanes = workers(count);
    let name = String::new();
    Run { name, recording }.summary()
}

/// The picture without its colours.
fn text(recording: &Recording, terminal: Terminal) -> String {
    anstream::adapter::strip_str(&terminal::draw(recording, 1, terminal)).to_string()
}

fn lines(recording: &Recording) -> Vec<String> {
    text(recording, ASCII).lines().map(str::to_string).collect()
}

#[test]
fn one_job_fills_the_lane() {
    let one = recording(SECOND, &[(1, 7, 0, 2, DONE)]);
    assert_eq!(
        lines(&one),
        [
            "worker 1 [================= 7 ==================]",
            "         +-------------------+------------------+",
            "         0 s                 1 s              2 s",
        ]
    );
}

#[test]
fn bars_show_when_jobs_ran_and_idle_time_is_empty() {
    let spans = [
        (1, 1, 0, 10, DONE),
        (2, 2, 0, 15, DONE),
        // Jobs of two workers overlap. On one lane, job 3 begins where job 1 ends.
        (1, 3, 10, 25, DONE),
        (2, 4, 20, 40, DONE),
    ];
    assert_eq!(
        lines(&recording(SECOND, &spans))[..2],
        [
            "worker 1 [== 1 ===][===== 3 =====]",
            "worker 2 [===== 2 =====]     [======= 4 ========]",
        ]
    );
}

#[test]
fn each_ending_has_its_own_shape() {
    let spans = [
        (1, 1, 0, 10, DONE),
        (2, 2, 0, 10, INTERRUPTED),
        (3, 3, 0, 10, FAILED),
        (4, 4, 0, 10, None),
        (5, 5, 0, 10, UNDELIVERED),
    ];
    let lines = lines(&recording(SECOND, &spans));
    assert!(lines[0].ends_with("=]"), "{lines:#?}");
    assert!(lines[1].ends_with("-x"), "{lines:#?}");
    assert!(lines[2].ends_with("=!"), "{lines:#?}");
    assert!(lines[3].ends_with("=>"), "{lines:#?}");
    assert!(lines[4].ends_with("=o"), "{lines:#?}");
    let legend: Vec<&str> = lines[7..].iter().map(|line| line.trim()).collect();
    let expected = [
        "o done, not delivered",
        "x interrupted",
        "! failed",
        "> not ended",
    ];
    assert_eq!(legend, expected);
}

#[test]
fn without_jobs_there_are_no_lanes() {
    let lines = lines(&recording(SECOND, &[]));
    assert!(lines.iter().all(|line| !line.contains("worker")));
}

#[test]
fn a_job_that_took_no_time_is_visible() {
    let spans = [
        (1, 1, 0, 0, DONE),
        (1, 2, 20, 20, FAILED),
        (1, 3, 40, 40, None),
    ];
    assert_eq!(
        lines(&recording(SECOND, &spans))[0],
        "worker 1 |                   !                  >"
    );
    // The whole recording took no time.
    let spans = [(1, 1, 0, 0, DONE)];
    assert!(lines(&recording(SECOND, &spans))[0].starts_with("worker 1 "));
}

#[test]
fn marks_are_at_their_times_and_leave_the_numbers_readable() {
    let spans = [(1, 1, 10, 40, DONE), (2, 2, 20, 30, INTERRUPTED)];
    let mut recording = recording(SECOND, &spans);
    mark(&mut recording, "cancel", SECOND * 5); // before the first job
    mark(&mut recording, "close", SECOND * 15);
    mark(&mut recording, "at the end", SECOND * 40);
    assert_eq!(
        lines(&recording)[..4],
        [
            "              cancel    close          at the end",
            "worker 1      :    [====:======= 1 =============]",
            "worker 2      :         :    [-- 2 ---x         :",
            "         +----:---------:----+------------------:",
        ]
    );
}

#[test]
fn names_that_would_overlap_get_separate_lines() {
    let mut recording = recording(SECOND, &[(1, 1, 0, 40, DONE)]);
    mark(&mut recording, "no more jobs", SECOND * 20);
    mark(&mut recording, "stop", SECOND * 25);
    let lines = lines(&recording);
    assert_eq!(lines[0].find("no more jobs"), Some(29));
    assert_eq!(lines[1].find("stop"), Some(34));
}

#[test]
fn without_room_for_bars_lanes_show_how_busy_the_workers_were() {
    // 100 workers: 50 are busy all the time, the others for the first half of the time.
    let spans: Vec<_> = (1..=100)
        .flat_map(|worker| {
            let rounds = if worker <= 50 { 100 } else { 50 };
            (0..rounds).map(move |round| (worker, round as usize, round, round + 1, DONE))
        })
        .collect();
    let lines = lines(&recording(SECOND, &spans));
    assert_eq!(lines.len(), 22);
    assert_eq!(
        lines[0],
        "workers 1-5    @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@"
    );
    assert_eq!(lines[19], "workers 96-100 @@@@@@@@@@@@@@@@@");

    // One worker with more jobs than its lane has room for.
    let spans: Vec<_> = (0..40)
        .map(|it| (1, it as usize, it, it + 1, DONE))
        .collect();
    let lines = self::lines(&recording(SECOND, &spans));
    assert_eq!(lines[0], format!("worker 1 {}", "@".repeat(40)));
}

#[test]
fn a_lane_of_many_jobs_shows_the_share_that_failed_and_hides_no_failure() {
    let failures = |failed: &[usize]| {
        let is_failed = |job| if failed.contains(&job) { FAILED } else { DONE };
        let spans: Vec<_> = (0..400)
            .map(|job| (1, job, job as u32, job as u32 + 1, is_failed(job)))
            .collect();
        let lane = lines(&recording(SECOND, &spans)).remove(0);
        lane.matches('!').count()
    };
    let columns = 40;
    assert_eq!(failures(&[]), 0);
    assert_eq!(failures(&[200]), 1);
    let every_tenth: Vec<usize> = (0..400).step_by(10).collect();
    assert_eq!(failures(&every_tenth), columns / 10);
    let all: Vec<usize> = (0..400).collect();
    assert_eq!(failures(&all), columns);
}

#[test]
fn a_worker_without_a_job_has_an_empty_lane() {
    let mut recording = recording(SECOND, &[(2, 1, 0, 10, DONE)]);
    recording.lanes = workers(3);
    let lines = lines(&recording);
    assert_eq!(lines[0], "worker 1 ");
    assert!(lines[1].starts_with("worker 2 ["), "{lines:#?}");
    assert_eq!(lines[2], "worker 3 ");
    recording.lanes = Lanes::Workers(0..=2);
    assert!(self::lines(&recording)[0].starts_with("worker 0"));
    assert!(svg_of(recording).contains(">worker 0</text>"));
}

#[test]
fn threads_are_not_called_workers() {
    let spans: Vec<_> = (1..=3).map(|it| (it, it, 0, 10, DONE)).collect();
    let mut recording = recording(SECOND, &spans);
    recording.lanes = Lanes::ThreadPerJob(1..=3);
    assert!(lines(&recording)[2].starts_with("thread 3 ["));
    let name = String::new();
    let summary = Run { name, recording }.summary();
    assert_eq!(summary, "3 jobs of 10.0 s on 3 threads: 10.0 s");
}

#[test]
fn short_jobs_side_by_side_are_all_visible() {
    let spans = [
        (1, 1, 0, 1, DONE),
        (1, 2, 1, 2, FAILED),
        (1, 3, 2, 3, DONE),
        (1, 4, 3, 900, DONE),
        (1, 5, 998, 999, DONE),
        (1, 6, 999, 1000, DONE),
    ];
    let recording = recording(SECOND, &spans);
    let lane = &lines(&recording)[0];
    let expected = format!("worker 1 |!|[{} 4 {}]  ||", "=".repeat(14), "=".repeat(14));
    assert_eq!(lane.len(), expected.len(), "{lane}");
    assert!(lane.starts_with("worker 1 |!|["), "{lane}");
    assert!(lane.ends_with("]  ||"), "{lane}");

    let svg = svg_of(recording);
    let bars = svg
        .lines()
        .filter(|it| it.starts_with("<rect class=\"bar "));
    let widths = bars.map(|bar| bar.split_once(" width=\"").expect(bar).1);
    let widths = widths.map(|rest| rest.split_once('"').expect(rest).0);
    for width in widths {
        assert!(width.parse::<f64>().expect(width) >= 5.0, "{width}");
    }
}

#[test]
fn waits_of_the_submitter_have_a_lane() {
    let mut recording = recording(SECOND, &[(1, 1, 0, 40, DONE)]);
    let at = |secs| recording.begin + SECOND * secs;
    recording.waits = vec![wait(at(10), at(20)), wait(at(30), at(31))];
    let lines = lines(&recording);
    assert_eq!(lines[1], "submitter          ...........         ..");
    assert_eq!(lines.last().map(|it| it.trim()), Some(". waits for room"));
    let summary = summary(&recording, 1);
    let waited = "; the submitter waited 2 times, 11.0 s in all";
    assert!(summary.ends_with(waited), "{summary}");
    let svg = svg_of(recording);
    assert!(svg.contains(r#"<path class="wait" d="M307.0 "#), "{svg}");
}

#[test]
fn a_worker_waits_in_its_own_lane() {
    let mut recording = recording(SECOND, &[(1, 1, 10, 20, DONE), (1, 2, 30, 40, DONE)]);
    let at = |secs| recording.begin + SECOND * secs;
    for (from, to) in [(0, 10), (20, 30)] {
        recording.waits.push(Wait {
            who: Who::Worker(1),
            ..wait(at(from), at(to))
        });
    }
    let lines = lines(&recording);
    assert_eq!(
        lines[0],
        "worker 1 ..........[== 1 ===]..........[== 2 ===]"
    );
    let summary = summary(&recording, 1);
    assert!(!summary.contains("waited"), "{summary}");
}

#[test]
fn a_million_jobs_make_a_small_svg() {
    let spans: Vec<_> = (0..1_000_000)
        .map(|job| {
            let start = job as u32 / 1_000;
            (job % 1_000, job, start, start + 1, DONE)
        })
        .collect();
    let mut recording = recording(SECOND, &spans);
    recording.spans[500_000].end.as_mut().expect("it ended").1 = Ending::Failed;
    recording.queued = vec![(recording.begin, 0); 1_000_000];
    recording.waits = vec![wait(recording.begin, recording.begin + SECOND); 1_000_000];
    let name = String::new();
    let svg = svg::draw(&[Run { name, recording }]);
    assert!(svg.len() < 2_000_000, "{} bytes", svg.len());
    assert!(svg.contains(">0-33</text>"));
    assert_eq!(svg.matches(r#"<rect class="failed" x="#).count(), 2); // and in the legend
    roxmltree::Document::parse(&svg).expect("well-formed");
}

#[test]
fn long_labels_lose_their_beginning_and_cannot_harm_the_terminal() {
    let mut recording = recording(SECOND, &[(1, 0, 0, 20, DONE), (2, 1, 0, 40, DONE)]);
    recording.labels = vec![
        "http://example.com/a/long/way/to/the/page".into(),
        "\u{1b}[2Jcafé\n".into(),
    ];
    assert_eq!(
        lines(&recording)[..2],
        [
            "worker 1 [ ~way/to/the/page ]",
            "worker 2 [============= ?[2Jcaf?? ==============]",
        ]
    );
}

#[test]
fn a_low_terminal_gets_fewer_lanes() {
    let spans: Vec<_> = (1..=100).map(|it| (it, it, 0, 10, DONE)).collect();
    let terminal = Terminal {
        max_lanes: 5,
        ..ASCII
    };
    let text = text(&recording(SECOND, &spans), terminal);
    let lanes = text.lines().filter(|line| line.starts_with("workers "));
    assert_eq!(lanes.count(), 5, "{text}");
}

#[test]
fn the_axis_has_round_times_from_nanoseconds_to_hours() {
    for (length, labels) in [
        (
            Duration::from_micros(400),
            vec!["0.0 ms", "0.2 ms", "0.4 ms"],
        ),
        (Duration::from_millis(35), vec!["0 ms", "20 ms"]),
        (
            Duration::from_millis(1_500),
            vec!["0.0 s", "0.5 s", "1.0 s", "1.5 s"],
        ),
        (SECOND * 60, vec!["0 s", "20 s", "40 s", "60 s"]),
        (SECOND * 3_600, vec!["0 min", "20 min", "40 min", "60 min"]),
        (SECOND * 86_400, vec!["0 h", "12 h", "24 h"]),
    ] {
        let lines = lines(&recording(length, &[(1, 1, 0, 1, DONE)]));
        let on_axis: Vec<&str> = lines[2].split_whitespace().collect();
        assert_eq!(on_axis.join(" "), labels.join(" "), "{length:?}");
    }
}

#[test]
fn labels_of_a_narrow_axis_do_not_run_together() {
    let ten_minutes = recording(SECOND, &[(1, 1, 0, 600, DONE)]);
    let labels = |width| {
        let text = text(&ten_minutes, Terminal { width, ..ASCII });
        text.lines().last().expect("the labels").trim().to_string()
    };
    assert_eq!(labels(20), "0 min");
    assert_eq!(labels(22), "0 min 10 min");
}

/// A random recording, with everything that a recording can have.
fn any_recording(seed: u64) -> Recording {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    let mut random = StdRng::seed_from_u64(seed);
    let count = random.random_range(1..=60);
    let length = 10_u32.pow(random.random_range(0..=6));
    let endings = [DONE, UNDELIVERED, INTERRUPTED, FAILED, None];
    let spans: Vec<_> = (0..random.random_range(0..=200))
        .map(|job| {
            let start = random.random_range(0..length);
            let end = random.random_range(start..=length);
            let ending = endings[random.random_range(0..5)];
            (random.random_range(1..=count), job, start, end, ending)
        })
        .collect();
    let mut recording = recording(Duration::from_micros(7), &spans);
    recording.lanes = workers(random.random_range(0..=60));
    for name in ["close(jobs)", "cancel", "stop"] {
        let after = Duration::from_micros(random.random_range(0..=7 * u64::from(length)));
        mark(&mut recording, name, after);
    }
    for _ in 0..random.random_range(0..20) {
        let after = Duration::from_micros(random.random_range(0..=7 * u64::from(length)));
        recording.queued.push((recording.begin + after, 0));
    }
    for _ in 0..random.random_range(0..20) {
        let mut after = || Duration::from_micros(random.random_range(0..=7 * u64::from(length)));
        let (one, other) = (recording.begin + after(), recording.begin + after());
        recording.waits.push(wait(one.min(other), one.max(other)));
    }
    if random.random_bool(0.5) {
        let label = |job| format!("<job & \"{job}\" \u{1}\u{1b}é>");
        recording.labels = (0..spans.len()).map(label).collect();
        for label in recording.labels.iter_mut().step_by(5) {
            label.clear();
        }
    }
    recording
}

#[test]
fn every_line_fits_the_terminal() {
    for seed in 0..200 {
        let recording = any_recording(seed);
        for width in [40, 80, 81, 140] {
            for unicode in [false, true] {
                let text = text(
                    &recording,
                    Terminal {
                        width,
                        max_lanes: 20,
                        unicode,
                    },
                );
                for line in text.lines() {
                    assert!(line.chars().count() <= width, "seed {seed}: {line}");
                    assert!(!line.chars().any(char::is_control), "seed {seed}: {line:?}");
                    assert!(unicode || line.is_ascii(), "seed {seed}: {line}");
                }
            }
        }
    }
}

#[test]
fn the_summary_wraps_between_its_parts() {
    let sentence = "ten jobs; two of them failed; the others did not";
    let wrapped = terminal::wrap(
        sentence,
        Terminal {
            width: 30,
            max_lanes: 20,
            unicode: true,
        },
    );
    assert_eq!(
        wrapped,
        "ten jobs; two of them failed;\nthe others did not\n"
    );
}

#[test]
fn the_summary_has_the_numbers_that_matter() {
    let tenth = Duration::from_millis(100);
    let spans: Vec<_> = (0..10)
        .map(|job| {
            let start = 5 * (job as u32 / 3);
            (job % 3 + 1, job, start, start + 5, DONE)
        })
        .collect();
    assert_eq!(
        summary(&recording(tenth, &spans), 3),
        "10 jobs of 0.50 s on 3 workers: 2.0 s; one worker would have needed 5.0 s; \
         workers were busy 83 % of the time"
    );

    let spans = [
        (1, 1, 0, 10, INTERRUPTED),
        (2, 2, 0, 30, FAILED),
        (2, 3, 30, 40, None),
        (1, 4, 10, 40, DONE),
    ];
    assert_eq!(
        summary(&recording(SECOND, &spans), 4),
        "4 jobs of 20.0 s on average on 4 workers: 40.0 s; 1 interrupted; 1 failed; 1 not ended; \
         workers were busy 50 % of the time; \
         2 of them had no job"
    );
    assert_eq!(
        summary(&recording(SECOND, &[(1, 1, 1, 2, DONE)]), 1),
        "1 job of 1.0 s on 1 worker: 2.0 s; workers were busy 50 % of the time"
    );
    // The whole recording took no time.
    assert_eq!(
        summary(&recording(SECOND, &[(1, 1, 0, 0, DONE)]), 1),
        "1 job of 0.00 ms on 1 worker: 0.00 ms; workers were busy 0 % of the time"
    );
    let nothing = summary(&recording(SECOND, &[]), 3);
    assert_eq!(nothing, "no job started in 0.00 ms");
}

#[test]
fn a_job_that_has_not_ended_reaches_the_end_of_the_picture() {
    let mut recording = recording(SECOND, &[(1, 1, 0, 10, DONE), (2, 2, 10, 10, None)]);
    recording.now = recording.begin + SECOND * 40;
    assert_eq!(
        lines(&recording)[..2],
        [
            "worker 1 [== 1 ===]",
            "worker 2           [============ 2 =============>",
        ]
    );
}

#[test]
fn how_a_job_ended_may_turn_out_later() {
    let timeline = Timeline::default();
    for _ in 0..2 {
        let started = timeline.start(1, 7);
        timeline.end(started, Ending::Done);
    }
    timeline.ended_as(7, Ending::Failed);
    timeline.ended_as(8, Ending::Failed); // there is no such job
    let endings: Vec<_> = timeline
        .recording()
        .spans
        .iter()
        .map(Span::ending)
        .collect();
    assert_eq!(endings, [DONE, FAILED]);
}

fn svg_of(recording: Recording) -> String {
    let run = Run {
        name: "<a> & \"b\"".to_string(),
        recording,
    };
    svg::draw(&[run.clone(), run])
}

#[test]
fn the_svg_is_xml_with_a_bar_and_a_tooltip_for_each_job() {
    for seed in 0..100 {
        let recording = any_recording(seed);
        let jobs = recording.spans.len();
        let svg = svg_of(recording);
        let xml = roxmltree::Document::parse(&svg);
        let xml = xml.unwrap_or_else(|error| panic!("seed {seed}: {error}: {svg}"));
        let bars: Vec<_> = xml
            .descendants()
            .filter(|node| {
                node.attribute("class")
                    .is_some_and(|it| it.starts_with("bar "))
            })
            .collect();
        assert_eq!(bars.len(), 2 * jobs, "seed {seed}");
        for bar in bars {
            let tooltip = bar.first_element_child().and_then(|it| it.text());
            assert!(tooltip.is_some_and(|it| it.contains(", worker ")));
            let number = |name| bar.attribute(name).and_then(|it| it.parse::<f64>().ok());
            let (x, width) = (number("x").expect("x"), number("width").expect("width"));
            assert!(x >= 0.0 && width > 0.0 && x + width <= 961.0, "seed {seed}");
        }
        let text_of = |name| {
            let node = xml
                .root_element()
                .children()
                .find(|it| it.has_tag_name(name));
            node.and_then(|it| it.text()).unwrap_or_default()
        };
        let in_svg = ("http://www.w3.org/2000/svg", "title");
        assert!(!text_of(in_svg).is_empty());
        let described = text_of(("http://www.w3.org/2000/svg", "desc"));
        assert!(described.starts_with("<a> & \"b\": "), "{described}");
    }
}

#[test]
fn bars_and_marks_of_the_svg_are_at_their_times() {
    let mut recording = recording(SECOND, &[(1, 1, 0, 40, DONE), (2, 2, 10, 30, FAILED)]);
    mark(&mut recording, "stop", SECOND * 20);
    let svg = svg_of(recording);
    // The lanes go from 96 to 940.
    assert!(svg.contains(r#"<rect class="bar done" x="96.00""#), "{svg}");
    assert!(svg.contains(r#"width="843.00""#), "{svg}");
    assert!(
        svg.contains(r#"<rect class="bar failed" x="307.00""#),
        "{svg}"
    );
    assert!(svg.contains(r#"width="421.00""#), "{svg}");
    assert!(svg.contains(r#"<path class="mark" d="M518.0 "#), "{svg}");
}

#[test]
fn a_failure_stays_visible_and_lanes_name_their_workers() {
    let spans = [(1, 1, 0, 1, FAILED), (1, 2, 1, 400, DONE)];
    assert!(lines(&recording(SECOND, &spans))[0].starts_with("worker 1 !["));

    // Fifty of a thousand workers had a job.
    let spans: Vec<_> = (1..=50).map(|it| (it * 20, it, 0, 10, DONE)).collect();
    let lines = lines(&recording(SECOND, &spans));
    assert!(lines[0].starts_with("3 workers @"), "{lines:#?}");
}

#[test]
fn a_tooltip_says_what_happened_and_when() {
    let mut recording = recording(SECOND, &[(2, 7, 1, 3, INTERRUPTED)]);
    let tip = "<title>job 7, worker 2: interrupted; started at 1.0 s, took 2.0 s</title>";
    assert!(svg_of(recording.clone()).contains(tip));
    recording.labels = (0..8)
        .map(|job| format!("http://host/?a={job}&b=<"))
        .collect();
    let tip = "<title>http://host/?a=7&amp;b=&lt;, worker 2: interrupted";
    assert!(svg_of(recording).contains(tip));
}

#[test]
fn the_queue_is_drawn_if_it_was_recorded() {
    let mut recording = recording(SECOND, &[(1, 1, 0, 20, DONE), (1, 2, 20, 40, DONE)]);
    assert!(
        !lines(&recording)
            .iter()
            .any(|line| line.starts_with("queue"))
    );
    // One job starts at once; the other waits for it.
    recording.queued = vec![(recording.begin, 1), (recording.begin, 2)];
    let lines = lines(&recording);
    let queue = lines.iter().find(|line| line.starts_with("queue"));
    assert_eq!(
        queue.map(String::as_str),
        Some("queue 0-1 @@@@@@@@@@@@@@@@@@@=")
    );
    let path = r#"<path class="queue" d="M96 "#;
    assert!(svg_of(recording).contains(path));
}
