//! `bolt completions`.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::arguments::Arguments;
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
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "bolt", &mut text);
    Ok(context.out.write_all(&text)?)
}
