//! A level below memory: a store, and how it is doing.

use super::answer::Degraded;
use crate::compressed::Compressed;
use crate::store::{Store, StoreError};
use bolt_base::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// After so many failures in a row a level is passed over for a while.
const FAILURES_MOST: u32 = 3;
/// The while, which doubles with each further failure.
const PAUSE: Duration = Duration::from_secs(1);
/// It doubles so often: up to 64 seconds.
const DOUBLINGS_MOST: u32 = 6;

pub(super) struct Level {
    pub(super) store: Arc<dyn Store>,
    /// How long values are valid here; as long as the store says, if `None`.
    pub(super) time_to_live: Option<Duration>,
    /// The store, if what it keeps is in this process's memory.
    compressed: Option<Arc<Compressed>>,
    pub(super) counts: Counts,
    clock: Arc<dyn Clock>,
    /// Failures since the last success.
    failures: AtomicU32,
    /// The nanosecond by the clock until which this is passed over.
    paused_until: AtomicU64,
}

/// What the store does not count itself.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) promotions: AtomicU64,
    pub(super) undecodable: AtomicU64,
    pub(super) errors: AtomicU64,
    pub(super) passed_over: AtomicU64,
}

impl Level {
    pub(super) fn new(
        store: Arc<dyn Store>,
        time_to_live: Option<Duration>,
        compressed: Option<Arc<Compressed>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            time_to_live,
            compressed,
            counts: Counts::default(),
            clock,
            failures: AtomicU32::new(0),
            paused_until: AtomicU64::new(0),
        }
    }

    /// Returns the store, if it is one in this process's memory.
    pub(super) fn compressed(&self) -> Option<&Compressed> {
        self.compressed.as_deref()
    }

    /// Returns the bytes of a key. A level that does not work has none.
    pub(super) fn get(&self, key: &[u8], degraded: &mut Vec<Degraded>) -> Option<Vec<u8>> {
        if self.is_paused() {
            self.pass_over(degraded);
            return None;
        }
        self.note(self.store.get(key), degraded)?
    }

    /// Writes what can be computed again: to a level that works.
    pub(super) fn offer(&self, key: &[u8], value: &[u8], degraded: &mut Vec<Degraded>) {
        if self.is_paused() {
            self.pass_over(degraded);
        } else if !self.is_among(degraded) {
            match self.store.put(key, value, self.time_to_live) {
                // It works; this value is just not for it.
                Err(StoreError::TooLarge { .. }) => {}
                outcome => {
                    self.note(outcome, degraded);
                }
            }
        }
    }

    /// Writes what replaces an older value: the level is asked in any case, because it might
    /// return the older one when it works again.
    pub(super) fn put(&self, key: &[u8], value: &[u8], degraded: &mut Vec<Degraded>) {
        match self.store.put(key, value, self.time_to_live) {
            // It works; this value is just not for it. What outlives the process is wanted: of that
            // it is told.
            Err(StoreError::TooLarge { .. }) if self.compressed.is_some() => {}
            Err(error @ StoreError::TooLarge { .. }) => {
                degraded.push(Degraded { level: self.store.name().to_owned(), error: Some(error) });
            }
            outcome => {
                self.note(outcome, degraded);
            }
        }
    }

    /// Removes a key; returns whether it was there. The level is asked in any case.
    pub(super) fn remove(&self, key: &[u8], degraded: &mut Vec<Degraded>) -> bool {
        self.note(self.store.remove(key), degraded).unwrap_or(false)
    }

    /// Removes everything. The level is asked in any case.
    pub(super) fn clear(&self, degraded: &mut Vec<Degraded>) {
        self.note(self.store.clear(), degraded);
    }

    /// Takes note of a value that could not be decoded; it goes.
    pub(super) fn drop_undecodable(&self, key: &[u8], degraded: &mut Vec<Degraded>) {
        self.counts.undecodable.fetch_add(1, Relaxed);
        self.remove(key, degraded);
    }

    /// Takes note of how a call ended, and returns what came of it.
    fn note<T>(&self, outcome: Result<T, StoreError>, degraded: &mut Vec<Degraded>) -> Option<T> {
        match outcome {
            Ok(value) => {
                if self.failures.load(Relaxed) > 0 {
                    self.failures.store(0, Relaxed);
                }
                Some(value)
            }
            Err(error) => {
                self.counts.errors.fetch_add(1, Relaxed);
                let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1);
                if let Some(further) = failures.checked_sub(FAILURES_MOST) {
                    let pause = PAUSE * (1 << further.min(DOUBLINGS_MOST));
                    self.paused_until.store(nanos(self.clock.now().saturating_add(pause)), Relaxed);
                }
                let level = self.store.name().to_owned();
                degraded.push(Degraded { level, error: Some(error) });
                None
            }
        }
    }

    fn is_paused(&self) -> bool {
        self.failures.load(Relaxed) >= FAILURES_MOST
            && nanos(self.clock.now()) < self.paused_until.load(Relaxed)
    }

    /// A request passes over a level once, however often it would have asked it.
    fn pass_over(&self, degraded: &mut Vec<Degraded>) {
        if self.is_among(degraded) {
            return;
        }
        self.counts.passed_over.fetch_add(1, Relaxed);
        degraded.push(Degraded { level: self.store.name().to_owned(), error: None });
    }

    fn is_among(&self, degraded: &[Degraded]) -> bool {
        degraded.iter().any(|other| other.level == self.store.name())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
