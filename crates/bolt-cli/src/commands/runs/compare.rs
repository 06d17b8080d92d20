//! `bolt runs compare`.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use bolt_sql::Store;
use bolt_sql::records::RunRecord;
use serde_json::{Map, Value, json};

use super::{figure_json, find, view};
use crate::context::Context;
use crate::output::{Table, number};

pub(super) fn run(context: &mut Context, store: &Store, texts: &[String]) -> Result<()> {
    let comparison = store.compare(&find(store, texts)?)?;
    let manifests: Vec<Value> = comparison.runs.iter().map(manifest).collect();
    let differences = differences(&manifests);
    if context.json {
        let runs: Vec<Value> = comparison.runs.iter().map(view).collect();
        let figures = comparison.figures.iter().map(|(name, values)| {
            let values: Vec<Value> =
                values.iter().map(|value| figure_json(name, value.unwrap_or(f64::NAN))).collect();
            (name.clone(), json!(values))
        });
        let figures: Map<String, Value> = figures.collect();
        return context.write_json(&json!({
            "schema": "bolt.runs.compare/1",
            "runs": runs,
            "figures": figures,
            "differences": differences,
        }));
    }
    let ids = comparison.runs.iter().map(|record| format!(">{}", record.id));
    let ids: Vec<String> = ids.collect();
    let titles = || [""].into_iter().chain(ids.iter().map(String::as_str));
    let mut table = Table::new(titles());
    for (name, values) in &comparison.figures {
        let values = values.iter().map(|value| number(value.unwrap_or(f64::NAN)));
        table.push([name.clone()].into_iter().chain(values));
    }
    let (long, short): (Vec<_>, Vec<_>) =
        differences.iter().partition(|(_, values)| values.iter().any(is_long));
    for (name, values) in short {
        table.push([name.clone()].into_iter().chain(values.iter().map(text)));
    }
    let style = context.style;
    table.write(&mut context.out, style)?;
    for (name, values) in long {
        writeln!(context.out, "{name}")?;
        for (record, value) in comparison.runs.iter().zip(values) {
            let line = format!("  {}  {}", record.id, text(value));
            writeln!(context.out, "{}", style.fold(&line, 4))?;
        }
    }
    Ok(())
}

/// Characters of a value that a column has room for.
const CELL_MAX: usize = 24;

fn is_long(value: &Value) -> bool {
    text(value).chars().count() > CELL_MAX
}

fn manifest(record: &RunRecord) -> Value {
    serde_json::from_str(&record.run.manifest).unwrap_or_default()
}

/// Returns the parts of manifests that are not the same in all, by their paths.
fn differences(manifests: &[Value]) -> BTreeMap<String, Vec<Value>> {
    let mut parts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (index, manifest) in manifests.iter().enumerate() {
        leaves(manifest, String::new(), &mut |path, leaf| {
            let values = parts.entry(path).or_insert_with(|| vec![Value::Null; manifests.len()]);
            values[index] = leaf.clone();
        });
    }
    parts.retain(|_, values| values.iter().any(|value| *value != values[0]));
    parts
}

/// Hands on what is no object, with its path.
fn leaves(value: &Value, path: String, take: &mut dyn FnMut(String, &Value)) {
    let Value::Object(object) = value else { return take(path, value) };
    for (name, value) in object {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        leaves(value, path, take);
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
