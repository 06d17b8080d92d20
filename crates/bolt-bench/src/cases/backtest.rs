//! Single backtests: one formula over 10,000 bars, and a stop-loss with a take-profit over 100,000.

use crate::bench::{Bench, Case, Goal, Peer};
use crate::inputs::{Inputs, minutes};
use crate::values::Values;
use anyhow::Result;
use bolt_kernel::Options;
use bolt_market::broker::Costs;
use bolt_market::broker::next_open::{Market, Settings};
use bolt_market::data::Bars;
use bolt_market::formulas::{Columns, Role, SignalColumns, Strategy};
use bolt_market::ledger::Ledger;
use bolt_market::signals::{self, Convention, Curve, SignalRules};
use serde_json::json;

const FEE_RATE: f64 = 0.0005;
const STOP_LOSS: f64 = 0.005;
const TAKE_PROFIT: f64 = 0.01;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    level(bench)?;
    stops(bench)
}

/// Long while the fast average is above the slow one.
fn level(bench: &mut Bench) -> Result<()> {
    const MOST: f64 = 1e-3;
    let bars = minutes(10_000)?;
    let formulas = [(Role::Signal, "SMA[close, 20] > SMA[close, 50]")];
    let strategy = Strategy::parse(formulas)?;
    let evaluated = evaluate(&strategy, &bars)?;
    let rules = SignalRules::default();
    let ours = || trade(&bars, &evaluated, &rules).map(values);
    let mut case = |name: &str, ours: Box<dyn FnMut() -> Result<Values> + '_>| {
        let goals = vec![Goal::Seconds(MOST)];
        bench.run(&mut None, Case { name: name.to_owned(), ours, goals, tolerance: 0.0 })
    };
    case("backtest-10k-signals", Box::new(ours))?;
    let whole = || {
        let evaluated = evaluate(&Strategy::parse(formulas)?, &bars)?;
        trade(&bars, &evaluated, &rules).map(values)
    };
    case("backtest-10k-formula", Box::new(whole))
}

/// Enter where the fast average crosses the slow one; a stop-loss or a take-profit ends the trade.
/// The signals are given to both sides.
fn stops(bench: &mut Bench) -> Result<()> {
    let name = "stops-100k".to_owned();
    if !bench.wants(&name) {
        return Ok(());
    }
    let (inputs, bars) = (Inputs::new()?, minutes(100_000)?);
    let formulas = [(Role::Entry, "CrossAbove[SMA[close, 10], SMA[close, 30]]")];
    let evaluated = evaluate(&Strategy::parse(formulas)?, &bars)?;
    let entries = evaluated.entry.iter().flatten().map(|&entry| f64::from(u8::from(entry)));
    inputs.bars(&bars)?;
    inputs.column("entry", &entries.collect::<Vec<_>>())?;
    inputs.numbers(&json!({
        "fee": FEE_RATE, "stop": STOP_LOSS, "target": TAKE_PROFIT, "cash": Settings::default().cash,
    }))?;
    let mut peers = bench.peers("backtest.py", &inputs)?;
    let rules = SignalRules {
        stop_loss: Some(STOP_LOSS),
        take_profit: Some(TAKE_PROFIT),
        ..SignalRules::default()
    };
    let ours = || trade(&bars, &evaluated, &rules).map(values);
    let goals = vec![Goal::Ratio(1.0, vec![Peer::whole("numba")])];
    bench.run(&mut peers, Case { name, ours: Box::new(ours), goals, tolerance: 1e-6 })
}

fn evaluate(strategy: &Strategy, bars: &Bars) -> Result<SignalColumns> {
    let columns = Columns::new(bars.len(), bars.columns().map(|(name, values)| (name, &**values)));
    let catalog = bolt_indicators::catalog();
    Ok(strategy.evaluate(&columns, &catalog, &[], &Options::default())?)
}

fn trade(bars: &Bars, columns: &SignalColumns, rules: &SignalRules) -> Result<Ledger> {
    let costs = Costs { fee_rate: FEE_RATE, ..Costs::default() };
    let convention = Convention::NextOpen(Settings { costs, ..Settings::default() });
    let market = Market::new(bars.ohlc());
    Ok(signals::run(&market, &columns.signals(), rules, &convention, Curve::Keep)?)
}

/// Returns the equity curve, then where each trade begins and ends (-1 for an open one).
fn values(ledger: Ledger) -> Values {
    let begins = ledger.trades.iter().map(|trade| trade.entry_bar as f64).collect();
    let ends = ledger.trades.iter().map(|trade| trade.exit.map_or(-1.0, |exit| exit.bar as f64));
    let ends = ends.collect();
    Values::F64(vec![ledger.equity, begins, ends])
}
