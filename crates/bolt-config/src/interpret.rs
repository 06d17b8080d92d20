//! What a layer means: entries become settings, names without an effect, or problems.

use std::fmt;
use std::path::{Path, PathBuf};

use bolt_base::nearest;

use crate::config::Setting;
use crate::entries::{self, Entry, Layer};
use crate::guides::{self, Alias, Meaning};
use crate::knob::Knob;
use crate::knobs::KNOBS;
use crate::likely::likely;
use crate::problem::{Origin, Problem, ProblemKind};
use crate::sources::SourceFile;
use crate::value::Value;

/// What a settings file says.
#[derive(Debug, Default)]
pub struct Check {
    /// What it sets, in its order.
    pub effective: Vec<Effective>,
    /// What has no effect, in its order.
    pub unused: Vec<Unused>,
    /// What is wrong, in its order. A file with problems sets nothing.
    pub problems: Vec<Problem>,
}

/// A setting that a file sets.
#[derive(Debug)]
pub struct Effective {
    pub(crate) row: usize,
    /// Its value.
    pub setting: Setting,
}

impl Effective {
    /// Returns the setting's row of the table.
    pub fn knob(&self) -> &'static Knob {
        &KNOBS[self.row]
    }
}

/// A name of a guide that has no effect here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The name.
    pub name: String,
    /// Where its value is.
    pub origin: Origin,
    /// Why.
    pub reason: &'static str,
}

/// Shows `bolt.yaml:3, `memory.pools.small_objects`: no command ...`, on one line.
impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, origin, reason } = self;
        let place = origin.to_string().replace(char::is_control, "?");
        match origin {
            Origin::File { .. } => write!(f, "{place}, `{name}`: {reason}"),
            _ => write!(f, "{place}: {reason}"),
        }
    }
}

/// Returns what a settings file says. The path tells its format and is named in the problems;
/// nothing is read.
pub fn check(file: &SourceFile) -> Check {
    // Whether this machine has a home directory says nothing about the file.
    layer(entries::from_file(file), Some(Path::new("/")))
}

/// Returns what a layer says.
pub(crate) fn layer(layer: Layer, home: Option<&Path>) -> Check {
    let Layer { entries, problems } = layer;
    let mut check = Check { problems, ..Check::default() };
    for entry in entries {
        match interpret(entry, home) {
            Ok(Said::Effective(effective)) => check.effective.push(effective),
            Ok(Said::Unused(unused)) => check.unused.push(unused),
            Err(problem) => check.problems.push(problem),
        }
    }
    check.effective.sort_by_key(|effective| place(&effective.setting.origin));
    check.unused.sort_by_key(|unused| place(&unused.origin));
    check.problems.extend(conflicts(&check.effective));
    check.problems.sort_by_key(|problem| place(&problem.origin));
    check
}

fn place(origin: &Origin) -> (usize, usize) {
    match origin {
        Origin::File { line, column, .. } => (*line, *column),
        _ => (0, 0),
    }
}

/// Returns a problem for each name that says something else than another name of the same setting.
fn conflicts(effective: &[Effective]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, later) in effective.iter().enumerate() {
        let Some(first) = effective[..index].iter().find(|first| first.row == later.row) else {
            continue;
        };
        let (knob, was) = (later.knob().name, &first.setting);
        // Of two flags the later wins.
        if was.value == later.setting.value || matches!(was.origin, Origin::Flag(_)) {
            continue;
        }
        let message = format!(
            "this sets `{knob}` to `{}`, but {} sets it to `{}`",
            later.setting.value,
            was.source(),
            was.value
        );
        let origin = later.setting.origin.clone();
        problems.push(Problem { kind: ProblemKind::Conflict, origin, message, hint: None });
    }
    problems
}

enum Said {
    Effective(Effective),
    Unused(Unused),
}

fn interpret(entry: Entry, home: Option<&Path>) -> Result<Said, Problem> {
    let row_of = |name: &str| KNOBS.iter().position(|knob| knob.name == name);
    if let Some(row) = row_of(&entry.name) {
        return read(row, None, entry, home).map(Said::Effective);
    }
    let meaning = match entry.origin {
        Origin::File { .. } => guides::in_file(&entry.name),
        Origin::Variable(_) => guides::in_environment(&entry.name),
        Origin::Default | Origin::Derived(_) | Origin::Profile(_) | Origin::Flag(_) => None,
    };
    match meaning {
        Some(Meaning::Sets(alias)) => {
            let row = row_of(alias.knob).expect("an alias names a knob");
            read(row, Some(alias), entry, home).map(Said::Effective)
        }
        Some(Meaning::Unused(reason)) => {
            Ok(Said::Unused(Unused { name: entry.name, origin: entry.origin, reason }))
        }
        None => Err(unknown(&entry.name, entry.key)),
    }
}

fn read(
    row: usize,
    alias: Option<Alias>,
    entry: Entry,
    home: Option<&Path>,
) -> Result<Effective, Problem> {
    let Entry { name, raw, shown, origin, key: _ } = entry;
    let kind = KNOBS[row].kind;
    let problem = |message: String, hint: Option<String>| {
        Err(Problem { kind: ProblemKind::Value, origin: origin.clone(), message, hint })
    };
    let raw = alias.map_or(raw.clone(), |alias| alias.value(&raw));
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
            let also =
                alias.and_then(Alias::also).map_or(String::new(), |also| format!("{also} or "));
            let message = format!("`{name}` is `{}`, but must be {also}{kind}", shortened(&shown));
            return problem(message, likely(kind, &raw));
        }
    };
    let alias = alias.map(|alias| alias.name);
    Ok(Effective { row, setting: Setting { value, origin, alias } })
}

pub(crate) fn expand_home(path: &Path, home: Option<&Path>) -> Option<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) => Some(home?.join(rest)),
        Err(_) => Some(path.to_owned()),
    }
}

/// Returns a path of a settings file as seen from anywhere.
fn anchored(path: PathBuf, origin: &Origin) -> PathBuf {
    match origin {
        Origin::File { path: file, .. } => file.parent().unwrap_or(Path::new("")).join(path),
        Origin::Default
        | Origin::Derived(_)
        | Origin::Profile(_)
        | Origin::Variable(_)
        | Origin::Flag(_) => path,
    }
}

fn unknown(name: &str, origin: Origin) -> Problem {
    if let Some(inside) = entries::inside(name) {
        let message = format!("`{name}` is a section, not a setting");
        let hint = Some(format!("write a setting of it, such as `{inside}`"));
        return Problem { kind: ProblemKind::UnknownName, origin, message, hint };
    }
    let hint = similar(name, &origin).map(|known| format!("did you mean `{known}`?"));
    let message = format!("there is no setting `{}`", shortened(name));
    Problem { kind: ProblemKind::UnknownName, origin, message, hint }
}

/// Returns the known name nearest to an unknown one; without a near one, a knob whose name inside
/// its section is near, as for `threads` written without its section. In files these are names of
/// guides and their sections, too.
fn similar(name: &str, origin: &Origin) -> Option<&'static str> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let of_guides = matches!(origin, Origin::File { .. }).then(guides::file_names);
    let of_guides = of_guides.into_iter().flatten().flat_map(|name| {
        let sections = name.match_indices('.').map(|(end, _)| &name[..end]);
        sections.chain([name])
    });
    nearest(name, KNOBS.iter().map(|knob| knob.name).chain(of_guides)).or_else(|| {
        let near = nearest(last, KNOBS.iter().map(|knob| knob.parts().1))?;
        KNOBS.iter().find(|knob| knob.parts().1 == near).map(|knob| knob.name)
    })
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
