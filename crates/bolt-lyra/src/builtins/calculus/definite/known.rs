//! Integrals that are known by their form: those over the positive numbers that are values of
//! Riemann's zeta function, and Laplace's of a wave over a quadratic polynomial.

use super::Range;
use crate::builtins::calculus::formula::lyra;
use crate::builtins::calculus::terms::{base_and_exponent, factors, is_free, terms};
use crate::builtins::simplify::assume::current;
use crate::builtins::simplify::facts::Facts;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Returns the value of an integral over all numbers by its residue, where that is a theorem.
pub(super) fn over_all_numbers(
    session: &mut Session,
    range: Range<'_>,
) -> Evaluated<Option<Value>> {
    match (range.low.exactly(sym::DirectedInfinity), range.high) {
        (Some([Value::Integer(-1)]), Value::Symbol(sym::Infinity)) => {
            wave_over_quadratic(session, range)
        }
        _ => Ok(None),
    }
}

/// Returns the value of an integral over the positive numbers, to be compared with numbers.
pub(super) fn over_positive(session: &mut Session, range: Range<'_>) -> Evaluated<Option<Value>> {
    match (range.low, range.high) {
        (Value::Integer(0), Value::Symbol(sym::Infinity)) => power_over_exponential(session, range),
        _ => Ok(None),
    }
}

fn is_positive(session: &mut Session, value: &Value) -> Evaluated<bool> {
    if let Some(number) = session.machine_value(value)? {
        return Ok(number > 0.0);
    }
    let assumed = current(session);
    let facts = Facts::read(session, &assumed)?;
    Ok(facts.sign(session, value)?.is_positive())
}

/// c x^(s - 1)/(E^(a x) - 1) and with + 1: Gamma[s] Zeta[s]/a^s and Gamma[s] (1 - 2^(1 - s)) Zeta[s].
fn power_over_exponential(session: &mut Session, range: Range<'_>) -> Evaluated<Option<Value>> {
    let x = range.x;
    let (mut constant, mut power, mut slope) = (Args::new(), Value::Integer(0), None);
    for factor in factors(range.f) {
        let (base, exponent) = base_and_exponent(factor);
        if is_free(factor, x) {
            constant.push(factor.clone());
        } else if base == *x && is_free(&exponent, x) {
            power = exponent;
        } else if exponent == Value::Integer(-1) && slope.is_none() {
            let Some(found) = exponential_and_one(session, &base, x)? else { return Ok(None) };
            slope = Some(found);
        } else {
            return Ok(None);
        }
    }
    let Some((a, scale, sign)) = slope else { return Ok(None) };
    let c = session.product_of(constant)?;
    let s = lyra!(session, "power + 1", power)?;
    if s == Value::Integer(1) {
        return Ok(None);
    }
    Ok(Some(match sign {
        1 => lyra!(session, "c*Gamma[s]*Zeta[s]*(1 - 2^(1 - s))/(scale*a^s)", c, s, scale, a)?,
        _ => lyra!(session, "c*Gamma[s]*Zeta[s]/(scale*a^s)", c, s, scale, a)?,
    }))
}

/// Reads q (E^(a x) + sign): a, q and the sign.
fn exponential_and_one(
    session: &mut Session,
    base: &Value,
    x: &Value,
) -> Evaluated<Option<(Value, Value, i64)>> {
    let (constant, depending): (Args, Args) =
        terms(base).iter().cloned().partition(|term| is_free(term, x));
    let [term] = &depending[..] else { return Ok(None) };
    let (scale, exponential): (Args, Args) =
        factors(term).iter().cloned().partition(|factor| is_free(factor, x));
    let [exponential] = &exponential[..] else { return Ok(None) };
    let Some([b, exponent]) = exponential.exactly(sym::Power) else { return Ok(None) };
    if !is_free(b, x) {
        return Ok(None);
    }
    let Some(poly) = session.poly(exponent, x)?.filter(|poly| poly.degree() == 1) else {
        return Ok(None);
    };
    let (shift, slope) = (poly.at(0), poly.at(1));
    let scale = session.product_of(scale)?;
    let scale = lyra!(session, "scale*b^shift", scale, b, shift)?;
    let one = session.sum_of(constant)?;
    let sign = match lyra!(session, "Together[one/scale]", one, scale)? {
        Value::Integer(1) => 1,
        Value::Integer(-1) => -1,
        _ => return Ok(None),
    };
    let a = lyra!(session, "slope*Log[b]", slope, b)?;
    Ok(Some((a, scale, sign)))
}

/// c Cos[w x] or Sin[w x] times x over x^2 + q, for w and q that are positive.
fn wave_over_quadratic(session: &mut Session, range: Range<'_>) -> Evaluated<Option<Value>> {
    let x = range.x;
    let (mut constant, mut rest, mut wave) = (Args::new(), Args::new(), None);
    for factor in factors(range.f) {
        if is_free(factor, x) {
            constant.push(factor.clone());
            continue;
        }
        let found = [sym::Cos, sym::Sin]
            .into_iter()
            .find_map(|head| Some((head, factor.exactly::<1>(head)?[0].clone())));
        match found {
            Some(found) if wave.is_none() => wave = Some(found),
            _ => rest.push(factor.clone()),
        }
    }
    let Some((head, u)) = wave else { return Ok(None) };
    let Some(argument) = session.poly(&u, x)?.filter(|poly| poly.degree() == 1) else {
        return Ok(None);
    };
    let (w, shift) = (argument.at(1), argument.at(0));
    let rest = session.product_of(rest)?;
    let Some(fraction) = session.fraction_in(&rest, x)? else { return Ok(None) };
    let [(bottom, 1)] = &fraction.bottom[..] else { return Ok(None) };
    if bottom.degree() != 2 || fraction.top.degree() > 1 {
        return Ok(None);
    }
    let (p, m, n) = (bottom.at(0), bottom.at(1), bottom.at(2));
    let (d, e, c) = (fraction.top.at(0), fraction.top.at(1), session.product_of(constant)?);
    // By the residue at the pole h + i r in the upper half plane.
    let h = lyra!(session, "-m/(2*n)", m, n)?;
    let square = lyra!(session, "p/n - h^2", p, n, h)?;
    if !is_positive(session, &w)? || !is_positive(session, &square)? {
        return Ok(None);
    }
    let r = lyra!(session, "Sqrt[square]", square)?;
    let r = super::refined(session, r)?;
    let phase = lyra!(session, "w*h + shift", w, h, shift)?;
    let scale = lyra!(session, "c*Pi*E^(-w*r)/n", c, w, r, n)?;
    let (even, odd) = (lyra!(session, "(d + e*h)/r", d, e, h, r)?, e);
    Ok(Some(match head {
        sym::Cos => {
            lyra!(session, "scale*(even*Cos[phase] - odd*Sin[phase])", scale, even, odd, phase)?
        }
        _ => lyra!(session, "scale*(even*Sin[phase] + odd*Cos[phase])", scale, even, odd, phase)?,
    }))
}
