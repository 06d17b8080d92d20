use super::*;
use crate::codec::Plain;
use crate::store::{Store, StoreError, StoreStats};
use bolt_base::{Clock, ManualClock, Rng};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::sync::{Barrier, Mutex, MutexGuard};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Values and when they end, by key.
type Entries = HashMap<Vec<u8>, (Vec<u8>, Duration)>;

/// A store that does what the trait says, over a map, and fails when told to. The oracle of what
/// stores are, and the world to be broken.
struct Fake {
    name: &'static str,
    clock: Arc<ManualClock>,
    entries: Mutex<Entries>,
    stats: Mutex<StoreStats>,
    fails: AtomicBool,
    calls: AtomicU32,
}

impl Fake {
    fn new(name: &'static str, clock: &Arc<ManualClock>) -> Arc<Self> {
        Arc::new(Self {
            name,
            clock: Arc::clone(clock),
            entries: Mutex::default(),
            stats: Mutex::default(),
            fails: AtomicBool::new(false),
            calls: AtomicU32::new(0),
        })
    }

    fn has(&self, key: u32) -> bool {
        self.entries.lock().unwrap().contains_key(&key.to_bytes())
    }

    fn set(&self, key: u32, bytes: &[u8]) {
        self.entries.lock().unwrap().insert(key.to_bytes(), (bytes.to_vec(), Duration::MAX));
    }

    fn fail(&self, fails: bool) {
        self.fails.store(fails, Relaxed);
    }

    fn calls(&self) -> u32 {
        self.calls.swap(0, Relaxed)
    }

    /// Returns the counters, unless the store is to fail.
    fn begin(&self) -> Result<MutexGuard<'_, StoreStats>, StoreError> {
        self.calls.fetch_add(1, Relaxed);
        let mut stats = self.stats.lock().unwrap();
        if self.fails.load(Relaxed) {
            stats.errors += 1;
            let source = io::Error::other("no such device");
            return Err(StoreError::Io { path: "cache".into(), source });
        }
        Ok(stats)
    }
}

impl Store for Fake {
    fn name(&self) -> &str {
        self.name
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut stats = self.begin()?;
        let entries = self.entries.lock().unwrap();
        let valid = entries.get(key).filter(|(_, expires)| self.clock.now() < *expires);
        *if valid.is_some() { &mut stats.hits } else { &mut stats.misses } += 1;
        Ok(valid.map(|(bytes, _)| bytes.clone()))
    }

    fn put(
        &self,
        key: &[u8],
        value: &[u8],
        time_to_live: Option<Duration>,
    ) -> Result<(), StoreError> {
        let mut stats = self.begin()?;
        stats.writes += 1;
        let expires = self.clock.now().saturating_add(time_to_live.unwrap_or(Duration::MAX));
        self.entries.lock().unwrap().insert(key.to_vec(), (value.to_vec(), expires));
        Ok(())
    }

    fn remove(&self, key: &[u8]) -> Result<bool, StoreError> {
        let _stats = self.begin()?;
        Ok(self.entries.lock().unwrap().remove(key).is_some())
    }

    fn clear(&self) -> Result<(), StoreError> {
        let _stats = self.begin()?;
        self.entries.lock().unwrap().clear();
        Ok(())
    }

    fn resize(&self, capacity: Bytes) -> Result<(), StoreError> {
        self.begin()?.capacity = capacity;
        Ok(())
    }

    fn stats(&self) -> StoreStats {
        let entries = self.entries.lock().unwrap().len() as u64;
        StoreStats { entries, ..*self.stats.lock().unwrap() }
    }
}

/// Levels of memory for 60 s, compressed memory for 300 s, and two stores, the last for an hour.
struct World {
    clock: Arc<ManualClock>,
    disk: Arc<Fake>,
    remote: Arc<Fake>,
    cache: MultiLevel<u32, String>,
}

const NAMES: [&str; 4] = ["l1", "l2", "disk", "remote"];

fn world() -> World {
    let clock = Arc::new(ManualClock::default());
    let (disk, remote) = (Fake::new("disk", &clock), Fake::new("remote", &clock));
    let memory = MemoryOptions {
        name: "l1".into(),
        capacity: Bytes(1_000),
        entries: 100,
        time_to_live: Some(SECOND * 60),
    };
    let cache = Levels::new(2, clock.clone())
        .memory(memory)
        .compressed("l2", Bytes(100_000), Some(SECOND * 300))
        .store(disk.clone(), None)
        .store(remote.clone(), Some(SECOND * 3_600))
        .build(|_, value: &String| value.len() as u64, Plain)
        .unwrap();
    World { clock, disk, remote, cache }
}

impl World {
    fn ask(&self, key: u32) -> Answer<String> {
        self.cache.get_or_compute(&key, || Ok::<_, Infallible>(format!("value {key}"))).unwrap()
    }

    #[track_caller]
    fn check(&self, key: u32, origin: Origin) {
        let answer = self.ask(key);
        assert_eq!((answer.value.as_str(), answer.origin), (&*format!("value {key}"), origin));
        assert!(answer.degraded.is_empty(), "{:?}", answer.degraded);
    }

    fn level(&self, name: &str) -> LevelStats {
        self.cache.stats().level(name).unwrap().clone()
    }
}

#[test]
fn a_computed_value_is_in_every_level_and_the_fastest_answers() {
    let world = world();
    assert_eq!(world.cache.names().collect::<Vec<_>>(), NAMES);
    world.check(1, Origin::Computed);
    world.check(1, Origin::Level(0));
    assert!(world.disk.has(1) && world.remote.has(1));
    assert_eq!(world.level("l2").entries, 1);
    assert_eq!(world.cache.get(&1).unwrap().origin, Origin::Level(0));
    assert!(world.cache.get(&2).is_none());
    let stats = world.cache.stats();
    assert_eq!((stats.computed, stats.failed, stats.joined), (1, 0, 0));
    let looked_up = stats.levels.iter().map(|level| (level.hits, level.misses));
    assert_eq!(looked_up.collect::<Vec<_>>(), [(2, 2), (0, 2), (0, 2), (0, 2)]);
    assert_eq!(stats.levels[0].hit_ratio(), Some(0.5));
}

#[test]
fn each_level_answers_when_those_above_have_let_go() {
    let world = world();
    world.check(1, Origin::Computed);
    world.clock.advance(SECOND * 60);
    world.check(1, Origin::Level(1));
    world.clock.advance(SECOND * 240);
    world.check(1, Origin::Level(2));
    world.disk.entries.lock().unwrap().clear();
    world.clock.advance(SECOND * 300);
    world.check(1, Origin::Level(3));
    assert!(world.disk.has(1), "promoted");
    world.disk.entries.lock().unwrap().clear();
    world.clock.advance(SECOND * 3_000);
    world.check(1, Origin::Computed);
}

#[test]
fn what_is_found_below_is_offered_to_all_levels_above() {
    let world = world();
    world.remote.set(1, b"value 1");
    world.check(1, Origin::Level(3));
    assert!(world.disk.has(1));
    let promotions = NAMES.map(|name| world.level(name).promotions);
    assert_eq!(promotions, [1, 1, 1, 0]);
    world.check(1, Origin::Level(0));
    // `get` promotes, too.
    world.remote.set(2, b"value 2");
    assert_eq!(world.cache.get(&2).unwrap().origin, Origin::Level(3));
    assert_eq!(world.cache.get(&2).unwrap().origin, Origin::Level(0));
    // From then on it is as old as the level says.
    world.clock.advance(SECOND * 299);
    world.check(1, Origin::Level(1));
    world.clock.advance(SECOND * 59);
    world.check(1, Origin::Level(0));
    world.clock.advance(SECOND);
    world.check(1, Origin::Level(2));
}

#[test]
fn levels_are_left_out_at_will() {
    let clock = Arc::new(ManualClock::default());
    let disk = Fake::new("disk", &clock);
    let levels = Levels::new(1, clock).store(disk.clone(), None);
    let cache: MultiLevel<u32, String> = levels.build(|_, _| 1, Plain).unwrap();
    let ask = || cache.get_or_compute(&1, || Ok::<_, Infallible>("value".into())).unwrap().origin;
    assert_eq!([ask(), ask()], [Origin::Computed, Origin::Level(0)]);
    assert_eq!(cache.get(&1).unwrap().origin, Origin::Level(0));
    assert_eq!((cache.stats().levels.len(), disk.stats().hits), (1, 2));
    let memory = |name: &str| MemoryOptions {
        name: name.into(),
        capacity: Bytes(10),
        entries: 1,
        time_to_live: None,
    };
    let levels = || Levels::new(1, Arc::new(ManualClock::default()));
    let cache: MultiLevel<u32, u8> =
        levels().memory(memory("l1")).build(|_, _| 1, NoBytes).unwrap();
    cache.insert(&1, 7).unwrap();
    assert_eq!(*cache.get(&1).unwrap().value, 7);
    let none = levels().build::<u32, String>(|_, _| 1, Plain).unwrap_err();
    assert_eq!(none, LevelsError::None);
    let twice = levels().memory(memory("l1")).compressed("l1", Bytes(10), None);
    let twice = twice.build::<u32, String>(|_, _| 1, Plain).unwrap_err();
    assert_eq!(twice, LevelsError::SameName("l1".into()));
}

/// Values of a cache without levels of bytes are never encoded.
struct NoBytes;

impl Codec<u8> for NoBytes {
    fn encode(&self, _: &u8, _: &mut Vec<u8>) {
        panic!("there is no level of bytes");
    }

    fn decode(&self, _: &[u8]) -> Option<u8> {
        None
    }
}

#[test]
fn one_looks_and_computes_for_all_who_ask_at_once() {
    let world = world();
    let (count, start) = (AtomicU32::new(0), Barrier::new(8));
    let ask = |_| {
        start.wait();
        let compute = || {
            while world.cache.stats().joined < 7 {
                std::thread::yield_now();
            }
            Ok::<_, Infallible>(format!("{}", count.fetch_add(1, Relaxed)))
        };
        let answer = world.cache.get_or_compute(&1, compute).unwrap();
        (answer.value.to_string(), answer.origin)
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|index| scope.spawn(move || ask(index))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|(value, _)| value == "0"));
    let computed = answers.iter().filter(|(_, origin)| *origin == Origin::Computed).count();
    let joined = answers.iter().filter(|(_, origin)| *origin == Origin::Joined).count();
    assert_eq!((computed, joined), (1, 7));
    // One look-up and one write in each level.
    assert_eq!((world.disk.calls(), world.remote.calls()), (2, 2));
}

#[test]
fn what_is_removed_is_in_no_level_and_computed_anew() {
    let world = world();
    world.check(1, Origin::Computed);
    world.check(2, Origin::Computed);
    assert!(world.cache.remove(&1).unwrap());
    assert!(!world.cache.remove(&1).unwrap());
    assert!(!world.disk.has(1) && !world.remote.has(1));
    world.check(1, Origin::Computed);
    world.cache.clear().unwrap();
    assert!(world.cache.stats().levels.iter().all(|level| level.entries == 0));
    world.check(2, Origin::Computed);
}

#[test]
fn what_is_removed_or_replaced_while_it_is_computed_is_not_kept() {
    type Act = fn(&World);
    let acts: [(Act, Option<&str>); 3] = [
        (|world| assert!(!world.cache.remove(&1).unwrap()), None),
        (|world| world.cache.clear().unwrap(), None),
        (|world| world.cache.insert(&1, "new".into()).unwrap(), Some("new")),
    ];
    for (act, kept) in acts {
        let world = world();
        let compute = || {
            act(&world);
            Ok::<_, Infallible>("old".to_owned())
        };
        assert_eq!(*world.cache.get_or_compute(&1, compute).unwrap().value, "old");
        for _ in 0..2 {
            assert_eq!(world.cache.get(&1).map(|found| found.value.to_string()).as_deref(), kept);
            // In the levels below, too.
            world.cache.memory.clear();
        }
        assert_eq!(world.disk.has(1), kept.is_some());
    }
}

#[test]
fn a_replaced_value_is_new_in_every_level() {
    let world = world();
    world.check(1, Origin::Computed);
    world.cache.insert(&1, "new".into()).unwrap();
    for level in 0..4 {
        let answer = world.cache.get(&1).unwrap();
        assert_eq!((answer.value.as_str(), answer.origin), ("new", Origin::Level(level)));
        world.cache.memory.clear();
        (1..=level).for_each(|above| world.cache.below[above - 1].store.clear().unwrap());
        if level < 3 {
            world.cache.below[level].store.get(&1u32.to_bytes()).unwrap().unwrap();
            (0..level).for_each(|above| world.cache.below[above].store.clear().unwrap());
        }
    }
}

#[test]
fn warming_promotes_what_there_is_and_computes_the_rest() {
    let world = world();
    world.remote.set(1, b"value 1");
    let warmed = world.cache.warm(1..=4, |key| match key {
        4 => Err(io::Error::other("no such file")),
        key => Ok(format!("value {key}")),
    });
    assert_eq!(warmed, Warmed { found: 1, computed: 2, failed: 1 });
    (1..=3).for_each(|key| world.check(key, Origin::Level(0)));
}

#[test]
fn levels_are_resized_by_name() {
    let world = world();
    (0..50).for_each(|key| world.check(key, Origin::Computed));
    let before = world.level("l1");
    world.cache.resize("l1", Bytes(100)).unwrap();
    let after = world.level("l1");
    assert!(before.bytes > Bytes(300) && after.bytes <= Bytes(100));
    assert_eq!((after.capacity, after.evicted), (Bytes(100), before.entries - after.entries));
    (0..50).for_each(|key| assert_ne!(world.ask(key).origin, Origin::Computed));
    for (name, capacity) in [("l2", 500), ("disk", 9)] {
        world.cache.resize(name, Bytes(capacity)).unwrap();
        assert_eq!(world.level(name).capacity, Bytes(capacity));
    }
    for capacity in [0, u64::MAX, 1_000] {
        NAMES[..2].iter().for_each(|name| world.cache.resize(name, Bytes(capacity)).unwrap());
        world.ask(99);
    }
    let error = world.cache.resize("l9", Bytes(1)).unwrap_err();
    let expected = "there is no cache level `l9`; there are l1, l2, disk, remote";
    assert_eq!(error.to_string(), expected);
    world.disk.fail(true);
    let error = world.cache.resize("disk", Bytes(1)).unwrap_err();
    assert_eq!(error.to_string(), "cannot use `cache`: no such device");
}

#[test]
fn an_error_of_a_computation_is_the_callers_and_nothing_is_kept() {
    let world = world();
    let error = world.cache.get_or_compute(&1, || Err(io::Error::other("no such symbol")));
    assert_eq!(error.unwrap_err().to_string(), "no such symbol");
    let stats = world.cache.stats();
    assert_eq!((stats.computed, stats.failed), (0, 1));
    world.check(1, Origin::Computed);
}

#[test]
fn compression_saves_what_the_statistics_say() {
    let world = world();
    world.cache.insert(&1, "a".repeat(10_000)).unwrap();
    let (stats, level) = (world.cache.stats(), world.level("l2"));
    assert_eq!(level.raw_bytes, Bytes(10_000));
    assert!(level.bytes < Bytes(600) && stats.memory_saved() == level.saved());
    assert_eq!(level.saved(), Bytes(10_000 - level.bytes.0));
}

mod faults;
mod model;
