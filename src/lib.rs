//! What the lessons share: simulated work, Go's context and signals on
//! channels, flags, printing, and the two pools that are types in the articles:
//! [`struct_pool`] and [`production_pool`].
//!
//! The lessons are in `src/bin`. The book is the course: `book/pages`.

pub mod cli;
pub mod context;
pub mod lessons;
pub mod memory;
pub mod output;
pub mod production_pool;
pub mod progress;
pub mod signal;
pub mod struct_pool;
pub mod work;

pub use context::{Cancel, Context};
pub use work::Work;

// Compiles this page's Rust snippets in `cargo test`. (As a doc comment, its
// links would be relative to this file.)
#[cfg(doctest)]
#[doc = include_str!("../book/pages/compiler.md")]
struct Compiler;
