//! The curve for a terminal.

use timeline::terminal::Terminal;

use crate::curve::Curve;
use crate::format::millis;

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

impl Curve {
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
    use crate::curve::tests::curve;

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
