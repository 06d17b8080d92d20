//! Values: reading them from what a layer holds, and showing them.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bolt_base::Bytes;
use serde_json::Value as Json;

use crate::knob::{Kind, TimeUnit};

/// A value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Switch(bool),
    /// A whole number.
    Count(u64),
    /// A finite number; a fraction, not a percentage.
    Number(f64),
    /// `auto` where something else could stand.
    Auto,
    /// One of a few words.
    Choice(&'static str),
    /// A number of bytes.
    Size(Bytes),
    /// A time in its setting's unit.
    Time(f64, TimeUnit),
    /// Numbers of processors, as a list of ranges.
    Processors(String),
    /// The address of a server, if there is one.
    Server(Option<String>),
    /// A path.
    File(PathBuf),
    /// No path: the default is in a home directory, and none is known.
    Unset,
}

impl Value {
    /// Returns the value as JSON: sizes in bytes, times in their setting's unit, no path as `null`,
    /// addresses without their password.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Switch(value) => (*value).into(),
            Self::Count(count) | Self::Size(Bytes(count)) => (*count).into(),
            Self::Number(number) | Self::Time(number, _) => (*number).into(),
            Self::Auto => "auto".into(),
            Self::Choice(word) => (*word).into(),
            Self::Processors(list) => list.as_str().into(),
            Self::Server(address) => shown_address(address.as_deref()).into(),
            Self::File(path) => path.to_string_lossy().into(),
            Self::Unset => Json::Null,
        }
    }
}

/// What a layer holds before a knob says how to read it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    /// Text whose type the knob decides, from a flag or a variable.
    Untyped(String),
    Text(String),
    Boolean(bool),
    /// Saturated: no setting reaches the ends.
    Integer(i128),
    Number(f64),
    /// Nothing where a value could stand.
    Null,
    /// A list, a table or a date: no setting takes one.
    Other,
}

impl Raw {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Untyped(text) => Some(text.trim()),
            Self::Text(text) => Some(text),
            Self::Boolean(_) | Self::Integer(_) | Self::Number(_) | Self::Null | Self::Other => {
                None
            }
        }
    }

    fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Untyped(text) => match text.trim() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Self::Text(_) | Self::Integer(_) | Self::Number(_) | Self::Null | Self::Other => None,
        }
    }

    fn integer(&self) -> Option<i128> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Untyped(text) => text.trim().parse().ok(),
            Self::Text(_) | Self::Boolean(_) | Self::Number(_) | Self::Null | Self::Other => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::Untyped(text) => text.trim().parse().ok(),
            Self::Text(_) | Self::Boolean(_) | Self::Null | Self::Other => None,
        }
    }
}

impl Kind {
    /// Returns the value, or `None` if it is not of this kind or out of range.
    pub(crate) fn read(self, raw: &Raw) -> Option<Value> {
        match self {
            Self::Switch => raw.boolean().map(Value::Switch),
            Self::Count { min, max } => {
                let count = u64::try_from(raw.integer()?).ok()?;
                (min..=max).contains(&count).then_some(Value::Count(count))
            }
            Self::Number { min, max } => number_within(raw.number()?, min, max).map(Value::Number),
            Self::Fraction { min, max } => {
                let fraction = raw.number().or_else(|| parse_percent(raw.text()?))?;
                number_within(fraction, min, max).map(Value::Number)
            }
            Self::NumberOrAuto { .. } if raw.text() == Some("auto") => Some(Value::Auto),
            Self::NumberOrAuto { min, max } => {
                number_within(raw.number()?, min, max).map(Value::Number)
            }
            Self::Choice(words) => {
                let text = raw.text()?;
                words.iter().find(|word| **word == text).map(|word| Value::Choice(word))
            }
            Self::SizeOrAuto { .. } if raw.text() == Some("auto") => Some(Value::Auto),
            Self::Size { min, max } | Self::SizeOrAuto { min, max } => {
                let size = match raw.text() {
                    Some(text) => text.parse().ok()?,
                    None => Bytes(u64::try_from(raw.integer()?).ok()?),
                };
                (min..=max).contains(&size).then_some(Value::Size(size))
            }
            Self::Time { unit, min, max } => {
                let amount = raw.number().or_else(|| parse_time(raw.text()?, unit))?;
                number_within(amount, min, max).map(|amount| Value::Time(amount, unit))
            }
            Self::Processors => match raw.text() {
                Some("auto") => Some(Value::Auto),
                Some(text) => is_list_of_ranges(text).then(|| Value::Processors(text.to_owned())),
                None => {
                    let number = u32::try_from(raw.integer()?).ok()?;
                    Some(Value::Processors(number.to_string()))
                }
            },
            Self::Server => match raw.text()? {
                "" | "none" => Some(Value::Server(None)),
                text => text.starts_with(REDIS).then(|| Value::Server(Some(text.to_owned()))),
            },
            Self::File => {
                let text = raw.text()?;
                (!text.is_empty()).then(|| Value::File(text.into()))
            }
        }
    }
}

const REDIS: &str = "redis://";

/// Returns an address with stars for its password.
fn shown_address(address: Option<&str>) -> String {
    let Some(address) = address else { return "none".to_owned() };
    let rest = address.strip_prefix(REDIS).unwrap_or(address);
    match rest.rsplit_once('@').and_then(|(login, host)| Some((login.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{REDIS}{user}:***@{host}"),
        None => address.to_owned(),
    }
}

/// NaN is in no range.
fn number_within(number: f64, min: f64, max: f64) -> Option<f64> {
    (min..=max).contains(&number).then_some(number)
}

/// Returns whether text is like `0-3,8`. Which of them are there is not known here.
fn is_list_of_ranges(text: &str) -> bool {
    let is_number = |text: &str| text.trim().parse::<u32>().is_ok();
    text.split(',').all(|range| match range.split_once('-') {
        Some((first, last)) => is_number(first) && is_number(last),
        None => is_number(range),
    })
}

/// Reads text such as `5%`.
fn parse_percent(text: &str) -> Option<f64> {
    let percent: f64 = text.strip_suffix('%')?.trim_end().parse().ok()?;
    Some(percent / 100.0)
}

/// Reads text such as `250 ms` in another unit.
fn parse_time(text: &str, unit: TimeUnit) -> Option<f64> {
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, symbol) = text.split_at(split);
    let number: f64 = number.trim().parse().ok()?;
    match symbol {
        _ if symbol == unit.symbol() => Some(number),
        "ms" => Some(number / 1000.0 * unit.per_second()),
        "s" => Some(number * unit.per_second()),
        "min" => Some(number * 60.0 * unit.per_second()),
        "h" => Some(number * 3600.0 * unit.per_second()),
        "d" => Some(number * 86_400.0 * unit.per_second()),
        _ => None,
    }
}

/// Shows a value as TOML; [`Value::Unset`], which TOML cannot say, as an empty string, and passwords
/// as stars.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(value) => write!(f, "{value}"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Number(number) | Self::Time(number, _) => write!(f, "{number:?}"),
            Self::Auto => quote(f, "auto"),
            Self::Choice(word) => quote(f, word),
            Self::Processors(list) => quote(f, list),
            Self::Server(address) => quote(f, &shown_address(address.as_deref())),
            Self::Size(size) => match size.to_string() {
                text if text.parse() == Ok(*size) => quote(f, &text),
                _ => write!(f, "{}", size.0),
            },
            Self::File(path) => quote(f, &path.to_string_lossy()),
            Self::Unset => quote(f, ""),
        }
    }
}

fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// The type that a getter returns, from the value of its row.
pub(crate) trait FromValue<'a> {
    /// # Panics
    /// If the row's kind has another type: a mistake in the table.
    fn from_value(value: &'a Value) -> Self;
}

macro_rules! from_value {
    ($($type:ty: $($pattern:pat => $result:expr),+;)+) => {
        $(impl<'a> FromValue<'a> for $type {
            fn from_value(value: &'a Value) -> Self {
                match value {
                    $($pattern => $result,)+
                    other => panic!("a row of the knob table reads {other:?} as {}", stringify!($type)),
                }
            }
        })+
    };
}

from_value! {
    bool: Value::Switch(value) => *value;
    u64: Value::Count(count) => *count;
    f64: Value::Number(number) => *number;
    Option<f64>: Value::Number(number) => Some(*number), Value::Auto => None;
    &'static str: Value::Choice(word) => word;
    Bytes: Value::Size(size) => *size;
    Option<Bytes>: Value::Size(size) => Some(*size), Value::Auto => None;
    Duration: Value::Time(amount, unit) => Duration::from_secs_f64(amount / unit.per_second());
    Option<&'a str>: Value::Processors(list) => Some(list), Value::Auto => None,
        Value::Server(address) => address.as_deref();
    Option<&'a Path>: Value::File(path) => Some(path), Value::Unset => None;
}
