//! Which levels there are.

use super::MultiLevel;
use super::level::Level;
use crate::cache::{Cache, CacheOptions};
use crate::codec::Codec;
use crate::compressed::{Compressed, CompressedOptions};
use crate::key::Key;
use crate::store::Store;
use bolt_base::{Bytes, Clock};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The level of values as they are used.
#[derive(Debug, Clone)]
pub struct MemoryOptions {
    /// The level's name in statistics and messages.
    pub name: String,
    /// The most that the weights of all entries may add up to.
    pub capacity: Bytes,
    /// About how many entries that is.
    pub entries: usize,
    /// How long a value is valid; for ever, if `None`.
    pub time_to_live: Option<Duration>,
}

/// A level of bytes, in memory or elsewhere.
struct Below {
    store: Arc<dyn Store>,
    time_to_live: Option<Duration>,
    /// The store, if it is one in this process's memory.
    compressed: Option<Arc<Compressed>>,
}

/// The levels of a cache, to be named from the fastest to the slowest. Memory is always the
/// fastest; every other may be left out, too.
pub struct Levels {
    clock: Arc<dyn Clock>,
    threads: usize,
    memory: Option<MemoryOptions>,
    below: Vec<Below>,
}

/// Why there is no cache of some levels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelsError {
    /// There is no level.
    #[error("a cache needs at least one level")]
    None,
    /// Statistics and messages could not tell two levels apart.
    #[error("two cache levels are called `{0}`")]
    SameName(String),
}

impl Levels {
    /// Returns no levels yet, for so many threads that use them at once.
    pub fn new(threads: usize, clock: Arc<dyn Clock>) -> Self {
        Self { clock, threads, memory: None, below: Vec::new() }
    }

    /// Keeps values in memory as they are used.
    #[must_use]
    pub fn memory(self, options: MemoryOptions) -> Self {
        Self { memory: Some(options), ..self }
    }

    /// Keeps values in memory as compressed bytes, below the levels that were named before.
    #[must_use]
    pub fn compressed(self, name: &str, capacity: Bytes, time_to_live: Option<Duration>) -> Self {
        let Self { threads, ref clock, .. } = self;
        let options = CompressedOptions { name: name.to_owned(), capacity, threads, time_to_live };
        let store = Arc::new(Compressed::new(options, Arc::clone(clock)));
        let compressed = Some(Arc::clone(&store));
        self.below(Below { store, time_to_live: None, compressed })
    }

    /// Keeps values as bytes in a store, below the levels that were named before. The store is to
    /// be used by this cache alone: its keys are not marked, and clearing empties it.
    ///
    /// `time_to_live`: how long a value is valid there; as long as the store says, if `None`.
    #[must_use]
    pub fn store(self, store: Arc<dyn Store>, time_to_live: Option<Duration>) -> Self {
        self.below(Below { store, time_to_live, compressed: None })
    }

    fn below(mut self, below: Below) -> Self {
        self.below.push(below);
        self
    }

    /// Returns the cache. `weigh` says what an entry costs in the level of values, mostly in bytes.
    ///
    /// # Errors
    /// If there is no level, or if two have the same name.
    pub fn build<K: Key, V>(
        self,
        weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static,
        codec: impl Codec<V> + 'static,
    ) -> Result<MultiLevel<K, V>, LevelsError> {
        self.check()?;
        let Self { clock, threads, memory, below } = self;
        // Without the level, it keeps nothing, and still has one thread compute for all.
        let nothing = || MemoryOptions {
            name: String::new(),
            capacity: Bytes(0),
            entries: 0,
            time_to_live: None,
        };
        let memory_name = memory.as_ref().map(|memory| memory.name.clone());
        let MemoryOptions { name: _, capacity, entries, time_to_live } =
            memory.unwrap_or_else(nothing);
        let options = CacheOptions { capacity, entries, threads, time_to_live };
        let memory =
            Cache::new(&options, move |key, value: &Arc<V>| weigh(key, value), Arc::clone(&clock));
        let level = |below| {
            let Below { store, time_to_live, compressed } = below;
            Level::new(store, time_to_live, compressed, Arc::clone(&clock))
        };
        let below = below.into_iter().map(level).collect();
        Ok(MultiLevel::new(memory_name, memory, below, Box::new(codec)))
    }

    fn check(&self) -> Result<(), LevelsError> {
        let mut seen = BTreeSet::new();
        let below = self.below.iter().map(|below| below.store.name());
        let names = self.memory.iter().map(|memory| memory.name.as_str()).chain(below);
        for name in names {
            if !seen.insert(name) {
                return Err(LevelsError::SameName(name.to_owned()));
            }
        }
        if seen.is_empty() { Err(LevelsError::None) } else { Ok(()) }
    }
}
