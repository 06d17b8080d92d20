//! Levels that fail, bytes that are no values, clocks that go back, and threads that do all at once.

use super::*;

fn names(degraded: &[Degraded]) -> Vec<&str> {
    degraded.iter().map(|level| level.level.as_str()).collect()
}

#[test]
fn a_level_that_fails_costs_its_values_and_nothing_else() {
    let world = world();
    world.disk.fail(true);
    let answer = world.ask(1);
    assert_eq!((answer.value.as_str(), answer.origin), ("value 1", Origin::Computed));
    assert_eq!(names(&answer.degraded), ["disk"]);
    let expected = "cache level `disk`: cannot use `cache`: no such device";
    assert_eq!(answer.degraded[0].to_string(), expected);
    assert_eq!((world.level("disk").errors, world.remote.has(1)), (1, true));
    // The others answer.
    world.cache.memory.clear();
    world.check(1, Origin::Level(1));
    world.remote.set(2, b"value 2");
    let answer = world.ask(2);
    assert_eq!((names(&answer.degraded), answer.origin), (vec!["disk"], Origin::Level(3)));
    world.check(2, Origin::Level(0));
}

#[test]
fn a_level_that_keeps_failing_is_passed_over_for_longer_and_longer() {
    let world = world();
    world.disk.fail(true);
    (0..3).for_each(|key| drop(world.ask(key)));
    assert_eq!((world.disk.calls(), world.level("disk").passed_over), (3, 0));
    let mut pause = SECOND;
    for key in 10..20 {
        // The first asks, and fails; then it is left alone.
        let answer = world.ask(key);
        assert_eq!((world.disk.calls(), names(&answer.degraded)), (0, vec!["disk"]));
        assert!(answer.degraded[0].error.is_none());
        let expected = "cache level `disk` is passed over, since it failed before";
        assert_eq!(answer.degraded[0].to_string(), expected);
        world.clock.advance(pause - Duration::from_nanos(1));
        world.ask(100 + key);
        assert_eq!(world.disk.calls(), 0);
        world.clock.advance(Duration::from_nanos(1));
        assert!(world.ask(200 + key).degraded[0].error.is_some());
        assert_eq!(world.disk.calls(), 1);
        pause = (pause * 2).min(SECOND * 64);
    }
    // When it works again, the first success ends this.
    world.disk.fail(false);
    world.clock.advance(pause);
    world.check(300, Origin::Computed);
    assert!(world.disk.has(300));
    world.disk.fail(true);
    world.ask(301);
    world.disk.fail(false);
    world.check(302, Origin::Computed);
}

#[test]
fn a_level_that_is_passed_over_must_still_forget() {
    let world = world();
    world.check(1, Origin::Computed);
    world.check(2, Origin::Computed);
    world.disk.fail(true);
    (10..20).for_each(|key| drop(world.ask(key)));
    let error = world.cache.remove(&1).unwrap_err();
    assert_eq!(names(&error.0), ["disk"]);
    assert_eq!(names(&world.cache.insert(&2, "new".into()).unwrap_err().0), ["disk"]);
    assert!(!world.remote.has(1) && world.remote.has(2));
    assert_eq!(*world.ask(2).value, "new");
    // It works again, and nobody has asked for its values since.
    world.disk.fail(false);
    assert!(world.cache.remove(&1).unwrap());
    world.cache.insert(&2, "newest".into()).unwrap();
    assert!(!world.disk.has(1));
    world.disk.fail(true);
    assert!(world.cache.clear().is_err());
    world.disk.fail(false);
    world.cache.clear().unwrap();
    assert!(!world.disk.has(2));
}

#[test]
fn bytes_that_are_no_value_are_a_miss_that_is_counted_and_go() {
    let world = world();
    world.disk.set(1, &[0xff, 0xfe]);
    world.remote.set(1, b"value 1");
    world.check(1, Origin::Level(3));
    let disk = world.level("disk");
    assert_eq!((disk.undecodable, disk.hits, disk.misses), (1, 0, 1));
    assert_eq!(world.disk.entries.lock().unwrap()[&1u32.to_bytes()].0, b"value 1");
    world.disk.set(2, &[0xff]);
    world.check(2, Origin::Computed);
    assert_eq!(world.level("disk").undecodable, 2);
    world.disk.set(3, &[0xff]);
    assert!(world.cache.get(&3).is_none() && !world.disk.has(3));
}

#[test]
fn a_value_too_large_for_a_level_is_in_the_others() {
    let world = world();
    world.cache.resize("l1", Bytes(4)).unwrap();
    world.cache.resize("l2", Bytes(4)).unwrap();
    world.check(1, Origin::Computed);
    world.check(1, Origin::Level(2));
    assert_eq!((world.level("l1").entries, world.level("l2").entries), (0, 0));
    assert_eq!(world.level("l2").errors, 0, "it is not ill");
}

#[test]
fn weights_and_times_may_be_as_large_as_they_get() {
    let clock = Arc::new(ManualClock::default());
    clock.advance(Duration::MAX - SECOND);
    let memory = MemoryOptions {
        name: "l1".into(),
        capacity: Bytes(u64::MAX),
        entries: usize::MAX,
        time_to_live: Some(Duration::MAX),
    };
    let cache: MultiLevel<u32, String> = Levels::new(2, clock)
        .memory(memory)
        .compressed("l2", Bytes(u64::MAX), Some(Duration::MAX))
        .build(|key, _| if *key == 0 { 0 } else { u64::MAX }, Plain)
        .unwrap();
    for key in 0..4 {
        cache.insert(&key, "value".into()).unwrap();
        assert_eq!(*cache.get(&key).unwrap().value, "value");
    }
    let stats = cache.stats();
    assert_eq!(stats.level("l2").unwrap().entries, 4);
    assert!(stats.levels[0].bytes <= stats.levels[0].capacity);
    cache.resize("l1", Bytes(0)).unwrap();
    cache.resize("l2", Bytes(0)).unwrap();
    assert!(cache.stats().levels.iter().all(|level| level.entries == 0));
}

/// A clock that is set, also back.
#[derive(Debug, Default)]
struct Unsteady(Mutex<Duration>);

impl Clock for Unsteady {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

#[test]
fn a_clock_that_goes_back_makes_nothing_older_than_it_is() {
    let clock = Arc::new(Unsteady::default());
    let set = |seconds| *clock.0.lock().unwrap() = Duration::from_secs(seconds);
    let memory = MemoryOptions {
        name: "l1".into(),
        capacity: Bytes(1_000),
        entries: 10,
        time_to_live: Some(SECOND * 60),
    };
    let cache: MultiLevel<u32, String> = Levels::new(1, clock.clone())
        .memory(memory)
        .compressed("l2", Bytes(10_000), Some(SECOND * 300))
        .build(|_, _| 1, Plain)
        .unwrap();
    set(1_000);
    cache.insert(&1, "value".into()).unwrap();
    for seconds in [999, 0, 1_059] {
        set(seconds);
        assert_eq!(cache.get(&1).unwrap().origin, Origin::Level(0), "{seconds}");
        cache.insert(&2, "another".into()).unwrap();
        cache.memory.remove_expired();
    }
    set(1_060);
    assert_eq!(cache.get(&1).unwrap().origin, Origin::Level(1));
    set(2_000);
    assert!(cache.get(&1).is_none() && cache.get(&2).is_none());
}

/// Values are versions of their keys. Whoever removes or replaces a key knows the least version that
/// may be found afterwards.
#[test]
fn nobody_finds_what_was_replaced_before_they_asked() {
    const KEYS: u64 = 8;
    let world = world();
    // So small that levels let go of values all the time.
    world.cache.resize("l1", Bytes(20)).unwrap();
    world.cache.resize("l2", Bytes(1_000)).unwrap();
    let least: Vec<AtomicU64> = (0..KEYS).map(|_| AtomicU64::new(0)).collect();
    let latest: Vec<Mutex<u64>> = (0..KEYS).map(|_| Mutex::new(0)).collect();
    let (world, least, latest) = (&world, &least, &latest);
    let version_of = |answer: Answer<String>| answer.value.trim().parse::<u64>().unwrap();
    std::thread::scope(|scope| {
        for seed in 0..4 {
            scope.spawn(move || {
                let mut rng = Rng::new(seed);
                for _ in 0..3_000 {
                    let index = rng.below(KEYS) as usize;
                    let key = index as u32;
                    let known = least[index].load(Relaxed);
                    match rng.below(20) {
                        0 => {
                            let mut latest = latest[index].lock().unwrap();
                            *latest += 1;
                            world.cache.insert(&key, latest.to_string()).unwrap();
                            least[index].store(*latest, Relaxed);
                        }
                        1 => {
                            // What is computed from now on is newer.
                            let mut latest = latest[index].lock().unwrap();
                            *latest += 1;
                            world.cache.remove(&key).unwrap();
                            least[index].store(*latest, Relaxed);
                        }
                        2 => world.cache.memory.clear(),
                        3..10 => {
                            let found = world.cache.get(&key).map(version_of);
                            assert!(found.is_none_or(|version| version >= known));
                        }
                        _ => {
                            let compute = || {
                                let version = *latest[index].lock().unwrap();
                                Ok::<_, Infallible>(version.to_string())
                            };
                            let answer = world.cache.get_or_compute(&key, compute).unwrap();
                            assert!(version_of(answer) >= known);
                        }
                    }
                }
            });
        }
    });
    for (index, latest) in latest.iter().enumerate() {
        let latest = *latest.lock().unwrap();
        world.cache.insert(&(index as u32), latest.to_string()).unwrap();
        assert_eq!(version_of(world.cache.get(&(index as u32)).unwrap()), latest);
    }
}
