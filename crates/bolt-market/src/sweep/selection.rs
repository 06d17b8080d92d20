//! What choosing the best of many combinations leaves of its result.
//!
//! Combinations are run again, one a thread, and of each only sums of its returns are kept: by
//! block of time for [`overfitting`], and by as many bars as it takes to fit the memory for the
//! correlations of [`EffectiveTrials`].

use super::{Row, Sweep, SweepError, general};
use crate::broker::Error;
use crate::statistics::returns;
use crate::statistics::selection::overfitting::{self, BlockSums, Overfitting, OverfittingError};
use crate::statistics::selection::{self, Centred, DeflatedSharpe, EffectiveTrials, Pairs};
use bolt_base::Bytes;
use bolt_exec::{CancelToken, Pool};
use bolt_memory::{Refused, Working};
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
    /// How many bars each of the returns spans whose correlations give the effective number.
    pub bars_per_return: usize,
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

impl From<Refused> for SelectionError {
    fn from(refused: Refused) -> Self {
        Self::Sweep(SweepError::Engine(Error::Memory(refused)))
    }
}

/// The most combinations whose returns are looked at.
const SAMPLE_MAX: usize = 500;
/// The most pairs of them whose correlation is.
const PAIRS_MAX: usize = 2_000;
/// The fewest returns that are correlated, if there are as many: with fewer, chance alone makes
/// correlations of 0.1.
const RETURNS_MIN: usize = 100;
/// Blocks that histories are cut into; half of them choose, half of them judge.
const BLOCKS: usize = 16;

/// What is kept of a combination's returns.
struct Try {
    blocks: Result<BlockSums, OverfittingError>,
    /// Sums over consecutive bars.
    returns: Vec<f64>,
    /// For them.
    _held: Working,
}

impl Sweep<'_> {
    /// Assesses the choice of the row with the highest Sharpe ratio among all rows of a sweep. The
    /// seed chooses the pairs of combinations that are compared.
    ///
    /// Overfitting and the deflated Sharpe ratio are measured on the return of every bar. So are
    /// the correlations of combinations if the returns of all that are looked at, 8 bytes each,
    /// fit [`Sweep::assessment_bytes`]. Otherwise they are those of sums of the returns of
    /// [`Self::bars_per_return`] consecutive bars. Every return is in one of the sums and in no
    /// other: a trade counts wherever it falls, no minute of the hour is preferred, as it would be
    /// by taking every nth bar, and sums that share no bar have no correlation in time but that of
    /// the returns. Where returns do not depend on those of other bars, sums correlate as they do;
    /// where they do, the correlation is that over a horizon of so many bars.
    ///
    /// What running a combination takes, one a thread, comes on top.
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
        let bars_per_return = self.bars_per_return(rows.len());
        let sample = rows.iter().step_by(sample_step(rows.len())).map(|row| row.index);
        let tries = self.tries(&sample.collect::<Vec<_>>(), bars_per_return, pool, cancel)?;
        let sampled = tries.len();
        // The correlation of the sample, for the number it stands for.
        let effective = effective_trials(&tries, rows.len(), pool, cancel, seed)?;
        let overfitting = overfitting_of(tries.into_iter().map(|one| one.blocks));
        let (returns_of_best, _held) = pool.run(|| self.returns(best.index, cancel))?;
        Ok(Selection {
            tried: rows.len(),
            best: best.index,
            deflated: selection::deflated_sharpe(&returns_of_best, &sharpes, effective.value),
            effective,
            overfitting,
            sampled,
            bars_per_return,
        })
    }

    /// Returns how many bars each of the returns spans that are correlated to assess so many
    /// combinations.
    pub fn bars_per_return(&self, combinations: usize) -> usize {
        let sampled = sampled(combinations).max(1);
        let room = self.assessment_bytes / (size_of::<f64>() * sampled) as u64;
        let room = usize::try_from(room).unwrap_or(usize::MAX).max(RETURNS_MIN);
        self.market.prices.len().saturating_sub(1).div_ceil(room).max(1)
    }

    /// Runs combinations; returns what is kept of those whose account never was in debt, of which
    /// there are no returns to compare.
    fn tries(
        &self,
        sample: &[usize],
        bars_per_return: usize,
        pool: &Pool,
        cancel: &CancelToken,
    ) -> Result<Vec<Try>, SelectionError> {
        let one = |index: usize| {
            let (returns, _held) = self.returns(index, cancel)?;
            let defined = returns.iter().all(|change| change.is_finite());
            Ok(if defined { Some(Try::of(&returns, bars_per_return)?) } else { None })
        };
        let tries: Result<Vec<Option<Try>>, SelectionError> =
            pool.map_items(sample.to_vec(), one).into_iter().collect();
        Ok(tries?.into_iter().flatten().collect())
    }

    /// Returns the returns by bar of a combination, with what is reserved for them.
    fn returns(
        &self,
        index: usize,
        cancel: &CancelToken,
    ) -> Result<(Vec<f64>, Working), SelectionError> {
        if cancel.is_cancelled() {
            return Err(SelectionError::Cancelled);
        }
        let (decisions, mut held) = general::evaluate(self, &[index])?;
        let equity = general::trade(self, &decisions[0])?.equity;
        drop(decisions);
        let column = size_of_val(&*equity) as u64;
        held.resize(Bytes(2 * column))?;
        let returns = returns::of_equity(&equity);
        drop(equity);
        held.resize(Bytes(column))?;
        Ok((returns, held))
    }
}

impl Try {
    fn of(returns: &[f64], bars_per_return: usize) -> Result<Self, Refused> {
        let kept = returns.len().div_ceil(bars_per_return) * size_of::<f64>();
        let held = Working::of(Bytes(kept as u64))?;
        let blocks = BlockSums::new(returns.len(), BLOCKS).and_then(|mut blocks| {
            blocks.push(returns)?;
            Ok(blocks)
        });
        let sums = returns.chunks(bars_per_return).map(|bars| bars.iter().sum());
        Ok(Self { blocks, returns: sums.collect(), _held: held })
    }
}

/// Returns how far apart the combinations are that are looked at.
fn sample_step(combinations: usize) -> usize {
    combinations.div_ceil(SAMPLE_MAX).max(1)
}

/// Returns how many of so many combinations are looked at.
pub(super) fn sampled(combinations: usize) -> usize {
    combinations.div_ceil(sample_step(combinations))
}

/// Returns what the correlations of some tries say of `count`.
fn effective_trials(
    tries: &[Try],
    count: usize,
    pool: &Pool,
    cancel: &CancelToken,
    seed: u64,
) -> Result<EffectiveTrials, SelectionError> {
    let pairs = Pairs::choose(tries.len(), PAIRS_MAX, seed);
    let tries: Vec<Centred<'_>> = tries.iter().map(|one| Centred::new(&one.returns)).collect();
    let correlation = |(i, j): (usize, usize)| match cancel.is_cancelled() {
        true => Err(SelectionError::Cancelled),
        false => Ok(tries[i].correlation(&tries[j])),
    };
    let correlations: Result<Vec<f64>, SelectionError> =
        pool.map_items(pairs.indices.clone(), correlation).into_iter().collect();
    Ok(pairs.effective_trials(&correlations?, count))
}

fn overfitting_of(
    mut tries: impl Iterator<Item = Result<BlockSums, OverfittingError>>,
) -> Result<Overfitting, OverfittingError> {
    let mut all = tries.next().ok_or(OverfittingError::TooFew { strategies: 0 })??;
    for one in tries {
        all.append(one?)?;
    }
    overfitting::measure(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comparison_of_pairs_can_be_cancelled() {
        let tries = [1.0, 2.0].map(|scale| Try::of(&[scale, -scale, 0.5, 0.0], 2).unwrap());
        let (pool, cancel) = (Pool::new(Some(1)).unwrap(), CancelToken::default());
        let found = effective_trials(&tries, 2, &pool, &cancel, 1).unwrap();
        assert_eq!(found.pairs, 1);
        cancel.cancel();
        let found = effective_trials(&tries, 2, &pool, &cancel, 1);
        assert!(matches!(found, Err(SelectionError::Cancelled)));
    }
}
