//! `Root` objects: roots of polynomials by number, for those without radicals.
//!
//! The real roots come first, from the least to the greatest, then the others by real part and by
//! size of the imaginary part, the one below the real axis before its conjugate.

use triomphe::Arc;

use super::forms::{self, of};
use super::numeric::{self, Point};
use super::polynomial::Polynomial;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

fn slot() -> Value {
    of(sym::Slot, Value::Integer(1))
}

/// Returns the objects of all roots of a polynomial.
pub(super) fn roots(session: &mut Session, p: &Polynomial) -> Evaluated<Option<Vec<Value>>> {
    let function = function(session, p)?;
    let degree = i64::try_from(p.degree()).unwrap_or(i64::MAX);
    let object = |k: i64| {
        let parts = [function.clone(), Value::Integer(k), Value::Integer(0)];
        Value::call(sym::Root, parts.as_slice())
    };
    Ok(Some((1..=degree).map(object).collect()))
}

fn function(session: &mut Session, p: &Polynomial) -> Evaluated {
    let body = session.evaluate(&p.at(&slot()))?;
    Ok(of(sym::Function, body))
}

/// Returns the polynomial and the number of a root object.
pub(crate) fn parts_of(
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<(Polynomial, usize)>> {
    let Some([function, rest @ ..]) = value.args_of(sym::Root) else { return Ok(None) };
    let Some(k) = rest.first().and_then(Value::as_usize) else { return Ok(None) };
    read(session, function, k)
}

fn read(
    session: &mut Session,
    function: &Value,
    k: usize,
) -> Evaluated<Option<(Polynomial, usize)>> {
    let Some(args) = function.args_of(sym::Function) else { return Ok(None) };
    let (body, x) = match args {
        [body] => (body.clone(), slot()),
        [parameter, body] => {
            let name = match parameter.as_list() {
                Some([name]) => name,
                _ => parameter,
            };
            (forms::substituted(body, name, &slot()), slot())
        }
        _ => return Ok(None),
    };
    let body = session.evaluate(&body)?;
    let Some(p) = Polynomial::read(session, &body, &x)? else { return Ok(None) };
    Ok((k >= 1 && k <= p.degree()).then_some((p, k)))
}

/// The roots of a squarefree polynomial in the order of their numbers.
pub(crate) fn ordered(p: &[Point]) -> Vec<Point> {
    let all = numeric::aberth(p);
    let (mut real, complex): (Vec<Point>, Vec<Point>) = all.into_iter().partition(|x| x.im == 0.0);
    real.extend(complex);
    real
}

/// `Root[f, k]`: in its final form, or what is simpler.
pub(super) fn root(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [f, k, ..] = call.args() else {
        session.wrong_count_of("Root", call.args().len(), 2, 3);
        return Ok(Step::Same);
    };
    let Some(k) = k.as_usize() else { return Ok(Step::Same) };
    let polynomial = match f.args_of(sym::Function) {
        Some(_) => read(session, f, k)?,
        None => {
            let unknowns = forms::unknowns(session, f);
            let [x] = &unknowns[..] else { return Ok(Step::Same) };
            Polynomial::read(session, f, x)?.filter(|p| k >= 1 && k <= p.degree()).map(|p| (p, k))
        }
    };
    let Some((p, k)) = polynomial else { return Ok(Step::Same) };
    if !p.is_rational() {
        return Ok(Step::Same);
    }
    if p.degree() <= 2 {
        return by_radicals(session, &p, k);
    }
    let x = slot();
    let expression = session.evaluate(&p.at(&x))?;
    let factors = super::polynomial::factor_list(session, &expression)?;
    if let [(only, 1)] = &factors[..] {
        let Some(own) = Polynomial::read(session, only, &x)? else { return Ok(Step::Same) };
        let own = primitive(own);
        let parts = [function(session, &own)?, Value::Integer(k as i64), Value::Integer(0)];
        let new = Value::call(sym::Root, parts.as_slice());
        let old = Value::Call(call.clone());
        return Ok(if new == old { Step::Same } else { Step::Again(new) });
    }
    among_factors(session, &factors, k)
}

/// The root of which factor the k-th root of a product is.
fn among_factors(session: &mut Session, factors: &[(Value, usize)], k: usize) -> Evaluated<Step> {
    let mut all: Vec<(Point, usize, usize)> = Vec::new();
    let mut polynomials = Vec::new();
    for (factor, count) in factors {
        let Some(own) = Polynomial::read(session, factor, &slot())? else { return Ok(Step::Same) };
        let Some(machine) = numeric::machine_coefficients(session, &own)? else {
            return Ok(Step::Same);
        };
        for (number, point) in ordered(&machine).into_iter().enumerate() {
            for _ in 0..*count {
                all.push((point, polynomials.len(), number + 1));
            }
        }
        polynomials.push(own);
    }
    all.sort_by(|(a, ..), (b, ..)| {
        let kind = |x: &Point| x.im != 0.0;
        kind(a)
            .cmp(&kind(b))
            .then(a.re.total_cmp(&b.re))
            .then(a.im.abs().total_cmp(&b.im.abs()))
            .then(a.im.total_cmp(&b.im))
    });
    let Some((_, which, number)) = all.get(k - 1) else { return Ok(Step::Same) };
    let own = &polynomials[*which];
    if own.degree() <= 2 {
        return by_radicals(session, own, *number);
    }
    let parts = [function(session, own)?, Value::Integer(*number as i64), Value::Integer(0)];
    Ok(Step::Again(Value::call(sym::Root, parts.as_slice())))
}

/// The k-th root of a polynomial of degree 1 or 2.
fn by_radicals(session: &mut Session, p: &Polynomial, k: usize) -> Evaluated<Step> {
    let x = slot();
    let Some(mut found) = super::radicals::roots(session, p, &x)? else { return Ok(Step::Same) };
    let mut values = Vec::new();
    for root in found.drain(..) {
        let Some(point) = session.complex_value(&root)? else { return Ok(Step::Same) };
        values.push((point, root));
    }
    values.sort_by(|((a, b), _), ((c, d), _)| a.total_cmp(c).then(b.total_cmp(d)));
    Ok(match values.get(k - 1) {
        Some((_, root)) => Step::Done(root.clone()),
        None => Step::Same,
    })
}

/// The polynomial without a common factor of its coefficients and with a positive first one.
fn primitive(p: Polynomial) -> Polynomial {
    let negative = p.0.last().is_some_and(number::is_negative);
    match negative {
        true => Polynomial(p.0.iter().map(number::negate).collect()),
        false => p,
    }
}

/// Returns the numerical value of a root object.
pub(super) fn value_of(
    session: &mut Session,
    value: &Value,
    digits: Option<f64>,
) -> Evaluated<Option<Value>> {
    let Some((p, k)) = parts_of(session, value)? else { return Ok(None) };
    let Some(machine) = numeric::machine_coefficients(session, &p)? else { return Ok(None) };
    let roots = ordered(&machine);
    let Some(point) = roots.get(k - 1) else { return Ok(None) };
    let Some(digits) = digits else { return Ok(Some(numeric::value_of(*point))) };
    let Some(all) = numeric::precise_roots(session, &p, digits)? else { return Ok(None) };
    // The precise root next to the machine one.
    let mut best: Option<(f64, Value)> = None;
    for candidate in all {
        let Some((re, im)) = session.complex_value(&candidate)? else { continue };
        let distance = (re - point.re).hypot(im - point.im);
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, candidate));
        }
    }
    Ok(best.map(|(_, value)| value))
}

/// `ToRadicals[e]`: root objects of degree up to 4 by radicals.
pub(super) fn to_radicals(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |session, part| {
        let Some((p, k)) = parts_of(session, part)? else { return Ok(None) };
        if p.degree() > 4 {
            return Ok(None);
        }
        let Some(target) = value_of(session, part, None)? else { return Ok(None) };
        let Some((re, im)) = session.complex_value(&target)? else { return Ok(None) };
        let Some(all) = super::radicals::by_formula(session, &p)? else { return Ok(None) };
        let _ = k;
        for candidate in all {
            if let Some((a, b)) = session.complex_value(&candidate)?
                && (a - re).hypot(b - im) < 1e-8 * (1.0 + re.hypot(im))
            {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    })
}
