//! Buffers by size, lent out and kept for the next.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bolt_base::Bytes;

use super::aligned::{AlignedBytes, Plain};
use super::classes::{bytes_of, class_of};
use crate::allocator::or_null;
use crate::budget::{Budget, Registration};
use crate::component::Component;
use crate::reclaim::{Cost, Reclaim};
use crate::refused::{Bound, Refused};
use crate::reservation::{Job, Kind, Reservation};

/// What a pool keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct BufferPoolOptions {
    /// What all buffers may hold together, lent out or kept.
    pub cap: Bytes,
    /// The largest buffer there may be.
    pub largest: Bytes,
    /// How many buffers may be lent out at a time.
    pub leases_max: usize,
    /// When more buffers of a size are out than are to be kept, so many times as many are.
    pub growth: f64,
    /// When at most this part of the buffers to be kept was out for a while, fewer are, divided by
    /// `growth`.
    pub shrink: f64,
}

impl Default for BufferPoolOptions {
    fn default() -> Self {
        Self {
            cap: Bytes(2 << 30),
            largest: Bytes(1 << 30),
            leases_max: 1_000,
            growth: 1.5,
            shrink: 0.3,
        }
    }
}

/// Why options are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BufferPoolOptionsError {
    /// The largest buffer would not fit.
    #[error("the largest buffer ({largest}) does not fit the cap of {cap}")]
    Largest {
        /// The size after rounding up.
        largest: Bytes,
        /// The cap.
        cap: Bytes,
    },
    /// No buffer could be lent.
    #[error("a pool that lends no buffers is of no use")]
    NoLeases,
    /// It would not grow.
    #[error("the growth is {0}; it must be a number above 1")]
    Growth(f64),
    /// It would shrink always or never.
    #[error("the shrink threshold is {0}; it must be from 0 to below 1")]
    Shrink(f64),
}

/// Why there is no buffer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// The buffer would be larger than the pool's largest.
    #[error("a buffer of {asked} is asked for, and the largest is {largest}")]
    TooLarge {
        /// What was asked for; all there is if it cannot be counted.
        asked: Bytes,
        /// The largest.
        largest: Bytes,
    },
    /// As many buffers are out as may be.
    #[error("{0} buffers are lent out, and no more may be; give some back")]
    TooMany(usize),
    /// The budget or the pool's cap has no room.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The operating system has no memory.
    #[error("the operating system has no {0} left")]
    OutOfMemory(Bytes),
}

/// Aligned buffers by size, lent out as [`Lease`]s and kept for the next. Clones share them.
///
/// What is lent out is a fixed reservation, what is kept a spillable one that the pool gives back
/// when memory is short. For each size a pool keeps as many buffers as were out at a time lately;
/// in a steady state it allocates nothing.
#[derive(Debug, Clone)]
pub struct BufferPool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    job: Job,
    options: BufferPoolOptions,
    classes: Box<[Mutex<Class>]>,
    leases: AtomicUsize,
    hits: AtomicU64,
    misses: AtomicU64,
    registration: Mutex<Option<Registration>>,
}

/// The buffers of a size.
#[derive(Debug)]
struct Class {
    idle: Vec<Buffer>,
    leased: usize,
    /// How many are to be kept, the leased ones included.
    target: usize,
    /// The most that were leased since the last review, and how many came back since.
    peak: usize,
    returns: usize,
}

#[derive(Debug)]
struct Buffer {
    memory: AlignedBytes,
    reservation: Reservation,
}

/// What a pool has done so far, and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferPoolReport {
    /// How many buffers are lent out.
    pub leased: usize,
    /// How many are kept for the next.
    pub idle: usize,
    /// What all of them hold.
    pub held: Bytes,
    /// How many leases were of kept buffers.
    pub hits: u64,
    /// How many were of new ones.
    pub misses: u64,
}

impl BufferPool {
    /// Makes an empty pool, as a job of the component with the cap as its limit.
    ///
    /// # Errors
    /// If the options make no sense.
    pub fn new(
        budget: &Budget,
        component: Component,
        name: &str,
        options: BufferPoolOptions,
    ) -> Result<Self, BufferPoolOptionsError> {
        let BufferPoolOptions { cap, largest, leases_max, growth, shrink } = options;
        let last = class_of(usize::try_from(largest.0).unwrap_or(usize::MAX));
        let rounded = Bytes(bytes_of(last).map_or(u64::MAX, |bytes| bytes as u64));
        if rounded > cap {
            return Err(BufferPoolOptionsError::Largest { largest: rounded, cap });
        }
        if leases_max == 0 {
            return Err(BufferPoolOptionsError::NoLeases);
        }
        if !(growth > 1.0 && growth.is_finite()) {
            return Err(BufferPoolOptionsError::Growth(growth));
        }
        if !(0.0..1.0).contains(&shrink) {
            return Err(BufferPoolOptionsError::Shrink(shrink));
        }
        let class = || Class { idle: Vec::new(), leased: 0, target: 0, peak: 0, returns: 0 };
        let shared = Arc::new(Shared {
            job: budget.job(component, name, Some(cap)),
            options,
            classes: (0..=last).map(|_| Mutex::new(class())).collect(),
            leases: AtomicUsize::new(0),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            registration: Mutex::new(None),
        });
        let registration = budget.on_reclaim(component, Cost::Shrink, &shared);
        *lock(&shared.registration) = Some(registration);
        Ok(Self { shared })
    }

    /// Lends a buffer of `length` numbers, whatever they are: zeros, or what the last holder left.
    ///
    /// # Errors
    /// If it would be too large, too many are out, or there is no memory.
    pub fn lease<T: Plain>(&self, length: usize) -> Result<Lease<T>, LeaseError> {
        let (class, buffer, _) = self.shared.take(length.checked_mul(size_of::<T>()))?;
        Ok(Lease { pool: self.clone(), class, buffer: Some(buffer), length, numbers: PhantomData })
    }

    /// Lends a buffer of `length` zeros.
    ///
    /// # Errors
    /// As [`BufferPool::lease`].
    pub fn lease_zeroed<T: Plain>(&self, length: usize) -> Result<Lease<T>, LeaseError> {
        let bytes = length.checked_mul(size_of::<T>());
        let (class, mut buffer, is_new) = self.shared.take(bytes)?;
        if !is_new {
            buffer.memory.numbers_mut::<u8>(length * size_of::<T>()).fill(0);
        }
        Ok(Lease { pool: self.clone(), class, buffer: Some(buffer), length, numbers: PhantomData })
    }

    /// Frees all buffers that are kept, and returns how much it was.
    pub fn trim(&self) -> Bytes {
        self.shared.free(u64::MAX)
    }

    /// Returns what the pool has done and holds.
    pub fn report(&self) -> BufferPoolReport {
        let shared = &*self.shared;
        let mut report = BufferPoolReport {
            leased: 0,
            idle: 0,
            held: shared.job.held(),
            hits: shared.hits.load(Relaxed),
            misses: shared.misses.load(Relaxed),
        };
        for class in &shared.classes {
            let class = lock(class);
            report.leased += class.leased;
            report.idle += class.idle.len();
        }
        report
    }
}

impl Shared {
    /// Returns a buffer, its class, and whether it is new.
    fn take(&self, bytes: Option<usize>) -> Result<(usize, Buffer, bool), LeaseError> {
        let largest = self.options.largest;
        let asked = bytes.map_or(Bytes(u64::MAX), |bytes| Bytes(bytes as u64));
        if asked > largest {
            return Err(LeaseError::TooLarge { asked, largest });
        }
        let most = self.options.leases_max;
        let count = |count| (count < most).then_some(count + 1);
        if self.leases.fetch_update(Relaxed, Relaxed, count).is_err() {
            return Err(LeaseError::TooMany(most));
        }
        let class = class_of(bytes.unwrap_or(usize::MAX));
        let taken = self.take_of(class);
        if taken.is_err() {
            self.leases.fetch_sub(1, Relaxed);
        }
        taken.map(|(buffer, is_new)| (class, buffer, is_new))
    }

    /// No lock is held while the budget is asked, since it may ask this pool to give back.
    fn take_of(&self, class: usize) -> Result<(Buffer, bool), LeaseError> {
        let kept = lock(&self.classes[class]).idle.pop();
        let (buffer, is_new) = match kept {
            Some(mut buffer) => {
                if let Err(refused) = buffer.reservation.try_make_fixed() {
                    lock(&self.classes[class]).idle.push(buffer);
                    return Err(refused.into());
                }
                (buffer, false)
            }
            None => (self.make(class)?, true),
        };
        let counter = if is_new { &self.misses } else { &self.hits };
        counter.fetch_add(1, Relaxed);
        lock(&self.classes[class]).lend(self.options.growth);
        Ok((buffer, is_new))
    }

    fn make(&self, class: usize) -> Result<Buffer, LeaseError> {
        let bytes = bytes_of(class).expect("the largest class has a size");
        let ask = || self.job.reserve(Kind::Fixed, Bytes(bytes as u64));
        let reservation = ask().or_else(|refused| {
            // Of what is kept in other sizes, the budget frees nothing for the pool's own cap.
            if refused.bound == Bound::Job && self.free(bytes as u64) > Bytes(0) {
                ask()
            } else {
                Err(refused)
            }
        })?;
        let memory = or_null(|| AlignedBytes::zeroed(bytes));
        let memory = memory.ok_or(LeaseError::OutOfMemory(Bytes(bytes as u64)))?;
        Ok(Buffer { memory, reservation })
    }

    fn give_back(&self, class: usize, mut buffer: Buffer) {
        buffer.reservation.make_spillable();
        let BufferPoolOptions { growth, shrink, .. } = self.options;
        let mut class = lock(&self.classes[class]);
        class.idle.push(buffer);
        class.take_back(growth, shrink);
        self.leases.fetch_sub(1, Relaxed);
    }

    /// Frees kept buffers, the largest first, until it is enough; returns how much it was.
    fn free(&self, bytes: u64) -> Bytes {
        let mut freed = 0;
        for class in self.classes.iter().rev() {
            while freed < bytes {
                let Some(buffer) = lock(class).idle.pop() else { break };
                freed += buffer.reservation.bytes().0;
            }
        }
        Bytes(freed)
    }
}

impl Reclaim for Shared {
    fn reclaim(&self, bytes: Bytes) -> Bytes {
        self.free(bytes.0)
    }
}

impl Class {
    fn lend(&mut self, growth: f64) {
        self.leased += 1;
        self.peak = self.peak.max(self.leased);
        if self.leased > self.target {
            let grown = (self.target as f64 * growth) as usize;
            self.target = grown.max(self.leased);
        }
    }

    /// A review comes after so many returns that all buffers were out and back twice: what was not
    /// out by then is not part of the work's rhythm.
    fn take_back(&mut self, growth: f64, shrink: f64) {
        const RETURNS_MIN: usize = 32;
        self.leased -= 1;
        self.returns += 1;
        if self.returns < (2 * self.target).max(RETURNS_MIN) {
            return;
        }
        if self.peak as f64 <= shrink * self.target as f64 {
            self.target = ((self.target as f64 / growth) as usize).max(self.peak);
            self.idle.truncate(self.target.saturating_sub(self.leased));
        }
        self.peak = self.leased;
        self.returns = 0;
    }
}

/// A buffer on loan; it goes back when dropped.
#[derive(Debug)]
pub struct Lease<T: Plain> {
    pool: BufferPool,
    class: usize,
    /// There until dropped.
    buffer: Option<Buffer>,
    length: usize,
    numbers: PhantomData<T>,
}

impl<T: Plain> Deref for Lease<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.buffer.as_ref().map_or(&[], |buffer| buffer.memory.numbers(self.length))
    }
}

impl<T: Plain> DerefMut for Lease<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.buffer.as_mut().map_or(&mut [], |buffer| buffer.memory.numbers_mut(self.length))
    }
}

impl<T: Plain> Drop for Lease<T> {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            self.pool.shared.give_back(self.class, buffer);
        }
    }
}

/// A panic leaves the lists whole, so the lock is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
