//! How often a limit let something pass, and how often not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts since the start, as they are kept.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    granted: AtomicU64,
    refused: AtomicU64,
    waited: AtomicU64,
    waited_nanos: AtomicU64,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitCounts {
    /// Asks that were granted, waiting included.
    pub granted: u64,
    /// Asks that were refused, or work that was stopped.
    pub refused: u64,
    /// Asks that had to wait.
    pub waited: u64,
    /// How long they waited together.
    pub wait: Duration,
}

impl Counters {
    pub(crate) fn grant(&self) {
        self.granted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn wait(&self, time: Duration) {
        self.waited.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.waited_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> LimitCounts {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LimitCounts {
            granted: count(&self.granted),
            refused: count(&self.refused),
            waited: count(&self.waited),
            wait: Duration::from_nanos(count(&self.waited_nanos)),
        }
    }
}
