//! The formula: how long jobs wait if they come at random, and if chance
//! decides as well how long each of them takes (the exponential distribution).
//! This is the queue M/M/c, and Erlang's formula C: see Leonard Kleinrock,
//! *Queueing Systems*, volume 1, section 3.5.

use std::time::Duration;

use crate::waits::Waits;

/// The share of the jobs that find all workers busy. `load` is how many workers
/// would be busy on average if no job ever waited: less than `workers`.
pub fn share_waiting(workers: usize, load: f64) -> f64 {
    // Erlang's formula B: the share of the jobs that are lost if there is no
    // queue. One worker after the other, since the powers and factorials of the
    // textbook are too large for a number.
    let mut lost = 1.0;
    for count in 1..=workers {
        lost = load * lost / (count as f64 + load * lost);
    }
    let busy = load / workers as f64;
    lost / (1.0 - busy * (1.0 - lost))
}

/// How jobs wait that come `rate` times a second. `None` if the workers cannot
/// keep up: then the average wait has no limit.
pub fn waits(workers: usize, rate: f64, load: f64) -> Option<Waits> {
    let spare = workers as f64 - load;
    if spare <= 0.0 {
        return None;
    }
    let share = share_waiting(workers, load);
    // While all workers are busy, the queue loses this many jobs a second.
    let drain = rate * spare / load;
    let mean = share / drain;
    // Those who wait have waits with an exponential distribution.
    let at_95 = (share / 0.05).ln().max(0.0) / drain;
    Some(Waits {
        share,
        mean: Duration::from_secs_f64(mean),
        at_95: Duration::from_secs_f64(at_95),
        queue: rate * mean, // Little's law
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64) {
        let error = (value - expected).abs();
        assert!(error < 1e-9, "{value} instead of {expected}");
    }

    /// The example of pyworkforce 0.1.0,
    /// <https://pypi.org/project/pyworkforce>: 100 calls of 3 minutes in half
    /// an hour, 14 agents, and the share of the callers that wait for 20
    /// seconds at most.
    #[test]
    fn published_values() {
        let share = share_waiting(14, 10.0);
        assert_close(share, 0.1741319335950498);
        let waits = waits(14, 100.0 / 1_800.0, 10.0).expect("they keep up");
        assert_close(waits.share, share);
        // The mean of those that wait decides how their waits are distributed.
        let mean = waits.mean.as_secs_f64() / share;
        let within_20 = 1.0 - share * (-20.0 / mean).exp();
        assert_close(within_20, 0.8883500191794669);
        // So 5 of 100 wait for longer than this.
        let late = share * (-waits.at_95.as_secs_f64() / mean).exp();
        assert_close(late, 0.05);
    }

    /// By hand: with one worker, the share that waits is how busy it is.
    #[test]
    fn one_worker() {
        for busy in [0.1, 0.5, 0.9] {
            let waits = waits(1, busy, busy).expect("it keeps up");
            assert_close(waits.share, busy);
            let mean = busy / (1.0 - busy);
            assert_close(waits.mean.as_secs_f64(), mean);
            assert_close(waits.queue, busy * mean);
        }
    }

    /// By hand: a² / (2 + a) of the jobs wait for two workers.
    #[test]
    fn two_workers() {
        for load in [0.2, 1.0, 1.9] {
            assert_close(share_waiting(2, load), load * load / (2.0 + load));
        }
    }

    #[test]
    fn nobody_keeps_up_if_always_busy() {
        assert!(waits(5, 25.0, 5.0).is_none());
        assert!(waits(5, 25.0, 5.1).is_none());
        assert!(waits(6, 25.0, 5.0).is_some());
    }

    #[test]
    fn jobs_that_take_no_time_do_not_wait() {
        let waits = waits(1, 25.0, 0.0).expect("it keeps up");
        assert_eq!((waits.share, waits.mean), (0.0, Duration::ZERO));
        assert_eq!((waits.at_95, waits.queue), (Duration::ZERO, 0.0));
    }

    /// With 10,000 workers, the powers of the textbook have 40,000 digits. By
    /// Halfin and Whitt, the share then depends on the spare workers only as a
    /// multiple b of the root of the load: 1 / (1 + b Φ(b) / φ(b)).
    #[test]
    fn ten_thousand_workers() {
        let share = share_waiting(10_000, 9_900.98);
        let (b, above, density) = (0.9951, 0.8402, 0.2432);
        let limit = 1.0 / (1.0 + b * above / density);
        assert!((share / limit - 1.0).abs() < 0.02, "{share} {limit}");
    }
}
