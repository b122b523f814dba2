//! The run as a page to step through: the picture, the queue and the output, all at one moment.
//!
//! The page is finished without its script: then it shows the whole picture, all lines of the
//! output, and the run as a list. The script only hides what comes after the chosen moment.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::axis::Axis;
use crate::svg::{self, escape};
use crate::{Ending, For, Place, Recording, Run, Span, Who};

/// The script of the page. It plays each element of the class `replay`.
pub const SCRIPT: &str = include_str!("replay.js");
/// The styles of the page.
pub const STYLES: &str = concat!(
    include_str!("replay.css"),
    ".replay-picture {\n",
    include_str!("picture.css"),
    "}\n"
);

/// The most steps. A longer run has a step for each of its lines and marks only.
const MAX_STEPS: usize = 4_000;

/// A line that the program printed.
#[derive(Clone, Debug)]
pub struct Line {
    /// When it was printed.
    pub at: Instant,
    /// The line, without its end.
    pub text: String,
}

/// A recorded program: its runs, and what it printed.
#[derive(Clone, Copy, Debug)]
pub struct Replay<'a> {
    /// The command that was run.
    pub command: &'a str,
    /// What its pools did, one after the other.
    pub runs: &'a [Run],
    /// What it printed.
    pub lines: &'a [Line],
}

/// Something that happened.
struct Step {
    at: Instant,
    text: String,
}

/// What the pictures of a page fill some of their bars with. It belongs where it is never hidden:
/// browsers do not find it in a closed `<details>`.
pub fn patterns() -> String {
    let patterns = svg::PATTERNS;
    format!("<svg class=\"replay-patterns\" aria-hidden=\"true\">{patterns}</svg>\n")
}

impl Replay<'_> {
    /// A page of HTML that needs nothing else: neither a network nor a server.
    pub fn page(&self) -> String {
        let command = escape(self.command);
        format!(
            r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{command}</title>
<style>
{STYLES}</style>
</head>
<body class="replay-page">
<main>
{}<h1><code>{command}</code></h1>
{}</main>
<script>
{SCRIPT}</script>
</body>
</html>
"#,
            patterns(),
            self.fragment()
        )
    }

    /// The replay as a part of a page that has [`SCRIPT`], [`STYLES`] and [`patterns`].
    pub fn fragment(&self) -> String {
        let begin = self.begin();
        let micros = |at: Instant| at.saturating_duration_since(begin).as_micros();
        let steps = self.steps();
        let last = steps.last().map(|step| step.at);
        let ends = self.runs.iter().map(|run| Axis::of(&run.recording).end());
        let end = ends.chain(last).max().map_or(0, micros);
        let mut html = format!(
            "<figure class=\"replay\" data-end=\"{end}\" aria-label=\"Replay of {}\">\n{CONTROLS}",
            escape(self.command)
        );
        html += "<div class=\"replay-stage\">\n<div class=\"replay-picture\" tabindex=\"0\">\n";
        html += &svg::draw_for_replay(self.runs, begin);
        html += "</div>\n";
        places(&mut html, self.runs, &micros);
        for run in self.runs {
            if run.recording.channels.is_empty() {
                queue(&mut html, run, &micros);
            }
            channels(&mut html, run, &micros);
            stuck(&mut html, &run.recording, &micros);
        }
        if !self.lines.is_empty() {
            html += "<pre class=\"replay-output\" tabindex=\"0\" aria-label=\"Output\">";
            for line in self.lines {
                let (at, text) = (micros(line.at), escape(&line.text));
                let _ = write!(html, "<span data-at=\"{at}\">{text}\n</span>");
            }
            html += "</pre>\n";
        }
        html += "</div>\n<details class=\"replay-steps\"><summary>The run as a list</summary>\n";
        html += "<ol tabindex=\"0\">\n"; // it scrolls
        for step in &steps {
            let after = Duration::from_micros(micros(step.at) as u64);
            let _ = writeln!(
                html,
                "<li data-at=\"{}\">{}: {}</li>",
                micros(step.at),
                format_moment(after),
                escape(&step.text)
            );
        }
        html += "</ol>\n</details>\n</figure>\n";
        html
    }

    /// The beginning of the first run.
    fn begin(&self) -> Instant {
        let begins = self.runs.iter().map(|run| run.recording.begin);
        let begin = begins.min();
        begin.unwrap_or_else(Instant::now)
    }

    /// What happened, in the order of time.
    fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let all: usize = self.runs.iter().map(|run| events(&run.recording)).sum();
        for run in self.runs {
            if all + self.lines.len() <= MAX_STEPS {
                add_jobs(&mut steps, &run.recording);
                add_channels(&mut steps, &run.recording);
            }
            let marks = run.recording.marks.iter();
            steps.extend(marks.map(|mark| Step {
                at: mark.at,
                text: mark.name.clone(),
            }));
            add_end(&mut steps, &run.recording);
        }
        let lines = self.lines.iter();
        steps.extend(lines.map(|line| Step {
            at: line.at,
            text: format!("output: {}", line.text),
        }));
        steps.sort_by_key(|step| step.at); // stable: a start before what it prints
        steps
    }
}

/// How many steps the jobs of a recording have.
fn events(recording: &Recording) -> usize {
    let messages = recording.channels.iter().map(|it| it.messages.len());
    2 * (recording.spans.len() + recording.waits.len() + messages.sum::<usize>())
        + recording.queued.len()
}

fn add_jobs(steps: &mut Vec<Step>, recording: &Recording) {
    let mut add = |at, text| steps.push(Step { at, text });
    for &(at, job) in &recording.queued {
        add(at, format!("job {job} enters the queue"));
    }
    for wait in &recording.waits {
        add(
            wait.from,
            format!("{} {}", wait.who, recording.reason(wait)),
        );
        // Where channels are recorded, they tell what ends a wait.
        if let (For::Room, Some(to)) = (wait.what, wait.to) {
            add(to, format!("{} continues", wait.who));
        }
    }
    for span in &recording.spans {
        let worker = format!(
            "{} {}",
            recording.lanes.name(),
            recording.lanes.label(span.worker)
        );
        let job = job(recording, span);
        add(span.start, format!("{worker} starts {job}"));
        if let Some((at, ending)) = span.end {
            let ending = match ending {
                Ending::Done => "is done",
                Ending::Undelivered => "is done, but its result is not delivered",
                Ending::Interrupted => "is interrupted",
                Ending::Failed => "fails",
            };
            add(at, format!("{job} {ending} ({worker})"));
        }
    }
}

fn add_channels(steps: &mut Vec<Step>, recording: &Recording) {
    let mut add = |at, text| steps.push(Step { at, text });
    for channel in &recording.channels {
        let name = &channel.name;
        for message in &channel.messages {
            let what = channel.message(message);
            match message.taken {
                Some((at, who)) if channel.capacity == 0 => {
                    add(at, format!("{} hands {what} over to {who}", message.by));
                }
                taken => {
                    if let Some(at) = message.sent {
                        add(at, format!("{} sends {what} to {name}", message.by));
                    }
                    if let Some((at, who)) = taken {
                        add(at, format!("{who} takes {what} from {name}"));
                    }
                }
            }
        }
        let mut before = 0;
        for (at, who, count) in channel.sender_counts() {
            let text = match (before, count) {
                (0, _) => format!("{who} makes the channel {name}"),
                (_, 0) => format!("{who} drops the last sender of {name}: {name} is closed"),
                (before, _) if before < count => {
                    format!("{who} clones a sender of {name}: now {count}")
                }
                _ => format!("{who} drops a sender of {name}: {count} left"),
            };
            add(at, text);
            before = count;
        }
        for &(at, who, is_loop) in &channel.ends {
            add(
                at,
                match is_loop {
                    true => format!("{name} is closed and empty: {who}'s loop over {name} ends"),
                    false => format!("{who} sees that {name} is closed and empty"),
                },
            );
        }
    }
    for thread in &recording.threads {
        let (at, by) = thread.from;
        add(at, format!("{by} starts {}", thread.who));
        if let Some(at) = thread.to {
            add(at, format!("{} returns", thread.who));
        }
    }
}

/// Why nobody could go on: who waits for what.
fn add_end(steps: &mut Vec<Step>, recording: &Recording) {
    if let Some(at) = recording.gave_up {
        let waits = recording.open_waits().into_iter();
        steps.extend(waits.map(|wait| Step {
            at,
            text: recording.explain(wait),
        }));
    }
}

/// What a span's job is called.
fn job(recording: &Recording, span: &Span) -> String {
    match recording.labels.get(span.job) {
        Some(label) => label.clone(),
        None => format!("job {}", span.job),
    }
}

/// The jobs of the queue, each from when to when it was in it.
fn queue(html: &mut String, run: &Run, micros: &impl Fn(Instant) -> u128) {
    let recording = &run.recording;
    if recording.queued.is_empty() || recording.queued.len() > MAX_STEPS {
        return;
    }
    let name = match &run.name[..] {
        "" => "queue".to_string(),
        name => format!("queue, {}", escape(name)),
    };
    let _ = writeln!(html, "<div class=\"replay-queue\"><p>{name}:</p>\n<ol>");
    for &(from, job) in &recording.queued {
        let left = recording.spans.iter().find(|span| span.job == job);
        let to = left.map_or(String::new(), |span| {
            // A worker may start a job before its submitter has recorded that it was queued.
            format!(" data-to=\"{}\"", micros(span.start.max(from)))
        });
        let _ = writeln!(html, "<li data-from=\"{}\"{to}>{job}</li>", micros(from));
    }
    *html += "</ol>\n</div>\n";
}

/// What is in the channels, and how many senders each has.
fn channels(html: &mut String, run: &Run, micros: &impl Fn(Instant) -> u128) {
    let from = |at| format!("data-from=\"{}\"", micros(at));
    let to = |at: Option<Instant>| match at {
        Some(at) => format!(" data-to=\"{}\"", micros(at)),
        None => String::new(),
    };
    for channel in &run.recording.channels {
        if channel.messages.len() > MAX_STEPS {
            continue;
        }
        let name = match run.name.split(',').next() {
            None | Some("") => escape(&channel.name),
            Some(name) => format!("{}, {}", escape(&channel.name), escape(name)),
        };
        let _ = writeln!(html, "<div class=\"replay-queue\"><p>{name}:</p>");
        *html += "<p class=\"replay-senders\">";
        let counts = channel.sender_counts();
        for (index, &(at, _, count)) in counts.iter().enumerate() {
            let text = match count {
                0 => "closed".to_string(),
                1 => "1 sender".to_string(),
                count => format!("{count} senders"),
            };
            // Without the script, only the last one is shown.
            let next = counts.get(index + 1).map(|it| it.0);
            let later = next.map_or("", |_| "class=\"later\" ");
            let _ = write!(html, "<span {later}{}{}>{text}</span>", from(at), to(next));
        }
        *html += "</p>\n<ol>\n";
        for message in &channel.messages {
            let Some(sent) = message.sent.filter(|_| channel.capacity > 0) else {
                continue; // waits for room, or was handed over
            };
            let taken = message.taken.map(|(at, _)| at);
            let number = message.number.map(|it| it.to_string());
            let name = number.unwrap_or_else(|| channel.kind().to_string());
            let _ = writeln!(html, "<li {}{}>{name}</li>", from(sent), to(taken));
        }
        *html += "</ol>\n</div>\n";
    }
}

/// The most threads whose lines are shown.
const MAX_THREADS: usize = 20;

/// A line, or none after the thread has returned; and when the thread came and went.
type Stays<'a> = (Option<&'a Place>, Vec<u128>);

/// The line of code at which each thread is, or that it has returned. One element has all the times
/// at which a thread is at its line: it comes, goes, comes, goes. A last time at which it comes lasts
/// to the end.
fn places(html: &mut String, runs: &[Run], micros: &impl Fn(Instant) -> u128) {
    let mut threads: BTreeMap<Who, Vec<(u128, Option<&Place>)>> = BTreeMap::new();
    for Run { recording, .. } in runs {
        for (&who, places) in &recording.places {
            let moves = threads.entry(who).or_default();
            moves.extend(places.iter().map(|it| (micros(it.from), Some(it))));
            let thread = recording.threads.iter().find(|it| it.who == who);
            let end = thread.and_then(|it| it.to);
            moves.extend(end.map(|at| (micros(at), None)));
        }
    }
    let count: usize = threads.values().map(Vec::len).sum();
    if threads.is_empty() || threads.len() > MAX_THREADS || count > MAX_STEPS {
        return;
    }
    // Without the script, it shows the end: then there is nothing to see if all threads have ended.
    let is_stuck = runs.iter().any(|run| run.recording.gave_up.is_some());
    let hidden = if is_stuck { "" } else { " hidden=\"\"" };
    let _ = writeln!(html, "<dl class=\"replay-places\"{hidden}>");
    // Main's lane is below those of the workers.
    let main = threads.remove_entry(&Who::Main);
    for (who, moves) in threads.into_iter().chain(main) {
        let who = who.lane();
        let mut lines: BTreeMap<Option<(&str, u32)>, Stays> = BTreeMap::new();
        for (index, &(from, place)) in moves.iter().enumerate() {
            let line = place.map(|it| (it.source.file, it.line));
            let (_, times) = lines.entry(line).or_insert((place, Vec::new()));
            times.push(from);
            times.extend(moves.get(index + 1).map(|it| it.0));
        }
        let _ = writeln!(html, "<div><dt>{who}</dt>\n<dd>");
        for (place, times) in lines.into_values() {
            let is_over = times.len() % 2 == 0;
            let later = if is_over { "class=\"later\" " } else { "" };
            let times: Vec<String> = times.iter().map(u128::to_string).collect();
            let times = times.join(" ");
            let Some(place) = place else {
                let _ = writeln!(html, "<span {later}data-times=\"{times}\">returned</span>");
                continue;
            };
            let file = place.source.file;
            // As in a diff: the line is a mistake.
            let line = place.number().map_or("+".to_string(), |it| it.to_string());
            let _ = writeln!(
                html,
                "<span {later}data-file=\"{file}\" data-line=\"{line}\" data-times=\"{times}\">\
                 <code>{}</code></span>",
                escape(place.text()),
            );
        }
        *html += "</dd></div>\n";
    }
    *html += "</dl>\n";
}

/// At the end: why nobody could go on.
fn stuck(html: &mut String, recording: &Recording, micros: &impl Fn(Instant) -> u128) {
    let Some(at) = recording.gave_up else { return };
    let at = micros(at);
    let _ = writeln!(html, "<ul class=\"replay-stuck\" data-at=\"{at}\">");
    for wait in recording.open_waits() {
        let _ = writeln!(html, "<li>{}</li>", escape(&recording.explain(wait)));
    }
    *html += "</ul>\n";
}

/// A moment of the run: `1.204 s`.
fn format_moment(after: Duration) -> String {
    format!("{:.3} s", after.as_secs_f64())
}

/// They are hidden until the script runs.
const CONTROLS: &str = r#"<div class="replay-controls" hidden>
<button type="button" data-do="back" aria-label="One step back" title="One step back (left arrow)">&#9664;</button>
<button type="button" data-do="play" title="Play or pause (space)">Play</button>
<button type="button" data-do="forward" aria-label="One step forward" title="One step forward (right arrow)">&#9654;</button>
<label>Speed <select>
<option value="0.1">&#xd7; 0.1</option>
<option value="0.25">&#xd7; 0.25</option>
<option value="1" selected>&#xd7; 1</option>
<option value="4">&#xd7; 4</option>
</select></label>
<input type="range" min="0" value="0" step="any" aria-label="Moment of the run">
<output></output>
</div>
<p class="replay-voice" role="status"></p>
"#;
