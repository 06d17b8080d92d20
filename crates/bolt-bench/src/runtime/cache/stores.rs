//! The caches that are compared, behind the two calls that a trace needs. All are as their
//! documentation proposes for a number of entries.

use super::lru::Lru;

/// A cache of a number of entries.
pub(crate) trait Store {
    /// Returns the value of a key, if it is there.
    fn get(&mut self, key: u64) -> Option<u64>;

    /// Adds an entry whose key was not there.
    fn insert(&mut self, key: u64, value: u64);
}

/// A cache's name, and how one of a capacity is made.
pub(crate) type Maker = (&'static str, fn(usize) -> Box<dyn Store>);

/// The caches.
pub(crate) const STORES: [Maker; 3] = [
    ("quick_cache", |capacity| Box::new(quick_cache::sync::Cache::<u64, u64>::new(capacity))),
    ("moka", |capacity| Box::new(moka::sync::Cache::<u64, u64>::new(capacity as u64))),
    ("lru", |capacity| Box::new(Lru::new(capacity))),
];

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
