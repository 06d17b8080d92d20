//! The language as its users see it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "tests make cases, the program reads them")]
#[path = "../../examples/conformance/case.rs"]
mod case;
#[path = "../../../bolt-lyra-syntax/tests/it/code_parser.rs"]
mod code_parser;
#[path = "../../examples/conformance/judge.rs"]
mod judge;
mod questions;
mod verdicts;
