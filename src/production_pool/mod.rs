//! Article 2's pool: typed jobs in, typed results out. It belongs to the lesson
//! `production_pool`, and is made for your own programs: copy this folder and
//! `context.rs`, and depend on `crossbeam-channel`.
//!
//! `pool.rs` is the pool, `results.rs` what it returns, `metrics.rs` what it
//! counts, and `room.rs` where submitters wait for room.

mod metrics;
mod pool;
mod results;
mod room;

pub use metrics::Metrics;
pub use pool::Pool;
pub use results::{Finished, Leftovers, Panicked, RejectReason, Rejected};
