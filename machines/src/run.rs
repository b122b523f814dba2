//! The whole show on one machine: a server, a producer, and processes with
//! workers, one of which is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{
    Receiver, Sender, after, never, select, tick, unbounded,
};
use timeline::{Ending, Lanes, Timeline};
use worker_pools::{Context, eprintln, println, signal};

use crate::flags::RunFlags;
use crate::put::{Put, put_all};
use crate::queue::{Error, Queue};
use crate::report;
use crate::server::Server;

/// How often the state of the queue is read, and how often it is printed.
const LOOK: Duration = Duration::from_millis(50);
const PRINT: Duration = Duration::from_millis(400);

/// A process with workers.
struct Process {
    child: Child,
    /// Dropping it tells the process to finish its jobs and to end.
    stdin: Option<ChildStdin>,
    /// Reads what its workers print. Returns the jobs that they have done.
    reader: JoinHandle<BTreeSet<usize>>,
    /// It was killed on purpose, so nobody starts it again.
    killed: bool,
}

/// All processes, by number.
struct Crew<'a> {
    url: &'a str,
    flags: &'a RunFlags,
    timeline: Timeline,
    processes: BTreeMap<usize, Process>,
    /// Receives the number of a process that has ended.
    ended: Sender<usize>,
    /// The jobs that ended processes have done.
    done: BTreeSet<usize>,
}

/// Returns whether no job was lost.
///
/// # Errors
///
/// With a reason for the user, if a server or a process cannot be started, or
/// if the server does not answer.
pub fn run(flags: &RunFlags) -> Result<bool, String> {
    let mut server = None;
    let url = match &flags.url {
        Some(url) => url.clone(),
        None => server.insert(Server::start(!flags.no_aof)?).url.clone(),
    };
    let mut queue =
        Queue::open(&url, "main", flags.work.lease_ms).map_err(reason)?;
    if queue.state().map_err(reason)?.put > 0 {
        return Err(format!(
            "this server has jobs already: look at them with \"machines show --url {url}\", and \
             delete them with \"machines clear --url {url}\""
        ));
    }
    let signals = signal::notify();
    let start = Instant::now();
    let (ended_tx, ended_rx) = unbounded();
    let mut crew = Crew::new(&url, flags, ended_tx);
    let timeline = crew.timeline.clone();
    for number in 1..=flags.processes {
        crew.start(number)?;
    }
    let (putting, end_putting) = Context::with_cancel();
    let producer = {
        let (url, flags, timeline) =
            (url.clone(), flags.clone(), timeline.clone());
        thread::spawn(move || produce(&url, &flags, &putting, &timeline))
    };

    let kill = alarm(flags.kill_after_ms);
    let kill_server = alarm(flags.kill_server_after_ms);
    let looks = tick(LOOK);
    let mut printed = start;
    let mut is_forgotten = false;
    loop {
        select! {
            recv(signals) -> _ => {
                eprintln!("no more jobs: waiting for those that have begun");
                break;
            }
            recv(kill) -> _ => {
                let number = flags.processes.min(2);
                timeline.mark(&format!("kill process {number}"), Instant::now());
                crew.kill(number);
                let hands = queue.in_hands(&format!("{number}.")).map_err(reason)?;
                println!("killed process {number} ({hands} jobs were in its hands)");
            }
            recv(kill_server) -> _ => if let Some(server) = &mut server {
                timeline.mark("kill the server", Instant::now());
                server.restart().map_err(|error| format!("the server's guard: {error}"))?;
                println!("killed the server, and started it again");
            },
            recv(ended_rx) -> number => {
                crew.replace(number.expect("the crew has a sender"))?;
                if crew.processes.is_empty() {
                    break;
                }
            }
            recv(looks) -> _ => match queue.state() {
                Ok(state) => {
                    if printed.elapsed() >= PRINT {
                        printed = Instant::now();
                        report::print_state(start.elapsed(), &state);
                    }
                    if producer.is_finished() && state.waiting + state.taken == 0 {
                        break;
                    }
                }
                Err(Error::Forgotten) => {
                    is_forgotten = true;
                    break;
                }
                Err(error) => return Err(reason(error)),
            },
        }
    }
    end_putting.cancel();
    let (put, produced) = producer.join().expect("the producer does not panic");
    if let Err(error @ Error::Engine(_)) = produced {
        eprintln!("the producer: {error}");
    }
    crew.end(&ended_rx, &signals);
    flags.picture.draw(&timeline);
    if put.refused > 0 {
        report::print_put(&put);
    }
    match queue.account() {
        Ok(account) if !is_forgotten => {
            Ok(report::print_account(put.jobs, &account))
        }
        Ok(_) | Err(Error::Forgotten) => {
            report::print_forgotten(put.jobs, crew.done.len());
            Ok(false)
        }
        Err(error) => Err(reason(error)),
    }
}

fn reason(error: Error) -> String {
    error.to_string()
}

/// A channel that receives once after this time; never if it is zero.
fn alarm(after_time: Duration) -> Receiver<Instant> {
    match after_time {
        Duration::ZERO => never(),
        time => after(time),
    }
}

fn produce(
    url: &str,
    flags: &RunFlags,
    context: &Context,
    timeline: &Timeline,
) -> (Put, Result<(), Error>) {
    let mut put = Put::default();
    let produced = Queue::open(url, "producer", flags.work.lease_ms).and_then(
        |mut queue| {
            put_all(&mut queue, &flags.put, context, &mut put, |job| {
                timeline.queued(job)
            })
        },
    );
    (put, produced)
}

impl Crew<'_> {
    fn new<'a>(
        url: &'a str,
        flags: &'a RunFlags,
        ended: Sender<usize>,
    ) -> Crew<'a> {
        let timeline = Timeline::default();
        timeline.set_lanes(Lanes::Processes {
            processes: flags.processes,
            workers: flags.work.workers,
        });
        Crew {
            url,
            flags,
            timeline,
            processes: BTreeMap::new(),
            ended,
            done: BTreeSet::new(),
        }
    }

    /// Starts the process with this number.
    fn start(&mut self, number: usize) -> Result<(), String> {
        let program = env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args(["work", "--url", self.url]);
        command.args(self.flags.work.args(&number.to_string()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.spawn();
        let mut child = child.map_err(|error| {
            format!("cannot start process {number}: {error}")
        })?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("it is piped");
        let (timeline, ended) = (self.timeline.clone(), self.ended.clone());
        let workers = self.flags.work.workers;
        let first_lane = (number - 1) * workers + 1;
        let reader = thread::spawn(move || {
            let done = record(stdout, first_lane, &timeline);
            let _ = ended.send(number);
            done
        });
        self.processes.insert(
            number,
            Process {
                child,
                stdin,
                reader,
                killed: false,
            },
        );
        Ok(())
    }

    /// Kills a process with `kill -9`.
    fn kill(&mut self, number: usize) {
        if let Some(process) = self.processes.get_mut(&number) {
            process.killed = true;
            // It fails only if the process has ended by itself.
            let _ = process.child.kill();
        }
    }

    /// A process has ended. If it died of a job, another one takes its place, as
    /// with any service manager.
    fn replace(&mut self, number: usize) -> Result<(), String> {
        let died = self.remove(number);
        if died {
            eprintln!("process {number} died, and is started again");
            self.start(number)?;
        }
        Ok(())
    }

    /// Takes note of a process that has ended. Returns whether it died by itself.
    fn remove(&mut self, number: usize) -> bool {
        let Some(mut process) = self.processes.remove(&number) else {
            return false;
        };
        self.done
            .extend(process.reader.join().expect("the reader does not panic"));
        let status = process.child.wait();
        // With status 1 it has said why: it would do the same again.
        let died = status.is_ok_and(|it| !it.success() && it.code() != Some(1));
        died && !process.killed
    }

    /// Lets all processes finish the jobs that they have, and waits for them.
    fn end(&mut self, ended: &Receiver<usize>, signals: &Receiver<()>) {
        for process in self.processes.values_mut() {
            drop(process.stdin.take());
        }
        while !self.processes.is_empty() {
            select! {
                recv(ended) -> number => {
                    self.remove(number.expect("the crew has a sender"));
                }
                // A second Ctrl-C in the terminal: the processes have got it too.
                recv(signals) -> _ => {}
            }
        }
    }
}

/// Records what the workers of a process print, until it ends. A job that runs
/// at that moment is interrupted. Returns the jobs that were done.
fn record(
    stdout: impl Read,
    first_lane: usize,
    timeline: &Timeline,
) -> BTreeSet<usize> {
    let mut running = BTreeMap::new();
    let mut done = BTreeSet::new();
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        // As in "worker 2.1 starts job 17".
        let words: Vec<&str> = line.split(' ').collect();
        let lane = words
            .get(1)
            .and_then(|name| name.rsplit('.').next()?.parse::<usize>().ok());
        let job = words.iter().skip_while(|word| **word != "job").nth(1);
        let job = job.and_then(|job| job.parse::<usize>().ok());
        let (Some(worker), Some(job)) = (lane, job) else {
            continue;
        };
        match words[2..] {
            ["starts", ..] => {
                running.insert(
                    worker,
                    timeline.start(first_lane + worker - 1, job),
                );
            }
            ["has", "done", ..] => {
                let ending = if line.ends_with("once more") {
                    Ending::Undelivered
                } else {
                    Ending::Done
                };
                done.insert(job);
                if let Some(started) = running.remove(&worker) {
                    timeline.end(started, ending);
                }
            }
            // Gives it back. The others in its hand were not started.
            ["gives", "job", _, "back"] => {
                if let Some(started) = running.remove(&worker) {
                    timeline.end(started, Ending::Interrupted);
                }
            }
            _ => {}
        }
    }
    for started in running.into_values() {
        timeline.end(started, Ending::Interrupted);
    }
    done
}
