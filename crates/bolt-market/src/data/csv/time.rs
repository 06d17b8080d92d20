//! Timestamps as files write them.

use bolt_base::UnixNanos;

use crate::data::zone::parse_offset;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The order of day and month in dates that do not begin with the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// `31/12/2024`.
    DayFirst,
    /// `12/31/2024`.
    MonthFirst,
}

impl DateOrder {
    /// Returns the name used in settings: `day-first` or `month-first`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }
}

/// The unit of a number that counts from 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EpochUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

impl EpochUnit {
    /// Returns the name used in settings: `s`, `ms`, `us` or `ns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::Nanoseconds => "ns",
        }
    }

    /// Returns the length of one unit.
    pub fn nanos(self) -> i64 {
        match self {
            Self::Seconds => SECOND,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }

    /// Returns the unit in which a count is a year between 1973 and 5138.
    pub(crate) fn of_magnitude(count: i64) -> Self {
        match count.unsigned_abs() {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Milliseconds,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Microseconds,
            _ => Self::Nanoseconds,
        }
    }
}

/// How the values of a time column are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeForm {
    /// A date that begins with the year or names the month, and perhaps a time of day.
    YearFirst,
    /// A date with the day and month in this order, and perhaps a time of day.
    YearLast(DateOrder),
    /// `YYYYMMDD`, and perhaps a time of day.
    Compact,
    /// A count since 1970; its magnitude must fit the unit unless the unit was given.
    Epoch { unit: EpochUnit, given: bool },
}

impl TimeForm {
    /// Returns the form as messages show it.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::YearFirst => "2024-12-31 15:30:00",
            Self::YearLast(DateOrder::DayFirst) => "31/12/2024 15:30:00",
            Self::YearLast(DateOrder::MonthFirst) => "12/31/2024 15:30:00",
            Self::Compact => "20241231 153000",
            Self::Epoch { unit: EpochUnit::Seconds, .. } => "seconds since 1970",
            Self::Epoch { unit: EpochUnit::Milliseconds, .. } => "milliseconds since 1970",
            Self::Epoch { unit: EpochUnit::Microseconds, .. } => "microseconds since 1970",
            Self::Epoch { unit: EpochUnit::Nanoseconds, .. } => "nanoseconds since 1970",
        }
    }

    /// Parses a whole field.
    pub(super) fn parse(self, field: &[u8]) -> Option<Stamp> {
        match self {
            Self::YearFirst => parse_civil(field, None),
            Self::YearLast(order) => parse_civil(field, Some(order)),
            Self::Compact => parse_compact(field),
            Self::Epoch { unit, given } => parse_epoch(field, unit, given),
        }
    }
}

/// A parsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Nanoseconds since 1970-01-01T00:00: in UTC with an offset or a count, else on the clock
    /// of a zone that the file does not name.
    pub(super) nanos: i64,
    /// The offset from UTC in seconds, if the field has one.
    pub(super) offset: Option<i32>,
}

/// Parses a time of day (`15:30`, `15:30:00.5`, `153000`, `3:30 PM`) as nanoseconds.
pub(super) fn parse_time_of_day(field: &[u8]) -> Option<i64> {
    let (nanos, rest) = time_of_day(field)?;
    rest.is_empty().then_some(nanos)
}

/// Returns midnight of a date as nanoseconds since 1970.
fn midnight(year: u32, month: u32, day: u32) -> Option<i64> {
    let date =
        UnixNanos::from_date(year as i32, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    Some(date.0)
}

/// Takes up to `most` digits from the front.
fn number(text: &[u8], most: usize) -> Option<(u32, &[u8])> {
    let digits = text.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    let value = number.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
    (digits > 0).then_some((value, rest))
}

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// Takes the English name of a month, whole or its first three letters.
fn month_name(text: &[u8]) -> Option<(u32, &[u8])> {
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let name = text.get(..3).filter(|_| letters >= 3)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| month.as_slice() == name)?;
    Some((month as u32 + 1, &text[letters..]))
}

/// One of the three parts of a date.
#[derive(Clone, Copy)]
enum Part {
    Number { value: u32, digits: usize },
    Month(u32),
}

fn part(text: &[u8]) -> Option<(Part, &[u8])> {
    if let Some((month, rest)) = month_name(text) {
        return Some((Part::Month(month), rest));
    }
    let (value, rest) = number(text, 4)?;
    Some((Part::Number { value, digits: text.len() - rest.len() }, rest))
}

/// Takes what may stand between the parts of a date: `-`, `/`, `.`, a space, or a comma and space.
fn separator(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b',', b' ', rest @ ..] | [b'-' | b'/' | b'.' | b' ', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// The three parts of a date, in the order in which they are written.
pub(super) fn date_parts(text: &[u8]) -> Option<([u32; 3], Written, &[u8])> {
    use Part::{Month, Number};
    let (a, rest) = part(text)?;
    let (b, rest) = part(separator(rest)?)?;
    let (c, rest) = part(separator(rest)?)?;
    let (parts, written) = match (a, b, c) {
        (
            Number { value: year, digits: 4 },
            Number { value: month, .. } | Month(month),
            Number { value: day, digits: ..=2 },
        ) => ([year, month, day], Written::YearFirst),
        (Number { value: day, digits: ..=2 }, Month(month), Number { value: year, digits: 4 })
        | (Month(month), Number { value: day, digits: ..=2 }, Number { value: year, digits: 4 }) => {
            ([year, month, day], Written::YearFirst)
        }
        (
            Number { value: a, digits: ..=2 },
            Number { value: b, digits: ..=2 },
            Number { value: year, digits: 4 },
        ) => ([year, a, b], Written::YearLast),
        _ => return None,
    };
    Some((parts, written, rest))
}

/// Whether the parts of a date say which is which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// The parts are year, month and day.
    YearFirst,
    /// The parts are year, and day and month in an order that the text does not tell.
    YearLast,
}

fn parse_civil(field: &[u8], order: Option<DateOrder>) -> Option<Stamp> {
    let ([year, a, b], written, rest) = date_parts(field)?;
    let (month, day) = match (written, order) {
        (Written::YearFirst, _) | (Written::YearLast, Some(DateOrder::MonthFirst)) => (a, b),
        (Written::YearLast, Some(DateOrder::DayFirst)) => (b, a),
        (Written::YearLast, None) => return None,
    };
    with_time(midnight(year, month, day)?, rest)
}

fn parse_compact(field: &[u8]) -> Option<Stamp> {
    let (date, rest) = field.split_at_checked(8)?;
    let (year, date) = number(date, 4)?;
    let (month, date) = number(date, 2)?;
    let (day, date) = number(date, 2)?;
    let midnight = midnight(year, month, day).filter(|_| date.is_empty())?;
    let digits_follow = rest.first().is_some_and(u8::is_ascii_digit);
    if digits_follow {
        let nanos = parse_time_of_day(rest)?;
        return Some(Stamp { nanos: midnight.checked_add(nanos)?, offset: None });
    }
    with_time(midnight, rest)
}

/// Adds what follows a date: nothing, or a `T` or space, a time of day and perhaps an offset.
fn with_time(midnight: i64, rest: &[u8]) -> Option<Stamp> {
    let rest = match rest {
        [] => return Some(Stamp { nanos: midnight, offset: None }),
        [b',', b' ', rest @ ..] | [b'T' | b't' | b' ' | b';', rest @ ..] => rest,
        _ => return None,
    };
    let (nanos, rest) = time_of_day(rest)?;
    let local = midnight.checked_add(nanos)?;
    let offset = match rest.trim_ascii_start() {
        [] => None,
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(0),
        offset => Some(parse_offset(offset)?),
    };
    let nanos = local.checked_sub(i64::from(offset.unwrap_or(0)) * SECOND)?;
    Some(Stamp { nanos, offset })
}

/// Takes a time of day from the front.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, minute, second, rest) = clock_parts(text)?;
    let (nanos, rest) = fraction(rest)?;
    let (hour, rest) = half_of_day(hour, rest)?;
    let valid = hour < 24 && minute < 60 && second < 60;
    let time = i64::from(hour) * HOUR + i64::from(minute) * MINUTE + i64::from(second) * SECOND;
    valid.then_some((time + nanos, rest))
}

fn clock_parts(text: &[u8]) -> Option<(u32, u32, u32, &[u8])> {
    let (hour, rest) = number(text, 2)?;
    if let [b':', rest @ ..] = rest {
        let (minute, rest) = number(rest, 2)?;
        return match rest {
            [b':', rest @ ..] => number(rest, 2).map(|(second, rest)| (hour, minute, second, rest)),
            rest => Some((hour, minute, 0, rest)),
        };
    }
    let (minute, rest) = number(rest, 2)?;
    let (second, rest) = number(rest, 2).unwrap_or((0, rest));
    Some((hour, minute, second, rest))
}

/// Takes a decimal fraction of a second; digits beyond nanoseconds are cut off.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', rest @ ..] = text else { return Some((0, text)) };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let padded = rest[..digits].iter().copied().chain(std::iter::repeat(b'0')).take(9);
    let nanos = padded.fold(0, |n, d| n * 10 + i64::from(d - b'0'));
    (digits > 0).then_some((nanos, &rest[digits..]))
}

/// Applies `AM` or `PM`, if one follows, to an hour.
fn half_of_day(hour: u32, rest: &[u8]) -> Option<(u32, &[u8])> {
    let marker = rest.trim_ascii_start();
    let afternoon = match marker.get(..2).map(<[u8]>::to_ascii_lowercase).as_deref() {
        Some(b"am") => false,
        Some(b"pm") => true,
        _ => return Some((hour, rest)),
    };
    let in_half = (1..=12).contains(&hour).then_some(hour % 12)?;
    Some((if afternoon { in_half + 12 } else { in_half }, &marker[2..]))
}

fn parse_epoch(field: &[u8], unit: EpochUnit, given: bool) -> Option<Stamp> {
    let (count, fraction) = epoch_parts(field)?;
    if !given && EpochUnit::of_magnitude(count) != unit && count != 0 {
        return None;
    }
    let whole = count.checked_mul(unit.nanos())?;
    let part = (fraction as i128 * i128::from(unit.nanos()) / i128::from(SECOND)) as i64;
    let nanos = whole.checked_add(if field.starts_with(b"-") { -part } else { part })?;
    Some(Stamp { nanos, offset: Some(0) })
}

/// Splits a count into whole units and billionths of a unit.
pub(super) fn epoch_parts(field: &[u8]) -> Option<(i64, i64)> {
    let point = field.iter().position(|&b| b == b'.').unwrap_or(field.len());
    let count = std::str::from_utf8(&field[..point]).ok()?.parse().ok()?;
    let (billionths, rest) = match &field[point..] {
        [] | [b'.'] => (0, &[][..]),
        decimals => fraction(decimals)?,
    };
    rest.is_empty().then_some((count, billionths))
}

/// Reads the common layout `2024-12-31 15:30:00` at the front of a line, and remembers the last
/// date, since neighbouring rows mostly share it.
#[derive(Debug, Default)]
pub(super) struct IsoReader {
    date: [u8; 10],
    midnight: i64,
}

impl IsoReader {
    /// Returns the time and the length of `YYYY-MM-DD hh:mm:ss` or `YYYY-MM-DD` at the front of
    /// `bytes`; `None` for anything else, which [`TimeForm::parse`] then decides.
    #[inline]
    pub(super) fn parse_prefix(&mut self, bytes: &[u8]) -> Option<(Stamp, usize)> {
        let date: &[u8; 10] = bytes.first_chunk()?;
        if *date != self.date {
            self.read_date(date)?;
        }
        match bytes.get(10)? {
            b' ' | b'T' => {}
            _ => return Some((Stamp { nanos: self.midnight, offset: None }, 10)),
        }
        let time = bytes.get(11..19)?.try_into().map(u64::from_le_bytes).ok()?;
        let nanos = self.midnight.checked_add(clock_time(time)?)?;
        Some((Stamp { nanos, offset: None }, 19))
    }

    fn read_date(&mut self, date: &[u8; 10]) -> Option<()> {
        let (year, rest) = number(date, 4)?;
        let (month, rest) = number(rest.strip_prefix(b"-")?, 2)?;
        let (day, rest) = number(rest.strip_prefix(b"-")?, 2)?;
        self.midnight = midnight(year, month, day).filter(|_| rest.is_empty())?;
        self.date = *date;
        Some(())
    }
}

/// Returns the nanoseconds of `hh:mm:ss` in the bytes of a word, first byte lowest.
#[inline]
fn clock_time(word: u64) -> Option<i64> {
    const COLONS: u64 = 0x0000_3A00_003A_0000;
    let values = word ^ (0x3030_0030_3000_3030 | COLONS);
    // Each byte at most 9: adding 0x76 sets no top bit, and the colons have become zero.
    let above_nine = values.wrapping_add(0x7676_7676_7676_7676) | values;
    if above_nine & 0x8080_8080_8080_8080 != 0 || values & 0x0000_FF00_00FF_0000 != 0 {
        return None;
    }
    let two = |shift: u32| (values >> shift & 0xFF) * 10 + (values >> (shift + 8) & 0xFF);
    let (hour, minute, second) = (two(0), two(24), two(48));
    let valid = hour < 24 && minute < 60 && second < 60;
    valid.then_some((hour * 3600 + minute * 60 + second) as i64 * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY_FIRST: TimeForm = TimeForm::YearLast(DateOrder::DayFirst);
    const MONTH_FIRST: TimeForm = TimeForm::YearLast(DateOrder::MonthFirst);

    fn shown(form: TimeForm, text: &str) -> Option<String> {
        let stamp = form.parse(text.as_bytes())?;
        let offset = stamp.offset.map_or(String::new(), |seconds| format!(" {seconds:+}"));
        Some(format!("{}{offset}", UnixNanos(stamp.nanos)))
    }

    #[track_caller]
    fn check(form: TimeForm, text: &str, expected: &str) {
        assert_eq!(shown(form, text).as_deref(), Some(expected), "{text}");
        let padded = format!("{text},");
        if let Some((stamp, end)) = IsoReader::default().parse_prefix(padded.as_bytes())
            && end == text.len()
        {
            assert_eq!(Some(stamp), form.parse(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn dates_that_begin_with_the_year() {
        let check = |text, expected| check(TimeForm::YearFirst, text, expected);
        check("2024-08-08 23:54:15", "2024-08-08T23:54:15Z");
        check("2024-08-08T23:54:15.342", "2024-08-08T23:54:15.342Z");
        check("2024-08-08T23:54:15.342000123Z", "2024-08-08T23:54:15.342000123Z +0");
        check("2024-08-08T23:54:15+05:30", "2024-08-08T18:24:15Z +19800");
        check("2024-08-08 23:54:15 -0400", "2024-08-09T03:54:15Z -14400");
        check("2024-08-08 23:54:15 UTC", "2024-08-08T23:54:15Z +0");
        check("2024-08-08", "2024-08-08T00:00:00Z");
        check("2024/8/8 9:05", "2024-08-08T09:05:00Z");
        check("2024.08.08 09:05", "2024-08-08T09:05:00Z");
        check("8-Aug-2024", "2024-08-08T00:00:00Z");
        check("August 8, 2024", "2024-08-08T00:00:00Z");
        check("1969-12-31 23:59:59", "1969-12-31T23:59:59Z");
    }

    #[test]
    fn dates_that_end_with_the_year() {
        check(DAY_FIRST, "03/04/2024", "2024-04-03T00:00:00Z");
        check(MONTH_FIRST, "03/04/2024", "2024-03-04T00:00:00Z");
        check(DAY_FIRST, "31.12.2024 15:30", "2024-12-31T15:30:00Z");
        check(MONTH_FIRST, "12-31-2024 3:30:00 PM", "2024-12-31T15:30:00Z");
        check(MONTH_FIRST, "12/31/2024, 12:00 AM", "2024-12-31T00:00:00Z");
    }

    #[test]
    fn compact_dates_and_counts() {
        check(TimeForm::Compact, "20240808", "2024-08-08T00:00:00Z");
        check(TimeForm::Compact, "20240808 235415", "2024-08-08T23:54:15Z");
        check(TimeForm::Compact, "20240808235415", "2024-08-08T23:54:15Z");
        check(TimeForm::Compact, "20240808T235415Z", "2024-08-08T23:54:15Z +0");
        check(TimeForm::Compact, "20240808 23:54", "2024-08-08T23:54:00Z");
        let epoch = |unit| TimeForm::Epoch { unit, given: false };
        check(epoch(EpochUnit::Seconds), "1723161255", "2024-08-08T23:54:15Z +0");
        check(epoch(EpochUnit::Seconds), "1723161255.342", "2024-08-08T23:54:15.342Z +0");
        check(epoch(EpochUnit::Milliseconds), "1723161255342", "2024-08-08T23:54:15.342Z +0");
        check(epoch(EpochUnit::Microseconds), "1723161255342000", "2024-08-08T23:54:15.342Z +0");
        check(
            epoch(EpochUnit::Nanoseconds),
            "1723161255342000001",
            "2024-08-08T23:54:15.342000001Z +0",
        );
        check(epoch(EpochUnit::Seconds), "-1.5", "1969-12-31T23:59:58.500Z +0");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let check = |form: TimeForm, text: &str| assert_eq!(shown(form, text), None, "{text}");
        for text in [
            "",
            "2024-13-01",
            "2024-02-30",
            "2024-08-08 24:00:00",
            "2024-08-08 23:60:00",
            "24-08-08",
            "2024-08-08 23:54:15.",
            "2024-08-08x",
            "2024-08-08 ",
            "2024-08-08T23:54:15+25:00",
            "03/04/2024",
            "9999-01-01",
            "1500-01-01",
            "2024-08-08 23:54:15 EST",
            "20240808",
        ] {
            check(TimeForm::YearFirst, text);
        }
        check(MONTH_FIRST, "31/12/2024");
        check(DAY_FIRST, "31/12/24");
        check(TimeForm::Compact, "20241301");
        check(TimeForm::Compact, "2024-8-8");
        check(TimeForm::Epoch { unit: EpochUnit::Milliseconds, given: false }, "1723161255");
        check(TimeForm::Epoch { unit: EpochUnit::Seconds, given: true }, "99999999999999");
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..32)) {
            for form in [TimeForm::YearFirst, DAY_FIRST, MONTH_FIRST, TimeForm::Compact] {
                let _ = form.parse(&bytes);
            }
            let _ = IsoReader::default().parse_prefix(&bytes);
        }

        #[test]
        fn the_common_layout_is_read_as_any_other(text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9],") {
            let field = text.trim_end_matches(',').as_bytes();
            let fast = IsoReader::default().parse_prefix(text.as_bytes()).map(|(stamp, _)| stamp);
            prop_assert_eq!(fast, TimeForm::YearFirst.parse(field));
        }

        #[test]
        fn any_time_survives_being_shown(nanos in any::<i64>()) {
            let text = UnixNanos(nanos).to_string();
            let stamp = TimeForm::YearFirst.parse(text.as_bytes());
            // The first days of the range have no midnight inside it.
            let expected = UnixNanos::from_date(1677, 9, 22).is_none_or(|first| nanos >= first.0);
            prop_assert_eq!(stamp.map(|stamp| stamp.nanos), expected.then_some(nanos));
        }
    }
}
