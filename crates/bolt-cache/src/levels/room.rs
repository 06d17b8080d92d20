//! The memory that levels may use, reserved from a budget as they fill.
//!
//! A level starts small. When it is nearly full, or cannot take a value because it is small, it gets
//! as much again, up to its limit, unless memory is short. When the budget wants memory back, levels
//! shrink in proportion. A level's capacity is what is reserved for it at every moment: memory is
//! reserved before a level grows, and given back after it shrank.

use bolt_base::Bytes;
use bolt_memory::{Job, Kind, Level as Pressure, Refused, Reservation};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A level grows by as much, at least, if its limit allows.
const STEP_LEAST: u64 = 1 << 20;
/// A smaller step is not worth it.
const STEP_SMALLEST: u64 = 64 << 10;
/// A level has room for so many entries of the size that it could not take.
const ENTRIES_LEAST: u64 = 16;

/// The memory of a cache's levels. It knows them by their number among those in memory.
#[derive(Debug)]
pub(super) struct Room {
    job: Job,
    /// Never held while memory is asked for, since giving back takes it.
    state: Mutex<State>,
    /// What was offered to the levels since it was last looked whether they are full.
    offered: AtomicU64,
}

#[derive(Debug)]
struct State {
    /// For what levels take whatever they hold.
    _fixed: Reservation,
    shares: Vec<Share>,
}

#[derive(Debug, Default)]
struct Share {
    limit: u64,
    capacity: u64,
    /// Together, the capacity.
    reserved: Vec<Reservation>,
    /// Values too large for the level when it was last looked.
    too_large: u64,
}

/// How full a level is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fill {
    pub(super) used: Bytes,
    /// Values that were too large so far.
    pub(super) too_large: u64,
    /// What an entry may weigh at most.
    pub(super) heaviest: Bytes,
}

impl Room {
    /// Returns room for levels of some limits, of which they have nothing yet. `fixed` is what they
    /// take in any case.
    pub(super) fn new(job: Job, limits: &[Bytes], fixed: Bytes) -> Result<Self, Refused> {
        let fixed = job.reserve(Kind::Spillable, fixed)?;
        let share = |limit: &Bytes| Share { limit: limit.0, ..Share::default() };
        let state = State { _fixed: fixed, shares: limits.iter().map(share).collect() };
        Ok(Self { job, state: Mutex::new(state), offered: AtomicU64::new(0) })
    }

    /// Takes note that an entry was offered to the levels; returns whether it is time to look
    /// whether they are full.
    pub(super) fn offer(&self, weight: u64) -> bool {
        let before = self.offered.fetch_add(weight, Relaxed);
        // An eighth of the smallest step, or of what there is.
        let due = (self.job.held().0 / 8).max(STEP_SMALLEST);
        if before.saturating_add(weight) < due {
            return false;
        }
        self.offered.store(0, Relaxed);
        true
    }

    /// Gives levels that are full more room, if there is.
    ///
    /// `entry` is what was offered last; `resize` changes a level's capacity.
    pub(super) fn grow(
        &self,
        entry: u64,
        fill: impl Fn(usize) -> Fill,
        resize: impl Fn(usize, Bytes),
    ) {
        if self.job.budget().level() > Pressure::Normal {
            return;
        }
        let levels = self.lock().shares.len();
        for index in 0..levels {
            let Some(wanted) = self.wanted(index, entry, fill(index)) else { continue };
            let Some(more) = self.reserve(wanted) else { continue };
            let mut state = self.lock();
            let share = &mut state.shares[index];
            // Another thread may have been faster, or the limit may be lower by now.
            if share.capacity.saturating_add(more.bytes().0) > share.limit {
                continue;
            }
            share.capacity += more.bytes().0;
            share.reserved.push(more);
            resize(index, Bytes(share.capacity));
        }
    }

    /// Returns how much more a level should have, if any.
    fn wanted(&self, index: usize, entry: u64, fill: Fill) -> Option<u64> {
        let mut state = self.lock();
        let share = &mut state.shares[index];
        let is_too_small = fill.too_large > share.too_large || Bytes(entry) > fill.heaviest;
        share.too_large = fill.too_large;
        let is_full = fill.used.0 >= share.capacity - share.capacity / 4;
        let step = share.capacity.max(STEP_LEAST).max(entry.saturating_mul(ENTRIES_LEAST));
        let wanted = step.min(share.limit.saturating_sub(share.capacity));
        ((is_full || is_too_small) && wanted > 0).then_some(wanted)
    }

    /// Reserves as much as wanted, or half of it, or a quarter, as long as that is worth it.
    fn reserve(&self, wanted: u64) -> Option<Reservation> {
        let mut bytes = wanted;
        loop {
            match self.job.reserve(Kind::Spillable, Bytes(bytes)) {
                Ok(reservation) => return Some(reservation),
                Err(_) if bytes / 2 < STEP_SMALLEST => return None,
                Err(_) => bytes /= 2,
            }
        }
    }

    /// Changes a level's limit. More room comes as it fills; what is too much goes at once.
    pub(super) fn limit(&self, index: usize, limit: Bytes, resize: impl Fn(usize, Bytes)) {
        let mut state = self.lock();
        let share = &mut state.shares[index];
        share.limit = limit.0;
        share.shrink(share.capacity.saturating_sub(limit.0), |capacity| resize(index, capacity));
    }

    /// Takes memory from the levels, in proportion to what they have, and gives it back to the
    /// budget; returns how much it was.
    pub(super) fn shrink(&self, bytes: Bytes, resize: impl Fn(usize, Bytes)) -> Bytes {
        let mut state = self.lock();
        let total: u64 = state.shares.iter().map(|share| share.capacity).sum();
        let take = bytes.0.min(total);
        let mut given = 0;
        for (index, share) in state.shares.iter_mut().enumerate() {
            let part = part(take, share.capacity, total);
            share.shrink(part, |capacity| resize(index, capacity));
            given += part;
        }
        Bytes(given)
    }

    /// Returns what is reserved in all.
    pub(super) fn held(&self) -> Bytes {
        self.job.held()
    }

    /// Returns a level's limit.
    pub(super) fn limit_of(&self, index: usize) -> Bytes {
        Bytes(self.lock().shares[index].limit)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Gives memory back, after the level let go of it.
    fn shrink(&mut self, bytes: u64, resize: impl Fn(Bytes)) {
        if bytes == 0 {
            return;
        }
        self.capacity -= bytes;
        resize(Bytes(self.capacity));
        let mut rest = bytes;
        while let Some(mut last) = self.reserved.pop() {
            let part = rest.min(last.bytes().0);
            last.shrink(Bytes(part));
            rest -= part;
            if rest == 0 {
                self.reserved.push(last);
                break;
            }
        }
    }
}

/// Returns the part of `bytes` that falls to one who has `own` of `total`, rounded up.
pub(crate) fn part(bytes: u64, own: u64, total: u64) -> u64 {
    let product = u128::from(bytes) * u128::from(own);
    // No more than `own`, since `bytes` is no more than `total`.
    product.div_ceil(u128::from(total).max(1)) as u64
}

#[cfg(test)]
impl Room {
    /// Returns the levels' capacities, while none of them changes.
    pub(super) fn with_capacities<R>(&self, look: impl FnOnce(&[u64]) -> R) -> R {
        let state = self.lock();
        let capacities: Vec<u64> = state.shares.iter().map(|share| share.capacity).collect();
        for share in &state.shares {
            let reserved: u64 = share.reserved.iter().map(|part| part.bytes().0).sum();
            assert_eq!(reserved, share.capacity);
            assert!(share.capacity <= share.limit);
        }
        look(&capacities)
    }
}
