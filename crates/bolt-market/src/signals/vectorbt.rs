//! Signals as the arrays of the vectorbt convention.

use super::{Opposite, Rebalance, Repeated, SignalRules, Signals};
use crate::broker::Error;
use crate::broker::vectorbt::{
    Accumulate, Amount, Calls, Column, Direction, Events, Orders, Request, Settings, run_orders,
    run_signals,
};
use crate::ledger::Ledger;
use crate::ohlc::Ohlc;
use crate::order::Size;

pub(super) fn run(
    prices: Ohlc<'_>,
    signals: &Signals<'_>,
    rules: &SignalRules,
    settings: &Settings,
) -> Result<Ledger, Error> {
    check(signals, rules)?;
    match signals.target {
        Some(target) => run_target(prices, target, rules, settings),
        None => run_events(prices, signals, rules, settings),
    }
}

fn check(signals: &Signals<'_>, rules: &SignalRules) -> Result<(), Error> {
    let stops = rules.stop_loss.is_some() as u8
        + rules.take_profit.is_some() as u8
        + rules.trailing_stop.is_some() as u8;
    let unsupported = [
        ("maximum number of bars", rules.max_bars.is_some()),
        ("volatility targets", rules.volatility.is_some()),
        ("limit entries", signals.entry_limit.is_some()),
        ("stop entries", signals.entry_stop.is_some()),
        (
            "stop-loss together with a trailing stop",
            rules.stop_loss.is_some() && rules.trailing_stop.is_some(),
        ),
        ("stops of a target", signals.target.is_some() && stops > 0),
        ("other answer to an opposite entry than to reverse", rules.opposite != Opposite::Reverse),
        ("rebalancing band", matches!(rules.rebalance, Rebalance::Outside(_))),
        ("sizes as a fraction of equity", matches!(rules.size, Size::EquityFraction(_))),
        ("target as size", matches!(rules.size, Size::Target(_))),
    ];
    match unsupported.into_iter().find(|(_, asked)| *asked) {
        Some((what, _)) => Err(Error::Unsupported { what, convention: "vectorbt" }),
        None => Ok(()),
    }
}

fn run_target(
    prices: Ohlc<'_>,
    target: &[f64],
    rules: &SignalRules,
    settings: &Settings,
) -> Result<Ledger, Error> {
    let mut last = f64::NAN;
    let size: Vec<f64> = target
        .iter()
        .map(|target| {
            let due = rules.rebalance == Rebalance::EveryBar || *target != last;
            if !target.is_nan() {
                last = *target;
            }
            if due { *target } else { f64::NAN }
        })
        .collect();
    let orders = Orders {
        assets: 1,
        close: prices.close,
        price: None,
        size: &size,
        amount: Amount::Percent,
        target: true,
        direction: Direction::Both,
        calls: Calls::InOrder,
    };
    run_orders(&orders, settings)
}

fn run_events(
    prices: Ohlc<'_>,
    signals: &Signals<'_>,
    rules: &SignalRules,
    settings: &Settings,
) -> Result<Ledger, Error> {
    let amount = match rules.size {
        Size::Units(_) => Amount::Units,
        Size::Value(_) => Amount::Value,
        _ => Amount::Percent,
    };
    let (size, amount) = match (signals.size, rules.size) {
        (Some(sizes), _) => (Column::Bars(sizes), amount),
        (None, Size::AvailableFraction(1.0)) => (Column::Constant(f64::INFINITY), Amount::Units),
        (None, size) => (Column::Constant(size.amount()), amount),
    };
    let fraction = |fraction: Option<f64>| Column::Constant(fraction.unwrap_or(f64::NAN));
    let request = Request {
        size,
        amount,
        accumulate: match rules.repeated {
            Repeated::Ignore => Accumulate::Neither,
            Repeated::Add => Accumulate::Add,
        },
        stop_loss: fraction(rules.stop_loss.or(rules.trailing_stop)),
        trailing: rules.trailing_stop.is_some(),
        take_profit: fraction(rules.take_profit),
        ..Request::new(
            prices,
            Events {
                long_entries: signals.entry,
                long_exits: signals.exit,
                short_entries: signals.short_entry,
                short_exits: signals.short_exit,
            },
        )
    };
    run_signals(&request, settings)
}
