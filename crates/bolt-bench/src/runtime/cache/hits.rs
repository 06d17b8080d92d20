//! What a hit costs, and an insertion that makes something go.
//!
//! Keys and values are integers and all of them fit the processor's caches, so that what is left is
//! the cache's own work: hashing, locking, finding, and what the policy writes down. A regression
//! means that one of these was added to. Keys come in an order that the processor cannot guess.

use super::stores::{Maker, STORES};
use crate::bench::{Bench, median};
use crate::clock::process_seconds;
use crate::report::{Outcome, PeerValue, Row};
use anyhow::{Result, ensure};
use bolt_base::Rng;
use std::hint::black_box;

/// Keys that are asked for; all of them are there.
const KEYS: u64 = 4_096;
/// Requests of a measurement.
const REQUESTS: usize = 2_000_000;
/// The most of quick_cache's time that a hit may take.
const TIMES_QUICK_CACHE: f64 = 1.1;
const TIMES_FASTER_THAN_MOKA: f64 = 8.0;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    if bench.wants("cache-hit") {
        let mut rng = Rng::new(3);
        let keys: Vec<u64> = (0..REQUESTS).map(|_| rng.below(KEYS)).collect();
        let medians = medians(bench.repeats(), |store| hits(store, &keys))?;
        bench.add(judge("cache-hit", &medians, "quick_cache", 1.0 / TIMES_QUICK_CACHE));
        bench.add(judge("cache-hit", &medians, "moka", TIMES_FASTER_THAN_MOKA));
    }
    Ok(())
}

/// Returns for each store the median time of a request in seconds; they are measured in turn.
fn medians(
    repeats: usize,
    measure: impl Fn(&Maker) -> Result<f64>,
) -> Result<Vec<(&'static str, f64)>> {
    let mut times = vec![Vec::new(); STORES.len()];
    for _ in 0..repeats {
        for (store, times) in STORES.iter().zip(&mut times) {
            times.push(measure(store)?);
        }
    }
    Ok(STORES.iter().zip(times).map(|(store, times)| (store.0, median(&times))).collect())
}

/// Returns the time of a hit in seconds.
fn hits((name, make): &Maker, keys: &[u64]) -> Result<f64> {
    let mut store = make(2 * KEYS as usize);
    for key in 0..KEYS {
        store.insert(key, key);
    }
    let warm = keys.iter().take(KEYS as usize).filter(|&&key| store.get(key).is_some()).count();
    ensure!(warm == KEYS as usize, "{name} does not keep what fits");
    let start = process_seconds()?;
    for &key in keys {
        black_box(store.get(black_box(key)));
    }
    Ok((process_seconds()? - start) / keys.len() as f64)
}

/// Returns the row of ours beside one of the peers.
fn judge(case: &str, medians: &[(&'static str, f64)], peer: &str, least: f64) -> Row {
    let ours = medians[0].1;
    let of_peer = medians.iter().filter(|(name, _)| *name == peer);
    let peers: Vec<PeerValue> =
        of_peer.map(|&(name, value)| PeerValue { name: name.into(), value, scale: 1.0 }).collect();
    let ratio = peers[0].value / ours;
    let outcome = Outcome::Ratio { ratio, least, reached: ratio >= least };
    Row { case: case.into(), ours, peers, outcome }
}
