//! Measures in rounds. Criterion measures one function after the other, so a machine that is busy
//! for a while would be unfair to one contender. Here every contender is measured for a short time
//! in each round.

use std::env;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use crate::contenders::Contender;
use crate::counts::Counts;
use crate::setup::Setup;
use crate::store::results_dir;

/// The name of a round for criterion. Each round is a baseline, because criterion keeps those.
pub fn baseline(round: usize) -> String {
    format!("round-{round}")
}

/// Whether this run measures. With `cargo bench -- --test`, for example, it does not.
pub fn is_measurement() -> bool {
    let has = |flag: &str| env::args().any(|arg| arg == flag);
    has("--bench") && !has("--test") && !has("--list")
}

/// Whether the command line asks for some of the benchmarks only, or for their names. The value of
/// a flag also counts as a filter: nothing here can tell them apart.
pub fn is_filtered() -> bool {
    env::args()
        .skip(1)
        .any(|arg| arg == "--list" || !arg.starts_with('-'))
}

/// Calls `measure` once for each round. In a round, each benchmark gets about `time`, but at least
/// ten samples. At the end, saves the counts of the jobs as `name`.
pub fn run(
    name: &str,
    rounds: usize,
    time: Duration,
    measure: impl Fn(&mut Criterion, &mut Counts),
) {
    let mut counts = Counts::default();
    for round in 1..=if is_measurement() { rounds } else { 1 } {
        let mut criterion = Criterion::default()
            .sample_size(10)
            .warm_up_time(time / 4)
            .measurement_time(time)
            // Enough for the median. The report uses nothing else.
            .nresamples(2_000)
            .without_plots()
            .configure_from_args()
            .save_baseline(baseline(round));
        measure(&mut criterion, &mut counts);
    }
    for (id, count) in counts.lossy() {
        eprintln!("{id}: {count}");
    }
    if is_measurement() {
        if let Err(error) = counts.save(name) {
            eprintln!(
                "cannot save the counts of the jobs in {}: {error}",
                results_dir().display()
            );
        }
    }
}

/// Measures one contender. One iteration is all jobs of the setup. The id of the benchmark is
/// `group_name`, the contender's name, and `value`.
pub fn measure(
    group: &mut BenchmarkGroup<WallTime>,
    counts: &mut Counts,
    (group_name, value): (&str, &str),
    contender: Contender,
    setup: Setup,
) {
    let id = format!("{group_name}/{}/{value}", contender.name);
    group.throughput(Throughput::Elements(setup.jobs as u64));
    group.bench_function(BenchmarkId::new(contender.name, value), |bencher| {
        bencher.iter_custom(|batches| {
            let outcome = contender.run(&setup, batches);
            counts.add(&id, setup.jobs * batches as usize, outcome.done);
            outcome.time
        });
    });
}
