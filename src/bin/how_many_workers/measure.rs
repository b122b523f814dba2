//! The real pool: threads that do the jobs, and sleep for as long as each
//! takes.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;
use timeline::Run;
use worker_pools::Work;
use worker_pools::progress::Progress;

use crate::flags::Flags;
use crate::format::plural;
use crate::simulation::{Job, simulate};
use crate::table::{Measured, print_measured};
use crate::waits::Outcome;

/// A free worker needs a moment to wake up. That is no wait in the queue.
const WAKE_UP: Duration = Duration::from_millis(1);

/// Real pools with one worker fewer, this number, and one more do these jobs.
pub fn pools(flags: &Flags, workers: usize, jobs: &[Job]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut rows = Vec::new();
    for workers in workers.saturating_sub(1).max(1)..=workers + 1 {
        let work = flags.work(workers);
        let start = Instant::now();
        let progress = Progress::show(move || {
            let secs = start.elapsed().as_secs();
            format!("{}: {secs} s", plural(workers, "worker"))
        });
        let waits = do_jobs(workers, jobs, &work);
        drop(progress);
        let simulated = simulate(workers, jobs);
        let outcome = |waits| Outcome::of(workers, jobs, waits, WAKE_UP);
        rows.push(Measured {
            workers,
            measured: outcome(waits),
            simulated: outcome(simulated),
        });
        runs.push(Run {
            name: plural(workers, "worker"),
            recording: work.timeline().recording(),
        });
    }
    print_measured(jobs.len(), &rows);
    runs
}

/// How long each job waits for a worker of a real pool, in nanoseconds. The
/// jobs are numbered from 1. They come when they should, even if the submitter
/// is late: what that costs counts as a wait.
pub fn do_jobs(workers: usize, jobs: &[Job], work: &Work) -> Vec<u64> {
    let (jobs_tx, jobs_rx) = unbounded();
    let (waits_tx, waits_rx) = unbounded();
    thread::scope(|scope| {
        for id in 1..=workers {
            let (jobs, waits) = (jobs_rx.clone(), waits_tx.clone());
            scope.spawn(move || {
                for (number, comes) in jobs {
                    let wait = Instant::now().saturating_duration_since(comes);
                    let _ = waits.send((number, wait)); // it is read at the end
                    work.run(id, number);
                }
            });
        }
        drop(waits_tx);

        let start = Instant::now();
        for (job, number) in jobs.iter().zip(1..) {
            let comes = start + Duration::from_nanos(job.comes);
            thread::sleep(comes.saturating_duration_since(Instant::now()));
            work.timeline().queued(number);
            jobs_tx.send((number, comes)).expect("we have a receiver");
        }
        drop(jobs_tx);
    });
    let mut waits = vec![0; jobs.len()];
    for (number, wait) in waits_rx {
        waits[number - 1] = wait.as_nanos() as u64;
    }
    waits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arrivals::Arrivals;
    use crate::waits::total;

    /// A real job never comes too early and never ends too early, since a
    /// thread sleeps at least as long as it should. So no job can wait for less
    /// time than in the simulation. How much longer it waits has a limit as
    /// well. Each of the two sleeps, and handing over the job, may take a
    /// little longer: by far less than 20 ms, and on average by less even on a
    /// busy machine. So the jobs wait as if each took 20 ms longer, plus 20 ms.
    /// If something stops the whole machine for a while, the next try is
    /// better.
    #[test]
    fn a_real_pool_is_as_fast_as_the_simulation_says() {
        const LATE: u64 = 20_000_000;
        for arrivals in [Arrivals::Random, Arrivals::Bursts] {
            let is_close = |seed| {
                let work = Work::new(Duration::from_millis(60), 0.5, seed);
                let jobs = arrivals.jobs(50, 50, seed, &work);
                let simulated = simulate(4, &jobs);
                let slower = |job: &Job| Job {
                    takes: job.takes + LATE,
                    ..*job
                };
                let slower: Vec<Job> = jobs.iter().map(slower).collect();
                let slower = total(&simulate(4, &slower));

                let measured = do_jobs(4, &jobs, &work);
                for (measured, simulated) in measured.iter().zip(&simulated) {
                    assert!(measured >= simulated, "{measured} < {simulated}");
                }
                let late = u128::from(LATE) * jobs.len() as u128;
                let (measured, most) = (total(&measured), slower + late);
                println!("{} {measured} {most}", total(&simulated));
                measured <= most
            };
            assert!((1..=3).any(is_close), "{arrivals:?}: see the output");
        }
    }

    #[test]
    fn every_job_has_its_wait_and_its_bar() {
        let work = Work::new(Duration::from_millis(1), 0.0, 1);
        let jobs = vec![Job { comes: 0, takes: 1 }; 20];
        assert_eq!(do_jobs(3, &jobs, &work).len(), 20);
        let recording = work.timeline().recording();
        let mut done: Vec<usize> =
            recording.spans.iter().map(|span| span.job).collect();
        done.sort();
        assert_eq!(done, (1..=20).collect::<Vec<_>>());
        assert_eq!(recording.queued.len(), 20);
    }
}
