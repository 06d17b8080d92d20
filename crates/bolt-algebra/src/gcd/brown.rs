//! The modular algorithm for polynomials in several variables (W. Brown, "On Euclid's algorithm and
//! the computation of polynomial greatest common divisors", 1971): images modulo primes, found by
//! images at points, are put together and tried.

use crate::field::{PrimeField, primes_below};
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::{Field, FiniteField, Integers, Ring};
use crate::univariate;
use crate::watch::{Stopped, Watch};

type Image = Polynomial<u64>;

/// Returns the greatest common divisor of primitive polynomials in the same variables; the bounds
/// are those of its degrees.
pub(super) fn gcd(
    a: &Polynomial,
    b: &Polynomial,
    bounds: &[u64],
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    let order = order_of_variables(a, bounds);
    let (all, used) = (a.variables(), order.len());
    let place = |variable: usize| order.iter().position(|&v| v == variable).unwrap_or(0);
    let [x, y] = [a, b].map(|side| side.with_exponents(&Integers, used, |v, e| (place(v), e)));
    let divisor = by_primes(&x, &y, watch)?;
    let back = divisor.with_exponents(&Integers, all, |v, e| (order[v], e));
    Ok(super::positive(&back))
}

/// Returns the variables that are used; the one in which images are the largest comes first.
fn order_of_variables(a: &Polynomial, bounds: &[u64]) -> Vec<usize> {
    let used = a.used();
    let mut order: Vec<usize> = (0..used.len()).filter(|&v| used[v]).collect();
    order.sort_by_key(|&variable| std::cmp::Reverse(bounds[variable]));
    order
}

fn by_primes(a: &Polynomial, b: &Polynomial, watch: Watch<'_>) -> Result<Polynomial, Stopped> {
    let leading = |side: &Polynomial| side.coefficients()[0].clone();
    let (of_a, of_b) = (leading(a), leading(b));
    let common = of_a.gcd(&of_b);
    let mut found: Option<(Polynomial, Integer)> = None;
    let mut tried: Option<Polynomial> = None;
    for prime in primes_below(1 << 62) {
        watch.check()?;
        if of_a.rem_word(prime) == 0 || of_b.rem_word(prime) == 0 {
            continue;
        }
        let field = PrimeField::new(prime);
        let [x, y] = [a, b].map(|side| side.map(&field, |value| field.of_integer(value)));
        let Some(image) = modular(&field, &x, &y, a.variables(), watch)? else { continue };
        let image = image.scale(&field, &field.of_integer(&common));
        if image.is_constant() {
            return Ok(Polynomial::constant(&Integers, a.variables(), Integer::ONE));
        }
        let next = match found.take() {
            None => start(&field, &image),
            Some((sum, modulus)) => match compare_leading(&image, &sum) {
                std::cmp::Ordering::Less => start(&field, &image),
                std::cmp::Ordering::Greater => (sum, modulus),
                std::cmp::Ordering::Equal => chinese(&field, &sum, &modulus, &image),
            },
        };
        let candidate = next.0.primitive();
        let is_settled = tried.as_ref().is_some_and(|before| before.equals(&candidate));
        let is_small = next.0.bits() + 8 < next.1.bits();
        if (is_settled || is_small) && divides(&candidate, a) && divides(&candidate, b) {
            return Ok(candidate);
        }
        tried = Some(candidate);
        found = Some(next);
    }
    unreachable!("there are more primes than any divisor has bits")
}

fn divides(divisor: &Polynomial, side: &Polynomial) -> bool {
    side.div(&Integers, divisor).is_some()
}

fn start(field: &PrimeField, image: &Image) -> (Polynomial, Integer) {
    let lifted = image.map(&Integers, |value| field.to_integer(value));
    (lifted, Integer::from(field.prime()))
}

fn compare_leading(a: &Image, b: &Polynomial) -> std::cmp::Ordering {
    let exponents = |leading: Option<Vec<u64>>| leading.unwrap_or_default();
    exponents(a.leading().map(|t| t.exponents().collect()))
        .cmp(&exponents(b.leading().map(|t| t.exponents().collect())))
}

/// Returns what is the one modulo the modulus so far and the other modulo the prime, with
/// coefficients near 0.
fn chinese(
    field: &PrimeField,
    sum: &Polynomial,
    modulus: &Integer,
    image: &Image,
) -> (Polynomial, Integer) {
    let next = modulus.mul(&Integer::from(field.prime()));
    let inverse = field.inverse(&field.of_integer(modulus)).expect("different primes");
    let here = sum.map(field, |value| field.of_integer(value));
    let step = image.sub(field, &here);
    let step =
        step.map(&Integers, |value| modulus.mul(&field.to_integer(&field.mul(value, &inverse))));
    let joined = sum.add(&Integers, &step);
    (joined.map(&Integers, |value| value.symmetric(&next)), next)
}

/// Returns the divisor modulo a prime with first coefficient 1, of polynomials in the first so many
/// variables; `None` if the prime has too few points.
fn modular(
    field: &PrimeField,
    a: &Image,
    b: &Image,
    variables: usize,
    watch: Watch<'_>,
) -> Result<Option<Image>, Stopped> {
    if variables == 1 {
        let dense = |side: &Image| univariate::from_sparse(field, side, 0);
        let divisor = univariate::gcd(field, &dense(a), &dense(b));
        return Ok(Some(univariate::to_sparse(field, &divisor, a.variables(), 0)));
    }
    watch.check()?;
    let last = variables - 1;
    let ((content_a, a), (content_b, b)) = (split(field, a, last), split(field, b, last));
    let content = univariate::gcd(field, &content_a, &content_b);
    let content = univariate::to_sparse(field, &content, a.variables(), last);
    let Some(divisor) = interpolated(field, &a, &b, last, watch)? else { return Ok(None) };
    Ok(Some(monic(field, &divisor.mul(field, &content))))
}

/// Returns the greatest common divisor, in the last variable, of the coefficients of the others,
/// and the rest.
fn split(field: &PrimeField, side: &Image, last: usize) -> (Vec<u64>, Image) {
    let mut content: Vec<u64> = Vec::new();
    let mut place = 0;
    while place < side.len() && content.len() != 1 {
        let (coefficient, next) = coefficient_at(field, side, place, last);
        content = univariate::gcd(field, &content, &coefficient);
        place = next;
    }
    if content.len() <= 1 {
        return (vec![field.one()], side.clone());
    }
    let divisor = univariate::to_sparse(field, &content, side.variables(), last);
    let rest = side.div(field, &divisor).expect("it divides all coefficients");
    (content, rest)
}

/// Returns the coefficient, in the last variable, of the monomial of a term in the others, and
/// where the next one begins.
fn coefficient_at(
    field: &PrimeField,
    side: &Image,
    place: usize,
    last: usize,
) -> (Vec<u64>, usize) {
    let packing = side.packing;
    let others = |place: usize| {
        let mut words = crate::polynomial::Words::from_slice(side.monomial(place));
        packing.set(&mut words, last, 0);
        words
    };
    let own = others(place);
    let degree = packing.get(side.monomial(place), last) as usize;
    let mut coefficient = vec![field.zero(); degree + 1];
    let mut next = place;
    while next < side.len() && others(next) == own {
        coefficient[packing.get(side.monomial(next), last) as usize] = side.coefficients[next];
        next += 1;
    }
    (coefficient, next)
}

fn monic(field: &PrimeField, side: &Image) -> Image {
    match side.coefficients.first().and_then(|leading| field.inverse(leading)) {
        Some(inverse) => side.scale(field, &inverse),
        None => side.clone(),
    }
}

/// Finds the divisor from its images at points of the last variable.
fn interpolated(
    field: &PrimeField,
    a: &Image,
    b: &Image,
    last: usize,
    watch: Watch<'_>,
) -> Result<Option<Image>, Stopped> {
    let (leading_a, leading_b) =
        (coefficient_at(field, a, 0, last).0, coefficient_at(field, b, 0, last).0);
    let common = univariate::gcd(field, &leading_a, &leading_b);
    let bound = a.degree(last).min(b.degree(last)) + common.len() as u64;
    let one = || Polynomial::constant(field, a.variables(), field.one());
    let mut found: Option<(Image, Image)> = None;
    let mut points = 0;
    for word in 1..field.prime() {
        let point = field.of_word(word);
        let at = |side: &[u64]| univariate::evaluate(field, side, &point);
        if at(&leading_a) == 0 || at(&leading_b) == 0 {
            continue;
        }
        let (x, y) = (a.evaluate(field, last, &point), b.evaluate(field, last, &point));
        let Some(image) = modular(field, &x, &y, last, watch)? else { return Ok(None) };
        if image.is_constant() {
            return Ok(Some(one()));
        }
        let image = image.scale(field, &at(&common));
        let order = found.as_ref().map(|(sum, _)| leading_order(&image, sum, last));
        match order {
            Some(std::cmp::Ordering::Greater) => continue,
            Some(std::cmp::Ordering::Less) => found = None,
            _ => {}
        }
        let (sum, product) = found.take().unwrap_or_else(|| {
            points = 0;
            (Polynomial::zero(a.variables()), one())
        });
        let (sum, is_same) = newton(field, &sum, &product, &image, last, &point);
        points += 1;
        if is_same || points > bound {
            let (_, candidate) = split(field, &sum, last);
            if a.div(field, &candidate).is_some() && b.div(field, &candidate).is_some() {
                return Ok(Some(candidate));
            }
        }
        found = Some((sum, product.mul(field, &root(field, a.variables(), last, &point))));
    }
    Ok(None)
}

/// Compares the first monomials in the variables before the last one.
fn leading_order(image: &Image, sum: &Image, last: usize) -> std::cmp::Ordering {
    let exponents = |side: &Image| -> Vec<u64> {
        side.leading().map(|term| term.exponents().take(last).collect()).unwrap_or_default()
    };
    exponents(image).cmp(&exponents(sum))
}

/// Returns the variable minus a point.
fn root(field: &PrimeField, variables: usize, variable: usize, point: &u64) -> Image {
    let dense = [field.neg(point), field.one()];
    univariate::to_sparse(field, &dense, variables, variable)
}

/// Returns the interpolating polynomial with one more point, and whether it is the same as before.
fn newton(
    field: &PrimeField,
    sum: &Image,
    product: &Image,
    image: &Image,
    last: usize,
    point: &u64,
) -> (Image, bool) {
    let step = image.sub(field, &sum.evaluate(field, last, point));
    if step.is_zero() {
        return (sum.clone(), true);
    }
    let at = product.evaluate(field, last, point);
    let inverse = field.inverse(&at.coefficients()[0]).expect("different points");
    (sum.add(field, &product.mul(field, &step.scale(field, &inverse))), false)
}
