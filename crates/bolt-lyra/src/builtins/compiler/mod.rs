//! Translation of functions to code: what is told of it, and how it is set.

mod functions;
mod inspection;
mod settings;

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::association::Association;
use crate::value::Value;

pub(super) const TABLES: &[&[Builtin]] = &[functions::TABLE, inspection::TABLE, settings::TABLE];

/// Returns an association of names.
fn named(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut new = Association::default();
    for (name, value) in entries {
        new.insert(Value::string(name), value);
    }
    Value::Association(Arc::new(new))
}

fn count(count: impl TryInto<i64>) -> Value {
    Value::Integer(count.try_into().unwrap_or(i64::MAX))
}
