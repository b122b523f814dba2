//! The picture as SVG: one self-contained file, for a page of any colour.

use std::fmt::Write;
use std::time::Instant;

use crate::axis::{Axis, format_duration};
use crate::lanes::{Lane, columns, end, lane_name, lanes, spread};
use crate::run::{max_queue_depth, queue_depths};
use crate::{Ending, Recording, Run, Span, Wait, Who};

const WIDTH: f64 = 960.0;
/// The left edge of the lanes' names.
const LEFT: f64 = 4.0;
/// The left edge of the lanes.
const MARGIN: f64 = 96.0;
const LANES: f64 = WIDTH - MARGIN - 20.0;
/// The height of a line of text.
const LINE: f64 = 20.0;
/// The height of the queue.
const QUEUE: f64 = 44.0;
/// The most bars, in all runs of a picture. With more, a lane shows how busy its workers were. So
/// the file has at most about 2 MB.
const MAX_BARS: usize = 4_000;
/// The most lanes of a run. With more, each lane stands for several workers.
const MAX_LANES: usize = 100;
/// The lanes and the columns of a run that has no bars.
const FOLDED_LANES: usize = 30;
const FOLDED_COLUMNS: usize = 422;
/// The most letters of a job's label in its tooltip.
const MAX_LABEL: usize = 200;
/// About the width of a letter.
const LETTER: f64 = 7.5;

const STYLES: &str = include_str!("picture.css");

/// What [`STYLES`] fills the jobs with that were not done.
pub(crate) const PATTERNS: &str = r##"<defs>
<pattern id="undelivered" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
<rect width="8" height="8" fill="#2b6cb0"/><rect width="2" height="8" fill="#63b3ed"/>
</pattern>
<pattern id="interrupted" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#975a16"/><rect width="3" height="8" fill="#b7791f"/>
</pattern>
<pattern id="failed" width="8" height="8" patternUnits="userSpaceOnUse">
<rect width="8" height="8" fill="#9b2c2c"/><path d="M0 0L8 8M8 0L0 8" stroke="#fc8181"/>
</pattern>
</defs>
"##;

/// Draws all runs, one below the other, and returns the text of the SVG file.
pub fn draw(runs: &[Run]) -> String {
    draw_from(None, runs)
}

/// The same for a replay, whose script needs the times of everything: in microseconds after
/// `origin`.
pub(crate) fn draw_for_replay(runs: &[Run], origin: Instant) -> String {
    draw_from(Some(origin), runs)
}

fn draw_from(origin: Option<Instant>, runs: &[Run]) -> String {
    let max_depth = max_queue_depth(runs);
    let bars: usize = runs.iter().map(|run| run.recording.spans.len()).sum();
    let mut body = String::new();
    let mut height = 0.0;
    for run in runs {
        height += LINE / 2.0;
        height = panel(&mut body, run, origin, bars <= MAX_BARS, max_depth, height);
    }
    let summaries = runs.iter().map(|run| match &run.name[..] {
        "" => run.summary(),
        name => format!("{name}: {}", run.summary()),
    });
    let description = escape(&summaries.collect::<Vec<_>>().join(". "));
    let title = "Who worked on which job, and when";
    // A page has the styles and the patterns once, for all its replays.
    let (names, head) = match origin {
        Some(_) => (
            format!("aria-label=\"{title}: {description}\""),
            String::new(),
        ),
        None => (
            "aria-labelledby=\"title description\"".to_string(),
            format!(
                "<title id=\"title\">{title}</title>
<desc id=\"description\">{description}</desc>
<style>
{STYLES}</style>
{PATTERNS}"
            ),
        ),
    };
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" role="img" {names}>
{head}{body}</svg>
"#
    )
}

/// For a replay: the attribute that says when something happened.
fn at(origin: Option<Instant>, name: &str, at: Instant) -> String {
    origin.map_or(String::new(), |origin| {
        let micros = at.saturating_duration_since(origin).as_micros();
        format!(" data-{name}=\"{micros}\"")
    })
}

/// Draws one run below `top` and returns its lower edge. A queue of `max_depth` jobs has the full
/// height.
fn panel(
    svg: &mut String,
    run: &Run,
    origin: Option<Instant>,
    has_bars: bool,
    max_depth: usize,
    top: f64,
) -> f64 {
    let recording = &run.recording;
    let axis = Axis::of(recording);
    let mut y = top;
    if !run.name.is_empty() {
        y += LINE;
        // A replay shows the account when it is known.
        let account = run.name.find(',').unwrap_or(run.name.len());
        let (name, account) = run.name.split_at(account);
        let (name, account) = (escape(name), escape(account));
        let known = at(origin, "at", axis.end());
        let middle = y - 6.0;
        let _ = writeln!(
            svg,
            r#"<text class="name" x="{LEFT}" y="{middle}">{name}<tspan{known}>{account}</tspan></text>"#
        );
    }
    let marks_top = y;
    y += LINE * recording.marks.len() as f64;

    let lanes = lanes(recording);
    let has_bars = has_bars && lanes.len() <= MAX_LANES;
    let fold = if has_bars {
        1
    } else {
        lanes.len().div_ceil(FOLDED_LANES).max(1)
    };
    let lanes: Vec<&[Lane]> = lanes.chunks(fold).collect();
    let mut names: Vec<String> = lanes.iter().map(|it| lane_name(recording, it)).collect();
    let is_wide = |name: &String| LEFT + name.chars().count() as f64 * LETTER > MARGIN;
    if names.iter().any(is_wide) {
        // The numbers alone, which are narrower.
        for name in &mut names {
            *name = name.split(' ').skip(1).collect();
        }
    }
    let height = (600.0 / lanes.len().max(1) as f64).clamp(3.0, 26.0);
    let lanes_top = y;
    let end = axis.end();
    let (from, to) = (at(origin, "from", recording.begin), at(origin, "to", end));
    let _ = writeln!(
        svg,
        r#"<g class="run"{from}{to} data-left="{MARGIN}" data-width="{LANES}">"#
    );
    let mut named_from = y;
    for (lanes, name) in lanes.into_iter().zip(names) {
        // Where lanes are thinner than a line of text, some names are left out.
        if y >= named_from {
            let middle = (y + height / 2.0 + 4.5).max(y + 9.0);
            text(svg, LEFT, middle, "", &name);
            named_from = y + LINE * 0.7;
        }
        match lanes {
            [(number, spans)] if has_bars => {
                waits(svg, recording, Who::Worker(*number), axis, y + height / 2.0);
                bars(svg, recording, origin, spans, axis, (y, height));
            }
            _ => busy(svg, recording, lanes, axis, y, height),
        }
        y += height + if height > 8.0 { 4.0 } else { 0.5 };
    }
    for who in recording.others() {
        text(svg, LEFT, y + LINE / 2.0 + 4.5, "", &who.lane());
        waits(svg, recording, who, axis, y + LINE / 2.0);
        y += LINE + 4.0;
    }
    if !recording.queued.is_empty() {
        queue(svg, recording, max_depth, axis, y);
        y += QUEUE + 4.0;
    }
    *svg += "</g>\n";
    for (index, mark) in recording.marks.iter().enumerate() {
        let x = x(axis, mark.at);
        let from = marks_top + LINE * index as f64;
        let _ = writeln!(
            svg,
            r#"<g{}><path class="mark" d="M{x:.1} {:.1}V{y:.1}"/>"#,
            at(origin, "at", mark.at),
            from + LINE - 4.0
        );
        let width = mark.name.chars().count() as f64 * LETTER;
        let left = (x - width / 2.0).min(WIDTH - width).max(MARGIN);
        text(svg, left, from + LINE - 7.0, "mark-name", &mark.name);
        *svg += "</g>\n";
    }
    if lanes_top < y {
        let _ = writeln!(svg, r#"<path class="axis" d="M{MARGIN} {y:.1}h{LANES}"/>"#);
    }
    for (position, label) in axis.ticks(10) {
        let x = MARGIN + position * LANES;
        let _ = writeln!(svg, r#"<path class="axis" d="M{x:.1} {y:.1}v5"/>"#);
        let width = label.chars().count() as f64 * LETTER;
        text(
            svg,
            (x - width / 2.0).min(WIDTH - width - LEFT),
            y + 18.0,
            "",
            &label,
        );
    }
    y += LINE + 4.0;
    let _ = writeln!(svg, "<g{}>", at(origin, "at", end));
    for part in run.summary().split("; ") {
        y += LINE;
        // Beside "3 interrupted" is a sample of the pattern of these jobs.
        let pattern = match part.split_once(' ') {
            Some((_, "not delivered")) => "undelivered",
            Some((_, "interrupted")) => "interrupted",
            Some((_, "failed")) => "failed",
            Some((_, "not ended")) => "unended",
            _ => {
                text(svg, MARGIN, y - 5.0, "", part);
                continue;
            }
        };
        let top = y - 16.0;
        let _ = writeln!(
            svg,
            r#"<rect class="{pattern}" x="{MARGIN}" y="{top}" width="26" height="13"/>"#
        );
        text(svg, MARGIN + 34.0, y - 5.0, "", part);
    }
    *svg += "</g>\n";
    y + LINE / 2.0
}

fn x(axis: Axis, at: Instant) -> f64 {
    MARGIN + axis.position(at) * LANES
}

/// The class of a job with this ending, and its name.
fn class(span: &Span) -> (&'static str, &'static str) {
    match span.ending() {
        Some(Ending::Done) => ("done", "done"),
        Some(Ending::Undelivered) => ("undelivered", "done, not delivered"),
        Some(Ending::Interrupted) => ("interrupted", "interrupted"),
        Some(Ending::Failed) => ("failed", "failed"),
        None => ("unended", "not ended"),
    }
}

/// A bar for each job of a lane.
fn bars(
    svg: &mut String,
    recording: &Recording,
    origin: Option<Instant>,
    spans: &[&Span],
    axis: Axis,
    (y, height): (f64, f64),
) {
    let place = |at| axis.position(at) * LANES;
    let mut edges: Vec<(f64, f64)> = spans
        .iter()
        .map(|span| (place(span.start), place(end(recording, span))))
        .collect();
    let shortest = 6.0_f64.min(LANES / (3.0 * spans.len().max(1) as f64));
    spread(&mut edges, shortest, LANES);
    for (span, (from, to)) in spans.iter().zip(edges) {
        // A gap, so that bars side by side are two.
        let (left, width) = (MARGIN + from, (to - from - 1.0).max(0.5));
        bar(svg, recording, origin, span, axis, (left, y, width, height));
    }
}

fn bar(
    svg: &mut String,
    recording: &Recording,
    origin: Option<Instant>,
    span: &Span,
    axis: Axis,
    (left, top, width, height): (f64, f64, f64, f64),
) {
    let (class, fate) = class(span);
    let label = match recording.labels.get(span.job) {
        Some(label) => clipped(label, MAX_LABEL),
        None => span.job.to_string(),
    };
    let start = format_duration(axis.after(span.start));
    let length = format_duration(end(recording, span).saturating_duration_since(span.start));
    let job = if recording.labels.is_empty() {
        "job "
    } else {
        ""
    };
    let worker = format!(
        "{} {}",
        recording.lanes.name(),
        recording.lanes.label(span.worker)
    );
    let tip = format!("{job}{label}, {worker}: {fate}; started at {start}, took {length}");
    let from = at(origin, "from", span.start);
    let to = span.end.map_or(axis.end(), |(end, _)| end);
    let to = at(origin, "to", to);
    let _ = writeln!(
        svg,
        r#"<rect class="bar {class}"{from}{to} x="{left:.2}" y="{top:.1}" width="{width:.2}" height="{height:.1}"><title>{}</title></rect>"#,
        escape(&tip)
    );
    let room = (width / LETTER) as usize;
    if height > 12.0 && room > 1 {
        let is_number = recording.labels.is_empty();
        if label.chars().count() >= room && (is_number || room < 6) {
            return; // part of a number would be misleading
        }
        let class = format!("on-bar {class}");
        let (x, y) = (left + width / 2.0, top + height / 2.0 + 4.5);
        text(svg, x, y, &class, &clipped(&label, room - 1));
    }
}

/// A label with at most this number of letters. The end of a URL tells more than its beginning.
fn clipped(label: &str, max: usize) -> String {
    let letters = label.chars().count();
    if letters <= max {
        return label.to_string();
    }
    let end: String = label.chars().skip(letters - (max - 1)).collect();
    format!("…{end}")
}

/// How busy the workers of these lanes were, for more jobs than there is room for.
fn busy(svg: &mut String, recording: &Recording, lanes: &[Lane], axis: Axis, y: f64, height: f64) {
    let columns = columns(recording, lanes, axis, FOLDED_COLUMNS);
    let width = LANES / FOLDED_COLUMNS as f64;
    let bottom = y + height;
    let mut path = format!("M{MARGIN} {bottom:.1}");
    for (index, column) in columns.iter().enumerate() {
        let right = MARGIN + width * (index + 1) as f64;
        let _ = write!(path, "V{:.1}H{right:.1}", bottom - height * column.busy);
    }
    let _ = writeln!(svg, r#"<path class="busy" d="{path}V{bottom:.1}Z"/>"#);
    for (index, column) in columns.iter().enumerate() {
        if let Some(span) = column.not_done {
            let (class, _) = class(span);
            let left = MARGIN + width * index as f64;
            let _ = writeln!(
                svg,
                r#"<rect class="{class}" x="{left:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#
            );
        }
    }
}

/// When somebody waited, thin and dotted.
fn waits(svg: &mut String, recording: &Recording, who: Who, axis: Axis, y: f64) {
    let mut lines: Vec<(f64, f64, &Wait)> = Vec::new();
    for (wait, to) in recording.waits_of(who) {
        let (from, to) = (x(axis, wait.from), x(axis, to));
        match lines.last_mut() {
            // Short waits side by side are one line, and so are waits for the same.
            Some((_, end, first))
                if from < *end + 0.5 && (to < from + 0.5 || first.what == wait.what) =>
            {
                *end = end.max(to);
            }
            _ => lines.push((from, to, wait)),
        }
    }
    for (from, to, wait) in lines {
        let tip = escape(&format!("{who} {}", recording.reason(wait)));
        let line = format!("M{from:.1} {y:.1}H{:.1}", to.max(from + 0.5));
        let _ = writeln!(
            svg,
            r#"<g><title>{tip}</title><path class="wait" d="{line}"/><path class="near" d="{line}"/></g>"#
        );
    }
}

fn queue(svg: &mut String, recording: &Recording, max_depth: usize, axis: Axis, y: f64) {
    let depths = queue_depths(recording, axis);
    let bottom = y + QUEUE;
    let mut path = format!("M{MARGIN} {bottom:.1}");
    for (from, to, depth) in depths {
        let height = QUEUE * depth as f64 / max_depth.max(1) as f64;
        let left = MARGIN + axis.share(from) * LANES;
        let right = MARGIN + axis.share(to) * LANES;
        let _ = write!(path, "H{left:.1}V{:.1}H{right:.1}", bottom - height);
    }
    let _ = writeln!(svg, r#"<path class="queue" d="{path}V{bottom:.1}Z"/>"#);
    text(svg, LEFT, y + QUEUE / 2.0 - 3.0, "", "queue");
    let scale = format!("0 to {max_depth}");
    text(svg, LEFT, y + QUEUE / 2.0 + 13.0, "", &scale);
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let words = escape(words);
    let _ = writeln!(
        svg,
        r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{words}</text>"#
    );
}

/// Makes text safe in XML, which allows no control characters.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\t' | '\n' => safe.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{FFFE}' | '\u{FFFF}') => {
                safe.push('\u{FFFD}');
            }
            letter => safe.push(letter),
        }
    }
    safe
}
