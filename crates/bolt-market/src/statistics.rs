//! What returns, trades and whole searches amount to.
//!
//! [`returns`] holds the measures of a series of returns, [`trades`] those of a list of trades,
//! [`peers`] what two well-known backtesters print under their own definitions, and
//! [`selection`] what remains of a result once the search that found it is counted. Functions
//! over slices: nothing here reads a file, knows a strategy or draws a chart.
//!
//! Returns are simple returns per period: 0.01 is a gain of 1 %. A measure that is undefined (too
//! few values, a divisor of zero) is NaN, or `None` where a NaN cannot be said; it is never 0.
//! Annual figures take the number of periods in a year as an argument, see [`PeriodsPerYear`],
//! which also says where the number came from.

pub mod benchmark;
pub mod bootstrap;
pub mod calendar;
pub mod drawdowns;
pub mod peers;
pub mod returns;
pub mod rolling;
pub mod selection;
pub mod trades;

mod periods;
mod sums;

pub use periods::{Basis, PeriodsError, PeriodsPerYear, RiskFree};

#[cfg(test)]
mod tests;
