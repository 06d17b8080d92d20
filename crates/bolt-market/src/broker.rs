//! Brokers: what turns orders into fills, one module for each convention.
//!
//! | convention | decided | filled | sizes |
//! |---|---|---|---|
//! | [`next_open`], our own | at the close of bar t | from the open of t+1 on | fractional, or lots |
//! | [`backtesting_py`] | at the close of bar t | from the open of t+1 on | whole units |
//! | [`backtrader`] | at the close of bar t | from the open of t+1 on | as given |
//! | [`vectorbt`] | before bar t | close of t | fractional, or steps |
//!
//! Each module writes its convention down in full. All of them take data and return a
//! [`Ledger`](crate::ledger::Ledger); none of them reads files, clocks or randomness.

pub mod backtesting_py;
pub mod backtrader;
mod costs;
pub(crate) mod lot;
pub mod next_open;
pub mod vectorbt;

pub use costs::Costs;

use crate::ohlc::Ohlc;
use bolt_memory::Refused;

/// Why a backtest could not be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Two columns have different lengths.
    #[error("the column `{column}` has {found} values where the prices have {expected} bars")]
    Length {
        /// Name of the column.
        column: &'static str,
        /// Number of bars.
        expected: usize,
        /// Number of values found.
        found: usize,
    },
    /// There is not enough memory.
    #[error(transparent)]
    Memory(#[from] Refused),
    /// The convention has nothing like what was asked for.
    #[error(
        "the convention `{convention}` has no {what}; leave it out or choose another convention"
    )]
    Unsupported {
        /// What was asked for.
        what: &'static str,
        /// Name of the convention.
        convention: &'static str,
    },
    /// A setting by which signals become orders, and there are orders already.
    #[error("rules for orders have no use for {what}; leave it out, it is for signals")]
    ForSignals {
        /// What was asked for.
        what: &'static str,
    },
    /// Signals say twice what the position is to be.
    #[error("signals are a target or events, and there are both; leave one of them out")]
    TargetAndEvents,
    /// A target is the position itself: there are no entries to size or to wait for.
    #[error("a signal is the position wanted and has no {what}; {instead}")]
    TargetAndEntries {
        /// What was asked for.
        what: &'static str,
        /// What to give in place of it.
        instead: &'static str,
    },
    /// Interest or a calendar was asked for, and nobody said when the bars open.
    #[error(
        "interest and periods of a calendar need the times of the bars, and there are none; give \
         times, or leave both out"
    )]
    TimesMissing,
    /// A setting is out of its range.
    #[error("the setting `{name}` is {value}; it must be {range}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        range: &'static str,
    },
}

/// Checks that a column has one value a bar.
pub(crate) fn check_length(
    column: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { column, expected, found }) }
}

/// Checks that the four price columns have the same length.
pub(crate) fn check_prices(prices: &Ohlc<'_>) -> Result<(), Error> {
    let bars = prices.len();
    check_length("open", prices.open.len(), bars)?;
    check_length("high", prices.high.len(), bars)?;
    check_length("low", prices.low.len(), bars)
}

/// Checks a setting.
pub(crate) fn check_setting(
    name: &'static str,
    value: f64,
    valid: bool,
    range: &'static str,
) -> Result<(), Error> {
    if valid { Ok(()) } else { Err(Error::Setting { name, value, range }) }
}

/// Returns the floor of a quotient as Python defines `a // b` for floats: from the exact
/// remainder, so that rounding of `a / b` never yields one unit too many.
pub(crate) fn floor_divide(a: f64, b: f64) -> f64 {
    let quotient = (a - a % b) / b;
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}
