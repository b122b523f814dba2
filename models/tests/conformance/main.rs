//! The stand-in for crossbeam's channels behaves as the real ones do: each case runs on both.

// On purpose, the same file is two modules: one for each kind of channel.
#![allow(clippy::duplicate_mod)]

mod real;
mod stand_in;
