//! Probabilities of events about one variable: of intervals, and of unions of such.

use super::super::forms::{contains, minus, plus};
use super::distributions::{below, density};
use super::expectation::Variable;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// A bound of an interval, and whether it belongs to it.
#[derive(Debug, Clone)]
struct Bound {
    at: Value,
    is_closed: bool,
}

/// An interval; without a bound it is infinite.
#[derive(Debug, Clone)]
struct Interval {
    low: Option<Bound>,
    high: Option<Bound>,
}

/// Returns the probability of an event; `None` if it is no union of intervals.
pub(super) fn probability_of(
    session: &mut Session,
    event: &Value,
    variable: &Variable,
) -> Evaluated<Option<Value>> {
    if variable.of.knows("Vector") {
        return Ok(None);
    }
    let intervals = match simple(event, &variable.name) {
        Some(interval) => vec![interval],
        None => match solved(session, event, &variable.name)? {
            Some(intervals) => intervals,
            None => return Ok(None),
        },
    };
    let mut sum = Args::new();
    for interval in &intervals {
        match measure(session, interval, variable)? {
            Some(part) => sum.push(part),
            None => return Ok(None),
        }
    }
    session.evaluate(&plus(sum)).map(Some)
}

/// Reads one relation between the variable and bounds.
fn simple(event: &Value, name: &Value) -> Option<Interval> {
    let call = event.as_call()?;
    if call.is(sym::Inequality) {
        let [low, first, middle, second, high] = call.args() else { return None };
        let (first, second) = (first.as_symbol()?, second.as_symbol()?);
        return chain(name, low, first, middle, second, high);
    }
    let head = call.head().as_symbol()?;
    match call.args() {
        [left, right] if left == name && !contains(right, name) => bound(head, right),
        [left, right] if right == name && !contains(left, name) => bound(mirrored(head)?, left),
        [low, middle, high] => chain(name, low, head, middle, head, high),
        _ => None,
    }
}

fn mirrored(head: Symbol) -> Option<Symbol> {
    Some(match head {
        sym::Less => sym::Greater,
        sym::LessEqual => sym::GreaterEqual,
        sym::Greater => sym::Less,
        sym::GreaterEqual => sym::LessEqual,
        sym::Equal => sym::Equal,
        _ => return None,
    })
}

fn bound(head: Symbol, at: &Value) -> Option<Interval> {
    let bound = |is_closed| Some(Bound { at: at.clone(), is_closed });
    Some(match head {
        sym::Less => Interval { low: None, high: bound(false) },
        sym::LessEqual => Interval { low: None, high: bound(true) },
        sym::Greater => Interval { low: bound(false), high: None },
        sym::GreaterEqual => Interval { low: bound(true), high: None },
        sym::Equal => Interval { low: bound(true), high: bound(true) },
        _ => return None,
    })
}

fn chain(
    name: &Value,
    left: &Value,
    first: Symbol,
    middle: &Value,
    second: Symbol,
    right: &Value,
) -> Option<Interval> {
    if middle != name || contains(left, name) || contains(right, name) {
        return None;
    }
    let (a, b) = (bound(mirrored(first)?, left)?, bound(second, right)?);
    match (a.low, a.high, b.low, b.high) {
        (low @ Some(_), None, None, high @ Some(_)) => Some(Interval { low, high }),
        (None, high @ Some(_), low @ Some(_), None) => Some(Interval { low, high }),
        _ => None,
    }
}

/// Solves for the variable, where all bounds are numbers; the intervals do not meet.
fn solved(session: &mut Session, event: &Value, name: &Value) -> Evaluated<Option<Vec<Interval>>> {
    session.quiet += 1;
    let reals = Value::Symbol(sym::Reals);
    let reduced = session.system("Reduce", [event.clone(), name.clone(), reals].as_slice());
    session.quiet -= 1;
    let reduced = reduced?;
    if reduced.is(sym::False) {
        return Ok(Some(Vec::new()));
    }
    if reduced.is(sym::True) {
        return Ok(Some(vec![Interval { low: None, high: None }]));
    }
    let parts = reduced.args_of(sym::Or).unwrap_or(std::slice::from_ref(&reduced));
    let mut found: Vec<(f64, f64, Interval)> = Vec::new();
    for part in parts {
        let Some(interval) = simple(part, name) else { return Ok(None) };
        let (low, high) = (end(session, &interval.low)?, end(session, &interval.high)?);
        let (Some(low), Some(high)) =
            (low.unwrap_or(Some(f64::NEG_INFINITY)), high.unwrap_or(Some(f64::INFINITY)))
        else {
            return Ok(None);
        };
        found.push((low, high, interval));
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let meet = found.windows(2).any(|pair| pair[0].1 > pair[1].0);
    Ok((!meet).then(|| found.into_iter().map(|(_, _, interval)| interval).collect()))
}

/// Returns the machine value of a bound, if there is one; inside, `None` if it is no number.
fn end(session: &mut Session, bound: &Option<Bound>) -> Evaluated<Option<Option<f64>>> {
    match bound {
        Some(bound) => Ok(Some(session.machine_value(&bound.at)?)),
        None => Ok(None),
    }
}

/// Returns the probability of an interval.
fn measure(
    session: &mut Session,
    interval: &Interval,
    variable: &Variable,
) -> Evaluated<Option<Value>> {
    let of = &variable.of;
    if let (Some(low), Some(high)) = (&interval.low, &interval.high)
        && low.at == high.at
    {
        return match (low.is_closed && high.is_closed, of.is_discrete()) {
            (true, true) => density(session, of, &low.at),
            _ => Ok(Some(Value::Integer(0))),
        };
    }
    let (numeric_low, numeric_high) = (end(session, &interval.low)?, end(session, &interval.high)?);
    if let (Some(Some(low)), Some(Some(high))) = (numeric_low, numeric_high)
        && low > high
    {
        return Ok(Some(Value::Integer(0)));
    }
    let upper = match &interval.high {
        None => None,
        Some(high) => match up_to(session, variable, &high.at, high.is_closed)? {
            Some(value) => Some(value),
            None => return Ok(None),
        },
    };
    let Some(low) = &interval.low else { return Ok(Some(upper.unwrap_or(Value::Integer(1)))) };
    let Some(upper) = upper else {
        // What is above a bound is known to more digits than one less the rest.
        if !(of.is_discrete() && low.is_closed) {
            return session
                .system("SurvivalFunction", [of.value.clone(), low.at.clone()])
                .map(Some);
        }
        let Some(lower) = up_to(session, variable, &low.at, false)? else { return Ok(None) };
        return session.evaluate(&minus(Value::Integer(1), lower)).map(Some);
    };
    let Some(lower) = up_to(session, variable, &low.at, !low.is_closed)? else {
        return Ok(None);
    };
    let difference = session.evaluate(&minus(upper, lower))?;
    Ok(Some(difference))
}

/// Returns the probability of what is below a bound, or at it.
fn up_to(
    session: &mut Session,
    variable: &Variable,
    at: &Value,
    is_closed: bool,
) -> Evaluated<Option<Value>> {
    let of = &variable.of;
    let Some(whole) = below(session, of, at)? else { return Ok(None) };
    if is_closed || !of.is_discrete() {
        return Ok(Some(whole));
    }
    if !number::is_real(at) && !session.is_numeric(at) {
        return Ok(None);
    }
    let Some(point) = density(session, of, at)? else { return Ok(None) };
    session.evaluate(&minus(whole, point)).map(Some)
}
