//! The time axis, and how durations are written.

use std::time::{Duration, Instant};

use crate::Recording;

/// The time that a picture shows.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    begin: Instant,
    length: Duration,
}

impl Axis {
    /// From the beginning to the last event that was recorded; up to now if a job still runs.
    pub fn of(recording: &Recording) -> Axis {
        let ends = recording.spans.iter().map(|span| match span.end {
            Some((end, _)) => end,
            None => recording.now,
        });
        let marks = recording.marks.iter().map(|mark| mark.at);
        let waits = recording.waits.iter();
        let waits = waits.map(|wait| wait.to.unwrap_or(recording.now));
        let last = ends
            .chain(marks)
            .chain(waits)
            .max()
            .unwrap_or(recording.now);
        let length = last.saturating_duration_since(recording.begin);
        Axis {
            begin: recording.begin,
            length: length.max(Duration::from_nanos(1)),
        }
    }

    /// The time that the axis shows; never zero.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// The moment at its end.
    pub fn end(&self) -> Instant {
        self.begin + self.length
    }

    /// The time from the beginning to this moment.
    pub fn after(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.begin)
    }

    /// The position of this moment: 0.0 at the beginning, 1.0 at the end.
    pub fn position(&self, at: Instant) -> f64 {
        self.share(self.after(at))
    }

    /// `time` as a share of the axis; at most 1.0.
    pub fn share(&self, time: Duration) -> f64 {
        (time.as_secs_f64() / self.length.as_secs_f64()).min(1.0)
    }

    /// Positions and labels of the ticks. The first is at zero. There are at most `max` of them,
    /// but never fewer than two.
    pub fn ticks(&self, max: usize) -> Vec<(f64, String)> {
        let length = self.length.as_secs_f64();
        let step = step(length / max.max(2).saturating_sub(1) as f64);
        // A tick that falls on the end must not be lost to rounding.
        let last = (length / step + 1e-6).floor() as usize;
        let ticks = (0..=last).map(|tick| tick as f64 * step);
        let mut ticks: Vec<(f64, String)> = ticks
            .map(|secs| ((secs / length).min(1.0), label(secs, step, length)))
            .collect();
        if ticks.len() == 1 {
            ticks.push((1.0, format_duration(self.length)));
        }
        ticks
    }
}

/// The shortest round time, in seconds, that is not shorter than this.
fn step(shortest: f64) -> f64 {
    let minute = 60.0;
    let hour = 60.0 * minute;
    let decimal =
        (-9..=0).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
    let seconds = [10.0, 20.0, 30.0];
    let minutes = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0].map(|count| count * minute);
    let hours = [1.0, 2.0, 6.0, 12.0, 24.0, 48.0, 96.0].map(|count| count * hour);
    let mut steps = decimal.chain(seconds).chain(minutes).chain(hours);
    let enough = |&step: &f64| step >= shortest * (1.0 - 1e-9);
    steps.find(enough).unwrap_or(shortest)
}

fn label(secs: f64, step: f64, length: f64) -> String {
    let (unit, name) = if step >= 3600.0 {
        (3600.0, "h")
    } else if step >= 60.0 {
        (60.0, "min")
    } else if length >= 1.0 {
        (1.0, "s")
    } else {
        (1e-3, "ms")
    };
    let decimals = (-(step / unit).log10()).ceil().max(0.0) as usize;
    format!("{:.decimals$} {name}", secs / unit)
}

/// A duration for people: `2.0 s`, `50.0 ms`, `0.24 ms`. It is ASCII, for any terminal.
pub fn format_duration(time: Duration) -> String {
    let secs = time.as_secs_f64();
    if secs >= 600.0 {
        format!("{:.1} min", secs / 60.0)
    } else if secs >= 1.0 {
        format!("{secs:.1} s")
    } else if secs >= 0.1 {
        format!("{secs:.2} s")
    } else if secs >= 1e-3 {
        format!("{:.1} ms", secs * 1e3)
    } else {
        format!("{:.2} ms", secs * 1e3)
    }
}
