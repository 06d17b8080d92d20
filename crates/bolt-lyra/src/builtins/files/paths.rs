//! Names of files, taken apart and put together.

use crate::builtins::options::Options;
use crate::builtins::strings::list_of;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::Session;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "FileNameJoin",
        Attributes::NONE,
        |s, c| Ok(join(s, c)),
        "FileNameJoin[{\"a\", \"b\"}] is a path through directories; OperatingSystem -> \"Windows\" \
         is an option.",
        &[
            ("FileNameJoin[{\"a\", \"b\", \"c.txt\"}]", "\"a/b/c.txt\""),
            ("FileNameJoin[{\"/\", \"a\"}]", "\"/a\""),
        ],
    ),
    builtin(
        "FileNameSplit",
        Attributes::NONE,
        |_, c| Ok(of_path(c, |path| list_of(parts(path)))),
        "FileNameSplit[\"path\"] is the list of the parts of a path.",
        &[
            ("FileNameSplit[\"a/b/c.txt\"]", "{\"a\", \"b\", \"c.txt\"}"),
            ("FileNameSplit[\"/a\"]", "{\"\", \"a\"}"),
        ],
    ),
    builtin(
        "FileNameTake",
        Attributes::NONE,
        |s, c| Ok(take(s, c, true)),
        "FileNameTake[\"path\"] is the last part of a path; FileNameTake[\"path\", n] the first n, \
         with -n the last.",
        &[
            ("FileNameTake[\"a/b/c.txt\"]", "\"c.txt\""),
            ("FileNameTake[\"a/b/c.txt\", 2]", "\"a/b\""),
        ],
    ),
    builtin(
        "FileNameDrop",
        Attributes::NONE,
        |s, c| Ok(take(s, c, false)),
        "FileNameDrop[\"path\"] is a path without its last part; FileNameDrop[\"path\", n] without \
         the first n, with -n without the last.",
        &[
            ("FileNameDrop[\"a/b/c.txt\"]", "\"a/b\""),
            ("FileNameDrop[\"a/b/c.txt\", 1]", "\"b/c.txt\""),
        ],
    ),
    builtin(
        "FileNameDepth",
        Attributes::NONE,
        |_, c| {
            Ok(of_path(c, |path| {
                let count = parts(path).iter().filter(|part| !part.is_empty()).count();
                Value::Integer(count as i64)
            }))
        },
        "FileNameDepth[\"path\"] is the number of parts of a path.",
        &[("FileNameDepth[\"a/b/c.txt\"]", "3"), ("FileNameDepth[\"a/b/\"]", "2")],
    ),
    builtin(
        "FileBaseName",
        Attributes::LISTABLE,
        |_, c| {
            Ok(of_path(c, |path| {
                let name = last(path);
                Value::string(name.rsplit_once('.').map_or(name, |(base, _)| base))
            }))
        },
        "FileBaseName[\"path\"] is the name of a file without directories and extension.",
        &[("FileBaseName[\"a/b.txt\"]", "\"b\""), ("FileBaseName[\"b.tar.gz\"]", "\"b.tar\"")],
    ),
    builtin(
        "FileExtension",
        Attributes::LISTABLE,
        |_, c| {
            Ok(of_path(c, |path| {
                let extension = last(path).rsplit_once('.');
                Value::string(extension.map_or("", |(_, extension)| extension))
            }))
        },
        "FileExtension[\"path\"] is what follows the last point of the name of a file.",
        &[("FileExtension[\"a/b.txt\"]", "\"txt\""), ("FileExtension[\"b\"]", "\"\"")],
    ),
    builtin(
        "DirectoryName",
        Attributes::NONE,
        |_, c| Ok(directory_name(c)),
        "DirectoryName[\"path\"] is the directory that a file is in; DirectoryName[\"path\", n] \
         goes up n times.",
        &[
            ("DirectoryName[\"a/b/c.txt\"]", "\"a/b/\""),
            ("DirectoryName[\"a/b/c.txt\", 2]", "\"a/\""),
        ],
    ),
];

fn of_path(call: &Call, with: impl FnOnce(&str) -> Value) -> Step {
    match call.args() {
        [Value::String(path)] => Step::Done(with(path)),
        _ => Step::Same,
    }
}

/// The parts of a path; a path from the root begins with an empty one.
fn parts(path: &str) -> Vec<&str> {
    let trimmed = path.trim_end_matches('/');
    let mut parts: Vec<&str> = trimmed.split('/').collect();
    let mut is_first = true;
    parts.retain(|part| std::mem::take(&mut is_first) || !part.is_empty());
    parts
}

fn last(path: &str) -> &str {
    parts(path).last().copied().unwrap_or("")
}

fn join(session: &Session, call: &Call) -> Step {
    let (args, options) = Options::split(call.args(), 1);
    let [list] = args else { return Step::Same };
    let names: Option<Vec<&str>> =
        list.as_list().and_then(|list| list.iter().map(Value::as_str).collect());
    let Some(names) = names else { return Step::Same };
    let system = options.get(session, "OperatingSystem").and_then(Value::as_str);
    let separator = if system == Some("Windows") { "\\" } else { "/" };
    let mut path = String::new();
    for (place, name) in names.iter().enumerate() {
        if place > 0 && !path.ends_with(separator) {
            path.push_str(separator);
        }
        path.push_str(if place > 0 { name.trim_start_matches(separator) } else { name });
    }
    Step::Done(Value::string(path))
}

fn take(session: &mut Session, call: &Call, takes: bool) -> Step {
    let (path, spec) = match call.args() {
        [Value::String(path)] => (path, Value::Integer(-1)),
        [Value::String(path), spec] => (path, spec.clone()),
        _ => return Step::Same,
    };
    let all = parts(path);
    let name = if takes { "FileNameTake" } else { "FileNameDrop" };
    let of = Value::string(path.as_str());
    let places = crate::builtins::lists::places_of(session, (name, takes), &of, &spec, all.len());
    let Some(places) = places else { return Step::Same };
    let kept: Vec<&str> = places.into_iter().map(|place| all[place]).collect();
    Step::Done(Value::string(kept.join("/")))
}

fn directory_name(call: &Call) -> Step {
    let (path, times) = match call.args() {
        [Value::String(path)] => (path, 1),
        [Value::String(path), Value::Integer(times @ 1..)] => (path, *times as usize),
        _ => return Step::Same,
    };
    let all = parts(path);
    let kept = &all[..all.len().saturating_sub(times)];
    Step::Done(Value::string(match kept {
        [] => String::new(),
        [""] => "/".to_owned(),
        _ => kept.join("/") + "/",
    }))
}
