//! Factors over fields with an algebraic number: `Extension` and `GaussianIntegers`.

use bolt_algebra::factor::cyclotomic;
use bolt_algebra::{Integer, Integers, Polynomial, Watch, factor_over, univariate};

use super::build::Refusal;
use super::kernels::Basis;
use super::ratio::{self, Ratio};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// What numbers factors may have.
#[derive(Debug, Clone)]
pub(super) enum Numbers {
    /// Those that stand in the expression.
    Automatic,
    /// Those that another expression is built of.
    Of(Value),
}

/// Unasked, polynomials in more variables than these or of higher degree are not factored over the
/// Gaussian numbers, which takes long.
const UNASKED_VARIABLES_MAX: usize = 2;
const UNASKED_DEGREE_MAX: u64 = 24;

/// Factors an expression with complex numbers in it over the Gaussian ones; `None` if that would
/// take long.
pub(super) fn factor_gaussian(session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
    let Some(fraction) = session.fraction(value, &[])? else { return Ok(None) };
    let is_small = |(factor, _): &(Polynomial, i64)| {
        let used = factor.used().into_iter().filter(|used| *used).count();
        used <= UNASKED_VARIABLES_MAX + 1 && factor.total_degree() <= UNASKED_DEGREE_MAX
    };
    match fraction.ratio.factors.iter().all(is_small) {
        true => factor_with(session, value, &Numbers::Of(Value::i())),
        false => Ok(None),
    }
}

/// Factors over the rationals with an algebraic number; `None` if there is none, more than one, or
/// no algebraic one.
pub(super) fn factor_with(
    session: &mut Session,
    value: &Value,
    numbers: &Numbers,
) -> Evaluated<Option<Value>> {
    let own = match numbers {
        Numbers::Automatic => value.clone(),
        Numbers::Of(own) => match own.as_list() {
            Some([only]) => only.clone(),
            _ => own.clone(),
        },
    };
    let Some((basis, ratios, false)) = session.fractions(&[value, &own], &[])? else {
        return Ok(None);
    };
    let is_number = |place: &usize| modulus(&basis, *place).is_some();
    let stands_in = |ratio: &Ratio, place: usize| {
        ratio.monomial[place] != 0
            || ratio.factors.iter().any(|(factor, _)| factor.degree(place) > 0)
    };
    let wanted: Vec<usize> =
        (0..basis.len()).filter(is_number).filter(|place| stands_in(&ratios[1], *place)).collect();
    let [place] = wanted[..] else { return Ok(None) };
    let Some(polynomial) = modulus(&basis, place) else { return Ok(None) };
    let flag = session.interrupt.clone();
    match factored(&ratios[0], place, &polynomial, Watch::new(&flag)) {
        Ok(ratio) => session.evaluate(&ratio::write(&basis, &ratio)).map(Some),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(None)
        }
    }
}

/// Returns the polynomial whose root a kernel is, if it is a root of a rational number.
fn modulus(basis: &Basis, place: usize) -> Option<Polynomial> {
    let kernel = &basis.kernels[place];
    let variables = basis.len();
    let dense: Vec<Integer> = match &kernel.base {
        Value::Complex(_) => vec![Integer::ONE, Integer::ZERO, Integer::ONE],
        Value::Integer(-1) if number::is_one(&kernel.rest) => cyclotomic(2 * kernel.root as u64),
        base if kernel.root > 1 && number::is_one(&kernel.rest) => {
            let (top, bottom) = number::rational(base)?.into_parts();
            let mut dense = vec![Integer::ZERO; kernel.root as usize + 1];
            dense[0] = Integer::from(top).neg();
            dense[kernel.root as usize] = Integer::from(dashu_int::IBig::from(bottom));
            dense
        }
        _ => return None,
    };
    let polynomial = univariate::to_sparse(&Integers, &dense, variables, place);
    let factors = bolt_algebra::factor::factor(&polynomial, Watch::NEVER).ok()?.factors;
    matches!(factors[..], [(_, 1)]).then_some(polynomial)
}

fn factored(
    ratio: &Ratio,
    number: usize,
    modulus: &Polynomial,
    watch: Watch<'_>,
) -> Result<Ratio, Refusal> {
    let mut result = Ratio { factors: Vec::new(), ..ratio.clone() };
    let mut left: Vec<(Polynomial, i64)> = ratio.factors.clone();
    while let Some((factor, exponent)) = left.pop() {
        let used = factor.used();
        let Some(variable) = (0..used.len()).find(|&v| used[v] && v != number) else {
            result.factors.push((factor, exponent));
            continue;
        };
        let found = factor_over(&factor, variable, number, modulus, watch)?;
        for (own, power) in found.factors {
            let own = Ratio::from_polynomial(&own);
            let raised = own.power(exponent * power as i64)?;
            result = merged(result, raised);
        }
        let (above, below) = found.rest;
        let rest = Ratio::from_polynomial(&above)
            .times(&Ratio::from_polynomial(&below).power(-1)?, watch)?;
        let mut rest = rest.power(exponent)?;
        // What does not depend on the variable may have factors in the others.
        let is_number =
            |own: &Polynomial| (0..used.len()).all(|v| v == number || own.degree(v) == 0);
        let (numbers, others) = rest.factors.drain(..).partition(|(own, _)| is_number(own));
        rest.factors = numbers;
        left.extend::<Vec<(Polynomial, i64)>>(others);
        result = merged(result, rest);
    }
    Ok(result)
}

/// Multiplies without looking for what is common.
fn merged(mut a: Ratio, b: Ratio) -> Ratio {
    a.times_number(&b.number.0, &b.number.1);
    for (own, exponent) in a.monomial.iter_mut().zip(&b.monomial) {
        *own += exponent;
    }
    for (factor, exponent) in b.factors {
        match a.factors.iter_mut().find(|(own, _)| own.equals(&factor)) {
            Some((_, sum)) => *sum += exponent,
            None => a.factors.push((factor, exponent)),
        }
    }
    a.factors.retain(|(_, exponent)| *exponent != 0);
    a
}
