//! Budgets as the engines use them.
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod allocations;
mod arena;
mod buffers;
#[cfg(target_os = "linux")]
mod exhaustion;
mod levels;
mod loans;
#[cfg(target_os = "linux")]
mod machines;
mod model;
mod refusals;
mod support;
mod threads;

#[global_allocator]
static ALLOCATOR: bolt_memory::ExactAllocator = bolt_memory::ExactAllocator;
