//! The results of the benches, from criterion's folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use super::spread::Spread;
use crate::counts::Counts;
use crate::rounds::baseline;
use crate::store::{self, Numbers, results_dir};

/// More rounds than any bench has.
const MAX_ROUNDS: usize = 100;

/// All results of all benches.
pub struct Results {
    /// For each benchmark's id, the nanoseconds per element in each round.
    times: BTreeMap<String, Vec<Option<f64>>>,
    /// When the last benchmark was measured.
    pub measured: SystemTime,
    /// The counts of the jobs, one for each bench.
    pub counts: Vec<Counts>,
    /// For each benchmark's id, the peaks of the memory in bytes.
    memory: Numbers,
}

impl Results {
    /// Reads all results.
    pub fn load() -> io::Result<Results> {
        let mut results = Results {
            times: BTreeMap::new(),
            measured: SystemTime::UNIX_EPOCH,
            counts: Vec::new(),
            memory: Numbers::new(),
        };
        let folder = results_dir();
        if folder.is_dir() {
            results.walk(&folder)?;
        }
        if results.times.is_empty() {
            let hint = "nothing was measured yet (run `cargo bench -p bench` first)";
            return Err(io::Error::other(hint));
        }
        for bench in ["pools", "latency", "growth", "fetcher"] {
            results.counts.push(Counts::load(bench)?);
        }
        for bench in ["growth", "fetcher"] {
            results
                .memory
                .extend(store::load(&format!("memory-{bench}.json"))?);
        }
        Ok(results)
    }

    /// Each benchmark has a folder, with a folder in it for each round.
    fn walk(&mut self, folder: &Path) -> io::Result<()> {
        for round in 1..=MAX_ROUNDS {
            let folder = folder.join(baseline(round));
            if folder.is_dir() {
                self.read(&folder, round)?;
            }
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.walk(&path)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, folder: &Path, round: usize) -> io::Result<()> {
        let benchmark = json(&folder.join("benchmark.json"))?;
        let estimates = json(&folder.join("estimates.json"))?;
        let id = benchmark["full_id"].as_str();
        let nanos = estimates["median"]["point_estimate"].as_f64();
        let (Some(id), Some(nanos)) = (id, nanos) else {
            let folder = folder.display();
            let what = format!("{folder}: no result of criterion (delete it and measure again)");
            return Err(io::Error::other(what));
        };
        let elements = benchmark["throughput"]["Elements"].as_f64().unwrap_or(1.0);
        let rounds = self.times.entry(id.into()).or_default();
        if rounds.len() < round {
            rounds.resize(round, None);
        }
        rounds[round - 1] = Some(nanos / elements);

        let written = fs::metadata(folder.join("estimates.json"))?.modified()?;
        self.measured = self.measured.max(written);
        Ok(())
    }

    /// The time per element, in nanoseconds.
    pub fn time(&self, id: &str) -> Option<Spread> {
        Spread::of(self.rounds(id).iter().flatten().copied().collect())
    }

    /// The time divided by the time of the reference.
    pub fn ratio(&self, id: &str, reference: &str) -> Option<Spread> {
        Spread::of_ratios(self.rounds(id), self.rounds(reference))
    }

    /// The peak of the memory, in bytes.
    pub fn memory(&self, id: &str) -> Option<Spread> {
        let peaks = self.memory.get(id)?;
        Spread::of(peaks.iter().map(|&bytes| bytes as f64).collect())
    }

    fn rounds(&self, id: &str) -> &[Option<f64>] {
        self.times.get(id).map_or(&[], Vec::as_slice)
    }
}

fn json(path: &Path) -> io::Result<Value> {
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}
