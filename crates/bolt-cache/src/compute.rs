//! Values that are computed when they are asked for, by one for all who ask at once.

use crate::cache::Cache;
use crate::shard::Removed;
#[cfg(all(test, loom))]
use loom::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{ThreadId, current},
};
use std::error::Error;
use std::hash::Hash;
use std::sync::{Arc, PoisonError};
#[cfg(not(all(test, loom)))]
use std::{
    sync::{Condvar, Mutex, MutexGuard},
    thread::{ThreadId, current},
};

/// Why there is no value, told to everyone who asked for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ComputeError {
    /// The computation failed.
    #[error("{0}")]
    Failed(Arc<dyn Error + Send + Sync>),
    /// The computation panicked, in another thread.
    #[error("the computation of the value panicked in another thread")]
    Panicked,
    /// The computation asked for its own value.
    #[error("the computation of a value asked for that value")]
    Recursive,
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    /// Returns the value of a key; computes and keeps it, if it is not there. Of several who ask at
    /// once, one computes, and the others wait for it.
    ///
    /// # Errors
    /// If the computation fails, everyone gets its error, and the next one to ask computes anew. If
    /// it panics, so does this, and those who waited get [`ComputeError::Panicked`].
    /// [`ComputeError::Recursive`] if `compute` asks for the same key in the same thread. Two
    /// computations in two threads that ask for each other's values wait for ever.
    pub fn get_or_compute<E>(
        &self,
        key: &K,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, ComputeError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.obtain(key, compute).map(|(value, _)| value)
    }

    /// As [`Cache::get_or_compute`]; says where the value came from, too.
    pub(crate) fn obtain<E>(
        &self,
        key: &K,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<(V, Source), ComputeError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let leader = match self.begin(key) {
            Begun::Value(value) => return Ok((value, Source::Kept)),
            Begun::Elsewhere(flight) => return Ok((flight.wait()?, Source::Joined)),
            Begun::Here(leader) => leader,
        };
        let outcome = compute().map_err(|error| ComputeError::Failed(Arc::from(error.into())));
        Ok((leader.end(outcome)?, Source::Computed))
    }

    /// Finds the value, or the computation of it, or begins one.
    fn begin<'a>(&'a self, key: &'a K) -> Begun<'a, K, V> {
        let (hash, now) = (self.hash(key), self.now());
        let mut guarded = self.lock(hash);
        if let Some(value) = guarded.shard.get(hash as u32, key, now) {
            return Begun::Value(value.clone());
        }
        if let Some((_, flight)) = guarded.flights.iter().find(|(other, _)| other == key) {
            let flight = Arc::clone(flight);
            guarded.shard.stats.joined += u64::from(!flight.is_own());
            return Begun::Elsewhere(flight);
        }
        let flight = Arc::new(Flight::new());
        guarded.flights.push((key.clone(), Arc::clone(&flight)));
        guarded.shard.stats.computed += 1;
        Begun::Here(Leader { cache: self, key, hash, flight })
    }
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Kept,
    Computed,
    Joined,
}

/// Where a value will come from.
enum Begun<'a, K: Hash + Eq, V: Clone> {
    Value(V),
    Elsewhere(Arc<Flight<V>>),
    Here(Leader<'a, K, V>),
}

/// Who computes a value. If it ends by a panic, dropping this tells those who wait.
struct Leader<'a, K: Hash + Eq, V: Clone> {
    cache: &'a Cache<K, V>,
    key: &'a K,
    hash: u64,
    flight: Arc<Flight<V>>,
}

impl<K: Hash + Eq + Clone, V: Clone> Leader<'_, K, V> {
    /// Keeps the value and tells those who wait; returns it. It is not kept if the key was removed
    /// since the computation began.
    fn end(self, outcome: Result<V, ComputeError>) -> Result<V, ComputeError> {
        let now = self.cache.now();
        let value = outcome.as_ref().ok().cloned();
        let item = value.map(|value| self.cache.item(self.hash, self.key.clone(), value, now));
        let mut removed = Removed::new();
        let mut guarded = self.cache.lock(self.hash);
        // Off first: who asks from now on does not get an old error.
        let is_wanted = self.flight.take_off(&mut guarded.flights);
        match item {
            Some(item) if is_wanted => drop(guarded.shard.insert(item, now, &mut removed)),
            Some(_) => {}
            None => guarded.shard.stats.failed += 1,
        }
        drop(guarded);
        self.flight.end(outcome.clone());
        outcome
    }
}

impl<K: Hash + Eq, V: Clone> Drop for Leader<'_, K, V> {
    fn drop(&mut self) {
        if self.flight.is_over() {
            return;
        }
        let mut guarded = self.cache.lock(self.hash);
        self.flight.take_off(&mut guarded.flights);
        guarded.shard.stats.failed += 1;
        drop(guarded);
        self.flight.end(Err(ComputeError::Panicked));
    }
}

/// A computation that is under way, for those who wait for it.
#[derive(Debug)]
pub(crate) struct Flight<V> {
    leader: ThreadId,
    outcome: Mutex<Option<Result<V, ComputeError>>>,
    has_ended: Condvar,
}

impl<V: Clone> Flight<V> {
    /// Returns one that this thread computes.
    fn new() -> Self {
        let leader = current().id();
        Self { leader, outcome: Mutex::new(None), has_ended: Condvar::new() }
    }

    /// Returns whether this thread computes it.
    fn is_own(&self) -> bool {
        self.leader == current().id()
    }

    /// Removes this from those under way; returns whether it was there.
    fn take_off<K>(&self, flights: &mut Vec<(K, Arc<Self>)>) -> bool {
        let place = flights.iter().position(|(_, flight)| std::ptr::eq(&**flight, self));
        place.map(|place| flights.swap_remove(place)).is_some()
    }

    /// Tells everyone what came out.
    fn end(&self, outcome: Result<V, ComputeError>) {
        *self.lock() = Some(outcome);
        self.has_ended.notify_all();
    }

    fn is_over(&self) -> bool {
        self.lock().is_some()
    }

    /// Waits for what comes out, unless this thread is the one that computes it.
    fn wait(&self) -> Result<V, ComputeError> {
        if self.is_own() {
            return Err(ComputeError::Recursive);
        }
        let mut outcome = self.lock();
        loop {
            if let Some(outcome) = &*outcome {
                return outcome.clone();
            }
            outcome = self.has_ended.wait(outcome).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A value that panics when it is cloned leaves the outcome as it was.
    fn lock(&self) -> MutexGuard<'_, Option<Result<V, ComputeError>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
