//! The canonical order of expressions: that of `Sort` and of the arguments of `Plus` and `Times`.
//!
//! Numbers come first, by value, then strings, then symbols by name, then calls. A power stands
//! where its base does, a product or sum where its last factor or term does, so that polynomials
//! are in the order in which they are written.

use std::cmp::Ordering;

use crate::number;
use crate::session::Names;
use crate::symbol::sym;
use crate::value::{Call, Value, grown};

/// Compares two expressions canonically.
pub(crate) fn compare(names: &Names, a: &Value, b: &Value) -> Ordering {
    match (rank(a), rank(b)) {
        (0, 0) => numbers(a, b),
        (1, 1) => text_order(a.as_str().unwrap_or(""), b.as_str().unwrap_or("")),
        (2, 2) => symbols(names, a, b),
        (x, y) if x < 2 || y < 2 => x.cmp(&y),
        _ if a == b => Ordering::Equal,
        _ => grown(a.depth().max(b.depth()), || terms(names, a, b)),
    }
}

/// Sorts canonically, keeping the order of what is equal.
pub(crate) fn sort(names: &Names, values: &mut [Value]) {
    let in_order = values.is_sorted_by(|a, b| compare(names, a, b) != Ordering::Greater);
    if !in_order {
        values.sort_by(|a, b| compare(names, a, b));
    }
}

/// Numbers, strings, symbols, everything else.
fn rank(value: &Value) -> u8 {
    match value {
        _ if value.is_number() => 0,
        Value::String(_) => 1,
        Value::Symbol(_) | Value::Temporary(_) => 2,
        _ => 3,
    }
}

/// By value; of equal ones the exact come first.
fn numbers(a: &Value, b: &Value) -> Ordering {
    if let Some(order) = number::compare(a, b) {
        let kind = |value: &Value| match value {
            Value::Integer(_) | Value::BigInteger(_) => 0,
            Value::Rational(_) => 1,
            Value::Real(_) => 2,
            _ => 3,
        };
        return order.then(kind(a).cmp(&kind(b)));
    }
    let ((a_re, a_im), (b_re, b_im)) = (number::parts(a), number::parts(b));
    let of = |a: &Value, b: &Value| number::compare(a, b).unwrap_or(Ordering::Equal);
    let size = |value: &Value| match number::is_negative(value) {
        true => number::negate(value),
        false => value.clone(),
    };
    of(&a_re, &b_re).then_with(|| of(&size(&a_im), &size(&b_im))).then_with(|| of(&a_im, &b_im))
}

/// Dictionary order: letters whatever their case first, then lower before upper case.
pub(crate) fn text_order(a: &str, b: &str) -> Ordering {
    let folded = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>();
    let lower_first = || {
        let case = |text: &str| text.chars().map(|c| (c.is_uppercase(), c)).collect::<Vec<_>>();
        case(a).cmp(&case(b))
    };
    match a.is_ascii() && b.is_ascii() {
        true => a
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
            .then_with(lower_first),
        false => folded(a).cmp(&folded(b)).then_with(lower_first),
    }
}

fn symbols(names: &Names, a: &Value, b: &Value) -> Ordering {
    match (a.as_symbol(), b.as_symbol()) {
        (Some(a), Some(b)) if a == b => Ordering::Equal,
        (Some(a), Some(b)) => {
            let (a, b) = (names.full(a), names.full(b));
            text_order(&a.name, &b.name).then_with(|| text_order(&a.context, &b.context))
        }
        _ => Ordering::Equal,
    }
}

/// Compares two expressions that are no numbers or strings and not both symbols.
fn terms(names: &Names, a: &Value, b: &Value) -> Ordering {
    for head in [sym::Times, sym::Plus] {
        if a.args_of(head).is_some() || b.args_of(head).is_some() {
            let (x, y) = (factors(a, head), factors(b, head));
            let last = x.iter().rev().zip(y.iter().rev());
            let differing = last.map(|(x, y)| compare(names, x, y)).find(|order| order.is_ne());
            return differing
                .unwrap_or_else(|| x.len().cmp(&y.len()))
                .then_with(|| coefficient(a, head, b))
                .then_with(|| calls_or_atoms(names, a, b));
        }
    }
    if a.args_of(sym::Power).is_some() || b.args_of(sym::Power).is_some() {
        let ((x, e), (y, f)) = (base_and_exponent(a), base_and_exponent(b));
        if !(x == a && y == b) {
            return compare(names, x, y).then_with(|| compare(names, &e, &f));
        }
    }
    calls_or_atoms(names, a, b)
}

/// The factors of a product or the terms of a sum, without a leading number.
fn factors(value: &Value, head: crate::symbol::Symbol) -> &[Value] {
    match value.args_of(head) {
        Some([first, rest @ ..]) if first.is_number() && !rest.is_empty() => rest,
        Some(all) => all,
        None => std::slice::from_ref(value),
    }
}

fn coefficient(a: &Value, head: crate::symbol::Symbol, b: &Value) -> Ordering {
    let of = |value: &Value| match value.args_of(head) {
        Some([first, ..]) if first.is_number() => first.clone(),
        _ => Value::Integer(i64::from(head == sym::Times)),
    };
    numbers(&of(a), &of(b))
}

/// Returns the base and the exponent of a power; of anything else, itself and 1.
pub(crate) fn base_and_exponent(value: &Value) -> (&Value, Value) {
    match value.exactly(sym::Power) {
        Some([base, exponent]) => (base, exponent.clone()),
        None => (value, Value::Integer(1)),
    }
}

/// Atoms first, then shorter calls, then by head and arguments.
fn calls_or_atoms(names: &Names, a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Call(x), Value::Call(y)) => calls(names, x, y),
        (Value::Association(x), Value::Association(y)) => {
            let entries = x.iter().zip(y.iter());
            let differing = entries.map(|((k, v), (l, w))| {
                compare(names, k, l).then_with(|| compare(names, &v.value, &w.value))
            });
            x.len().cmp(&y.len()).then(first_difference(differing))
        }
        (Value::Call(_), Value::Association(_)) => Ordering::Less,
        (Value::Association(_), Value::Call(_)) => Ordering::Greater,
        (Value::Call(_) | Value::Association(_), _) => Ordering::Greater,
        (_, Value::Call(_) | Value::Association(_)) => Ordering::Less,
        _ => compare(names, a, b),
    }
}

fn calls(names: &Names, a: &Call, b: &Call) -> Ordering {
    let args = || a.args().iter().zip(b.args()).map(|(x, y)| compare(names, x, y));
    a.args()
        .len()
        .cmp(&b.args().len())
        .then_with(|| compare(names, a.head(), b.head()))
        .then_with(|| first_difference(args()))
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
