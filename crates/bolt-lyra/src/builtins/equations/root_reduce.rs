//! `RootReduce`: algebraic numbers by their minimal polynomials.

use super::forms::{any_part, of};
use super::polynomial::Polynomial;
use super::{radicals, root_object};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// Higher degrees are left as they are.
const MOST_DEGREE: usize = 40;

/// Writes every algebraic number as a fraction, by square roots, or as a `Root` object.
pub(super) fn reduce(session: &mut Session, value: &Value) -> Evaluated {
    if let Some(call) = value.as_call()
        && !session.is_numeric(value)
    {
        let mut args = crate::value::Args::new();
        for arg in call.args() {
            args.push(reduce(session, arg)?);
        }
        return session.evaluate(&Value::call(call.head().clone(), args));
    }
    if value.is_atom() {
        return Ok(value.clone());
    }
    Ok(reduced(session, value)?.unwrap_or_else(|| value.clone()))
}

fn reduced(session: &mut Session, value: &Value) -> Evaluated<Option<Value>> {
    let x = of(sym::Slot, Value::Integer(1));
    let minimal = session.system("MinimalPolynomial", [value.clone(), x.clone()])?;
    let name = session.system_symbol("MinimalPolynomial");
    if any_part(&minimal, &|part| part.args_of(name).is_some()) {
        return Ok(None);
    }
    let Some(p) = Polynomial::read(session, &minimal, &x)? else { return Ok(None) };
    let Some((re, im)) = session.complex_value(value)? else { return Ok(None) };
    if !(1..=MOST_DEGREE).contains(&p.degree()) {
        return Ok(None);
    }
    let candidates = match p.degree() {
        1 | 2 => radicals::roots(session, &p, &x)?,
        _ => root_object::roots(session, &p)?,
    };
    let mut best: Option<(f64, Value)> = None;
    for candidate in candidates.unwrap_or_default() {
        let Some((a, b)) = session.complex_value(&candidate)? else { continue };
        let distance = (a - re).hypot(b - im);
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, candidate));
        }
    }
    // The number itself must be clearly the nearest of the conjugates.
    Ok(best.filter(|(distance, _)| *distance < 1e-6 * (1.0 + re.hypot(im))).map(|(_, value)| value))
}
