//! Bounded model checking of the lessons' pools.
//!
//! [loom] runs the lessons' own source in every order of its threads' steps that can make a
//! difference, within bounds: at most two workers, at most two jobs, and a limit on preemptions.
//! The package's README lists what is checked and what is not.
//!
//! [loom]: https://docs.rs/loom

pub mod explore;
pub mod lessons;
pub mod mistakes;
pub mod model;
pub mod scenarios;
pub mod stories;
pub mod story;
