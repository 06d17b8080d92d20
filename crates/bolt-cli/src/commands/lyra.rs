//! `bolt lyra`.

mod coverage;
mod diagnostics;
mod dialogue;
mod guard;
mod json;
mod program;
mod screen;

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use bolt_config::Config;
use bolt_lyra::SessionSettings;
use bolt_session::{LyraHost, LyraMarket, LyraRuntime};
use clap::{Args, Subcommand, ValueEnum};

use crate::context::Context;
use guard::Guard;
use program::{Run, Source};

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  bolt lyra -e 'Integrate[x^2 Exp[x], x]'
  bolt lyra program.wl
  echo 'Total[Range[100]]' | bolt lyra
  bolt lyra
  bolt lyra coverage

Values are shown unless `;` ends their expression; messages go to standard error."
)]
pub(crate) struct LyraArguments {
    #[command(subcommand)]
    command: Option<LyraCommand>,
    /// Programs to run, one after the other in one session [default: standard input, a dialogue on
    /// a terminal]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Evaluate this, after the files; may be given several times
    #[arg(long, short, value_name = "EXPRESSION")]
    evaluate: Vec<String>,
    /// How values are shown
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Output)]
    form: Form,
}

#[derive(Debug, Subcommand)]
enum LyraCommand {
    /// List what is built in, and of a list of names what is not
    Coverage(coverage::CoverageArguments),
}

/// How values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people: six digits, strings without quotes
    Output,
    /// As they would be typed
    Input,
    /// Without operators
    Full,
    /// For TeX
    Tex,
}

pub(crate) fn run(arguments: &LyraArguments, mut context: Context) -> Result<ExitCode> {
    if let Some(LyraCommand::Coverage(arguments)) = &arguments.command {
        coverage::run(arguments, context)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut sources: Vec<Source> =
        arguments.files.iter().map(|path| read_file(path)).collect::<Result<_>>()?;
    sources.extend(arguments.evaluate.iter().map(|text| Source::new("-e", text.clone())));
    let is_dialogue = sources.is_empty() && io::stdin().is_terminal();
    if is_dialogue && context.json {
        bail!("a dialogue has no JSON\nhint: `bolt lyra -e EXPRESSION --json`");
    }
    if sources.is_empty() && !is_dialogue {
        sources.push(read_stdin()?);
    }
    let mut session = bolt_lyra::Session::new();
    let runtime = Arc::new(LyraRuntime::new(&context.config));
    session.connect(LyraMarket::new(context.config.clone()).following(&runtime));
    session.set_host(Box::new(LyraHost::new(runtime)));
    if let Err(why) = session.tune(&settings(&context.config)) {
        bail!("the settings of `lyra` cannot be met: {why}");
    }
    let mut run = Run { guard: Guard::of(&session, &context.config), session };
    if is_dialogue {
        return dialogue::run(&mut run, arguments.form, context);
    }
    match context.json {
        true => json::run(&mut run, &sources, &mut context),
        false => screen::run(&mut run, &sources, arguments.form, context),
    }
}

/// Returns what a session begins with.
fn settings(config: &Config) -> SessionSettings {
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    SessionSettings {
        hot_symbols: count(config.lyra_hot_symbols()),
        steal_threshold: count(config.lyra_steal_threshold()),
        adaptive_chunking: config.lyra_adaptive_chunking(),
        monitor: config.lyra_monitor().then(|| config.lyra_monitor_interval()),
    }
}

fn read_file(path: &Path) -> Result<Source> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{name}`"))?;
    source(&name, bytes)
}

fn read_stdin() -> Result<Source> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
    source("standard input", bytes)
}

/// Returns a source of bytes that must be text.
fn source(name: &str, bytes: Vec<u8>) -> Result<Source> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        bail!(
            "`{name}` is text in UTF-16\n\
             hint: `iconv -f UTF-16 -t UTF-8` converts it to what programs are written in"
        );
    }
    if let Some(zero) = bytes.iter().position(|byte| *byte == 0) {
        let line = bytes[..zero].iter().filter(|byte| **byte == b'\n').count() + 1;
        bail!("`{name}` is no text: line {line} has a byte 0; is it a program?");
    }
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(Source::new(name, text)),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    bail!(
        "`{name}` is no text in UTF-8: line {line}, column {column} has the byte 0x{:02X}\n\
         hint: `iconv -f LATIN1 -t UTF-8` converts from another encoding",
        bytes[valid]
    )
}

/// Returns the exit code of what a program asks for.
fn exit_code(code: i32) -> ExitCode {
    // As the shell does, which sees eight bits.
    ExitCode::from(code.to_le_bytes()[0])
}
