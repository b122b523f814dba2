//! How the jobs of a lane are laid out.

use std::time::Instant;

use crate::axis::Axis;
use crate::{Ending, Recording, Span};

/// A worker's number, or a thread's, and what it did.
pub type Lane<'a> = (usize, Vec<&'a Span>);

/// All lanes of a recording, from top to bottom.
pub fn lanes(recording: &Recording) -> Vec<Lane<'_>> {
    recording.spans_by_lane().into_iter().collect()
}

/// The name of a lane that stands for these lanes.
pub fn lane_name(recording: &Recording, lanes: &[Lane]) -> String {
    let name = recording.lanes.name();
    let label = |number| recording.lanes.label(number);
    match lanes {
        [(number, _)] => format!("{name} {}", label(*number)),
        [(first, _), .., (last, _)] if last - first < lanes.len() => {
            format!("{name}s {}-{}", label(*first), label(*last))
        }
        // There are numbers in between without a lane.
        _ => format!("{} {name}s", lanes.len()),
    }
}

/// When a span ended; for a job that still runs, when the recording was made.
pub fn end(recording: &Recording, span: &Span) -> Instant {
    span.end.map_or(recording.now, |(end, _)| end)
}

/// Gives each job of a lane at least the width `min`, so that the shortest job is still seen. A job
/// for which this is too much moves to the right, to the end of the job before it.
///
/// `edges` are the left and right edges of the jobs in the order of time, and all of them together
/// have room in `width`.
pub fn spread(edges: &mut [(f64, f64)], min: f64, width: f64) {
    let mut free: f64 = 0.0;
    for (from, to) in edges.iter_mut() {
        *from = free.max(*from);
        *to = to.max(*from + min);
        free = *to;
    }
    // The last jobs may have left the lane.
    let mut free = width;
    for (from, to) in edges.iter_mut().rev() {
        *to = free.min(*to);
        *from = from.min(*to - min);
        free = *from;
    }
}

/// A column of a lane that has too many jobs for a bar each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Column<'a> {
    /// How busy the workers were: from 0.0 to 1.0.
    pub busy: f64,
    /// A job that ended here and was not done, if the column is to show one.
    pub not_done: Option<&'a Span>,
}

/// Cuts the time of these lanes into columns.
///
/// If some of the jobs were not done, the same share of the columns shows that, and at least one of
/// them: a single failed job among thousands is seen, and does not look like many.
pub fn columns<'a>(
    recording: &Recording,
    lanes: &[Lane<'a>],
    axis: Axis,
    count: usize,
) -> Vec<Column<'a>> {
    let mut columns = vec![Column::default(); count];
    let mut busy = vec![0.0; count];
    let mut ended = vec![0; count];
    let mut not_done: Vec<Vec<&Span>> = vec![Vec::new(); count];
    for &span in lanes.iter().flat_map(|(_, spans)| spans) {
        let place = |at| axis.position(at) * count as f64;
        let (from, to) = (place(span.start), place(end(recording, span)));
        add(&mut busy, from, to, 1.0 / lanes.len() as f64);
        let column = (to as usize).min(count - 1);
        ended[column] += 1;
        if span.ending() != Some(Ending::Done) {
            not_done[column].push(span);
        }
    }
    for (column, busy) in columns.iter_mut().zip(busy) {
        column.busy = busy;
    }

    let all: usize = ended.iter().sum();
    let not_done_at_all: usize = not_done.iter().map(Vec::len).sum();
    let with_an_end = ended.iter().filter(|&&it| it > 0).count();
    let share = not_done_at_all as f64 / all.max(1) as f64;
    let shown = (with_an_end as f64 * share).ceil() as usize;
    // Where the largest part of the jobs was not done, this is shown first.
    let mut order: Vec<usize> = (0..count).filter(|&it| ended[it] > 0).collect();
    let part = |column: usize| not_done[column].len() as f64 / ended[column] as f64;
    order.sort_by(|&a, &b| part(b).total_cmp(&part(a)));
    for column in order.into_iter().take(shown) {
        columns[column].not_done = not_done[column].last().copied();
    }
    columns
}

/// Adds `height` to each column between two positions, and the covered part of it at the edges.
pub fn add(columns: &mut [f64], from: f64, to: f64, height: f64) {
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
