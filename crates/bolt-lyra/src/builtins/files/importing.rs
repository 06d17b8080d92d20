//! Data read from files and strings by format.

use triomphe::Arc;

use super::{csv, failed, json, path_of, text_of};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Import",
        Attributes::NONE,
        import,
        "Import[\"file\"] is the data in a file, in the format that its name says; Import[\"file\", \
         format] names the format: \"CSV\", \"TSV\", \"Table\", \"JSON\", \"RawJSON\", \"Text\", \
         \"Lines\", \"List\", \"Words\", \"Byte\" or \"Package\".",
        &[
            (
                "Export[\"a.csv\", {{1, \"x\"}, {2.5, \"y\"}}]; Import[\"a.csv\"]",
                "{{1, \"x\"}, {2.5, \"y\"}}",
            ),
            (
                "Export[\"a.txt\", \"one\\ntwo\"]; Import[\"a.txt\", \"Lines\"]",
                "{\"one\", \"two\"}",
            ),
        ],
    ),
    builtin(
        "ImportString",
        Attributes::NONE,
        import_string,
        "ImportString[\"data\", format] is the data that a string holds in a format.",
        &[
            ("ImportString[\"a,1\\nb,2\", \"CSV\"]", "{{\"a\", 1}, {\"b\", 2}}"),
            ("ImportString[\"{\\\"a\\\": [1, null]}\", \"RawJSON\"]", "<|\"a\" -> {1, Null}|>"),
        ],
    ),
];

/// Returns the format that the name of a file says.
pub(super) fn format_of(path: &str) -> &'static str {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    match extension.map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("csv") => "CSV",
        Some("tsv" | "tab") => "TSV",
        Some("json") => "JSON",
        Some("dat") => "Table",
        Some("svg") => "SVG",
        Some("html" | "htm") => "HTML",
        Some("m" | "wl" | "wls") => "Package",
        _ => "Text",
    }
}

/// Returns the name of a format and of the element of it that is asked for.
fn parts_of(spec: &Value) -> Option<(&str, Option<&Value>)> {
    match spec.as_list() {
        Some([format, element]) => Some((format.as_str()?, Some(element))),
        Some([format]) => Some((format.as_str()?, None)),
        Some(_) => None,
        None => Some((spec.as_str()?, None)),
    }
}

fn import(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (source, spec) = match args {
        [source] => (source, None),
        [source, spec] => (source, Some(spec)),
        _ => return Ok(Step::Same),
    };
    let Some(path) = path_of(session, source) else { return Ok(Step::Same) };
    let (format, element) = match spec.map(parts_of) {
        None => (format_of(path), None),
        Some(Some(parts)) => parts,
        Some(None) => return Ok(Step::Same),
    };
    let Ok(bytes) = session.host.read(path) else {
        return Ok(Step::Done(failed(session, "Import", "nffil", path)));
    };
    match read(session, bytes, (format, element), options)? {
        Some(value) => Ok(Step::Again(value)),
        None => {
            session.message_of("Import", "fmterr", &[Value::string(format)]);
            Ok(Step::Done(Value::Symbol(sym::Failed)))
        }
    }
}

fn import_string(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (text, spec) = match args {
        [Value::String(text)] => (text, None),
        [Value::String(text), spec] => (text, Some(spec)),
        _ => return Ok(Step::Same),
    };
    let Some((format, element)) = spec.map_or(Some(("Text", None)), parts_of) else {
        return Ok(Step::Same);
    };
    match read(session, text.as_bytes().to_vec(), (format, element), options)? {
        Some(value) => Ok(Step::Again(value)),
        None => {
            session.message_of("ImportString", "fmterr", &[Value::string(format)]);
            Ok(Step::Done(Value::Symbol(sym::Failed)))
        }
    }
}

/// Reads data, `None` if the format is unknown or the data is none of it.
fn read(
    session: &mut Session,
    bytes: Vec<u8>,
    (format, element): (&str, Option<&Value>),
    options: Options<'_>,
) -> Evaluated<Option<Value>> {
    let strings =
        |all: &mut dyn Iterator<Item = &str>| Value::list(all.map(Value::string).collect::<Args>());
    if format == "Byte" || format == "Binary" {
        let bytes = bytes.iter().map(|byte| Value::Integer(i64::from(*byte))).collect::<Args>();
        return Ok(Some(Value::list(bytes)));
    }
    let text = text_of(bytes);
    let element = element.and_then(Value::as_str);
    Ok(Some(match (format, element) {
        ("CSV" | "TSV", None | Some("Data" | "Table" | "RawData")) => {
            let separator = if format == "CSV" { ',' } else { '\t' };
            let skipped = options.get(session, "HeaderLines").and_then(Value::as_usize);
            let mut rows = csv::fields(&text, separator);
            rows.drain(..skipped.unwrap_or(0).min(rows.len()));
            if element == Some("RawData") {
                let row = |row: Vec<String>| super::super::strings::list_of(row);
                return Ok(Some(Value::list(rows.into_iter().map(row).collect::<Args>())));
            }
            csv::table(rows)
        }
        ("CSV" | "TSV", Some("Dataset")) => {
            let separator = if format == "CSV" { ',' } else { '\t' };
            return Ok(data_set(session, csv::fields(&text, separator)));
        }
        ("Table" | "Data", None) => {
            let row = |line: &str| {
                Value::list(line.split_whitespace().map(csv::value_of).collect::<Args>())
            };
            Value::list(text.lines().map(row).collect::<Args>())
        }
        ("List", None) => Value::list(text.lines().map(csv::value_of).collect::<Args>()),
        ("JSON" | "RawJSON", None) => match json::read(&text, format == "JSON") {
            Some(value) => value,
            None => return Ok(None),
        },
        ("Lines", None) | ("Text" | "Plaintext", Some("Lines")) => strings(&mut text.lines()),
        ("Words", None) | ("Text" | "Plaintext", Some("Words")) => {
            strings(&mut text.split_whitespace())
        }
        ("Text" | "Plaintext" | "String", None | Some("Plaintext" | "String")) => {
            Value::string(text)
        }
        ("Package" | "WL" | "Expression", None) => {
            return super::packages::evaluate(session, &text, "Import");
        }
        _ => return Ok(None),
    }))
}

/// Returns rows below a row of names as a data set.
fn data_set(session: &mut Session, rows: Vec<Vec<String>>) -> Option<Value> {
    let mut rows = rows.into_iter();
    let names = rows.next()?;
    let row = |fields: Vec<String>| {
        let mut entries = crate::association::Association::default();
        for (name, field) in names.iter().zip(&fields) {
            entries.insert(Value::string(name.as_str()), csv::value_of(field));
        }
        Value::Association(Arc::new(entries))
    };
    let rows = Value::list(rows.map(row).collect::<Args>());
    let head = session.named_symbol("Dataset");
    Some(Value::call(head, [rows].as_slice()))
}
