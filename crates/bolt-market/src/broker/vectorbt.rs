//! The convention of vectorbt 1.2.0, so that its results can be reproduced: [`run_signals`] for its
//! `from_signals` on one column, [`run_orders`] for its `from_orders` on columns that share cash.
//!
//! Everything here was found in its documentation and by running it (settings that are not mentioned
//! at their defaults) and comparing, and is kept as found, also where another choice would be
//! better; for honest results use the next-open convention.
//!
//! # Execution
//! An order fills in the bar it is given for, at the order price, which is the close unless other
//! prices are given, made worse by the slippage. Sizes are rounded down to a multiple of the
//! granularity. Sums that are zero but for rounding (relative 1e-9, absolute 1e-12) are zero.
//! - A purchase that cash does not cover is cut down to what it covers, fees included, and then
//!   takes all of the cash. An infinite one buys for all cash.
//! - Sales beyond the position go short and are not limited by cash. An infinite one sells the
//!   position and shorts for the cash that is then free: cash less twice what shorts were sold for.
//! - An order for a fraction takes that fraction of cash (buying), position (selling) or free cash
//!   (shorting); a signal that would reverse a position by one is an error.
//! - A sale whose fees exceed its value, an order for less than 1e-8 units, and one at an unknown
//!   price are dropped.
//!
//! # Signals
//! One order a bar. A stop comes first; else, events: an entry and an exit on the same side cancel
//! each other, so do then a long and a short entry. An entry opens a position or, on the other side
//! of one, reverses it in a single order; in a position on its side it is ignored. An exit closes.
//! With [`Accumulate`], entries add their size to a position and exits, or opposite entries, take
//! theirs away.
//!
//! # Stops
//! Fractions taken from the column at the entry's bar (an addition to a position takes a new one if
//! there is one), measured from the close of that bar and watched from the next bar on: at the
//! open if it is beyond the stop, else at the stop if the bar reaches it. The stop-loss is looked at
//! before the take-profit. A trailing stop follows the highs (of a short position, the lows) of the
//! bars after the entry, each after it has been checked. A stop closes the position without
//! slippage; while the sale is dropped, because fees exceed its value, it is tried in each bar.
//!
//! # Orders
//! The columns of a bar are executed in order, or by the value of their orders, lowest first. Targets
//! use the account's value before the first order of the bar, at the order prices, an unknown one
//! replaced by the last known order price; a value of zero or less drops them.
//!
//! # Value and trades
//! Equity is cash plus positions at the close; an unknown close is replaced by the last known one,
//! before the first known one by that. Each exit is a trade of its own, entered at the average price
//! of what is then held; an open trade is listed at the last known close.

mod execution;
mod orders;
mod signals;
mod trades;

pub use orders::{Calls, Orders, run_orders};
pub use signals::{Accumulate, Amount, Column, Direction, Events, Request, run_signals};

use super::{Error, check_setting};

/// Cash and costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start.
    pub cash: f64,
    /// Fees as a fraction of an order's value.
    pub fees: f64,
    /// Fees an order.
    pub fixed_fees: f64,
    /// Fraction of the price by which an order fills worse.
    pub slippage: f64,
    /// Step that sizes are rounded down to.
    pub size_granularity: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cash: 100.0, fees: 0.0, fixed_fees: 0.0, slippage: 0.0, size_granularity: None }
    }
}

impl Settings {
    fn check(&self) -> Result<(), Error> {
        let Self { cash, fees, fixed_fees, slippage, size_granularity } = *self;
        check_setting("cash", cash, cash > 0.0 && cash.is_finite(), "positive")?;
        check_setting("fees", fees, fees.is_finite(), "a number")?;
        check_setting("fixed_fees", fixed_fees, fixed_fees.is_finite(), "a number")?;
        let valid = slippage >= 0.0 && slippage.is_finite();
        check_setting("slippage", slippage, valid, "0 or more")?;
        let step = size_granularity.unwrap_or(1.0);
        check_setting("size_granularity", step, step > 0.0, "positive")
    }
}
