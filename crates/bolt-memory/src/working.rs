//! What an engine takes while it works, reserved from the job in scope.
//!
//! An engine knows what it is about to allocate, and nothing of budgets: it asks for a
//! [`Working`], which reserves from the job that its caller entered ([`Job::enter`]), and from none
//! where there is no job. The job follows the work into a pool ([`Scope::carry`]).

use std::cell::RefCell;

use bolt_base::Bytes;

use crate::allocator::Scope;
use crate::component::Component;
use crate::refused::Refused;
use crate::reservation::{Job, Kind, Reservation};

thread_local! {
    static IN_SCOPE: RefCell<Option<Job>> = const { RefCell::new(None) };
}

/// Makes a job the one that engines on this thread reserve from, and its component the one that
/// allocations count for, until it is dropped. Scopes nest; the one that was entered last is to be
/// dropped first.
#[derive(Debug)]
#[must_use = "dropping it ends the scope"]
pub struct JobScope {
    before: Option<Job>,
    _component: Scope,
}

impl Job {
    /// Makes the job the one in scope on this thread.
    pub fn enter(&self) -> JobScope {
        JobScope::enter(Some(self.clone()), self.component())
    }
}

impl JobScope {
    fn enter(job: Option<Job>, component: Component) -> Self {
        Self { before: IN_SCOPE.replace(job), _component: component.enter() }
    }
}

impl Drop for JobScope {
    fn drop(&mut self) {
        IN_SCOPE.set(self.before.take());
    }
}

impl Scope {
    /// Returns `work` so that what it allocates counts for the component in scope here, and what it
    /// reserves comes from the job in scope here, whichever thread calls it. For what goes to a
    /// pool, where any thread may take it.
    pub fn carry<A, R>(work: impl Fn(A) -> R) -> impl Fn(A) -> R {
        let (job, component) = (in_scope(), Component::in_scope());
        move |argument| {
            let _scope = JobScope::enter(job.clone(), component);
            work(argument)
        }
    }

    /// The same for what is called once.
    pub fn carry_once<A, R>(work: impl FnOnce(A) -> R) -> impl FnOnce(A) -> R {
        let (job, component) = (in_scope(), Component::in_scope());
        move |argument| {
            let _scope = JobScope::enter(job, component);
            work(argument)
        }
    }
}

fn in_scope() -> Option<Job> {
    IN_SCOPE.with_borrow(Option::clone)
}

/// What an engine holds at the moment, reserved from the job that was in scope when it was made.
/// Dropping it gives everything back.
///
/// Grow it before allocating and shrink it after freeing.
#[derive(Debug)]
pub struct Working(Option<Reservation>);

impl Default for Working {
    fn default() -> Self {
        Self(IN_SCOPE.with_borrow(|job| Some(job.as_ref()?.reservation(Kind::Fixed))))
    }
}

impl Working {
    /// Reserves `bytes`.
    ///
    /// # Errors
    /// As [`Reservation::try_grow`].
    pub fn of(bytes: Bytes) -> Result<Self, Refused> {
        let mut working = Self::default();
        working.grow(bytes)?;
        Ok(working)
    }

    /// Reserves `bytes` more.
    ///
    /// # Errors
    /// As [`Reservation::try_grow`].
    pub fn grow(&mut self, bytes: Bytes) -> Result<(), Refused> {
        self.0.as_mut().map_or(Ok(()), |held| held.try_grow(bytes))
    }

    /// Gives `bytes` back.
    ///
    /// # Panics
    /// If fewer are reserved.
    pub fn shrink(&mut self, bytes: Bytes) {
        if let Some(held) = &mut self.0 {
            held.shrink(bytes);
        }
    }

    /// Makes it `bytes` in all.
    ///
    /// # Errors
    /// As [`Reservation::try_grow`].
    pub fn resize(&mut self, bytes: Bytes) -> Result<(), Refused> {
        self.0.as_mut().map_or(Ok(()), |held| held.try_resize(bytes))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Budget, Policy};

    use super::*;

    #[test]
    fn what_works_reserves_from_the_job_in_scope_wherever_it_runs() {
        let budget = Budget::new(Policy::new(Bytes(1_000)), Vec::new()).unwrap();
        let [outer, inner] =
            ["outer", "inner"].map(|name| budget.job(Component::Swarm, name, None));
        let held = || (outer.held().0, inner.held().0);
        let nobodys = Working::of(Bytes(1 << 40)).unwrap();
        let scope = outer.enter();
        let first = Working::of(Bytes(10)).unwrap();
        let carried = Scope::carry(|bytes| {
            assert_eq!(Component::in_scope(), Component::Swarm);
            Working::of(Bytes(bytes))
        });
        {
            let _scope = inner.enter();
            let mut second = Working::of(Bytes(5)).unwrap();
            second.grow(Bytes(2)).unwrap();
            assert_eq!(held(), (10, 7));
            second.resize(Bytes(3)).unwrap();
            second.shrink(Bytes(1));
            assert_eq!(held(), (10, 2));
        }
        assert_eq!(held(), (10, 0));
        std::thread::scope(|threads| {
            threads.spawn(|| {
                let more = carried(20).unwrap();
                assert_eq!(held(), (30, 0));
                drop(more);
                let refused = carried(1_000).unwrap_err();
                assert_eq!((refused.job.as_str(), refused.asked), ("outer", Bytes(1_000)));
                // The thread itself has no job.
                drop(Working::of(Bytes(1_000)).unwrap());
            });
        });
        drop(scope);
        assert_eq!(held(), (10, 0));
        drop((first, nobodys));
        assert_eq!((held(), budget.held()), ((0, 0), Bytes(0)));
    }
}
