//! How many independent tries correlated ones amount to.

use super::super::sums::{Moments, sum_of_pairs};
use bolt_base::Rng;

/// How many independent tries a set of correlated ones amounts to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EffectiveTrials {
    /// Between 1 and the number of tries.
    pub value: f64,
    /// Mean correlation of pairs, at least 0.
    pub mean_correlation: f64,
    /// Pairs looked at.
    pub pairs: usize,
    /// Whether those are all pairs; otherwise they are a random sample of them.
    pub exhaustive: bool,
}

/// Returns the number of independent tries implied by the mean correlation of the tries' returns,
/// `r + (1 - r) N` (Bailey and López de Prado, The Deflated Sharpe Ratio, 2014).
///
/// All pairs are looked at if there are no more than `most_pairs`, else so many random ones; the
/// cost is pairs times returns. A try whose returns do not vary correlates with nothing.
pub fn effective_trials(tries: &[&[f64]], most_pairs: usize, seed: u64) -> EffectiveTrials {
    let pairs = Pairs::choose(tries.len(), most_pairs, seed);
    let tries: Vec<Centred<'_>> = tries.iter().map(|returns| Centred::new(returns)).collect();
    let correlations: Vec<f64> =
        pairs.indices.iter().map(|&(i, j)| tries[i].correlation(&tries[j])).collect();
    pairs.effective_trials(&correlations, tries.len())
}

/// The pairs of tries that are compared.
pub(crate) struct Pairs {
    /// Indices of two different tries each.
    pub(crate) indices: Vec<(usize, usize)>,
    exhaustive: bool,
}

impl Pairs {
    /// Chooses all pairs of `count` tries if there are no more than `most`, else so many random
    /// ones.
    pub(crate) fn choose(count: usize, most: usize, seed: u64) -> Self {
        let all = count * count.saturating_sub(1) / 2;
        if all <= most {
            let indices = (0..count).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
            return Self { indices, exhaustive: true };
        }
        let mut rng = Rng::new(seed);
        let mut pair = || {
            let i = rng.below(count as u64) as usize;
            let j = rng.below(count as u64 - 1) as usize;
            (i, if j < i { j } else { j + 1 })
        };
        Self { indices: (0..most).map(|_| pair()).collect(), exhaustive: false }
    }

    /// Returns what the correlations of these pairs, in their order, say of `count` tries.
    pub(crate) fn effective_trials(&self, correlations: &[f64], count: usize) -> EffectiveTrials {
        let pairs = correlations.len();
        let total: f64 = correlations.iter().sum();
        let mean_correlation = if pairs == 0 { 0.0 } else { (total / pairs as f64).max(0.0) };
        let value = mean_correlation + (1.0 - mean_correlation) * count as f64;
        EffectiveTrials { value, mean_correlation, pairs, exhaustive: self.exhaustive }
    }
}

/// The returns of a try, with what all of its correlations need.
pub(crate) struct Centred<'a> {
    returns: &'a [f64],
    moments: Moments,
}

impl<'a> Centred<'a> {
    pub(crate) fn new(returns: &'a [f64]) -> Self {
        Self { returns, moments: Moments::of(returns) }
    }

    /// Returns the correlation with another try, 0 if one of the two does not vary.
    pub(crate) fn correlation(&self, other: &Self) -> f64 {
        let (mean, other_mean) = (self.moments.mean, other.moments.mean);
        let product =
            sum_of_pairs(self.returns, other.returns, |a, b| (a - mean) * (b - other_mean));
        let correlation = product / (self.moments.second * other.moments.second).sqrt();
        if correlation.is_nan() { 0.0 } else { correlation }
    }
}
