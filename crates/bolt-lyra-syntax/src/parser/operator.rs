//! What can continue an expression: infix and postfix operators, calls, and a missing operator,
//! which multiplies.

use super::node::{Node, Operands, Origin};
use super::{Context, Parser};
use crate::diagnostic::DiagnosticKind;
use crate::expr::{Expr, ExprKind, Span};
use crate::lexer::{Lexer, TokenKind};
use crate::operators::{
    CALL, DOUBLE_SQUARE, Form, IMPLICIT_TIMES, OPTIONAL, Operator, PATTERN, Punctuation, SET,
    SQUARE, TYPE_SQUARE,
};

/// How an expression goes on.
#[derive(Clone, Copy)]
pub(super) enum Continuation {
    Operator(Infix),
    /// The brackets of a call.
    Call(u8),
}

/// An infix or postfix operator that comes next.
#[derive(Clone, Copy)]
pub(super) struct Infix {
    operator: &'static Operator,
    /// Whether it is there; if not, it is multiplication without a sign.
    written: bool,
}

/// Reads an operator and what belongs to it, given the operand before it. One function a form: a
/// pointer to it keeps the recursive frames of [`Parser::expression`] small.
type Handler<'s> = fn(&mut Parser<'s>, Node, Infix) -> Node;

impl<'s> Parser<'s> {
    /// Returns how an expression goes on, if it does and binds at least as tightly as `min`.
    pub(super) fn continuation(&self, min: u16) -> Option<Continuation> {
        match self.token.kind {
            TokenKind::Punctuation(Punctuation::Open(
                brackets @ (SQUARE | TYPE_SQUARE | DOUBLE_SQUARE),
            )) => (CALL >= min && !self.at_line_end()).then_some(Continuation::Call(brackets)),
            _ => self.next_infix(min).map(Continuation::Operator),
        }
    }

    /// Extends `left` by what follows it.
    pub(super) fn continued(&mut self, left: Node, continuation: Continuation) -> Node {
        match continuation {
            Continuation::Call(brackets) => self.bracket_call(left, brackets),
            Continuation::Operator(infix) => Self::handler(infix.operator)(self, left, infix),
        }
    }

    /// Returns the operator that comes next, if it binds at least as tightly as `min`.
    fn next_infix(&self, min: u16) -> Option<Infix> {
        if self.at_line_end() {
            return None;
        }
        let implicit = Infix { operator: &IMPLICIT_TIMES, written: false };
        let infix = match self.token.kind {
            TokenKind::Punctuation(Punctuation::Operator(_)) => match self.roles().after {
                Some(operator) => Infix { operator, written: true },
                None if self.is_at_differential() => return None,
                None => implicit,
            },
            _ if self.starts_operand() => implicit,
            _ => return None,
        };
        let precedence = match infix.operator.form {
            // A name before a colon belongs to it, whatever stands before the name.
            Form::Colon if !self.context.after_colon => u16::MAX,
            Form::Colon => OPTIONAL,
            _ => infix.operator.precedence,
        };
        (precedence >= min).then_some(infix)
    }

    fn is_at_differential(&self) -> bool {
        let differential = |operator: &Operator| operator.form == Form::Differential;
        self.context.integrand && self.roles().prefix.is_some_and(differential)
    }

    /// Returns whether the next token can start an expression.
    pub(super) fn starts_operand(&self) -> bool {
        match self.token.kind {
            TokenKind::End | TokenKind::Unknown | TokenKind::CommentEnd => false,
            TokenKind::Punctuation(Punctuation::Operator(_)) => self.roles().prefix.is_some(),
            TokenKind::Punctuation(Punctuation::Open(brackets)) => {
                !matches!(brackets, SQUARE | TYPE_SQUARE | DOUBLE_SQUARE)
            }
            TokenKind::Punctuation(Punctuation::Close(_) | Punctuation::Comma) => false,
            _ => true,
        }
    }

    fn handler(operator: &Operator) -> Handler<'s> {
        match operator.form {
            Form::Sum | Form::Subtract => Self::sum,
            Form::Flat => Self::flat,
            Form::Comparison | Form::VectorComparison => Self::comparison,
            Form::Postfix => Self::postfix,
            Form::Right => Self::right,
            Form::Single => Self::single,
            Form::Divide => Self::quotient,
            Form::Apply => Self::apply,
            Form::ApplyAfter => Self::apply_after,
            Form::Swapped => Self::swapped,
            Form::Tilde => Self::tilde,
            Form::Derivative => Self::derivative,
            Form::Colon => Self::colon,
            Form::Semicolon => Self::compound,
            Form::Set => Self::set,
            Form::Tag => Self::tag,
            Form::Message => Self::message,
            Form::Put => Self::put,
            Form::Span => Self::span_after,
            _ => Self::left,
        }
    }

    fn postfix(&mut self, operand: Node, infix: Infix) -> Node {
        let at = self.take().span;
        let span = operand.span.join(at);
        self.call(infix.operator.head, at.start, Operands::of(operand), span)
    }

    fn left(&mut self, left: Node, infix: Infix) -> Node {
        self.binary(left, infix.operator, infix.operator.precedence + 1)
    }

    fn right(&mut self, left: Node, infix: Infix) -> Node {
        self.binary(left, infix.operator, infix.operator.precedence)
    }

    fn binary(&mut self, left: Node, operator: &Operator, right_min: u16) -> Node {
        let at = self.take().span;
        let right = self.expression(right_min);
        let operands = Operands::pair(left, right);
        let span = operands.span;
        self.call(operator.head, at.start, operands, span)
    }

    /// `a ? b`, which takes no further `? c`.
    fn single(&mut self, left: Node, infix: Infix) -> Node {
        let spelling = infix.operator.spelling;
        let node = self.left(left, infix);
        if self.is_at(spelling) && !self.at_line_end() {
            let message = format!("`{spelling}` does not take another `{spelling}`");
            let hint = "add parentheses to say which comes first".to_owned();
            let kind = DiagnosticKind::NotAssociative;
            self.sink.error_with_hint(kind, self.token.span, message, hint);
        }
        node
    }

    /// `a / b`.
    fn quotient(&mut self, left: Node, infix: Infix) -> Node {
        let at = self.take().span;
        let divisor = self.expression(infix.operator.precedence + 1);
        let inner = divisor.span;
        let power = Operands::pair(divisor, Node::implied_integer("-1", inner.start));
        let reciprocal = self.call("Power", inner.start, power, inner);
        let operands = Operands::pair(left, reciprocal);
        let span = operands.span;
        self.call("Times", at.start, operands, span)
    }

    /// `a op b op c` with one head, whether or not the operator is written.
    fn flat(&mut self, left: Node, infix: Infix) -> Node {
        let Operator { precedence, form, head, .. } = *infix.operator;
        let start = self.token.span.start;
        let mut operands = Operands::of(left);
        let mut next = Some(infix);
        while let Some(infix) = next {
            if infix.written {
                self.take();
            }
            let operand = self.expression(precedence + 1);
            operands.push(operand);
            let same = |next: &Infix| next.operator.head == head && next.operator.form == form;
            next = self.next_infix(precedence).filter(same);
        }
        let span = operands.span;
        self.call(head, start, operands, span)
    }

    /// `a + b - c`: one sum, with `Times[-1, c]`.
    fn sum(&mut self, left: Node, infix: Infix) -> Node {
        let Operator { precedence, head, .. } = *infix.operator;
        let start = self.token.span.start;
        let mut operands = Operands::of(left.without_prefix_plus());
        while let Some(next) = self.next_infix(precedence)
            && matches!(next.operator.form, Form::Sum | Form::Subtract)
        {
            let at = self.take().span;
            let operand = self.expression(precedence + 1);
            let operand = match next.operator.form {
                Form::Subtract => self.negated(operand, at),
                _ => operand.without_prefix_plus(),
            };
            operands.push(operand);
        }
        let span = operands.span;
        self.call(head, start, operands, span)
    }

    /// The negative of an operand: of a bare number the negative number, else `Times[-1, x]`.
    pub(super) fn negated(&mut self, operand: Node, at: Span) -> Node {
        let span = at.join(operand.span);
        let number = operand.expr.as_number().filter(|text| !text.starts_with('-'));
        if let Some(text) = number
            && operand.origin != Origin::Parenthesized
        {
            let negative: Box<str> = format!("-{text}").into();
            let kind = match operand.expr.kind {
                ExprKind::Integer(_) => ExprKind::Integer(negative),
                ExprKind::Real(_) => ExprKind::Real(negative),
                _ => ExprKind::Rational(negative),
            };
            return Node::leaf(kind, span);
        }
        let operands = Operands::pair(Node::implied_integer("-1", at.start), operand);
        self.call("Times", at.start, operands, span)
    }

    /// `a < b <= c`: one call if the operators agree, else an `Inequality`.
    fn comparison(&mut self, left: Node, infix: Infix) -> Node {
        let Operator { precedence, form, head, .. } = *infix.operator;
        let start = self.token.span.start;
        let mut operands = Operands::of(left);
        let mut operators: Vec<(&'static Operator, u32)> = Vec::with_capacity(1);
        while let Some(Infix { operator, .. }) = self.next_infix(precedence)
            && matches!(operator.form, Form::Comparison | Form::VectorComparison)
        {
            operators.push((operator, self.take().span.start));
            let operand = self.expression(precedence + 1);
            operands.push(operand);
        }
        let span = operands.span;
        if operators.iter().any(|(operator, _)| operator.head != head) {
            operands.args = interleaved(operands.args, &operators);
            return self.call("Inequality", start, operands, span);
        }
        if form == Form::VectorComparison {
            let list = self.call("List", start, operands, span);
            return self.call(head, start, Operands::of(list), span);
        }
        self.call(head, start, operands, span)
    }

    /// `f @ x`.
    fn apply(&mut self, function: Node, infix: Infix) -> Node {
        self.take();
        let argument = self.expression(infix.operator.precedence);
        let span = function.span.join(argument.span);
        self.call_of(function, Operands::of(argument), span)
    }

    /// `x // f`.
    fn apply_after(&mut self, argument: Node, infix: Infix) -> Node {
        self.take();
        let function = self.expression(infix.operator.precedence + 1);
        let span = argument.span.join(function.span);
        self.call_of(function, Operands::of(argument), span)
    }

    fn swapped(&mut self, left: Node, infix: Infix) -> Node {
        let at = self.take().span;
        let right = self.expression(infix.operator.precedence + 1);
        let operands = Operands::pair(right, left);
        let span = operands.span;
        self.call(infix.operator.head, at.start, operands, span)
    }

    /// `a ~ f ~ b`.
    fn tilde(&mut self, left: Node, infix: Infix) -> Node {
        let min = infix.operator.precedence + 1;
        let at = self.take().span;
        let function = self.expression(min);
        if !self.is_at("~") {
            let message = "this `~` has no second `~` after its function".to_owned();
            let hint = "write `a ~ f ~ b` for `f[a, b]`".to_owned();
            self.sink.error_with_hint(DiagnosticKind::MissingTilde, at, message, hint);
            return self.error(Operands::pair(left, function));
        }
        self.take();
        let right = self.expression(min);
        let operands = Operands::pair(left, right);
        let span = operands.span;
        self.call_of(function, operands, span)
    }

    /// `f''`: the marks are counted.
    fn derivative(&mut self, function: Node, infix: Infix) -> Node {
        let start = self.take().span.start;
        let mut order = 1;
        while self.is_at(infix.operator.spelling) && !self.at_line_end() {
            self.take();
            order += 1;
        }
        let span = function.span.join(self.last.span);
        let order = Operands::of(Node::implied_integer(&order.to_string(), start));
        let derivative = self.call(infix.operator.head, start, order, Span::at(start));
        self.call_of(derivative, Operands::of(function), span)
    }

    /// `name : pattern`, or `pattern : default`.
    fn colon(&mut self, left: Node, _: Infix) -> Node {
        let at = self.take().span;
        let context = Context { after_colon: true, ..self.context };
        let names = left.bare_symbol().is_some();
        let right = self.expression_in(context, if names { PATTERN } else { OPTIONAL } + 1);
        let sets_default = left.expr.as_call().is_some_and(|(head, _)| {
            matches!(head, "Pattern" | "Blank" | "BlankSequence" | "BlankNullSequence" | "Optional")
        });
        let before = left.span;
        let operands = Operands::pair(left, right);
        if !names && !sets_default {
            let message = "expected a name or a pattern before `:`".to_owned();
            self.sink.error(DiagnosticKind::NotAPattern, before, message);
            return self.error(operands);
        }
        let span = operands.span;
        self.call(if names { "Pattern" } else { "Optional" }, at.start, operands, span)
    }

    /// `a; b`, with `Null` where nothing follows a semicolon.
    fn compound(&mut self, left: Node, infix: Infix) -> Node {
        let Operator { precedence, head, spelling, .. } = *infix.operator;
        let start = self.token.span.start;
        let mut operands = Operands::of(left);
        while self.is_at(spelling) && !self.at_line_end() {
            let at = self.take().span;
            operands.span = operands.span.join(at);
            let next = if self.starts_operand() && !self.at_line_end() {
                self.expression(precedence + 1)
            } else {
                Node::implied_symbol("Null", at.end)
            };
            operands.push(next);
        }
        let span = operands.span;
        self.call(head, start, operands, span)
    }

    /// `a = b` or `a = .`.
    fn set(&mut self, left: Node, infix: Infix) -> Node {
        let at = self.take().span;
        if self.is_at(".") {
            let span = left.span.join(self.take().span);
            return self.call("Unset", at.start, Operands::of(left), span);
        }
        let value = self.expression(SET);
        let operands = Operands::pair(left, value);
        let span = operands.span;
        self.call(infix.operator.head, at.start, operands, span)
    }

    /// `t /: a = b`, `t /: a := b` or `t /: a =.`.
    fn tag(&mut self, symbol: Node, _: Infix) -> Node {
        let at = self.take().span;
        let target = self.expression(SET + 1);
        let mut operands = Operands::pair(symbol, target);
        let head = match if self.at_line_end() { "" } else { self.text_of(self.token) } {
            "=" => "TagSet",
            ":=" => "TagSetDelayed",
            "=." => "TagUnset",
            _ => {
                let message = "expected `=`, `:=` or `=.` after the target of `/:`".to_owned();
                self.sink.error(DiagnosticKind::MissingAssignment, at, message);
                return self.error(operands);
            }
        };
        operands.span = operands.span.join(self.take().span);
        if head == "TagSet" && self.is_at(".") {
            let span = operands.span.join(self.take().span);
            return self.call("TagUnset", at.start, operands, span);
        }
        if head != "TagUnset" {
            let value = self.expression(SET);
            operands.push(value);
        }
        let span = operands.span;
        self.call(head, at.start, operands, span)
    }

    /// `a::b::c`: the names are strings.
    fn message(&mut self, left: Node, infix: Infix) -> Node {
        let start = self.token.span.start;
        let mut operands = Operands::of(left);
        while self.is_at(infix.operator.spelling) && !self.at_line_end() {
            let name = self.take_name(Lexer::tag, "a message name after `::`");
            operands.push(name);
        }
        let span = operands.span;
        self.call(infix.operator.head, start, operands, span)
    }

    /// `x >> file`.
    fn put(&mut self, value: Node, infix: Infix) -> Node {
        let start = self.token.span.start;
        let file = self.take_name(Lexer::file_name, "a file name");
        let operands = Operands::pair(value, file);
        let span = operands.span;
        self.call(infix.operator.head, start, operands, span)
    }

    /// `a ;; b ;; c` with any of them missing.
    fn span_after(&mut self, left: Node, infix: Infix) -> Node {
        self.span(Some(left), infix.operator)
    }

    /// Reads `;;` and what belongs to it, with `left` before the first. What is left of a longer
    /// row of `;;` is multiplied.
    pub(super) fn span(&mut self, mut left: Option<Node>, operator: &'static Operator) -> Node {
        let start = self.token.span.start;
        let first = self.one_span(left.take(), operator);
        if !self.is_at(operator.spelling) || self.at_line_end() {
            return first;
        }
        let mut factors = Operands::of(first);
        while self.is_at(operator.spelling) && !self.at_line_end() {
            let next = self.one_span(None, operator);
            factors.push(next);
        }
        let span = factors.span;
        self.call("Times", start, factors, span)
    }

    fn one_span(&mut self, left: Option<Node>, operator: &'static Operator) -> Node {
        let at = self.take().span;
        let left = left.unwrap_or_else(|| Node::implied_integer("1", at.start));
        let mut operands = Operands::of(left);
        operands.span = operands.span.join(at);
        let to = match self.starts_span_operand(operator) {
            true => self.expression(operator.precedence + 1),
            false => Node::implied_symbol("All", at.end),
        };
        operands.push(to);
        if self.is_at(operator.spelling) && !self.at_line_end() && self.step_follows(operator) {
            self.take();
            let step = self.expression(operator.precedence + 1);
            operands.push(step);
        }
        let span = operands.span;
        self.call(operator.head, at.start, operands, span)
    }

    fn starts_span_operand(&self, operator: &Operator) -> bool {
        self.starts_operand() && !self.is_at(operator.spelling) && !self.at_line_end()
    }

    /// Returns whether an operand follows the `;;` that comes next.
    fn step_follows(&mut self, operator: &Operator) -> bool {
        let (lexer, token) = (self.lexer.clone(), self.token);
        self.token = self.lexer.next_token();
        let follows = self.starts_span_operand(operator);
        (self.lexer, self.token) = (lexer, token);
        follows
    }
}

/// Puts the operators' heads between the operands.
fn interleaved(operands: Vec<Expr>, operators: &[(&'static Operator, u32)]) -> Vec<Expr> {
    let head = |(operator, at): &(&'static Operator, u32)| {
        Some(Node::implied_symbol(operator.head, *at).expr)
    };
    let heads = operators.iter().map(head).chain([None]);
    operands
        .into_iter()
        .zip(heads)
        .flat_map(|(operand, head)| [Some(operand), head])
        .flatten()
        .collect()
}
