//! What a result is worth once the search that found it is counted.
//!
//! The best of many tries looks good by chance. [`deflated_sharpe`] asks whether a Sharpe ratio
//! is more than the best of that many worthless tries would show; [`overfitting`] asks how often
//! the best of a search is below the median on data it has not seen; [`reality`] asks whether
//! any of the tries beats zero. None of these replaces repeating the whole search on data
//! without signal: a search that adapts reaches further than its number of trials says.

mod effective;
pub mod overfitting;
pub mod reality;

pub(crate) use effective::{Centred, Pairs};
pub use effective::{EffectiveTrials, effective_trials};

use super::sums::{Moments, ratio};
use crate::options::normal;

/// Returns the probability that the true Sharpe ratio is above `benchmark` (Bailey and Lopez de
/// Prado, "The Sharpe ratio efficient frontier", Journal of Risk 15, 2012):
/// `Phi((s - benchmark) sqrt(n - 1) / sqrt(1 - g3 s + (g4 - 1) / 4 s^2))`, with `s` the Sharpe
/// ratio per period (not annual) of `count` returns, `g3` their skewness and `g4` their kurtosis,
/// 3 more than the excess given.
///
/// NaN if the variance of the estimate is not positive.
pub fn probabilistic_sharpe(
    sharpe: f64,
    benchmark: f64,
    count: f64,
    skewness: f64,
    excess_kurtosis: f64,
) -> f64 {
    let variance = estimate_variance(sharpe, skewness, excess_kurtosis);
    normal::cdf((sharpe - benchmark) * ((count - 1.0) / variance).sqrt())
}

/// Variance of an estimated Sharpe ratio, times the number of returns less 1.
fn estimate_variance(sharpe: f64, skewness: f64, excess_kurtosis: f64) -> f64 {
    let variance = 1.0 - skewness * sharpe + (excess_kurtosis + 2.0) / 4.0 * sharpe * sharpe;
    if variance > 0.0 { variance } else { f64::NAN }
}

/// Returns how many returns are needed until the Sharpe ratio per period is above `benchmark`
/// with the given confidence, such as 0.95 (the minimum track record length of the same paper):
/// `1 + (1 - g3 s + (g4 - 1) / 4 s^2) (z / (s - benchmark))^2`. NaN if it is not above it.
pub fn minimum_track_record(
    sharpe: f64,
    benchmark: f64,
    skewness: f64,
    excess_kurtosis: f64,
    confidence: f64,
) -> f64 {
    let excess = sharpe - benchmark;
    if excess.is_nan() || excess <= 0.0 {
        return f64::NAN;
    }
    let distance = normal::quantile(confidence) / excess;
    1.0 + estimate_variance(sharpe, skewness, excess_kurtosis) * distance * distance
}

/// Returns the largest Sharpe ratio that `trials` independent worthless tries are expected to
/// show, if the Sharpe ratios of the tries have standard deviation `deviation` (Bailey and Lopez
/// de Prado, "The deflated Sharpe ratio", Journal of Portfolio Management 40, 2014). It is 0 for
/// one try; NaN for less.
pub fn expected_maximum_sharpe(deviation: f64, trials: f64) -> f64 {
    const EULER_MASCHERONI: f64 = 0.577_215_664_901_532_9;
    if trials.is_nan() || trials < 1.0 {
        return f64::NAN;
    }
    if trials == 1.0 {
        return 0.0;
    }
    let usual = -normal::quantile(1.0 / trials);
    let rare = -normal::quantile(1.0 / (trials * std::f64::consts::E));
    // Below two tries the formula's asymptotics would give less than nothing.
    deviation * ((1.0 - EULER_MASCHERONI) * usual + EULER_MASCHERONI * rare).max(0.0)
}

/// A Sharpe ratio against the best that as many worthless tries would show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeflatedSharpe {
    /// Probability that the true Sharpe ratio is above the threshold.
    pub probability: f64,
    /// Sharpe ratio per period of the series itself.
    pub sharpe: f64,
    /// [`expected_maximum_sharpe`].
    pub threshold: f64,
}

/// Deflates the Sharpe ratio of the chosen `returns`: `trial_sharpes` are the Sharpe ratios per
/// period of all tries, the chosen included, and `trials` their effective number, see
/// [`effective_trials`].
///
/// A real signal that many tries share raises the variance of their Sharpe ratios and so the
/// threshold: the result can reject what a permutation test accepts.
pub fn deflated_sharpe(returns: &[f64], trial_sharpes: &[f64], trials: f64) -> DeflatedSharpe {
    let moments = Moments::of(returns);
    let sharpe = ratio(moments.mean, moments.deviation());
    let threshold = expected_maximum_sharpe(Moments::of(trial_sharpes).deviation(), trials);
    let (skewness, kurtosis) = (moments.skewness(), moments.excess_kurtosis());
    let probability = probabilistic_sharpe(sharpe, threshold, moments.count, skewness, kurtosis);
    DeflatedSharpe { probability, sharpe, threshold }
}
