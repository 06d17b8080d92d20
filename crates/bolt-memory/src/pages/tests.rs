//! Stores with few small pages, over folders.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic fails the test, and what is not tested is told"
)]

mod crash;
mod damage;
mod eviction;
mod failures;
mod folders;
mod model;
mod prefetch;
mod support;
