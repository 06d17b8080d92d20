//! Definite integrals: from antiderivatives whose limits at the bounds exist, with care for what
//! lies between them.

use super::check::Random;
use super::integrate::antiderivative;
use super::numeric::Tape;
use super::numeric::complex::r;
use super::terms::{is_free, substituted};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

pub(super) fn definite(
    session: &mut Session,
    f: &Value,
    x: &Value,
    low: &Value,
    high: &Value,
) -> Evaluated<Option<Value>> {
    if let Some(elements) = f.as_list() {
        let range = Value::list(Args::from(vec![x.clone(), low.clone(), high.clone()]));
        let parts = elements
            .iter()
            .map(|element| Value::call(sym::Integrate, [element.clone(), range.clone()]));
        return Ok(Some(Value::list(parts.collect::<Args>())));
    }
    if low == high {
        return Ok(Some(Value::Integer(0)));
    }
    let dummy = Value::Symbol(session.names.symbol("Lyra`Integral`x"));
    let inner = session.put(f, x, &dummy)?;
    if let Some(value) = super::pieces::integral(session, &inner, &dummy, low, high)? {
        return Ok(Some(value));
    }
    let Some(whole) = antiderivative(session, &inner, &dummy)? else { return Ok(None) };
    let (Some(at_high), Some(at_low)) =
        (end(session, &whole, &dummy, high, true)?, end(session, &whole, &dummy, low, false)?)
    else {
        return Ok(None);
    };
    let value = session.difference_of(&at_high, &at_low)?;
    if !is_finite(&value) {
        return Ok(None);
    }
    match agrees(session, &inner, &dummy, low, high, &value)? {
        true => Ok(Some(value)),
        false => Ok(None),
    }
}

fn is_finite(value: &Value) -> bool {
    match value {
        Value::Symbol(sym::Indeterminate | sym::ComplexInfinity | sym::Infinity) => false,
        Value::Call(call) => {
            !call.is(sym::DirectedInfinity)
                && !call.is(sym::Limit)
                && call.args().iter().all(is_finite)
        }
        _ => true,
    }
}

/// The value of an antiderivative at a bound, or its limit from inside.
fn end(
    session: &mut Session,
    of: &Value,
    x: &Value,
    at: &Value,
    from_below: bool,
) -> Evaluated<Option<Value>> {
    let is_infinite = !is_finite(at);
    if !is_infinite {
        session.quiet += 1;
        let value = session.put(of, x, at);
        session.quiet -= 1;
        let value = value?;
        if is_finite(&value) {
            return Ok(Some(value));
        }
    }
    let direction = Value::rule(sym::Direction, Value::Integer(if from_below { 1 } else { -1 }));
    let rule = Value::rule(x.clone(), at.clone());
    let mut args = Args::from([of.clone(), rule].as_slice());
    if !is_infinite {
        args.push(direction);
    }
    let limit = session.evaluate(&Value::call(sym::Limit, args))?;
    Ok((is_finite(&limit) && is_free(&limit, x)).then_some(limit))
}

/// Whether the value agrees with numerical integration at random values of the symbols; a pole or
/// a jump of the antiderivative between the bounds makes it differ.
fn agrees(
    session: &mut Session,
    f: &Value,
    x: &Value,
    low: &Value,
    high: &Value,
    value: &Value,
) -> Evaluated<bool> {
    let infinity = Value::Symbol(sym::Infinity);
    let mark = |bound: &Value| match bound {
        _ if *bound == infinity => (Value::Integer(0), 1),
        Value::Call(call) if call.is(sym::DirectedInfinity) => (Value::Integer(0), -1),
        _ => (bound.clone(), 0),
    };
    let ((low, low_infinite), (high, high_infinite)) = (mark(low), mark(high));
    let tape = Tape::new(session, std::slice::from_ref(x), &[f, &low, &high, value]);
    if tape.is_opaque {
        // Nothing is known of the functions: the bounds are ends of an interval without poles.
        return Ok(is_free(f, &substituted(f, x, &low)));
    }
    let mut random = Random(11);
    let mut work = Vec::new();
    let mut agreed = 0;
    for _ in 0..6 {
        let mut values: Vec<_> =
            tape.variables.iter().map(|_| r(0.4 + 1.5 * random.unit())).collect();
        let fixed = tape.run(&values, &mut work);
        let (a, b, expected) = (fixed[1], fixed[2], fixed[3]);
        let bound = |value: f64, infinite: i32| match infinite {
            0 => value,
            sign => f64::INFINITY * f64::from(sign),
        };
        if a.im.abs() + b.im.abs() > 0.0 || !expected.is_finite() {
            return Ok(expected.is_finite());
        }
        let (a, b) = (bound(a.re, low_infinite), bound(b.re, high_infinite));
        let mut evaluate = |at: f64| {
            values[0] = r(at);
            tape.run(&values, &mut work)[0]
        };
        let Some(numeric) = super::quadrature::integral(&mut evaluate, a, b, 1e-7) else {
            continue;
        };
        let scale = numeric.value.abs().max(expected.abs()).max(1e-3);
        if (numeric.value - expected).abs() > 1e-5 * scale + 10.0 * numeric.error {
            return Ok(false);
        }
        agreed += 1;
        if agreed >= 2 || tape.variables.len() == 1 {
            return Ok(true);
        }
    }
    Ok(agreed > 0)
}
