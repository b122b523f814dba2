//! The flags.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use timeline::Lanes;
use worker_pools::Work;
use worker_pools::cli::{PictureFlags, count, millis, seconds};

/// A service around a worker pool: it can be observed, and it stops well
#[derive(Clone, clap::Parser)]
pub struct Flags {
    /// Workers in the pool
    #[arg(long, value_name = "N", default_value = "4")]
    #[arg(value_parser = count::<usize>(1..=1_000))]
    pub workers: usize,

    /// Room in the queue, in jobs
    #[arg(long, value_name = "N", default_value = "16")]
    #[arg(value_parser = count::<usize>(0..=1_000_000))]
    pub queue: usize,

    /// Jobs per second, on average; they come in bursts
    #[arg(long, value_name = "N", default_value = "25")]
    #[arg(value_parser = count::<u32>(1..=10_000))]
    pub rate: u32,

    /// What to do with a job while the queue is full: reject it, wait for room,
    /// or retry it with the next burst
    #[arg(long, value_name = "HOW", default_value = "reject")]
    #[arg(hide_possible_values = true)]
    pub when_full: WhenFull,

    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", default_value = "200")]
    #[arg(value_parser = millis())]
    pub work_ms: Duration,

    /// How much longer or shorter a job may be, in percent
    #[arg(long, value_name = "PERCENT", default_value = "50")]
    #[arg(value_parser = count::<u32>(0..=100))]
    pub jitter: u32,

    /// Jobs that panic, in percent, on average
    #[arg(long, value_name = "PERCENT", default_value = "5")]
    #[arg(value_parser = count::<u32>(0..=100))]
    pub panic_percent: u32,

    /// Seed of the random numbers; the same seed gives the same bursts, panics
    /// and job lengths
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,

    /// How long jobs keep coming, in seconds; 0 means until Ctrl-C
    #[arg(long, value_name = "SECS", default_value = "10")]
    #[arg(value_parser = seconds(0.0))]
    pub duration_secs: Duration,

    /// How long the pool may take to drain, in seconds
    #[arg(long, value_name = "SECS", default_value = "5")]
    #[arg(value_parser = seconds(0.0))]
    pub grace_secs: Duration,

    #[command(flatten)]
    pub picture: PictureFlags,

    /// Where to serve /metrics and /healthz: an IP address and a port, or "off"
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9898")]
    pub metrics: Endpoint,
}

impl Flags {
    /// The work that these flags describe.
    pub fn work(&self) -> Work {
        let jitter = f64::from(self.jitter) / 100.0;
        let work = Work::new(self.work_ms, jitter, self.seed);
        work.timeline().set_lanes(Lanes::Workers(1..=self.workers));
        work
    }
}

/// What to do with a job while the queue is full: the flag `--when-full`.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum WhenFull {
    /// Reject it: its customer goes away.
    Reject,
    /// Wait for room. All later jobs wait with it.
    Wait,
    /// Submit it again with the next burst, before the new jobs.
    Retry,
}

/// Where to listen, if at all: the flag `--metrics`.
#[derive(Clone, Copy)]
pub enum Endpoint {
    At(SocketAddr),
    Off,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Endpoint, Self::Err> {
        match text.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(Endpoint::At(address)),
            _ if text == "off" => Ok(Endpoint::Off),
            _ => Err("neither \"off\" nor an IP address with a port above 0, \
                      such as 127.0.0.1:9898"),
        }
    }
}
