//! The stand-in for crossbeam's channels does what the real ones do: each case runs on both.

// The same file as two modules, which is the point.
#![allow(clippy::duplicate_mod)]

mod real;
mod stand_in;
