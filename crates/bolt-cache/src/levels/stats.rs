//! What a cache of levels has done.

use super::level::{Counts, Level};
use crate::stats::{CacheStats, share_of_hits};
use bolt_base::Bytes;
use std::sync::atomic::Ordering::Relaxed;

/// What a level has done since it was made, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelStats {
    /// The level's name.
    pub name: String,
    /// Look-ups that found a value. A level is asked when those above have none.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Values written.
    pub writes: u64,
    /// Entries now.
    pub entries: u64,
    /// What they take now, as kept.
    pub bytes: Bytes,
    /// What their values have before compression; the same as `bytes` where nothing is compressed.
    pub raw_bytes: Bytes,
    /// The most that `bytes` may be.
    pub capacity: Bytes,
    /// The most that the capacity may become, where it grows as the level fills; otherwise the same.
    pub limit: Bytes,
    /// Whether `bytes` are in this process's memory.
    pub is_in_memory: bool,
    /// Values that were offered to this level because one below had them.
    pub promotions: u64,
    /// Entries that went for others, or because the level was made smaller.
    pub evicted: u64,
    /// Entries that went because their time was over.
    pub expired: u64,
    /// Entries that the level found to be damaged.
    pub corrupt: u64,
    /// Entries that are whole, but could not be decoded as values.
    pub undecodable: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Requests that did not ask this level, since it had failed several times just before.
    pub passed_over: u64,
}

impl LevelStats {
    /// Returns the share of look-ups that found a value; `None` before the first.
    pub fn hit_ratio(&self) -> Option<f64> {
        share_of_hits(self.hits, self.misses)
    }

    /// Returns what compression saves.
    pub fn saved(&self) -> Bytes {
        Bytes(self.raw_bytes.0.saturating_sub(self.bytes.0))
    }

    pub(super) fn of_memory(name: &str, stats: &CacheStats, promotions: u64) -> Self {
        Self {
            name: name.to_owned(),
            hits: stats.hits,
            misses: stats.misses,
            writes: stats.inserts + stats.updates,
            entries: stats.entries,
            bytes: stats.weight,
            raw_bytes: stats.weight,
            capacity: stats.capacity,
            limit: stats.capacity,
            is_in_memory: true,
            promotions,
            evicted: stats.evicted.for_room + stats.evicted.resized,
            expired: stats.evicted.expired,
            ..Self::default()
        }
    }

    pub(super) fn of(level: &Level) -> Self {
        let stats = level.store.stats();
        let Counts { promotions, undecodable, errors, passed_over } = &level.counts;
        let undecodable = undecodable.load(Relaxed);
        Self {
            name: level.store.name().to_owned(),
            hits: stats.hits.saturating_sub(undecodable),
            misses: stats.misses + undecodable,
            writes: stats.writes,
            entries: stats.entries,
            bytes: stats.bytes,
            raw_bytes: stats.raw_bytes,
            capacity: stats.capacity,
            limit: stats.capacity,
            is_in_memory: level.compressed().is_some(),
            promotions: promotions.load(Relaxed),
            evicted: stats.evicted,
            expired: stats.expired,
            corrupt: stats.corrupt,
            undecodable,
            errors: errors.load(Relaxed),
            passed_over: passed_over.load(Relaxed),
        }
    }
}

/// What a cache of levels has done since it was made, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LevelsStats {
    /// The levels, from the fastest.
    pub levels: Vec<LevelStats>,
    /// Values that were computed.
    pub computed: u64,
    /// Computations that failed or panicked.
    pub failed: u64,
    /// Requests that waited for one of the same key in another thread.
    pub joined: u64,
}

impl LevelsStats {
    /// Returns the statistics of a level.
    pub fn level(&self, name: &str) -> Option<&LevelStats> {
        self.levels.iter().find(|level| level.name == name)
    }

    /// Returns the memory that compression saves in all levels in memory.
    pub fn memory_saved(&self) -> Bytes {
        let in_memory = self.levels.iter().filter(|level| level.is_in_memory);
        Bytes(in_memory.map(|level| level.saved().0).sum())
    }
}
