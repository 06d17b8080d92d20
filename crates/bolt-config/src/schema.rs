//! The table as JSON Schema (draft 2020-12), for editors that complete and check settings files.

use serde_json::{Value as Json, json};

use crate::guides::{self, Alias, Meaning};
use crate::knob::{Kind, Knob};
use crate::knobs::KNOBS;
use crate::profiles::{PROFILES, Profile};
use crate::value::{Raw, Value};

/// Returns the schema of a settings file.
///
/// What the schema refuses, [`check`](crate::check) refuses; ranges of fractions, sizes and times
/// written as text only `check` knows. Names of guides are in it, those without an effect, too.
pub fn schema() -> Json {
    let mut schema = object(&json!({}));
    for knob in KNOBS {
        let mut property = match knob.name {
            "profile" => profiles(),
            _ => of_kind(knob.kind),
        };
        property["description"] = knob.doc().into();
        property["default"] = default(knob.kind, knob.default);
        insert(&mut schema, knob.name, property);
    }
    for name in guides::file_names() {
        let property = match guides::in_file(name) {
            Some(Meaning::Sets(alias)) => of_alias(alias),
            Some(Meaning::Unused(reason)) => {
                json!({ "description": format!("Without an effect: {reason}.") })
            }
            None => continue,
        };
        insert(&mut schema, name, property);
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Settings of Bolt".into();
    schema
}

/// Puts a property into the section that its name says.
fn insert(schema: &mut Json, name: &str, property: Json) {
    let Some((section, rest)) = name.split_once('.') else {
        schema["properties"][name] = property;
        return;
    };
    let section = &mut schema["properties"][section];
    if section.is_null() {
        *section = object(&json!({}));
    }
    insert(section, rest, property);
}

/// Returns what another name of a setting takes: what the setting does, the guide's words for it,
/// and numbers in the guide's unit.
fn of_alias(alias: Alias) -> Json {
    let knob = KNOBS.iter().find(|knob| knob.name == alias.knob);
    let Knob { name, kind, .. } = knob.expect("an alias names a knob");
    let mut some = vec![match alias.unit() {
        Some(_) => json!({ "anyOf": [{ "type": "number", "minimum": 0 }, { "type": "string" }] }),
        None => of_kind(*kind),
    }];
    some.extend(alias.words().map(|word| json!({ "const": word })));
    let unit = alias.unit().map_or(String::new(), |unit| format!(" Plain numbers are {unit}."));
    json!({ "anyOf": some, "description": format!("Sets `{name}`.{unit}") })
}

/// Returns the profiles, each with what it sets.
fn profiles() -> Json {
    let none = json!({ "const": "none", "description": "The defaults." });
    let named = PROFILES.iter().map(|Profile { name, doc, values }| {
        let values: Vec<String> =
            values.iter().map(|(name, value)| format!("`{name} = {value}`")).collect();
        json!({ "const": name, "description": format!("{doc} Sets {}.", values.join(", ")) })
    });
    let all: Vec<Json> = [none].into_iter().chain(named).collect();
    json!({ "anyOf": all })
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
        Kind::Server => text,
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
