//! The curve: how long jobs wait if they come more or less often, so that the
//! workers are more or less busy. At first it is flat, and then it is steep.

use std::time::Duration;

use crate::flags::Flags;
use crate::format::plural;
use crate::formula;
use crate::simulation::{Job, simulate};
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
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn curve(flags: &str, workers: usize) -> Curve {
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
}
