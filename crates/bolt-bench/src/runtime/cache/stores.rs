//! The caches that are compared, behind the two calls that a trace needs. All are as their
//! documentation proposes for a number of entries.

use super::lru::Lru;
use bolt_base::{Bytes, SystemClock};
use bolt_cache::{Cache, CacheOptions};
use std::sync::Arc;

/// A cache of a number of entries.
pub(crate) trait Store {
    /// Returns the value of a key, if it is there.
    fn get(&mut self, key: u64) -> Option<u64>;

    /// Adds an entry whose key was not there.
    fn insert(&mut self, key: u64, value: u64);
}

/// A cache's name, and how one of a capacity is made.
pub(crate) type Maker = (&'static str, fn(usize) -> Box<dyn Store>);

/// The caches, ours first.
pub(crate) const STORES: [Maker; 4] = [
    ("bolt", |capacity| Box::new(ours(capacity))),
    ("quick_cache", |capacity| Box::new(quick_cache::sync::Cache::<u64, u64>::new(capacity))),
    ("moka", |capacity| Box::new(moka::sync::Cache::<u64, u64>::new(capacity as u64))),
    ("lru", |capacity| Box::new(Lru::new(capacity))),
];

/// Returns our cache of a number of entries.
pub(crate) fn ours(capacity: usize) -> Cache<u64, u64> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = CacheOptions {
        capacity: Bytes(capacity as u64),
        entries: capacity,
        threads,
        time_to_live: None,
    };
    Cache::new(&options, |_, _| 1, Arc::new(SystemClock::default()))
}

impl Store for Cache<u64, u64> {
    fn get(&mut self, key: u64) -> Option<u64> {
        Self::get(self, &key)
    }

    fn insert(&mut self, key: u64, value: u64) {
        Self::insert(self, key, value);
    }
}

impl Store for quick_cache::sync::Cache<u64, u64> {
    fn get(&mut self, key: u64) -> Option<u64> {
        Self::get(self, &key)
    }

    fn insert(&mut self, key: u64, value: u64) {
        Self::insert(self, key, value);
    }
}

impl Store for moka::sync::Cache<u64, u64> {
    fn get(&mut self, key: u64) -> Option<u64> {
        Self::get(self, &key)
    }

    fn insert(&mut self, key: u64, value: u64) {
        Self::insert(self, key, value);
    }
}

/// It keeps keys only; a value is its key.
impl Store for Lru {
    fn get(&mut self, key: u64) -> Option<u64> {
        self.get(key).then_some(key)
    }

    fn insert(&mut self, key: u64, _: u64) {
        self.insert(key);
    }
}
