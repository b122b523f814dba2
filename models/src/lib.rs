//! The pools of the lessons, tried in every order of events.

pub mod explore;
pub mod lessons;
pub mod mistakes;
pub mod model;
pub mod scenarios;
pub mod story;
