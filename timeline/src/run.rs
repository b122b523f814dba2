//! A run of a pool: what its picture and its summary are made from.

use std::time::Duration;

use crate::axis::{Axis, format_duration};
use crate::lanes::end;
use crate::{Ending, Lanes, Recording, Span};

/// One run of a pool.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its heading; empty if there is only one run. What follows the first comma tells how it ended:
    /// a replay shows that at the end.
    pub name: String,
    /// What the workers did.
    pub recording: Recording,
}

impl Run {
    /// The numbers that matter, in one sentence. Its parts are separated by semicolons.
    pub fn summary(&self) -> String {
        let recording = &self.recording;
        let spans = &recording.spans;
        let axis = Axis::of(recording);
        if spans.is_empty() {
            return format!("no job started in {}", format_duration(axis.length()));
        }
        let length = |span: &Span| end(recording, span).saturating_duration_since(span.start);
        let busy: Duration = spans.iter().map(length).sum();
        let mean = busy.div_f64(spans.len() as f64);
        let is_mean = |span| length(span).abs_diff(mean) <= mean / 20;
        let average = if spans.iter().all(is_mean) {
            ""
        } else {
            " on average"
        };
        let lanes = recording.spans_by_lane();
        let mut text = format!(
            "{} of {}{average} on {}: {}",
            count(spans.len(), "job"),
            format_duration(mean),
            count(lanes.len(), recording.lanes.name()),
            format_duration(axis.length()),
        );
        for (ending, fate) in [
            (Some(Ending::Undelivered), "not delivered"),
            (Some(Ending::Interrupted), "interrupted"),
            (Some(Ending::Failed), "failed"),
            (None, "not ended"),
        ] {
            let these = spans.iter().filter(|span| span.ending() == ending).count();
            if these > 0 {
                text += &format!("; {these} {fate}");
            }
        }
        if let Lanes::Workers(_) = recording.lanes {
            // A job that was cut short does not tell how long it would have taken.
            let all_done = spans.iter().all(|span| span.ending() == Some(Ending::Done));
            if lanes.len() > 1 && all_done {
                let busy = format_duration(busy);
                text += &format!("; one worker would have needed {busy}");
            }
            let share = busy.as_secs_f64() / (axis.length().as_secs_f64() * lanes.len() as f64);
            text += &format!("; workers were busy {:.0} % of the time", share * 100.0);
            let idle = lanes.values().filter(|spans| spans.is_empty()).count();
            if idle > 0 {
                text += &format!("; {idle} of them had no job");
            }
        }
        for who in recording.others() {
            let waits = recording.waits_of(who);
            let waited: Vec<Duration> = waits
                .map(|(wait, to)| to.saturating_duration_since(wait.from))
                .collect();
            text += &format!(
                "; {who} waited {}, {} in all",
                count(waited.len(), "time"),
                format_duration(waited.iter().sum()),
            );
        }
        if recording.is_full {
            text += "; later jobs were not recorded";
        }
        text
    }
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// The deepest queue of all runs, so that all of them are drawn to one scale.
pub fn max_queue_depth(runs: &[Run]) -> usize {
    let depths = runs.iter().flat_map(|run| {
        let axis = Axis::of(&run.recording);
        queue_depths(&run.recording, axis)
    });
    depths.map(|(_, _, depth)| depth).max().unwrap_or(0)
}

/// How deep the queue was: from when to when, after the beginning, and the depth. Depths that
/// lasted too briefly to be seen are left out: a job for a free worker passes through the queue in
/// no time.
pub fn queue_depths(recording: &Recording, axis: Axis) -> Vec<(Duration, Duration, usize)> {
    let entered = recording.queued.iter().map(|&(at, _)| (axis.after(at), 1));
    let left = recording
        .spans
        .iter()
        .map(|span| (axis.after(span.start), -1));
    let mut changes: Vec<(Duration, isize)> = entered.chain(left).collect();
    changes.sort();

    let mut depth = 0;
    let mut depths = Vec::new();
    for (index, &(from, change)) in changes.iter().enumerate() {
        depth += change;
        let to = changes.get(index + 1).map_or(axis.length(), |&(at, _)| at);
        if to >= from + axis.length() / 200 {
            // A worker may start a job before its submitter has recorded that it was queued.
            depths.push((from, to, depth.max(0) as usize));
        }
    }
    depths
}
