#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these are tests"
)]
//! Engines against reference runs of the peers whose conventions they follow, and against each other.

mod assessment;
mod backtesting_py;
mod backtrader;
mod corners;
mod formulas;
mod no_skill;
mod prefix;
mod random;
mod rules;
mod script;
mod signals;
mod strategies;
mod support;
mod sweep;
#[cfg(feature = "parquet")]
mod talib;
mod vectorbt;
mod weights;
