//! What is wrong with a command line, said as everything else is.

use std::error::Error as _;
use std::io;
use std::num::{ParseFloatError, ParseIntError};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::{FAILED, tell};

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
    tell(&format!("{message}{hint}"));
    ExitCode::from(FAILED)
}

/// What was found and what to try.
type Explanation = (String, Option<String>);

/// Returns what was found and what to try, of the mistakes that people make.
fn explain(error: &clap::Error) -> Option<Explanation> {
    let help = || {
        let usage = text(error, ContextKind::Usage)?;
        Some(format!("`{} --help` lists what there is", command(&usage)))
    };
    let near = |kind| Some(format!("did you mean `{}`?", text(error, kind)?));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let command = text(error, ContextKind::InvalidSubcommand)?;
            let hint = near(ContextKind::SuggestedSubcommand).or_else(help);
            Some((format!("there is no command `{command}`"), hint))
        }
        ErrorKind::UnknownArgument => {
            let argument = text(error, ContextKind::InvalidArg)?;
            let message = match argument.starts_with('-') {
                true => format!("there is no option `{argument}`"),
                false => format!("nothing is expected where `{argument}` stands"),
            };
            Some((message, near(ContextKind::SuggestedArg).or_else(help)))
        }
        ErrorKind::InvalidValue => {
            let (option, value) = (option(error)?, text(error, ContextKind::InvalidValue)?);
            let choices = texts(error, ContextKind::ValidValue);
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
        ErrorKind::MissingRequiredArgument => {
            Some((missing(texts(error, ContextKind::InvalidArg))?, help()))
        }
        ErrorKind::TooFewValues => {
            let least = count(error, ContextKind::MinValues)?;
            let found = count(error, ContextKind::ActualNumValues)?;
            Some((format!("`{}` is needed {least} times, not {found}", option(error)?), help()))
        }
        ErrorKind::ArgumentConflict => Some((conflict(error)?, None)),
        _ => None,
    }
}

fn wrong_value(error: &clap::Error) -> Option<String> {
    let reason = match number(error.source()?) {
        Some(what) => format!("`{}` is not {what}", text(error, ContextKind::InvalidValue)?),
        None => error.source()?.to_string(),
    };
    Some(format!("`{}`: {reason}", option(error)?))
}

fn conflict(error: &clap::Error) -> Option<String> {
    let (option, other) = (option(error)?, text(error, ContextKind::PriorArg)?);
    let other = name(&other);
    Some(match option == other {
        true => format!("`{option}` is given twice"),
        false => format!("`{option}` does not go together with `{other}`; leave one of them out"),
    })
}

fn missing(options: &[String]) -> Option<String> {
    let names: Vec<String> = options.iter().map(|option| format!("`{}`", name(option))).collect();
    Some(match names.split_last()? {
        (only, []) => format!("{only} is missing"),
        (last, rest) => format!("{} and {last} are missing", rest.join(", ")),
    })
}

/// Returns the text of a kind, the first if there are several.
fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        _ => None,
    }
}

fn texts(error: &clap::Error, kind: ContextKind) -> &[String] {
    match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts,
        _ => &[],
    }
}

fn count(error: &clap::Error, kind: ContextKind) -> Option<isize> {
    match error.get(kind)? {
        ContextValue::Number(count) => Some(*count),
        _ => None,
    }
}

/// Returns what a text had to be that the standard library could not read as a number.
fn number(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    match cause {
        cause if cause.is::<ParseIntError>() => Some("a whole number of 0 or more"),
        cause if cause.is::<ParseFloatError>() => Some("a number"),
        _ => None,
    }
}

/// Returns the option that an error is about.
fn option(error: &clap::Error) -> Option<String> {
    match error.get(ContextKind::InvalidArg)? {
        ContextValue::String(text) => Some(name(text).to_owned()),
        _ => None,
    }
}

/// Returns an option without the name of its value.
fn name(option: &str) -> &str {
    option.split(' ').next().unwrap_or_default()
}

/// Returns the words of a command from its usage.
fn command(usage: &str) -> String {
    let words = usage.trim_start_matches("Usage:").split_whitespace();
    let is_word = |word: &&str| !word.starts_with(['-', '<', '[']);
    words.take_while(is_word).collect::<Vec<_>>().join(" ")
}
