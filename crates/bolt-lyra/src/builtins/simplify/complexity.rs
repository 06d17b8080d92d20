//! How complex an expression is: what `Simplify` makes as small as it can.

use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Value, grown};

/// What measures complexity: the built-in count or a function of the user.
#[derive(Debug, Clone, Default)]
pub(super) struct Measure {
    pub(super) function: Option<Value>,
}

impl Measure {
    /// Returns how complex an expression is.
    pub(super) fn of(&self, session: &mut Session, value: &Value) -> Evaluated<f64> {
        match &self.function {
            None => Ok(count(value) as f64),
            Some(function) => {
                let measured = session.call(function, [value.clone()].as_slice())?;
                Ok(number::to_f64(&measured).unwrap_or(f64::INFINITY))
            }
        }
    }
}

/// Counts atoms, integers by their digits and minus signs.
pub(super) fn count(value: &Value) -> usize {
    match value {
        Value::Integer(0) => 1,
        Value::Integer(integer) => {
            digits_of_bits(integer.unsigned_abs().ilog10() as usize, *integer < 0)
        }
        Value::BigInteger(_) => {
            let bits = number::integer(value).map_or(0, |integer| number::bit_length(&integer));
            let digits = (bits as f64 * std::f64::consts::LOG10_2).floor() as usize;
            digits_of_bits(digits, number::is_negative(value))
        }
        Value::Rational(_) | Value::Complex(_) => match number::as_call(value) {
            Some(parts) => 1 + parts.args().iter().map(count).sum::<usize>(),
            None => 1,
        },
        Value::Real(_) | Value::BigReal(_) => 2,
        Value::Call(call) => grown(call.depth(), || {
            count(call.head()) + call.args().iter().map(count).sum::<usize>()
        }),
        Value::Association(entries) => 1 + entries.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

fn digits_of_bits(log: usize, is_negative: bool) -> usize {
    log + if is_negative { 2 } else { 1 }
}
