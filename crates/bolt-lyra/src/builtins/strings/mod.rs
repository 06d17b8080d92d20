//! Strings: joining, taking apart, looking inside, patterns.
//!
//! What a string pattern matches is found by `pattern`; the other files are the functions by
//! topic.

mod characters;
mod distances;
mod elements;
mod finding;
mod matching;
mod parts;
mod pattern;
mod replacing;
mod splitting;
mod whole;

use super::Builtin;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLES: &[&[Builtin]] = &[
    characters::TABLE,
    distances::TABLE,
    elements::TABLE,
    finding::TABLE,
    matching::TABLE,
    parts::TABLE,
    replacing::TABLE,
    splitting::TABLE,
    whole::TABLE,
];

/// Returns an integer of a count.
fn integer(count: usize) -> Value {
    Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Applies a function to the text of a call with one argument that is a string.
fn of_text(call: &Call, with: impl FnOnce(&str) -> Value) -> Step {
    match call.args() {
        [Value::String(text)] => Step::Done(with(text)),
        _ => Step::Same,
    }
}

/// Returns the strings of a value that is a string or a list of them, `None` if it is neither.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        _ => value.as_list()?.iter().map(Value::as_str).collect(),
    }
}

/// Applies a function to a string or to each of a list of strings, whatever the depth.
fn for_each_text(
    session: &mut Session,
    value: &Value,
    with: &mut dyn FnMut(&mut Session, &str) -> Evaluated<Option<Value>>,
) -> Evaluated<Option<Value>> {
    match value {
        Value::String(text) => with(session, text),
        _ => {
            let Some(list) = value.as_list() else { return Ok(None) };
            let mut results = Args::with_capacity(list.len());
            for one in list {
                match for_each_text(session, one, with)? {
                    Some(result) => results.push(result),
                    None => return Ok(None),
                }
            }
            Ok(Some(Value::list(results)))
        }
    }
}

/// Tells that strings were expected at the first place of a call.
fn not_strings(session: &mut Session, name: &str, call: &Call) -> Step {
    let parts = [Value::Integer(1), Value::from(call.clone())];
    session.message_of(name, "strse", &parts);
    Step::Same
}

/// Returns strings as a list.
pub(crate) fn list_of<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Value {
    let string = |text| {
        bolt_base::interrupt::poll();
        Value::string(text)
    };
    Value::list(texts.into_iter().map(string).collect::<Args>())
}
