//! The convention of vectorbt against runs of vectorbt.

use bolt_market::broker::vectorbt::{
    Accumulate, Amount, Calls, Column, Direction, Events, Orders, Request, Settings, run_orders,
    run_signals,
};
use bolt_market::ledger::Ledger;
use serde_json::Value;

use crate::strategies::{rsi, sma};
use crate::support::{Bars, check_runs, csv_column, near, numbers, same};

fn settings(args: &Value) -> Settings {
    let number = |name: &str| args[name].as_f64().unwrap_or(0.0);
    Settings {
        cash: number("init_cash"),
        fees: number("fees"),
        fixed_fees: number("fixed_fees"),
        slippage: number("slippage"),
        size_granularity: args["size_granularity"].as_f64(),
    }
}

fn compare_fills(ledger: &Ledger, expected: &Value) -> Result<(), String> {
    let expected = expected.as_array().unwrap();
    for (i, (fill, order)) in ledger.fills.iter().zip(expected).enumerate() {
        let number = |index: usize| order[index].as_f64().unwrap();
        let compare = || {
            same("bar", fill.bar as f64, number(0), 0.0)?;
            same("asset", fill.asset as f64, number(1), 0.0)?;
            same("side", -fill.units.signum(), 2.0 * number(5) - 1.0, 0.0)?;
            same("size", fill.units.abs(), number(2), 1e-9)?;
            same("price", fill.price, number(3), 1e-12)?;
            near("fees", fill.fees, number(4), 1e-9, fill.units.abs() * fill.price)
        };
        compare().map_err(|error| format!("order {i} {fill:?}: {error}"))?;
    }
    same("orders", ledger.fills.len() as f64, expected.len() as f64, 0.0)
}

fn compare_trades(ledger: &Ledger, expected: &Value) -> Result<(), String> {
    let expected = expected.as_array().unwrap();
    for (i, (trade, record)) in ledger.trades.iter().zip(expected).enumerate() {
        let number = |index: usize| record[index].as_f64().unwrap_or(f64::NAN);
        let scale = trade.size * trade.entry_price;
        let compare = || {
            same("asset", trade.asset as f64, number(0), 0.0)?;
            same("size", trade.size, number(1), 1e-9)?;
            same("entry bar", trade.entry_bar as f64, number(2), 0.0)?;
            same("entry price", trade.entry_price, number(3), 1e-9)?;
            same("open", f64::from(u8::from(trade.exit.is_none())), 1.0 - number(11), 0.0)?;
            if let Some(exit) = trade.exit {
                same("exit bar", exit.bar as f64, number(5), 0.0)?;
                same("exit price", exit.price, number(6), 1e-12)?;
            }
            near("fees", trade.fees, number(4) + number(7), 1e-9, scale)?;
            if !number(8).is_nan() {
                near("pnl", trade.pnl, number(8), 1e-9, scale)?;
            }
            same("side", trade.side.sign(), 1.0 - 2.0 * number(10), 0.0)
        };
        compare().map_err(|error| format!("trade {i} {trade:?}: {error}"))?;
    }
    same("trades", ledger.trades.len() as f64, expected.len() as f64, 0.0)
}

fn compare_equity(ledger: &Ledger, expected: &Value, every: usize) -> Result<(), String> {
    for (i, expected) in numbers(expected).iter().enumerate() {
        same(&format!("equity at bar {}", i * every), ledger.equity[i * every], *expected, 1e-9)?;
    }
    Ok(())
}

fn flags(value: &Value) -> Option<Vec<bool>> {
    Some(value.as_array()?.iter().map(|flag| flag.as_f64() == Some(1.0)).collect())
}

struct Owned(Option<Vec<f64>>, f64);

impl Owned {
    fn read(value: &Value, default: f64) -> Self {
        Self(value.as_array().map(|_| numbers(value)), value.as_f64().unwrap_or(default))
    }

    fn column(&self) -> Column<'_> {
        self.0.as_deref().map_or(Column::Constant(self.1), Column::Bars)
    }
}

fn compare_signals(record: &Value) -> Result<(), String> {
    let (args, signals) = (&record["args"], &record["signals"]);
    let bars = Bars::json(&record["data"]);
    let [entries, exits, short_entries, short_exits] =
        ["entries", "exits", "short_entries", "short_exits"].map(|name| flags(&signals[name]));
    let (entries, exits) = (entries.unwrap(), exits.unwrap());
    let events = match args["direction"].as_str() {
        Some("longonly") => Events::directed(&entries, &exits, Direction::Long),
        Some("shortonly") => Events::directed(&entries, &exits, Direction::Short),
        Some(_) => Events::directed(&entries, &exits, Direction::Both),
        None => Events {
            long_entries: Some(&entries),
            long_exits: Some(&exits),
            short_entries: short_entries.as_deref(),
            short_exits: short_exits.as_deref(),
        },
    };
    let price = args["price"].as_array().map(|_| numbers(&args["price"]));
    let size = Owned::read(&args["size"], f64::INFINITY);
    let stop_loss = Owned::read(&args["sl_stop"], f64::NAN);
    let take_profit = Owned::read(&args["tp_stop"], f64::NAN);
    let request = Request {
        price: price.as_deref(),
        size: size.column(),
        amount: match args["size_type"].as_str() {
            Some("value") => Amount::Value,
            Some("percent") => Amount::Percent,
            _ => Amount::Units,
        },
        accumulate: match &args["accumulate"] {
            Value::Bool(true) => Accumulate::Both,
            Value::String(mode) if mode == "addonly" => Accumulate::Add,
            Value::String(_) => Accumulate::Remove,
            _ => Accumulate::Neither,
        },
        stop_loss: stop_loss.column(),
        trailing: args["sl_trail"].as_bool().unwrap_or(false),
        take_profit: take_profit.column(),
        ..Request::new(bars.view(), events)
    };
    let ledger = run_signals(&request, &settings(args)).map_err(|error| error.to_string())?;
    compare_fills(&ledger, &record["out"]["orders"])?;
    compare_trades(&ledger, &record["out"]["trades"])?;
    compare_equity(&ledger, &record["out"]["equity"], 1)
}

fn panel(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().flat_map(numbers).collect()
}

fn compare_orders(record: &Value) -> Result<(), String> {
    let args = &record["args"];
    let (close, size) = (panel(&record["close"]), panel(&record["size"]));
    let price = args["price"].as_array().map(|_| panel(&args["price"]));
    let orders = Orders {
        assets: record["close"][0].as_array().unwrap().len(),
        close: &close,
        price: price.as_deref(),
        size: &size,
        amount: match args["size_type"].as_str().unwrap().trim_start_matches("target") {
            "amount" => Amount::Units,
            "value" => Amount::Value,
            _ => Amount::Percent,
        },
        target: args["size_type"].as_str().unwrap().starts_with("target"),
        direction: match args["direction"].as_str() {
            Some("longonly") => Direction::Long,
            Some("shortonly") => Direction::Short,
            _ => Direction::Both,
        },
        calls: if args["call_seq"] == "auto" { Calls::SalesFirst } else { Calls::InOrder },
    };
    let ledger = run_orders(&orders, &settings(args)).map_err(|error| error.to_string())?;
    compare_fills(&ledger, &record["out"]["orders"])?;
    compare_trades(&ledger, &record["out"]["trades"])?;
    compare_equity(&ledger, &record["out"]["equity"], 1)
}

/// Compares with the named columns of a reference.
pub(crate) fn compare_reference(ledger: &Ledger, reference: &Value) -> Result<(), String> {
    let orders = reference["orders"].as_array().unwrap();
    for (i, (fill, order)) in ledger.fills.iter().zip(orders).enumerate() {
        let number = |name: &str| order[name].as_f64().unwrap();
        let compare = || {
            same("bar", fill.bar as f64, number("bar"), 0.0)?;
            same("size", fill.units.abs(), number("size"), 1e-9)?;
            same("price", fill.price, number("price"), 1e-12)?;
            same(
                "side",
                fill.units.signum(),
                if order["side"] == "buy" { 1.0 } else { -1.0 },
                0.0,
            )?;
            near("fees", fill.fees, number("fees"), 1e-9, fill.units.abs() * fill.price)
        };
        compare().map_err(|error| format!("order {i} {fill:?}: {error}"))?;
    }
    same("orders", ledger.fills.len() as f64, orders.len() as f64, 0.0)?;
    compare_equity(
        ledger,
        &reference["equity"],
        reference["equity_every_k"].as_u64().unwrap() as usize,
    )?;
    let trades = reference["trades"].as_array();
    for (i, (trade, record)) in ledger.trades.iter().zip(trades.into_iter().flatten()).enumerate() {
        let number = |name: &str| record[name].as_f64().unwrap();
        let compare = || {
            same("size", trade.size, number("size"), 1e-9)?;
            same("entry bar", trade.entry_bar as f64, number("entry_bar"), 0.0)?;
            same("entry price", trade.entry_price, number("entry_price"), 1e-12)?;
            near("pnl", trade.pnl, number("pnl"), 1e-9, trade.size * trade.entry_price)?;
            let side = if record["direction"] == "long" { 1.0 } else { -1.0 };
            same("side", trade.side.sign(), side, 0.0)
        };
        compare().map_err(|error| format!("trade {i} {trade:?}: {error}"))?;
    }
    let count = trades.map_or(ledger.trades.len(), Vec::len);
    same("trades", ledger.trades.len() as f64, count as f64, 0.0)
}

fn crossings(values: &[f64], levels: &[f64]) -> Vec<bool> {
    let crossed = |i: usize| values[i - 1] <= levels[i - 1] && values[i] > levels[i];
    (0..values.len()).map(|i| i > 0 && crossed(i)).collect()
}

/// Returns the events one bar later, when their fill at the open is due.
fn delayed(mut events: Vec<bool>) -> Vec<bool> {
    events.rotate_right(1);
    events[0] = false;
    events
}

fn check_averages(name: &str, direction: Direction, next_open: bool) {
    let Some(reference) = bolt_testkit::json(&format!("reference/vbt_{name}.json")) else { return };
    let Some(bars) = Bars::shared(reference["data"].as_str().unwrap()) else { return };
    let (fast, slow) = (sma(&bars.close, 10), sma(&bars.close, 20));
    let (mut entries, mut exits) = (crossings(&fast, &slow), crossings(&slow, &fast));
    if next_open {
        (entries, exits) = (delayed(entries), delayed(exits));
    }
    let events = Events::directed(&entries, &exits, direction);
    let price = next_open.then_some(bars.open.as_slice());
    let request = Request { price, ..Request::new(bars.view(), events) };
    let ledger = run_signals(&request, &settings(&reference["from_signals_args"])).unwrap();
    compare_reference(&ledger, &reference).unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[test]
fn moving_average_crossing() {
    check_averages("smacross_goog_close", Direction::Long, false);
    check_averages("smacross_goog_nextopen", Direction::Long, true);
    check_averages("smacross_goog_longshort_nextopen", Direction::Both, true);
}

#[test]
fn stops() {
    let Some(reference) = bolt_testkit::json("reference/vbt_rsi_stops_eurusd.json") else { return };
    let Some(bars) = Bars::shared(reference["data"].as_str().unwrap()) else { return };
    let rsi = rsi(&bars.close, 14);
    let level = |level: f64| vec![level; rsi.len()];
    let (entries, exits) = (crossings(&level(30.0), &rsi), crossings(&rsi, &level(70.0)));
    let request = Request {
        stop_loss: Column::Constant(0.003),
        take_profit: Column::Constant(0.006),
        ..Request::new(bars.view(), Events::directed(&entries, &exits, Direction::Long))
    };
    let ledger = run_signals(&request, &settings(&reference["from_signals_args"])).unwrap();
    compare_reference(&ledger, &reference).unwrap();
}

#[test]
fn monthly_rebalancing_of_a_group() {
    let Some(reference) = bolt_testkit::json("reference/vbt_multi_equalweight.json") else {
        return;
    };
    let Some(text) = bolt_testkit::text(reference["data"].as_str().unwrap()) else { return };
    let names: Vec<&str> =
        reference["cols"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let columns: Vec<Vec<f64>> = names.iter().map(|name| csv_column(&text, name)).collect();
    let dates: Vec<&str> = text.lines().skip(1).map(|line| &line[..10]).collect();
    let first = dates.iter().position(|date| *date >= "2010-01-04").unwrap();
    let (mut close, mut size) = (Vec::new(), Vec::new());
    for bar in first..dates.len() {
        let new_month = bar == first || dates[bar][..7] != dates[bar - 1][..7];
        close.extend(columns.iter().map(|column| column[bar]));
        let weight = if new_month { 1.0 / names.len() as f64 } else { f64::NAN };
        size.extend(names.iter().map(|_| weight));
    }
    let orders = Orders {
        assets: names.len(),
        close: &close,
        price: None,
        size: &size,
        amount: Amount::Percent,
        target: true,
        direction: Direction::Both,
        calls: Calls::SalesFirst,
    };
    let settings = Settings { cash: 100_000.0, fees: 0.001, ..Settings::default() };
    let ledger = run_orders(&orders, &settings).unwrap();
    compare_reference(&ledger, &reference).unwrap();
}

#[test]
fn recorded_runs_are_reproduced() {
    check_runs("vectorbt", |record| match record["kind"].as_str() {
        Some("signals") => compare_signals(record),
        _ => compare_orders(record),
    });
}
