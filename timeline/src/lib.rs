//! Records who worked on which job and when, and draws it: a lane for each worker, a bar for each
//! job.
//!
//! A program shares one [`Timeline`] between its threads. What it recorded is a [`Recording`]; with
//! a name and a number of workers it is a [`Run`], which [`terminal`] and [`svg`] draw. They draw
//! only what was recorded: a job that never ended has no end in the picture.

mod axis;
mod recording;
mod run;
pub mod svg;
pub mod terminal;

pub use recording::{Ending, MAX_SPANS, Mark, Recording, Span, Started, Timeline};
pub use run::Run;
