//! The agent executor: a few threads for coarse tasks with urgency, deadlines and batches.
//!
//! A task waits in one of four lanes ([`queue`]) until one of 2 to 8 agents takes it, which runs
//! it to its end. What is decided, and when, is in [`scheduler`], which knows neither threads nor
//! the clock; [`shared`] puts it behind a lock, with a thread for each agent and one, the
//! timekeeper, that wakes when time alone brings something about.
//!
//! It is not for the loops inside a task: those are the fork-join pool's, which has neither
//! priorities nor deadlines and costs nanoseconds where this costs microseconds.

mod agents;
mod batch;
mod error;
mod handle;
mod options;
mod queue;
mod scaling;
mod scheduler;
mod shared;
mod statistics;
mod task;
mod timeouts;

#[cfg(all(test, loom))]
mod schedules;
#[cfg(all(test, not(loom)))]
mod tests;

pub use error::{Phase, SubmitError, TaskError};
pub use handle::Handle;
pub(crate) use handle::{Cancel, Outcome, Slot, settle_if_open};
pub use options::{
    AgentOptions, BatchOptions, ExecutorOptions, LaneOptions, OptionsError, Priority, StealOptions,
};
pub use scaling::{Load, Scale, ScalingOptions, next_decision, scale};
pub use statistics::{AgentStatistics, LaneStatistics, Statistics};
pub use task::Context;
pub use timeouts::TimeoutOptions;

use crate::home::Home;
use crate::threads::{ThreadError, Threads};
use batch::{Gathered, Handler};
use bolt_base::Clock;
use scheduler::{Scheduler, Submission};
use shared::{Shared, depth_here};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use task::{Parts, Single, Task};

/// Runs tasks on agents. Dropping it gives up what it holds: see [`Executor::close`].
pub struct Executor {
    shared: Arc<Shared>,
    depth_max: usize,
    home: Home,
    /// Tells executors apart, for the kinds that they gave out.
    number: u64,
}

/// A kind of task: tasks that take a similar time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    executor: u64,
    kind: usize,
}

/// A kind of request that a handler answers, several at a time.
pub struct BatchKind<I, O> {
    kind: Kind,
    handler: Arc<Handler<I, O>>,
}

/// What is asked for a task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// Its lane.
    pub priority: Priority,
    /// The agent that should run it, for example because its caches are warm.
    pub agent: Option<usize>,
    /// The time it has from submission to end, if that is less than its lane gives.
    pub timeout: Option<Duration>,
    /// 0 for an ordinary task of its kind; 10 for one that may take twice as long.
    pub complexity: f64,
}

impl Request {
    /// Asks for a lane, and otherwise for nothing in particular.
    pub fn new(priority: Priority) -> Self {
        Self { priority, agent: None, timeout: None, complexity: 0.0 }
    }
}

/// Why an executor was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An option cannot be meant.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The thread that watches the time was refused.
    #[error(transparent)]
    Thread(#[from] ThreadError),
}

impl Executor {
    /// Starts the agents, the fewest there may be, and the thread that watches the time.
    ///
    /// # Errors
    /// If an option cannot be meant, or the first thread is refused. Agents whose threads are
    /// refused are counted, and asked for again.
    pub fn start(
        options: ExecutorOptions,
        threads: &Threads,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        static EXECUTORS: AtomicU64 = AtomicU64::new(0);
        options.check()?;
        let (agents, depth_max) = (options.agents.clone(), options.depth_max);
        let agents_max = options.scaling.agents_max;
        let scheduler = Scheduler::new(options, clock.now());
        let shared = Shared::new(scheduler, agents, agents_max, threads.clone(), clock);
        let shared = Arc::new(shared);
        let timekeeper = Arc::clone(&shared);
        threads.spawn_background("bolt-timekeeper".to_owned(), move || timekeeper.keep_time())?;
        let number = EXECUTORS.fetch_add(1, Ordering::Relaxed);
        Ok(Self { shared, depth_max, home: Home::here(), number })
    }

    /// Adds a kind of task. `base` is how long an ordinary one may run; without it the guide's
    /// value for that name counts, or that of the options.
    pub fn kind(&self, name: &str, base: Option<Duration>) -> Kind {
        let kind = self.shared.decide(|scheduler, _| scheduler.add_kind(name, base, false));
        Kind { executor: self.number, kind }
    }

    /// Adds a kind of request and what answers it: as many results as there are requests, in
    /// their order. `base` is how long one call may run.
    pub fn batch_kind<I, O>(
        &self,
        name: &str,
        base: Option<Duration>,
        handler: impl Fn(&Context, Vec<I>) -> Vec<O> + Send + Sync + 'static,
    ) -> BatchKind<I, O> {
        let kind = self.shared.decide(|scheduler, _| scheduler.add_kind(name, base, true));
        let kind = Kind { executor: self.number, kind };
        BatchKind { kind, handler: Arc::new(handler) }
    }

    /// Accepts a task.
    ///
    /// # Errors
    /// If too many wait, it is submitted by tasks too deep, the executor is closed, or this process
    /// was forked from the one that has its agents.
    ///
    /// # Panics
    /// If the kind is of another executor.
    pub fn submit<T: Send + 'static>(
        &self,
        kind: Kind,
        request: Request,
        work: impl FnOnce(&Context) -> T + Send + 'static,
    ) -> Result<Handle<T>, SubmitError> {
        let parts = Parts::new(work, depth_here());
        let slot = Arc::clone(&parts.slot);
        self.accept(kind, request, Arc::new(Single(parts)), slot)
    }

    /// Accepts a request for a batch handler.
    ///
    /// # Errors
    /// As [`Executor::submit`].
    ///
    /// # Panics
    /// If the kind is of another executor.
    pub fn gather<I: Send + 'static, O: Send + 'static>(
        &self,
        kind: &BatchKind<I, O>,
        request: Request,
        input: I,
    ) -> Result<Handle<O>, SubmitError> {
        let parts = Parts::new(input, depth_here());
        let slot = Arc::clone(&parts.slot);
        let task = Gathered::new(parts, Arc::clone(&kind.handler));
        self.accept(kind.kind, request, Arc::new(task), slot)
    }

    /// Returns what was done so far, and what there is now.
    pub fn statistics(&self) -> Statistics {
        self.shared.decide(|scheduler, _| scheduler.statistics())
    }

    /// Refuses tasks from now on and lets those it holds end, for so long; what is left then is
    /// given up: its handles are settled with [`TaskError::Stopped`], and what runs is asked to
    /// stop. Returns whether nothing was left.
    ///
    /// Threads of tasks that do not stop are left behind. In a process that was forked from the one
    /// that has the agents nothing is done.
    pub fn close(&self, grace: Duration) -> bool {
        if !self.home.is_here() {
            return false;
        }
        let deadline = self.shared.decide(|scheduler, now| {
            scheduler.close(now);
            now.saturating_add(grace)
        });
        let drained = self.shared.wait_until(deadline, Scheduler::is_drained);
        if !drained {
            self.shared.decide(Scheduler::abandon);
        }
        drained
    }

    fn accept<T>(
        &self,
        kind: Kind,
        request: Request,
        task: Arc<dyn Task>,
        slot: Slot<T>,
    ) -> Result<Handle<T>, SubmitError> {
        assert_eq!(kind.executor, self.number, "a kind is used with the executor that made it");
        self.home.check(|| "the executor".to_owned())?;
        let Request { priority, agent: home, timeout, complexity } = request;
        if task.depth() > self.depth_max {
            return Err(SubmitError::TooDeep { depth_max: self.depth_max });
        }
        let submission = Submission { priority, kind: kind.kind, home, timeout, complexity };
        let decision = |scheduler: &mut Scheduler<_>, now| scheduler.submit(now, submission, task);
        let sequence = self.shared.decide(decision)?;
        let owner = Arc::clone(&self.shared);
        let clock = Arc::clone(&self.shared.clock);
        Ok(Handle { slot, sequence, owner, clock, home: self.home })
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.close(Duration::ZERO);
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<I, O> fmt::Debug for BatchKind<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchKind").field("kind", &self.kind).finish_non_exhaustive()
    }
}
