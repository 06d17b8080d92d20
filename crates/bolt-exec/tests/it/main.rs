//! The public face of the crate, with real threads.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod executor;
mod fork;
#[cfg(unix)]
mod forked;
mod pools;
mod scopes;
