//! What the lessons' source runs on here: `build.rs` makes its `use std::…`, `use
//! crossbeam_channel::…` and `use worker_pools::…` mean these modules.

pub mod crossbeam_channel;
pub mod std;
pub mod worker_pools;
