//! Several levels behind one interface.
//!
//! **Look-up.** The levels are asked from the fastest to the slowest, and the first that has a value
//! answers. If none has, it is computed. Of several threads that want the same value at once, one
//! does this, and the others wait for it.
//!
//! **Promotion.** A value that is found below is offered to every level above, each of which keeps it
//! if it is worth more there than others. There it is valid as long as that level says, counted from
//! then: what is served is no older than the times to live of all levels together.
//!
//! **Writing.** A computed value is written to all levels at once, by the thread that computed it.
//! So a value that was paid for survives the end of the process, one that memory lets go is below
//! already, and who needs room never has to encode or send what somebody else computed. The price is
//! that values of the faster levels are in the slower ones, too.
//!
//! **Failure.** A level that fails is as good as one that has nothing: the answer names it, and after
//! some failures it is passed over for a while. Removing and replacing values asks it in any case,
//! because it might return an old value when it works again.

mod answer;
mod builder;
mod gate;
mod level;
mod memory;
mod room;
mod stats;

pub use answer::{Answer, Degraded, LevelErrors, Lookup, Origin, ResizeError, Warmed};
pub use builder::{Levels, LevelsError, MemoryOptions};
pub(crate) use room::part;
pub use stats::{LevelStats, LevelsStats};

use crate::cache::Cache;
use crate::codec::Codec;
use crate::compute::{ComputeError, Source};
use crate::key::Key;
use bolt_base::Bytes;
use gate::{Gate, Ticket};
use level::Level;
use room::Room;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A cache of several levels, made by [`Levels`].
pub struct MultiLevel<K, V> {
    /// `None`: the level is not wanted, and keeps nothing.
    memory_name: Option<String>,
    memory: Cache<K, Arc<V>>,
    memory_promotions: AtomicU64,
    /// From the fastest to the slowest.
    below: Vec<Level>,
    codec: Box<dyn Codec<V>>,
    gate: Gate,
    /// Where the levels in memory have it from, if somebody counts.
    room: Option<Room>,
    computed: AtomicU64,
}

impl<K: Key, V> MultiLevel<K, V> {
    fn new(
        memory_name: Option<String>,
        memory: Cache<K, Arc<V>>,
        below: Vec<Level>,
        codec: Box<dyn Codec<V>>,
    ) -> Self {
        Self {
            memory_name,
            memory,
            memory_promotions: AtomicU64::new(0),
            below,
            codec,
            gate: Gate::new(),
            room: None,
            computed: AtomicU64::new(0),
        }
    }

    /// Returns the value of a key, if any level has it. The levels that could not be asked are named
    /// if another had the value.
    pub fn get(&self, key: &K) -> Option<Answer<V>> {
        let Lookup { found, degraded } = self.look_up(key);
        let (value, level) = found?;
        Some(Answer { value, origin: Origin::Level(level), degraded })
    }

    /// Returns the value of a key, if any level has it, and the levels that could not be asked,
    /// whether another had it or not.
    pub fn look_up(&self, key: &K) -> Lookup<V> {
        let mut degraded = Vec::new();
        if let Some(value) = self.memory.get(key) {
            return Lookup { found: Some((value, 0)), degraded };
        }
        if self.below.is_empty() {
            return Lookup { found: None, degraded };
        }
        let request = self.request(key);
        let found = self.look_below(&request, &mut degraded);
        if let Some((value, _)) = &found {
            self.make_room(key, value);
            if let Some(_writing) = self.gate.enter(request.ticket) {
                self.memory.insert(key.clone(), Arc::clone(value));
            }
            self.offered(key, value);
        }
        Lookup { found, degraded }
    }

    /// Returns the value of a key; computes and keeps it, if no level has it. Of several who ask at
    /// once, one looks for it and computes, and the others wait.
    ///
    /// # Errors
    /// As [`Cache::get_or_compute`]. A level that fails is no error.
    pub fn get_or_compute<E>(
        &self,
        key: &K,
        compute: impl FnOnce() -> Result<V, E>,
    ) -> Result<Answer<V>, ComputeError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut degraded = Vec::new();
        let mut origin = Origin::Computed;
        let obtained = self.memory.obtain(key, || {
            let request = self.request(key);
            if let Some((value, level)) = self.look_below(&request, &mut degraded) {
                origin = Origin::Level(level);
                return Ok::<_, E>(value);
            }
            let value = self.compute(compute)?;
            self.write_below(&request, &value, &mut degraded);
            Ok(value)
        });
        let (value, source) = obtained?;
        let origin = match source {
            Source::Kept => return Ok(self.at_hand(value)),
            Source::Joined => Origin::Joined,
            Source::Computed => {
                self.offered(key, &value);
                origin
            }
        };
        Ok(Answer { value, origin, degraded })
    }

    /// Writes a value to all levels, in place of an older one. What is being computed for the key is
    /// not kept.
    ///
    /// # Errors
    /// If some levels failed. They may still have the older value, and return it once it is in no
    /// faster level any longer; one for which the new value is too large has neither. All others
    /// have the new one.
    pub fn insert(&self, key: &K, value: V) -> Result<(), LevelErrors> {
        let value = Arc::new(value);
        let request = self.request(key);
        let bytes = self.encode(&value);
        self.make_room(key, &value);
        let mut degraded = Vec::new();
        let removing = self.gate.remove(request.hash);
        for level in &self.below {
            level.put(&request.key, &bytes, &mut degraded);
        }
        self.memory.remove(key);
        self.memory.insert(key.clone(), Arc::clone(&value));
        drop(removing);
        self.offered(key, &value);
        LevelErrors::check(degraded)
    }

    /// Removes a key from all levels; returns whether any had it. What is being computed for it is
    /// not kept.
    ///
    /// # Errors
    /// If some levels failed, which may still have it. It is in no other.
    pub fn remove(&self, key: &K) -> Result<bool, LevelErrors> {
        let request = self.request(key);
        let mut degraded = Vec::new();
        let _removing = self.gate.remove(request.hash);
        let mut was_there = false;
        for level in &self.below {
            was_there |= level.remove(&request.key, &mut degraded);
        }
        // Last: who looks below from now on finds nothing to keep in memory.
        was_there |= self.memory.remove(key);
        LevelErrors::check(degraded).map(|()| was_there)
    }

    /// Removes everything from all levels. What is being computed is not kept.
    ///
    /// # Errors
    /// If some levels failed, which may still have their values.
    pub fn clear(&self) -> Result<(), LevelErrors> {
        let mut degraded = Vec::new();
        let _removing = self.gate.remove_all();
        for level in &self.below {
            level.clear(&mut degraded);
        }
        self.memory.clear();
        LevelErrors::check(degraded)
    }

    /// Has the values of some keys ready: those that a level has are promoted, the others computed.
    /// A computation that fails does not end this.
    pub fn warm<E>(
        &self,
        keys: impl IntoIterator<Item = K>,
        mut compute: impl FnMut(&K) -> Result<V, E>,
    ) -> Warmed
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut warmed = Warmed::default();
        for key in keys {
            match self.get_or_compute(&key, || compute(&key)).map(|answer| answer.origin) {
                Ok(Origin::Computed) => warmed.computed += 1,
                Ok(Origin::Level(_) | Origin::Joined) => warmed.found += 1,
                Err(_) => warmed.failed += 1,
            }
        }
        warmed
    }

    fn compute<E>(&self, compute: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let value = compute()?;
        self.computed.fetch_add(1, Relaxed);
        Ok(Arc::new(value))
    }

    fn request(&self, key: &K) -> Request {
        let hash = self.memory.hash(key);
        Request { hash, ticket: self.gate.ticket(hash), key: key.to_bytes() }
    }

    /// Returns the value from the first level that has it, with the level's number, and offers it to
    /// those above; to memory, the caller does.
    fn look_below(
        &self,
        request: &Request,
        degraded: &mut Vec<Degraded>,
    ) -> Option<(Arc<V>, usize)> {
        for (index, level) in self.below.iter().enumerate() {
            let Some(bytes) = level.get(&request.key, degraded) else { continue };
            let Some(value) = self.codec.decode(&bytes) else {
                level.drop_undecodable(&request.key, degraded);
                continue;
            };
            if let Some(_writing) = self.gate.enter(request.ticket) {
                for above in &self.below[..index] {
                    above.counts.promotions.fetch_add(1, Relaxed);
                    above.offer(&request.key, &bytes, degraded);
                }
            }
            self.memory_promotions.fetch_add(1, Relaxed);
            return Some((Arc::new(value), index + self.first_below()));
        }
        None
    }

    fn write_below(&self, request: &Request, value: &V, degraded: &mut Vec<Degraded>) {
        if self.below.is_empty() {
            return;
        }
        let bytes = self.encode(value);
        if let Some(_writing) = self.gate.enter(request.ticket) {
            for level in &self.below {
                level.offer(&request.key, &bytes, degraded);
            }
        }
    }

    fn encode(&self, value: &V) -> Vec<u8> {
        let mut bytes = Vec::new();
        if !self.below.is_empty() {
            self.codec.encode(value, &mut bytes);
        }
        bytes
    }
}

impl<K: Key, V> MultiLevel<K, V> {
    /// Returns the levels' names, from the fastest.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let below = self.below.iter().map(|level| level.store.name());
        self.memory_name.as_deref().into_iter().chain(below)
    }

    /// Changes a level's capacity. If there is more, entries go until it fits.
    ///
    /// # Errors
    /// If there is no such level, or if it cannot.
    pub fn resize(&self, name: &str, capacity: Bytes) -> Result<(), ResizeError> {
        let Some(index) = self.names().position(|other| other == name) else {
            let known = self.names().map(str::to_owned).collect();
            return Err(ResizeError::Unknown { name: name.to_owned(), known });
        };
        match self.index_in_memory(index) {
            Some(index) => self.resize_in_memory(index, capacity),
            None => self.below[index - self.first_below()].store.resize(capacity)?,
        }
        Ok(())
    }

    /// Returns what all levels have done, and what they hold.
    pub fn stats(&self) -> LevelsStats {
        let stats = self.memory.stats();
        let promotions = self.memory_promotions.load(Relaxed);
        let memory = self.memory_name.as_deref();
        let memory = memory.map(|name| LevelStats::of_memory(name, &stats, promotions));
        let below = self.below.iter().map(LevelStats::of);
        let mut levels: Vec<LevelStats> = memory.into_iter().chain(below).collect();
        if let Some(room) = &self.room {
            let in_memory = levels.iter_mut().filter(|level| level.is_in_memory);
            in_memory.enumerate().for_each(|(index, level)| level.limit = room.limit_of(index));
        }
        LevelsStats {
            levels,
            computed: self.computed.load(Relaxed),
            failed: stats.failed,
            joined: stats.joined,
        }
    }

    fn at_hand(&self, value: Arc<V>) -> Answer<V> {
        Answer { value, origin: Origin::Level(0), degraded: Vec::new() }
    }

    /// Returns the number of the first level below memory.
    fn first_below(&self) -> usize {
        usize::from(self.memory_name.is_some())
    }
}

/// What is known of a request before its value is looked for.
struct Request {
    hash: u64,
    ticket: Ticket,
    key: Vec<u8>,
}

impl<K: Key, V> fmt::Debug for MultiLevel<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiLevel")
            .field("levels", &self.names().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, loom))]
mod interleavings;
#[cfg(test)]
mod tests;
