//! `Derivative[n][f]`

use super::derivative::Differ;
use super::derivative::Mode;
use super::derivative_table;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// What `Derivative[n, ...][f]` is: a function where the derivative of f is known.
pub(crate) fn apply(session: &mut Session, head: &Call, call: &Call) -> Evaluated<Step> {
    let [function] = call.args() else { return Ok(Step::Same) };
    let orders = head.args();
    if orders.is_empty() {
        return Ok(Step::Same);
    }
    if orders.iter().all(number::is_zero) {
        return Ok(Step::Done(function.clone()));
    }
    if let Some(inner) = nested(function)
        && inner.0.len() == orders.len()
    {
        let sum = |(a, b): (&Value, &Value)| match a.is_number() && b.is_number() {
            true => number::add(a, b),
            false => crate::builtins::arithmetic::plus([a.clone(), b.clone()]),
        };
        let orders: Args = orders.iter().zip(inner.0).map(sum).collect();
        let head = Value::call(sym::Derivative, orders);
        return Ok(Step::Again(Value::call(head, [inner.1.clone()].as_slice())));
    }
    let Some(counts) = orders.iter().map(Value::as_usize).collect::<Option<Vec<usize>>>() else {
        return Ok(Step::Same);
    };
    if counts.iter().sum::<usize>() > 1000 || function.is_number() || function.as_str().is_some() {
        return Ok(if function.is_number() {
            Step::Done(Value::call(sym::Function, [Value::Integer(0)].as_slice()))
        } else {
            Step::Same
        });
    }
    if let Some(data) = function.as_call().filter(|call| call.is(sym::InterpolatingFunction)) {
        let derived = crate::builtins::numbers::interpolation::differentiated(data, &counts);
        return Ok(derived.map_or(Step::Same, Step::Done));
    }
    of_function(session, function, &counts)
}

/// Takes `Derivative[m][g]` apart.
fn nested(function: &Value) -> Option<(&[Value], &Value)> {
    let call = function.as_call()?;
    let orders = call.head().args_of(sym::Derivative)?;
    match call.args() {
        [inner] => Some((orders, inner)),
        _ => None,
    }
}

fn of_function(session: &mut Session, function: &Value, counts: &[usize]) -> Evaluated<Step> {
    let slot = |place: usize| Value::call(sym::Slot, [Value::Integer(place as i64 + 1)].as_slice());
    let slots: Vec<Value> = (0..counts.len()).map(slot).collect();
    let mut value = match function.as_call().filter(|call| call.is(sym::Function)) {
        Some(pure) => {
            let needed = match pure.args() {
                [_] | [Value::Symbol(sym::Null), _] => counts.len(),
                [parameters, ..] => parameters.as_list().map_or(1, <[Value]>::len),
                [] => return Ok(Step::Same),
            };
            if needed > slots.len() {
                return Ok(Step::Same);
            }
            match crate::function::apply(session, pure, &slots) {
                Some(body) => session.evaluate(&body)?,
                None => return Ok(Step::Same),
            }
        }
        None => {
            let Some(symbol) = function.as_symbol() else { return Ok(Step::Same) };
            let plain = Value::call(function.clone(), Args::from(slots.clone()));
            let name = session.names.full(symbol).name.clone();
            let in_table = counts.iter().enumerate().all(|(place, &count)| {
                count == 0
                    || derivative_table::partial(&name, counts.len(), place)
                        .is_some_and(|text| !text.starts_with("Derivative"))
            });
            let has_rules = session.definition(symbol).is_some_and(|own| !own.down.is_empty());
            let is_arithmetic = matches!(symbol, sym::Plus | sym::Times | sym::Power | sym::Sqrt);
            if !in_table && !has_rules && !is_arithmetic {
                return Ok(Step::Same);
            }
            let value = session.evaluate(&plain)?;
            if value == plain && !in_table && !is_arithmetic {
                return Ok(Step::Same);
            }
            value
        }
    };
    for (slot, &count) in slots.iter().zip(counts) {
        let mode = Mode::Partial { variable: slot.clone(), depending: Vec::new() };
        let mut differ = Differ::new(session, mode);
        for _ in 0..count {
            value = differ.of(&value)?;
        }
    }
    Ok(Step::Done(Value::call(sym::Function, [value].as_slice())))
}
