//! Results that were computed before, in files that outlive the process.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bolt_base::Bytes;
use bolt_cache::{
    Persistent, PersistentOptions, Store, StoreError, StoreStats, WallClock, system_wall_clock,
};
use bolt_config::Config;
use bolt_market::data::{DataError, replace};
use serde_json::{Map, Value};

/// Where results are looked for and left. The files are opened when the first one is wanted.
pub struct Results {
    options: Option<PersistentOptions>,
    clock: WallClock,
    store: OnceLock<Result<Arc<dyn Store>, String>>,
}

impl Results {
    /// Returns those of a folder; of none, if the settings want none.
    pub fn of_config(config: &Config) -> Self {
        let is_wanted = config.cache_size() > Bytes(0);
        let options = config.cache_path().filter(|_| is_wanted).map(|path| PersistentOptions {
            path: path.join("results"),
            capacity: config.cache_size(),
            time_to_live: config.cache_time_to_live(),
        });
        Self { options, clock: system_wall_clock(), store: OnceLock::new() }
    }

    /// Returns those of a store.
    pub fn of_store(store: Arc<dyn Store>) -> Self {
        Self { options: None, clock: system_wall_clock(), store: OnceLock::from(Ok(store)) }
    }

    /// Tells the time by another clock.
    #[cfg(test)]
    pub(crate) fn set_clock(&mut self, clock: WallClock) {
        self.clock = clock;
    }

    /// Returns their folder, and how much of them is kept for how long; `None` if the settings want
    /// none.
    pub fn options(&self) -> Option<&PersistentOptions> {
        self.options.as_ref()
    }

    /// Returns where they are; `None` if none are wanted. While another process writes there, they
    /// can only be read.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn store(&self) -> Result<Option<&dyn Store>, &str> {
        let Some(options) = &self.options else {
            return Ok(self.store.get().and_then(|store| store.as_deref().ok()));
        };
        let open = || {
            let store = match Persistent::open(options, self.clock.clone()) {
                Err(StoreError::Locked { path }) => {
                    Persistent::open_read_only(path, self.clock.clone())
                }
                opened => opened,
            };
            store.map(|store| Arc::new(store) as _).map_err(|error| error.to_string())
        };
        self.store.get_or_init(open).as_deref().map(Some).map_err(String::as_str)
    }

    /// Looks at what is kept now, also while another process uses it.
    ///
    /// # Errors
    /// If the folder is there and cannot be read.
    pub fn look(&self) -> Result<Option<Persistent>, StoreError> {
        let Some(PersistentOptions { path, .. }) = &self.options else { return Ok(None) };
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::Io { path: path.clone(), source }),
            Ok(_) => Persistent::open_read_only(path, self.clock.clone()).map(Some),
        }
    }

    /// Removes everything, and what was counted.
    ///
    /// # Errors
    /// If the folder cannot be used, or another process uses it.
    pub fn clear(&self) -> Result<(), String> {
        if let Some(store) = self.store()? {
            store.clear().map_err(|error| error.to_string())?;
        }
        if let Some(options) = &self.options {
            let _ = fs::remove_file(Usage::file(&options.path));
        }
        Ok(())
    }
}

impl Drop for Results {
    /// Adds what this process did to what others did.
    fn drop(&mut self) {
        if let (Some(options), Some(Ok(store))) = (&self.options, self.store.get()) {
            // A count that is not written harms nobody.
            let _ = Usage::of(&options.path).and(store.stats()).write(&options.path);
        }
    }
}

impl fmt::Debug for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, clock: _, store } = self;
        f.debug_struct("Results").field("options", options).field("store", store).finish()
    }
}

/// What processes did with kept results since these were last cleared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// What was done; of what is held, nothing.
    pub done: StoreStats,
}

impl Usage {
    /// Reads what was counted for a folder of results; nothing, if that cannot be read.
    pub fn of(folder: &Path) -> Self {
        let text = fs::read_to_string(Self::file(folder)).unwrap_or_default();
        let object: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
        let mut usage = Self::default();
        for (name, count) in usage.counts_mut() {
            *count = object.get(name).and_then(Value::as_u64).unwrap_or(0);
        }
        usage
    }

    /// Returns what is counted, and how often it happened.
    pub fn counts(mut self) -> [(&'static str, u64); 7] {
        self.counts_mut().map(|(name, count)| (name, *count))
    }

    fn counts_mut(&mut self) -> [(&'static str, &mut u64); 7] {
        let StoreStats { hits, misses, writes, evicted, expired, corrupt, errors, .. } =
            &mut self.done;
        [
            ("hits", hits),
            ("misses", misses),
            ("writes", writes),
            ("evicted", evicted),
            ("expired", expired),
            ("corrupt", corrupt),
            ("errors", errors),
        ]
    }

    fn and(mut self, done: StoreStats) -> Self {
        for ((_, count), (_, more)) in self.counts_mut().into_iter().zip(Self { done }.counts()) {
            *count += more;
        }
        self
    }

    fn write(self, folder: &Path) -> Result<(), DataError> {
        let counts = self.counts().map(|(name, count)| (name.to_owned(), Value::from(count)));
        let object = Value::Object(counts.into_iter().collect());
        replace(&Self::file(folder), |out| writeln!(out, "{object}"))
    }

    /// Returns the file beside the folder: what is in the folder is the store's.
    fn file(folder: &Path) -> PathBuf {
        folder.with_extension("usage.json")
    }
}
