//! What a hit costs through the interface over levels, where memory is the fastest of two.
//!
//! It is what engines call. Beside a hit of the memory level it says where the value came from; a
//! regression means that the levels below are felt by who does not need them.

use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, PeerValue, Row};
use anyhow::{Result, ensure};
use bolt_base::{Bytes, Rng, SystemClock};
use bolt_cache::{Levels, MemoryOptions, MultiLevel, Origin, Plain};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;

/// Keys that are asked for; all of them are there.
const KEYS: u64 = 4_096;
/// Requests of a measurement.
const REQUESTS: usize = 1_000_000;
/// A hit may take as much of quick_cache's time.
const TIMES_QUICK_CACHE: f64 = 1.2;

type Value = Vec<u8>;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    if !bench.wants("cache-levels-hit") {
        return Ok(());
    }
    let mut rng = Rng::new(5);
    let keys: Vec<u64> = (0..REQUESTS).map(|_| rng.below(KEYS)).collect();
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..bench.repeats() {
        ours.push(of_levels(&keys)?);
        peers.push(of_quick_cache(&keys)?);
    }
    let (ours, peer) = (median(&ours), median(&peers));
    let (ratio, least) = (peer / ours, 1.0 / TIMES_QUICK_CACHE);
    let outcome = Outcome::Ratio { ratio, least, reached: ratio >= least };
    let peers = vec![PeerValue { name: "quick_cache".into(), value: peer, scale: 1.0 }];
    bench.add(Row { case: "cache-levels-hit".into(), ours, peers, outcome });
    Ok(())
}

fn value(key: u64) -> Value {
    key.to_le_bytes().to_vec()
}

fn of_levels(keys: &[u64]) -> Result<f64> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = MemoryOptions {
        name: "memory".into(),
        capacity: Bytes(2 * KEYS),
        entries: 2 * KEYS as usize,
        time_to_live: None,
    };
    let cache: MultiLevel<u64, Value> = Levels::new(threads, Arc::new(SystemClock::default()))
        .memory(memory)
        .compressed("compressed", Bytes(1 << 30), None)
        .build(|_, _| 1, Plain)?;
    let ask = |key: u64| cache.get_or_compute(&key, || Ok::<_, Infallible>(value(key)));
    for key in 0..KEYS {
        ask(key)?;
        let answer = ask(key)?;
        ensure!(answer.origin == Origin::Level(0) && *answer.value == value(key), "{key}");
    }
    seconds(keys, |key| Ok(ask(key)?.value))
}

fn of_quick_cache(keys: &[u64]) -> Result<f64> {
    let cache = quick_cache::sync::Cache::<u64, Arc<Value>>::new(2 * KEYS as usize);
    let ask = |key: u64| {
        cache
            .get_or_insert_with(&key, || Ok::<_, Infallible>(Arc::new(value(key))))
            .map_err(Into::into)
    };
    for key in 0..KEYS {
        let asked: Result<Arc<Value>> = ask(key);
        ensure!(*asked? == value(key), "{key}");
    }
    seconds(keys, ask)
}

/// Returns the time of a request in seconds.
fn seconds(keys: &[u64], ask: impl Fn(u64) -> Result<Arc<Value>>) -> Result<f64> {
    let start = process_seconds()?;
    for &key in keys {
        black_box(ask(black_box(key))?);
    }
    Ok((process_seconds()? - start) / keys.len() as f64)
}
