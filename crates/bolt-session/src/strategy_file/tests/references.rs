//! The strategies of the peers' runs as strategy files, and their results.

use super::parse;
use crate::backtest::{Backtest, BacktestRequest, MarketEvents};
use crate::{DataSource, Session, StrategyDefinition};
use bolt_config::{Config, Sources};
use bolt_market::ledger::Trade;
use serde_json::Value;

#[track_caller]
fn same(what: &str, found: f64, expected: f64, tolerance: f64) {
    let scale = found.abs().max(expected.abs()).max(1e-300);
    assert!((found - expected).abs() <= tolerance * scale, "{what}: {found} is not {expected}");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Runs a file, some of its numbers set, over the data of a reference.
fn run(
    definition: &StrategyDefinition,
    reference: &Value,
    set: &[(&str, f64)],
) -> Option<Backtest> {
    let path = bolt_testkit::path(reference["data"].as_str().unwrap())?;
    let config = Config::resolve(&Sources::default()).unwrap();
    let set: Vec<(String, f64)> = set.iter().map(|(name, x)| ((*name).to_owned(), *x)).collect();
    let request = BacktestRequest {
        plan: definition.plan.clone(),
        parameters: definition.with(&set).unwrap(),
        trading: definition.trading.resolve(&config).unwrap(),
        benchmark: None,
        events: MarketEvents::default(),
    };
    let session = Session::new(config).unwrap();
    let bars = session.load_bars(&DataSource { paths: vec![path], ..DataSource::default() });
    Some(session.backtest(&bars.unwrap().bars, &request).unwrap())
}

/// Compares with a run of backtesting.py.
fn check(name: &str, file: &str, set: &[(&str, f64)]) {
    let Some(reference) = bolt_testkit::json(&format!("reference/{name}.json")) else { return };
    let Some(backtest) = run(&parse(file).unwrap(), &reference, set) else { return };
    let ledger = &backtest.ledger;
    let expected = reference["trades"].as_array().unwrap();
    let closed: Vec<&Trade> = ledger.trades.iter().filter(|t| t.exit.is_some()).collect();
    assert_eq!(closed.len(), expected.len(), "{name}");
    for (index, (trade, expected)) in closed.iter().zip(expected).enumerate() {
        let what = format!("{name}, trade {index}");
        let exit = trade.exit.unwrap();
        same(&what, trade.side.sign() * trade.size, number(&expected["Size"]), 0.0);
        same(&what, trade.entry_bar as f64, number(&expected["EntryBar"]), 0.0);
        same(&what, exit.bar as f64, number(&expected["ExitBar"]), 0.0);
        same(&what, trade.entry_price, number(&expected["EntryPrice"]), 1e-12);
        same(&what, exit.price, number(&expected["ExitPrice"]), 1e-12);
    }
    let every = reference["equity_every_k"].as_u64().unwrap() as usize;
    for (index, expected) in reference["equity"].as_array().unwrap().iter().enumerate() {
        let what = format!("{name}, equity at bar {}", index * every);
        same(&what, ledger.equity[index * every], number(expected), 1e-9);
    }
    let summary = &reference["summary"];
    same(name, backtest.summary.equity_final, number(&summary["equity_final"]), 1e-9);
    same(name, backtest.summary.sharpe, number(&summary["sharpe"]), 1e-9);
    same(name, backtest.summary.n_trades as f64, number(&summary["n_trades"]), 0.0);
}

/// Compares with a run of backtrader, which has orders in place of trades: long only here, so that
/// each two of them are a trade.
fn check_backtrader(name: &str, file: &str) {
    let Some(reference) = bolt_testkit::json(&format!("reference/{name}.json")) else { return };
    let Some(backtest) = run(&parse(file).unwrap(), &reference, &[]) else { return };
    let ledger = &backtest.ledger;
    let expected = reference["orders"].as_array().unwrap();
    assert_eq!(ledger.fills.len(), expected.len(), "{name}");
    for (index, (fill, expected)) in ledger.fills.iter().zip(expected).enumerate() {
        let what = format!("{name}, order {index}");
        same(&what, fill.bar as f64, number(&expected["bar"]), 0.0);
        same(&what, fill.units, number(&expected["size"]), 0.0);
        same(&what, fill.price, number(&expected["price"]), 1e-12);
        same(&what, fill.fees, number(&expected["commission"]), 1e-12);
    }
    let closed = ledger.trades.iter().filter(|trade| trade.exit.is_some());
    let (closed, net) = closed.fold((0, 0.0), |(n, sum), trade| (n + 1, sum + trade.pnl));
    let summary = &reference["summary"];
    assert_eq!(closed, summary["n_closed"].as_u64().unwrap());
    same(name, net, number(&summary["pnl_net"]), 1e-9);
    let stats = &reference["stats"];
    same(name, backtest.summary.equity_final, number(&stats["final_value"]), 1e-12);
    same(name, -backtest.summary.max_dd_pct, number(&stats["max_dd_pct"]), 1e-9);
}

#[test]
fn channel_breakout() {
    let file = |cash: &str, commission: &str| {
        format!(
            "[strategy]
            name = 'breakout'
            [parameters]
            entry = 20
            exit = 10
            [trading]
            convention = 'backtesting.py'
            cash = {cash}
            fees = {commission}
            finalize = true
            size = 0.5
            [[orders]]
            when = 'True'
            if = 'flat'
            side = 'buy'
            stop = 'TsMax[high, entry]'
            [[orders]]
            when = 'True'
            if = 'flat'
            side = 'sell'
            stop = 'TsMin[low, entry]'
            [[stops]]
            side = 'long'
            stop_loss = 'TsMin[low, exit]'
            [[stops]]
            side = 'short'
            stop_loss = 'TsMax[high, exit]'"
        )
    };
    check("bt_donchian_goog", &file("100_000", "0.002"), &[]);
    let set = [("entry", 240.0), ("exit", 120.0)];
    check("bt_donchian_btc1m", &file("10_000_000", "0.0005"), &set);
}

#[test]
fn a_limit_below_the_market() {
    let file = "
        [parameters]
        dip = 0.001
        tp = 0.002
        sl = 0.003
        [trading]
        convention = 'backtesting.py'
        cash = 100_000
        fees = '0.01%'
        finalize = true
        [[orders]]
        when = 'close > SMA[close, 50]'
        if = 'flat'
        side = 'buy'
        size = 0.9
        limit = 'close * (1 - dip)'
        stop_loss = { fraction = 'sl' }
        take_profit = { fraction = 'tp', of = 'entry' }
        [[exits]]
        after_bars = 24";
    check("bt_limitdip_eurusd", file, &[]);
}

#[test]
fn reversion_with_levels() {
    let file = |fees: &str| {
        format!(
            "[parameters]
            lo = 30
            sl = 0.003
            tp = 0.006
            [trading]
            convention = 'backtesting.py'
            cash = 100_000
            fees = {fees}
            finalize = true
            [[orders]]
            when = 'Delay[RSI[close, 14]] >= lo && RSI[close, 14] < lo'
            if = 'flat'
            side = 'buy'
            size = '0.95'
            stop_loss = 'close * (1 - sl)'
            take_profit = {{ fraction = 'tp', of = 'close' }}
            [[exits]]
            when = 'RSI[close, 14] > 70'"
        )
    };
    check("bt_rsi_sltp_eurusd", &file("0.0001"), &[]);
    check("bt_rsi_sltp_goog", &file("0.001"), &[("lo", 35.0), ("sl", 0.05), ("tp", 0.1)]);
}

#[test]
fn crossings_with_a_fixed_stake() {
    let file = "
        [trading]
        convention = 'backtrader'
        fees = 0.002
        units = 10
        [[orders]]
        when = 'CrossAbove[SMA[close, 10], SMA[close, 20]]'
        if = 'flat'
        side = 'buy'
        [[exits]]
        when = 'CrossBelow[SMA[close, 10], SMA[close, 20]]'
        side = 'long'";
    check_backtrader("btr_smacross_goog", file);
}

#[test]
fn brackets() {
    let file = "
        [trading]
        convention = 'backtrader'
        fees = 0.002
        [[orders]]
        when = 'Delay[RSI[close, 14]] >= 35 && RSI[close, 14] < 35'
        if = 'flat'
        side = 'buy'
        units = 10
        stop_loss = 'close * (1 - 0.05)'
        take_profit = 'close * (1 + 0.1)'";
    check_backtrader("btr_rsi_bracket_goog", file);
}
