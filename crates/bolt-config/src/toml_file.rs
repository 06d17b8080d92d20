//! Settings in TOML.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::entries::{Entry, Layer, is_section};
use crate::problem::{Origin, Problem, ProblemKind};
use crate::value::Raw;

/// Returns the entries of a TOML text, and a problem for each line that is not TOML. Of such a
/// line there is no entry.
pub(crate) fn read(path: &Path, text: &str) -> Layer {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text);
    let mut broken_lines = BTreeMap::new();
    for error in &errors {
        let (line, column) = lines.place(error.span().map_or(0, |span| span.start));
        broken_lines.entry(line).or_insert_with(|| (column, error.message()));
    }
    let at = |(line, column)| Origin::File { path: path.to_owned(), line, column };
    let problem = |(line, (column, message)): (&usize, &(usize, &str))| Problem {
        kind: ProblemKind::Syntax,
        origin: at((*line, *column)),
        message: format!("this is not TOML: {message}"),
        hint: None,
    };
    let problems = broken_lines.iter().map(problem).collect();

    let mut entries = Vec::new();
    walk(table.get_ref(), "", &mut |Found { name, key, raw, value }| {
        let origin = at(lines.place(value.start));
        if !matches!(origin, Origin::File { line, .. } if broken_lines.contains_key(&line)) {
            let shown = text.get(value).unwrap_or_default().to_owned();
            entries.push(Entry { name, raw, shown, origin, key: at(lines.place(key.start)) });
        }
    });
    Layer { entries, problems }
}

/// Where lines start.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// Returns line and column, in characters and counted from 1, of a byte.
    fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = self.text.get(self.starts[line - 1]..offset).unwrap_or_default();
        (line, 1 + before.chars().count())
    }
}

/// A value with its whole name.
struct Found {
    name: String,
    key: Range<usize>,
    raw: Raw,
    value: Range<usize>,
}

/// Visits every value. A table that is no section is visited as a whole, so that nesting costs no
/// stack.
fn walk(table: &DeTable<'_>, section: &str, visit: &mut dyn FnMut(Found)) {
    for (key, value) in table {
        // A dot in a quoted key is no separator.
        let part = match key.get_ref() {
            text if text.contains('.') => format!("\"{text}\""),
            text => text.to_string(),
        };
        let name = if section.is_empty() { part } else { format!("{section}.{part}") };
        let found = |raw, value| Found { name: name.clone(), key: key.span(), raw, value };
        match value.get_ref() {
            DeValue::Table(inner) if is_section(&name) => walk(inner, &name, visit),
            // Names in an unknown section tell what was meant.
            DeValue::Table(inner) if section.is_empty() && !inner.is_empty() => {
                walk(inner, &name, visit);
            }
            DeValue::Table(_) => visit(found(Raw::Other, key.span())),
            _ => visit(found(raw(value), value.span())),
        }
    }
}

fn raw(value: &Spanned<DeValue<'_>>) -> Raw {
    match value.get_ref() {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Boolean(value) => Raw::Boolean(*value),
        DeValue::Integer(integer) => {
            let parsed = i128::from_str_radix(integer.as_str(), integer.radix());
            let limit = if integer.as_str().starts_with('-') { i128::MIN } else { i128::MAX };
            Raw::Integer(parsed.unwrap_or(limit))
        }
        DeValue::Float(number) => number.as_str().parse().map_or(Raw::Other, Raw::Number),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => Raw::Other,
    }
}
