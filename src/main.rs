//! The list of the lessons: what plain `cargo run` prints.

use clap::Parser;
use worker_pools::{cli, println};

/// The lessons in reading order: name, section of the article, what it shows.
const LESSONS: [(&str, &str, &str); 8] = [
    (
        "why_pools",
        "1, Why Worker Pools",
        "a thread for every job, and a pool: what the database sees of it",
    ),
    (
        "basic",
        "1, Basic Worker Pool",
        "one queue, many workers; closing it ends them",
    ),
    (
        "context_cancel",
        "1, Worker Pool with Context",
        "a cancel while jobs run, and why it takes two selects",
    ),
    (
        "graceful_vs_emergency",
        "1, Graceful Shutdown",
        "let it finish, or stop it now; no job is forgotten",
    ),
    (
        "struct_pool",
        "1, Struct-Based Worker Pool",
        "a pool as a type, and what a panic does to it",
    ),
    (
        "buffered_vs_unbuffered",
        "1, Buffered vs Unbuffered Job Channel",
        "a buffer moves the waiting, and does not remove it",
    ),
    (
        "url_fetcher",
        "1, Practical Example: Concurrent URL Fetcher",
        "real HTTP and HTTPS, with a deadline that holds",
    ),
    (
        "production_pool",
        "2, the whole of it",
        "a service: bursts, panics, metrics, and three ways to stop",
    ),
];

/// Worker pools in Rust: lists the lessons
#[derive(Parser)]
#[command(after_help = "To run a lesson: cargo run --bin LESSON")]
struct Flags {}

fn main() {
    let Flags {} = cli::parse();

    println!("Worker pools in Rust: the lessons in reading order.");
    for (name, section, shows) in LESSONS {
        println!("\n{name} (article {section})");
        println!("  {shows}");
        println!("  cargo run --bin {name}");
    }
    println!("\nEvery lesson has flags: cargo run --bin basic -- --help");
}
