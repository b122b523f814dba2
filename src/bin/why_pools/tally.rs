//! What is counted, and the table that shows it.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use worker_pools::memory::Growth;
use worker_pools::println;

/// What became of the jobs, and how many threads there were.
#[derive(Default)]
pub struct Tally {
    pub threads: AtomicUsize,
    pub most_threads: AtomicUsize,
    pub done: AtomicUsize,
    pub refused: AtomicUsize,
    pub never_started: AtomicUsize,
}

impl Tally {
    /// Counts the calling thread for as long as `body` runs.
    pub fn thread(&self, body: impl FnOnce()) {
        let threads = self.threads.fetch_add(1, SeqCst) + 1;
        self.most_threads.fetch_max(threads, SeqCst);
        body();
        self.threads.fetch_sub(1, SeqCst);
    }
}

/// One way of doing the jobs, and what it took.
pub struct Measured {
    tally: Tally,
    memory: Option<u64>,
    time: Duration,
}

/// Runs one way of doing the jobs.
pub fn measure(way: impl FnOnce(&Tally)) -> Measured {
    let tally = Tally::default();
    let growth = Growth::watch();
    let start = Instant::now();
    way(&tally);
    let time = start.elapsed();
    let memory = growth.and_then(|growth| growth.at_peak());
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

    println!("{:<26}{:>16}{:>12}", "", "thread for each", "pool");
    row("threads at the peak", &|way| count(&way.tally.most_threads));
    row("connections refused", &|way| count(&way.tally.refused));
    row("jobs done", &|way| count(&way.tally.done));
    row("jobs never started", &|way| count(&way.tally.never_started));
    row("memory added at the peak", &|way| {
        way.memory.map_or("unknown".into(), megabytes)
    });
    row("time", &|way| format!("{:.2} s", way.time.as_secs_f64()));
}
