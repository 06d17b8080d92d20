//! Associations: made, looked into, grouped, joined and queried.

mod building;
mod grouping;
mod joining;
mod keys;
mod lookup;
mod normal;
mod query;
#[cfg(test)]
mod tests;

use triomphe::Arc;

use super::Builtin;
use crate::association::{Association, Entry};
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(crate) use query::apply;

pub(super) const TABLES: &[&[Builtin]] = &[
    building::TABLE,
    grouping::TABLE,
    joining::TABLE,
    keys::TABLE,
    lookup::TABLE,
    normal::TABLE,
    query::TABLE,
];

/// Returns an association as a value.
fn value_of(entries: Association) -> Value {
    Value::Association(Arc::new(entries))
}

/// Returns `Missing["KeyAbsent", key]`.
fn absent(key: &Value) -> Value {
    Value::call(sym::Missing, [Value::string("KeyAbsent"), key.clone()])
}

/// Returns the entries of an association, a rule or a list of rules.
fn entries_of(value: &Value) -> Option<Association> {
    if let Value::Association(entries) = value {
        return Some((**entries).clone());
    }
    let rules = value.as_list().unwrap_or(std::slice::from_ref(value));
    let mut entries = Association::default();
    for rule in rules {
        let (key, value, delayed) = sides(rule)?;
        entries.insert_entry(key.clone(), Entry { value: value.clone(), delayed });
    }
    Some(entries)
}

/// Returns the keys that a list of keys or one key means; `Key[k]` is k, whatever k is.
fn keys_of(value: &Value) -> Vec<Value> {
    let all = value.as_list().unwrap_or(std::slice::from_ref(value));
    all.iter().map(bare_key).collect()
}

/// Returns the key that `Key[k]` or k means.
fn bare_key(value: &Value) -> Value {
    match value.exactly(sym::Key) {
        Some([key]) => key.clone(),
        None => value.clone(),
    }
}

/// Applies a function to an association or to each of a list of them.
fn for_each(
    session: &mut Session,
    value: &Value,
    with: &mut dyn FnMut(&mut Session, Association) -> Evaluated,
) -> Evaluated<Option<Value>> {
    if let Some(entries) = entries_of(value) {
        return with(session, entries).map(Some);
    }
    let Some(list) = value.as_list() else { return Ok(None) };
    let mut results = Args::with_capacity(list.len());
    for one in list {
        match for_each(session, one, with)? {
            Some(result) => results.push(result),
            None => return Ok(None),
        }
    }
    Ok(Some(Value::list(results)))
}

/// Tells that what is no association was given, and leaves the call as it is.
fn not_association(session: &mut Session, name: &str, call: &Call, place: i64) -> Step {
    let of = call.args().get(usize::try_from(place - 1).unwrap_or(0));
    let parts: Vec<Value> =
        of.cloned().into_iter().chain([Value::Integer(place), Value::from(call.clone())]).collect();
    session.message_of(name, "invrl", &parts);
    Step::Same
}

/// What a function finds if it finds anything.
fn step(found: Option<Value>) -> Step {
    found.map_or(Step::Same, Step::Again)
}
