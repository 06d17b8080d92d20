//! `bolt config`.

mod check;
mod show;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bolt_config::{Config, Sources};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::arguments::Global;
use crate::context::Context;

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
        ConfigCommand::Show { origin } => show::show(Context::new(global, Vec::new())?, *origin)?,
        ConfigCommand::Schema => {
            write_folded(&mut context, &format!("{:#}", bolt_config::schema()))?;
        }
        ConfigCommand::Check { file } => return check::check(context, file),
        ConfigCommand::Reference => reference(context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn reference(mut context: Context) -> Result<()> {
    if !context.json {
        return write_folded(&mut context, &bolt_config::reference());
    }
    let view = |knob: &bolt_config::Knob| {
        json!({
            "name": knob.name,
            "doc": knob.doc(),
            "value": knob.kind.to_string(),
            "default": knob.default,
            "variable": knob.variable(),
            "read_by": knob.reader,
            "aliases": knob.aliases().collect::<Vec<_>>(),
        })
    };
    let settings: Vec<Value> = bolt_config::KNOBS.iter().map(view).collect();
    context.write_json(&json!({"schema": "bolt.config.reference/1", "settings": settings}))
}

/// Writes lines; those that do not fit in the terminal go on a little further in.
fn write_folded(context: &mut Context, text: &str) -> Result<()> {
    writeln!(context.out, "{}", context.style.fold_lines(text))?;
    Ok(context.out.flush()?)
}
