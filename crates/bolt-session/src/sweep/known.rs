//! Rows that earlier sweeps, over whatever grids, have left in the cache.
//!
//! A row depends on the bars, the strategy, how it is traded, the program, and the parameters of
//! its combination; on nothing else, neither other combinations nor threads. So all rows of the
//! same bars, strategy, trading and program are one value of the cache, and a grid that grows runs
//! only what is new. What is said of the choice of the best depends on all of its rows, and is a
//! value of its own.

mod table;
mod usage;

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::iter::Peekable;
use std::sync::Arc;
use std::vec::IntoIter;

use bolt_base::Bytes;
use bolt_cache::Lookup;
use bolt_exec::RateLimit;
use bolt_market::data::Bars;
use bolt_market::sweep::{Grid, Row, Sweep};
use bolt_memory::{Component, Kind, Reservation};
use serde_json::Value;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::assessment::Assessment;
use super::line::FIGURES;
use super::{SweepRequest, line};
use crate::results::Opened;
use crate::{Session, build};
use table::{Parameters, ROW_BYTES};
pub use usage::CacheUse;

/// The most rows of a value: 20 MB, which are read and written as one. Tests fill it.
const ROWS_MAX: usize = if cfg!(test) { 1 << 12 } else { 1 << 18 };

/// Returns what it takes to add rows to a table: it, the rows as records, and the new table with a
/// copy of it on its way to disk.
fn keeping_bytes(found: usize, new: usize) -> usize {
    ROW_BYTES * (found + new + 2 * (found + new).min(ROWS_MAX))
}

/// The rows of one sweep in the cache.
pub(super) struct KnownRows<'a> {
    /// Where they are, and under which key; `None` if there is no cache.
    place: Option<(&'a Opened, [u8; 16])>,
    grid: &'a Grid,
    /// Positions of the parameters in the order of their names.
    order: Vec<usize>,
    table: Arc<Vec<u8>>,
    /// The level that had them.
    level: String,
    held: Reservation,
    /// How fast may be written.
    rate: Option<&'a RateLimit>,
    usage: CacheUse,
}

impl<'a> KnownRows<'a> {
    /// Reads the rows of a sweep; where none are to be run, nothing is read.
    pub(super) fn read(
        session: &'a Session,
        bars: &Bars,
        request: &'a SweepRequest,
        sweep: &Sweep<'_>,
        new: usize,
    ) -> Self {
        let job = session.memory.job(&*session.clock, Component::Cache, "rows of sweeps");
        let _scope = job.enter();
        let grid = &request.grid;
        let names = grid.parameters();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| names[a].name.cmp(&names[b].name));
        let (table, level, usage) = (Arc::default(), String::new(), CacheUse::default());
        let (held, rate) = (job.reservation(Kind::Fixed), session.limits.write.as_ref());
        let mut known = Self { place: None, grid, order, table, level, held, rate, usage };
        if new > 0 {
            known.open(session, bars, request, sweep);
            known.look_up();
            known.reserve(new);
        }
        known
    }

    fn open(
        &mut self,
        session: &'a Session,
        bars: &Bars,
        request: &SweepRequest,
        sweep: &Sweep<'_>,
    ) {
        match session.results.levels() {
            Ok(None) => {}
            Ok(Some(opened)) => {
                let lacks = opened.lacks_disk.clone();
                self.usage.degraded.extend(lacks.map(|reason| ("persistent".to_owned(), reason)));
                // Whose program cannot be told from others has no cache.
                self.place = self.key(bars, request, sweep).map(|key| (opened, key));
            }
            Err(reason) => self.give_up(&reason),
        }
    }

    fn look_up(&mut self) {
        let Some((opened, key)) = self.place else { return };
        let Lookup { found, degraded } = opened.cache.look_up(&key);
        let can_be_asked = degraded.len() < opened.lasting;
        let told = self.usage.degrade(degraded);
        match found {
            Some((table, level)) => {
                self.table = table;
                self.level = opened.cache.names().nth(level).unwrap_or_default().to_owned();
            }
            None if can_be_asked => {}
            // What may be there is not replaced by what is new alone.
            None => self.give_up(&told),
        }
    }

    /// Reserves the table that was found, if there is room for one with what is new, too.
    fn reserve(&mut self, new: usize) {
        if self.place.is_none() {
            return;
        }
        let found = table::len(&self.table);
        let all = keeping_bytes(found, new.min(ROWS_MAX));
        let room = self.held.job().check(Kind::Fixed, Bytes(all as u64));
        let table = Bytes(self.table.len() as u64);
        if let Err(refused) = room.and_then(|()| self.held.try_resize(table)) {
            self.table = Arc::default();
            self.give_up(&refused);
        }
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
        if self.table.is_empty() {
            return None;
        }
        let row = line::row(index, &table::find(&self.table, &self.parameters(index))?);
        self.usage.found += usize::from(row.is_some());
        row
    }

    /// Adds the rows that were run.
    pub(super) fn keep(&mut self, rows: &[Row]) {
        let Some((opened, key)) = self.place.filter(|_| !rows.is_empty()) else { return };
        let job = self.held.job();
        let _scope = job.enter();
        let is_full = table::len(&self.table) + rows.len() > ROWS_MAX;
        if is_full && self.usage.found == 0 {
            // What is there is of other grids: what is new is wanted sooner.
            self.table = Arc::default();
        }
        let room = ROWS_MAX.saturating_sub(table::len(&self.table));
        let rows_run = rows.len();
        let rows = &rows[..room.min(rows_run)];
        self.usage.left_out = rows_run - rows.len();
        if rows.is_empty() {
            return;
        }
        let bytes = keeping_bytes(table::len(&self.table), rows.len());
        if let Err(refused) = self.held.try_resize(Bytes(bytes as u64)) {
            self.usage.failed = Some(format!("{refused}: new rows are not kept"));
            return;
        }
        let record =
            |row: &Row| (self.parameters(row.index), line::figures(row).map(f64::to_le_bytes));
        let all = table::with(&self.table, rows.iter().map(record).collect());
        if let Some(rate) = self.rate {
            rate.wait("rows of sweeps", all.len() as u64);
        }
        match opened.cache.insert(&key, all) {
            Ok(()) => self.usage.kept = rows.len(),
            Err(errors) => {
                let is_kept = errors.0.len() < opened.lasting;
                let told = self.usage.degrade(errors.0);
                match is_kept {
                    true => self.usage.kept = rows.len(),
                    false => self.usage.failed = Some(format!("{told}: new rows are not kept")),
                }
            }
        }
        self.held.shrink(Bytes(self.table.len() as u64));
    }

    /// Returns what was said of the choice of the best among all combinations, in their order, if
    /// it was measured in the same way.
    pub(super) fn assessment(
        &mut self,
        combinations: &[usize],
        seed: u64,
        bars_per_return: usize,
    ) -> Option<Assessment> {
        let (opened, _) = self.place?;
        let key = self.assessment_key(combinations, seed, bars_per_return)?;
        let Lookup { found, degraded } = opened.cache.look_up(&key);
        self.usage.degrade(degraded);
        let value: Value = serde_json::from_slice(&found?.0).ok()?;
        let assessment = Assessment::from_json(&value, self.grid)?;
        self.usage.assessment_found = true;
        Some(assessment)
    }

    /// Keeps what was said of the choice of the best.
    pub(super) fn keep_assessment(&mut self, combinations: &[usize], assessment: &Assessment) {
        let _scope = Component::Cache.enter();
        let Assessment { seed, bars_per_return, .. } = *assessment;
        let key = self.assessment_key(combinations, seed, bars_per_return);
        let Some(((opened, _), key)) = self.place.zip(key) else { return };
        let value = assessment.to_json().to_string().into_bytes();
        if let Err(errors) = opened.cache.insert(&key, value) {
            self.usage.degrade(errors.0);
        }
    }

    /// Returns the hash of all that an assessment depends on.
    fn assessment_key(
        &self,
        combinations: &[usize],
        seed: u64,
        bars_per_return: usize,
    ) -> Option<[u8; 16]> {
        let (_, key) = self.place?;
        let mut hash = Xxh3::new();
        add_text(&mut hash, "assessment");
        hash.update(&key);
        hash.update(&seed.to_le_bytes());
        hash.update(&(bars_per_return as u64).to_le_bytes());
        combinations.iter().for_each(|&index| hash.update(&self.parameters(index)));
        Some(hash.digest128().to_le_bytes())
    }

    /// Returns what the cache had to do with the sweep.
    pub(super) fn finish(self) -> CacheUse {
        let _scope = Component::Cache.enter();
        let Self { level, mut usage, .. } = self;
        if usage.found > 0 {
            usage.by_level = BTreeMap::from([(level, usage.found)]);
        }
        usage
    }

    /// Returns the hash of a combination's parameters.
    fn parameters(&self, index: usize) -> Parameters {
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

/// Adds what all rows of a sweep have in common. Everything is named, so that what a later version
/// adds has to be thought of.
fn add_request(hash: &mut Xxh3, request: &SweepRequest, sweep: &Sweep<'_>) {
    let SweepRequest { plan, trading, grid: _, condition: _, events, seed: _ } = request;
    add_text(hash, &plan.canonical());
    add_debug(hash, &(trading, sweep.periods.value, sweep.risk_free));
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
