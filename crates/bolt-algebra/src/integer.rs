//! Integers of any size, those of 64 bits in place.

use std::cmp::Ordering;
use std::fmt;

use dashu_base::{Abs, BitTest, Gcd, Sign, Signed};
use dashu_int::{IBig, UBig};

/// An integer. The large form holds only what does not fit the small one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Integer(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    Big(Box<IBig>),
}

use Repr::{Big, Small};

impl Integer {
    /// 0
    pub const ZERO: Self = Self(Small(0));
    /// 1
    pub const ONE: Self = Self(Small(1));

    /// Returns whether it is 0.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Small(0))
    }

    /// Returns whether it is 1.
    pub fn is_one(&self) -> bool {
        matches!(self.0, Small(1))
    }

    /// Returns whether it is below 0.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Small(small) => *small < 0,
            Big(big) => big.is_negative(),
        }
    }

    /// Returns it if it fits 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Small(small) => Some(*small),
            Big(_) => None,
        }
    }

    /// Returns it in the other representation of large integers.
    pub fn to_ibig(&self) -> IBig {
        match &self.0 {
            Small(small) => IBig::from(*small),
            Big(big) => (**big).clone(),
        }
    }

    /// Returns how many bits its absolute value has.
    pub fn bits(&self) -> usize {
        match &self.0 {
            Small(small) => 64 - small.unsigned_abs().leading_zeros() as usize,
            Big(big) => big.bit_len(),
        }
    }

    /// Returns the absolute value.
    pub fn abs(&self) -> Self {
        match &self.0 {
            Small(small) => match small.checked_abs() {
                Some(abs) => Self(Small(abs)),
                None => Self::from(IBig::from(*small).abs()),
            },
            Big(big) => Self::from((**big).clone().abs()),
        }
    }

    /// Returns the sum.
    pub fn add(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => match a.checked_add(*b) {
                Some(sum) => Self(Small(sum)),
                None => Self::from(i128::from(*a) + i128::from(*b)),
            },
            (Big(a), Big(b)) => Self::from(&**a + &**b),
            (Big(a), Small(b)) | (Small(b), Big(a)) => Self::from(&**a + *b),
        }
    }

    /// Returns the difference.
    pub fn sub(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => match a.checked_sub(*b) {
                Some(difference) => Self(Small(difference)),
                None => Self::from(i128::from(*a) - i128::from(*b)),
            },
            (Big(a), Big(b)) => Self::from(&**a - &**b),
            (Big(a), Small(b)) => Self::from(&**a - *b),
            (Small(a), Big(b)) => Self::from(IBig::from(*a) - &**b),
        }
    }

    /// Returns the product.
    pub fn mul(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => match a.checked_mul(*b) {
                Some(product) => Self(Small(product)),
                None => Self::from(i128::from(*a) * i128::from(*b)),
            },
            (Big(a), Big(b)) => Self::from(&**a * &**b),
            (Big(a), Small(b)) | (Small(b), Big(a)) => Self::from(&**a * *b),
        }
    }

    /// Returns the negative.
    pub fn neg(&self) -> Self {
        match &self.0 {
            Small(small) => match small.checked_neg() {
                Some(negative) => Self(Small(negative)),
                None => Self::from(-i128::from(*small)),
            },
            Big(big) => Self::from(-&**big),
        }
    }

    /// Returns quotient and remainder, the quotient rounded toward 0.
    ///
    /// # Panics
    /// If the divisor is 0.
    pub fn div_rem(&self, divisor: &Self) -> (Self, Self) {
        if let (Small(a), Small(b)) = (&self.0, &divisor.0)
            && let (Some(quotient), Some(rest)) = (a.checked_div(*b), a.checked_rem(*b))
        {
            return (Self(Small(quotient)), Self(Small(rest)));
        }
        use dashu_base::DivRem;
        let (quotient, rest) = self.to_ibig().div_rem(divisor.to_ibig());
        (Self::from(quotient), Self::from(rest))
    }

    /// Returns the quotient if there is no remainder.
    pub fn div_exact(&self, divisor: &Self) -> Option<Self> {
        if divisor.is_one() {
            return Some(self.clone());
        }
        if divisor.is_zero() {
            return None;
        }
        let (quotient, rest) = self.div_rem(divisor);
        rest.is_zero().then_some(quotient)
    }

    /// Returns what is left of it modulo a positive number, from 0 on.
    pub fn rem_euclid(&self, modulus: &Self) -> Self {
        if let (Small(a), Small(m)) = (&self.0, &modulus.0) {
            return Self(Small(a.rem_euclid(*m)));
        }
        let rest = self.div_rem(modulus).1;
        match rest.is_negative() {
            true => rest.add(modulus),
            false => rest,
        }
    }

    /// Returns what is left of it modulo a word, from 0 on.
    pub fn rem_word(&self, modulus: u64) -> u64 {
        match &self.0 {
            Small(small) => {
                let rest = small.unsigned_abs() % modulus;
                if *small < 0 && rest != 0 { modulus - rest } else { rest }
            }
            Big(big) => {
                let rest: u64 = big.as_sign_words_rem(modulus);
                if big.is_negative() && rest != 0 { modulus - rest } else { rest }
            }
        }
    }

    /// Returns the greatest common divisor, which is not negative.
    pub fn gcd(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => {
                let gcd = gcd_of_words(a.unsigned_abs(), b.unsigned_abs());
                Self::from(i128::from(gcd))
            }
            (Small(0), Big(_)) => other.abs(),
            (Big(_), Small(0)) => self.abs(),
            _ => Self::from(IBig::from(self.to_ibig().gcd(other.to_ibig()))),
        }
    }

    /// Returns it to a power.
    pub fn pow(&self, exponent: usize) -> Self {
        if let Small(small) = self.0
            && let Some(power) = u32::try_from(exponent).ok().and_then(|e| small.checked_pow(e))
        {
            return Self(Small(power));
        }
        Self::from(self.to_ibig().pow(exponent))
    }

    /// Returns the remainder that is nearest to 0: from above `-modulus/2` to `modulus/2`.
    pub fn symmetric(&self, modulus: &Self) -> Self {
        let rest = self.rem_euclid(modulus);
        match rest.add(&rest) > *modulus {
            true => rest.sub(modulus),
            false => rest,
        }
    }

    /// Returns the largest integer whose square is not above it; 0 for negative ones.
    pub fn sqrt_floor(&self) -> Self {
        use dashu_base::SquareRoot;
        match UBig::try_from(self.to_ibig()) {
            Ok(positive) => Self::from(IBig::from(positive.sqrt())),
            Err(_) => Self::ZERO,
        }
    }
}

/// What `IBig` lacks.
trait WordRemainder {
    fn as_sign_words_rem(&self, modulus: u64) -> u64;
}

impl WordRemainder for IBig {
    /// Returns the absolute value modulo a word.
    fn as_sign_words_rem(&self, modulus: u64) -> u64 {
        let (_, words) = self.as_sign_words();
        let wide = u128::from(modulus);
        let step = |rest: u128, word: &dashu_int::Word| ((rest << 64) | u128::from(*word)) % wide;
        words.iter().rev().fold(0, step) as u64
    }
}

/// Returns the greatest common divisor of two words.
pub(crate) fn gcd_of_words(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << shift
}

impl From<i64> for Integer {
    fn from(small: i64) -> Self {
        Self(Small(small))
    }
}

impl From<i128> for Integer {
    fn from(wide: i128) -> Self {
        match i64::try_from(wide) {
            Ok(small) => Self(Small(small)),
            Err(_) => Self(Big(Box::new(IBig::from(wide)))),
        }
    }
}

impl From<u64> for Integer {
    fn from(word: u64) -> Self {
        Self::from(i128::from(word))
    }
}

impl From<IBig> for Integer {
    fn from(big: IBig) -> Self {
        match i64::try_from(&big) {
            Ok(small) => Self(Small(small)),
            Err(_) => Self(Big(Box::new(big))),
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => a.cmp(b),
            (Big(a), Big(b)) => a.cmp(b),
            (Small(_), Big(b)) => match b.sign() {
                Sign::Negative => Ordering::Greater,
                Sign::Positive => Ordering::Less,
            },
            (Big(_), Small(_)) => other.cmp(self).reverse(),
        }
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Small(small) => small.fmt(f),
            Big(big) => fmt::Display::fmt(big, f),
        }
    }
}
