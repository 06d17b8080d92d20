//! Sequences of keys as caches see them, made from a seed: seven families, for two capacities each.
//!
//! They are fixed by what programs do, not by what a policy likes. Each family asks for something
//! else: to count (Zipf), to let a stream pass (scan), to keep some of too much (loop), to forget
//! (shifting), and to notice that the answer has changed (mixed).

use bolt_base::Rng;

/// Requests of a trace.
pub(crate) const REQUESTS: usize = 600_000;
/// Capacities in entries; 1 % and 10 % of the keys of the Zipf families.
pub(crate) const CAPACITIES: [usize; 2] = [1_000, 10_000];

const SEED: u64 = 20_260_101;
/// Keys of a Zipf distribution.
const POPULAR_KEYS: usize = 100_000;
/// Keys of a loop: more than the larger capacity, so that recency keeps none of them.
const LOOP_KEYS: u64 = 12_000;

/// A name and how its keys come about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    generate: fn(&mut Source, usize) -> Vec<u64>,
}

/// The seven families.
pub(crate) const FAMILIES: [Family; 7] = [
    Family { name: "zipf-0.8", generate: |source, count| zipf(source, 0.8, count) },
    Family { name: "zipf-1.0", generate: |source, count| zipf(source, 1.0, count) },
    Family { name: "zipf-1.2", generate: |source, count| zipf(source, 1.2, count) },
    Family { name: "scan", generate: scan },
    Family { name: "loop", generate: looping },
    Family { name: "shifting", generate: shifting },
    Family { name: "mixed", generate: mixed },
];

impl Family {
    /// Returns the family's trace; always the same one.
    pub(crate) fn trace(&self) -> Vec<u64> {
        (self.generate)(&mut Source { rng: Rng::new(SEED), keys: 0 }, REQUESTS)
    }
}

/// Where keys and chance come from.
#[derive(Debug)]
struct Source {
    rng: Rng,
    /// Keys that were given out.
    keys: u64,
}

impl Source {
    /// Returns the first of `count` keys that nobody has seen.
    fn new_keys(&mut self, count: u64) -> u64 {
        let first = self.keys;
        self.keys += count;
        first
    }
}

/// Popularity that does not change: the key of rank k is asked for in proportion to k to the power
/// of minus `skew`, independently of what was before.
fn zipf(source: &mut Source, skew: f64, count: usize) -> Vec<u64> {
    let mut popular = Popular::new(source, POPULAR_KEYS, skew);
    (0..count).map(|_| popular.draw(&mut source.rng)).collect()
}

/// Popularity as of `zipf` 1.0, and after every 7,000 requests a stream of 3,000 keys that are asked
/// for once: a batch job runs through.
fn scan(source: &mut Source, count: usize) -> Vec<u64> {
    const BETWEEN: usize = 7_000;
    const STREAM: u64 = 3_000;
    let mut popular = Popular::new(source, POPULAR_KEYS, 1.0);
    let mut keys = Vec::with_capacity(count);
    while keys.len() < count {
        keys.extend((0..BETWEEN).map(|_| popular.draw(&mut source.rng)));
        let first = source.new_keys(STREAM);
        keys.extend(first..first + STREAM);
    }
    keys.truncate(count);
    keys
}

/// The same keys in the same order, again and again.
fn looping(source: &mut Source, count: usize) -> Vec<u64> {
    let first = source.new_keys(LOOP_KEYS);
    (0..LOOP_KEYS).cycle().take(count).map(|key| first + key).collect()
}

/// A quarter of the requests are for new keys; the others repeat a request that is older by an
/// exponentially distributed number of requests. What was asked for often is asked for more, for a
/// while.
fn shifting(source: &mut Source, count: usize) -> Vec<u64> {
    const NEW: f64 = 0.25;
    const AGE_MEAN: f64 = 1_500.0;
    let mut keys = Vec::with_capacity(count);
    while keys.len() < count {
        let age = 1 + (-AGE_MEAN * (1.0 - source.rng.uniform()).ln()) as usize;
        let is_new = source.rng.uniform() < NEW || age > keys.len();
        let key = if is_new { source.new_keys(1) } else { keys[keys.len() - age] };
        keys.push(key);
    }
    keys
}

/// Four loads in turn, each with keys of its own: a stable popularity, sweeps beside metadata, a
/// popularity that shifts, and a loop beside a popularity.
fn mixed(source: &mut Source, count: usize) -> Vec<u64> {
    let part = count / 4;
    let mut keys = zipf(source, 1.0, part);
    keys.extend(sweep(source, part));
    keys.extend(shifting(source, part));
    keys.extend(loop_beside_popular(source, count - 3 * part));
    keys
}

/// A sweep of parameters: again and again some symbol's 30 chunks of bars in order, and before each
/// chunk some metadata. Of 2,000 symbols some are tried more often than others.
fn sweep(source: &mut Source, count: usize) -> Vec<u64> {
    const SYMBOLS: usize = 2_000;
    const CHUNKS: u64 = 30;
    const METADATA: usize = 3_000;
    let mut symbols = Popular::new(source, SYMBOLS, 0.8);
    let mut metadata = Popular::new(source, METADATA, 1.0);
    let chunks = source.new_keys(SYMBOLS as u64 * CHUNKS);
    let mut keys = Vec::with_capacity(count);
    while keys.len() < count {
        let symbol = symbols.rank(&mut source.rng);
        for chunk in 0..CHUNKS {
            keys.push(metadata.draw(&mut source.rng));
            keys.push(chunks + symbol * CHUNKS + chunk);
        }
    }
    keys.truncate(count);
    keys
}

/// Every other request goes on in a loop, the others are for popular keys.
fn loop_beside_popular(source: &mut Source, count: usize) -> Vec<u64> {
    let around = looping(source, count);
    let mut popular = Popular::new(source, POPULAR_KEYS, 1.0);
    let key = |(index, key)| match index % 2 {
        0 => key,
        _ => popular.draw(&mut source.rng),
    };
    let around = around.into_iter().flat_map(|key| [key, key]).take(count);
    around.enumerate().map(key).collect()
}

/// Keys of which some are asked for more often than others.
#[derive(Debug)]
struct Popular {
    first: u64,
    /// The share of requests for this rank and those before.
    cumulative: Vec<f64>,
}

impl Popular {
    fn new(source: &mut Source, count: usize, skew: f64) -> Self {
        let mut sum = 0.0;
        let mut cumulative = Vec::with_capacity(count);
        for rank in 1..=count {
            sum += (rank as f64).powf(-skew);
            cumulative.push(sum);
        }
        for value in &mut cumulative {
            *value /= sum;
        }
        Self { first: source.new_keys(count as u64), cumulative }
    }

    /// Returns a rank, 0 for the most popular.
    fn rank(&mut self, rng: &mut Rng) -> u64 {
        let uniform = rng.uniform();
        self.cumulative.partition_point(|&share| share <= uniform) as u64
    }

    fn draw(&mut self, rng: &mut Rng) -> u64 {
        self.first + self.rank(rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn trace(name: &str) -> Vec<u64> {
        let family = FAMILIES.iter().find(|family| family.name == name).unwrap();
        family.trace()
    }

    #[test]
    fn every_trace_has_its_length_and_repeats() {
        for family in FAMILIES {
            let trace = family.trace();
            assert_eq!(trace.len(), REQUESTS, "{}", family.name);
            assert!(trace == family.trace(), "{}", family.name);
        }
    }

    #[test]
    fn popularity_follows_its_law() {
        for (name, skew) in [("zipf-0.8", 0.8), ("zipf-1.0", 1.0), ("zipf-1.2", 1.2)] {
            let mut counts = vec![0.0; POPULAR_KEYS];
            for key in trace(name) {
                counts[key as usize] += 1.0;
            }
            let sum: f64 = (1..=POPULAR_KEYS).map(|rank| (rank as f64).powf(-skew)).sum();
            for rank in [1, 2, 10, 100] {
                let expected = REQUESTS as f64 * (rank as f64).powf(-skew) / sum;
                let apart = (counts[rank - 1] - expected).abs() / expected.sqrt();
                assert!(apart < 4.0, "{name} {rank}: {} {expected}", counts[rank - 1]);
            }
        }
    }

    #[test]
    fn three_tenths_of_a_scan_are_asked_for_once() {
        let mut counts = BTreeMap::new();
        for key in trace("scan") {
            *counts.entry(key).or_insert(0) += 1;
        }
        let streamed = counts.range(POPULAR_KEYS as u64..);
        assert_eq!(streamed.clone().count(), REQUESTS * 3 / 10);
        assert!(streamed.into_iter().all(|(_, &count)| count == 1));
    }

    #[test]
    fn a_loop_comes_back_after_all_of_its_keys() {
        let trace = trace("loop");
        let period = LOOP_KEYS as usize;
        assert_eq!(trace[..period].iter().collect::<BTreeSet<_>>().len(), period);
        assert!(trace.iter().skip(period).eq(&trace[..REQUESTS - period]));
    }

    #[test]
    fn a_quarter_of_what_shifts_is_new() {
        let distinct = trace("shifting").into_iter().collect::<BTreeSet<_>>().len();
        let share = distinct as f64 / REQUESTS as f64;
        assert!((share - 0.25).abs() < 0.005, "{share}");
    }

    #[test]
    fn the_parts_of_what_is_mixed_share_no_keys() {
        let trace = trace("mixed");
        let parts: Vec<BTreeSet<u64>> =
            trace.chunks(REQUESTS / 4).map(|part| part.iter().copied().collect()).collect();
        for (index, part) in parts.iter().enumerate() {
            assert!(parts[..index].iter().all(|before| before.is_disjoint(part)), "{index}");
        }
        let around = trace[REQUESTS * 3 / 4..].iter().step_by(2);
        assert_eq!(around.collect::<BTreeSet<_>>().len(), LOOP_KEYS as usize);
    }
}
