//! Runs the checks of an exercise. If one fails, it draws what was recorded until then, and says
//! what is wrong.

use std::any::Any;
use std::cell::Cell;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::process;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use timeline::terminal::{self, Terminal};
use timeline::{Lanes, Timeline};

use crate::within;

/// The name of a check, and a function that panics if the answer is wrong.
pub type Check = (&'static str, fn());

/// The most that a check may take. Its own limits are shorter; this one is for a hang that nobody
/// has thought of.
const CHECK_LIMIT: Duration = Duration::from_secs(12);

/// So that the picture and the message fit on Rustlings' screen of 24 lines.
const MAX_LANES: usize = 5;

const COLUMNS: usize = 80;

/// Lists the checks of an exercise by the names of their functions: for [`run_checks`] in `main`,
/// and for `cargo test`.
#[macro_export]
macro_rules! checks {
    ($($check:ident),+ $(,)?) => {
        const CHECKS: &[$crate::Check] = &[$((stringify!($check), $check)),+];

        #[test]
        fn checks() {
            main();
        }
    };
}

/// Runs the checks one after the other. If one fails, the program prints why, and ends with
/// status 1.
pub fn run_checks(checks: &[Check]) {
    static HOOK: Once = Once::new();
    HOOK.call_once(set_hook);
    for (number, (name, check)) in (1..).zip(checks) {
        *lock(&RECORD) = None;
        lock(&PANICS).clear();
        let still = "still waiting for the end of this check";
        let run = || within(CHECK_LIMIT, still, *check);
        if let Err(payload) = panic::catch_unwind(|| as_check(run)) {
            let (of, name) = (checks.len(), name.replace('_', " "));
            let why = why(&text(&*payload));
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

/// What the running check records; `None` if it records nothing.
static RECORD: Mutex<Option<Timeline>> = Mutex::new(None);

/// The panics of the running check.
static PANICS: Mutex<Vec<Panic>> = Mutex::new(Vec::new());

struct Panic {
    text: String,
    place: String,
    /// What was recorded until then.
    picture: String,
}

thread_local! {
    static IS_CHECK: Cell<bool> = const { Cell::new(false) };
}

/// From now on, the running check records this.
pub(crate) fn record(timeline: &Timeline) {
    *lock(&RECORD) = Some(timeline.clone());
}

/// Records that something happened now.
pub(crate) fn mark(what: &str) {
    if let Some(timeline) = &*lock(&RECORD) {
        timeline.mark(what, Instant::now());
    }
}

/// Calls `run` on a thread that belongs to the check, and not to the answer.
pub(crate) fn as_check<T>(run: impl FnOnce() -> T) -> T {
    IS_CHECK.set(true);
    run()
}

/// A panic of the check is kept, and printed if nobody catches it. Its picture is drawn now: the
/// unwinding lets go of jobs that are held, and then they go on.
fn set_hook() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if IS_CHECK.get() {
            let panic = Panic::new(panic);
            lock(&PANICS).push(panic);
        } else if lock(&PANICS).is_empty() {
            default(panic);
        } // Otherwise the check has failed. It has dropped what the answer still uses.
    }));
}

impl Panic {
    fn new(panic: &PanicHookInfo) -> Panic {
        let place = panic.location();
        Panic {
            text: text(panic.payload()),
            place: place.map_or(String::new(), |it| format!("{}:{}", it.file(), it.line())),
            picture: picture(),
        }
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|it| it.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or("a panic without a message".to_string())
}

/// Why the check failed with this panic: what was recorded until then; its message; and before it
/// those of panics that were caught.
fn why(text: &str) -> String {
    let panics = lock(&PANICS);
    // What comes after it is only a consequence.
    let last = panics.iter().rposition(|it| it.text == text);
    let until_then = last.map_or(&[][..], |last| &panics[..=last]);
    let mut why = until_then.last().map_or("", |it| &it.picture).to_string();
    for panic in until_then {
        why += &wrap(&panic.text);
        why += &format!("{}\n", panic.place);
    }
    why
}

/// The lanes of the answer's threads.
fn picture() -> String {
    let Some(timeline) = lock(&RECORD).clone() else {
        return String::new();
    };
    let mut recording = timeline.recording();
    let workers = recording.spans_by_lane().len();
    if recording.spans.is_empty() {
        return "no job was started\n\n".to_string();
    }
    if workers > MAX_LANES {
        recording.lanes = Lanes::default();
        recording.spans.retain(|span| span.worker <= MAX_LANES);
    }
    let picture = terminal::draw(&recording, 0, Terminal::of_stderr(1));
    match workers.saturating_sub(MAX_LANES) {
        0 => format!("{picture}\n"),
        more => format!("{picture}and {more} more workers\n\n"),
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
