//! Files, streams, and data in the formats that files have. What is outside of the session is
//! asked of its host.

mod bytes;
mod csv;
mod exporting;
mod hashing;
mod importing;
mod json;
mod packages;
mod paths;
mod reading;
mod streams;
mod system;
#[cfg(test)]
mod tests;

use super::Builtin;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::Value;

pub(crate) use bytes::as_list as bytes_as_list;
pub(crate) use packages::{OuterContext, context_assigned, contexts_changed};
pub(crate) use streams::Streams;

pub(super) const TABLES: &[&[Builtin]] = &[
    bytes::TABLE,
    exporting::TABLE,
    hashing::TABLE,
    importing::TABLE,
    packages::TABLE,
    paths::TABLE,
    reading::TABLE,
    streams::TABLE,
    system::TABLE,
];

/// Returns the path that a string or `File["path"]` means.
fn path_of<'v>(session: &Session, value: &'v Value) -> Option<&'v str> {
    match value {
        Value::String(path) => Some(path),
        Value::Call(call) => match call.args() {
            [Value::String(path)] if is_named(session, call.head(), "File") => Some(path),
            _ => None,
        },
        _ => None,
    }
}

fn is_named(session: &Session, value: &Value, name: &str) -> bool {
    value.as_symbol().is_some_and(|symbol| &*session.names.full(symbol).name == name)
}

/// Tells that a file cannot be used, and returns `$Failed`.
fn failed(session: &mut Session, name: &str, tag: &str, path: &str) -> Value {
    session.message_of(name, tag, &[Value::string(path)]);
    Value::Symbol(sym::Failed)
}

/// Returns bytes as text; what is no UTF-8 is taken byte by byte.
fn text_of(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    }
}
