//! What a persistent store promises, in one process.

mod crash;
mod damage;
mod limits;
mod model;
mod processes;

use super::*;
use bolt_base::Rng;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicI64;
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(3_600);

/// A folder in memory, where there is one: these tests wait for the disk often.
fn temporary() -> TempDir {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new();
    if memory.is_dir() { builder.tempdir_in(memory).unwrap() } else { builder.tempdir().unwrap() }
}

/// A clock that is set.
#[derive(Clone)]
struct Now(Arc<AtomicI64>);

impl Now {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(UnixNanos::from_date(2024, 8, 19).unwrap().0)))
    }

    fn advance(&self, time: Duration) {
        self.0.fetch_add(nanos(time), Ordering::Relaxed);
    }

    fn set_back(&self, time: Duration) {
        self.0.fetch_sub(nanos(time), Ordering::Relaxed);
    }

    fn clock(&self) -> WallClock {
        let now = Arc::clone(&self.0);
        Arc::new(move || UnixNanos(now.load(Ordering::Relaxed)))
    }
}

fn options(path: &Path, capacity: u64) -> PersistentOptions {
    PersistentOptions { path: path.to_owned(), capacity: Bytes(capacity), time_to_live: HOUR }
}

fn open(path: &Path, capacity: u64, now: &Now) -> Persistent {
    Persistent::open(&options(path, capacity), now.clock()).unwrap()
}

/// A folder as it would be found if the process had ended at this moment.
fn image(path: &Path) -> TempDir {
    let copy = temporary();
    for file in files(path) {
        fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
    }
    copy
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(path).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn segments(path: &Path) -> Vec<PathBuf> {
    files(path).into_iter().filter(|file| file.extension().is_some()).collect()
}

/// Returns what the files take, in whole blocks.
fn on_disk(path: &Path) -> u64 {
    let length = |file: &PathBuf| fs::metadata(file).unwrap().len().next_multiple_of(4_096);
    files(path).iter().map(length).sum()
}

/// A value that does not get shorter by compression.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    (0..length).map(|_| rng.next_u64() as u8).collect()
}

fn json(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let bar = |i| format!("{{\"ts\": {i}, \"close\": {:.2}}},", rng.uniform() * 100.0);
    (0..90).map(bar).collect::<String>().into_bytes()
}

#[test]
fn a_value_is_found_until_it_is_replaced_or_removed() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    assert_eq!(store.get(b"a").unwrap(), None);
    store.put(b"a", b"one", None).unwrap();
    store.put(b"", b"", None).unwrap();
    store.put(b"b", &json(1), None).unwrap();
    assert_eq!(store.get(b"a").unwrap().unwrap(), b"one");
    assert_eq!(store.get(b"").unwrap().unwrap(), b"");
    assert_eq!(store.get(b"b").unwrap().unwrap(), json(1));
    store.put(b"a", b"two", None).unwrap();
    assert_eq!(store.get(b"a").unwrap().unwrap(), b"two");
    assert!(store.remove(b"a").unwrap() && !store.remove(b"a").unwrap());
    assert_eq!(store.get(b"a").unwrap(), None);
    let StoreStats { hits, misses, writes, removed, entries, .. } = store.stats();
    assert_eq!((hits, misses, writes, removed, entries), (4, 2, 4, 1, 2));
    store.clear().unwrap();
    assert_eq!((store.get(b"b").unwrap(), segments(folder.path())), (None, vec![]));
    let StoreStats { removed, entries, bytes, raw_bytes, .. } = store.stats();
    assert_eq!((removed, entries, bytes, raw_bytes), (3, 0, Bytes(0), Bytes(0)));
    store.put(b"b", b"again", None).unwrap();
    assert_eq!(store.get(b"b").unwrap().unwrap(), b"again");
}

#[test]
fn keys_of_the_same_hash_are_not_taken_for_each_other() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    let mut record = Record::value(b"key", b"value", store.now(), UnixNanos(i64::MAX));
    record.header.hash = record::hash(b"other");
    store.writer().unwrap().append(&store.state, &mut record, store.now()).unwrap();
    assert_eq!((store.stats().entries, store.get(b"other").unwrap()), (1, None));
    store.put(b"other", b"its own", None).unwrap();
    assert_eq!(store.get(b"other").unwrap().unwrap(), b"its own");
}

#[test]
fn what_was_kept_and_removed_is_so_after_opening_again() {
    let (folder, now) = (temporary(), Now::new());
    for is_crash in [false, true] {
        let store = open(folder.path(), 1 << 20, &now);
        for key in 0..100u8 {
            store.put(&[key], &noise(key.into(), 700), None).unwrap();
            store.put(&[key], &json(key.into()), None).unwrap();
            if key % 3 == 0 {
                assert!(store.remove(&[key]).unwrap());
            }
        }
        let before = store.stats();
        let copy = is_crash.then(|| image(folder.path()));
        drop(store);
        let path = copy.as_ref().map_or(folder.path(), TempDir::path);
        let store = open(path, 1 << 20, &now);
        for key in 0..100u8 {
            let expected = (key % 3 > 0).then(|| json(key.into()));
            assert_eq!(store.get(&[key]).unwrap(), expected, "{key}");
        }
        let after = store.stats();
        let held = |stats: StoreStats| (stats.entries, stats.raw_bytes);
        assert_eq!((held(after), after.corrupt), (held(before), 0));
        assert!(after.bytes <= before.bytes, "what is of no use goes when it is opened");
        store.clear().unwrap();
    }
}

#[test]
fn closing_leaves_the_files_as_long_as_was_counted() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    for key in 0..150u8 {
        store.put(&[key], &noise(key.into(), 1_000), None).unwrap();
    }
    let bytes = store.stats().bytes;
    drop(store);
    assert_eq!(Bytes(on_disk(folder.path())), bytes);
    assert_eq!(open(folder.path(), 1 << 20, &now).stats().bytes, bytes);
}

#[test]
fn a_value_is_valid_for_its_time() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"own", b"1", None).unwrap();
    store.put(b"short", b"2", Some(Duration::from_secs(1))).unwrap();
    store.put(b"ever", b"3", Some(Duration::MAX)).unwrap();
    now.advance(Duration::from_nanos(999_999_999));
    assert!(store.get(b"short").unwrap().is_some());
    now.advance(Duration::from_nanos(1));
    assert_eq!(store.get(b"short").unwrap(), None);
    assert!(!store.remove(b"short").unwrap());
    drop(store);
    let store = open(folder.path(), 1 << 20, &now);
    assert_eq!(store.get(b"short").unwrap(), None, "time goes on while it is closed");
    now.advance(HOUR - Duration::from_secs(1) - Duration::from_nanos(1));
    assert_eq!(store.get(b"own").unwrap().unwrap(), b"1");
    now.advance(Duration::from_nanos(1));
    assert_eq!(store.get(b"own").unwrap(), None);
    assert_eq!((store.stats().expired, store.stats().entries), (2, 1));
    now.advance(HOUR * 24 * 365 * 100);
    assert_eq!(store.get(b"ever").unwrap().unwrap(), b"3");
}

/// Else a value would come back that was replaced by one that is past its time.
#[test]
fn what_an_expired_value_replaced_stays_replaced() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"key", b"old", None).unwrap();
    store.put(b"key", b"new", Some(Duration::from_secs(1))).unwrap();
    now.advance(Duration::from_secs(2));
    assert_eq!(store.get(b"key").unwrap(), None);
    drop(store);
    assert_eq!(open(folder.path(), 1 << 20, &now).get(b"key").unwrap(), None);
}

#[test]
fn a_record_from_the_future_is_a_miss_until_the_clock_has_caught_up() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"key", b"value", None).unwrap();
    now.set_back(CLOCK_SLACK);
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"value", "clocks are corrected");
    now.set_back(Duration::from_nanos(1));
    assert_eq!(store.get(b"key").unwrap(), None);
    drop(store);
    let store = open(folder.path(), 1 << 20, &now);
    assert_eq!(store.get(b"key").unwrap(), None);
    store.put(b"other", b"value", None).unwrap();
    assert_eq!(store.get(b"other").unwrap().unwrap(), b"value");
    assert_eq!(store.stats().expired, 1);
    now.advance(Duration::from_nanos(1));
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"value");
}

#[test]
fn files_never_take_more_than_the_capacity_and_the_oldest_values_go() {
    for capacity in [40_000, 64 << 10, 300_000, 4 << 20] {
        let (folder, now) = (temporary(), Now::new());
        let store = open(folder.path(), capacity, &now);
        let mut rng = Rng::new(capacity);
        let count = capacity / 150;
        for key in 0..count {
            let length = rng.below(if key % 50 == 0 { 3_000 } else { 500 });
            store.put(&key.to_le_bytes(), &noise(key, length as usize), None).unwrap();
            if key % 16 == 0 || capacity < 100_000 {
                let (used, told) = (on_disk(folder.path()), store.stats().bytes);
                assert!(used <= told.0 && told.0 <= capacity, "{used} {told:?} {capacity}");
            }
        }
        let there = |key: u64| store.get(&key.to_le_bytes()).unwrap().is_some();
        let first = (0..count).find(|key| there(*key)).unwrap();
        assert!((first..count).all(there), "the oldest went");
        let stats = store.stats();
        assert_eq!((stats.entries, stats.evicted), (count - first, first));
        assert!(first > 0 && stats.bytes.0 > capacity * 4 / 10, "{stats:?}");
    }
}

#[test]
fn most_of_the_capacity_is_used() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 16 << 20, &now);
    for key in 0..20_000u64 {
        store.put(&key.to_le_bytes(), &noise(key, 1_000), None).unwrap();
    }
    let stats = store.stats();
    assert!(stats.raw_bytes.0 > (16 << 20) * 85 / 100, "{stats:?}");
}

#[test]
fn what_is_asked_for_outlives_what_is_not() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    for key in 0..10_000u64 {
        store.put(&key.to_le_bytes(), &noise(key, 500), None).unwrap();
        for hot in 0..key.min(20) {
            assert_eq!(store.get(&hot.to_le_bytes()).unwrap(), Some(noise(hot, 500)), "{key}");
        }
    }
    assert_eq!(store.get(&20u64.to_le_bytes()).unwrap(), None);
    drop(store);
    let store = open(folder.path(), 1 << 20, &now);
    assert_eq!(store.get(&3u64.to_le_bytes()).unwrap(), Some(noise(3, 500)));
}

/// Everything asked for, always: it cannot all stay, and something must still go.
#[test]
fn when_all_is_asked_for_the_bound_holds() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 200_000, &now);
    for key in 0..2_000u64 {
        store.put(&key.to_le_bytes(), &noise(key, 600), None).unwrap();
        for other in key.saturating_sub(300)..=key {
            let value = store.get(&other.to_le_bytes()).unwrap();
            assert!(value.is_none_or(|value| value == noise(other, 600)));
        }
        assert!(on_disk(folder.path()) <= 200_000);
    }
    assert_eq!(store.get(&1_999u64.to_le_bytes()).unwrap(), Some(noise(1_999, 600)));
}

#[test]
fn room_of_what_was_replaced_is_used_again_and_nothing_valid_goes_for_it() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 8 << 20, &now);
    for key in 0..100u64 {
        store.put(&key.to_le_bytes(), &noise(key, 2_000), None).unwrap();
    }
    for round in 0..20_000u64 {
        store.put(b"always the same", &noise(round, 1_000), None).unwrap();
    }
    let stats = store.stats();
    assert_eq!((stats.entries, stats.evicted), (101, 0));
    assert!(stats.bytes.0 < 800_000, "of 200,000 that are of use: {stats:?}");
    for key in 0..100u64 {
        assert_eq!(store.get(&key.to_le_bytes()).unwrap(), Some(noise(key, 2_000)));
    }
}

#[test]
fn room_of_what_has_expired_is_given_back() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 8 << 20, &now);
    let fill = || {
        for key in 0..1_000u64 {
            store.put(&key.to_le_bytes(), &noise(key, 1_000), None).unwrap();
        }
    };
    fill();
    now.advance(HOUR);
    store.reclaim().unwrap();
    let stats = store.stats();
    assert!(stats.bytes.0 < 100_000 && stats.evicted == 0 && stats.expired > 900, "{stats:?}");
    fill();
    now.advance(HOUR);
    drop(store);
    assert!(open(folder.path(), 8 << 20, &now).stats().bytes.0 < 100_000, "also when opened");
}

/// Segments that are mostly the rest of a block, because the next value did not fit.
#[test]
fn reclaiming_ends_where_nothing_can_be_gained() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 8 << 20, &now);
    for key in 0..150u64 {
        store.put(&key.to_le_bytes(), &[1], None).unwrap();
        store.put(&[key as u8], &noise(key, 16_300), None).unwrap();
    }
    for key in 0..150u8 {
        assert!(store.remove(&[key]).unwrap());
    }
    store.reclaim().unwrap();
    let stats = store.stats();
    assert!(stats.bytes.0 < 100_000, "{stats:?}");
    assert_eq!((stats.entries, stats.evicted), (150, 0));
}

#[test]
fn resizing_makes_values_go_at_once_and_loses_none_when_there_is_more_room() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    for key in 0..700u64 {
        store.put(&key.to_le_bytes(), &noise(key, 1_000), None).unwrap();
    }
    assert_eq!(store.stats().entries, 700);
    store.resize(Bytes(8 << 20)).unwrap();
    assert_eq!((store.stats().entries, store.stats().capacity), (700, Bytes(8 << 20)));
    store.resize(Bytes(300_000)).unwrap();
    let stats = store.stats();
    assert!(on_disk(folder.path()) <= 300_000 && stats.entries > 150, "{stats:?}");
    assert_eq!(stats.entries + stats.evicted, 700);
    assert_eq!(store.get(&699u64.to_le_bytes()).unwrap(), Some(noise(699, 1_000)));
    store.resize(Bytes(0)).unwrap();
    assert_eq!((on_disk(folder.path()), store.stats().entries), (0, 0));
    assert!(matches!(store.put(b"k", b"v", None), Err(StoreError::TooLarge { .. })));
    store.resize(Bytes(1 << 20)).unwrap();
    store.put(b"k", b"v", None).unwrap();
    drop(store);
    let store = open(folder.path(), 1 << 30, &now);
    store.put(b"l", &noise(1, 3 << 20), None).unwrap();
    drop(store);
    let store = open(folder.path(), 1 << 20, &now);
    assert!(on_disk(folder.path()) <= 1 << 20, "opened with less room than it took");
    assert_eq!(store.get(b"l").unwrap(), None);
}

#[test]
fn a_value_may_take_nearly_half_of_the_room_and_no_more() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"small", b"1", None).unwrap();
    for round in 0..8 {
        store.put(b"large", &noise(round, 500_000), None).unwrap();
        assert_eq!(store.get(b"large").unwrap(), Some(noise(round, 500_000)));
        assert!(on_disk(folder.path()) <= 1 << 20);
    }
    let error = store.put(b"large", &noise(9, 520_000), None).unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    let shown = "an entry of 507.9 KiB is too large: the cache takes up to 499.9 KiB";
    assert_eq!(error.to_string(), shown);
    assert_eq!(store.get(b"large").unwrap(), None, "what it was to replace");
    store.put(b"zeros", &vec![0; 5 << 20], None).unwrap();
    assert_eq!(store.get(b"zeros").unwrap().unwrap(), vec![0; 5 << 20], "as it is stored");
    assert_eq!(store.stats().errors, 1);
}

#[test]
fn threads_read_and_write_at_once_and_every_value_is_right() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 80_000, &now);
    // The value says the key and the round; its length follows from both.
    let value = |key: u64, round: u64| {
        let mut value = noise(key ^ round << 8, 50 + (key * round) as usize % 900);
        value.extend([key, round].iter().flat_map(|n| n.to_le_bytes()));
        value
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                let mut rng = Rng::new(thread);
                for step in 0..4_000 {
                    let key = rng.below(200);
                    match rng.below(8) {
                        0 => store.put(&key.to_le_bytes(), &value(key, step), None).unwrap(),
                        1 if step % 10 == 0 => _ = store.remove(&key.to_le_bytes()).unwrap(),
                        _ => {
                            let Some(got) = store.get(&key.to_le_bytes()).unwrap() else {
                                continue;
                            };
                            let round = u64::from_le_bytes(*got.last_chunk().unwrap());
                            assert_eq!(got, value(key, round));
                        }
                    }
                }
            });
        }
    });
    let stats = store.stats();
    assert!(stats.hits > 1_000 && stats.evicted > 0, "{stats:?}");
    assert_eq!((stats.corrupt, stats.errors), (0, 0));
}

#[test]
fn warming_reads_all_and_finds_what_is_damaged() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    for key in 0..200u32 {
        store.put(&key.to_le_bytes(), &[key as u8; 500], None).unwrap();
    }
    let read = store.warm().unwrap();
    assert!(read > Bytes(200 * 16) && read <= store.stats().bytes, "{read}");
    assert_eq!((store.stats().hits, store.stats().corrupt), (0, 0));
    for file in files(folder.path()) {
        let mut bytes = fs::read(&file).unwrap();
        if let Some(byte) = bytes.get_mut(150) {
            *byte ^= 1;
            fs::write(&file, bytes).unwrap();
        }
    }
    let left = store.warm().unwrap();
    let stats = store.stats();
    assert!(left < read && stats.corrupt > 0, "{left} of {read}");
    assert_eq!(stats.entries + stats.corrupt, 200);
}

#[test]
fn what_is_no_file_is_no_segment() {
    let (folder, now) = (temporary(), Now::new());
    let store = open(folder.path(), 1 << 20, &now);
    store.put(b"key", b"value", None).unwrap();
    drop(store);
    fs::create_dir(folder.path().join("00000009.segment")).unwrap();
    let store = open(folder.path(), 1 << 20, &now);
    assert_eq!(store.get(b"key").unwrap().as_deref(), Some(&b"value"[..]));
}
