//! The convention of backtrader against runs of backtrader.

use bolt_market::broker::backtrader::{Settings, run};
use bolt_market::ledger::{Ledger, Trade};
use bolt_market::order::{Distance, Level, OneCancelsOther, OrderId, OrderRequest, Size};
use bolt_market::strategy::{Broker, Strategy};
use serde_json::Value;

use crate::strategies::{RsiBracket, StakeCross, rsi};
use crate::support::{Bars, check_runs, near, same};

/// Performs an action; `live` are the orders that were alive at the beginning of the bar and those
/// handed in since, also if they have been cancelled in between.
fn perform(action: &Value, broker: &mut dyn Broker, live: &mut Vec<OrderId>) {
    let index = action["index"].as_u64().unwrap_or(0) as usize;
    match action["do"].as_str().unwrap() {
        "order" | "bracket" => {
            broker.submit(request(action));
        }
        "close" if broker.position() == 0.0 => {}
        "close" => {
            broker.submit(OrderRequest::new(Size::Units(-broker.position())));
        }
        "target" => {
            broker.submit(OrderRequest::new(Size::Target(action["target"].as_f64().unwrap())));
        }
        "cancel" => {
            if let Some(id) = live.get(index) {
                broker.cancel(*id);
            }
        }
        "cancel_all" => {
            for id in live.iter() {
                broker.cancel(*id);
            }
        }
        other => panic!("unknown action `{other}`"),
    }
    for order in broker.orders() {
        if !live.contains(&order.id) {
            live.push(order.id);
        }
    }
}

fn request(action: &Value) -> OrderRequest {
    let size = Size::Units(action["size"].as_f64().unwrap());
    let price = action["price"].as_f64();
    let (limit, stop) = match action["type"].as_str().unwrap() {
        "market" => (None, None),
        "limit" => (price, None),
        "stop" => (None, price),
        "stoplimit" => (action["plimit"].as_f64(), price),
        other => panic!("unknown order type `{other}`"),
    };
    let level = |name: &str| action[name].as_f64().map(Level::Price);
    OrderRequest {
        limit,
        stop,
        stop_loss: level("sl"),
        take_profit: level("tp"),
        trailing_stop: match (action["trail"].as_f64(), action["trailamount"].as_f64()) {
            (Some(fraction), _) => Some(Distance::Fraction(fraction)),
            (None, amount) => amount.map(Distance::Absolute),
        },
        one_cancels_other: action["oco"].as_u64().map(|group| OneCancelsOther(group as u32)),
        ..if action["side"] == "buy" { OrderRequest::buy(size) } else { OrderRequest::sell(size) }
    }
}

/// Runs the strategy of a reference on its data and compares.
fn check_reference(name: &str, first_bar: usize, strategy: impl Fn(&Bars) -> Box<dyn Strategy>) {
    let Some(reference) = bolt_testkit::json(&format!("reference/btr_{name}.json")) else { return };
    let Some(bars) = Bars::shared(reference["data"].as_str().unwrap()) else { return };
    let number = |value: &Value| value.as_f64().unwrap();
    let (cash, commission) = (number(&reference["cash"]), number(&reference["commission"]));
    let settings = Settings { cash, commission, first_bar };
    let ledger = run(bars.view(), &settings, strategy(&bars).as_mut()).unwrap();
    let orders = reference["orders"].as_array().unwrap();
    assert_eq!(ledger.fills.len(), orders.len());
    for (fill, order) in ledger.fills.iter().zip(orders) {
        same("bar", fill.bar as f64, number(&order["bar"]), 0.0).unwrap();
        same("size", fill.units, number(&order["size"]), 0.0).unwrap();
        same("price", fill.price, number(&order["price"]), 1e-12).unwrap();
        same("commission", fill.fees, number(&order["commission"]), 1e-12).unwrap();
    }
    let stats = &reference["stats"];
    let last = *ledger.equity.last().unwrap();
    same("final value", last, number(&stats["final_value"]), 1e-12).unwrap();
    let drawdown = 100.0 * largest_drawdown(&ledger.equity);
    same("drawdown", drawdown, number(&stats["max_dd_pct"]), 1e-9).unwrap();
}

fn largest_drawdown(equity: &[f64]) -> f64 {
    let mut peak = f64::NEG_INFINITY;
    equity.iter().fold(0.0, |worst: f64, value| {
        peak = peak.max(*value);
        worst.max(1.0 - value / peak)
    })
}

#[test]
fn moving_average_crossing_with_a_fixed_stake() {
    check_reference("smacross_goog", 20, |bars| Box::new(StakeCross::new(bars, 10, 20, 10.0)));
}

#[test]
fn brackets() {
    check_reference("rsi_bracket_goog", 15, |bars| {
        Box::new(RsiBracket {
            close: bars.close.clone(),
            rsi: rsi(&bars.close, 14),
            low: 35.0,
            stop_loss: 0.05,
            take_profit: 0.1,
            stake: 10.0,
        })
    });
}

fn compare_trade(trade: &Trade, expected: &Value) -> Result<(), String> {
    let number = |index: usize| expected[index].as_f64().unwrap();
    let exit = trade.exit.ok_or("the trade is open")?;
    same("entry bar", trade.entry_bar as f64, number(0), 0.0)?;
    same("exit bar", exit.bar as f64, number(1), 0.0)?;
    let scale = (trade.size * trade.entry_price).max(1.0);
    near("pnl", trade.pnl, number(3), 1e-10, scale)?;
    near("commission", trade.fees, number(4), 1e-10, scale)?;
    same("long", (trade.side.sign() + 1.0) / 2.0, f64::from(u8::from(expected[5] == true)), 0.0)
}

fn compare_trades(ledger: &Ledger, expected: &Value) -> Result<(), String> {
    let closed: Vec<&Trade> = ledger.trades.iter().filter(|t| t.exit.is_some()).collect();
    let expected = expected.as_array().unwrap();
    for (i, (trade, expected)) in closed.iter().zip(expected).enumerate() {
        compare_trade(trade, expected).map_err(|e| format!("trade {i} {trade:?}: {e}"))?;
    }
    same("closed trades", closed.len() as f64, expected.len() as f64, 0.0)
}

fn compare_script(record: &Value) -> Result<(), String> {
    let bars = Bars::json(&record["data"]);
    let args = &record["args"];
    let settings = Settings {
        cash: args["cash"].as_f64().unwrap(),
        commission: args["commission"].as_f64().unwrap(),
        first_bar: 0,
    };
    let mut seen = Vec::new();
    let mut strategy = |broker: &mut dyn Broker| {
        seen.push([
            broker.bar() as f64,
            broker.equity(),
            broker.cash(),
            broker.position(),
            broker.trades().first().map_or(0.0, |trade| trade.entry_price),
            broker.orders().len() as f64,
        ]);
        let mut live = broker.orders().iter().map(|order| order.id).collect();
        let actions = record["script"][broker.bar().to_string()].as_array();
        for action in actions.into_iter().flatten() {
            perform(action, broker, &mut live);
        }
    };
    let ledger = run(bars.view(), &settings, &mut strategy).map_err(|error| error.to_string())?;
    let out = &record["out"];
    let names = ["bar", "equity", "cash", "position", "average price", "orders"];
    for (seen, probe) in seen.iter().zip(out["probe"].as_array().unwrap()) {
        for (i, what) in names.iter().enumerate() {
            if i == 4 && seen[3] == 0.0 {
                continue;
            }
            let what = format!("{what} seen at bar {}", seen[0]);
            near(&what, seen[i], probe[i].as_f64().unwrap(), 1e-10, seen[1].abs().max(1.0))?;
        }
    }
    compare_trades(&ledger, &out["trades"])
}

#[test]
fn recorded_runs_are_reproduced() {
    check_runs("backtrader", compare_script);
}
