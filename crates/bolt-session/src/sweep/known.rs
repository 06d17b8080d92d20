//! Rows that earlier sweeps, over whatever grids, have left in the cache.
//!
//! A row depends on the bars, the strategy, how it is traded, the program, and the parameters of
//! its combination; on nothing else, neither other combinations nor threads. So it is kept under
//! a hash of these, and a grid that grows runs only what is new.

use std::fmt::Debug;
use std::iter::Peekable;
use std::time::Duration;
use std::vec::IntoIter;

use bolt_cache::{Store, StoreError};
use bolt_market::sweep::{Grid, Row, Sweep};
use xxhash_rust::xxh3::Xxh3;

use super::{SweepRequest, line};
use crate::build;

/// A row that takes less is run again sooner than it is kept and found.
const WORTH_KEEPING: Duration = Duration::from_micros(20);

/// How much the cache had to do with a sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Rows that were there.
    pub found: usize,
    /// Rows that were added.
    pub kept: usize,
    /// Why the cache could not be used any longer, from some row on.
    pub failed: Option<String>,
}

/// The rows of one sweep in the cache.
pub(super) struct KnownRows<'a> {
    store: &'a dyn Store,
    grid: &'a Grid,
    /// Positions of the parameters in the order of their names.
    order: Vec<usize>,
    /// Of all that a row depends on beside the values of its parameters.
    base: Xxh3,
    pub(super) usage: CacheUse,
}

impl<'a> KnownRows<'a> {
    /// Returns the rows of a sweep over bars with this hash. There are none if it cannot be said
    /// which build of the program this is.
    pub(super) fn new(
        store: &'a dyn Store,
        content_hash: u128,
        request: &'a SweepRequest,
        sweep: &Sweep<'_>,
    ) -> Option<Self> {
        // Everything is named, so that what is added has to be thought of.
        let SweepRequest { plan, trading, grid, condition: _, events, seed: _ } = request;
        let mut base = Xxh3::new();
        base.update(build::identity()?);
        base.update(&content_hash.to_le_bytes());
        add_debug(&mut base, &(plan, trading, sweep.periods.value, sweep.risk_free));
        for events in [&events.dividends, &events.splits] {
            base.update(
                &events.as_ref().map_or(u64::MAX, |events| events.len() as u64).to_le_bytes(),
            );
            events.iter().flatten().for_each(|value| base.update(&value.to_bits().to_le_bytes()));
        }
        let names = grid.parameters();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| names[a].name.cmp(&names[b].name));
        order.iter().for_each(|&index| add_text(&mut base, &names[index].name));
        Some(Self { store, grid, order, base, usage: CacheUse::default() })
    }

    /// Returns the row of a combination, if it is there.
    pub(super) fn find(&mut self, index: usize) -> Option<Row> {
        let key = self.key(index);
        let value = self.unless_failed(|store| store.get(&key))??;
        let (numbers, rest) = value.as_chunks::<8>();
        let figures: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let row = rest.is_empty().then(|| line::row(index, &figures))??;
        self.usage.found += 1;
        Some(row)
    }

    /// Adds rows that took so long, if that is more than keeping them does.
    pub(super) fn keep(&mut self, rows: &[Row], took: Duration) {
        if took < WORTH_KEEPING * rows.len() as u32 {
            return;
        }
        for row in rows {
            let key = self.key(row.index);
            let value = line::figures(row).map(f64::to_le_bytes);
            if self.unless_failed(|store| store.put(&key, value.as_flattened(), None)).is_some() {
                self.usage.kept += 1;
            }
        }
    }

    fn key(&self, index: usize) -> [u8; 16] {
        let values = self.grid.combination(index);
        let mut hash = self.base.clone();
        self.order.iter().for_each(|&place| hash.update(&values[place].to_bits().to_le_bytes()));
        hash.digest128().to_le_bytes()
    }

    /// Asks the store, unless it failed before: what is not found there is computed.
    fn unless_failed<R>(
        &mut self,
        ask: impl FnOnce(&dyn Store) -> Result<R, StoreError>,
    ) -> Option<R> {
        if self.usage.failed.is_some() {
            return None;
        }
        ask(self.store).map_err(|error| self.usage.failed = Some(error.to_string())).ok()
    }
}

/// Rows in the order of the grid, of which some were found and others come as they are run.
pub(super) struct InOrder {
    found: Peekable<IntoIter<Option<Row>>>,
}

impl InOrder {
    /// Takes a place for each combination, with its row if that was found.
    pub(super) fn new(found: Vec<Option<Row>>) -> Self {
        Self { found: found.into_iter().peekable() }
    }

    /// Takes the next rows of those that were not found; returns all up to the next that lacks.
    pub(super) fn fill(&mut self, rows: &[Row]) -> Vec<Row> {
        let mut rows = rows.iter();
        let mut all = Vec::with_capacity(rows.len());
        while let Some(place) =
            self.found.next_if(|place| place.is_some() || !rows.as_slice().is_empty())
        {
            all.extend(place.or_else(|| rows.next().copied()));
        }
        all
    }
}

/// The text by which a value is shown in a debugger has everything that it consists of.
fn add_debug(hash: &mut Xxh3, value: &impl Debug) {
    add_text(hash, &format!("{value:?}"));
}

fn add_text(hash: &mut Xxh3, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests;
