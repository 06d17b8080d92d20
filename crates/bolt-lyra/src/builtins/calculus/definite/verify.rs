//! Comparison of a definite integral with numerical integration.

use super::Range;
use crate::builtins::calculus::check::Random;
use crate::builtins::calculus::numeric::Tape;
use crate::builtins::calculus::numeric::complex::{C, r};
use crate::builtins::calculus::quadrature;
use crate::builtins::calculus::terms::{is_free, substituted};
use crate::builtins::simplify::assume::current;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Values of the symbols that are tried, and how many have to agree.
const TRIES: usize = 60;
const COMPARED: usize = 6;

/// Whether a value agrees with numerical integration at values of the symbols that meet the
/// assumptions; a pole or a jump of the antiderivative between the bounds makes it differ. What
/// oscillates too long to be integrated is followed by the antiderivative, if there is one.
pub(super) fn agrees(
    session: &mut Session,
    range: Range<'_>,
    value: &Value,
    whole: Option<&Value>,
) -> Evaluated<bool> {
    let infinity = Value::Symbol(sym::Infinity);
    let mark = |bound: &Value| match bound {
        _ if *bound == infinity => (Value::Integer(0), 1),
        Value::Call(call) if call.is(sym::DirectedInfinity) => (Value::Integer(0), -1),
        _ => (bound.clone(), 0),
    };
    let ((low, low_infinite), (high, high_infinite)) = (mark(range.low), mark(range.high));
    let antiderivative = whole.cloned().unwrap_or(Value::Integer(0));
    let tape = Tape::new(
        session,
        std::slice::from_ref(range.x),
        &[range.f, &low, &high, value, &antiderivative],
    );
    if tape.is_opaque {
        // Nothing is known of the functions: the bounds are ends of an interval without poles.
        return Ok(is_free(range.f, &substituted(range.f, range.x, &low)));
    }
    let mut random = Random(11);
    let mut work = Vec::new();
    let (mut agreed, mut compared) = (0, 0);
    for trial in 0..TRIES {
        let mut values: Vec<C> =
            tape.variables.iter().map(|_| r(sample(&mut random, trial))).collect();
        if !meets_assumptions(session, &tape.variables, &values)? {
            continue;
        }
        compared += 1;
        if compared > COMPARED {
            break;
        }
        let fixed = tape.run(&values, &mut work);
        let (a, b, expected) = (fixed[1], fixed[2], fixed[3]);
        if a.im.abs() + b.im.abs() > 0.0 || !expected.is_finite() {
            return Ok(expected.is_finite());
        }
        let bound = |value: f64, infinite: i32| match infinite {
            0 => value,
            sign => f64::INFINITY * f64::from(sign),
        };
        let (a, b) = (bound(a.re, low_infinite), bound(b.re, high_infinite));
        let mut evaluate = |at: f64, place: usize| {
            values[0] = r(at);
            tape.run(&values, &mut work)[place]
        };
        let found = quadrature::integral(&mut |at| evaluate(at, 0), a, b, 1e-7);
        let is_near = match found {
            Some(found) => is_near(found.value, expected, found.error),
            None if whole.is_some() => match follows(&mut evaluate, a, b, expected) {
                Some(follows) => follows,
                None => continue,
            },
            None => continue,
        };
        if !is_near {
            return Ok(false);
        }
        agreed += 1;
        if agreed >= 2 || tape.variables.len() == 1 {
            return Ok(true);
        }
    }
    Ok(agreed > 0)
}

fn is_near(found: C, expected: C, error: f64) -> bool {
    let scale = found.abs().max(expected.abs()).max(1e-3);
    (found - expected).abs() <= 1e-5 * scale + 10.0 * error
}

/// Values for a symbol: positive first, then of both signs, large and whole ones.
fn sample(random: &mut Random, trial: usize) -> f64 {
    let unit = random.unit();
    match trial % 6 {
        0 | 1 => 0.4 + 1.5 * unit,
        2 => 2.0 * unit - 1.0,
        3 => 8.0 * unit - 4.0,
        4 => 30.0 * unit - 10.0,
        _ => (1.0 + 5.0 * unit).floor(),
    }
}

/// Whether values of symbols, but for the variable of integration, meet the assumptions.
fn meets_assumptions(session: &mut Session, symbols: &[Value], values: &[C]) -> Evaluated<bool> {
    let assumed = current(session);
    if assumed.is(sym::True) {
        // Values that are tried first are positive.
        return Ok(values[1..].iter().all(|value| value.re > 0.0));
    }
    let rules: Args = symbols
        .iter()
        .zip(values)
        .skip(1)
        .map(|(symbol, value)| {
            let number = match value.re.fract() == 0.0 {
                true => Value::Integer(value.re as i64),
                false => Value::Real(value.re),
            };
            Value::rule(symbol.clone(), number)
        })
        .collect();
    let with = Value::call(sym::ReplaceAll, [assumed, Value::list(rules)]);
    Ok(session.evaluate(&with)?.is(sym::True))
}

/// Whether an antiderivative has the integrals up to some places, and a limit at infinity that
/// gives the value: for integrals that converge by oscillation.
fn follows(evaluate: &mut dyn FnMut(f64, usize) -> C, a: f64, b: f64, expected: C) -> Option<bool> {
    if !(a.is_finite() && b == f64::INFINITY) {
        return None;
    }
    let near = 1e-9;
    let start = evaluate(a + near, 4);
    let place = a + 7.3;
    let part = quadrature::integral(&mut |at| evaluate(at, 0), a + near, place, 1e-9)?;
    if !is_near(part.value, evaluate(place, 4) - start, part.error) {
        return Some(false);
    }
    // Averages over places far out have the limit.
    let far = |evaluate: &mut dyn FnMut(f64, usize) -> C, at: f64| {
        let mut sum = r(0.0);
        for k in 0..64 {
            sum = sum + evaluate(a + at * (1.0 + f64::from(k) / 64.0), 4) * (1.0 / 64.0);
        }
        (sum - start - expected).abs()
    };
    let (first, second) = (far(evaluate, 1e3), far(evaluate, 1e6));
    Some(second.is_finite() && second < 1e-3 * (1.0 + expected.abs()) && second <= first + 1e-9)
}
