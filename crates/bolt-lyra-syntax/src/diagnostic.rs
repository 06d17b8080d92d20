//! What is wrong with a source: where, how badly, and what to try.

use crate::expr::Span;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The source means something, but perhaps not what was meant.
    Warning,
    /// The source is broken here.
    Error,
}

impl Severity {
    /// Returns the name shown to users: `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where: what a message should underline. Empty at the end of the input.
    pub span: Span,
    /// What is wrong, in one line with literals in backticks.
    pub message: String,
    /// What to try, where that is known.
    pub hint: Option<String>,
    /// What sort of finding it is, for programs.
    pub kind: DiagnosticKind,
}

/// The sorts of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// An opening bracket without its closing one up to the end of the input.
    UnclosedBracket,
    /// An opening bracket without its closing one before that of an outer one.
    CrossedBracket,
    /// A closing bracket without its opening one.
    UnexpectedCloser,
    /// An opening bracket where no call can be, as in `[x]`.
    MissingHead,
    /// An operator without its operand.
    MissingOperand,
    /// Parentheses around nothing or around a sequence.
    BadParentheses,
    /// A comma outside brackets.
    UnexpectedComma,
    /// A comma without an expression beside it, which counts as `Null` (warning).
    ImplicitNull,
    /// A string without its closing quote.
    UnterminatedString,
    /// A comment without its closing `*)`.
    UnterminatedComment,
    /// A `*)` outside a comment.
    UnexpectedCommentEnd,
    /// Two-dimensional input without its closing `\)`.
    UnterminatedBoxes,
    /// A number that does not follow the rules of numbers.
    BadNumber,
    /// A sign right after a number's backtick, which belongs to the precision (warning).
    SignedPrecision,
    /// A character that means nothing here, or an unknown `\[Name]`.
    UnknownCharacter,
    /// An escape that strings do not have; it stands for itself (warning).
    UnknownEscape,
    /// A context mark that no symbol follows, as in `` a` ``.
    BadSymbol,
    /// `::`, `<<` or `>>` without its name.
    MissingName,
    /// Something else than a symbol or a pattern before `:`.
    NotAPattern,
    /// `a ~ f` without the second `~`.
    MissingTilde,
    /// `a /: b` without an assignment.
    MissingAssignment,
    /// Operators in a row that do not group, as in `a ? b ? c`.
    NotAssociative,
    /// Deeper nesting than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// A longer source than four gigabytes.
    TooLong,
    /// As many findings as [`MAX_DIAGNOSTICS`](crate::MAX_DIAGNOSTICS); the rest is not listed
    /// (warning).
    TooMany,
    /// No expression, or several, where exactly one is wanted.
    NotOneExpression,
}

/// The most findings that are listed for one source.
pub const MAX_DIAGNOSTICS: usize = 200;

/// Collects findings up to [`MAX_DIAGNOSTICS`]. Beyond it the first error is still taken, so that
/// warnings cannot hide that there is one.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) diagnostics: Vec<Diagnostic>,
    has_error: bool,
    closed: bool,
}

impl Sink {
    /// Adds an error.
    pub(crate) fn error(&mut self, kind: DiagnosticKind, span: Span, message: String) {
        self.push(Severity::Error, kind, span, message, None);
    }

    /// Adds an error with advice.
    pub(crate) fn error_with_hint(
        &mut self,
        kind: DiagnosticKind,
        span: Span,
        message: String,
        hint: String,
    ) {
        self.push(Severity::Error, kind, span, message, Some(hint));
    }

    /// Adds a warning with advice.
    pub(crate) fn warning(
        &mut self,
        kind: DiagnosticKind,
        span: Span,
        message: String,
        hint: String,
    ) {
        self.push(Severity::Warning, kind, span, message, Some(hint));
    }

    /// Returns whether it would take another finding of this severity.
    pub(crate) fn takes(&self, severity: Severity) -> bool {
        let full = self.diagnostics.len() >= MAX_DIAGNOSTICS;
        let first_error = severity == Severity::Error && !self.has_error;
        !self.closed && (!full || first_error)
    }

    /// Takes no more findings: what follows would only repeat the last one.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    fn push(
        &mut self,
        severity: Severity,
        kind: DiagnosticKind,
        span: Span,
        message: String,
        hint: Option<String>,
    ) {
        if !self.takes(severity) {
            return;
        }
        self.has_error |= severity == Severity::Error;
        self.diagnostics.push(Diagnostic { severity, span, message, hint, kind });
        if self.diagnostics.len() == MAX_DIAGNOSTICS {
            let message = format!("only the first {MAX_DIAGNOSTICS} findings are listed");
            let (severity, kind) = (Severity::Warning, DiagnosticKind::TooMany);
            self.diagnostics.push(Diagnostic { severity, span, message, hint: None, kind });
        }
    }
}
