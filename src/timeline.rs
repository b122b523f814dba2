//! Who worked on what, from when to when, and how it ended.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

/// One worker busy with one job.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The worker's number, as the lesson counts them.
    pub worker: usize,
    /// The job's number.
    pub job: usize,
    /// When the worker began.
    pub start: Instant,
    /// When and how the job ended; `None` while it has not.
    pub end: Option<(Instant, Ending)>,
}

/// How a job that was started ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was done in full.
    Finished,
    /// Its context was done first.
    Interrupted,
}

/// How many spans are kept: as many as a lesson can have jobs. Only a service that runs for days
/// has more.
const MOST_SPANS: usize = 1_000_000;

/// A record of spans, the first million of them. Clones share it, so that all workers can write to
/// one.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Timeline {
    /// Notes that `worker` begins `job` now, and returns the handle to [`end`](Self::end) it.
    pub fn start(&self, worker: usize, job: usize) -> Started {
        let mut spans = self.lock();
        if spans.len() == MOST_SPANS {
            return Started(None);
        }
        spans.push(Span {
            worker,
            job,
            start: Instant::now(),
            end: None,
        });
        Started(Some(spans.len() - 1))
    }

    /// Notes that what [`start`](Self::start) returned ends now.
    pub fn end(&self, Started(index): Started, ending: Ending) {
        if let Some(index) = index {
            self.lock()[index].end = Some((Instant::now(), ending));
        }
    }

    /// All that was recorded so far, in the order in which it began.
    pub fn spans(&self) -> Vec<Span> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Span>> {
        self.spans.lock().expect("nothing panics under this lock")
    }
}

/// A job that began: give it to [`Timeline::end`].
#[derive(Debug)]
#[must_use = "a span that is never ended stays recorded as never ended"]
pub struct Started(Option<usize>);
