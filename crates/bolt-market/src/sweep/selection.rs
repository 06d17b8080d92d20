//! What choosing the best of many combinations leaves of its result.

use super::{Row, Sweep, SweepError, general};
use crate::statistics::returns;
use crate::statistics::selection::overfitting::{self, BlockSums, Overfitting, OverfittingError};
use crate::statistics::selection::{self, DeflatedSharpe, EffectiveTrials};
use bolt_exec::{CancelToken, Pool};
use rayon::prelude::*;
use std::convert::Infallible;

/// How the best combination looks once the search for it is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// How many combinations were tried.
    pub tried: usize,
    /// Index of the one with the highest Sharpe ratio.
    pub best: usize,
    /// Its Sharpe ratio against the best of as many worthless ones.
    pub deflated: DeflatedSharpe,
    /// How many independent tries the combinations amount to.
    pub effective: EffectiveTrials,
    /// The probability of backtest overfitting, or why it could not be measured.
    pub overfitting: Result<Overfitting, OverfittingError>,
    /// How many combinations, evenly spaced, the last two were measured on.
    pub sampled: usize,
}

/// Why a selection could not be assessed.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// No combination has a Sharpe ratio.
    #[error("no combination traded, so there is none to choose")]
    NothingTraded,
    /// It was cancelled.
    #[error("the assessment was interrupted")]
    Cancelled,
    /// A combination could not be run again.
    #[error(transparent)]
    Sweep(#[from] SweepError<Infallible>),
}

/// The most combinations whose returns are looked at.
const SAMPLE_MAX: usize = 500;
/// The most pairs of them whose correlation is.
const PAIRS_MAX: usize = 2_000;
/// Blocks that histories are cut into; half of them choose, half of them judge.
const BLOCKS: usize = 16;

impl Sweep<'_> {
    /// Assesses the choice of the row with the highest Sharpe ratio among all rows of a sweep. The
    /// seed chooses the pairs of combinations that are compared.
    ///
    /// # Errors
    /// If nothing traded, it is cancelled, or a combination cannot be run again.
    pub fn assess(
        &self,
        rows: &[Row],
        pool: &Pool,
        cancel: &CancelToken,
        seed: u64,
    ) -> Result<Selection, SelectionError> {
        let traded = rows.iter().filter(|row| row.sharpe_per_bar.is_finite());
        let best = traded
            .clone()
            .max_by(|a, b| a.sharpe_per_bar.total_cmp(&b.sharpe_per_bar))
            .ok_or(SelectionError::NothingTraded)?;
        let sharpes: Vec<f64> = traded.map(|row| row.sharpe_per_bar).collect();
        let step = rows.len().div_ceil(SAMPLE_MAX);
        let sample: Vec<usize> = rows.iter().step_by(step).map(|row| row.index).collect();
        let mut returns = self.returns(&sample, pool, cancel)?;
        // Of an account that ran into debt there are no returns to compare.
        returns.retain(|returns| returns.iter().all(|change| change.is_finite()));
        let of_best = self.returns(&[best.index], pool, cancel)?.swap_remove(0);
        let tries: Vec<&[f64]> = returns.iter().map(Vec::as_slice).collect();
        let mut effective = selection::effective_trials(&tries, PAIRS_MAX, seed);
        // The correlation of the sample, for the number it stands for.
        effective.value = selection::implied_trials(effective.mean_correlation, rows.len());
        Ok(Selection {
            tried: rows.len(),
            best: best.index,
            deflated: selection::deflated_sharpe(&of_best, &sharpes, effective.value),
            effective,
            overfitting: overfitting_of(&returns),
            sampled: returns.len(),
        })
    }

    /// Returns the returns by bar of some combinations.
    fn returns(
        &self,
        sample: &[usize],
        pool: &Pool,
        cancel: &CancelToken,
    ) -> Result<Vec<Vec<f64>>, SelectionError> {
        let one = |index: &usize| {
            if cancel.is_cancelled() {
                return Err(SelectionError::Cancelled);
            }
            let decisions = general::evaluate(self, std::slice::from_ref(index))?.swap_remove(0);
            Ok(returns::of_equity(&general::trade(self, &decisions)?.equity))
        };
        pool.run(|| sample.par_iter().map(one).collect())
    }
}

fn overfitting_of(returns: &[Vec<f64>]) -> Result<Overfitting, OverfittingError> {
    let mut blocks = BlockSums::new(returns.first().map_or(0, Vec::len), BLOCKS)?;
    for returns in returns {
        blocks.push(returns)?;
    }
    overfitting::measure(&blocks)
}
