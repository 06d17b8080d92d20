//! The syntax tree: expressions with their place in the source.

use std::fmt;

use crate::print::to_input_form;

/// A range of bytes in the source, `start` included and `end` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Returns the empty span at `offset`: the place of something that the source implies without
    /// writing it, such as the head `Plus` of `a + b`.
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Returns the smallest span that holds both.
    pub fn join(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Returns whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the source text it covers.
    ///
    /// # Panics
    /// If `source` is not the text that was parsed.
    pub fn text(self, source: &str) -> &str {
        &source[self.start as usize..self.end as usize]
    }
}

/// An expression and where it was written.
///
/// Equality compares spans too; [`Expr::same_tree`] does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it was written. Parentheses around it are outside. What the source only implies (the
    /// head of an operator, the `-1` of a difference, an omitted `Null`) has an empty span.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A symbol, with its context as written: ``a`b`c``. Named characters are resolved, so that
    /// `\[Alpha]` and `α` are the same symbol, and a lone `π` is `Pi`.
    Symbol(Box<str>),
    /// An integer as written: `12`, `-3`, `16^^ff`, `1*^3`.
    Integer(Box<str>),
    /// A real as written: `1.5`, ``1.5`20``, ``2^^1.01`5*^-3``.
    Real(Box<str>),
    /// An exact number with a negative exponent as written: `1*^-2`.
    Rational(Box<str>),
    /// A string: its characters, with escapes resolved.
    String(Box<str>),
    /// Two-dimensional input as written, from `\(` or `\!\(` to `\)`; it is not looked into.
    Boxes(Box<str>),
    /// A head applied to arguments. Every operator is one, under its `FullForm` head.
    Call {
        /// What is applied.
        head: Box<Expr>,
        /// The arguments, in order.
        args: Vec<Expr>,
    },
    /// A place where the source is broken, only in trees that came with an error: empty where an
    /// operand is missing, else whatever was recognised there.
    Error(Vec<Expr>),
}

impl Expr {
    /// Returns an expression that was not read from a source.
    pub fn new(kind: ExprKind) -> Self {
        Self { kind, span: Span::default() }
    }

    /// Returns a symbol that was not read from a source.
    pub fn symbol(name: &str) -> Self {
        Self::new(ExprKind::Symbol(name.into()))
    }

    /// Returns a call of the symbol `head` that was not read from a source.
    pub fn call(head: &str, args: Vec<Self>) -> Self {
        Self::new(ExprKind::Call { head: Box::new(Self::symbol(head)), args })
    }

    /// Returns the name, if it is a symbol.
    pub fn as_symbol(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Symbol(name) => Some(name),
            _ => None,
        }
    }

    /// Returns the head's name and the arguments, if it is a call of a symbol.
    pub fn as_call(&self) -> Option<(&str, &[Self])> {
        match &self.kind {
            ExprKind::Call { head, args } => Some((head.as_symbol()?, args)),
            _ => None,
        }
    }

    /// Returns the text of a number as written, if it is one.
    pub fn as_number(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Integer(text) | ExprKind::Real(text) | ExprKind::Rational(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether the trees are equal wherever they were written.
    pub fn same_tree(&self, other: &Self) -> bool {
        let same_all = |a: &[Self], b: &[Self]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_tree(b))
        };
        match (&self.kind, &other.kind) {
            (ExprKind::Call { head: a, args: x }, ExprKind::Call { head: b, args: y }) => {
                a.same_tree(b) && same_all(x, y)
            }
            (ExprKind::Error(a), ExprKind::Error(b)) => same_all(a, b),
            (a, b) => a == b,
        }
    }

    /// Calls `visit` with this expression and everything in it, heads included, parents first.
    pub fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match &self.kind {
            ExprKind::Call { head, args } => {
                head.walk(visit);
                args.iter().for_each(|arg| arg.walk(visit));
            }
            ExprKind::Error(parts) => parts.iter().for_each(|part| part.walk(visit)),
            _ => {}
        }
    }
}

/// Shows the expression as [`to_input_form`] prints it.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_input_form(self))
    }
}
