//! The cases, a file a topic.

mod agents;
mod append;
mod backtest;
mod expression;
mod files;
mod indicators;
mod panel;
pub(crate) mod sweep;

use crate::bench::Bench;
use anyhow::Result;

/// Cases of the engines, in the order in which they are run.
pub(crate) const MARKET: &[fn(&mut Bench) -> Result<()>] = &[
    sweep::run,
    backtest::run,
    indicators::run,
    panel::run,
    expression::run,
    agents::run,
    files::run,
    append::run,
];
