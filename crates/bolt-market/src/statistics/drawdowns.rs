//! Falls from a peak: the curve, the deepest, and the table of all of them.

use bolt_base::UnixNanos;

/// One fall from a peak until its recovery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawdown {
    /// Index of the last value at the peak.
    pub peak: usize,
    /// Index of the lowest value.
    pub valley: usize,
    /// Index of the first value that is again at the peak or above, or `None` if there is none.
    pub recovery: Option<usize>,
    /// Lowest value over peak, less 1; negative.
    pub depth: f64,
}

/// A row of a drawdown table, in times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawdownRow {
    /// The last time at the peak.
    pub start: UnixNanos,
    /// The time of the lowest value.
    pub valley: UnixNanos,
    /// The time of recovery, or `None` if there is none.
    pub end: Option<UnixNanos>,
    /// Lowest value over peak, less 1; negative.
    pub depth: f64,
    /// Days from start to end, or to the last time without an end.
    pub days: f64,
}

/// Returns each value of an equity curve over the highest so far, less 1: 0 at a peak and
/// negative below it. The values must be positive.
pub fn curve(equity: &[f64]) -> Vec<f64> {
    below_peak(equity.iter().copied()).collect()
}

/// Returns the [`curve`] value by value.
pub(super) fn below_peak(equity: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> {
    let mut peak = f64::NEG_INFINITY;
    equity.map(move |value| {
        peak = peak.max(value);
        value / peak - 1.0
    })
}

/// Returns the deepest point of [`curve`]: 0 if the equity never fell, NaN of nothing.
pub fn deepest(equity: &[f64]) -> f64 {
    below_peak(equity.iter().copied()).reduce(f64::min).unwrap_or(f64::NAN)
}

/// Returns every drawdown of an equity curve in order of time; the last may be without recovery.
pub fn all(equity: &[f64]) -> Vec<Drawdown> {
    let mut found = Vec::new();
    let mut peak = 0;
    let mut current: Option<Drawdown> = None;
    for (i, &value) in equity.iter().enumerate() {
        if value >= equity[peak] {
            found.extend(current.take().map(|fall| Drawdown { recovery: Some(i), ..fall }));
            peak = i;
            continue;
        }
        let depth = value / equity[peak] - 1.0;
        match &mut current {
            Some(fall) if depth < fall.depth => (fall.valley, fall.depth) = (i, depth),
            Some(_) => {}
            None => current = Some(Drawdown { peak, valley: i, recovery: None, depth }),
        }
    }
    found.extend(current);
    found
}

/// Returns the `most` deepest drawdowns, deepest first.
///
/// # Panics
/// If `equity` and `times` differ in length.
pub fn table(equity: &[f64], times: &[UnixNanos], most: usize) -> Vec<DrawdownRow> {
    assert_eq!(equity.len(), times.len(), "one time for each value of the equity curve");
    let mut falls = all(equity);
    falls.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    let row = |fall: &Drawdown| {
        let start = times[fall.peak];
        let end = fall.recovery.map(|index| times[index]);
        let until = end.unwrap_or(times[times.len() - 1]);
        let days = (until.0 - start.0) as f64 / UnixNanos::DAY as f64;
        DrawdownRow { start, valley: times[fall.valley], end, depth: fall.depth, days }
    };
    falls.iter().take(most).map(row).collect()
}
