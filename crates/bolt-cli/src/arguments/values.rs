//! Forms of values.

/// Parses `NAME=VALUE`.
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("`{text}` is not NAME=VALUE")),
    }
}

/// Parses a fraction: `0.05` or `5%`.
pub(crate) fn fraction(text: &str) -> Result<f64, String> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits.trim(), 100.0),
        None => (text.trim(), 1.0),
    };
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value / scale),
        _ => Err(format!("`{text}` is not a fraction; write `0.05` or `5%`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_may_be_percentages() {
        assert_eq!(fraction("0.05"), Ok(0.05));
        assert_eq!(fraction("5%"), Ok(0.05));
        assert_eq!(fraction(" 12.5 % "), Ok(0.125));
        for wrong in ["", "%", "five", "nan", "inf%"] {
            assert!(fraction(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn settings_have_a_name_and_a_value() {
        assert_eq!(setting("a = b=c"), Ok(("a".into(), "b=c".into())));
        assert!(setting("a").is_err() && setting("=b").is_err());
    }
}
