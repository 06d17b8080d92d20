//! The counters behind reservations. Every change is a few atomic operations and takes no lock.
//!
//! Nothing here waits, reclaims or knows levels; see [`Budget`](crate::Budget) for that. Each
//! counter stays within its limit by compare-and-swap. A change that passes one counter and fails
//! at the next is undone, so for a moment others may see it as held.
//!
//! Taking goes from the job to the whole and giving back the other way round, released and
//! acquired: who passes one counter because of what another gave back finds it given back at the
//! next, too.

use super::sync::{
    AtomicBool, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use crate::component::Component;
use crate::refused::Bound;
use crate::reservation::Kind;

/// An ask that would pass a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) bound: Bound,
    pub(crate) held: u64,
    pub(crate) limit: u64,
}

fn exceeded(bound: Bound, limit: u64) -> impl Fn(u64) -> Exceeded {
    move |held| Exceeded { bound, held, limit }
}

/// What is held, and the most that ever was.
#[derive(Debug)]
pub(crate) struct Gauge {
    now: AtomicU64,
    peak: AtomicU64,
}

impl Gauge {
    pub(crate) fn new() -> Self {
        Self { now: AtomicU64::new(0), peak: AtomicU64::new(0) }
    }

    pub(crate) fn now(&self) -> u64 {
        self.now.load(Relaxed)
    }

    pub(crate) fn peak(&self) -> u64 {
        self.peak.load(Relaxed)
    }

    /// Adds and returns the sum, or what is held if the sum would pass the limit.
    #[inline]
    fn try_add(&self, bytes: u64, limit: u64) -> Result<u64, u64> {
        let mut now = self.now.load(Relaxed);
        loop {
            let sum = now.checked_add(bytes).filter(|sum| *sum <= limit).ok_or(now)?;
            match self.now.compare_exchange_weak(now, sum, Acquire, Relaxed) {
                Ok(_) => return Ok(sum),
                Err(found) => now = found,
            }
        }
    }

    /// Remembers a sum that was held. Not part of adding, which may be undone.
    #[inline]
    fn note(&self, sum: u64) {
        if sum > self.peak.load(Relaxed) {
            self.peak.fetch_max(sum, Relaxed);
        }
    }

    /// Subtracts what was added before and returns the rest.
    #[inline]
    fn subtract(&self, bytes: u64) -> u64 {
        let before = self.now.fetch_sub(bytes, Release);
        debug_assert!(before >= bytes, "{bytes} bytes given back of {before}");
        before - bytes
    }
}

/// What a job holds, and its limit.
#[derive(Debug)]
pub(crate) struct JobAccount {
    pub(crate) component: Component,
    pub(crate) limit: u64,
    pub(crate) held: Gauge,
}

/// What a component holds, and its share.
#[derive(Debug)]
struct Account {
    share: AtomicU64,
    held: Gauge,
    /// The part of `held` that is [`Kind::Fixed`].
    fixed: Gauge,
    /// How many ways there are to have spillable memory back.
    reclaimers: AtomicU32,
}

/// Keeps what different threads write on different cache lines; two, since processors fetch pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Padded<T>(T);

/// Read by every change, written seldom.
#[derive(Debug)]
struct Rules {
    limit: AtomicU64,
    /// From here on up, and below here, somebody wants to know; see [`Mark`].
    up: AtomicU64,
    down: AtomicU64,
    /// How many wait for memory within their share.
    claims: AtomicU32,
    is_critical: AtomicBool,
}

/// Where the sum stands after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Between,
    Up,
    Down,
}

/// All counters.
#[derive(Debug)]
pub(crate) struct Ledger {
    rules: Padded<Rules>,
    total: Padded<Gauge>,
    accounts: [Padded<Account>; Component::COUNT],
}

impl Ledger {
    pub(crate) fn new(limit: u64, shares: [u64; Component::COUNT]) -> Self {
        let account = |share| Account {
            share: AtomicU64::new(share),
            held: Gauge::new(),
            fixed: Gauge::new(),
            reclaimers: AtomicU32::new(0),
        };
        let rules = Rules {
            limit: AtomicU64::new(limit),
            up: AtomicU64::new(u64::MAX),
            down: AtomicU64::new(0),
            claims: AtomicU32::new(0),
            is_critical: AtomicBool::new(false),
        };
        Self {
            rules: Padded(rules),
            total: Padded(Gauge::new()),
            accounts: shares.map(|share| Padded(account(share))),
        }
    }

    /// Takes `bytes` from the job, its component and the whole, or nothing.
    ///
    /// With a claim the ask may pass the share although others wait for theirs.
    #[inline]
    pub(crate) fn try_grow(
        &self,
        job: &JobAccount,
        kind: Kind,
        bytes: u64,
        has_claim: bool,
    ) -> Result<Mark, Exceeded> {
        let account = &self.accounts[job.component.index()].0;
        let of_job = job.held.try_add(bytes, job.limit).map_err(exceeded(Bound::Job, job.limit))?;
        let others = self.take(account, kind, bytes, has_claim);
        let (of_component, total) = others.inspect_err(|_| {
            job.held.subtract(bytes);
        })?;
        job.held.note(of_job);
        account.held.note(of_component);
        self.total.0.note(total);
        Ok(self.mark(total))
    }

    /// Returns whether [`Ledger::try_grow`] would take `bytes`, as things stand.
    pub(crate) fn has_room(&self, job: &JobAccount, kind: Kind, bytes: u64) -> bool {
        let account = &self.accounts[job.component.index()].0;
        if job.held.try_add(bytes, job.limit).is_err() {
            return false;
        }
        let found = self.take(account, kind, bytes, false);
        match found {
            Ok(_) => drop(self.shrink(job, kind, bytes)),
            Err(_) => drop(job.held.subtract(bytes)),
        }
        found.is_ok()
    }

    /// Takes `bytes` from a component and the whole, and returns what they hold then.
    #[inline]
    fn take(
        &self,
        account: &Account,
        kind: Kind,
        bytes: u64,
        has_claim: bool,
    ) -> Result<(u64, u64), Exceeded> {
        let share = account.share.load(Relaxed);
        if kind == Kind::Fixed {
            account.fixed.try_add(bytes, share).map_err(exceeded(Bound::Share, share))?;
        }
        let limit = self.rules.0.limit.load(Relaxed);
        let is_lent = self.lends_to(account, has_claim);
        let most = if is_lent { u64::MAX } else { share };
        let held = account.held.try_add(bytes, most).map_err(|held| {
            account.unfix(kind, bytes);
            match is_lent {
                true => exceeded(Bound::Limit, limit)(self.total.0.now()),
                false => exceeded(Bound::Loan, share)(held),
            }
        })?;
        let total = self.total.0.try_add(bytes, limit).map_err(|held| {
            account.give_back(kind, bytes);
            exceeded(Bound::Limit, limit)(held)
        })?;
        Ok((held, total))
    }

    fn lends_to(&self, account: &Account, has_claim: bool) -> bool {
        let rules = &self.rules.0;
        let is_open = rules.claims.load(Relaxed) == 0 && !rules.is_critical.load(Relaxed);
        (is_open || has_claim) && account.reclaimers.load(Relaxed) > 0
    }

    /// Gives back what was taken with [`Ledger::try_grow`].
    #[inline]
    pub(crate) fn shrink(&self, job: &JobAccount, kind: Kind, bytes: u64) -> Mark {
        let total = self.total.0.subtract(bytes);
        self.accounts[job.component.index()].0.give_back(kind, bytes);
        job.held.subtract(bytes);
        self.mark(total)
    }

    /// Makes spillable memory fixed.
    pub(crate) fn try_fix(&self, component: Component, bytes: u64) -> Result<(), Exceeded> {
        let account = &self.accounts[component.index()].0;
        let share = account.share.load(Relaxed);
        account.fixed.try_add(bytes, share).map(drop).map_err(exceeded(Bound::Share, share))
    }

    /// Makes fixed memory spillable.
    pub(crate) fn unfix(&self, component: Component, bytes: u64) {
        self.accounts[component.index()].0.fixed.subtract(bytes);
    }

    #[inline]
    fn mark(&self, total: u64) -> Mark {
        if total >= self.rules.0.up.load(Relaxed) {
            Mark::Up
        } else if total < self.rules.0.down.load(Relaxed) {
            Mark::Down
        } else {
            Mark::Between
        }
    }

    /// Sets where [`Mark`]s are.
    pub(crate) fn set_marks(&self, up: u64, down: u64) {
        self.rules.0.up.store(up, Relaxed);
        self.rules.0.down.store(down, Relaxed);
    }

    /// Closes lending while memory is critical.
    pub(crate) fn set_critical(&self, is_critical: bool) {
        self.rules.0.is_critical.store(is_critical, Relaxed);
    }

    pub(crate) fn is_critical(&self) -> bool {
        self.rules.0.is_critical.load(Relaxed)
    }

    /// Closes lending until the claim is dropped.
    pub(crate) fn claim(&self) -> Claim<'_> {
        self.rules.0.claims.fetch_add(1, Relaxed);
        Claim(self)
    }

    pub(crate) fn set_limits(&self, limit: u64, shares: [u64; Component::COUNT]) {
        self.rules.0.limit.store(limit, Relaxed);
        for (account, share) in self.accounts.iter().zip(shares) {
            account.0.share.store(share, Relaxed);
        }
    }

    pub(crate) fn add_reclaimer(&self, component: Component) {
        self.accounts[component.index()].0.reclaimers.fetch_add(1, Relaxed);
    }

    pub(crate) fn remove_reclaimer(&self, component: Component) {
        self.accounts[component.index()].0.reclaimers.fetch_sub(1, Relaxed);
    }

    pub(crate) fn has_reclaimers(&self, component: Component) -> bool {
        self.accounts[component.index()].0.reclaimers.load(Relaxed) > 0
    }

    pub(crate) fn limit(&self) -> u64 {
        self.rules.0.limit.load(Relaxed)
    }

    pub(crate) fn total(&self) -> &Gauge {
        &self.total.0
    }

    pub(crate) fn share(&self, component: Component) -> u64 {
        self.accounts[component.index()].0.share.load(Relaxed)
    }

    pub(crate) fn held(&self, component: Component) -> &Gauge {
        &self.accounts[component.index()].0.held
    }

    pub(crate) fn fixed(&self, component: Component) -> &Gauge {
        &self.accounts[component.index()].0.fixed
    }
}

impl Account {
    #[inline]
    fn give_back(&self, kind: Kind, bytes: u64) {
        self.held.subtract(bytes);
        self.unfix(kind, bytes);
    }

    #[inline]
    fn unfix(&self, kind: Kind, bytes: u64) {
        if kind == Kind::Fixed {
            self.fixed.subtract(bytes);
        }
    }
}

impl JobAccount {
    pub(crate) fn new(component: Component, limit: u64) -> Self {
        Self { component, limit, held: Gauge::new() }
    }
}

/// Nobody is lent anything while this lives.
#[derive(Debug)]
pub(crate) struct Claim<'l>(&'l Ledger);

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.rules.0.claims.fetch_sub(1, Relaxed);
    }
}
