//! What whoever submitted a task holds of it.

use super::error::TaskError;
use crate::home::{Forked, Home};
use crate::monitor::Monitor;
use crate::panic::drop_quietly;
use bolt_base::Clock;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Where the outcome of a task is put, once.
pub(crate) type Slot<T> = Arc<Monitor<Outcome<T>>>;

#[derive(Debug)]
pub(crate) enum Outcome<T> {
    Open,
    Settled(Result<T, TaskError>),
    Taken,
}

/// Puts the outcome where the handle finds it.
pub(crate) fn settle<T>(slot: &Slot<T>, result: Result<T, TaskError>) {
    let mut outcome = slot.lock();
    debug_assert!(matches!(*outcome, Outcome::Open), "the scheduler lets a task end once");
    *outcome = Outcome::Settled(result);
    drop(outcome);
    slot.notify_all();
}

/// Puts the outcome where the handle finds it, unless one is there already.
pub(crate) fn settle_if_open<T>(slot: &Slot<T>, result: Result<T, TaskError>) {
    let mut outcome = slot.lock();
    if matches!(*outcome, Outcome::Open) {
        *outcome = Outcome::Settled(result);
        drop(outcome);
        slot.notify_all();
    } else {
        drop(outcome);
        drop_quietly(result);
    }
}

/// Whoever can give a task up.
pub(crate) trait Cancel: Send + Sync {
    /// Settles the task as cancelled and asks it to stop, if it has not ended.
    fn cancel(&self, sequence: u64);
}

/// A task that was accepted. Dropping it leaves the task alone.
pub struct Handle<T> {
    pub(crate) slot: Slot<T>,
    pub(crate) sequence: u64,
    pub(crate) owner: Arc<dyn Cancel>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) home: Home,
}

impl<T: Send + 'static> Handle<T> {
    /// Waits until the task has ended.
    ///
    /// A task that waits so for another one keeps its agent from other work.
    ///
    /// # Errors
    /// If it has no result; the error says why.
    ///
    /// # Panics
    /// If the result was taken before by one of the other methods.
    pub fn wait(self) -> Result<T, TaskError> {
        self.check()?;
        let mut outcome = self.slot.lock();
        while matches!(*outcome, Outcome::Open) {
            outcome = self.slot.wait(outcome);
        }
        take(&mut outcome).expect("the result of a task is taken once")
    }

    /// Waits until the task has ended, but only so long. Returns `None` if it has not, or if the
    /// result was taken before.
    pub fn wait_for(&self, time: Duration) -> Option<Result<T, TaskError>> {
        if let Err(forked) = self.check() {
            return Some(Err(forked.into()));
        }
        let deadline = self.clock.now().saturating_add(time);
        let mut outcome = self.slot.lock();
        while matches!(*outcome, Outcome::Open) && self.clock.now() < deadline {
            outcome = self.slot.wait_until(outcome, &*self.clock, Some(deadline));
        }
        take(&mut outcome)
    }

    /// Returns the result if the task has ended and it was not taken before.
    pub fn try_take(&self) -> Option<Result<T, TaskError>> {
        take(&mut self.slot.lock())
    }

    fn check(&self) -> Result<(), Forked> {
        self.home.check(|| "what runs the task".to_owned())
    }

    /// Gives the task up: its result is [`TaskError::Cancelled`] at once unless it has ended; if
    /// it runs, it is asked to stop.
    pub fn cancel(&self) {
        self.owner.cancel(self.sequence);
    }
}

fn take<T>(outcome: &mut Outcome<T>) -> Option<Result<T, TaskError>> {
    if matches!(outcome, Outcome::Open) {
        return None;
    }
    match std::mem::replace(outcome, Outcome::Taken) {
        Outcome::Settled(result) => Some(result),
        Outcome::Open | Outcome::Taken => None,
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}
