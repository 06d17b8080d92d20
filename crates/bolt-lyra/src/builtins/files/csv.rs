//! Tables as text: fields between separators, quoted where they hold one (RFC 4180).

use crate::read::read_number;
use crate::value::{Args, Value};

/// Returns the rows and fields of a text.
pub(super) fn fields(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut characters = text.chars().peekable();
    let mut is_quoted = false;
    let mut has_field = false;
    while let Some(c) = characters.next() {
        if is_quoted {
            match c {
                '"' if characters.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => is_quoted = false,
                c => field.push(c),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() => {
                is_quoted = true;
                has_field = true;
            }
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
                has_field = false;
            }
            c if c == separator => {
                row.push(std::mem::take(&mut field));
                has_field = true;
            }
            c => {
                field.push(c);
                has_field = true;
            }
        }
    }
    if has_field || !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

/// Returns a field with quotes around it if it needs them.
pub(super) fn quoted(field: &str, separator: char) -> String {
    let special = |c: char| c == separator || matches!(c, '"' | '\n' | '\r');
    match field.contains(special) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

/// Returns the number that a field says, or the field as a string.
pub(super) fn value_of(field: &str) -> Value {
    number_of(field.trim()).unwrap_or_else(|| Value::string(field))
}

/// Returns the number that a text says in the way of C: `-1.5e3`.
pub(super) fn number_of(text: &str) -> Option<Value> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(place) => (&rest[..place], Some(&rest[place + 1..])),
        None => (rest, None),
    };
    let is_mantissa = mantissa.bytes().any(|byte| byte.is_ascii_digit())
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && mantissa.matches('.').count() <= 1;
    if !is_mantissa {
        return None;
    }
    match exponent {
        None if !mantissa.contains('.') => read_number(&format!("{sign}{mantissa}")),
        _ => {
            let exponent = match exponent {
                Some(exponent) => exponent.parse::<i32>().ok()?,
                None => 0,
            };
            let real: f64 = format!("{sign}{mantissa}e{exponent}").parse().ok()?;
            real.is_finite().then_some(Value::Real(real))
        }
    }
}

/// Returns a table as a list of lists.
pub(super) fn table(rows: Vec<Vec<String>>) -> Value {
    let row =
        |row: Vec<String>| Value::list(row.iter().map(|field| value_of(field)).collect::<Args>());
    Value::list(rows.into_iter().map(row).collect::<Args>())
}
