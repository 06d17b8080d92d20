//! Streams: what is opened, written to and closed.

use triomphe::Arc;

use super::{failed, is_named, path_of, text_of};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Note, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "StringToStream",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [Value::String(text)] => {
                    let source = Source::Text;
                    Step::Done(open(s, source, text.as_bytes().to_vec()))
                }
                _ => Step::Same,
            })
        },
        "StringToStream[\"text\"] is a stream that reads from a string.",
        &[
            ("Head[StringToStream[\"a\"]]", "InputStream"),
            ("Read[StringToStream[\"4 5\"], {Number, Number}]", "{4, 5}"),
        ],
    ),
    builtin(
        "OpenRead",
        Attributes::NONE,
        open_read,
        "OpenRead[\"file\"] is a stream that reads from a file.",
        &[
            ("Export[\"a.txt\", \"12\"]; Read[OpenRead[\"a.txt\"], Number]", "12"),
            ("Quiet[OpenRead[\"not there\"]]", "$Failed"),
        ],
    ),
    builtin(
        "OpenWrite",
        Attributes::NONE,
        |s, c| open_write(s, c, "OpenWrite"),
        "OpenWrite[\"file\"] is a stream that writes to a file, which is empty at first; \
         OpenWrite[] to a file that is not kept.",
        &[
            ("s = OpenWrite[\"a.txt\"]; WriteString[s, \"x\"]; Close[s]", "\"a.txt\""),
            ("Head[OpenWrite[BinaryFormat -> True]]", "OutputStream"),
        ],
    ),
    builtin(
        "OpenAppend",
        Attributes::NONE,
        |s, c| open_write(s, c, "OpenAppend"),
        "OpenAppend[\"file\"] is a stream that adds to a file.",
        &[
            (
                "Export[\"a.txt\", \"x\"]; s = OpenAppend[\"a.txt\"]; WriteString[s, \"y\"]; \
                 Import[\"a.txt\"]",
                "\"xy\"",
            ),
            ("Head[OpenAppend[\"a.txt\"]]", "OutputStream"),
        ],
    ),
    builtin(
        "Close",
        Attributes::NONE,
        |s, c| Ok(close(s, c)),
        "Close[stream] closes a stream and gives its name.",
        &[
            ("Close[StringToStream[\"a\"]]", "String"),
            ("Quiet[Close[\"not open\"]]", "Close[\"not open\"]"),
        ],
    ),
    builtin(
        "WriteString",
        Attributes::NONE,
        |s, c| write(s, c, "WriteString"),
        "WriteString[stream, a, b] writes what a and b are shown as to a stream or a file; \"stdout\" \
         is what Print writes to.",
        &[
            ("WriteString[\"w1.txt\", \"a\", 2 x]; Import[\"w1.txt\"]", "\"a2 x\""),
            ("WriteString[\"stdout\", \"\"]", "Null"),
        ],
    ),
    builtin(
        "WriteLine",
        Attributes::NONE,
        |s, c| write(s, c, "WriteLine"),
        "WriteLine[stream, \"text\"] writes a text and the end of a line.",
        &[
            ("WriteLine[\"w2.txt\", \"a\"]; Import[\"w2.txt\"]", "\"a\\n\""),
            ("WriteLine[\"w3.txt\", {\"a\", \"b\"}]; Import[\"w3.txt\"]", "\"a\\nb\\n\""),
        ],
    ),
    builtin(
        "Write",
        Attributes::NONE,
        |s, c| write(s, c, "Write"),
        "Write[stream, a, b] writes expressions as they are typed, and the end of the line.",
        &[
            ("Write[\"w4.txt\", {1, \"a\"}]; Import[\"w4.txt\"]", "\"{1, \\\"a\\\"}\\n\""),
            ("Write[\"w5.txt\", x, y]; Import[\"w5.txt\"]", "\"xy\\n\""),
        ],
    ),
    builtin(
        "BinaryWrite",
        Attributes::NONE,
        |s, c| Ok(binary_write(s, c)),
        "BinaryWrite[stream, bytes] writes a byte, a list of bytes or the characters of a string.",
        &[
            (
                "s = OpenWrite[\"b.bin\"]; BinaryWrite[s, {97, 98}]; Close[s]; Import[\"b.bin\", \
                 \"Byte\"]",
                "{97, 98}",
            ),
            (
                "s = OpenWrite[\"b.bin\"]; BinaryWrite[s, \"hi\"]; Close[s]; Import[\"b.bin\", \"Text\"]",
                "\"hi\"",
            ),
        ],
    ),
    builtin(
        "Streams",
        Attributes::NONE,
        |s, _| {
            let all: Vec<usize> = s.streams.open.iter().map(|stream| stream.number).collect();
            let values: Args = all.into_iter().filter_map(|number| value_of(s, number)).collect();
            Ok(Step::Done(Value::list(values)))
        },
        "Streams[] is the list of the open streams.",
        &[("Streams[]", "{}"), ("s = StringToStream[\"a\"]; Close[s]; Length[Streams[]]", "0")],
    ),
];

/// Where a stream reads from or writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A string.
    Text,
    /// A file that is read.
    Input(String),
    /// A file that is written.
    Output(String),
}

/// A stream that is open.
#[derive(Debug)]
pub(super) struct Stream {
    number: usize,
    source: Source,
    /// What is read.
    pub(super) bytes: Vec<u8>,
    /// How much of it has been read.
    pub(super) at: usize,
}

/// The streams of a session.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Vec<Stream>,
    last: usize,
}

impl Streams {
    /// Returns whether none is open.
    pub(crate) fn is_unused(&self) -> bool {
        self.open.is_empty()
    }
}

fn open(session: &mut Session, source: Source, bytes: Vec<u8>) -> Value {
    session.streams.last += 1;
    let number = session.streams.last;
    session.streams.open.push(Stream { number, source, bytes, at: 0 });
    value_of(session, number).unwrap_or(Value::NULL)
}

fn value_of(session: &mut Session, number: usize) -> Option<Value> {
    let source = session.streams.open.iter().find(|one| one.number == number)?.source.clone();
    let (head, name) = match source {
        Source::Text => ("InputStream", Value::Symbol(sym::String)),
        Source::Input(path) => ("InputStream", Value::string(path)),
        Source::Output(path) => ("OutputStream", Value::string(path)),
    };
    let head = session.named_symbol(head);
    Some(Value::call(head, [name, Value::Integer(number as i64)]))
}

/// Returns the place of a stream that a value means: the stream itself, or the name of its file.
pub(super) fn place_of(session: &Session, value: &Value) -> Option<usize> {
    let all = &session.streams.open;
    if let Some(path) = path_of(session, value) {
        return all.iter().position(|stream| match &stream.source {
            Source::Input(own) | Source::Output(own) => own == path,
            Source::Text => false,
        });
    }
    let call = value.as_call()?;
    let is_stream =
        ["InputStream", "OutputStream"].iter().any(|n| is_named(session, call.head(), n));
    let [_, number] = call.args() else { return None };
    let number = number.as_usize().filter(|_| is_stream)?;
    all.iter().position(|stream| stream.number == number)
}

/// Returns the place of a stream to read from; a file is opened.
pub(super) fn input(
    session: &mut Session,
    value: &Value,
    name: &str,
) -> Result<usize, Option<Value>> {
    let found = place_of(session, value);
    if let Some(place) = found
        && !matches!(session.streams.open[place].source, Source::Output(_))
    {
        return Ok(place);
    }
    let Some(path) = path_of(session, value).map(str::to_owned) else { return Err(None) };
    match session.host.read(&path) {
        Ok(bytes) => {
            open(session, Source::Input(path), bytes);
            Ok(session.streams.open.len() - 1)
        }
        Err(_) => Err(Some(failed(session, name, "noopen", &path))),
    }
}

/// Returns a stream by its place.
pub(super) fn at(session: &mut Session, place: usize) -> &mut Stream {
    &mut session.streams.open[place]
}

/// Closes a stream by its place.
pub(super) fn close_at(session: &mut Session, place: usize) {
    session.streams.open.remove(place);
}

fn open_read(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(path) = call.args().first().and_then(|path| path_of(session, path)) else {
        return Ok(Step::Same);
    };
    let path = path.to_owned();
    Ok(Step::Done(match session.host.read(&path) {
        Ok(bytes) => open(session, Source::Input(path), bytes),
        Err(_) => failed(session, "OpenRead", "noopen", &path),
    }))
}

fn open_write(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let (args, _) = Options::split(call.args(), 0);
    let path = match args.first() {
        None => {
            let number = session.streams.last + 1;
            format!("{}/lyra-{number}", session.host.temporary_directory())
        }
        Some(path) => match path_of(session, path) {
            Some(path) => path.to_owned(),
            None => return Ok(Step::Same),
        },
    };
    Ok(Step::Done(match session.host.write(&path, &[], name == "OpenAppend") {
        Ok(()) => open(session, Source::Output(path), Vec::new()),
        Err(_) => failed(session, name, "noopen", &path),
    }))
}

fn close(session: &mut Session, call: &Call) -> Step {
    let [value] = call.args() else { return Step::Same };
    let Some(place) = place_of(session, value) else {
        session.message_of("Close", "openx", std::slice::from_ref(value));
        return Step::Same;
    };
    let stream = session.streams.open.remove(place);
    Step::Done(match stream.source {
        Source::Text => Value::Symbol(sym::String),
        Source::Input(path) | Source::Output(path) => Value::string(path),
    })
}

/// Writes to a stream or a file; returns whether that could be done.
fn write_to(session: &mut Session, target: &Value, bytes: &[u8], name: &str) -> bool {
    if let Some("stdout" | "stderr") = target.as_str() {
        let text = text_of(bytes.to_vec());
        if !text.is_empty() {
            session.tell(Note::Printed(text.strip_suffix('\n').unwrap_or(&text).to_owned()));
        }
        return true;
    }
    let path = match place_of(session, target).map(|place| &session.streams.open[place].source) {
        Some(Source::Output(path)) => path.clone(),
        Some(_) => return false,
        None => match path_of(session, target) {
            Some(path) => {
                let path = path.to_owned();
                open(session, Source::Output(path.clone()), Vec::new());
                path
            }
            None => return false,
        },
    };
    let is_written = session.host.write(&path, bytes, true).is_ok();
    if !is_written {
        failed(session, name, "noopen", &path);
    }
    is_written
}

fn write(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [target, values @ ..] = call.args() else { return Ok(Step::Same) };
    let mut text = String::new();
    for value in values {
        match (name, value.as_list()) {
            ("Write", _) => text.push_str(&session.input_form(value)),
            ("WriteLine", Some(lines)) => {
                let lines: Vec<String> = lines.iter().map(|line| session.shown(line)).collect();
                text.push_str(&lines.join("\n"));
            }
            _ => text.push_str(&session.show(value)?),
        }
    }
    if name != "WriteString" {
        text.push('\n');
    }
    Ok(match write_to(session, target, text.as_bytes(), name) {
        true => Step::Done(Value::NULL),
        false => Step::Same,
    })
}

fn binary_write(session: &mut Session, call: &Call) -> Step {
    let [target, value, ..] = call.args() else { return Step::Same };
    let bytes: Option<Vec<u8>> = match value {
        Value::String(text) => Some(text.as_bytes().to_vec()),
        _ => {
            let all = value.as_list().unwrap_or(std::slice::from_ref(value));
            all.iter().map(|byte| u8::try_from(byte.as_i64()?).ok()).collect()
        }
    };
    let Some(bytes) = bytes else { return Step::Same };
    match write_to(session, target, &bytes, "BinaryWrite") {
        true => Step::Done(target.clone()),
        false => Step::Same,
    }
}
