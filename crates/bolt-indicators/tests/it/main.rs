//! Indicators against the published reference and against the table's own words.
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod corners;
mod table;
