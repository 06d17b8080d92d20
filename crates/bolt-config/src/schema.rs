//! The table as JSON Schema (draft 2020-12), for editors that complete and check settings files.

use serde_json::{Map, Value as Json, json};

use crate::knob::Kind;
use crate::knobs::KNOBS;
use crate::value::{Raw, Value};

/// Returns the schema of a settings file.
///
/// What the schema refuses, [`check`](crate::check) refuses; ranges of fractions, sizes and times
/// written as text only `check` knows.
pub fn schema() -> Json {
    let mut sections: Map<String, Json> = Map::new();
    for knob in KNOBS {
        let (section, name) = knob.parts();
        let mut property = of_kind(knob.kind);
        property["description"] = knob.doc().into();
        property["default"] = default(knob.kind, knob.default);
        if section.is_empty() {
            sections.insert(name.into(), property);
            continue;
        }
        let section = sections.entry(section).or_insert_with(|| object(&json!({})));
        section["properties"][name] = property;
    }
    let mut schema = object(&Json::Object(sections));
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Settings of Bolt".into();
    schema
}

fn object(properties: &Json) -> Json {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn of_kind(kind: Kind) -> Json {
    let text = json!({ "type": "string" });
    match kind {
        Kind::Switch => json!({ "type": "boolean" }),
        Kind::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Number { min, max } => number(min, max),
        Kind::NumberOrAuto { min, max } => {
            json!({ "anyOf": [{ "const": "auto" }, number(min, max)] })
        }
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Size { min, max } => {
            let bytes = json!({ "type": "integer", "minimum": min.0, "maximum": max.0 });
            json!({ "anyOf": [bytes, text] })
        }
        Kind::SizeOrAuto { min, max } => of_kind(Kind::Size { min, max }),
        Kind::Fraction { min, max } | Kind::Time { min, max, unit: _ } => {
            json!({ "anyOf": [number(min, max), text] })
        }
        Kind::Processors => {
            let number = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
            json!({ "anyOf": [number, { "type": "string", "minLength": 1 }] })
        }
        Kind::File => json!({ "type": "string", "minLength": 1 }),
    }
}

fn number(min: f64, max: f64) -> Json {
    json!({ "type": "number", "minimum": min, "maximum": max })
}

/// Sizes stay as they are written in the table: nobody reads 104857600.
fn default(kind: Kind, text: &str) -> Json {
    match kind.read(&Raw::Untyped(text.into())) {
        None | Some(Value::Size(_)) => text.into(),
        Some(value) => value.to_json(),
    }
}
