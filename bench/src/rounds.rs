//! Criterion measures one function after the other. So that a machine which is busy for a while is
//! busy for every contender, all are measured for a short time, then all once more, and so on.

use std::env;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};

use crate::contenders::Contender;
use crate::counts::Counts;
use crate::setup::Setup;

/// How criterion calls round number `round`: it is a baseline, so that it is kept.
pub fn baseline(round: usize) -> String {
    format!("round-{round}")
}

/// Whether this is a measurement, and not `cargo bench -- --test` or the like.
pub fn is_measurement() -> bool {
    let has = |flag: &str| env::args().any(|arg| arg == flag);
    has("--bench") && !has("--test") && !has("--list")
}

/// Whether only some of the benchmarks were asked for, or only their names. The value of a flag
/// looks as if it were such a filter.
pub fn is_filtered() -> bool {
    env::args()
        .skip(1)
        .any(|arg| arg == "--list" || !arg.starts_with('-'))
}

/// Measures everything so many times. In each round, each benchmark gets about `time`, but at
/// least ten samples. Then keeps the counts of the jobs as `name`.
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
            // Enough for the median, which is all that the report takes.
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
            eprintln!("cannot keep the counts of the jobs: {error}");
        }
    }
}

/// Measures one contender: one iteration is all jobs of the setup. `group_name` and `value` make
/// its id, with the contender's name in between.
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
