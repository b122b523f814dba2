//! Runs a lesson's real binary, with a limit on every wait.

// Each test file is a separate crate, and uses only a part of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::TcpStream;
use std::panic::{self, AssertUnwindSafe};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Far longer than any wait here should take. What is not done by then hangs.
pub const LIMIT: Duration = Duration::from_secs(20);

/// A running lesson. Dropping it kills the process, so a failed test leaves nothing behind.
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// A lesson that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The lines of stdout that the test had not taken.
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
    /// The exit status, or `None` if a signal ended the process.
    pub status: Option<i32>,
}

/// Runs the program to its end.
#[track_caller]
pub fn run(program: &str, flags: &str) -> Ended {
    start(program, flags).end()
}

/// Starts the program. Spaces separate the flags.
pub fn start(program: &str, flags: &str) -> Running {
    let mut command = Command::new(program);
    command.args(flags.split_whitespace()).stdin(Stdio::null());
    start_command(command)
}

pub fn start_command(mut command: Command) -> Running {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the lesson was built");
    let stdout = lines(child.stdout.take().expect("piped"));
    let stderr = lines(child.stderr.take().expect("piped"));
    Running {
        child,
        stdout,
        stderr,
    }
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            if sender.send(line.expect("UTF-8")).is_err() {
                break;
            }
        }
    });
    receiver
}

impl Running {
    /// The next line of stdout.
    #[track_caller]
    pub fn line(&mut self) -> String {
        let line = self.stdout.recv_timeout(LIMIT);
        line.expect("one more line of stdout within the limit")
    }

    /// Takes lines of stderr up to the first one with this text, and returns that.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.stderr.recv_timeout(left) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(_) => panic!("no line of stderr contains {text:?}"),
            }
        }
    }

    /// Writes to the program's stdin, which must be a pipe, and closes it. Another thread does the
    /// writing, so a program that does not read fails the test instead of hanging it.
    pub fn write(&mut self, input: String) {
        let mut stdin = self.child.stdin.take().expect("piped");
        thread::spawn(move || stdin.write_all(input.as_bytes()).expect("it reads stdin"));
    }

    /// The peak of its memory so far, in bytes.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> usize {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).expect("the lesson still runs");
        let peak = status.lines().find(|line| line.starts_with("VmHWM:"));
        numbers(peak.expect("Linux reports the peak"))[0] * 1024
    }

    /// How many threads it has now.
    #[cfg(target_os = "linux")]
    pub fn threads(&self) -> usize {
        let tasks = format!("/proc/{}/task", self.child.id());
        std::fs::read_dir(tasks).expect("it runs").count()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        signal(name, &self.child);
    }

    /// Sends it to the lesson and all its processes, as Ctrl-C in a terminal does. The lesson must
    /// have been started with `process_group(0)`.
    #[cfg(unix)]
    pub fn signal_group(&self, name: &str) {
        let kill = format!("kill -{name} -{}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("a shell").success(), "{kill}");
    }

    /// Waits, and returns whether the lesson still runs.
    #[cfg(unix)]
    pub fn runs_for(&mut self, time: Duration) -> bool {
        thread::sleep(time);
        self.child.try_wait().expect("our child").is_none()
    }

    /// Waits until the lesson has ended.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let deadline = Instant::now() + LIMIT;
        let stdout = rest(&self.stdout, deadline);
        let stderr = rest(&self.stderr, deadline);
        // Both of its outputs are closed, so it has ended or will end soon.
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                break status.code();
            }
            assert!(
                Instant::now() < deadline,
                "it closed its outputs but goes on"
            );
            thread::sleep(Duration::from_millis(1));
        };
        Ended {
            stdout,
            stderr,
            status,
        }
    }
}

/// Sends a signal: "INT" is what Ctrl-C sends.
#[cfg(unix)]
pub fn signal(name: &str, child: &Child) {
    let kill = format!("kill -{name} {}", child.id());
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(status.expect("a shell").success(), "{kill}");
}

#[track_caller]
fn rest(lines: &Receiver<String>, deadline: Instant) -> Vec<String> {
    let mut rest = Vec::new();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => rest.push(line),
            Err(RecvTimeoutError::Disconnected) => return rest,
            Err(RecvTimeoutError::Timeout) => panic!("it hangs after {rest:#?}"),
        }
    }
}

/// Fails the test if `action` hangs, and passes its panic on.
#[track_caller]
pub fn within_limit<T: Send + 'static>(action: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(panic::catch_unwind(AssertUnwindSafe(action))));
    // Longer than the waits inside, so that they fail first and say what they waited for.
    match receiver.recv_timeout(2 * LIMIT).expect("it hangs") {
        Ok(value) => value,
        Err(panic) => panic::resume_unwind(panic),
    }
}

/// Sends `head` and then `byte` again and again, one byte at a time, so that no single read takes
/// long. Ends when the other side hangs up, or after half a minute.
pub fn drip(mut stream: TcpStream, head: &[u8], byte: u8) {
    for byte in head.iter().chain(iter::repeat(&byte)).take(600) {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // This fails if the process has ended, and that is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Counts the runs of a pool that the lesson sums up on stderr.
pub fn summed_up(ended: &Ended) -> usize {
    let sums_up =
        |line: &&String| line.contains(" % of the time") || line.starts_with("no job started in ");
    ended.stderr.iter().filter(sums_up).count()
}

/// The numbers in a line such as "10 jobs: 6 delivered, 3 finished too late".
pub fn numbers(line: &str) -> Vec<usize> {
    let is_digit = |c: char| c.is_ascii_digit();
    line.split(|c| !is_digit(c))
        .filter(|digits| !digits.is_empty())
        .map(|digits| digits.parse().expect("a number that fits"))
        .collect()
}

/// The numbers of the jobs that were started, from the lines "worker 1 processing job 2".
pub fn started(stdout: &[String]) -> Vec<usize> {
    let lines = stdout
        .iter()
        .filter(|line| line.contains(" processing job "));
    lines.map(|line| numbers(line)[1]).collect()
}

/// The numbers of the jobs that were done, from the lines "result: 4".
pub fn done(stdout: &[String]) -> Vec<usize> {
    let lines = stdout.iter().filter(|line| line.starts_with("result: "));
    lines.map(|line| numbers(line)[0] / 2).collect()
}

pub fn sorted(mut numbers: Vec<usize>) -> Vec<usize> {
    numbers.sort();
    numbers
}

/// Panics when it is dropped.
pub struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic::resume_unwind(Box::new("dropped"));
        }
    }
}
