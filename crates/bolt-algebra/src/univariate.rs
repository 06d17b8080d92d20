//! Polynomials in one variable, dense, over any ring or field: coefficients from the constant on,
//! the last of which is not 0.

use bolt_base::interrupt::poll;

use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::{Field, Ring};

/// Coefficients from the constant on.
pub type Dense<E> = Vec<E>;

/// Drops zeros at the end.
pub fn trim<R: Ring>(ring: &R, a: &mut Dense<R::Element>) {
    while a.last().is_some_and(|last| ring.is_zero(last)) {
        a.pop();
    }
}

/// Returns the sum.
pub fn add<R: Ring>(ring: &R, a: &[R::Element], b: &[R::Element]) -> Dense<R::Element> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut sum = long.to_vec();
    for (x, y) in sum.iter_mut().zip(short) {
        *x = ring.add(x, y);
    }
    trim(ring, &mut sum);
    sum
}

/// Returns the difference.
pub fn sub<R: Ring>(ring: &R, a: &[R::Element], b: &[R::Element]) -> Dense<R::Element> {
    let mut difference = a.to_vec();
    if difference.len() < b.len() {
        difference.resize(b.len(), ring.zero());
    }
    for (x, y) in difference.iter_mut().zip(b) {
        *x = ring.sub(x, y);
    }
    trim(ring, &mut difference);
    difference
}

/// Returns the product.
pub fn mul<R: Ring>(ring: &R, a: &[R::Element], b: &[R::Element]) -> Dense<R::Element> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    let mut product = vec![ring.zero(); a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate().filter(|(_, x)| !ring.is_zero(x)) {
        for (sum, y) in product[i..].iter_mut().zip(b) {
            ring.add_product(sum, x, y);
        }
    }
    trim(ring, &mut product);
    product
}

/// Returns it times a number.
pub fn scale<R: Ring>(ring: &R, a: &[R::Element], factor: &R::Element) -> Dense<R::Element> {
    let mut scaled: Vec<_> = a.iter().map(|value| ring.mul(value, factor)).collect();
    trim(ring, &mut scaled);
    scaled
}

/// Returns the derivative.
pub fn derivative<R: Ring>(ring: &R, a: &[R::Element]) -> Dense<R::Element> {
    let term = |(power, value): (usize, &R::Element)| {
        ring.mul(value, &ring.of_integer(&Integer::from(power as u64)))
    };
    let mut result: Vec<_> = a.iter().enumerate().skip(1).map(term).collect();
    trim(ring, &mut result);
    result
}

/// Returns its value.
pub fn evaluate<R: Ring>(ring: &R, a: &[R::Element], at: &R::Element) -> R::Element {
    let step = |value: R::Element, coefficient| ring.add(&ring.mul(&value, at), coefficient);
    a.iter().rev().fold(ring.zero(), step)
}

/// Returns quotient and remainder, `None` if the first coefficient of the divisor does not divide.
///
/// # Panics
/// If the divisor is 0.
pub fn div_rem<R: Ring>(
    ring: &R,
    a: &[R::Element],
    b: &[R::Element],
) -> Option<[Dense<R::Element>; 2]> {
    let leading = b.last().expect("a divisor that is not 0");
    if a.len() < b.len() {
        return Some([Vec::new(), a.to_vec()]);
    }
    let inverse = ring.div(&ring.one(), leading);
    let mut rest = a.to_vec();
    let mut quotient = vec![ring.zero(); a.len() - b.len() + 1];
    for place in (0..quotient.len()).rev() {
        poll();
        let top = &rest[place + b.len() - 1];
        if ring.is_zero(top) {
            continue;
        }
        let factor = match &inverse {
            Some(inverse) => ring.mul(top, inverse),
            None => ring.div(top, leading)?,
        };
        let negative = ring.neg(&factor);
        for (value, own) in rest[place..].iter_mut().zip(&b[..b.len() - 1]) {
            ring.add_product(value, &negative, own);
        }
        quotient[place] = factor;
    }
    rest.truncate(b.len() - 1);
    trim(ring, &mut rest);
    trim(ring, &mut quotient);
    Some([quotient, rest])
}

/// Returns the remainder.
pub fn rem<F: Field>(field: &F, a: &[F::Element], b: &[F::Element]) -> Dense<F::Element> {
    match div_rem(field, a, b) {
        Some([_, rest]) => rest,
        None => a.to_vec(),
    }
}

/// Returns the quotient, the remainder being dropped.
pub fn quotient<F: Field>(field: &F, a: &[F::Element], b: &[F::Element]) -> Dense<F::Element> {
    div_rem(field, a, b).map(|[quotient, _]| quotient).unwrap_or_default()
}

/// Returns it divided by its first coefficient.
pub fn monic<F: Field>(field: &F, a: &[F::Element]) -> Dense<F::Element> {
    match a.last().and_then(|leading| field.inverse(leading)) {
        Some(inverse) => scale(field, a, &inverse),
        None => a.to_vec(),
    }
}

/// Returns the greatest common divisor, monic.
pub fn gcd<F: Field>(field: &F, a: &[F::Element], b: &[F::Element]) -> Dense<F::Element> {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    while !b.is_empty() {
        let rest = rem(field, &a, &b);
        a = b;
        b = rest;
    }
    monic(field, &a)
}

/// Returns the monic greatest common divisor `g`, `s` and `t` such that `s a + t b = g`.
pub fn extended_gcd<F: Field>(
    field: &F,
    a: &[F::Element],
    b: &[F::Element],
) -> [Dense<F::Element>; 3] {
    let (mut old, mut rest) = (a.to_vec(), b.to_vec());
    let (mut s, mut next_s) = (vec![field.one()], Vec::new());
    let (mut t, mut next_t) = (Vec::new(), vec![field.one()]);
    while !rest.is_empty() {
        let [quotient, remainder] = div_rem(field, &old, &rest).unwrap_or_default();
        old = std::mem::replace(&mut rest, remainder);
        let new_s = sub(field, &s, &mul(field, &quotient, &next_s));
        s = std::mem::replace(&mut next_s, new_s);
        let new_t = sub(field, &t, &mul(field, &quotient, &next_t));
        t = std::mem::replace(&mut next_t, new_t);
    }
    match old.last().and_then(|leading| field.inverse(leading)) {
        Some(inverse) => [old, s, t].map(|side| scale(field, &side, &inverse)),
        None => [old, s, t],
    }
}

/// Returns a power modulo a polynomial.
pub fn pow_mod<F: Field>(
    field: &F,
    base: &[F::Element],
    exponent: &dashu_int::UBig,
    modulus: &[F::Element],
) -> Dense<F::Element> {
    use dashu_base::BitTest;
    let base = rem(field, base, modulus);
    let mut result = rem(field, &[field.one()], modulus);
    for bit in (0..exponent.bit_len()).rev() {
        result = rem(field, &mul(field, &result, &result), modulus);
        if exponent.bit(bit) {
            result = rem(field, &mul(field, &result, &base), modulus);
        }
    }
    result
}

/// Returns the coefficients of a polynomial in which only one variable stands.
pub fn from_sparse<R: Ring>(
    ring: &R,
    polynomial: &Polynomial<R::Element>,
    variable: usize,
) -> Dense<R::Element> {
    if polynomial.is_zero() {
        return Vec::new();
    }
    let mut dense = vec![ring.zero(); polynomial.degree(variable) as usize + 1];
    for term in polynomial.terms() {
        dense[term.exponent(variable) as usize] = term.coefficient.clone();
    }
    dense
}

/// Returns the polynomial in one of so many variables.
pub fn to_sparse<R: Ring>(
    ring: &R,
    dense: &[R::Element],
    variables: usize,
    variable: usize,
) -> Polynomial<R::Element> {
    let terms = dense.iter().enumerate().filter(|(_, value)| !ring.is_zero(value));
    let term = |(power, value): (usize, &R::Element)| {
        let exponents = (0..variables).map(move |v| if v == variable { power as u64 } else { 0 });
        (exponents, value.clone())
    };
    Polynomial::from_terms(ring, variables, terms.map(term))
}
