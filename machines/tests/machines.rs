//! What the lesson promises, each against a real server.
//!
//! Without a server on this machine, these tests test nothing, and say so. With the variable
//! `MACHINES_NEED_SERVER`, they fail.
#![cfg(unix)]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

use common::{Ended, LIMIT, Running, start_command};

const MACHINES: &str = env!("CARGO_BIN_EXE_machines");

/// A server that the lesson has not started.
struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts one, or says loudly that there is none.
    fn start() -> Option<Server> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let program = program()?;
        let name = format!(
            "machines-test-{}-{}",
            process::id(),
            NEXT.fetch_add(1, Relaxed)
        );
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a new folder");
        let process = serve(program, &folder);
        let server = Server { process, folder };
        server.wait();
        Some(server)
    }

    fn wait(&self) {
        let deadline = Instant::now() + LIMIT;
        while self.ask(&["PING"]).is_err() {
            assert!(Instant::now() < deadline, "the server does not answer");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn url(&self) -> String {
        format!("unix://{}/socket", self.folder.display())
    }

    fn ask(&self, command: &[&str]) -> redis::RedisResult<redis::Value> {
        let mut connection = redis::Client::open(self.url())?.get_connection()?;
        redis::cmd(command[0])
            .arg(&command[1..])
            .query(&mut connection)
    }

    fn number(&self, command: &[&str]) -> usize {
        redis::from_redis_value(self.ask(command).expect("an answer")).expect("a number")
    }

    /// Starts the lesson with this server.
    fn machines(&self, command: &str, flags: &str) -> Running {
        let mut machines = Command::new(MACHINES);
        machines.arg(command).arg("--url").arg(self.url());
        machines.args(flags.split_whitespace()).stdin(Stdio::null());
        start_command(machines)
    }

    fn put(&self, jobs: usize) {
        let put = self.machines("put", &format!("--jobs {jobs}")).end();
        assert_eq!(
            put.stdout,
            [format!("{jobs} jobs put; the queue was full 0 times")]
        );
        assert_eq!(put.status, Some(0));
    }

    /// The line of `machines show`.
    fn account(&self) -> String {
        let mut ended = self.machines("show", "").end();
        assert_eq!(
            (ended.stdout.len(), ended.status),
            (1, Some(0)),
            "{ended:?}"
        );
        ended.stdout.remove(0)
    }

    fn wait_for(&self, jobs: usize, what: &str) -> String {
        self.wait_until(|account| count(account, what) >= jobs)
    }

    /// Waits until these jobs are done and acknowledged.
    fn wait_for_end(&self, jobs: usize) -> String {
        self.wait_until(|account| count(account, " done,") >= jobs && count(account, " left") == 0)
    }

    fn wait_until(&self, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + 3 * LIMIT;
        loop {
            let account = self.account();
            if is_so(&account) {
                return account;
            }
            assert!(Instant::now() < deadline, "{account}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn serve(program: &str, folder: &PathBuf) -> Child {
    let mut server = Command::new(program);
    server.args(["--port", "0", "--save", "", "--appendonly", "yes"]);
    server
        .arg("--unixsocket")
        .arg(folder.join("socket"))
        .arg("--dir")
        .arg(folder);
    server
        .stdout(Stdio::null())
        .spawn()
        .expect("the server starts")
}

fn program() -> Option<&'static str> {
    let is_there = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    let program = ["redis-server", "valkey-server"].into_iter().find(is_there);
    if program.is_none() {
        assert!(
            env::var_os("MACHINES_NEED_SERVER").is_none(),
            "no redis-server, no valkey-server"
        );
        // Past the capture of the test's output.
        let _ = writeln!(
            io::stderr(),
            "NOT TESTED: no redis-server and no valkey-server here"
        );
    }
    program
}

/// Runs the whole show, with a server of its own. `None` if there is none.
fn show(flags: &str) -> Option<Ended> {
    program()?;
    Some(common::run(MACHINES, flags))
}

/// The number in front of these words: 304 in front of " starts".
#[track_caller]
fn count(account: &str, what: &str) -> usize {
    let before = account
        .split_once(what)
        .unwrap_or_else(|| panic!("{what:?}: {account}"))
        .0;
    let digits = before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .expect("a last part");
    digits
        .parse()
        .unwrap_or_else(|_| panic!("no number in front of {what:?}: {account}"))
}

/// Every start ended in one way: the job was done, or done once more, or cut off. Returns how many
/// were cut off.
#[track_caller]
fn cut_off(account: &str) -> usize {
    let ended = count(account, " done,") + count(account, " done twice");
    count(account, " starts")
        .checked_sub(ended)
        .unwrap_or_else(|| panic!("{account}"))
}

#[test]
fn a_killed_process_loses_no_job() {
    let Some(ended) = show("--work-ms 20 --kill-after-ms 300 --lease-ms 2000") else {
        return;
    };
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let killed = ended
        .stdout
        .iter()
        .find(|line| line.starts_with("killed process 2 ("));
    let hands = count(killed.expect("it was killed"), " jobs were in its hands");
    let account = ended.stdout.last().expect("the account");
    assert!(
        account.starts_with("300 jobs: 300 done, 0 dead, 0 left; "),
        "{account}"
    );
    // A job can also be done, but not yet acknowledged, or taken, but not yet started.
    assert!(cut_off(account) <= hands, "{hands} in its hands: {account}");
}

#[test]
fn after_many_kills_every_job_is_done() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(1_000);
    let start = || server.machines("work", "--work-ms 5 --lease-ms 500 --tries 100");
    let mut processes = [start(), start()];
    let mut kills = 0;
    while count(&server.account(), " done,") < 900 {
        let process = &mut processes[kills % 2];
        process.line(); // it works
        process.signal("KILL");
        *process = start();
        kills += 1;
        assert!(kills < 200, "{}", server.account());
    }
    let account = server.wait_for_end(1_000);
    assert!(
        account.starts_with("1000 jobs: 1000 done, 0 dead, "),
        "{account}"
    );
    assert!(kills >= 3, "{kills} kills: {account}");
    assert!(cut_off(&account) <= 4 * kills, "{kills} kills: {account}");
}

#[test]
fn the_first_signal_finishes_the_jobs_and_the_second_gives_them_back() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(20);
    let mut patient = server.machines("work", "--workers 3 --work-ms 1000 --name a");
    for _ in 0..3 {
        patient.line(); // starts a job
    }
    patient.signal("TERM");
    let ended = patient.end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let done = ended
        .stdout
        .iter()
        .filter(|line| line.contains(" has done job "));
    assert_eq!((done.count(), ended.stdout.len()), (3, 3), "{ended:?}");
    let account = server.account();
    assert!(
        account.starts_with("20 jobs: 3 done, 0 dead, 17 left; 3 starts, "),
        "{account}"
    );

    let lease = "--lease-ms 3600000 --tries 1";
    let mut slow = server.machines("work", &format!("{lease} --work-ms 3600000 --take 4"));
    for _ in 0..4 {
        slow.line();
    }
    slow.signal("TERM");
    thread::sleep(Duration::from_millis(500)); // sooner, it counts as the same signal
    slow.signal("TERM");
    let ended = slow.end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        ended
            .stdout
            .iter()
            .all(|line| line.contains(" gives back job ")),
        "{ended:?}"
    );
    assert!(
        ended.stdout.len() > 4,
        "the whole hand comes back: {ended:?}"
    );

    // Long before the lease ends, and the try did not count.
    let _fast = server.machines("work", &format!("{lease} --work-ms 10"));
    let account = server.wait_for_end(20);
    assert!(
        account.starts_with("20 jobs: 20 done, 0 dead, 0 left; 24 starts, "),
        "{account}"
    );
}

#[test]
fn the_first_signal_finishes_the_whole_hand() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(5);
    let mut worker = server.machines("work", "--workers 1 --take 3 --work-ms 500");
    worker.line(); // starts the first one
    worker.signal("TERM");
    let ended = worker.end();
    let done = ended.stdout.iter().filter(|line| line.contains(" done "));
    assert_eq!((ended.status, done.count()), (Some(0), 3), "{ended:?}");
}

#[test]
fn to_renew_a_lease_is_no_try() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(1);
    let flags = "--workers 1 --lease-ms 300 --renew --tries 2";
    let mut first = server.machines("work", &format!("{flags} --work-ms 3600000"));
    first.line(); // starts
    assert!(first.runs_for(Duration::from_secs(1))); // several renewals
    first.signal("KILL");
    let _second = server.machines("work", &format!("{flags} --work-ms 1"));
    let account = server.wait_until(|account| count(account, " left") == 0);
    assert!(account.starts_with("1 jobs: 1 done, 0 dead, "), "{account}");
}

#[test]
fn a_job_that_kills_its_worker_is_given_up_and_the_others_are_done() {
    let flags = "--jobs 40 --poison 7 --tries 2 --lease-ms 500 --kill-after-ms 0 --workers 1";
    let Some(ended) = show(flags) else { return };
    let account = ended.stdout.last().expect("the account");
    assert!(
        account.starts_with("40 jobs: 39 done, 1 dead, 0 left; 41 starts, "),
        "{account}"
    );
    let died = ended
        .stderr
        .iter()
        .filter(|line| line.contains("and is started again"));
    assert_eq!(died.count(), 2, "{ended:?}");
}

#[test]
fn without_a_process_the_jobs_are_left() {
    let Some(ended) = show("--processes 1 --jobs 100 --kill-after-ms 300") else {
        return;
    };
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains(&"no process is left to do the jobs".to_string()),
        "{ended:?}"
    );
    let account = ended.stdout.last().expect("the account");
    let (done, left) = (count(account, " done,"), count(account, " left"));
    assert!(left > 0 && done + left == 100, "{account}");
}

#[test]
fn a_lease_that_is_too_short_does_jobs_twice_unless_it_is_renewed() {
    let flags = "--jobs 12 --work-ms 3000 --lease-ms 1000 --tries 100 --kill-after-ms 0";
    let Some(ended) = show(flags) else { return };
    let account = ended.stdout.last().expect("the account");
    assert!(
        account.starts_with("12 jobs: 12 done, 0 dead, 0 left; "),
        "{account}"
    );
    assert!(count(account, " done twice") > 0, "{account}");
    assert_eq!(cut_off(account), 0, "{account}");

    let ended = show(&format!("{flags} --renew")).expect("a server");
    let account = ended.stdout.last().expect("the account");
    let expected = "12 jobs: 12 done, 0 dead, 0 left; 12 starts, 0 of them again, 0 done twice";
    assert_eq!(account, expected);
}

#[test]
fn many_jobs_in_one_hand_wait_longer_than_their_lease() {
    let flags = "--jobs 50 --take 50 --processes 2 --workers 2 --work-ms 100 --lease-ms 1000 \
                 --tries 100 --kill-after-ms 0";
    let Some(ended) = show(flags) else { return };
    let account = ended.stdout.last().expect("the account");
    assert!(
        account.starts_with("50 jobs: 50 done, 0 dead, 0 left; "),
        "{account}"
    );
    assert!(count(account, " done twice") > 0, "{account}");
}

#[test]
fn a_worker_that_slept_longer_than_its_lease_is_seen() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(1);
    let flags = "--workers 1 --work-ms 100 --lease-ms 300";
    let mut sleeper = server.machines("work", &format!("{flags} --name sleeper"));
    assert_eq!(sleeper.line(), "worker sleeper.1 starts job 1");
    sleeper.signal("STOP");
    let mut other = server.machines("work", &format!("{flags} --name other"));
    assert_eq!(other.line(), "worker other.1 starts job 1");
    assert_eq!(other.line(), "worker other.1 has done job 1");
    sleeper.signal("CONT");
    assert_eq!(sleeper.line(), "worker sleeper.1 has done again job 1");
    let effect = server.ask(&["HGET", "machines:done", "1"]);
    let effect: String = redis::from_redis_value(effect.expect("an answer")).expect("a name");
    assert_eq!(effect, "other.1", "the second time changes nothing");
    let account = server.account();
    assert!(
        account.starts_with("1 jobs: 1 done, 0 dead, 0 left; 2 starts, "),
        "{account}"
    );
    assert_eq!(count(&account, " done twice"), 1, "{account}");
}

#[test]
fn a_job_can_be_dead_and_done() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(1);
    let flags = "--workers 1 --work-ms 100 --lease-ms 300 --tries 1";
    let mut sleeper = server.machines("work", &format!("{flags} --name sleeper"));
    assert_eq!(sleeper.line(), "worker sleeper.1 starts job 1");
    sleeper.signal("STOP");
    let mut other = server.machines("work", &format!("{flags} --name other"));
    assert_eq!(other.line(), "worker other.1 gives up job 1");
    sleeper.signal("CONT");
    assert_eq!(sleeper.line(), "worker sleeper.1 has done job 1");
    let expected = "1 jobs: 1 done, 1 dead (1 of them done), 0 left; \
                    1 starts, 0 of them again, 0 done twice";
    assert_eq!(server.account(), expected);
}

#[test]
fn lost_jobs_are_counted_until_the_queue_is_cleared() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(10);
    server
        .ask(&["XTRIM", "machines:jobs", "MAXLEN", "4"])
        .expect("an answer");
    let ended = server.machines("show", "").end();
    assert!(ended.stdout[0].starts_with("10 jobs: 0 done, 0 dead, 4 left, 6 lost; "));
    assert_eq!(ended.status, Some(1), "{ended:?}");

    let url = format!("--url {} --jobs 1", server.url());
    let ended = common::run(MACHINES, &url);
    assert_eq!((ended.status, ended.stderr.len()), (Some(1), 1));
    assert!(ended.stderr[0].contains("has jobs already"), "{ended:?}");
    let cleared = server.machines("clear", "").end();
    assert_eq!(cleared.status, Some(0), "{cleared:?}");
    assert_eq!(server.number(&["DBSIZE"]), 0);
    let ended = common::run(MACHINES, &url);
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[test]
fn a_killed_server_remembers_its_jobs_only_with_its_log() {
    let flags = "--jobs 200 --kill-after-ms 0 --kill-server-after-ms 300";
    let Some(ended) = show(flags) else { return };
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let account = ended.stdout.last().expect("the account");
    assert!(
        account.starts_with("200 jobs: 200 done, 0 dead, 0 left; "),
        "{account}"
    );

    let ended = show(&format!("{flags} --no-aof")).expect("a server");
    assert_eq!(ended.status, Some(1), "{ended:?}");
    let account = ended.stdout.last().expect("the account");
    assert!(
        account.ends_with(" lost: the server has forgotten them"),
        "{account}"
    );
    let (done, lost) = (count(account, " done,"), count(account, " lost"));
    assert!(
        lost > 0 && done + lost == count(account, " jobs:"),
        "{account}"
    );
}

#[test]
fn nobody_makes_a_lost_queue_again() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(1);
    let mut worker = server.machines("work", "--workers 1 --work-ms 10");
    worker.line(); // it works
    let producer = server.machines("put", "--queue-limit 1 --jobs 1000");
    server.wait_for(2, " jobs:"); // it works as well
    // Since Redis 7, a waiting worker is told so in another way than one that asks later.
    let waiting = server.machines("work", "--workers 4");
    server.ask(&["FLUSHALL"]).expect("an answer");
    // These two would hide it.
    let (late, show) = (server.machines("work", ""), server.machines("show", ""));
    for program in [worker, producer, waiting, late, show] {
        let ended = program.end();
        let said = "error: the server has no queue: nobody has put a job, or it has forgotten";
        assert!(
            ended.stderr.iter().any(|line| line.starts_with(said)),
            "{ended:?}"
        );
        assert_eq!(ended.status, Some(1));
    }
    assert_eq!(server.number(&["EXISTS", "machines:jobs"]), 0);
}

#[test]
fn a_worker_that_fails_ends_its_process() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(1);
    let mut worker = server.machines("work", "--workers 20 --work-ms 1 --lease-ms 1500");
    worker.line(); // it works
    // Not a job. Each lease, it fails another worker that takes it over.
    let strange = ["XADD", "machines:jobs", "*", "no", "job"];
    server.ask(&strange).expect("an answer");
    let ended = worker.end();
    assert_eq!(
        (ended.status, ended.stderr.len()),
        (Some(1), 1),
        "{ended:?}"
    );
}

#[test]
fn a_full_queue_refuses_jobs_and_loses_none() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(0); // makes the queue
    let producer = server.machines("put", "--jobs 30 --queue-limit 10");
    server.wait_for(10, " left");
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(300) {
        assert_eq!(server.number(&["XLEN", "machines:jobs"]), 10);
    }
    let _worker = server.machines("work", "--work-ms 1");
    let ended = producer.end();
    assert_eq!(ended.status, Some(0));
    let put = &ended.stdout[0];
    assert_eq!(count(put, " jobs put; "), 30, "{put}");
    assert!(count(put, " times") > 5, "{put}");
    let account = server.wait_for_end(30);
    assert!(
        account.starts_with("30 jobs: 30 done, 0 dead, 0 left; 30 starts, "),
        "{account}"
    );
}

#[test]
fn a_full_server_is_an_error_that_loses_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(10);
    server
        .ask(&["CONFIG", "SET", "maxmemory", "1"])
        .expect("an answer");
    let ended = server.machines("put", "--jobs 10").end();
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(ended.stdout.is_empty(), "{ended:?}");
    assert!(
        ended.stderr[0].starts_with("error: the server has no memory or no disk left"),
        "{ended:?}"
    );

    // A worker waits for memory.
    let mut worker = server.machines("work", "--workers 1 --work-ms 1");
    assert!(worker.runs_for(Duration::from_millis(300)));
    server
        .ask(&["CONFIG", "SET", "maxmemory", "0"])
        .expect("an answer");
    let account = server.wait_for_end(10);
    assert!(
        account.starts_with("10 jobs: 10 done, 0 dead, 0 left; 10 starts, "),
        "{account}"
    );
}

/// Starts the whole show as a shell in a terminal does: all its processes in one group.
fn show_in_terminal(flags: &str) -> Option<Running> {
    program()?;
    let mut machines = Command::new(MACHINES);
    machines.args(flags.split_whitespace()).stdin(Stdio::null());
    machines.process_group(0);
    Some(start_command(machines))
}

#[test]
fn ctrl_c_finishes_the_jobs_that_have_begun_and_accounts_for_all() {
    let flags = "--work-ms 1000 --kill-after-ms 0";
    let Some(mut machines) = show_in_terminal(flags) else {
        return;
    };
    machines.line(); // the first status
    machines.signal_group("INT");
    let ended = machines.end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let account = ended.stdout.last().expect("the account");
    let (done, left) = (count(account, " done,"), count(account, " left"));
    assert!(
        left > 0 && done + left == count(account, " jobs:"),
        "{account}"
    );
    assert_eq!(cut_off(account), 0, "{account}");
}

#[test]
fn a_second_signal_gives_the_jobs_back_from_a_terminal_and_from_elsewhere() {
    let send: [fn(&Running, &str); 2] = [Running::signal_group, Running::signal];
    for send in send {
        let Some(mut machines) = show_in_terminal("--work-ms 3600000 --kill-after-ms 0") else {
            return;
        };
        machines.line(); // the first status
        send(&machines, "INT");
        assert!(machines.runs_for(Duration::from_millis(500)));
        send(&machines, "INT");
        let ended = machines.end();
        assert_eq!(ended.status, Some(0), "{ended:?}");
        let account = ended.stdout.last().expect("the account");
        assert!(account.contains(": 0 done, 0 dead, "), "{account}");
    }
}

/// A worker that does not even see the signals.
#[cfg(target_os = "linux")]
#[test]
fn a_third_signal_ends_the_lesson_although_a_process_hangs() {
    let Some(mut machines) = show_in_terminal("--work-ms 3600000 --kill-after-ms 0") else {
        return;
    };
    machines.line(); // the first status
    for worker in workers_of(&machines) {
        let stop = format!("kill -STOP {worker}");
        let stopped = Command::new("sh").args(["-c", &stop]).status();
        assert!(stopped.expect("a shell").success());
    }
    for _ in 0..2 {
        machines.signal("INT");
        assert!(machines.runs_for(Duration::from_millis(500)));
    }
    machines.signal("INT");
    let ended = machines.end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let account = ended.stdout.last().expect("the account");
    assert!(account.contains(": 0 done, 0 dead, "), "{account}");
}

/// The numbers of its processes with workers.
#[cfg(target_os = "linux")]
fn workers_of(machines: &Running) -> Vec<String> {
    let is_worker = |process: &PathBuf| {
        let read = |file| fs::read_to_string(process.join(file)).unwrap_or_default();
        let parent = format!("PPid:\t{}\n", machines.id());
        read("status").contains(&parent) && read("cmdline").contains("\0work\0")
    };
    let processes = fs::read_dir("/proc").expect("on Linux");
    let processes = processes.filter_map(|process| Some(process.ok()?.path()));
    let workers = processes.filter(is_worker);
    let workers = workers.filter_map(|it| Some(it.file_name()?.to_str()?.to_string()));
    let workers: Vec<String> = workers.collect();
    assert_eq!(workers.len(), 3);
    workers
}

#[test]
fn a_killed_lesson_leaves_nothing_behind() {
    if program().is_none() {
        return;
    }
    let temp = env::temp_dir().join(format!("machines-left-{}", process::id()));
    fs::create_dir(&temp).expect("a new folder");
    let mut machines = Command::new(MACHINES);
    machines
        .args(["--work-ms", "3600000"])
        .env("TMPDIR", &temp)
        .stdin(Stdio::null());
    let mut machines = start_command(machines);
    machines.line(); // the first status: all of it runs
    let servers = || fs::read_dir(&temp).expect("the folder").count();
    assert_eq!(servers(), 1);
    machines.signal("KILL");
    let deadline = Instant::now() + LIMIT;
    while servers() > 0 {
        assert!(Instant::now() < deadline, "the server is still there");
        thread::sleep(Duration::from_millis(10));
    }
    fs::remove_dir(&temp).expect("an empty folder");
    // The workers, whose jobs take an hour, have gone as well: nobody holds the pipe.
    let ended = machines.end();
    assert_eq!(ended.status, None, "{ended:?}");
}

#[test]
fn the_workers_of_a_killed_lesson_give_all_their_jobs_back() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put(0); // makes the queue
    let lease = "--lease-ms 3600000";
    let mut machines = Command::new(MACHINES);
    machines.arg("--url").arg(server.url()).stdin(Stdio::null());
    machines.args("--jobs 12 --work-ms 3600000 --kill-after-ms 0".split(' '));
    machines.args(lease.split(' '));
    let machines = start_command(machines);
    server.wait_for(12, " starts");
    machines.signal("KILL");
    machines.end();
    let _other = server.machines("work", &format!("{lease} --work-ms 1"));
    server.wait_for_end(12);
}

#[test]
fn without_a_server_one_line_says_how_to_get_one() {
    let mut machines = Command::new(MACHINES);
    machines.env("PATH", "").stdin(Stdio::null());
    let ended = start_command(machines).end();
    assert_eq!(ended.status, Some(1));
    assert_eq!(
        (ended.stdout.len(), ended.stderr.len()),
        (0, 1),
        "{ended:?}"
    );
    let line = &ended.stderr[0];
    for word in [
        "redis-server",
        "apt install",
        "brew install",
        "WSL",
        "--url",
    ] {
        assert!(line.contains(word), "{word}: {line}");
    }

    let no_url = "error: invalid value 'x' for '--url <URL>': no address of";
    let refused = "error: the server: Connection refused";
    for (url, status, reason) in [("x", 2, no_url), ("redis://127.0.0.1:1", 1, refused)] {
        let ended = common::run(MACHINES, &format!("show --url {url}"));
        assert_eq!(
            (ended.status, ended.stderr.len()),
            (Some(status), 1),
            "{ended:?}"
        );
        assert!(ended.stderr[0].starts_with(reason), "{ended:?}");
    }
}
