//! What processes did with kept results, by level.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use bolt_cache::{LevelStats, StoreStats};
use bolt_market::data::{DataError, replace};
use serde_json::{Map, Value};

/// What processes did with kept results since these were last cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// What was done at each level by its name; of what is held, nothing.
    pub levels: BTreeMap<String, StoreStats>,
}

impl Usage {
    /// Reads what was counted for a folder of results; nothing, if that cannot be read.
    pub fn of(folder: &Path) -> Self {
        let text = fs::read_to_string(Self::file(folder)).unwrap_or_default();
        let levels: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
        let done = |(name, counted): (String, Value)| {
            let mut done = StoreStats::default();
            for (name, count) in counts_mut(&mut done) {
                *count = counted.get(name).and_then(Value::as_u64).unwrap_or(0);
            }
            (name, done)
        };
        Self { levels: levels.into_iter().map(done).collect() }
    }

    /// Returns what was done on disk.
    pub fn on_disk(&self) -> StoreStats {
        self.levels.get("persistent").copied().unwrap_or_default()
    }

    /// Returns what is counted of a level, and how often it happened.
    pub fn counts(mut done: StoreStats) -> [(&'static str, u64); 7] {
        counts_mut(&mut done).map(|(name, count)| (name, *count))
    }

    /// Adds what was done at a level.
    pub(super) fn add(&mut self, level: &str, done: StoreStats) {
        let all = self.levels.entry(level.to_owned()).or_default();
        for ((_, count), (_, more)) in counts_mut(all).into_iter().zip(Self::counts(done)) {
            *count = count.saturating_add(more);
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), DataError> {
        let level = |(name, done): (&String, &StoreStats)| {
            let counts = Self::counts(*done).map(|(name, count)| (name.to_owned(), count.into()));
            (name.clone(), Value::Object(counts.into_iter().collect()))
        };
        let object = Value::Object(self.levels.iter().map(level).collect());
        replace(&Self::file(folder), |out| writeln!(out, "{object}"))
    }

    /// Forgets what was counted for a folder.
    pub(super) fn forget(folder: &Path) {
        let _ = fs::remove_file(Self::file(folder));
    }

    /// Returns the file beside the folder: what is in the folder is the store's.
    fn file(folder: &Path) -> PathBuf {
        folder.with_extension("usage.json")
    }
}

/// Returns what a level did.
pub(super) fn done_by(level: &LevelStats) -> StoreStats {
    let LevelStats { hits, misses, writes, evicted, expired, corrupt, errors, .. } = *level;
    StoreStats { hits, misses, writes, evicted, expired, corrupt, errors, ..StoreStats::default() }
}

fn counts_mut(done: &mut StoreStats) -> [(&'static str, &mut u64); 7] {
    let StoreStats { hits, misses, writes, evicted, expired, corrupt, errors, .. } = done;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_are_no_counts_do_no_harm() {
        let folder = tempfile::tempdir().expect("a folder");
        let results = folder.path().join("results");
        let text = r#"{"persistent": {"hits": 18446744073709551615, "misses": 5, "writes": "x"}}"#;
        fs::write(folder.path().join("results.usage.json"), text).expect("a file");
        let mut usage = Usage::of(&results);
        usage.add("persistent", StoreStats { hits: 1, misses: 1, ..StoreStats::default() });
        let done = usage.on_disk();
        assert_eq!((done.hits, done.misses, done.writes), (u64::MAX, 6, 0));
        assert_eq!(done.hit_ratio(), Some(1.0));
    }
}
