//! Operations on single values, by the code that runs on columns: what constants are folded with.

use crate::elementwise;
use crate::graph::{Binary, Compare, Unary};

pub(crate) fn unary(operation: Unary, x: f64) -> f64 {
    let mut out = [0.0; 8];
    elementwise::unary(bolt_hardware::SimdLevel::Portable, operation, &[x; 8], &mut out);
    out[0]
}

pub(crate) fn binary(operation: Binary, a: f64, b: f64) -> f64 {
    let mut out = [0.0; 8];
    elementwise::binary(bolt_hardware::SimdLevel::Portable, operation, &[a; 8], &[b; 8], &mut out);
    out[0]
}

pub(crate) fn compare(comparison: Compare, a: f64, b: f64) -> Option<bool> {
    if a.is_nan() || b.is_nan() {
        return None;
    }
    Some(match comparison {
        Compare::Less => a < b,
        Compare::LessEqual => a <= b,
        Compare::Equal => a == b,
        Compare::Unequal => a != b,
    })
}
