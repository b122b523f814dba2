//! What the lessons share, and nothing else: simulated work, Go's context, flags and printing.
//!
//! The worker pools themselves are in the lessons, `src/bin`, in plain sight. The README is the
//! course: it has the lessons in reading order.

pub mod cli;
pub mod context;
pub mod memory;
pub mod output;
pub mod picture;
pub mod timeline;
pub mod work;

pub use context::{Cancel, Context};
pub use work::Work;

// The README's Rust snippets, compiled by `cargo test`. (A doc comment here would make rustdoc
// take the paths in them as relative to this file.)
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
