//! From tokens to trees: a Pratt parser (Pratt, "Top down operator precedence", 1973) over the
//! operator table.
//!
//! [`Parser::expression`] reads an operand and then, while an operator binds tightly enough, lets
//! it take that operand as its left one. `operand` holds what can start an expression, `operator`
//! what can continue one, `brackets` what stands in brackets. A broken source gives a tree too:
//! every finding is reported where it is met, and parsing goes on.

mod brackets;
mod node;
mod operand;
mod operator;

use crate::characters;
use crate::decode::decode;
use crate::diagnostic::{Diagnostic, DiagnosticKind, Severity, Sink};
use crate::expr::{Expr, ExprKind, Span};
use crate::lexer::{Broken, Lexer, Token, TokenKind};
use crate::operators::{OPERATORS, Operators, Punctuation, Roles};

use node::{Node, Operands, Origin};

/// The most levels that a tree has. Deeper nesting is reported, so that functions which recurse
/// over a tree need no limit of their own.
pub const MAX_DEPTH: u32 = 400;

/// The deepest recursion of [`Parser::expression`]. A printed tree needs up to two levels of it
/// for one of the tree's: an operator and parentheses.
const MAX_RECURSION: u32 = 2 * MAX_DEPTH + 2;

/// A source's expressions and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parse {
    /// The expressions in order. Where the source is broken they hold [`ExprKind::Error`].
    pub exprs: Vec<Expr>,
    /// The findings, in the order in which they were met.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parse {
    /// Returns whether an error was found, warnings aside.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns whether more lines could make the source whole: all that is wrong is that it ends
    /// within brackets, a string or a comment, or after an operator.
    pub fn is_incomplete(&self) -> bool {
        let could_follow = |diagnostic: &Diagnostic| match diagnostic.kind {
            DiagnosticKind::UnclosedBracket
            | DiagnosticKind::UnterminatedString
            | DiagnosticKind::UnterminatedComment
            | DiagnosticKind::UnterminatedBoxes => true,
            // Of what is missing before something else, that is marked.
            DiagnosticKind::MissingOperand => diagnostic.span.is_empty(),
            _ => false,
        };
        let mut errors = self.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        self.has_errors() && errors.all(could_follow)
    }
}

/// Parses a program: expressions that end where a line ends, except inside brackets and after an
/// operator. Never fails: what is wrong is in the result's diagnostics.
pub fn parse(source: &str) -> Parse {
    if u32::try_from(source.len()).is_err() {
        let message = "the source is longer than four gigabytes".to_owned();
        let mut sink = Sink::default();
        sink.error(DiagnosticKind::TooLong, Span::default(), message);
        return Parse { exprs: Vec::new(), diagnostics: sink.diagnostics };
    }
    let decoded = decode(source);
    let mut parse = Parser::new(&decoded.text).program();
    if !decoded.is_source() {
        let whole = Span::new(0, source.len() as u32);
        parse.exprs.iter_mut().for_each(|expr| decoded.restore(expr, whole));
        for diagnostic in &mut parse.diagnostics {
            diagnostic.span = decoded.source_span(diagnostic.span, whole);
        }
    }
    parse
}

/// Parses exactly one expression.
///
/// # Errors
/// Returns the diagnostics if one of them is an error, or if there is no expression or more than
/// one.
pub fn parse_expression(source: &str) -> Result<Expr, Vec<Diagnostic>> {
    let mut parse = parse(source);
    if parse.has_errors() {
        return Err(parse.diagnostics);
    }
    match (parse.exprs.pop(), parse.exprs.len()) {
        (Some(expr), 0) => Ok(expr),
        (last, others) => {
            let found = if others == 0 { 0 } else { others + 1 };
            let span = last.map_or(Span::at(source.len() as u32), |last| last.span);
            let message = format!("expected one expression, found {found}");
            let mut sink = Sink::default();
            sink.error(DiagnosticKind::NotOneExpression, span, message);
            parse.diagnostics.append(&mut sink.diagnostics);
            Err(parse.diagnostics)
        }
    }
}

struct Parser<'s> {
    text: &'s str,
    lexer: Lexer<'s>,
    operators: &'static Operators,
    /// The next token, not taken yet.
    token: Token,
    /// The last token taken.
    last: Token,
    /// The open brackets: positions in [`BRACKETS`](crate::operators::BRACKETS).
    open: Vec<u8>,
    recursion: u32,
    context: Context,
    sink: Sink,
}

/// What the expression being read is part of; brackets start afresh.
#[derive(Clone, Copy, Default)]
struct Context {
    /// After the `:` of a pattern, where the next `:` sets the default.
    after_colon: bool,
    /// In an integrand, which `ⅆ` ends.
    integrand: bool,
}

impl<'s> Parser<'s> {
    fn new(text: &'s str) -> Self {
        let start = Token { kind: TokenKind::End, span: Span::default(), on_new_line: false };
        let operators: &'static Operators = &OPERATORS;
        let mut parser = Self {
            text,
            lexer: Lexer::new(text, operators),
            operators,
            token: start,
            last: start,
            open: Vec::new(),
            recursion: 0,
            context: Context::default(),
            sink: Sink::default(),
        };
        parser.load();
        parser
    }

    fn program(mut self) -> Parse {
        let mut exprs = Vec::new();
        loop {
            match self.token.kind {
                TokenKind::End => break,
                TokenKind::Punctuation(Punctuation::Close(_)) => self.skip_stray_closer(),
                TokenKind::Punctuation(Punctuation::Comma) => {
                    let message = "a comma outside brackets".to_owned();
                    self.sink.error(DiagnosticKind::UnexpectedComma, self.token.span, message);
                    self.take();
                }
                _ if self.is_at("?") => exprs.push(self.question()),
                _ => exprs.push(self.expression(0).expr),
            }
        }
        Parse { exprs, diagnostics: self.sink.diagnostics }
    }

    /// `?name` or `??name` in place of an expression: what is known of a symbol, or of all whose
    /// names match.
    fn question(&mut self) -> Expr {
        let start = self.token.span.start;
        let is_long = self.lexer.takes(b'?');
        let name = self.take_name(Lexer::name_pattern, "a name after `?`").expr;
        let span = Span::new(start, name.span.end);
        let implied = |name| Node::implied_symbol(name, start).expr;
        let call = |head, args| {
            let kind = ExprKind::Call { head: Box::new(implied(head)), args };
            Expr { kind, span }
        };
        let answer = implied(if is_long { "True" } else { "False" });
        let rule =
            Expr { span: Span::at(start), ..call("Rule", vec![implied("LongForm"), answer]) };
        call("Information", vec![name, rule])
    }

    /// Reads an expression whose operators bind at least as tightly as `min`.
    fn expression(&mut self, min: u16) -> Node {
        if self.recursion >= MAX_RECURSION {
            return self.too_deep(self.token.span);
        }
        self.recursion += 1;
        let mut left = self.operand();
        while let Some(continuation) = self.continuation(min) {
            left = self.continued(left, continuation);
        }
        self.recursion -= 1;
        left
    }

    /// Reads an expression in another context.
    fn expression_in(&mut self, context: Context, min: u16) -> Node {
        let outer = std::mem::replace(&mut self.context, context);
        let node = self.expression(min);
        self.context = outer;
        node
    }

    /// Takes the next token and loads the one after it.
    fn take(&mut self) -> Token {
        self.last = self.token;
        self.load();
        self.last
    }

    /// Loads the next token that means something; reports those that do not.
    fn load(&mut self) {
        let mut on_new_line = false;
        loop {
            self.token = self.lexer.next_token();
            on_new_line |= self.token.on_new_line;
            match self.token.kind {
                TokenKind::Unknown => self.report_unknown(self.text_of(self.token)),
                TokenKind::CommentEnd => {
                    let message = "`*)` closes no comment".to_owned();
                    self.sink.error(DiagnosticKind::UnexpectedCommentEnd, self.token.span, message);
                }
                TokenKind::Broken(Broken::Comment) => {
                    let span = Span::new(self.token.span.start, self.token.span.start + 2);
                    self.sink.error_with_hint(
                        DiagnosticKind::UnterminatedComment,
                        span,
                        "this comment is never closed".to_owned(),
                        "add `*)`; every `(*` inside needs its own".to_owned(),
                    );
                }
                _ => break,
            }
        }
        self.token.on_new_line = on_new_line;
    }

    fn report_unknown(&mut self, text: &str) {
        if !self.sink.takes(Severity::Error) {
            return;
        }
        let span = self.token.span;
        let kind = DiagnosticKind::UnknownCharacter;
        let Some(name) = characters::escaped_name(text) else {
            let readable = text.replace(char::is_control, "\u{FFFD}");
            let message = format!("`{readable}` means nothing here");
            return self.sink.error(kind, span, message);
        };
        let message = format!("there is no character named `{name}`");
        match characters::nearest_name(name) {
            Some(near) => {
                let hint = format!("did you mean `\\[{near}]`?");
                self.sink.error_with_hint(kind, span, message, hint);
            }
            None => self.sink.error(kind, span, message),
        }
    }

    fn text_of(&self, token: Token) -> &'s str {
        token.span.text(self.text)
    }

    /// Returns whether the line ends here and with it the expression, which only happens outside
    /// brackets.
    fn at_line_end(&self) -> bool {
        self.token.on_new_line && self.open.is_empty()
    }

    /// Returns whether the next token is this operator.
    fn is_at(&self, spelling: &str) -> bool {
        matches!(self.token.kind, TokenKind::Punctuation(Punctuation::Operator(_)))
            && self.text_of(self.token) == spelling
    }

    /// Returns what the next token does as an operator.
    fn roles(&self) -> Roles {
        match self.token.kind {
            TokenKind::Punctuation(Punctuation::Operator(id)) => {
                self.operators.roles[usize::from(id)]
            }
            _ => Roles::default(),
        }
    }

    /// Makes a call whose head the operator at `offset` implies.
    fn call(&mut self, head: &str, offset: u32, operands: Operands, span: Span) -> Node {
        let head = Node::implied_symbol(head, offset);
        self.call_of(head, operands, span)
    }

    fn call_of(&mut self, head: Node, operands: Operands, span: Span) -> Node {
        let height = head.height.max(operands.height) + 1;
        if height > MAX_DEPTH {
            return self.too_deep(span);
        }
        let kind = ExprKind::Call { head: Box::new(head.expr), args: operands.args };
        Node { expr: Expr { kind, span }, span, height, origin: Origin::Plain }
    }

    /// Reports that nesting is too deep and gives up the rest of the source.
    fn too_deep(&mut self, span: Span) -> Node {
        let message = format!("this is nested more than {MAX_DEPTH} levels deep");
        self.sink.error(DiagnosticKind::TooDeep, span, message);
        self.sink.close();
        self.lexer.finish();
        self.load();
        Node::leaf(ExprKind::Error(Vec::new()), Span::at(span.start))
    }

    /// Reports a missing operand before the next token, which is left alone.
    fn missing_operand(&mut self) -> Node {
        let offset = self.last.span.end;
        let before = self.last_operator();
        let found = match self.token.kind {
            TokenKind::End => None,
            _ => Some(self.text_of(self.token)),
        };
        let message = match (before, found) {
            (Some(before), Some(found)) => {
                format!("expected an expression between `{before}` and `{found}`")
            }
            (Some(before), None) => format!("expected an expression after `{before}`"),
            (None, Some(found)) => format!("expected an expression before `{found}`"),
            (None, None) => "expected an expression".to_owned(),
        };
        let span = if found.is_some() { self.token.span } else { Span::at(offset) };
        self.sink.error(DiagnosticKind::MissingOperand, span, message);
        // The operator that stands here has begun its expression, whatever line it is on.
        self.token.on_new_line = false;
        Node::leaf(ExprKind::Error(Vec::new()), Span::at(offset))
    }

    /// The last token's text, if it is an operator.
    fn last_operator(&self) -> Option<&'s str> {
        matches!(self.last.kind, TokenKind::Punctuation(Punctuation::Operator(_)))
            .then(|| self.text_of(self.last))
    }

    /// Wraps what was recognised where the source is broken.
    fn error(&mut self, parts: Operands) -> Node {
        let (height, span) = (parts.height + 1, parts.span);
        if height > MAX_DEPTH {
            return self.too_deep(span);
        }
        let expr = Expr { kind: ExprKind::Error(parts.args), span };
        Node { expr, span, height, origin: Origin::Plain }
    }
}
