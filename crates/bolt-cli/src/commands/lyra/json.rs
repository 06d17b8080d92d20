//! Programs run for other programs: one JSON object with every value.

use std::process::ExitCode;

use anyhow::Result;
use bolt_lyra::{Note, Session, Value, sym};
use serde_json::{Map, Value as Json, json};

use super::diagnostics;
use super::guard::End;
use super::program::{Line, Run, Source, parse};
use crate::context::Context;

pub(super) fn run(run: &mut Run, sources: &[Source], context: &mut Context) -> Result<ExitCode> {
    let (parses, broken) = parse(sources);
    let findings: Vec<Json> = sources
        .iter()
        .zip(&parses)
        .flat_map(|(source, parse)| diagnostics::json(source, &parse.diagnostics))
        .collect();
    let mut results = Vec::new();
    let mut ended = broken;
    for (source, parse) in sources.iter().zip(&parses) {
        if ended.is_none() {
            ended = run.evaluate(source, &parse.exprs, |session, guard, mut line| {
                let whole = result(session, &line);
                let late = guard.take();
                // What could not be written is told in place of it.
                if late.is_some() {
                    line.end.clone_from(&late);
                    line.value = Some(Value::Symbol(sym::Aborted));
                }
                results.push(if late.is_some() { result(session, &line) } else { whole });
                Ok::<_, anyhow::Error>(late)
            })?;
        }
    }
    let view = json!({"schema": "bolt.lyra/1", "results": results, "diagnostics": findings});
    context.write_json(&view)?;
    Ok(ended.unwrap_or(ExitCode::SUCCESS))
}

fn result(session: &mut Session, line: &Line<'_>) -> Json {
    let (mut printed, mut messages) = (Vec::new(), Vec::new());
    for note in session.take_notes() {
        match note {
            Note::Printed(line) => printed.push(line),
            Note::Message { name, text } => messages.push(json!({"name": name, "text": text})),
        }
    }
    if let Some((name, text)) = line.end.as_ref().map(End::message) {
        messages.push(json!({"name": name, "text": text}));
    }
    let svg = match &line.value {
        Some(value) => session.to_svg(value).ok().flatten(),
        None => None,
    };
    let form = |of: fn(&Session, &Value) -> String| line.value.as_ref().map(|v| of(session, v));
    json!({
        "input": line.input,
        "value": line.value.as_ref().and_then(plain),
        "input_form": form(Session::input_form),
        "shown": form(Session::shown),
        "svg": svg,
        "printed": printed,
        "messages": messages,
        "seconds": line.took.as_secs_f64(),
    })
}

/// Deeper values have no form in JSON: few readers take more levels.
const DEPTH_MAX: u32 = 100;

/// Returns a value as JSON, `None` if it has no form there: a symbol, a call that is no list, a
/// number that JSON readers would change.
fn plain(value: &Value) -> Option<Json> {
    if value.depth() > DEPTH_MAX {
        return None;
    }
    let all = |items: &[Value]| -> Option<Vec<Json>> { items.iter().map(plain).collect() };
    Some(match value {
        Value::Integer(integer) => json!(integer),
        Value::Real(real) if real.is_finite() => json!(real),
        Value::String(text) => json!(text.as_str()),
        Value::Symbol(sym::True) => json!(true),
        Value::Symbol(sym::False) => json!(false),
        Value::Symbol(sym::Null) => Json::Null,
        Value::Association(entries) => {
            let mut object = Map::new();
            for (key, entry) in entries.iter() {
                object.insert(key.as_str()?.to_owned(), plain(&entry.value)?);
            }
            Json::Object(object)
        }
        _ => Json::Array(all(value.as_list()?)?),
    })
}
