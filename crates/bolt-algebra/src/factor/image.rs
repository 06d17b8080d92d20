//! Images of polynomials in one variable, where the others are integers, and how leading
//! coefficients are shared out among the factors of an image.

use super::finite::Random;
use super::{Factored, integers};
use crate::field::PrimeField;
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::{Integers, Ring};
use crate::univariate::{self, Dense};
use crate::watch::{Stopped, Watch};

/// The prime modulo which images are tested for squares: 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// Points that are tried before none is found good.
const POINTS_TRIED: u64 = 400;

/// A point for the variables other than the first, with the image there.
pub(super) struct Choice {
    pub(super) point: Vec<i64>,
    /// The primitive factors of the image, and what is left of it.
    pub(super) images: Vec<Dense<Integer>>,
    content: Integer,
    /// For each factor of the leading coefficient a number that divides its value at the point and
    /// has no prime in common with the content and the values of those before.
    own_primes: Vec<Integer>,
}

/// Points, those near 0 first.
pub(super) struct Points {
    count: usize,
    random: Random,
    tried: u64,
}

impl Points {
    pub(super) fn new(count: usize) -> Self {
        Self { count, random: Random(0x9e37_79b9_7f4a_7c15), tried: 0 }
    }

    fn next(&mut self) -> Vec<i64> {
        self.tried += 1;
        if self.tried == 1 {
            return vec![0; self.count];
        }
        let size = 1 + self.tried / 4;
        let random = &mut self.random;
        let value = |()| ((random.next() >> 8) % (2 * size + 1)) as i64 - size as i64;
        std::iter::repeat_n((), self.count).map(value).collect()
    }

    /// Finds a point whatever the leading coefficient is there, as long as it is not 0.
    pub(super) fn any(
        &mut self,
        polynomial: &Polynomial,
        leading: &Polynomial,
        watch: Watch<'_>,
    ) -> Result<Choice, Stopped> {
        loop {
            watch.check()?;
            let point = self.next();
            if at(leading, &point).is_zero() {
                continue;
            }
            if let Some((image, content)) = image(polynomial, &point) {
                let images = factors_of(&image, watch)?;
                return Ok(Choice { point, images, content, own_primes: Vec::new() });
            }
        }
    }
}

/// Returns the value of a polynomial where all variables but the first are integers.
fn at(polynomial: &Polynomial, point: &[i64]) -> Polynomial {
    let mut result = polynomial.clone();
    for (place, value) in point.iter().enumerate() {
        result = result.evaluate(&Integers, place + 1, &Integer::from(*value));
    }
    result
}

/// Returns the primitive image and its content, if it is square-free.
fn image(polynomial: &Polynomial, point: &[i64]) -> Option<(Dense<Integer>, Integer)> {
    let image = univariate::from_sparse(&Integers, &at(polynomial, point), 0);
    let field = PrimeField::new(PRIME);
    let modular: Vec<u64> = image.iter().map(|own| field.of_integer(own)).collect();
    let slope = univariate::derivative(&field, &modular);
    let is_square_free = modular.last().is_some_and(|leading| *leading != 0)
        && univariate::gcd(&field, &modular, &slope).len() == 1;
    if !is_square_free {
        return None;
    }
    let primitive = integers::primitive(&image);
    let content = image.last()?.div_exact(primitive.last()?)?;
    Some((primitive, content))
}

fn factors_of(image: &[Integer], watch: Watch<'_>) -> Result<Vec<Dense<Integer>>, Stopped> {
    let sparse = univariate::to_sparse(&Integers, image, 1, 0);
    let factors = super::factor(&sparse, watch)?.factors;
    Ok(factors.iter().map(|(own, _)| univariate::from_sparse(&Integers, own, 0)).collect())
}

/// Finds a point where the image has full degree and no square, and the factors of the leading
/// coefficient have primes of their own; `None` if there seems to be none.
pub(super) fn choose(
    polynomial: &Polynomial,
    leading: &Factored,
    points: &mut Points,
    watch: Watch<'_>,
) -> Result<Option<Choice>, Stopped> {
    for _ in 0..POINTS_TRIED {
        watch.check()?;
        let point = points.next();
        let values: Vec<Integer> =
            leading.factors.iter().map(|(part, _)| constant_at(part, &point)).collect();
        if values.iter().any(Integer::is_zero) {
            continue;
        }
        let Some((image, content)) = image(polynomial, &point) else { continue };
        let Some(own_primes) = primes_of_their_own(&leading.content.mul(&content), &values) else {
            continue;
        };
        let images = factors_of(&image, watch)?;
        return Ok(Some(Choice { point, images, content, own_primes }));
    }
    Ok(None)
}

fn constant_at(part: &Polynomial, point: &[i64]) -> Integer {
    at(part, point).coefficients().first().map_or(Integer::ZERO, Integer::abs)
}

fn primes_of_their_own(content: &Integer, values: &[Integer]) -> Option<Vec<Integer>> {
    let mut all = vec![content.abs()];
    for value in values {
        let mut own = value.clone();
        for before in all.iter().rev() {
            let mut common = before.clone();
            while !common.is_one() {
                common = common.gcd(&own);
                own = own.div_exact(&common)?;
            }
        }
        if own.is_one() {
            return None;
        }
        all.push(own);
    }
    all.remove(0);
    Some(all)
}

impl Choice {
    /// Returns the leading coefficients of the factors, by the primes in those of their images;
    /// `None` if the image has factors that belong to none of the polynomial.
    pub(super) fn distribute(&self, leading: &Factored) -> Option<Vec<Polynomial>> {
        let values: Vec<Integer> =
            leading.factors.iter().map(|(part, _)| constant_at(part, &self.point)).collect();
        let mut counts = vec![0; values.len()];
        let mut found = Vec::with_capacity(self.images.len());
        for image in &self.images {
            let mut left = image.last()?.mul(&self.content).abs();
            let variables = self.point.len() + 1;
            let mut product = Polynomial::constant(&Integers, variables, Integer::ONE);
            for (place, value) in values.iter().enumerate().rev() {
                while left.div_exact(&self.own_primes[place]).is_some() {
                    left = left.div_exact(value)?;
                    counts[place] += 1;
                    product = product.mul(&Integers, &leading.factors[place].0);
                }
            }
            found.push(product);
        }
        let is_whole = leading.factors.iter().zip(&counts).all(|((_, own), count)| own == count);
        is_whole.then_some(found)
    }

    /// Returns the choice with two products of images: those at some places, and the others.
    pub(super) fn in_two(&self, places: &[usize]) -> Self {
        let mut products = [vec![Integer::ONE], vec![Integer::ONE]];
        for (place, image) in self.images.iter().enumerate() {
            let side = &mut products[usize::from(!places.contains(&place))];
            *side = univariate::mul(&Integers, side, image);
        }
        Self {
            point: self.point.clone(),
            images: products.into(),
            content: self.content.clone(),
            own_primes: Vec::new(),
        }
    }
}
