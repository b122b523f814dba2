//! What the lessons do when stdout or stderr is open and nobody reads it.

// Elsewhere, a test cannot fill a pipe without waiting for its reader.
#![cfg(target_os = "linux")]

mod common;
mod fetcher;
mod service;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use common::{Ended, LIMIT, numbers, signal, within_limit};
use fetcher::site::{serve_pages, status};
use fetcher::{lines, silent_site};
use service::{SERVICE, get, scrape, sum};
use worker_pools::output::READER_TIMEOUT;

/// What a full pipe holds before anybody prints.
const FILLER: char = '.';

/// A pipe that is full: its reader, and its writer.
fn full_pipe() -> (File, File) {
    const O_NONBLOCK: i32 = 0o4000;
    static PIPES: AtomicUsize = AtomicUsize::new(0);
    let (program, number) = (std::process::id(), PIPES.fetch_add(1, SeqCst));
    let path = format!("{}/pipe-{program}-{number}", env!("CARGO_TARGET_TMPDIR"));
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("Linux has it").success());

    // With both ends in one, it opens without waiting for the other side.
    let mut both = File::options()
        .read(true)
        .write(true)
        .custom_flags(O_NONBLOCK)
        .open(&path)
        .expect("our pipe");
    let reader = File::open(&path).expect("it has a writer");
    let writer = File::options().write(true).open(&path);
    let writer = writer.expect("it has a reader");
    fs::remove_file(&path).expect("our pipe");
    loop {
        match both.write(&[FILLER as u8]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return (reader, writer),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Reads the pipe to its end, and returns the lines after the filler.
fn read(mut pipe: impl Read + Send + 'static) -> Vec<String> {
    within_limit(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).expect("UTF-8");
        let text = text.trim_start_matches(FILLER);
        text.lines().map(String::from).collect()
    })
}

/// Waits until the program has ended. Its pipes may still be full. What is piped must be short.
#[track_caller]
fn end(mut child: Child) -> Ended {
    let deadline = Instant::now() + LIMIT;
    while child.try_wait().expect("our child").is_none() {
        if Instant::now() >= deadline {
            child.kill().expect("our child");
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("our child");
    let lines = |bytes: Vec<u8>| read(std::io::Cursor::new(bytes));
    Ended {
        stdout: lines(output.stdout),
        stderr: lines(output.stderr),
        status: output.status.code(),
    }
}

fn start(mut command: Command, stdout: impl Into<Stdio>, stderr: impl Into<Stdio>) -> Child {
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    command.spawn().expect("the lesson was built")
}

fn service(flags: &str) -> Command {
    let mut command = Command::new(SERVICE);
    command.args(flags.split_whitespace());
    command
}

/// A fetcher of pages that never answer, with a deadline.
fn fetcher(deadline_secs: u32, urls: usize) -> Command {
    let mut command = fetcher::command();
    let deadline = deadline_secs.to_string();
    command.args(["--timeout-secs", "3600", "--deadline-secs", &deadline]);
    command.args(silent_site(urls).0);
    command
}

/// Flags for a metrics endpoint, and its address.
fn metrics() -> (String, String) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
    let address = free.expect("a free port").to_string();
    (format!("--metrics {address}"), address)
}

/// Waits until the service does what the test asks for.
#[track_caller]
fn wait_until(address: &str, is_so: impl Fn(&str) -> bool) {
    let deadline = Instant::now() + LIMIT;
    while TcpStream::connect(address).is_err() || !is_so(address) {
        assert!(Instant::now() < deadline, "it does not come to this");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn nobody_reads_stderr_and_the_service_works_drains_and_adds_up() {
    let (_unread, stderr) = full_pipe();
    let flags =
        "--metrics off --duration-secs 1.1 --rate 200 --queue 1000 --work-ms 5 --panic-percent 50";
    let ended = end(start(service(flags), Stdio::piped(), stderr));

    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = sum(&ended);
    assert!(sum.done > 50 && sum.failed > 50, "{sum:?}");
    assert!(ended.stdout[0].starts_with("  1 s  queue ["), "{ended:#?}");
}

#[test]
fn nobody_reads_stderr_and_signals_drain_and_stop_the_service() {
    let (_unread, stderr) = full_pipe();
    let (metrics, address) = metrics();
    let flags = format!("{metrics} --duration-secs 0 --work-ms 3600000 --grace-secs 3600");
    let child = start(service(&flags), Stdio::piped(), stderr);
    wait_until(&address, |it| {
        scrape(it)["worker_pool_jobs_rejected_total"] > 0
    });

    signal("TERM", &child);
    wait_until(&address, |it| get(it, "/healthz").0 == 503);
    thread::sleep(Duration::from_millis(400)); // long enough to count as two signals
    signal("TERM", &child);
    let ended = end(child);
    assert_eq!(ended.status, Some(130), "{ended:#?}");
    let sum = sum(&ended);
    assert_eq!((sum.accepted, sum.interrupted), (20, 4));
}

#[test]
fn nobody_reads_stderr_and_a_signal_ends_a_short_lesson() {
    for lesson in [
        env!("CARGO_BIN_EXE_basic"),
        env!("CARGO_BIN_EXE_context_cancel"),
    ] {
        let (_unread, stderr) = full_pipe();
        let mut command = Command::new(lesson);
        command.args(["--work-ms", "3600000", "--workers", "1"]);
        let mut child = start(command, Stdio::piped(), stderr);
        // After the first line it works, and catches signals.
        let stdout = child.stdout.take().expect("piped");
        let mut lines = BufReader::new(stdout).lines();
        within_limit(move || lines.next())
            .expect("a line")
            .expect("text");
        signal("INT", &child);
        thread::sleep(Duration::from_millis(400)); // `context_cancel` takes the first
        signal("INT", &child);
        assert_eq!(end(child).status, Some(130), "{lesson}");
    }
}

#[test]
fn messages_that_were_dropped_are_counted() {
    let (stderr_reader, stderr) = full_pipe();
    let (metrics, address) = metrics();
    let flags = format!(
        "{metrics} --duration-secs 0 --rate 4000 --queue 10000 --work-ms 0 --panic-percent 100"
    );
    let child = start(service(&flags), Stdio::piped(), stderr);
    wait_until(&address, |it| {
        scrape(it)["worker_pool_jobs_failed_total"] > 3_000
    });

    signal("TERM", &child);
    wait_until(&address, |it| get(it, "/healthz").0 == 503);
    let stderr = read(stderr_reader);
    let ended = end(child);
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    let sum = sum(&ended);
    let panicked = stderr.iter().filter(|it| it.contains(" panicked: "));
    let panicked = panicked.count();
    let is_note =
        |line: &&String| line.starts_with("messages dropped, because nobody read stderr: ");
    let dropped = stderr.iter().filter(is_note).map(|note| numbers(note)[0]);
    let dropped: usize = dropped.sum();
    assert!(panicked < sum.failed, "{panicked} of {sum:?}");
    // Others were dropped as well, but few: at most one for each burst.
    let missing = sum.failed - panicked;
    assert!(
        (missing..missing + 200).contains(&dropped),
        "{dropped} of {sum:?}, {panicked} read"
    );
    // The messages before the note are those that fit into the queue.
    let note = stderr.iter().position(|line| is_note(&line));
    assert!(note.expect("a note") > 900, "{:#?}", &stderr[..10]);
}

#[test]
fn nobody_reads_stdout_and_the_service_works_drains_and_says_so() {
    let (_unread, stdout) = full_pipe();
    let flags =
        "--metrics off --duration-secs 1.5 --rate 200 --queue 1000 --work-ms 5 --panic-percent 50";
    let ended = end(start(service(flags), stdout, Stdio::piped()));

    assert_eq!(ended.status, Some(1), "{ended:#?}");
    let says = |text| {
        let lines = ended.stderr.iter();
        lines.filter(|line| line.contains(text)).count()
    };
    assert!(says(" panicked: ") > 20, "{ended:#?}");
    assert_eq!(says("all accepted jobs are done after "), 1);
    assert_eq!(
        ended.stderr.last().expect("an error"),
        "error: cannot write to stdout: nobody has read it for 5 s"
    );
}

#[test]
fn nobody_reads_anything_and_signals_end_the_service() {
    let ((_out, stdout), (_err, stderr)) = (full_pipe(), full_pipe());
    let (metrics, address) = metrics();
    let flags = format!("{metrics} --duration-secs 0 --grace-secs 3600");
    let child = start(service(&flags), stdout, stderr);
    // So long that a status line waits for its reader.
    wait_until(&address, |it| {
        scrape(it)["worker_pool_jobs_processed_total"] > 40
    });
    signal("TERM", &child);
    assert_eq!(end(child).status, Some(1));
}

#[test]
fn the_last_lines_of_the_service_wait_for_a_slow_reader() {
    let (stdout_reader, stdout) = full_pipe();
    let flags = "--metrics off --duration-secs 0.5 --work-ms 5";
    let child = start(service(flags), stdout, Stdio::piped());
    thread::sleep(Duration::from_millis(500) + READER_TIMEOUT * 3 / 5);
    let stdout = read(stdout_reader);
    let mut ended = end(child);
    ended.stdout = stdout;
    assert_eq!(ended.status, Some(0), "{ended:#?}");
    sum(&ended);
}

#[test]
fn nobody_reads_stderr_and_the_fetcher_keeps_its_deadline() {
    let (_unread, stderr) = full_pipe();
    let ended = end(start(fetcher(1, 10), Stdio::piped(), stderr));
    assert_eq!(ended.status, Some(1), "{ended:#?}");
    assert_eq!(lines(&ended).len(), 10);
    let counts = numbers(ended.stdout.last().expect("some output"));
    assert_eq!(counts, [10, 0, 0, 3, 7]);
}

#[test]
fn nobody_reads_stdout_and_the_deadline_ends_the_fetcher() {
    let (_unread, stdout) = full_pipe();
    let ended = end(start(fetcher(1, 10), stdout, Stdio::piped()));
    assert_eq!(ended.status, Some(1), "{ended:#?}");
    assert_eq!(
        ended.stderr,
        [
            "stopped: deadline exceeded",
            "error: cannot write to stdout: nobody has read it for 5 s"
        ]
    );
}

#[test]
fn nobody_reads_anything_and_a_signal_ends_the_fetcher() {
    let ((_out, stdout), (_err, stderr)) = (full_pipe(), full_pipe());
    let (asked, requests) = crossbeam_channel::unbounded();
    let port = serve_pages(move |_| {
        let _ = asked.send(());
        status("200 OK")
    });
    let mut command = fetcher::command();
    command.args(["--deadline-secs", "3600"]);
    command.arg(format!("http://127.0.0.1:{port}/"));
    let child = start(command, stdout, stderr);
    // Now it catches signals, and the line of the URL is the next that it prints.
    requests.recv_timeout(LIMIT).expect("a request");
    signal("INT", &child);
    assert_eq!(end(child).status, Some(1));
}

#[test]
fn the_lines_of_the_fetcher_wait_for_a_slow_reader() {
    let (stdout_reader, stdout) = full_pipe();
    let child = start(fetcher(1, 10), stdout, Stdio::piped());
    thread::sleep(Duration::from_secs(1) + READER_TIMEOUT * 3 / 5);
    let stdout = read(stdout_reader);
    let mut ended = end(child);
    ended.stdout = stdout;
    assert_eq!(ended.stderr[0], "stopped: deadline exceeded");
    let counts = numbers(ended.stdout.last().expect("some output"));
    assert_eq!(counts, [10, 0, 0, 3, 7]);
    assert_eq!(lines(&ended).len(), 10);
}
