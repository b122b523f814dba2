//! Records who worked on which job and when, and draws it: a lane for each worker, a bar for each
//! job.
//!
//! A program shares one [`Timeline`] between its threads. What it recorded is a [`Recording`]; with
//! a name it is a [`Run`], which [`terminal`] and [`svg`] draw. They draw only what was recorded: a
//! job that never ended has no end in the picture.

mod axis;
mod channel;
mod lanes;
mod place;
mod recording;
pub mod replay;
mod run;
pub mod svg;
pub mod terminal;

pub use axis::format_duration;
pub use channel::{Channel, For, Message, Sender, Thread, Wait, Waiting, Who};
pub use place::{Place, Source, set_sources};
pub use recording::{Ending, Lanes, MAX_SPANS, Mark, Recording, Span, Started, Timeline};
pub use run::Run;
