//! The most hits that any cache of a capacity can have on a trace, which needs to know the future.

use std::collections::{BTreeSet, HashMap};

/// Returns the most hits.
///
/// The entry that is asked for farthest in the future goes (Belady 1966); it may be the one just
/// asked for, since no cache has to keep what it was given.
pub(crate) fn hits(trace: &[u64], capacity: usize) -> usize {
    let next = next_requests(trace);
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    let mut hits = 0;
    for (index, &next) in next.iter().enumerate() {
        // An entry is known by its next request, of which every key has one only.
        hits += usize::from(kept.remove(&index));
        if next < trace.len() {
            kept.insert(next);
            if kept.len() > capacity {
                kept.pop_last();
            }
        }
    }
    hits
}

/// Returns for each request the next one for its key, the trace's length if there is none.
fn next_requests(trace: &[u64]) -> Vec<usize> {
    let mut next = vec![trace.len(); trace.len()];
    let mut last: HashMap<u64, usize> = HashMap::new();
    for (index, &key) in trace.iter().enumerate().rev() {
        next[index] = last.insert(key, index).unwrap_or(trace.len());
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    /// Returns the most hits, by trying every set of keys that a cache could hold.
    fn hits_of_all_choices(trace: &[u64], capacity: u32) -> usize {
        let sets = 1usize << trace.iter().max().map_or(0, |key| key + 1);
        let mut best = vec![None; sets];
        best[0] = Some(0);
        for key in trace.iter().map(|&key| 1usize << key) {
            let mut after = vec![None; sets];
            for (set, hits) in best.iter().enumerate() {
                let Some(hits) = hits.map(|hits: usize| hits + usize::from(set & key != 0)) else {
                    continue;
                };
                for (kept, most) in after.iter_mut().enumerate() {
                    let is_possible = kept & !(set | key) == 0 && kept.count_ones() <= capacity;
                    if is_possible {
                        *most = (*most).max(Some(hits));
                    }
                }
            }
            best = after;
        }
        best.into_iter().flatten().max().unwrap_or(0)
    }

    #[test]
    fn no_choice_of_entries_has_more_hits() {
        let mut rng = Rng::new(1);
        for round in 0..200 {
            let length = rng.below(24) as usize;
            let keys = 1 + rng.below(6);
            let trace: Vec<u64> = (0..length).map(|_| rng.below(keys)).collect();
            for capacity in 0..=4 {
                let best = hits_of_all_choices(&trace, capacity);
                assert_eq!(hits(&trace, capacity as usize), best, "{round}: {trace:?} {capacity}");
            }
        }
    }
}
