//! Sources and how they are evaluated, however it is shown.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use bolt_lyra::{Session, Value};
use bolt_lyra_syntax::{Expr, Parse};

use super::exit_code;
use super::guard::{End, Guard};
use crate::failure::FAILED;

/// A program with its name.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(name: &str, mut text: String) -> Self {
        // A first line such as `#!/usr/bin/env -S bolt lyra` is for the system.
        if text.starts_with("#!") {
            let end = text.find('\n').unwrap_or(text.len());
            text.replace_range(..end, &" ".repeat(end));
        }
        Self { name: name.to_owned(), text }
    }
}

/// What one expression came to.
#[derive(Debug)]
pub(super) struct Line<'s> {
    /// As it was written.
    pub(super) input: &'s str,
    /// `None` if it ended the session.
    pub(super) value: Option<Value>,
    pub(super) took: Duration,
    /// What ended the evaluation from outside.
    pub(super) end: Option<End>,
}

/// A session, and what ends its evaluations.
pub(super) struct Run {
    pub(super) session: Session,
    pub(super) guard: Guard,
}

impl Run {
    /// Evaluates the expressions of a source, one line of the dialogue each, and gives each to
    /// `show`, which returns what ended the writing of the value. Returns the exit code if the
    /// session has ended.
    pub(super) fn evaluate<'s, E>(
        &mut self,
        source: &'s Source,
        exprs: &[Expr],
        mut show: impl FnMut(&mut Session, &Guard, Line<'s>) -> Result<Option<End>, E>,
    ) -> Result<Option<ExitCode>, E> {
        for expr in exprs {
            let input = expr.span.text(&source.text);
            let start = Instant::now();
            let value = self.session.read_input(expr);
            let result = self.session.evaluate_input(&value);
            let took = start.elapsed();
            let end = self.guard.take();
            let (value, code) = match result {
                Ok(value) => (Some(value), end.as_ref().and_then(End::code)),
                Err(code) => (None, Some(exit_code(code))),
            };
            let late = show(&mut self.session, &self.guard, Line { input, value, took, end })?;
            let code = code.or_else(|| late.as_ref().and_then(End::code));
            if code.is_some() {
                return Ok(code);
            }
        }
        Ok(None)
    }
}

/// Parses all sources before anything is evaluated; the exit code is there if one is broken.
pub(super) fn parse(sources: &[Source]) -> (Vec<Parse>, Option<ExitCode>) {
    let parses: Vec<Parse> =
        sources.iter().map(|source| bolt_lyra_syntax::parse(&source.text)).collect();
    let broken = parses.iter().any(Parse::has_errors);
    (parses, broken.then(|| ExitCode::from(FAILED)))
}
