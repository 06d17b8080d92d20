//! Results that were computed before: in memory while a session lives, in a Redis server and in
//! files, which outlive it.

mod usage;

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bolt_base::{Bytes, Clock};
use bolt_cache::{
    Caches, CachesError, Levels, LevelsStats, MemoryOptions, MultiLevel, Persistent,
    PersistentOptions, Plain, Redis, RedisOptions, Store, StoreError, WallClock, system_wall_clock,
};
use bolt_config::Config;
use bolt_memory::{Budget, Component};

use crate::SessionError;
pub use usage::Usage;

/// Results by the hash of all that they depend on.
pub(crate) type Kept = MultiLevel<[u8; 16], Vec<u8>>;

/// What all keys on a server begin with.
const NAMESPACE: &str = "bolt:results";
/// The name of the level in memory.
const MEMORY: &str = "memory";
/// A value in memory is expected to take about as much.
const VALUE_BYTES: u64 = 256 << 10;

/// Where results are looked for and left. Nothing is opened or connected to before the first one is
/// wanted.
pub struct Results {
    /// The level on disk, if there is one.
    options: Option<PersistentOptions>,
    /// The level in a server, if there is one.
    redis: Option<Arc<Redis>>,
    address: Option<String>,
    memory: Option<InMemory>,
    wall_clock: WallClock,
    disk: OnceLock<Result<Arc<dyn Store>, String>>,
    levels: OnceLock<Result<Option<Opened>, String>>,
}

/// The level in memory.
struct InMemory {
    caches: Caches,
    budget: Budget,
    /// The most that it may take; the share of caches, if `None`.
    limit: Option<Bytes>,
    time_to_live: Duration,
    clock: Arc<dyn Clock>,
}

/// The levels as they were opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) cache: Arc<Kept>,
    /// How many of the levels outlive the session.
    pub(crate) lasting: usize,
    /// Why there is no level on disk though the settings want one.
    pub(crate) lacks_disk: Option<String>,
}

impl Results {
    /// Returns those that the settings ask for, without a level in memory. `clock` is that of the
    /// server's timeouts.
    ///
    /// # Errors
    /// If `cache.redis` is no address.
    pub fn of_config(config: &Config, clock: &Arc<dyn Clock>) -> Result<Self, SessionError> {
        let mut results = Self::none();
        if config.cache_size() == Bytes(0) {
            return Ok(results);
        }
        let time_to_live = config.cache_time_to_live();
        results.options = config.cache_path().map(|path| PersistentOptions {
            path: path.join("results"),
            capacity: config.cache_size(),
            time_to_live,
        });
        if let Some(url) = config.cache_redis() {
            let options = RedisOptions::of_url(url, NAMESPACE).map_err(|reason| {
                SessionError::Settings(format!("the setting `cache.redis` is no address: {reason}"))
            })?;
            results.address = Some(options.address.clone());
            let options = RedisOptions { time_to_live, ..options };
            results.redis = Some(Arc::new(Redis::new(options, clock.clone())));
        }
        Ok(results)
    }

    /// Returns those of a store.
    pub fn of_store(store: Arc<dyn Store>) -> Self {
        let mut results = Self::none();
        results.disk = OnceLock::from(Ok(store));
        results
    }

    fn none() -> Self {
        Self {
            options: None,
            redis: None,
            address: None,
            memory: None,
            wall_clock: system_wall_clock(),
            disk: OnceLock::new(),
            levels: OnceLock::new(),
        }
    }

    /// Returns them with a level in memory, as large and for as long as the settings say, which
    /// takes it from the caches' part of a budget as it fills.
    #[must_use]
    pub fn in_memory(mut self, config: &Config, budget: &Budget, clock: &Arc<dyn Clock>) -> Self {
        let limit = config.cache_memory();
        self.memory = (limit != Some(Bytes(0))).then(|| InMemory {
            caches: Caches::new(budget),
            budget: budget.clone(),
            limit,
            time_to_live: config.cache_memory_time_to_live(),
            clock: clock.clone(),
        });
        self
    }

    /// Tells the time of the level on disk by another clock.
    #[cfg(test)]
    pub(crate) fn set_clock(&mut self, clock: WallClock) {
        self.wall_clock = clock;
    }

    /// Returns the folder on disk, and how much is kept there for how long; `None` if the settings
    /// want none.
    pub fn options(&self) -> Option<&PersistentOptions> {
        self.options.as_ref()
    }

    /// Returns host and port of the server, if the settings name one.
    pub fn redis(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// Returns the level on disk; `None` if none is wanted. While another process writes there, it
    /// can only be read.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn store(&self) -> Result<Option<&Arc<dyn Store>>, &str> {
        let Some(options) = &self.options else {
            return Ok(self.disk.get().and_then(|store| store.as_ref().ok()));
        };
        let open = || {
            let store = match Persistent::open(options, self.wall_clock.clone()) {
                Err(StoreError::Locked { path }) => {
                    Persistent::open_read_only(path, self.wall_clock.clone())
                }
                opened => opened,
            };
            store.map(|store| Arc::new(store) as _).map_err(|error| error.to_string())
        };
        self.disk.get_or_init(open).as_ref().map(Some).map_err(String::as_str)
    }

    /// Returns all levels; `None` if nothing is kept. What a level cannot do is said where it is
    /// asked.
    ///
    /// # Errors
    /// If none of those that outlive the session can be used.
    pub(crate) fn levels(&self) -> Result<Option<&Opened>, &str> {
        let opened = self.levels.get_or_init(|| self.open());
        opened.as_ref().map(Option::as_ref).map_err(String::as_str)
    }

    fn open(&self) -> Result<Option<Opened>, String> {
        let (disk, lacks_disk) = match self.store() {
            Ok(disk) => (disk, None),
            Err(reason) => (None, Some(reason.to_owned())),
        };
        let redis = self.redis.iter().map(|redis| Arc::clone(redis) as Arc<dyn Store>);
        let stores: Vec<Arc<dyn Store>> = redis.chain(disk.cloned()).collect();
        if stores.is_empty() {
            return lacks_disk.map_or(Ok(None), Err);
        }
        let lasting = stores.len();
        let below = |levels: Levels| {
            stores.iter().fold(levels, |levels, store| levels.store(store.clone(), None))
        };
        let cache = match &self.memory {
            Some(memory) => memory.open(below),
            None => below(Levels::new(1, Arc::new(bolt_base::SystemClock::default())))
                .build(weigh, Plain)
                .map(Arc::new)
                .map_err(|error| error.to_string()),
        };
        Ok(Some(Opened { cache: cache?, lasting, lacks_disk }))
    }

    /// Returns what this session has done at each level, and what they hold; `None` before the
    /// first result was wanted.
    pub fn stats(&self) -> Option<LevelsStats> {
        let opened = self.levels.get()?.as_ref().ok()?.as_ref()?;
        Some(opened.cache.stats())
    }

    /// Opens all levels, and returns what they hold; `None` if nothing is kept.
    ///
    /// # Errors
    /// If none of those that outlive the session can be used.
    pub fn look_at_levels(&self) -> Result<Option<LevelsStats>, &str> {
        Ok(self.levels()?.map(|opened| opened.cache.stats()))
    }

    /// Returns why the server cannot be used now, if that is its level and it does not answer.
    pub fn unusable(&self, level: &str) -> Option<String> {
        let redis = self.redis.as_ref().filter(|redis| redis.name() == level)?;
        redis.ping().err().map(|error| error.to_string())
    }

    /// Looks at what is kept on disk now, also while another process uses it.
    ///
    /// # Errors
    /// If the folder is there and cannot be read.
    pub fn look(&self) -> Result<Option<Persistent>, StoreError> {
        let Some(PersistentOptions { path, .. }) = &self.options else { return Ok(None) };
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::Io { path: path.clone(), source }),
            Ok(_) => Persistent::open_read_only(path, self.wall_clock.clone()).map(Some),
        }
    }

    /// Removes everything from all levels, and what was counted.
    ///
    /// # Errors
    /// If the folder cannot be used, another process uses it, or the server does not answer.
    pub fn clear(&self) -> Result<(), String> {
        self.store()?;
        if let Some(Opened { cache, .. }) = self.levels()? {
            cache.clear().map_err(|errors| errors.to_string())?;
        }
        if let Some(options) = &self.options {
            Usage::forget(&options.path);
        }
        Ok(())
    }
}

impl InMemory {
    /// Returns the levels with this one above those that `below` adds. Where there is not even
    /// memory for an empty one, they are without.
    fn open(&self, below: impl Fn(Levels) -> Levels) -> Result<Arc<Kept>, String> {
        let capacity = self.limit.unwrap_or_else(|| share_of_caches(&self.budget));
        let options = MemoryOptions {
            name: MEMORY.to_owned(),
            capacity,
            entries: usize::try_from(capacity.0 / VALUE_BYTES)
                .unwrap_or(usize::MAX)
                .clamp(16, 4_096),
            time_to_live: Some(self.time_to_live),
        };
        // One thread at a time asks for rows of a sweep.
        let levels = || Levels::new(1, self.clock.clone());
        match self.caches.open("results", below(levels().memory(options)), weigh, Plain) {
            Err(CachesError::Refused(_)) => {
                below(levels()).build(weigh, Plain).map(Arc::new).map_err(|error| error.to_string())
            }
            opened => opened.map_err(|error| error.to_string()),
        }
    }
}

/// Returns what a value has on the heap.
fn weigh(_: &[u8; 16], value: &Vec<u8>) -> u64 {
    value.capacity() as u64
}

/// Returns the memory that caches cannot be denied.
fn share_of_caches(budget: &Budget) -> Bytes {
    let report = budget.report();
    let caches = report.components.iter().find(|part| part.component == Component::Cache);
    caches.map_or(Bytes(0), |part| part.share)
}

impl Drop for Results {
    /// Adds what this process did to what others did.
    fn drop(&mut self) {
        let Some(PersistentOptions { path, .. }) = &self.options else { return };
        let Some(Ok(store)) = self.disk.get() else { return };
        let mut usage = Usage::of(path);
        match self.stats() {
            Some(stats) => {
                stats.levels.iter().for_each(|level| usage.add(&level.name, usage::done_by(level)));
            }
            None => usage.add(store.name(), store.stats()),
        }
        // A count that is not written harms nobody.
        let _ = usage.write(path);
    }
}

impl fmt::Debug for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, address, levels, .. } = self;
        f.debug_struct("Results")
            .field("options", options)
            .field("redis", address)
            .field("levels", levels)
            .finish_non_exhaustive()
    }
}
