//! Where a value came from, and what is wrong with it.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The table.
    Default,
    /// A default that a variable of the environment suggests, such as `NO_COLOR`.
    Derived(&'static str),
    /// A profile.
    Profile(&'static str),
    /// A settings file.
    File {
        /// Its path.
        path: PathBuf,
        /// The line, counted from 1; 0 if the whole file is meant.
        line: usize,
        /// The character in it, counted from 1; 0 if the whole line is meant.
        column: usize,
    },
    /// A `BOLT_*` environment variable.
    Variable(String),
    /// A command-line flag.
    Flag(String),
}

/// Shows `bolt.toml:3`; the alternate form has the column, too.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Derived(variable) => write!(f, "default with {variable}"),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column } if f.alternate() && *column > 0 => {
                write!(f, "{}:{line}:{column}", path.display())
            }
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What sort of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A file is missing, cannot be read, is too large or is no text.
    Unreadable,
    /// The text is not of its format, or the format's rules are broken.
    Syntax,
    /// There is no setting of this name.
    UnknownName,
    /// The value is of the wrong type, out of range or makes no sense.
    Value,
    /// Two places say different things, and none is stronger.
    Conflict,
    /// It is known and changes nothing.
    NoEffect,
}

impl ProblemKind {
    /// Returns its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Syntax => "syntax",
            Self::UnknownName => "unknown-name",
            Self::Value => "value",
            Self::Conflict => "conflict",
            Self::NoEffect => "no-effect",
        }
    }
}

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What sort of thing.
    pub kind: ProblemKind,
    /// Where it is.
    pub origin: Origin,
    /// What was found and what was expected.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

/// Shows `bolt.toml:3:7: message`, the hint on a line of its own.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind: _, origin, message, hint } = self;
        write!(f, "{origin:#}: {message}")?;
        match hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything wrong with the settings: at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors(pub Vec<Problem>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Errors {}
