//! A strategy with many parameters, and the bars it is tried on.

use anyhow::Result;
use bolt_config::Flag;
use bolt_market::data::Bars;
use bolt_market::sweep::{Parameter, Row};
use bolt_session::{DataSource, Loaded, Manifest, Session, StrategyDefinition, SweepRequest};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{DataArguments, StrategyArguments, TradingArguments, flag};
use crate::commands::backtest::RunArguments;
use crate::context::Context;

#[derive(Debug, Args)]
pub(crate) struct GridArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    strategy: StrategyArguments,
    #[command(flatten)]
    trading: TradingArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// Parameters and their values: fast=5..50, slow=20..200:5, x=1,2,4
    #[arg(long = "set", value_name = "NAME=VALUES", required = true, num_args = 1.., help_heading = "Strategy")]
    parameters: Vec<String>,
    /// Condition on the parameters, such as 'fast < slow'
    #[arg(long = "where", value_name = "FORMULA", help_heading = "Strategy")]
    condition: Option<String>,
    /// Figure that the best combinations are chosen by
    #[arg(long, value_enum, default_value_t = By::Sharpe, value_name = "FIGURE", help_heading = "Strategy")]
    pub(crate) by: By,
    /// Run every combination anew, and keep no results
    #[arg(long, help_heading = "Output")]
    no_cache: bool,
}

/// A figure to choose by.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum By {
    /// Annual Sharpe ratio
    Sharpe,
    /// Total return
    Return,
    /// Least drawdown
    Drawdown,
    /// Share of trades that gained
    WinRate,
    /// Number of trades
    Trades,
}

impl By {
    /// Returns the name of the figure in results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sharpe => "sharpe",
            Self::Return => "return_pct",
            Self::Drawdown => "max_dd_pct",
            Self::WinRate => "win_rate_pct",
            Self::Trades => "n_trades",
        }
    }

    /// Returns the figure of a row; larger is better.
    pub(crate) fn figure(self) -> fn(&Row) -> f64 {
        match self {
            Self::Sharpe => |row| row.sharpe,
            Self::Return => |row| row.return_pct,
            Self::Drawdown => |row| row.max_dd_pct,
            Self::WinRate => |row| row.win_rate_pct,
            Self::Trades => |row| f64::from(row.n_trades),
        }
    }
}

/// What is to be tried, on what.
pub(crate) struct Prepared {
    pub(crate) source: DataSource,
    pub(crate) strategy: StrategyDefinition,
    pub(crate) bars: Bars,
    pub(crate) request: SweepRequest,
    /// What to know of the bars.
    pub(crate) notes: Vec<String>,
}

impl Prepared {
    /// Returns the name of the run: as given, else as the strategy's file has it.
    pub(crate) fn name<'a>(&'a self, arguments: &'a GridArguments) -> &'a str {
        arguments.run.name.as_deref().or(self.strategy.name()).unwrap_or_default()
    }

    /// Returns what is needed to repeat the run, but for what its command adds.
    pub(crate) fn manifest(&self, session: &Session, arguments: &GridArguments) -> Manifest {
        let SweepRequest { plan, trading, grid, condition, .. } = &self.request;
        let values = grid.parameters().iter().map(|each| (each.name.clone(), json!(each.values)));
        let manifest = Manifest::new(session, &self.bars, &self.source, plan, &[], trading)
            .with("grid", values.collect::<serde_json::Map<_, _>>().into())
            .with("where", json!(condition));
        self.strategy.describe(arguments.run.describe(manifest))
    }
}

impl GridArguments {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let no_cache = self.no_cache.then(|| flag("--no-cache", "cache.size", "0"));
        self.trading.flags().into_iter().chain(no_cache).collect()
    }

    /// Reads strategy and bars. The seed chooses what an assessment compares.
    pub(crate) fn prepare(
        &self,
        session: &Session,
        context: &Context,
        seed: u64,
    ) -> Result<Prepared> {
        let source = self.data.source()?;
        let strategy = self.strategy.definition()?;
        let trading = self.trading.options(&context.config)?.or(&strategy.trading);
        let trading = trading.resolve(&context.config)?;
        let parameters = self.parameters.iter().map(|text| Parameter::parse(text));
        let grid = strategy.grid(parameters.collect::<Result<_, _>>()?)?;
        let loaded = session.load_bars(&source)?;
        loaded.notes.iter().for_each(|note| context.note(note));
        let Loaded { bars, notes } = loaded;
        let events = self.run.events(&bars)?;
        let (plan, condition) = (strategy.plan.clone(), self.condition.clone());
        let request = SweepRequest { plan, trading, grid, condition, events, seed };
        Ok(Prepared { source, strategy, bars, request, notes })
    }
}
