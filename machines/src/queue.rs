//! The queue in the engine, behind four verbs: put, take, done, give back.
//!
//! It is a [Redis stream][streams] with a consumer group. The engine remembers
//! which worker took which job, and when. A taken job is leased: if its worker
//! says nothing for the time of the lease, another worker takes the job.
//!
//! A command whose answer was lost is sent again. So even a put can happen
//! twice: every promise here is *at least once*.
//!
//! What is not used, as it loses jobs: `MAXLEN` drops the oldest jobs, taken or
//! not; `XGROUP DELCONSUMER` drops the jobs in a worker's hands; a group that
//! begins at `$` never sees the jobs that were put before it was made.
//!
//! [streams]: https://redis.io/docs/latest/develop/data-types/streams/

use std::fmt::{self, Display, Formatter};
use std::thread;
use std::time::{Duration, Instant};

use redis::{
    Client, Cmd, Connection, FromRedisValue, RedisError, RedisResult, Value,
};

/// The jobs: those that wait, and those that somebody has taken.
const JOBS: &str = "machines:jobs";
/// The consumer group: all workers, who share the jobs.
const WORKERS: &str = "workers";
/// The numbers of all jobs that were put.
const PUT: &str = "machines:put";
/// How many numbers were given out.
const NUMBERS: &str = "machines:numbers";
/// The jobs that were given up.
const DEAD: &str = "machines:dead";
/// How often each job was started.
const STARTS: &str = "machines:starts";
/// The effects of the jobs, and who made each one.
const DONE: &str = "machines:done";
/// How many jobs were done once more, without effect.
const TWICE: &str = "machines:twice";

/// Before the first job of a stream.
const BEGINNING: &str = "0-0";
/// How long a take waits for a job. It cannot be interrupted, so it is short.
const BLOCK: Duration = Duration::from_millis(100);
/// The longest pause between two looks for expired leases.
const MAX_PAUSE: Duration = Duration::from_millis(500);
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a command is sent again and again.
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to the queue. Each thread has its own.
pub struct Queue {
    client: Client,
    connection: Option<Connection>,
    /// Who takes jobs here.
    worker: String,
    lease: Duration,
    /// When all jobs in other hands were last looked at, and where the next
    /// look goes on.
    looked: Instant,
    look_from: String,
}

/// A job that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub number: usize,
    /// How often it was taken, with this time.
    pub tries: usize,
    /// What the engine calls it.
    id: String,
}

/// Why the queue did not do something. Whatever it was, no job is lost by it.
#[derive(Debug)]
pub enum Error {
    /// There is no room: see `--queue-limit`.
    Full,
    /// The server has no such queue, or no longer.
    Forgotten,
    /// The server has no memory left, or no disk.
    NoRoom,
    /// The engine said no, or nothing.
    Engine(RedisError),
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Error::Full => write!(f, "the queue is full"),
            Error::Forgotten => write!(
                f,
                "the server has no queue: nobody has put a job, or it has \
                 forgotten all jobs (it was restarted without its data, or \
                 somebody cleared it)"
            ),
            Error::NoRoom => write!(
                f,
                "the server has no memory or no disk left, but no job is lost \
                 (raise its maxmemory, or make room)"
            ),
            Error::Engine(error) if error.is_timeout() => {
                write!(f, "the server does not answer")
            }
            Error::Engine(error) => write!(f, "the server: {error}"),
        }
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Error {
        // A take that waits when the queue vanishes gets the second one.
        if has_code(&error, "NOGROUP") || has_code(&error, "UNBLOCKED") {
            Error::Forgotten
        } else if is_full(&error) {
            Error::NoRoom
        } else {
            Error::Engine(error)
        }
    }
}

/// The result of a verb.
pub type Result<T> = std::result::Result<T, Error>;

/// Where the jobs are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Jobs that were put.
    pub put: usize,
    /// Jobs that wait for a worker.
    pub waiting: usize,
    /// Jobs in the hands of workers.
    pub taken: usize,
    /// Jobs that have had their effect.
    pub done: usize,
    /// Jobs that were given up.
    pub dead: usize,
}

/// Where the jobs are, and how often they were started and done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Where they are.
    pub state: State,
    /// Dead jobs that have had their effect.
    pub dead_and_done: usize,
    /// How often a job was started.
    pub starts: usize,
    /// How many of these were not the first one of their job.
    pub restarts: usize,
    /// How often a job was done that had been done before.
    pub twice: usize,
}

impl Queue {
    /// Connects with the first command.
    pub fn new(url: &str, worker: &str, lease: Duration) -> Result<Queue> {
        Ok(Queue {
            client: Client::open(url)?,
            connection: None,
            worker: worker.to_string(),
            lease,
            looked: Instant::now(),
            look_from: BEGINNING.to_string(),
        })
    }

    /// Connects. If the server is not there, it fails at once.
    pub fn connect(mut self) -> Result<Queue> {
        self.connection = Some(connect(&self.client)?);
        Ok(self)
    }

    /// Makes the queue if it is not there.
    ///
    /// Only who is about to put jobs may do so. If a worker made it, or a
    /// reconnect, it would hide that the server has lost all jobs.
    pub fn make(&mut self) -> Result<()> {
        // From the first job on, even if it was put before.
        let made = self.ask(&format!(
            "XGROUP CREATE {JOBS} {WORKERS} {BEGINNING} MKSTREAM"
        ));
        match made {
            Err(Error::Engine(error)) if has_code(&error, "BUSYGROUP") => {
                Ok(())
            }
            made => made,
        }
    }

    /// Gets numbers for new jobs that no other producer gets. Returns the
    /// first.
    pub fn numbers(&mut self, count: usize) -> Result<usize> {
        let last: usize = self.ask(&format!("INCRBY {NUMBERS} {count}"))?;
        Ok(last + 1 - count)
    }

    /// Puts a job into the queue.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if `limit` jobs wait or are taken. Producers that put at
    /// the same moment may exceed it by one job each. After any error, the job
    /// is the caller's as before.
    pub fn put(&mut self, job: usize, limit: usize) -> Result<()> {
        let length: usize = self.ask(&format!("XLEN {JOBS}"))?;
        if length >= limit {
            return Err(Error::Full);
        }
        let (id, _): (Option<String>, usize) = self.ask_all(&[
            format!("XADD {JOBS} NOMKSTREAM * job {job}"),
            format!("SADD {PUT} {job}"),
        ])?;
        id.map(drop).ok_or(Error::Forgotten)
    }

    /// Takes up to `count` jobs: first those whose lease has expired, then new
    /// ones. Waits a moment for a job, and then returns none.
    pub fn take(&mut self, count: usize) -> Result<Vec<Job>> {
        if self.looked.elapsed() >= MAX_PAUSE.min(self.lease / 4) {
            let jobs = self.take_expired(count)?;
            if !jobs.is_empty() {
                return Ok(jobs);
            }
        }
        let worker = &self.worker;
        let block = BLOCK.as_millis();
        let streams: Option<Vec<(String, Vec<Entry>)>> = self.ask(&format!(
            "XREADGROUP GROUP {WORKERS} {worker} COUNT {count} BLOCK {block} \
             STREAMS {JOBS} >"
        ))?;
        let streams = streams.into_iter().flatten();
        let entries = streams.flat_map(|(_, entries)| entries);
        Ok(entries.map(|entry| Job::new(entry, 1)).collect())
    }

    /// Takes jobs from workers that have said nothing for the time of a lease.
    fn take_expired(&mut self, count: usize) -> Result<Vec<Job>> {
        let (worker, from) = (&self.worker, &self.look_from);
        let lease = self.lease.as_millis();
        let mut answer: Vec<Value> = self.ask(&format!(
            "XAUTOCLAIM {JOBS} {WORKERS} {worker} {lease} {from} COUNT {count}"
        ))?;
        // Since Redis 7, a third part lists jobs that are no longer there.
        answer.truncate(2);
        let answer = redis::from_redis_value(Value::Array(answer));
        let (next, entries): (String, Vec<Entry>) =
            answer.map_err(RedisError::from)?;
        if next == BEGINNING {
            // All of them were looked at.
            self.looked = Instant::now();
        }
        self.look_from = next;
        let mut jobs = Vec::new();
        for entry in entries {
            let id = &entry.0;
            let pending: Vec<Pending> =
                self.ask(&format!("XPENDING {JOBS} {WORKERS} {id} {id} 1"))?;
            let tries = pending.first().map_or(1, |(.., tries)| *tries);
            jobs.push(Job::new(entry, tries));
        }
        Ok(jobs)
    }

    /// The job is done: it leaves the queue.
    pub fn done(&mut self, job: &Job) -> Result<()> {
        let id = &job.id;
        self.ask_all(&[
            format!("XACK {JOBS} {WORKERS} {id}"),
            format!("XDEL {JOBS} {id}"),
        ])
    }

    /// Gives the job up: it leaves the queue, and lies among the dead.
    pub fn bury(&mut self, job: &Job) -> Result<()> {
        let Job { id, number, .. } = job;
        self.ask_all(&[
            format!("SADD {DEAD} {number}"),
            format!("XACK {JOBS} {WORKERS} {id}"),
            format!("XDEL {JOBS} {id}"),
        ])
    }

    /// Gives a job back that was not done: the next worker that looks takes it,
    /// and this try does not count. Nothing happens if the job is no longer in
    /// this worker's hands.
    pub fn give_back(&mut self, job: &Job) -> Result<()> {
        // As if the lease had just expired.
        self.set_idle(job, self.lease, job.tries - 1)
    }

    /// Begins the lease anew. Nothing happens if the job is no longer in this
    /// worker's hands.
    pub fn renew(&mut self, job: &Job) -> Result<()> {
        self.set_idle(job, Duration::ZERO, job.tries)
    }

    /// Sets for how long this worker has said nothing about a job, and how
    /// often the job was taken.
    fn set_idle(
        &mut self,
        job: &Job,
        idle: Duration,
        tries: usize,
    ) -> Result<()> {
        let (worker, id) = (self.worker.clone(), &job.id);
        let pending: Vec<Pending> = self
            .ask(&format!("XPENDING {JOBS} {WORKERS} {id} {id} 1 {worker}"))?;
        if pending.is_empty() {
            return Ok(());
        }
        // If the lease expires at this very moment, this takes the job back
        // from its new owner, and it is done twice.
        let idle = idle.as_millis();
        self.ask(&format!(
            "XCLAIM {JOBS} {WORKERS} {worker} 0 {id} IDLE {idle} \
             RETRYCOUNT {tries} JUSTID"
        ))
    }

    /// Notes that a job starts.
    pub fn start(&mut self, job: &Job) -> Result<()> {
        let number = job.number;
        self.ask(&format!("HINCRBY {STARTS} {number} 1"))
    }

    /// The effect of a job, as a payment or an e-mail would be. Returns false
    /// if it was made before: then nothing happens, so a job may be done twice.
    pub fn make_effect(&mut self, job: &Job) -> Result<bool> {
        let (number, worker) = (job.number, &self.worker);
        let is_new: bool =
            self.ask(&format!("HSETNX {DONE} {number} {worker}"))?;
        if !is_new {
            self.ask::<()>(&format!("INCR {TWICE}"))?;
        }
        Ok(is_new)
    }

    /// Where the jobs are at this moment.
    pub fn state(&mut self) -> Result<State> {
        type Answers = (usize, usize, Summary, usize, usize);
        let (put, length, (taken, ..), done, dead): Answers =
            self.ask_all(&[
                format!("SCARD {PUT}"),
                format!("XLEN {JOBS}"),
                format!("XPENDING {JOBS} {WORKERS}"),
                format!("HLEN {DONE}"),
                format!("SCARD {DEAD}"),
            ])?;
        Ok(State {
            put,
            waiting: length.saturating_sub(taken),
            taken,
            done,
            dead,
        })
    }

    /// How many jobs are in the hands of the workers whose names begin so.
    pub fn in_hands(&mut self, workers: &str) -> Result<usize> {
        let (.., by_worker): Summary =
            self.ask(&format!("XPENDING {JOBS} {WORKERS}"))?;
        let by_worker = by_worker.unwrap_or_default().into_iter();
        let theirs = by_worker.filter(|(name, _)| name.starts_with(workers));
        Ok(theirs.map(|(_, jobs)| jobs).sum())
    }

    /// The account of all jobs. It reads them all, so it takes a while if there
    /// are many.
    pub fn account(&mut self) -> Result<Account> {
        let state = self.state()?;
        let starts: Vec<usize> = self.ask(&format!("HVALS {STARTS}"))?;
        let twice: Option<usize> = self.ask(&format!("GET {TWICE}"))?;
        let dead: Vec<usize> = self.ask(&format!("SMEMBERS {DEAD}"))?;
        let mut dead_and_done = 0;
        for job in dead {
            let done: usize = self.ask(&format!("HEXISTS {DONE} {job}"))?;
            dead_and_done += done;
        }
        Ok(Account {
            state,
            dead_and_done,
            starts: starts.iter().sum(),
            restarts: starts.iter().map(|times| times - 1).sum(),
            twice: twice.unwrap_or(0),
        })
    }

    /// Deletes the queue, and everything that is known of its jobs.
    pub fn clear(&mut self) -> Result<()> {
        self.ask(&format!(
            "DEL {JOBS} {PUT} {NUMBERS} {DEAD} {STARTS} {DONE} {TWICE}"
        ))
    }

    /// Sends a command, as one would type it into `redis-cli`.
    fn ask<T: FromRedisValue>(&mut self, command: &str) -> Result<T> {
        let command = words(command);
        self.retry(|connection| command.query(connection))
    }

    /// Sends commands of which all are done, or none: a transaction.
    fn ask_all<T: FromRedisValue>(&mut self, commands: &[String]) -> Result<T> {
        let mut transaction = redis::pipe();
        transaction.atomic();
        for command in commands {
            transaction.add_command(words(command));
        }
        self.retry(|connection| transaction.query(connection))
    }

    /// While the server is lost or full, tries again.
    fn retry<T>(
        &mut self,
        send: impl Fn(&mut Connection) -> RedisResult<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + RETRY_TIMEOUT;
        loop {
            let answer = match &mut self.connection {
                Some(connection) => send(connection),
                None => connect(&self.client)
                    .and_then(|it| send(self.connection.insert(it))),
            };
            match answer {
                Err(error) if may_pass(&error) && Instant::now() < deadline => {
                    self.connection = None;
                    thread::sleep(Duration::from_millis(50));
                }
                answer => return Ok(answer?),
            }
        }
    }
}

/// A job in the stream: its id, and its only field.
type Entry = (String, (String, usize));
/// A job in somebody's hands: its id, who has it, for how long, and how often
/// it was taken.
type Pending = (String, String, usize, usize);
/// How many jobs are in somebody's hands, and how many in whose.
type Summary = (usize, Value, Value, Option<Vec<(String, usize)>>);

impl Job {
    fn new((id, (_, number)): Entry, tries: usize) -> Job {
        Job { number, tries, id }
    }
}

fn words(command: &str) -> Cmd {
    let mut words = command.split(' ');
    let mut command = redis::cmd(words.next().unwrap_or_default());
    command.arg(words.collect::<Vec<_>>());
    command
}

/// A connection on which no answer takes longer than [`ANSWER_TIMEOUT`].
pub fn connect(client: &Client) -> RedisResult<Connection> {
    let connection = client.get_connection_with_timeout(ANSWER_TIMEOUT)?;
    connection.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    connection.set_write_timeout(Some(ANSWER_TIMEOUT))?;
    Ok(connection)
}

/// Whether the server may do it a little later.
fn may_pass(error: &RedisError) -> bool {
    let is_lost = error.is_io_error() || error.is_unrecoverable_error();
    // After a start, it reads its data.
    is_lost || has_code(error, "LOADING") || is_full(error)
}

/// Whether the server has no memory for the command, or no disk for its log.
fn is_full(error: &RedisError) -> bool {
    has_code(error, "OOM") || has_code(error, "MISCONF")
}

/// Whether the server has answered a command, or one of several, with this.
fn has_code(error: &RedisError, code: &str) -> bool {
    let errors = error.clone().into_server_errors();
    errors.is_some_and(|it| it.iter().any(|(_, error)| error.code() == code))
}
