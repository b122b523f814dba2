//! By how many bytes the memory grows while a contender works: `peak CONTENDER JOBS WORKERS`.
//! For the bench `growth`, which starts it anew for each measurement.

use std::env;
use std::process::ExitCode;

use bench::child::NOT_MEASURED;
use bench::contenders::IN_RUST;
use bench::points::more_jobs;
use bench::setup::{Setup, Work};
use worker_pools::memory::Growth;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let contender = |name: &str| IN_RUST.into_iter().find(|it| it.name == name);
    let number = |text: &str| text.parse().ok().filter(|&number| number > 0);
    let [name, jobs, workers] = &args[..] else {
        eprintln!("usage: peak CONTENDER JOBS WORKERS");
        return ExitCode::from(2);
    };
    let (Some(contender), Some(jobs), Some(workers)) =
        (contender(name), number(jobs), number(workers))
    else {
        eprintln!("no such contender, or not a number above 0: {name}, {jobs}, {workers}");
        return ExitCode::from(2);
    };
    let setup = Setup {
        // Longer than it takes to submit the next job: a queue without a bound then grows.
        work: Work::SHORT,
        workers,
        ..more_jobs(jobs)
    };

    let growth = Growth::watch();
    contender.run(&setup, 1);
    match growth.and_then(|growth| growth.at_peak()) {
        Some(bytes) => println!("{bytes}"),
        None => println!("{NOT_MEASURED}"),
    }
    ExitCode::SUCCESS
}
