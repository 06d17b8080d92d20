//! Packed arrays: lists of machine numbers without a value for each element.
//!
//! A list whose elements are all small integers or all machine reals, or that is a full matrix or
//! tensor of them, may hold them side by side. That is invisible to programs: who asks a list for
//! its elements gets them as values, which are made then and kept. Functions that know packed
//! arrays read the numbers themselves.

mod reduce;
#[cfg(test)]
mod tests;
mod vector;

pub(crate) use vector::thread;

use std::sync::OnceLock;

use smallvec::SmallVec;
use triomphe::Arc;

use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// The elements of a packed array, the last index running fastest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Elements {
    Integers(Vec<i64>),
    Reals(Vec<f64>),
}

impl Elements {
    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Integers(integers) => integers.len(),
            Self::Reals(reals) => reals.len(),
        }
    }

    /// Returns one of them as a value.
    pub(crate) fn get(&self, place: usize) -> Value {
        match self {
            Self::Integers(integers) => Value::Integer(integers[place]),
            Self::Reals(reals) => Value::Real(reals[place]),
        }
    }

    /// Returns some that are side by side.
    pub(crate) fn slice(&self, range: std::ops::Range<usize>) -> Self {
        match self {
            Self::Integers(integers) => Self::Integers(integers[range].to_vec()),
            Self::Reals(reals) => Self::Reals(reals[range].to_vec()),
        }
    }

    /// Takes over values if they are all small integers or all machine reals.
    pub(crate) fn of_values(values: &[Value]) -> Option<Self> {
        match values.first()? {
            Value::Integer(_) => {
                let mut integers = Vec::with_capacity(values.len());
                for value in values {
                    let Value::Integer(integer) = value else { return None };
                    integers.push(*integer);
                }
                Some(Self::Integers(integers))
            }
            Value::Real(_) => {
                let mut reals = Vec::with_capacity(values.len());
                for value in values {
                    let Value::Real(real) = value else { return None };
                    reals.push(*real);
                }
                Some(Self::Reals(reals))
            }
            _ => None,
        }
    }
}

/// How long the sides of an array are.
pub(crate) type Dimensions = SmallVec<[usize; 2]>;

/// A packed array.
#[derive(Debug)]
pub(crate) struct Array {
    elements: Elements,
    dimensions: Dimensions,
    /// The elements of the list as values, once somebody has asked for them.
    values: OnceLock<Args>,
}

impl Clone for Array {
    fn clone(&self) -> Self {
        Self::new(self.elements.clone(), self.dimensions.clone())
    }
}

impl Array {
    /// Makes an array of elements.
    ///
    /// # Panics
    /// If there are not as many elements as the dimensions say, or none.
    pub(crate) fn new(elements: Elements, dimensions: Dimensions) -> Self {
        assert_eq!(elements.len(), dimensions.iter().product::<usize>(), "a full array");
        assert!(!dimensions.is_empty(), "an array has a dimension");
        Self { elements, dimensions, values: OnceLock::new() }
    }

    /// Returns what stands where an array was taken from.
    pub(crate) fn nothing() -> Self {
        Self::new(Elements::Integers(Vec::new()), Dimensions::from([0].as_slice()))
    }

    /// Returns all elements.
    pub(crate) fn elements(&self) -> &Elements {
        &self.elements
    }

    /// Returns how long the sides are.
    pub(crate) fn dimensions(&self) -> &[usize] {
        &self.dimensions
    }

    /// Returns how many elements the list has.
    pub(crate) fn len(&self) -> usize {
        self.dimensions[0]
    }

    /// Returns some elements of a vector, `None` if it is no vector.
    pub(crate) fn picked(&self, places: &[usize]) -> Option<Value> {
        let [_] = self.dimensions[..] else { return None };
        Some(Value::vector(match &self.elements {
            Elements::Integers(all) => Elements::Integers(places.iter().map(|&i| all[i]).collect()),
            Elements::Reals(all) => Elements::Reals(places.iter().map(|&i| all[i]).collect()),
        }))
    }

    /// Returns the elements of the list as values.
    pub(crate) fn values(&self) -> &Args {
        self.values.get_or_init(|| (0..self.len()).map(|place| self.get(place)).collect())
    }

    /// Returns an element of the list.
    pub(crate) fn get(&self, place: usize) -> Value {
        match &self.dimensions[1..] {
            [] => self.elements.get(place),
            inner => {
                let size: usize = inner.iter().product();
                let elements = self.elements.slice(place * size..(place + 1) * size);
                Value::array(elements, Dimensions::from(inner))
            }
        }
    }

    /// Returns the elements as values, without a copy where they were made already.
    pub(crate) fn into_values(self) -> Args {
        self.values();
        self.values.into_inner().unwrap_or_default()
    }

    /// Sets an element of a vector, if it is of the same kind.
    pub(crate) fn set(&mut self, place: usize, value: &Value) -> bool {
        if self.dimensions.len() != 1 || place >= self.len() {
            return false;
        }
        match (&mut self.elements, value) {
            (Elements::Integers(integers), Value::Integer(new)) => integers[place] = *new,
            (Elements::Reals(reals), Value::Real(new)) => reals[place] = *new,
            _ => return false,
        }
        self.values = OnceLock::new();
        true
    }
}

impl Array {
    /// Adds an element to a vector, if it is of the same kind.
    pub(crate) fn push(&mut self, value: &Value) -> bool {
        let [length] = &mut self.dimensions[..] else { return false };
        match (&mut self.elements, value) {
            (Elements::Integers(integers), Value::Integer(new)) => integers.push(*new),
            (Elements::Reals(reals), Value::Real(new)) => reals.push(*new),
            _ => return false,
        }
        *length += 1;
        self.values = OnceLock::new();
        true
    }
}

/// Lists shorter than this are not packed.
pub(crate) const SHORTEST: usize = 32;

impl Value {
    /// Returns a list of machine numbers with these dimensions.
    pub(crate) fn array(elements: Elements, dimensions: Dimensions) -> Self {
        Self::from(Call::packed(Arc::new(Array::new(elements, dimensions))))
    }

    /// Returns a list of machine numbers.
    pub(crate) fn vector(elements: Elements) -> Self {
        match elements.len() {
            0 => Self::list(Args::new()),
            length => Self::array(elements, Dimensions::from([length].as_slice())),
        }
    }

    /// Returns the packed array, if it is one.
    pub(crate) fn as_array(&self) -> Option<&Array> {
        self.as_call()?.array()
    }
}

/// Packs a list, if that is possible.
pub(crate) fn pack(call: &Call) -> Option<Value> {
    if !call.is(sym::List) || call.array().is_some() {
        return None;
    }
    packed(call.args()).map(|(elements, dimensions)| Value::array(elements, dimensions))
}

/// Returns the elements of a list side by side, if it is long enough and they are of one kind.
fn packed(values: &[Value]) -> Option<(Elements, Dimensions)> {
    let first = values.first()?;
    if let Some(row) = first.as_array() {
        return packed_rows(values, row);
    }
    if values.len() < SHORTEST {
        return None;
    }
    let elements = Elements::of_values(values)?;
    Some((elements, Dimensions::from([values.len()].as_slice())))
}

fn packed_rows(rows: &[Value], first: &Array) -> Option<(Elements, Dimensions)> {
    let mut elements = first.elements().clone();
    for row in &rows[1..] {
        let row = row.as_array().filter(|row| row.dimensions == first.dimensions)?;
        match (&mut elements, row.elements()) {
            (Elements::Integers(all), Elements::Integers(more)) => all.extend_from_slice(more),
            (Elements::Reals(all), Elements::Reals(more)) => all.extend_from_slice(more),
            _ => return None,
        }
    }
    let mut dimensions = Dimensions::from([rows.len()].as_slice());
    dimensions.extend_from_slice(&first.dimensions);
    Some((elements, dimensions))
}
