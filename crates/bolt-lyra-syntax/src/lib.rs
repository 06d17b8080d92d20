//! Syntax of the Lyra language, which is the Wolfram Language's: source text to trees and back.
//!
//! [`parse`] reads a program, [`parse_expression`] exactly one expression. The tree is the
//! abstract syntax: every operator is a [call](ExprKind::Call) of its `FullForm` head, so that
//! `a - b` is `Plus[a, Times[-1, b]]` and `f'` is `Derivative[1][f]`. [`to_input_form`] writes a
//! tree with operators and as few parentheses as it needs, [`to_full_form`] without operators;
//! what either writes, [`parse`] reads back as the same tree.
//!
//! A broken source is a normal source: the result holds a tree and [`Diagnostic`]s, never a panic.
//! Recursion is bounded by [`MAX_DEPTH`].
//!
//! This crate knows nothing of evaluation: no symbol has a meaning here beyond its spelling, no
//! number a value. Two-dimensional input, `\( ... \)`, is kept as it is written.
//!
//! Start reading at `operators`, the table of everything the parser knows, then `parser`.

mod characters;
mod decode;
mod diagnostic;
mod expr;
mod highlight;
mod lexer;
mod line_index;
mod number;
mod operators;
mod parser;
mod print;
mod scan;
mod string_literal;

pub use diagnostic::{Diagnostic, DiagnosticKind, MAX_DIAGNOSTICS, Severity};
pub use expr::{Expr, ExprKind, Span};
pub use highlight::{Class, classes};
pub use line_index::{LineColumn, LineIndex};
pub use parser::{MAX_DEPTH, Parse, parse, parse_expression};
pub use print::{to_full_form, to_input_form, to_output_form};
