//! Layers on top of one another: the settings in effect and where each came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bolt_base::nearest;

use crate::entries::{self, Entry, Layer};
use crate::knob::{Kind, Knob};
use crate::knobs::KNOBS;
use crate::problem::{Errors, Origin, Problem, ProblemKind};
use crate::sources::{SourceFile, Sources, directory};
use crate::value::{Raw, Value};

/// The settings in effect. Each has its getter.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// In the order of [`KNOBS`].
    pub(crate) settings: Vec<Setting>,
    warnings: Vec<Problem>,
}

/// A value in effect and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// Returns the settings that the layers give together.
    ///
    /// # Errors
    /// With every problem of every layer: an unknown name, a value of the wrong type or out of
    /// range, text that is neither TOML nor YAML.
    pub fn resolve(sources: &Sources) -> Result<Self, Errors> {
        let Sources { flags, environment, project, user } = sources;
        let home = directory(environment, "HOME");
        let mut settings: Vec<Setting> =
            KNOBS.iter().map(|knob| default(knob, environment, home.as_deref())).collect();
        let files = user.iter().chain(project);
        let layers = files
            .map(entries::from_file)
            .chain([entries::from_environment(environment), entries::from_flags(flags)]);
        let mut problems = Vec::new();
        for layer in layers {
            let (known, found) = interpret_layer(layer, home.as_deref());
            known.into_iter().for_each(|(row, setting)| settings[row] = setting);
            problems.extend(found);
        }
        if !problems.is_empty() {
            return Err(Errors(problems));
        }
        Ok(Self { settings, warnings: unknown_variables(environment) })
    }

    /// Returns what is doubtful but stops nothing: `BOLT_*` variables that are no settings. The
    /// prefix is not ours alone, so they are no errors.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Returns every knob with its setting, in the order of the table.
    pub fn settings(&self) -> impl Iterator<Item = (&'static Knob, &Setting)> {
        KNOBS.iter().zip(&self.settings)
    }

    /// Returns the settings as TOML, a line each, with the origins as comments if asked.
    ///
    /// A path that is not set is left out. The text, read as a settings file, gives the same
    /// values.
    pub fn show(&self, origin: bool) -> String {
        let mut lines: Vec<(String, String)> = Vec::new();
        for (knob, setting) in self.settings().filter(|(_, s)| s.value != Value::Unset) {
            let comment = setting.origin.to_string().replace(char::is_control, "?");
            lines.push((format!("{} = {}", knob.name, setting.value), comment));
        }
        let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
        let show = |(line, from): &(String, String)| match origin {
            true => format!("{line:width$}  # {from}\n"),
            false => format!("{line}\n"),
        };
        lines.iter().map(show).collect()
    }
}

/// Returns every problem of a settings file's text, in the order of its lines.
///
/// The path tells its format and is named in the problems; nothing is read.
pub fn check(file: &SourceFile) -> Vec<Problem> {
    // Whether this machine has a home directory says nothing about the file.
    interpret_layer(entries::from_file(file), Some(Path::new("/"))).1
}

/// Returns the rows that a layer sets, and its problems in the order of their lines.
fn interpret_layer(layer: Layer, home: Option<&Path>) -> (Vec<(usize, Setting)>, Vec<Problem>) {
    let Layer { entries, mut problems } = layer;
    let mut known = Vec::new();
    for entry in entries {
        match interpret(entry, home) {
            Ok(setting) => known.push(setting),
            Err(problem) => problems.push(problem),
        }
    }
    problems.sort_by_key(|problem| match problem.origin {
        Origin::File { line, column, .. } => (line, column),
        _ => (0, 0),
    });
    (known, problems)
}

fn default(knob: &Knob, environment: &BTreeMap<String, OsString>, home: Option<&Path>) -> Setting {
    if let Some((text, variable)) = knob.derived.and_then(|derive| derive(environment)) {
        let value = match knob.kind {
            Kind::File => Some(Value::File(text.into())),
            kind => kind.read(&Raw::Untyped(text.to_string_lossy().into_owned())),
        };
        let value = value.expect("a derived default is of its knob's kind");
        return Setting { value, origin: Origin::Derived(variable) };
    }
    let value = knob.kind.read(&Raw::Untyped(knob.default.into()));
    let value = match value.expect("a default is of its knob's kind") {
        Value::File(path) => expand_home(&path, home).map_or(Value::Unset, Value::File),
        value => value,
    };
    Setting { value, origin: Origin::Default }
}

/// Returns the knob's row and its setting.
fn interpret(entry: Entry, home: Option<&Path>) -> Result<(usize, Setting), Problem> {
    let Entry { name, raw, shown, origin, key } = entry;
    let Some(row) = KNOBS.iter().position(|knob| knob.name == name) else {
        return Err(unknown(&name, key));
    };
    let kind = KNOBS[row].kind;
    let problem = |message: String, hint: Option<String>| {
        Err(Problem { kind: ProblemKind::Value, origin: origin.clone(), message, hint })
    };
    let value = match kind.read(&raw) {
        Some(Value::File(path)) => match expand_home(&path, home) {
            Some(path) => Value::File(anchored(path, &origin)),
            None => {
                let message = format!("`{name}` is `{shown}`, but no home directory is known");
                return problem(message, Some("set `HOME`, or write the whole path".into()));
            }
        },
        Some(value) => value,
        None => {
            let message = format!("`{name}` is `{}`, but must be {kind}", shortened(&shown));
            return problem(message, likely(kind, &raw));
        }
    };
    Ok((row, Setting { value, origin }))
}

fn expand_home(path: &Path, home: Option<&Path>) -> Option<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) => Some(home?.join(rest)),
        Err(_) => Some(path.to_owned()),
    }
}

/// Returns a path of a settings file as seen from anywhere.
fn anchored(path: PathBuf, origin: &Origin) -> PathBuf {
    match origin {
        Origin::File { path: file, .. } => file.parent().unwrap_or(Path::new("")).join(path),
        Origin::Default | Origin::Derived(_) | Origin::Variable(_) | Origin::Flag(_) => path,
    }
}

fn unknown(name: &str, origin: Origin) -> Problem {
    if let Some(inside) = entries::inside(name) {
        let message = format!("`{name}` is a section, not a setting");
        let hint = Some(format!("write a setting of it, such as `{inside}`"));
        return Problem { kind: ProblemKind::UnknownName, origin, message, hint };
    }
    let hint = similar(name).map(|known| format!("did you mean `{known}`?"));
    let message = format!("there is no setting `{}`", shortened(name));
    Problem { kind: ProblemKind::UnknownName, origin, message, hint }
}

/// Returns the known name nearest to an unknown one; without a near one, a knob whose name inside
/// its section is near, as for `threads` written without its section.
fn similar(name: &str) -> Option<&'static str> {
    let last = name.rsplit('.').next().unwrap_or(name);
    nearest(name, KNOBS.iter().map(|knob| knob.name)).or_else(|| {
        let near = nearest(last, KNOBS.iter().map(|knob| knob.parts().1))?;
        KNOBS.iter().find(|knob| knob.parts().1 == near).map(|knob| knob.name)
    })
}

/// Returns what was probably meant.
fn likely(kind: Kind, raw: &Raw) -> Option<String> {
    match (kind, raw) {
        (Kind::Choice(words), Raw::Text(text) | Raw::Untyped(text)) => {
            let near = nearest(text, words.iter().copied())?;
            Some(format!("did you mean `{near}`?"))
        }
        (Kind::Fraction { .. }, raw) => {
            let number = raw.number()?;
            let meant = kind.read(&Raw::Number(number / 100.0))?;
            Some(format!("{number} is {} %; write `{number}%` for {meant}", number * 100.0))
        }
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

/// Variables with our prefix that are no settings: the project's own tests read them.
const OTHER_VARIABLES: [&str; 2] = ["BOLT_SHARED", "BOLT_REQUIRE_SHARED"];

fn unknown_variables(environment: &BTreeMap<String, OsString>) -> Vec<Problem> {
    let known: Vec<String> = KNOBS.iter().map(Knob::variable).collect();
    let unknown = environment.keys().filter(|name| {
        name.starts_with("BOLT_")
            && !known.contains(name)
            && !OTHER_VARIABLES.contains(&name.as_str())
    });
    let warn = |name: &String| Problem {
        kind: ProblemKind::UnknownName,
        origin: Origin::Variable(name.clone()),
        message: "there is no such setting; the variable has no effect".into(),
        hint: nearest(name, known.iter().map(String::as_str))
            .map(|known| format!("did you mean `{known}`?")),
    };
    unknown.map(warn).collect()
}
