//! The language as its users see it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the test runner shows what a failing test prints")]

#[allow(dead_code, reason = "tests make cases, the program reads them")]
#[path = "../../examples/conformance/case.rs"]
mod case;
#[path = "../../../bolt-lyra-syntax/tests/it/code_parser.rs"]
mod code_parser;
mod fuzzed;
#[path = "../../examples/conformance/judge.rs"]
mod judge;
#[allow(dead_code, reason = "the program counts what tests compare")]
#[path = "../../examples/fuzz/matches.rs"]
mod matches;
#[path = "../../examples/fuzz/oracle.rs"]
mod oracle;
#[path = "../../examples/fuzz/program.rs"]
mod program;
mod questions;
#[allow(dead_code, reason = "the program counts what tests check")]
#[path = "../../examples/fuzz/text.rs"]
mod text;
mod verdicts;
