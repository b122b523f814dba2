//! What is printed.

use std::collections::BTreeSet;

use worker_pools::println;

use crate::arrivals::Arrivals;
use crate::flags::{Flags, MAX_JOBS};
use crate::format::{millis, percent, plural};
use crate::formula;
use crate::waits::{Outcome, Waits};

/// A number of workers, and how the jobs wait for them.
#[derive(Clone, Debug)]
pub struct Row {
    pub workers: usize,
    pub outcome: Outcome,
    /// Whether the simulation was long enough to tell.
    pub settled: bool,
}

/// The numbers of workers that the table shows.
pub fn rows(fewest: usize, enough: usize, asked: Option<usize>) -> Vec<usize> {
    if let Some(asked) = asked {
        return (asked.saturating_sub(2).max(1)..=asked + 2).collect();
    }
    let too_few = (fewest - 1).max(1);
    let step = (enough - fewest) / 6 + 1; // not too many rows
    let mut rows: BTreeSet<_> = (fewest..enough).step_by(step).collect();
    rows.extend([too_few, enough, enough + 1, enough + 2]);
    rows.into_iter().collect()
}

/// The first line.
pub fn print_service(flags: &Flags) {
    let arrivals = match flags.arrivals {
        Arrivals::Regular => "at equal intervals",
        Arrivals::Random => "at random",
        Arrivals::Bursts => "in bursts",
    };
    let load = flags.load();
    let length = millis(flags.work_ms);
    println!(
        "{} a second, {arrivals}, of {length} on average: work for \
         {load:.1} workers.",
        plural(flags.rate as usize, "job")
    );
}

/// The formula and the simulation, side by side.
pub fn print_rows(rows: &[Row], fewest: usize, flags: &Flags) {
    let (rate, load) = (f64::from(flags.rate), flags.load());
    let simulated = format!("{} jobs simulated", flags.jobs);
    print_head("by formula", &simulated);
    for Row {
        workers,
        outcome,
        settled,
    } in rows
    {
        let by_formula = match formula::waits(*workers, rate, load) {
            Some(waits) => cells(&waits),
            None => "they cannot keep up".to_string(),
        };
        let simulated = match settled {
            true => cells(&outcome.waits),
            false if *workers < fewest => {
                format!("at the end, {} jobs wait", outcome.left)
            }
            false => "too few jobs to tell".to_string(),
        };
        let busy = (load / *workers as f64).min(1.0);
        print_row(*workers, busy, &by_formula, &simulated);
    }
}

/// A real pool and the simulation of the same jobs, side by side.
pub struct Measured {
    pub workers: usize,
    pub measured: Outcome,
    pub simulated: Outcome,
}

pub fn print_measured(jobs: usize, rows: &[Measured]) {
    print_head(
        &format!("{jobs} jobs, measured"),
        "the same jobs, simulated",
    );
    for row in rows {
        let measured = cells(&row.measured.waits);
        let simulated = cells(&row.simulated.waits);
        print_row(row.workers, row.measured.busy, &measured, &simulated);
    }
}

fn print_head(left: &str, right: &str) {
    let columns = " wait     mean     95 %  queue";
    println!("\n               {left:<30}    {right}");
    println!("workers  busy  {columns}    {columns}");
}

fn print_row(workers: usize, busy: f64, left: &str, right: &str) {
    println!("{workers:>7} {}  {left:<30}    {right}", percent(busy));
}

/// The share that waits, the mean, the 95th percentile, and the queue.
fn cells(waits: &Waits) -> String {
    let Waits {
        share,
        mean,
        at_95,
        queue,
    } = *waits;
    let decimals = if queue < 1000.0 { 1 } else { 0 };
    format!(
        "{} {:>8} {:>8} {queue:>6.decimals$}",
        percent(share),
        millis(mean),
        millis(at_95)
    )
}

/// What to do if the jobs are too few.
fn more_jobs(flags: &Flags) -> &'static str {
    match flags.jobs < MAX_JOBS {
        true => " (choose more --jobs)",
        false => "",
    }
}

/// The last line. `fewest` is how many workers keep up.
pub fn print_answer(
    answer: &Row,
    enough: &Row,
    fewest: usize,
    fewer_may_do: bool,
    flags: &Flags,
) {
    let wait = |row: &Row| millis(row.outcome.waits.at_95);
    let target = millis(flags.target_wait_ms);
    let at_most = if answer.workers < fewest {
        "they cannot keep up".to_string()
    } else if !answer.settled {
        format!("too few jobs to tell{}", more_jobs(flags))
    } else {
        let wait = wait(answer);
        format!("95 of 100 jobs wait at most {wait} (target {target})")
    };
    let too_few = fewest - 1;
    let other = match flags.workers {
        Some(_) if answer.workers < enough.workers => {
            format!("; with {} at most {}", enough.workers, wait(enough))
        }
        Some(_) if answer.workers > enough.workers => {
            format!("; {} would be enough", enough.workers)
        }
        None if fewer_may_do => {
            format!("; fewer may be enough{}", more_jobs(flags))
        }
        _ if too_few == 0 => String::new(),
        _ => format!("; {too_few} cannot keep up"),
    };
    println!("\n{}: {at_most}{other}", plural(answer.workers, "worker"));
}
