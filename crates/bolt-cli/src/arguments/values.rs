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

/// Largest number that is taken, as for cash: products of a few such numbers are finite.
const NUMBER_MAX: f64 = 1e15;

/// Parses the digits of a text; returns `None` if they are no number.
fn finite(digits: &str, text: &str) -> Option<Result<f64, String>> {
    // `inf` and `nan` are words.
    let value =
        digits.parse::<f64>().ok().filter(|_| digits.contains(|c: char| c.is_ascii_digit()))?;
    let is_small = value.abs() <= NUMBER_MAX;
    Some(is_small.then_some(value).ok_or_else(|| format!("`{text}` is beyond {NUMBER_MAX:e}")))
}

/// Parses a fraction: `0.05` or `5%`.
pub(crate) fn fraction(text: &str) -> Result<f64, String> {
    let (digits, scale) = match text.trim().strip_suffix('%') {
        Some(digits) => (digits.trim(), 100.0),
        None => (text.trim(), 1.0),
    };
    let wrong = || Err(format!("`{text}` is not a fraction; write `0.05` or `5%`"));
    Ok(finite(digits, text).unwrap_or_else(wrong)? / scale)
}

/// Parses a number.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    finite(text.trim(), text).unwrap_or_else(|| Err(format!("`{text}` is not a number")))
}

/// Returns a value that meets a condition, which `range` puts in words.
fn that(text: &str, value: f64, meets: bool, range: &str) -> Result<f64, String> {
    if meets { Ok(value) } else { Err(format!("`{text}` is not {range}")) }
}

/// Parses a positive number.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    let value = number(text)?;
    that(text, value, value > 0.0, "a positive number")
}

/// Parses a number that is not negative.
pub(crate) fn not_negative(text: &str) -> Result<f64, String> {
    let value = number(text)?;
    that(text, value, value >= 0.0, "a number of zero or more")
}

/// Parses a factor that makes nothing smaller.
pub(crate) fn one_or_more(text: &str) -> Result<f64, String> {
    let value = number(text)?;
    that(text, value, value >= 1.0, "a number of 1 or more")
}

/// Parses a fraction that is not negative.
pub(crate) fn not_negative_fraction(text: &str) -> Result<f64, String> {
    match fraction(text)? {
        value if value < 0.0 => Err(format!("`{text}` is negative; write `0.2` or `20%`")),
        value => Ok(value),
    }
}

/// Parses a positive fraction.
pub(crate) fn positive_fraction(text: &str) -> Result<f64, String> {
    match fraction(text)? {
        value if value <= 0.0 => Err(format!("`{text}` is not above zero; write `0.05` or `5%`")),
        value => Ok(value),
    }
}

/// Parses the part of a value that a trade costs.
pub(crate) fn cost(text: &str) -> Result<f64, String> {
    let value = fraction(text)?;
    let is_cost = (0.0..=0.5).contains(&value);
    that(text, value, is_cost, "a fraction from 0 to 0.5; write `0.001` or `0.1%`")
}

/// Parses a part of a whole.
pub(crate) fn part(text: &str) -> Result<f64, String> {
    let value = fraction(text)?;
    let is_part = (0.0..1.0).contains(&value);
    that(text, value, is_part, "a fraction from 0 to less than 1; write `0.05` or `5%`")
}

/// Parses a rate of interest a year.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let value = fraction(text)?;
    let is_rate = value > -1.0 && value <= 10.0;
    that(text, value, is_rate, "a rate a year above -100% and up to 1000%; write `0.05` or `5%`")
}

/// Parses how many there are to be of something.
pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(format!("`{text}` is not a whole number of 1 or more")),
    }
}

/// Parses one character of ASCII.
pub(crate) fn character(text: &str) -> Result<char, String> {
    match text.as_bytes() {
        [byte] => Ok(char::from(*byte)),
        _ => Err(format!("`{text}` is not one character of ASCII, such as `;`")),
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
        for wrong in ["", "%", "five", "nan", "inf%", "1e400", "-1e300%"] {
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
        assert_eq!(number("-1e400"), Err("`-1e400` is beyond 1e15".to_owned()));
        assert_eq!((number("1e15"), number("1.1e15").is_err()), (Ok(1e15), true));
    }

    #[test]
    fn ranges_end_where_they_say() {
        let ends = |parse: fn(&str) -> Result<f64, String>, inside: &[&str], outside: &[&str]| {
            assert!(inside.iter().all(|text| parse(text).is_ok()), "{inside:?}");
            for text in outside {
                assert!(parse(text).unwrap_err().contains(text), "{text}");
            }
        };
        ends(cost, &["0", "50%"], &["-0.1%", "51%"]);
        ends(part, &["0", "99%"], &["100%", "-1%"]);
        ends(rate, &["-99%", "10"], &["-100%", "10.1"]);
        ends(one_or_more, &["1", "3.5"], &["0.9", "-2"]);
        assert_eq!(character(";"), Ok(';'));
        assert!(character("").is_err() && character("ab").is_err() && character("é").is_err());
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
