//! The whole show on one machine: a server, a producer, and processes with
//! workers, one of which is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{
    Receiver, Sender, after, never, select, tick, unbounded,
};
use timeline::{Ending, Lanes, Run, Timeline};
use worker_pools::output::fail;
use worker_pools::{Context, eprintln, println, signal};

use crate::event::Event;
use crate::flags::RunFlags;
use crate::put::{Put, put_all};
use crate::queue::{Error, Queue, Result};
use crate::report;
use crate::server::{Server, out_of_reach_of_ctrl_c};

/// How often the state of the queue is read, and how often it is printed.
const LOOK: Duration = Duration::from_millis(50);
const PRINT: Duration = Duration::from_millis(400);

/// A process with workers.
struct Process {
    child: Child,
    /// A line tells the process to finish its jobs and to end, a second one to
    /// give them back. If this program is killed, stdin closes, and the process
    /// gives its jobs back.
    stdin: ChildStdin,
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

/// Returns whether no job was lost, and somebody did them. If a process or a
/// server cannot be started, it ends the program with status 1 and one line on
/// stderr.
///
/// # Errors
///
/// If the server does not answer.
pub fn run(flags: &RunFlags) -> Result<bool> {
    let mut server = None;
    let url = match &flags.url {
        Some(url) => url.clone(),
        None => server.insert(Server::start(!flags.no_aof)).url.clone(),
    };
    let mut queue = Queue::new(&url, "main", flags.work.lease_ms)?.connect()?;
    queue.make()?;
    if queue.state()?.put > 0 {
        // Without its address, which may have a password in it.
        fail(format_args!(
            "the server has jobs already (look at them with the command show, \
             and delete them with the command clear)"
        ));
    }
    let signals = signal::notify();
    let (ended_tx, ended_rx) = unbounded();
    let mut crew = Crew::new(&url, flags, ended_tx);
    let timeline = crew.timeline.clone();
    for number in 1..=flags.processes {
        crew.start(number);
    }
    let (putting, end_putting) = Context::with_cancel();
    thread::scope(|scope| {
        let producer =
            scope.spawn(|| produce(&url, flags, &putting, &timeline));
        let mut show = Show {
            server,
            queue,
            crew,
            ended: ended_rx,
            signals,
            deserted: false,
        };
        let watched = show.watch(flags, || producer.is_finished());
        end_putting.cancel();
        let put = producer.join().expect("the producer does not panic");
        show.end();
        let run = Run {
            name: String::new(),
            recording: timeline.recording(),
        };
        let mut account = Ok(false);
        flags.picture.draw_runs(&[run], || {
            account = show.account(&put, watched);
        });
        account
    })
}

/// Puts the jobs into the queue.
fn produce(
    url: &str,
    flags: &RunFlags,
    context: &Context,
    timeline: &Timeline,
) -> Put {
    let mut put = Put::default();
    let produced =
        Queue::new(url, "producer", flags.work.lease_ms).and_then(|mut it| {
            let queued = |job| timeline.queued(job);
            put_all(&mut it, &flags.put, context, &mut put, queued)
        });
    if let Err(error) = produced {
        eprintln!("the producer has ended: {error}");
    }
    put
}

/// All that runs.
struct Show<'a> {
    server: Option<Server>,
    queue: Queue,
    crew: Crew<'a>,
    /// Receives the number of a process that has ended.
    ended: Receiver<usize>,
    signals: Receiver<()>,
    /// No process is left, and jobs are.
    deserted: bool,
}

impl Show<'_> {
    /// Kills what is to be killed, and watches the jobs until they are done, a
    /// signal comes, or no process is left.
    fn watch(
        &mut self,
        flags: &RunFlags,
        all_are_put: impl Fn() -> bool,
    ) -> Result<()> {
        let kill = alarm(flags.kill_after_ms);
        let kill_server = alarm(flags.kill_server_after_ms);
        let looks = tick(LOOK);
        let start = Instant::now();
        let mut printed = start;
        loop {
            select! {
                recv(self.signals) -> _ => {
                    eprintln!("no more jobs: finishing those that have begun");
                    return Ok(());
                }
                recv(kill) -> _ => self.kill(flags.processes.min(2))?,
                recv(kill_server) -> _ => self.kill_server(),
                recv(self.ended) -> number => {
                    self.crew.replace(number.expect("the crew can send"));
                    if self.crew.processes.is_empty() {
                        eprintln!("no process is left to do the jobs");
                        self.deserted = true;
                        return Ok(());
                    }
                }
                recv(looks) -> _ => {
                    let state = self.queue.state()?;
                    if printed.elapsed() >= PRINT {
                        printed = Instant::now();
                        report::print_state(start.elapsed(), &state);
                    }
                    if all_are_put() && state.waiting + state.taken == 0 {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn kill(&mut self, number: usize) -> Result<()> {
        let now = Instant::now();
        self.crew.kill(number);
        self.crew
            .timeline
            .mark(&format!("kill process {number}"), now);
        let hands = self.queue.in_hands(&format!("{number}."))?;
        println!("killed process {number} ({hands} jobs were in its hands)");
        Ok(())
    }

    fn kill_server(&mut self) {
        if let Some(server) = &mut self.server {
            self.crew.timeline.mark("kill the server", Instant::now());
            server.restart();
            println!("killed the server, and started it again");
        }
    }

    /// Lets all processes finish the jobs that they have, and waits for them.
    /// At another signal, they give these jobs back. At one more, they are
    /// killed: the leases of their jobs expire.
    fn end(&mut self) {
        self.crew.tell("finish");
        let mut gives_back = false;
        while !self.crew.processes.is_empty() {
            select! {
                recv(self.ended) -> number => {
                    self.crew.remove(number.expect("the crew can send"));
                }
                recv(self.signals) -> _ => if gives_back {
                    eprintln!("killing the processes that are left");
                    self.crew.kill_all();
                } else {
                    eprintln!("giving the jobs back");
                    self.crew.tell("give back");
                    gives_back = true;
                },
            }
        }
    }

    fn account(&mut self, put: &Put, watched: Result<()>) -> Result<bool> {
        if put.refused > 0 {
            report::print_put(put);
        }
        match watched.and_then(|()| self.queue.account()) {
            Ok(account) => {
                let none_lost = report::print_account(put.jobs, &account);
                Ok(none_lost && !self.deserted)
            }
            Err(Error::Forgotten) => {
                report::print_forgotten(put.jobs, self.crew.done.len());
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// A channel that receives once after this time; never if it is zero.
fn alarm(time: Duration) -> Receiver<Instant> {
    match time {
        Duration::ZERO => never(),
        time => after(time),
    }
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
    fn start(&mut self, number: usize) {
        let started = env::current_exe().and_then(|program| {
            let mut command = Command::new(program);
            command.args(["work", "--url", self.url]);
            command.args(self.flags.work.args(&number.to_string()));
            out_of_reach_of_ctrl_c(&mut command);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
        });
        let mut child = started.unwrap_or_else(|error| {
            fail(format_args!("cannot start process {number}: {error}"))
        });
        let stdin = child.stdin.take().expect("it is piped");
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
    }

    /// Says something to all processes.
    fn tell(&mut self, line: &str) {
        for process in self.processes.values_mut() {
            // It fails only if the process has ended by itself.
            let _ = writeln!(process.stdin, "{line}");
        }
    }

    /// Kills a process with `kill -9`.
    fn kill(&mut self, number: usize) {
        if let Some(process) = self.processes.get_mut(&number) {
            process.killed = true;
            // It fails only if the process has ended by itself.
            let _ = process.child.kill();
        }
    }

    fn kill_all(&mut self) {
        let numbers: Vec<usize> = self.processes.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.kill(number));
    }

    /// A process has ended. If it died of a job, another one takes its place,
    /// as with any service manager.
    fn replace(&mut self, number: usize) {
        if self.remove(number) {
            eprintln!("process {number} died, and is started again");
            self.start(number);
        }
    }

    /// Takes note of a process that has ended. Returns whether it died by
    /// itself.
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
    // It cannot be read any more when the process has ended.
    let lines = BufReader::new(stdout).lines().map_while(|line| line.ok());
    for (worker, event, job) in lines.filter_map(|line| Event::read(&line)) {
        let ending = match event {
            Event::Starts => {
                let started = timeline.start(first_lane + worker - 1, job);
                running.insert(worker, started);
                continue;
            }
            Event::Done => Ending::Done,
            Event::DoneAgain => Ending::Undelivered,
            Event::GivesBack => Ending::Interrupted,
            Event::GivesUp => continue,
        };
        if ending != Ending::Interrupted {
            done.insert(job);
        }
        // Jobs of a large hand are given back without a start.
        if let Some(started) = running.remove(&worker) {
            timeline.end(started, ending);
        }
    }
    for started in running.into_values() {
        timeline.end(started, Ending::Interrupted);
    }
    done
}
