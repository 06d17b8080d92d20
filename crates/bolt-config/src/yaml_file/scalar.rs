//! What a plain scalar means by the core schema of YAML 1.2 (section 10.3.2).

use crate::value::Raw;

pub(super) fn plain(text: &str) -> Raw {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Raw::Null,
        "true" | "True" | "TRUE" => return Raw::Boolean(true),
        "false" | "False" | "FALSE" => return Raw::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => return Raw::Number(f64::NAN),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        return Raw::Number(sign * f64::INFINITY);
    }
    let integer = match (text.get(..2), text.get(2..)) {
        (Some("0x"), Some(digits)) => integer(digits, "", 16),
        (Some("0o"), Some(digits)) => integer(digits, "", 8),
        _ => integer(unsigned, &text[..text.len() - unsigned.len()], 10),
    };
    integer.or_else(|| number(text, unsigned)).unwrap_or_else(|| Raw::Text(text.to_owned()))
}

/// Reads digits after a sign; a number too large saturates.
fn integer(digits: &str, sign: &str, radix: u32) -> Option<Raw> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let limit = if sign == "-" { i128::MIN } else { i128::MAX };
    let parsed = i128::from_str_radix(&format!("{sign}{digits}"), radix);
    Some(Raw::Integer(parsed.unwrap_or(limit)))
}

/// Reads decimal digits with a point or an exponent. Rust would also take words such as `inf`.
fn number(text: &str, unsigned: &str) -> Option<Raw> {
    let starts_as_one = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let has_words =
        unsigned.contains(|c: char| !matches!(c, '0'..='9' | '.' | 'e' | 'E' | '+' | '-'));
    (starts_as_one && !has_words).then(|| text.parse().ok().map(Raw::Number)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: impl Into<Option<Raw>>) {
        assert_eq!(Some(plain(text)), expected.into(), "{text}");
    }

    #[test]
    fn the_core_schema() {
        for text in ["", "~", "null", "Null", "NULL"] {
            check(text, Raw::Null);
        }
        check("true", Raw::Boolean(true));
        check("FALSE", Raw::Boolean(false));
        check("012", Raw::Integer(12));
        check("-19", Raw::Integer(-19));
        check("+3", Raw::Integer(3));
        check("0o7", Raw::Integer(7));
        check("0x3A", Raw::Integer(58));
        check(&"9".repeat(60), Raw::Integer(i128::MAX));
        check(&format!("-{}", "9".repeat(60)), Raw::Integer(i128::MIN));
        check("0.", Raw::Number(0.0));
        check("-0.0", Raw::Number(0.0));
        check(".5", Raw::Number(0.5));
        check("+12e03", Raw::Number(12e3));
        check("-2E-02", Raw::Number(-0.02));
        check("1e400", Raw::Number(f64::INFINITY));
        check(".inf", Raw::Number(f64::INFINITY));
        check("-.Inf", Raw::Number(f64::NEG_INFINITY));
        assert!(matches!(plain(".NaN"), Raw::Number(number) if number.is_nan()));
    }

    #[test]
    fn anything_else_is_text() {
        let texts = [
            "yes", "no", "on", "off", "y", "tRUE", "nULL", "18GB", "1_000", "0b1", "-0x3A", "+0o7",
            "0x", "0xg", "1:30", "inf", "nan", "infinity", "+", "-", ".", "1e", "e5", "1.2.3",
            "5%", "- 5", "٣",
        ];
        for text in texts {
            check(text, Raw::Text(text.into()));
        }
    }
}
