//! Tasks that are handed to pools of threads.

use super::plan::PoolKind;
use crate::cancel::CancelToken;
use crate::executor::{Cancel, Handle, Outcome, Slot, TaskError, settle_if_open};
use crate::home::{Forked, Home};
use crate::monitor::Monitor;
use crate::panic::{caught, drop_quietly};
use crate::pool::Pool;
use bolt_base::Clock;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Why a task was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RejectedTask {
    /// As many wait as may.
    #[error("{waiting_max} tasks wait for the pool `{pool}`, which is the limit")]
    Full {
        /// The pool's name.
        pool: &'static str,
        /// The limit.
        waiting_max: usize,
    },
    /// The pool's threads are in another process.
    #[error(transparent)]
    Forked(#[from] Forked),
}

/// Pools of one kind, and the tasks that wait for them. Tasks of a pool begin in the order in which
/// they were submitted from outside of it.
#[derive(Debug)]
pub struct TaskPool {
    kind: PoolKind,
    /// One for each domain; never none.
    pools: Vec<Pool>,
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    home: Home,
}

#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    waiting_max: usize,
    waiting: AtomicUsize,
    /// Tasks that wait or run, by pool.
    load: Vec<AtomicUsize>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    submitted: AtomicU64,
    rejected: AtomicU64,
    completed: AtomicU64,
    panicked: AtomicU64,
    cancelled: AtomicU64,
}

/// Counts since the start, and what there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatistics {
    /// What the pool is for.
    pub kind: PoolKind,
    /// Its threads.
    pub threads: usize,
    /// Tasks that wait now.
    pub waiting: usize,
    /// Tasks that run now.
    pub running: usize,
    /// Tasks accepted.
    pub submitted: u64,
    /// Tasks refused because too many waited.
    pub rejected: u64,
    /// Tasks that returned a result, wanted or not.
    pub completed: u64,
    /// Tasks that panicked.
    pub panicked: u64,
    /// Tasks that were given up before they began.
    pub cancelled: u64,
}

/// What a task and its handle share.
struct Ticket<T> {
    slot: Slot<T>,
    token: CancelToken,
}

impl<T: Send + 'static> Cancel for Ticket<T> {
    fn cancel(&self, _: u64) {
        self.token.cancel();
        settle_if_open(&self.slot, Err(TaskError::Cancelled));
    }
}

impl TaskPool {
    pub(super) fn new(
        kind: PoolKind,
        pools: Vec<Pool>,
        waiting_max: usize,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let shared = Shared {
            name: kind.name().into(),
            waiting_max,
            waiting: AtomicUsize::new(0),
            load: pools.iter().map(|_| AtomicUsize::new(0)).collect(),
            counters: Counters::default(),
        };
        Self { kind, pools, shared: Arc::new(shared), clock, home: Home::here() }
    }

    /// Returns the pools, one for each domain of the machine, for loops and recursions.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// Hands a task to the pool that has least to do. The token is cancelled when the task's handle
    /// is. A task that panics harms no other; its handle says what the panic said.
    ///
    /// # Errors
    /// If as many tasks wait as may, or this process was forked from that of the threads.
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CancelToken) -> T + Send + 'static,
    ) -> Result<Handle<T>, RejectedTask> {
        self.home.check(|| format!("the pool `{}`", self.kind.name()))?;
        let Shared { waiting, waiting_max, counters, .. } = &*self.shared;
        let enter = |count: usize| (count < *waiting_max).then_some(count + 1);
        if waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enter).is_err() {
            counters.rejected.fetch_add(1, Ordering::Relaxed);
            let (pool, waiting_max) = (self.kind.name(), *waiting_max);
            return Err(RejectedTask::Full { pool, waiting_max });
        }
        let sequence = counters.submitted.fetch_add(1, Ordering::Relaxed);
        let index = self.least_loaded();
        self.shared.load[index].fetch_add(1, Ordering::Relaxed);
        let slot = Arc::new(Monitor::new(Outcome::Open));
        let ticket = Arc::new(Ticket { slot: Arc::clone(&slot), token: CancelToken::default() });
        let owner = Arc::clone(&ticket);
        let shared = Arc::clone(&self.shared);
        self.pools[index].inner().spawn_fifo(move || {
            shared.run(&ticket, work);
            shared.load[index].fetch_sub(1, Ordering::Relaxed);
        });
        Ok(Handle { slot, sequence, owner, clock: Arc::clone(&self.clock), home: self.home })
    }

    /// Returns the pool with the fewest tasks for each thread.
    fn least_loaded(&self) -> usize {
        let load = |index: usize| {
            let tasks = self.shared.load[index].load(Ordering::Relaxed);
            // Thousandths of a task for each thread.
            tasks * 1_000 / self.pools[index].threads()
        };
        (0..self.pools.len()).min_by_key(|&index| load(index)).unwrap_or(0)
    }

    /// Returns what was done so far, and what there is now.
    pub fn statistics(&self) -> PoolStatistics {
        let Shared { waiting, load, counters, .. } = &*self.shared;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let waiting = waiting.load(Ordering::Relaxed);
        let all: usize = load.iter().map(|load| load.load(Ordering::Relaxed)).sum();
        PoolStatistics {
            kind: self.kind,
            threads: self.pools.iter().map(Pool::threads).sum(),
            waiting,
            running: all.saturating_sub(waiting),
            submitted: count(&counters.submitted),
            rejected: count(&counters.rejected),
            completed: count(&counters.completed),
            panicked: count(&counters.panicked),
            cancelled: count(&counters.cancelled),
        }
    }
}

impl Shared {
    fn run<T>(&self, ticket: &Ticket<T>, work: impl FnOnce(&CancelToken) -> T) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let Counters { completed, panicked, cancelled, .. } = &self.counters;
        if ticket.token.is_cancelled() {
            drop_quietly(work);
            cancelled.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let result = caught(|| work(&ticket.token));
        let counter = if result.is_ok() { completed } else { panicked };
        counter.fetch_add(1, Ordering::Relaxed);
        let kind = || Arc::clone(&self.name);
        let told = |message| TaskError::Panicked { kind: kind(), message };
        settle_if_open(&ticket.slot, result.map_err(told));
    }
}

/// Shows `io: 32 threads, 3 tasks run, 0 wait`.
impl fmt::Display for PoolStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, threads, waiting, running, .. } = self;
        write!(f, "{}: {threads} threads, {running} tasks run, {waiting} wait", kind.name())
    }
}
