//! Factors of square-free polynomials in several variables: those of an image in one variable are
//! lifted (P. Wang, "An improved multivariate polynomial factoring algorithm", 1978).

use super::factor_square_free;
use super::image::{Choice, Points, choose};
use super::lifting::{Lifted, lift};
use crate::gcd::{content_in, positive};
use crate::integer::Integer;
use crate::polynomial::Polynomial;
use crate::ring::Integers;
use crate::watch::{Stopped, Watch};

/// How many good points are compared for the fewest factors of the image.
const POINTS_COMPARED: usize = 3;

/// How many times lifting is tried from other points before factors of images are put together.
const ROUNDS: usize = 6;

/// Returns the factors of a primitive square-free polynomial in several variables.
pub(super) fn factor(
    polynomial: &Polynomial,
    variables: &[usize],
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, Stopped> {
    for &variable in variables {
        let content = content_in(polynomial, variable, watch)?;
        if !content.is_constant() {
            let rest = polynomial.div(&Integers, &content).expect("contents divide");
            let mut found = factor_square_free(&content, watch)?;
            found.extend(factor_square_free(&rest, watch)?);
            return Ok(found);
        }
        if polynomial.degree(variable) == 1 {
            return Ok(vec![polynomial.clone()]);
        }
    }
    if let Some(found) = homogeneous(polynomial, variables, watch)? {
        return Ok(found);
    }
    let main = main_variable(polynomial, variables);
    let mut order: Vec<usize> = vec![main];
    order.extend(variables.iter().copied().filter(|&variable| variable != main));
    let place = |variable: usize| order.iter().position(|&v| v == variable).unwrap_or(0);
    let moved = polynomial.with_exponents(&Integers, order.len(), |v, e| (place(v), e));
    let found = in_order(&positive(&moved), watch)?;
    let all = polynomial.variables();
    let back = |own: Polynomial| own.with_exponents(&Integers, all, |v, e| (order[v], e));
    Ok(found.into_iter().map(back).collect())
}

/// A polynomial all of whose terms have the same degree is factored with one variable less.
fn homogeneous(
    polynomial: &Polynomial,
    variables: &[usize],
    watch: Watch<'_>,
) -> Result<Option<Vec<Polynomial>>, Stopped> {
    let total = polynomial.total_degree();
    if polynomial.terms().any(|term| term.exponents().sum::<u64>() != total) {
        return Ok(None);
    }
    let last = variables[variables.len() - 1];
    let lower = polynomial.evaluate(&Integers, last, &Integer::ONE);
    let raised = |own: Polynomial| {
        let total = own.total_degree();
        let terms = own.terms().map(|term| {
            let sum: u64 = term.exponents().sum();
            let exponents: Vec<u64> = term
                .exponents()
                .enumerate()
                .map(|(v, e)| if v == last { total - sum } else { e })
                .collect();
            (exponents, term.coefficient.clone())
        });
        Polynomial::from_terms(&Integers, own.variables(), terms)
    };
    let found = factor_square_free(&lower, watch)?;
    Ok(Some(found.into_iter().map(raised).collect()))
}

/// Returns the variable whose leading coefficient is simplest and whose degree is lowest.
fn main_variable(polynomial: &Polynomial, variables: &[usize]) -> usize {
    let cost = |variable: &usize| {
        let leading = polynomial.leading_in(*variable);
        (leading.len(), leading.total_degree(), polynomial.degree(*variable))
    };
    variables.iter().copied().min_by_key(cost).unwrap_or(variables[0])
}

/// Factors a polynomial whose main variable is the first.
fn in_order(polynomial: &Polynomial, watch: Watch<'_>) -> Result<Vec<Polynomial>, Stopped> {
    let leading = polynomial.leading_in(0);
    let parts = super::factor(&leading, watch)?;
    let mut points = Points::new(polynomial.variables() - 1);
    let mut best: Option<Choice> = None;
    for round in 0..ROUNDS {
        let compared = if round == 0 { POINTS_COMPARED } else { 1 };
        for _ in 0..compared {
            let Some(choice) = choose(polynomial, &parts, &mut points, watch)? else { break };
            if choice.images.len() == 1 {
                return Ok(vec![polynomial.clone()]);
            }
            if best.as_ref().is_none_or(|best| choice.images.len() <= best.images.len()) {
                best = Some(choice);
            }
        }
        let Some(choice) = &best else { break };
        if let Some(leading) = choice.distribute(&parts)
            && let Some(found) = lifted(polynomial, choice, &leading, &parts.content, watch)?
        {
            return Ok(found);
        }
    }
    by_subsets(polynomial, &leading, best, &mut points, watch)
}

/// Lifts the images to factors with given leading coefficients, whose product is that of the
/// polynomial but for a constant; `None` if they do not belong to factors.
fn lifted(
    polynomial: &Polynomial,
    choice: &Choice,
    leading: &[Polynomial],
    constant: &Integer,
    watch: Watch<'_>,
) -> Result<Option<Vec<Polynomial>>, Stopped> {
    let accept = |found: &[Polynomial]| -> Option<Vec<Polynomial>> {
        let found: Vec<Polynomial> = found.iter().map(|own| positive(&own.primitive())).collect();
        let one = Polynomial::constant(&Integers, polynomial.variables(), Integer::ONE);
        let product = found.iter().fold(one, |product, own| product.mul(&Integers, own));
        positive(polynomial).equals(&product).then_some(found)
    };
    lift(&Lifted { polynomial, choice, leading, constant }, accept, watch)
}

/// Tries products of the factors of an image, each with the whole leading coefficient, from the
/// smallest on.
fn by_subsets(
    polynomial: &Polynomial,
    leading: &Polynomial,
    choice: Option<Choice>,
    points: &mut Points,
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, Stopped> {
    let choice = match choice {
        Some(choice) => choice,
        None => points.any(polynomial, leading, watch)?,
    };
    let count = choice.images.len();
    let target = polynomial.mul(&Integers, leading);
    let both = [leading.clone(), leading.clone()];
    for size in 1..=count / 2 {
        for subset in subsets(count, size) {
            watch.check()?;
            let pair = choice.in_two(&subset);
            let accept = |found: &[Polynomial]| -> Option<Polynomial> {
                let content = content_in(&found[0], 0, watch).ok()?;
                let own = found[0].div(&Integers, &content)?;
                polynomial.div(&Integers, &own).is_some().then_some(own)
            };
            let problem = Lifted {
                polynomial: &target,
                choice: &pair,
                leading: &both,
                constant: &Integer::ONE,
            };
            if let Some(own) = lift(&problem, accept, watch)? {
                let rest = polynomial.div(&Integers, &own).expect("it was tried");
                let mut found = factor_square_free(&own, watch)?;
                found.extend(factor_square_free(&rest, watch)?);
                return Ok(found);
            }
        }
    }
    Ok(vec![polynomial.clone()])
}

/// Returns the subsets of so many places that have a size.
fn subsets(count: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut next = (size <= count).then(|| (0..size).collect::<Vec<usize>>());
    std::iter::from_fn(move || {
        let current = next.take()?;
        if let Some(place) = (0..size).rev().find(|&p| current[p] < count - size + p) {
            let mut following = current.clone();
            following[place] += 1;
            for later in place + 1..size {
                following[later] = following[later - 1] + 1;
            }
            next = Some(following);
        }
        Some(current)
    })
}
