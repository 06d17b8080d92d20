//! Polynomials with coefficients modulo an integer.

use bolt_algebra::{
    BigPrimeField, Field, FiniteField, Integer, Integers, Polynomial, Ring, is_prime, univariate,
};

use super::build::{Reader, Refusal};
use super::divide::Combination;
use super::kernels::{Basis, Form};
use super::ratio::write_polynomial;
use super::scalar::{Numbers, to_integer};
use crate::session::{Evaluated, Session};
use crate::value::Value;

/// Multiplies an expression out and takes its coefficients modulo an integer.
pub(super) fn expand(
    session: &mut Session,
    value: &Value,
    modulus: &Value,
    name: &str,
) -> Evaluated<Option<Value>> {
    let Some(own) = to_integer(modulus).filter(|modulus| *modulus > Integer::ONE) else {
        session.message_of(name, "modp", std::slice::from_ref(modulus));
        return Ok(None);
    };
    let Some((basis, polynomials)) = whole(session, &[value], &own)? else { return Ok(None) };
    let written = Reader::new(&basis, Integers).write(&polynomials[0]);
    session.evaluate(&written).map(Some)
}

/// Reads expressions as polynomials with integers modulo one for coefficients.
fn whole(
    session: &mut Session,
    values: &[&Value],
    modulus: &Integer,
) -> Evaluated<Option<(Basis, Vec<Polynomial>)>> {
    let basis = Basis::new(session, Form::Polynomial, values, std::collections::HashSet::new());
    let reader = Reader::new(&basis, Numbers);
    let read: Result<Vec<_>, Refusal> = values.iter().map(|value| reader.read(value)).collect();
    let polynomials = match read {
        Ok(polynomials) => polynomials,
        Err(refusal) => {
            session.refused(refusal)?;
            return Ok(None);
        }
    };
    let ring = BigPrimeField::new(modulus.clone());
    let element = |value: &Value| -> Option<Integer> {
        let (top, bottom) = crate::number::rational(value)?.into_parts();
        let bottom = Integer::from(dashu_int::IBig::from(bottom)).rem_euclid(modulus);
        Some(ring.mul(&Integer::from(top).rem_euclid(modulus), &ring.inverse(&bottom)?))
    };
    let is_known =
        |own: &Polynomial<Value>| own.coefficients().iter().all(|value| element(value).is_some());
    if !polynomials.iter().all(is_known) {
        return Ok(None);
    }
    let reduced = |own: &Polynomial<Value>| {
        own.map(&Integers, |value| element(value).unwrap_or(Integer::ZERO))
    };
    let all = polynomials.iter().map(reduced).collect();
    Ok(Some((basis, all)))
}

/// Returns the field of a prime.
pub(super) fn field(session: &mut Session, modulus: &Value, name: &str) -> Option<BigPrimeField> {
    let field = to_integer(modulus).filter(is_prime).map(BigPrimeField::new);
    if field.is_none() {
        session.message_of(name, "modp", std::slice::from_ref(modulus));
    }
    field
}

/// Reads expressions as polynomials in one variable modulo a prime.
pub(super) fn dense(
    session: &mut Session,
    values: &[&Value],
    field: &BigPrimeField,
) -> Evaluated<Option<(Basis, Vec<Vec<Integer>>)>> {
    let Some((basis, polynomials)) = whole(session, values, &field.order())? else {
        return Ok(None);
    };
    if basis.len() > 1 || basis.kernels.iter().any(|kernel| kernel.has_inverse) {
        return Ok(None);
    }
    let dense = |polynomial: &Polynomial| match basis.len() {
        0 => {
            let mut value: Vec<Integer> =
                polynomial.coefficients().iter().map(|own| field.of_integer(own)).collect();
            univariate::trim(field, &mut value);
            value
        }
        _ => univariate::from_sparse(field, &polynomial.map(field, |own| field.of_integer(own)), 0),
    };
    let all = polynomials.iter().map(dense).collect();
    Ok(Some((basis, all)))
}

/// Writes a polynomial with coefficients from 0 to the prime.
pub(super) fn write(session: &mut Session, basis: &Basis, whole: &[Integer]) -> Evaluated {
    if basis.len() == 0 {
        let number = whole.first().cloned().unwrap_or(Integer::ZERO);
        return Ok(super::scalar::from_integer(&number));
    }
    let sparse = univariate::to_sparse(&Integers, whole, 1, 0);
    session.evaluate(&write_polynomial(basis, &sparse))
}

pub(super) fn divide(
    session: &mut Session,
    p: &Value,
    q: &Value,
    variable: &Value,
    modulus: &Value,
) -> Evaluated<Option<(Value, Value)>> {
    let Some(field) = field(session, modulus, "PolynomialQuotient") else { return Ok(None) };
    let Some((basis, all)) = dense(session, &[p, q], &field)? else { return Ok(None) };
    let is_other = basis.len() == 1 && basis.place_of(variable).is_none();
    if is_other || all[1].is_empty() {
        return Ok(None);
    }
    let Some([quotient, rest]) = univariate::div_rem(&field, &all[0], &all[1]) else {
        return Ok(None);
    };
    let quotient = write(session, &basis, &quotient)?;
    Ok(Some((quotient, write(session, &basis, &rest)?)))
}

pub(super) fn combine(
    session: &mut Session,
    args: &[Value],
    modulus: &Value,
    combination: Combination,
) -> Evaluated<Option<Value>> {
    let Some(field) = field(session, modulus, "PolynomialGCD") else { return Ok(None) };
    let values: Vec<&Value> = args.iter().collect();
    let Some((basis, all)) = dense(session, &values, &field)? else { return Ok(None) };
    let mut result: Option<Vec<Integer>> = None;
    for own in &all {
        result = Some(match result {
            None => univariate::monic(&field, own),
            Some(sum) => {
                let divisor = univariate::gcd(&field, &sum, own);
                match combination {
                    Combination::Divisor => divisor,
                    Combination::Multiple if divisor.is_empty() => divisor,
                    Combination::Multiple => {
                        let rest = univariate::quotient(&field, own, &divisor);
                        univariate::monic(&field, &univariate::mul(&field, &sum, &rest))
                    }
                }
            }
        });
    }
    Ok(Some(write(session, &basis, &result.unwrap_or_default())?))
}
