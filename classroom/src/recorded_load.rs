//! A load that was recorded, and a simulation that knows how many workers it needs.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use timeline::{Ending, Lanes, Mark, Recording, Span, Timeline};

use crate::checks::{self, MAX_LANES};
use crate::within_limit;

/// The picture of a failed check begins so many jobs before the one that it is about.
const JOBS_BEFORE: usize = 10;

/// A job of a recorded load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// When it came: the time since the beginning of the recording.
    pub comes: Duration,
    /// How long it took a worker to do it.
    pub takes: Duration,
}

/// When and where a job starts.
struct Start {
    worker: usize,
    at: Duration,
    waits: Duration,
}

/// Each job in turn starts as soon as it has come and a worker is free.
fn simulate(load: &[Job], workers: usize) -> Vec<Start> {
    let mut free = vec![Duration::ZERO; workers];
    let start = |job: &Job| {
        let is_free = |free: &Duration| *free <= job.comes;
        let first = || (0..workers).min_by_key(|worker| free[*worker]);
        let worker = free.iter().position(is_free).or_else(first);
        let worker = worker.expect("there are workers");
        let at = free[worker].max(job.comes);
        free[worker] = at + job.takes;
        let waits = at - job.comes;
        Start { worker, at, waits }
    };
    load.iter().map(start).collect()
}

fn longest_wait(load: &[Job], workers: usize) -> Duration {
    let waits = simulate(load, workers).into_iter().map(|it| it.waits);
    waits.max().unwrap_or_default()
}

/// The smallest number of workers with which no job waits longer than `target`.
fn smallest(load: &[Job], target: Duration) -> usize {
    let (mut too_few, mut enough) = (0, load.len().max(1));
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        if longest_wait(load, middle) <= target {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

/// A load and a target that nobody knows in advance. Its jobs come regularly, at random or in
/// bursts. A number of workers just meets the target, or just misses it.
pub fn random_load() -> (Vec<Job>, Duration) {
    let mut random = StdRng::seed_from_u64(RandomState::new().hash_one("a new seed"));
    let nanos = Duration::from_nanos;
    let gap = random.random_range(1_000_000..50_000_000);
    let mean = random.random_range(5_000_000..200_000_000);
    let kind = random.random_range(0..3);
    let jobs = random.random_range(5..60);
    let mut load = Vec::new();
    let mut comes = Duration::ZERO;
    while load.len() < jobs {
        let (pause, burst) = match kind {
            0 => (gap, 1),
            1 => (random.random_range(0..2 * gap), 1),
            _ => (5 * gap, random.random_range(1..10)),
        };
        for _ in 0..burst {
            let longer = if random.random_ratio(1, 10) { 5 } else { 1 };
            let takes = nanos(random.random_range(0..2 * mean) * longer);
            load.push(Job { comes, takes });
        }
        comes += nanos(pause);
    }
    let workers = random.random_range(1..=smallest(&load, Duration::ZERO));
    let less = nanos(random.random_range(0..2));
    let target = longest_wait(&load, workers).saturating_sub(less);
    (load, target)
}

/// Checks what the answer returns for this load and this target.
///
/// # Panics
///
/// When it is not the smallest number of workers that is enough: with a message that ends with
/// `look_at`. The picture shows a job that waits too long, or the one that waits longest.
#[track_caller]
pub fn assert_smallest_pool(
    answer: fn(&[Job], Duration) -> usize,
    load: &[Job],
    target: Duration,
    look_at: &str,
) {
    let still = "still waiting for `smallest_pool`, which should calculate, and not do the jobs.\n\
                 With a worker for each job, no job waits: does it see that?";
    let of_answer = load.to_vec();
    let workers = within_limit(still, move || answer(&of_answer, target));
    assert!(workers > 0, "it says that 0 workers are enough:\n{look_at}");
    let enough = smallest(load, target);
    if workers < enough {
        let starts = simulate(load, workers);
        let late = starts.iter().position(|start| start.waits > target);
        let late = late.expect("they are too few");
        checks::show(picture(load, workers, late, target));
        panic!(
            "it says that {} enough. But then job {} waits for {:?}, and the target is \
             {target:?}:\n{look_at}",
            workers_are(workers),
            late + 1,
            starts[late].waits,
        );
    }
    if workers > enough {
        let starts = simulate(load, enough);
        let longest = (0..load.len()).max_by_key(|index| starts[*index].waits);
        if let Some(index) = longest {
            checks::show(picture(load, enough, index, target));
        }
        panic!(
            "it says that it takes {workers} workers. But {} enough: no job waits longer than \
             {:?}, and the target is {target:?}:\n{look_at}",
            workers_are(enough),
            longest_wait(load, enough),
        );
    }
}

fn workers_are(workers: usize) -> String {
    match workers {
        1 => "1 worker is".to_string(),
        _ => format!("{workers} workers are"),
    }
}

/// What the workers do until the job with this index ends.
fn picture(load: &[Job], workers: usize, index: usize, target: Duration) -> Recording {
    let mut starts = simulate(load, workers);
    starts.truncate(index + 1);
    // Only the first lanes are drawn. So this job goes to one of them, with all jobs of its worker.
    let of_job = starts[index].worker;
    let drawn = of_job.min(MAX_LANES - 1);
    for start in &mut starts {
        if start.worker == of_job {
            start.worker = drawn;
        } else if start.worker == drawn {
            start.worker = of_job;
        }
    }
    let recording = Timeline::default().recording();
    let from = load[index.saturating_sub(JOBS_BEFORE)].comes;
    let moment = |time: Duration| recording.begin + time.saturating_sub(from);
    let mut spans = Vec::new();
    for (number, (job, start)) in (1..).zip(load.iter().zip(&starts)) {
        let end = start.at + job.takes;
        if end > from || number == index + 1 {
            spans.push(Span {
                worker: start.worker + 1,
                job: number,
                start: moment(start.at),
                end: Some((moment(end), Ending::Done)),
            });
        }
    }
    let mark = |name: String, time| Mark {
        name,
        at: moment(time),
    };
    let comes = load[index].comes;
    let marks = vec![
        mark(format!("job {} comes", index + 1), comes),
        mark("must start".to_string(), comes + target),
    ];
    Recording {
        lanes: Lanes::Workers(1..=workers),
        spans,
        marks,
        ..recording
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So the smallest number that is enough can be found by halving.
    #[test]
    fn more_workers_never_make_a_job_wait_longer() {
        for _ in 0..300 {
            let (load, _) = random_load();
            for workers in 1..=load.len() {
                let fewer = simulate(&load, workers);
                let more = simulate(&load, workers + 1);
                for (fewer, more) in fewer.iter().zip(more) {
                    assert!(fewer.waits >= more.waits, "{workers}: {load:?}");
                }
            }
        }
    }

    /// Worker 7 is free first, and takes job 9. Its lane and that of worker 5 change places.
    #[test]
    fn the_job_is_in_a_lane_that_is_drawn() {
        let job = |millis| Job {
            comes: Duration::ZERO,
            takes: Duration::from_millis(millis),
        };
        let mut load = vec![job(100); 9];
        load[6] = job(10);
        let spans = picture(&load, 8, 8, Duration::ZERO).spans;
        let lane = |number| spans.iter().find(|it| it.job == number).map(|it| it.worker);
        assert_eq!([7, 9].map(lane), [Some(MAX_LANES); 2]);
        assert_eq!([5, 6].map(lane), [Some(7), Some(6)]);
    }
}
