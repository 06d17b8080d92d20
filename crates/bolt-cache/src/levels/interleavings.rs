//! All interleavings of two threads over levels, by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --package bolt-cache --lib every_interleaving`

use super::{Answer, Levels, MemoryOptions, MultiLevel};
use crate::codec::Plain;
use crate::store::{Store, StoreError, StoreStats};
use bolt_base::{Bytes, ManualClock};
use loom::sync::Mutex;
use loom::sync::atomic::AtomicU32;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// A store of one key. The model checker sees what is done to it, and so interleaves it.
struct Slot(Mutex<(Option<Vec<u8>>, StoreStats)>);

impl Store for Slot {
    fn name(&self) -> &str {
        "slot"
    }

    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut slot = self.0.lock().unwrap();
        slot.1.misses += 1;
        Ok(slot.0.clone())
    }

    fn put(&self, _: &[u8], value: &[u8], _: Option<Duration>) -> Result<(), StoreError> {
        let mut slot = self.0.lock().unwrap();
        slot.1.writes += 1;
        slot.0 = Some(value.to_vec());
        Ok(())
    }

    fn remove(&self, _: &[u8]) -> Result<bool, StoreError> {
        Ok(self.0.lock().unwrap().0.take().is_some())
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.remove(&[]).map(drop)
    }

    fn resize(&self, _: Bytes) -> Result<(), StoreError> {
        Ok(())
    }

    fn stats(&self) -> StoreStats {
        self.0.lock().unwrap().1
    }
}

struct World {
    cache: MultiLevel<u32, String>,
    slot: Arc<Slot>,
    /// What a computation finds, and how many there were.
    version: AtomicU32,
    computed: AtomicU32,
}

impl World {
    fn new(in_slot: Option<&str>) -> Arc<Self> {
        let memory = MemoryOptions {
            name: "memory".into(),
            capacity: Bytes(10),
            entries: 1,
            time_to_live: None,
        };
        let bytes = in_slot.map(|value| value.as_bytes().to_vec());
        let slot = Arc::new(Slot(Mutex::new((bytes, StoreStats::default()))));
        let cache = Levels::new(1, Arc::new(ManualClock::default()))
            .memory(memory)
            .store(slot.clone(), None)
            .build(|_, _| 1, Plain)
            .unwrap();
        Arc::new(Self { cache, slot, version: AtomicU32::new(1), computed: AtomicU32::new(0) })
    }

    fn ask(&self) -> Answer<String> {
        let compute = || {
            self.computed.fetch_add(1, Relaxed);
            Ok::<_, Infallible>(self.version.load(Relaxed).to_string())
        };
        self.cache.get_or_compute(&1, compute).unwrap()
    }
}

fn check(test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.max_branches = 10_000;
    model.check(test);
}

#[test]
fn every_interleaving_looks_and_computes_once() {
    check(|| {
        let world = World::new(None);
        let other = Arc::clone(&world);
        let thread = loom::thread::spawn(move || other.ask().value);
        assert_eq!(*world.ask().value, "1");
        assert_eq!(*thread.join().unwrap(), "1");
        assert_eq!(world.computed.load(Relaxed), 1);
        let stats = world.slot.stats();
        assert_eq!((stats.misses, stats.writes), (1, 1));
    });
}

#[test]
fn every_interleaving_forgets_what_is_removed() {
    check(|| forget(None));
    check(|| forget(Some("1")));
}

fn forget(in_slot: Option<&str>) {
    let world = World::new(in_slot);
    let other = Arc::clone(&world);
    let thread = loom::thread::spawn(move || drop(other.ask()));
    world.version.store(2, Relaxed);
    world.cache.remove(&1).unwrap();
    // Whatever the other thread is doing, it is from before.
    assert_eq!(*world.ask().value, "2");
    thread.join().unwrap();
    for _ in 0..2 {
        assert_eq!(*world.ask().value, "2");
        world.cache.memory.clear();
    }
}
