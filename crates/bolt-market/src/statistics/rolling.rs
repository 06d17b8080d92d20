//! Measures over a moving window.

use super::sums::{Moments, ratio};
use super::{PeriodsPerYear, RiskFree};

/// Returns the annual Sharpe ratio of the last `window` returns at each return; NaN until there
/// are so many, and where they do not vary.
pub fn sharpe(
    returns: &[f64],
    window: usize,
    periods: PeriodsPerYear,
    risk_free: RiskFree,
) -> Vec<f64> {
    let free = risk_free.per_period(periods);
    over_windows(returns, window, |mean, deviation| {
        ratio(mean - free, deviation) * periods.value.sqrt()
    })
}

/// Returns the annual volatility of the last `window` returns at each return; NaN until there
/// are so many.
pub fn volatility(returns: &[f64], window: usize, periods: PeriodsPerYear) -> Vec<f64> {
    over_windows(returns, window, |_, deviation| deviation * periods.value.sqrt())
}

/// Applies `measure` to mean and standard deviation of each window.
///
/// The first window of each stretch of `window` windows is computed afresh and the others from
/// it by exchanging one return, about the fresh mean: so the cost is that of two passes, and no
/// error is older than a window.
fn over_windows(returns: &[f64], window: usize, measure: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut out = vec![f64::NAN; returns.len()];
    if window < 2 || window > returns.len() {
        return out;
    }
    let count = window as f64;
    for start in (0..=returns.len() - window).step_by(window) {
        let fresh = Moments::of(&returns[start..start + window]);
        let (mut sum, mut squares, mut largest) = (0.0, fresh.second, fresh.second);
        out[start + window - 1] = measure(fresh.mean, fresh.deviation());
        for last in start + window..(start + 2 * window - 1).min(returns.len()) {
            let (enters, leaves) =
                (returns[last] - fresh.mean, returns[last - window] - fresh.mean);
            sum += enters - leaves;
            squares += enters * enters - leaves * leaves;
            let second = squares - sum * sum / count;
            largest = largest.max(squares);
            // What is left of larger sums than their rounding is nothing.
            let noise = count * f64::EPSILON * largest;
            let second = if second > noise { second } else { 0.0 };
            out[last] = measure(fresh.mean + sum / count, (second / (count - 1.0)).sqrt());
        }
    }
    out
}
