//! One line for each URL, and a last line that adds up.

use std::process::ExitCode;
use std::sync::Arc;

use timeline::Ending;
use worker_pools::context::Reason;
use worker_pools::println;

/// How a URL ended.
pub enum Fate {
    /// An HTTP answer, with its status.
    Answered(u16),
    /// No answer, and why.
    Failed(String),
    /// Started and aborted.
    Cancelled,
    /// Still in the queue when the run was stopped.
    NeverStarted,
}

impl Fate {
    /// How the picture shows it.
    pub fn ending(&self) -> Ending {
        match self {
            Fate::Answered(_) => Ending::Done,
            Fate::Failed(_) => Ending::Failed,
            Fate::Cancelled | Fate::NeverStarted => Ending::Interrupted,
        }
    }
}

/// Counts the URLs that have their line.
pub struct Report {
    urls: Arc<[String]>,
    reported: Vec<bool>,
    answered: usize,
    failed: usize,
    cancelled: usize,
    never_started: usize,
}

impl Report {
    pub fn new(urls: Arc<[String]>) -> Report {
        Report {
            reported: vec![false; urls.len()],
            urls,
            answered: 0,
            failed: 0,
            cancelled: 0,
            never_started: 0,
        }
    }

    /// Prints the line of URL number `job`.
    pub fn line(&mut self, job: usize, fate: Fate) {
        let url = printable(&self.urls[job]);
        self.reported[job] = true;
        match fate {
            Fate::Answered(status) => {
                self.answered += 1;
                println!("OK {url}: {status}");
            }
            Fate::Failed(reason) => {
                self.failed += 1;
                println!("FAIL {url}: {}", printable(&reason));
            }
            Fate::Cancelled => {
                self.cancelled += 1;
                println!("FAIL {url}: cancelled in flight");
            }
            Fate::NeverStarted => {
                self.never_started += 1;
                println!("FAIL {url}: cancelled before it started");
            }
        }
    }

    /// Whether every URL was answered or failed without being cancelled.
    pub fn is_complete(&self) -> bool {
        self.answered + self.failed == self.urls.len()
    }

    /// Prints the lines that are missing, then the line that adds up. Returns
    /// the program's exit status.
    pub fn end(mut self, stopped: Option<Reason>) -> ExitCode {
        for job in 0..self.urls.len() {
            if !self.reported[job] {
                let fate = match stopped {
                    Some(_) => Fate::Cancelled,
                    None => Fate::Failed("its worker panicked".into()),
                };
                self.line(job, fate);
            }
        }

        let plural = if self.urls.len() == 1 { "" } else { "s" };
        println!(
            "{} URL{plural}: {} answered, {} failed, {} cancelled in flight, \
             {} never started",
            self.urls.len(),
            self.answered,
            self.failed,
            self.cancelled,
            self.never_started,
        );
        match stopped {
            // As shells report Ctrl-C.
            Some(Reason::Cancelled) => ExitCode::from(130),
            _ if self.answered == self.urls.len() => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}

/// Text from a list or a server, for a terminal: without control characters,
/// and cut if it is very long.
fn printable(text: &str) -> String {
    const MAX_CHARS: usize = 2_000;
    let clean = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let mut printable: String =
        text.chars().take(MAX_CHARS).map(clean).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        printable.push('…');
    }
    printable
}
