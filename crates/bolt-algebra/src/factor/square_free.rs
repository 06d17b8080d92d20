//! Square-free decomposition.

use crate::gcd::{content_in, gcd};
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::Integers;
use crate::watch::{Stopped, Watch};

/// Returns square-free polynomials without common factors, with exponents, whose product is a
/// primitive polynomial up to its sign (D. Yun, "On square-free decomposition algorithms", 1976).
///
/// # Errors
/// If the computation is stopped.
pub fn square_free(
    polynomial: &Polynomial,
    watch: Watch<'_>,
) -> Result<Vec<(Polynomial, u64)>, Stopped> {
    let mut found = Vec::new();
    let mut left = vec![polynomial.clone()];
    while let Some(part) = left.pop() {
        let Some(variable) = part.used().iter().position(|used| *used) else { continue };
        let content = content_in(&part, variable, watch)?;
        if content.is_constant() {
            in_variable(&part, variable, &mut found, watch)?;
        } else {
            let rest = part.div(&Integers, &content).expect("contents divide");
            left.extend([content, rest]);
        }
    }
    Ok(found)
}

/// Decomposes a polynomial that is primitive in a variable.
fn in_variable(
    polynomial: &Polynomial,
    variable: usize,
    found: &mut Vec<(Polynomial, u64)>,
    watch: Watch<'_>,
) -> Result<(), Stopped> {
    let divided = |a: &Polynomial, b: &Polynomial| a.div(&Integers, b).expect("divisors divide");
    let derivative = polynomial.derivative(&Integers, variable);
    let common = gcd(polynomial, &derivative, watch)?;
    let mut rest = divided(polynomial, &common);
    let slope = divided(&derivative, &common);
    let mut difference = slope.sub(&Integers, &rest.derivative(&Integers, variable));
    let mut exponent = 1;
    while !rest.is_constant() {
        let part = match difference.is_zero() {
            true => rest.clone(),
            false => gcd(&rest, &difference, watch)?,
        };
        rest = divided(&rest, &part);
        let slope = divided(&difference, &part);
        difference = slope.sub(&Integers, &rest.derivative(&Integers, variable));
        if !part.is_constant() {
            found.push((crate::gcd::positive(&part), exponent));
        }
        exponent += 1;
    }
    debug_assert!(rest.coefficients().first().is_some_and(|c| c.abs() == Integer::ONE));
    Ok(())
}
