//! Who worked on what, from when to when, and how it ended. [`picture`](crate::picture) draws it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

/// How many spans are kept, and how many arrivals: as many as a lesson can have jobs. Only a
/// service that runs for days has more.
pub const MOST: usize = 1_000_000;

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

impl Span {
    /// How the job ended; `None` while it has not.
    pub fn ending(&self) -> Option<Ending> {
        self.end.map(|(_, ending)| ending)
    }
}

/// How a job that was started ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was done in full.
    Finished,
    /// Its context was done first.
    Interrupted,
    /// It panicked, or returned an error.
    Failed,
}

/// A moment that concerns all workers, such as the cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What happened.
    pub name: String,
    /// When it happened.
    pub at: Instant,
}

/// What was recorded up to some moment.
#[derive(Clone, Debug)]
pub struct Recording {
    /// When the recording began.
    pub begin: Instant,
    /// The moment itself.
    pub now: Instant,
    /// In the order in which they began; the first million.
    pub spans: Vec<Span>,
    /// In the order in which they were noted.
    pub marks: Vec<Mark>,
    /// When each job entered the queue; empty, unless the lesson notes it. The first million.
    pub queued: Vec<Instant>,
    /// What to call the jobs, if not by their numbers: the label of job `n` is at index `n`.
    pub labels: Vec<String>,
}

impl Recording {
    /// The spans of each worker that had a job, in the order of the workers' numbers.
    pub fn lanes(&self) -> BTreeMap<usize, Vec<&Span>> {
        let mut lanes: BTreeMap<usize, Vec<&Span>> = BTreeMap::new();
        for span in &self.spans {
            lanes.entry(span.worker).or_default().push(span);
        }
        lanes
    }
}

/// A record of spans and marks. Clones share it, so that all workers can write to one.
#[derive(Clone, Debug)]
pub struct Timeline {
    recording: Arc<Mutex<Recording>>,
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline::new(Vec::new())
    }
}

impl Timeline {
    /// A record that begins now, of jobs that have these labels in place of numbers, or of jobs
    /// that have numbers, if there are no labels.
    pub fn new(labels: Vec<String>) -> Timeline {
        let now = Instant::now();
        let recording = Recording {
            begin: now,
            now,
            spans: Vec::new(),
            marks: Vec::new(),
            queued: Vec::new(),
            labels,
        };
        Timeline {
            recording: Arc::new(Mutex::new(recording)),
        }
    }

    /// Takes the memory for so many spans now, so that a lesson which measures its memory does not
    /// measure this.
    pub fn reserve(&self, spans: usize) {
        let mut recording = self.lock();
        let unused = Span {
            worker: 0,
            job: 0,
            start: recording.begin,
            end: None,
        };
        // Written to: memory that is only asked for is not yet taken.
        recording.spans.resize(spans.min(MOST), unused);
        recording.spans.clear();
    }

    /// Notes that `worker` begins `job` now, and returns the handle to [`end`](Self::end) it.
    pub fn start(&self, worker: usize, job: usize) -> Started {
        let mut recording = self.lock();
        if recording.spans.len() == MOST {
            return Started(None);
        }
        recording.spans.push(Span {
            worker,
            job,
            start: Instant::now(),
            end: None,
        });
        Started(Some(recording.spans.len() - 1))
    }

    /// Notes that what [`start`](Self::start) returned ends now.
    pub fn end(&self, Started(index): Started, ending: Ending) {
        if let Some(index) = index {
            self.lock().spans[index].end = Some((Instant::now(), ending));
        }
    }

    /// Notes that the last span of `job` failed, though it has ended, a moment ago: the panic came
    /// after its work.
    pub fn failed(&self, job: usize) {
        let mut recording = self.lock();
        // Not further back than many jobs can have begun since.
        let mut recent = recording.spans.iter_mut().rev().take(10_000);
        let span = recent.find(|it| it.job == job);
        if let Some((_, ending)) = span.and_then(|span| span.end.as_mut()) {
            *ending = Ending::Failed;
        }
    }

    /// Notes that a job enters the queue now. It leaves it when its span starts.
    pub fn queued(&self) {
        let mut recording = self.lock();
        if recording.queued.len() < MOST {
            recording.queued.push(Instant::now());
        }
    }

    /// Notes what happened at this moment; nothing, if it never came.
    pub fn mark(&self, name: &str, at: impl Into<Option<Instant>>) {
        if let Some(at) = at.into() {
            let name = name.to_string();
            self.lock().marks.push(Mark { name, at });
        }
    }

    /// All that was recorded so far.
    pub fn recording(&self) -> Recording {
        let recording = self.lock().clone();
        Recording {
            now: Instant::now(),
            ..recording
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        let recording = self.recording.lock();
        recording.expect("nothing panics under this lock")
    }
}

/// A job that began: give it to [`Timeline::end`].
#[derive(Debug)]
#[must_use = "a span that is never ended stays recorded as never ended"]
pub struct Started(Option<usize>);
