//! Copies the lessons' source, so that it runs on the channels and threads of this package. Only
//! these lines change:
//!
//! - Those that begin with `use std::thread`, `use crossbeam_channel::` or `use worker_pools::` get
//!   their items from this package.
//! - The comment at the top becomes empty lines: line 50 of the copy is line 50 of the lesson.
//!
//! For every mistake of `src/mistakes.rs` it makes one more copy, with the mistake in it. It also
//! lists what the lessons call their channels, and the copies.

use std::path::{Path, PathBuf};
use std::{env, error, fs};

#[path = "src/mistakes.rs"]
mod mistakes;

/// The files, below `../src`.
const FILES: [&str; 5] = [
    "bin/basic.rs",
    "bin/context_cancel.rs",
    "bin/graceful_vs_emergency.rs",
    "bin/struct_pool.rs",
    "struct_pool.rs",
];

/// What their lines begin with that change.
const CHANGED: [&str; 3] = [
    "use std::thread",
    "use crossbeam_channel::",
    "use worker_pools::",
];

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=src/mistakes.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut names = String::new();
    let mut sources = String::new();
    for file in FILES {
        let source = Path::new("../src").join(file);
        println!("cargo::rerun-if-changed={}", source.display());
        let text = fs::read_to_string(&source)
            .map_err(|error| format!("{}: {error}", source.display()))?;
        // "bin/basic.rs" becomes "bin_basic.rs".
        let copy = file.replace('/', "_");
        write(&out, &copy, &text, &mut names)?;
        let numbers: Vec<usize> = (1..=text.lines().count()).collect();
        sources += &source_of(&copy, file, &numbers);
        for mistake in mistakes::MISTAKES.iter().filter(|it| it.file == file) {
            let name = format!("{}.rs", mistake.name);
            let (text, numbers) = mistake.make(&text)?;
            write(&out, &name, &text, &mut names)?;
            sources += &source_of(&name, file, &numbers);
        }
    }
    fs::write(out.join("names.rs"), format!("&[{names}]"))?;
    Ok(fs::write(out.join("sources.rs"), format!("&[{sources}]"))?)
}

/// A copy, as an item of `place::SOURCES`.
fn source_of(copy: &str, file: &str, numbers: &[usize]) -> String {
    format!(
        "Source {{ compiled: {copy:?}, file: {:?}, text: include_str!({copy:?}), \
         numbers: &{numbers:?} }}, ",
        format!("src/{file}"),
    )
}

/// Writes a copy. Adds to `names` the file, the line and the name of each of its channels.
fn write(out: &Path, file: &str, text: &str, names: &mut String) -> Result<()> {
    let mut source = String::new();
    for (line, number) in text.lines().zip(1..) {
        if CHANGED.iter().any(|it| line.starts_with(it)) {
            let line = line.replacen("use std::", "use ", 1);
            source += &line.replacen("use ", "use crate::", 1);
        } else if !line.starts_with("//!") {
            source += line; // a comment on a whole file may not stand where it is included
        }
        source.push('\n');
        // As in `let (jobs_tx, jobs_rx) = bounded(10);`.
        let sender = line.trim_start().strip_prefix("let (");
        let sender = sender.filter(|_| line.contains("= bounded("));
        if let Some((sender, _)) = sender.and_then(|it| it.split_once(',')) {
            let name = sender.trim_end_matches("_tx");
            *names += &format!("({file:?}, {number}, {name:?}), ");
        }
    }
    Ok(fs::write(out.join(file), source)?)
}
