//! Arithmetic, comparison and functions of quantities.

use std::cmp::Ordering;

use super::measure::Measure;
use super::{Quantity, converted};
use crate::builtins::forms::{of, plus, times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

/// Returns what a function of quantities comes to; `None` if it is not known to it.
pub(in crate::builtins) fn combined(
    session: &mut Session,
    head: Symbol,
    args: &[Value],
) -> Evaluated<Option<Value>> {
    if !args.iter().any(|arg| Quantity::read(arg).is_some()) {
        return Ok(None);
    }
    match head {
        sym::Plus => sum(session, args),
        sym::Times => product(session, args),
        sym::Power => power(session, args),
        sym::Equal
        | sym::Unequal
        | sym::Less
        | sym::LessEqual
        | sym::Greater
        | sym::GreaterEqual => compared(session, head, args),
        sym::Max | sym::Min => extreme(session, head, args),
        sym::Abs | sym::Floor | sym::Ceiling | sym::Round | sym::Re | sym::Im => {
            let [arg] = args else { return Ok(None) };
            let Some(Quantity { magnitude, measure }) = Quantity::read(arg) else {
                return Ok(None);
            };
            Quantity { magnitude: of(head, magnitude), measure }.value(session).map(Some)
        }
        sym::Sign => {
            let [arg] = args else { return Ok(None) };
            Ok(Quantity::read(arg).map(|quantity| of(head, quantity.magnitude)))
        }
        sym::Sin | sym::Cos | sym::Tan | sym::Cot | sym::Sec | sym::Csc => {
            let [arg] = args else { return Ok(None) };
            angle(session, head, arg)
        }
        _ => Ok(None),
    }
}

/// Adds quantities that measure the same, in the smallest of their units.
fn sum(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let mut sums: Vec<Quantity> = Vec::new();
    let (mut rest, mut count) = (Args::new(), 0);
    for arg in args {
        let Some(quantity) = Quantity::read(arg) else {
            rest.push(arg.clone());
            continue;
        };
        count += 1;
        let same = |known: &Quantity| known.measure.dimension() == quantity.measure.dimension();
        match sums.iter().position(same) {
            Some(place) => {
                let known = sums.swap_remove(place);
                match added(session, known, quantity)? {
                    Some(both) => sums.push(both),
                    None => return Ok(None),
                }
            }
            None => sums.push(quantity),
        }
    }
    if let [first, second, ..] = &sums[..] {
        let parts = [first.measure.value(), second.measure.value()];
        session.message_of("Quantity", "compat", &parts);
    }
    if sums.len() == count {
        return Ok(None);
    }
    for sum in sums {
        rest.push(sum.value(session)?);
    }
    Ok(Some(plus(rest)))
}

fn added(session: &mut Session, a: Quantity, b: Quantity) -> Evaluated<Option<Quantity>> {
    let has_offset =
        |one: &Quantity| one.measure.single().is_some_and(|unit| unit.offset().is_some());
    if a.measure == b.measure {
        let magnitude = plus([a.magnitude, b.magnitude]);
        return Ok(Some(Quantity { magnitude, measure: a.measure }));
    }
    if has_offset(&a) || has_offset(&b) {
        return Ok(None);
    }
    let (of_a, of_b) = (a.measure.size(session)?, b.measure.size(session)?);
    let (small, large) = match order(session, &of_a, &of_b)? {
        Some(Ordering::Greater) => (b, a),
        _ => (a, b),
    };
    let Some(other) = converted(session, &large, &small.measure)? else { return Ok(None) };
    let magnitude = plus([small.magnitude, other]);
    Ok(Some(Quantity { magnitude, measure: small.measure }))
}

fn order(session: &mut Session, a: &Value, b: &Value) -> Evaluated<Option<Ordering>> {
    crate::builtins::comparison::known_order(session, a, b)
}

/// Multiplies magnitudes and units; what measures nothing is a number.
fn product(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let (mut magnitudes, mut rest) = (Args::new(), Args::new());
    let (mut measure, mut count) = (Measure::default(), 0);
    for arg in args {
        match Quantity::read(arg) {
            Some(quantity) => {
                count += 1;
                magnitudes.push(quantity.magnitude);
                measure.multiply(&quantity.measure, 12);
            }
            None if session.is_numeric(arg) => {
                count += 1;
                magnitudes.push(arg.clone());
            }
            None => rest.push(arg.clone()),
        }
    }
    if count < 2 {
        return Ok(None);
    }
    let product = Quantity { magnitude: times(magnitudes), measure };
    let product = reduced(session, product)?;
    rest.push(product);
    Ok(Some(times(rest)))
}

/// Returns a quantity, or a number if its units measure nothing between them.
fn reduced(session: &mut Session, quantity: Quantity) -> Evaluated {
    let Quantity { magnitude, measure } = quantity;
    if measure.is_nothing() {
        return Ok(magnitude);
    }
    if measure.single().is_none() && measure.dimension().iter().all(|own| *own == 0) {
        let size = measure.size(session)?;
        return Ok(times([magnitude, size]));
    }
    Quantity { magnitude, measure }.value(session)
}

fn power(session: &mut Session, args: &[Value]) -> Evaluated<Option<Value>> {
    let [base, exponent] = args else { return Ok(None) };
    let (Some(base), Some(rational)) = (Quantity::read(base), number::rational(exponent)) else {
        return Ok(None);
    };
    let magnitude = to_the(base.magnitude, exponent.clone());
    let Some(measure) = base.measure.power(&rational) else { return Ok(None) };
    reduced(session, Quantity { magnitude, measure }).map(Some)
}

/// Returns the magnitudes in the unit of the first; `None` if they do not all measure the same.
fn magnitudes(session: &mut Session, args: &[Value]) -> Evaluated<Option<(Args, Measure)>> {
    let Some(first) = args.first().and_then(Quantity::read) else { return Ok(None) };
    let mut all = Args::new();
    for arg in args {
        let Some(quantity) = Quantity::read(arg) else { return Ok(None) };
        match converted(session, &quantity, &first.measure)? {
            Some(magnitude) => all.push(magnitude),
            None => {
                let parts = [first.measure.value(), quantity.measure.value()];
                session.message_of("Quantity", "compat", &parts);
                return Ok(None);
            }
        }
    }
    Ok(Some((all, first.measure)))
}

fn compared(session: &mut Session, head: Symbol, args: &[Value]) -> Evaluated<Option<Value>> {
    if args.len() < 2 {
        return Ok(None);
    }
    Ok(magnitudes(session, args)?.map(|(all, _)| Value::call(head, all)))
}

fn extreme(session: &mut Session, head: Symbol, args: &[Value]) -> Evaluated<Option<Value>> {
    let Some((all, _)) = magnitudes(session, args)? else { return Ok(None) };
    let best = session.evaluate(&Value::call(head, all.clone()))?;
    for (arg, magnitude) in args.iter().zip(&all) {
        if order(session, magnitude, &best)? == Some(Ordering::Equal) {
            return Ok((args.len() > 1).then(|| arg.clone()));
        }
    }
    Ok(None)
}

/// Takes a trigonometric function of an angle.
fn angle(session: &mut Session, head: Symbol, arg: &Value) -> Evaluated<Option<Value>> {
    let Some(quantity) = Quantity::read(arg) else { return Ok(None) };
    let radians = super::measure::Named::find("Radians").map(Measure::of);
    let Some(radians) = radians else { return Ok(None) };
    Ok(converted(session, &quantity, &radians)?.map(|magnitude| of(head, magnitude)))
}
