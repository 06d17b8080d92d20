//! JSON that a script element can hold.

use super::html::html;

/// Appends a string; `<` is escaped, so that nothing in it ends the script element.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' | '\u{2028}' | '\u{2029}' => html!(out, "\\u{:04x}", c as u32),
            c if (c as u32) < 0x20 => html!(out, "\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends a number with at most so many decimals, `null` for what JSON cannot say.
pub(super) fn number(out: &mut String, value: f64, decimals: usize) {
    if !value.is_finite() {
        out.push_str("null");
        return;
    }
    let start = out.len();
    html!(out, "{value:.decimals$}");
    if decimals > 0 {
        let kept = out.trim_end_matches('0').trim_end_matches('.').len();
        out.truncate(kept);
    }
    if &out[start..] == "-0" {
        out.truncate(start);
        out.push('0');
    }
}

/// Appends an array.
pub(super) fn array<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (i, value) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        item(out, value);
    }
    out.push(']');
}

/// Appends ascending nanoseconds as the differences of neighbours in their largest common unit,
/// `{"start":..,"unit":..,"steps":[..]}` with start and unit in milliseconds.
pub(super) fn ascending(out: &mut String, nanos: &[i64]) {
    let (start, unit) = common_unit(nanos.iter().copied());
    html!(out, "{{\"start\":{},\"unit\":{},\"steps\":", start as f64 / 1e6, unit as f64 / 1e6);
    let step = |pair: &[i64]| (i128::from(pair[1]) - i128::from(pair[0])) / unit;
    array(out, nanos.windows(2), |out, pair| html!(out, "{}", step(pair)));
    out.push('}');
}

/// Returns the first of some integers, and the largest number of which all their distances from
/// it are multiples.
pub(super) fn common_unit(mut values: impl Iterator<Item = i64>) -> (i64, i128) {
    let start = values.next().unwrap_or(0);
    let unit = values.map(|value| i128::from(value) - i128::from(start));
    (start, unit.fold(0, greatest_common_divisor).max(1))
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
