use super::*;
use crate::stats::Evictions;
use bolt_base::{ManualClock, Rng};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};

const FOR_EVER: Option<Duration> = None;

/// Returns a cache whose values are their weights, and its clock.
fn cache(
    capacity: u64,
    entries: usize,
    time_to_live: Option<Duration>,
) -> (Cache<u32, u64>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let options = CacheOptions { capacity: Bytes(capacity), entries, threads: 4, time_to_live };
    (Cache::new(&options, |_, &value| value, clock.clone()), clock)
}

#[test]
fn a_value_is_found_until_it_is_replaced_or_removed() {
    let (cache, _) = cache(1_000, 10, FOR_EVER);
    assert_eq!(cache.get(&1), None);
    assert!(cache.insert(1, 10));
    assert_eq!((cache.get(&1), cache.contains(&1), cache.contains(&2)), (Some(10), true, false));
    assert!(cache.insert(1, 20));
    assert_eq!((cache.get(&1), cache.stats().weight), (Some(20), Bytes(20)));
    assert!(cache.remove(&1));
    assert!(!cache.remove(&1));
    assert_eq!((cache.get(&1), cache.stats().weight), (None, Bytes(0)));
}

#[test]
fn keys_are_looked_up_as_they_are_borrowed() {
    let options = CacheOptions { capacity: Bytes(99), entries: 9, threads: 1, time_to_live: None };
    let clock = Arc::new(ManualClock::default());
    let cache: Cache<String, Arc<str>> =
        Cache::new(&options, |_, value: &Arc<str>| value.len() as u64, clock);
    cache.insert("key".to_owned(), "value".into());
    assert_eq!(cache.get("key").as_deref(), Some("value"));
    assert!(cache.contains("key") && cache.remove("key"));
}

#[test]
fn a_value_may_have_a_time_of_its_own() {
    let second = Duration::from_secs(1);
    for of_all in [FOR_EVER, Some(second * 60)] {
        let (cache, clock) = cache(1_000, 10, of_all);
        clock.advance(second);
        cache.insert(1, 10);
        cache.insert_for(2, 10, Some(second * 5));
        cache.insert_for(3, 10, Some(Duration::MAX));
        cache.insert_for(4, 10, None);
        clock.advance(second * 5 - Duration::from_nanos(1));
        assert!((1..=4).all(|key| cache.contains(&key)));
        clock.advance(Duration::from_nanos(1));
        assert_eq!([1, 2, 3, 4].map(|key| cache.contains(&key)), [true, false, true, true]);
        clock.advance(second * 55);
        let is_for_ever = of_all.is_none();
        assert_eq!(
            [1, 2, 3, 4].map(|key| cache.contains(&key)),
            [is_for_ever, false, true, is_for_ever]
        );
    }
}

#[test]
fn a_value_is_valid_for_its_time() {
    let (cache, clock) = cache(1_000, 10, Some(Duration::from_secs(60)));
    clock.advance(Duration::from_secs(5));
    cache.insert(1, 10);
    cache.insert(2, 10);
    clock.advance(Duration::from_nanos(59_999_999_999));
    assert!(cache.contains(&1) && cache.get(&1).is_some());
    cache.insert(2, 11);
    clock.advance(Duration::from_nanos(1));
    assert!(!cache.contains(&1) && cache.get(&1).is_none() && !cache.remove(&1));
    assert_eq!(cache.get(&2), Some(11));
    assert_eq!(cache.stats().evicted.expired, 1);
}

#[test]
fn what_is_no_longer_valid_goes_when_asked_to_and_when_room_is_needed() {
    let (cache, clock) = cache(100, 10, Some(Duration::from_secs(60)));
    for key in 0..10 {
        cache.insert(key, 5);
    }
    clock.advance(Duration::from_secs(60));
    for key in 10..20 {
        cache.insert(key, 5);
    }
    cache.remove_expired();
    let stats = cache.stats();
    assert_eq!((stats.entries, stats.weight, stats.evicted.expired), (10, Bytes(50), 10));
    clock.advance(Duration::from_secs(60));
    // As much as fits: all that is not valid goes, although each was worth as much.
    assert!(cache.insert(20, 100));
    assert_eq!((cache.stats().evicted.expired, cache.stats().evicted.for_room), (20, 0));
}

#[test]
fn a_time_to_live_beyond_all_clocks_is_for_ever() {
    let (cache, clock) = cache(100, 10, Some(Duration::MAX));
    clock.advance(Duration::from_secs(1 << 33));
    cache.insert(1, 1);
    clock.advance(Duration::from_secs(1 << 33));
    assert_eq!(cache.get(&1), Some(1));
}

#[test]
fn every_look_up_and_value_is_accounted_for() {
    let mut rng = Rng::new(1);
    let (cache, clock) = cache(2_000, 8_192, Some(Duration::from_nanos(3_000)));
    let (mut lookups, mut found, mut insertions, mut kept) = (0, 0, 0, 0);
    for step in 0..30_000 {
        clock.advance(Duration::from_nanos(1));
        let key = (rng.uniform() * 5_000f64.ln()).exp() as u32;
        lookups += 1;
        if cache.get(&key).is_some() {
            found += 1;
        } else {
            insertions += 1;
            kept +=
                u64::from(cache.insert(key, 1 + rng.below(if step % 500 == 0 { 900 } else { 6 })));
        }
        match step % 1_000 {
            250 => cache.resize(Bytes(1_000 + rng.below(2_000))),
            500 => {
                insertions += 1;
                kept += u64::from(cache.insert(key, 3));
            }
            750 => _ = cache.remove(&key),
            _ => {}
        }
    }
    let stats = cache.stats();
    let CacheStats {
        hits, misses, inserts, updates, rejected, too_large, evicted, entries, ..
    } = stats;
    assert_eq!((hits, hits + misses), (found, lookups));
    assert_eq!(inserts + updates, kept);
    assert_eq!(inserts + updates + rejected + too_large, insertions);
    let Evictions { for_room, expired, resized, removed } = evicted;
    assert_eq!(inserts, entries + for_room + expired + resized + removed);
    assert_eq!(stats.hit_ratio(), Some(found as f64 / lookups as f64));
    for (count, what) in [
        (updates, "updates"),
        (rejected, "rejected"),
        (too_large, "too large"),
        (for_room, "for room"),
        (expired, "expired"),
        (resized, "resized"),
        (removed, "removed"),
    ] {
        assert!(count > 0, "{what}");
    }
    cache.clear();
    assert_eq!((cache.stats().entries, cache.stats().weight), (0, Bytes(0)));
    assert_eq!(cache.stats().evicted.removed, removed + entries);
}

#[test]
fn shards_have_the_whole_capacity_between_them() {
    for (entries, threads, shards) in
        [(0, 1, 1), (2_047, 8, 1), (2_048, 8, 2), (1 << 20, 1, 4), (1 << 20, 3, 16), (9, 0, 1)]
    {
        let options =
            CacheOptions { capacity: Bytes(10_007), entries, threads, time_to_live: None };
        let cache: Cache<u32, u64> =
            Cache::new(&options, |_, _| 1, Arc::new(ManualClock::default()));
        assert_eq!(cache.shards.len(), shards, "{options:?}");
        assert_eq!((cache.stats().capacity, cache.capacity()), (Bytes(10_007), Bytes(10_007)));
        cache.resize(Bytes(5));
        assert_eq!((cache.stats().capacity, cache.capacity()), (Bytes(5), Bytes(5)));
    }
}

#[test]
fn nothing_weighs_nothing() {
    let (cache, _) = cache(3, 10, FOR_EVER);
    for key in 0..10 {
        cache.insert(key, 0);
    }
    assert_eq!((cache.stats().entries, cache.stats().weight), (3, Bytes(3)));
}

#[test]
fn a_cache_without_room_keeps_nothing() {
    let (cache, _) = cache(0, 10, FOR_EVER);
    assert!(!cache.insert(1, 1));
    assert_eq!((cache.get(&1), cache.stats().too_large), (None, 1));
    cache.resize(Bytes(u64::MAX));
    assert!(cache.insert(1, u64::MAX - 1) && cache.insert(2, 1));
    assert_eq!(cache.stats().weight, Bytes(u64::MAX));
}

/// A value that asks the cache for a key when it is dropped.
struct Curious(Weak<Cache<u32, Arc<Self>>>);

impl Drop for Curious {
    fn drop(&mut self) {
        if let Some(cache) = self.0.upgrade() {
            cache.contains(&0);
        }
    }
}

#[test]
fn values_are_dropped_when_no_shard_is_locked() {
    let options = CacheOptions { capacity: Bytes(5), entries: 5, threads: 1, time_to_live: None };
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let cache = Arc::new_cyclic(|_| Cache::new(&options, |_, _| 1, clock));
    let value = || Arc::new(Curious(Arc::downgrade(&cache)));
    for key in 0..20 {
        cache.insert(key, value());
    }
    for key in 0..20 {
        cache.insert(key, value());
    }
    cache.remove(&0);
    cache.resize(Bytes(2));
    cache.clear();
    assert_eq!(cache.stats().entries, 0);
}

#[test]
fn the_bound_holds_while_threads_insert_and_resize() {
    let (cache, _) = cache(3_000, 1 << 20, FOR_EVER);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let (cache, is_over) = (&cache, &is_over);
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                while !is_over.load(Ordering::Relaxed) {
                    let key = (rng.uniform() * 9_000f64.ln()).exp() as u32;
                    if cache.get(&key).is_none() {
                        cache.insert(key, 1 + rng.below(40));
                    }
                }
            });
        }
        for round in 0..300 {
            let capacity = Bytes(if round % 2 == 0 { 1_500 } else { 3_000 });
            cache.resize(capacity);
            let stats = cache.stats();
            assert_eq!(stats.capacity, capacity);
            assert!(stats.weight <= capacity, "{stats:?}");
            // So that something has to go the next time.
            while round % 2 == 1 && cache.stats().weight <= Bytes(1_500) {
                std::thread::yield_now();
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(cache.stats().evicted.resized > 0);
}

#[test]
fn what_fits_stays_while_threads_resize() {
    let (cache, _) = cache(64_000, 1 << 20, FOR_EVER);
    std::thread::scope(|scope| {
        let cache = &cache;
        let resizing = scope.spawn(move || {
            for step in 0..200 {
                cache.resize(Bytes(64_000 + step % 7 * 9_000));
            }
        });
        for first in 0..4 {
            scope.spawn(move || {
                let own = || (first..2_000).step_by(4);
                own().for_each(|key| assert!(cache.insert(key, 8)));
                while !resizing_is_over(cache) {
                    own().for_each(|key| assert_eq!(cache.get(&key), Some(8)));
                }
            });
        }
        resizing.join().unwrap();
        cache.insert(u32::MAX, 1);
    });
    assert_eq!((cache.stats().entries, cache.stats().evicted), (2_001, Evictions::default()));
}

fn resizing_is_over(cache: &Cache<u32, u64>) -> bool {
    cache.contains(&u32::MAX)
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Get(u32),
    Insert(u32, u64),
    Remove(u32),
    Resize(u64),
    Wait(u64),
    Clear,
}

fn act() -> impl Strategy<Value = Act> {
    let key = 0..60u32;
    prop_oneof![
        8 => key.clone().prop_map(Act::Get),
        8 => (key.clone(), 0..40u64).prop_map(|(key, weight)| Act::Insert(key, weight)),
        1 => key.prop_map(Act::Remove),
        1 => (0..400u64).prop_map(Act::Resize),
        2 => (0..30u64).prop_map(Act::Wait),
        1 => Just(Act::Clear),
    ]
}

proptest! {
    /// Whatever is done: no value is found that is not the last of its key, or is too old, or was
    /// removed; and all together never weigh more than is allowed.
    #[test]
    fn what_is_found_was_put_there_last(acts in prop::collection::vec(act(), 0..400)) {
        let lifetime = 50;
        let (cache, clock) = cache(300, 2_048, Some(Duration::from_nanos(lifetime)));
        let mut last: HashMap<u32, (u64, u64)> = HashMap::new();
        let (mut now, mut capacity) = (0, 300);
        for act in acts {
            match act {
                Act::Get(key) => {
                    let found = cache.get(&key);
                    let valid = last.get(&key).filter(|(_, since)| now - since < lifetime);
                    prop_assert!(found.is_none() || found == valid.map(|(value, _)| *value));
                }
                Act::Insert(key, weight) => {
                    let is_kept = cache.insert(key, weight);
                    prop_assert_eq!(cache.contains(&key), is_kept);
                    last.insert(key, (weight, now));
                }
                Act::Remove(key) => {
                    cache.remove(&key);
                    last.remove(&key);
                }
                Act::Resize(to) => {
                    cache.resize(Bytes(to));
                    capacity = to;
                }
                Act::Wait(nanos) => {
                    clock.advance(Duration::from_nanos(nanos));
                    now += nanos;
                }
                Act::Clear => {
                    cache.clear();
                    last.clear();
                }
            }
            prop_assert!(cache.stats().weight <= Bytes(capacity));
        }
    }
}
