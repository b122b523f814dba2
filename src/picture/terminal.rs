//! The picture in a terminal: a lane of text for each worker.

use std::time::{Duration, Instant};

use clap::builder::styling::{AnsiColor, Style};

use super::axis::Axis;
use super::queue_depths;
use crate::timeline::{Ending, Recording, Span};

/// More lanes than this are folded: one lane then stands for several workers.
const MOST_LANES: usize = 20;

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Columns of text.
    pub width: usize,
    /// Whether it shows more than ASCII.
    pub unicode: bool,
}

impl Terminal {
    /// Microseconds are the only thing in a text that is not ASCII.
    fn spell(&self, text: &str) -> String {
        if self.unicode {
            text.to_string()
        } else {
            text.replace('µ', "u")
        }
    }
}

/// The characters that a picture is made of.
struct Glyphs {
    open: char,
    finished: Bar,
    interrupted: Bar,
    failed: Bar,
    unended: Bar,
    mark: char,
    corner: char,
    axis: char,
    tick: char,
    clipped: char,
    /// From nothing to full.
    levels: &'static [char],
}

/// A job with this ending: the line, its end, and the whole of it when it has only one column.
struct Bar {
    line: char,
    end: char,
    single: char,
}

const UNICODE: Glyphs = Glyphs {
    open: '┣',
    finished: Bar {
        line: '━',
        end: '┫',
        single: '┃',
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
    mark: '╎',
    corner: '└',
    axis: '─',
    tick: '┴',
    clipped: '…',
    levels: &[' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

const ASCII: Glyphs = Glyphs {
    open: '[',
    finished: Bar {
        line: '=',
        end: ']',
        single: '|',
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
            Some(Ending::Finished) => (&self.finished, AnsiColor::Green),
            Some(Ending::Interrupted) => (&self.interrupted, AnsiColor::Yellow),
            Some(Ending::Failed) => (&self.failed, AnsiColor::Red),
            None => (&self.unended, AnsiColor::Magenta),
        }
    }

    /// The level for a share between 0.0 and 1.0, rounded up: only next to nothing is shown as
    /// nothing.
    fn level(&self, share: f64) -> char {
        let most = self.levels.len() - 1;
        let level = (share * most as f64 - 0.05).ceil().max(0.0) as usize;
        self.levels[level.min(most)]
    }
}

/// One character, and its colour.
#[derive(Clone, Copy)]
struct Cell {
    glyph: char,
    style: Style,
}

const EMPTY: Cell = Cell {
    glyph: ' ',
    style: Style::new(),
};

/// The picture as lines of text, with colours. `deepest` is the full height of the queue.
pub fn draw(recording: &Recording, deepest: usize, terminal: Terminal) -> String {
    let lanes: Vec<(usize, Vec<&Span>)> = recording.lanes().into_iter().collect();
    let fold = lanes.len().div_ceil(MOST_LANES).max(1);
    let mut names: Vec<String> = lanes.chunks(fold).map(lane_name).collect();

    let axis = Axis::of(recording);
    let glyphs = if terminal.unicode { &UNICODE } else { &ASCII };
    let depths = queue_depths(recording, axis);
    if !recording.queued.is_empty() {
        names.push("queue".to_string());
    }
    let margin = names.iter().map(|name| name.chars().count()).max();
    let margin = margin.unwrap_or(0) + 1;
    let canvas = Canvas {
        recording,
        axis,
        glyphs,
        margin,
        columns: terminal.width.saturating_sub(margin + 1).max(10),
    };

    // A bar has three columns on average, or more. Otherwise no lane has bars.
    let has_room = |(_, spans): &(usize, Vec<&Span>)| spans.len() * 3 <= canvas.columns;
    let has_bars = fold == 1 && lanes.iter().all(has_room);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for lanes in lanes.chunks(fold) {
        rows.push(match lanes {
            [(_, spans)] if has_bars => canvas.bars(spans),
            _ => canvas.shares(lanes),
        });
    }
    if !recording.queued.is_empty() {
        rows.push(canvas.queue(&depths, deepest));
    }
    let mut text = canvas.mark_names();
    for (name, mut cells) in names.into_iter().zip(rows) {
        canvas.mark(&mut cells);
        text += &format!("{name:<margin$}{}\n", coloured(&cells));
    }
    text += &canvas.scale();
    text += &canvas.legend();
    terminal.spell(&text)
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
    /// The column in which this moment is.
    fn column(&self, at: Instant) -> usize {
        let column = self.axis.position(at) * self.columns as f64;
        (column as usize).min(self.columns - 1)
    }

    /// From where to where a job is drawn, in columns.
    fn place(&self, span: &Span) -> (f64, f64) {
        let end = span.end.map_or(self.recording.now, |(end, _)| end);
        let place = |at| self.axis.position(at) * self.columns as f64;
        (place(span.start), place(end))
    }

    /// A bar for each job, with its number where there is room.
    fn bars(&self, spans: &[&Span]) -> Vec<Cell> {
        let mut cells = vec![EMPTY; self.columns];
        // Those that did not end well come last, so that none of them is drawn over.
        let ended_well = |span: &&&Span| span.ending() == Some(Ending::Finished);
        let others = spans.iter().filter(|span| !ended_well(span));
        for span in spans.iter().filter(ended_well).chain(others) {
            let (from, to) = self.place(span);
            let from = (from.round() as usize).min(self.columns - 1);
            let to = (to.round() as usize).clamp(from + 1, self.columns);
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

    /// What to write on a bar of this width: the job's number, or the end of its label, with a
    /// blank on both sides. Nothing, where that does not fit between the two ends of the bar.
    fn label(&self, job: usize, width: usize) -> Vec<char> {
        let room = width.saturating_sub(4);
        let text = match self.recording.labels.get(job) {
            None => job.to_string(),
            // One column for each, and nothing that would move the cursor.
            Some(label) => label.replace(|c: char| !c.is_ascii_graphic() && c != ' ', "?"),
        };
        let text = if text.len() <= room {
            text
        } else if self.recording.labels.is_empty() || room < 4 {
            return Vec::new(); // half a number is worse than none
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

    /// How busy these workers were, column by column. Where at least half of the jobs that ended
    /// in a column did not end well, it shows that instead.
    fn shares(&self, lanes: &[(usize, Vec<&Span>)]) -> Vec<Cell> {
        let mut busy = vec![0.0; self.columns];
        let mut ended = vec![0; self.columns];
        let mut badly: Vec<Vec<&Span>> = vec![Vec::new(); self.columns];
        for span in lanes.iter().flat_map(|(_, spans)| spans) {
            let (from, to) = self.place(span);
            add(&mut busy, from, to, 1.0 / lanes.len() as f64);
            let column = (to as usize).min(self.columns - 1);
            ended[column] += 1;
            if span.ending() != Some(Ending::Finished) {
                badly[column].push(span);
            }
        }
        let cell = |column: usize| match badly[column].last() {
            Some(span) if 2 * badly[column].len() >= ended[column] => {
                let (bar, colour) = self.glyphs.bar(span);
                Cell {
                    glyph: bar.single,
                    style: colour.on_default(),
                }
            }
            _ => Cell {
                glyph: self.glyphs.level(busy[column]),
                style: AnsiColor::Green.on_default(),
            },
        };
        (0..self.columns).map(cell).collect()
    }

    /// How deep the queue was on average, column by column.
    fn queue(&self, depths: &[(Duration, Duration, usize)], deepest: usize) -> Vec<Cell> {
        let mut average = vec![0.0; self.columns];
        for &(from, to, depth) in depths {
            let place = |after| self.axis.share(after) * self.columns as f64;
            add(&mut average, place(from), place(to), depth as f64);
        }
        let deepest = deepest.max(1) as f64;
        let cell = |depth| Cell {
            glyph: self.glyphs.level(depth / deepest),
            style: AnsiColor::Blue.on_default(),
        };
        average.into_iter().map(cell).collect()
    }

    /// The names of the marks, over their columns; in as many lines as it takes.
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

    /// Draws the marks across a lane, but not over a job's number or its ends.
    fn mark(&self, cells: &mut [Cell]) {
        let lines = [self.glyphs.finished.line, self.glyphs.interrupted.line];
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
            labels = format!("{labels:<from$}{label}");
        }
        // Here a mark is never hidden.
        for mark in &self.recording.marks {
            line[self.column(mark.at)] = self.glyphs.mark;
        }
        let line: String = line.into_iter().collect();
        format!("{:margin$}{line}\n{:margin$}{labels}\n", "", "")
    }

    /// What the ends of the bars mean, as far as they are there.
    fn legend(&self) -> String {
        let spans = &self.recording.spans;
        let line = |ending, bar: &Bar, meaning| {
            let is_there = spans.iter().any(|span| span.ending() == ending);
            let line = format!("{:1$}{2} {meaning}\n", "", self.margin, bar.end);
            if is_there { line } else { String::new() }
        };
        line(
            Some(Ending::Interrupted),
            &self.glyphs.interrupted,
            "interrupted",
        ) + &line(Some(Ending::Failed), &self.glyphs.failed, "failed")
            + &line(None, &self.glyphs.unended, "not ended")
    }
}

/// What a lane is called that stands for these workers.
fn lane_name(lanes: &[(usize, Vec<&Span>)]) -> String {
    match lanes {
        [(worker, _)] => format!("worker {worker}"),
        [(first, _), .., (last, _)] if last - first < lanes.len() => {
            format!("workers {first}-{last}")
        }
        // Some in between had no job.
        _ => format!("{} workers", lanes.len()),
    }
}

/// Adds `height` to each column from one place to another; to a column that is covered in part,
/// that part of it.
fn add(columns: &mut [f64], from: f64, to: f64, height: f64) {
    let last = (to.ceil() as usize).min(columns.len());
    for (column, sum) in columns
        .iter_mut()
        .enumerate()
        .take(last)
        .skip(from as usize)
    {
        let begin = from.max(column as f64);
        let end = to.min((column + 1) as f64);
        *sum += (end - begin).max(0.0) * height;
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

/// A sentence in lines that fit. Its parts are separated by semicolons.
pub fn wrap(sentence: &str, terminal: Terminal) -> String {
    let mut lines = vec![String::new()];
    for part in sentence.split_inclusive("; ") {
        let line = lines.last_mut().expect("it is never empty");
        let is_full = line.chars().count() + part.trim_end().chars().count() > terminal.width;
        if is_full && !line.is_empty() {
            lines.push(part.to_string());
        } else {
            *line += part;
        }
    }
    let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    terminal.spell(&lines.collect::<String>())
}
