//! The levels in memory, whose size a budget decides.

use super::room::{Fill, Room};
use super::{Level, MultiLevel};
use crate::cache::Cache;
use crate::compressed::Compressed;
use crate::key::Key;
use crate::levels::{LevelErrors, LevelsStats, ResizeError};
use crate::namespaces::Namespace;
use bolt_base::Bytes;
use bolt_memory::{Job, Refused};
use std::sync::Arc;

/// A level in memory.
pub(super) enum InMemory<'a, K, V> {
    Values(&'a Cache<K, Arc<V>>),
    Compressed(&'a Compressed),
}

impl<K: Key, V> InMemory<'_, K, V> {
    fn resize(&self, capacity: Bytes) {
        match self {
            Self::Values(cache) => cache.resize(capacity),
            Self::Compressed(level) => level.cache().resize(capacity),
        }
    }

    fn capacity(&self) -> Bytes {
        match self {
            Self::Values(cache) => cache.capacity(),
            Self::Compressed(level) => level.cache().capacity(),
        }
    }

    /// Returns how full it is, and what it takes beside its entries.
    fn fill(&self) -> (Fill, Bytes) {
        let (stats, heaviest) = match self {
            Self::Values(cache) => (cache.stats(), cache.heaviest()),
            // What a value weighs there is known when it is compressed.
            Self::Compressed(level) => (level.cache().stats(), Bytes(u64::MAX)),
        };
        (Fill { used: stats.weight, too_large: stats.too_large, heaviest }, stats.overhead)
    }
}

impl<K: Key, V> MultiLevel<K, V> {
    /// Has the levels in memory reserve what they hold from now on; until then, there was nothing.
    /// Their capacities become limits.
    pub(crate) fn reserve_from(&mut self, job: Job) -> Result<(), Refused> {
        let limits: Vec<Bytes> = self.in_memory().map(|level| level.capacity()).collect();
        self.room = Some(Room::new(job, &limits, self.overhead())?);
        self.in_memory().for_each(|level| level.resize(Bytes(0)));
        self.grow(0);
        Ok(())
    }

    /// Lets the level of values grow if it is too small for an entry that it is about to be given.
    pub(super) fn make_room(&self, key: &K, value: &Arc<V>) {
        if self.room.is_none() || self.memory_name.is_none() {
            return;
        }
        let weight = self.memory.weight(key, value);
        if Bytes(weight) > self.memory.heaviest() {
            self.grow(weight);
        }
    }

    /// Takes note that an entry was offered to the levels, and lets them grow if it is time.
    pub(super) fn offered(&self, key: &K, value: &Arc<V>) {
        if let Some(room) = &self.room {
            let weight = self.memory.weight(key, value);
            if room.offer(weight) {
                self.grow(weight);
            }
        }
    }

    fn grow(&self, entry: u64) {
        if let Some(room) = &self.room {
            let levels: Vec<_> = self.in_memory().collect();
            room.grow(
                entry,
                |index| levels[index].fill().0,
                |index, capacity| levels[index].resize(capacity),
            );
        }
    }

    /// Changes the capacity of a level, or its limit, if it has to reserve what it holds.
    pub(super) fn resize_in_memory(&self, index: usize, capacity: Bytes) {
        let levels: Vec<_> = self.in_memory().collect();
        match &self.room {
            None => levels[index].resize(capacity),
            Some(room) => {
                room.limit(index, capacity, |index, capacity| levels[index].resize(capacity));
            }
        }
    }

    /// Returns the levels in memory, from the fastest.
    fn in_memory(&self) -> impl Iterator<Item = InMemory<'_, K, V>> {
        let values = self.memory_name.is_some().then_some(InMemory::Values(&self.memory));
        let compressed = self.below.iter().filter_map(Level::compressed);
        values.into_iter().chain(compressed.map(InMemory::Compressed))
    }

    /// Returns a level's number among those in memory, if it is one.
    pub(super) fn index_in_memory(&self, level: usize) -> Option<usize> {
        let below = self.below.iter().map(|level| level.compressed().is_some());
        let mut all = self.memory_name.iter().map(|_| true).chain(below);
        let before = all.by_ref().take(level).filter(|is_in_memory| *is_in_memory).count();
        all.next().unwrap_or(false).then_some(before)
    }

    /// Returns what the levels in memory take beside keys and values.
    pub(crate) fn overhead(&self) -> Bytes {
        Bytes(self.in_memory().map(|level| level.fill().1.0).sum())
    }

    /// Checks that no level holds more than is reserved for it.
    #[cfg(test)]
    pub(crate) fn check_room(&self) {
        let levels: Vec<_> = self.in_memory().collect();
        self.room.as_ref().unwrap().with_capacities(|capacities| {
            for (level, capacity) in levels.iter().zip(capacities) {
                assert_eq!(level.capacity(), Bytes(*capacity));
                assert!(level.fill().0.used <= Bytes(*capacity));
            }
        });
    }
}

impl<K: Key + Send + Sync, V: Send + Sync> Namespace for MultiLevel<K, V> {
    fn stats(&self) -> LevelsStats {
        Self::stats(self)
    }

    fn held(&self) -> Bytes {
        self.room.as_ref().map_or(Bytes(0), Room::held)
    }

    fn resize(&self, level: &str, capacity: Bytes) -> Result<(), ResizeError> {
        Self::resize(self, level, capacity)
    }

    fn clear(&self) -> Result<(), LevelErrors> {
        Self::clear(self)
    }

    fn shrink(&self, bytes: Bytes) -> Bytes {
        let levels: Vec<_> = self.in_memory().collect();
        let resize = |index: usize, capacity| levels[index].resize(capacity);
        self.room.as_ref().map_or(Bytes(0), |room| room.shrink(bytes, resize))
    }
}
