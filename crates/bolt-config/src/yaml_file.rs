//! Settings in YAML 1.2, with its core schema: `yes` is text and `012` is twelve.
//!
//! Anchors and aliases are read. Refused are what other readers understand differently or not at
//! all: keys that stand twice or are no plain text, merge keys, tags of an application, and more
//! than one document.

mod document;
mod scalar;

use std::path::Path;

use self::document::{Content, Document, Key};
use crate::entries::{Entry, Layer, is_section};
use crate::problem::{Origin, Problem, ProblemKind};
use crate::value::Raw;

/// Line and column, counted from 1.
type Place = (usize, usize);

/// Keys that one file may have, those that aliases repeat counted each time: a few lines of
/// aliases could stand for any number.
const KEYS_MAX: usize = 10_000;

/// Returns the entries of a YAML text and what is wrong with it. What follows a line that is not
/// YAML is not read.
pub(crate) fn read(path: &Path, text: &str) -> Layer {
    let at = |(line, column)| Origin::File { path: path.to_owned(), line, column };
    let document = Document::parse(text);
    let mut layer = Layer::default();
    for (place, message, hint) in &document.problems {
        layer.problems.push(Problem {
            kind: ProblemKind::Syntax,
            origin: at(*place),
            message: message.clone(),
            hint: hint.map(Into::into),
        });
    }
    let Some(root) = document.root else { return layer };
    let (top, place) = document.node(root);
    match top {
        Content::Mapping(_) => {}
        Content::Scalar { raw: Raw::Null, .. } => return layer,
        Content::Scalar { .. } | Content::Sequence | Content::Alias(_) => {
            layer.problems.push(not_a_mapping(at(place)));
            return layer;
        }
    }
    let mut found = Vec::new();
    if walk(&document, root, "", &mut found).is_err() {
        let message = format!("the file has more than {KEYS_MAX} keys");
        let origin = at(place);
        layer.problems.push(Problem { kind: ProblemKind::Syntax, origin, message, hint: None });
    }
    for Found { name, key, raw, shown, value } in found {
        layer.entries.push(Entry { name, raw, shown, origin: at(value), key: at(key) });
    }
    layer
}

fn not_a_mapping(origin: Origin) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        origin,
        message: "a settings file is a mapping of sections".into(),
        hint: Some("write a line such as `exec.threads: 4`".into()),
    }
}

/// A value with its whole name.
struct Found {
    name: String,
    key: Place,
    raw: Raw,
    shown: String,
    value: Place,
}

struct TooMany;

/// Finds every value. A mapping that is no section is found as a whole, so that nesting, even of an
/// alias in itself, ends with the longest name there is.
fn walk(
    document: &Document,
    mapping: usize,
    section: &str,
    found: &mut Vec<Found>,
) -> Result<(), TooMany> {
    let (Content::Mapping(pairs), _) = document.node(mapping) else { return Ok(()) };
    for (Key { text, place: key }, value) in pairs {
        if found.len() >= KEYS_MAX {
            return Err(TooMany);
        }
        let name = if section.is_empty() { text.clone() } else { format!("{section}.{text}") };
        let (content, place) = document.resolve(*value);
        let (raw, shown) = match content {
            Content::Mapping(inner)
                if is_section(&name) || section.is_empty() && !inner.is_empty() =>
            {
                walk(document, document.target(*value), &name, found)?;
                continue;
            }
            // A section without settings.
            Content::Scalar { raw: Raw::Null, .. } if is_section(&name) => continue,
            Content::Scalar { raw, shown } => (raw.clone(), shown.clone()),
            Content::Mapping(_) => (Raw::Other, "{…}".into()),
            Content::Sequence | Content::Alias(_) => (Raw::Other, "[…]".into()),
        };
        found.push(Found { name, key: *key, raw, shown, value: place });
    }
    Ok(())
}
