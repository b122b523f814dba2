//! Prints how many bytes of memory a contender adds at its peak: `peak CONTENDER JOBS WORKERS`. The
//! bench `growth` starts it once for each measurement.

use std::env;
use std::process::ExitCode;

use bench::child::NOT_MEASURED;
use bench::contenders::IN_RUST;
use bench::points::setup_for_jobs;
use bench::setup::{Load, Setup};
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
        eprintln!("expected a contender and two numbers above 0, not {name}, {jobs}, {workers}");
        return ExitCode::from(2);
    };
    let setup = Setup {
        // Each job takes longer than a submit, so a queue without a bound grows.
        work: Load::SHORT,
        workers,
        ..setup_for_jobs(jobs)
    };

    let growth = Growth::watch();
    contender.run(&setup, 1);
    match growth.and_then(|growth| growth.at_peak()) {
        Some(bytes) => println!("{bytes}"),
        None => println!("{NOT_MEASURED}"),
    }
    ExitCode::SUCCESS
}
