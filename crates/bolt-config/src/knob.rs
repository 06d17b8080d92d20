//! What a row of the table says.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use bolt_base::Bytes;

use crate::guides;

/// One setting of the product.
#[derive(Debug)]
pub struct Knob {
    /// Section and name, such as `exec.threads`; `profile` has no section.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// The default, written as on the command line.
    pub default: &'static str,
    /// A default that the environment suggests, weaker than every layer.
    pub(crate) derived: Option<Derive>,
    /// The component that reads it.
    pub reader: &'static str,
    /// The test that shows its effect: crate and function.
    pub test: &'static str,
    pub(crate) doc_lines: &'static [&'static str],
}

/// Returns the value, as text, and the name of the variable that suggests it.
pub(crate) type Derive = fn(&BTreeMap<String, OsString>) -> Option<(OsString, &'static str)>;

impl Knob {
    /// Returns what it does, as one paragraph of Markdown.
    pub fn doc(&self) -> String {
        let lines: Vec<&str> = self.doc_lines.iter().map(|line| line.trim()).collect();
        lines.join(" ")
    }

    /// Returns the environment variable that sets it, such as `BOLT_EXEC_THREADS`.
    pub fn variable(&self) -> String {
        format!("BOLT_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// Returns the names that guides give it in their files.
    pub fn aliases(&self) -> impl Iterator<Item = &'static str> {
        guides::aliases_of(self.name)
    }

    /// Returns the section and the name inside it.
    pub(crate) fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or(("", self.name))
    }
}

/// What values a setting takes. Ranges include both ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number.
    Count {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// A finite number.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// A share of something: a number, or text such as `5%`.
    Fraction {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// A finite number, or `auto`.
    NumberOrAuto {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A number of bytes, or text such as `100 MB`.
    Size {
        /// Smallest.
        min: Bytes,
        /// Largest.
        max: Bytes,
    },
    /// A number of bytes, text such as `100 MB`, or `auto`.
    SizeOrAuto {
        /// Smallest.
        min: Bytes,
        /// Largest.
        max: Bytes,
    },
    /// A time in a unit, or text such as `250 ms` or `7 d`.
    Time {
        /// Unit of plain numbers.
        unit: TimeUnit,
        /// Shortest, in that unit.
        min: f64,
        /// Longest, in that unit.
        max: f64,
    },
    /// Numbers of processors, such as `0-3,8`, or `auto`.
    Processors,
    /// The address of a Redis server, such as `redis://localhost:6379`, or `none`.
    Server,
    /// A path of a file. `~/` is the home directory; a relative path in a settings file counts
    /// from that file's folder, elsewhere from the working directory.
    File,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// A thousandth of a second.
    Milliseconds,
    /// A second.
    Seconds,
}

impl TimeUnit {
    /// Returns the unit's symbol: `ms` or `s`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }

    pub(crate) fn per_second(self) -> f64 {
        match self {
            Self::Milliseconds => 1000.0,
            Self::Seconds => 1.0,
        }
    }
}

/// Shows what is expected, to follow "must be".
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Switch => f.write_str("`true` or `false`"),
            Self::Count { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Number { min, max } => write!(f, "a number from {min} to {max}"),
            Self::Fraction { min, max } => {
                write!(f, "a fraction from {min} to {max}, such as `0.05` or `5%`")
            }
            Self::NumberOrAuto { min, max } => write!(f, "`auto` or a number from {min} to {max}"),
            Self::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                write!(f, "one of {}", words.join(", "))
            }
            Self::Size { min, max } => {
                write!(f, "a number of bytes from {min} to {max}, or text such as `100 MB`")
            }
            Self::SizeOrAuto { min, max } => {
                write!(f, "`auto`, a number of bytes from {min} to {max}, or text such as `100 MB`")
            }
            Self::Time { unit, min, max } => {
                let unit = unit.symbol();
                write!(f, "a time from {min} {unit} to {max} {unit}: ")?;
                write!(f, "a number in {unit}, or text such as `250 ms` or `7 d`")
            }
            Self::Processors => f.write_str("`auto` or numbers of processors, such as `0-3,8`"),
            Self::Server => {
                f.write_str("`none` or the address of a server, such as `redis://localhost:6379`")
            }
            Self::File => f.write_str("the path of a file"),
        }
    }
}
