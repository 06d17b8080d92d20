mod mistakes;
mod references;

use std::path::Path;

use super::*;
use bolt_config::{Config, Sources};
use bolt_market::order::OneCancelsOther;
use bolt_market::rules::{Condition, DistanceRule, LevelRule, SizeRule};
use bolt_market::signals::{Opposite, Rebalance, Repeated};

use crate::trading::{ConventionName, SizeKind};

fn parse(text: &str) -> Result<StrategyDefinition, SessionError> {
    StrategyDefinition::parse(Path::new("test.toml"), text)
}

fn orders(text: &str) -> Rules {
    match parse(text).unwrap().plan {
        Plan::Orders(rules) => rules,
        Plan::Signals(_) => panic!("the file has orders"),
    }
}

#[test]
fn formulas_are_those_of_the_flags() {
    let text = "
        [strategy]
        name = 'crossing'
        [parameters]
        fast = 5
        slow = 20.5
        [formulas]
        entry = 'SMA[close, fast] > 1'
        short_entry = 'SMA[close, slow] < 1'
        entry_size = 'fast / slow'";
    let found = parse(text).unwrap();
    let expected = [
        ("entry", "SMA[close, fast] > 1"),
        ("short-entry", "SMA[close, slow] < 1"),
        ("size", "fast / slow"),
    ];
    assert_eq!(found.plan.texts(), expected);
    assert_eq!(found.parameters, [("fast".to_owned(), 5.0), ("slow".to_owned(), 20.5)]);
    assert_eq!(found.name(), Some("crossing"));
    assert_eq!(found.trading, TradingOptions::default());
}

#[test]
fn every_key_of_an_order_counts() {
    let text = "
        [[orders]]
        when = 'close > 1'
        if = 'in-position'
        side = 'sell'
        equity_size = 0.25
        limit = 'close + 1'
        stop = 'close - 1'
        stop_loss = { fraction = 0.05 }
        take_profit = { distance = '2 * ATR[14]', of = 'close' }
        trailing_stop = { distance = 3 }
        max_bars = 7
        lasts = 0
        group = 'b'
        [[orders]]
        when = 'True'
        side = 'buy'
        stop_loss = 'low'
        group = 'a'
        [[orders]]
        when = 'True'
        side = 'buy'
        group = 'b'";
    let rules = orders(text);
    let [first, second, third] = &rules.orders[..] else { panic!("three orders") };
    let of = |formula: &Formula| formula.text().to_owned();
    assert_eq!((of(&first.when), first.condition), ("close > 1".into(), Condition::InPosition));
    assert_eq!(first.side, bolt_market::ledger::Side::Short);
    assert!(matches!(&first.size, Some(SizeRule::EquityFraction(f)) if f.text() == "0.25"));
    assert_eq!(first.limit.as_ref().map(of), Some("close + 1".into()));
    assert_eq!(first.stop.as_ref().map(of), Some("close - 1".into()));
    let entry = &first.stop_loss;
    assert!(
        matches!(entry, Some(LevelRule::FromEntry(DistanceRule::Fraction(f))) if f.text() == "0.05")
    );
    let close = &first.take_profit;
    assert!(matches!(close, Some(LevelRule::FromClose(DistanceRule::Absolute(_)))));
    assert!(matches!(&first.trailing_stop, Some(DistanceRule::Absolute(f)) if f.text() == "3"));
    assert_eq!((first.max_bars, first.lasts_bars), (Some(7), None));
    let groups = [first, second, third].map(|order| order.one_cancels_other);
    assert_eq!(groups, [0, 1, 0].map(|group| Some(OneCancelsOther(group))));
    assert_eq!((second.condition, second.lasts_bars), (Condition::Any, Some(1)));
    assert!(second.size.is_none() && matches!(&second.stop_loss, Some(LevelRule::Price(_))));
}

#[test]
fn every_key_of_exits_and_stops_counts() {
    let text = "
        [[orders]]
        when = 'True'
        side = 'buy'
        [[exits]]
        when = 'close > 2'
        after_bars = 3
        side = 'short'
        portion = '50%'
        [[stops]]
        side = 'long'
        stop_loss = 'low'
        ratchet = true";
    let rules = orders(text);
    let (exit, stop) = (&rules.exits[0], &rules.stops[0]);
    assert_eq!((exit.after_bars, exit.portion), (Some(3), 0.5));
    assert_eq!(exit.side, Some(bolt_market::ledger::Side::Short));
    assert_eq!((stop.side, stop.ratchet), (Some(bolt_market::ledger::Side::Long), true));
}

/// A file that says everything of trading.
const TRADING: &str = "
    convention = 'backtesting.py'
    cash = 5
    fees = '0.1%'
    fee_fixed = 1
    fee_per_unit = 2
    fee_minimum = 3
    spread = 0.01
    slippage = 0.02
    credit_rate = 0.03
    debit_rate = 0.04
    borrow_rate = 0.05
    units = 6
    lot = 7
    stop_loss = 0.08
    take_profit = 0.09
    trailing_stop = 0.1
    max_bars = 11
    accumulate = true
    opposite = 'close'
    rebalance = 0.12
    volatility_target = '13%'
    volatility_window = 14
    leverage = 15
    maintenance_margin = 0.01
    min_value = 17
    max_position = 18
    finalize = true
    trade_on_close = true
    hedging = true
    exclusive_orders = true";

#[test]
fn every_key_of_trading_counts() {
    let text = format!("[formulas]\nsignal = 'True'\n[trading]{TRADING}");
    let found = parse(&text).unwrap().trading;
    let expected = TradingOptions {
        convention: Some(ConventionName::BacktestingPy),
        cash: Some(5.0),
        fees: Some(0.001),
        fee_fixed: Some(1.0),
        fee_per_unit: Some(2.0),
        fee_minimum: Some(3.0),
        spread: Some(0.01),
        slippage: Some(0.02),
        credit_rate: Some(0.03),
        debit_rate: Some(0.04),
        borrow_rate: Some(0.05),
        size: Some((6.0, SizeKind::Units)),
        lot: Some(7.0),
        stop_loss: Some(0.08),
        take_profit: Some(0.09),
        trailing_stop: Some(0.1),
        max_bars: Some(11),
        repeated: Some(Repeated::Add),
        opposite: Some(Opposite::Close),
        rebalance: Some(Rebalance::Outside(0.12)),
        volatility_target: Some(0.13),
        volatility_window: Some(14),
        leverage: Some(15.0),
        maintenance_margin: Some(0.01),
        min_value: Some(17.0),
        max_position: Some(18.0),
        finalize: Some(true),
        trade_on_close: Some(true),
        hedging: Some(true),
        exclusive_orders: Some(true),
    };
    assert_eq!(found, expected);
    let nothing = TradingOptions::default();
    assert_eq!((found.or(&nothing), nothing.or(&found)), (expected, expected));
    let config = Config::resolve(&Sources::default()).unwrap();
    let (resolved, default) = (found.resolve(&config).unwrap(), crate::Trading::of_config(&config));
    // Whatever the file says comes out: no field is left as it is by default.
    let [resolved, default] = [resolved, default].map(|trading| format!("{trading:#?}"));
    let same = resolved.lines().zip(default.lines()).filter(|(a, b)| a == b && a.contains(": "));
    let same: Vec<&str> = same.map(|(line, _)| line.trim()).collect();
    assert_eq!(same, ["costs: Costs {"]);
}

#[test]
fn what_comes_first_wins_setting_by_setting() {
    let first = TradingOptions { cash: Some(1.0), ..TradingOptions::default() };
    let second = TradingOptions {
        cash: Some(2.0),
        size: Some((0.5, SizeKind::Equity)),
        ..TradingOptions::default()
    };
    let found = first.or(&second);
    assert_eq!((found.cash, found.size), (Some(1.0), Some((0.5, SizeKind::Equity))));
}

#[test]
fn parameters_are_set_by_name() {
    let text = "[parameters]\nfast = 5\nslow = 20\n[formulas]\nsignal = 'close > fast + slow'";
    let definition = parse(text).unwrap();
    let set = |name: &str| definition.with(&[(name.to_owned(), 7.0)]);
    let expected = [("fast".to_owned(), 5.0), ("slow".to_owned(), 7.0)];
    assert_eq!(set("slow").unwrap(), expected);
    let message = set("slwo").unwrap_err().to_string();
    assert!(message.contains("`slwo`") && message.contains("`slow`"), "{message}");

    let grid = |text: &str| definition.grid(vec![Parameter::parse(text).unwrap()]);
    let found = grid("fast=1..3").unwrap();
    let names: Vec<&str> = found.parameters().iter().map(|each| each.name.as_str()).collect();
    assert_eq!((names, found.len()), (vec!["slow", "fast"], 3));
    assert_eq!(found.combination(2), [20.0, 3.0]);
    assert!(grid("fats=1..3").unwrap_err().to_string().contains("`fast`"));
}

#[test]
fn the_hash_is_of_the_text() {
    let hash = |text: &str| parse(text).unwrap().file.unwrap().hash;
    let text = "[formulas]\nsignal = 'True'";
    assert_eq!(hash(text), hash(text));
    assert_ne!(hash(text), hash(&format!("{text} # a comment")));
}
