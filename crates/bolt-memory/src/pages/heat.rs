//! How hot a page is: recency and frequency in one number.
//!
//! Every access is worth 1 when it happens and half of that after as many accesses to the store as
//! the half-life says; a page is as hot as what its accesses are worth together. This is the LRFU
//! policy (Lee and others, "LRFU: A Spectrum of Policies that Subsumes the LRU and LFU Policies",
//! IEEE Transactions on Computers 50(12), 2001): with a half-life near 0 it is least recently
//! used, with an endless one least frequently used.
//!
//! All pages cool at the same rate, so their order changes only by accesses. What is kept is
//! therefore the logarithm of the worth at time 0, which does not change while nobody asks.

use std::cmp::Ordering;

/// How hot a page is, in an order that lasts until the next access to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Heat(f64);

impl Heat {
    /// Colder than anything that was ever used.
    pub(super) const COLDEST: Self = Self(f64::NEG_INFINITY);
}

impl Eq for Heat {}

impl Ord for Heat {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Heat {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Counts accesses to the store, which are its time.
#[derive(Debug)]
pub(super) struct Heating {
    half_life: f64,
    now: u64,
}

impl Heating {
    pub(super) fn new(half_life_accesses: u64) -> Self {
        Self { half_life: half_life_accesses.max(1) as f64, now: 0 }
    }

    /// Returns the heat of a page that was `before` and is accessed now.
    pub(super) fn touch(&mut self, before: Heat) -> Heat {
        self.now += 1;
        let time = self.now as f64 / self.half_life;
        // log2(2^before + 2^time)
        Heat(time + (before.0 - time).exp2().ln_1p() / std::f64::consts::LN_2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    /// What all accesses are worth now, one by one.
    fn worth(times: &[u64], now: u64, half_life: f64) -> f64 {
        times.iter().map(|time| (-((now - time) as f64) / half_life).exp2()).sum()
    }

    #[test]
    fn the_order_is_that_of_all_accesses_summed_up() {
        for half_life in [1, 3, 20, 300] {
            let mut heating = Heating::new(half_life);
            let (mut heats, mut times) = ([Heat::COLDEST; 12], [const { Vec::new() }; 12]);
            let mut rng = Rng::new(half_life);
            for now in 1..=800u64 {
                let page = (rng.below(12) * rng.below(12) / 11) as usize;
                heats[page] = heating.touch(heats[page]);
                times[page].push(now);
                let slow = |a: &usize, b: &usize| {
                    let half_life = half_life as f64;
                    worth(&times[*a], now, half_life).total_cmp(&worth(&times[*b], now, half_life))
                };
                let mut expected: Vec<usize> = (0..12).collect();
                expected.sort_by(slow);
                let mut order: Vec<usize> = (0..12).collect();
                order.sort_by_key(|page| heats[*page]);
                assert_eq!(order, expected, "half-life {half_life}, access {now}");
            }
        }
    }
}
