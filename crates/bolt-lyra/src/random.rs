//! Random numbers of a session: one integer reproduces them.

use bolt_base::Rng;
use dashu_int::{IBig, UBig};

/// A generator of random numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Generator(Rng);

impl Generator {
    /// Returns the generator of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    /// Returns a generator of its own for an item of a parallel loop, whoever works on it.
    pub(crate) fn of_item(&self, item: usize) -> Self {
        let seed = self.0.clone().next_u64();
        Self(Rng::new(seed).fork(item as u64))
    }

    /// Returns a number from 0 to below 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }

    /// Returns an integer of so many random bits.
    pub(crate) fn bits(&mut self, count: usize) -> UBig {
        let words = count.div_ceil(64);
        let bytes: Vec<u8> = (0..words).flat_map(|_| self.0.next_u64().to_le_bytes()).collect();
        UBig::from_le_bytes(&bytes) >> (words * 64 - count)
    }

    /// Returns an integer from one to another, each as likely; the first is not above the last.
    pub(crate) fn between(&mut self, first: &IBig, last: &IBig) -> IBig {
        let count = last - first + IBig::ONE;
        if let Ok(count) = u64::try_from(&count) {
            return first + self.0.below(count.max(1));
        }
        let bits = crate::number::bit_length(&count);
        // Too large ones are drawn again: less than half of them.
        loop {
            let drawn = IBig::from(self.bits(bits));
            if drawn < count {
                return first + drawn;
            }
        }
    }

    /// Returns a number below a count.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0.below(count.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_beyond_64_bits_cover_their_range() {
        let mut generator = Generator::new(1);
        let first = -(IBig::ONE << 100);
        let last = (IBig::ONE << 100) + IBig::from(5);
        let mut below = 0;
        for _ in 0..1_000 {
            let drawn = generator.between(&first, &last);
            assert!(first <= drawn && drawn <= last);
            below += u32::from(drawn < IBig::ZERO);
        }
        assert!((400..600).contains(&below), "{below}");
    }

    #[test]
    fn a_seed_reproduces_its_numbers() {
        let draw = |seed| Generator::new(seed).bits(200);
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        assert!(draw(3) < UBig::ONE << 200);
    }
}
