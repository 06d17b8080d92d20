#![allow(clippy::print_stderr, reason = "a skipped test says so")]
//! Helpers for tests: shared reference data and comparisons with a tolerance.
//!
//! Development only: nothing of this crate is linked into the product. It knows no engine.

mod approx;
mod shared;

pub use approx::{assert_close, assert_close_slices, is_close};
pub use shared::{json, lines, path, text};
