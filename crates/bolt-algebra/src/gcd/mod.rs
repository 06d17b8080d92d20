//! Greatest common divisors over the integers.
//!
//! What is common to all coefficients, powers of single variables, and variables that stand in one
//! operand only are taken out first. Images modulo a prime at random points bound the degrees of
//! the divisor in each variable; what is left goes to Brown's modular algorithm.

mod brown;

use crate::field::PrimeField;
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::{Integers, Ring};
use crate::univariate;
use crate::watch::{Stopped, Watch};

/// The prime of the images that bound degrees: 2^61 - 1.
const IMAGE_PRIME: u64 = (1 << 61) - 1;

/// Returns the greatest common divisor. Its first coefficient is positive.
///
/// # Errors
/// If the computation is stopped.
pub fn gcd(a: &Polynomial, b: &Polynomial, watch: Watch<'_>) -> Result<Polynomial, Stopped> {
    if a.is_zero() || b.is_zero() {
        return Ok(positive(if a.is_zero() { b } else { a }));
    }
    let (of_a, of_b) = (a.content(), b.content());
    let content = of_a.gcd(&of_b);
    let (low_a, low_b) = (a.low_degrees(), b.low_degrees());
    let common: Vec<u64> = low_a.iter().zip(&low_b).map(|(a, b)| *a.min(b)).collect();
    let term = |exponents: &[u64], value: Integer| {
        Polynomial::from_terms(&Integers, a.variables(), [(exponents.iter().copied(), value)])
    };
    let outside = term(&common, content);
    if a.len() == 1 || b.len() == 1 {
        return Ok(outside);
    }
    let stripped = |polynomial: &Polynomial, low: &[u64], content: Integer| {
        polynomial.div(&Integers, &term(low, content)).expect("it divides")
    };
    let divisor = primitive_gcd(stripped(a, &low_a, of_a), stripped(b, &low_b, of_b), watch)?;
    Ok(divisor.mul(&Integers, &outside))
}

/// Returns it with a positive first coefficient.
pub(crate) fn positive(polynomial: &Polynomial) -> Polynomial {
    match polynomial.coefficients().first().is_some_and(Integer::is_negative) {
        true => polynomial.neg(&Integers),
        false => polynomial.clone(),
    }
}

/// Returns the greatest common divisor of several polynomials.
///
/// # Errors
/// If the computation is stopped.
pub fn gcd_of_all(
    polynomials: &[Polynomial],
    variables: usize,
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    let mut sorted: Vec<&Polynomial> = polynomials.iter().collect();
    sorted.sort_by_key(|polynomial| polynomial.len());
    let mut divisor = Polynomial::zero(variables);
    for polynomial in sorted {
        divisor = gcd(&divisor, polynomial, watch)?;
        if divisor.is_one(&Integers) {
            break;
        }
    }
    Ok(divisor)
}

/// Returns the greatest common divisor of the coefficients of the powers of a variable.
///
/// # Errors
/// If the computation is stopped.
pub fn content_in(
    polynomial: &Polynomial,
    variable: usize,
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    let coefficients: Vec<Polynomial> =
        polynomial.by_powers_of(variable).into_iter().map(|(_, coefficient)| coefficient).collect();
    gcd_of_all(&coefficients, polynomial.variables(), watch)
}

/// Returns the greatest common divisor of polynomials without common factors of their
/// coefficients and without factors that are variables.
fn primitive_gcd(
    mut a: Polynomial,
    mut b: Polynomial,
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    let variables = a.variables();
    loop {
        watch.check()?;
        if a.is_constant() || b.is_constant() {
            return Ok(Polynomial::constant(&Integers, variables, Integer::ONE));
        }
        if a.equals(&b) {
            return Ok(positive(&a));
        }
        let (in_a, in_b) = (a.used(), b.used());
        if let Some(variable) = (0..variables).find(|&v| in_a[v] != in_b[v]) {
            let side = if in_a[variable] { &mut a } else { &mut b };
            *side = content_in(side, variable, watch)?;
            continue;
        }
        let Some(bounds) = degree_bounds(&a, &b, &in_a) else {
            return brown::gcd(&a, &b, &a.degrees(), watch);
        };
        if let Some(variable) = (0..variables).find(|&v| in_a[v] && bounds[v] == 0) {
            let (x, y) = (content_in(&a, variable, watch)?, content_in(&b, variable, watch)?);
            (a, b) = (x, y);
            continue;
        }
        for (divisor, other) in [(&a, &b), (&b, &a)] {
            if divisor.degrees() == bounds && other.div(&Integers, divisor).is_some() {
                return Ok(positive(divisor));
            }
        }
        return brown::gcd(&a, &b, &bounds, watch);
    }
}

/// Returns bounds of the degrees of the divisor, from images in each variable; `None` if the
/// points were unlucky.
fn degree_bounds(a: &Polynomial, b: &Polynomial, used: &[bool]) -> Option<Vec<u64>> {
    let field = PrimeField::new(IMAGE_PRIME);
    let points: Vec<u64> = (0..a.variables() as u64)
        .map(|v| field.of_word((v + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let [x, y] = [a, b].map(|side| side.map(&field, |value| field.of_integer(value)));
    let mut bounds = vec![0; used.len()];
    for variable in (0..used.len()).filter(|&v| used[v]) {
        let [p, q] = [&x, &y].map(|side| image(&field, side, variable, &points));
        let is_whole =
            |image: &[u64], side: &Polynomial| image.len() as u64 == side.degree(variable) + 1;
        if !is_whole(&p, a) && !is_whole(&q, b) {
            return None;
        }
        bounds[variable] = univariate::gcd(&field, &p, &q).len().saturating_sub(1) as u64;
    }
    Some(bounds)
}

/// Returns the polynomial in one variable where the others are numbers.
pub(crate) fn image<R: Ring>(
    ring: &R,
    polynomial: &Polynomial<R::Element>,
    variable: usize,
    points: &[R::Element],
) -> Vec<R::Element> {
    let mut powers: Vec<_> =
        points.iter().map(|point| crate::polynomial::Powers::new(ring, point)).collect();
    let mut result = vec![ring.zero(); polynomial.degree(variable) as usize + 1];
    for term in polynomial.terms() {
        let mut value = term.coefficient.clone();
        for (own, exponent) in term.exponents().enumerate() {
            if own != variable && exponent > 0 {
                value = ring.mul(&value, &powers[own].get(ring, exponent));
            }
        }
        let sum = &mut result[term.exponent(variable) as usize];
        *sum = ring.add(sum, &value);
    }
    univariate::trim(ring, &mut result);
    result
}
