//! `cargo run -p book` builds the book in `target/book`, and opens it.

mod build;
mod go;
mod item;
// The same list as the lessons have, without all that they depend on.
#[path = "../../src/lessons.rs"]
mod lessons;
mod links;
mod pages;

use std::path::Path;
use std::process::{Command, ExitCode};

const USAGE: &str = "Builds the book, and opens it in a browser: cargo run -p book [-- --no-open]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let open = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => true,
        ["--no-open"] => false,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let member = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repository = member.parent().unwrap_or(member);
    let first_page = match build::build(repository) {
        Ok(first_page) => first_page,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", first_page.display());
    if open && let Err(error) = open_in_browser(&first_page) {
        eprintln!("error: cannot open a browser: {error} (open the file above yourself)");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn open_in_browser(page: &Path) -> std::io::Result<()> {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    Command::new(program).arg(page).spawn().map(drop)
}
