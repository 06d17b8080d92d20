//! What calculus asks of expressions.

use crate::builtins::arithmetic::{plus, times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// Returns whether an expression does not contain another.
pub(crate) fn is_free(value: &Value, of: &Value) -> bool {
    if value == of {
        return false;
    }
    match value {
        Value::Call(call) => grown(call.depth(), || {
            is_free(call.head(), of) && call.args().iter().all(|arg| is_free(arg, of))
        }),
        Value::Association(entries) => entries.values().all(|value| is_free(value, of)),
        _ => true,
    }
}

/// Returns an expression with another in place of a part, wherever it stands.
pub(crate) fn replace(value: &Value, part: &Value, with: &Value) -> Value {
    if value == part {
        return with.clone();
    }
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || {
        let head = replace(call.head(), part, with);
        let mut changed = head != *call.head();
        let mut args = Args::with_capacity(call.args().len());
        for arg in call.args() {
            let new = replace(arg, part, with);
            changed |= !crate::evaluate::identical(&new, arg);
            args.push(new);
        }
        if changed { Value::call(head, args) } else { value.clone() }
    })
}

/// Returns the terms of a sum; of anything else, itself.
pub(crate) fn terms(value: &Value) -> &[Value] {
    value.args_of(sym::Plus).unwrap_or(std::slice::from_ref(value))
}

/// Returns the factors of a product; of anything else, itself.
pub(crate) fn factors(value: &Value) -> &[Value] {
    value.args_of(sym::Times).unwrap_or(std::slice::from_ref(value))
}

/// Returns the base and the exponent of a power; of anything else, itself and 1.
pub(crate) fn base_and_exponent(value: &Value) -> (Value, Value) {
    match value.exactly(sym::Power) {
        Some([base, exponent]) => (base.clone(), exponent.clone()),
        None => (value.clone(), Value::Integer(1)),
    }
}

/// Returns whether it is the exact 0.
pub(crate) fn is_zero(value: &Value) -> bool {
    matches!(value, Value::Integer(0))
}

/// Returns whether it is an integer.
pub(crate) fn is_integer(value: &Value) -> bool {
    number::integer(value).is_some()
}

/// Returns a fraction of small integers.
pub(crate) fn fraction(top: i64, bottom: i64) -> Value {
    number::divide(&Value::Integer(top), &Value::Integer(bottom)).unwrap_or(Value::Integer(0))
}

/// Returns numerator and denominator of an exact real number, if they are small.
pub(crate) fn small_fraction(value: &Value) -> Option<(i64, i64)> {
    match value {
        Value::Integer(integer) => Some((*integer, 1)),
        Value::Rational(rational) => Some((
            i64::try_from(rational.numerator()).ok()?,
            i64::try_from(rational.denominator().as_ibig()).ok()?,
        )),
        _ => None,
    }
}

impl Session {
    /// Returns the sum of values.
    pub(crate) fn sum_of(&mut self, terms: impl Into<Args>) -> Evaluated {
        self.evaluate(&plus(terms))
    }

    /// Returns the product of values.
    pub(crate) fn product_of(&mut self, factors: impl Into<Args>) -> Evaluated {
        self.evaluate(&times(factors))
    }

    /// Returns a power of values.
    pub(crate) fn power_of(&mut self, base: &Value, exponent: &Value) -> Evaluated {
        self.evaluate(&to_the(base.clone(), exponent.clone()))
    }

    /// Returns a quotient of values.
    pub(crate) fn quotient_of(&mut self, a: &Value, b: &Value) -> Evaluated {
        if let (true, true) = (a.is_number(), b.is_number())
            && let Some(quotient) = number::divide(a, b)
        {
            return Ok(quotient);
        }
        self.evaluate(&times([a.clone(), to_the(b.clone(), -1)]))
    }

    /// Returns a difference of values.
    pub(crate) fn difference_of(&mut self, a: &Value, b: &Value) -> Evaluated {
        self.evaluate(&plus([a.clone(), times([Value::Integer(-1), b.clone()])]))
    }

    /// Returns a function by name of values.
    pub(crate) fn named(&mut self, name: &str, args: impl Into<Args>) -> Evaluated {
        let symbol = self.names.symbol(&format!("System`{name}"));
        self.evaluate(&Value::call(symbol, args))
    }

    /// Returns whether there is a built-in function of this name.
    pub(crate) fn has_builtin(&mut self, name: &str) -> bool {
        let symbol = self.names.symbol(&format!("System`{name}"));
        self.definition(symbol).is_some_and(|definition| definition.builtin.is_some())
    }

    /// Returns an expression with a value in place of a part, evaluated.
    pub(crate) fn put(&mut self, of: &Value, part: &Value, value: &Value) -> Evaluated {
        let new = replace(of, part, value);
        self.evaluate(&new)
    }
}
