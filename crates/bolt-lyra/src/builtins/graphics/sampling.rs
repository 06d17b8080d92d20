//! Functions that plots evaluate at many points.

use bolt_plot::sample::{Sample, Sampling};

use super::options::Settings;
use super::{head_of, reading};
use crate::builtins::iteration::with_variable;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Call, Value};

/// What a variable runs over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) variable: Symbol,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Reads `{x, low, high}`; tells what is wrong and returns `None` otherwise.
pub(super) fn range(session: &mut Session, name: &str, spec: &Value) -> Evaluated<Option<Range>> {
    let spec = match spec.as_list() {
        Some(_) => spec.clone(),
        None => session.evaluate(spec)?,
    };
    let Some([variable, low, high]) = spec.as_list() else {
        session.message_of(name, "pllim", &[spec]);
        return Ok(None);
    };
    let Some(symbol) = variable.as_symbol() else {
        session.message_of(name, "pllim", std::slice::from_ref(&spec));
        return Ok(None);
    };
    let mut ends = [0.0; 2];
    for (end, value) in ends.iter_mut().zip([low, high]) {
        let value = session.evaluate(value)?;
        match reading::number(session, &value)?.filter(|end| end.is_finite()) {
            Some(number) => *end = number,
            None => {
                session.message_of(name, "plln", &[value, spec.clone()]);
                return Ok(None);
            }
        }
    }
    let [low, high] = ends;
    if low == high || !(high - low).is_finite() {
        session.message_of(name, "plld", &[variable.clone(), spec.clone()]);
        return Ok(None);
    }
    Ok(Some(Range { variable: symbol, low: low.min(high), high: low.max(high) }))
}

/// A function to be plotted, with what it is wrapped in.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) body: Value,
    /// Which element of the value of the body, if that is a list.
    pub(super) element: Option<usize>,
    /// Directives of `Style`.
    pub(super) styles: Vec<Value>,
    /// What a legend says.
    pub(super) label: Option<Value>,
}

/// Returns the functions that the first argument of a plot holds.
pub(super) fn curves(
    session: &mut Session,
    body: &Value,
    ranges: &[Range],
) -> Evaluated<Vec<Curve>> {
    let body = match head_of(session, body) {
        Some("Evaluate") => {
            let inner = body.as_call().and_then(|call| call.args().first()).cloned();
            match inner {
                Some(inner) => without_values(session, ranges, |session| session.evaluate(&inner))?,
                None => body.clone(),
            }
        }
        _ => body.clone(),
    };
    let mut all = Vec::new();
    match body.as_list() {
        Some(list) => {
            for one in list {
                all.extend(single(session, one, ranges)?);
            }
        }
        None => all.extend(single(session, &body, ranges)?),
    }
    Ok(all)
}

/// Takes a function out of `Style`, `Tooltip` and `Legended`; one that gives lists is several.
fn single(session: &mut Session, body: &Value, ranges: &[Range]) -> Evaluated<Vec<Curve>> {
    let (mut body, mut styles, mut label) = (body.clone(), Vec::new(), None);
    loop {
        let args = body.as_call().map(Call::args).unwrap_or_default();
        match (head_of(session, &body), args) {
            (Some("Style"), [inner, rest @ ..]) => {
                for style in rest {
                    styles.push(session.evaluate(style)?);
                }
                body = inner.clone();
            }
            (Some("Legended"), [inner, text]) => {
                label = Some(session.evaluate(text)?);
                body = inner.clone();
            }
            (Some("Tooltip" | "Callout" | "Labeled" | "Evaluate" | "StatusArea"), [inner, ..]) => {
                body = inner.clone();
            }
            _ => break,
        }
    }
    let curve = |element| Curve {
        body: body.clone(),
        element,
        styles: styles.clone(),
        label: label.clone(),
    };
    let probe = at(session, &body, ranges, &middle(ranges))?;
    Ok(match probe.as_list() {
        Some(list) => (0..list.len()).map(|i| curve(Some(i))).collect(),
        None => vec![curve(None)],
    })
}

/// A point where functions are tried out.
fn middle(ranges: &[Range]) -> Vec<f64> {
    // Not the middle itself, where functions often have no value.
    ranges.iter().map(|range| range.low + (range.high - range.low) * 0.5179).collect()
}

/// What is run while variables are local.
type Body<'b, T> = Box<dyn FnOnce(&mut Session) -> Evaluated<T> + 'b>;

/// Runs something while the variables of ranges have no value.
pub(super) fn without_values<T>(
    session: &mut Session,
    ranges: &[Range],
    run: impl FnOnce(&mut Session) -> Evaluated<T>,
) -> Evaluated<T> {
    match ranges.split_first() {
        Some((first, rest)) => with_variable(session, Some(first.variable), |session| {
            // A closure that calls itself would be of an infinite type.
            let run: Body<'_, T> = Box::new(run);
            without_values(session, rest, run)
        }),
        None => run(session),
    }
}

/// Returns the value of a body at a point; the variables of the ranges are local.
fn at(session: &mut Session, body: &Value, ranges: &[Range], point: &[f64]) -> Evaluated {
    without_values(session, ranges, |session| value_at(session, body, ranges, point))
}

/// Returns the value of a body at a point, with variables that are already local.
pub(super) fn value_at(
    session: &mut Session,
    body: &Value,
    ranges: &[Range],
    point: &[f64],
) -> Evaluated {
    session.check_interrupt()?;
    for (range, at) in ranges.iter().zip(point) {
        session.change(range.variable).own = Some(Value::Real(*at));
    }
    session.quiet += 1;
    let value = session.evaluate(body);
    session.quiet -= 1;
    value
}

/// Returns the real value of a curve at a point; `None` if it has none.
pub(super) fn real_at(
    session: &mut Session,
    curve: &Curve,
    ranges: &[Range],
    point: &[f64],
) -> Evaluated<Option<f64>> {
    let value = value_at(session, &curve.body, ranges, point)?;
    let value = match curve.element {
        Some(place) => match value.as_list().and_then(|list| list.get(place)) {
            Some(element) => element.clone(),
            None => return Ok(None),
        },
        None => value,
    };
    real(session, &value)
}

/// Reads a real number; a complex one counts if its imaginary part is nothing but rounding.
pub(super) fn real(session: &mut Session, value: &Value) -> Evaluated<Option<f64>> {
    let number = match value {
        Value::Real(real) => return Ok(Some(*real).filter(|real| real.is_finite())),
        Value::Complex(_) => value.clone(),
        _ if value.is_number() => return Ok(number::to_f64(value).filter(|real| real.is_finite())),
        _ => match session.is_numeric(value) {
            true => {
                session.quiet += 1;
                let number = session.evaluate(&Value::call(sym::N, [value.clone()].as_slice()));
                session.quiet -= 1;
                number?
            }
            false => return Ok(None),
        },
    };
    let (re, im) = number::parts(&number);
    let (Some(re), Some(im)) = (number::to_f64(&re), number::to_f64(&im)) else { return Ok(None) };
    Ok(Some(re).filter(|re| re.is_finite() && im.abs() <= 1e-12 * re.abs().max(1e-3)))
}

/// Returns how functions are sampled by `PlotPoints`, `MaxRecursion` and `Exclusions`.
pub(super) fn plan(
    session: &mut Session,
    name: &str,
    settings: &Settings,
    aspect: f64,
) -> Evaluated<Option<Sampling>> {
    let mut sampling = Sampling { points: 50, depth: 6, most: 60_000, aspect, finds_breaks: true };
    let exclusions = settings.get("Exclusions");
    sampling.finds_breaks = !exclusions.is(sym::None);
    if let Some(points) = settings.wanted("PlotPoints") {
        match points.as_usize().filter(|points| (2..=1_000_000).contains(points)) {
            Some(points) => sampling.points = points,
            None => {
                session.message_of(name, "ppts", &[points]);
                return Ok(None);
            }
        }
    }
    if let Some(depth) = settings.chosen("MaxRecursion") {
        match depth.as_usize() {
            Some(depth) => sampling.depth = depth.min(15),
            None => {
                session.message_of(name, "invmaxrec", &[depth, Value::Integer(15)]);
                return Ok(None);
            }
        }
    }
    Ok(Some(sampling))
}

/// Returns samples of a curve.
pub(super) fn sampled(
    session: &mut Session,
    curve: &Curve,
    range: Range,
    how: Sampling,
    through: impl Fn(f64) -> f64,
    of: impl Fn(f64) -> Option<f64>,
) -> Evaluated<Vec<Sample>> {
    let ranges = [range];
    without_values(session, &ranges, |session| {
        bolt_plot::sample::function([range.low, range.high], how, |x| {
            Ok(real_at(session, curve, &ranges, &[through(x)])?
                .and_then(&of)
                .filter(|y| y.is_finite()))
        })
    })
}
