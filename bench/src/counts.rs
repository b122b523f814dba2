//! How many jobs each contender was given, and how many were done when it said that all were.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io;

use crate::store;

/// The jobs of all benchmarks, by the id of the benchmark.
#[derive(Default, Debug)]
pub struct Counts(BTreeMap<String, Count>);

/// The jobs of one benchmark, in all its rounds.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many jobs were submitted.
    pub submitted: u64,
    /// How many of them were done when the contender said that all were.
    pub done: u64,
}

impl Counts {
    /// Adds jobs to the benchmark with this id.
    pub fn add(&mut self, id: &str, submitted: usize, done: usize) {
        let count = self.0.entry(id.into()).or_default();
        count.add(Count {
            submitted: submitted as u64,
            done: done as u64,
        });
    }

    /// All benchmarks.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Count)> {
        self.0.iter().map(|(id, &count)| (id.as_str(), count))
    }

    /// The benchmarks that lost jobs.
    pub fn lossy(&self) -> impl Iterator<Item = (&str, Count)> {
        self.iter()
            .filter(|(_, count)| count.done != count.submitted)
    }

    /// Saves the counts as `name`. Benchmarks that did not run this time keep their counts.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn save(&self, name: &str) -> io::Result<()> {
        let numbers = self.0.iter();
        let numbers = numbers.map(|(id, count)| (id.clone(), vec![count.submitted, count.done]));
        store::save(&file(name), numbers.collect())
    }

    /// Loads the counts that were saved as `name`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or does not contain counts.
    pub fn load(name: &str) -> io::Result<Counts> {
        let mut counts = Counts::default();
        for (id, numbers) in store::load(&file(name))? {
            let [submitted, done] = numbers[..] else {
                let file = file(name);
                let hint = "delete the file and measure again";
                return Err(io::Error::other(format!(
                    "{file}: expected two numbers for {id} ({hint})"
                )));
            };
            counts.0.insert(id, Count { submitted, done });
        }
        Ok(counts)
    }
}

impl Count {
    /// Adds other jobs to these.
    pub fn add(&mut self, other: Count) {
        self.submitted += other.submitted;
        self.done += other.done;
    }
}

impl Display for Count {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let Count { submitted, done } = self;
        if done < submitted {
            write!(f, "lost {} of {submitted} jobs", submitted - done)
        } else {
            write!(f, "lost none of {submitted} jobs")
        }
    }
}

fn file(name: &str) -> String {
    format!("counts-{name}.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{Contender, Run};
    use crate::setup::{Load, Outcome, Setup};

    const SETUP: Setup = Setup {
        work: Load::NOTHING,
        jobs: 100,
        workers: 2,
        producers: 1,
        capacity: 10,
    };

    /// Does all jobs except the last one.
    fn drops_one(setup: &Setup) -> Outcome {
        let fewer = Setup {
            jobs: setup.jobs - 1,
            ..*setup
        };
        fewer.submit_all(|task| task.run()).end()
    }

    #[test]
    fn a_contender_that_loses_a_job_is_reported_with_the_count() {
        let contender = Contender {
            name: "drops one",
            is_bounded: false,
            run: Run::Batch(drops_one),
        };
        let mut counts = Counts::default();
        for _ in 0..3 {
            let outcome = contender.run(&SETUP, 2);
            counts.add("drops one", 2 * SETUP.jobs, outcome.done);
        }
        counts.add("drops none", 100, 100);

        let lossy: Vec<_> = counts.lossy().collect();
        let [("drops one", count)] = lossy[..] else {
            panic!("{lossy:?}");
        };
        assert_eq!(count.to_string(), "lost 6 of 600 jobs");
    }
}
