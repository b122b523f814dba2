//! What the benches share: the contenders, what they are given to do, and the report.
//!
//! `README.md` beside `src` says what is measured, and how to run it.

pub mod child;
pub mod contenders;
pub mod counts;
pub mod points;
pub mod report;
pub mod rounds;
pub mod setup;
pub mod site;
pub mod store;

// The pools of the lessons, from where they are taught.
#[path = "../../src/bin/production_pool"]
pub mod production_pool {
    //! The pool of the lesson `production_pool`.
    pub mod metrics;
    pub mod pool;
    pub mod results;
}
#[path = "../../src/bin/struct_pool/pool.rs"]
pub mod struct_pool;
