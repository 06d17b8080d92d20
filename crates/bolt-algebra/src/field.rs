//! Prime fields: of word-sized primes in Montgomery's form, and of any prime.

use dashu_base::{BitTest, ExtendedGcd};
use dashu_int::IBig;

use crate::integer::Integer;
use crate::ring::{Field, FiniteField, Ring};

/// The integers modulo an odd prime below 2^63. Elements are in Montgomery's form (P. Montgomery,
/// "Modular multiplication without trial division", 1985).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrimeField {
    prime: u64,
    /// `-1/prime` modulo 2^64.
    negative_inverse: u64,
    /// 2^128 modulo the prime.
    square: u64,
    one: u64,
}

impl PrimeField {
    /// Returns the field of a prime.
    ///
    /// # Panics
    /// If it is even or has more than 63 bits.
    pub fn new(prime: u64) -> Self {
        assert!(prime & 1 == 1 && prime < 1 << 63 && prime > 2, "an odd prime of 63 bits");
        let mut inverse = prime;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(prime.wrapping_mul(inverse)));
        }
        let one = ((1_u128 << 64) % u128::from(prime)) as u64;
        let square = (u128::from(one) * u128::from(one) % u128::from(prime)) as u64;
        Self { prime, negative_inverse: inverse.wrapping_neg(), square, one }
    }

    /// Returns the prime.
    pub fn prime(&self) -> u64 {
        self.prime
    }

    fn reduce(&self, wide: u128) -> u64 {
        let factor = (wide as u64).wrapping_mul(self.negative_inverse);
        let sum = wide + u128::from(factor) * u128::from(self.prime);
        let high = (sum >> 64) as u64;
        if high >= self.prime { high - self.prime } else { high }
    }

    /// Returns the element of a word.
    pub fn of_word(&self, word: u64) -> u64 {
        self.reduce(u128::from(word % self.prime) * u128::from(self.square))
    }

    /// Returns the word below the prime that an element stands for.
    pub fn to_word(&self, element: u64) -> u64 {
        self.reduce(u128::from(element))
    }
}

impl Ring for PrimeField {
    type Element = u64;

    fn zero(&self) -> u64 {
        0
    }

    fn one(&self) -> u64 {
        self.one
    }

    fn is_zero(&self, a: &u64) -> bool {
        *a == 0
    }

    fn add(&self, a: &u64, b: &u64) -> u64 {
        let sum = a + b;
        if sum >= self.prime { sum - self.prime } else { sum }
    }

    fn sub(&self, a: &u64, b: &u64) -> u64 {
        if a >= b { a - b } else { a + self.prime - b }
    }

    fn mul(&self, a: &u64, b: &u64) -> u64 {
        self.reduce(u128::from(*a) * u128::from(*b))
    }

    fn neg(&self, a: &u64) -> u64 {
        if *a == 0 { 0 } else { self.prime - a }
    }

    fn div(&self, a: &u64, b: &u64) -> Option<u64> {
        Some(self.mul(a, &self.inverse(b)?))
    }

    fn of_integer(&self, integer: &Integer) -> u64 {
        self.of_word(integer.rem_word(self.prime))
    }
}

impl Field for PrimeField {
    fn inverse(&self, a: &u64) -> Option<u64> {
        if *a == 0 {
            return None;
        }
        let (mut old, mut rest) = (i128::from(self.to_word(*a)), i128::from(self.prime));
        let (mut x, mut y) = (1_i128, 0_i128);
        while rest != 0 {
            let quotient = old / rest;
            (old, rest) = (rest, old - quotient * rest);
            (x, y) = (y, x - quotient * y);
        }
        (old == 1).then(|| self.of_word(x.rem_euclid(i128::from(self.prime)) as u64))
    }
}

impl FiniteField for PrimeField {
    fn order(&self) -> Integer {
        Integer::from(self.prime)
    }

    fn to_integer(&self, a: &u64) -> Integer {
        let word = i128::from(self.to_word(*a));
        let prime = i128::from(self.prime);
        Integer::from(if 2 * word > prime { word - prime } else { word })
    }
}

/// The integers modulo a prime of any size.
#[derive(Debug, Clone, PartialEq)]
pub struct BigPrimeField {
    prime: Integer,
}

impl BigPrimeField {
    /// Returns the field of a prime.
    pub fn new(prime: Integer) -> Self {
        Self { prime }
    }

    /// Returns the field of a prime of so many bits or a few more.
    pub fn with_bits(bits: usize) -> Self {
        let mut candidate = (IBig::ONE << bits) + IBig::ONE;
        while !is_probable_prime(&candidate) {
            candidate += IBig::from(2);
        }
        Self { prime: Integer::from(candidate) }
    }
}

impl Ring for BigPrimeField {
    type Element = Integer;

    fn zero(&self) -> Integer {
        Integer::ZERO
    }

    fn one(&self) -> Integer {
        Integer::ONE
    }

    fn is_zero(&self, a: &Integer) -> bool {
        a.is_zero()
    }

    fn add(&self, a: &Integer, b: &Integer) -> Integer {
        let sum = a.add(b);
        if sum >= self.prime { sum.sub(&self.prime) } else { sum }
    }

    fn sub(&self, a: &Integer, b: &Integer) -> Integer {
        let difference = a.sub(b);
        if difference.is_negative() { difference.add(&self.prime) } else { difference }
    }

    fn mul(&self, a: &Integer, b: &Integer) -> Integer {
        a.mul(b).rem_euclid(&self.prime)
    }

    fn neg(&self, a: &Integer) -> Integer {
        if a.is_zero() { Integer::ZERO } else { self.prime.sub(a) }
    }

    fn div(&self, a: &Integer, b: &Integer) -> Option<Integer> {
        Some(self.mul(a, &self.inverse(b)?))
    }

    fn of_integer(&self, integer: &Integer) -> Integer {
        integer.rem_euclid(&self.prime)
    }
}

impl Field for BigPrimeField {
    fn inverse(&self, a: &Integer) -> Option<Integer> {
        if a.is_zero() {
            return None;
        }
        let (gcd, x, _) = a.to_ibig().gcd_ext(self.prime.to_ibig());
        IBig::from(gcd).is_one().then(|| Integer::from(x).rem_euclid(&self.prime))
    }
}

impl FiniteField for BigPrimeField {
    fn order(&self) -> Integer {
        self.prime.clone()
    }

    fn to_integer(&self, a: &Integer) -> Integer {
        a.symmetric(&self.prime)
    }
}

/// Returns whether it passes tests by the first twelve primes (Miller and Rabin), which is proof
/// below 3 * 10^24.
pub(crate) fn is_probable_prime(candidate: &IBig) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    let number = Integer::from(candidate.clone());
    if number <= Integer::ONE {
        return false;
    }
    for prime in BASES {
        if number == Integer::from(prime) {
            return true;
        }
        if number.rem_word(prime) == 0 {
            return false;
        }
    }
    let ring = BigPrimeField::new(number.clone());
    let below = number.sub(&Integer::ONE);
    let twos = below.to_ibig().trailing_zeros().unwrap_or(0);
    let odd = Integer::from(below.to_ibig() >> twos);
    BASES.iter().all(|base| {
        let mut power = big_power(&ring, &Integer::from(*base), &odd);
        if power.is_one() || power == below {
            return true;
        }
        (1..twos).any(|_| {
            power = ring.mul(&power, &power);
            power == below
        })
    })
}

fn big_power<R: Ring>(ring: &R, base: &R::Element, exponent: &Integer) -> R::Element {
    let exponent = exponent.to_ibig();
    let mut result = ring.one();
    for bit in (0..exponent.bit_len()).rev() {
        result = ring.mul(&result, &result);
        if exponent.bit(bit) {
            result = ring.mul(&result, base);
        }
    }
    result
}

/// Returns whether an integer is a prime, as far as tests by the first twelve primes tell.
pub fn is_prime(integer: &Integer) -> bool {
    is_probable_prime(&integer.to_ibig())
}

/// Returns primes from the largest below a bound downward.
pub(crate) fn primes_below(bound: u64) -> impl Iterator<Item = u64> {
    (3..bound).rev().filter(|candidate| candidate & 1 == 1 && is_prime(&Integer::from(*candidate)))
}
