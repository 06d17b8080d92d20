//! `NIntegrate` and `NSum`.

use triomphe::Arc;

use super::numeric::Tape;
use super::numeric::complex::{C, ZERO, c, r};
use super::quadrature::integral;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "NIntegrate",
        Attributes::HOLD_ALL,
        integrate,
        "NIntegrate[f, {x, a, b}] is a numerical value of the integral of f from a to b, either of \
         which may be infinite; {x, a, c, b} has a break at c. Several ranges give an integral over \
         several variables, the first one outermost.",
        &[
            ("Round[10^6 NIntegrate[Exp[-x^2], {x, -Infinity, Infinity}]]", "1772454"),
            ("Round[10^6 NIntegrate[x y, {x, 0, 1}, {y, 0, x}]]", "125000"),
        ],
    ),
    builtin(
        "NSum",
        Attributes::HOLD_ALL,
        sum,
        "NSum[f, {k, a, b}] is a numerical value of the sum of f over k from a to b, where b may be \
         Infinity.",
        &[
            ("Round[10^6 NSum[1/k^2, {k, 1, Infinity}]]", "1644934"),
            ("Round[10^6 NSum[(-1)^k/(k + 1), {k, 0, Infinity}]]", "693147"),
        ],
    ),
];

/// A range of an integral: the variable and where its bounds stand among the results of the tape.
struct Range {
    variable: usize,
    first: usize,
    count: usize,
}

fn integrate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let args: Vec<Value> =
        call.args().iter().filter(|arg| crate::rule::sides(arg).is_none()).cloned().collect();
    let Some((f, specs)) = args.split_first().filter(|(_, specs)| !specs.is_empty()) else {
        return Ok(Step::Same);
    };
    let Some((f, ranges)) = prepared(session, f, specs)? else { return Ok(Step::Same) };
    let variables: Vec<Value> = ranges.iter().map(|(variable, _)| variable.clone()).collect();
    let infinite = infinite_bounds(&ranges);
    let zero = Value::Integer(0);
    let bounds: Vec<&Value> = ranges
        .iter()
        .flat_map(|(_, bounds)| bounds)
        .zip(&infinite[1..])
        .map(|(bound, infinite)| if *infinite == 0.0 { bound } else { &zero })
        .collect();
    let mut of = vec![&f];
    of.extend(bounds);
    let tape = Tape::new(session, &variables, &of);
    if tape.is_opaque || tape.variables.len() > variables.len() {
        session.message(sym::NIntegrate, "inumr", std::slice::from_ref(&f));
        return Ok(Step::Same);
    }
    let mut first = 1;
    let places: Vec<Range> = ranges
        .iter()
        .enumerate()
        .map(|(variable, (_, bounds))| {
            let range = Range { variable, first, count: bounds.len() };
            first += bounds.len();
            range
        })
        .collect();
    let mut work = Vec::new();
    let mut values = vec![ZERO; variables.len()];
    let mut state = State { tape: &tape, infinite: &infinite, work: &mut work };
    let tolerance = if ranges.len() == 1 { 1e-11 } else { 1e-8 };
    match nested(&mut state, &places, &mut values, tolerance) {
        Some(value) if value.is_finite() => Ok(Step::Done(number_of(value))),
        _ => {
            session.message(sym::NIntegrate, "ncvb", &[f]);
            Ok(Step::Same)
        }
    }
}

/// Returns the integrand with variables of its own, and the ranges.
#[expect(clippy::type_complexity, reason = "a variable with its bounds")]
fn prepared(
    session: &mut Session,
    f: &Value,
    specs: &[Value],
) -> Evaluated<Option<(Value, Vec<(Value, Vec<Value>)>)>> {
    let mut map = Vec::new();
    let mut ranges = Vec::new();
    for (place, spec) in specs.iter().enumerate() {
        let Some([x, bounds @ ..]) = spec.as_list() else { return Ok(None) };
        if bounds.len() < 2 {
            return Ok(None);
        }
        let own = session.names.symbol(&format!("Lyra`Numerical`x{place}"));
        let mut evaluated = Vec::new();
        for bound in bounds {
            let bound = crate::scoping::substitute(bound, &map);
            evaluated.push(session.evaluate(&bound)?);
        }
        map.push((x.clone(), Value::Symbol(own)));
        ranges.push((Value::Symbol(own), evaluated));
    }
    let f = crate::scoping::substitute(f, &map);
    let f = session.evaluate(&f)?;
    // An integrand that is a name stands for an expression in the variables.
    let f = crate::scoping::substitute(&f, &map);
    Ok(Some((session.evaluate(&f)?, ranges)))
}

fn infinite_bounds(ranges: &[(Value, Vec<Value>)]) -> Vec<f64> {
    let mark = |bound: &Value| match bound {
        Value::Symbol(sym::Infinity) => f64::INFINITY,
        Value::Call(call) if call.is(sym::DirectedInfinity) => match call.args() {
            [Value::Integer(-1)] => f64::NEG_INFINITY,
            [Value::Integer(1)] => f64::INFINITY,
            _ => f64::NAN,
        },
        _ => 0.0,
    };
    std::iter::once(0.0).chain(ranges.iter().flat_map(|(_, bounds)| bounds).map(mark)).collect()
}

struct State<'a> {
    tape: &'a Tape,
    infinite: &'a [f64],
    work: &'a mut Vec<C>,
}

fn nested(
    state: &mut State<'_>,
    ranges: &[Range],
    values: &mut Vec<C>,
    tolerance: f64,
) -> Option<C> {
    let Some((range, rest)) = ranges.split_first() else {
        return Some(state.tape.run(values, state.work)[0]);
    };
    let results = state.tape.run(values, state.work);
    let bounds: Vec<f64> = (range.first..range.first + range.count)
        .map(|place| match state.infinite[place] {
            0.0 => results[place].re,
            infinite => infinite,
        })
        .collect();
    let mut total = ZERO;
    let mut failed = false;
    for pair in bounds.windows(2) {
        let mut inner = |x: f64| {
            values[range.variable] = r(x);
            nested(state, rest, values, tolerance).unwrap_or_else(|| {
                failed = true;
                c(f64::NAN, f64::NAN)
            })
        };
        total = total + integral(&mut inner, pair[0], pair[1], tolerance)?.value;
    }
    (!failed).then_some(total)
}

fn number_of(value: C) -> Value {
    match value.im {
        0.0 => Value::Real(value.re),
        im => number::complex(Value::Real(value.re), Value::Real(im)),
    }
}

fn sum(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let args: Vec<Value> =
        call.args().iter().filter(|arg| crate::rule::sides(arg).is_none()).cloned().collect();
    let [f, spec] = &args[..] else { return Ok(Step::Same) };
    let Some((f, ranges)) = prepared(session, f, std::slice::from_ref(spec))? else {
        return Ok(Step::Same);
    };
    let [(k, bounds)] = &ranges[..] else { return Ok(Step::Same) };
    let [low, high] = &bounds[..] else { return Ok(Step::Same) };
    let tape = Tape::new(session, std::slice::from_ref(k), &[&f]);
    let Some(low) = number::to_f64(low) else { return Ok(Step::Same) };
    if tape.is_opaque || tape.variables.len() > 1 {
        return Ok(Step::Same);
    }
    let mut work = Vec::new();
    let mut at = |n: f64| tape.run(&[r(n)], &mut work)[0];
    let value = match number::to_f64(high) {
        Some(high) if high - low < 1e7 => {
            let mut total = ZERO;
            let mut n = low;
            while n <= high {
                total = total + at(n);
                n += 1.0;
            }
            Some(total)
        }
        None if high.is(sym::Infinity) => levin(&mut at, low),
        _ => None,
    };
    Ok(match value {
        Some(value) if value.is_finite() => Step::Done(number_of(value)),
        _ => Step::Same,
    })
}

/// Levin's u transform of the partial sums after some terms (Weniger, "Nonlinear sequence
/// transformations", 1989); `None` if two orders do not agree.
fn levin(at: &mut dyn FnMut(f64) -> C, low: f64) -> Option<C> {
    let mut total = ZERO;
    let first = 12;
    for n in 0..first {
        total = total + at(low + f64::from(n));
    }
    let (mut top, mut bottom): (Vec<C>, Vec<C>) = (Vec::new(), Vec::new());
    let mut estimates: Vec<C> = Vec::new();
    let start = f64::from(first);
    for n in 0..22u32 {
        let place = f64::from(n);
        let term = at(low + start + place);
        if term == ZERO {
            return (n > 3).then_some(total);
        }
        let omega = term * (start + place + 1.0);
        total = total + term;
        top.push(total / omega);
        bottom.push(c(1.0, 0.0) / omega);
        for k in 1..=n as usize {
            let j = n as usize - k;
            // The recursion of Levin's transform with beta = start + 1.
            let base = start + 1.0 + j as f64;
            let end = start + 1.0 + n as f64;
            let factor = match k {
                1 => 1.0,
                _ => base / end * ((end - 1.0) / end).powi(k as i32 - 2),
            };
            top[j] = top[j + 1] - top[j] * factor;
            bottom[j] = bottom[j + 1] - bottom[j] * factor;
        }
        estimates.push(top[0] / bottom[0]);
    }
    // Rounding takes over at some order: the nearest two neighbours are taken.
    let error = |pair: &&[C]| (pair[1] - pair[0]).abs();
    let best = estimates.windows(2).min_by(|a, b| error(a).total_cmp(&error(b)))?;
    (error(&best) < 1e-7 * best[1].abs()).then_some(best[1])
}
