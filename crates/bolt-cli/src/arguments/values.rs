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

/// Parses a finite number.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(format!("`{text}` is not a number")),
    }
}

/// Parses a positive number.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    match number(text) {
        Ok(value) if value > 0.0 => Ok(value),
        _ => Err(format!("`{text}` is not a positive number")),
    }
}

/// Parses a number that is not negative.
pub(crate) fn not_negative(text: &str) -> Result<f64, String> {
    match number(text) {
        Ok(value) if value >= 0.0 => Ok(value),
        _ => Err(format!("`{text}` is not a number of zero or more")),
    }
}

/// Parses a fraction that is not negative.
pub(crate) fn not_negative_fraction(text: &str) -> Result<f64, String> {
    match fraction(text) {
        Ok(value) if value < 0.0 => Err(format!("`{text}` is negative; write `0.2` or `20%`")),
        parsed => parsed,
    }
}

/// Parses a positive fraction.
pub(crate) fn positive_fraction(text: &str) -> Result<f64, String> {
    match fraction(text) {
        Ok(value) if value <= 0.0 => {
            Err(format!("`{text}` is not above zero; write `0.05` or `5%`"))
        }
        parsed => parsed,
    }
}

/// Parses how many there are to be of something.
pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(format!("`{text}` is not a whole number of 1 or more")),
    }
}

/// Most values that a range may have.
const RANGE_MAX: usize = 1_000_000;

/// Parses `a..b:step`, both ends included, or `a,b,c`, whose parts `part` parses.
pub(crate) fn values(
    text: &str,
    part: impl Fn(&str) -> Result<f64, String>,
) -> Result<Vec<f64>, String> {
    let Some((first, rest)) = text.split_once("..") else {
        return text.split(',').map(|value| part(value.trim())).collect();
    };
    let (last, step) = rest
        .split_once(':')
        .ok_or_else(|| format!("`{text}` has no step; write for example `-20%..20%:5%`"))?;
    let (first, last, step) = (part(first)?, part(last)?, part(step)?);
    let steps = (last - first) / step;
    if !steps.is_finite() || steps < 0.0 {
        return Err(format!(
            "`{text}` has no values: the step must lead from the first number to the last"
        ));
    }
    // A last value that rounding has pushed out of reach is meant to be included.
    let count = (steps + 1e-9).floor() + 1.0;
    if count > RANGE_MAX as f64 {
        return Err(format!("`{text}` has more than {RANGE_MAX} values"));
    }
    // Without the rounding of `0.1 + 0.2`.
    let clean = |value: f64| (value * 1e12).round() / 1e12;
    Ok((0..count as usize).map(|index| clean(first + step * index as f64)).collect())
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
    fn numbers_have_signs_that_fit() {
        assert_eq!(
            (number("-1.5"), positive("2"), not_negative("0")),
            (Ok(-1.5), Ok(2.0), Ok(0.0))
        );
        assert_eq!(
            (not_negative_fraction("20%"), positive_fraction("5%"), at_least_one("3")),
            (Ok(0.2), Ok(0.05), Ok(3))
        );
        assert!(positive_fraction("0").is_err() && positive_fraction("-5%").is_err());
        assert!(at_least_one("0").is_err() && at_least_one("-1").is_err());
        assert!(number("inf").is_err() && positive("0").is_err() && not_negative("-1").is_err());
        assert!(not_negative_fraction("-1%").is_err());
    }

    #[test]
    fn values_are_ranges_or_lists() {
        assert_eq!(values("-10%..10%:10%", fraction), Ok(vec![-0.1, 0.0, 0.1]));
        assert_eq!(values("0..0.3:0.1", number), Ok(vec![0.0, 0.1, 0.2, 0.3]));
        assert_eq!(values("1, 2,4", number), Ok(vec![1.0, 2.0, 4.0]));
        for wrong in ["", "1..2", "1..2:0", "2..1:1", "0..1:1e-9", "1..x:1", "1,,2"] {
            assert!(values(wrong, number).is_err(), "{wrong}");
        }
    }

    #[test]
    fn settings_have_a_name_and_a_value() {
        assert_eq!(setting("a = b=c"), Ok(("a".into(), "b=c".into())));
        assert!(setting("a").is_err() && setting("=b").is_err());
    }
}
