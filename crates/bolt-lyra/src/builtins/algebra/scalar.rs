//! Coefficients: numbers of the language as elements of rings.

use bolt_algebra::{Integer, Integers, Ring};

use crate::number;
use crate::value::Value;

/// A ring whose elements are numbers of the language.
pub(crate) trait Scalars: Ring {
    /// Returns the element that a number is.
    fn read(&self, value: &Value) -> Option<Self::Element>;
    /// Returns the number that an element is.
    fn write(&self, element: &Self::Element) -> Value;
}

impl Scalars for Integers {
    fn read(&self, value: &Value) -> Option<Integer> {
        to_integer(value)
    }

    fn write(&self, element: &Integer) -> Value {
        from_integer(element)
    }
}

/// Returns an integer of the language in the form that the algebra computes with.
pub(crate) fn to_integer(value: &Value) -> Option<Integer> {
    match value {
        Value::Integer(small) => Some(Integer::from(*small)),
        Value::BigInteger(big) => Some(Integer::from((**big).clone())),
        _ => None,
    }
}

/// Returns an integer of the language.
pub(crate) fn from_integer(integer: &Integer) -> Value {
    match integer.as_i64() {
        Some(small) => Value::Integer(small),
        None => Value::from(integer.to_ibig()),
    }
}

/// All numbers of the language: fractions, complex and approximate ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers;

impl Ring for Numbers {
    type Element = Value;

    fn zero(&self) -> Value {
        Value::Integer(0)
    }

    fn one(&self) -> Value {
        Value::Integer(1)
    }

    fn is_zero(&self, a: &Value) -> bool {
        match a {
            Value::Complex(complex) => number::is_zero(&complex.re) && number::is_zero(&complex.im),
            _ => number::is_zero(a),
        }
    }

    fn add(&self, a: &Value, b: &Value) -> Value {
        number::add(a, b)
    }

    fn sub(&self, a: &Value, b: &Value) -> Value {
        number::subtract(a, b)
    }

    fn mul(&self, a: &Value, b: &Value) -> Value {
        number::multiply(a, b)
    }

    fn neg(&self, a: &Value) -> Value {
        number::negate(a)
    }

    fn div(&self, a: &Value, b: &Value) -> Option<Value> {
        number::divide(a, b)
    }

    fn of_integer(&self, integer: &Integer) -> Value {
        from_integer(integer)
    }
}

impl Scalars for Numbers {
    fn read(&self, value: &Value) -> Option<Value> {
        value.is_number().then(|| value.clone())
    }

    fn write(&self, element: &Value) -> Value {
        element.clone()
    }
}
