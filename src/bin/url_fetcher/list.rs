//! The list of URLs, from a file or from stdin.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// The lines of `file`, or of stdin if `file` is `-`, without blank lines and
/// lines that begin with `#`. Reads to the end. Bytes that are not UTF-8 become
/// `�`.
///
/// # Errors
///
/// If the file cannot be read.
pub fn read(file: &Path) -> io::Result<Vec<String>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(file)?;
    }
    let text = String::from_utf8_lossy(&bytes);
    // Some editors start a file with an invisible mark.
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    Ok(lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(String::from)
        .collect())
}
