//! Expressions as text: printed, in forms, as numbers are to look, as boxes.
//!
//! What a wrapper such as `Row` or `NumberForm` looks like inside of other expressions is told by
//! `display`; the other files are the functions by topic.

mod boxes;
mod code;
mod display;
mod integers;
mod numbers;
mod tables;
mod templates;
mod tex;
mod text;

use super::Builtin;
use crate::session::Session;
use crate::symbol::Symbol;
use crate::value::{Call, Value};

pub(crate) use display::Displayed;
pub(crate) use templates::apply_template;

pub(super) const TABLES: &[&[Builtin]] = &[
    boxes::TABLE,
    code::TABLE,
    display::TABLE,
    integers::TABLE,
    numbers::TABLE,
    tables::TABLE,
    templates::TABLE,
    tex::TABLE,
    text::TABLE,
];

/// Returns the name of the symbol that is the head of a call, without its context.
fn head_name<'s>(session: &'s Session, call: &Call) -> Option<&'s str> {
    let name = |symbol: Symbol| &*session.names.full(symbol).name;
    call.head().as_symbol().map(name)
}

/// Returns whether an expression is shown within parentheses where something binds tightly to it.
fn is_compound(value: &Value) -> bool {
    use crate::symbol::sym;
    let is = |head| value.args_of(head).is_some();
    match value {
        Value::Rational(_) | Value::Complex(_) => true,
        Value::Integer(integer) => *integer < 0,
        Value::Real(real) => *real < 0.0,
        _ => [sym::Plus, sym::Times, sym::Power, sym::Equal, sym::Rule].into_iter().any(is),
    }
}
