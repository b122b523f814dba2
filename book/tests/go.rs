//! The Go that the pages show beside the Rust is formatted, has no findings, and does what the pages
//! say. Where there is no Go, or an old one, this is not checked, and the test says so. `.ci/run`
//! installs it.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const BOOK: &str = env!("CARGO_MANIFEST_DIR");
/// As in `go.mod`: it brought `WaitGroup.Go`.
const OLDEST: u32 = 25;
/// Far more than a run takes, and than a build of Go's HTTP takes.
const LIMIT: Duration = Duration::from_secs(300);

/// Where the built programs are, if there is a Go that can build them.
fn programs() -> Option<&'static Path> {
    static PROGRAMS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        if let Err(reason) = find_go() {
            // Unlike `eprintln!`, this is shown although the test passes.
            let message = format!("\nNOT CHECKED: the Go of the book: {reason}\n");
            io::stderr().write_all(message.as_bytes()).expect("stderr");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go");
        fs::create_dir_all(&folder).expect("a folder for the programs");
        run(go(&["build", "-o"]).arg(&folder).arg("./...")).expect_success();
        Some(folder)
    });
    programs.as_deref()
}

fn find_go() -> Result<(), String> {
    let missing = |error| format!("cannot run go: {error} (is it installed?)");
    go(&["version"]).output().map_err(missing)?;
    let version = run(&mut go(&["env", "GOVERSION"]));
    let minor = version.stdout.trim().strip_prefix("go1.");
    let minor = minor.and_then(|minor| minor.split('.').next()?.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < OLDEST) {
        return Err(format!(
            "it needs Go 1.{OLDEST} or newer, and this is {}",
            version.both().trim()
        ));
    }
    Ok(())
}

/// Go in the folder of the programs. It downloads nothing.
fn go(arguments: &[&str]) -> Command {
    let mut go = Command::new("go");
    go.args(arguments).current_dir(Path::new(BOOK).join("go"));
    go.env("GOTOOLCHAIN", "local").env("GOPROXY", "off");
    go
}

struct Ended {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn both(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    fn expect_success(&self) {
        assert_eq!(self.status, Some(0), "{}", self.both());
    }

    /// The lines in alphabetical order, without the number of a worker: which one takes which job is
    /// chance.
    fn sorted_lines(&self) -> Vec<String> {
        sorted_lines(&self.stdout)
    }

    /// The numbers of the only line that begins like this.
    fn numbers(&self, begin: &str) -> Vec<u32> {
        let mut lines = self.stdout.lines().filter_map(|it| it.strip_prefix(begin));
        let line = lines.next().unwrap_or_else(|| panic!("{}", self.both()));
        assert_eq!(lines.next(), None, "{}", self.both());
        let words = line.split_whitespace();
        words.filter_map(|word| word.parse().ok()).collect()
    }
}

fn sorted_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| match line.strip_prefix("worker ") {
            Some(line) => line.trim_start_matches(char::is_numeric).to_string(),
            None => line.to_string(),
        })
        .collect();
    lines.sort();
    lines
}

fn run(command: &mut Command) -> Ended {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdout = child.stdout.take().expect("it is piped");
    let mut stderr = child.stderr.take().expect("it is piped");
    let (ended_tx, ended_rx) = mpsc::channel();
    thread::spawn(move || {
        let mut texts = [String::new(), String::new()];
        stdout.read_to_string(&mut texts[0]).expect("text");
        stderr.read_to_string(&mut texts[1]).expect("text");
        ended_tx.send(texts).expect("the test waits for it");
    });
    let Ok([stdout, stderr]) = ended_rx.recv_timeout(LIMIT) else {
        child.kill().expect("it still runs");
        panic!("it hangs: {command:?}");
    };
    let status = child.wait().expect("it has ended").code();
    Ended {
        status,
        stdout,
        stderr,
    }
}

/// What a program prints, and how it ends.
fn program(folder: &Path, name: &str, arguments: &[&str]) -> Ended {
    let program = folder.join(format!("{name}{EXE_SUFFIX}"));
    run(Command::new(program).args(arguments))
}

/// The output of a run that a page replays.
fn recorded(name: &str) -> String {
    let file = Path::new(BOOK).join(format!("recordings/{name}.html"));
    let figure = fs::read_to_string(file).expect("the recording");
    let (_, output) = figure
        .split_once("<pre class=\"replay-output\"")
        .expect(name);
    let (output, _) = output.split_once("</pre>").expect(name);
    let after_tags = output.split('>').skip(1);
    after_tags.filter_map(|it| it.split('<').next()).collect()
}

#[test]
fn it_is_formatted_and_go_finds_nothing() {
    if programs().is_none() {
        return;
    }
    let root = run(&mut go(&["env", "GOROOT"])).stdout;
    let gofmt = Path::new(root.trim()).join(format!("bin/gofmt{EXE_SUFFIX}"));
    let unformatted = run(Command::new(gofmt)
        .arg("-l")
        .arg(Path::new(BOOK).join("go")));
    unformatted.expect_success();
    assert_eq!(unformatted.stdout, "");
    run(&mut go(&["vet", "./..."])).expect_success();
}

#[test]
fn it_prints_the_same_lines_as_the_lessons() {
    let Some(folder) = programs() else { return };
    for lesson in ["basic", "struct_pool"] {
        let ended = program(folder, lesson, &[]);
        ended.expect_success();
        assert!(ended.stdout.lines().count() >= 20, "{}", ended.stdout);
        assert_eq!(ended.sorted_lines(), sorted_lines(&recorded(lesson)));
    }
}

#[test]
fn each_job_is_counted_whenever_the_context_is_done() {
    let Some(folder) = programs() else { return };
    let mut jobs_after_the_cancel = 0;
    for cancel_after in ["120ms"].into_iter().chain(["0s"; 20]) {
        let ended = program(folder, "context_cancel", &["-cancel-after", cancel_after]);
        ended.expect_success();
        let numbers = ended.numbers("10 jobs: ");
        assert_eq!(numbers.iter().sum::<u32>(), 10, "{}", ended.stdout);
        if cancel_after == "0s" {
            jobs_after_the_cancel += ended.stdout.matches("processing").count();
        }
    }
    // Three workers in twenty runs, each with a chance of one half.
    assert!(jobs_after_the_cancel > 0);
}

#[test]
fn a_graceful_shutdown_does_all_jobs_and_an_emergency_counts_them() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "graceful_vs_emergency", &[]);
    ended.expect_success();
    let (graceful, emergency) = ended.stdout.split_once("\n20 jobs: ").expect("two halves");
    assert_eq!(graceful.matches("result: ").count(), 20, "{graceful}");
    let (account, emergency) = emergency.split_once('\n').expect("the other half");
    assert_eq!(account, "20 done, 0 interrupted, 0 never started");
    let stdout = emergency.to_string();
    let numbers = Ended { stdout, ..ended }.numbers("20 jobs: ");
    assert_eq!(numbers.iter().sum::<u32>(), 20, "{emergency}");
}

#[test]
fn a_panic_in_a_job_ends_the_whole_program() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "struct_pool", &["-panic-on", "3"]);
    assert_eq!(ended.status, Some(2), "{}", ended.both());
    assert!(!ended.stdout.contains("all done"), "{}", ended.stdout);
}

#[test]
fn nobody_waits_to_submit_if_there_is_room_for_all_jobs() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "buffered_vs_unbuffered", &[]);
    ended.expect_success();
    assert!(ended.numbers("capacity 0: ")[0] > 0, "{}", ended.stdout);
    assert_eq!(ended.numbers("capacity 60: "), [0]);
}

#[test]
fn every_url_gets_its_line() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "url_fetcher", &[]);
    ended.expect_success();
    let lines = ended.sorted_lines();
    let begins = [
        "/ answered 200",
        "/ answered 200",
        "/missing answered 404",
        "/never failed: ",
        "/never failed: ",
        "/never failed: ",
        "the site got 6 requests",
    ];
    assert_eq!(lines.len(), begins.len(), "{}", ended.both());
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{}", ended.both());
    }
}

#[test]
fn after_the_deadline_no_request_is_sent() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "url_fetcher", &["-deadline", "50ms"]);
    ended.expect_success();
    assert_eq!(ended.stdout.lines().count(), 7, "{}", ended.both());
    assert!(ended.stdout.matches("cancelled").count() >= 4);
    // At the deadline, the three workers wait for pages that never come.
    assert!(ended.numbers("the site got ")[0] <= 5, "{}", ended.stdout);
}

#[test]
fn the_database_refuses_no_job_of_the_pool() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "why_pools", &[]);
    ended.expect_success();
    assert_eq!(ended.numbers("pool: "), [100, 0]);
    let numbers = ended.numbers("goroutine per job: ");
    assert_eq!(numbers.iter().sum::<u32>(), 100, "{}", ended.stdout);
}

#[test]
fn a_pool_survives_panics_and_accepts_nothing_after_its_end() {
    let Some(folder) = programs() else { return };
    let ended = program(folder, "production_pool", &[]);
    ended.expect_success();
    let numbers = ended.numbers("100 jobs: ");
    assert_eq!(numbers.iter().sum::<u32>(), 100, "{}", ended.stdout);
    assert!(ended.stdout.contains(" panicked: an unlucky job\n"));
    assert!(
        ended
            .stdout
            .ends_with("\none more: the pool is shutting down\n")
    );
}
