//! Files and directories of the host.

use triomphe::Arc;

use super::{failed, path_of, text_of};
use crate::builtins::strings::list_of;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::host::FileKind;
use crate::session::{Evaluated, Note, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "FileExistsQ",
        Attributes::NONE,
        |s, c| Ok(question(s, c, |_| true)),
        "FileExistsQ[\"file\"] is True if there is such a file or directory.",
        &[
            ("Export[\"a.txt\", \"\"]; FileExistsQ[\"a.txt\"]", "True"),
            ("FileExistsQ[\"not there\"]", "False"),
        ],
    ),
    builtin(
        "DirectoryQ",
        Attributes::NONE,
        |s, c| Ok(question(s, c, |kind| kind == FileKind::Directory)),
        "DirectoryQ[\"path\"] is True if there is such a directory.",
        &[("CreateDirectory[\"d\"]; DirectoryQ[\"d\"]", "True"), ("DirectoryQ[\"x\"]", "False")],
    ),
    builtin(
        "FileType",
        Attributes::NONE,
        |s, c| {
            let Some(path) = path_of_first(s, c) else { return Ok(Step::Same) };
            let kind = s.host.facts(&path).map(|facts| facts.kind);
            Ok(Step::Done(match kind {
                Some(FileKind::File) => s.named_symbol("File"),
                Some(FileKind::Directory) => s.named_symbol("Directory"),
                None => Value::Symbol(sym::None),
            }))
        },
        "FileType[\"path\"] is File, Directory or None.",
        &[("Export[\"a.txt\", \"\"]; FileType[\"a.txt\"]", "File"), ("FileType[\"x\"]", "None")],
    ),
    builtin(
        "FileByteCount",
        Attributes::NONE,
        |s, c| {
            let Some(path) = path_of_first(s, c) else { return Ok(Step::Same) };
            Ok(Step::Done(match s.host.facts(&path) {
                Some(facts) => Value::Integer(facts.bytes as i64),
                None => failed(s, "FileByteCount", "fdnfnd", &path),
            }))
        },
        "FileByteCount[\"file\"] is the size of a file in bytes.",
        &[
            ("Export[\"a.txt\", \"abc\"]; FileByteCount[\"a.txt\"]", "3"),
            ("Quiet[FileByteCount[\"x\"]]", "$Failed"),
        ],
    ),
    builtin(
        "FilePrint",
        Attributes::NONE,
        |s, c| {
            let Some(path) = path_of_first(s, c) else { return Ok(Step::Same) };
            Ok(Step::Done(match s.host.read(&path) {
                Ok(bytes) => {
                    let text = text_of(bytes);
                    s.tell(Note::Printed(text.trim_end_matches('\n').to_owned()));
                    Value::NULL
                }
                Err(_) => failed(s, "FilePrint", "noopen", &path),
            }))
        },
        "FilePrint[\"file\"] prints what a file holds.",
        &[
            ("Export[\"a.txt\", \"abc\"]; FilePrint[\"a.txt\"]", "Null"),
            ("Quiet[FilePrint[\"x\"]]", "$Failed"),
        ],
    ),
    builtin(
        "FileNames",
        Attributes::NONE,
        file_names,
        "FileNames[] is the list of the names in the current directory; FileNames[\"*.txt\"] of \
         those that match; FileNames[p, \"directory\"] of those in a directory.",
        &[
            ("Export[\"a.txt\", \"\"]; Export[\"b.csv\", {}]; FileNames[\"*.txt\"]", "{\"a.txt\"}"),
            ("FileNames[\"*\", \"not there\"]", "{}"),
        ],
    ),
    builtin(
        "DeleteFile",
        Attributes::NONE,
        |s, c| {
            let [value] = c.args() else { return Ok(Step::Same) };
            let all = value.as_list().unwrap_or(std::slice::from_ref(value));
            for one in all {
                let Some(path) = path_of(s, one).map(str::to_owned) else { return Ok(Step::Same) };
                if s.host.remove(&path).is_err() {
                    return Ok(Step::Done(failed(s, "DeleteFile", "fdnfnd", &path)));
                }
            }
            Ok(Step::Done(Value::NULL))
        },
        "DeleteFile[\"file\"] deletes a file, or several of a list.",
        &[
            ("Export[\"a.txt\", \"\"]; DeleteFile[\"a.txt\"]; FileExistsQ[\"a.txt\"]", "False"),
            ("Quiet[DeleteFile[\"x\"]]", "$Failed"),
        ],
    ),
    builtin(
        "CopyFile",
        Attributes::NONE,
        |s, c| moved(s, c, "CopyFile"),
        "CopyFile[\"file\", \"new\"] copies a file and gives the new name.",
        &[
            (
                "Export[\"a.txt\", \"x\"]; CopyFile[\"a.txt\", \"b.txt\"]; Import[\"b.txt\"]",
                "\"x\"",
            ),
            ("Quiet[CopyFile[\"x\", \"y\"]]", "$Failed"),
        ],
    ),
    builtin(
        "RenameFile",
        Attributes::NONE,
        |s, c| moved(s, c, "RenameFile"),
        "RenameFile[\"file\", \"new\"] renames a file and gives the new name.",
        &[
            (
                "Export[\"a.txt\", \"x\"]; RenameFile[\"a.txt\", \"b.txt\"]; FileExistsQ[\"a.txt\"]",
                "False",
            ),
            ("Quiet[RenameFile[\"x\", \"y\"]]", "$Failed"),
        ],
    ),
    builtin(
        "CreateDirectory",
        Attributes::NONE,
        |s, c| {
            let Some(path) = path_of_first(s, c) else { return Ok(Step::Same) };
            Ok(Step::Done(match s.host.create_directory(&path) {
                Ok(()) => Value::string(path),
                Err(_) => failed(s, "CreateDirectory", "filex", &path),
            }))
        },
        "CreateDirectory[\"path\"] makes a directory.",
        &[
            ("CreateDirectory[\"d\"]", "\"d\""),
            ("CreateDirectory[\"d\"]; FileType[\"d\"]", "Directory"),
        ],
    ),
    builtin(
        "DeleteDirectory",
        Attributes::NONE,
        |s, c| {
            let Some(path) = path_of_first(s, c) else { return Ok(Step::Same) };
            Ok(Step::Done(match s.host.remove(&path) {
                Ok(()) => Value::NULL,
                Err(_) => failed(s, "DeleteDirectory", "nodir", &path),
            }))
        },
        "DeleteDirectory[\"path\"] deletes a directory that is empty.",
        &[
            ("CreateDirectory[\"d\"]; DeleteDirectory[\"d\"]; DirectoryQ[\"d\"]", "False"),
            ("Quiet[DeleteDirectory[\"x\"]]", "$Failed"),
        ],
    ),
    builtin(
        "Directory",
        Attributes::NONE,
        |s, _| Ok(Step::Done(Value::string(s.host.directory()))),
        "Directory[] is the current directory.",
        &[("StringQ[Directory[]]", "True"), ("DirectoryQ[Directory[]]", "True")],
    ),
    builtin(
        "SetDirectory",
        Attributes::NONE,
        |s, c| {
            let Some(path) = path_of_first(s, c) else { return Ok(Step::Same) };
            Ok(Step::Done(match s.host.set_directory(&path) {
                Ok(()) => Value::string(s.host.directory()),
                Err(_) => failed(s, "SetDirectory", "cdir", &path),
            }))
        },
        "SetDirectory[\"path\"] changes the current directory.",
        &[
            ("CreateDirectory[\"d\"]; FileNameTake[SetDirectory[\"d\"]]", "\"d\""),
            ("Quiet[SetDirectory[\"x\"]]", "$Failed"),
        ],
    ),
    builtin(
        "Environment",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [Value::String(name)] => match s.host.variable(name) {
                    Some(value) => Step::Done(Value::string(value)),
                    None => Step::Done(Value::Symbol(sym::Failed)),
                },
                _ => Step::Same,
            })
        },
        "Environment[\"name\"] is a variable of the environment, $Failed if there is none.",
        &[("Environment[\"not there\"]", "$Failed"), ("Environment[x]", "Environment[x]")],
    ),
    builtin(
        "$TemporaryDirectory",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "$TemporaryDirectory is the directory for files that are not kept.",
        &[
            ("StringQ[$TemporaryDirectory]", "True"),
            ("StringLength[$TemporaryDirectory] > 0", "True"),
        ],
    ),
];

fn path_of_first(session: &Session, call: &Call) -> Option<String> {
    call.args().first().and_then(|path| path_of(session, path)).map(str::to_owned)
}

fn question(session: &Session, call: &Call, is: impl Fn(FileKind) -> bool) -> Step {
    let Some(path) = path_of_first(session, call) else { return Step::Same };
    Step::Done(Value::boolean(session.host.facts(&path).is_some_and(|facts| is(facts.kind))))
}

fn moved(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [from, to] = call.args() else { return Ok(Step::Same) };
    let (Some(from), Some(to)) = (path_of(session, from), path_of(session, to)) else {
        return Ok(Step::Same);
    };
    let (from, to) = (from.to_owned(), to.to_owned());
    if session.host.facts(&to).is_some() {
        return Ok(Step::Done(failed(session, name, "filex", &to)));
    }
    let done = match name {
        "RenameFile" => session.host.rename(&from, &to),
        _ => match session.host.read(&from) {
            Ok(bytes) => session.host.write(&to, &bytes, false),
            Err(error) => Err(error),
        },
    };
    Ok(Step::Done(match done {
        Ok(()) => Value::string(to),
        Err(_) => failed(session, name, "fdnfnd", &from),
    }))
}

fn file_names(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (pattern, directory) = match call.args() {
        [] => (None, None),
        [pattern] => (Some(pattern), None),
        [pattern, Value::String(directory), ..] => (Some(pattern), Some(directory.to_string())),
        _ => return Ok(Step::Same),
    };
    let names = session.host.list(directory.as_deref().unwrap_or("")).unwrap_or_default();
    let mut found = Vec::new();
    let matches = session.named_symbol("StringMatchQ");
    for name in names {
        let is_wanted = match pattern {
            None => true,
            Some(pattern) => session
                .call(&matches, [Value::string(name.as_str()), pattern.clone()])?
                .is(sym::True),
        };
        if is_wanted {
            found.push(match &directory {
                Some(directory) => format!("{}/{name}", directory.trim_end_matches('/')),
                None => name,
            });
        }
    }
    Ok(Step::Done(list_of(found)))
}
