//! Levels that keep bytes: what all of them can do, whatever they keep them in.

use crate::stats::share_of_hits;
use bolt_base::Bytes;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A level that keeps bytes: compressed, on disk, or in another process.
///
/// What it is given it may forget at any time; what it returns is what was last put, byte for byte.
pub trait Store: Send + Sync {
    /// Returns what the level is called in statistics and messages.
    fn name(&self) -> &str;

    /// Returns the value of a key. `Ok(None)` is a miss; a corrupt or expired entry is a miss,
    /// counted in the statistics.
    ///
    /// # Errors
    /// If the store cannot be asked.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps a value for a key, in place of the one that was there. It may be let go at once, if
    /// others are worth more.
    ///
    /// `time_to_live`: how long it is valid, by the clock the store was made with (`None`: the
    /// store's own time to live).
    ///
    /// # Errors
    /// If it is not kept because the store cannot, now or ever. The value that was there is not
    /// returned any longer, or the store cannot be asked either.
    fn put(
        &self,
        key: &[u8],
        value: &[u8],
        time_to_live: Option<Duration>,
    ) -> Result<(), StoreError>;

    /// Removes a key; returns whether it was there and valid.
    ///
    /// # Errors
    /// If the store cannot be asked.
    fn remove(&self, key: &[u8]) -> Result<bool, StoreError>;

    /// Removes everything.
    ///
    /// # Errors
    /// If the store cannot be asked.
    fn clear(&self) -> Result<(), StoreError>;

    /// Changes the capacity. If there is more, entries go until it fits.
    ///
    /// # Errors
    /// If the store cannot be asked, or its capacity is not ours to change.
    fn resize(&self, capacity: Bytes) -> Result<(), StoreError>;

    /// Returns what the store has done, and what it holds.
    fn stats(&self) -> StoreStats;
}

impl fmt::Debug for dyn Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// Why a store could not do what it was asked for. None of this loses more than what was cached.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file could not be read or written.
    #[error("cannot use `{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The operating system has no more room for files, or gives this user or process no more.
    #[error("no room to write `{}`: {source}", path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A key and its value are more than the store would give one entry.
    #[error("an entry of {bytes} is too large: the cache takes up to {most}")]
    TooLarge {
        /// What the entry takes.
        bytes: Bytes,
        /// The most that an entry may take.
        most: Bytes,
    },
    /// A file has a name of the store's, and does not begin as the store's files do.
    #[error("`{}` is not a file of the cache; it was left as it is", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another process writes to the store.
    #[error("another process uses the cache `{}`", path.display())]
    Locked {
        /// The store's folder.
        path: PathBuf,
    },
    /// The store was opened to be read only, as is done while another process writes to it.
    #[error("the cache `{}` can only be read while another process writes to it", path.display())]
    ReadOnly {
        /// The store's folder.
        path: PathBuf,
    },
    /// Another process or machine did not do it.
    #[error("the remote cache: {0}")]
    Remote(String),
    /// This store cannot do that at all.
    #[error("the cache `{store}` cannot {what}")]
    Unsupported {
        /// The store's name.
        store: String,
        /// What it was asked for, as a verb and its object.
        what: &'static str,
    },
}

/// What a store has done since it was made, and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Look-ups that found a value.
    pub hits: u64,
    /// Look-ups that did not, those of expired and corrupt entries among them.
    pub misses: u64,
    /// Values kept.
    pub writes: u64,
    /// Entries that were removed by name, or with all others.
    pub removed: u64,
    /// Entries that went for others, or because the store was made smaller.
    pub evicted: u64,
    /// Entries that went because their time was over.
    pub expired: u64,
    /// Entries that could not be read as they were written.
    pub corrupt: u64,
    /// Calls that ended in a [`StoreError`].
    pub errors: u64,
    /// Entries now.
    pub entries: u64,
    /// What they take now, as stored.
    pub bytes: Bytes,
    /// What their values have before compression.
    pub raw_bytes: Bytes,
    /// The most that `bytes` may be; `u64::MAX` if that is not ours to know.
    pub capacity: Bytes,
}

impl StoreStats {
    /// Returns the share of look-ups that found a value; `None` before the first.
    pub fn hit_ratio(&self) -> Option<f64> {
        share_of_hits(self.hits, self.misses)
    }

    /// Returns what compression saves; zero if what is stored beside the values takes more.
    pub fn saved(&self) -> Bytes {
        Bytes(self.raw_bytes.0.saturating_sub(self.bytes.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_and_savings_are_those_of_the_counts() {
        let stats = StoreStats { hits: 3, misses: 1, ..StoreStats::default() };
        assert_eq!((stats.hit_ratio(), StoreStats::default().hit_ratio()), (Some(0.75), None));
        let sizes = |raw, stored| StoreStats {
            raw_bytes: Bytes(raw),
            bytes: Bytes(stored),
            ..StoreStats::default()
        };
        assert_eq!((sizes(100, 40).saved(), sizes(40, 50).saved()), (Bytes(60), Bytes(0)));
    }

    #[test]
    fn errors_name_what_it_was_about() {
        let errors = [
            StoreError::Io { path: "cache/0.seg".into(), source: io::ErrorKind::NotFound.into() },
            StoreError::TooLarge { bytes: Bytes(4_096), most: Bytes(1_024) },
            StoreError::Locked { path: "cache".into() },
            StoreError::Remote("connection refused".into()),
            StoreError::Unsupported { store: "redis".into(), what: "change its capacity" },
        ];
        let expected = [
            "cannot use `cache/0.seg`: entity not found",
            "an entry of 4 KiB is too large: the cache takes up to 1 KiB",
            "another process uses the cache `cache`",
            "the remote cache: connection refused",
            "the cache `redis` cannot change its capacity",
        ];
        assert_eq!(errors.map(|error| error.to_string()), expected);
    }
}
