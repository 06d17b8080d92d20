//! A series of returns against a benchmark's.

use super::sums::{Moments, mean, ratio, regression};
use super::{PeriodsPerYear, RiskFree};

/// A series against a benchmark of the same periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relative {
    /// Covariance of both over the benchmark's variance; NaN if the benchmark does not vary.
    pub beta: f64,
    /// Jensen's alpha per year: `(mean(r - f) - beta mean(b - f)) N`, not compounded.
    pub alpha: f64,
    /// Correlation of both; NaN if either does not vary.
    pub correlation: f64,
    /// `std(r - b) sqrt(N)`.
    pub tracking_error: f64,
    /// `mean(r - b) / std(r - b) sqrt(N)`; NaN if the difference does not vary.
    pub information_ratio: f64,
    /// `mean(r - f) N / beta` (Treynor 1965).
    pub treynor: f64,
}

/// Compares returns `r` with a benchmark's returns `b`; `f` is the riskless return per period
/// and `N` the periods in a year.
///
/// # Panics
/// If the two differ in length.
pub fn compare(
    returns: &[f64],
    benchmark: &[f64],
    periods: PeriodsPerYear,
    risk_free: RiskFree,
) -> Relative {
    assert_eq!(returns.len(), benchmark.len(), "one benchmark return for each return");
    let free = risk_free.per_period(periods);
    let (beta, correlation) = regression(returns, benchmark);
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    let active = Moments::of(&active);
    let excess = mean(returns) - free;
    Relative {
        beta,
        alpha: (excess - beta * (mean(benchmark) - free)) * periods.value,
        correlation,
        tracking_error: active.deviation() * periods.value.sqrt(),
        information_ratio: ratio(active.mean, active.deviation()) * periods.value.sqrt(),
        treynor: ratio(excess * periods.value, beta),
    }
}
