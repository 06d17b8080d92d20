//! The program as a user runs it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backtest;
mod cache;
mod clocks;
mod commands;
mod diagnostics;
mod effects;
mod files;
#[cfg(target_os = "linux")]
mod group;
mod heat;
mod hints;
mod lyra;
mod lyra_guide;
mod manifest;
mod memory;
mod mistakes;
mod narrow;
mod options;
mod portfolio;
mod references;
mod ruin;
mod settings;
mod strategy_file;
mod support;
mod sweep;
#[cfg(unix)]
mod terminal;
mod transcripts;
