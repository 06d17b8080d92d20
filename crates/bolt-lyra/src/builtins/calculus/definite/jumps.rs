//! Antiderivatives with jumps between the bounds, and principal values at poles of the integrand.

use super::{Range, end, is_finite};
use crate::builtins::calculus::formula::lyra;
use crate::builtins::calculus::terms::{is_free, is_integer, substituted};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Jumps are looked for at so many places at most.
const MOST: i64 = 64;

/// Places between the bounds with their numbers, from the lowest on.
type Places = Vec<(f64, Value)>;

/// The sum over the pieces between the places where the antiderivative may jump.
pub(super) fn by_parts_of_range(
    session: &mut Session,
    whole: &Value,
    range: Range<'_>,
) -> Evaluated<Option<Value>> {
    let mut places = Places::new();
    collect(session, whole, range, &mut places)?;
    if places.is_empty() {
        return Ok(None);
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let is_turned = edge(session, range.low)? > edge(session, range.high)?;
    if is_turned {
        places.reverse();
    }
    let mut sum = Args::new();
    let mut from = range.low.clone();
    for to in places.iter().map(|(_, place)| place).chain([range.high]) {
        let (Some(above), Some(below)) = (
            end(session, whole, range.x, to, !is_turned)?,
            end(session, whole, range.x, &from, is_turned)?,
        ) else {
            return Ok(None);
        };
        sum.push(session.difference_of(&above, &below)?);
        from = to.clone();
    }
    let value = session.sum_of(sum)?;
    Ok(is_finite(&value).then_some(value))
}

/// The limit of the integral without equal pieces on both sides of each pole.
pub(super) fn principal_value(session: &mut Session, range: Range<'_>) -> Evaluated<Option<Value>> {
    let Some(whole) = super::antiderivative(session, range.f, range.x)? else { return Ok(None) };
    // The real part of a logarithm of a real number.
    let whole = with_even_logarithms(session, &whole, range.x)?;
    let mut places = Places::new();
    collect(session, range.f, range, &mut places)?;
    let mut sum = Args::new();
    let e = Value::Symbol(session.names.symbol("Lyra`Integral`e"));
    for (_, place) in &places {
        let below = lyra!(session, "place - e", place, e)?;
        let above = lyra!(session, "place + e", place, e)?;
        let below = session.put(&whole, range.x, &below)?;
        let above = session.put(&whole, range.x, &above)?;
        let gap = session.difference_of(&below, &above)?;
        let Some(gap) = end(session, &gap, &e, &Value::Integer(0), false)? else {
            return Ok(None);
        };
        sum.push(gap);
    }
    let rest = match (edge(session, range.low)?, edge(session, range.high)?) {
        (low, high) if low.is_finite() && high.is_finite() => {
            let plain = with_sizes(session, &whole, range.x)?;
            super::difference(session, &plain, range)?
        }
        _ => super::difference(session, &whole, range)?,
    };
    let Some(rest) = rest else { return Ok(None) };
    sum.push(rest);
    let value = session.sum_of(sum)?;
    Ok(is_finite(&value).then_some(value))
}

fn with_even_logarithms(session: &mut Session, of: &Value, x: &Value) -> Evaluated {
    let Some(call) = of.as_call().filter(|_| !is_free(of, x)) else { return Ok(of.clone()) };
    let mut args = Args::new();
    for arg in call.args() {
        args.push(with_even_logarithms(session, arg, x)?);
    }
    if let (true, [u]) = (call.is(sym::Log), &args[..]) {
        return lyra!(session, "Log[Expand[u^2]]/2", u);
    }
    session.evaluate(&Value::call(call.head().clone(), args))
}

/// Log[u^2]/2 as Log[Abs[u]].
fn with_sizes(session: &mut Session, of: &Value, x: &Value) -> Evaluated {
    let Some(call) = of.as_call().filter(|_| !is_free(of, x)) else { return Ok(of.clone()) };
    let mut args = Args::new();
    for arg in call.args() {
        args.push(with_sizes(session, arg, x)?);
    }
    if let (true, [u]) = (call.is(sym::Log), &args[..])
        && let Some([_, _]) = session.system("Factor", [u.clone()].as_slice())?.exactly(sym::Power)
    {
        let root = lyra!(session, "PowerExpand[Sqrt[Factor[u]]]", u)?;
        return lyra!(session, "2*Log[Abs[root]]", root);
    }
    session.evaluate(&Value::call(call.head().clone(), args))
}

/// Whether an antiderivative grows beyond all numbers at a bound or at a pole between them.
pub(super) fn diverges(session: &mut Session, range: Range<'_>) -> Evaluated<bool> {
    let Some(whole) = super::antiderivative(session, range.f, range.x)? else { return Ok(false) };
    let mut places = Places::new();
    collect(session, range.f, range, &mut places)?;
    let mut sides = vec![(range.low.clone(), -1), (range.high.clone(), 1)];
    sides.extend(places.into_iter().map(|(_, place)| (place, 1)));
    for (place, side) in sides {
        let rule = Value::rule(range.x.clone(), place);
        let direction = Value::rule(sym::Direction, Value::Integer(side));
        let limit = Value::call(sym::Limit, vec![whole.clone(), rule, direction]);
        let limit = session.evaluate(&limit)?;
        let is_infinite = matches!(limit, Value::Symbol(sym::Infinity | sym::ComplexInfinity))
            || limit.args_of(sym::DirectedInfinity).is_some();
        if is_infinite {
            return Ok(true);
        }
    }
    Ok(false)
}

fn edge(session: &mut Session, at: &Value) -> Evaluated<f64> {
    Ok(match at {
        Value::Symbol(sym::Infinity) => f64::INFINITY,
        _ if at.exactly(sym::DirectedInfinity) == Some(&[Value::Integer(-1)]) => f64::NEG_INFINITY,
        _ => session.machine_value(at)?.unwrap_or(f64::NAN),
    })
}

/// Collects poles of tangents and the like, and zeros of denominators and of what roots and
/// logarithms are taken of.
fn collect(
    session: &mut Session,
    of: &Value,
    range: Range<'_>,
    found: &mut Places,
) -> Evaluated<()> {
    let Some(call) = of.as_call().filter(|_| !is_free(of, range.x)) else { return Ok(()) };
    for arg in call.args() {
        collect(session, arg, range, found)?;
    }
    match (call.head().as_symbol(), call.args()) {
        (Some(sym::Tan | sym::Sec), [u]) => {
            let shift = lyra!(session, "Pi/2")?;
            periodic(session, u, &shift, range, found)
        }
        (Some(sym::Cot | sym::Csc), [u]) => periodic(session, u, &Value::Integer(0), range, found),
        (Some(sym::Power), [base, exponent])
            if !is_integer(exponent) || crate::number::is_negative(exponent) =>
        {
            zeros(session, base, range, found)
        }
        (Some(sym::Log), [u]) => zeros(session, u, range, found),
        (Some(sym::ArcTan | sym::ArcCot), [u]) => {
            let u = session.system("Together", [u.clone()].as_slice())?;
            let bottom = session.system("Denominator", [u].as_slice())?;
            zeros(session, &bottom, range, found)
        }
        _ => Ok(()),
    }
}

/// Where a linear argument is a multiple of Pi, but for a shift.
fn periodic(
    session: &mut Session,
    u: &Value,
    shift: &Value,
    range: Range<'_>,
    found: &mut Places,
) -> Evaluated<()> {
    let Some(poly) = session.poly(u, range.x)?.filter(|poly| poly.degree() == 1) else {
        return Ok(());
    };
    let (a, b) = (poly.at(0), poly.at(1));
    let (low, high) = (edge(session, range.low)?, edge(session, range.high)?);
    let turns = |session: &mut Session, at: f64| -> Evaluated<Option<f64>> {
        let at = substituted(u, range.x, &Value::Real(at));
        Ok(session.machine_value(&at)?.map(|u| u / std::f64::consts::PI))
    };
    let (Some(from), Some(to)) = (turns(session, low)?, turns(session, high)?) else {
        return Ok(());
    };
    if !(from.is_finite() && to.is_finite() && (to - from).abs() < MOST as f64) {
        return Ok(());
    }
    for k in (from.min(to).floor() as i64 - 1)..=(from.max(to).ceil() as i64 + 1) {
        let k = Value::Integer(k);
        let place = lyra!(session, "(k*Pi + shift - a)/b", k, shift, a, b)?;
        add(session, place, range, found)?;
    }
    Ok(())
}

fn zeros(session: &mut Session, of: &Value, range: Range<'_>, found: &mut Places) -> Evaluated<()> {
    let Some(poly) = session.poly(of, range.x)? else { return Ok(()) };
    let Some(roots) = session.poly_roots(&poly)? else { return Ok(()) };
    for root in roots {
        add(session, root, range, found)?;
    }
    Ok(())
}

/// Adds a place if it is between the bounds.
fn add(session: &mut Session, place: Value, range: Range<'_>, found: &mut Places) -> Evaluated<()> {
    let (low, high) = (edge(session, range.low)?, edge(session, range.high)?);
    let (low, high) = (low.min(high), low.max(high));
    if let Some(at) = session.machine_value(&place)?
        && at > low + 1e-12
        && at < high - 1e-12
        && (found.len() as i64) < MOST
        && found.iter().all(|(known, _)| (known - at).abs() > 1e-12)
    {
        found.push((at, place));
    }
    Ok(())
}
