//! What calculus asks of expressions.

pub(crate) use crate::builtins::forms::{
    base_and_exponent, factors, is_free, is_zero, substituted, terms,
};
use crate::builtins::forms::{plus, times, to_the};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Value};

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

    /// Returns whether there is a built-in function of this name.
    pub(crate) fn has_builtin(&mut self, name: &str) -> bool {
        let symbol = self.system_symbol(name);
        self.definition(symbol).is_some_and(|definition| definition.builtin.is_some())
    }

    /// Returns an expression with a value in place of a part, evaluated.
    pub(crate) fn put(&mut self, of: &Value, part: &Value, value: &Value) -> Evaluated {
        let new = substituted(of, part, value);
        self.evaluate(&new)
    }
}
