//! How the cost grows with the number of jobs, and with the number of workers.

use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

use bench::child::{NOT_MEASURED, last_line};
use bench::contenders::Contender;
use bench::counts::Counts;
use bench::points::{
    JOBS, MANY_WORKERS, MORE_JOBS, MORE_WORKERS, for_jobs, for_workers, more_jobs, more_workers,
};
use bench::rounds;
use bench::setup::Setup;
use bench::store::{self, Numbers};
use criterion::{BenchmarkId, Criterion, Throughput};

const ROUNDS: usize = 3;

/// What is measured: the group, the contender, how much of it, and the setup.
fn points() -> Vec<(&'static str, Contender, usize, Setup)> {
    let mut points = Vec::new();
    for jobs in JOBS {
        points.extend(for_jobs(jobs).map(|it| (MORE_JOBS, it, jobs, more_jobs(jobs))));
    }
    for workers in MANY_WORKERS {
        let setup = more_workers(workers);
        points.extend(for_workers().map(|it| (MORE_WORKERS, it, workers, setup)));
    }
    points
}

/// Here the start of the pool counts, too.
fn measure_time(criterion: &mut Criterion, counts: &mut Counts) {
    for (group, contender, amount, setup) in points() {
        let id = format!("{group}/{}/{amount}", contender.name);
        let mut group = criterion.benchmark_group(group);
        group.throughput(Throughput::Elements(setup.jobs as u64));
        group.bench_function(BenchmarkId::new(contender.name, amount), |bencher| {
            bencher.iter_custom(|times| {
                let start = Instant::now();
                let outcome = contender.run(&setup, times);
                let time = start.elapsed();
                counts.add(&id, setup.jobs * times as usize, outcome.done);
                time
            });
        });
    }
}

/// Each measurement in a process of its own. Where the operating system does not tell, there are
/// none.
fn measure_memory(rounds: usize) -> io::Result<Numbers> {
    let mut peaks = Numbers::new();
    for _ in 0..rounds {
        for (group, contender, amount, setup) in points() {
            let mut peak = Command::new(env!("CARGO_BIN_EXE_peak"));
            let (jobs, workers) = (setup.jobs.to_string(), setup.workers.to_string());
            let line = last_line(peak.args([contender.name, &jobs, &workers]))?;
            let id = format!("{group}/{}/{amount}", contender.name);
            if line != NOT_MEASURED {
                let bytes = line.parse();
                let bytes = bytes.map_err(|_| io::Error::other(format!("{id}: {line:?}")))?;
                peaks.entry(id).or_default().push(bytes);
            }
        }
    }
    Ok(peaks)
}

fn main() -> io::Result<()> {
    rounds::run("growth", ROUNDS, Duration::from_millis(100), measure_time);
    if rounds::is_filtered() {
        eprintln!("the memory is not measured: only a part was asked for");
        return Ok(());
    }
    if rounds::is_measurement() {
        eprintln!("measuring memory");
        store::save("memory-growth.json", measure_memory(ROUNDS)?)
    } else {
        measure_memory(1).map(drop)
    }
}
