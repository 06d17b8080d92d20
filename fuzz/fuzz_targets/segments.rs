//! Segments of a persistent cache: a sound folder with bytes changed or cut off opens, and every
//! value that it gives is one that was kept under the key. Checksums are set right again now and
//! then, so that what lies behind them is reached: then only nothing may fail.
#![no_main]

use bolt_base::{Bytes, UnixNanos};
use bolt_cache::{Persistent, PersistentOptions, Store, WallClock};
use bolt_fuzz::Damage;
use libfuzzer_sys::fuzz_target;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Bytes of a record's header.
const HEADER: usize = 56;
const KEYS: u8 = 6;
const NAME: &str = "00000001.segment";

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("bolt-fuzz-segments-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("the folder can be written to");
    folder
});

/// A segment with a footer, and the same as a process leaves it that is killed.
static SOUND: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let store = Persistent::open(&options(), clock()).expect("it is empty");
    for round in 0..2 {
        for key in 0..KEYS {
            store.put(&[key], &value(key, round), None).expect("there is room");
        }
    }
    store.remove(&[0]).expect("there is room");
    let path = FOLDER.join(NAME);
    let open = fs::read(&path).expect("it was written");
    drop(store);
    vec![fs::read(&path).expect("it was written"), open]
});

fn options() -> PersistentOptions {
    let time_to_live = Duration::from_secs(60);
    PersistentOptions { path: FOLDER.clone(), capacity: Bytes(1 << 20), time_to_live }
}

fn clock() -> WallClock {
    Arc::new(|| UnixNanos(1_000))
}

fn value(key: u8, round: u8) -> Vec<u8> {
    // One in two is compressed.
    [key, round].repeat(if key % 2 == 0 { 10 } else { 100 })
}

fuzz_target!(|damage: Damage| {
    let mut bytes = damage.of(&SOUND);
    if damage.repair {
        set_checksums(&mut bytes);
    }
    for file in fs::read_dir(&*FOLDER).expect("it is there").flatten() {
        if file.file_name().to_string_lossy().ends_with(".segment") {
            fs::remove_file(file.path()).expect("it is ours");
        }
    }
    fs::write(FOLDER.join(NAME), &bytes).expect("the folder can be written to");
    let store = Persistent::open(&options(), clock()).expect("damage is no error");
    for key in 0..KEYS {
        let found = store.get(&[key]).expect("damage is no error");
        let is_right = |found| (0..2).any(|round| found == value(key, round));
        assert!(damage.repair || found.is_none_or(is_right), "key {key}");
    }
    store.put(b"new", b"value", None).expect("there is room");
    store.reclaim().expect("the folder can be written to");
    drop(store);
    let store = Persistent::open(&options(), clock()).expect("it was closed");
    assert_eq!(store.get(b"new").expect("it was closed").as_deref(), Some(&b"value"[..]));
    let stats = store.stats();
    assert!(stats.bytes <= stats.capacity);
});

/// Sets the checksums of one record after the other, as far as lengths lead.
fn set_checksums(bytes: &mut [u8]) {
    let mut offset = 0;
    while bytes.len() >= offset + HEADER {
        let record = &mut bytes[offset..];
        let length = |at: usize| {
            u32::from_le_bytes(record[at..at + 4].try_into().expect("four bytes")) as usize
        };
        let end = HEADER + length(4) + length(8);
        if end > record.len() {
            return;
        }
        let body = xxh3_64(&record[HEADER..end]);
        record[40..48].copy_from_slice(&body.to_le_bytes());
        let check = xxh3_64_with_seed(&record[..48], 1 << 32 | offset as u64);
        record[48..HEADER].copy_from_slice(&check.to_le_bytes());
        offset += end;
    }
}
