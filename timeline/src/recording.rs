//! What is recorded while a program runs.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use crate::{Channel, For, Place, Thread, Wait, Who};

/// The most spans that are kept, and the most arrivals: as many as a lesson can have jobs. Only a
/// service that runs for days has more.
pub const MAX_SPANS: usize = 1_000_000;

/// One worker, busy with one job.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The worker's number.
    pub worker: usize,
    /// The job's number.
    pub job: usize,
    /// When the worker started the job.
    pub start: Instant,
    /// When and how the job ended; `None` while it runs.
    pub end: Option<(Instant, Ending)>,
}

impl Span {
    /// How the job ended; `None` while it runs.
    pub fn ending(&self) -> Option<Ending> {
        self.end.map(|(_, ending)| ending)
    }
}

/// How a started job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The job is done.
    Done,
    /// The job is done, but nobody took its result.
    Undelivered,
    /// Its context was done first.
    Interrupted,
    /// It panicked or returned an error.
    Failed,
}

/// Who works, and so has a lane, even without a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lanes {
    /// The workers of a pool, by their numbers.
    Workers(RangeInclusive<usize>),
    /// One thread for each of these jobs.
    ThreadPerJob(RangeInclusive<usize>),
    /// The workers of several processes. The numbers count all of them: worker 2.1 is the first
    /// one of the second process.
    Processes {
        /// How many processes.
        processes: usize,
        /// How many workers in each of them.
        workers: usize,
    },
}

impl Default for Lanes {
    /// No workers. Those that have a job get a lane.
    fn default() -> Lanes {
        Lanes::Workers(RangeInclusive::new(1, 0))
    }
}

impl Lanes {
    /// The number of each lane.
    pub fn numbers(&self) -> RangeInclusive<usize> {
        match self {
            Lanes::Workers(numbers) | Lanes::ThreadPerJob(numbers) => numbers.clone(),
            Lanes::Processes { processes, workers } => 1..=processes * workers,
        }
    }

    /// What a lane stands for.
    pub fn name(&self) -> &'static str {
        match self {
            Lanes::Workers(_) | Lanes::Processes { .. } => "worker",
            Lanes::ThreadPerJob(_) => "thread",
        }
    }

    /// What the lane with this number is called, after its [`name`](Self::name).
    pub fn label(&self, number: usize) -> String {
        match self {
            Lanes::Processes { workers, .. } => {
                let (before, worker) = ((number - 1) / workers, (number - 1) % workers);
                format!("{}.{}", before + 1, worker + 1)
            }
            Lanes::Workers(_) | Lanes::ThreadPerJob(_) => number.to_string(),
        }
    }
}

/// A moment that concerns all workers, such as a cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What happened.
    pub name: String,
    /// When it happened.
    pub at: Instant,
}

/// Everything that was recorded up to one moment.
#[derive(Clone, Debug)]
pub struct Recording {
    /// When the recording began.
    pub begin: Instant,
    /// The moment at which this copy was made.
    pub now: Instant,
    /// Who works.
    pub lanes: Lanes,
    /// In the order in which they started; the first [`MAX_SPANS`].
    pub spans: Vec<Span>,
    /// In the order in which they were recorded.
    pub marks: Vec<Mark>,
    /// When which job entered the queue; the first [`MAX_SPANS`]. Empty if the program does not
    /// record it.
    pub queued: Vec<(Instant, usize)>,
    /// Who waited; the first [`MAX_SPANS`]. An ordinary program records at most how its submitter
    /// waited for room.
    pub waits: Vec<Wait>,
    /// The channels, if the program records them.
    pub channels: Vec<Channel>,
    /// The threads other than `main`, if the program records them.
    pub threads: Vec<Thread>,
    /// Where each thread was, one place after the other, if the program records it.
    pub places: BTreeMap<Who, Vec<Place>>,
    /// When the program was stopped because nobody could go on.
    pub gave_up: Option<Instant>,
    /// Whether there was no room left for a span.
    pub is_full: bool,
    /// Names for the jobs: job `n` has the label at index `n`. Empty if the numbers are the names.
    pub labels: Vec<String>,
}

impl Recording {
    /// The spans of each worker, by the workers' numbers.
    pub fn spans_by_lane(&self) -> BTreeMap<usize, Vec<&Span>> {
        let lanes = self.lanes.numbers().map(|number| (number, Vec::new()));
        let mut lanes: BTreeMap<usize, Vec<&Span>> = lanes.collect();
        for span in &self.spans {
            lanes.entry(span.worker).or_default().push(span);
        }
        lanes
    }
}

/// The recording of the newest timeline.
static NEWEST: Mutex<Weak<Mutex<Recording>>> = Mutex::new(Weak::new());

fn newest() -> MutexGuard<'static, Weak<Mutex<Recording>>> {
    NEWEST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records spans, marks and arrivals. Clones share one recording.
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
    /// Starts to record. `labels` are names for the jobs; without labels, jobs have numbers.
    pub fn new(labels: Vec<String>) -> Timeline {
        let now = Instant::now();
        let recording = Recording {
            begin: now,
            now,
            lanes: Lanes::default(),
            spans: Vec::new(),
            marks: Vec::new(),
            queued: Vec::new(),
            waits: Vec::new(),
            channels: Vec::new(),
            threads: Vec::new(),
            places: BTreeMap::new(),
            gave_up: None,
            is_full: false,
            labels,
        };
        let recording = Arc::new(Mutex::new(recording));
        *newest() = Arc::downgrade(&recording);
        Timeline { recording }
    }

    /// The timeline that was made last, if it is still there: for channels and threads, which
    /// nobody gives a timeline.
    pub fn newest() -> Option<Timeline> {
        let recording = newest().upgrade()?;
        Some(Timeline { recording })
    }

    /// Says who works, so that a worker without a job has a lane as well.
    pub fn set_lanes(&self, lanes: Lanes) {
        self.lock().lanes = lanes;
    }

    /// Takes the memory for this number of spans now, for a program that measures its memory
    /// later. Call it before the first [`start`](Self::start): it forgets all spans.
    pub fn reserve(&self, spans: usize) {
        let mut recording = self.lock();
        let unused = Span {
            worker: 0,
            job: 0,
            start: recording.begin,
            end: None,
        };
        // An allocation takes no memory until somebody writes to it.
        recording.spans.resize(spans.min(MAX_SPANS), unused);
        recording.spans.clear();
    }

    /// Records that `worker` starts `job` now. Pass the result to [`end`](Self::end).
    #[track_caller]
    pub fn start(&self, worker: usize, job: usize) -> Started {
        let mut recording = self.lock();
        recording.reach(Who::Worker(worker), Location::caller());
        if recording.spans.len() == MAX_SPANS {
            recording.is_full = true;
            return Started(None);
        }
        recording.spans.push(Span {
            worker,
            job,
            start: Instant::now(),
            end: None,
        });
        recording.number_taken(worker, job);
        Started(Some(recording.spans.len() - 1))
    }

    /// Records that a started job ends now.
    pub fn end(&self, Started(index): Started, ending: Ending) {
        let mut recording = self.lock();
        if let Some(span) = index.and_then(|it| recording.spans.get_mut(it)) {
            span.end = Some((Instant::now(), ending));
        }
    }

    /// Changes how `job` ended, for what turns out after the work: a panic, or that nobody takes
    /// the result.
    pub fn ended_as(&self, job: usize, ending: Ending) {
        let mut recording = self.lock();
        // It ended a moment ago, so a limited search finds it.
        let mut recent = recording.spans.iter_mut().rev().take(10_000);
        let span = recent.find(|it| it.job == job);
        if let Some((_, recorded)) = span.and_then(|span| span.end.as_mut()) {
            *recorded = ending;
        }
    }

    /// Records that `job` enters the queue now. It leaves the queue when its span starts.
    pub fn queued(&self, job: usize) {
        let mut recording = self.lock();
        if recording.queued.len() < MAX_SPANS {
            recording.queued.push((Instant::now(), job));
        }
    }

    /// Records that the submitter has waited for room in the queue from this moment until now.
    pub fn waited(&self, from: Instant) {
        let mut recording = self.lock();
        if recording.waits.len() < MAX_SPANS {
            recording.waits.push(Wait {
                who: Who::Submitter,
                what: For::Room,
                or_cancel: false,
                from,
                to: Some(Instant::now()),
            });
        }
    }

    /// Records what happened at this moment; nothing if `at` is `None`.
    pub fn mark(&self, name: &str, at: impl Into<Option<Instant>>) {
        if let Some(at) = at.into() {
            let name = name.to_string();
            self.lock().marks.push(Mark { name, at });
        }
    }

    /// A copy of everything that was recorded so far.
    pub fn recording(&self) -> Recording {
        let recording = self.lock().clone();
        Recording {
            now: recording.gave_up.unwrap_or_else(Instant::now),
            ..recording
        }
    }

    /// Since when every thread waits for another one: see [`Recording::stuck_since`].
    pub fn stuck_since(&self) -> Option<Instant> {
        self.lock().stuck_since()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Recording> {
        let recording = self.recording.lock();
        recording.expect("nothing panics under this lock")
    }
}

/// A started job, to pass to [`Timeline::end`].
#[derive(Debug)]
#[must_use = "without `end`, the job is recorded as never ended"]
pub struct Started(Option<usize>);
