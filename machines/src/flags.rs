//! The flags, and what they describe.

use std::path::PathBuf;
use std::process;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::builder::TypedValueParser;
use worker_pools::Work;
use worker_pools::cli::{PictureFlags, count, millis};

/// The same pool on many machines, fed by Redis Streams
///
/// Without a command, it starts a server, a producer and a few processes with
/// workers, kills one of these processes in the middle of its work, and
/// accounts for every job.
#[derive(clap::Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Flags {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub run: RunFlags,
}

#[derive(clap::Subcommand)]
pub enum Command {
    /// Put jobs into the queue of a server, from any machine
    Put {
        #[command(flatten)]
        server: ServerFlags,
        #[command(flatten)]
        put: PutFlags,
    },
    /// Do the jobs in the queue of a server, on any machine, until Ctrl-C: once
    /// to finish the jobs in hand, twice to give them back
    Work {
        #[command(flatten)]
        server: ServerFlags,
        #[command(flatten)]
        work: WorkFlags,
    },
    /// Show where the jobs are, and how often they were started and done
    Show {
        #[command(flatten)]
        server: ServerFlags,
    },
    /// Delete the queue with all its jobs and counts
    Clear {
        #[command(flatten)]
        server: ServerFlags,
    },
    /// Keep a server in this folder, until stdin closes
    #[command(hide = true)]
    Serve {
        folder: PathBuf,
        #[arg(long)]
        no_aof: bool,
    },
}

#[derive(clap::Args)]
pub struct ServerFlags {
    /// The server, such as redis://127.0.0.1:6379
    #[arg(long, value_parser = url)]
    pub url: String,
}

#[derive(clap::Args, Clone)]
pub struct PutFlags {
    /// Jobs to do
    #[arg(long, value_name = "N", default_value = "300")]
    #[arg(value_parser = count::<usize>(0..=1_000_000))]
    pub jobs: usize,

    /// The most jobs in the queue, waiting or taken; with more, a put is
    /// refused, and tried again a little later
    #[arg(long, value_name = "N", default_value = "1000000")]
    #[arg(value_parser = count::<usize>(1..=1_000_000))]
    pub queue_limit: usize,
}

#[derive(clap::Args, Clone)]
pub struct WorkFlags {
    /// Workers in each process
    #[arg(long, value_name = "N", default_value = "4")]
    #[arg(value_parser = count::<usize>(1..=100))]
    pub workers: usize,

    /// How long a job takes, in milliseconds
    #[arg(long, value_name = "MS", default_value = "50")]
    #[arg(value_parser = millis())]
    pub work_ms: Duration,

    /// How much longer or shorter a job may be, in percent
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    #[arg(value_parser = count::<u32>(0..=100))]
    pub jitter: u32,

    /// Seed of the random numbers; the same seed gives the same job lengths
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,

    /// How long a worker may say nothing before this one takes its jobs, in
    /// milliseconds; give all processes the same
    #[arg(long, value_name = "MS", default_value = "1000")]
    #[arg(value_parser = lease())]
    pub lease_ms: Duration,

    /// Renew the lease of a job while it runs
    #[arg(long)]
    pub renew: bool,

    /// How many jobs a worker takes at once
    #[arg(long, value_name = "N", default_value = "1")]
    #[arg(value_parser = count::<usize>(1..=10_000))]
    pub take: usize,

    /// The most tries of a job; after them, it is given up
    #[arg(long, value_name = "N", default_value = "3")]
    #[arg(value_parser = count::<usize>(1..=1_000))]
    pub tries: usize,

    /// The number of a job that kills the process of its worker
    #[arg(long, value_name = "JOB")]
    pub poison: Option<usize>,

    /// The name of this process, which no other one may have
    #[arg(long, default_value_t = unique_name(), hide_default_value = true)]
    #[arg(value_parser = name)]
    pub name: String,

    /// A line on stdin counts as a signal, and its end as two
    #[arg(long, hide = true)]
    pub owner_on_stdin: bool,
}

#[derive(clap::Args, Clone)]
pub struct RunFlags {
    /// Use this server, such as redis://127.0.0.1:6379, instead of
    /// starting one
    #[arg(long, value_parser = url)]
    pub url: Option<String>,

    #[command(flatten)]
    pub put: PutFlags,

    /// Processes with workers
    #[arg(long, value_name = "N", default_value = "3")]
    #[arg(value_parser = count::<usize>(1..=20))]
    pub processes: usize,

    #[command(flatten)]
    pub work: WorkFlags,

    /// When to kill process 2 (or the only one), in milliseconds from the
    /// start; 0 for never
    #[arg(long, value_name = "MS", default_value = "600")]
    #[arg(value_parser = millis())]
    pub kill_after_ms: Duration,

    /// When to kill the server and to start it again, in milliseconds from the
    /// start; 0 for never
    #[arg(long, value_name = "MS", default_value = "0")]
    #[arg(value_parser = millis())]
    #[arg(conflicts_with = "url")]
    pub kill_server_after_ms: Duration,

    /// Let the server keep no log of the changes: killed, it forgets everything
    #[arg(long, conflicts_with = "url")]
    pub no_aof: bool,

    #[command(flatten)]
    pub picture: PictureFlags,
}

impl WorkFlags {
    /// The work that these flags describe.
    pub fn work(&self) -> Work {
        Work::new(self.work_ms, f64::from(self.jitter) / 100.0, self.seed)
    }

    /// These flags for the process with this name.
    pub fn args(&self, name: &str) -> Vec<String> {
        let mut args: Vec<String> = [
            ("--workers", self.workers.to_string()),
            ("--work-ms", self.work_ms.as_millis().to_string()),
            ("--jitter", self.jitter.to_string()),
            ("--seed", self.seed.to_string()),
            ("--lease-ms", self.lease_ms.as_millis().to_string()),
            ("--take", self.take.to_string()),
            ("--tries", self.tries.to_string()),
            ("--name", name.to_string()),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_string(), value])
        .collect();
        args.extend(self.renew.then(|| "--renew".to_string()));
        let poison = self
            .poison
            .map(|job| ["--poison".to_string(), job.to_string()]);
        args.extend(poison.into_iter().flatten());
        args.push("--owner-on-stdin".to_string());
        args
    }
}

fn url(text: &str) -> Result<String, String> {
    match redis::Client::open(text) {
        Ok(_) => Ok(text.to_string()),
        Err(_) => Err("no address of a Redis server".to_string()),
    }
}

/// With a lease of zero, every worker would take every job.
fn lease() -> impl TypedValueParser<Value = Duration> {
    count::<u64>(1..=3_600_000).map(Duration::from_millis)
}

/// A name that no process on another machine has, even with the same number.
fn unique_name() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("{}-{}", process::id(), now.subsec_micros())
}

/// The engine's commands have spaces between their words, and a worker's number
/// comes after a dot.
fn name(text: &str) -> Result<String, &'static str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        Ok(text.to_string())
    } else {
        Err("only letters, digits, - and _")
    }
}
