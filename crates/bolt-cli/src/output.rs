//! Text for people.

mod backtest;
mod cache;
mod files;
mod fold;
mod numbers;
mod progress;
mod style;
mod table;
mod walk_forward;

pub(crate) use backtest::{BacktestView, SummaryView, show_backtest, show_lines};
pub(crate) use cache::tell_cache;
pub(crate) use files::check_new;
pub(crate) use numbers::{figure, number, percent, precise, time};
pub(crate) use progress::Progress;
pub(crate) use style::Style;
pub(crate) use table::Table;
pub(crate) use walk_forward::WalkForwardView;
