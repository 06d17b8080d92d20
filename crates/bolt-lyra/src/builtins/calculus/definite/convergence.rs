//! When an integral with symbols converges: for products of powers of linear expressions that
//! vanish at a bound, exponentials of polynomials, and sines and cosines of linear arguments.

use super::Range;
use crate::builtins::calculus::formula::lyra;
use crate::builtins::calculus::terms::{
    base_and_exponent, factors, is_free, is_integer, is_zero, terms,
};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Conditions that are needed, and the symbols that they are about.
pub(super) struct Conditions {
    pub(super) needed: Vec<Value>,
    pub(super) symbols: Vec<Value>,
}

/// What one term of an integrand is near its bounds.
#[derive(Default)]
struct Behaviour {
    /// Exponents of the distances from finite bounds.
    at_low: Args,
    at_high: Args,
    /// The power of x for large x.
    degree: Args,
    /// The polynomial in the exponent, and how fast waves may grow.
    exponent: Args,
    growth: Args,
}

/// Returns the conditions under which an integral converges; `None` if there are no symbols in it
/// or if it is of another kind.
pub(super) fn conditions(session: &mut Session, range: Range<'_>) -> Evaluated<Option<Conditions>> {
    let is_number = |session: &mut Session, at: &Value| -> Evaluated<bool> {
        Ok(infinite(at).is_some() || session.machine_value(at)?.is_some())
    };
    if !is_number(session, range.low)? || !is_number(session, range.high)? {
        return Ok(None);
    }
    let mut symbols = Vec::new();
    free_symbols(session, range.f, range.x, &mut symbols);
    if symbols.is_empty() {
        return Ok(None);
    }
    let expanded = session.system("Expand", [range.f.clone()].as_slice())?;
    let mut needed = Vec::new();
    for term in terms(&expanded) {
        let Some(behaviour) = behaviour(session, term, range)? else { return Ok(None) };
        if !of_term(session, &behaviour, range, &mut needed)? {
            return Ok(None);
        }
    }
    Ok(Some(Conditions { needed, symbols }))
}

/// 1 or -1 for the infinities.
fn infinite(at: &Value) -> Option<i64> {
    match at {
        Value::Symbol(sym::Infinity) => Some(1),
        _ => match at.exactly(sym::DirectedInfinity)? {
            [Value::Integer(sign)] => Some(*sign),
            _ => None,
        },
    }
}

fn free_symbols(session: &Session, of: &Value, x: &Value, found: &mut Vec<Value>) {
    match of {
        Value::Call(call) => {
            call.args().iter().for_each(|arg| free_symbols(session, arg, x, found));
        }
        Value::Symbol(symbol) => {
            let is_constant = session.is_numeric(of)
                || crate::builtins::numbers::precision::constant(*symbol).is_some();
            if of != x && !is_constant && !found.contains(of) {
                found.push(of.clone());
            }
        }
        _ => {}
    }
}

fn behaviour(
    session: &mut Session,
    term: &Value,
    range: Range<'_>,
) -> Evaluated<Option<Behaviour>> {
    let x = range.x;
    let mut found = Behaviour::default();
    for factor in factors(term).iter().filter(|factor| !is_free(factor, x)) {
        if let Some([u]) = factor.exactly(sym::Sin).or_else(|| factor.exactly(sym::Cos)) {
            let Some(poly) = session.poly(u, x)?.filter(|poly| poly.degree() == 1) else {
                return Ok(None);
            };
            found.growth.push(poly.at(1));
            continue;
        }
        let (base, exponent) = base_and_exponent(factor);
        if is_free(&base, x) {
            if session.poly(&exponent, x)?.is_none() {
                return Ok(None);
            }
            found.exponent.push(lyra!(session, "exponent*Log[base]", exponent, base)?);
            continue;
        }
        if !is_free(&exponent, x) || !power(session, &base, &exponent, range, &mut found)? {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

/// A power of a linear expression with numbers that is 0 at a bound, or of a polynomial.
fn power(
    session: &mut Session,
    base: &Value,
    exponent: &Value,
    range: Range<'_>,
    found: &mut Behaviour,
) -> Evaluated<bool> {
    let x = range.x;
    let Some(poly) = session.poly(base, x)? else { return Ok(false) };
    let degree = Value::Integer(poly.degree() as i64);
    found.degree.push(session.product_of([degree, exponent.clone()])?);
    if is_integer(exponent) && !crate::number::is_negative(exponent) {
        return Ok(true);
    }
    if poly.degree() != 1 {
        return Ok(false);
    }
    let (a, b) = (poly.at(0), poly.at(1));
    let root = lyra!(session, "-a/b", a, b)?;
    let Some(root) = session.machine_value(&root)? else { return Ok(false) };
    let mut is_at_bound = false;
    for (at, exponents) in [(range.low, &mut found.at_low), (range.high, &mut found.at_high)] {
        if infinite(at).is_none() && session.machine_value(at)? == Some(root) {
            exponents.push(exponent.clone());
            is_at_bound = true;
        }
    }
    if is_at_bound {
        return Ok(true);
    }
    // Neither a pole nor a sign between the bounds.
    let edge = |session: &mut Session, at: &Value| -> Evaluated<f64> {
        Ok(match infinite(at) {
            Some(sign) => f64::INFINITY * sign as f64,
            None => session.machine_value(at)?.unwrap_or(f64::NAN),
        })
    };
    let (low, high) = (edge(session, range.low)?, edge(session, range.high)?);
    Ok(root < low.min(high) || root > low.max(high))
}

/// Adds the conditions of a term; false if it does not converge for any values.
fn of_term(
    session: &mut Session,
    of: &Behaviour,
    range: Range<'_>,
    needed: &mut Vec<Value>,
) -> Evaluated<bool> {
    for exponents in [&of.at_low, &of.at_high] {
        if exponents.is_empty() {
            continue;
        }
        let p = session.sum_of(exponents.clone())?;
        let (p, bound) = apart(session, &p)?;
        let condition = lyra!(session, "Re[p] > bound", p, bound)?;
        if !add(condition, needed) {
            return Ok(false);
        }
    }
    for side in [infinite(range.low), infinite(range.high)].into_iter().flatten() {
        if !at_infinity(session, of, range, side, needed)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn at_infinity(
    session: &mut Session,
    of: &Behaviour,
    range: Range<'_>,
    side: i64,
    needed: &mut Vec<Value>,
) -> Evaluated<bool> {
    let exponent = session.sum_of(of.exponent.clone())?;
    let Some(poly) = session.poly(&exponent, range.x)? else { return Ok(false) };
    if poly.degree() > 0 {
        let odd = if poly.degree() % 2 == 1 { side } else { 1 };
        let (c, odd) = (poly.leading(), Value::Integer(-odd));
        let mut growth = Value::Integer(0);
        if poly.degree() == 1 && !of.growth.is_empty() {
            let mut sum = Args::new();
            for slope in &of.growth {
                sum.push(lyra!(session, "Abs[Im[slope]]", slope)?);
            }
            growth = session.sum_of(sum)?;
        }
        let condition = match is_zero(&growth) {
            true => lyra!(session, "Re[c*odd] > 0", c, odd)?,
            false => lyra!(session, "Re[c*odd] > growth", c, odd, growth)?,
        };
        return Ok(add(condition, needed));
    }
    if !of.growth.is_empty() {
        return Ok(false);
    }
    let degree = session.sum_of(of.degree.clone())?;
    let (degree, bound) = apart(session, &degree)?;
    let condition = lyra!(session, "Re[degree] < bound", degree, bound)?;
    Ok(add(condition, needed))
}

/// Writes p > -1 as q > -1 - c for the number c in p.
fn apart(session: &mut Session, p: &Value) -> Evaluated<(Value, Value)> {
    let expanded = session.system("Expand", [p.clone()].as_slice())?;
    let (numbers, rest): (Args, Args) =
        terms(&expanded).iter().cloned().partition(crate::number::is_real);
    if rest.is_empty() {
        return Ok((expanded, Value::Integer(-1)));
    }
    let c = session.sum_of(numbers)?;
    Ok((session.sum_of(rest)?, lyra!(session, "-1 - c", c)?))
}

/// Adds a condition; false if it is never met.
fn add(condition: Value, needed: &mut Vec<Value>) -> bool {
    if condition.is(sym::False) {
        return false;
    }
    if !condition.is(sym::True) && !needed.contains(&condition) {
        needed.push(condition);
    }
    true
}
