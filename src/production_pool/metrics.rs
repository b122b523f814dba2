//! What a pool counts.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

/// The numbers of a pool at one moment. `accepted` is always the sum of
/// `queued`, `active`, `processed` and `never_started`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Jobs that wait for a worker: the article's `JobsQueued`. This includes a
    /// job that a free worker is about to start.
    pub queued: u64,
    /// Workers that are running a job: the article's `WorkersActive`.
    pub active: u64,
    /// Jobs that ended, including failed ones: the article's `JobsProcessed`.
    pub processed: u64,
    /// Jobs that panicked.
    pub failed: u64,
    /// Jobs that the pool accepted.
    pub accepted: u64,
    /// Jobs that the pool handed back to their submitters. A job counts each
    /// time.
    pub rejected: u64,
    /// Accepted jobs that never started because the pool was stopped.
    pub never_started: u64,
}

/// What a worker counts: each job once when it starts, and once when it leaves
/// the pool. If cores write to the same cache line, they pass it back and forth
/// each time. So these are aligned: a processor may fetch two lines of 64 bytes
/// at once, and Apple's have lines of 128.
#[derive(Default)]
#[repr(align(128))]
pub struct Counters {
    started: AtomicU64,
    returned: AtomicU64,
    panicked: AtomicU64,
    never_started: AtomicU64,
}

impl Counters {
    /// A worker starts a job.
    pub fn start(&self) {
        self.started.fetch_add(1, SeqCst);
    }

    /// A started job returned.
    pub fn returned(&self) {
        self.returned.fetch_add(1, SeqCst);
    }

    /// A started job panicked.
    pub fn panicked(&self) {
        self.panicked.fetch_add(1, SeqCst);
    }

    /// A job leaves the queue and will not be started.
    pub fn never_started(&self) {
        self.never_started.fetch_add(1, SeqCst);
    }
}

/// How many jobs have left the pool. Workers may count meanwhile, so it can be
/// out of date at once, but it is never too large.
pub fn gone(counters: &[Counters]) -> u64 {
    ways_out(counters).iter().sum()
}

/// All numbers of one moment. The caller makes sure that no job is accepted in
/// the meantime.
pub fn snapshot(
    counters: &[Counters],
    accepted: u64,
    rejected: u64,
) -> Metrics {
    loop {
        let before = ways_out(counters);
        // Jobs may start meanwhile. They start one by one, so at some moment
        // exactly so many had started.
        let started = counters.iter().map(|it| it.started.load(SeqCst));
        let started: u64 = started.sum();
        // If no job left the pool in between, all numbers are of that moment.
        // Otherwise, look again. This ends: no job comes in, so the pool runs
        // empty.
        if ways_out(counters) == before {
            let [returned, panicked, never_started] = before;
            let processed = returned + panicked;
            return Metrics {
                queued: accepted - started - never_started,
                active: started - processed,
                processed,
                failed: panicked,
                accepted,
                rejected,
                never_started,
            };
        }
    }
}

/// Counters only grow. So if the sums are the same twice, no job has left the
/// pool in between.
fn ways_out(counters: &[Counters]) -> [u64; 3] {
    let (mut returned, mut panicked, mut never_started) = (0, 0, 0);
    for each in counters {
        returned += each.returned.load(SeqCst);
        panicked += each.panicked.load(SeqCst);
        never_started += each.never_started.load(SeqCst);
    }
    [returned, panicked, never_started]
}
