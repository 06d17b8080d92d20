//! Rows that earlier sweeps, over whatever grids, have left in the cache.
//!
//! A row depends on the bars, the strategy, how it is traded, the program, and the parameters of
//! its combination; on nothing else, neither other combinations nor threads. So all rows of the
//! same bars, strategy, trading and program are one value of the cache, and a grid that grows runs
//! only what is new.

use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::iter::Peekable;
use std::vec::IntoIter;

use bolt_base::Bytes;
use bolt_cache::Store;
use bolt_exec::RateLimit;
use bolt_market::data::Bars;
use bolt_market::sweep::{Grid, Row, Sweep};
use bolt_memory::{Component, Reservation};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::line::FIGURES;
use super::{SweepRequest, line};
use crate::memory::reserve_up_to;
use crate::{Session, build};

/// The most rows of a value: 20 MB, which are read and written as one.
const ROWS_MAX: usize = 1 << 18;
/// A row's parameters, hashed, and its figures.
const ROW_BYTES: usize = 16 + 8 * FIGURES.len();
/// What a row takes in memory at most: in a table that may be half empty, in the value that is
/// read or written, and as a row that was run.
const MEMORY_PER_ROW: usize = 2 * ROW_BYTES + ROW_BYTES + 2 * size_of::<Row>();

/// How much the cache had to do with a sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Rows that were there.
    pub found: usize,
    /// Rows that were added.
    pub kept: usize,
    /// Why the cache could not be read or written.
    pub failed: Option<String>,
}

/// The rows of one sweep in the cache.
pub(super) struct KnownRows<'a> {
    /// Where they are, and under which key; `None` if there is no cache.
    place: Option<(&'a dyn Store, [u8; 16])>,
    grid: &'a Grid,
    /// Positions of the parameters in the order of their names.
    order: Vec<usize>,
    /// Figures by parameters.
    rows: HashMap<[u8; 16], Figures>,
    held: Option<Reservation>,
    /// How fast may be written.
    rate: Option<&'a RateLimit>,
    usage: CacheUse,
}

type Figures = [[u8; 8]; FIGURES.len()];

impl<'a> KnownRows<'a> {
    /// Reads the rows of a sweep, and reserves memory for them and as many as are to be run; where
    /// none are, nothing is read.
    pub(super) fn read(
        session: &'a Session,
        bars: &Bars,
        request: &'a SweepRequest,
        sweep: &Sweep<'_>,
        new: usize,
    ) -> Self {
        let grid = &request.grid;
        let names = grid.parameters();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| names[a].name.cmp(&names[b].name));
        let (rows, usage) = (HashMap::new(), CacheUse::default());
        let rate = session.limits.write.as_ref();
        let mut known = Self { place: None, grid, order, rows, held: None, rate, usage };
        if new == 0 {
            return known;
        }
        match session.results.store() {
            Ok(store) => {
                // Whose program cannot be told from others has no cache.
                let key = || known.key(bars, request, sweep);
                known.place = store.and_then(|store| Some((store, key()?)));
            }
            Err(reason) => known.give_up(&reason),
        }
        let value = match known.place.map(|(store, key)| store.get(&key)) {
            Some(Ok(value)) => value.unwrap_or_default(),
            Some(Err(error)) => {
                known.give_up(&error);
                return known;
            }
            None => return known,
        };
        let count = (value.len() / ROW_BYTES + new).min(ROWS_MAX);
        let bytes = Bytes((count * MEMORY_PER_ROW) as u64);
        let job = session.memory.job(&*session.clock, Component::Cache, "rows of sweeps");
        match reserve_up_to(&job, bytes, bytes) {
            Ok(held) => (known.held, known.rows) = (Some(held), decode(&value)),
            Err(refused) => known.give_up(&refused),
        }
        known
    }

    fn give_up(&mut self, reason: &dyn Display) {
        self.place = None;
        self.usage.failed = Some(format!("{reason}: the cache was not used"));
    }

    /// Returns the hash of all that rows depend on but for the values of their parameters.
    fn key(&self, bars: &Bars, request: &SweepRequest, sweep: &Sweep<'_>) -> Option<[u8; 16]> {
        let mut hash = Xxh3::new();
        hash.update(build::identity()?);
        hash.update(&bars.content_hash().to_le_bytes());
        add_request(&mut hash, request, sweep);
        let names = self.grid.parameters();
        self.order.iter().for_each(|&place| add_text(&mut hash, &names[place].name));
        Some(hash.digest128().to_le_bytes())
    }

    /// Returns the row of a combination, if it is there.
    pub(super) fn find(&mut self, index: usize) -> Option<Row> {
        let figures = self.rows.get(&self.parameters(index))?;
        let row = line::row(index, &figures.map(f64::from_le_bytes));
        self.usage.found += usize::from(row.is_some());
        row
    }

    /// Adds the rows that were run, and writes all.
    pub(super) fn keep(mut self, rows: &[Row]) -> CacheUse {
        let Some((store, key)) = self.place.filter(|_| !rows.is_empty()) else { return self.usage };
        let room = ROWS_MAX.saturating_sub(self.rows.len());
        let rows = &rows[..room.min(rows.len())];
        for row in rows {
            let figures = line::figures(row).map(f64::to_le_bytes);
            self.rows.insert(self.parameters(row.index), figures);
        }
        let value = encode(&self.rows);
        if let Some(rate) = self.rate {
            rate.wait("rows of sweeps", value.len() as u64);
        }
        match store.put(&key, &value, None) {
            Ok(()) => self.usage.kept = rows.len(),
            Err(error) => self.usage.failed = Some(format!("{error}: new rows are not kept")),
        }
        self.usage
    }

    /// Returns the hash of a combination's parameters.
    fn parameters(&self, index: usize) -> [u8; 16] {
        let values = self.grid.combination(index);
        let ordered: Vec<[u8; 8]> =
            self.order.iter().map(|&place| values[place].to_le_bytes()).collect();
        xxh3_128(ordered.as_flattened()).to_le_bytes()
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

fn encode(rows: &HashMap<[u8; 16], Figures>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * ROW_BYTES);
    for (parameters, figures) in rows {
        bytes.extend_from_slice(parameters);
        bytes.extend_from_slice(figures.as_flattened());
    }
    bytes
}

/// A value of another form has no rows.
fn decode(value: &[u8]) -> HashMap<[u8; 16], Figures> {
    let (rows, rest) = value.as_chunks::<ROW_BYTES>();
    let row = |bytes: &[u8; ROW_BYTES]| {
        let (parameters, figures) = bytes.split_first_chunk::<16>()?;
        Some((*parameters, figures.as_chunks::<8>().0.try_into().ok()?))
    };
    if rest.is_empty() { rows.iter().filter_map(row).collect() } else { HashMap::new() }
}

/// Adds what all rows of a sweep have in common. Everything is named, so that what a later version
/// adds has to be thought of.
fn add_request(hash: &mut Xxh3, request: &SweepRequest, sweep: &Sweep<'_>) {
    let SweepRequest { plan, trading, grid: _, condition: _, events, seed: _ } = request;
    add_debug(hash, &(plan, trading, sweep.periods.value, sweep.risk_free));
    for events in [&events.dividends, &events.splits] {
        let count = events.as_ref().map_or(u64::MAX, |events| events.len() as u64);
        hash.update(&count.to_le_bytes());
        events.iter().flatten().for_each(|value| hash.update(&value.to_le_bytes()));
    }
}

/// What a value shows a programmer has everything that it consists of.
fn add_debug(hash: &mut Xxh3, value: &impl Debug) {
    add_text(hash, &format!("{value:?}"));
}

fn add_text(hash: &mut Xxh3, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests;
