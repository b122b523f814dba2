//! Prints why some pools are slower: how often the threads switch, and how much of the CPU time the
//! producer uses. `cargo run --release -p bench --bin switches`, on Linux.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    match linux::print_tables() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot read what the threads used: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("only Linux tells what a single thread has used");
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use bench::contenders::{Contender, IN_RUST, INLINE, THREAD_PER_JOB};
    use bench::points::Queue;
    use bench::setup::{Load, Setup};
    use nix::errno::Errno;
    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    const ROUNDS: usize = 9;

    /// The questions of `bench/README.md`: workers, queue, and what a job does.
    const POINTS: [(usize, Queue, Load, &str); 4] = [
        (2, Queue::HandOver, Load::NOTHING, "no-op"),
        (1, Queue::TwoPerWorker, Load::NOTHING, "no-op"),
        (2, Queue::Long, Load::NOTHING, "no-op"),
        (2, Queue::Long, Load::SHORT, "1 µs"),
    ];

    /// What a round used.
    #[derive(Clone, Copy)]
    struct Used {
        nanos_per_job: f64,
        /// How often a thread fell asleep, per job.
        sleeps_per_job: f64,
        /// How often a thread yielded, or another one took its turn, per job.
        turns_per_job: f64,
        /// The producer's share of the CPU time.
        producer: f64,
    }

    pub fn print_tables() -> Result<(), Errno> {
        for (workers, queue, work, work_name) in POINTS {
            let setup = Setup {
                work,
                jobs: 20_000,
                workers,
                producers: 1,
                capacity: queue.capacity(workers),
            };
            let (room, plural) = (queue.name(), if workers == 1 { "" } else { "s" });
            println!("\n{workers} worker{plural}, queue of {room}, jobs of {work_name}:\n");
            println!(
                "| pool | a job | sleeps per job | turns per job | CPU time of the producer |"
            );
            println!("|---|---:|---:|---:|---:|");
            let contenders: Vec<Contender> = IN_RUST
                .into_iter()
                .filter(|it| it.is_bounded || queue == Queue::Long)
                .filter(|it| ![INLINE, THREAD_PER_JOB].contains(&it.name))
                .collect();
            let mut rounds = vec![Vec::new(); contenders.len()];
            for _ in 0..ROUNDS {
                for (contender, used) in contenders.iter().zip(&mut rounds) {
                    used.push(run(contender, &setup)?);
                }
            }
            for (contender, used) in contenders.iter().zip(&rounds) {
                let median = |value: fn(&Used) -> f64| {
                    let mut values: Vec<f64> = used.iter().map(value).collect();
                    values.sort_by(f64::total_cmp);
                    values[ROUNDS / 2]
                };
                println!(
                    "| {} | {:.0} ns | {:.3} | {:.3} | {:.0} % |",
                    contender.name,
                    median(|used| used.nanos_per_job),
                    median(|used| used.sleeps_per_job),
                    median(|used| used.turns_per_job),
                    100.0 * median(|used| used.producer),
                );
            }
        }
        Ok(())
    }

    fn run(contender: &Contender, setup: &Setup) -> Result<Used, Errno> {
        let of_all = getrusage(UsageWho::RUSAGE_SELF)?;
        let of_producer = getrusage(UsageWho::RUSAGE_THREAD)?; // this thread submits
        let outcome = contender.run(setup, 1);
        let producer = cpu_since(&of_producer, UsageWho::RUSAGE_THREAD)?;
        let all = cpu_since(&of_all, UsageWho::RUSAGE_SELF)?;
        let now = getrusage(UsageWho::RUSAGE_SELF)?;
        let sleeps = now.voluntary_context_switches() - of_all.voluntary_context_switches();
        let turns = now.involuntary_context_switches() - of_all.involuntary_context_switches();
        let jobs = setup.jobs as f64;
        Ok(Used {
            nanos_per_job: outcome.time.as_nanos() as f64 / jobs,
            sleeps_per_job: sleeps as f64 / jobs,
            turns_per_job: turns as f64 / jobs,
            producer: producer.as_secs_f64() / all.as_secs_f64(),
        })
    }

    /// The CPU time since then.
    fn cpu_since(then: &Usage, who: UsageWho) -> Result<Duration, Errno> {
        let now = getrusage(who)?;
        Ok(cpu(&now) - cpu(then))
    }

    fn cpu(usage: &Usage) -> Duration {
        let duration = |time: TimeVal| {
            let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
            Duration::from_micros(micros.unsigned_abs())
        };
        duration(usage.user_time()) + duration(usage.system_time())
    }
}
