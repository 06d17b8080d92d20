//! What values on disk cost: finding one, keeping one, and opening a store of many.
//!
//! Values are 4 KiB of JSON, as bars come from a service, and the operating system has the files in
//! memory, so that what is left is our own work: checksums, LZ4, and the call that reads or
//! writes. A regression of opening means that more is read than the ends of segments. Keys come in
//! an order that cannot be guessed.

use std::fmt::Write as _;
use std::hint::black_box;

use anyhow::{Result, ensure};
use bolt_base::{Bytes, Rng};
use bolt_cache::{Persistent, PersistentOptions, Store, system_wall_clock};

use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, Row};

/// Bytes of a value.
const LENGTH: usize = 4_096;
/// Different values; keys share them.
const VALUES: u64 = 256;
/// Entries of the store that is asked.
const ENTRIES: u64 = 20_000;
/// Entries of the store that is opened: about half a gigabyte of files.
const ENTRIES_MANY: u64 = 200_000;
/// The persistent level is to take a thousandth of 10 ms.
const SECONDS_GET: f64 = 10e-6;
/// Mostly compression.
const SECONDS_PUT: f64 = 15e-6;
const SECONDS_OPEN: f64 = 1.0;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let (get, put) = ("get 4 KiB from files", "put 4 KiB to files");
    if bench.wants(get) || bench.wants(put) {
        let (gets, puts) = gets_and_puts(bench.repeats())?;
        for (name, times, most) in [(get, gets, SECONDS_GET), (put, puts, SECONDS_PUT)] {
            if bench.wants(name) {
                bench.add(row(name, &times, most));
            }
        }
    }
    let open = "open 200,000 entries";
    if bench.wants(open) {
        let times = opens(bench.repeats())?;
        bench.add(row(open, &times, SECONDS_OPEN));
    }
    Ok(())
}

fn row(name: &str, times: &[f64], most: f64) -> Row {
    let ours = median(times);
    let outcome = Outcome::Seconds { most, reached: ours <= most };
    Row { case: name.into(), ours, peers: Vec::new(), outcome }
}

/// Bars as text, of which LZ4 makes about half.
fn values() -> Vec<Vec<u8>> {
    let mut rng = Rng::new(7);
    let value = |_| {
        let mut text = String::from("[");
        let mut close = 100.0;
        while text.len() < LENGTH {
            close *= 0.99 + 0.02 * rng.uniform();
            let volume = rng.below(1_000_000);
            let _ = write!(text, "{{\"close\": {close:.2}, \"volume\": {volume}}}, ");
        }
        text.truncate(LENGTH);
        text.into_bytes()
    };
    (0..VALUES).map(value).collect()
}

fn options(folder: &tempfile::TempDir) -> PersistentOptions {
    let capacity = Bytes(2 << 30);
    PersistentOptions { capacity, ..PersistentOptions::new(folder.path()) }
}

fn key(number: u64) -> String {
    format!("bars/{number:08}/1m")
}

/// Keeps values under keys, and returns the seconds that each took.
fn fill(store: &Persistent, values: &[Vec<u8>], entries: u64) -> Result<f64> {
    let keys: Vec<String> = (0..entries).map(key).collect();
    let start = process_seconds()?;
    for (key, value) in keys.iter().zip(values.iter().cycle()) {
        store.put(key.as_bytes(), value, None)?;
    }
    Ok((process_seconds()? - start) / entries as f64)
}

fn gets_and_puts(repeats: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let (values, mut rng) = (values(), Rng::new(3));
    let (mut gets, mut puts) = (Vec::new(), Vec::new());
    for _ in 0..repeats {
        let folder = tempfile::tempdir()?;
        let store = Persistent::open(&options(&folder), system_wall_clock())?;
        puts.push(fill(&store, &values, ENTRIES)?);
        let numbers: Vec<u64> = (0..ENTRIES).map(|_| rng.below(ENTRIES)).collect();
        let keys: Vec<String> = numbers.iter().copied().map(key).collect();
        let start = process_seconds()?;
        for key in &keys {
            black_box(store.get(black_box(key.as_bytes()))?);
        }
        gets.push((process_seconds()? - start) / ENTRIES as f64);
        for (key, number) in keys.iter().zip(&numbers).take(1_000) {
            let expected = &values[(number % VALUES) as usize];
            ensure!(store.get(key.as_bytes())?.as_ref() == Some(expected), "a value is wrong");
        }
    }
    Ok((gets, puts))
}

fn opens(repeats: usize) -> Result<Vec<f64>> {
    let folder = tempfile::tempdir()?;
    let store = Persistent::open(&options(&folder), system_wall_clock())?;
    fill(&store, &values(), ENTRIES_MANY)?;
    drop(store);
    let mut times = Vec::new();
    for _ in 0..repeats {
        let start = process_seconds()?;
        let store = Persistent::open(&options(&folder), system_wall_clock())?;
        times.push(process_seconds()? - start);
        ensure!(store.stats().entries == ENTRIES_MANY, "entries are missing");
    }
    Ok(times)
}
