//! Trees under construction.

use crate::expr::{Expr, ExprKind, Span};

/// A finished operand and what the parser must know of it.
pub(super) struct Node {
    pub(super) expr: Expr,
    /// What it covers, parentheses included.
    pub(super) span: Span,
    /// Levels of the tree: 1 for a leaf.
    pub(super) height: u32,
    pub(super) origin: Origin,
}

/// How an operand was written, where that decides what an operator makes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Plain,
    /// In parentheses: no operator looks into it.
    Parenthesized,
    /// As `+x`: a sum takes `x` alone.
    PrefixPlus,
}

impl Node {
    pub(super) fn leaf(kind: ExprKind, span: Span) -> Self {
        Self { expr: Expr { kind, span }, span, height: 1, origin: Origin::Plain }
    }

    /// A leaf that the source only implies.
    pub(super) fn implied(kind: ExprKind, offset: u32) -> Self {
        Self::leaf(kind, Span::at(offset))
    }

    pub(super) fn implied_symbol(name: &str, offset: u32) -> Self {
        Self::implied(ExprKind::Symbol(name.into()), offset)
    }

    pub(super) fn implied_integer(text: &str, offset: u32) -> Self {
        Self::implied(ExprKind::Integer(text.into()), offset)
    }

    /// Returns the symbol's name, unless it is in parentheses.
    pub(super) fn bare_symbol(&self) -> Option<&str> {
        self.expr.as_symbol().filter(|_| self.origin != Origin::Parenthesized)
    }

    /// Returns the operand of a prefix plus, else the node itself.
    pub(super) fn without_prefix_plus(mut self) -> Self {
        if self.origin != Origin::PrefixPlus {
            return self;
        }
        if let ExprKind::Call { args, .. } = &mut self.expr.kind
            && let Some(operand) = args.pop()
        {
            return Self { expr: operand, origin: Origin::Plain, ..self };
        }
        self
    }
}

/// Operands collected for one call.
pub(super) struct Operands {
    pub(super) args: Vec<Expr>,
    pub(super) span: Span,
    pub(super) height: u32,
}

impl Operands {
    /// Starts with one operand and room for another.
    pub(super) fn of(first: Node) -> Self {
        let mut args = Vec::with_capacity(2);
        args.push(first.expr);
        Self { args, span: first.span, height: first.height }
    }

    pub(super) fn pair(first: Node, second: Node) -> Self {
        let mut operands = Self::of(first);
        operands.push(second);
        operands
    }

    /// Starts with none; `span` is where they will stand.
    pub(super) fn none(span: Span) -> Self {
        Self { args: Vec::new(), span, height: 0 }
    }

    pub(super) fn push(&mut self, next: Node) {
        self.span = self.span.join(next.span);
        self.height = self.height.max(next.height);
        self.args.push(next.expr);
    }
}
