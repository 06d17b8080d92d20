//! How long work on a store takes: what takes too long is stopped, and what is slow is remembered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bolt_base::{Clock, SystemClock};
use rusqlite::Connection;

use crate::StoreOptions;
use crate::error::ErrorKind;

/// Work on a store that took long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowWork {
    /// What was done, as an infinitive.
    pub doing: &'static str,
    /// How long it took.
    pub took: Duration,
}

/// Times the work on one connection.
#[derive(Debug)]
pub(crate) struct Timer {
    clock: SystemClock,
    limit: Option<Duration>,
    slow_from: Duration,
    /// The time at which what runs is stopped, in nanoseconds of the clock.
    until: Arc<AtomicU64>,
    slow: Mutex<Vec<SlowWork>>,
}

/// Steps of SQLite's machine between two looks at the clock: some microseconds.
const STEPS: i32 = 1000;

/// Work that nobody stops.
const NEVER: u64 = u64::MAX;

impl Timer {
    /// Times work on a connection.
    pub(crate) fn new(
        connection: &mut Connection,
        options: &StoreOptions,
    ) -> Result<Self, ErrorKind> {
        let StoreOptions { busy_timeout: _, query_timeout, slow_query } = *options;
        let (clock, until) = (SystemClock::default(), Arc::new(AtomicU64::new(NEVER)));
        if query_timeout.is_some() {
            let (clock, until) = (clock.clone(), Arc::clone(&until));
            let is_over = move || match until.load(Ordering::Relaxed) {
                NEVER => false,
                until => nanos(clock.now()) >= until,
            };
            connection.progress_handler(STEPS, Some(is_over))?;
        }
        let (limit, slow_from, slow) = (query_timeout, slow_query, Mutex::default());
        Ok(Self { clock, limit, slow_from, until, slow })
    }

    /// Does what is not part of other work.
    pub(crate) fn run<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce() -> Result<T, ErrorKind>,
    ) -> Result<T, ErrorKind> {
        let start = self.clock.now();
        let until = self.limit.map_or(NEVER, |limit| nanos(start.saturating_add(limit)));
        self.until.store(until, Ordering::Relaxed);
        let result = work();
        self.until.store(NEVER, Ordering::Relaxed);
        let took = self.clock.now().saturating_sub(start);
        if took >= self.slow_from {
            let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
            slow.push(SlowWork { doing, took });
        }
        result
    }

    /// Returns what was slow so far.
    pub(crate) fn slow(&self) -> Vec<SlowWork> {
        self.slow.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NEVER)
}
