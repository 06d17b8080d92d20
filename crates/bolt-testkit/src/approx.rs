//! Comparisons with a tolerance that say which value was off.

/// Returns whether `a` equals `b` within `tolerance`, relative to the larger and absolute below 1.
/// Two NaN are equal; an infinity equals itself only.
pub fn is_close(a: f64, b: f64, tolerance: f64) -> bool {
    if a == b || (a.is_nan() && b.is_nan()) {
        return true;
    }
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

/// Asserts [`is_close`].
///
/// # Panics
/// If the values differ by more than the tolerance.
#[track_caller]
pub fn assert_close(actual: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        is_close(actual, expected, tolerance),
        "{what}: {actual:?} is not {expected:?} within {tolerance:e}"
    );
}

/// Asserts [`is_close`] of each pair, and equal lengths.
///
/// # Panics
/// If the lengths differ, or at the first pair that differs by more than the tolerance.
#[track_caller]
pub fn assert_close_slices(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: lengths differ");
    for (i, (a, b)) in actual.iter().zip(expected).enumerate() {
        assert!(
            is_close(*a, *b, tolerance),
            "{what}[{i}]: {a:?} is not {b:?} within {tolerance:e}"
        );
    }
}
