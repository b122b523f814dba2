//! The metrics in the words of Prometheus.

use super::metrics::Metrics;

/// What kind of text it is: the `content-type` of HTTP.
pub const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics in Prometheus' [text format][1].
///
/// [1]: https://prometheus.io/docs/instrumenting/exposition_formats/
pub fn to_text(metrics: &Metrics) -> String {
    let lines = |name, kind, help, value: u64| {
        let name = format!("worker_pool_{name}");
        format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n")
    };
    let gauge = |name, help, value| lines(name, "gauge", help, value);
    let counter = |name, help, value| lines(name, "counter", help, value);
    [
        gauge(
            "jobs_queued",
            "Jobs that wait for a worker.",
            metrics.queued,
        ),
        gauge(
            "workers_active",
            "Workers that are busy with a job.",
            metrics.active,
        ),
        counter(
            "jobs_processed_total",
            "Jobs that ended, well or not.",
            metrics.processed,
        ),
        counter("jobs_failed_total", "Jobs that panicked.", metrics.failed),
        counter(
            "jobs_accepted_total",
            "Jobs that the pool took.",
            metrics.accepted,
        ),
        counter(
            "jobs_rejected_total",
            "Jobs that were handed back.",
            metrics.rejected,
        ),
        counter(
            "jobs_never_started_total",
            "Jobs that the pool took, and was stopped before it started them.",
            metrics.never_started,
        ),
    ]
    .concat()
}
