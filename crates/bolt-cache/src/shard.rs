//! One shard: entries, and the policy that decides which of them stay.
//!
//! It knows no threads and no clock. Values that go are handed back, so that they are dropped when
//! nobody waits for the shard any longer.

mod choice;

use crate::ages::Past;
use crate::ghosts::Ghosts;
use crate::ranking::Ranking;
use crate::stats::{CacheStats, Evictions};
use bolt_base::{Bytes, Rng};
use hashbrown::HashTable;
use std::borrow::Borrow;

/// The least number of new keys between two times of learning; at first there are as many as there
/// were so far, and in the long run half as many as there are entries.
const LEARN_AFTER: usize = 64;
/// About as many entries, and sets of ghosts, are looked at when learning.
const LEARN_FROM: usize = 4_096;
/// Requests for a key within a sixteenth as many requests as there are entries count as one: what is
/// asked for that often stays in any case, and a look-up need not write to its entry then. (The
/// correlated reference period of O'Neil, O'Neil and Weikum 1993, "LRU-K".)
const REPEAT_SHARE: u32 = 16;
/// A place has 32 bits.
const ENTRIES_MAX: usize = u32::MAX as usize;

#[derive(Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
    weight: u64,
    /// The first nanosecond in which it is no longer valid.
    expires: u64,
    hash: u32,
    past: Past,
}

/// A value to be kept, with what the policy has to know of it.
#[derive(Debug)]
pub(crate) struct Item<K, V> {
    pub(crate) hash: u32,
    pub(crate) key: K,
    pub(crate) value: V,
    pub(crate) weight: u64,
    pub(crate) expires: u64,
}

/// What left a shard and has not been dropped yet. Mostly it is one entry or none.
#[derive(Debug)]
pub(crate) struct Removed<K, V> {
    first: Option<(K, V)>,
    rest: Vec<(K, V)>,
}

impl<K, V> Removed<K, V> {
    pub(crate) fn new() -> Self {
        Self { first: None, rest: Vec::new() }
    }

    fn push(&mut self, key: K, value: V) {
        match self.first {
            None => self.first = Some((key, value)),
            Some(_) => self.rest.push((key, value)),
        }
    }
}

/// What a look-up needs stands first, so that it is in one line of the processor's cache, with the
/// lock.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Shard<K, V> {
    /// Look-ups that found something, and insertions; ages are measured by these.
    requests: u64,
    /// A request for a key within so many of the last one is not another one.
    repeat: u32,
    entries: Vec<Entry<K, V>>,
    /// Where entries are, by hash.
    places: HashTable<u32>,
    ranking: Ranking,
    ghosts: Ghosts,
    weight: u64,
    capacity: u64,
    insertions: u64,
    /// Insertions of keys that were not there.
    new_keys: usize,
    learn_at: usize,
    rng: Rng,
    /// Places of entries of little worth, to be looked at the next time that something has to go.
    candidates: Vec<u32>,
    /// Places of entries that are to go.
    victims: Vec<u32>,
    pub(crate) stats: CacheStats,
}

impl<K: Eq, V> Shard<K, V> {
    pub(crate) fn new(capacity: u64, seed: u64) -> Self {
        Self {
            requests: 0,
            repeat: 0,
            entries: Vec::new(),
            places: HashTable::new(),
            ranking: Ranking::new(),
            ghosts: Ghosts::default(),
            weight: 0,
            capacity,
            insertions: 0,
            new_keys: 0,
            learn_at: LEARN_AFTER,
            rng: Rng::new(seed),
            candidates: Vec::new(),
            victims: Vec::new(),
            stats: CacheStats::default(),
        }
    }

    /// Returns the value of a key, if it is there and valid.
    #[inline]
    pub(crate) fn get<Q: Eq + ?Sized>(&mut self, hash: u32, key: &Q, now: u64) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(hash, key);
        let entry = place.map(|place| &mut self.entries[place]);
        let Some(entry) = entry.filter(|entry| entry.expires > now) else {
            self.stats.misses += 1;
            return None;
        };
        self.requests += 1;
        let now = self.requests as u32;
        if entry.past.age(now) > self.repeat {
            entry.past = self.ranking.request(entry.past, now);
        }
        Some(&entry.value)
    }

    /// Returns whether a key is there and valid; this is no request.
    pub(crate) fn contains<Q: Eq + ?Sized>(&self, hash: u32, key: &Q, now: u64) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(hash, key).is_some_and(|place| self.entries[place].expires > now)
    }

    /// Keeps a value, if it is worth more than what would have to go. What was there for the key
    /// goes in any case. Returns whether it is kept.
    pub(crate) fn insert(
        &mut self,
        item: Item<K, V>,
        now: u64,
        removed: &mut Removed<K, V>,
    ) -> bool {
        self.requests += 1;
        self.insertions += 1;
        match self.find(item.hash, &item.key) {
            Some(place) if self.entries[place].expires > now => {
                let is_kept = self.update(place, item, now, removed);
                self.stats.updates += u64::from(is_kept);
                return is_kept;
            }
            Some(place) => {
                self.stats.evicted.expired += 1;
                self.let_go(place, removed);
            }
            None => {}
        }
        let past = match self.ghosts.take(item.hash) {
            Some(past) => self.ranking.request(past, self.time()),
            None => Past::first(self.time()),
        };
        self.new_keys += 1;
        if self.new_keys >= self.learn_at {
            self.learn();
        }
        let is_kept = self.admit(item, past, now, removed);
        self.stats.inserts += u64::from(is_kept);
        is_kept
    }

    /// Removes a key; returns whether it was there and valid.
    pub(crate) fn remove<Q: Eq + ?Sized>(
        &mut self,
        hash: u32,
        key: &Q,
        now: u64,
        removed: &mut Removed<K, V>,
    ) -> bool
    where
        K: Borrow<Q>,
    {
        let Some(place) = self.find(hash, key) else { return false };
        let is_valid = self.entries[place].expires > now;
        self.count_eviction(is_valid, |evicted| &mut evicted.removed);
        self.let_go(place, removed);
        is_valid
    }

    /// Removes what is no longer valid.
    pub(crate) fn remove_expired(&mut self, now: u64, removed: &mut Removed<K, V>) {
        // The last entry moves to the place of one that goes: from the end on, it was looked at.
        for place in (0..self.entries.len()).rev() {
            if self.entries[place].expires <= now {
                self.stats.evicted.expired += 1;
                self.let_go(place, removed);
            }
        }
    }

    /// Removes everything. What was learned stays.
    pub(crate) fn clear(&mut self, removed: &mut Removed<K, V>) {
        self.stats.evicted.removed += self.entries.len() as u64;
        for place in (0..self.entries.len()).rev() {
            self.let_go(place, removed);
        }
    }

    /// Changes how much may be kept; if that is less than there is, the least worth goes.
    pub(crate) fn resize(&mut self, capacity: u64, now: u64, removed: &mut Removed<K, V>) {
        self.capacity = capacity;
        let needed = self.weight.saturating_sub(capacity);
        if self.choose_of_all(needed, f32::INFINITY, now) {
            self.evict(now, |evicted| &mut evicted.resized, removed);
        }
    }

    /// Returns what this did, and what it holds.
    pub(crate) fn stats(&self) -> CacheStats {
        let of_entries = self.entries.capacity() * size_of::<Entry<K, V>>();
        let in_entries = self.entries.len() * (size_of::<K>() + size_of::<V>());
        let overhead = of_entries - in_entries
            + self.places.allocation_size()
            + self.ghosts.bytes()
            + self.ranking.bytes();
        CacheStats {
            hits: self.requests - self.insertions,
            entries: self.entries.len() as u64,
            weight: Bytes(self.weight),
            capacity: Bytes(self.capacity),
            overhead: Bytes(overhead as u64),
            ..self.stats
        }
    }

    /// Returns the time by which ages are measured.
    fn time(&self) -> u32 {
        self.requests as u32
    }

    #[inline]
    fn find<Q: Eq + ?Sized>(&self, hash: u32, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        let is_it = |place: &u32| self.entries[*place as usize].key.borrow() == key;
        self.places.find(spread(hash), is_it).map(|&place| place as usize)
    }

    /// Replaces the value of an entry; returns whether the new one is kept.
    fn update(
        &mut self,
        place: usize,
        item: Item<K, V>,
        now: u64,
        removed: &mut Removed<K, V>,
    ) -> bool {
        let entry = &mut self.entries[place];
        let past = self.ranking.request(entry.past, self.requests as u32);
        let others = self.weight - entry.weight;
        if item.weight <= self.capacity - others {
            let value = std::mem::replace(&mut entry.value, item.value);
            (entry.past, entry.weight, entry.expires) = (past, item.weight, item.expires);
            self.weight = others + item.weight;
            removed.push(item.key, value);
            return true;
        }
        let entry = self.take(place);
        removed.push(entry.key, entry.value);
        self.admit(item, past, now, removed)
    }

    /// Adds an entry whose key is not there, if it is worth more than what would have to go;
    /// returns whether it is.
    fn admit(
        &mut self,
        item: Item<K, V>,
        past: Past,
        now: u64,
        removed: &mut Removed<K, V>,
    ) -> bool {
        let Item { hash, key, value, weight, expires } = item;
        let entry = Entry { key, value, weight, expires, hash, past };
        let is_too_large = weight > self.capacity || self.entries.len() == ENTRIES_MAX;
        let needed = weight.saturating_sub(self.capacity - self.weight);
        if is_too_large || !self.choose(needed, self.worth(&entry, now), now) {
            let stats = &mut self.stats;
            *if is_too_large { &mut stats.too_large } else { &mut stats.rejected } += 1;
            self.remember(hash, past);
            removed.push(entry.key, entry.value);
            return false;
        }
        self.evict(now, |evicted| &mut evicted.for_room, removed);
        self.weight += weight;
        let place = self.entries.len() as u32;
        self.entries.push(entry);
        let hash_of = |&place: &u32| spread(self.entries[place as usize].hash);
        self.places.insert_unique(spread(hash), place, hash_of);
        true
    }

    /// Removes the chosen victims. Those that were no longer valid count as such.
    fn evict(
        &mut self,
        now: u64,
        counter: fn(&mut Evictions) -> &mut u64,
        removed: &mut Removed<K, V>,
    ) {
        let mut victims = std::mem::take(&mut self.victims);
        // The last entry moves to the place of one that goes: from the end on, it is no victim.
        victims.sort_unstable_by_key(|&place| std::cmp::Reverse(place));
        for place in victims.drain(..).map(|place| place as usize) {
            self.count_eviction(self.entries[place].expires > now, counter);
            self.let_go(place, removed);
        }
        self.victims = victims;
    }

    fn count_eviction(&mut self, is_valid: bool, counter: fn(&mut Evictions) -> &mut u64) {
        let evicted = &mut self.stats.evicted;
        *if is_valid { counter(evicted) } else { &mut evicted.expired } += 1;
    }

    /// Removes an entry, whose past is remembered.
    fn let_go(&mut self, place: usize, removed: &mut Removed<K, V>) {
        let entry = self.take(place);
        self.remember(entry.hash, entry.past);
        removed.push(entry.key, entry.value);
    }

    /// Removes an entry; the last one takes its place.
    fn take(&mut self, place: usize) -> Entry<K, V> {
        let entry = self.entries.swap_remove(place);
        let last = self.entries.len();
        let found = self.places.find_entry(spread(entry.hash), |&other| other as usize == place);
        found.expect("every entry has a place").remove();
        if let Some(moved) = self.entries.get(place) {
            let found = self.places.find_mut(spread(moved.hash), |&other| other as usize == last);
            *found.expect("every entry has a place") = place as u32;
        }
        self.weight -= entry.weight;
        entry
    }

    fn remember(&mut self, hash: u32, past: Past) {
        if self.ghosts.sets() == 0 {
            self.ghosts.fit(self.entries.len() + 1);
        }
        if let Some(lost) = self.ghosts.put(hash, past, self.time()) {
            self.ranking.lose(lost, self.time());
        }
    }

    fn learn(&mut self) {
        let (entries, sets) = (self.entries.len(), self.ghosts.sets());
        self.learn_at = self.new_keys + (entries / 2).min(self.new_keys).max(LEARN_AFTER);
        let step = |count: usize| count.div_ceil(LEARN_FROM).max(1);
        let (step, ghost_step) = (step(entries), step(sets));
        let kept = self.entries.iter().skip(self.new_keys % step).step_by(step);
        let kept = kept.map(|entry| (entry.past, step as u32));
        let ghosts = self.ghosts.sample(self.new_keys % ghost_step, ghost_step);
        let ghosts = ghosts.map(|past| (past, ghost_step as u32));
        self.ranking.learn(self.time(), entries, kept.chain(ghosts));
        self.repeat = entries as u32 / REPEAT_SHARE;
        if sets > 0 {
            self.ghosts.fit(entries + 1);
        }
    }
}

/// Returns a hash of 64 bits from one of 32: the table of places looks at bits of both ends.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests;
