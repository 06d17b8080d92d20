//! One shard: entries, and the policy that decides which of them stay.
//!
//! It knows no threads and no clock. Values that go are handed back, so that they are dropped when
//! nobody waits for the shard any longer.

use crate::ages::Past;
use crate::ghosts::Ghosts;
use crate::index::{ENTRIES_MAX, Index};
use crate::ranking::Ranking;
use crate::stats::{CacheStats, Evictions};
use bolt_base::{Bytes, Rng};
use std::borrow::Borrow;

/// Entries looked at by chance for each one that goes.
const DRAWS: usize = 8;
/// Entries that are looked at again the next time: the least worth of those that stayed.
const CANDIDATES: usize = 8;
/// As many go for one before all that are left are ranked.
const VICTIMS_DRAWN: usize = 32;
/// New keys between two times of learning: half as many as there are entries, but no fewer, and
/// at first no more than there were so far.
const LEARN_AFTER: usize = 64;
/// About as many entries, and sets of ghosts, are looked at when learning.
const LEARN_FROM: usize = 4_096;

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

/// A value to be kept, with what the policy has to know of it.
#[derive(Debug)]
pub(crate) struct Item<K, V> {
    pub(crate) hash: u32,
    pub(crate) key: K,
    pub(crate) value: V,
    pub(crate) weight: u64,
    pub(crate) expires: u64,
}

#[derive(Debug)]
pub(crate) struct Shard<K, V> {
    entries: Vec<Entry<K, V>>,
    index: Index,
    ghosts: Ghosts,
    ranking: Ranking,
    /// Requests so far: look-ups that found something, and insertions.
    time: u32,
    weight: u64,
    capacity: u64,
    candidates: Vec<u32>,
    victims: Vec<u32>,
    rng: Rng,
    new_keys: usize,
    learn_at: usize,
    pub(crate) stats: CacheStats,
}

impl<K: Eq, V> Shard<K, V> {
    pub(crate) fn new(capacity: u64, seed: u64) -> Self {
        Self {
            entries: Vec::new(),
            index: Index::new(),
            ghosts: Ghosts::default(),
            ranking: Ranking::new(),
            time: 0,
            weight: 0,
            capacity,
            candidates: Vec::new(),
            victims: Vec::new(),
            rng: Rng::new(seed),
            new_keys: 0,
            learn_at: LEARN_AFTER,
            stats: CacheStats::default(),
        }
    }

    /// Returns the value of a key, if it is there and valid.
    #[inline]
    pub(crate) fn get<Q: Eq + ?Sized>(
        &mut self,
        hash: u32,
        key: &Q,
        now: u64,
        removed: &mut Removed<K, V>,
    ) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let Some(place) = self.find(hash, key) else {
            self.stats.misses += 1;
            return None;
        };
        if self.entries[place].expires <= now {
            self.stats.misses += 1;
            self.stats.evicted.expired += 1;
            self.let_go(place, removed);
            return None;
        }
        self.stats.hits += 1;
        self.time = self.time.wrapping_add(1);
        let entry = &mut self.entries[place];
        entry.past = self.ranking.request(entry.past, self.time);
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
        self.time = self.time.wrapping_add(1);
        match self.find(item.hash, &item.key) {
            Some(place) => self.update(place, item, now, removed),
            None => {
                let past = match self.ghosts.take(item.hash) {
                    Some(past) => self.ranking.request(past, self.time),
                    None => Past::first(self.time),
                };
                self.new_keys += 1;
                if self.new_keys >= self.learn_at {
                    self.learn();
                }
                let is_kept = self.admit(item, past, now, removed);
                self.stats.inserts += u64::from(is_kept);
                is_kept
            }
        }
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
            + self.index.bytes()
            + self.ghosts.bytes()
            + self.ranking.bytes();
        CacheStats {
            entries: self.entries.len() as u64,
            weight: Bytes(self.weight),
            capacity: Bytes(self.capacity),
            overhead: Bytes(overhead as u64),
            ..self.stats
        }
    }

    #[inline]
    fn find<Q: Eq + ?Sized>(&self, hash: u32, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.index.find(hash, |place| self.entries[place].key.borrow() == key)
    }

    /// Replaces the value of an entry.
    fn update(
        &mut self,
        place: usize,
        item: Item<K, V>,
        now: u64,
        removed: &mut Removed<K, V>,
    ) -> bool {
        let entry = &mut self.entries[place];
        let past = self.ranking.request(entry.past, self.time);
        let others = self.weight - entry.weight;
        if item.weight <= self.capacity - others {
            let value = std::mem::replace(&mut entry.value, item.value);
            (entry.past, entry.weight, entry.expires) = (past, item.weight, item.expires);
            self.weight = others + item.weight;
            removed.push(item.key, value);
            self.stats.updates += 1;
            return true;
        }
        let entry = self.take(place);
        removed.push(entry.key, entry.value);
        let is_kept = self.admit(item, past, now, removed);
        self.stats.updates += u64::from(is_kept);
        is_kept
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
        let needed = weight.saturating_sub(self.capacity - self.weight);
        let is_too_large = weight > self.capacity || self.entries.len() == ENTRIES_MAX;
        if is_too_large || !self.choose(needed, self.worth(&entry, now), now) {
            let counter = match is_too_large {
                true => &mut self.stats.too_large,
                false => &mut self.stats.rejected,
            };
            *counter += 1;
            self.remember(hash, past);
            removed.push(entry.key, entry.value);
            return false;
        }
        self.evict(now, |evicted| &mut evicted.for_room, removed);
        self.weight += weight;
        self.index.insert(hash, self.entries.len());
        self.entries.push(entry);
        true
    }

    /// Returns what keeping an entry promises: hits per time and weight.
    fn worth(&self, entry: &Entry<K, V>, now: u64) -> f32 {
        if entry.expires <= now {
            return f32::NEG_INFINITY;
        }
        self.ranking.index(entry.past, self.time) / entry.weight as f32
    }

    /// Chooses victims that together weigh as much as is needed; returns whether all of them are
    /// worth no more than something else is.
    fn choose(&mut self, needed: u64, worth: f32, now: u64) -> bool {
        self.victims.clear();
        let mut freed = 0;
        while freed < needed {
            if self.victims.len() == VICTIMS_DRAWN {
                return self.choose_of_all(needed, worth, now);
            }
            match self.least_drawn(now) {
                Some((least, _)) if least > worth => return false,
                Some((_, place)) => {
                    freed += self.entries[place as usize].weight;
                    self.victims.push(place);
                    self.candidates.retain(|&other| other != place);
                }
                None => {}
            }
        }
        true
    }

    /// Draws candidates, and returns the one of the least worth. It and the next few stay
    /// candidates.
    fn least_drawn(&mut self, now: u64) -> Option<(f32, u32)> {
        let entries = self.entries.len() as u64;
        self.candidates.retain(|&place| u64::from(place) < entries);
        for _ in 0..DRAWS {
            let place = self.rng.below(entries) as u32;
            if !self.candidates.contains(&place) && !self.victims.contains(&place) {
                self.candidates.push(place);
            }
        }
        let mut ranked = [(0.0, 0); DRAWS + CANDIDATES + 1];
        let ranked = &mut ranked[..self.candidates.len()];
        for (ranked, &place) in ranked.iter_mut().zip(&self.candidates) {
            *ranked = (self.worth(&self.entries[place as usize], now), place);
        }
        ranked.sort_unstable_by(by_worth);
        self.candidates.clear();
        self.candidates.extend(ranked.iter().take(CANDIDATES + 1).map(|&(_, place)| place));
        ranked.first().copied()
    }

    /// As `choose`, among all entries.
    fn choose_of_all(&mut self, needed: u64, worth: f32, now: u64) -> bool {
        let worths = self.entries.iter().map(|entry| self.worth(entry, now));
        let mut ranked: Vec<(f32, u32)> = worths.zip(0..).collect();
        ranked.sort_unstable_by(by_worth);
        self.victims.clear();
        let mut freed = 0;
        for (least, place) in ranked {
            if freed >= needed {
                break;
            }
            if least > worth {
                return false;
            }
            freed += self.entries[place as usize].weight;
            self.victims.push(place);
        }
        true
    }

    /// Removes the chosen victims. Those that were no longer valid count as such.
    fn evict(
        &mut self,
        now: u64,
        counter: fn(&mut Evictions) -> &mut u64,
        removed: &mut Removed<K, V>,
    ) {
        // The last entry moves to the place of one that goes: from the end on, no victim moves.
        let mut victims = std::mem::take(&mut self.victims);
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

    fn take(&mut self, place: usize) -> Entry<K, V> {
        let entry = self.entries.swap_remove(place);
        self.index.remove(entry.hash, place);
        if let Some(moved) = self.entries.get(place) {
            self.index.relocate(moved.hash, self.entries.len(), place);
        }
        self.weight -= entry.weight;
        entry
    }

    fn remember(&mut self, hash: u32, past: Past) {
        if self.ghosts.sets() == 0 {
            self.ghosts.fit(self.entries.len() + 1);
        }
        if let Some(lost) = self.ghosts.put(hash, past, self.time) {
            self.ranking.lose(lost, self.time);
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
        self.ranking.learn(self.time, entries, kept.chain(ghosts));
        if sets > 0 {
            self.ghosts.fit(entries + 1);
        }
    }
}

/// The least worth first; of equals, the first place.
fn by_worth(a: &(f32, u32), b: &(f32, u32)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}
