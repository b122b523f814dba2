//! How cost grows with the number of jobs, and with the number of workers.

use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

use bench::child::{NOT_MEASURED, last_line};
use bench::contenders::Contender;
use bench::counts::Counts;
use bench::points::{
    GROWTH_JOBS, GROWTH_WORKERS, JOB_COUNTS, WORKER_COUNTS, contenders_for_jobs,
    contenders_with_workers, setup_for_jobs, setup_for_workers,
};
use bench::progress;
use bench::rounds;
use bench::setup::Setup;
use bench::store::{self, Numbers};
use criterion::{BenchmarkId, Criterion, Throughput};

const ROUNDS: usize = 3;

/// All points to measure: the group, the contender, the number of jobs or workers, and the setup.
fn points() -> Vec<(&'static str, Contender, usize, Setup)> {
    let mut points = Vec::new();
    for jobs in JOB_COUNTS {
        points.extend(
            contenders_for_jobs(jobs).map(|it| (GROWTH_JOBS, it, jobs, setup_for_jobs(jobs))),
        );
    }
    for workers in WORKER_COUNTS {
        let setup = setup_for_workers(workers);
        points.extend(contenders_with_workers().map(|it| (GROWTH_WORKERS, it, workers, setup)));
    }
    points
}

/// Measures the time, including the start of the pool.
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

/// Measures the memory, each time in a new process. There are no numbers where the operating system
/// does not report them.
fn measure_memory(rounds: usize) -> io::Result<Numbers> {
    let mut peaks = Numbers::new();
    let progress = progress::show(rounds * points().len());
    for _ in 0..rounds {
        for (group, contender, amount, setup) in points() {
            let mut peak = Command::new(env!("CARGO_BIN_EXE_peak"));
            let (jobs, workers) = (setup.jobs.to_string(), setup.workers.to_string());
            let id = format!("{group}/{}/{amount}", contender.name);
            progress.set_message(id.clone());
            let line = last_line(peak.args([contender.name, &jobs, &workers]))?;
            progress.inc(1);
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
        eprintln!("memory is measured only when all benchmarks run (leave out the filter)");
        return Ok(());
    }
    if rounds::is_measurement() {
        eprintln!("measuring memory");
        store::save("memory-growth.json", measure_memory(ROUNDS)?)
    } else {
        measure_memory(1).map(drop)
    }
}
