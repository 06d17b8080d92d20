//! Cyclotomic polynomials.

use crate::integer::Integer;
use crate::ring::Integers;
use crate::univariate::{self as u, Dense};

/// Returns the polynomial whose roots are the primitive `n`-th roots of unity.
pub fn cyclotomic(n: u64) -> Dense<Integer> {
    let mut result = vec![Integer::from(-1_i64), Integer::ONE];
    let mut radical = 1;
    for prime in primes_of(n) {
        // P(x^p) / P(x)
        let raised = spread(&result, prime as usize);
        let [quotient, _] = u::div_rem(&Integers, &raised, &result).expect("a monic divisor");
        result = quotient;
        radical *= prime;
    }
    match n {
        0 => vec![Integer::ONE],
        _ => spread(&result, (n / radical) as usize),
    }
}

/// Returns it at a power of the variable.
fn spread(a: &[Integer], power: usize) -> Dense<Integer> {
    let mut result = vec![Integer::ZERO; (a.len() - 1) * power + 1];
    for (place, own) in a.iter().enumerate() {
        result[place * power] = own.clone();
    }
    result
}

fn primes_of(mut n: u64) -> Vec<u64> {
    let mut found = Vec::new();
    let mut prime = 2;
    while prime * prime <= n {
        if n.is_multiple_of(prime) {
            found.push(prime);
            while n.is_multiple_of(prime) {
                n /= prime;
            }
        }
        prime += 1;
    }
    if n > 1 {
        found.push(n);
    }
    found
}

/// Returns the factors of `x^n - 1` or `x^n + 1`; `None` of other polynomials.
pub(super) fn factor(polynomial: &[Integer]) -> Option<Vec<Dense<Integer>>> {
    let (first, rest) = polynomial.split_first()?;
    let (last, middle) = rest.split_last()?;
    let is_unit = |value: &Integer| value.abs().is_one();
    if !is_unit(first) || !last.is_one() || !middle.iter().all(Integer::is_zero) {
        return None;
    }
    let n = polynomial.len() as u64 - 1;
    Some(match first.is_negative() {
        true => (1..=n).filter(|d| n.is_multiple_of(*d)).map(cyclotomic).collect(),
        // The roots of x^n + 1 are those of x^(2 n) - 1 that are not of x^n - 1.
        false => {
            let divides = |d: &u64| (2 * n).is_multiple_of(*d) && !n.is_multiple_of(*d);
            (1..=2 * n).filter(divides).map(cyclotomic).collect()
        }
    })
}
