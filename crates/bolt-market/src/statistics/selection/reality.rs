//! Does any of many strategies beat zero, given that the best was looked for?
//!
//! White, "A reality check for data snooping" (Econometrica 68, 2000), and Hansen, "A test for
//! superior predictive ability" (Journal of Business and Economic Statistics 23, 2005), by the
//! stationary bootstrap.

use bolt_base::Rng;

use super::super::bootstrap::Bootstrap;
use super::super::sums::Moments;

/// Probabilities of a best result like the one seen if no strategy beats zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reality {
    /// White's: the best mean return against the best means of centred resamples. Many bad
    /// strategies make it timid.
    pub reality_check: f64,
    /// Hansen's consistent one: means are divided by their standard errors, and strategies far
    /// below zero do not count.
    pub superior_ability: f64,
    /// Index of the strategy with the largest standardised mean.
    pub best: usize,
}

/// Tests `strategies`, columns of returns (over a benchmark, if there is one) for the same
/// periods; `None` if there is no strategy whose returns vary. The confidence of `bootstrap` is
/// not used; the cost is resamples times strategies times returns.
///
/// # Panics
/// If the columns differ in length.
pub fn test(strategies: &[&[f64]], bootstrap: &Bootstrap) -> Option<Reality> {
    let periods = strategies.first()?.len();
    let columns: Vec<Column> = strategies
        .iter()
        .map(|returns| {
            assert_eq!(returns.len(), periods, "columns of the same periods");
            Column::new(returns, bootstrap.block_length)
        })
        .collect();
    let best = (0..columns.len())
        .filter(|&i| columns[i].error > 0.0)
        .max_by(|&i, &j| columns[i].standardised().total_cmp(&columns[j].standardised()))?;
    let best_mean = columns.iter().map(|c| c.mean).fold(f64::NEG_INFINITY, f64::max);
    let best_standardised = columns[best].standardised().max(0.0);
    let mut rng = Rng::new(bootstrap.seed);
    let (mut indices, mut counts) = (Vec::new(), vec![0.0; periods]);
    let (mut above_mean, mut above_standardised) = (0usize, 0usize);
    for _ in 0..bootstrap.resamples {
        bootstrap.draw(periods, &mut rng, &mut indices);
        counts.fill(0.0);
        for &i in &indices {
            counts[i] += 1.0;
        }
        let (mut most, mut most_standardised) = (f64::NEG_INFINITY, 0.0f64);
        for (column, returns) in columns.iter().zip(strategies) {
            let weighted: f64 = returns.iter().zip(&counts).map(|(r, n)| r * n).sum();
            let mean = weighted / periods as f64;
            most = most.max(mean - column.mean);
            if column.error > 0.0 {
                most_standardised = most_standardised.max((mean - column.centre) / column.error);
            }
        }
        above_mean += usize::from(most >= best_mean);
        above_standardised += usize::from(most_standardised >= best_standardised);
    }
    // The sample itself is one of the resamples.
    let share = |above: usize| (above + 1) as f64 / (bootstrap.resamples + 1) as f64;
    Some(Reality {
        reality_check: share(above_mean),
        superior_ability: share(above_standardised),
        best,
    })
}

struct Column {
    mean: f64,
    /// Standard error of the mean, with autocorrelation.
    error: f64,
    /// What resampled means are centred on: the mean, or 0 if it is too bad to matter.
    centre: f64,
}

impl Column {
    fn new(returns: &[f64], block_length: f64) -> Self {
        let count = returns.len() as f64;
        let mean = Moments::of(returns).mean;
        let error = (long_run_variance(returns, mean, block_length) / count).sqrt();
        let hopeless = -error * (2.0 * count.ln().ln()).sqrt();
        Self { mean, error, centre: if mean >= hopeless { mean } else { 0.0 } }
    }

    fn standardised(&self) -> f64 {
        self.mean / self.error
    }
}

/// The variance of the scaled mean that the stationary bootstrap implies (Politis and Romano):
/// autocovariances with weights that decay with the blocks.
fn long_run_variance(returns: &[f64], mean: f64, block_length: f64) -> f64 {
    let n = returns.len();
    let keep = 1.0 - 1.0 / block_length.max(1.0);
    let covariance = |lag: usize| {
        let pairs = returns[lag..].iter().zip(returns);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n as f64
    };
    let mut variance = covariance(0);
    let mut power = 1.0;
    for lag in 1..n {
        power *= keep;
        // Later lags weigh next to nothing.
        if power < 1e-6 {
            break;
        }
        let share = lag as f64 / n as f64;
        let weight = (1.0 - share) * power + share * keep.powi((n - lag) as i32);
        variance += 2.0 * weight * covariance(lag);
    }
    variance.max(0.0)
}
