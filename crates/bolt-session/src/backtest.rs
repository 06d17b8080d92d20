//! One backtest.

use std::ops::Range;
use std::sync::Arc;

use bolt_base::{Bytes, UnixNanos};
use bolt_config::Config;
use bolt_exec::CancelToken;
use bolt_market::broker::next_open::Market;
use bolt_market::data::Bars;
use bolt_market::ledger::Ledger;
use bolt_market::plan::Plan;
use bolt_market::signals::Convention;
use bolt_market::statistics::trades::summarizing_bytes;
use bolt_market::statistics::{PeriodsPerYear, RiskFree, drawdowns, peers, returns};
use bolt_memory::{Component, Kind, Reservation, Working};

use crate::data::{borrowed, formula_columns};
use crate::statistics::{Figures, Line, Run};
use crate::trading::{Traded, Trading};
use crate::{Session, SessionError};

/// What is to be run.
#[derive(Debug, Clone)]
pub struct BacktestRequest {
    /// The formulas.
    pub plan: Plan,
    /// Numbers that formulas use by name.
    pub parameters: Vec<(String, f64)>,
    /// How they are traded.
    pub trading: Trading,
    /// Bars of what the result is compared with.
    pub benchmark: Option<Bars>,
    /// Cash dividends and splits, a value a bar.
    pub events: MarketEvents,
}

/// What happens to an asset besides its prices, a value a bar.
#[derive(Debug, Clone, Default)]
pub struct MarketEvents {
    /// Cash paid per unit.
    pub dividends: Option<Vec<f64>>,
    /// Units that one unit becomes.
    pub splits: Option<Vec<f64>>,
}

/// The figures that every output leads with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Final equity, in the account's currency.
    pub equity_final: f64,
    /// Total return in percent.
    pub return_pct: f64,
    /// The largest fall from a peak in percent, negative.
    pub max_dd_pct: f64,
    /// Annual Sharpe ratio.
    pub sharpe: f64,
    /// Number of trades.
    pub n_trades: usize,
}

/// What came of a backtest.
#[derive(Debug, Clone)]
pub struct Backtest {
    /// The figures to lead with.
    pub summary: Summary,
    /// All figures.
    pub lines: Vec<Line>,
    /// Fills, trades and the equity curve.
    pub ledger: Ledger,
    /// How orders were filled.
    pub convention: Convention,
    /// Bars a year, and where the number comes from.
    pub periods: PeriodsPerYear,
    /// First bars on which some number in the formulas has no value yet.
    pub warm_up: usize,
    /// The benchmark's closes at the bars.
    pub benchmark: Option<Vec<f64>>,
    /// Names of the assets that trades are of, by their index.
    pub assets: Vec<String>,
    /// What to know of the figures.
    pub notes: Vec<String>,
    /// What is reserved for the ledger and the benchmark.
    pub memory: Arc<Reservation>,
}

/// Bytes a bar of the equity.
const EQUITY_BYTES: u64 = size_of::<f64>() as u64;

/// Returns what a backtest takes at least: what formulas decide, and the equity.
fn least_bytes(bars: &Bars, plan: &Plan) -> Bytes {
    Bytes(bars.len() as u64 * (plan.texts().len() as u64 + EQUITY_BYTES))
}

/// Returns what figures take beside a ledger: the returns, with their sorted copy or columns of the
/// trades.
pub(crate) fn figures_bytes(ledger: &Ledger) -> Bytes {
    let column = size_of_val(&*ledger.equity) as u64;
    Bytes(column + column.max(summarizing_bytes(&ledger.trades).0))
}

/// Returns what the result of a backtest holds.
pub(crate) fn result_bytes(ledger: &Ledger, benchmark: Option<&[f64]>) -> Bytes {
    Bytes(ledger.allocated().0 + benchmark.map_or(0, size_of_val) as u64)
}

impl Session {
    /// Runs a strategy over bars.
    ///
    /// # Errors
    /// If a formula is wrong, a setting is out of its range, the convention lacks it, or there is not
    /// memory enough.
    pub fn backtest(
        &self,
        bars: &Bars,
        request: &BacktestRequest,
    ) -> Result<Backtest, SessionError> {
        let query = self.query("backtest", &CancelToken::default())?;
        let job = self.memory.job(&*self.clock, Component::Market, "backtest");
        let _scope = job.enter();
        job.check(Kind::Fixed, least_bytes(bars, &request.plan))?;
        let mut held = job.reservation(Kind::Fixed);
        let periods = self.periods(bars)?;
        let convention = request.trading.convention()?;
        check_peer_statistics(&self.config, &convention)?;
        let named_columns = formula_columns(bars);
        let parameters: Vec<(&str, f64)> =
            request.parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let columns = borrowed(bars.len(), &named_columns);
        let sides = request.plan.sides(&columns, &self.catalog, &parameters);
        request.trading.check(&Traded::plan(&request.plan, sides))?;
        let decisions =
            request.plan.evaluate(&columns, &self.catalog, &parameters, &self.kernel)?;
        query.check()?;
        held.try_resize(decisions.allocated())?;
        let names = parameters.iter().map(|(name, _)| *name);
        let known: Vec<&str> = named_columns.iter().map(|(name, _)| name.as_str()).collect();
        self.check_parameters(names, &request.plan.texts(), &known)?;
        let warm_up = decisions.warm_up();
        let convention = convention.after_warm_up(warm_up);
        let market = request.events.market(bars);
        let rules = request.trading.rules(periods.value);
        let ledger = decisions.trade(&market, &rules, &convention)?;
        query.check()?;
        held.try_grow(ledger.allocated())?;
        let benchmark = reserved_closes(&mut held, request.benchmark.as_ref(), bars.timestamps())?;
        held.try_grow(figures_bytes(&ledger))?;
        let run = Run {
            bars,
            ledger: &ledger,
            convention: &convention,
            periods,
            risk_free: self.risk_free(),
            benchmark: benchmark.as_deref(),
            cash: request.trading.cash,
            warm_up,
        };
        let Figures { summary, lines, mut notes } = run.figures();
        held.shrink(figures_bytes(&ledger));
        let undefined = request.plan.undefined(&decisions, &columns, &self.catalog, &parameters)?;
        notes.extend(undefined.iter().map(|(name, needs)| is_undefined(name, *needs, bars.len())));
        let assets = vec![bars.symbol.clone()];
        held.try_resize(result_bytes(&ledger, benchmark.as_deref()))?;
        query.end(Some(()))?;
        Ok(Backtest {
            summary,
            lines,
            ledger,
            convention,
            periods,
            warm_up,
            benchmark,
            assets,
            notes,
            memory: Arc::new(held),
        })
    }

    /// Returns the number of bars in a year: as set, else counted from the bars.
    ///
    /// # Errors
    /// If there are too few bars to tell.
    pub fn periods(&self, bars: &Bars) -> Result<PeriodsPerYear, SessionError> {
        match self.config.market_periods_per_year() {
            Some(value) => Ok(PeriodsPerYear::stated(value)),
            None => {
                // The distances between bars, of which the median is taken.
                let _held = Working::of(Bytes(size_of_val(&**bars.timestamps()) as u64))?;
                Ok(PeriodsPerYear::infer(bars.timestamps())?)
            }
        }
    }

    pub(crate) fn risk_free(&self) -> RiskFree {
        RiskFree::Annual(self.config.market_risk_free_rate())
    }

    /// Refuses parameters that stand for nothing in the formulas, or hide something there.
    pub(crate) fn check_parameters<'n>(
        &self,
        names: impl Iterator<Item = &'n str>,
        texts: &[(&str, &str)],
        columns: &[&str],
    ) -> Result<(), SessionError> {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            let why = if columns.contains(&name) {
                "has the name of a column; rename it"
            } else if self.catalog.get(name).is_some() {
                "has the name of a function; rename it"
            } else if seen.contains(&name) {
                "is given twice"
            } else if !texts.iter().any(|(_, text)| mentions(text, name)) {
                "stands in no formula; leave it out"
            } else {
                seen.push(name);
                continue;
            };
            return Err(SessionError::Settings(format!("the parameter `{name}` {why}")));
        }
        Ok(())
    }
}

/// Refuses settings of statistics under conventions that have their own.
pub(crate) fn check_peer_statistics(
    config: &Config,
    convention: &Convention,
) -> Result<(), SessionError> {
    if !matches!(convention, Convention::BacktestingPy(_) | Convention::Vectorbt(_)) {
        return Ok(());
    }
    let what = if config.market_periods_per_year().is_some() {
        "number of periods a year"
    } else if config.market_risk_free_rate() != 0.0 {
        "riskless rate"
    } else {
        return Ok(());
    };
    let convention = convention.name();
    Err(bolt_market::broker::Error::Unsupported { what, convention }.into())
}

impl MarketEvents {
    /// Returns the events of some bars.
    pub(crate) fn slice(&self, bars: Range<usize>) -> Self {
        let part = |column: &Option<Vec<f64>>| Some(column.as_ref()?[bars.clone()].to_vec());
        Self { dividends: part(&self.dividends), splits: part(&self.splits) }
    }

    pub(crate) fn market<'a>(&'a self, bars: &'a Bars) -> Market<'a> {
        Market {
            times: Some(bars.timestamps()),
            dividends: self.dividends.as_deref(),
            splits: self.splits.as_deref(),
            ..Market::new(bars.ohlc())
        }
    }
}

impl Summary {
    /// Returns the figures by our definitions, of a run that began with some cash.
    pub(crate) fn own(
        ledger: &Ledger,
        cash: f64,
        periods: PeriodsPerYear,
        risk_free: RiskFree,
    ) -> Self {
        let equity_final = ledger.equity.last().copied().unwrap_or(cash);
        Self {
            equity_final,
            return_pct: 100.0 * (equity_final / cash - 1.0),
            max_dd_pct: 100.0 * drawdowns::deepest(&ledger.equity),
            sharpe: returns::sharpe(&returns::of_equity(&ledger.equity), periods, risk_free),
            n_trades: ledger.trades.len(),
        }
    }

    /// Replaces what the peer defines otherwise.
    pub(crate) fn by_peer(self, statistics: &peers::Statistics) -> Self {
        let number = |label| statistics.number(label);
        let trades = number("# Trades").or_else(|| number("Total Trades"));
        Self {
            sharpe: number("Sharpe Ratio").unwrap_or(self.sharpe),
            n_trades: trades.map_or(self.n_trades, |count| count as usize),
            ..self
        }
    }
}

/// Says that a formula has no value on any bar, and why if it needs more of them.
pub(crate) fn is_undefined(name: &str, needs_bars: usize, bars: usize) -> String {
    if needs_bars > bars {
        return format!(
            "`{name}` is undefined on all bars: it needs {needs_bars} of them, and there are {bars}"
        );
    }
    format!("`{name}` is undefined on all {bars} bars")
}

/// How much earlier than the bars a benchmark may end: other markets have other holidays.
const BENCHMARK_LAG: i64 = 7 * UnixNanos::DAY;

/// Returns whether a formula's text has a symbol in it.
fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word == name)
}

/// Returns the closes of a benchmark, if there is one, and reserves what they take.
pub(crate) fn reserved_closes(
    held: &mut Reservation,
    benchmark: Option<&Bars>,
    times: &[UnixNanos],
) -> Result<Option<Vec<f64>>, SessionError> {
    let Some(benchmark) = benchmark else { return Ok(None) };
    held.try_grow(Bytes((times.len() * size_of::<f64>()) as u64))?;
    closes_at(benchmark, times).map(Some)
}

/// Returns the last close of a benchmark that is known at each time.
fn closes_at(benchmark: &Bars, times: &[UnixNanos]) -> Result<Vec<f64>, SessionError> {
    let known = benchmark.timestamps();
    let close = benchmark.ohlc().close;
    let ends = known.last().zip(times.last());
    if let Some((end, last)) = ends.filter(|(end, last)| last.0 - end.0 > BENCHMARK_LAG) {
        return Err(SessionError::Settings(format!(
            "the benchmark ends at {end}, before the last bar at {last}; cut the bars with `--to`"
        )));
    }
    let at = |time: &UnixNanos| match known.partition_point(|known| known <= time) {
        0 => Err(SessionError::Settings(format!(
            "the benchmark begins at {}, after the bar at {time}; cut the bars with `--from`",
            known.first().copied().unwrap_or(*time)
        ))),
        after => Ok(close[after - 1]),
    };
    times.iter().map(at).collect()
}
