//! Reads that belong together, and reading ahead of them.

use super::{Page, PageStore, lock};
use crate::pages::error::PageError;
use crate::pages::options::PrefetchOptions;
use crate::pages::pattern::{AccessPattern, PatternDetector};
use crate::pages::tier::Tier;

/// Reads that belong together, and what is read ahead for them.
#[derive(Debug)]
pub struct PageStream {
    store: PageStore,
    detector: PatternDetector,
}

impl PageStream {
    pub(super) fn new(store: PageStore) -> Self {
        Self { store, detector: PatternDetector::default() }
    }

    /// Returns a page, as [`PageStore::read`]. If it has to come from disk, the pages that the
    /// pattern says come next are read together with it.
    ///
    /// # Errors
    /// As [`PageStore::read`].
    pub fn read(&mut self, id: u64) -> Result<Option<Page>, PageError> {
        self.detector.observe(id);
        self.store.shared.read(id, &self.ahead())
    }

    /// Returns the pattern and how sure that is, from 0 to 1.
    pub fn pattern(&self) -> (AccessPattern, f64) {
        self.detector.pattern()
    }

    /// Returns the reading ahead that is due, for another thread to do while this one goes on: none
    /// if the next half of what the pattern says is in memory.
    pub fn read_ahead(&self) -> Option<ReadAhead> {
        let ids = self.ahead();
        let next = ids.get(..ids.len() / 2)?;
        let is_due = next.iter().any(|id| self.store.tier_of(*id).is_some_and(Tier::is_disk));
        is_due.then(|| ReadAhead { store: self.store.clone(), ids })
    }

    fn ahead(&self) -> Vec<u64> {
        let PrefetchOptions { is_on, distance, distance_sequential, confidence, .. } =
            self.store.shared.prefetch;
        let (pattern, sure) = self.detector.pattern();
        if !is_on || sure < confidence {
            return Vec::new();
        }
        let is_sequential = pattern == AccessPattern::Sequential;
        let count = if is_sequential { distance_sequential } else { distance };
        self.detector.predict(pattern, count)
    }
}

/// Pages to be read ahead.
#[derive(Debug)]
pub struct ReadAhead {
    store: PageStore,
    ids: Vec<u64>,
}

impl ReadAhead {
    /// Reads them. What cannot be read is counted as a failure, and told to whoever wants it.
    ///
    /// # Errors
    /// If there are no buffers.
    pub fn run(self) -> Result<(), PageError> {
        let shared = &self.store.shared;
        let plan = lock(&shared.state).plan(None, &self.ids);
        shared.fetch(None, &plan, &mut []).map(|_| ())
    }
}
