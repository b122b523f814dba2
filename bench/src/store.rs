//! Saves the numbers that criterion does not keep, in files beside its own.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The numbers of each id.
pub type Numbers = BTreeMap<String, Vec<u64>>;

/// The folder of criterion's results and ours: `target/criterion`.
pub fn results_dir() -> PathBuf {
    // Criterion looks for its folder in the same way.
    let home = env::var_os("CRITERION_HOME").map(PathBuf::from);
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    home.or_else(|| target.map(|target| target.join("criterion")))
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/criterion"))
}

/// Adds the numbers to a file. They replace those of the same id; all other ids keep theirs.
///
/// # Errors
///
/// When the file cannot be read or written.
pub fn save(file: &str, numbers: Numbers) -> io::Result<()> {
    let mut all = load(file)?;
    all.extend(numbers);
    fs::create_dir_all(results_dir())?;
    fs::write(
        results_dir().join(file),
        serde_json::to_string_pretty(&all)?,
    )
}

/// Loads what [`save`] has written. Without such a file, there are no numbers.
///
/// # Errors
///
/// When the file cannot be read, or does not contain numbers by id.
pub fn load(file: &str) -> io::Result<Numbers> {
    match fs::read(results_dir().join(file)) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Numbers::new()),
        Err(error) => Err(error),
    }
}
