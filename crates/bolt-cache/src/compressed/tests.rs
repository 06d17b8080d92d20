use super::*;
use bolt_base::{ManualClock, Rng};

const SECOND: Duration = Duration::from_secs(1);

fn level(capacity: u64, time_to_live: Option<Duration>) -> (Compressed, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let name = "l3".to_owned();
    let options = CompressedOptions { name, capacity: Bytes(capacity), threads: 1, time_to_live };
    (Compressed::new(options, clock.clone()), clock)
}

fn noise(length: usize) -> Vec<u8> {
    let mut rng = Rng::new(length as u64);
    (0..length).map(|_| rng.next_u64() as u8).collect()
}

fn text(length: usize) -> Vec<u8> {
    br#"{"symbol": "AAPL", "close": 191.25}, "#.iter().copied().cycle().take(length).collect()
}

#[test]
fn a_value_comes_back_byte_for_byte() {
    let (level, _) = level(1 << 30, None);
    for length in [0, 1, 63, 64, 65, 4_096, 65_533, 65_534, 65_535, 65_536, 300_000] {
        for value in [noise(length), text(length), vec![0; length]] {
            level.put(b"key", &value, None).unwrap();
            assert!(level.get(b"key").unwrap() == Some(value), "{length}");
        }
    }
    assert_eq!(level.get(b"another").unwrap(), None);
}

#[test]
fn what_shrinks_is_kept_shrunk_and_what_does_not_as_it_is() {
    let (level, _) = level(1 << 20, None);
    let beside = 3 + ENTRY_BYTES;
    level.put(b"key", &noise(4_096), None).unwrap();
    let stats = level.stats();
    assert_eq!((stats.raw_bytes, stats.bytes), (Bytes(4_096), Bytes(4_096 + beside)));
    level.put(b"key", &text(4_096), None).unwrap();
    let stats = level.stats();
    assert_eq!((stats.raw_bytes, stats.entries), (Bytes(4_096), 1));
    assert!(stats.bytes.0 < 4_096 / 8 + beside, "{:?}", stats.bytes);
    assert_eq!(stats.saved(), Bytes(4_096 - stats.bytes.0));
    level.clear().unwrap();
    assert_eq!((level.stats().raw_bytes, level.stats().bytes), (Bytes(0), Bytes(0)));
}

#[test]
fn bytes_as_kept_stay_within_the_capacity() {
    let (level, _) = level(100_000, None);
    for key in 0..500u32 {
        level.put(&key.to_be_bytes(), &noise(1_000), None).unwrap();
        assert!(level.stats().bytes <= Bytes(100_000));
    }
    let full = level.stats();
    assert_eq!(full.entries, 100_000 / (4 + 1_000 + ENTRY_BYTES));
    assert_eq!(full.raw_bytes, Bytes(full.entries * 1_000));
    level.resize(Bytes(10_000)).unwrap();
    let small = level.stats();
    assert_eq!((small.entries, small.capacity), (7, Bytes(10_000)));
    assert_eq!(small.evicted - full.evicted, full.entries - 7);
    level.resize(Bytes(u64::MAX)).unwrap();
    level.put(b"key", &noise(1_000), None).unwrap();
    assert_eq!(level.stats().entries, 8);
}

#[test]
fn what_does_not_fit_is_refused_and_the_older_value_gone() {
    let (level, _) = level(3_000, None);
    level.put(b"key", &text(1_000), None).unwrap();
    let error = level.put(b"key", &noise(3_000), None).unwrap_err();
    let StoreError::TooLarge { bytes, most } = &error else { panic!("{error}") };
    assert_eq!((bytes.0, most.0), (3_003 + ENTRY_BYTES, 3_000));
    assert_eq!((level.get(b"key").unwrap(), level.stats().errors), (None, 1));
}

#[test]
fn an_entry_is_valid_for_its_own_time_or_the_level_s() {
    let (level, clock) = level(1 << 20, Some(SECOND * 10));
    level.put(b"own", b"value", Some(SECOND)).unwrap();
    level.put(b"level's", b"value", None).unwrap();
    clock.advance(SECOND);
    assert_eq!(level.get(b"own").unwrap(), None);
    assert_eq!(level.get(b"level's").unwrap().as_deref(), Some(&b"value"[..]));
    clock.advance(SECOND * 9);
    assert!(level.get(b"level's").unwrap().is_none() && !level.remove(b"own").unwrap());
    let stats = level.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (1, 2, 1));
    level.put(b"level's", b"value", None).unwrap();
    assert_eq!(level.stats().expired, 2);
}

#[test]
fn a_corrupt_block_is_a_miss_that_is_counted_and_goes() {
    let (level, _) = level(1 << 20, None);
    let packed = Block::pack(&text(4_096), &Arc::default());
    let (whole, half) = (packed.bytes(), &packed.bytes()[..packed.bytes().len() / 2]);
    // Memory for as many bytes as the last one claims must not be asked for.
    let broken = [(half, 4_096), (whole, 4_095), (whole, 4_097), (whole, usize::MAX)];
    for (count, (bytes, raw_len)) in (1..).zip(broken) {
        let block = Block::new(bytes.into(), raw_len, &Arc::default());
        level.put_block(b"key", block, None).unwrap();
        assert_eq!(level.get(b"key").unwrap(), None);
        let stats = level.stats();
        assert_eq!((stats.corrupt, stats.misses, stats.hits), (count, count, 0));
        assert_eq!((stats.entries, stats.removed), (0, 0));
    }
}

#[test]
fn what_entries_take_beside_their_bytes_is_not_more_than_is_counted() {
    let (level, _) = level(u64::MAX, None);
    let fixed = level.cache.stats().overhead.0;
    for key in 0..20_000u32 {
        level.put(&key.to_be_bytes(), b"", None).unwrap();
        let stats = level.cache.stats();
        let inline = size_of::<(Box<[u8]>, Arc<Block>)>() + size_of::<Block>();
        let heads = 2 * size_of::<usize>();
        let of_each = stats.entries * (inline + heads) as u64;
        let beside = stats.overhead.0 - fixed + of_each;
        // The first few share tables that are made for more.
        let counted = stats.entries.max(64) * ENTRY_BYTES;
        assert!(beside <= counted, "{} entries: {beside} bytes", stats.entries);
    }
}
