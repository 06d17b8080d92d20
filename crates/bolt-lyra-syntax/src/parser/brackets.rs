//! What stands in brackets: groups, lists, calls and parts.

use super::Parser;
use super::node::{Node, Operands, Origin};
use crate::diagnostic::DiagnosticKind;
use crate::expr::{ExprKind, Span};
use crate::lexer::TokenKind;
use crate::operators::{BRACKETS, DOUBLE_SQUARE, PARENTHESES, Punctuation, SQUARE, TYPE_SQUARE};

impl Parser<'_> {
    /// Reads brackets that start an expression.
    pub(super) fn group(&mut self, brackets: u8) -> Node {
        let open = self.token.span;
        let operands = self.between(brackets);
        // A pointer, so that the frames of the recursion stay small.
        let build: fn(&mut Self, u8, Operands, Span) -> Node = match brackets {
            PARENTHESES => Self::parenthesized,
            SQUARE | TYPE_SQUARE | DOUBLE_SQUARE => Self::headless,
            _ => Self::matchfix,
        };
        build(self, brackets, operands, open)
    }

    fn matchfix(&mut self, brackets: u8, operands: Operands, open: Span) -> Node {
        let head = BRACKETS[usize::from(brackets)].head;
        self.call(head, open.start, operands, open.join(self.last.span))
    }

    fn parenthesized(&mut self, _: u8, mut operands: Operands, open: Span) -> Node {
        let span = open.join(self.last.span);
        if operands.args.len() == 1
            && let Some(expr) = operands.args.pop()
        {
            return Node { expr, span, height: operands.height, origin: Origin::Parenthesized };
        }
        let message = match operands.args.len() {
            0 => "expected an expression between `(` and `)`",
            _ => "parentheses hold one expression, not a sequence",
        };
        let hint = "a list is written `{a, b}`, a call `f[a, b]`".to_owned();
        let kind = DiagnosticKind::BadParentheses;
        self.sink.error_with_hint(kind, open, message.to_owned(), hint);
        operands.span = span;
        self.error(operands)
    }

    fn headless(&mut self, _: u8, operands: Operands, open: Span) -> Node {
        let message = format!("expected a head before `{}`", open.text(self.text));
        let hint = "a list is written `{a, b}`, a group `(a)`".to_owned();
        self.sink.error_with_hint(DiagnosticKind::MissingHead, open, message, hint);
        self.error(operands)
    }

    /// Reads the brackets of a call of `head`: `f[x]`, `f[[x]]`, `f〚x〛` or `f::[x]`.
    pub(super) fn bracket_call(&mut self, head: Node, brackets: u8) -> Node {
        let open = self.token.span;
        let twice = brackets == SQUARE && self.second_bracket_follows();
        let arguments = if twice { self.between_double() } else { self.between(brackets) };
        let build: fn(&mut Self, Node, Operands, Span) -> Node = match brackets {
            SQUARE if !twice => Self::plain_call,
            TYPE_SQUARE => Self::typed_call,
            _ => Self::part,
        };
        build(self, head, arguments, open)
    }

    fn plain_call(&mut self, head: Node, arguments: Operands, open: Span) -> Node {
        let span = head.span.join(open).join(self.last.span);
        self.call_of(head, arguments, span)
    }

    fn typed_call(&mut self, head: Node, arguments: Operands, open: Span) -> Node {
        let name = BRACKETS[usize::from(TYPE_SQUARE)].head;
        let span = head.span.join(open);
        let head = self.call(name, open.start, Operands::of(head), span);
        self.plain_call(head, arguments, open)
    }

    fn part(&mut self, of: Node, indices: Operands, open: Span) -> Node {
        let span = of.span.join(open).join(self.last.span);
        let mut operands = Operands::of(of);
        operands.height = operands.height.max(indices.height);
        operands.args.extend(indices.args);
        self.call("Part", open.start, operands, span)
    }

    /// Takes `[[`, which are two tokens, what is between and `]]`.
    fn between_double(&mut self) -> Operands {
        let first = self.take().span;
        let second = self.take().span;
        let open = first.join(second);
        self.open.extend([SQUARE, SQUARE]);
        let outer = std::mem::take(&mut self.context);
        let indices = self.sequence(open);
        self.context = outer;
        self.open.truncate(self.open.len() - 2);
        if !(self.take_closer(SQUARE) && self.take_closer(SQUARE)) {
            self.report_unclosed(open, "]]");
        }
        indices
    }

    fn second_bracket_follows(&self) -> bool {
        let next = self.lexer.clone().next_token();
        next.kind == TokenKind::Punctuation(Punctuation::Open(SQUARE))
    }

    /// Takes the opening bracket that comes next, what is between and the closing one.
    fn between(&mut self, brackets: u8) -> Operands {
        let open = self.take().span;
        self.open.push(brackets);
        let outer = std::mem::take(&mut self.context);
        let operands = self.sequence(open);
        self.context = outer;
        self.close(brackets, open);
        operands
    }

    /// Reads expressions separated by commas up to a closing bracket or the end.
    fn sequence(&mut self, open: Span) -> Operands {
        let mut operands = Operands::none(open);
        let mut after_comma = false;
        loop {
            match self.token.kind {
                TokenKind::Punctuation(Punctuation::Comma) => {
                    if after_comma || operands.args.is_empty() {
                        let null = self.implied_null("before");
                        operands.push(null);
                    }
                    self.take();
                    after_comma = true;
                }
                TokenKind::Punctuation(Punctuation::Close(_)) if self.closes_something() => break,
                TokenKind::Punctuation(Punctuation::Close(_)) => self.skip_stray_closer(),
                TokenKind::End => break,
                _ => {
                    let next = self.expression(0);
                    operands.push(next);
                    after_comma = false;
                }
            }
        }
        if after_comma && self.token.kind != TokenKind::End {
            let null = self.implied_null("after");
            operands.push(null);
        }
        operands
    }

    /// Reports a comma with nothing on one side, the next token or the last one.
    fn implied_null(&mut self, side: &str) -> Node {
        let comma = if side == "before" { self.token.span } else { self.last.span };
        self.sink.warning(
            DiagnosticKind::ImplicitNull,
            comma,
            format!("there is no expression {side} this comma; it counts as `Null`"),
            "remove the comma, or write `Null`".to_owned(),
        );
        Node::implied(ExprKind::Symbol("Null".into()), comma.start)
    }

    /// Returns whether the closing bracket that comes next closes one that is open.
    fn closes_something(&self) -> bool {
        self.open.iter().any(|brackets| self.closes(*brackets))
    }

    fn closes(&self, brackets: u8) -> bool {
        let closer = if brackets == TYPE_SQUARE { SQUARE } else { brackets };
        self.token.kind == TokenKind::Punctuation(Punctuation::Close(closer))
    }

    /// Takes the closing bracket, or reports that it is missing: at the end of the input or where
    /// an outer bracket is closed.
    fn close(&mut self, brackets: u8, open: Span) {
        self.open.pop();
        if !self.take_closer(brackets) {
            self.report_unclosed(open, &closing_text(brackets));
        }
    }

    /// Takes the closing bracket of a pair, if it comes next.
    fn take_closer(&mut self, brackets: u8) -> bool {
        let closes = self.closes(brackets);
        if closes {
            self.take();
        }
        closes
    }

    fn report_unclosed(&mut self, open: Span, close: &str) {
        let (kind, found) = match self.token.kind {
            TokenKind::End => (DiagnosticKind::UnclosedBracket, "the end of the input".to_owned()),
            _ => (DiagnosticKind::CrossedBracket, format!("`{}`", self.text_of(self.token))),
        };
        self.sink.error_with_hint(
            kind,
            open,
            format!("this `{}` is never closed", open.text(self.text)),
            format!("expected `{close}` before {found}"),
        );
    }

    /// Takes and reports a closing bracket that closes nothing.
    pub(super) fn skip_stray_closer(&mut self) {
        let token = self.take();
        let text = self.text_of(token);
        let message = format!("this `{text}` closes nothing");
        let kind = DiagnosticKind::UnexpectedCloser;
        match self.open.last() {
            Some(brackets) => {
                let hint =
                    format!("the innermost open bracket needs `{}`", closing_text(*brackets));
                self.sink.error_with_hint(kind, token.span, message, hint);
            }
            None => self.sink.error(kind, token.span, message),
        }
    }
}

/// The closing bracket as it is written.
fn closing_text(brackets: u8) -> String {
    let close = BRACKETS[usize::from(brackets)].close;
    match close.as_bytes()[0].is_ascii_alphabetic() {
        true => format!("\\[{close}]"),
        false => close.to_owned(),
    }
}
