//! The cache: shards behind locks, and time.

use crate::compute::Flight;
use crate::lock::{Guard, Lock};
use crate::shard::{Item, Removed, Shard};
use crate::stats::CacheStats;
use bolt_base::{Bytes, Clock};
use foldhash::quality::FixedState;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Entries for each shard, at least: fewer are too few to learn from.
const SHARD_ENTRIES_LEAST: usize = 1_024;
/// Shards for each thread, at most, so that threads rarely want the same one.
const SHARDS_PER_THREAD: usize = 4;

/// What an entry takes beside its key, its value and what these have on the heap, rounded up: its
/// places in the tables, what is remembered of keys that went, and the heads of two allocations.
pub(crate) const ENTRY_BYTES: u64 = 256;

/// How large a cache is, and for whom.
#[derive(Debug, Clone)]
pub struct CacheOptions {
    /// The most that the weights of all entries may add up to.
    pub capacity: Bytes,
    /// About how many entries that is. Of many, more shards are made.
    pub entries: usize,
    /// Threads that use the cache at once.
    pub threads: usize,
    /// How long a value is valid; for ever, if `None`.
    pub time_to_live: Option<Duration>,
}

type Weigh<K, V> = Box<dyn Fn(&K, &V) -> u64 + Send + Sync>;

/// A concurrent cache that learns what to keep; see the crate's documentation.
pub struct Cache<K, V> {
    shards: Box<[Aligned<K, V>]>,
    hasher: FixedState,
    weigh: Weigh<K, V>,
    clock: Arc<dyn Clock>,
    nanos_to_live: Option<u64>,
    /// Whether any entry's time ends; if none does, nobody needs the time.
    is_timed: AtomicBool,
    /// Held while shards are resized, so that two resizings do not mix.
    capacity: Mutex<Bytes>,
}

/// A shard in lines of the processor's cache of its own.
#[repr(align(128))]
struct Aligned<K, V>(Lock<Guarded<K, V>>);

#[repr(C)]
pub(crate) struct Guarded<K, V> {
    pub(crate) shard: Shard<K, V>,
    /// Computations under way: no more than threads.
    pub(crate) flights: Vec<(K, Arc<Flight<V>>)>,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// Returns an empty cache. `weigh` says what keeping an entry costs, mostly in bytes; nothing
    /// weighs less than 1.
    ///
    /// A shard holds its part of the capacity, and nothing that is heavier.
    pub fn new(
        options: &CacheOptions,
        weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let CacheOptions { capacity, entries, threads, time_to_live } = options;
        let most = (SHARDS_PER_THREAD * threads).max(1).next_power_of_two();
        let wanted = (entries / SHARD_ENTRIES_LEAST).max(1);
        let count = most.min(1 << wanted.ilog2());
        let shard = |(seed, capacity)| {
            let shard = Shard::new(capacity, seed);
            Aligned(Lock::new(Guarded { shard, flights: Vec::new() }))
        };
        Self {
            shards: (0..).zip(shares(*capacity, count)).map(shard).collect(),
            hasher: FixedState::default(),
            weigh: Box::new(weigh),
            clock,
            nanos_to_live: time_to_live.map(nanos),
            is_timed: AtomicBool::new(time_to_live.is_some()),
            capacity: Mutex::new(*capacity),
        }
    }

    /// Returns a copy of the value of a key, if it is there and valid. It is made while the shard is
    /// locked: of large values, keep an [`Arc`].
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (hash, now) = (self.hash(key), self.now());
        self.lock(hash).shard.get(hash as u32, key, now).cloned()
    }

    /// Returns whether a key is there and valid. This does not count as a request for it.
    pub fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let (hash, now) = (self.hash(key), self.now());
        self.lock(hash).shard.contains(hash as u32, key, now)
    }

    /// Keeps a value, if it is worth more than what would have to go for it; returns whether it is.
    /// The value that was there for the key goes in any case.
    pub fn insert(&self, key: K, value: V) -> bool {
        self.insert_for(key, value, None)
    }

    /// As [`Cache::insert`], for a value that is valid for a time of its own (`None`: that of the
    /// cache).
    pub fn insert_for(&self, key: K, value: V, time_to_live: Option<Duration>) -> bool {
        if time_to_live.is_some() && !self.is_timed.load(Ordering::Relaxed) {
            self.is_timed.store(true, Ordering::Relaxed);
        }
        let hash = self.hash(&key);
        let now = self.now();
        let mut item = self.item(hash, key, value, now);
        if let Some(time) = time_to_live {
            item.expires = now.saturating_add(nanos(time));
        }
        let mut removed = Removed::new();
        self.lock(hash).shard.insert(item, now, &mut removed)
    }

    /// Removes a key; returns whether it was there and valid. Who waits for a computation of its
    /// value gets that, but it is not kept.
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let (hash, now) = (self.hash(key), self.now());
        let mut removed = Removed::new();
        let mut guarded = self.lock(hash);
        guarded.flights.retain(|(other, _)| other.borrow() != key);
        guarded.shard.remove(hash as u32, key, now, &mut removed)
    }

    /// Removes everything. What is being computed is not kept. What was learned stays.
    pub fn clear(&self) {
        for Aligned(shard) in &self.shards {
            let mut removed = Removed::new();
            let mut guarded = shard.lock();
            guarded.flights.clear();
            guarded.shard.clear(&mut removed);
        }
    }

    /// Removes what is no longer valid. It is never returned in any case, and goes when room is
    /// needed; this frees its memory before.
    pub fn remove_expired(&self) {
        let now = self.now();
        for Aligned(shard) in &self.shards {
            let mut removed = Removed::new();
            shard.lock().shard.remove_expired(now, &mut removed);
        }
    }

    /// Changes the capacity. If there is more, the entries that are worth least go.
    pub fn resize(&self, capacity: Bytes) {
        let now = self.now();
        let mut current = self.whole_capacity();
        for (Aligned(shard), share) in self.shards.iter().zip(shares(capacity, self.shards.len())) {
            let mut removed = Removed::new();
            shard.lock().shard.resize(share, now, &mut removed);
        }
        *current = capacity;
    }

    /// Returns what an entry may weigh at most: a shard's part of the capacity.
    pub fn heaviest(&self) -> Bytes {
        Bytes(self.capacity().0 / self.shards.len() as u64)
    }

    /// Returns the capacity.
    pub fn capacity(&self) -> Bytes {
        *self.whole_capacity()
    }

    /// Returns what the cache has done, and what it holds.
    pub fn stats(&self) -> CacheStats {
        let mut stats = CacheStats::default();
        for Aligned(shard) in &self.shards {
            stats.add(&shard.lock().shard.stats());
        }
        stats
    }

    pub(crate) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.hasher.hash_one(key)
    }

    /// Returns the time in nanoseconds; always 0 where it does not matter.
    pub(crate) fn now(&self) -> u64 {
        // Who does not see yet that this became true looked before what made it so was inserted.
        if !self.is_timed.load(Ordering::Relaxed) {
            return 0;
        }
        // What never expires does not when the clock has gone as far as it can, either.
        nanos(self.clock.now()).min(u64::MAX - 1)
    }

    /// Returns what the policy has to know of a value.
    pub(crate) fn item(&self, hash: u64, key: K, value: V, now: u64) -> Item<K, V> {
        let weight = self.weight(&key, &value);
        let expires = self.nanos_to_live.map_or(u64::MAX, |nanos| now.saturating_add(nanos));
        Item { hash: hash as u32, key, value, weight, expires }
    }

    /// Returns what keeping an entry costs.
    pub(crate) fn weight(&self, key: &K, value: &V) -> u64 {
        (self.weigh)(key, value).max(1)
    }

    /// Locks the shard of a hash, which the upper half of it chooses.
    pub(crate) fn lock(&self, hash: u64) -> Guard<'_, Guarded<K, V>> {
        let Aligned(shard) = &self.shards[(hash >> 32) as usize & (self.shards.len() - 1)];
        shard.lock()
    }
}

impl<K, V> Cache<K, V> {
    fn whole_capacity(&self) -> MutexGuard<'_, Bytes> {
        self.capacity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let capacity = *self.whole_capacity();
        f.debug_struct("Cache")
            .field("capacity", &capacity)
            .field("shards", &self.shards.len())
            .finish_non_exhaustive()
    }
}

/// Returns each shard's part of a capacity; they add up to it.
fn shares(capacity: Bytes, shards: usize) -> impl Iterator<Item = u64> {
    let shards = shards as u64;
    (0..shards).map(move |shard| capacity.0 / shards + u64::from(shard < capacity.0 % shards))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
