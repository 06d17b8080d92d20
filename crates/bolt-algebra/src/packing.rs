//! Exponents of a monomial, packed into words.

/// How the exponents of so many variables are laid out in so many words: each in a field of equal
/// width, the first variable in the highest bits, so that comparing words compares monomials
/// lexicographically. The highest bit of each field is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packing {
    variables: u32,
    words: u32,
    /// How many fields are in a word, and how wide they are.
    per_word: u32,
    bits: u32,
}

/// The largest exponent that is represented.
pub const EXPONENT_MAX: u64 = (1 << 62) - 1;

impl Packing {
    /// Returns the packing of so many variables in the fewest words that hold an exponent.
    pub(crate) fn new(variables: usize, largest: u64) -> Self {
        let variables = u32::try_from(variables).expect("fewer than 2^32 variables");
        let needed = 65 - largest.min(EXPONENT_MAX).leading_zeros();
        let most = 64 / needed;
        let words = variables.div_ceil(most).max(1);
        let per_word = variables.div_ceil(words).max(1);
        Self { variables, words, per_word, bits: 64 / per_word }
    }

    pub(crate) fn variables(self) -> usize {
        self.variables as usize
    }

    pub(crate) fn words(self) -> usize {
        self.words as usize
    }

    /// Returns the largest exponent that fits.
    #[cfg(test)]
    pub(crate) fn largest(self) -> u64 {
        (1 << (self.bits - 1)) - 1
    }

    fn place(self, variable: usize) -> (usize, u32) {
        let variable = variable as u32;
        let (word, field) = (variable / self.per_word, variable % self.per_word);
        (word as usize, (self.per_word - 1 - field) * self.bits)
    }

    fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    /// Returns the exponent of a variable.
    pub(crate) fn get(self, monomial: &[u64], variable: usize) -> u64 {
        let (word, shift) = self.place(variable);
        (monomial[word] >> shift) & self.mask()
    }

    /// Sets the exponent of a variable.
    pub(crate) fn set(self, monomial: &mut [u64], variable: usize, exponent: u64) {
        let (word, shift) = self.place(variable);
        monomial[word] = (monomial[word] & !(self.mask() << shift)) | (exponent << shift);
    }

    /// Returns a word with the free bit of every field.
    pub(crate) fn guard(self) -> u64 {
        let field = |place| 1_u64 << (place * self.bits + self.bits - 1);
        (0..self.per_word).map(field).sum()
    }

    /// Returns whether the first monomial divides the second.
    pub(crate) fn divides(guard: u64, divisor: &[u64], monomial: &[u64]) -> bool {
        let word = |(d, m): (&u64, &u64)| ((m | guard) - d) & guard == guard;
        divisor.iter().zip(monomial).all(word)
    }
}

#[cfg(test)]
mod tests {
    use super::Packing;

    #[test]
    fn exponents_are_read_as_they_were_set() {
        for variables in [1, 2, 3, 5, 8, 9, 17, 40] {
            for largest in [1, 7, 127, 5000, 1 << 40] {
                let packing = Packing::new(variables, largest);
                assert!(packing.largest() >= largest);
                let mut monomial = vec![0; packing.words()];
                let exponent = |variable: usize| (variable as u64 * 7919) % (largest + 1);
                for variable in 0..variables {
                    packing.set(&mut monomial, variable, exponent(variable));
                }
                for variable in 0..variables {
                    assert_eq!(packing.get(&monomial, variable), exponent(variable));
                }
            }
        }
    }

    #[test]
    fn a_monomial_divides_where_no_exponent_is_larger() {
        let packing = Packing::new(3, 100);
        let monomial = |exponents: [u64; 3]| {
            let mut words = vec![0; packing.words()];
            for (variable, exponent) in exponents.into_iter().enumerate() {
                packing.set(&mut words, variable, exponent);
            }
            words
        };
        let guard = packing.guard();
        let divides = |a, b| Packing::divides(guard, &monomial(a), &monomial(b));
        assert!(divides([1, 2, 3], [1, 2, 3]));
        assert!(divides([0, 2, 0], [1, 2, 3]));
        assert!(!divides([2, 0, 0], [1, 9, 9]));
        assert!(!divides([0, 0, 4], [100, 100, 3]));
    }
}
