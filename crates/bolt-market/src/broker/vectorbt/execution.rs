//! What one order does to cash and position.

use super::Settings;
use crate::broker::floor_divide;
use crate::ledger::RejectReason;

/// Smallest size that is executed.
const MIN_SIZE: f64 = 1e-8;

/// The cash of an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purse {
    pub(super) cash: f64,
    /// What is not collateral of short positions.
    pub(super) free: f64,
}

impl Purse {
    pub(super) fn new(cash: f64) -> Self {
        Self { cash, free: cash }
    }
}

/// The position in one asset.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holding {
    pub(super) units: f64,
    /// Value of a short position at its entry.
    debt: f64,
}

/// What an order may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Hold long positions only: sales reduce.
    Long,
    /// Hold short positions only: purchases reduce.
    Short,
    /// Hold either.
    Both,
}

/// An executed order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    /// Units bought or, negative, sold.
    pub(super) units: f64,
    pub(super) price: f64,
    pub(super) fees: f64,
}

/// How much an order wants.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want {
    /// Units, infinite for all; the sign is the direction.
    Units(f64),
    /// A fraction of the resources; the sign is the direction.
    Percent(f64),
}

/// Returns whether two numbers are equal but for rounding.
fn is_close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= (1e-9 * a.abs().max(b.abs())).max(1e-12)
}

/// Returns the sum, or zero if that is all but rounding.
pub(super) fn add(a: f64, b: f64) -> f64 {
    if is_close(a, -b) { 0.0 } else { a + b }
}

fn granulate(size: f64, step: Option<f64>) -> f64 {
    match step {
        Some(step) if size.is_finite() => floor_divide(size, step) * step,
        _ => size,
    }
}

/// Executes an order and updates cash and position.
pub(super) fn execute(
    purse: &mut Purse,
    holding: &mut Holding,
    want: Want,
    price: f64,
    scope: Scope,
    settings: &Settings,
) -> Result<Done, RejectReason> {
    let (Want::Units(amount) | Want::Percent(amount)) = want;
    if amount.is_nan() || price.is_nan() || amount == 0.0 {
        return Err(RejectReason::Malformed);
    }
    let reverses = scope == Scope::Both && amount * holding.units < 0.0;
    if reverses && matches!(want, Want::Percent(_)) {
        return Err(RejectReason::Unsupported);
    }
    if amount > 0.0 {
        buy(purse, holding, want, price, scope, settings)
    } else {
        sell(purse, holding, want, price, scope, settings)
    }
}

fn buy(
    purse: &mut Purse,
    holding: &mut Holding,
    want: Want,
    price: f64,
    scope: Scope,
    settings: &Settings,
) -> Result<Done, RejectReason> {
    let (mut size, cash) = match want {
        Want::Units(units) => (units, purse.cash),
        Want::Percent(percent) => (f64::INFINITY, purse.cash * percent.min(1.0)),
    };
    if scope == Scope::Short {
        size = size.min(-holding.units);
    }
    if size <= 0.0 {
        return Err(RejectReason::TooSmall);
    }
    if cash <= 0.0 {
        return Err(RejectReason::Unaffordable);
    }
    size = granulate(size, settings.size_granularity);
    let price = price * (1.0 + settings.slippage);
    let mut value = size * price;
    let mut fees = value * settings.fees + settings.fixed_fees;
    if size.is_infinite() || !(value + fees <= cash || is_close(value + fees, cash)) {
        value = (cash - settings.fixed_fees) / (1.0 + settings.fees);
        if value <= 0.0 {
            return Err(RejectReason::Unaffordable);
        }
        size = value / price;
        let whole = granulate(size, settings.size_granularity);
        if whole == size {
            fees = cash - value;
        } else {
            size = whole;
            value = size * price;
            fees = value * settings.fees + settings.fixed_fees;
        }
    }
    if size < MIN_SIZE {
        return Err(RejectReason::TooSmall);
    }
    let before = holding.units;
    purse.cash = add(purse.cash, -(value + fees));
    holding.units = add(holding.units, size);
    settle_debt(purse, holding, before, -(value + fees), price, size);
    Ok(Done { units: size, price, fees })
}

fn sell(
    purse: &mut Purse,
    holding: &mut Holding,
    want: Want,
    price: f64,
    scope: Scope,
    settings: &Settings,
) -> Result<Done, RejectReason> {
    let price = price * (1.0 - settings.slippage);
    let held = holding.units.max(0.0);
    let (size, percent) = match want {
        Want::Units(units) => (-units, 1.0),
        Want::Percent(percent) => (f64::INFINITY, -percent),
    };
    let mut size = if scope == Scope::Long {
        if held == 0.0 {
            return Err(RejectReason::TooSmall);
        }
        size.min(held * percent)
    } else if size.is_infinite() {
        let proceeds = held * price * (1.0 - settings.fees);
        let free = (purse.free + proceeds - settings.fixed_fees) * percent;
        if free <= 0.0 {
            return Err(RejectReason::Unaffordable);
        }
        held + free / (price * (1.0 + settings.fees))
    } else {
        size
    };
    size = granulate(size, settings.size_granularity);
    if size < MIN_SIZE {
        return Err(RejectReason::TooSmall);
    }
    let value = size * price;
    let fees = value * settings.fees + settings.fixed_fees;
    let proceeds = add(value, -fees);
    if proceeds < 0.0 {
        return Err(RejectReason::Unaffordable);
    }
    let before = holding.units;
    purse.cash = add(purse.cash, proceeds);
    holding.units = add(holding.units, -size);
    settle_debt(purse, holding, before, proceeds, price, -size);
    Ok(Done { units: -size, price, fees })
}

/// Keeps account of what cash is collateral.
fn settle_debt(
    purse: &mut Purse,
    holding: &mut Holding,
    before: f64,
    cash: f64,
    price: f64,
    units: f64,
) {
    let after = before + units;
    let shorted = (-after).max(0.0) - (-before).max(0.0);
    let debt = if shorted > 0.0 {
        shorted * price
    } else if before < 0.0 {
        shorted / -before * holding.debt
    } else {
        0.0
    };
    holding.debt += debt;
    purse.free += cash - 2.0 * debt;
}
