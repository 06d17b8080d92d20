//! When markets are open.
//!
//! A [`Calendar`] gives sessions as instants, with daylight saving time of its zone applied.
//! [`Calendar::check`] compares it with bars.

mod check;
mod custom;
mod nyse;

pub use check::CalendarCheck;
pub use custom::CustomCalendar;

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use bolt_base::{UnixNanos, nearest};

use super::date::Date;
use super::error::DataError;
use super::zone::{Zone, ZoneClock};

/// The times at which a market trades.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Calendar {
    /// Around the clock; a session is a day in UTC.
    #[default]
    Always,
    /// Monday to Friday around the clock; a session is a day in UTC.
    Weekdays,
    /// The New York Stock Exchange: 9:30 to 16:00 in New York, with its holidays and half days
    /// from 1990 on.
    Nyse,
    /// Currencies: Sunday 17:00 to Friday 17:00 in New York; a session ends at 17:00 of its date.
    /// Christmas and New Year's Day count as open, since venues differ.
    Forex,
    /// Listed sessions.
    Custom(Arc<CustomCalendar>),
}

/// A time during which a market trades without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The trading date.
    pub date: Date,
    /// The opening.
    pub open: UnixNanos,
    /// The closing, which is no longer part of the session.
    pub close: UnixNanos,
}

const HOUR: i64 = 3_600_000_000_000;
const NAMES: [&str; 4] = ["24/7", "weekdays", "nyse", "forex"];

static NEW_YORK: LazyLock<Zone> =
    LazyLock::new(|| Zone::named("America/New_York").expect("the bundled database has New York"));
static UTC: LazyLock<Zone> = LazyLock::new(Zone::utc);

impl Calendar {
    /// Returns the calendar of a name: `24/7`, `weekdays`, `nyse` or `forex`.
    ///
    /// # Errors
    /// If there is no such calendar; the message suggests the nearest.
    pub fn named(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "24/7" | "always" => Ok(Self::Always),
            "weekdays" => Ok(Self::Weekdays),
            "nyse" => Ok(Self::Nyse),
            "forex" | "fx" => Ok(Self::Forex),
            _ => {
                let hint = nearest(name, NAMES)
                    .map_or(String::new(), |n| format!("; did you mean `{n}`?"));
                Err(format!(
                    "`{name}` is not a calendar; use {} or a file of dates{hint}",
                    NAMES.join(", ")
                ))
            }
        }
    }

    /// Reads a calendar from a file of dates and sessions, whose format
    /// [`CustomCalendar::parse`] documents.
    ///
    /// # Errors
    /// If the file cannot be read or a line is not a session.
    pub fn from_file(path: &Path) -> Result<Self, DataError> {
        let text =
            std::fs::read_to_string(path).map_err(DataError::io("read the calendar", path))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let calendar = CustomCalendar::parse(&name, &text).map_err(DataError::Mismatch)?;
        Ok(Self::Custom(Arc::new(calendar)))
    }

    /// Returns the name used in results.
    pub fn name(&self) -> &str {
        match self {
            Self::Always => NAMES[0],
            Self::Weekdays => NAMES[1],
            Self::Nyse => NAMES[2],
            Self::Forex => NAMES[3],
            Self::Custom(calendar) => &calendar.name,
        }
    }

    /// Returns the zone of its dates.
    pub fn zone(&self) -> &Zone {
        match self {
            Self::Always | Self::Weekdays => &UTC,
            Self::Nyse | Self::Forex => &NEW_YORK,
            Self::Custom(calendar) => &calendar.zone,
        }
    }

    /// Returns whether there is a session on a date.
    pub fn is_session(&self, date: Date) -> bool {
        match self {
            Self::Always => true,
            Self::Weekdays | Self::Forex => !date.is_weekend(),
            Self::Nyse => !date.is_weekend() && !nyse::is_holiday(date),
            Self::Custom(calendar) => {
                calendar.sessions.binary_search_by_key(&date, |session| session.date).is_ok()
            }
        }
    }

    /// Returns the sessions of the dates in a range, in order.
    pub fn sessions(&self, dates: Range<Date>) -> Vec<Session> {
        if let Self::Custom(calendar) = self {
            let at = |date| calendar.sessions.partition_point(|session| session.date < date);
            return calendar.sessions[at(dates.start)..at(dates.end).max(at(dates.start))].to_vec();
        }
        let mut clock = self.zone().clock();
        let dates = (dates.start.0..dates.end.0).map(Date);
        dates
            .filter(|date| self.is_session(*date))
            .map(|date| self.session(date, &mut clock))
            .collect()
    }

    /// The session of a date that has one, of a calendar by rule.
    fn session(&self, date: Date, clock: &mut ZoneClock<'_>) -> Session {
        let (open, close) = match self {
            Self::Nyse => (19 * HOUR / 2, nyse::closing_hour(date) * HOUR),
            Self::Forex => (-7 * HOUR, 17 * HOUR),
            Self::Always | Self::Weekdays | Self::Custom(_) => (0, 24 * HOUR),
        };
        let mut at = |time| clock.instant_or_first(date.midnight().saturating_add(time));
        Session { date, open: at(open), close: at(close) }
    }

    /// Returns the session during which an instant falls.
    pub fn session_at(&self, at: UnixNanos) -> Option<Session> {
        SessionFinder::new(self).find(at)
    }

    /// Returns whether the market trades at an instant.
    pub fn is_open(&self, at: UnixNanos) -> bool {
        self.session_at(at).is_some()
    }

    /// Returns the first opening at or after an instant, or `None` if the calendar ends before
    /// that.
    pub fn next_open(&self, at: UnixNanos) -> Option<UnixNanos> {
        if let Self::Custom(calendar) = self {
            let next = calendar.sessions.partition_point(|session| session.open < at);
            return calendar.sessions.get(next).map(|session| session.open);
        }
        let date = Date::of_local(self.zone().clock().local(at));
        // The longest closing of an exchange in this calendar took six days.
        let sessions = self.sessions(date - 1..date + 15);
        sessions.into_iter().map(|session| session.open).find(|&open| open >= at)
    }

    /// Returns the runs of time from `from` to `to` in which the market trades without a break,
    /// in order and without the parts outside.
    pub(crate) fn open_spans(&self, from: UnixNanos, to: UnixNanos) -> Vec<Range<i64>> {
        if *self == Self::Always {
            return std::iter::once(from.0..to.0).filter(|span| !span.is_empty()).collect();
        }
        let mut clock = self.zone().clock();
        let first = Date::of_local(clock.local(from)) - 1;
        let last = Date::of_local(clock.local(to)) + 2;
        let mut spans: Vec<Range<i64>> = Vec::new();
        for session in self.sessions(first..last) {
            let span = session.open.0.max(from.0)..session.close.0.min(to.0);
            match spans.last_mut() {
                _ if span.is_empty() => {}
                Some(last) if last.end == span.start => last.end = span.end,
                _ => spans.push(span),
            }
        }
        spans
    }
}

/// Finds the sessions of neighbouring instants: those around the last date asked for are kept.
pub(crate) struct SessionFinder<'a> {
    calendar: &'a Calendar,
    clock: ZoneClock<'a>,
    date: Option<Date>,
    sessions: Vec<Session>,
}

impl<'a> SessionFinder<'a> {
    pub(crate) fn new(calendar: &'a Calendar) -> Self {
        let clock = calendar.zone().clock();
        Self { calendar, clock, date: None, sessions: Vec::new() }
    }

    pub(crate) fn find(&mut self, at: UnixNanos) -> Option<Session> {
        let date = Date::of_local(self.clock.local(at));
        if self.date != Some(date) {
            self.date = Some(date);
            self.sessions = self.calendar.sessions(date - 1..date + 2);
        }
        let mut sessions = self.sessions.iter();
        sessions.find(|session| session.open <= at && at < session.close).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn instant(day: &str, hour: i64, minute: i64) -> UnixNanos {
        UnixNanos(date(day).midnight() + hour * HOUR + minute * HOUR / 60)
    }

    #[track_caller]
    fn check(calendar: &Calendar, dates: (&str, &str), expected: &[&str]) {
        let sessions = calendar.sessions(date(dates.0)..date(dates.1));
        let shown: Vec<String> =
            sessions.iter().map(|s| format!("{} {} {}", s.date, s.open, s.close)).collect();
        assert_eq!(shown, expected);
        for session in sessions {
            let before = |at: UnixNanos| UnixNanos(at.0 - 1);
            assert_eq!(calendar.session_at(session.open), Some(session));
            assert_eq!(calendar.session_at(before(session.close)), Some(session));
            assert_ne!(calendar.session_at(before(session.open)), Some(session));
            assert_ne!(calendar.session_at(session.close), Some(session));
            assert_eq!(calendar.next_open(session.open), Some(session.open));
        }
    }

    #[test]
    fn new_york_changes_its_clock_and_keeps_its_hours() {
        check(
            &Calendar::Nyse,
            ("2024-03-08", "2024-03-12"),
            &[
                "2024-03-08 2024-03-08T14:30:00Z 2024-03-08T21:00:00Z",
                "2024-03-11 2024-03-11T13:30:00Z 2024-03-11T20:00:00Z",
            ],
        );
        check(
            &Calendar::Nyse,
            ("2024-11-28", "2024-11-30"),
            &["2024-11-29 2024-11-29T14:30:00Z 2024-11-29T18:00:00Z"],
        );
    }

    #[test]
    fn currencies_trade_from_sunday_evening_to_friday_evening() {
        check(
            &Calendar::Forex,
            ("2024-03-08", "2024-03-12"),
            &[
                "2024-03-08 2024-03-07T22:00:00Z 2024-03-08T22:00:00Z",
                "2024-03-11 2024-03-10T21:00:00Z 2024-03-11T21:00:00Z",
            ],
        );
        assert!(!Calendar::Forex.is_open(instant("2024-03-09", 12, 0)));
        assert!(Calendar::Forex.is_open(instant("2024-03-10", 22, 0)));
    }

    #[test]
    fn calendars_without_holidays() {
        check(
            &Calendar::Always,
            ("2024-12-24", "2024-12-26"),
            &[
                "2024-12-24 2024-12-24T00:00:00Z 2024-12-25T00:00:00Z",
                "2024-12-25 2024-12-25T00:00:00Z 2024-12-26T00:00:00Z",
            ],
        );
        assert!(!Calendar::Weekdays.is_open(instant("2024-03-09", 12, 0)));
        assert_eq!(Calendar::Weekdays.sessions(date("2024-01-01")..date("2025-01-01")).len(), 262);
        assert_eq!(Calendar::Nyse.sessions(date("2024-01-01")..date("2025-01-01")).len(), 252);
    }

    #[test]
    fn the_next_opening_skips_closed_days() {
        let open = Calendar::Nyse.next_open(instant("2001-09-10", 20, 0));
        assert_eq!(open, Some(instant("2001-09-17", 13, 30)));
        let listed = CustomCalendar::parse("x", "2024-01-04\n2024-01-09").unwrap();
        let listed = Calendar::Custom(Arc::new(listed));
        assert_eq!(
            listed.next_open(instant("2024-01-05", 0, 0)),
            Some(instant("2024-01-09", 0, 0))
        );
        assert_eq!(listed.next_open(instant("2024-01-09", 0, 1)), None);
        assert!(
            listed.is_open(instant("2024-01-04", 23, 59))
                && !listed.is_open(instant("2024-01-05", 0, 0))
        );
        assert!(listed.is_session(date("2024-01-09")) && !listed.is_session(date("2024-01-08")));
    }

    #[test]
    fn spans_join_sessions_without_a_break() {
        let spans = |calendar: Calendar| {
            calendar.open_spans(instant("2024-03-07", 12, 0), instant("2024-03-12", 12, 0))
        };
        let whole = instant("2024-03-07", 12, 0).0..instant("2024-03-12", 12, 0).0;
        assert_eq!(spans(Calendar::Always), vec![whole]);
        assert_eq!(
            spans(Calendar::Forex),
            [
                instant("2024-03-07", 12, 0).0..instant("2024-03-08", 22, 0).0,
                instant("2024-03-10", 21, 0).0..instant("2024-03-12", 12, 0).0,
            ]
        );
        assert_eq!(spans(Calendar::Nyse).len(), 3);
    }

    #[test]
    fn names_are_known_or_suggested() {
        for name in NAMES {
            assert_eq!(Calendar::named(name).unwrap().name(), name);
        }
        assert!(Calendar::named("nise").unwrap_err().contains("did you mean `nyse`"));
    }
}
