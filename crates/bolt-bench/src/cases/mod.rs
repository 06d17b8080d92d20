//! The cases, a file a topic.

pub(crate) mod sweep;

use crate::bench::Bench;
use anyhow::Result;

/// All cases, in the order in which they are run.
pub(crate) const MARKET: &[fn(&mut Bench) -> Result<()>] = &[sweep::run];
