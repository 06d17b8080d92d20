//! Machines read from their files, and this one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken;
mod groups;
mod heat;
mod lists;
mod machines;
mod numa;
mod plans;
mod process;
#[cfg(target_os = "linux")]
mod this_machine;
mod topologies;
