//! Trees as heads and arguments: `Plus[a, Times[-1, b]]`.

use super::push_symbol;
use crate::expr::{Expr, ExprKind};
use crate::string_literal::push_literal;

/// Writes an expression without operators; [`parse`](crate::parse) reads it back as the same tree.
///
/// What is broken ([`ExprKind::Error`]) is written as `$Failed` with its parts.
pub fn to_full_form(expr: &Expr) -> String {
    let mut text = String::new();
    push(&mut text, expr);
    text
}

fn push(text: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Symbol(name) => push_symbol(text, name),
        ExprKind::Integer(number) | ExprKind::Real(number) | ExprKind::Rational(number) => {
            text.push_str(number);
        }
        ExprKind::String(contents) => push_literal(text, contents),
        ExprKind::Boxes(boxes) => text.push_str(boxes),
        ExprKind::Call { head, args } => {
            let negative = head.as_number().is_some_and(|number| number.starts_with('-'));
            if negative {
                text.push('(');
            }
            push(text, head);
            if negative {
                text.push(')');
            }
            push_arguments(text, args);
        }
        ExprKind::Error(parts) => {
            text.push_str("$Failed");
            push_arguments(text, parts);
        }
    }
}

fn push_arguments(text: &mut String, args: &[Expr]) {
    text.push('[');
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        push(text, arg);
    }
    text.push(']');
}
