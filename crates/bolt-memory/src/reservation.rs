//! Jobs and what they reserve.

use std::sync::Arc;

use bolt_base::Bytes;

use crate::budget::{Budget, Inner};
use crate::component::Component;
use crate::ledger::JobAccount;
use crate::refused::Refused;

/// Whether a reservation can be had back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Its owner keeps it until the work is done.
    Fixed,
    /// Its owner can give it back before, by spilling, shrinking or starting again.
    Spillable,
}

/// A piece of work of a component, with a limit of its own. Clones are the same job; it ends with
/// its last clone and reservation.
#[derive(Debug, Clone)]
pub struct Job(pub(crate) Arc<JobState>);

#[derive(Debug)]
pub(crate) struct JobState {
    pub(crate) name: String,
    pub(crate) account: JobAccount,
    pub(crate) budget: Arc<Inner>,
}

impl Job {
    /// Returns an empty reservation.
    pub fn reservation(&self, kind: Kind) -> Reservation {
        Reservation { job: Arc::clone(&self.0), kind, bytes: 0 }
    }

    /// Reserves `bytes`.
    ///
    /// # Errors
    /// As [`Reservation::try_grow`].
    pub fn reserve(&self, kind: Kind, bytes: Bytes) -> Result<Reservation, Refused> {
        let mut reservation = self.reservation(kind);
        reservation.try_grow(bytes)?;
        Ok(reservation)
    }

    /// Reserves `bytes` and gives them back: says whether there is room for what will be reserved
    /// bit by bit. No peak counts them, unless owners had to give memory back for them.
    ///
    /// # Errors
    /// As [`Reservation::try_grow`].
    pub fn check(&self, kind: Kind, bytes: Bytes) -> Result<(), Refused> {
        if self.0.budget.ledger.has_room(&self.0.account, kind, bytes.0) {
            return Ok(());
        }
        self.reserve(kind, bytes).map(drop)
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the component that the job belongs to.
    pub fn component(&self) -> Component {
        self.0.account.component
    }

    /// Returns what the job holds.
    pub fn held(&self) -> Bytes {
        Bytes(self.0.account.held.now())
    }

    /// Returns the most that the job ever held.
    pub fn peak(&self) -> Bytes {
        Bytes(self.0.account.held.peak())
    }

    /// Returns the budget that the job draws on.
    pub fn budget(&self) -> Budget {
        Budget(Arc::clone(&self.0.budget))
    }
}

impl Drop for JobState {
    fn drop(&mut self) {
        self.budget.forget(self);
    }
}

/// Bytes that a job may use. Dropping it gives them back.
///
/// Reserve before allocating and give back after freeing: then what is held is never less than
/// what is used.
#[derive(Debug)]
pub struct Reservation {
    job: Arc<JobState>,
    kind: Kind,
    bytes: u64,
}

impl Reservation {
    /// Returns how much is reserved.
    pub fn bytes(&self) -> Bytes {
        Bytes(self.bytes)
    }

    /// Returns the job that it is of.
    pub fn job(&self) -> Job {
        Job(Arc::clone(&self.job))
    }

    /// Returns whether it can be had back.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Reserves `bytes` more. Before a refusal, owners that hold what is not theirs are asked to
    /// give it back.
    ///
    /// # Errors
    /// If the bytes would pass a limit; then nothing has changed.
    #[inline]
    pub fn try_grow(&mut self, bytes: Bytes) -> Result<(), Refused> {
        self.job.budget.grow(&self.job, self.kind, bytes.0)?;
        // No overflow: the sum of everything is within the limit.
        self.bytes += bytes.0;
        Ok(())
    }

    /// Gives `bytes` back.
    ///
    /// # Panics
    /// If fewer are reserved.
    #[inline]
    pub fn shrink(&mut self, bytes: Bytes) {
        self.take_off(bytes);
        self.job.budget.shrink(&self.job, self.kind, bytes.0);
    }

    /// Makes it `bytes` in all.
    ///
    /// # Errors
    /// As [`Reservation::try_grow`].
    pub fn try_resize(&mut self, bytes: Bytes) -> Result<(), Refused> {
        if let Some(more) = bytes.0.checked_sub(self.bytes) {
            return self.try_grow(Bytes(more));
        }
        self.shrink(Bytes(self.bytes - bytes.0));
        Ok(())
    }

    /// Moves `bytes` to a reservation of their own.
    ///
    /// # Panics
    /// If fewer are reserved.
    #[must_use = "what is split off is given back when dropped"]
    pub fn split(&mut self, bytes: Bytes) -> Self {
        self.take_off(bytes);
        Self { job: Arc::clone(&self.job), kind: self.kind, bytes: bytes.0 }
    }

    /// Moves everything to a reservation of its own and leaves this one empty.
    #[must_use = "what is taken is given back when dropped"]
    pub fn take(&mut self) -> Self {
        self.split(Bytes(self.bytes))
    }

    /// Makes it [`Kind::Fixed`].
    ///
    /// # Errors
    /// If the component's share has no room for that; then nothing has changed.
    pub fn try_make_fixed(&mut self) -> Result<(), Refused> {
        if self.kind != Kind::Fixed {
            self.job.budget.fix(&self.job, self.bytes)?;
            self.kind = Kind::Fixed;
        }
        Ok(())
    }

    /// Makes it [`Kind::Spillable`].
    pub fn make_spillable(&mut self) {
        if self.kind != Kind::Spillable {
            self.job.budget.ledger.unfix(self.job.account.component, self.bytes);
            self.kind = Kind::Spillable;
        }
    }

    fn take_off(&mut self, bytes: Bytes) {
        let rest = self.bytes.checked_sub(bytes.0);
        self.bytes = rest.expect("no more is given back than is reserved");
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.job.budget.shrink(&self.job, self.kind, self.bytes);
        }
    }
}
