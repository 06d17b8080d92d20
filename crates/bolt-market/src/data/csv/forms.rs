//! Which form the values of a time column have.

use super::fields::{self, is_missing};
use super::time::{DateOrder, EpochUnit, TimeForm, Written, date_parts, epoch_parts};
use crate::data::error::FileFault;

/// A value and the line that it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) line: u64,
    pub(super) text: &'a [u8],
}

/// What the caller knows about times.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) date_order: Option<DateOrder>,
    pub(super) epoch: Option<EpochUnit>,
}

/// Returns the form of a column's values: `sample` decides, and `all` is asked only for a date
/// that tells whether the day or the month comes first.
pub(super) fn find_form<'a, I: Iterator<Item = Value<'a>>>(
    column: &str,
    sample: &[Value<'a>],
    all: impl FnOnce() -> I,
    known: Known,
) -> Result<TimeForm, FileFault> {
    let Some(first) = sample.iter().find(|value| !is_missing(value.text)) else {
        return Err(FileFault::NoValues { column: column.to_owned() });
    };
    if let Some(unit) = known.epoch {
        return Ok(TimeForm::Epoch { unit, given: true });
    }
    if let Some(form) = textual_form(sample) {
        return Ok(form);
    }
    match date_parts(first.text) {
        Some((_, Written::YearFirst, _)) => Ok(TimeForm::YearFirst),
        Some((_, Written::YearLast, _)) => match known.date_order {
            Some(order) => Ok(TimeForm::YearLast(order)),
            None => find_order(all(), *first),
        },
        None => Err(FileFault::UnknownTime {
            line: first.line,
            column: column.to_owned(),
            value: text(first.text),
        }),
    }
}

/// The form of values that are all digits at the start: a compact date or a count.
fn textual_form(sample: &[Value<'_>]) -> Option<TimeForm> {
    let present = || sample.iter().map(|value| value.text).filter(|text| !is_missing(text));
    if present().all(|text| TimeForm::Compact.parse(text).is_some()) {
        return Some(TimeForm::Compact);
    }
    let (count, _) = present().next_back().and_then(epoch_parts)?;
    let unit = EpochUnit::of_magnitude(count);
    present()
        .all(|text| epoch_parts(text).is_some())
        .then_some(TimeForm::Epoch { unit, given: false })
}

/// Returns the order that the first telling date has. Dates whose day equals their month need no
/// order.
fn find_order<'a>(
    all: impl Iterator<Item = Value<'a>>,
    first: Value<'a>,
) -> Result<TimeForm, FileFault> {
    let mut doubtful = None;
    for value in all {
        match date_parts(value.text) {
            Some(([_, a, _], ..)) if a > 12 => return Ok(TimeForm::YearLast(DateOrder::DayFirst)),
            Some(([_, _, b], ..)) if b > 12 => {
                return Ok(TimeForm::YearLast(DateOrder::MonthFirst));
            }
            Some(([_, a, b], ..)) if a != b => doubtful = doubtful.or(Some(value)),
            _ => {}
        }
    }
    match doubtful {
        None if date_parts(first.text).is_some() => Ok(TimeForm::YearLast(DateOrder::MonthFirst)),
        _ => {
            let value = doubtful.unwrap_or(first);
            Err(FileFault::AmbiguousDates { line: value.line, value: text(value.text) })
        }
    }
}

/// Returns whether a field can be read as a time, whatever the form.
pub(super) fn looks_like_time(field: &[u8]) -> bool {
    let forms = [
        TimeForm::YearFirst,
        TimeForm::YearLast(DateOrder::DayFirst),
        TimeForm::YearLast(DateOrder::MonthFirst),
        TimeForm::Compact,
    ];
    forms.iter().any(|form| form.parse(field).is_some())
}

/// Returns the values of one column from byte `start` on, which is line `number`.
pub(super) fn column_values(
    bytes: &[u8],
    start: usize,
    number: u64,
    delimiter: u8,
    column: usize,
) -> impl Iterator<Item = Value<'_>> {
    fields::lines(bytes, start, number).map(move |line| Value {
        line: line.number,
        text: fields::split(line.text, delimiter).get(column).copied().unwrap_or_default(),
    })
}

/// Returns bytes of a file as a message shows them.
pub(super) fn text(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(40)];
    let more = if bytes.len() > shown.len() { "…" } else { "" };
    format!("{}{more}", String::from_utf8_lossy(shown).escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_of(values: &[&str]) -> Result<TimeForm, FileFault> {
        let values: Vec<Value<'_>> =
            values.iter().zip(2..).map(|(v, line)| Value { line, text: v.as_bytes() }).collect();
        find_form("ts", &values, || values.iter().copied(), Known::default())
    }

    #[track_caller]
    fn check(values: &[&str], expected: &str) {
        assert_eq!(form_of(values).unwrap().example(), expected, "{values:?}");
    }

    #[test]
    fn forms_are_told_apart() {
        check(&["2024-01-02 10:00:00"], "2024-12-31 15:30:00");
        check(&["", "2024/01/02"], "2024-12-31 15:30:00");
        check(&["02-Jan-2024"], "2024-12-31 15:30:00");
        check(&["20240102", "20240103"], "20241231 153000");
        check(&["20240102 170000"], "20241231 153000");
        check(&["1704189600"], "seconds since 1970");
        check(&["1704189600000"], "milliseconds since 1970");
        check(&["1704189600000000"], "microseconds since 1970");
        check(&["1704189600000000000"], "nanoseconds since 1970");
        // Eight digits that are not dates are seconds of 1970.
        check(&["20240102", "20240199"], "seconds since 1970");
    }

    #[test]
    fn day_and_month_are_told_apart_by_any_date() {
        check(&["02/03/2024", "13/03/2024"], "31/12/2024 15:30:00");
        check(&["02/03/2024", "03/13/2024"], "12/31/2024 15:30:00");
        check(&["02/02/2024"], "12/31/2024 15:30:00");
        let error = form_of(&["02/02/2024", "02/03/2024", "02/04/2024"]).unwrap_err();
        assert_eq!(error, FileFault::AmbiguousDates { line: 3, value: "02/03/2024".into() });
    }

    #[test]
    fn what_is_no_time_is_an_error() {
        let error = form_of(&["", "yesterday"]).unwrap_err();
        assert!(matches!(error, FileFault::UnknownTime { line: 3, .. }), "{error}");
        assert!(matches!(form_of(&["", ""]), Err(FileFault::NoValues { .. })));
    }
}
