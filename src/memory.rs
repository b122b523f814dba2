//! How much memory the program needs, where the operating system tells.

use std::fs;

/// Watches how far the program's memory grows.
#[derive(Debug)]
pub struct Growth {
    before: u64,
}

impl Growth {
    /// Starts to watch. `None` where the operating system does not tell; today, only Linux does.
    pub fn watch() -> Option<Growth> {
        // This makes Linux forget the peak so far.
        fs::write("/proc/self/clear_refs", "5").ok()?;
        let before = peak()?;
        Some(Growth { before })
    }

    /// By how many bytes the memory had grown at its peak.
    pub fn at_peak(&self) -> Option<u64> {
        Some(peak()?.saturating_sub(self.before))
    }
}

/// The most memory that was in use at a time since the peak was last forgotten, in bytes.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}
