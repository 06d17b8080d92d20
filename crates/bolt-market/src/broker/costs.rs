//! What trading costs, and what can be bought for a sum.

use super::{Error, check_setting};

/// Fees, spread and slippage. Each of them is against the trader, whatever the direction.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Costs {
    /// Fee as a fraction of the value traded.
    pub fee_rate: f64,
    /// Fee an order.
    pub fee_fixed: f64,
    /// Fee a unit.
    pub fee_per_unit: f64,
    /// The least fee of an order.
    pub fee_minimum: f64,
    /// Difference between ask and bid as a fraction of the price between them, which is what the
    /// bars show.
    pub spread: f64,
    /// Fraction of the price by which orders that take what is offered fill worse.
    pub slippage: f64,
}

impl Costs {
    /// Returns no costs but a fee that is a fraction of the value traded.
    pub fn rate(fee_rate: f64) -> Self {
        Self { fee_rate, ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let Self { fee_rate, fee_fixed, fee_per_unit, fee_minimum, spread, slippage } = *self;
        let values = [
            ("fee_rate", fee_rate),
            ("fee_fixed", fee_fixed),
            ("fee_per_unit", fee_per_unit),
            ("fee_minimum", fee_minimum),
        ];
        for (name, value) in values {
            check_setting(name, value, value >= 0.0 && value.is_finite(), "0 or more")?;
        }
        check_setting("spread", spread, (0.0..1.0).contains(&spread), "in [0, 1)")?;
        check_setting("slippage", slippage, (0.0..0.5).contains(&slippage), "in [0, 0.5)")
    }

    /// Returns the fee of an order for some units, which are positive.
    #[inline]
    pub(crate) fn fees(&self, units: f64, price: f64) -> f64 {
        let fees = self.fee_fixed + units * (self.fee_rate * price + self.fee_per_unit);
        fees.max(self.fee_minimum)
    }

    /// Returns what an order that takes what is offered pays (`direction` 1) or gets (-1).
    #[inline]
    pub(crate) fn taken(&self, price: f64, direction: f64) -> f64 {
        price * (1.0 + direction * (0.5 * self.spread + self.slippage))
    }

    /// Returns the ask (`direction` 1) or bid (-1) when the bar shows a price.
    #[inline]
    pub(crate) fn quoted(&self, price: f64, direction: f64) -> f64 {
        price * (1.0 + direction * (0.5 * self.spread))
    }

    /// Returns the largest number of units that a budget covers, fees included: `unit_cost` of it
    /// for each unit, besides the fees at `price`. Negative if it does not even cover the fees.
    #[inline]
    pub(crate) fn affordable(&self, budget: f64, unit_cost: f64, price: f64) -> f64 {
        let unit_fee = self.fee_rate * price + self.fee_per_unit;
        let units = (budget - self.fee_fixed) / (unit_cost + unit_fee);
        if self.fee_minimum > 0.0 {
            units.min((budget - self.fee_minimum) / unit_cost)
        } else {
            units
        }
    }
}

/// Rounds a positive number of units down to a multiple of the lot, forgiving rounding errors.
pub(crate) fn round_to_lot(units: f64, lot: Option<f64>) -> f64 {
    let Some(lot) = lot else { return units };
    let whole = (units / lot).floor();
    let next = (whole + 1.0) * lot;
    if next <= units * (1.0 + 1e-12) { next } else { whole * lot }
}
