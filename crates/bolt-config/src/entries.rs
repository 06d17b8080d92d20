//! Layers before they are interpreted: for each name a raw value and where it stands.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::knobs::KNOBS;
use crate::problem::{Origin, Problem, ProblemKind};
use crate::sources::{Flag, Format, SourceFile};
use crate::value::Raw;
use crate::{guides, toml_file, yaml_file};

/// What one layer says of one name, known or not.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) raw: Raw,
    /// The value as it is written.
    pub(crate) shown: String,
    pub(crate) origin: Origin,
    /// Where the name stands.
    pub(crate) key: Origin,
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
        key: Origin::Flag(flag.clone()),
    };
    Layer { entries: flags.iter().map(entry).collect(), problems: Vec::new() }
}

/// Returns an entry for each variable of a knob or of a guide that is set, and a problem for each
/// that is not text.
pub(crate) fn from_environment(environment: &BTreeMap<String, OsString>) -> Layer {
    let mut layer = Layer::default();
    let knobs = KNOBS.iter().map(|knob| (knob.name, knob.variable()));
    let of_guides = guides::variables().map(|name| (name, name.to_owned()));
    for (name, variable) in knobs.chain(of_guides) {
        let Some(value) = environment.get(&variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        let origin = Origin::Variable(variable);
        match value.to_str() {
            Some(text) => layer.entries.push(Entry {
                name: name.into(),
                raw: Raw::Untyped(text.into()),
                shown: text.into(),
                key: origin.clone(),
                origin,
            }),
            None => layer.problems.push(Problem {
                kind: ProblemKind::Value,
                origin,
                message: format!("`{}` is not UTF-8 text", value.to_string_lossy()),
                hint: None,
            }),
        }
    }
    layer
}

/// Returns the entries of a settings file.
pub(crate) fn from_file(file: &SourceFile) -> Layer {
    match file.format() {
        Format::Toml => toml_file::read(&file.path, &file.text),
        Format::Yaml => yaml_file::read(&file.path, &file.text),
    }
}

/// Returns whether some name continues this one.
pub(crate) fn is_section(name: &str) -> bool {
    inside(name).is_some()
}

/// Returns the first name that continues this one.
pub(crate) fn inside(name: &str) -> Option<&'static str> {
    let continues =
        |known: &str| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    KNOBS.iter().map(|knob| knob.name).chain(guides::file_names()).find(|known| continues(known))
}
