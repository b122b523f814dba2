//! How far a measurement is that criterion does not know of.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// Shows on stderr how many of `runs` are done, if stderr is a terminal. The line goes when the
/// value is dropped.
pub fn show(runs: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{pos} of {len} in {elapsed}, now {wide_msg}");
    let style = style.expect("a good template");
    let progress = ProgressBar::new(runs as u64).with_style(style);
    let progress = progress.with_finish(ProgressFinish::AndClear);
    // Not more often: it would take time from what is measured.
    progress.enable_steady_tick(Duration::from_millis(500));
    progress
}
