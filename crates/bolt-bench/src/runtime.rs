//! Cases of the runtime. Their peers are crates.

mod accounting;
mod allocation;
mod cache;
mod governor;
mod pages;
mod store;
mod tasks;

use crate::bench::Bench;
use anyhow::Result;

/// All cases, in the order in which they are run.
pub(crate) const CASES: &[fn(&mut Bench) -> Result<()>] = &[
    cache::quality::run,
    cache::hits::run,
    cache::compressed::run,
    cache::levels::run,
    allocation::run,
    accounting::run,
    pages::run,
    tasks::run,
    governor::run,
    store::run,
];
