//! A server that ends with this program.
//!
//! A guard keeps it: a process that does nothing but wait for the end of its
//! stdin, and then kills the server. So the server ends even if this program is
//! killed with `kill -9`, which closes its end of the pipe.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use worker_pools::output::fail;

use crate::queue::connect;

/// The programs, of which one must be there. They do the same.
const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];
/// How long it may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A running server. It ends when this is dropped.
pub struct Server {
    guard: Child,
    /// Closed by dropping it, which tells the guard to end.
    stdin: Option<ChildStdin>,
    /// How to reach it.
    pub url: String,
}

impl Server {
    /// Starts a server, and waits until it answers. With `aof`, it writes each
    /// change to a log, and after a restart it knows them again.
    ///
    /// If there is no server or it does not start, it ends the program with
    /// status 1 and one line on stderr.
    pub fn start(aof: bool) -> Server {
        let folder =
            env::temp_dir().join(format!("machines-{}", process::id()));
        let started = env::current_exe().and_then(|program| {
            let mut guard = Command::new(program);
            guard.arg("serve").arg(&folder);
            guard.args((!aof).then_some("--no-aof"));
            guard.stdin(Stdio::piped()).stdout(Stdio::piped());
            out_of_reach_of_ctrl_c(&mut guard);
            guard.spawn()
        });
        let mut guard = started.unwrap_or_else(|error| {
            fail(format_args!("cannot start the server's guard: {error}"))
        });
        let stdin = guard.stdin.take();
        let stdout = guard.stdout.take().expect("it is piped");
        match BufReader::new(stdout).lines().next() {
            Some(Ok(line)) if line == READY => {}
            _ => process::exit(1), // the guard has said why
        }
        let url = url(&folder);
        Server { guard, stdin, url }
    }

    /// Kills the server as a power cut would, and starts it again.
    pub fn restart(&mut self) {
        let stdin = self.stdin.as_mut().expect("it is there until the end");
        if let Err(error) = stdin.write_all(b"restart\n") {
            fail(format_args!("the server's guard died: {error}"));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.guard.wait();
    }
}

/// What the guard prints when the server answers.
const READY: &str = "ready";

/// The guard: keeps a server in this folder until stdin closes.
pub fn guard(folder: &Path, aof: bool) {
    let ended = keep(folder, aof);
    let _ = fs::remove_dir_all(folder);
    if let Err(reason) = ended {
        fail(format_args!("{reason}"));
    }
}

fn keep(folder: &Path, aof: bool) -> Result<(), String> {
    let in_folder = |error: io::Error| format!("{}: {error}", folder.display());
    make_private_folder(folder).map_err(in_folder)?;
    let mut server = start(folder, aof)?;
    // If nobody reads it, stdin is closed as well.
    let _ = writeln!(io::stdout(), "{READY}");
    for line in io::stdin().lines().map_while(|line| line.ok()) {
        if line == "restart" {
            drop(server); // kills it
            server = start(folder, aof)?;
        }
    }
    Ok(())
}

/// A server process. It is killed when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path, aof: bool) -> Result<Running, String> {
    for program in PROGRAMS {
        let mut command = Command::new(program);
        // No port: only its owner, who may enter the folder, reaches it.
        command.args(["--port", "0", "--save", ""]);
        command
            .arg("--unixsocket")
            .arg(socket(folder))
            .arg("--dir")
            .arg(folder);
        command.args(["--appendonly", if aof { "yes" } else { "no" }]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match command.spawn() {
            Ok(server) => {
                return until_it_answers(folder, program, Running(server));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(format!("cannot start {program}: {error}"));
            }
        }
    }
    let [redis, valkey] = PROGRAMS;
    Err(format!(
        "there is no {redis} and no {valkey} on this machine: install one \
         (Debian: apt install redis-server; macOS: brew install valkey; \
         Windows: in WSL, or in Docker), or name a server with --url"
    ))
}

fn until_it_answers(
    folder: &Path,
    program: &str,
    mut server: Running,
) -> Result<Running, String> {
    let client =
        redis::Client::open(url(folder)).map_err(|error| error.to_string())?;
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        let answer = connect(&client)
            .and_then(|mut it| redis::cmd("PING").exec(&mut it));
        let Err(error) = answer else {
            return Ok(server);
        };
        if let Ok(Some(status)) = server.0.try_wait() {
            return Err(format!("{program} has ended at once: {status}"));
        }
        if Instant::now() > deadline {
            return Err(format!("{program} does not answer: {error}"));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

fn url(folder: &Path) -> String {
    format!("unix://{}", socket(folder).display())
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)
}

/// Ctrl-C in a terminal signals all programs that were started there. But the
/// server must live until the workers have finished, and one Ctrl-C must not
/// reach the workers twice: from the terminal and from the program.
#[cfg(unix)]
pub fn out_of_reach_of_ctrl_c(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(windows)]
pub fn out_of_reach_of_ctrl_c(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}
