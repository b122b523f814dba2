//! How long something took, each time: Prometheus' [histogram][1].
//!
//! [1]: https://prometheus.io/docs/concepts/metric_types/#histogram

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The bounds of the buckets, in seconds. A last bucket has no bound. A
/// percentile is exact only to its bucket; Prometheus interpolates within it.
const BOUNDS: [f64; 18] = [
    0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0,
    3.0, 5.0, 7.0, 10.0,
];

/// Sorts durations into buckets. Behind one lock, so that all its numbers are
/// of one moment.
#[derive(Default)]
pub struct Histogram {
    seen: Mutex<Seen>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    buckets: [u64; BOUNDS.len() + 1],
    sum: Duration,
}

impl Histogram {
    /// Adds a duration.
    pub fn observe(&self, took: Duration) {
        let secs = took.as_secs_f64();
        let bucket = BOUNDS.partition_point(|bound| *bound < secs);
        let seen = self.seen.lock();
        let mut seen = seen.unwrap_or_else(PoisonError::into_inner);
        seen.buckets[bucket] += 1;
        seen.sum += took;
    }

    /// The mean, unless nothing was added.
    pub fn mean(&self) -> Option<Duration> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let count: u64 = seen.buckets.iter().sum();
        (count > 0).then(|| seen.sum.div_f64(count as f64))
    }

    /// Its lines in Prometheus' text format. A bucket there counts what is in
    /// all buckets below it as well.
    pub fn to_text(&self, name: &str, help: &str) -> String {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text =
            format!("# HELP {name} {help}\n# TYPE {name} histogram\n");
        let bounds = BOUNDS.map(|bound| bound.to_string());
        let bounds = bounds.into_iter().chain(["+Inf".to_string()]);
        let mut count = 0;
        for (bound, in_bucket) in bounds.zip(seen.buckets) {
            count += in_bucket;
            text += &format!("{name}_bucket{{le=\"{bound}\"}} {count}\n");
        }
        let sum = seen.sum.as_secs_f64();
        text + &format!("{name}_sum {sum}\n{name}_count {count}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_all_durations() {
        let histogram = Histogram::default();
        assert_eq!(histogram.mean(), None);
        for millis in [0, 10, 50] {
            histogram.observe(Duration::from_millis(millis));
        }
        assert_eq!(histogram.mean(), Some(Duration::from_millis(20)));
    }

    #[test]
    fn a_bucket_counts_all_that_took_at_most_its_bound() {
        let histogram = Histogram::default();
        for millis in [0, 10, 11, 500, 60_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let text = histogram.to_text("wait_seconds", "How long.");
        let lines: Vec<&str> = text.lines().collect();
        let [help, kind, buckets @ .., sum, count] = &lines[..] else {
            panic!("{text}");
        };
        assert_eq!(*help, "# HELP wait_seconds How long.");
        assert_eq!(*kind, "# TYPE wait_seconds histogram");
        assert_eq!(*sum, "wait_seconds_sum 60.521");
        assert_eq!(*count, "wait_seconds_count 5");
        assert_eq!(buckets.len(), BOUNDS.len() + 1);
        for expected in [
            "wait_seconds_bucket{le=\"0.01\"} 2",
            "wait_seconds_bucket{le=\"0.02\"} 3",
            "wait_seconds_bucket{le=\"0.3\"} 3",
            "wait_seconds_bucket{le=\"0.5\"} 4",
            "wait_seconds_bucket{le=\"10\"} 4",
            "wait_seconds_bucket{le=\"+Inf\"} 5",
        ] {
            assert!(buckets.contains(&expected), "{expected}: {text}");
        }
    }
}
