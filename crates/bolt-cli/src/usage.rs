//! What is wrong with a command line, said as everything else is.

use std::error::Error as _;
use std::io::{self, Write as _};
use std::num::{ParseFloatError, ParseIntError};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::FAILED;

/// Prints help that was asked for, or what is wrong; returns the exit code.
pub(crate) fn report(error: &clap::Error) -> ExitCode {
    let Some((message, hint)) = explain(error) else {
        let code = u8::try_from(error.exit_code()).unwrap_or(FAILED);
        return match error.print() {
            Err(failure) if failure.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(FAILED),
            _ => ExitCode::from(code),
        };
    };
    let hint = hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
    let _ = writeln!(io::stderr(), "error: {message}{hint}");
    ExitCode::from(FAILED)
}

/// Returns what was found and what to try, of mistakes that have a nearest or a listed choice.
fn explain(error: &clap::Error) -> Option<(String, Option<String>)> {
    let text = |kind| match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    };
    let list = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    let near = |kind| Some(format!("did you mean `{}`?", text(kind)?));
    let help =
        || Some(format!("`{} --help` lists what there is", command(&text(ContextKind::Usage)?)));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let message =
                format!("there is no command `{}`", text(ContextKind::InvalidSubcommand)?);
            Some((message, near(ContextKind::SuggestedSubcommand).or_else(help)))
        }
        ErrorKind::UnknownArgument => {
            let argument = text(ContextKind::InvalidArg)?;
            let message = match argument.starts_with('-') {
                true => format!("there is no option `{argument}`"),
                false => format!("nothing is expected where `{argument}` stands"),
            };
            Some((message, near(ContextKind::SuggestedArg).or_else(help)))
        }
        ErrorKind::InvalidValue => {
            let (option, value) = (option(error)?, text(ContextKind::InvalidValue)?);
            let choices = list(ContextKind::ValidValue);
            let message = match value.is_empty() {
                true => format!("`{option}` needs a value"),
                false => format!("`{option}` cannot be `{value}`"),
            };
            let hint = near(ContextKind::SuggestedValue).or_else(|| {
                (!choices.is_empty()).then(|| format!("it may be `{}`", choices.join("`, `")))
            });
            Some((message, hint.or_else(help)))
        }
        ErrorKind::ValueValidation => Some((wrong_value(error)?, None)),
        ErrorKind::ArgumentConflict => {
            let (one, other) = (option(error)?, name(&text(ContextKind::PriorArg)?));
            let message = match one == other {
                true => format!("`{one}` is given twice"),
                false => {
                    format!("`{one}` does not go together with `{other}`; leave one of them out")
                }
            };
            Some((message, None))
        }
        ErrorKind::MissingRequiredArgument => {
            Some((missing(&list(ContextKind::InvalidArg))?, help()))
        }
        ErrorKind::TooFewValues => {
            let count = |kind| match error.get(kind) {
                Some(ContextValue::Number(count)) => Some(*count),
                _ => None,
            };
            let (least, found) =
                (count(ContextKind::MinValues)?, count(ContextKind::ActualNumValues)?);
            Some((format!("`{}` is needed {least} times, not {found}", option(error)?), help()))
        }
        _ => None,
    }
}

fn wrong_value(error: &clap::Error) -> Option<String> {
    let (option, reason) = (option(error)?, error.source()?);
    let reason = match error.get(ContextKind::InvalidValue) {
        // What counts has nothing below zero.
        Some(ContextValue::String(value)) if reason.is::<ParseIntError>() => {
            format!("`{value}` is not a whole number of 0 or more")
        }
        Some(ContextValue::String(value)) if reason.is::<ParseFloatError>() => {
            format!("`{value}` is not a number")
        }
        _ => reason.to_string(),
    };
    Some(format!("`{option}`: {reason}"))
}

fn missing(options: &[String]) -> Option<String> {
    let names: Vec<String> = options.iter().map(|option| format!("`{}`", name(option))).collect();
    Some(match names.split_last()? {
        (only, []) => format!("{only} is missing"),
        (last, rest) => format!("{} and {last} are missing", rest.join(", ")),
    })
}

/// Returns the option that an error is about, without the name of its value.
fn option(error: &clap::Error) -> Option<String> {
    match error.get(ContextKind::InvalidArg)? {
        ContextValue::String(text) => Some(name(text)),
        _ => None,
    }
}

/// Returns an option without the name of its value.
fn name(option: &str) -> String {
    option.split(' ').next().unwrap_or_default().to_owned()
}

/// Returns the words of a command from its usage.
fn command(usage: &str) -> String {
    let words = usage.trim_start_matches("Usage:").split_whitespace();
    let is_word = |word: &&str| !word.starts_with(['-', '<', '[']);
    words.take_while(is_word).collect::<Vec<_>>().join(" ")
}
