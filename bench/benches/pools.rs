//! What a job costs: each contender with each work, queue, number of workers and of producers.

use std::time::Duration;

use bench::contenders::{IN_GO, IN_RUST, THREAD_PER_JOB, build_go};
use bench::points::{PRODUCERS, WORKERS, WORKS, pools_group, pools_value};
use bench::rounds::{self, measure};
use bench::setup::{Load, Setup, arithmetic};
use criterion::Criterion;

/// Measures the work alone, without a pool.
fn measure_work(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("work");
    for (name, work, _) in WORKS {
        let Load::Rounds(rounds) = work else { continue };
        group.bench_function(name, |bencher| bencher.iter(|| arithmetic(rounds)));
    }
}

fn main() {
    let mut contenders = IN_RUST.to_vec();
    match build_go() {
        Ok(()) => contenders.push(IN_GO),
        Err(reason) => eprintln!("Go is not measured: {reason}"),
    }
    rounds::run(
        "pools",
        5,
        Duration::from_millis(200),
        |criterion, counts| {
            measure_work(criterion);
            for (name, work, jobs) in WORKS {
                let group_name = pools_group(name);
                let mut group = criterion.benchmark_group(&group_name);
                for workers in WORKERS {
                    for producers in PRODUCERS {
                        for &contender in &contenders {
                            // Starting a thread takes so long that fewer jobs are enough.
                            let is_slow = contender.name == THREAD_PER_JOB && jobs > 1_000;
                            for &queue in contender.queues() {
                                let setup = Setup {
                                    work,
                                    jobs: if is_slow { jobs / 10 } else { jobs },
                                    workers,
                                    producers,
                                    capacity: queue.capacity(workers),
                                };
                                let value = pools_value(queue, workers, producers);
                                measure(
                                    &mut group,
                                    counts,
                                    (&group_name, &value),
                                    contender,
                                    setup,
                                );
                            }
                        }
                    }
                }
            }
        },
    );
}
