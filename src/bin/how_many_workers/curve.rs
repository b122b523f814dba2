//! The curve: how long jobs wait if they come more or less often, so that the
//! workers are more or less busy. At first it is flat, and then it is steep.

use std::time::Duration;

use timeline::terminal::Terminal;

use crate::flags::Flags;
use crate::formula;
use crate::simulation::{Job, simulate};
use crate::table::{millis, plural};
use crate::waits::Outcome;

/// What 95 of 100 jobs wait at most.
pub struct Point {
    /// How busy the workers are: from 0.0 to 1.0.
    pub busy: f64,
    pub simulated: Duration,
    pub by_formula: Duration,
}

pub struct Curve {
    pub workers: usize,
    /// From left to right.
    pub points: Vec<Point>,
    pub target: Duration,
    /// How busy the workers are if the jobs come as the flags say.
    pub now: f64,
    /// How many jobs a second keep the workers busy all the time.
    max_rate: f64,
    /// The wait at the upper edge of the picture.
    pub top: Duration,
}

/// The same jobs, but they come sooner or later: `stretch` times as late.
fn stretched(jobs: &[Job], stretch: f64) -> Vec<Job> {
    let stretched = |job: &Job| Job {
        comes: (job.comes as f64 * stretch) as u64,
        ..*job
    };
    jobs.iter().map(stretched).collect()
}

impl Curve {
    /// `None` if jobs take no time.
    pub fn new(flags: &Flags, workers: usize, jobs: &[Job]) -> Option<Curve> {
        let now = flags.load() / workers as f64;
        if now == 0.0 {
            return None;
        }
        let max_rate = f64::from(flags.rate) / now;
        let point = |percent: u32| {
            let busy = f64::from(percent) / 100.0;
            let load = busy * workers as f64;
            if (jobs.len() as f64) < flags.jobs_to_settle(workers, load) {
                return None; // too few jobs to tell
            }
            let jobs = stretched(jobs, now / busy);
            let simulated = simulate(workers, &jobs);
            let simulated =
                Outcome::of(workers, &jobs, simulated, Duration::ZERO).waits;
            let by_formula = formula::waits(workers, busy * max_rate, load)?;
            Some(Point {
                busy,
                simulated: simulated.at_95,
                by_formula: by_formula.at_95,
            })
        };
        let percents = (5..95).step_by(5).chain([92, 94, 96, 98, 99]);
        let points: Vec<Point> = percents.filter_map(point).collect();
        let target = flags.target_wait_ms;
        // The middle of the curve is in the picture, whatever the target.
        let middle = points.iter().find(|point| point.busy >= 0.5);
        let middle = middle.map_or(Duration::ZERO, |point| point.simulated);
        let top = (target * 4).max(flags.work_ms / 2).max(middle * 3 / 2);
        Some(Curve {
            workers,
            points,
            target,
            now,
            max_rate,
            top,
        })
    }

    /// What the picture shows.
    pub fn title(&self) -> String {
        let workers = plural(self.workers, "worker");
        format!("95 of 100 jobs wait at most this long for {workers}:")
    }

    /// The height of a wait: 1.0 at the upper edge.
    pub fn height(&self, wait: Duration) -> f64 {
        wait.as_secs_f64() / self.top.as_secs_f64()
    }

    /// Labels for the axis: how busy the workers are, and how many jobs come in
    /// a second.
    pub fn axis(&self) -> impl Iterator<Item = (f64, String, String)> {
        (0..=100).step_by(20).map(|percent| {
            let busy = f64::from(percent) / 100.0;
            let rate = busy * self.max_rate;
            let decimals = if self.max_rate < 20.0 { 1 } else { 0 };
            let rate = format!("{rate:.decimals$}");
            (busy, format!("{percent} %"), rate)
        })
    }

    /// The simulated wait between the points, as a height. `None` left and
    /// right of them.
    fn height_at(&self, busy: f64) -> Option<f64> {
        let right = self.points.partition_point(|point| point.busy < busy);
        let (left, right) = (
            self.points.get(right.checked_sub(1)?)?,
            self.points.get(right)?,
        );
        let part = (busy - left.busy) / (right.busy - left.busy);
        let low = self.height(left.simulated);
        Some(low + part * (self.height(right.simulated) - low))
    }

    /// For a terminal.
    pub fn terminal(&self) -> String {
        let Terminal { width, unicode, .. } = Terminal::of_stderr(1);
        self.draw(width, if unicode { &UNICODE } else { &ASCII })
    }

    fn draw(&self, width: usize, glyphs: &Glyphs) -> String {
        let columns = width.clamp(50, 80) - MARGIN - 4;
        let column = |busy: f64| (busy * (columns - 1) as f64).round() as usize;
        let row_of = |wait| (self.height(wait) * ROWS as f64) as usize;
        let target = row_of(self.target);

        let mut rows = vec![vec![' '; columns]; ROWS];
        for x in 0..columns {
            let busy = x as f64 / (columns - 1) as f64;
            let height = self.height_at(busy).unwrap_or(0.0) * ROWS as f64;
            for (y, row) in rows.iter_mut().enumerate() {
                let part = (height - y as f64).clamp(0.0, 1.0);
                row[x] = glyphs.levels[(part * 8.0).ceil() as usize];
                if y == target && row[x] == ' ' {
                    row[x] = glyphs.target;
                }
            }
        }
        for point in &self.points {
            if let Some(row) = rows.get_mut(row_of(point.by_formula)) {
                row[column(point.busy)] = glyphs.formula;
            }
        }

        let mut text = format!("\n{}\n", self.title());
        for (y, row) in rows.iter().enumerate().rev() {
            let label = match y {
                _ if y == ROWS - 1 => millis(self.top),
                _ if y == target => millis(self.target),
                _ => String::new(),
            };
            let row: String = row.iter().collect();
            text += &line(&label, &format!("{}{row}", glyphs.side));
        }
        let mut floor = vec![glyphs.floor; columns];
        if let Some(now) = floor.get_mut(column(self.now)) {
            *now = glyphs.now;
        }
        let floor: String = floor.iter().collect();
        text += &line("0 ms", &format!("{}{floor}", glyphs.side));
        let mut percents = vec![' '; columns + 4];
        let mut rates = percents.clone();
        for (busy, percent, rate) in self.axis() {
            write_at(&mut percents, column(busy), &percent);
            write_at(&mut rates, column(busy), &rate);
        }
        text += &line("busy", &percents.iter().collect::<String>());
        text += &line("jobs/s", &rates.iter().collect::<String>());
        let Glyphs {
            levels,
            formula,
            target,
            now,
            ..
        } = glyphs;
        let full = levels[8];
        text + &line(
            "",
            &format!(
                "{full} simulated   {formula} by formula   {target} target   \
                 {now} now"
            ),
        )
    }
}

/// The columns left of the picture, and its lines.
const MARGIN: usize = 8;
const ROWS: usize = 12;

struct Glyphs {
    levels: [char; 9],
    target: char,
    formula: char,
    side: char,
    floor: char,
    now: char,
}

const UNICODE: Glyphs = Glyphs {
    levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    target: '┄',
    formula: '○',
    side: '│',
    floor: '─',
    now: '┻',
};

const ASCII: Glyphs = Glyphs {
    levels: [' ', '.', '.', ':', ':', ':', '#', '#', '#'],
    target: '-',
    formula: 'o',
    side: '|',
    floor: '_',
    now: '^',
};

fn line(label: &str, text: &str) -> String {
    format!("{label:>MARGIN$} {}\n", text.trim_end())
}

/// Writes a label whose middle is below this column of the picture.
fn write_at(line: &mut [char], column: usize, label: &str) {
    let from = (column + 1).saturating_sub(label.len() / 2);
    for (cell, letter) in line.iter_mut().skip(from).zip(label.chars()) {
        *cell = letter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(flags: &str, workers: usize) -> Curve {
        let flags = ["how_many_workers"].into_iter().chain(flags.split(' '));
        let flags = <Flags as clap::Parser>::try_parse_from(flags);
        let flags = flags.expect("flags");
        Curve::new(&flags, workers, &flags.service()).expect("a curve")
    }

    #[test]
    fn it_is_flat_and_then_steep() {
        let curve = curve("--jobs 20000", 8);
        assert!((curve.now - 0.625).abs() < 1e-9);
        let wait = |busy: f64| {
            let is_it = |point: &&Point| (point.busy - busy).abs() < 1e-9;
            let point = curve.points.iter().find(is_it).expect("a point");
            point.simulated.as_secs_f64()
        };
        assert_eq!(wait(0.2), 0.0);
        assert!(wait(0.9) > 2.0 * wait(0.8) && wait(0.8) > 2.0 * wait(0.6));
        let waits: Vec<_> =
            curve.points.iter().map(|it| it.simulated).collect();
        assert!(waits.is_sorted());
        // By the formula, for the jobs a second that keep them so busy.
        let by_formula = formula::waits(8, 0.8 * 40.0, 0.8 * 8.0);
        let by_formula = by_formula.expect("they keep up").at_95;
        let point = curve.points.iter().find(|it| it.by_formula == by_formula);
        assert!(point.is_some_and(|it| (it.busy - 0.8).abs() < 1e-9));
    }

    #[test]
    fn points_that_too_few_jobs_cannot_tell_are_left_out() {
        let last = |jobs| {
            let curve = curve(&format!("--jobs {jobs}"), 8);
            curve.points.last().expect("points").busy
        };
        assert_eq!(last(100_000), 0.96);
        assert!(last(2_000) < 0.9);
    }

    #[test]
    fn its_middle_is_in_the_picture() {
        for arrivals in ["regular", "random", "bursts"] {
            let curve = curve(&format!("--arrivals {arrivals}"), 8);
            let middle = curve.height_at(0.5).expect("a point");
            assert!(middle < 0.9, "{arrivals}: {middle}");
        }
    }

    #[test]
    fn it_fits_the_terminal() {
        let curve = curve("--jobs 5000", 8);
        for (width, most) in [(200, 80), (80, 80), (60, 60)] {
            let text = curve.draw(width, &UNICODE);
            let widths = text.lines().map(|line| line.chars().count());
            assert!(widths.max() <= Some(most), "{width}:\n{text}");
        }
        assert!(curve.draw(80, &ASCII).is_ascii());
    }
}
