//! The cases, a file a topic.

mod backtest;
mod indicators;
pub(crate) mod sweep;

use crate::bench::Bench;
use anyhow::Result;

/// All cases, in the order in which they are run.
pub(crate) const MARKET: &[fn(&mut Bench) -> Result<()>] =
    &[sweep::run, backtest::run, indicators::run];
