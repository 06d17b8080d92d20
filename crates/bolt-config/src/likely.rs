//! What was probably meant by a value that a setting does not take.

use bolt_base::{Bytes, nearest};

use crate::knob::Kind;
use crate::value::Raw;

/// Returns what is wrong with a value beyond its range, or what to write instead.
pub(crate) fn likely(kind: Kind, raw: &Raw) -> Option<String> {
    match (kind, raw) {
        (_, Raw::Number(number)) if number.is_infinite() => {
            Some("a number is at most about 1.8e308".into())
        }
        (Kind::Choice(words), Raw::Text(text) | Raw::Untyped(text)) => {
            let near = nearest(text, words.iter().copied())?;
            Some(format!("did you mean `{near}`?"))
        }
        (Kind::Size { .. } | Kind::SizeOrAuto { .. }, raw) => match raw {
            Raw::Text(text) | Raw::Untyped(text) => size(text),
            Raw::Integer(bytes) if *bytes < 0 => Some(NEGATIVE_SIZE.into()),
            _ => None,
        },
        (Kind::Time { min, .. }, Raw::Text(text) | Raw::Untyped(text)) => time(text, min),
        (Kind::Server, Raw::Text(text) | Raw::Untyped(text)) => server(text),
        (Kind::Switch, Raw::Text(text) | Raw::Untyped(text)) => switch(text),
        (
            Kind::Count { .. } | Kind::Number { .. } | Kind::NumberOrAuto { .. },
            Raw::Text(text) | Raw::Untyped(text),
        ) => {
            let number = text.trim().trim_end_matches('%').trim_end();
            kind.read(&Raw::Untyped(number.to_owned()))?;
            Some(match text.contains('%') {
                true => format!("write {number}"),
                false => format!("write {number} without quotes"),
            })
        }
        (Kind::Count { .. }, Raw::Number(number)) if number.fract() == 0.0 => {
            let whole = Raw::Integer(*number as i128);
            kind.read(&whole)?;
            Some(format!("write {number}"))
        }
        (Kind::Fraction { .. }, raw) => {
            let number = raw.number()?;
            let meant = kind.read(&Raw::Number(number / 100.0))?;
            Some(format!("{number} is {} %; write `{number}%` for {meant}", number * 100.0))
        }
        _ => None,
    }
}

const NEGATIVE_SIZE: &str = "a size is not negative";

fn size(text: &str) -> Option<String> {
    match text.trim().strip_prefix('-') {
        Some(amount) if amount.trim().parse::<Bytes>().is_ok() => Some(NEGATIVE_SIZE.into()),
        _ => text.parse::<Bytes>().err(),
    }
}

fn time(text: &str, min: f64) -> Option<String> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let number: f64 = number.trim().parse().ok()?;
    if !matches!(unit, "ms" | "s" | "min" | "h" | "d") {
        return Some(format!("`{unit}` is not a unit of time; use ms, s, min, h or d"));
    }
    (number < 0.0 && min >= 0.0).then(|| "a time is not negative".into())
}

fn server(text: &str) -> Option<String> {
    match text.split_once("://") {
        Some(("rediss", _)) => Some("encrypted connections are not spoken; use `redis://`".into()),
        Some(_) => None,
        None => Some(format!("write `redis://{text}`")),
    }
}

/// What YAML 1.1, and people, write for truth.
fn switch(text: &str) -> Option<String> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "on" | "true" => Some("write `true`".into()),
        "no" | "n" | "off" | "false" => Some("write `false`".into()),
        _ => None,
    }
}
