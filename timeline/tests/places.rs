//! Where threads are. In a file of their own, because sources are set for the whole program.

use std::panic::Location;
use std::time::{Duration, Instant};

use timeline::replay::Replay;
use timeline::{Ending, Place, Recording, Run, Source, Thread, Timeline, Who, set_sources};

const THIS_FILE: &[Source] = &[Source {
    compiled: "places.rs",
    file: "tests/places.rs",
    text: include_str!("places.rs"),
    numbers: &[],
}];

#[track_caller]
fn here(timeline: &Timeline, who: Who) {
    timeline.reach(who, Location::caller());
}

#[test]
fn a_thread_stays_at_its_line_until_it_reaches_another() {
    set_sources(THIS_FILE);
    let timeline = Timeline::default();
    for job in 1..=2 {
        here(&timeline, Who::Main); // stays
        here(&timeline, Who::Worker(1)); // takes a job
        let started = timeline.start(1, job);
        timeline.end(started, Ending::Done);
    }
    let recording = timeline.recording();
    let texts = |who| {
        let places = recording.places[&who].iter();
        places.map(|it| it.text()).collect::<Vec<_>>()
    };
    assert_eq!(texts(Who::Main), ["here(&timeline, Who::Main); // stays"]);
    let takes = "here(&timeline, Who::Worker(1)); // takes a job";
    let starts = "let started = timeline.start(1, job);";
    assert_eq!(texts(Who::Worker(1)), [takes, starts, takes, starts]);
    // So a moment in whole microseconds is never before and after a place at once.
    let places = &recording.places[&Who::Worker(1)];
    for two in places.windows(2) {
        assert!(two[1].from - two[0].from >= Duration::from_micros(1));
    }
}

/// The copy of a file, whose last line is a mistake.
static COPY: Source = Source {
    compiled: "copy.rs",
    file: "src/bin/basic.rs",
    text: "    for job in jobs {\n    run(\"<job>\");\n    mistake();\n",
    numbers: &[51, 52, 0],
};

fn fragment(recording: &Recording) -> String {
    let runs = &[Run {
        name: String::new(),
        recording: recording.clone(),
    }];
    let (command, lines) = ("basic", &[]);
    Replay {
        command,
        runs,
        lines,
    }
    .fragment()
}

#[test]
fn the_page_says_when_a_thread_is_at_which_line() {
    let mut recording = Timeline::default().recording();
    let at = |micros| recording.begin + Duration::from_micros(micros);
    let place = |(micros, line)| Place {
        from: at(micros),
        source: &COPY,
        line,
    };
    let places = [
        (Who::Main, [(5, 3)].map(place).to_vec()),
        (
            Who::Worker(1),
            [(10, 1), (20, 2), (30, 1), (40, 3)].map(place).to_vec(),
        ),
    ];
    let thread = Thread {
        who: Who::Worker(1),
        from: (at(8), Who::Main),
        to: Some(at(50)),
    };
    recording.threads.push(thread);
    recording.places.extend(places);

    let page = fragment(&recording);
    let (_, rows) = page
        .split_once("<dl class=\"replay-places\" hidden=\"\">")
        .expect("rows");
    let (rows, _) = rows.split_once("</dl>").expect("their end");
    let rows = rows.replace(" data-file=\"src/bin/basic.rs\"", "");
    assert_eq!(
        rows,
        r#"
<div><dt>worker 1</dt>
<dd>
<span data-times="50">returned</span>
<span class="later" data-line="51" data-times="10 20 30 40"><code>for job in jobs {</code></span>
<span class="later" data-line="52" data-times="20 30"><code>run(&quot;&lt;job&gt;&quot;);</code></span>
<span class="later" data-line="+" data-times="40 50"><code>mistake();</code></span>
</dd></div>
<div><dt>main</dt>
<dd>
<span data-line="+" data-times="5"><code>mistake();</code></span>
</dd></div>
"#
    );

    // At the end of a hang, the rows are there without the script as well.
    recording.gave_up = Some(Instant::now());
    assert!(fragment(&recording).contains("<dl class=\"replay-places\">"));
}
