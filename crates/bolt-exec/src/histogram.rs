//! Durations counted in logarithmic buckets, the recent ones counting more.

use std::time::Duration;

const BUCKETS: usize = 128;
/// Buckets for each doubling: the edges of a bucket are 19 % apart.
const PER_DOUBLING: f64 = 4.0;
/// What is shorter counts as this long; the last bucket begins at 50 minutes.
const SHORTEST_SECONDS: f64 = 1e-6;

/// A histogram of durations that forgets: each observation takes a share of the weight of all
/// earlier ones.
#[derive(Debug, Clone)]
pub(crate) struct DecayedHistogram {
    weights: [f64; BUCKETS],
    total: f64,
    /// The weight of the next observation. It grows instead of all others shrinking.
    weight: f64,
    growth: f64,
    count: u64,
}

impl DecayedHistogram {
    /// Returns an empty histogram in which an observation counts half after `half_life` others.
    pub(crate) fn new(half_life: f64) -> Self {
        let growth = (std::f64::consts::LN_2 / half_life).exp();
        Self { weights: [0.0; BUCKETS], total: 0.0, weight: 1.0, growth, count: 0 }
    }

    pub(crate) fn record(&mut self, duration: Duration) {
        self.weight *= self.growth;
        if self.weight > 1e12 {
            self.weights.iter_mut().for_each(|weight| *weight /= self.weight);
            self.total /= self.weight;
            self.weight = 1.0;
        }
        self.weights[bucket(duration)] += self.weight;
        self.total += self.weight;
        self.count += 1;
    }

    /// Returns how many durations were recorded, forgotten ones among them.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Returns a duration that a share `q` of the weight does not exceed: the upper edge of a
    /// bucket, so at most 19 % too much. `None` if nothing was recorded.
    pub(crate) fn quantile(&self, q: f64) -> Option<Duration> {
        if self.count == 0 {
            return None;
        }
        let wanted = q * self.total;
        let mut below = 0.0;
        let reached = self.weights.iter().position(|weight| {
            below += weight;
            below >= wanted
        });
        Some(upper_edge(reached.unwrap_or(BUCKETS - 1)))
    }
}

fn bucket(duration: Duration) -> usize {
    let doublings = (duration.as_secs_f64() / SHORTEST_SECONDS).max(1.0).log2();
    ((doublings * PER_DOUBLING) as usize).min(BUCKETS - 1)
}

fn upper_edge(bucket: usize) -> Duration {
    let doublings = (bucket + 1) as f64 / PER_DOUBLING;
    Duration::from_secs_f64(SHORTEST_SECONDS * doublings.exp2())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bolt_base::Rng;

    #[test]
    fn quantiles_are_within_a_bucket_of_the_exact_ones() {
        let mut rng = Rng::new(3);
        // So slow a decay that all observations count the same.
        let mut histogram = DecayedHistogram::new(1e12);
        let mut seconds: Vec<f64> = (0..5_000).map(|_| rng.normal().exp()).collect();
        for &seconds in &seconds {
            histogram.record(Duration::from_secs_f64(seconds));
        }
        seconds.sort_by(f64::total_cmp);
        for q in [0.01, 0.25, 0.5, 0.95, 0.999] {
            let exact = seconds[((q * 5_000.0) as usize).max(1) - 1];
            let told = histogram.quantile(q).unwrap().as_secs_f64();
            assert!(told >= exact && told <= exact * 1.2, "{q}: {told} for {exact}");
        }
        assert_eq!(histogram.count(), 5_000);
    }

    /// The oracle keeps every observation and weighs it by its age.
    #[test]
    fn old_observations_fade() {
        let mut rng = Rng::new(4);
        let half_life = 50.0;
        let mut histogram = DecayedHistogram::new(half_life);
        let mut kept: Vec<f64> = Vec::new();
        for i in 0..6_000 {
            let median = if i < 3_000 { 1.0 } else { 10.0 };
            let seconds = median * (0.3 * rng.normal()).exp();
            kept.push(seconds);
            histogram.record(Duration::from_secs_f64(seconds));
            if i % 97 != 0 {
                continue;
            }
            let mut weighted: Vec<(f64, f64)> = kept
                .iter()
                .rev()
                .enumerate()
                .map(|(age, &seconds)| (seconds, (-(age as f64) / half_life).exp2()))
                .collect();
            weighted.sort_by(|a, b| a.0.total_cmp(&b.0));
            let wanted = 0.95 * weighted.iter().map(|(_, weight)| weight).sum::<f64>();
            let mut below = 0.0;
            let exact = weighted.iter().find(|(_, weight)| {
                below += weight;
                below >= wanted * (1.0 - 1e-9)
            });
            let (exact, told) = (exact.unwrap().0, histogram.quantile(0.95).unwrap().as_secs_f64());
            assert!(told >= exact * 0.999 && told <= exact * 1.2, "{i}: {told} for {exact}");
        }
    }

    #[test]
    fn the_shortest_and_the_longest_have_a_bucket() {
        let mut histogram = DecayedHistogram::new(100.0);
        assert_eq!(histogram.quantile(0.5), None);
        histogram.record(Duration::ZERO);
        assert!(histogram.quantile(1.0).unwrap() < Duration::from_micros(2));
        histogram.record(Duration::MAX);
        assert!(histogram.quantile(1.0).unwrap() > Duration::from_secs(3_600));
    }
}
