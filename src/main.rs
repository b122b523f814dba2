//! Lists the lessons: what `cargo run` prints.

use worker_pools::cli::Parse;
use worker_pools::lessons::{LESSONS, Lesson, MACHINES};
use worker_pools::println;

/// Lists the lessons on worker pools
#[derive(clap::Parser)]
#[command(after_help = "To run a lesson: cargo run --bin basic")]
struct Flags {}

fn main() {
    let Flags {} = Flags::parse();

    println!("Worker pools in Rust: the lessons in reading order.");
    for Lesson {
        name,
        section,
        shows,
    } in LESSONS
    {
        println!("{name} (article {section})");
        println!("  {shows}");
    }
    let Lesson {
        name,
        section,
        shows,
    } = MACHINES;
    println!("{name} ({section})\n  {shows}");
    // No empty lines: all of it fits into a terminal of 24 lines.
    println!("Run a lesson:      cargo run --bin basic, cargo run -p {name}");
    println!("Explain its flags: cargo run --bin basic -- --help");
}
