//! How many of the possible hits a cache has: 14 traces, `get`, else `insert`.
//!
//! The share is of the hits of a cache that knows the future. A regression means that the policy
//! keeps the wrong entries.

use super::optimum;
use super::stores::{Maker, STORES};
use super::traces::{CAPACITIES, FAMILIES, REQUESTS};
use crate::bench::Bench;
use crate::report::{Outcome, PeerValue, Row};
use anyhow::{Result, ensure};

const MEAN_LEAST: f64 = 0.87;
const WORST_LEAST: f64 = 0.75;

pub(crate) fn run(bench: &mut Bench) -> Result<()> {
    let mut shares: Vec<Vec<f64>> = vec![Vec::new(); STORES.len()];
    for family in FAMILIES {
        let cases =
            CAPACITIES.map(|capacity| (format!("cache-{}-{capacity}", family.name), capacity));
        let wanted = cases.into_iter().filter(|(name, _)| bench.wants(name)).collect::<Vec<_>>();
        let trace = if wanted.is_empty() { Vec::new() } else { family.trace() };
        for (name, capacity) in wanted {
            let most = optimum::hits(&trace, capacity);
            let mut row = Vec::new();
            for (store, shares) in STORES.iter().zip(&mut shares) {
                let hits = hits(store, &trace, capacity);
                ensure!(hits <= most, "{name}: {} keeps more than its capacity", store.0);
                row.push(hits as f64 / most as f64);
                shares.push(hits as f64 / most as f64);
            }
            let of = format!("{:.3} hits a request", most as f64 / REQUESTS as f64);
            bench.add(judge(name, &row, WORST_LEAST, of));
        }
    }
    if shares[0].len() < FAMILIES.len() * CAPACITIES.len() {
        return Ok(());
    }
    let over =
        |fold: fn(&[f64]) -> f64| shares.iter().map(|shares| fold(shares)).collect::<Vec<_>>();
    let of = || "each trace's most".to_owned();
    bench.add(judge("cache-mean".into(), &over(mean), MEAN_LEAST, of()));
    bench.add(judge("cache-worst".into(), &over(worst), WORST_LEAST, of()));
    Ok(())
}

/// Returns how many requests of a trace find their key.
fn hits((_, make): &Maker, trace: &[u64], capacity: usize) -> usize {
    let mut store = make(capacity);
    let mut hits = 0;
    for &key in trace {
        match store.get(key) {
            Some(_) => hits += 1,
            None => store.insert(key, key),
        }
    }
    hits
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn worst(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Returns the row of a value for each of the stores; the first is ours.
fn judge(case: String, values: &[f64], least: f64, of: String) -> Row {
    let peer =
        |(&(name, _), &value): (&Maker, &f64)| PeerValue { name: name.into(), value, scale: 1.0 };
    let mut peers: Vec<PeerValue> = STORES.iter().zip(values).skip(1).map(peer).collect();
    peers.sort_by(|a, b| b.value.total_cmp(&a.value));
    let ours = values[0];
    Row { case, ours, peers, outcome: Outcome::Share { least, reached: ours >= least, of } }
}
