//! Layers before they are interpreted: for each name a raw value and where it stands.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::knobs::KNOBS;
use crate::problem::{Origin, Problem};
use crate::sources::Flag;
use crate::value::Raw;

/// What one layer says of one name, known or not.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) raw: Raw,
    /// The value as it is written.
    pub(crate) shown: String,
    pub(crate) origin: Origin,
}

/// What one source says.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) entries: Vec<Entry>,
    /// Of what could not even be read.
    pub(crate) problems: Vec<Problem>,
}

pub(crate) fn from_flags(flags: &[Flag]) -> Layer {
    let entry = |Flag { flag, name, value }: &Flag| Entry {
        name: name.clone(),
        raw: Raw::Untyped(value.clone()),
        shown: value.clone(),
        origin: Origin::Flag(flag.clone()),
    };
    Layer { entries: flags.iter().map(entry).collect(), problems: Vec::new() }
}

/// Returns an entry for each knob whose variable is set, and a problem for each that is not text.
pub(crate) fn from_environment(environment: &BTreeMap<String, OsString>) -> Layer {
    let mut layer = Layer::default();
    for knob in KNOBS {
        let variable = knob.variable();
        let Some(value) = environment.get(&variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        let origin = Origin::Variable(variable);
        match value.to_str() {
            Some(text) => layer.entries.push(Entry {
                name: knob.name.into(),
                raw: Raw::Untyped(text.into()),
                shown: text.into(),
                origin,
            }),
            None => layer.problems.push(Problem {
                origin,
                message: format!("`{}` is not UTF-8 text", value.to_string_lossy()),
                hint: None,
            }),
        }
    }
    layer
}

/// Returns the entries of a TOML text, and a problem for each line that is not TOML. Of such a
/// line there is no entry.
pub(crate) fn from_toml(path: &Path, text: &str) -> Layer {
    let (table, errors) = DeTable::parse_recoverable(text);
    let line_starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line_of = |offset: usize| line_starts.partition_point(|start| *start <= offset);
    let at = |line: usize| Origin::File { path: path.to_owned(), line };

    let mut broken_lines = BTreeMap::new();
    for error in &errors {
        let line = line_of(error.span().map_or(0, |span| span.start));
        broken_lines.entry(line).or_insert_with(|| error.message());
    }
    let problem = |(line, message): (&usize, &&str)| {
        let message = format!("this is not TOML: {message}");
        Problem { origin: at(*line), message, hint: None }
    };
    let problems = broken_lines.iter().map(problem).collect();

    let mut entries = Vec::new();
    walk(table.get_ref(), "", &mut |name, raw, span| {
        let line = line_of(span.start);
        if !broken_lines.contains_key(&line) {
            let shown = text.get(span).unwrap_or_default().to_owned();
            entries.push(Entry { name, raw, shown, origin: at(line) });
        }
    });
    Layer { entries, problems }
}

/// Visits every value by its whole name. A name has two parts, so that a table below a section is
/// visited as a whole, and nesting costs no stack.
fn walk(table: &DeTable<'_>, section: &str, visit: &mut dyn FnMut(String, Raw, Range<usize>)) {
    for (key, value) in table {
        let name = match section {
            // A dot in a quoted key is no separator.
            "" if key.get_ref().contains('.') => format!("\"{}\"", key.get_ref()),
            "" => key.get_ref().to_string(),
            section => format!("{section}.{}", key.get_ref()),
        };
        match value.get_ref() {
            DeValue::Table(inner) if section.is_empty() && !inner.is_empty() => {
                walk(inner, &name, visit);
            }
            DeValue::Table(_) if is_section(&name) => {}
            DeValue::Table(_) => visit(name, Raw::Other, key.span()),
            _ => visit(name, raw(value), value.span()),
        }
    }
}

pub(crate) fn is_section(name: &str) -> bool {
    KNOBS.iter().any(|knob| knob.parts().0 == name)
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
