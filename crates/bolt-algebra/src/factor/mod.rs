//! Factors of polynomials over the integers.
//!
//! What is common to all coefficients and powers of variables are taken out, then square-free
//! parts (`square_free`); those in one variable are factored modulo a prime (`finite`), lifted
//! (`hensel`) and put together (`integers`), those in several from their images in one
//! (`several`, `lifting`).

mod cyclotomic;
pub mod finite;
mod hensel;
mod image;
mod integers;
mod lifting;
mod several;
mod square_free;

pub use cyclotomic::cyclotomic;
pub use square_free::square_free;

use crate::gcd::positive;
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::Integers;
use crate::univariate;
use crate::watch::{Stopped, Watch};

/// A polynomial as a product.
#[derive(Debug, Clone)]
pub struct Factored {
    /// The greatest common divisor of the coefficients, with the sign of the polynomial.
    pub content: Integer,
    /// Irreducible polynomials with positive first coefficients, with exponents.
    pub factors: Vec<(Polynomial, u64)>,
}

/// Returns the irreducible factors of a polynomial over the integers.
///
/// # Errors
/// If the computation is stopped.
pub fn factor(polynomial: &Polynomial, watch: Watch<'_>) -> Result<Factored, Stopped> {
    by_parts(polynomial, watch, factor_square_free)
}

/// Returns square-free factors of a polynomial over the integers, no two of which have a factor in
/// common.
///
/// # Errors
/// If the computation is stopped.
pub fn factor_into_square_free(
    polynomial: &Polynomial,
    watch: Watch<'_>,
) -> Result<Factored, Stopped> {
    by_parts(polynomial, watch, |part, _| Ok(vec![part.clone()]))
}

fn by_parts(
    polynomial: &Polynomial,
    watch: Watch<'_>,
    of: impl Fn(&Polynomial, Watch<'_>) -> Result<Vec<Polynomial>, Stopped>,
) -> Result<Factored, Stopped> {
    let variables = polynomial.variables();
    let content = polynomial.content();
    let mut factors = Vec::new();
    if polynomial.is_zero() {
        return Ok(Factored { content, factors });
    }
    let low = polynomial.low_degrees();
    for (variable, &exponent) in low.iter().enumerate().filter(|(_, exponent)| **exponent > 0) {
        factors.push((Polynomial::variable(&Integers, variables, variable, 1), exponent));
    }
    let outside = Polynomial::from_terms(&Integers, variables, [(low, content.clone())]);
    let rest = polynomial.div(&Integers, &outside).expect("it divides");
    for (part, exponent) in square_free(&rest, watch)? {
        for factor in of(&part, watch)? {
            factors.push((positive(&factor), exponent));
        }
    }
    Ok(Factored { content, factors })
}

/// Returns the factors of a primitive square-free polynomial that no variable divides.
pub(super) fn factor_square_free(
    polynomial: &Polynomial,
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, Stopped> {
    watch.check()?;
    let used = polynomial.used();
    let variables: Vec<usize> = (0..used.len()).filter(|&v| used[v]).collect();
    match variables[..] {
        [] => Ok(Vec::new()),
        [only] => in_one(polynomial, only, watch),
        _ => several::factor(polynomial, &variables, watch),
    }
}

/// Factors a polynomial in one variable: first in the highest power of it that all terms are powers
/// of, then what each factor is in the variable itself.
fn in_one(
    polynomial: &Polynomial,
    variable: usize,
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, Stopped> {
    let dense = univariate::from_sparse(&Integers, polynomial, variable);
    let mut found = Vec::new();
    let power = (1..dense.len())
        .filter(|&place| !dense[place].is_zero())
        .fold(0, |gcd, place| crate::integer::gcd_of_words(gcd, place as u64));
    let power = power.max(1) as usize;
    let lower: Vec<Integer> = dense.iter().step_by(power).cloned().collect();
    let is_pair = dense.iter().filter(|own| !own.is_zero()).count() == 2;
    if power == 1 || is_pair {
        found = integers::factor_square_free(&dense, watch)?;
    } else {
        for factor in integers::factor_square_free(&lower, watch)? {
            let mut raised = vec![Integer::ZERO; (factor.len() - 1) * power + 1];
            for (place, own) in factor.into_iter().enumerate() {
                raised[place * power] = own;
            }
            found.extend(integers::factor_square_free(&raised, watch)?);
        }
    }
    let sparse = |own: Vec<Integer>| {
        univariate::to_sparse(&Integers, &own, polynomial.variables(), variable)
    };
    Ok(found.into_iter().map(sparse).collect())
}
