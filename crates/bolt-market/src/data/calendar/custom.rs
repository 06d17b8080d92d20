//! Calendars from a file: one line a session.
//!
//! ```text
//! # zone: Asia/Tokyo
//! # hours: 09:00-15:30
//! 2024-01-04
//! 2024-01-05
//! 2024-12-30, 09:00, 11:30
//! ```
//!
//! A line is a date, and its opening and closing if they differ from the usual hours; a closing at
//! or before the opening is on the next day. `zone` is UTC and `hours` are the whole day if they
//! are not given. Other lines that begin with `#`, blank lines and a title line that begins with
//! `date` are skipped.

use super::Session;
use crate::data::date::Date;
use crate::data::zone::Zone;

/// A calendar that lists its sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomCalendar {
    /// What it is called in results.
    pub name: String,
    /// The zone of its dates.
    pub zone: Zone,
    /// Its sessions, ascending and without overlaps.
    pub sessions: Vec<Session>,
}

/// Nanoseconds since midnight.
type TimeOfDay = i64;

const MINUTE: i64 = 60_000_000_000;

impl CustomCalendar {
    /// Parses a calendar; the module's documentation has the format.
    ///
    /// # Errors
    /// If a line is not a session, or sessions overlap or are not in order; the message has the
    /// number of the line.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut zone = Zone::utc();
        let mut hours = (0, 24 * 60 * MINUTE);
        let mut sessions: Vec<Session> = Vec::new();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            let fail = |reason: String| format!("line {number} of the calendar `{name}`: {reason}");
            if let Some(setting) = line.strip_prefix('#') {
                match setting.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
                    Some(("zone", value)) => {
                        zone = Zone::named(value).map_err(|error| fail(error.to_string()))?;
                    }
                    Some(("hours", value)) => hours = parse_hours(value).map_err(fail)?,
                    _ => {}
                }
                continue;
            }
            if line.is_empty() || line.to_ascii_lowercase().starts_with("date") {
                continue;
            }
            let session = parse_session(line, &zone, hours).map_err(fail)?;
            if sessions.last().is_some_and(|last| last.close > session.open) {
                return Err(fail(format!("`{line}` begins before the session above it ends")));
            }
            sessions.push(session);
        }
        if sessions.is_empty() {
            return Err(format!("the calendar `{name}` has no sessions; write one date a line"));
        }
        Ok(Self { name: name.to_owned(), zone, sessions })
    }
}

fn parse_session(
    line: &str,
    zone: &Zone,
    hours: (TimeOfDay, TimeOfDay),
) -> Result<Session, String> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let (date, (open, close)) = match fields.as_slice() {
        [date] => (*date, hours),
        [date, open, close] => (*date, (parse_time(open)?, parse_time(close)?)),
        _ => {
            return Err(format!(
                "`{line}` is not a session; write `2024-12-30` or `2024-12-30, 09:00, 11:30`"
            ));
        }
    };
    let date: Date = date.parse()?;
    let close = if close <= open { close + 24 * 60 * MINUTE } else { close };
    let mut clock = zone.clock();
    let mut at = |time| clock.instant_or_first(date.midnight().saturating_add(time));
    Ok(Session { date, open: at(open), close: at(close) })
}

fn parse_hours(text: &str) -> Result<(TimeOfDay, TimeOfDay), String> {
    let (open, close) = text
        .split_once('-')
        .ok_or_else(|| format!("`{text}` are not hours; write `09:00-15:30`"))?;
    Ok((parse_time(open.trim())?, parse_time(close.trim())?))
}

fn parse_time(text: &str) -> Result<TimeOfDay, String> {
    let parts = text
        .split_once(':')
        .and_then(|(hour, minute)| Some((hour.parse::<u8>().ok()?, minute.parse::<u8>().ok()?)));
    match parts {
        Some((hour, minute)) if minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) => {
            Ok((i64::from(hour) * 60 + i64::from(minute)) * MINUTE)
        }
        _ => Err(format!("`{text}` is not a time of day; write `09:30`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sessions_of_a_file() {
        let text = "# Tokyo, shortened\n# zone: Asia/Tokyo\n# hours: 09:00-15:30\ndate,open,close\n\
                    2024-01-04\n\n2024-01-05, 09:00, 11:30\n2024-01-08,17:00,01:00\n";
        let calendar = CustomCalendar::parse("tokyo", text).unwrap();
        let shown: Vec<String> = calendar
            .sessions
            .iter()
            .map(|s| format!("{} {} {}", s.date, s.open, s.close))
            .collect();
        assert_eq!(
            shown,
            [
                "2024-01-04 2024-01-04T00:00:00Z 2024-01-04T06:30:00Z",
                "2024-01-05 2024-01-05T00:00:00Z 2024-01-05T02:30:00Z",
                "2024-01-08 2024-01-08T08:00:00Z 2024-01-08T16:00:00Z",
            ]
        );
    }

    #[test]
    fn faults_name_their_line() {
        for (text, expected) in [
            ("", "has no sessions"),
            ("2024-01-04\nyesterday", "line 2"),
            ("2024-01-05\n2024-01-04", "line 2"),
            ("# zone: Asia/Tokio\n2024-01-04", "Asia/Tokyo"),
            ("# hours: 9-17\n2024-01-04", "time of day"),
            ("2024-01-04, 09:00", "is not a session"),
            ("2024-01-04, 25:00, 26:00", "time of day"),
        ] {
            let error = CustomCalendar::parse("x", text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_read(text in "(# (zone|hours): ?)?[-0-9:,\n #a-z]{0,60}") {
            let _ = CustomCalendar::parse("x", &text);
        }
    }
}
