//! The probability of backtest overfitting by combinatorially symmetric cross-validation.
//!
//! Bailey, Borwein, Lopez de Prado and Zhu, "The probability of backtest overfitting" (Journal
//! of Computational Finance 20, 2017). Time is cut into an even number of blocks. Every way to
//! choose half of them is one split: the chosen half ranks the strategies, the other half shows
//! where the best of them ends up. The probability is the share of splits in which it ends up in
//! the lower half.
//!
//! The Sharpe ratio of any union of blocks follows from the sums of returns and of their squares
//! in each block. So [`BlockSums`] reads each return once, column by column, and the splits work
//! on a few numbers a strategy, whatever the number of returns.

use super::super::sums::{ratio, sum_of};

/// Why a matrix of returns cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OverfittingError {
    /// Not a usable number of blocks.
    #[error(
        "cannot split time into `{blocks}` blocks; use an even number from 2 to 24, such as 16"
    )]
    Blocks {
        /// The number given.
        blocks: usize,
    },
    /// Fewer returns than two a block.
    #[error(
        "cannot split `{periods}` returns into `{blocks}` blocks; each block needs at least 2, so \
         use fewer blocks"
    )]
    TooShort {
        /// Returns of each strategy.
        periods: usize,
        /// Blocks asked for.
        blocks: usize,
    },
    /// A column of another length.
    #[error("strategy `{strategy}` has `{found}` returns, the first has `{expected}`")]
    Length {
        /// Index of the strategy.
        strategy: usize,
        /// Its number of returns.
        found: usize,
        /// The first strategy's.
        expected: usize,
    },
    /// Nothing to choose from.
    #[error("cannot measure the choice among `{strategies}` strategies; at least 2 are needed")]
    TooFew {
        /// Strategies given.
        strategies: usize,
    },
}

/// Sums of returns and of squared returns of each strategy in each block.
#[derive(Debug, Clone)]
pub struct BlockSums {
    periods: usize,
    /// Returns in each block; they differ by one at most.
    lengths: Vec<usize>,
    /// By block, then strategy.
    sums: Vec<Vec<f64>>,
    squares: Vec<Vec<f64>>,
}

const MOST_BLOCKS: usize = 24;

impl BlockSums {
    /// Prepares for strategies of `periods` returns each, cut into `blocks` blocks.
    ///
    /// # Errors
    /// If the number of blocks is odd, below 2 or above 24, or leaves a block with fewer than 2
    /// returns.
    pub fn new(periods: usize, blocks: usize) -> Result<Self, OverfittingError> {
        if !(2..=MOST_BLOCKS).contains(&blocks) || !blocks.is_multiple_of(2) {
            return Err(OverfittingError::Blocks { blocks });
        }
        if periods < 2 * blocks {
            return Err(OverfittingError::TooShort { periods, blocks });
        }
        let edge = |block: usize| block * periods / blocks;
        let lengths = (0..blocks).map(|block| edge(block + 1) - edge(block)).collect();
        let empty = vec![Vec::new(); blocks];
        Ok(Self { periods, lengths, sums: empty.clone(), squares: empty })
    }

    /// Adds one strategy by its returns.
    ///
    /// # Errors
    /// If there are not as many returns as announced.
    pub fn push(&mut self, returns: &[f64]) -> Result<(), OverfittingError> {
        let (found, expected) = (returns.len(), self.periods);
        if found != expected {
            return Err(OverfittingError::Length { strategy: self.strategies(), found, expected });
        }
        let mut rest = returns;
        for (block, &length) in self.lengths.iter().enumerate() {
            let (part, after) = rest.split_at(length);
            self.sums[block].push(sum_of(part, |r| r));
            self.squares[block].push(sum_of(part, |r| r * r));
            rest = after;
        }
        Ok(())
    }

    /// Adds the strategies of others.
    ///
    /// # Errors
    /// If they have another number of returns.
    ///
    /// # Panics
    /// If their returns are cut into another number of blocks.
    pub fn append(&mut self, others: Self) -> Result<(), OverfittingError> {
        let (found, expected) = (others.periods, self.periods);
        if found != expected {
            return Err(OverfittingError::Length { strategy: self.strategies(), found, expected });
        }
        assert_eq!(others.lengths.len(), self.lengths.len(), "blocks of the same returns");
        let each = self.sums.iter_mut().chain(&mut self.squares);
        each.zip(others.sums.into_iter().chain(others.squares)).for_each(|(own, other)| {
            own.extend(other);
        });
        Ok(())
    }

    /// Returns the number of strategies.
    pub fn strategies(&self) -> usize {
        self.sums[0].len()
    }
}

/// What all splits together say.
#[derive(Debug, Clone, PartialEq)]
pub struct Overfitting {
    /// Share of splits in which the best of one half is at or below the median of the other:
    /// about a half for strategies without any difference, near 0 for one that is better.
    pub probability: f64,
    /// For each split, `ln(w / (1 - w))` with `w` the relative rank of the chosen strategy on
    /// the other half, between 0 and 1.
    pub logits: Vec<f64>,
    /// Share of splits in which the chosen strategy loses on the other half.
    pub probability_of_loss: f64,
    /// Slope of the chosen strategy's Sharpe ratio on the other half over that on the chosen
    /// half; negative when a better fit means a worse outcome.
    pub degradation: f64,
}

/// Runs every split. A strategy whose returns do not vary is never chosen.
///
/// With `S` blocks there are `S! / (S/2)!^2` splits: 12,870 for 16.
///
/// # Errors
/// If there are fewer than two strategies.
pub fn measure(blocks: &BlockSums) -> Result<Overfitting, OverfittingError> {
    let strategies = blocks.strategies();
    if strategies < 2 {
        return Err(OverfittingError::TooFew { strategies });
    }
    let mut splits = Splits::new(blocks);
    // The first block is in one of the two halves; that half is built up, the other is the rest.
    splits.extend(0, 1);
    Ok(splits.finish())
}

/// Sums over the blocks chosen so far.
#[derive(Clone)]
struct Half {
    length: usize,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

struct Splits<'a> {
    blocks: &'a BlockSums,
    total: Half,
    /// One half for each number of blocks chosen.
    chosen: Vec<Half>,
    rest: Half,
    scores: (Vec<f64>, Vec<f64>),
    outcomes: Vec<Outcome>,
}

/// The best strategy of one half on the other.
struct Outcome {
    inside: f64,
    outside: f64,
    logit: f64,
}

impl<'a> Splits<'a> {
    fn new(blocks: &'a BlockSums) -> Self {
        let strategies = blocks.strategies();
        let empty = Half { length: 0, sums: vec![0.0; strategies], squares: vec![0.0; strategies] };
        let mut total = empty.clone();
        for block in 0..blocks.lengths.len() {
            let so_far = total.clone();
            total.set_sum(&so_far, blocks, block);
        }
        Self {
            blocks,
            total,
            chosen: vec![empty.clone(); blocks.lengths.len() / 2 + 1],
            rest: empty,
            scores: (vec![0.0; strategies], vec![0.0; strategies]),
            outcomes: Vec::new(),
        }
    }

    /// Chooses `block` as number `count` and goes on with every later block, until half of the
    /// blocks are chosen.
    fn extend(&mut self, block: usize, count: usize) {
        let (before, from) = self.chosen.split_at_mut(count);
        from[0].set_sum(&before[count - 1], self.blocks, block);
        let half = self.blocks.lengths.len() / 2;
        if count == half {
            self.evaluate(half);
            return;
        }
        // Enough blocks must remain to complete the half.
        let last = self.blocks.lengths.len() - (half - count);
        for next in block + 1..=last {
            self.extend(next, count + 1);
        }
    }

    /// Evaluates the split of the chosen half and its complement, both ways round.
    fn evaluate(&mut self, half: usize) {
        let chosen = &self.chosen[half];
        self.rest.set_difference(&self.total, chosen);
        chosen.scores(&mut self.scores.0);
        self.rest.scores(&mut self.scores.1);
        self.outcomes.push(outcome((chosen, &self.scores.0), (&self.rest, &self.scores.1)));
        self.outcomes.push(outcome((&self.rest, &self.scores.1), (chosen, &self.scores.0)));
    }

    fn finish(self) -> Overfitting {
        let splits = self.outcomes.len() as f64;
        let share = |wanted: fn(&Outcome) -> bool| {
            self.outcomes.iter().filter(|outcome| wanted(outcome)).count() as f64 / splits
        };
        let column = |get: fn(&Outcome) -> f64| self.outcomes.iter().map(get).collect::<Vec<_>>();
        let (inside, outside) = (column(|o| o.inside), column(|o| o.outside));
        Overfitting {
            probability: share(|outcome| outcome.logit <= 0.0),
            probability_of_loss: share(|outcome| outcome.outside < 0.0),
            degradation: super::super::sums::regression(&outside, &inside).0,
            logits: column(|outcome| outcome.logit),
        }
    }
}

/// Ranks the best of `inside` among `outside`.
fn outcome(inside: (&Half, &[f64]), outside: (&Half, &[f64])) -> Outcome {
    let mut best = 0;
    for (strategy, score) in inside.1.iter().enumerate() {
        if *score > inside.1[best] {
            best = strategy;
        }
    }
    let own = outside.1[best];
    let (mut below, mut equal) = (0usize, 0usize);
    for score in outside.1 {
        below += usize::from(*score < own);
        equal += usize::from(*score == own);
    }
    // Equal scores share the mean of their ranks.
    let rank = below as f64 + (equal as f64 + 1.0) / 2.0;
    let relative = rank / (outside.1.len() as f64 + 1.0);
    Outcome {
        inside: inside.0.sharpe(best),
        outside: outside.0.sharpe(best),
        logit: (relative / (1.0 - relative)).ln(),
    }
}

impl Half {
    fn set_sum(&mut self, other: &Self, blocks: &BlockSums, block: usize) {
        self.length = other.length + blocks.lengths[block];
        add(&mut self.sums, &other.sums, &blocks.sums[block]);
        add(&mut self.squares, &other.squares, &blocks.squares[block]);
    }

    fn set_difference(&mut self, all: &Self, part: &Self) {
        self.length = all.length - part.length;
        subtract(&mut self.sums, &all.sums, &part.sums);
        subtract(&mut self.squares, &all.squares, &part.squares);
    }

    /// Writes scores that order the strategies as their Sharpe ratios do: the signed square of
    /// the ratio, which needs no root.
    fn scores(&self, scores: &mut [f64]) {
        let count = self.length as f64;
        for ((score, sum), square) in scores.iter_mut().zip(&self.sums).zip(&self.squares) {
            let spread = count * square - sum * sum;
            // The noise of the subtraction alone; such returns do not vary.
            let varies = spread > 1e-14 * count * square;
            *score = if varies { sum * sum.abs() / spread } else { f64::NEG_INFINITY };
        }
    }

    /// Sharpe ratio per period.
    fn sharpe(&self, strategy: usize) -> f64 {
        let (count, sum) = (self.length as f64, self.sums[strategy]);
        let variance = (self.squares[strategy] - sum * sum / count) / (count - 1.0);
        ratio(sum / count, variance.max(0.0).sqrt())
    }
}

fn add(out: &mut [f64], left: &[f64], right: &[f64]) {
    for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
        *out = left + right;
    }
}

fn subtract(out: &mut [f64], left: &[f64], right: &[f64]) {
    for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
        *out = left - right;
    }
}
