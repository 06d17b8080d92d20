//! What a value of 4 KiB costs in the compressed level: beside the same LZ4 in quick_cache, which is
//! what one would write without it.
//!
//! The values look like JSON of bars. There are enough of them that they do not stay in the
//! processor's nearest cache. A regression means that something was added to decompressing.

use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, PeerValue, Row};
use anyhow::{Result, ensure};
use bolt_base::{Bytes, Rng, SystemClock};
use bolt_cache::{Compressed, CompressedOptions, Store};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

const VALUE_BYTES: usize = 4_096;
const VALUES: u64 = 1_000;
/// Calls of a measurement.
const CALLS: usize = 20_000;
/// A read may take so many seconds.
const READ_MOST: f64 = 5e-6;
/// Ours may be slower than the peer by so much: it copies keys and counts bytes.
const LEAST_RATIO: f64 = 0.9;

/// Compressed values in quick_cache.
type Peer = quick_cache::sync::Cache<Vec<u8>, Arc<[u8]>>;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    if !bench.wants("cache-lz4-read") && !bench.wants("cache-lz4-write") {
        return Ok(());
    }
    let mut rng = Rng::new(7);
    let values: Vec<Vec<u8>> = (0..VALUES).map(|_| bars(&mut rng)).collect();
    let keys: Vec<u64> = (0..CALLS).map(|_| rng.below(VALUES)).collect();
    let (mut reads, mut writes) = ([vec![], vec![]], [vec![], vec![]]);
    for _ in 0..bench.repeats() {
        let ours = ours();
        let peer = Peer::new(2 * VALUES as usize);
        let put = |key: u64| ours.put(&key.to_be_bytes(), &values[key as usize], None);
        let insert = |key: u64| {
            let block = lz4_flex::compress_prepend_size(&values[key as usize]);
            peer.insert(key.to_be_bytes().to_vec(), block.into());
            Ok::<_, anyhow::Error>(())
        };
        writes[0].push(seconds(&keys, |key| Ok(put(key)?))?);
        writes[1].push(seconds(&keys, insert)?);
        for (key, value) in (0..).zip(&values) {
            put(key)?;
            insert(key)?;
            ensure!(get(&ours, key)? == *value && get_from_peer(&peer, key)? == *value, "{key}");
        }
        reads[0].push(seconds(&keys, |key| get(&ours, key))?);
        reads[1].push(seconds(&keys, |key| get_from_peer(&peer, key))?);
    }
    let ours = median(&reads[0]);
    let outcome = Outcome::Seconds { most: READ_MOST, reached: ours <= READ_MOST };
    bench.add(Row { case: "cache-lz4-read".into(), ours, peers: Vec::new(), outcome });
    bench.add(judge("cache-lz4-read", &reads));
    bench.add(judge("cache-lz4-write", &writes));
    Ok(())
}

fn ours() -> Compressed {
    let options = CompressedOptions {
        name: "lz4".into(),
        capacity: Bytes(2 * VALUES * VALUE_BYTES as u64),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        time_to_live: None,
    };
    Compressed::new(options, Arc::new(SystemClock::default()))
}

/// Returns a value: lines of JSON, cut to its length.
fn bars(rng: &mut Rng) -> Vec<u8> {
    let mut text = String::with_capacity(2 * VALUE_BYTES);
    let mut close = 100.0 + 50.0 * rng.uniform();
    let mut minute = rng.below(1_000_000);
    while text.len() < VALUE_BYTES {
        close *= 1.0 + 0.001 * rng.normal();
        minute += 1;
        let volume = rng.below(1_000_000);
        let (hour, minute) = (minute / 60 % 24, minute % 60);
        let line = writeln!(
            text,
            r#"{{"ts":"2024-03-01T{hour:02}:{minute:02}:00Z","close":{close:.4},"volume":{volume}}}"#
        );
        line.expect("a string takes any text");
    }
    text.truncate(VALUE_BYTES);
    text.into_bytes()
}

fn get(level: &Compressed, key: u64) -> Result<Vec<u8>> {
    level.get(&key.to_be_bytes())?.ok_or_else(|| anyhow::anyhow!("key {key} is not there"))
}

fn get_from_peer(peer: &Peer, key: u64) -> Result<Vec<u8>> {
    let block = peer.get(&key.to_be_bytes()[..]);
    let block = block.ok_or_else(|| anyhow::anyhow!("key {key} is not in quick_cache"))?;
    Ok(lz4_flex::decompress_size_prepended(&block)?)
}

/// Returns the time of a call in seconds.
fn seconds<T>(keys: &[u64], call: impl Fn(u64) -> Result<T>) -> Result<f64> {
    let start = process_seconds()?;
    for &key in keys {
        black_box(call(black_box(key))?);
    }
    Ok((process_seconds()? - start) / keys.len() as f64)
}

/// Returns the row of times of ours and of the peer.
fn judge(case: &str, times: &[Vec<f64>; 2]) -> Row {
    let [ours, peer] = [median(&times[0]), median(&times[1])];
    let ratio = peer / ours;
    let outcome = Outcome::Ratio { ratio, least: LEAST_RATIO, reached: ratio >= LEAST_RATIO };
    let peers = vec![PeerValue { name: "quick_cache+lz4_flex".into(), value: peer, scale: 1.0 }];
    Row { case: case.into(), ours, peers, outcome }
}
