//! The tables and the plots of `bench/README.md`, from the results of the benches.

pub mod format;
mod plots;
mod readme;
mod results;
mod spread;
mod tables;

use std::fs;
use std::io;
use std::path::Path;

use results::Results;

/// Writes the tables into the README in this folder, and the plots beside it.
///
/// # Errors
///
/// When nothing was measured yet, when the README has no markers for a table, or when a file cannot
/// be read or written.
pub fn write(folder: &Path) -> io::Result<()> {
    let results = Results::load()?;

    let path = folder.join("README.md");
    let mut text = fs::read_to_string(&path)?;
    for (name, table) in tables::all(&results) {
        text = readme::replace(&text, name, &table)
            .ok_or_else(|| io::Error::other(no_markers(&path, name)))?;
    }
    fs::write(&path, text)?;

    let plots = folder.join("plots");
    fs::create_dir_all(&plots)?;
    plots::draw(&results, &plots)
}

fn no_markers(path: &Path, name: &str) -> String {
    format!(
        "{}: the markers of a table are missing \
         (add `<!-- begin {name} -->` and `<!-- end {name} -->`)",
        path.display()
    )
}
