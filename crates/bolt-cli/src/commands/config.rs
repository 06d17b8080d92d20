//! `bolt config`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use bolt_config::{Config, Origin, Problem, SourceFile, Sources};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::arguments::Global;
use crate::context::Context;
use crate::failure::FAILED;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt config show --origin
  bolt config show > bolt.toml
  bolt config check bolt.toml")]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Show every setting as a settings file
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print the JSON Schema of settings files
    Schema,
    /// Check a settings file
    Check {
        /// The file
        file: PathBuf,
    },
    /// Print the reference of all settings as Markdown
    Reference,
}

pub(crate) fn run(arguments: &ConfigArguments, global: &Global) -> Result<ExitCode> {
    // A settings file that is wrong must not keep its own check from running.
    let mut context = Context::of_config(global, Config::resolve(&Sources::default())?);
    match &arguments.command {
        ConfigCommand::Show { origin } => show(Context::new(global, Vec::new())?, *origin)?,
        ConfigCommand::Schema => {
            writeln!(context.out, "{:#}", bolt_config::schema())?;
            context.out.flush()?;
        }
        ConfigCommand::Check { file } => return check(context, file),
        ConfigCommand::Reference => reference(context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(mut context: Context, origin: bool) -> Result<()> {
    if !context.json {
        write!(context.out, "{}", context.config.show(origin))?;
        return Ok(context.out.flush()?);
    }
    let setting = |(knob, setting): (&bolt_config::Knob, &bolt_config::Setting)| {
        let mut object = Map::new();
        object.insert("value".into(), setting.value.to_json());
        if origin {
            object.insert("origin".into(), json!(setting.origin.to_string()));
        }
        (knob.name.to_owned(), Value::Object(object))
    };
    let settings: Map<String, Value> = context.config.settings().map(setting).collect();
    context.write_json(&json!({"schema": "bolt.config/1", "settings": settings}))
}

fn reference(mut context: Context) -> Result<()> {
    if !context.json {
        write!(context.out, "{}", bolt_config::reference())?;
        return Ok(context.out.flush()?);
    }
    let view = |knob: &bolt_config::Knob| {
        json!({
            "name": knob.name,
            "doc": knob.doc(),
            "value": knob.kind.to_string(),
            "default": knob.default,
            "variable": knob.variable(),
            "read_by": knob.reader,
        })
    };
    let settings: Vec<Value> = bolt_config::KNOBS.iter().map(view).collect();
    context.write_json(&json!({"schema": "bolt.config.reference/1", "settings": settings}))
}

fn problem_view(problem: &Problem) -> Value {
    let (line, column) = place(&problem.origin);
    json!({
        "kind": problem.kind.name(),
        "origin": problem.origin.to_string(),
        "line": line,
        "column": column,
        "message": problem.message,
        "hint": problem.hint,
    })
}

/// Returns line and column of something in a file, where they are known.
fn place(origin: &Origin) -> (Option<usize>, Option<usize>) {
    match *origin {
        Origin::File { line, column, .. } => {
            (Some(line).filter(|line| *line > 0), Some(column).filter(|column| *column > 0))
        }
        _ => (None, None),
    }
}

fn check(mut context: Context, file: &Path) -> Result<ExitCode> {
    let problems = match SourceFile::read(file) {
        Ok(file) => bolt_config::check(&file),
        Err(problem) => vec![problem],
    };
    if context.json {
        let problems: Vec<Value> = problems.iter().map(problem_view).collect();
        let valid = problems.is_empty();
        let view = json!({"schema": "bolt.config.check/1", "valid": valid, "problems": problems});
        context.write_json(&view)?;
        return Ok(ExitCode::from(if valid { 0 } else { FAILED }));
    }
    if problems.is_empty() {
        writeln!(context.out, "{}: no problems", file.display())?;
        context.out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    Err(bolt_config::Errors(problems).into())
}
