//! What a cache has done.

use bolt_base::Bytes;

/// What a cache has done since it was made, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheStats {
    /// Look-ups that found their key.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Values kept whose key was not there.
    pub inserts: u64,
    /// Values kept in place of another of the same key.
    pub updates: u64,
    /// Values not kept, because all that would have had to go is worth more.
    pub rejected: u64,
    /// Values not kept, because one shard cannot hold them.
    pub too_large: u64,
    /// Entries that went.
    pub evicted: Evictions,
    /// Computations started by `get_or_compute`.
    pub computed: u64,
    /// Computations that failed or panicked.
    pub failed: u64,
    /// Callers of `get_or_compute` that waited for another's computation.
    pub joined: u64,
    /// Entries now.
    pub entries: u64,
    /// What their weights add up to now.
    pub weight: Bytes,
    /// The most that these may add up to.
    pub capacity: Bytes,
    /// Memory beside keys and values: places, what is remembered of keys, and what was learned.
    pub overhead: Bytes,
}

/// Entries that went, by why they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evictions {
    /// Others were worth more.
    pub for_room: u64,
    /// Their time was over.
    pub expired: u64,
    /// The cache was made smaller.
    pub resized: u64,
    /// They were removed by name, or all were.
    pub removed: u64,
}

impl CacheStats {
    /// Returns the share of look-ups that found their key; `None` before the first.
    pub fn hit_ratio(&self) -> Option<f64> {
        share_of_hits(self.hits, self.misses)
    }

    /// Adds those of another shard.
    pub(crate) fn add(&mut self, other: &Self) {
        let Self {
            hits,
            misses,
            inserts,
            updates,
            rejected,
            too_large,
            evicted,
            computed,
            failed,
            joined,
            entries,
            weight,
            capacity,
            overhead,
        } = other;
        let Evictions { for_room, expired, resized, removed } = evicted;
        self.hits += hits;
        self.misses += misses;
        self.inserts += inserts;
        self.updates += updates;
        self.rejected += rejected;
        self.too_large += too_large;
        self.evicted.for_room += for_room;
        self.evicted.expired += expired;
        self.evicted.resized += resized;
        self.evicted.removed += removed;
        self.computed += computed;
        self.failed += failed;
        self.joined += joined;
        self.entries += entries;
        self.weight.0 += weight.0;
        self.capacity.0 += capacity.0;
        self.overhead.0 += overhead.0;
    }
}

/// Returns the share of look-ups that are hits; `None` if there are none.
pub(crate) fn share_of_hits(hits: u64, misses: u64) -> Option<f64> {
    let lookups = hits as f64 + misses as f64;
    (lookups > 0.0).then(|| hits as f64 / lookups)
}
