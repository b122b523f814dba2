//! The pool in Go is a separate program. It measures the time and counts its jobs itself.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::setup::{Load, Outcome, Setup};
use crate::store::results_dir;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/go/pool.go");

fn program() -> PathBuf {
    results_dir().join(format!("go-pool{EXE_SUFFIX}"))
}

/// Compiles the program.
///
/// # Errors
///
/// When Go is not installed, or the program does not compile. The text is for people to read.
pub fn build() -> Result<(), String> {
    fs::create_dir_all(results_dir()).map_err(|error| error.to_string())?;
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(program()).arg(SOURCE);
    let output = go
        .output()
        .map_err(|error| format!("cannot run go: {error} (is it installed?)"))?;
    if output.status.success() {
        Ok(())
    } else {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_string();
        Err(format!("go build failed: {reason}"))
    }
}

pub fn run(setup: &Setup, batches: u64) -> Outcome {
    let Load::Rounds(rounds) = setup.work else {
        unreachable!("the bench of latency measures only contenders in Rust");
    };
    let flags = [
        format!("-batches={batches}"),
        format!("-rounds={rounds}"),
        format!("-jobs={}", setup.jobs),
        format!("-workers={}", setup.workers),
        format!("-producers={}", setup.producers),
        format!("-capacity={}", setup.capacity),
    ];
    let output = Command::new(program()).args(flags).output();
    let output = output.expect("build() has compiled the program");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(nanos)), Some(Ok(done))) => Outcome {
            time: Duration::from_nanos(nanos),
            done: done as usize,
        },
        _ => panic!(
            "{}: {text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
