//! Copies the lessons' source, so that it runs on what is in `src/model`. Only these lines change:
//!
//! - Those that begin with `use std::`, `use crossbeam_channel::`, `use worker_pools::` or
//!   `use crate::` get their items from `src/model`.
//! - Those that lend `work` or `context` to the thread of a scope, which begin with `let (work`,
//!   lend a clone: loom has no scopes, and its threads have to own what they use.
//! - The constant `YIELDS` is 0: the model tries all orders of events anyway.
//! - The comment at the top goes.
//!
//! For every mistake of `src/mistakes.rs` it makes one more copy, with the mistake in it.

use std::path::{Path, PathBuf};
use std::{env, error, fs};

#[path = "src/mistakes.rs"]
mod mistakes;

/// The name of a lesson, and the files that have its pool, below `src`.
const LESSONS: [(&str, &[&str]); 5] = [
    ("basic", &["bin/basic.rs"]),
    ("context_cancel", &["bin/context_cancel.rs"]),
    ("graceful_vs_emergency", &["bin/graceful_vs_emergency.rs"]),
    ("struct_pool", &["struct_pool.rs"]),
    (
        "production_pool",
        &[
            "production_pool/pool.rs",
            "production_pool/metrics.rs",
            "production_pool/results.rs",
            "production_pool/room.rs",
        ],
    ),
];

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=src/mistakes.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (lesson, files) in LESSONS {
        for file in files {
            let source = Path::new("../src").join(file);
            println!("cargo::rerun-if-changed={}", source.display());
            let text = fs::read_to_string(&source)
                .map_err(|error| format!("{}: {error}", source.display()))?;
            write(&out.join(lesson), file, &text)?;
            for mistake in mistakes::MISTAKES.iter().filter(|it| it.lesson == lesson) {
                let folder = out.join(mistake.name);
                if mistake.file == *file {
                    write(&folder, file, &mistake.make(&text)?)?;
                } else {
                    write(&folder, file, &text)?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a lesson's file to a folder. What it uses is now the model.
fn write(folder: &Path, file: &str, text: &str) -> Result<()> {
    let used = ["use std::", "use crossbeam_channel::", "use worker_pools::"];
    let mut source = String::new();
    let mut yields = 0;
    for line in text.lines() {
        if used.iter().any(|start| line.starts_with(start)) {
            source += &line.replacen("use ", "use crate::model::", 1);
        } else if line.starts_with("use crate::") {
            source += &line.replacen("use crate::", "use crate::model::worker_pools::", 1);
        } else if line.trim_start().starts_with("let (work") {
            // What a scope's thread borrows.
            source += &line
                .replace("&work", "crate::model::lend(&work)")
                .replace("&context", "crate::model::lend(&context)");
        } else if line.starts_with("const YIELDS") {
            source += "const YIELDS: usize = 0;";
            yields += 1;
        } else if !line.starts_with("//!") {
            source += line; // a comment on a whole file may not stand where it is included
        }
        source.push('\n');
    }
    if file == "production_pool/pool.rs" && yields != 1 {
        return Err(format!("{file} has {yields} lines that begin with `const YIELDS`").into());
    }
    let name = Path::new(file).file_name().ok_or("a file has a name")?;
    fs::create_dir_all(folder)?;
    Ok(fs::write(folder.join(name), source)?)
}
