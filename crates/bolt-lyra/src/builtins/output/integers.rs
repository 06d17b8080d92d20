//! Integers as strings: in bases, as Roman numerals, in words.

use dashu_base::Abs;

use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "IntegerString",
        Attributes::LISTABLE,
        |_, c| Ok(integer_string(c)),
        "IntegerString[n] is the digits of n without a sign, IntegerString[n, b] in base b, \
         IntegerString[n, b, length] with so many digits; IntegerString[n, \"Roman\"] is a Roman \
         numeral.",
        &[("IntegerString[255, 16]", "\"ff\""), ("IntegerString[5, 2, 8]", "\"00000101\"")],
    ),
    builtin(
        "RomanNumeral",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [n] => roman(n).map_or(Step::Same, |text| Step::Done(Value::string(text))),
                _ => Step::Same,
            })
        },
        "RomanNumeral[n] is n as a Roman numeral.",
        &[("RomanNumeral[1994]", "\"MCMXCIV\""), ("RomanNumeral[4]", "\"IV\"")],
    ),
    builtin(
        "FromRomanNumeral",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [Value::String(text)] => {
                    from_roman(text).map_or(Step::Same, |n| Step::Done(Value::Integer(n)))
                }
                _ => Step::Same,
            })
        },
        "FromRomanNumeral[\"IV\"] is the number that a Roman numeral says.",
        &[("FromRomanNumeral[\"MCMXCIV\"]", "1994"), ("FromRomanNumeral[\"iv\"]", "4")],
    ),
    builtin(
        "IntegerName",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [Value::Integer(n)] if n.unsigned_abs() < 1000 => {
                    Step::Done(Value::string(in_words(*n)))
                }
                [Value::Integer(n)] => Step::Done(Value::string(in_groups(*n))),
                [Value::Integer(n), Value::String(how)] => match how.as_str() {
                    "Words" => Step::Done(Value::string(in_words(*n))),
                    "DigitsWords" => Step::Done(Value::string(in_groups(*n))),
                    "Ordinal" => Step::Done(Value::string(ordinal(&in_words(*n)))),
                    _ => Step::Same,
                },
                _ => Step::Same,
            })
        },
        "IntegerName[n] is the English name of n, from 1000 on with digits in it; IntegerName[n, \"Words\"] has words only, IntegerName[n, \"Ordinal\"] is the name of the n-th, IntegerName[n, \"DigitsWords\"] has digits always.",
        &[
            ("IntegerName[42]", "\"forty\u{2010}two\""),
            ("IntegerName[1234567]", "\"1 million 234 thousand 567\""),
            ("IntegerName[1000, \"Words\"]", "\"one thousand\""),
            ("IntegerName[23, \"Ordinal\"]", "\"twenty\u{2010}third\""),
        ],
    ),
];

/// Longer strings of digits are not made.
const LENGTH_MAX: usize = 1 << 28;

fn integer_string(call: &Call) -> Step {
    let (n, base, length) = match call.args() {
        [n] => (n, None, None),
        [n, base] => (n, Some(base), None),
        [n, base, length] => (n, Some(base), Some(length)),
        _ => return Step::Same,
    };
    let Some(integer) = number::integer(n) else { return Step::Same };
    if base.and_then(Value::as_str) == Some("Roman") {
        return roman(n).map_or(Step::Same, |text| Step::Done(Value::string(text)));
    }
    let base = match base.map(Value::as_usize) {
        None => 10,
        Some(Some(base @ 2..=36)) => base as u8,
        Some(_) => return Step::Same,
    };
    let digits = crate::aside::text(&integer.abs(), base);
    Step::Done(Value::string(match length.map(Value::as_usize) {
        None => digits,
        Some(Some(length)) if length <= digits.len() => digits[digits.len() - length..].to_owned(),
        Some(Some(length)) if length <= LENGTH_MAX => format!("{digits:0>length$}"),
        Some(_) => return Step::Same,
    }))
}

/// Roman numerals, the greatest first.
const ROMAN: &[(i64, &str)] = &[
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

fn roman(n: &Value) -> Option<String> {
    let mut rest = n.as_i64()?;
    if rest == 0 {
        return Some("N".to_owned());
    }
    rest = rest.checked_abs().filter(|n| *n < 5_000_000)?;
    let mut text = String::new();
    for (value, letters) in ROMAN {
        while rest >= *value {
            text.push_str(letters);
            rest -= value;
        }
    }
    Some(text)
}

fn from_roman(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("N") {
        return Some(0);
    }
    let value = |c: char| {
        let letter = c.to_ascii_uppercase().to_string();
        ROMAN.iter().find(|(_, letters)| *letters == letter).map(|(value, _)| *value)
    };
    let values: Vec<i64> = text.chars().map(value).collect::<Option<_>>()?;
    let signed = |(place, value): (usize, &i64)| match values.get(place + 1) {
        Some(next) if next > value => -value,
        _ => *value,
    };
    (!values.is_empty()).then(|| values.iter().enumerate().map(signed).sum())
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const GROUPS: [&str; 7] =
    ["", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion"];

fn in_words(n: i64) -> String {
    if n < 0 {
        return format!("negative {}", group_words(n.unsigned_abs()));
    }
    group_words(n.unsigned_abs())
}

fn group_words(n: u64) -> String {
    grouped(n, |value| below_thousand(value as usize))
}

/// Returns a number with digits and the names of the thousands: `1 million 234 thousand 567`.
fn in_groups(n: i64) -> String {
    let text = match n {
        0 => "0".to_owned(),
        _ => grouped(n.unsigned_abs(), |value| value.to_string()),
    };
    if n < 0 { format!("negative {text}") } else { text }
}

/// Returns the groups of three digits that are not 0, each with the name of its power of 1000.
fn grouped(n: u64, written: impl Fn(u64) -> String) -> String {
    if n == 0 {
        return SMALL[0].to_owned();
    }
    let mut parts = Vec::new();
    for (group, name) in GROUPS.iter().enumerate().rev() {
        let value = n / 1000_u64.pow(group as u32) % 1000;
        if value > 0 {
            let text = written(value);
            parts.push(if group == 0 { text } else { format!("{text} {name}") });
        }
    }
    parts.join(" ")
}

/// Returns the name of the n-th, of which the last word alone differs from the name of n.
fn ordinal(name: &str) -> String {
    const ODD: &[(&str, &str)] = &[
        ("one", "first"),
        ("two", "second"),
        ("three", "third"),
        ("five", "fifth"),
        ("eight", "eighth"),
        ("nine", "ninth"),
        ("twelve", "twelfth"),
    ];
    let start = name
        .rfind([' ', '\u{2010}'])
        .map_or(0, |at| at + name[at..].chars().next().map_or(1, char::len_utf8));
    let (before, last) = name.split_at(start);
    let last = match ODD.iter().find(|(word, _)| *word == last) {
        Some((_, odd)) => (*odd).to_owned(),
        None => match last.strip_suffix('y') {
            Some(tens) => format!("{tens}ieth"),
            None => format!("{last}th"),
        },
    };
    format!("{before}{last}")
}

fn below_thousand(n: usize) -> String {
    let mut parts = Vec::new();
    if n >= 100 {
        parts.push(format!("{} hundred", SMALL[n / 100]));
    }
    match n % 100 {
        0 => {}
        rest @ 1..20 => parts.push(SMALL[rest].to_owned()),
        rest if rest % 10 == 0 => parts.push(TENS[rest / 10].to_owned()),
        rest => parts.push(format!("{}\u{2010}{}", TENS[rest / 10], SMALL[rest % 10])),
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roman_numerals_are_read_back() {
        for n in 1..4000 {
            let text = roman(&Value::Integer(n)).expect("it has a numeral");
            assert_eq!(from_roman(&text), Some(n), "{text}");
        }
    }
}
