//! Factors of polynomials in one variable over a prime field: by degrees, and those of equal
//! degree by chance (D. Cantor and H. Zassenhaus, "A new algorithm for factoring polynomials over
//! finite fields", 1981).

use dashu_int::{IBig, UBig};

use crate::integer::Integer;
use crate::ring::FiniteField;
use crate::univariate::{self as u, Dense};
use crate::watch::{Stopped, Watch};

/// Polynomials, each with a number: its exponent or the degree of its factors.
pub type Powers<F> = Vec<(Dense<<F as crate::ring::Ring>::Element>, u64)>;

/// Returns monic irreducible polynomials with exponents, whose product is a polynomial divided by
/// its first coefficient.
///
/// # Errors
/// If the computation is stopped.
pub fn factor<F: FiniteField>(
    field: &F,
    polynomial: &[F::Element],
    watch: Watch<'_>,
) -> Result<Powers<F>, Stopped> {
    let mut found: Powers<F> = Vec::new();
    for (part, exponent) in square_free(field, &u::monic(field, polynomial)) {
        for factor in factor_square_free(field, &part, watch)? {
            found.push((factor, exponent));
        }
    }
    Ok(found)
}

/// Returns square-free polynomials with exponents, whose product is a monic polynomial.
pub fn square_free<F: FiniteField>(field: &F, polynomial: &[F::Element]) -> Powers<F> {
    let mut found = Vec::new();
    if polynomial.len() < 2 {
        return found;
    }
    let slope = u::derivative(field, polynomial);
    let mut common = u::gcd(field, polynomial, &slope);
    let mut rest = u::quotient(field, polynomial, &common);
    let mut exponent = 1;
    while rest.len() > 1 {
        let next = u::gcd(field, &rest, &common);
        let part = u::quotient(field, &rest, &next);
        if part.len() > 1 {
            found.push((part, exponent));
        }
        common = u::quotient(field, &common, &next);
        rest = next;
        exponent += 1;
    }
    // What is left is a power of the characteristic.
    if common.len() > 1 {
        let prime = field.order().as_i64().map_or(usize::MAX, |prime| prime as usize);
        let root: Vec<_> = common.iter().step_by(prime).cloned().collect();
        let raised = square_free(field, &root).into_iter();
        found.extend(raised.map(|(part, exponent)| (part, exponent * prime as u64)));
    }
    found
}

/// Returns the irreducible factors of a monic square-free polynomial.
///
/// # Errors
/// If the computation is stopped.
pub fn factor_square_free<F: FiniteField>(
    field: &F,
    polynomial: &[F::Element],
    watch: Watch<'_>,
) -> Result<Vec<Dense<F::Element>>, Stopped> {
    let mut found = Vec::new();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for (product, degree) in by_degree(field, polynomial, watch)? {
        equal_degree(field, product, degree as usize, &mut random, &mut found, watch)?;
    }
    Ok(found)
}

/// Returns the products of the irreducible factors of each degree.
pub(super) fn by_degree<F: FiniteField>(
    field: &F,
    polynomial: &[F::Element],
    watch: Watch<'_>,
) -> Result<Powers<F>, Stopped> {
    let order = unsigned(&field.order());
    let x = vec![field.zero(), field.one()];
    let (mut rest, mut power) = (polynomial.to_vec(), x.clone());
    let mut found = Vec::new();
    let mut degree = 0;
    while rest.len() > 2 * (degree + 1) {
        watch.check()?;
        degree += 1;
        power = u::pow_mod(field, &power, &order, &rest);
        let product = u::gcd(field, &u::sub(field, &power, &x), &rest);
        if product.len() > 1 {
            rest = u::quotient(field, &rest, &product);
            power = u::rem(field, &power, &rest);
            found.push((product, degree as u64));
        }
    }
    if rest.len() > 1 {
        let degree = rest.len() as u64 - 1;
        found.push((rest, degree));
    }
    Ok(found)
}

fn unsigned(integer: &Integer) -> UBig {
    UBig::try_from(integer.to_ibig()).unwrap_or(UBig::ONE)
}

/// Numbers that look random (G. Marsaglia, "Xorshift RNGs", 2003).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn equal_degree<F: FiniteField>(
    field: &F,
    product: Dense<F::Element>,
    degree: usize,
    random: &mut Random,
    found: &mut Vec<Dense<F::Element>>,
    watch: Watch<'_>,
) -> Result<(), Stopped> {
    let mut left = vec![product];
    let order = unsigned(&field.order());
    let is_even = order == UBig::from(2_u8);
    let half = (order.pow(degree) - UBig::ONE) >> 1;
    while let Some(product) = left.pop() {
        if product.len() == degree + 1 {
            found.push(product);
            continue;
        }
        watch.check()?;
        let guess: Vec<F::Element> = (0..product.len() - 1)
            .map(|_| field.of_integer(&Integer::from(IBig::from(random.next() >> 1))))
            .collect();
        let mut guess = guess;
        u::trim(field, &mut guess);
        let image = match is_even {
            true => trace(field, &guess, degree, &product),
            false => {
                let power = u::pow_mod(field, &guess, &half, &product);
                u::sub(field, &power, &[field.one()])
            }
        };
        let divisor = u::gcd(field, &image, &product);
        if divisor.len() > 1 && divisor.len() < product.len() {
            left.push(u::quotient(field, &product, &divisor));
            left.push(divisor);
        } else {
            left.push(product);
        }
    }
    Ok(())
}

/// Returns the sum of `a^(2^k)` for `k` below the degree.
fn trace<F: FiniteField>(
    field: &F,
    a: &[F::Element],
    degree: usize,
    modulus: &[F::Element],
) -> Dense<F::Element> {
    let mut power = u::rem(field, a, modulus);
    let mut sum = power.clone();
    for _ in 1..degree {
        power = u::rem(field, &u::mul(field, &power, &power), modulus);
        sum = u::add(field, &sum, &power);
    }
    sum
}
