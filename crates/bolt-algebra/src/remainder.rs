//! Division with remainder in one of several variables, and resultants.

use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::Integers;
use crate::watch::{Stopped, Watch};

/// Returns the quotient, the remainder and an exponent such that the leading coefficient of the
/// divisor to this exponent, times the dividend, is quotient times divisor plus remainder, all as
/// polynomials in a variable.
///
/// # Errors
/// If the computation is stopped.
///
/// # Panics
/// If the divisor is 0.
pub fn pseudo_divide(
    a: &Polynomial,
    b: &Polynomial,
    variable: usize,
    watch: Watch<'_>,
) -> Result<(Polynomial, Polynomial, u64), Stopped> {
    assert!(!b.is_zero(), "a divisor that is not 0");
    let variables = a.variables();
    let degree = b.degree(variable);
    let leading = b.leading_in(variable);
    let mut quotient = Polynomial::zero(variables);
    let mut rest = a.clone();
    let mut power = 0;
    let is_unit = leading.is_one(&Integers);
    while !rest.is_zero() && rest.degree(variable) >= degree {
        watch.check()?;
        let step = rest.degree(variable) - degree;
        let top = rest.leading_in(variable);
        let shift = Polynomial::variable(&Integers, variables, variable, step);
        // A step whose coefficient divides needs no scaling.
        let (factor, is_scaled) = match top.div(&Integers, &leading) {
            Some(factor) => (factor, false),
            None => (top, !is_unit),
        };
        if is_scaled {
            quotient = quotient.mul(&Integers, &leading);
            rest = rest.mul(&Integers, &leading);
            power += 1;
        }
        let term = factor.mul(&Integers, &shift);
        quotient = quotient.add(&Integers, &term);
        rest = rest.sub(&Integers, &term.mul(&Integers, b));
    }
    Ok((quotient, rest, power))
}

/// Returns the resultant of two polynomials in a variable, by their subresultants (G. Collins,
/// "Subresultants and reduced polynomial remainder sequences", 1967; W. Brown, 1978).
///
/// # Errors
/// If the computation is stopped.
pub fn resultant(
    a: &Polynomial,
    b: &Polynomial,
    variable: usize,
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    let variables = a.variables();
    let one = || Polynomial::constant(&Integers, variables, Integer::ONE);
    if a.is_zero() || b.is_zero() {
        return Ok(Polynomial::zero(variables));
    }
    let (of_a, of_b) = (a.degree(variable), b.degree(variable));
    let mut is_negative = false;
    let (mut a, mut b) = (a.clone(), b.clone());
    if of_a < of_b {
        std::mem::swap(&mut a, &mut b);
        is_negative = of_a & of_b & 1 == 1;
    }
    if b.degree(variable) == 0 {
        let result = b.pow(&Integers, a.degree(variable));
        return Ok(if is_negative { result.neg(&Integers) } else { result });
    }
    let (mut g, mut h) = (one(), one());
    loop {
        watch.check()?;
        let (m, n) = (a.degree(variable), b.degree(variable));
        let step = m - n;
        if m & n & 1 == 1 {
            is_negative = !is_negative;
        }
        let (_, rest, power) = pseudo_divide(&a, &b, variable, watch)?;
        let leading = b.leading_in(variable);
        let missing = step + 1 - power;
        let rest = rest.mul(&Integers, &leading.pow(&Integers, missing));
        let divisor = g.mul(&Integers, &h.pow(&Integers, step));
        a = b;
        b = rest.div(&Integers, &divisor).expect("subresultants are whole");
        g = a.leading_in(variable);
        h = power_quotient(&g, &h, step);
        if b.is_zero() {
            return Ok(Polynomial::zero(variables));
        }
        if b.degree(variable) == 0 {
            let degree = a.degree(variable);
            let result = power_quotient(&b, &h, degree);
            return Ok(if is_negative { result.neg(&Integers) } else { result });
        }
    }
}

/// Returns `a^n / b^(n - 1)`, which is whole.
fn power_quotient(a: &Polynomial, b: &Polynomial, n: u64) -> Polynomial {
    match n {
        0 => b.clone(),
        1 => a.clone(),
        _ => {
            let (above, below) = (a.pow(&Integers, n), b.pow(&Integers, n - 1));
            above.div(&Integers, &below).expect("subresultants are whole")
        }
    }
}

/// Returns the leading coefficients of the subresultants of two polynomials in a variable, from
/// the resultant on: minors of Sylvester's matrix.
///
/// # Errors
/// If the computation is stopped.
pub fn subresultants(
    a: &Polynomial,
    b: &Polynomial,
    variable: usize,
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, Stopped> {
    let variables = a.variables();
    let dense = |side: &Polynomial| {
        let mut all = vec![Polynomial::zero(variables); side.degree(variable) as usize + 1];
        for (power, coefficient) in side.by_powers_of(variable) {
            all[power as usize] = coefficient;
        }
        all.reverse();
        all
    };
    let (x, y) = (dense(a), dense(b));
    let (m, n) = (x.len() - 1, y.len() - 1);
    let mut found = Vec::with_capacity(m.min(n) + 1);
    for order in 0..=m.min(n) {
        let size = m + n - 2 * order;
        let row = |side: &[Polynomial], shift: usize| -> Vec<Polynomial> {
            let at = |column: usize| match column.checked_sub(shift) {
                Some(place) if place < side.len() => side[place].clone(),
                _ => Polynomial::zero(variables),
            };
            (0..size).map(at).collect()
        };
        let mut rows: Vec<Vec<Polynomial>> = (0..n - order).map(|shift| row(&x, shift)).collect();
        rows.extend((0..m - order).map(|shift| row(&y, shift)));
        found.push(determinant(rows, variables, watch)?);
    }
    Ok(found)
}

/// Returns the determinant of a square matrix, without fractions (E. Bareiss, 1968).
fn determinant(
    mut rows: Vec<Vec<Polynomial>>,
    variables: usize,
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    let one = Polynomial::constant(&Integers, variables, Integer::ONE);
    let (size, mut before, mut is_negative) = (rows.len(), one.clone(), false);
    for step in 0..size {
        watch.check()?;
        let Some(pivot) = (step..size).find(|&row| !rows[row][step].is_zero()) else {
            return Ok(Polynomial::zero(variables));
        };
        if pivot != step {
            rows.swap(pivot, step);
            is_negative = !is_negative;
        }
        let (above, below) = rows.split_at_mut(step + 1);
        let top = &above[step];
        for row in below {
            let factor = row[step].clone();
            for column in step + 1..size {
                let left = row[column].mul(&Integers, &top[step]);
                let own = left.sub(&Integers, &factor.mul(&Integers, &top[column]));
                row[column] = own.div(&Integers, &before).expect("minors are whole");
            }
        }
        before = top[step].clone();
    }
    let result = rows.last().map_or(one, |row| row[size - 1].clone());
    Ok(if is_negative { result.neg(&Integers) } else { result })
}
