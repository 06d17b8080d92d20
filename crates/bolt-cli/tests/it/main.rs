//! The program as a user runs it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backtest;
mod commands;
mod mistakes;
mod options;
mod portfolio;
mod references;
mod strategy_file;
mod support;
mod sweep;
