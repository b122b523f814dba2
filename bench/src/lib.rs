//! What the benches share: the contenders, what they are given to do, and the report.
//!
//! `README.md` beside `src` says what is measured, and how to run it.

pub mod child;
pub mod contenders;
pub mod counts;
pub mod points;
pub mod progress;
pub mod report;
pub mod rounds;
pub mod setup;
pub mod site;
pub mod store;
