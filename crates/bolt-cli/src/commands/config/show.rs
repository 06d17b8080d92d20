//! `bolt config show`: the settings in effect, as a settings file.

use std::io::Write;

use anyhow::Result;
use bolt_config::{Knob, Setting, Unused};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::output::Style;

pub(super) fn show(mut context: Context, origin: bool) -> Result<()> {
    if context.json {
        let view = view(&context, origin);
        return context.write_json(&view);
    }
    let lines = context.config.lines();
    let text = match origin {
        true => with_origins(&lines, context.config.unused(), context.style),
        false => lines.iter().map(|(line, _)| context.style.fold(line, 4) + "\n").collect(),
    };
    context.out.write_all(text.as_bytes())?;
    Ok(context.out.flush()?)
}

fn view(context: &Context, origin: bool) -> Value {
    let setting = |(knob, setting): (&Knob, &Setting)| {
        let mut object = Map::new();
        object.insert("value".into(), setting.value.to_json());
        if origin {
            object.insert("origin".into(), json!(setting.source()));
        }
        (knob.name.to_owned(), Value::Object(object))
    };
    let settings: Map<String, Value> = context.config.settings().map(setting).collect();
    let mut view = json!({"schema": "bolt.config/1", "settings": settings});
    if origin {
        let unused = context.config.unused().iter().map(|Unused { name, origin, reason }| {
            json!({"name": name, "origin": origin.to_string(), "reason": reason})
        });
        view["unused"] = unused.collect();
    }
    view
}

/// Returns the lines with their origins as comments: beside them, or below where there is no room.
/// What has no effect follows as comments.
fn with_origins(lines: &[(String, String)], unused: &[Unused], style: Style) -> String {
    let room = style.width().unwrap_or(usize::MAX);
    let fits = |width: usize, (line, source): &(String, String)| {
        length(line) <= width && width + 4 + length(source) <= room
    };
    // The width that most lines fit in.
    let count = |width: &usize| lines.iter().filter(|line| fits(*width, line)).count();
    let width = lines.iter().map(|(line, _)| length(line)).max_by_key(count).unwrap_or(0);
    let mut text = String::new();
    for both in lines {
        let (line, source) = both;
        if fits(width, both) {
            text += &format!("{line:width$}  # {source}\n");
        } else {
            text += &format!("{}\n{}\n", style.fold(line, 4), comment(style, "    # ", source));
        }
    }
    if !unused.is_empty() {
        text += "\n# Without an effect:\n";
    }
    for one in unused {
        text += &format!("{}\n", comment(style, "# ", &one.to_string()));
    }
    text
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Returns a comment in lines that fit, each with the mark.
fn comment(style: Style, mark: &str, text: &str) -> String {
    let indent = format!("\n{}", " ".repeat(mark.len()));
    style.fold(&format!("{mark}{text}"), mark.len()).replace(&indent, &format!("\n{mark}"))
}
