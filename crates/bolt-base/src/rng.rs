//! The seam for randomness: a counter-based generator, so that one integer reproduces a run.

/// A counter-based random generator.
///
/// Draw `i` of a generator is a pure function of its key and `i`, so generators for separate
/// purposes are split off with [`Rng::fork`] and never disturb one another, whatever the order
/// or thread they are used in. The mixing function is `SplitMix64` (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014). Not for cryptography.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    key: u64,
    counter: u64,
    spare_normal: Option<u64>,
}

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// Returns the generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self { key: mix(seed ^ GOLDEN_GAMMA), counter: 0, spare_normal: None }
    }

    /// Returns an independent generator for a labelled purpose; the same label gives the same
    /// generator, however far this one has been drawn from.
    pub fn fork(&self, label: u64) -> Self {
        let key = mix(self.key.wrapping_add(mix(label.wrapping_add(GOLDEN_GAMMA))));
        Self { key, counter: 0, spare_normal: None }
    }

    /// Returns 64 uniform bits.
    pub fn next_u64(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(1);
        mix(self.key.wrapping_add(self.counter.wrapping_mul(GOLDEN_GAMMA)))
    }

    /// Returns a uniform number in `[0, 1)` with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Returns a uniform integer below `bound`, without bias (Lemire 2019).
    ///
    /// # Panics
    /// If `bound` is zero: there is no such integer.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "no integer is below zero");
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.next_u64()) * u128::from(bound);
            if wide as u64 >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Returns a standard normal number (Box-Muller, both values used).
    pub fn normal(&mut self) -> f64 {
        if let Some(bits) = self.spare_normal.take() {
            return f64::from_bits(bits);
        }
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare_normal = Some((radius * sin).to_bits());
        radius * cos
    }

    /// Shuffles a slice (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_reproduces_its_draws() {
        let draw = |seed| (0..5).map(|_| Rng::new(seed).next_u64()).collect::<Vec<_>>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_fork_does_not_depend_on_how_far_its_parent_went() {
        let mut parent = Rng::new(7);
        let early = parent.fork(3);
        parent.next_u64();
        assert_eq!(early, parent.fork(3));
        assert_ne!(parent.fork(3).next_u64(), parent.fork(4).next_u64());
    }

    #[test]
    fn uniform_and_normal_draws_have_their_moments() {
        let mut rng = Rng::new(11);
        let n = 200_000;
        let mean = (0..n).map(|_| rng.uniform()).sum::<f64>() / f64::from(n);
        assert!((mean - 0.5).abs() < 0.003, "{mean}");
        let draws: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn bounded_draws_cover_their_range_evenly() {
        let mut rng = Rng::new(5);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[rng.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|&c| (9_500..10_500).contains(&c)), "{counts:?}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Rng::new(3).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
