//! Lists that are being made.

use crate::array::{Elements, SHORTEST};
use crate::session::Session;
use crate::value::{Args, Value};

/// The elements so far: side by side as long as they are of one kind.
#[derive(Debug)]
pub(crate) enum Growing {
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    Values(Args),
}

impl Default for Growing {
    fn default() -> Self {
        Self::Values(Args::new())
    }
}

impl Growing {
    /// Adds an element.
    #[inline]
    pub(crate) fn push(&mut self, value: Value) {
        match (&mut *self, value) {
            (Self::Integers(all), Value::Integer(integer)) => all.push(integer),
            (Self::Reals(all), Value::Real(real)) => all.push(real),
            (Self::Values(all), value) if !all.is_empty() => all.push(value),
            (_, value) => self.push_other(value),
        }
    }

    /// Adds the first element, or one of another kind than those before.
    #[cold]
    fn push_other(&mut self, value: Value) {
        let mut values = self.take_values();
        *self = match value {
            Value::Integer(integer) if values.is_empty() => Self::Integers(vec![integer]),
            Value::Real(real) if values.is_empty() => Self::Reals(vec![real]),
            value => {
                values.push(value);
                Self::Values(values)
            }
        };
    }

    /// Takes the elements as values.
    fn take_values(&mut self) -> Args {
        match std::mem::take(self) {
            Self::Integers(all) => all.into_iter().map(Value::Integer).collect(),
            Self::Reals(all) => all.into_iter().map(Value::Real).collect(),
            Self::Values(all) => all,
        }
    }

    /// Returns the list if its elements are side by side, else the elements.
    pub(crate) fn into_packed(mut self) -> Result<Value, Args> {
        match self {
            Self::Integers(all) if all.len() >= SHORTEST => {
                Ok(Value::vector(Elements::Integers(all)))
            }
            Self::Reals(all) if all.len() >= SHORTEST => Ok(Value::vector(Elements::Reals(all))),
            _ => Err(self.take_values()),
        }
    }

    /// Returns the list, whose elements were evaluated since an epoch.
    pub(crate) fn finish(self, session: &Session, epoch: u32) -> Value {
        match self.into_packed() {
            Ok(list) => list,
            Err(elements) => session.list_of(elements, epoch),
        }
    }
}
