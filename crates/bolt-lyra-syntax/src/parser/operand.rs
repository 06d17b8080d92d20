//! What can start an expression: names, literals, patterns, prefix operators and brackets.

use super::node::{Node, Operands, Origin};
use super::{Context, Parser};
use crate::characters::letter_meaning;
use crate::diagnostic::DiagnosticKind;
use crate::expr::{ExprKind, Span};
use crate::lexer::{Broken, Lexer, Token, TokenKind};
use crate::number::{self, NumberError, NumberKind};
use crate::operators::{Form, Operator, Punctuation};
use crate::string_literal;

impl<'s> Parser<'s> {
    /// Reads what an expression starts with; reports it if there is nothing.
    pub(super) fn operand(&mut self) -> Node {
        match self.token.kind {
            TokenKind::Symbol => self.symbol(),
            TokenKind::Number(kind) => self.number(kind),
            TokenKind::String => self.string(),
            TokenKind::Slot => self.slot(),
            TokenKind::Out => self.out(),
            TokenKind::Blank => {
                let start = self.token.span.start;
                self.blank(start, None)
            }
            TokenKind::Boxes => {
                let token = self.take();
                Node::leaf(ExprKind::Boxes(self.text_of(token).into()), token.span)
            }
            TokenKind::Broken(broken) => self.broken(broken),
            TokenKind::Punctuation(Punctuation::Open(brackets)) => self.group(brackets),
            TokenKind::Punctuation(Punctuation::Operator(_)) => match self.roles().prefix {
                Some(operator) => self.prefix(operator),
                None => self.missing_operand(),
            },
            _ => self.missing_operand(),
        }
    }

    /// A symbol, or the pattern that it names if a blank follows without space.
    fn symbol(&mut self) -> Node {
        let token = self.take();
        let symbol = self.symbol_leaf(token);
        if self.token.kind == TokenKind::Blank && self.token.span.start == token.span.end {
            return self.blank(token.span.start, Some(symbol));
        }
        symbol
    }

    fn symbol_leaf(&self, token: Token) -> Node {
        let text = self.text_of(token);
        let name = if text.is_ascii() { text } else { letter_meaning(text).unwrap_or(text) };
        Node::leaf(ExprKind::Symbol(name.into()), token.span)
    }

    /// A blank with what touches it: `_`, `_h`, `x_`, `x__h`, `x_.`.
    fn blank(&mut self, start: u32, name: Option<Node>) -> Node {
        let token = self.take();
        let (at, text) = (token.span.start, self.text_of(token));
        let mut operands = Operands::none(token.span);
        let touches = self.token.span.start == token.span.end;
        if self.token.kind == TokenKind::Symbol && touches && text != "_." {
            let head = self.take();
            operands.push(self.symbol_leaf(head));
        }
        let head = match text {
            "__" => "BlankSequence",
            "___" => "BlankNullSequence",
            _ => "Blank",
        };
        let span = operands.span;
        let mut node = self.call(head, at, operands, span);
        let whole = Span::new(start, span.end);
        if let Some(name) = name {
            node = self.call("Pattern", at, Operands::pair(name, node), whole);
        }
        if text == "_." {
            node = self.call("Optional", at, Operands::of(node), whole);
        }
        node
    }

    fn number(&mut self, kind: NumberKind) -> Node {
        let token = self.take();
        let text: Box<str> = self.text_of(token).into();
        let kind = match kind {
            NumberKind::Integer => ExprKind::Integer(text),
            NumberKind::Rational => ExprKind::Rational(text),
            NumberKind::Real => {
                self.check_precision_sign(token);
                ExprKind::Real(text)
            }
        };
        Node::leaf(kind, token.span)
    }

    fn check_precision_sign(&mut self, token: Token) {
        let start = token.span.start as usize;
        let Some(place) = number::scan(self.text, start).precision_sign else { return };
        let sign = &self.text[place..=place];
        self.sink.warning(
            DiagnosticKind::SignedPrecision,
            Span::new(place as u32, place as u32 + 1),
            format!("this `{sign}` is the sign of the number's precision"),
            format!("to calculate, put a space before `{sign}`"),
        );
    }

    fn string(&mut self) -> Node {
        let token = self.take();
        Node::leaf(ExprKind::String(self.contents(token.span)), token.span)
    }

    /// The characters of the string literal at `span`; reports unknown escapes.
    fn contents(&mut self, span: Span) -> Box<str> {
        let (first, raw) =
            (span.start + 1, &self.text[span.start as usize + 1..span.end as usize - 1]);
        let sink = &mut self.sink;
        let text = string_literal::unescape(raw, |place| {
            let escape = &raw[place.clone()];
            let at = Span::new(first + place.start as u32, first + place.end as u32);
            let message = format!("strings have no escape `{escape}`; it stands for itself");
            let hint = format!("write `\\{escape}` for a backslash");
            sink.warning(DiagnosticKind::UnknownEscape, at, message, hint);
        });
        text.into()
    }

    /// `#`, `#2`, `#name`, `##2`.
    fn slot(&mut self) -> Node {
        let token = self.take();
        let text = self.text_of(token);
        let (head, rest) = match text.strip_prefix("##") {
            Some(rest) => ("SlotSequence", rest),
            None => ("Slot", &text[1..]),
        };
        let span = Span::new(token.span.end - rest.len() as u32, token.span.end);
        let kind = match rest.as_bytes() {
            [] => ExprKind::Integer("1".into()),
            [b'0'..=b'9', ..] => ExprKind::Integer(rest.into()),
            [b'"', ..] => ExprKind::String(self.contents(span)),
            _ => ExprKind::String(rest.into()),
        };
        self.call(head, token.span.start, Operands::of(Node::leaf(kind, span)), token.span)
    }

    /// `%`, `%%` and `%5`.
    fn out(&mut self) -> Node {
        let token = self.take();
        let text = self.text_of(token);
        let digits = text.trim_start_matches('%');
        let mut operands = Operands::none(token.span);
        if !digits.is_empty() {
            let span = Span::new(token.span.start + 1, token.span.end);
            operands.push(Node::leaf(ExprKind::Integer(digits.into()), span));
        } else if text.len() > 1 {
            let back = format!("-{}", text.len());
            operands.push(Node::implied_integer(&back, token.span.start));
        }
        self.call("Out", token.span.start, operands, token.span)
    }

    fn prefix(&mut self, operator: &'static Operator) -> Node {
        // A pointer, so that the frames of the recursion stay small.
        let read: fn(&mut Self, &'static Operator) -> Node = match operator.form {
            Form::Span => |parser, operator| parser.span(None, operator),
            Form::Get => Self::get,
            Form::Integral => Self::integral,
            Form::Negate => Self::minus,
            Form::PrefixPlus => Self::plus,
            Form::DoubleNot => Self::double_not,
            _ => Self::plain_prefix,
        };
        read(self, operator)
    }

    fn plain_prefix(&mut self, operator: &'static Operator) -> Node {
        let at = self.take().span;
        let operand = self.expression(operator.precedence);
        let span = at.join(operand.span);
        self.call(operator.head, at.start, Operands::of(operand), span)
    }

    fn minus(&mut self, operator: &'static Operator) -> Node {
        let at = self.take().span;
        let operand = self.expression(operator.precedence);
        self.negated(operand, at)
    }

    fn plus(&mut self, operator: &'static Operator) -> Node {
        Node { origin: Origin::PrefixPlus, ..self.plain_prefix(operator) }
    }

    /// `!!x`.
    fn double_not(&mut self, operator: &'static Operator) -> Node {
        let inner = self.plain_prefix(operator);
        let span = inner.span;
        self.call(operator.head, span.start, Operands::of(inner), span)
    }

    /// `<< file`.
    fn get(&mut self, operator: &'static Operator) -> Node {
        let at = self.token.span;
        let file = self.take_name(Lexer::file_name, "a file name after `<<`");
        let span = at.join(file.span);
        self.call(operator.head, at.start, Operands::of(file), span)
    }

    /// `∫ f ⅆ x`, or the prefix operator `∫` if no `ⅆ` follows.
    fn integral(&mut self, operator: &'static Operator) -> Node {
        let at = self.take().span;
        let context = Context { integrand: true, ..self.context };
        let integrand = self.expression_in(context, operator.precedence);
        let differential = self
            .roles()
            .prefix
            .filter(|operator| operator.form == Form::Differential && !self.at_line_end());
        let Some(differential) = differential else {
            let head = if operator.head == "Integrate" { "Integral" } else { operator.head };
            let span = at.join(integrand.span);
            return self.call(head, at.start, Operands::of(integrand), span);
        };
        self.take();
        let variable = self.expression(differential.precedence);
        let operands = Operands::pair(integrand, variable);
        let span = at.join(operands.span);
        self.call(operator.head, at.start, operands, span)
    }

    /// Takes the operator that comes next together with the name that `read` finds after it.
    pub(super) fn take_name(
        &mut self,
        read: fn(&mut Lexer<'s>) -> Option<Span>,
        what: &str,
    ) -> Node {
        let operator = self.token.span;
        let Some(span) = read(&mut self.lexer) else {
            self.take();
            let message = format!("expected {what}");
            self.sink.error(DiagnosticKind::MissingName, operator, message);
            return Node::leaf(ExprKind::Error(Vec::new()), Span::at(operator.end));
        };
        self.take();
        self.last = Token { kind: TokenKind::String, span, on_new_line: false };
        let text = span.text(self.text);
        let name = if text.starts_with('"') { self.contents(span) } else { text.into() };
        Node::leaf(ExprKind::String(name), span)
    }

    /// Takes and reports an operand that the lexer could not finish.
    fn broken(&mut self, broken: Broken) -> Node {
        let token = self.take();
        let opening = |length| Span::new(token.span.start, token.span.start + length);
        match broken {
            Broken::Number => self.report_number(token.span),
            Broken::Symbol => {
                let mark = Span::new(token.span.end - 1, token.span.end);
                let message = "expected a symbol after this context mark".to_owned();
                self.sink.error(DiagnosticKind::BadSymbol, mark, message);
            }
            Broken::String => self.sink.error_with_hint(
                DiagnosticKind::UnterminatedString,
                opening(1),
                "this string is never closed".to_owned(),
                "add a `\"`; inside a string write `\\\"`".to_owned(),
            ),
            // Comments are reported where tokens are loaded.
            Broken::Boxes | Broken::Comment => self.sink.error_with_hint(
                DiagnosticKind::UnterminatedBoxes,
                // As one character a mark is three bytes long.
                opening(if self.text_of(token).starts_with('\\') { 2 } else { 3 }),
                "this two-dimensional input is never closed".to_owned(),
                "add `\\)`".to_owned(),
            ),
        }
        Node::leaf(ExprKind::Error(Vec::new()), token.span)
    }

    fn report_number(&mut self, span: Span) {
        let Err((error, place)) = number::scan(self.text, span.start as usize).kind else { return };
        let message = match error {
            NumberError::Base => "this is no base; bases are 2 to 36".to_owned(),
            NumberError::NoDigits => "expected digits after `^^`".to_owned(),
            NumberError::Digit => {
                let base = span.text(self.text).split("^^").next().unwrap_or_default();
                format!("`{}` is no digit in base {base}", &self.text[place.clone()])
            }
            NumberError::NoAccuracy => "expected a number after the two backticks".to_owned(),
            NumberError::NoExponent => "expected an integer after `*^`".to_owned(),
            NumberError::FractionalExponent => "an exponent is an integer".to_owned(),
        };
        let place = Span::new(place.start as u32, place.end as u32);
        self.sink.error(DiagnosticKind::BadNumber, place, message);
    }
}
