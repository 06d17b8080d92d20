//! Numbers and places of drawings.

use super::{args_of, head_of};
use crate::array::Elements;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// Reads a real number; `None` if it is none.
pub(super) fn number(session: &mut Session, value: &Value) -> Evaluated<Option<f64>> {
    match value {
        Value::Real(real) => Ok(Some(*real)),
        Value::Integer(integer) => Ok(Some(*integer as f64)),
        _ => Ok(session.machine_value(value)?.or_else(|| infinite(value))),
    }
}

/// Reads `Infinity` and `-Infinity`.
pub(super) fn infinite(value: &Value) -> Option<f64> {
    match value.args_of(sym::DirectedInfinity)? {
        [Value::Integer(1)] => Some(f64::INFINITY),
        [Value::Integer(-1)] => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// Reads a list of so many numbers.
pub(super) fn numbers<const N: usize>(
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<[f64; N]>> {
    let value = match args_of(session, value, "Offset") {
        Some([_, place]) => place,
        _ => value,
    };
    let Some(parts) = value.as_list().filter(|parts| parts.len() == N) else { return Ok(None) };
    let mut numbers = [0.0; N];
    for (number, part) in numbers.iter_mut().zip(parts) {
        let Some(read) = self::number(session, part)? else { return Ok(None) };
        *number = read;
    }
    Ok(Some(numbers))
}

/// Reads a list of places with so many coordinates; `None` if it holds something else.
pub(super) fn places<const N: usize>(
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<Vec<[f64; N]>>> {
    if let Some(array) = value.as_array() {
        let [_, width] = array.dimensions() else { return Ok(None) };
        if *width != N {
            return Ok(None);
        }
        let row = |row: &[f64]| std::array::from_fn(|i| row[i]);
        return Ok(Some(match array.elements() {
            Elements::Reals(reals) => reals.chunks_exact(N).map(row).collect(),
            Elements::Integers(integers) => {
                let reals: Vec<f64> = integers.iter().map(|integer| *integer as f64).collect();
                reals.chunks_exact(N).map(row).collect()
            }
        }));
    }
    let Some(list) = value.as_list() else { return Ok(None) };
    let mut places = Vec::with_capacity(list.len());
    for element in list {
        let Some(place) = numbers(session, element)? else { return Ok(None) };
        places.push(place);
    }
    Ok(Some(places))
}

/// Reads one list of places or several: `Line[{p, ...}]` and `Line[{{p, ...}, ...}]`.
pub(super) fn place_lists<const N: usize>(
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<Vec<Vec<[f64; N]>>>> {
    if let Some(places) = places(session, value)? {
        return Ok(Some(vec![places]));
    }
    let Some(lists) = value.as_list() else { return Ok(None) };
    let mut all = Vec::with_capacity(lists.len());
    for list in lists {
        let Some(places) = places(session, list)? else { return Ok(None) };
        all.push(places);
    }
    Ok(Some(all))
}

/// Reads one place or several.
pub(super) fn one_or_more<const N: usize>(
    session: &mut Session,
    value: &Value,
) -> Evaluated<Option<Vec<[f64; N]>>> {
    match numbers(session, value)? {
        Some(place) => Ok(Some(vec![place])),
        None => places(session, value),
    }
}

/// Returns how an expression is labelled; `None` of `None` and what is invisible.
pub(super) fn text(session: &mut Session, value: &Value) -> Evaluated<Option<String>> {
    if value.is(sym::None) || value.is(sym::Null) {
        return Ok(None);
    }
    let inner = match head_of(session, value) {
        Some("Style" | "Text" | "HoldForm" | "TraditionalForm" | "StandardForm") => {
            value.as_call().and_then(|call| call.args().first()).unwrap_or(value)
        }
        _ => value,
    };
    let text = session.show(inner)?;
    Ok((!text.is_empty()).then_some(text))
}
