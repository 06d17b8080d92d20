//! Properties of polynomials, against slow and obvious oracles.

use std::collections::BTreeMap;

use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::Integers;

/// A sequence of numbers that looks random (G. Marsaglia's xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    pub(crate) fn polynomial(
        &mut self,
        variables: usize,
        terms: u64,
        degree: u64,
        size: u64,
    ) -> Polynomial {
        let terms: Vec<_> = (0..1 + self.below(terms))
            .map(|_| {
                let exponents: Vec<u64> = (0..variables).map(|_| self.below(degree + 1)).collect();
                let value = self.below(2 * size + 1) as i128 - i128::from(size);
                (exponents, Integer::from(value))
            })
            .collect();
        Polynomial::from_terms(&Integers, variables, terms)
    }
}

type Slow = BTreeMap<Vec<u64>, i128>;

fn slow(polynomial: &Polynomial) -> Slow {
    let value = |value: &Integer| i128::try_from(value.to_ibig()).expect("a small number");
    polynomial.terms().map(|t| (t.exponents().collect(), value(t.coefficient))).collect()
}

fn slow_product(a: &Slow, b: &Slow) -> Slow {
    let mut product = Slow::new();
    for (m, x) in a {
        for (n, y) in b {
            let sum: Vec<u64> = m.iter().zip(n).map(|(a, b)| a + b).collect();
            *product.entry(sum).or_default() += x * y;
        }
    }
    product.retain(|_, value| *value != 0);
    product
}

#[test]
fn products_are_those_of_all_terms() {
    let mut random = Random::new(1);
    for case in 0..400 {
        let variables = 1 + case % 6;
        let degree = [1, 3, 40, 5000][case / 6 % 4];
        let size = [1, 9, 1 << 40][case / 24 % 3];
        let a = random.polynomial(variables, 12, degree, size);
        let b = random.polynomial(variables, 12, degree, size);
        assert_eq!(slow(&a.mul(&Integers, &b)), slow_product(&slow(&a), &slow(&b)), "case {case}");
    }
}

#[test]
fn powers_are_repeated_products() {
    let mut random = Random::new(2);
    for case in 0..60 {
        let a = random.polynomial(1 + case % 4, 1 + (case as u64 % 5), 4, 5);
        let mut product = Polynomial::constant(&Integers, a.variables(), Integer::ONE);
        for exponent in 0..6 {
            assert!(a.pow(&Integers, exponent).equals(&product), "{a:?}^{exponent}");
            product = product.mul(&Integers, &a);
        }
    }
}

#[test]
fn a_product_divided_by_a_factor_is_the_other() {
    let mut random = Random::new(3);
    for case in 0..400 {
        let variables = 1 + case % 6;
        let degree = [1, 3, 40, 5000][case / 6 % 4];
        let a = random.polynomial(variables, 12, degree, 1 << 40);
        let b = random.polynomial(variables, 12, degree, 1 << 40);
        if a.is_zero() || b.is_zero() {
            continue;
        }
        let product = a.mul(&Integers, &b);
        let quotient = product.div(&Integers, &b).expect("it divides");
        assert!(quotient.equals(&a), "case {case}");
        let one = Polynomial::constant(&Integers, variables, Integer::ONE);
        if !b.is_constant() {
            assert!(product.add(&Integers, &one).div(&Integers, &b).is_none(), "case {case}");
        }
    }
}

#[test]
fn sums_are_those_of_the_terms() {
    let mut random = Random::new(4);
    for case in 0..200 {
        let a = random.polynomial(1 + case % 5, 9, [2, 300][case % 2], 4);
        let b = random.polynomial(1 + case % 5, 9, 3, 4);
        let mut sum = slow(&a);
        for (monomial, value) in slow(&b) {
            *sum.entry(monomial).or_default() += value;
        }
        sum.retain(|_, value| *value != 0);
        assert_eq!(slow(&a.add(&Integers, &b)), sum);
        assert!(a.add(&Integers, &b).sub(&Integers, &b).equals(&a));
    }
}

#[test]
fn common_divisors_divide_and_leave_nothing_in_common() {
    let mut random = Random::new(5);
    let never = crate::Watch::NEVER;
    for case in 0..300 {
        let variables = 1 + case % 4;
        let size = [3, 1 << 50][case / 4 % 2];
        let [a, b, c] = [(); 3].map(|()| random.polynomial(variables, 6, 4, size));
        if a.is_zero() || b.is_zero() || c.is_zero() {
            continue;
        }
        let (x, y) = (a.mul(&Integers, &c), b.mul(&Integers, &c));
        let divisor = crate::gcd(&x, &y, never).expect("nothing stops it");
        let of = |side: &Polynomial| side.div(&Integers, &divisor).expect("it divides");
        let (rest_x, rest_y) = (of(&x), of(&y));
        assert!(divisor.div(&Integers, &c).is_some(), "case {case}: {divisor:?} {c:?}");
        let rest = crate::gcd(&rest_x, &rest_y, never).expect("nothing stops it");
        assert!(rest.is_one(&Integers), "case {case}");
    }
}
