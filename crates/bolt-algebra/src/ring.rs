//! What coefficients are: rings and fields, which are passed to what computes in them.

use std::fmt::Debug;

use bolt_base::interrupt::poll;

use crate::integer::Integer;

/// A commutative ring with 1. The ring itself holds what its elements share, such as a modulus.
pub trait Ring {
    /// What is computed with.
    type Element: Clone + PartialEq + Debug;

    /// Returns 0.
    fn zero(&self) -> Self::Element;
    /// Returns 1.
    fn one(&self) -> Self::Element;
    /// Returns whether an element is 0.
    fn is_zero(&self, a: &Self::Element) -> bool;
    /// Returns the sum.
    fn add(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// Returns the difference.
    fn sub(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// Returns the product.
    fn mul(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// Returns the negative.
    fn neg(&self, a: &Self::Element) -> Self::Element;
    /// Returns the quotient if the divisor divides.
    fn div(&self, a: &Self::Element, b: &Self::Element) -> Option<Self::Element>;
    /// Returns what an integer is in the ring.
    fn of_integer(&self, integer: &Integer) -> Self::Element;

    /// Returns whether an element is 1.
    fn is_one(&self, a: &Self::Element) -> bool {
        *a == self.one()
    }

    /// Adds a product to a sum.
    fn add_product(&self, sum: &mut Self::Element, a: &Self::Element, b: &Self::Element) {
        *sum = self.add(sum, &self.mul(a, b));
    }

    /// Returns an element to a power.
    fn pow(&self, base: &Self::Element, mut exponent: u64) -> Self::Element {
        let (mut result, mut square) = (self.one(), base.clone());
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.mul(&result, &square);
            }
            exponent >>= 1;
            if exponent > 0 {
                square = self.mul(&square, &square);
            }
        }
        result
    }

    /// Returns the product of two lists of coefficients, each with its place, over all places
    /// below `size`; the sum of two places is the place of the product.
    fn dense_product(
        &self,
        a: &[(usize, Self::Element)],
        b: &[(usize, Self::Element)],
        size: usize,
    ) -> Vec<Self::Element> {
        let mut sums = vec![self.zero(); size];
        for (i, x) in a {
            poll();
            for (j, y) in b {
                self.add_product(&mut sums[i + j], x, y);
            }
        }
        sums
    }
}

/// A ring in which everything but 0 divides.
pub trait Field: Ring {
    /// Returns the inverse, `None` of 0.
    fn inverse(&self, a: &Self::Element) -> Option<Self::Element>;
}

/// The integers modulo a prime.
pub trait FiniteField: Field {
    /// Returns the number of elements.
    fn order(&self) -> Integer;
    /// Returns the integer that an element stands for, the nearest to 0.
    fn to_integer(&self, a: &Self::Element) -> Integer;
}

/// The ring of integers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Integers;

impl Ring for Integers {
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
        a.add(b)
    }

    fn sub(&self, a: &Integer, b: &Integer) -> Integer {
        a.sub(b)
    }

    fn mul(&self, a: &Integer, b: &Integer) -> Integer {
        a.mul(b)
    }

    fn neg(&self, a: &Integer) -> Integer {
        a.neg()
    }

    fn div(&self, a: &Integer, b: &Integer) -> Option<Integer> {
        a.div_exact(b)
    }

    fn of_integer(&self, integer: &Integer) -> Integer {
        integer.clone()
    }

    fn is_one(&self, a: &Integer) -> bool {
        a.is_one()
    }

    fn pow(&self, base: &Integer, exponent: u64) -> Integer {
        base.pow(usize::try_from(exponent).expect("a power that fits memory"))
    }

    fn dense_product(
        &self,
        a: &[(usize, Integer)],
        b: &[(usize, Integer)],
        size: usize,
    ) -> Vec<Integer> {
        let bits =
            |terms: &[(usize, Integer)]| terms.iter().map(|(_, x)| x.bits()).max().unwrap_or(0);
        let (of_a, of_b) = (bits(a), bits(b));
        let count = usize::BITS - a.len().min(b.len()).leading_zeros();
        let needed = of_a + of_b + count as usize;
        if of_a < 64 && of_b < 64 && needed < 64 {
            return narrow_products(a, b, size);
        }
        if of_a < 64 && of_b < 64 && needed < 128 {
            return wide_products(a, b, size);
        }
        let mut sums = vec![Integer::ZERO; size];
        for (i, x) in a {
            poll();
            for (j, y) in b {
                self.add_product(&mut sums[i + j], x, y);
            }
        }
        sums
    }
}

fn words(terms: &[(usize, Integer)]) -> Vec<(usize, i64)> {
    let word = |x: &Integer| x.as_i64().expect("fewer than 64 bits");
    terms.iter().map(|(place, x)| (*place, word(x))).collect()
}

/// Sums of products that fit 64 bits.
fn narrow_products(a: &[(usize, Integer)], b: &[(usize, Integer)], size: usize) -> Vec<Integer> {
    let (a, b) = (words(a), words(b));
    let mut sums = vec![0_i64; size];
    for &(i, x) in &a {
        poll();
        let row = &mut sums[i..];
        for &(j, y) in &b {
            row[j] += x * y;
        }
    }
    sums.into_iter().map(Integer::from).collect()
}

/// Sums of products that fit 128 bits.
fn wide_products(a: &[(usize, Integer)], b: &[(usize, Integer)], size: usize) -> Vec<Integer> {
    let (a, b) = (words(a), words(b));
    let mut sums = vec![0_i128; size];
    for &(i, x) in &a {
        poll();
        let row = &mut sums[i..];
        for &(j, y) in &b {
            row[j] += i128::from(x) * i128::from(y);
        }
    }
    sums.into_iter().map(Integer::from).collect()
}
