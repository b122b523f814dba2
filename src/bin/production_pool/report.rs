//! What the service prints: a line for each failed job, a status line each
//! second, and two last lines that add up.

use std::time::{Duration, Instant};

use crossbeam_channel::{select_biased, tick};
use timeline::{Ending, Timeline, format_duration};
use worker_pools::production_pool::{Leftovers, Metrics};
use worker_pools::{Context, eprintln, println};

use crate::arrivals::Arrivals;
use crate::flags::Flags;
use crate::job::{Job, JobPool, Outcome, Times};

/// How the jobs ended, from their results.
#[derive(Default)]
pub struct Tally {
    done: usize,
    failed: usize,
    interrupted: usize,
}

/// Reads all results.
pub fn read_results(pool: &JobPool, timeline: &Timeline) -> Tally {
    let mut tally = Tally::default();
    for finished in pool.results() {
        match finished.result {
            Ok(Outcome::Done) => tally.done += 1,
            Ok(Outcome::Interrupted) => tally.interrupted += 1,
            Err(panicked) => {
                tally.failed += 1;
                timeline.ended_as(finished.job.number, Ending::Failed);
                eprintln!("job {} {panicked}", finished.job.number);
            }
        }
    }
    tally
}

/// Prints a status line each second until the context is done. While nobody
/// reads stdout, the seconds pass without a line.
pub fn print_status(pool: &JobPool, flags: &Flags, context: &Context) {
    let start = Instant::now();
    let second = tick(Duration::from_secs(1));
    loop {
        select_biased! {
            recv(context.done()) -> _ => return,
            recv(second) -> _ => {
                status_line(start.elapsed(), &pool.metrics(), flags);
            }
        }
    }
}

fn status_line(elapsed: Duration, metrics: &Metrics, flags: &Flags) {
    let Metrics {
        queued,
        active,
        processed,
        failed,
        rejected,
        ..
    } = *metrics;
    let done = processed - failed;
    let secs = elapsed.as_secs();
    let (room, workers) = (flags.queue, flags.workers);
    // At most 8: a job that a worker is about to start counts as queued.
    let filled = (8 * queued as usize).div_ceil(room.max(1)).min(8);
    let bar = "#".repeat(filled);
    println!(
        "{secs:>3} s  queue [{bar:.<8}] {queued:>2}/{room}  \
         active {active}/{workers}  done {done}  failed {failed}  \
         rejected {rejected}"
    );
}

/// Prints how long jobs waited, and the last two lines, in which every job has
/// one fate.
pub fn sum_up(
    pool: &JobPool,
    times: &Times,
    arrivals: Arrivals,
    tally: Tally,
    leftovers: Leftovers<Job, Outcome>,
) {
    if let Some(mean) = times.waited.mean() {
        let mean = format_duration(mean);
        println!("the jobs that started had waited {mean} on average");
    }
    let Arrivals { arrived, rejected } = arrivals;
    let Tally {
        done,
        failed,
        interrupted,
    } = tally;
    let accepted = pool.metrics().accepted;
    let never_started = leftovers.never_started.len();
    // None, because `read_results` reads all results.
    let undelivered = leftovers.undelivered.len();

    let mut fates = format!(
        "{done} done + {failed} failed + {never_started} never started"
    );
    let rare = [(interrupted, "interrupted"), (undelivered, "undelivered")];
    for (count, fate) in rare {
        if count > 0 {
            fates += &format!(" + {count} {fate}");
        }
    }
    // Two lines, so that no terminal breaks them.
    println!("{arrived} arrived = {accepted} accepted + {rejected} rejected");
    println!("{accepted} accepted = {fates}");
}
