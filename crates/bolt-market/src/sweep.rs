//! Sweeps: one strategy over many parameters.
//!
//! All combinations of a chunk are built into one kernel graph, so that each distinct column is
//! computed once, whatever the number of combinations that use it. Where a position is all in or
//! out and costs are proportional, the graph is run block by block in time and each combination
//! looks only at the bars on which something happens ([`sparse`]); memory then does not grow with
//! the number of bars. Anything else, rules for orders among it, is traded bar by bar, a combination
//! at a time.
//!
//! Combinations are independent of each other: a sweep can be cut, resumed and spread over threads
//! without changing a result. Start at [`Sweep`].

mod general;
mod grid;
mod memory;
mod selection;
pub mod sparse;
mod sparse_chunk;

pub use grid::{Grid, GridError, Parameter};
pub use memory::Demand;
pub use selection::{Selection, SelectionError};

use crate::broker::next_open::{Margin, Market, Rates};
use crate::broker::{self};
use crate::formulas::{Columns, Role, StrategyError};
use crate::order::Size;
use crate::plan::Plan;
use crate::signals::{Convention, SignalRules};
use crate::statistics::{PeriodsPerYear, RiskFree};
use bolt_exec::{CancelToken, Pool};
use bolt_kernel::{Catalog, Options};
use sparse::Costs;

/// What is swept, and over what.
#[derive(Debug)]
pub struct Sweep<'a> {
    /// Prices, and what else happens in the market.
    pub market: Market<'a>,
    /// The columns that formulas may use, a value a bar.
    pub columns: Columns<'a>,
    /// The formulas; parameters of the grid stand for numbers in them.
    pub plan: &'a Plan,
    /// How signals are traded, and what orders have that their rules leave open.
    pub rules: SignalRules,
    /// How orders are filled.
    pub convention: Convention,
    /// The combinations.
    pub grid: &'a Grid,
    /// The operators that formulas may use.
    pub catalog: &'a Catalog,
    /// How the kernel runs.
    pub options: Options,
    /// Periods a year, for Sharpe ratios.
    pub periods: PeriodsPerYear,
    /// What annual Sharpe ratios subtract from returns.
    pub risk_free: RiskFree,
    /// Bytes that columns of signals may take at a time, over all threads, beside those of one
    /// combination a thread. Results do not depend on it.
    pub memory_bytes: u64,
    /// Bytes that the returns may take that an assessment compares, which depends on it.
    pub assessment_bytes: u64,
}

/// The result of one combination.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Index of the combination in the grid.
    pub index: usize,
    /// Final equity, in the account's currency.
    pub equity_final: f64,
    /// Total return in percent.
    pub return_pct: f64,
    /// Annual Sharpe ratio, missing where returns do not vary.
    pub sharpe: f64,
    /// Sharpe ratio per bar.
    pub sharpe_per_bar: f64,
    /// The largest fall from a peak in percent, negative.
    pub max_dd_pct: f64,
    /// Trades begun.
    pub n_trades: u32,
    /// Share of the trades that ended which gained, in percent; missing if none ended.
    pub win_rate_pct: f64,
    /// Share of bars at whose close a position was held, in percent.
    pub exposure_pct: f64,
}

/// Why a sweep could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SweepError<E: std::error::Error> {
    /// A formula is wrong, with the numbers of some combination.
    #[error("with {combination}: {error}")]
    Strategy {
        /// The combination, `fast = 5, slow = 20`.
        combination: String,
        /// What is wrong.
        error: StrategyError,
    },
    /// A setting is wrong.
    #[error(transparent)]
    Engine(#[from] broker::Error),
    /// Rows could not be handed on.
    #[error(transparent)]
    Sink(E),
}

/// How a sweep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All combinations were run.
    Complete,
    /// It was asked to stop.
    Cancelled,
}

/// The way combinations are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// Only bars on which something happens, see [`sparse`].
    Sparse,
    /// Bar by bar, see [`crate::plan::Decisions::trade`].
    General,
}

impl Path {
    /// Returns the name used in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sparse => "sparse",
            Self::General => "general",
        }
    }
}

/// The most combinations that share a graph.
const CHUNK_MAX: usize = 4_096;

/// The most bars times combinations of a chunk that runs bar by bar: about a second.
const CHUNK_BARS: usize = 1 << 24;

impl Sweep<'_> {
    /// Returns how combinations will be run.
    pub fn path(&self) -> Path {
        if self.sparse_costs().is_some() { Path::Sparse } else { Path::General }
    }

    /// Runs some combinations, given by their index, and hands their rows to `sink` in that order,
    /// a chunk at a time.
    ///
    /// # Errors
    /// At the first combination with which a formula or setting is wrong, or when the sink fails;
    /// rows handed on before are valid.
    pub fn run<E: std::error::Error + Send>(
        &self,
        combinations: &[usize],
        pool: &Pool,
        cancel: &CancelToken,
        mut sink: impl FnMut(&[Row]) -> Result<(), E>,
    ) -> Result<End, SweepError<E>> {
        let chunk = self.chunk_size(combinations.len(), pool.threads());
        let chunks: Vec<&[usize]> = combinations.chunks(chunk).collect();
        // As many chunks as threads at a time, which domains share by their threads: rows come in
        // order and soon.
        for round in chunks.chunks(pool.threads()) {
            if cancel.is_cancelled() {
                return Ok(End::Cancelled);
            }
            let results: Vec<Result<Vec<Row>, SweepError<E>>> =
                pool.map_items(round.to_vec(), |chunk| self.run_chunk(chunk, pool));
            for rows in results {
                sink(&rows?).map_err(SweepError::Sink)?;
            }
        }
        Ok(End::Complete)
    }

    fn chunk_size(&self, combinations: usize, threads: usize) -> usize {
        match self.path() {
            // Few where each takes long: a sweep stops between chunks.
            Path::General => {
                let most = (CHUNK_BARS / self.market.prices.len().max(1)).clamp(1, 64);
                most.min(combinations.div_ceil(threads)).max(1)
            }
            Path::Sparse => {
                let rounds = combinations.div_ceil(CHUNK_MAX * threads).max(1);
                combinations.div_ceil(threads * rounds).max(1)
            }
        }
    }

    fn run_chunk<E: std::error::Error>(
        &self,
        combinations: &[usize],
        pool: &Pool,
    ) -> Result<Vec<Row>, SweepError<E>> {
        match self.sparse_costs() {
            Some(costs) => sparse_chunk::run(self, combinations, costs, pool),
            None => general::run(self, combinations, pool, pool.threads()),
        }
    }

    /// Returns the costs of a fill if nothing but the changes of a signal matters.
    fn sparse_costs(&self) -> Option<Costs> {
        let Convention::NextOpen(settings) = &self.convention else { return None };
        let Plan::Signals(strategy) = self.plan else { return None };
        let market_is_plain = self.market.dividends.is_none() && self.market.splits.is_none();
        let rules = SignalRules { size: Size::AvailableFraction(1.0), ..SignalRules::default() };
        let roles_are_plain = strategy
            .texts()
            .all(|(role, _)| matches!(role, Role::Signal | Role::Entry | Role::Exit));
        let costs = settings.costs;
        let costs_are_proportional =
            costs.fee_fixed == 0.0 && costs.fee_per_unit == 0.0 && costs.fee_minimum == 0.0;
        let account_is_plain = settings.lot.is_none()
            && settings.margin == Margin::default()
            && settings.rates == Rates::default()
            && settings.minimum_value == 0.0
            && settings.maximum_position >= 1.0
            && !settings.finalize
            && settings.first_bar == 0;
        let prices = self.market.prices;
        let is_price = |price: &f64| *price > 0.0 && price.is_finite();
        let plain = market_is_plain
            && self.rules == rules
            && roles_are_plain
            && costs_are_proportional
            && account_is_plain
            && prices.open.iter().chain(prices.close).all(is_price);
        plain.then_some(Costs {
            buy: (1.0 + 0.5 * costs.spread + costs.slippage) * (1.0 + costs.fee_rate),
            sell: (1.0 - 0.5 * costs.spread - costs.slippage) * (1.0 - costs.fee_rate),
        })
    }

    /// Returns a combination as names and numbers.
    fn parameters(&self, index: usize) -> Vec<(&str, f64)> {
        let names = self.grid.parameters().iter().map(|parameter| parameter.name.as_str());
        names.zip(self.grid.combination(index)).collect()
    }

    fn strategy_error<E: std::error::Error>(
        &self,
        index: usize,
        error: StrategyError,
    ) -> SweepError<E> {
        if let StrategyError::Memory(refused) = error {
            return SweepError::Engine(broker::Error::Memory(refused));
        }
        let parts: Vec<String> = self
            .parameters(index)
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        SweepError::Strategy { combination: parts.join(", "), error }
    }
}
