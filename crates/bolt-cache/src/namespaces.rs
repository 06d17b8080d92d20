//! The caches of a process, by name, which share the memory that a budget has for caches.

use crate::cache::ENTRY_BYTES;
use crate::codec::Codec;
use crate::key::Key;
use crate::levels::{LevelErrors, Levels, LevelsError, LevelsStats, MultiLevel, ResizeError, part};
use bolt_base::Bytes;
use bolt_memory::{Budget, Component, Cost, Reclaim, Refused, Registration};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The caches of a process, each with levels, weights and times to live of its own.
///
/// Their levels in memory are reserved from the budget's [`Component::Cache`] as they fill, and
/// shrink when the budget wants memory back.
#[derive(Debug)]
pub struct Caches {
    budget: Budget,
    namespaces: Arc<Namespaces>,
    _registration: Registration,
}

/// Why there is no cache of a name.
#[derive(Debug, thiserror::Error)]
pub enum CachesError {
    /// There is one already.
    #[error("there is a cache `{0}` already")]
    Exists(String),
    /// Its levels cannot be.
    #[error("the cache `{name}`: {error}")]
    Levels {
        /// The cache's name.
        name: String,
        /// What is wrong with them.
        error: LevelsError,
    },
    /// There is no memory even for an empty one.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// What a cache has done, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceStats {
    /// The cache's name.
    pub name: String,
    /// What is reserved for its levels in memory, with what they take beside their entries.
    pub held: Bytes,
    /// Its levels.
    pub levels: LevelsStats,
}

/// What can be done with a cache of whichever keys and values.
pub trait Namespace: Send + Sync {
    /// Returns what the levels have done, and what they hold.
    fn stats(&self) -> LevelsStats;

    /// Returns what is reserved for the levels in memory.
    fn held(&self) -> Bytes;

    /// Changes the most that a level may hold.
    ///
    /// # Errors
    /// If there is no such level, or if it cannot.
    fn resize(&self, level: &str, capacity: Bytes) -> Result<(), ResizeError>;

    /// Removes everything from all levels.
    ///
    /// # Errors
    /// If some levels failed.
    fn clear(&self) -> Result<(), LevelErrors>;

    /// Makes the levels in memory smaller, and returns by how much.
    fn shrink(&self, bytes: Bytes) -> Bytes;
}

impl Caches {
    /// Returns no caches yet, which draw on a budget.
    pub fn new(budget: &Budget) -> Self {
        let namespaces = Arc::new(Namespaces::default());
        let registration = budget.on_reclaim(Component::Cache, Cost::Shrink, &namespaces);
        Self { budget: budget.clone(), namespaces, _registration: registration }
    }

    /// Returns a new cache. `weigh` says how many bytes a key and a value have outside of
    /// themselves, on the heap; the rest is added.
    ///
    /// # Errors
    /// If there is one of that name, if the levels cannot be, or if there is no memory for them.
    pub fn open<K, V>(
        &self,
        name: &str,
        levels: Levels,
        weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static,
        codec: impl Codec<V> + 'static,
    ) -> Result<Arc<MultiLevel<K, V>>, CachesError>
    where
        K: Key + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let exists = || CachesError::Exists(name.to_owned());
        if self.get(name).is_some() {
            return Err(exists());
        }
        let cache = levels.build(with_overhead(weigh), codec);
        let mut cache =
            cache.map_err(|error| CachesError::Levels { name: name.to_owned(), error })?;
        cache.reserve_from(self.budget.job(Component::Cache, name, None))?;
        let cache = Arc::new(cache);
        let mut all = self.namespaces.lock();
        if all.contains_key(name) {
            return Err(exists());
        }
        all.insert(name.to_owned(), Arc::clone(&cache) as Arc<dyn Namespace>);
        Ok(cache)
    }

    /// Returns a cache by its name.
    pub fn get(&self, name: &str) -> Option<Arc<dyn Namespace>> {
        self.namespaces.lock().get(name).cloned()
    }

    /// Lets go of a cache; returns whether there was one. Who uses it may go on.
    pub fn close(&self, name: &str) -> bool {
        let closed = self.namespaces.lock().remove(name);
        closed.is_some()
    }

    /// Returns what all caches have done, and what they hold, by name.
    pub fn stats(&self) -> Vec<NamespaceStats> {
        let stats = |(name, cache): (String, Arc<dyn Namespace>)| NamespaceStats {
            name,
            held: cache.held(),
            levels: cache.stats(),
        };
        self.namespaces.all().into_iter().map(stats).collect()
    }
}

/// Returns what an entry weighs, given what it has on the heap.
fn with_overhead<K, V>(
    weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static,
) -> impl Fn(&K, &V) -> u64 + Send + Sync + 'static {
    let beside = ENTRY_BYTES + (size_of::<K>() + size_of::<V>()) as u64;
    move |key, value| weigh(key, value).saturating_add(beside)
}

/// What gives memory back.
#[derive(Default)]
struct Namespaces(Mutex<BTreeMap<String, Arc<dyn Namespace>>>);

impl Namespaces {
    /// Never held while a cache is used: it might ask for memory.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<dyn Namespace>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<(String, Arc<dyn Namespace>)> {
        self.lock().iter().map(|(name, cache)| (name.clone(), Arc::clone(cache))).collect()
    }
}

impl Reclaim for Namespaces {
    /// Each gives in proportion to what it holds.
    fn reclaim(&self, bytes: Bytes) -> Bytes {
        let all: Vec<_> =
            self.all().into_iter().map(|(_, cache)| (cache.held().0, cache)).collect();
        let total: u64 = all.iter().map(|(held, _)| held).sum();
        let bytes = bytes.0.min(total);
        let given = |(held, cache): &(u64, Arc<dyn Namespace>)| {
            cache.shrink(Bytes(part(bytes, *held, total))).0
        };
        Bytes(all.iter().map(given).sum())
    }
}

impl fmt::Debug for Namespaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().keys()).finish()
    }
}

#[cfg(test)]
mod tests;
