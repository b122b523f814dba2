//! The metrics in the text format of Prometheus.

use std::sync::Arc;

use crate::flags::Flags;
use crate::job::{JobPool, Times};

/// The `content-type` of this format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The service, for those who watch it.
pub struct Watched {
    pub pool: Arc<JobPool>,
    pub times: Arc<Times>,
    pub flags: Flags,
}

/// The metrics in Prometheus' [text format][1].
///
/// [1]: https://prometheus.io/docs/instrumenting/exposition_formats/
pub fn to_text(watched: &Watched) -> String {
    let metrics = watched.pool.metrics();
    // Before the waits, so that no job has run that has not waited.
    let ran = watched.times.ran.to_text(
        "worker_pool_job_run_seconds",
        "How long jobs ran, including failed and interrupted ones.",
    );
    let lines = |name, kind, help, value: u64| {
        let name = format!("worker_pool_{name}");
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
    };
    let gauge = |name, help, value| lines(name, "gauge", help, value);
    let counter = |name, help, value| lines(name, "counter", help, value);
    [
        gauge(
            "jobs_queued",
            "Jobs that are waiting for a worker.",
            metrics.queued,
        ),
        gauge(
            "queue_capacity",
            "Jobs that fit into the queue.",
            watched.flags.queue as u64,
        ),
        gauge(
            "workers_active",
            "Workers that are running a job.",
            metrics.active,
        ),
        gauge(
            "workers",
            "Workers in the pool.",
            watched.flags.workers as u64,
        ),
        counter(
            "jobs_processed_total",
            "Jobs that ended, including failed ones.",
            metrics.processed,
        ),
        counter("jobs_failed_total", "Jobs that panicked.", metrics.failed),
        counter(
            "jobs_accepted_total",
            "Jobs that the pool accepted.",
            metrics.accepted,
        ),
        counter(
            "jobs_rejected_total",
            "Jobs that the pool handed back, each time.",
            metrics.rejected,
        ),
        counter(
            "jobs_never_started_total",
            "Accepted jobs that never started because the pool was stopped.",
            metrics.never_started,
        ),
        watched.times.waited.to_text(
            "worker_pool_job_wait_seconds",
            "How long jobs waited until they started.",
        ),
        ran,
    ]
    .concat()
}
