//! The section `[trading]`: the flags of trading under their names.

use bolt_market::signals::{Opposite, Rebalance, Repeated};

use super::reader::{Item, Section};
use crate::SessionError;
use crate::trading::{ConventionName, SizeKind, TradingOptions};

const KEYS: &[&str] = &[
    "convention",
    "cash",
    "fees",
    "fee_fixed",
    "fee_per_unit",
    "fee_minimum",
    "spread",
    "slippage",
    "credit_rate",
    "debit_rate",
    "borrow_rate",
    "size",
    "equity_size",
    "units",
    "value",
    "lot",
    "whole_units",
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "max_bars",
    "accumulate",
    "opposite",
    "rebalance",
    "volatility_target",
    "volatility_window",
    "leverage",
    "maintenance_margin",
    "min_value",
    "max_position",
    "finalize",
    "trade_on_close",
    "hedging",
    "exclusive_orders",
];

/// Reads the section.
pub(super) fn read(section: &Section<'_>) -> Result<TradingOptions, SessionError> {
    section.knows(KEYS)?;
    let fraction = |key| section.get(key).map(|item| item.fraction()).transpose();
    let share = |key| in_range(section, key, "from 0 to 0.5", |x| (0.0..=0.5).contains(&x));
    let margin = |key| in_range(section, key, "0 or more", |x| x >= 0.0);
    let away = |key| in_range(section, key, "positive", |x| x > 0.0);
    let money = |key| {
        let item = section.get(key);
        item.map(|item| item.number_that("0 or more", |x| x >= 0.0)).transpose()
    };
    let flag = |key| section.get(key).map(|item| item.flag()).transpose();
    let count = |key, least| section.get(key).map(|item| item.count(least)).transpose();
    let item = |key| section.get(key);
    Ok(TradingOptions {
        convention: item("convention").map(|item| item.choice(&conventions())).transpose()?,
        cash: item("cash").map(|item| item.number_that("positive", |x| x > 0.0)).transpose()?,
        fees: share("fees")?,
        fee_fixed: money("fee_fixed")?,
        fee_per_unit: money("fee_per_unit")?,
        fee_minimum: money("fee_minimum")?,
        spread: share("spread")?,
        slippage: share("slippage")?,
        credit_rate: fraction("credit_rate")?,
        debit_rate: fraction("debit_rate")?,
        borrow_rate: fraction("borrow_rate")?,
        size: size(section)?,
        lot: lot(section)?,
        stop_loss: away("stop_loss")?,
        take_profit: away("take_profit")?,
        trailing_stop: away("trailing_stop")?,
        max_bars: count("max_bars", 1)?,
        repeated: flag("accumulate")?.map(|add| if add { Repeated::Add } else { Repeated::Ignore }),
        opposite: item("opposite").map(|item| item.choice(&OPPOSITE)).transpose()?,
        rebalance: item("rebalance").map(|item| rebalance(&item)).transpose()?,
        volatility_target: away("volatility_target")?,
        volatility_window: count("volatility_window", 2)?,
        leverage: item("leverage")
            .map(|item| item.number_that("1 or more", |x| x >= 1.0))
            .transpose()?,
        maintenance_margin: margin("maintenance_margin")?,
        min_value: money("min_value")?,
        max_position: away("max_position")?,
        finalize: flag("finalize")?,
        trade_on_close: flag("trade_on_close")?,
        hedging: flag("hedging")?,
        exclusive_orders: flag("exclusive_orders")?,
    })
}

const OPPOSITE: [(&str, Opposite); 3] =
    [("reverse", Opposite::Reverse), ("close", Opposite::Close), ("ignore", Opposite::Ignore)];

fn conventions() -> [(&'static str, ConventionName); 4] {
    ConventionName::ALL.map(|convention| (convention.name(), convention))
}

fn in_range(
    section: &Section<'_>,
    key: &str,
    range: &str,
    meets: fn(f64) -> bool,
) -> Result<Option<f64>, SessionError> {
    let checked = |item: Item<'_>| item.check(item.fraction()?, range, meets);
    section.get(key).map(checked).transpose()
}

fn size(section: &Section<'_>) -> Result<Option<(f64, SizeKind)>, SessionError> {
    let Some(item) = section.one_of(&["size", "equity_size", "units", "value"])? else {
        return Ok(None);
    };
    let positive = |number| item.check(number, "positive", |x| x > 0.0);
    Ok(Some(match item.key() {
        "size" => {
            let range = "a fraction above 0 and up to 1; `units` are a number of units";
            let size = item.check(item.fraction()?, range, |x| x > 0.0 && x <= 1.0)?;
            (size, SizeKind::Available)
        }
        "equity_size" => (positive(item.fraction()?)?, SizeKind::Equity),
        "units" => (positive(item.number()?)?, SizeKind::Units),
        _ => (positive(item.number()?)?, SizeKind::Value),
    }))
}

fn lot(section: &Section<'_>) -> Result<Option<f64>, SessionError> {
    match section.one_of(&["lot", "whole_units"])? {
        None => Ok(None),
        Some(item) if item.key() == "lot" => Ok(Some(item.number_that("positive", |x| x > 0.0)?)),
        Some(item) => Ok(item.flag()?.then_some(1.0)),
    }
}

fn rebalance(item: &Item<'_>) -> Result<Rebalance, SessionError> {
    match item.text() {
        Ok("change") => Ok(Rebalance::OnChange),
        Ok("every") => Ok(Rebalance::EveryBar),
        _ => {
            let range = "`\"change\"`, `\"every\"` or a fraction of equity";
            Ok(Rebalance::Outside(item.check(item.fraction()?, range, |x| x >= 0.0)?))
        }
    }
}
