//! Lifting factors from one variable to several over a prime field, a variable at a time (P. Wang,
//! "An improved multivariate polynomial factoring algorithm", 1978). All variables but the first
//! are 0 at the images.

use super::image::Choice;
use crate::field::{BigPrimeField, PrimeField};
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::{FiniteField, Integers};
use crate::univariate::{self as u, Dense};
use crate::watch::{Stopped, Watch};

type Over<F> = Polynomial<<F as crate::ring::Ring>::Element>;

/// A word-sized prime that is tried first: 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// The images of factors that are to be lifted.
#[derive(Clone, Copy)]
pub(super) struct Lifted<'a> {
    /// The product times the constant.
    pub(super) polynomial: &'a Polynomial,
    pub(super) choice: &'a Choice,
    /// The leading coefficients of the factors.
    pub(super) leading: &'a [Polynomial],
    pub(super) constant: &'a Integer,
}

/// Lifts images to factors over the integers, each times the constant, and returns what they are
/// accepted as; `None` if there are no such factors. They are lifted modulo a word-sized prime,
/// and, if what comes out is not accepted, modulo one that is larger than any coefficient.
pub(super) fn lift<T>(
    problem: &Lifted<'_>,
    accept: impl Fn(&[Polynomial]) -> Option<T>,
    watch: Watch<'_>,
) -> Result<Option<T>, Stopped> {
    let Some(found) = lift_over(&PrimeField::new(PRIME), problem, watch)? else { return Ok(None) };
    if let Some(accepted) = accept(&found) {
        return Ok(Some(accepted));
    }
    let degrees: u64 = problem.polynomial.degrees().iter().sum();
    let bits = problem.polynomial.bits() + 2 * problem.constant.bits() + 2 * degrees as usize + 16;
    if bits < 60 {
        return Ok(None);
    }
    let found = lift_over(&BigPrimeField::with_bits(bits), problem, watch)?;
    Ok(found.and_then(|found| accept(&found)))
}

fn lift_over<F: FiniteField>(
    field: &F,
    problem: &Lifted<'_>,
    watch: Watch<'_>,
) -> Result<Option<Vec<Polynomial>>, Stopped> {
    let Lifted { polynomial, choice, leading, constant } = *problem;
    let variables = polynomial.variables();
    let Some(inverse) = field.inverse(&field.of_integer(constant)) else { return Ok(None) };
    let moved = |own: &Polynomial, sign: i64| {
        let own = own.map(field, |value| field.of_integer(value));
        shifted(field, &own, &choice.point, sign)
    };
    let leading: Vec<Over<F>> = leading.iter().map(|own| moved(own, 1)).collect();
    let mut images = Vec::with_capacity(leading.len());
    for (image, leading) in choice.images.iter().zip(&leading) {
        let image: Vec<F::Element> = image.iter().map(|own| field.of_integer(own)).collect();
        let value = at_zero(field, leading, 1);
        let (Some(value), Some(own)) =
            (value.as_constant(field), image.last().and_then(|own| field.inverse(own)))
        else {
            return Ok(None);
        };
        let image = u::scale(field, &image, &field.mul(&value, &own));
        images.push(u::to_sparse(field, &image, variables, 0));
    }
    let product = moved(polynomial, 1).scale(field, &inverse);
    let Some(found) = (Problem { field, product, images, leading }).lift(watch)? else {
        return Ok(None);
    };
    let scale = field.of_integer(constant);
    let back = |own: &Over<F>| {
        let own = shifted(field, own, &choice.point, -1).scale(field, &scale);
        own.map(&Integers, |value| field.to_integer(value))
    };
    Ok(Some(found.iter().map(back).collect()))
}

/// Adds the coordinates of a point, or subtracts them, in all variables but the first.
fn shifted<F: FiniteField>(field: &F, polynomial: &Over<F>, point: &[i64], sign: i64) -> Over<F> {
    let variables = polynomial.variables();
    let mut result = polynomial.clone();
    for (place, &value) in point.iter().enumerate().filter(|(_, value)| **value != 0) {
        let own = Polynomial::variable(field, variables, place + 1, 1);
        let value = field.of_integer(&Integer::from(value * sign));
        let sum = own.add(field, &Polynomial::constant(field, variables, value));
        result = result.compose(field, place + 1, &sum);
    }
    result
}

/// What is to be lifted.
struct Problem<'a, F: FiniteField> {
    field: &'a F,
    /// The product, in which the first variable is the main one.
    product: Over<F>,
    /// The images of the factors, in the first variable alone.
    images: Vec<Over<F>>,
    /// The leading coefficients of the factors, in the other variables.
    leading: Vec<Over<F>>,
}

impl<F: FiniteField> Problem<'_, F> {
    /// Returns the factors; `None` if the images do not belong to factors.
    fn lift(&self, watch: Watch<'_>) -> Result<Option<Vec<Over<F>>>, Stopped> {
        let variables = self.product.variables();
        let Some(base) = Base::new(self.field, &self.images) else { return Ok(None) };
        let mut factors = self.images.clone();
        let mut known: Vec<Vec<Over<F>>> = Vec::new();
        for variable in 1..variables {
            let product = self.at_zero(&self.product, variable + 1);
            let leading: Vec<Over<F>> =
                self.leading.iter().map(|own| self.at_zero(own, variable + 1)).collect();
            known.push(factors.clone());
            let solver = Solver { field: self.field, base: &base, known: &known };
            let lifted = self.step(&product, &factors, &leading, variable, &solver, watch)?;
            let Some(lifted) = lifted else { return Ok(None) };
            factors = lifted;
        }
        Ok(Some(factors))
    }

    /// Returns it where a variable and all after it are 0.
    fn at_zero(&self, polynomial: &Over<F>, from: usize) -> Over<F> {
        at_zero(self.field, polynomial, from)
    }

    /// Lifts by one variable: coefficients of its powers, from the lowest.
    fn step(
        &self,
        product: &Over<F>,
        factors: &[Over<F>],
        leading: &[Over<F>],
        variable: usize,
        solver: &Solver<'_, F>,
        watch: Watch<'_>,
    ) -> Result<Option<Vec<Over<F>>>, Stopped> {
        let field = self.field;
        let variables = product.variables();
        let mut lifted: Vec<Over<F>> = factors
            .iter()
            .zip(leading)
            .map(|(factor, leading)| with_leading(field, factor, leading))
            .collect();
        for power in 1..=product.degree(variable) {
            watch.check()?;
            let error = product.sub(field, &product_of(field, variables, &lifted));
            if error.is_zero() {
                return Ok(Some(lifted));
            }
            let Some(part) = coefficient_of(&error, variable, power) else { continue };
            let Some(steps) = solver.solve(&part, variable - 1, watch)? else { return Ok(None) };
            let shift = Polynomial::variable(field, variables, variable, power);
            for (factor, step) in lifted.iter_mut().zip(steps) {
                *factor = factor.add(field, &step.mul(field, &shift));
            }
        }
        let is_whole = product.equals(&product_of(field, variables, &lifted));
        Ok(is_whole.then_some(lifted))
    }
}

fn at_zero<F: FiniteField>(field: &F, polynomial: &Over<F>, from: usize) -> Over<F> {
    let mut result = polynomial.clone();
    for variable in from..polynomial.variables() {
        if result.degree(variable) > 0 {
            result = result.evaluate(field, variable, &field.zero());
        }
    }
    result
}

/// Returns the coefficient of a power of a variable.
fn coefficient_of<E: Clone + PartialEq>(
    polynomial: &Polynomial<E>,
    variable: usize,
    power: u64,
) -> Option<Polynomial<E>> {
    let powers = polynomial.by_powers_of(variable);
    powers.into_iter().find(|(own, _)| *own == power).map(|(_, coefficient)| coefficient)
}

/// Returns the factor with another leading coefficient in the first variable.
fn with_leading<F: FiniteField>(field: &F, factor: &Over<F>, leading: &Over<F>) -> Over<F> {
    let variables = factor.variables();
    let power = Polynomial::variable(field, variables, 0, factor.degree(0));
    let change = leading.sub(field, &factor.leading_in(0));
    factor.add(field, &change.mul(field, &power))
}

fn product_of<F: FiniteField>(field: &F, variables: usize, factors: &[Over<F>]) -> Over<F> {
    let one = Polynomial::constant(field, variables, field.one());
    factors.iter().fold(one, |product, factor| product.mul(field, factor))
}

/// Multipliers of the products of all images but one that make their sum 1.
struct Base<F: FiniteField> {
    images: Vec<Dense<F::Element>>,
    multipliers: Vec<Dense<F::Element>>,
}

impl<F: FiniteField> Base<F> {
    fn new(field: &F, images: &[Over<F>]) -> Option<Self> {
        let images: Vec<Dense<F::Element>> =
            images.iter().map(|image| u::from_sparse(field, image, 0)).collect();
        let mut multipliers = Vec::with_capacity(images.len());
        for (place, image) in images.iter().enumerate() {
            let others = images.iter().enumerate().filter(|(other, _)| *other != place);
            let product = others
                .fold(vec![field.one()], |product, (_, other)| u::mul(field, &product, other));
            let [divisor, multiplier, _] =
                u::extended_gcd(field, &u::rem(field, &product, image), image);
            if divisor.len() != 1 {
                return None;
            }
            multipliers.push(multiplier);
        }
        Some(Self { images, multipliers })
    }
}

/// Solves equations for the steps of factors, in the first variables.
struct Solver<'a, F: FiniteField> {
    field: &'a F,
    base: &'a Base<F>,
    /// The factors in the first variable, in the first two, and so on.
    known: &'a [Vec<Over<F>>],
}

impl<F: FiniteField> Solver<'_, F> {
    /// Returns polynomials whose products with the products of all factors but one add up to a
    /// polynomial in the variables up to the last; `None` if there are none.
    fn solve(
        &self,
        sum: &Over<F>,
        last: usize,
        watch: Watch<'_>,
    ) -> Result<Option<Vec<Over<F>>>, Stopped> {
        let field = self.field;
        let variables = sum.variables();
        if last == 0 {
            let dense = u::from_sparse(field, sum, 0);
            let step = |(image, multiplier): (&Dense<F::Element>, &Dense<F::Element>)| {
                let rest = u::rem(field, &u::mul(field, &dense, multiplier), image);
                u::to_sparse(field, &rest, variables, 0)
            };
            let steps: Vec<Over<F>> =
                self.base.images.iter().zip(&self.base.multipliers).map(step).collect();
            return Ok(Some(steps));
        }
        watch.check()?;
        let factors = &self.known[last];
        let others: Vec<Over<F>> = (0..factors.len())
            .map(|place| {
                let rest: Vec<Over<F>> = factors
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != place)
                    .map(|(_, factor)| factor.clone())
                    .collect();
                product_of(field, variables, &rest)
            })
            .collect();
        let degree = sum.degree(last) + factors.iter().map(|f| f.degree(last)).sum::<u64>();
        let start = at_zero(field, sum, last);
        let Some(mut steps) = self.solve(&start, last - 1, watch)? else { return Ok(None) };
        let mut error = sum.sub(field, &combined(field, variables, &steps, &others));
        for power in 1..=degree {
            if error.is_zero() {
                return Ok(Some(steps));
            }
            let Some(part) = coefficient_of(&error, last, power) else { continue };
            let Some(more) = self.solve(&part, last - 1, watch)? else { return Ok(None) };
            let shift = Polynomial::variable(field, variables, last, power);
            let more: Vec<Over<F>> = more.iter().map(|own| own.mul(field, &shift)).collect();
            error = error.sub(field, &combined(field, variables, &more, &others));
            for (step, own) in steps.iter_mut().zip(&more) {
                *step = step.add(field, own);
            }
        }
        Ok(error.is_zero().then_some(steps))
    }
}

fn combined<F: FiniteField>(
    field: &F,
    variables: usize,
    steps: &[Over<F>],
    others: &[Over<F>],
) -> Over<F> {
    let products: Vec<Over<F>> =
        steps.iter().zip(others).map(|(step, other)| step.mul(field, other)).collect();
    Polynomial::sum(field, variables, &products)
}
