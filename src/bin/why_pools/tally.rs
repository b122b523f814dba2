//! Counts what happens, and prints the table.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use timeline::Lanes;
use worker_pools::cli::CommonFlags;
use worker_pools::memory::Growth;
use worker_pools::progress::Progress;
use worker_pools::{Work, println};

/// The fates of the jobs, and the number of threads.
#[derive(Default)]
pub struct Tally {
    pub threads: AtomicUsize,
    pub max_threads: AtomicUsize,
    pub done: AtomicUsize,
    pub refused: AtomicUsize,
    pub never_started: AtomicUsize,
}

impl Tally {
    /// Runs `body` and counts the calling thread for as long as it runs.
    pub fn thread(&self, body: impl FnOnce()) {
        let threads = self.threads.fetch_add(1, SeqCst) + 1;
        self.max_threads.fetch_max(threads, SeqCst);
        body();
        self.threads.fetch_sub(1, SeqCst);
    }

    /// How many jobs have ended, in whatever way.
    fn ended(&self) -> usize {
        let fates = [&self.done, &self.refused, &self.never_started];
        fates.map(|count| count.load(SeqCst)).iter().sum()
    }
}

/// The work, with a record for these lanes. The record takes its memory now, so
/// that it is not measured.
pub fn record(flags: &CommonFlags, lanes: Lanes) -> Work {
    let work = flags.work();
    work.timeline().set_lanes(lanes);
    work.timeline().reserve(flags.jobs);
    work
}

/// One way to do the jobs, measured.
pub struct Measured {
    tally: Arc<Tally>,
    memory: Option<u64>,
    time: Duration,
}

/// Does the jobs in one way, and measures it.
pub fn measure(jobs: usize, way: impl FnOnce(&Tally)) -> Measured {
    let tally = Arc::new(Tally::default());
    let progress = Progress::show({
        let tally = Arc::clone(&tally);
        move || format!("{} of {jobs} jobs", tally.ended())
    });
    let growth = Growth::watch();
    let start = Instant::now();
    way(&tally);
    let time = start.elapsed();
    let memory = growth.and_then(|growth| growth.at_peak());
    drop(progress);
    Measured {
        tally,
        memory,
        time,
    }
}

/// Prints both ways side by side.
pub fn print_table(threads: Measured, pool: Measured) {
    let row = |name: &str, cell: &dyn Fn(&Measured) -> String| {
        println!("{name:<26}{:>16}{:>12}", cell(&threads), cell(&pool));
    };
    let count = |count: &AtomicUsize| count.load(SeqCst).to_string();
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);

    println!("{:<26}{:>16}{:>12}", "", "thread per job", "pool");
    row("threads at the peak", &|way| count(&way.tally.max_threads));
    row("connections refused", &|way| count(&way.tally.refused));
    row("jobs done", &|way| count(&way.tally.done));
    row("jobs never started", &|way| count(&way.tally.never_started));
    row("memory added at the peak", &|way| {
        way.memory.map_or("unknown".into(), megabytes)
    });
    row("time", &|way| format!("{:.2} s", way.time.as_secs_f64()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_counts_threads_that_live_at_the_same_time() {
        let tally = Tally::default();
        tally.thread(|| ());
        tally.thread(|| ());
        assert_eq!(tally.max_threads.load(SeqCst), 1);
        tally.thread(|| tally.thread(|| ()));
        assert_eq!(tally.max_threads.load(SeqCst), 2);
        assert_eq!(tally.threads.load(SeqCst), 0);
    }
}
