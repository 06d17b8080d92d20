//! What is wrong with a source, as text and as JSON.

use bolt_lyra_syntax::{Diagnostic, LineIndex};
use serde_json::{Value as Json, json};

use super::program::Source;
use crate::failure::Finding;
use crate::output::Style;

/// Returns the findings with the lines that they are about.
pub(super) fn shown(source: &Source, diagnostics: &[Diagnostic], style: Style) -> String {
    let index = LineIndex::new(&source.text);
    let one = |diagnostic: &Diagnostic| {
        let at = index.line_column(diagnostic.span.start);
        Finding {
            label: diagnostic.severity.name(),
            place: &format!("{}:{}:{}", source.name, at.line, at.column),
            text: &source.text,
            span: diagnostic.span.start as usize..diagnostic.span.end as usize,
            message: &diagnostic.message,
            hint: diagnostic.hint.as_deref(),
        }
        .shown(style)
    };
    in_order(diagnostics).into_iter().map(one).collect()
}

/// Returns the findings for programs.
pub(super) fn json(source: &Source, diagnostics: &[Diagnostic]) -> Vec<Json> {
    let index = LineIndex::new(&source.text);
    let place = |offset| {
        let at = index.line_column(offset);
        json!({"line": at.line, "column": at.column})
    };
    let one = |diagnostic: &Diagnostic| {
        json!({
            "source": source.name,
            "severity": diagnostic.severity.name(),
            "start": place(diagnostic.span.start),
            "end": place(diagnostic.span.end),
            "message": diagnostic.message,
            "hint": diagnostic.hint,
        })
    };
    in_order(diagnostics).into_iter().map(one).collect()
}

/// Returns the findings by where they are: an unclosed bracket is found after what follows it.
fn in_order(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut all: Vec<&Diagnostic> = diagnostics.iter().collect();
    all.sort_by_key(|diagnostic| diagnostic.span.start);
    all
}
