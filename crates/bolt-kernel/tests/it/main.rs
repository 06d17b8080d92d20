//! What a kernel computes, against slow and obvious implementations of the same.
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod determinism;
mod formulas;
mod jit;
mod operators;
mod oracle;
mod random;
mod states;
