//! What the cache had to do with a job.

use std::collections::BTreeMap;

use bolt_cache::{Degraded, StoreError};
use serde_json::{Value, json};

/// How much the cache had to do with a sweep, or with all sweeps of a walk-forward run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Rows that were there.
    pub found: usize,
    /// How many of these each level had, by its name.
    pub by_level: BTreeMap<String, usize>,
    /// Rows that were added to at least one level that outlives the process.
    pub kept: usize,
    /// Rows that were run and not added, since a value was full.
    pub left_out: usize,
    /// Whether what is said of the choice of the best was there.
    pub assessment_found: bool,
    /// Levels that could not be read or written, and why. The others did their part.
    pub degraded: BTreeMap<String, String>,
    /// Why no level could be read, or none could be given the new rows.
    pub failed: Option<String>,
}

impl CacheUse {
    /// Returns the counts by name.
    pub fn to_json(&self) -> Value {
        let Self { found, by_level, kept, left_out, assessment_found, degraded, failed } = self;
        json!({
            "found": found,
            "by_level": by_level,
            "kept": kept,
            "left_out": left_out,
            "assessment_found": assessment_found,
            "degraded": degraded,
            "failed": failed,
        })
    }

    /// Adds what the cache had to do with another sweep.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { found, by_level, kept, left_out, assessment_found, degraded, failed } = other;
        self.found += found;
        self.kept += kept;
        self.left_out += left_out;
        self.assessment_found |= assessment_found;
        self.failed = self.failed.take().or(failed);
        for (level, found) in by_level {
            *self.by_level.entry(level).or_default() += found;
        }
        for (level, reason) in degraded {
            self.degraded.entry(level).or_insert(reason);
        }
    }

    /// Takes note of levels that could not do their part; returns what they were.
    pub(super) fn degrade(&mut self, levels: Vec<Degraded>) -> String {
        let mut told = Vec::with_capacity(levels.len());
        for degraded in levels {
            let mut reason = degraded.to_string();
            if let Some(StoreError::TooLarge { .. }) = degraded.error {
                reason.push_str(", which is nearly half of `cache.size`");
            }
            told.push(reason.clone());
            self.degraded.entry(degraded.level).or_insert(reason);
        }
        told.join("; ")
    }
}
