//! Backtests of weights of several assets in one account.

use std::sync::Arc;

use bolt_base::{Bytes, UnixNanos, counted};
use bolt_exec::CancelToken;
use bolt_market::data::{Bars, Column, Dataset, Panel};
use bolt_market::formulas::{Strategy, column_name};
use bolt_market::ledger::Trade;
use bolt_market::signals::{Convention, Curve};
use bolt_market::statistics::{Basis, PeriodsPerYear};
use bolt_market::weights::{self, PanelMarket, WeightRules, Weights};
use bolt_memory::{Component, Kind, Refused, Reservation};

use crate::backtest::{
    Backtest, check_peer_statistics, figures_bytes, is_undefined, reserved_closes, result_bytes,
};
use crate::data::repairs_of_assets;
use crate::statistics::{Figures, Run};
use crate::trading::{Traded, Trading};
use crate::{DataSource, Session, SessionError};

/// What is to be run.
#[derive(Debug, Clone)]
pub struct WeightsRequest {
    /// The formula of the weights.
    pub strategy: Strategy,
    /// Numbers that it uses by name.
    pub parameters: Vec<(String, f64)>,
    /// How orders are filled.
    pub trading: Trading,
    /// When weights are traded.
    pub rules: WeightRules,
    /// Bars of what the result is compared with.
    pub benchmark: Option<Bars>,
}

impl Session {
    /// Reads the bars of several assets, cut to the time asked for, with what to know of them.
    ///
    /// # Errors
    /// If the data cannot be read, are refused, or nothing is left of them.
    pub fn load_panel(&self, source: &DataSource) -> Result<(Panel, Vec<String>), SessionError> {
        let _scope = Component::Market.enter();
        let (dataset, mut held) = self.load_reserved(source)?;
        if is_cut(source) || !matches!(dataset, Dataset::Panel(_)) {
            // What is made of the data is about as much as they are.
            held.try_grow(held.bytes())?;
        }
        let (mut panel, notes) = Self::panel_of(dataset, source)?;
        held.try_resize(panel.allocated())?;
        panel.memory = Some(Arc::new(held));
        Ok((panel, notes))
    }

    fn panel_of(
        dataset: Dataset,
        source: &DataSource,
    ) -> Result<(Panel, Vec<String>), SessionError> {
        let panel = dataset.into_panel()?;
        let notes = repairs_of_assets(&panel);
        if !is_cut(source) {
            return Ok((panel, notes));
        }
        let each = (0..panel.assets().len()).map(|asset| -> Result<Bars, SessionError> {
            crate::data::prepare(panel.asset(asset)?, source)
        });
        let bars: Vec<Bars> = each.filter(|bars| !is_empty(bars)).collect::<Result<_, _>>()?;
        Ok((Panel::align(&bars)?, notes))
    }

    /// Trades weights over a panel. Returns what the account is measured against with the result:
    /// bars of equal amounts of all assets, bought when each begins and held.
    ///
    /// # Errors
    /// If the formula is wrong, a setting makes no sense for weights, or the convention lacks it.
    pub fn backtest_weights(
        &self,
        panel: &Panel,
        request: &WeightsRequest,
    ) -> Result<(Bars, Backtest), SessionError> {
        let WeightsRequest { strategy, parameters, trading, rules, benchmark } = request;
        let query = self.query("backtest", &CancelToken::default())?;
        let job = self.memory.job(&*self.clock, Component::Market, "backtest");
        let _scope = job.enter();
        // The weights, the equity, and the bars that the account is compared with.
        let column = size_of::<f64>() as u64 * panel.len() as u64;
        job.check(Kind::Fixed, Bytes(column * (panel.assets().len() as u64 + 2)))?;
        let mut held = job.reserve(Kind::Fixed, Bytes(column))?;
        let convention = trading.convention()?;
        trading.check(&Traded::weights())?;
        check_peer_statistics(&self.config, &convention)?;
        let bars = equal_amounts(panel)?;
        let periods = self.periods(&bars)?;
        let named: Vec<(&str, f64)> =
            parameters.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let Weights { values, warm_up, needs_bars } =
            weights::evaluate(strategy, panel, &self.catalog, &named, &self.kernel)?;
        query.check()?;
        held.try_grow(Bytes(size_of_val(&*values) as u64))?;
        self.check_names(strategy, &named, panel)?;
        let market = PanelMarket::of(panel)?;
        let mut ledger = weights::run(&market, &values, rules, &convention, Curve::Keep)?;
        query.check()?;
        held.try_grow(ledger.allocated())?;
        let benchmark = reserved_closes(&mut held, benchmark.as_ref(), bars.timestamps())?;
        held.try_grow(figures_bytes(&ledger))?;
        let run = Run {
            bars: &bars,
            ledger: &ledger,
            convention: &convention,
            periods,
            risk_free: self.risk_free(),
            benchmark: benchmark.as_deref(),
            cash: trading.cash,
            warm_up,
        };
        let Figures { summary, mut lines, mut notes } = run.figures();
        held.shrink(figures_bytes(&ledger));
        // A peer counts years in its own way.
        if matches!(convention, Convention::NextOpen(_)) {
            notes.extend(uneven(periods, panel.timestamps()));
        }
        notes.extend(needs_bars.map(|needs| is_undefined("weights", needs, panel.len())));
        notes.extend(unfunded(&values, panel.assets().len(), trading.leverage));
        // The peer's figure of exposure is of one asset.
        lines.retain(|line| line.name != "Max Gross Exposure [%]");
        let assets = panel.assets().to_vec();
        sort_by_entry(&mut ledger.trades, &assets, &mut held)?;
        held.try_resize(Bytes(column + result_bytes(&ledger, benchmark.as_deref()).0))?;
        query.end(Some(()))?;
        let backtest = Backtest {
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
        };
        Ok((bars, backtest))
    }

    /// Refuses parameters that no formula names.
    fn check_names(
        &self,
        strategy: &Strategy,
        named: &[(&str, f64)],
        panel: &Panel,
    ) -> Result<(), SessionError> {
        let fields: Vec<String> = panel.fields().map(|(name, _)| column_name(name)).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let texts: Vec<_> = strategy.texts().map(|(role, text)| (role.name(), text)).collect();
        self.check_parameters(named.iter().map(|(name, _)| *name), &texts, &fields)
    }
}

/// Sorts trades, which are in the order in which they ended, as figures count them.
fn sort_by_entry(
    trades: &mut [Trade],
    assets: &[String],
    held: &mut Reservation,
) -> Result<(), Refused> {
    // Half of them are moved aside.
    held.try_grow(Bytes(size_of_val(trades) as u64 / 2))?;
    trades.sort_by(|a, b| {
        let key = |trade: &Trade| (trade.entry_bar, &assets[trade.asset]);
        key(a).cmp(&key(b))
    });
    Ok(())
}

/// Returns whether data are not used as they stand in the files.
fn is_cut(source: &DataSource) -> bool {
    source.resample.is_some() || source.from.is_some() || source.to.is_some()
}

/// How far the bars that a panel has in a year may be from those that its usual spacing gives, as a
/// factor: holidays and short days are within it.
const UNEVEN: f64 = 1.25;

/// Years that a panel must cover for its bars to be counted.
const UNEVEN_YEARS_LEAST: f64 = 0.25;

/// Says that bars a year are not what the usual spacing of bars gives: between the histories of
/// assets lies a time without any, or they have bars of different length.
fn uneven(periods: PeriodsPerYear, times: &[UnixNanos]) -> Option<String> {
    if periods.basis == Basis::Stated {
        return None;
    }
    let observed = PeriodsPerYear::observed(times);
    let Basis::Observed { years, .. } = observed.basis else { return None };
    let factor = (observed.value / periods.value).max(periods.value / observed.value);
    (years >= UNEVEN_YEARS_LEAST && factor > UNEVEN).then(|| {
        format!(
            "figures a year take {:.0} bars for a year, by their usual spacing, but the assets \
             together have {:.0} a year: their histories leave a gap, or differ in the length of \
             bars; `--periods` sets the number",
            periods.value, observed.value
        )
    })
}

/// Says on how many bars weights ask for more than the account can hold.
fn unfunded(weights: &[f64], assets: usize, leverage: f64) -> Option<String> {
    let gross = |bar: &[f64]| bar.iter().filter(|weight| !weight.is_nan()).map(|w| w.abs()).sum();
    let limit = leverage.max(1.0) * (1.0 + 1e-9);
    let excess: Vec<f64> =
        weights.chunks_exact(assets).map(gross).filter(|gross: &f64| *gross > limit).collect();
    let most = excess.iter().copied().reduce(f64::max)?;
    Some(format!(
        "weights add up to more than the account can hold on {}, at most to {:.4} of equity: \
         orders are cut to what it pays for",
        counted(excess.len() as u64, "bar"),
        most
    ))
}

fn is_empty(bars: &Result<Bars, SessionError>) -> bool {
    bars.as_ref().is_ok_and(Bars::is_empty)
}

/// Returns the value of equal amounts of all assets, each from its first close on; an asset without
/// a bar is worth its last known close.
fn equal_amounts(panel: &Panel) -> Result<Bars, SessionError> {
    let close = panel.field("close").map_err(bolt_market::data::DataError::from)?;
    let (assets, stride) = (panel.assets().len(), panel.stride());
    let mut first = vec![f64::NAN; assets];
    let mut last = vec![1.0; assets];
    let value = |row: &[f64]| {
        for (asset, close) in row[..assets].iter().enumerate().filter(|(_, close)| !close.is_nan())
        {
            if first[asset].is_nan() {
                first[asset] = *close;
            }
            last[asset] = close / first[asset];
        }
        100.0 * last.iter().sum::<f64>() / assets as f64
    };
    let values: Column = close.chunks_exact(stride).map(value).collect();
    let name = counted(assets as u64, "asset");
    let mut bars = Bars::new(name, panel.timestamps().clone(), [("close".to_owned(), values)])?;
    bars.basis = panel.basis.clone();
    Ok(bars)
}
