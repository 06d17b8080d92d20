//! Factors of square-free polynomials in one variable over the integers: modulo a prime, lifted,
//! and put together (H. Zassenhaus, "On Hensel factorization", 1969).

use super::finite;
use super::hensel::lift;
use crate::field::PrimeField;
use crate::integer::Integer;
use crate::ring::{Integers, Ring};
use crate::univariate::{self as u, Dense};
use crate::watch::{Stopped, Watch};

type Whole = Dense<Integer>;

/// How many primes are tried for the fewest factors.
const PRIMES_TRIED: usize = 6;

/// Returns the irreducible factors of a primitive square-free polynomial.
///
/// # Errors
/// If the computation is stopped.
pub(super) fn factor_square_free(
    polynomial: &[Integer],
    watch: Watch<'_>,
) -> Result<Vec<Whole>, Stopped> {
    if polynomial.len() <= 2 {
        return Ok(vec![polynomial.to_vec()]);
    }
    if let Some(factors) = super::cyclotomic::factor(polynomial) {
        return Ok(factors);
    }
    let Some((field, factors)) = best_prime(polynomial, watch)? else {
        return Ok(vec![polynomial.to_vec()]);
    };
    let bound = factor_bound(polynomial);
    let (lifted, modulus) = lift(&field, polynomial, &factors, &bound);
    combine(polynomial, lifted, &modulus, watch)
}

/// Returns twice a bound of the coefficients of any factor times the leading coefficient of the
/// polynomial (M. Mignotte, "An inequality about factors of polynomials", 1974).
fn factor_bound(polynomial: &[Integer]) -> Integer {
    let squares = polynomial.iter().fold(Integer::ZERO, |sum, own| sum.add(&own.mul(own)));
    let norm = squares.sqrt_floor().add(&Integer::ONE);
    let leading = polynomial.last().map_or(Integer::ONE, Integer::abs);
    let doubled = Integer::from(2_i64).pow(polynomial.len());
    norm.mul(&leading).mul(&doubled)
}

/// Returns the field, of some primes, in which there are the fewest factors, with these; `None` if
/// the degrees of the factors show that the polynomial is irreducible.
#[expect(clippy::type_complexity, reason = "a field with the factors in it")]
fn best_prime(
    polynomial: &[Integer],
    watch: Watch<'_>,
) -> Result<Option<(PrimeField, Vec<Dense<u64>>)>, Stopped> {
    let degree = polynomial.len() - 1;
    let leading = &polynomial[degree];
    let mut possible = vec![true; degree + 1];
    let mut best: Option<(usize, PrimeField, Vec<(Dense<u64>, u64)>)> = None;
    let mut tried = 0;
    let mut candidate = 2_u64;
    while tried < PRIMES_TRIED {
        candidate += 1;
        let is_usable = crate::field::is_prime(&Integer::from(candidate))
            && candidate > 2
            && leading.rem_word(candidate) != 0;
        if !is_usable {
            continue;
        }
        let field = PrimeField::new(candidate);
        let image: Vec<u64> = polynomial.iter().map(|own| field.of_integer(own)).collect();
        let image = u::monic(&field, &image);
        if u::gcd(&field, &image, &u::derivative(&field, &image)).len() != 1 {
            continue;
        }
        watch.check()?;
        tried += 1;
        let products = finite::by_degree(&field, &image, watch)?;
        let count = products.iter().map(|(product, d)| (product.len() - 1) / *d as usize).sum();
        let sums = sums_of_degrees(&products, degree);
        for (own, sum) in possible.iter_mut().zip(sums) {
            *own &= sum;
        }
        if possible.iter().filter(|possible| **possible).count() == 2 {
            return Ok(None);
        }
        if best.as_ref().is_none_or(|(fewest, _, _)| count < *fewest) {
            best = Some((count, field, products));
        }
    }
    let Some((_, field, products)) = best else { return Ok(None) };
    let mut factors = Vec::new();
    for (product, _) in products {
        factors.extend(finite::factor_square_free(&field, &product, watch)?);
    }
    Ok(Some((field, factors)))
}

/// Returns which numbers are sums of degrees of some of the factors.
fn sums_of_degrees(products: &[(Dense<u64>, u64)], degree: usize) -> Vec<bool> {
    let mut sums = vec![false; degree + 1];
    sums[0] = true;
    for (product, own) in products {
        let own = *own as usize;
        for _ in 0..(product.len() - 1) / own {
            for sum in (own..=degree).rev() {
                sums[sum] |= sums[sum - own];
            }
        }
    }
    sums
}

/// Finds the factors as products of lifted ones.
fn combine(
    polynomial: &[Integer],
    lifted: Vec<Whole>,
    modulus: &Integer,
    watch: Watch<'_>,
) -> Result<Vec<Whole>, Stopped> {
    let mut search = Search {
        rest: polynomial.to_vec(),
        left: lifted,
        modulus: modulus.clone(),
        found: Vec::new(),
    };
    let mut size = 1;
    while 2 * size <= search.left.len() {
        if !search.by_subsets(size, watch)? {
            size += 1;
        }
    }
    search.found.push(search.rest);
    Ok(search.found)
}

/// What is left to be factored, and into what modulo the modulus.
pub(super) struct Search {
    pub(super) rest: Whole,
    pub(super) left: Vec<Whole>,
    pub(super) modulus: Integer,
    pub(super) found: Vec<Whole>,
}

impl Search {
    /// Tries the subsets of a size; returns whether one was a factor.
    fn by_subsets(&mut self, size: usize, watch: Watch<'_>) -> Result<bool, Stopped> {
        let count = self.left.len();
        let mut subset: Vec<usize> = (0..size).collect();
        let mut steps = 0_u32;
        loop {
            steps += 1;
            if steps.is_multiple_of(256) {
                watch.check()?;
            }
            if self.may_divide(&subset) && self.take(&subset) {
                return Ok(true);
            }
            let Some(place) = (0..size).rev().find(|&p| subset[p] < count - size + p) else {
                return Ok(false);
            };
            subset[place] += 1;
            for next in place + 1..size {
                subset[next] = subset[next - 1] + 1;
            }
        }
    }

    /// Returns whether the constant coefficient of the product divides that of what is left.
    fn may_divide(&self, subset: &[usize]) -> bool {
        let leading = self.rest.last().cloned().unwrap_or(Integer::ONE);
        let constant = subset.iter().fold(leading.clone(), |product, place| {
            product.mul(&self.left[*place][0]).rem_euclid(&self.modulus)
        });
        let constant = constant.symmetric(&self.modulus);
        let whole = leading.mul(&self.rest[0]);
        match constant.is_zero() {
            true => whole.is_zero(),
            false => whole.div_exact(&constant).is_some(),
        }
    }

    /// Takes the product of a subset out of what is left, if it divides.
    pub(super) fn take(&mut self, subset: &[usize]) -> bool {
        let ring = crate::field::BigPrimeField::new(self.modulus.clone());
        let leading = self.rest.last().cloned().unwrap_or(Integer::ONE);
        let start = vec![leading.rem_euclid(&self.modulus)];
        let product =
            subset.iter().fold(start, |product, place| u::mul(&ring, &product, &self.left[*place]));
        let product: Whole = product.iter().map(|own| own.symmetric(&self.modulus)).collect();
        let factor = primitive(&product);
        let Some([quotient, remainder]) = u::div_rem(&Integers, &self.rest, &factor) else {
            return false;
        };
        if !remainder.is_empty() {
            return false;
        }
        self.found.push(factor);
        self.rest = quotient;
        let mut place = 0;
        self.left.retain(|_| {
            place += 1;
            !subset.contains(&(place - 1))
        });
        true
    }
}

/// Returns it divided by its content, with a positive first coefficient.
pub(super) fn primitive(polynomial: &[Integer]) -> Whole {
    let content = polynomial.iter().fold(Integer::ZERO, |gcd, own| gcd.gcd(own));
    let content = match polynomial.last().is_some_and(Integer::is_negative) {
        true => content.neg(),
        false => content,
    };
    let divided = |own: &Integer| own.div_exact(&content).unwrap_or(Integer::ZERO);
    polynomial.iter().map(divided).collect()
}
