//! Numbers, times and text as a reader wants to see them.
//!
//! A number is rounded to two decimals or three significant digits, thousands are separated by
//! commas, a negative number has a minus sign (U+2212), and what is not a number is an en dash.

use bolt_base::UnixNanos;

use super::page::{Unit, Value};

/// Stands for a value that is not there.
pub(super) const DASH: &str = "–";

/// How the numbers of one column, axis or chart are written: all with the same digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) decimals: usize,
    pub(super) is_percent: bool,
}

impl Style {
    /// Returns the style for values of a unit up to a magnitude.
    pub(super) fn of(unit: Unit, magnitude: f64) -> Self {
        let decimals = match unit {
            Unit::Percent => usize::from(magnitude < 10.0) + usize::from(magnitude < 0.01),
            Unit::Money => price_decimals(magnitude),
            Unit::Number => number_decimals(magnitude),
        };
        Self { decimals, is_percent: unit == Unit::Percent }
    }

    /// Returns the style for the largest of some values.
    pub(super) fn for_values(unit: Unit, values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        Self::of(unit, finite.fold(0.0, |most, value| most.max(value.abs())))
    }

    /// Returns the style that tells the multiples of a step apart.
    pub(super) fn for_step(unit: Unit, step: f64) -> Self {
        let is_percent = unit == Unit::Percent;
        let step = if is_percent { step * 100.0 } else { step };
        let decimals = (0..12).find(|n| {
            let scaled = step * 10f64.powi(*n);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0) && scaled.round() >= 1.0
        });
        Self { decimals: decimals.unwrap_or(0) as usize, is_percent }
    }

    /// Writes a value.
    pub(super) fn show(self, value: f64) -> String {
        if self.is_percent {
            let mut text = fixed(value * 100.0, self.decimals);
            if value.is_finite() {
                text.push('%');
            }
            return text;
        }
        fixed(value, self.decimals)
    }
}

/// Decimals that give so many significant digits, from 0 to 8.
fn decimals(magnitude: f64, significant: i32) -> usize {
    if magnitude == 0.0 || !magnitude.is_finite() {
        return 0;
    }
    let before = magnitude.log10().floor() as i32 + 1;
    (significant - before).clamp(0, 8) as usize
}

/// Decimals of a number: three significant digits, and two decimals of what is less than 100.
fn number_decimals(magnitude: f64) -> usize {
    if (1.0..100.0).contains(&magnitude) {
        2
    } else {
        decimals(magnitude, 3 + i32::from(magnitude >= 100.0))
    }
}

/// Decimals of a price: cents, and six significant digits of what costs less than ten.
fn price_decimals(magnitude: f64) -> usize {
    match magnitude {
        m if m >= 1e6 => 0,
        m if m >= 10.0 || m == 0.0 => 2,
        m => decimals(m, 6).max(2),
    }
}

/// Decimals that some values need in order to be told exactly, from `least` to what gives the
/// largest of them six significant digits.
pub(super) fn decimals_needed(values: impl Iterator<Item = f64>, least: usize) -> usize {
    let finite: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let largest = finite.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let limit = decimals(largest, 6).max(least);
    let needed = |value: &f64| {
        let text = format!("{value:.limit$}");
        limit - text.bytes().rev().take(limit).take_while(|byte| *byte == b'0').count()
    };
    finite.iter().map(needed).max().unwrap_or(least).max(least)
}

/// Writes a number with fixed decimals.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return DASH.to_owned();
    }
    let digits = if value.is_infinite() {
        "∞".to_owned()
    } else {
        separated(&format!("{:.decimals$}", value.abs()))
    };
    let is_zero = value.is_finite() && digits.bytes().all(|b| matches!(b, b'0' | b'.' | b','));
    if value < 0.0 && !is_zero { format!("−{digits}") } else { digits }
}

/// Puts commas between the thousands of a decimal number.
fn separated(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::with_capacity(number.len() + whole.len() / 3);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// Writes a number alone.
pub(super) fn number(value: f64) -> String {
    let magnitude = value.abs();
    if !value.is_finite() || magnitude == 0.0 || (1e-4..1e15).contains(&magnitude) {
        return fixed(value, number_decimals(magnitude));
    }
    let text = format!("{magnitude:.2e}");
    let (mantissa, exponent) = text.split_once('e').expect("`e` formats have an exponent");
    let sign = if value < 0.0 { "−" } else { "" };
    let superscript: String = exponent.chars().map(superscript).collect();
    format!("{sign}{mantissa} × 10{superscript}")
}

fn superscript(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' | '4'..='9' => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
        other => other,
    }
}

/// Writes a number as a parameter's value: exactly to 12 significant digits, without needless
/// ones, so that three steps of 0.05 are 0.15.
pub(super) fn exact(value: f64) -> String {
    if !value.is_finite() {
        return fixed(value, 0);
    }
    let rounded = format!("{:.11e}", value.abs()).parse().unwrap_or(value.abs());
    let text = if rounded == 0.0 || (1e-9..1e15).contains(&rounded) {
        separated(&format!("{rounded}"))
    } else {
        number(rounded)
    };
    if value < 0.0 { format!("−{text}") } else { text }
}

/// Writes an amount short enough for an axis that reaches up to `largest`: 1,500,000 is 1.5M.
pub(super) fn axis(unit: Unit, value: f64, step: f64, largest: f64) -> String {
    for (size, suffix) in [(1e12, "T"), (1e9, "B"), (1e6, "M")] {
        if unit != Unit::Percent && largest >= size && value != 0.0 {
            return Style::for_step(unit, step / size).show(value / size) + suffix;
        }
    }
    if value == 0.0 && unit != Unit::Percent {
        return "0".to_owned();
    }
    Style::for_step(unit, step).show(value)
}

/// Writes a value of a table.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Missing => DASH.to_owned(),
        Value::Text(text) => text.clone(),
        Value::Count(count) => {
            let digits = separated(&count.unsigned_abs().to_string());
            if *count < 0 { format!("−{digits}") } else { digits }
        }
        Value::Number(v) => number(*v),
        Value::Percent(v) => Style { decimals: percent_decimals(*v), is_percent: true }.show(*v),
        Value::Money(v) => {
            let cents = if v.abs() >= 1e6 { 0 } else { 2 };
            fixed(*v, decimals_needed(std::iter::once(*v), cents))
        }
        Value::Time(at) => Clock::of([*at]).show(*at),
    }
}

/// Decimals of a percentage alone: 12.3%, 0.45%, 1,234%.
fn percent_decimals(fraction: f64) -> usize {
    match fraction.abs() * 100.0 {
        p if p >= 1000.0 => 0,
        p if p >= 1.0 || p == 0.0 => 1,
        p if p >= 0.1 => 2,
        _ => 3,
    }
}

/// How the times of one column or chart are written: no finer than they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Clock {
    /// `2024-12-31`
    Day,
    /// `2024-12-31 14:30`
    Minute,
    /// `2024-12-31 14:30:05`
    Second,
    /// `2024-12-31 14:30:05.250`
    Millisecond,
}

impl Clock {
    /// Returns the coarsest that tells all of the times.
    pub(super) fn of(times: impl IntoIterator<Item = UnixNanos>) -> Self {
        let precision = |at: UnixNanos| match at.nanos_of_day() {
            0 => Self::Day,
            nanos if nanos % 60_000_000_000 == 0 => Self::Minute,
            nanos if nanos % 1_000_000_000 == 0 => Self::Second,
            _ => Self::Millisecond,
        };
        times.into_iter().map(precision).max().unwrap_or(Self::Day)
    }

    /// Returns the number of characters of an RFC 3339 time that are shown.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Day => 10,
            Self::Minute => 16,
            Self::Second => 19,
            Self::Millisecond => 23,
        }
    }

    /// Writes a time.
    pub(super) fn show(self, at: UnixNanos) -> String {
        let (year, month, day) = at.date();
        let seconds = at.nanos_of_day() / 1_000_000_000;
        let millis = at.nanos_of_day() / 1_000_000 % 1000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut text =
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millis:03}");
        text.truncate(self.length());
        text
    }
}

/// Writes how long something took: `3 d`, `5 h 10 min`.
pub(super) fn duration(nanos: i64) -> String {
    let seconds = nanos / 1_000_000_000;
    let pairs = [(86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")];
    for (large, large_name, small, small_name) in pairs {
        if seconds >= large {
            let (count, rest) = (seconds / large, seconds % large / small);
            let is_exact_enough = rest == 0 || count >= 10;
            let whole = fixed(count as f64, 0);
            return if is_exact_enough {
                format!("{whole} {large_name}")
            } else {
                format!("{whole} {large_name} {rest} {small_name}")
            };
        }
    }
    format!("{} s", number(nanos as f64 / 1e9))
}
