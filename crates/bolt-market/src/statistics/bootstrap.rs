//! Confidence intervals by the stationary bootstrap.
//!
//! Politis and Romano, "The stationary bootstrap" (Journal of the American Statistical
//! Association 89, 1994): a resample strings together blocks of the series, each beginning
//! anywhere and of geometric length, so that dependence within a block survives. The series is
//! a circle.

use bolt_base::Rng;

use super::returns::quantile;
use super::sums::{Moments, ratio, sum_of};
use super::{PeriodsPerYear, RiskFree};

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Number of resamples; 1,000 for a 95 % interval.
    pub resamples: usize,
    /// Mean length of a block, at least 1. [`Bootstrap::block_length`] proposes one.
    pub block_length: f64,
    /// Probability that the interval covers the true value, such as 0.95.
    pub confidence: f64,
    /// Reproduces the resamples.
    pub seed: u64,
}

/// A measure with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The measure of the series itself.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Intervals of two measures from the same resamples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intervals {
    /// Annual Sharpe ratio.
    pub sharpe: Interval,
    /// Compound annual growth rate.
    pub annual_growth: Interval,
}

impl Bootstrap {
    /// Returns a usual mean length of blocks for a series of `count` values: its cube root.
    pub fn block_length(count: usize) -> f64 {
        (count as f64).cbrt().max(1.0)
    }

    /// Draws the indices of a resample of `count` values into `indices`.
    pub fn draw(&self, count: usize, rng: &mut Rng, indices: &mut Vec<usize>) {
        let fresh = 1.0 / self.block_length.max(1.0);
        indices.clear();
        let mut index = 0;
        for i in 0..count {
            index = if i == 0 || rng.uniform() < fresh {
                rng.below(count as u64) as usize
            } else if index + 1 == count {
                0
            } else {
                index + 1
            };
            indices.push(index);
        }
    }

    /// Returns percentile intervals of the Sharpe ratio and the annual growth; NaN where the
    /// measure itself is undefined.
    pub fn intervals(
        &self,
        returns: &[f64],
        periods: PeriodsPerYear,
        risk_free: RiskFree,
    ) -> Intervals {
        let free = risk_free.per_period(periods);
        let logs: Vec<f64> = returns.iter().map(|r| r.ln_1p()).collect();
        let measure = |returns: &[f64], logs: &[f64]| {
            let moments = Moments::of(returns);
            let sharpe = ratio(moments.mean - free, moments.deviation()) * periods.value.sqrt();
            let growth = sum_of(logs, |log| log) / logs.len() as f64 * periods.value;
            (sharpe, growth.exp_m1())
        };
        let mut rng = Rng::new(self.seed);
        let (mut sharpes, mut growths) = (Vec::new(), Vec::new());
        let mut indices = Vec::new();
        let (mut some_returns, mut some_logs) = (Vec::new(), Vec::new());
        for _ in 0..self.resamples {
            self.draw(returns.len(), &mut rng, &mut indices);
            some_returns.clear();
            some_returns.extend(indices.iter().map(|&i| returns[i]));
            some_logs.clear();
            some_logs.extend(indices.iter().map(|&i| logs[i]));
            let (sharpe, growth) = measure(&some_returns, &some_logs);
            sharpes.push(sharpe);
            growths.push(growth);
        }
        let (sharpe, growth) = measure(returns, &logs);
        Intervals {
            sharpe: self.interval(sharpe, sharpes),
            annual_growth: self.interval(growth, growths),
        }
    }

    fn interval(&self, estimate: f64, mut values: Vec<f64>) -> Interval {
        values.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - self.confidence);
        let (low, high) = (quantile(&values, tail), quantile(&values, 1.0 - tail));
        Interval { estimate, low, high }
    }
}
