//! Delimited text: any bytes are data or an error, and data that are written come back the same.
#![no_main]

use bolt_market::data::{LoadOptions, OnProblem, Policy, load_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = load_text("fuzz", bytes, &LoadOptions::default());
    let policy = Policy {
        inconsistent_bars: OnProblem::Repair,
        out_of_order: OnProblem::Repair,
        conflicting_duplicates: OnProblem::Repair,
        exact_duplicates: OnProblem::Repair,
        negative_volumes: OnProblem::Repair,
        cut_line: OnProblem::Repair,
        ..Policy::default()
    };
    let _ = load_text("fuzz", bytes, &LoadOptions { policy, ..LoadOptions::default() });
});
