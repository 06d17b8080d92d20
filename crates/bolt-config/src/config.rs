//! Layers on top of one another: the settings in effect and where each came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use bolt_base::nearest;

use crate::interpret::{self, Check, Unused, expand_home};
use crate::knob::{Kind, Knob};
use crate::knobs::KNOBS;
use crate::problem::{Errors, Origin, Problem, ProblemKind};
use crate::profiles::{PROFILES, Profile};
use crate::sources::{SourceFile, Sources, directory};
use crate::value::{Raw, Value};
use crate::{entries, guides};

/// The settings in effect. Each has its getter.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// In the order of [`KNOBS`].
    pub(crate) settings: Vec<Setting>,
    unused: Vec<Unused>,
    warnings: Vec<Problem>,
}

/// A value in effect and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
    /// The name of a guide by which it is written there.
    pub alias: Option<&'static str>,
}

impl Setting {
    /// Returns where it came from, and under which name if that is not its own.
    pub fn source(&self) -> String {
        let origin = self.origin.to_string();
        match self.alias {
            Some(alias) if alias != origin => format!("{origin}, `{alias}`"),
            _ => origin,
        }
    }
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
        let (mut set, mut unused, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for layer in layers {
            let Check { effective, unused: names, problems: found } =
                interpret::layer(layer, home.as_deref());
            set.extend(effective);
            unused.extend(names);
            problems.extend(found);
        }
        if !problems.is_empty() {
            return Err(Errors(problems));
        }
        let chosen = set.iter().rfind(|one| one.knob().name == "profile");
        let chosen = chosen.and_then(|one| profile_of(&one.setting.value));
        settings_of(chosen).for_each(|(row, setting)| settings[row] = setting);
        set.into_iter().for_each(|one| settings[one.row] = one.setting);
        let mut warnings = warnings_of_unused(&unused);
        warnings.extend(unknown_variables(environment));
        Ok(Self { settings, unused, warnings })
    }

    /// Returns the settings that a file gives on its own: without the environment and other files,
    /// and with some home directory.
    ///
    /// # Errors
    /// As [`Config::resolve`].
    pub fn of_file(file: &SourceFile) -> Result<Self, Errors> {
        let environment = BTreeMap::from([("HOME".to_owned(), "/".into())]);
        Self::resolve(&Sources { project: Some(file.clone()), environment, ..Sources::default() })
    }

    /// Returns what is doubtful but stops nothing: files with names that have no effect, and
    /// `BOLT_*` variables that are no settings. The prefix is not ours alone, so they are no errors.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Returns the names of guides, in files and in the environment, that have no effect.
    pub fn unused(&self) -> &[Unused] {
        &self.unused
    }

    /// Returns every knob with its setting, in the order of the table.
    pub fn settings(&self) -> impl Iterator<Item = (&'static Knob, &Setting)> {
        KNOBS.iter().zip(&self.settings)
    }

    /// Returns the settings as lines of TOML, each with where it comes from. A path that is not set
    /// is left out.
    ///
    /// The lines, read as a settings file, give the same values.
    pub fn lines(&self) -> Vec<(String, String)> {
        let line = |(knob, setting): (&Knob, &Setting)| {
            (format!("{} = {}", knob.name, setting.value), printable(&setting.source()))
        };
        self.settings().filter(|(_, setting)| setting.value != Value::Unset).map(line).collect()
    }
}

/// Returns text without line breaks and escapes, to stand in a comment.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "?")
}

/// Returns the profile that a value names, if it names one.
fn profile_of(value: &Value) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| *value == Value::Choice(profile.name))
}

/// Returns the rows that a profile sets.
fn settings_of(profile: Option<&'static Profile>) -> impl Iterator<Item = (usize, Setting)> {
    let values = profile
        .into_iter()
        .flat_map(|profile| profile.values.iter().map(|(name, text)| (profile.name, *name, *text)));
    values.map(|(profile, name, text)| {
        let row = KNOBS.iter().position(|knob| knob.name == name);
        let row = row.expect("a profile sets knobs");
        let value = KNOBS[row].kind.read(&Raw::Untyped(text.into()));
        let value = value.expect("a profile's value is of its knob's kind");
        (row, Setting { value, origin: Origin::Profile(profile), alias: None })
    })
}

fn default(knob: &Knob, environment: &BTreeMap<String, OsString>, home: Option<&Path>) -> Setting {
    if let Some((text, variable)) = knob.derived.and_then(|derive| derive(environment)) {
        let value = match knob.kind {
            Kind::File => Some(Value::File(text.into())),
            kind => kind.read(&Raw::Untyped(text.to_string_lossy().into_owned())),
        };
        let value = value.expect("a derived default is of its knob's kind");
        return Setting { value, origin: Origin::Derived(variable), alias: None };
    }
    let value = knob.kind.read(&Raw::Untyped(knob.default.into()));
    let value = match value.expect("a default is of its knob's kind") {
        Value::File(path) => expand_home(&path, home).map_or(Value::Unset, Value::File),
        value => value,
    };
    Setting { value, origin: Origin::Default, alias: None }
}

/// Returns a warning for each file that has names without an effect, and for each variable of
/// such a name that has our prefix; others are for other programs, too.
fn warnings_of_unused(unused: &[Unused]) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let mut counts: BTreeMap<&Path, usize> = BTreeMap::new();
    for Unused { name, origin, reason } in unused {
        match origin {
            Origin::File { path, .. } => *counts.entry(path).or_default() += 1,
            _ if !name.starts_with(PREFIX) => {}
            _ => warnings.push(Problem {
                kind: ProblemKind::NoEffect,
                origin: origin.clone(),
                message: format!("it has no effect: {reason}"),
                hint: None,
            }),
        }
    }
    let of_file = |(path, count): (&Path, usize)| Problem {
        kind: ProblemKind::NoEffect,
        origin: Origin::File { path: path.to_owned(), line: 0, column: 0 },
        message: format!("names without an effect: {count}"),
        hint: Some(format!("`bolt config check {}` says why", path.display())),
    };
    warnings.extend(counts.into_iter().map(of_file));
    warnings
}

/// What our variables begin with.
const PREFIX: &str = "BOLT_";

/// Variables with our prefix that are no settings: the project's own tests read them.
const OTHER_VARIABLES: [&str; 2] = ["BOLT_SHARED", "BOLT_REQUIRE_SHARED"];

fn unknown_variables(environment: &BTreeMap<String, OsString>) -> Vec<Problem> {
    let known: Vec<String> = KNOBS.iter().map(Knob::variable).collect();
    let unknown = environment.keys().filter(|name| {
        name.starts_with(PREFIX)
            && !known.contains(name)
            && guides::in_environment(name).is_none()
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
