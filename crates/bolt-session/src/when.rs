//! Times as people write them.

use bolt_base::UnixNanos;
use bolt_market::data::{Date, Zone};
use jiff::Timestamp;
use jiff::civil::DateTime;

/// The span of time that a text names: `2015` is a year, `2015-06` a month, `2015-06-30` a day, a
/// time of day that instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Its first instant.
    pub first: UnixNanos,
    /// The first instant after it.
    pub end: UnixNanos,
}

/// Parses a year, month, day, local time or RFC 3339 time. What has no offset is on the zone's
/// clock; of a time that the clock shows twice the first is meant.
///
/// # Errors
/// If the text is none of these; the message says what is.
pub fn parse_moment(text: &str, zone: &Zone) -> Result<Moment, String> {
    let text = text.trim();
    let wrong = || {
        format!(
            "`{text}` is not a time; write `2015`, `2015-06`, `2015-06-30` or `2015-06-30T14:30`"
        )
    };
    let local = |nanos: i64| zone.clock().instant_or_first(nanos);
    if let Some((first, end)) = period(text) {
        return Ok(Moment { first: local(first.midnight()), end: local(end.midnight()) });
    }
    let instant = match text.parse::<Timestamp>() {
        Ok(time) => i64::try_from(time.as_nanosecond()).ok().map(UnixNanos).ok_or_else(wrong)?,
        Err(_) => local(civil_nanos(text).ok_or_else(wrong)?),
    };
    Ok(Moment { first: instant, end: UnixNanos(instant.0.saturating_add(1)) })
}

/// Returns what a zone's clock shows at ascending instants, each as the instant at which a clock on
/// UTC shows the same. Where the clock is set back it stands still, so the result ascends too.
pub(crate) fn wall_clock(times: &[UnixNanos], zone: &Zone) -> Vec<UnixNanos> {
    let (mut clock, mut latest) = (zone.clock(), i64::MIN);
    let local = |at: &UnixNanos| {
        latest = latest.max(clock.local(*at));
        UnixNanos(latest)
    };
    times.iter().map(local).collect()
}

/// Returns a time on a zone's clock, without a time of day at midnight: `2015-06-30` or
/// `2015-06-30 14:30`.
pub fn show_time(at: UnixNanos, zone: &Zone) -> String {
    let text = UnixNanos(zone.clock().local(at)).to_string();
    let Some((date, clock)) = text.trim_end_matches('Z').split_once('T') else { return text };
    match clock {
        "00:00:00" => date.to_owned(),
        _ => format!("{date} {}", clock.strip_suffix(":00").unwrap_or(clock)),
    }
}

/// Returns the first day of a year, month or day, and the first day after it.
fn period(text: &str) -> Option<(Date, Date)> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |index: usize, digits: usize| -> Option<i32> {
        let part: &&str = parts.get(index)?;
        (part.len() == digits).then(|| part.parse().ok())?
    };
    let year = number(0, 4)?;
    match parts.len() {
        1 => Some((Date::new(year, 1, 1)?, Date::new(year + 1, 1, 1)?)),
        2 => {
            let month = u8::try_from(number(1, 2)?).ok()?;
            let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            Some((Date::new(year, month, 1)?, Date::new(next.0, next.1, 1)?))
        }
        3 => {
            let (month, day) = (number(1, 2)?, number(2, 2)?);
            let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
            Some((date, date + 1))
        }
        _ => None,
    }
}

/// Returns a clock reading as nanoseconds since 1970-01-01T00:00 on that clock.
fn civil_nanos(text: &str) -> Option<i64> {
    let reading: DateTime = text.parse().ok()?;
    let instant = reading.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    i64::try_from(instant.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zone: &str, first: &str, end: &str) {
        let moment = parse_moment(text, &Zone::named(zone).unwrap()).unwrap();
        assert_eq!((moment.first.to_string(), moment.end.to_string()), (first.into(), end.into()));
    }

    #[test]
    fn a_text_names_the_span_it_shows() {
        check("2015", "UTC", "2015-01-01T00:00:00Z", "2016-01-01T00:00:00Z");
        check("2015-12", "UTC", "2015-12-01T00:00:00Z", "2016-01-01T00:00:00Z");
        check("2016-02-28", "UTC", "2016-02-28T00:00:00Z", "2016-02-29T00:00:00Z");
        check("2015-06-30", "America/New_York", "2015-06-30T04:00:00Z", "2015-07-01T04:00:00Z");
        let second = ("2015-06-30T14:30:00Z", "2015-06-30T14:30:00.000000001Z");
        check("2015-06-30T16:30:00+02:00", "UTC", second.0, second.1);
        check("2015-06-30 16:30", "Europe/Berlin", second.0, second.1);
    }

    #[track_caller]
    fn check_shown(instant: &str, zone: &str, expected: &str) {
        let at = parse_moment(instant, &Zone::utc()).unwrap().first;
        assert_eq!(show_time(at, &Zone::named(zone).unwrap()), expected);
    }

    #[test]
    fn times_are_shown_on_a_clock() {
        check_shown("2015-06-30", "UTC", "2015-06-30");
        check_shown("2015-06-30T14:30:00Z", "UTC", "2015-06-30 14:30");
        check_shown("2015-06-30T00:00:01Z", "UTC", "2015-06-30 00:00:01");
        check_shown("2015-06-30T04:00:00Z", "America/New_York", "2015-06-30");
        check_shown("2015-01-30T14:30:00Z", "America/New_York", "2015-01-30 09:30");
        check_shown("2015-06-29T15:00:00Z", "Asia/Tokyo", "2015-06-30");
    }

    #[test]
    fn a_clock_that_is_set_back_stands_still() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        // 25 October 2015: at 01:00 UTC the clock goes from 03:00 back to 02:00.
        let first = parse_moment("2015-10-25T00:00:00Z", &zone).unwrap().first;
        let half_hours: Vec<UnixNanos> =
            (0..7).map(|i| UnixNanos(first.0 + i * 1_800_000_000_000)).collect();
        let shown = wall_clock(&half_hours, &zone);
        let shown: Vec<i64> = shown.iter().map(|at| at.nanos_of_day() / 60_000_000_000).collect();
        assert_eq!(shown, [120, 150, 150, 150, 180, 210, 240]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "15", "2015-13", "2015-02-30", "yesterday", "2015-1-1"] {
            assert!(parse_moment(text, &Zone::utc()).is_err(), "{text}");
        }
    }
}
