#![allow(clippy::print_stderr, reason = "a skipped test says so")]
//! Helpers for tests: shared reference data, comparisons with a tolerance, machines to read, and
//! servers to ask.
//!
//! Development only: nothing of this crate is linked into the product. It knows no engine.

mod approx;
mod machine;
mod redis;
mod shared;

pub use approx::{assert_close, assert_close_slices, is_close};
pub use machine::Machine;
pub use redis::RedisServer;
pub use shared::{json, lines, path, text};
