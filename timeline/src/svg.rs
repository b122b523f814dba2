//! The picture as SVG: one self-contained file, for a page of any colour.

use std::fmt::Write;
use std::time::Instant;

use crate::axis::{Axis, format_duration};
use crate::run::{max_queue_depth, queue_depths};
use crate::{Ending, Recording, Run, Span};

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
/// About the width of a letter.
const LETTER: f64 = 7.5;

/// The grey of the text has the same contrast on white and on black. Failed and interrupted jobs
/// have patterns, so nobody has to tell the colours apart.
const HEAD: &str = r##"<style>
text { font: 13px system-ui, sans-serif; fill: #767676 }
.name { font-weight: bold }
.bar { stroke: #767676; stroke-width: 0.5 }
.done { fill: #2b6cb0 }
.interrupted { fill: url(#interrupted) }
.failed { fill: url(#failed) }
.unended { fill: none; stroke: #2b6cb0; stroke-width: 1.5; stroke-dasharray: 4 3 }
.on-bar { fill: #fff; text-anchor: middle; pointer-events: none }
.on-bar.unended { fill: #767676; stroke: none }
.mark { stroke: #c05621; stroke-width: 1.5; stroke-dasharray: 5 3 }
.mark-name { fill: #c05621 }
.axis { stroke: #767676 }
.queue { fill: #4a90d9 }
</style>
<defs>
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
    let max_depth = max_queue_depth(runs);
    let mut body = String::new();
    let mut height = 0.0;
    for run in runs {
        height += LINE / 2.0;
        height = panel(&mut body, run, max_depth, height);
    }
    let summaries = runs.iter().map(|run| match &run.name[..] {
        "" => run.summary(),
        name => format!("{name}: {}", run.summary()),
    });
    let description = escape(&summaries.collect::<Vec<_>>().join(". "));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-labelledby="title description">
<title id="title">Who worked on which job, and when</title>
<desc id="description">{description}</desc>
{HEAD}{body}</svg>
"#
    )
}

/// Draws one run below `top` and returns its lower edge. A queue of `max_depth` jobs has the full
/// height.
fn panel(svg: &mut String, run: &Run, max_depth: usize, top: f64) -> f64 {
    let recording = &run.recording;
    let axis = Axis::of(recording);
    let mut y = top;
    if !run.name.is_empty() {
        y += LINE;
        text(svg, LEFT, y - 6.0, "name", &run.name);
    }
    let marks_top = y;
    y += LINE * recording.marks.len() as f64;

    let lanes = recording.lanes();
    let height = (600.0 / lanes.len().max(1) as f64).clamp(3.0, 26.0);
    let lanes_top = y;
    let mut named_from = y;
    for (worker, spans) in &lanes {
        // Where lanes are thinner than a line of text, some names are left out.
        if y >= named_from {
            let middle = (y + height / 2.0 + 4.5).max(y + 9.0);
            text(svg, LEFT, middle, "", &format!("worker {worker}"));
            named_from = y + LINE * 0.7;
        }
        for span in spans {
            bar(svg, recording, span, axis, y, height);
        }
        y += height + if height > 8.0 { 4.0 } else { 0.5 };
    }
    if !recording.queued.is_empty() {
        queue(svg, recording, max_depth, axis, y);
        y += QUEUE + 4.0;
    }
    for (index, mark) in recording.marks.iter().enumerate() {
        let x = x(axis, mark.at);
        let from = marks_top + LINE * index as f64;
        let _ = writeln!(
            svg,
            r#"<path class="mark" d="M{x:.1} {:.1}V{y:.1}"/>"#,
            from + LINE - 4.0
        );
        let width = mark.name.chars().count() as f64 * LETTER;
        let left = (x - width / 2.0).min(WIDTH - width).max(MARGIN);
        text(svg, left, from + LINE - 7.0, "mark-name", &mark.name);
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
            (x - width / 2.0).min(WIDTH - width),
            y + 18.0,
            "",
            &label,
        );
    }
    y += LINE + 4.0;
    for part in run.summary().split("; ") {
        y += LINE;
        // Beside "3 interrupted" is a sample of the pattern of these jobs.
        let pattern = match part.split_once(' ') {
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
    y + LINE / 2.0
}

fn x(axis: Axis, at: Instant) -> f64 {
    MARGIN + axis.position(at) * LANES
}

fn bar(svg: &mut String, recording: &Recording, span: &Span, axis: Axis, y: f64, height: f64) {
    let (class, fate) = match span.ending() {
        Some(Ending::Done) => ("done", "done"),
        Some(Ending::Interrupted) => ("interrupted", "interrupted"),
        Some(Ending::Failed) => ("failed", "failed"),
        None => ("unended", "not ended"),
    };
    let end = span.end.map_or(recording.now, |(end, _)| end);
    let from = x(axis, span.start);
    // Even a job that took no time must be visible.
    let width = (x(axis, end) - from).max(0.5);
    let label = match recording.labels.get(span.job) {
        Some(label) => label.clone(),
        None => span.job.to_string(),
    };
    let start = format_duration(axis.after(span.start));
    let length = format_duration(end.saturating_duration_since(span.start));
    let job = if recording.labels.is_empty() {
        "job "
    } else {
        ""
    };
    let tip = format!(
        "{job}{label}, worker {}: {fate}, from {start} on, for {length}",
        span.worker
    );
    let _ = writeln!(
        svg,
        r#"<rect class="bar {class}" x="{from:.2}" y="{y:.1}" width="{width:.2}" height="{height:.1}"><title>{}</title></rect>"#,
        escape(&tip)
    );
    let room = (width / LETTER) as usize;
    if height > 12.0 && room > 1 {
        let letters = label.chars().count();
        let label = if letters < room {
            label
        } else if recording.labels.is_empty() || room < 6 {
            return; // part of a number would be misleading
        } else {
            let end: String = label.chars().skip(letters - (room - 2)).collect();
            format!("…{end}")
        };
        let class = format!("on-bar {class}");
        let middle = from + width / 2.0;
        text(svg, middle, y + height / 2.0 + 4.5, &class, &label);
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
    text(svg, LEFT, y + QUEUE / 2.0 + 4.5, "", "queue");
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let words = escape(words);
    let _ = writeln!(
        svg,
        r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{words}</text>"#
    );
}

/// Makes text safe in XML, which allows no control characters.
fn escape(text: &str) -> String {
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
