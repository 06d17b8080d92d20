use super::*;
use crate::codec::Plain;
use crate::compressed::{Compressed, CompressedOptions};
use crate::levels::{MemoryOptions, Origin};
use crate::store::Store;
use bolt_base::{ManualClock, Rng};
use bolt_memory::{ComponentReport, Job, Kind, Level, Policy, Reservation};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const MIB: u64 = 1 << 20;

type Columns = MultiLevel<u32, Vec<u8>>;

fn budget(mib: u64) -> Budget {
    Budget::new(Policy::new(Bytes(mib * MIB)), Vec::new()).unwrap()
}

/// Values in memory and compressed, each up to so many MiB, for one thread.
fn levels(values: u64, compressed: u64) -> Levels {
    let options = MemoryOptions {
        name: "l1".into(),
        capacity: Bytes(values * MIB),
        entries: 1_000,
        time_to_live: None,
    };
    let levels = Levels::new(1, Arc::new(ManualClock::default())).memory(options);
    levels.compressed("l2", Bytes(compressed * MIB), None)
}

fn open(caches: &Caches, name: &str, levels: Levels) -> Arc<Columns> {
    caches.open(name, levels, |_, value: &Vec<u8>| value.len() as u64, Plain).unwrap()
}

/// Bytes that cannot be compressed.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    // Xorshift (Marsaglia 2003): there is much of it.
    let mut bits = (u64::from(seed) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut word = || {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        bits.to_le_bytes()
    };
    let words: Vec<[u8; 8]> = (0..length.div_ceil(8)).map(|_| word()).collect();
    words.as_flattened()[..length].to_vec()
}

fn ask(cache: &Columns, key: u32, length: usize) -> Origin {
    let compute = || Ok::<_, Infallible>(noise(key, length));
    let answer = cache.get_or_compute(&key, compute).unwrap();
    assert!(*answer.value == noise(key, length));
    answer.origin
}

fn fill(cache: &Columns, keys: std::ops::Range<u32>) {
    for key in keys {
        ask(cache, key, 10_000);
    }
}

/// Has everybody but the cache take their share: nine tenths of all.
fn take_other_shares(budget: &Budget) -> Vec<Reservation> {
    let report = budget.report();
    let others = report.components.iter().filter(|of| of.component != Component::Cache);
    let take =
        |of: &ComponentReport| budget.job(of.component, "", None).reserve(Kind::Fixed, of.share);
    others.map(|of| take(of).unwrap()).collect()
}

fn market(budget: &Budget) -> Job {
    budget.job(Component::Market, "market", None)
}

#[test]
fn a_cache_reserves_as_it_fills_and_no_more_than_its_limits() {
    let budget = budget(1_000);
    let caches = Caches::new(&budget);
    let cache = open(&caches, "ast", levels(4, 10));
    let empty = cache.held();
    assert!(empty >= Bytes(2 * MIB) && empty < Bytes(3 * MIB), "{empty}");
    assert_eq!(budget.held(), empty);
    let mut held = empty;
    for key in 0..2_000 {
        fill(&cache, key..key + 1);
        cache.check_room();
        assert!(cache.held() >= held);
        held = cache.held();
    }
    assert_eq!(held, Bytes(empty.0 + 12 * MIB));
    let stats = &caches.stats()[0];
    assert_eq!((stats.name.as_str(), stats.held, budget.held()), ("ast", held, held));
    let limits = stats.levels.levels.iter().map(|level| (level.capacity, level.limit));
    let expected = [4, 10].map(|mib| (Bytes(mib * MIB), Bytes(mib * MIB)));
    assert_eq!(limits.collect::<Vec<_>>(), expected);
    assert!(stats.levels.levels.iter().all(|level| level.bytes.0 * 10 > level.capacity.0 * 9));
}

#[test]
fn limits_change_while_values_stay() {
    let caches = Caches::new(&budget(1_000));
    let cache = open(&caches, "ast", levels(4, 10));
    let empty = cache.held();
    fill(&cache, 0..2_000);
    let handle = caches.get("ast").unwrap();
    handle.resize("l2", Bytes(3 * MIB)).unwrap();
    cache.check_room();
    assert_eq!(cache.held(), Bytes(empty.0 + 5 * MIB));
    handle.resize("l1", Bytes(64 * MIB)).unwrap();
    assert_eq!(cache.held(), Bytes(empty.0 + 5 * MIB), "not before it is full");
    fill(&cache, 0..2_000);
    fill(&cache, 0..2_000);
    assert!(cache.held() >= Bytes(empty.0 + 18 * MIB), "{}", cache.held());
    assert_eq!(ask(&cache, 7, 10_000), Origin::Level(0));
    assert!(handle.resize("l3", Bytes(1)).is_err());
    handle.clear().unwrap();
    assert!(handle.stats().levels.iter().all(|level| level.entries == 0));
}

#[test]
fn a_value_for_which_a_level_is_still_too_small_makes_it_grow_first() {
    let caches = Caches::new(&budget(1_000));
    let cache = open(&caches, "rows", levels(64, 64));
    cache.insert(&1, noise(1, 3 << 20)).unwrap();
    assert_eq!(cache.look_up(&1).found.unwrap().1, 0);
    cache.check_room();
    // Found below, and promoted at once.
    let compressed = CompressedOptions {
        name: "store".into(),
        capacity: Bytes(100 * MIB),
        threads: 1,
        time_to_live: None,
    };
    let store = Arc::new(Compressed::new(compressed, Arc::new(ManualClock::default())));
    store.put(&2u32.to_bytes(), &noise(2, 3 << 20), None).unwrap();
    let cache = open(&caches, "others", levels(64, 0).store(store, None));
    assert_eq!([0, 1].map(|_| cache.look_up(&2).found.unwrap().1), [2, 0]);
    cache.check_room();
}

#[test]
fn a_store_takes_nothing_from_the_budget() {
    let budget = budget(1_000);
    let caches = Caches::new(&budget);
    let clock = Arc::new(ManualClock::default());
    let options = CompressedOptions {
        name: "store".into(),
        capacity: Bytes(100 * MIB),
        threads: 1,
        time_to_live: None,
    };
    let store = Arc::new(Compressed::new(options, clock));
    let between = levels(1, 1).store(store, None).compressed("l4", Bytes(2 * MIB), None);
    let cache = open(&caches, "ast", between);
    fill(&cache, 0..1_000);
    let sizes = |stats: &LevelsStats| {
        let mib = |level: &crate::LevelStats| (level.capacity.0 / MIB, level.is_in_memory);
        stats.levels.iter().map(mib).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&cache.stats()), [(1, true), (1, true), (100, false), (2, true)]);
    assert!(cache.held() < Bytes(6 * MIB), "{}", cache.held());
    cache.resize("l4", Bytes(0)).unwrap();
    cache.resize("store", Bytes(3 * MIB)).unwrap();
    assert_eq!(sizes(&cache.stats()), [(1, true), (1, true), (3, false), (0, true)]);
    cache.check_room();
}

#[test]
fn a_level_grows_for_a_value_it_is_too_small_for() {
    let caches = Caches::new(&budget(1_000));
    let cache = open(&caches, "panels", levels(100, 200));
    let length = 5 * MIB as usize;
    assert_eq!([ask(&cache, 1, length), ask(&cache, 1, length)], [Origin::Computed; 2]);
    assert_eq!(ask(&cache, 1, length), Origin::Level(0));
    cache.check_room();
}

#[test]
fn who_asks_within_a_share_gets_it_and_caches_shrink() {
    let budget = budget(64);
    let caches = Caches::new(&budget);
    let (ast, panels) =
        (open(&caches, "ast", levels(16, 16)), open(&caches, "panels", levels(4, 4)));
    fill(&ast, 0..4_000);
    fill(&panels, 0..1_000);
    let before = [ast.held().0, panels.held().0];
    assert!(before[0] + before[1] > 30 * MIB, "{before:?}");
    let held = market(&budget).reserve(Kind::Fixed, Bytes(32 * MIB)).unwrap();
    let after = [ast.held().0, panels.held().0];
    assert!(budget.held() <= Bytes(64 * MIB));
    assert!(after[0] + after[1] > 12 * MIB, "no more than was needed: {after:?}");
    // Both gave about the same share.
    let shares = [0, 1].map(|index| after[index] as f64 / before[index] as f64);
    assert!(shares[0] < 0.95 && (shares[0] - shares[1]).abs() < 0.15, "{shares:?}");
    for cache in [&ast, &panels] {
        cache.check_room();
        assert_eq!(ask(cache, 9_999, 10_000), Origin::Computed);
    }
    drop(held);
    budget.poll();
    fill(&ast, 0..4_000);
    assert!(ast.held().0 > after[0], "it grows again");
}

#[test]
fn nothing_grows_while_memory_is_short() {
    let budget = budget(64);
    let caches = Caches::new(&budget);
    let cache = open(&caches, "ast", levels(30, 30));
    let begun = cache.held();
    let others = take_other_shares(&budget);
    assert_eq!(budget.level(), Level::Warning);
    let short = cache.held();
    assert!(short < begun, "{short}");
    fill(&cache, 0..1_000);
    assert_eq!(cache.held(), short);
    drop(others);
    assert_eq!(budget.poll(), Level::Normal);
    fill(&cache, 0..1_000);
    assert!(cache.held() > Bytes(2 * begun.0));
}

#[test]
fn without_memory_a_cache_is_refused_or_keeps_nothing() {
    let scarce = budget(1);
    let caches = Caches::new(&scarce);
    let _others = take_other_shares(&scarce);
    let weigh = |_: &u32, value: &Vec<u8>| value.len() as u64;
    let refused = caches.open("ast", levels(1, 1), weigh, Plain).unwrap_err();
    assert!(matches!(refused, CachesError::Refused(_)), "{refused}");
    assert!(caches.get("ast").is_none());
    let budget = budget(16);
    let caches = Caches::new(&budget);
    let _others = take_other_shares(&budget);
    let cache = open(&caches, "ast", levels(1, 1));
    assert_eq!([ask(&cache, 1, 100), ask(&cache, 1, 100)], [Origin::Computed; 2]);
}

#[test]
fn a_name_is_given_once_and_a_closed_cache_gives_its_memory_back() {
    let budget = budget(1_000);
    let caches = Caches::new(&budget);
    let cache = open(&caches, "ast", levels(4, 10));
    open(&caches, "embeddings", levels(1, 1));
    fill(&cache, 0..500);
    let weigh = |_: &u32, _: &Vec<u8>| 1;
    let error = caches.open("ast", levels(1, 1), weigh, Plain).unwrap_err();
    assert_eq!(error.to_string(), "there is a cache `ast` already");
    let none = Levels::new(1, Arc::new(ManualClock::default()));
    let error = caches.open("none", none, weigh, Plain).unwrap_err();
    assert_eq!(error.to_string(), "the cache `none`: a cache needs at least one level");
    let names: Vec<String> = caches.stats().into_iter().map(|stats| stats.name).collect();
    assert_eq!(names, ["ast", "embeddings"]);
    assert!(caches.close("ast") && !caches.close("ast"));
    assert_eq!(ask(&cache, 499, 10_000), Origin::Level(0), "who uses it may go on");
    let others = budget.held().0 - cache.held().0;
    drop(cache);
    assert_eq!(budget.held(), Bytes(others));
}

/// Numbers as bytes.
struct Numbers;

impl Codec<u64> for Numbers {
    fn encode(&self, value: &u64, out: &mut Vec<u8>) {
        value.write(out);
    }

    fn decode(&self, bytes: &[u8]) -> Option<u64> {
        bytes.try_into().ok().map(u64::from_be_bytes)
    }
}

#[test]
fn what_entries_take_beside_their_weight_is_not_more_than_is_counted() {
    let cache: MultiLevel<u64, u64> =
        levels(1_000, 1_000).build(with_overhead(|_, _| 0), Numbers).unwrap();
    let fixed = cache.overhead().0;
    for key in 0..20_000 {
        cache.insert(&key, key).unwrap();
        let values = &cache.stats().levels[0];
        // A key and a shared value beside what the cache counts, in each entry.
        let each = size_of::<u64>() + size_of::<Arc<u64>>() + 3 * size_of::<usize>();
        let beside = cache.overhead().0 - fixed + values.entries * each as u64;
        let counted = cache.stats().levels.iter().map(|level| level.bytes.0).sum::<u64>();
        assert!(beside <= counted.max(64 * ENTRY_BYTES), "{key}: {beside} {counted}");
    }
}

/// Threads compute values of two caches while another component takes its share and gives it back:
/// it always gets it, and no level ever holds more than is reserved for it.
#[test]
fn the_bounds_hold_under_load_and_pressure() {
    let budget = budget(64);
    let caches = Caches::new(&budget);
    let all = ["ast", "panels"].map(|name| open(&caches, name, levels(30, 30)));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let (all, is_over) = (&all, &is_over);
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                while !is_over.load(Relaxed) {
                    let cache = &all[rng.below(2) as usize];
                    let key = rng.below(8_000) as u32;
                    ask(cache, key, 2_000 + key as usize % 20_000);
                    if rng.below(50) == 0 {
                        cache.resize("l2", Bytes(rng.below(40) * MIB)).unwrap();
                    }
                }
            });
        }
        let market = market(&budget);
        for round in 0..60 {
            while round > 0 && budget.held() < Bytes(36 * MIB) {
                all.iter().for_each(|cache| cache.check_room());
                std::thread::yield_now();
            }
            let held = market.reserve(Kind::Fixed, Bytes(32 * MIB)).unwrap();
            for cache in &all {
                cache.check_room();
                assert!(budget.held() <= Bytes(64 * MIB));
            }
            drop(held);
            budget.poll();
        }
        is_over.store(true, Relaxed);
    });
    assert!(budget.report().events.reclaims[Cost::Shrink as usize] > 0);
    drop(all);
    drop(caches);
    assert_eq!(budget.held(), Bytes(0));
}
