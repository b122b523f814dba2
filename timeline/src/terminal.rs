//! The picture in a terminal: a lane of text for each worker.

use std::env;
use std::io::{self, Write};
use std::time::Instant;

use anstyle::{AnsiColor, Style};

use crate::axis::Axis;
use crate::lanes::{Lane, add, columns, end, lane_name, lanes, spread};
use crate::run::{max_queue_depth, queue_depths};
use crate::{Ending, For, Recording, Run, Span, Wait, Who};

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Columns of text.
    pub width: usize,
    /// The most lanes of a picture. When there are more workers, each lane stands for several of
    /// them.
    pub max_lanes: usize,
    /// Whether it shows more than ASCII.
    pub unicode: bool,
}

impl Terminal {
    /// The terminal behind stderr, for this number of pictures: their lanes fill at most half of
    /// its lines, so that what was printed before can still be seen. Without a terminal, 80 columns
    /// and 20 lanes.
    pub fn of_stderr(pictures: usize) -> Terminal {
        let size = terminal_size::terminal_size_of(io::stderr());
        let (width, max_lanes) = match size {
            Some((width, height)) => {
                let lanes = usize::from(height.0) / 2 / pictures.max(1);
                (width.0.into(), lanes.clamp(3, 20))
            }
            None => (80, 20),
        };
        Terminal {
            width,
            max_lanes,
            unicode: shows_unicode(),
        }
    }
}

/// Whether the locale has UTF-8, by the rules of POSIX. Windows has no locale, and shows UTF-8.
fn shows_unicode() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let mut values = names.iter().filter_map(|name| env::var(name).ok());
    match values.find(|value| !value.is_empty()) {
        Some(locale) => {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows),
    }
}

/// Prints the summaries of all runs to stderr, each below its lanes if `with_lanes`.
///
/// Leaves out the colours where they are not wanted. When nobody reads stderr, it does nothing.
pub fn print(runs: &[Run], with_lanes: bool) {
    let terminal = Terminal::of_stderr(runs.len());
    let max_depth = max_queue_depth(runs);
    let mut text = String::new();
    for run in runs {
        if with_lanes {
            text += "\n";
        }
        if !run.name.is_empty() {
            text += &format!("{}\n", run.name);
        }
        if with_lanes && !run.recording.spans.is_empty() {
            text += &draw(&run.recording, max_depth, terminal);
        }
        text += &wrap(&run.summary(), terminal);
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// The characters of a picture.
struct Glyphs {
    open: char,
    done: Bar,
    undelivered: Bar,
    interrupted: Bar,
    failed: Bar,
    unended: Bar,
    wait: char,
    mark: char,
    corner: char,
    axis: char,
    tick: char,
    clipped: char,
    /// From nothing to full.
    levels: &'static [char],
}

/// A job with this ending: its line, its last column, and the only column of a very short job.
struct Bar {
    line: char,
    end: char,
    single: char,
}

const UNICODE: Glyphs = Glyphs {
    open: '┣',
    done: Bar {
        line: '━',
        end: '┫',
        single: '┃',
    },
    undelivered: Bar {
        line: '━',
        end: '○',
        single: '○',
    },
    interrupted: Bar {
        line: '╍',
        end: '╳',
        single: '╳',
    },
    failed: Bar {
        line: '━',
        end: '✘',
        single: '✘',
    },
    unended: Bar {
        line: '━',
        end: '▷',
        single: '▷',
    },
    wait: '┄',
    mark: '╎',
    corner: '└',
    axis: '─',
    tick: '┴',
    clipped: '…',
    levels: &[' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

const ASCII: Glyphs = Glyphs {
    open: '[',
    done: Bar {
        line: '=',
        end: ']',
        single: '|',
    },
    undelivered: Bar {
        line: '=',
        end: 'o',
        single: 'o',
    },
    interrupted: Bar {
        line: '-',
        end: 'x',
        single: 'x',
    },
    failed: Bar {
        line: '=',
        end: '!',
        single: '!',
    },
    unended: Bar {
        line: '=',
        end: '>',
        single: '>',
    },
    wait: '.',
    mark: ':',
    corner: '+',
    axis: '-',
    tick: '+',
    clipped: '~',
    levels: &[' ', '.', ',', '-', '=', '+', '*', '#', '@'],
};

impl Glyphs {
    fn bar(&self, span: &Span) -> (&Bar, AnsiColor) {
        match span.ending() {
            Some(Ending::Done) => (&self.done, AnsiColor::Green),
            Some(Ending::Undelivered) => (&self.undelivered, AnsiColor::Cyan),
            Some(Ending::Interrupted) => (&self.interrupted, AnsiColor::Yellow),
            Some(Ending::Failed) => (&self.failed, AnsiColor::Red),
            None => (&self.unended, AnsiColor::Magenta),
        }
    }

    /// The level for a share between 0.0 and 1.0, rounded up, so that a small share is still seen.
    fn level(&self, share: f64) -> char {
        let max = self.levels.len() - 1;
        let level = (share * max as f64 - 0.05).ceil().max(0.0) as usize;
        self.levels[level.min(max)]
    }
}

/// One character and its colour.
#[derive(Clone, Copy)]
struct Cell {
    glyph: char,
    style: Style,
}

const EMPTY: Cell = Cell {
    glyph: ' ',
    style: Style::new(),
};

/// The picture as lines of text, with colours. A queue of `max_depth` jobs has the full height.
pub fn draw(recording: &Recording, max_depth: usize, terminal: Terminal) -> String {
    let lanes = lanes(recording);
    let fold = lanes.len().div_ceil(terminal.max_lanes).max(1);
    let lanes: Vec<&[Lane]> = lanes.chunks(fold).collect();
    let mut names: Vec<String> = lanes.iter().map(|it| lane_name(recording, it)).collect();
    let others = recording.others();
    names.extend(others.iter().map(|who| who.lane()));
    if !recording.queued.is_empty() {
        names.push(format!("queue 0-{max_depth}"));
    }

    let margin = names.iter().map(|name| name.chars().count()).max();
    let margin = margin.unwrap_or(0) + 1;
    let canvas = Canvas {
        recording,
        axis: Axis::of(recording),
        glyphs: if terminal.unicode { &UNICODE } else { &ASCII },
        margin,
        columns: terminal.width.saturating_sub(margin + 1).max(10),
    };
    // Bars only if they have at least three columns on average, in every lane.
    let has_room = |(_, spans): &Lane| spans.len() * 3 <= canvas.columns;
    let has_bars = fold == 1 && lanes.iter().copied().flatten().all(has_room);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for lanes in lanes {
        rows.push(match lanes {
            [(number, spans)] if has_bars => {
                let cells = canvas.waits(Who::Worker(*number), 1);
                canvas.bars(spans, cells)
            }
            _ => canvas.shares(lanes),
        });
    }
    rows.extend(others.iter().map(|&who| canvas.waits(who, 0)));
    if !recording.queued.is_empty() {
        rows.push(canvas.queue(max_depth));
    }

    let mut text = canvas.mark_names();
    for (name, mut cells) in names.into_iter().zip(rows) {
        canvas.mark(&mut cells);
        text += &format!("{name:<margin$}{}\n", coloured(&cells));
    }
    text += &canvas.scale();
    text += &canvas.legend();
    text
}

struct Canvas<'a> {
    recording: &'a Recording,
    axis: Axis,
    glyphs: &'static Glyphs,
    /// Columns left of the lanes, for their names.
    margin: usize,
    /// Columns of the lanes.
    columns: usize,
}

impl Canvas<'_> {
    /// The column of this moment.
    fn column(&self, at: Instant) -> usize {
        let column = self.axis.position(at) * self.columns as f64;
        (column as usize).min(self.columns - 1)
    }

    /// Draws a bar for each job, with its number where there is room.
    fn bars(&self, spans: &[&Span], mut cells: Vec<Cell>) -> Vec<Cell> {
        let edge = |at| (self.axis.position(at) * self.columns as f64).round();
        let mut edges: Vec<(f64, f64)> = spans
            .iter()
            .map(|span| (edge(span.start), edge(end(self.recording, span))))
            .collect();
        spread(&mut edges, 1.0, self.columns as f64);
        for (span, (from, to)) in spans.iter().zip(edges) {
            let (from, to) = (from as usize, to as usize);
            let (bar, colour) = self.glyphs.bar(span);
            let width = to - from;
            let mut glyphs = vec![bar.line; width];
            glyphs[0] = self.glyphs.open;
            glyphs[width - 1] = if width == 1 { bar.single } else { bar.end };
            let label = self.label(span.job, width);
            let middle = (width - label.len()) / 2;
            glyphs.splice(middle..middle + label.len(), label);

            let style = colour.on_default();
            for (cell, glyph) in cells[from..to].iter_mut().zip(glyphs) {
                *cell = Cell { glyph, style };
            }
        }
        cells
    }

    /// The text on a bar of this width: the job's number or the end of its label, with a space on
    /// both sides. Empty if it does not fit between the two ends of the bar.
    fn label(&self, job: usize, width: usize) -> Vec<char> {
        let room = width.saturating_sub(4);
        if room == 0 {
            return Vec::new();
        }
        let text = match self.recording.labels.get(job) {
            None => job.to_string(),
            // Only characters of one column that do not move the cursor.
            Some(label) => label.replace(|c: char| !c.is_ascii_graphic() && c != ' ', "?"),
        };
        let text = if text.len() <= room {
            text
        } else if self.recording.labels.is_empty() || room < 4 {
            return Vec::new(); // part of a number would be misleading
        } else {
            // The end of a URL tells more than its beginning.
            format!(
                "{}{}",
                self.glyphs.clipped,
                &text[text.len() - (room - 1)..]
            )
        };
        format!(" {text} ").chars().collect()
    }

    /// How busy these workers were, column by column.
    fn shares(&self, lanes: &[Lane]) -> Vec<Cell> {
        let columns = columns(self.recording, lanes, self.axis, self.columns);
        let cells = columns.into_iter().map(|column| match column.not_done {
            Some(span) => {
                let (bar, colour) = self.glyphs.bar(span);
                Cell {
                    glyph: bar.single,
                    style: colour.on_default(),
                }
            }
            None => Cell {
                glyph: self.glyphs.level(column.busy),
                style: AnsiColor::Green.on_default(),
            },
        });
        cells.collect()
    }

    /// When somebody waited, if it was at least this number of columns long.
    fn waits(&self, who: Who, min: usize) -> Vec<Cell> {
        let mut cells = vec![EMPTY; self.columns];
        for (wait, to) in self.recording.waits_of(who) {
            let (from, to) = (self.column(wait.from), self.column(to));
            if to < from + min {
                continue;
            }
            cells[from..=to].fill(Cell {
                glyph: self.glyphs.wait,
                style: AnsiColor::Yellow.on_default(),
            });
        }
        cells
    }

    /// How deep the queue was on average, column by column.
    fn queue(&self, max_depth: usize) -> Vec<Cell> {
        let mut average = vec![0.0; self.columns];
        for (from, to, depth) in queue_depths(self.recording, self.axis) {
            let place = |after| self.axis.share(after) * self.columns as f64;
            add(&mut average, place(from), place(to), depth as f64);
        }
        let max_depth = max_depth.max(1) as f64;
        let cell = |depth| Cell {
            glyph: self.glyphs.level(depth / max_depth),
            style: AnsiColor::Blue.on_default(),
        };
        average.into_iter().map(cell).collect()
    }

    /// The names of the marks, above their columns, on as many lines as they need.
    fn mark_names(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for mark in &self.recording.marks {
            let width = mark.name.chars().count();
            // Not beyond the right edge.
            let from = self.column(mark.at).min(self.columns.saturating_sub(width));
            let is_free = |line: &&mut String| line.chars().count() < from;
            let line = match lines.iter_mut().find(is_free) {
                Some(line) => line,
                None => {
                    lines.push(String::new());
                    lines.last_mut().expect("it was just pushed")
                }
            };
            *line = format!("{line:<from$}{}", mark.name);
        }
        let margin = self.margin;
        lines
            .iter()
            .map(|line| format!("{:margin$}{line}\n", ""))
            .collect()
    }

    /// Draws the marks across a lane, but not over a job's number or ends.
    fn mark(&self, cells: &mut [Cell]) {
        let lines = [
            self.glyphs.done.line,
            self.glyphs.interrupted.line,
            self.glyphs.wait,
        ];
        for mark in &self.recording.marks {
            let cell = &mut cells[self.column(mark.at)];
            if lines.contains(&cell.glyph) || self.glyphs.levels.contains(&cell.glyph) {
                cell.glyph = self.glyphs.mark;
                cell.style = AnsiColor::Cyan.on_default();
            }
        }
    }

    /// The axis: a line with ticks, and under it their labels.
    fn scale(&self) -> String {
        let (columns, margin) = (self.columns, self.margin);
        let mut line = vec![self.glyphs.axis; columns];
        let mut labels = String::new();
        // A label needs about ten columns.
        for (position, label) in self.axis.ticks(columns / 10) {
            let column = ((position * columns as f64).round() as usize).min(columns - 1);
            line[column] = match column {
                0 => self.glyphs.corner,
                _ => self.glyphs.tick,
            };
            let from = column.min(columns.saturating_sub(label.chars().count()));
            // In a narrow terminal, a label may have no room beside the one before it.
            if column == 0 || labels.chars().count() < from {
                labels = format!("{labels:<from$}{label}");
            }
        }
        // Nothing hides a mark on the axis.
        for mark in &self.recording.marks {
            line[self.column(mark.at)] = self.glyphs.mark;
        }
        let line: String = line.into_iter().collect();
        format!("{:margin$}{line}\n{:margin$}{labels}\n", "", "")
    }

    /// Explains the ends of bars that this picture has.
    fn legend(&self) -> String {
        let recording = self.recording;
        let spans = &recording.spans;
        let line = |ending, bar: &Bar, meaning| {
            let is_there = spans.iter().any(|span| span.ending() == ending);
            let line = format!("{:1$}{2} {meaning}\n", "", self.margin, bar.end);
            if is_there { line } else { String::new() }
        };
        let is_for_room = |wait: &Wait| wait.what == For::Room;
        let what = match &recording.waits[..] {
            [] => None,
            waits if waits.iter().all(is_for_room) => Some("waits for room"),
            _ => Some("waits"),
        };
        let waits = what.map_or(String::new(), |what| {
            format!("{:1$}{2} {what}\n", "", self.margin, self.glyphs.wait)
        });
        line(
            Some(Ending::Undelivered),
            &self.glyphs.undelivered,
            "done, not delivered",
        ) + &line(
            Some(Ending::Interrupted),
            &self.glyphs.interrupted,
            "interrupted",
        ) + &line(Some(Ending::Failed), &self.glyphs.failed, "failed")
            + &line(None, &self.glyphs.unended, "not ended")
            + &waits
    }
}

fn coloured(cells: &[Cell]) -> String {
    let cells = match cells.iter().rposition(|cell| cell.glyph != ' ') {
        Some(last) => &cells[..=last],
        None => &[],
    };
    let mut text = String::new();
    for cells in cells.chunk_by(|a, b| a.style == b.style) {
        let style = cells[0].style;
        let glyphs: String = cells.iter().map(|cell| cell.glyph).collect();
        text += &format!("{style}{glyphs}{style:#}");
    }
    text
}

/// Breaks a summary into lines that fit, between its parts, which are separated by semicolons.
pub fn wrap(summary: &str, terminal: Terminal) -> String {
    let mut lines = vec![String::new()];
    for part in summary.split_inclusive("; ") {
        let line = lines.last_mut().expect("it is never empty");
        let is_full = line.chars().count() + part.trim_end().chars().count() > terminal.width;
        if is_full && !line.is_empty() {
            lines.push(part.to_string());
        } else {
            *line += part;
        }
    }
    let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}
