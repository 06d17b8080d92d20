//! Names that performance guides give to settings, so that their files are read as they are.
//!
//! A name of a guide either stands for one of our settings or has no effect here, with the reason;
//! none is dropped in silence. The names are two tables, `files.rs` and `variables.rs`; a setting
//! that makes one of them effective moves its row from one list to the other.

mod files;
mod variables;

use crate::value::Raw;

/// What a name of a guide means here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// It is another name of a setting.
    Sets(Alias),
    /// It has no effect, for this reason.
    Unused(&'static str),
}

/// Another name of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alias {
    /// The guide's name.
    pub(crate) name: &'static str,
    /// Ours.
    pub(crate) knob: &'static str,
    /// Words for values, beside those that ours takes.
    words: &'static [(&'static str, &'static str)],
    /// Unit of plain numbers, where it is another than ours.
    unit: Option<&'static str>,
}

impl Alias {
    /// Returns a value as our setting takes it.
    pub(crate) fn value(self, raw: &Raw) -> Raw {
        let text = match (raw, self.unit) {
            (Raw::Text(text) | Raw::Untyped(text), _) => text.trim(),
            (Raw::Integer(number), Some(unit)) => return Raw::Text(format!("{number} {unit}")),
            (Raw::Number(number), Some(unit)) => return Raw::Text(format!("{number:?} {unit}")),
            _ => return raw.clone(),
        };
        let word = self.words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        word.map_or_else(|| raw.clone(), |(_, ours)| Raw::Untyped((*ours).to_owned()))
    }

    /// Returns the guide's words for values.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        self.words.iter().map(|(word, _)| *word)
    }

    /// Returns the unit of plain numbers, where it is another than that of our setting.
    pub(crate) fn unit(self) -> Option<&'static str> {
        self.unit
    }

    /// Returns what it takes beside what our setting takes.
    pub(crate) fn also(self) -> Option<String> {
        let words = self.words.iter().map(|(word, _)| format!("`{word}`"));
        let unit = self.unit.map(|unit| format!("a number of {unit}"));
        let also: Vec<String> = words.chain(unit).collect();
        (!also.is_empty()).then(|| also.join(", "))
    }
}

/// Returns what a name in a settings file means.
pub(crate) fn in_file(name: &str) -> Option<Meaning> {
    meaning(files::ALIASES, files::UNUSED, name)
}

/// Returns what an environment variable means.
pub(crate) fn in_environment(name: &str) -> Option<Meaning> {
    meaning(variables::ALIASES, variables::UNUSED, name)
}

/// Returns every name in files.
pub(crate) fn file_names() -> impl Iterator<Item = &'static str> {
    let unused = files::UNUSED.iter().flat_map(|(_, names)| names.iter().copied());
    files::ALIASES.iter().map(|alias| alias.name).chain(unused)
}

/// Returns every name of an environment variable.
pub(crate) fn variables() -> impl Iterator<Item = &'static str> {
    let unused = variables::UNUSED.iter().flat_map(|(_, names)| names.iter().copied());
    variables::ALIASES.iter().map(|alias| alias.name).chain(unused)
}

/// Returns the guides' names of a setting in files.
pub(crate) fn aliases_of(knob: &'static str) -> impl Iterator<Item = &'static str> {
    files::ALIASES.iter().filter(move |alias| alias.knob == knob).map(|alias| alias.name)
}

/// Returns a name whose values are those of our setting.
const fn same(name: &'static str, knob: &'static str) -> Alias {
    Alias { name, knob, words: &[], unit: None }
}

/// Names without an effect, by the reason.
type Unused = &'static [(&'static str, &'static [&'static str])];

fn meaning(aliases: &[Alias], unused: Unused, name: &str) -> Option<Meaning> {
    if let Some(alias) = aliases.iter().find(|alias| alias.name == name) {
        return Some(Meaning::Sets(*alias));
    }
    let (reason, _) = unused.iter().find(|(_, names)| names.contains(&name))?;
    Some(Meaning::Unused(reason))
}
