//! The limit of everything, what is held of it, and the levels.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};

use bolt_base::Bytes;
use bolt_hardware::Unavailable;

use crate::allocator;
use crate::component::Component;
use crate::ledger::{Exceeded, JobAccount, Ledger, Mark};
use crate::level::{Level, Thresholds};
use crate::pressure::{Pressure, Reading};
use crate::reclaim::{self, Cost, Reclaim, Reclaimers};
use crate::refused::{Bound, Holder, NoLoan, Refused};
use crate::report::{ComponentReport, Events, Report};
use crate::reservation::{Job, JobState, Kind};
use crate::shares::AdaptiveShares;

/// How many largest holders a refusal names.
const LARGEST_HOLDERS: usize = 3;

/// How often an ask within a share goes through the owners: while one gives, another ask that is
/// within its share may take what it gave.
const ROUNDS: usize = 3;

/// What a budget allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The limit of everything.
    pub limit: Bytes,
    /// The components' shares of it.
    pub shares: AdaptiveShares,
    /// Where the levels begin and end.
    pub thresholds: Thresholds,
    /// Where the pressure from outside begins to be medium and high, which the shares follow.
    pub pressure: Thresholds,
}

impl Policy {
    /// Returns the default policy with a limit.
    pub fn new(limit: Bytes) -> Self {
        Self {
            limit,
            shares: AdaptiveShares::default(),
            thresholds: Thresholds::default(),
            pressure: Thresholds::default(),
        }
    }
}

/// Why a policy is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Nothing could be held.
    #[error("the limit is 0; nothing could be held")]
    NoMemory,
    /// The thresholds are in no order.
    #[error(
        "thresholds must be 0 <= hysteresis < warning < critical <= 1; they are {}, {} and {}",
        .0.hysteresis, .0.warning, .0.critical
    )]
    Thresholds(Thresholds),
}

/// The memory of the process, shared out to components and their jobs. Clones share it.
#[derive(Debug, Clone)]
pub struct Budget(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    reclaimers: Reclaimers,
    sources: Vec<Box<dyn Pressure>>,
    /// Never held while an owner is asked.
    control: Mutex<Control>,
    jobs: Mutex<Vec<Weak<JobState>>>,
    refusals: AtomicU64,
}

/// What the levels are made of.
#[derive(Debug)]
struct Control {
    policy: Policy,
    level: Level,
    /// That of the pressure from outside alone, which the shares follow.
    outside_level: Level,
    outside: f64,
    readings: Vec<Reading>,
    warnings: u64,
    criticals: u64,
}

impl Budget {
    /// Makes a budget. Sources are read by [`Budget::poll`].
    ///
    /// # Errors
    /// If the limit is 0 or the thresholds are not in order.
    pub fn new(policy: Policy, sources: Vec<Box<dyn Pressure>>) -> Result<Self, PolicyError> {
        if policy.limit.0 == 0 {
            return Err(PolicyError::NoMemory);
        }
        let thresholds = [policy.thresholds, policy.pressure];
        if let Some(wrong) = thresholds.into_iter().find(|each| !each.are_ordered()) {
            return Err(PolicyError::Thresholds(wrong));
        }
        let ledger = Ledger::new(policy.limit.0, policy.shares.low.bytes(policy.limit.0));
        let mut control = Control {
            policy,
            level: Level::Normal,
            outside_level: Level::Normal,
            outside: 0.0,
            readings: Vec::new(),
            warnings: 0,
            criticals: 0,
        };
        control.settle(&ledger);
        let inner = Inner {
            ledger,
            reclaimers: Reclaimers::default(),
            sources,
            control: Mutex::new(control),
            jobs: Mutex::new(Vec::new()),
            refusals: AtomicU64::new(0),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Begins a job, with a limit of its own if that is wanted.
    pub fn job(&self, component: Component, name: &str, limit: Option<Bytes>) -> Job {
        let state = Arc::new(JobState {
            name: name.to_owned(),
            account: JobAccount::new(component, limit.map_or(u64::MAX, |limit| limit.0)),
            budget: Arc::clone(&self.0),
        });
        lock(&self.0.jobs).push(Arc::downgrade(&state));
        Job(state)
    }

    /// Registers an owner that can give memory of a component back. With one, the component can be
    /// lent more than its share.
    ///
    /// The budget does not keep the owner alive. Let the owner keep the registration.
    pub fn on_reclaim<R: Reclaim + 'static>(
        &self,
        component: Component,
        cost: Cost,
        owner: &Arc<R>,
    ) -> Registration {
        let owner = Arc::downgrade(owner) as Weak<dyn Reclaim>;
        let id = self.0.reclaimers.add(component, cost, owner);
        self.0.ledger.add_reclaimer(component);
        Registration { budget: Arc::downgrade(&self.0), component, id }
    }

    /// Reads the sources, adapts level and shares, and has memory back if the level asks for it.
    /// To be called about once a second.
    ///
    /// A poll that still finds the critical level of the poll before cancels jobs, too.
    pub fn poll(&self) -> Level {
        let inner = &*self.0;
        let readings: Vec<Reading> =
            inner.sources.iter().map(|source| Reading::take(&**source)).collect();
        let (before, level) = {
            let mut control = lock(&inner.control);
            let before = control.level;
            control.note(readings, &inner.ledger);
            (before, control.level)
        };
        inner.relieve(before == Level::Critical && level == Level::Critical);
        lock(&inner.control).level
    }

    /// Changes the limit of everything. What is held beyond a lower one stays, and nothing more is
    /// given out before enough of it came back.
    ///
    /// # Errors
    /// If the limit is 0.
    pub fn set_limit(&self, limit: Bytes) -> Result<(), PolicyError> {
        if limit.0 == 0 {
            return Err(PolicyError::NoMemory);
        }
        let mut control = lock(&self.0.control);
        control.policy.limit = limit;
        control.apply_shares(&self.0.ledger);
        control.settle(&self.0.ledger);
        Ok(())
    }

    /// Returns the level.
    pub fn level(&self) -> Level {
        lock(&self.0.control).level
    }

    /// Returns the limit of everything.
    pub fn limit(&self) -> Bytes {
        lock(&self.0.control).policy.limit
    }

    /// Returns what is held.
    pub fn held(&self) -> Bytes {
        Bytes(self.0.ledger.total().now())
    }

    /// Returns what a component holds.
    pub fn held_by(&self, component: Component) -> Bytes {
        Bytes(self.0.ledger.held(component).now())
    }

    /// Returns what there is to know.
    pub fn report(&self) -> Report {
        // First, so that it does not count the report.
        let usage = allocator::usage();
        let inner = &*self.0;
        let control = lock(&inner.control);
        let used = |component| {
            let why = "the program's allocator does not count";
            usage.map(|usage| usage.of(component)).ok_or_else(|| Unavailable::new(why))
        };
        let component = |component| ComponentReport {
            component,
            share: Bytes(inner.ledger.share(component)),
            held: Bytes(inner.ledger.held(component).now()),
            fixed: Bytes(inner.ledger.fixed(component).now()),
            peak: Bytes(inner.ledger.held(component).peak()),
            used: used(component),
        };
        let counts = |counters: &[AtomicU64; 3]| [0, 1, 2].map(|i| counters[i].load(Relaxed));
        Report {
            limit: control.policy.limit,
            held: self.held(),
            peak: Bytes(inner.ledger.total().peak()),
            level: control.level,
            readings: control.readings.clone(),
            components: Component::all().map(component).collect(),
            jobs: inner.holders(usize::MAX),
            events: Events {
                warnings: control.warnings,
                criticals: control.criticals,
                refusals: inner.refusals.load(Relaxed),
                reclaims: counts(&inner.reclaimers.tally.calls),
                reclaimed: counts(&inner.reclaimers.tally.bytes).map(Bytes),
            },
        }
    }
}

impl Control {
    /// Takes in what the sources said.
    fn note(&mut self, readings: Vec<Reading>, ledger: &Ledger) {
        let ratios = readings.iter().filter_map(|reading| reading.ratio.as_ref().ok());
        self.outside = ratios.copied().fold(0.0, f64::max);
        self.readings = readings;
        let level = self.policy.pressure.next(self.outside_level, self.outside);
        if level != self.outside_level {
            self.outside_level = level;
            self.apply_shares(ledger);
        }
        self.settle(ledger);
    }

    fn apply_shares(&self, ledger: &Ledger) {
        let AdaptiveShares { low, medium, high } = &self.policy.shares;
        let shares = match self.outside_level {
            Level::Normal => low,
            Level::Warning => medium,
            Level::Critical => high,
        };
        let limit = self.policy.limit.0;
        ledger.set_limits(limit, shares.bytes(limit));
    }

    /// Finds the level anew and returns whether it rose.
    fn settle(&mut self, ledger: &Ledger) -> bool {
        let limit = self.policy.limit.0 as f64;
        let ratio = self.outside.max(ledger.total().now() as f64 / limit);
        let before = self.level;
        self.level = self.policy.thresholds.next(before, ratio);
        let rose_to = |level| u64::from(before < level && self.level >= level);
        self.warnings += rose_to(Level::Warning);
        self.criticals += rose_to(Level::Critical);
        ledger.set_critical(self.level == Level::Critical);
        let (up, down) = self.marks();
        ledger.set_marks(up, down);
        self.level > before
    }

    /// Returns from where on upwards and below where the sum of what is held changes the level.
    fn marks(&self) -> (u64, u64) {
        let Policy { limit, thresholds, .. } = &self.policy;
        let bytes = |ratio: f64| (ratio * limit.0 as f64).ceil() as u64;
        let up = match self.level {
            Level::Normal => bytes(thresholds.warning),
            Level::Warning => bytes(thresholds.critical),
            Level::Critical => u64::MAX,
        };
        let end = thresholds.end(self.level);
        // What the outside upholds, giving back does not end.
        let down = if self.outside >= end { 0 } else { bytes(end) };
        (up, down)
    }

    /// Returns what may be held for the level that asks for `cost` to end, when `held` is now.
    fn target(&self, cost: Cost, held: u64) -> u64 {
        let end = self.policy.thresholds.end(match cost {
            Cost::Shrink => Level::Warning,
            Cost::Spill | Cost::Cancel => Level::Critical,
        });
        let own = end * self.policy.limit.0 as f64;
        // Outside, ratios are not bytes; giving back in proportion is what we can do.
        let outside = if self.outside >= end { held as f64 * end / self.outside } else { own };
        // A level ends below its end.
        (own.min(outside).ceil() as u64).saturating_sub(1)
    }

    fn allows(&self, cost: Cost, may_cancel: bool) -> bool {
        match cost {
            Cost::Shrink => self.level >= Level::Warning,
            Cost::Spill => self.level == Level::Critical,
            Cost::Cancel => self.level == Level::Critical && may_cancel,
        }
    }
}

impl Inner {
    #[inline]
    pub(crate) fn grow(&self, job: &JobState, kind: Kind, bytes: u64) -> Result<(), Refused> {
        let mark = match self.ledger.try_grow(&job.account, kind, bytes, false) {
            Ok(mark) => mark,
            Err(exceeded) => self.grow_after_reclaim(job, kind, bytes, exceeded)?,
        };
        if mark == Mark::Up {
            self.rose();
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn shrink(&self, job: &JobState, kind: Kind, bytes: u64) {
        if self.ledger.shrink(&job.account, kind, bytes) == Mark::Down {
            self.fell();
        }
    }

    pub(crate) fn fix(&self, job: &JobState, bytes: u64) -> Result<(), Refused> {
        let fixed = self.ledger.try_fix(job.account.component, bytes);
        fixed.map_err(|exceeded| self.refuse(job, bytes, exceeded))
    }

    pub(crate) fn forget(&self, job: &JobState) {
        lock(&self.jobs).retain(|other| !std::ptr::eq(other.as_ptr(), job));
    }

    /// Has memory back until the ask fits; refuses it if that is not enough.
    #[cold]
    fn grow_after_reclaim(
        &self,
        job: &JobState,
        kind: Kind,
        bytes: u64,
        exceeded: Exceeded,
    ) -> Result<Mark, Refused> {
        let could_help = matches!(exceeded.bound, Bound::Limit | Bound::Loan);
        let component = job.account.component;
        let is_within_share = self.is_within_share(component, kind, bytes);
        let is_in_reach = is_within_share || self.could_be_lent(component, bytes);
        if !could_help || !is_in_reach || reclaim::is_inside() {
            return Err(self.refuse(job, bytes, exceeded));
        }
        let _turn = lock(&self.reclaimers.turn);
        let _claim = is_within_share.then(|| self.ledger.claim());
        let try_grow = || self.ledger.try_grow(&job.account, kind, bytes, is_within_share);
        let mut last = match try_grow() {
            Ok(mark) => return Ok(mark),
            Err(exceeded) => exceeded,
        };
        // Nobody else spills or ends for what is only lent.
        let most = if is_within_share { Cost::Cancel } else { Cost::Shrink };
        for _ in 0..ROUNDS {
            let mut given = 0;
            for entry in self.reclaimers.by_cost(|component| self.excess(component, job, bytes)) {
                let missing = self.missing(&last, component, entry.component, bytes);
                let wanted = missing.min(self.excess(entry.component, job, bytes));
                let is_own_loan = !is_within_share && entry.component == component;
                if entry.cost > most || wanted == 0 || is_own_loan {
                    continue;
                }
                given += self.reclaimers.ask(&entry, wanted);
                last = match try_grow() {
                    Ok(mark) => return Ok(mark),
                    Err(exceeded) => exceeded,
                };
            }
            if given == 0 {
                break;
            }
        }
        Err(self.refuse(job, bytes, last))
    }

    /// Returns whether an ask is for what nobody may be lent.
    fn is_within_share(&self, component: Component, kind: Kind, bytes: u64) -> bool {
        let held = match kind {
            Kind::Fixed => self.ledger.fixed(component).now(),
            Kind::Spillable => self.ledger.held(component).now(),
        };
        held.checked_add(bytes).is_some_and(|sum| sum <= self.ledger.share(component))
    }

    /// Returns whether there would be enough to lend if all others went back to their shares. If
    /// not, nobody should give anything back for it.
    fn could_be_lent(&self, component: Component, bytes: u64) -> bool {
        let kept = |other: Component| {
            let held = self.ledger.held(other).now();
            if other == component { held } else { held.min(self.ledger.share(other)) }
        };
        let kept: u64 = Component::all().map(kept).sum();
        kept.checked_add(bytes).is_some_and(|sum| sum <= self.ledger.limit())
    }

    /// Returns how much a component holds beyond its share, were the ask granted.
    fn excess(&self, component: Component, job: &JobState, asked: u64) -> u64 {
        let asked = if component == job.account.component { asked } else { 0 };
        let held = self.ledger.held(component).now().saturating_add(asked);
        held.saturating_sub(self.ledger.share(component))
    }

    /// Returns how much an owner of `from` would have to give for an ask of `by` to fit.
    fn missing(&self, last: &Exceeded, by: Component, from: Component, asked: u64) -> u64 {
        match last.bound {
            Bound::Limit => last.held.saturating_add(asked).saturating_sub(last.limit),
            Bound::Loan if from == by => last.held.saturating_add(asked).saturating_sub(last.limit),
            Bound::Loan | Bound::Share | Bound::Job => 0,
        }
    }

    /// More is held than where the level ends.
    #[cold]
    fn rose(&self) {
        let rose = {
            // Who holds the lock sees the new sum, or the next change tells.
            let Some(mut control) = try_lock(&self.control) else { return };
            control.settle(&self.ledger)
        };
        if rose && !reclaim::is_inside() {
            self.relieve(false);
        }
    }

    /// Less is held than where the level begins.
    #[cold]
    fn fell(&self) {
        if let Some(mut control) = try_lock(&self.control) {
            control.settle(&self.ledger);
        }
    }

    /// Has memory back until the level ends, as far as the level allows.
    fn relieve(&self, may_cancel: bool) {
        let held = self.ledger.total().now();
        let targets = {
            let control = lock(&self.control);
            Cost::ALL
                .map(|cost| control.allows(cost, may_cancel).then(|| control.target(cost, held)))
        };
        // Whoever has the turn is having memory back.
        let Some(_turn) = try_lock(&self.reclaimers.turn) else { return };
        let over = |component| {
            self.ledger.held(component).now().saturating_sub(self.ledger.share(component))
        };
        for entry in self.reclaimers.by_cost(over) {
            let Some(target) = targets[entry.cost as usize] else { break };
            let surplus = self.ledger.total().now().saturating_sub(target);
            if surplus > 0 {
                self.reclaimers.ask(&entry, surplus);
            }
        }
    }

    #[cold]
    fn refuse(&self, job: &JobState, asked: u64, exceeded: Exceeded) -> Refused {
        self.refusals.fetch_add(1, Relaxed);
        let Exceeded { bound, held, limit } = exceeded;
        let component = job.account.component;
        let no_loan = (bound == Bound::Loan).then(|| {
            if !self.ledger.has_reclaimers(component) {
                NoLoan::NotReclaimable
            } else if self.ledger.is_critical() {
                NoLoan::Critical
            } else {
                NoLoan::Claimed
            }
        });
        Refused {
            component,
            job: job.name.clone(),
            asked: Bytes(asked),
            bound,
            held: Bytes(held),
            limit: Bytes(limit),
            no_loan,
            largest: self.holders(LARGEST_HOLDERS),
        }
    }

    /// Returns the jobs that hold most, the largest first.
    fn holders(&self, count: usize) -> Vec<Holder> {
        // A job that ends here locks the list, so it must not end while the list is locked.
        let jobs: Vec<Arc<JobState>> = lock(&self.jobs).iter().filter_map(Weak::upgrade).collect();
        let holder = |job: &Arc<JobState>| Holder {
            component: job.account.component,
            job: job.name.clone(),
            bytes: Bytes(job.account.held.now()),
        };
        let mut holders: Vec<Holder> =
            jobs.iter().map(holder).filter(|holder| holder.bytes.0 > 0).collect();
        holders.sort_by_key(|holder| std::cmp::Reverse(holder.bytes));
        holders.truncate(count);
        holders
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget").field("ledger", &self.ledger).finish_non_exhaustive()
    }
}

/// Keeps an owner registered. Dropping it ends that; a call that has begun in another thread may
/// still be going on.
#[derive(Debug)]
#[must_use = "dropping it ends the registration"]
pub struct Registration {
    budget: Weak<Inner>,
    component: Component,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(budget) = self.budget.upgrade() {
            budget.reclaimers.remove(self.id);
            budget.ledger.remove_reclaimer(self.component);
        }
    }
}

/// A panic of an owner leaves the counters right, so the lock is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
