//! Fewer points with the same picture.
//!
//! Of each column of the drawing the first, the lowest, the highest and the last value are kept
//! (M4; Jugel, Jerzak, Hackenbroich and Markl, "M4: a visualization-oriented time series data
//! aggregation", PVLDB 7(10), 2014). No extreme is lost, and a line through the kept points covers
//! the pixels that the line through all of them would.

/// Returns ascending indices of the values to draw; all of them if there are no more than four a
/// column. `position` gives the place of an index on the horizontal axis from 0 to 1, ascending.
/// A column without a finite value keeps one index, so that the line breaks there.
pub fn reduce(values: &[f64], position: impl Fn(usize) -> f64, columns: usize) -> Vec<usize> {
    if values.len() <= 4 * columns {
        return (0..values.len()).collect();
    }
    let column_of = |i: usize| ((position(i) * columns as f64) as usize).min(columns - 1);
    let mut kept = Vec::with_capacity(4 * columns);
    let mut start = 0;
    while start < values.len() {
        let column = column_of(start);
        let length = values[start..].iter().enumerate();
        let length = length.take_while(|(i, _)| column_of(start + i) == column).count();
        keep_extremes(values, start..start + length, &mut kept);
        start += length;
    }
    kept
}

fn keep_extremes(values: &[f64], range: std::ops::Range<usize>, kept: &mut Vec<usize>) {
    let numbers = || range.clone().filter(|i| values[*i].is_finite());
    let by_value = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
    let (Some(first), Some(last)) = (numbers().next(), numbers().next_back()) else {
        kept.push(range.start);
        return;
    };
    let lowest = numbers().min_by(by_value).unwrap_or(first);
    let highest = numbers().max_by(by_value).unwrap_or(last);
    let mut chosen = [first, lowest, highest, last];
    chosen.sort_unstable();
    for index in chosen {
        if kept.last() != Some(&index) {
            kept.push(index);
        }
    }
}
