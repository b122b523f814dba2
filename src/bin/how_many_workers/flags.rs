//! The flags.

use std::time::Duration;

use worker_pools::cli::{PictureFlags, count, millis, seconds};

use crate::arrivals::Arrivals;

/// The most workers, which is far more than one machine has threads.
pub const MAX_WORKERS: u64 = 1_000_000;

/// The most jobs to simulate: more would take minutes in a debug build.
pub const MAX_JOBS: usize = 1_000_000;

/// How many workers a pool needs: by formula, by simulation, and measured
#[derive(clap::Parser)]
#[command(mut_arg("timeline", |it| it.help(
    "Draw the curve of the waits on stderr: auto (only in a terminal), \
     always, never"
)))]
#[command(mut_arg("svg", |it| it.help("Write the curve to a file, as SVG")))]
#[command(mut_arg("replay", |it| it.requires("measure").help(
    "Write the measured runs to a file, as a page to step through in a browser"
)))]
pub struct Flags {
    /// Answer for this number of workers, and show the rows around it, instead
    /// of for the fewest that are enough; they may be on many machines
    #[arg(long, value_name = "N")]
    #[arg(value_parser = count::<usize>(1..=MAX_WORKERS))]
    pub workers: Option<usize>,

    /// Jobs per second, on average
    #[arg(long, value_name = "N", default_value = "25")]
    #[arg(value_parser = count::<u32>(1..=1_000_000))]
    pub rate: u32,

    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", default_value = "200")]
    #[arg(value_parser = millis())]
    pub work_ms: Duration,

    /// How much longer or shorter a job may be, in percent
    #[arg(long, value_name = "PERCENT", default_value = "50")]
    #[arg(value_parser = count::<u32>(0..=100))]
    pub jitter: u32,

    /// How the jobs come: regular, random, or bursts, as in production_pool
    #[arg(long, value_name = "HOW", default_value = "random")]
    #[arg(hide_possible_values = true)]
    pub arrivals: Arrivals,

    /// Seed of the random numbers; the same seed gives the same arrivals and
    /// job lengths
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,

    /// Jobs to simulate; the more, the more exact
    #[arg(long, value_name = "N", default_value = "100000")]
    #[arg(value_parser = count::<usize>(0..=MAX_JOBS as u64))]
    pub jobs: usize,

    /// 95 of 100 jobs must start within this time, in milliseconds
    #[arg(long, value_name = "MS", default_value = "100")]
    #[arg(value_parser = millis())]
    pub target_wait_ms: Duration,

    /// Also run real pools: the first jobs come for this many seconds, and
    /// threads sleep as long as each job takes. At most 1000 workers
    #[arg(long, value_name = "SECS", value_parser = seconds(0.1))]
    pub measure: Option<Duration>,

    #[command(flatten)]
    pub picture: PictureFlags,
}
