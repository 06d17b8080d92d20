//! Text for people.

mod backtest;
mod numbers;
mod progress;
mod style;
mod table;

pub(crate) use backtest::{BacktestView, show_backtest};
pub(crate) use numbers::{count, figure, number, time};
pub(crate) use progress::Progress;
pub(crate) use style::Style;
pub(crate) use table::Table;
