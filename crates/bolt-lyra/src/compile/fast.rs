//! What is computed at once where the values are machine numbers.
//!
//! Each function returns `None` where it is not sure to compute what evaluation would.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::code::{Binary, Relation};
use crate::builtins::comparison;
use crate::number;
use crate::symbol::{Symbol, sym};
use crate::value::Value;

/// The largest integer below which all integers are machine reals, too.
pub(super) const EXACT: u64 = 1 << 53;

fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Real(real) => Some(*real),
        Value::Integer(integer) if integer.unsigned_abs() <= EXACT => Some(*integer as f64),
        _ => None,
    }
}

/// Computes with two numbers.
#[inline]
pub(super) fn binary(kind: Binary, a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => integers(kind, *a, *b),
        (Value::Real(a), Value::Real(b)) => reals(kind, *a, *b),
        (Value::Real(_), Value::Integer(0)) | (Value::Integer(0), Value::Real(_)) => None,
        (Value::Real(x), Value::Integer(n)) if kind == Binary::Power => {
            finite(x.powi(i32::try_from(*n).ok()?)).map(Value::Real)
        }
        (Value::Real(_), Value::Integer(_)) | (Value::Integer(_), Value::Real(_)) => match kind {
            Binary::Power | Binary::Greatest | Binary::Least | Binary::Modulo => None,
            _ => reals(kind, real(a)?, real(b)?),
        },
        _ => None,
    }
}

#[inline]
fn integers(kind: Binary, a: i64, b: i64) -> Option<Value> {
    let result = match kind {
        Binary::Add => a.checked_add(b),
        Binary::Subtract => a.checked_sub(b),
        Binary::Multiply => a.checked_mul(b),
        Binary::Divide => (b != 0 && a.checked_rem(b)? == 0).then(|| a / b),
        Binary::Power => u32::try_from(b).ok().filter(|_| a != 0).and_then(|b| a.checked_pow(b)),
        Binary::Modulo => (b > 0).then(|| a.rem_euclid(b)),
        Binary::Quotient => (b > 0).then(|| a.div_euclid(b)),
        Binary::Greatest => Some(a.max(b)),
        Binary::Least => Some(a.min(b)),
    };
    result.map(Value::Integer)
}

#[inline]
fn reals(kind: Binary, a: f64, b: f64) -> Option<Value> {
    let result = match kind {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        // A quotient is a product with the inverse.
        Binary::Divide if b != 0.0 => a * (1.0 / b),
        Binary::Greatest if a.partial_cmp(&b)? != Ordering::Equal => a.max(b),
        Binary::Least if a.partial_cmp(&b)? != Ordering::Equal => a.min(b),
        _ => return None,
    };
    finite(result).map(Value::Real)
}

/// Adds or multiplies numbers in the order of their values, as canonical order has it.
pub(super) fn fold(is_sum: bool, values: &[Value]) -> Option<Value> {
    let mut reals: SmallVec<[f64; 8]> = SmallVec::new();
    let (mut integers, mut count) = (i64::from(!is_sum), 0);
    for value in values {
        match value {
            Value::Real(real) => reals.push(*real),
            Value::Integer(integer) => {
                count += 1;
                integers = match is_sum {
                    true => integers.checked_add(*integer)?,
                    false => integers.checked_mul(*integer)?,
                };
            }
            _ => return None,
        }
    }
    if reals.is_empty() {
        return Some(Value::Integer(integers));
    }
    if count > 1 || (count == 1 && integers == 0) {
        return None;
    }
    if count == 1 {
        reals.push(real(&Value::Integer(integers))?);
    }
    reals.sort_by(f64::total_cmp);
    let mut result = if is_sum { 0.0 } else { 1.0 };
    for x in reals {
        result = finite(if is_sum { result + x } else { result * x })?;
    }
    Some(Value::Real(result))
}

/// Beyond the range of machine reals, numbers have a precision of their own.
fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

#[inline]
fn order(a: f64, b: f64) -> Option<Ordering> {
    comparison::order_of_reals(a, b)
}

/// Compares two values.
#[inline]
pub(super) fn compare(relation: Relation, a: &Value, b: &Value) -> Option<bool> {
    let order = match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Real(x), Value::Real(y)) => match relation {
            Relation::Same | Relation::Unsame => {
                let is = comparison::same(a, b);
                return Some(is == (relation == Relation::Same));
            }
            _ => order(*x, *y)?,
        },
        (Value::Real(_) | Value::Integer(_), Value::Real(_) | Value::Integer(_))
            if !matches!(relation, Relation::Same | Relation::Unsame) =>
        {
            order(real(a)?, real(b)?)?
        }
        _ => {
            return match relation {
                Relation::Same => Some(comparison::same(a, b)),
                Relation::Unsame => Some(!comparison::same(a, b)),
                _ => None,
            };
        }
    };
    Some(match relation {
        Relation::Less => order.is_lt(),
        Relation::LessEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterEqual => order.is_ge(),
        Relation::Equal | Relation::Same => order.is_eq(),
        Relation::Unequal | Relation::Unsame => order.is_ne(),
    })
}

/// A function of one value.
pub(crate) type Unary = fn(&Value) -> Option<Value>;

/// The functions of one value that have a fast way.
pub(super) const UNARY: &[(Symbol, Unary)] = &[
    (sym::Not, |x| x.as_bool().map(|is| Value::boolean(!is))),
    (sym::EvenQ, |x| x.as_i64().map(|n| Value::boolean(n & 1 == 0))),
    (sym::OddQ, |x| x.as_i64().map(|n| Value::boolean(n & 1 == 1))),
    (sym::IntegerQ, |x| x.is_number().then(|| Value::boolean(number::integer(x).is_some()))),
    (sym::Minus, |x| match x {
        Value::Integer(n) => n.checked_neg().map(Value::Integer),
        Value::Real(x) => Some(Value::Real(-1.0 * x)),
        _ => None,
    }),
    (sym::Sin, |x| machine(x, f64::sin)),
    (sym::Cos, |x| machine(x, f64::cos)),
    (sym::Tan, |x| machine(x, f64::tan)),
    (sym::ArcTan, |x| machine(x, f64::atan)),
    (sym::Sinh, |x| machine(x, f64::sinh)),
    (sym::Cosh, |x| machine(x, f64::cosh)),
    (sym::Tanh, |x| machine(x, f64::tanh)),
    (sym::Exp, |x| machine(x, f64::exp)),
    (sym::Log, |x| positive(x, f64::ln)),
    (sym::Sqrt, |x| positive(x, f64::sqrt)),
    (sym::Abs, |x| match x {
        Value::Integer(n) => n.checked_abs().map(Value::Integer),
        _ => machine(x, f64::abs),
    }),
    (sym::Floor, |x| match x {
        Value::Integer(_) => Some(x.clone()),
        Value::Real(x) => small(x.floor()),
        _ => None,
    }),
    (sym::Round, |x| match x {
        Value::Integer(_) => Some(x.clone()),
        Value::Real(x) => small(x.round_ties_even()),
        _ => None,
    }),
    (sym::Length, |x| match x {
        Value::Call(call) => Some(Value::Integer(call.len() as i64)),
        _ => None,
    }),
];

/// Returns the fast way of a function of one value.
pub(super) fn unary_of(symbol: Symbol) -> Option<Unary> {
    UNARY.iter().find(|(known, _)| *known == symbol).map(|(_, function)| *function)
}

fn machine(x: &Value, function: fn(f64) -> f64) -> Option<Value> {
    match x {
        Value::Real(x) => finite(function(*x)).map(Value::Real),
        _ => None,
    }
}

fn positive(x: &Value, function: fn(f64) -> f64) -> Option<Value> {
    match x {
        Value::Real(x) if *x > 0.0 => Some(Value::Real(function(*x))),
        _ => None,
    }
}

fn small(x: f64) -> Option<Value> {
    (x.abs() < EXACT as f64).then(|| Value::Integer(x as i64))
}
