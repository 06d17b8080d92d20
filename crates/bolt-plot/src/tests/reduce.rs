//! Reduction to columns.

use proptest::prelude::*;

use crate::reduce;

/// What a column shows: its first, lowest, highest and last value.
fn shown(values: &[f64], indices: &[usize], column: usize, columns: usize) -> Option<[f64; 4]> {
    let length = values.len();
    let of_column =
        indices.iter().filter(|i| (**i * columns / (length - 1)).min(columns - 1) == column);
    let finite: Vec<f64> = of_column.map(|i| values[*i]).filter(|v| v.is_finite()).collect();
    let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
    let high = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some([*finite.first()?, low, high, *finite.last()?])
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -1e3..1e3f64,
        2 => (-3..3i8).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
    ]
}

proptest! {
    #[test]
    fn reduction_keeps_the_extremes_of_every_column(
        values in prop::collection::vec(value(), 100..2000), columns in 2..20usize,
    ) {
        let last = values.len() - 1;
        let position = |i: usize| i as f64 / last as f64;
        let kept = reduce(&values, position, columns);
        prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]), "ascending, none twice");
        prop_assert!(kept.len() <= 4 * columns || kept.len() == values.len());
        let all: Vec<usize> = (0..values.len()).collect();
        // Rounding may put a value at an edge on either side, so extremes of all are compared
        // through the same division into columns that the reduction uses.
        let column_of = |i: usize| ((position(i) * columns as f64) as usize).min(columns - 1);
        for column in 0..columns {
            let own = |indices: &[usize]| -> Vec<usize> {
                indices.iter().copied().filter(|i| column_of(*i) == column).collect()
            };
            let (before, after) = (own(&all), own(&kept));
            prop_assert!(before.is_empty() || !after.is_empty(), "a column without a value is a gap");
            let of = |indices: &[usize]| shown(&values, indices, 0, 1);
            prop_assert_eq!(of(&before), of(&after));
        }
    }
}

#[test]
fn a_gap_wider_than_a_column_breaks_the_line() {
    let mut values = vec![1.0; 10_000];
    values[4000..6000].fill(f64::NAN);
    let kept = reduce(&values, |i| i as f64 / 9999.0, 100);
    assert!(kept.len() <= 400);
    assert!(kept.iter().any(|i| values[*i].is_nan()));
}
