//! The convention of backtesting.py against runs of backtesting.py.

use bolt_market::broker::backtesting_py::{Commission, Settings, run};
use bolt_market::ledger::{Ledger, RejectReason, Rejection, Trade};
use bolt_market::strategy::Strategy;
use serde_json::Value;

use crate::script::Script;
use crate::strategies::{Donchian, LimitDip, RsiReversion, SmaCross, rsi, sma};
use crate::support::{Bars, check_runs, near, numbers, same};

fn settings(args: &Value) -> Settings {
    let flag = |name: &str| args[name].as_bool().unwrap_or(false);
    let commission = &args["commission"];
    let (fixed, rate) = match commission.as_array() {
        Some(pair) => (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap()),
        None => (0.0, commission.as_f64().unwrap_or(0.0)),
    };
    Settings {
        cash: args["cash"].as_f64().unwrap_or(10_000.0),
        commission: Commission { fixed, rate },
        spread: args["spread"].as_f64().unwrap_or(0.0),
        margin: args["margin"].as_f64().unwrap_or(1.0),
        trade_on_close: flag("trade_on_close"),
        hedging: flag("hedging"),
        exclusive_orders: flag("exclusive_orders"),
        finalize_trades: flag("finalize_trades"),
        first_bar: 1,
    }
}

/// Runs the strategy of a reference on its data and compares.
fn check_reference(name: &str, first_bar: usize, strategy: impl Fn(&Bars) -> Box<dyn Strategy>) {
    let Some(reference) = bolt_testkit::json(&format!("reference/bt_{name}.json")) else { return };
    let data = reference["data"].as_str().unwrap();
    let Some(bars) = Bars::shared(data) else { return };
    let settings = Settings { first_bar, ..settings(&reference["backtest_args"]) };
    let ledger = run(bars.view(), &settings, strategy(&bars).as_mut()).unwrap();
    if let Err(error) = compare(&ledger, &reference) {
        panic!("{name}: {error}");
    }
    let last = reference["summary"]["equity_final"].as_f64().unwrap();
    same("final equity", *ledger.equity.last().unwrap(), last, 1e-9).unwrap();
}

#[test]
fn moving_average_crossing() {
    for name in ["smacross_goog_c002", "smacross_goog_c002_nofinalize", "smacross_goog_spread_toc"]
    {
        check_reference(name, 20, |bars| Box::new(SmaCross::new(bars, 10, 20)));
    }
}

#[test]
fn channel_breakout_with_stop_orders_and_moved_stops() {
    check_reference("donchian_goog", 20, |bars| Box::new(Donchian::new(bars, 20, 10)));
    check_reference("donchian_btc1m", 240, |bars| Box::new(Donchian::new(bars, 240, 120)));
}

#[test]
fn reversion_with_stop_loss_and_take_profit() {
    let strategy = |low, stop_loss, take_profit| {
        move |bars: &Bars| -> Box<dyn Strategy> {
            let (close, rsi) = (bars.close.clone(), rsi(&bars.close, 14));
            Box::new(RsiReversion { close, rsi, low, high: 70.0, stop_loss, take_profit })
        }
    };
    check_reference("rsi_sltp_goog", 15, strategy(35.0, 0.05, 0.10));
    check_reference("rsi_sltp_eurusd", 15, strategy(30.0, 0.003, 0.006));
}

#[test]
fn limit_orders_with_a_maximum_holding_time() {
    check_reference("limitdip_eurusd", 50, |bars| {
        Box::new(LimitDip {
            close: bars.close.clone(),
            average: sma(&bars.close, 50),
            dip: 0.001,
            stop_loss: 0.003,
            take_profit: 0.002,
            hold_bars: 24,
        })
    });
}

fn compare_trade(trade: &Trade, expected: &Value) -> Result<(), String> {
    let number = |name: &str| expected[name].as_f64().unwrap();
    let exit = trade.exit.ok_or("the trade is open")?;
    same("Size", trade.side.sign() * trade.size, number("Size"), 0.0)?;
    same("EntryBar", trade.entry_bar as f64, number("EntryBar"), 0.0)?;
    same("ExitBar", exit.bar as f64, number("ExitBar"), 0.0)?;
    same("EntryPrice", trade.entry_price, number("EntryPrice"), 1e-12)?;
    same("ExitPrice", exit.price, number("ExitPrice"), 1e-12)?;
    same("Commission", trade.fees, number("Commission"), 1e-9)?;
    let scale = (trade.size * trade.entry_price).max(1.0);
    near("PnL", trade.pnl, number("PnL"), 1e-12, scale)?;
    near("ReturnPct", trade.return_fraction(), number("ReturnPct"), 1e-12, 1.0)
}

fn compare(ledger: &Ledger, expected: &Value) -> Result<(), String> {
    let closed: Vec<&Trade> = ledger.trades.iter().filter(|t| t.exit.is_some()).collect();
    let trades = expected["trades"].as_array().unwrap();
    for (i, (trade, expected)) in closed.iter().zip(trades).enumerate() {
        compare_trade(trade, expected).map_err(|e| format!("trade {i} {trade:?}: {e}"))?;
    }
    if closed.len() != trades.len() {
        return Err(format!("{} trades are not {}", closed.len(), trades.len()));
    }
    let every = expected["equity_every_k"].as_u64().unwrap_or(1) as usize;
    let equity = numbers(&expected["equity"]);
    for (i, expected) in equity.iter().enumerate() {
        same(&format!("equity at bar {}", i * every), ledger.equity[i * every], *expected, 1e-9)?;
    }
    Ok(())
}

fn compare_script(record: &Value) -> Result<(), String> {
    let bars = Bars::json(&record["data"]);
    let mut script = Script::new(&record["script"]);
    let ledger = run(bars.view(), &settings(&record["args"]), &mut script)
        .map_err(|error| error.to_string())?;
    let probes = record["out"]["probe"].as_array().unwrap();
    for (seen, probe) in script.seen.iter().zip(probes) {
        for (i, what) in ["bar", "equity", "position", "orders", "trades"].iter().enumerate() {
            let expected = probe[i].as_f64().unwrap();
            same(&format!("{what} seen at bar {}", seen[0]), seen[i], expected, 1e-9)?;
        }
    }
    compare(&ledger, record)?;
    let open = record["open"].as_array().unwrap().len();
    let found = ledger.trades.iter().filter(|trade| trade.exit.is_none()).count();
    same("open trades", found as f64, open as f64, 0.0)?;
    let refused = |rejection: &&Rejection| rejection.reason == RejectReason::LevelsOutOfOrder;
    let refused = ledger.rejected.iter().filter(refused).count();
    let errors = record["out"]["errors"].as_array().unwrap().len();
    same("orders refused", refused as f64, errors as f64, 0.0)
}

#[test]
fn recorded_runs_are_reproduced() {
    check_runs("backtesting.py", compare_script);
}
