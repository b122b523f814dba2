//! How much memory the program uses, if the operating system tells.

use std::fs;

/// Measures how far the program's memory grows.
#[derive(Debug)]
pub struct Growth {
    before: u64,
}

impl Growth {
    /// Starts to measure. `None` if the operating system does not tell how much
    /// memory a program uses; today only Linux does.
    pub fn watch() -> Option<Growth> {
        // Linux then forgets the peak so far.
        fs::write("/proc/self/clear_refs", "5").ok()?;
        let before = peak()?;
        Some(Growth { before })
    }

    /// How many bytes the memory had grown at its peak.
    pub fn at_peak(&self) -> Option<u64> {
        Some(peak()?.saturating_sub(self.before))
    }
}

/// The most bytes in use at any time since Linux forgot the last peak.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}
