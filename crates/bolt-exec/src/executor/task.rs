//! Work that waits and runs, its types erased.

use super::error::TaskError;
use super::handle::{Outcome, Slot, settle};
use super::scheduler::Ending;
use crate::cancel::{CancelReason, CancelToken};
use crate::monitor::Monitor;
use crate::panic::{caught, drop_quietly};
use crate::sync::Mutex;
use bolt_base::Clock;
use bolt_memory::Component;
use std::any::Any;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// What a task is told about its run.
#[derive(Debug, Clone)]
pub struct Context {
    cancel: CancelToken,
    site: Site,
}

/// Where and until when tasks run.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) agent: usize,
    pub(super) deadline: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) kind: Arc<str>,
}

impl Context {
    pub(super) fn new(site: &Site, cancel: &CancelToken) -> Self {
        Self { cancel: cancel.clone(), site: site.clone() }
    }

    /// Returns whether the task should stop, because its result is no longer wanted. A task looks
    /// at this between units of its work.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Returns the token, to be given to what the task calls. That of a batch is cancelled when
    /// none of its requests is wanted any more.
    pub fn cancel_token(&self) -> &CancelToken {
        &self.cancel
    }

    /// Returns how long the task may still run; of a batch, its last request.
    pub fn time_left(&self) -> Duration {
        self.site.deadline.saturating_sub(self.site.clock.now())
    }

    /// Returns the number of the agent that runs the task.
    pub fn agent(&self) -> usize {
        self.site.agent
    }
}

/// A task as scheduler and agents see it.
pub(super) trait Task: Any + Send + Sync {
    /// How many tasks submitted each other above it.
    fn depth(&self) -> usize;

    /// Runs the tasks of a claim, of which this is the first, and keeps their outcomes.
    fn run(&self, claim: &[Arc<dyn Task>], site: &Site) -> Vec<Ending>;

    /// Settles the handle with the outcome that was kept.
    fn publish(&self);

    /// Drops the outcome that was kept: the handle was settled before.
    fn discard(&self);

    /// Settles the handle without a result and asks the work to stop.
    fn fail(&self, error: TaskError);
}

/// What all tasks have. `W` is what the work begins with: a closure, or the input of a handler.
pub(super) struct Parts<W, T> {
    work: Mutex<Work<W, T>>,
    pub(super) slot: Slot<T>,
    pub(super) token: CancelToken,
    pub(super) depth: usize,
    /// What was in scope where the task was handed in: what it allocates counts for that.
    pub(super) component: Component,
}

enum Work<W, T> {
    Ready(W),
    Begun,
    Ran(Result<T, TaskError>),
    Gone,
}

impl<W, T> Parts<W, T> {
    pub(super) fn new(work: W, depth: usize) -> Self {
        let slot = Arc::new(Monitor::new(Outcome::Open));
        let work = Mutex::new(Work::Ready(work));
        let component = Component::in_scope();
        Self { work, slot, token: CancelToken::default(), depth, component }
    }

    /// Returns what the work begins with; nothing if the task was given up.
    pub(super) fn begin(&self) -> Option<W> {
        let mut place = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *place, Work::Begun) {
            Work::Ready(work) => Some(work),
            other => {
                *place = other;
                None
            }
        }
    }

    /// Keeps the outcome until it is known whether it is wanted.
    pub(super) fn keep(&self, result: Result<T, TaskError>) {
        self.replace(Work::Ran(result));
    }

    pub(super) fn publish(&self) {
        if let Work::Ran(result) = self.replace(Work::Gone) {
            settle(&self.slot, result);
        }
    }

    pub(super) fn discard(&self) {
        drop_quietly(self.replace(Work::Gone));
    }

    pub(super) fn fail(&self, error: TaskError) {
        self.token.cancel_because(match error {
            TaskError::TimedOut { .. } => CancelReason::Deadline,
            TaskError::Stopped => CancelReason::Closing,
            TaskError::Cancelled
            | TaskError::Panicked { .. }
            | TaskError::BatchSize { .. }
            | TaskError::Forked(_) => CancelReason::Requested,
        });
        drop_quietly(self.begin());
        settle(&self.slot, Err(error));
    }

    fn replace(&self, work: Work<W, T>) -> Work<W, T> {
        let mut place = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, work)
    }
}

/// A task of one closure.
pub(super) struct Single<W, T>(pub(super) Parts<W, T>);

impl<W, T> Task for Single<W, T>
where
    W: FnOnce(&Context) -> T + Send + 'static,
    T: Send + 'static,
{
    fn depth(&self) -> usize {
        self.0.depth
    }

    fn run(&self, claim: &[Arc<dyn Task>], site: &Site) -> Vec<Ending> {
        debug_assert_eq!(claim.len(), 1, "closures are run one by one");
        let Some(work) = self.0.begin() else { return vec![Ending::Completed] };
        let _scope = self.0.component.enter();
        let context = Context::new(site, &self.0.token);
        let result = caught(|| work(&context));
        let ending = if result.is_ok() { Ending::Completed } else { Ending::Failed };
        let kind = || Arc::clone(&site.kind);
        self.0.keep(result.map_err(|message| TaskError::Panicked { kind: kind(), message }));
        vec![ending]
    }

    fn publish(&self) {
        self.0.publish();
    }

    fn discard(&self) {
        self.0.discard();
    }

    fn fail(&self, error: TaskError) {
        self.0.fail(error);
    }
}
