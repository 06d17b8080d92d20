//! `bolt completions`.

use anyhow::Result;
use clap::Args;
use clap_complete::Shell;
use serde_json::json;

use crate::arguments::command;
use crate::context::Context;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bolt completions bash > ~/.local/share/bash-completion/completions/bolt
  bolt completions zsh > ~/.zfunc/_bolt")]
pub(crate) struct CompletionArguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &CompletionArguments, mut context: Context) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "bolt", &mut text);
    if context.json {
        let (shell, script) = (arguments.shell.to_string(), String::from_utf8(text)?);
        let view = json!({"schema": "bolt.completions/1", "shell": shell, "script": script});
        return context.write_json(&view);
    }
    context.out.write_all(&text)?;
    Ok(context.out.flush()?)
}
