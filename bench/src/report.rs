//! The tables and the plots of the pages, from the results of the benches.

pub mod format;
mod page;
mod plots;
mod results;
mod spread;
mod tables;

use std::fs;
use std::io;
use std::path::Path;

use results::Results;

/// The files with the tables. Each table is in one of them.
const PAGES: [&str; 2] = ["README.md", "TABLES.md"];

/// Writes the tables into the pages in this folder, and the plots beside them.
///
/// # Errors
///
/// When nothing was measured yet, when no page has the markers of a table, or when a file cannot be
/// read or written.
pub fn write(folder: &Path) -> io::Result<()> {
    let results = Results::load()?;

    let paths = PAGES.map(|page| folder.join(page));
    let mut texts = Vec::new();
    for path in &paths {
        texts.push(fs::read_to_string(path)?);
    }
    for (name, table) in tables::all(&results) {
        let mut pages = texts.iter_mut();
        let found = pages.find_map(|page| Some((page::replace(page, name, &table)?, page)));
        let (text, page) = found.ok_or_else(|| io::Error::other(no_markers(name)))?;
        *page = text;
    }
    for (path, text) in paths.iter().zip(texts) {
        fs::write(path, text)?;
    }

    let plots = folder.join("plots");
    fs::create_dir_all(&plots)?;
    plots::draw(&results, &plots)
}

fn no_markers(name: &str) -> String {
    format!(
        "{}: the markers of a table are missing \
         (add `<!-- begin {name} -->` and `<!-- end {name} -->`)",
        PAGES.join(", ")
    )
}
