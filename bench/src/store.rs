//! Numbers that criterion has no place for, in files beside its own.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Some numbers for each id.
pub type Numbers = BTreeMap<String, Vec<u64>>;

/// Where criterion keeps its results, and we ours: `target/criterion`.
pub fn results_dir() -> PathBuf {
    // As criterion itself looks for it.
    let home = env::var_os("CRITERION_HOME").map(PathBuf::from);
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    home.or_else(|| target.map(|target| target.join("criterion")))
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/criterion"))
}

/// Adds the numbers to a file. Ids that are in it already get the new numbers; all others keep
/// theirs.
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

/// Reads what [`save`] wrote. Without such a file there are none.
///
/// # Errors
///
/// When the file cannot be read, or has something else in it.
pub fn load(file: &str) -> io::Result<Numbers> {
    match fs::read(results_dir().join(file)) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Numbers::new()),
        Err(error) => Err(error),
    }
}
