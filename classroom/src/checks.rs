//! Runs the checks of an exercise. If one fails, it draws what was recorded until then, and says
//! what is wrong.

use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use timeline::terminal::{self, Terminal};
use timeline::{Lanes, Recording, Timeline};

/// A function that panics if the answer is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The name of the function.
    pub name: &'static str,
    /// The function.
    pub run: fn(),
    /// It is slow, because it waits. So it runs while the others run.
    pub is_patient: bool,
}

/// The most that a check may take. Its own limits are shorter; this one is for a hang that nobody
/// has thought of.
const CHECK_LIMIT: Duration = Duration::from_secs(12);

/// So that the picture and the message fit on Rustlings' screen of 24 lines.
pub(crate) const MAX_LANES: usize = 5;

const COLUMNS: usize = 80;

/// Lists the checks of an exercise by the names of their functions: for [`run_checks`] in `main`,
/// and for `cargo test`.
#[macro_export]
macro_rules! checks {
    ($($check:ident),+ $(; patient: $($patient:ident),+)?) => {
        const CHECKS: &[$crate::Check] = &[
            $($crate::Check { name: stringify!($check), run: $check, is_patient: false },)+
            $($($crate::Check { name: stringify!($patient), run: $patient, is_patient: true },)+)?
        ];

        #[test]
        fn checks() {
            main();
        }
    };
}

/// Runs the checks one after the other. If one fails, the program prints why, and ends with
/// status 1.
pub fn run_checks(checks: &[Check]) {
    set_hook();
    let start_patient = |check: &Check| check.is_patient.then(|| Run::start(check));
    let patient: Vec<Option<Run>> = checks.iter().map(start_patient).collect();
    for (number, (check, run)) in (1..).zip(checks.iter().zip(patient)) {
        let run = run.unwrap_or_else(|| Run::start(check));
        if let Some(why) = run.failure() {
            let (of, name) = (checks.len(), check.name.replace('_', " "));
            let report = format!("Check {number} of {of} fails: {name}\n\n{why}");
            // Without the colours where nobody sees them, such as in Rustlings.
            let _ = anstream::stderr().write_all(report.as_bytes());
            process::exit(1);
        }
    }
}

/// A panic that is part of a check. It prints no message.
pub fn ordered_panic(message: String) -> ! {
    panic::resume_unwind(Box::new(message))
}

/// A check that runs on a thread.
struct Run {
    log: Arc<Log>,
    result: Receiver<thread::Result<()>>,
}

/// What happened in a check.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// What the answer did; `None` if the check does not record that.
    timeline: Mutex<Option<Timeline>>,
    /// What to draw instead: a run that nobody has done.
    simulated: Mutex<Option<Recording>>,
    /// The panics of the check, even those that it caught.
    panics: Mutex<Vec<Panic>>,
}

#[derive(Debug)]
struct Panic {
    text: String,
    place: String,
    /// What was recorded until then.
    picture: String,
}

thread_local! {
    /// The check that this thread runs; `None` if the thread belongs to the answer.
    static LOG: RefCell<Option<Arc<Log>>> = const { RefCell::new(None) };
}

/// A check has failed, unless it catches the panic.
static HAS_FAILED: AtomicBool = AtomicBool::new(false);

impl Run {
    fn start(check: &Check) -> Run {
        let run = check.run;
        let log = Arc::new(Log::default());
        let (result_tx, result) = bounded(1);
        let of_thread = Arc::clone(&log);
        thread::spawn(move || {
            let run = || as_check(Some(of_thread), run);
            result_tx.send(panic::catch_unwind(panic::AssertUnwindSafe(run)))
        });
        Run { log, result }
    }

    /// Waits for the end, and says why the check failed; `None` if it passed.
    fn failure(self) -> Option<String> {
        match self.result.recv_timeout(CHECK_LIMIT) {
            Ok(Ok(())) => {
                HAS_FAILED.store(false, Ordering::Relaxed);
                None
            }
            Ok(Err(payload)) => Some(self.log.why(&text(&*payload))),
            Err(_) => {
                let secs = CHECK_LIMIT.as_secs();
                let picture = self.log.picture();
                Some(format!(
                    "{picture}timed out after {secs} s, still waiting\n"
                ))
            }
        }
    }
}

/// Calls `run` on a thread that belongs to the check with this log.
pub(crate) fn as_check<T>(log: Option<Arc<Log>>, run: impl FnOnce() -> T) -> T {
    LOG.set(log);
    run()
}

/// The check to which this thread belongs.
pub(crate) fn log() -> Option<Arc<Log>> {
    LOG.with_borrow(Option::clone)
}

/// From now on, the check of this thread records this.
pub(crate) fn record(timeline: &Timeline) {
    if let Some(log) = log() {
        *lock(&log.timeline) = Some(timeline.clone());
    }
}

/// If the check of this thread fails now, this is its picture.
pub(crate) fn show(simulated: Recording) {
    if let Some(log) = log() {
        *lock(&log.simulated) = Some(simulated);
    }
}

/// Records that something happened now.
pub(crate) fn mark(what: &str) {
    if let Some(timeline) = log().and_then(|log| lock(&log.timeline).clone()) {
        timeline.mark(what, Instant::now());
    }
}

/// A panic of a check is kept, and printed if nobody catches it. Its picture is drawn now: the
/// unwinding lets go of jobs that are held, and then they go on.
fn set_hook() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |panic| match log() {
        Some(log) => {
            let panic = Panic::new(panic, &log);
            lock(&log.panics).push(panic);
            HAS_FAILED.store(true, Ordering::Relaxed);
        }
        // A check that has failed drops what the answer still uses.
        None if HAS_FAILED.load(Ordering::Relaxed) => {}
        None => default(panic),
    }));
}

impl Panic {
    fn new(panic: &PanicHookInfo, log: &Log) -> Panic {
        let place = panic.location();
        Panic {
            text: text(panic.payload()),
            place: place.map_or(String::new(), |it| format!("{}:{}", it.file(), it.line())),
            picture: log.picture(),
        }
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|it| it.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or("a panic without a message".to_string())
}

impl Log {
    /// Why the check failed with this panic: what was recorded until then; its message; and before
    /// it those of panics that were caught.
    fn why(&self, text: &str) -> String {
        let panics = lock(&self.panics);
        // What comes after it is only a consequence.
        let Some(last) = panics.iter().rposition(|it| it.text == text) else {
            return self.picture() + &wrap(text); // an ordered panic that nobody caught
        };
        let mut why = panics[last].picture.clone();
        for panic in &panics[..=last] {
            why += &wrap(&panic.text);
            why += &format!("{}\n", panic.place);
        }
        why
    }

    /// The lanes of the answer's threads, up to now.
    fn picture(&self) -> String {
        let recorded = || Some(lock(&self.timeline).as_ref()?.recording());
        let simulated = lock(&self.simulated).clone();
        let Some(mut recording) = simulated.or_else(recorded) else {
            return String::new();
        };
        if recording.spans.is_empty() {
            return "no job was started\n\n".to_string();
        }
        let workers = recording.spans_by_lane().len();
        if workers > MAX_LANES {
            recording.lanes = Lanes::default();
            recording.spans.retain(|span| span.worker <= MAX_LANES);
        }
        let picture = terminal::draw(&recording, 0, Terminal::of_stderr(1));
        match workers.saturating_sub(MAX_LANES) {
            0 => format!("{picture}\n"),
            more => format!("{picture}and {more} more\n\n"),
        }
    }
}

/// Breaks lines between words.
fn wrap(text: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let mut column = 0;
        for word in line.split_inclusive(' ') {
            let width = word.trim_end().chars().count();
            if column > 0 && column + width > COLUMNS {
                wrapped = wrapped.trim_end().to_string() + "\n";
                column = 0;
            }
            wrapped += word;
            column += word.chars().count();
        }
        wrapped += "\n";
    }
    wrapped
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
