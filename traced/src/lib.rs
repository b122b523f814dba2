//! The lessons on channels that record who waits for whom.
//!
//! `build.rs` copies the lessons' own source and changes only what they `use`: their channels and
//! threads are thin wrappers around the real ones, and tell the timeline what happens.

pub mod crossbeam_channel;
pub mod lessons;
pub mod mistakes;
pub mod place;
pub mod thread;

/// `worker_pools`, with the pool below and a `println!` that tells the timeline its line.
pub mod worker_pools {
    pub use ::worker_pools::*;

    pub use crate::{println, struct_pool};
}

/// Article 1's pool on these channels and threads.
#[allow(missing_docs)]
pub mod struct_pool {
    use crate::place::drop;

    include!(concat!(env!("OUT_DIR"), "/struct_pool.rs"));
}
