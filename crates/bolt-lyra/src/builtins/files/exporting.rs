//! Data written to files and strings by format.

use triomphe::Arc;

use super::{csv, failed, json, path_of};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Export",
        Attributes::NONE,
        export,
        "Export[\"file\", e] writes e to a file in the format that its name says; Export[\"file\", \
         e, format] names the format. Drawings are written as .svg or .html. The result is the \
         name of the file.",
        &[
            ("Export[\"a.json\", <|\"a\" -> 1|>]", "\"a.json\""),
            ("Export[\"b.tsv\", {{1, 2}}]; Import[\"b.tsv\", \"Text\"]", "\"1\\t2\\n\""),
        ],
    ),
    builtin(
        "ExportString",
        Attributes::NONE,
        export_string,
        "ExportString[e, format] is a string that holds e in a format: \"CSV\", \"TSV\", \
         \"Table\", \"JSON\", \"RawJSON\", \"Text\", \"Lines\", \"List\" or \"Package\", of a drawing \"SVG\" or \"HTML\". \"Compact\" \
         -> True leaves line breaks out of JSON.",
        &[
            ("ExportString[{{1, \"a,b\"}, {2, x}}, \"CSV\"]", "\"1,\\\"a,b\\\"\\n2,x\\n\""),
            (
                "ExportString[<|\"a\" -> {1, True}|>, \"JSON\", \"Compact\" -> True]",
                "\"{\\\"a\\\":[1,true]}\"",
            ),
        ],
    ),
];

fn export(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (target, value, format) = match args {
        [target, value] => (target, value, None),
        [target, value, Value::String(format)] => (target, value, Some(format.as_str())),
        _ => return Ok(Step::Same),
    };
    let Some(path) = path_of(session, target) else { return Ok(Step::Same) };
    let format = format.unwrap_or_else(|| super::importing::format_of(path));
    let Some(text) = written(session, value, format, options)? else {
        session.message_of("Export", "fmterr", &[Value::string(format)]);
        return Ok(Step::Done(Value::Symbol(sym::Failed)));
    };
    match session.host.write(path, text.as_bytes(), false) {
        Ok(()) => Ok(Step::Done(target.clone())),
        Err(_) => Ok(Step::Done(failed(session, "Export", "noopen", path))),
    }
}

fn export_string(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (value, format) = match args {
        [value] => (value, "Text"),
        [value, Value::String(format)] => (value, format.as_str()),
        _ => return Ok(Step::Same),
    };
    match written(session, value, format, options)? {
        Some(text) => Ok(Step::Done(Value::string(text))),
        None => {
            session.message_of("ExportString", "fmterr", &[Value::string(format)]);
            Ok(Step::Done(Value::Symbol(sym::Failed)))
        }
    }
}

/// Returns an expression in a format, `None` if the format is unknown or cannot hold it.
fn written(
    session: &mut Session,
    value: &Value,
    format: &str,
    options: Options<'_>,
) -> Evaluated<Option<String>> {
    match format {
        "SVG" => session.to_svg(value),
        "HTML" => session.to_html(value),
        _ => Ok(plain(session, value, format, options)),
    }
}

/// Returns an expression in a format of data.
fn plain(session: &Session, value: &Value, format: &str, options: Options<'_>) -> Option<String> {
    let lines = |lines: Vec<String>| lines.join("\n");
    let elements = || value.as_list().unwrap_or(std::slice::from_ref(value)).iter();
    Some(match format {
        "CSV" => table(session, value, ',')?,
        "TSV" => table(session, value, '\t')?,
        "Table" | "Data" => {
            let row = |row: &Value| {
                let cells = row.as_list().unwrap_or(std::slice::from_ref(row)).iter();
                cells.map(|cell| cell_text(session, cell)).collect::<Vec<_>>().join("\t")
            };
            lines(elements().map(row).collect())
        }
        "JSON" | "RawJSON" => json::write(session, value, options.is_set(session, "Compact"))?,
        "Text" | "Plaintext" | "String" => cell_text(session, value),
        "Lines" | "List" => lines(elements().map(|one| cell_text(session, one)).collect()),
        "Package" | "WL" | "Expression" => session.input_form(value),
        _ => return None,
    })
}

fn cell_text(session: &Session, cell: &Value) -> String {
    match cell {
        Value::Real(real) => format!("{real:?}").trim_end_matches('0').to_owned(),
        Value::String(text) => text.to_string(),
        _ => session.input_form(cell),
    }
}

/// Rows and fields; a list of associations has the keys of the first in a row above.
fn table(session: &Session, value: &Value, separator: char) -> Option<String> {
    let value = match value.as_call() {
        Some(call) if super::is_named(session, call.head(), "Dataset") => call.args().first()?,
        _ => value,
    };
    let between = separator.to_string();
    let field = |cell: &Value| csv::quoted(&cell_text(session, cell), separator);
    let line = |cells: &mut dyn Iterator<Item = &Value>| {
        cells.map(field).collect::<Vec<_>>().join(&between) + "\n"
    };
    let rows = value.as_list()?;
    let mut text = String::new();
    if let Some(Value::Association(first)) = rows.first() {
        text.push_str(&line(&mut first.keys()));
    }
    for row in rows {
        match row {
            Value::Association(entries) => text.push_str(&line(&mut entries.values())),
            _ => {
                let cells = row.as_list().unwrap_or(std::slice::from_ref(row));
                text.push_str(&line(&mut cells.iter()));
            }
        }
    }
    Some(text)
}
