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

/// Multiplies the factors out again.
fn product_of(factored: &crate::factor::Factored, variables: usize) -> Polynomial {
    let start = Polynomial::constant(&Integers, variables, factored.content.clone());
    factored.factors.iter().fold(start, |product, (factor, exponent)| {
        product.mul(&Integers, &factor.pow(&Integers, *exponent))
    })
}

fn count(factored: &crate::factor::Factored) -> u64 {
    factored.factors.iter().map(|(_, exponent)| exponent).sum()
}

#[test]
fn factors_multiply_to_the_polynomial_and_have_none_themselves() {
    let mut random = Random::new(6);
    let never = crate::Watch::NEVER;
    for case in 0..240 {
        let variables = 1 + case % 3;
        let size = [3, 1 << 30][case / 3 % 2];
        let parts: Vec<Polynomial> =
            (0..3).map(|_| random.polynomial(variables, 5, 3, size)).collect();
        let mut whole = Polynomial::constant(&Integers, variables, Integer::ONE);
        let mut least = 0;
        for part in parts.iter().filter(|part| !part.is_zero()) {
            least += count(&crate::factor::factor(part, never).expect("nothing stops it"));
            whole = whole.mul(&Integers, part);
        }
        let factored = crate::factor::factor(&whole, never).expect("nothing stops it");
        assert!(product_of(&factored, variables).equals(&whole), "case {case}: {whole:?}");
        assert_eq!(count(&factored), least, "case {case}: {whole:?} {factored:?}");
        for (factor, _) in &factored.factors {
            let again = crate::factor::factor(factor, never).expect("nothing stops it");
            assert_eq!(count(&again), 1, "case {case}: {factor:?}");
        }
    }
}

#[test]
fn roots_of_unity_are_shared_out_by_their_order() {
    for n in 1..80_u64 {
        let mut product = vec![Integer::ONE];
        for divisor in (1..=n).filter(|divisor| n % divisor == 0) {
            let own = crate::factor::cyclotomic(divisor);
            product = crate::univariate::mul(&Integers, &product, &own);
        }
        let mut expected = vec![Integer::ZERO; n as usize + 1];
        expected[0] = Integer::from(-1_i64);
        expected[n as usize] = Integer::ONE;
        assert_eq!(product, expected, "{n}");
    }
}

#[test]
fn factors_modulo_small_primes_are_those_that_trials_find() {
    use crate::ring::FiniteField;
    use crate::univariate as u;
    for prime in [2_i64, 3, 5] {
        let field = crate::BigPrimeField::new(Integer::from(prime));
        for number in 1..400_i64 {
            let mut digits = Vec::new();
            let mut left = number;
            while left > 0 {
                digits.push(Integer::from(left % prime));
                left /= prime;
            }
            let found = crate::factor::finite::factor(&field, &digits, crate::Watch::NEVER)
                .expect("nothing stops it");
            let mut product = vec![Integer::ONE];
            for (factor, exponent) in &found {
                for _ in 0..*exponent {
                    product = u::mul(&field, &product, factor);
                }
                assert!(is_irreducible(&field, factor, prime), "{prime}: {factor:?}");
            }
            assert_eq!(product, u::monic(&field, &digits), "{prime}: {digits:?} {found:?}");
            assert!(field.order() == Integer::from(prime));
        }
    }
}

/// Divides by all polynomials of lower degree.
fn is_irreducible(field: &crate::BigPrimeField, polynomial: &[Integer], prime: i64) -> bool {
    let size = prime.pow((polynomial.len() as u32).div_ceil(2));
    (prime..size).all(|number| {
        let mut digits = Vec::new();
        let mut left = number;
        while left > 0 {
            digits.push(Integer::from(left % prime));
            left /= prime;
        }
        digits.len() >= polynomial.len()
            || !crate::univariate::rem(field, polynomial, &digits).is_empty()
    })
}

#[test]
fn resultants_are_the_first_minors() {
    let mut random = Random::new(7);
    let never = crate::Watch::NEVER;
    for case in 0..120 {
        let variables = 1 + case % 3;
        let a = random.polynomial(variables, 5, 4, 9);
        let b = random.polynomial(variables, 5, 4, 9);
        if a.is_zero() || b.is_zero() {
            continue;
        }
        let fast = crate::resultant(&a, &b, 0, never).expect("nothing stops it");
        let minors = crate::subresultants(&a, &b, 0, never).expect("nothing stops it");
        assert!(fast.equals(&minors[0]), "case {case}: {a:?} {b:?} {fast:?} {minors:?}");
    }
}

#[test]
fn bases_reduce_what_they_were_made_of_to_nothing() {
    use crate::groebner::{Order, groebner_basis, reduce};
    let mut random = Random::new(8);
    let never = crate::Watch::NEVER;
    for case in 0..40 {
        let order = [
            Order::Lexicographic,
            Order::DegreeLexicographic,
            Order::DegreeReverseLexicographic,
            Order::Elimination(1),
        ][case % 4]
            .clone();
        let given: Vec<Polynomial> = (0..3).map(|_| random.polynomial(3, 3, 2, 3)).collect();
        let basis = groebner_basis(&given, 3, &order, never).expect("nothing stops it");
        let rest = |own: &Polynomial| {
            reduce(own, &basis, &order, never).expect("nothing stops it").remainder
        };
        for own in given.iter().filter(|own| !own.is_zero()) {
            assert!(rest(own).is_zero(), "case {case}: {given:?} {basis:?}");
        }
        let multiple = random.polynomial(3, 4, 2, 3).mul(&Integers, &given[0]);
        let other = random.polynomial(3, 4, 2, 3);
        if !basis.is_empty() {
            let sum = multiple.add(&Integers, &other);
            let found = reduce(&sum, &basis, &order, never).expect("nothing stops it");
            let products: Vec<Polynomial> =
                found.quotients.iter().zip(&basis).map(|(a, b)| a.mul(&Integers, b)).collect();
            let back = Polynomial::sum(&Integers, 3, &products).add(&Integers, &found.remainder);
            assert!(back.equals(&sum.scale(&Integers, &found.scale)), "case {case}");
        }
    }
}

#[test]
fn factors_over_a_root_multiply_to_the_polynomial() {
    use crate::univariate as u;
    let never = crate::Watch::NEVER;
    let mut random = Random::new(9);
    // The square root of 2, the unit and the cube root of 3.
    for (modulus, degree) in [([-2_i64, 0, 1, 0], 2), ([1, 0, 1, 0], 2), ([-3, 0, 0, 1], 3)] {
        let dense: Vec<Integer> =
            modulus[..=degree].iter().map(|own| Integer::from(*own)).collect();
        let modulus = u::to_sparse(&Integers, &dense, 2, 1);
        for case in 0..12 {
            let parts: Vec<Polynomial> = (0..2).map(|_| random.polynomial(2, 4, 2, 4)).collect();
            let product = parts[0].mul(&Integers, &parts[1]);
            let (_, whole, _) = crate::pseudo_divide(&product, &modulus, 1, never).expect("done");
            if whole.degree(0) == 0 {
                continue;
            }
            let found =
                crate::factor_over(&whole, 0, 1, &modulus, never).expect("nothing stops it");
            let (above, below) = found.rest;
            let again = found.factors.iter().fold(above, |product, (own, exponent)| {
                product.mul(&Integers, &own.pow(&Integers, *exponent))
            });
            let difference = again.sub(&Integers, &whole.mul(&Integers, &below));
            let (_, rest, _) = crate::pseudo_divide(&difference, &modulus, 1, never).expect("done");
            assert!(rest.is_zero(), "case {case}: {whole:?}");
            let least: u64 = parts.iter().filter(|part| part.degree(0) > 0).count() as u64;
            let count: u64 = found.factors.iter().map(|(_, exponent)| exponent).sum();
            assert!(count >= least.min(whole.degree(0)), "case {case}: {whole:?}");
        }
    }
}
