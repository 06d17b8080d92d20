//! Time zones: local clock readings to instants and back, fast for runs of neighbouring times.

use std::ops::Range;
use std::sync::Arc;

use bolt_base::{UnixNanos, nearest};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::error::UnknownZone;
use super::report::RepairKind;

const NANOS: i64 = 1_000_000_000;

/// A time zone of the IANA database (bundled with the program) or a fixed offset from UTC.
#[derive(Debug, Clone)]
pub struct Zone {
    name: Arc<str>,
    rules: TimeZone,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

/// The instant or instants at which a clock shows a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// The clock shows it once.
    Once(UnixNanos),
    /// The clock was set back and shows it twice.
    Twice {
        /// Before the clock was set back.
        first: UnixNanos,
        /// After.
        second: UnixNanos,
    },
    /// The clock was set forward past it: the instant at which it would have shown the time.
    Skipped(UnixNanos),
}

impl Zone {
    /// Returns UTC.
    pub fn utc() -> Self {
        Self { name: Arc::from("UTC"), rules: TimeZone::UTC }
    }

    /// Returns the zone of an IANA name such as `America/New_York` (any letter case), of `UTC` or
    /// of an offset such as `+02:00`.
    ///
    /// # Errors
    /// If there is no such zone; the error suggests the nearest name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        if name.eq_ignore_ascii_case("utc") || name == "Z" {
            return Ok(Self::utc());
        }
        if let Some(seconds) = parse_offset(name.as_bytes()) {
            let offset = Offset::from_seconds(seconds).map_err(|_| unknown(name))?;
            return Ok(Self { name: Arc::from(name), rules: TimeZone::fixed(offset) });
        }
        let rules = TimeZone::get(name).map_err(|_| unknown(name))?;
        let name = rules.iana_name().unwrap_or(name).into();
        Ok(Self { name, rules })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Turns local times, given as nanoseconds since 1970-01-01T00:00 on the zone's clock, into
    /// instants, and tells of each row at which the clock was changed, with its local time.
    ///
    /// A time that the clock showed twice is the first instant unless the row before is at or
    /// after that; a skipped one moves with the clock.
    pub(crate) fn instants(
        &self,
        times: Vec<i64>,
        mut note: impl FnMut(usize, RepairKind, i64),
    ) -> Vec<UnixNanos> {
        if *self == Self::utc() {
            return times.into_iter().map(UnixNanos).collect();
        }
        let mut clock = self.clock();
        let mut previous = UnixNanos(i64::MIN);
        let convert = |(row, local): (usize, i64)| {
            previous = match clock.instant(local) {
                Local::Once(at) => at,
                Local::Twice { first, second } => {
                    note(row, RepairKind::ResolvedRepeatedTime, local);
                    if previous < first { first } else { second }
                }
                Local::Skipped(at) => {
                    note(row, RepairKind::ShiftedSkippedTime, local);
                    at
                }
            };
            previous
        };
        times.into_iter().enumerate().map(convert).collect()
    }

    /// Returns a converter for neighbouring times.
    pub fn clock(&self) -> ZoneClock<'_> {
        ZoneClock { zone: self, span: 0..0, offset: 0 }
    }
}

fn unknown(name: &str) -> UnknownZone {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let suggestion = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
    UnknownZone { name: name.to_owned(), suggestion }
}

/// Parses `+02:00`, `-0530` or `+1` as seconds east of UTC.
pub(crate) fn parse_offset(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text.split_first()? {
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let number = |digits: &[u8]| -> Option<i32> {
        digits
            .iter()
            .try_fold(0i32, |n, d| d.is_ascii_digit().then(|| n * 10 + i32::from(d - b'0')))
    };
    let (hours, minutes) = match *digits {
        [_] | [_, _] => (number(digits)?, 0),
        [_, _, b':', _, _] => (number(&digits[..2])?, number(&digits[3..])?),
        [_, _, _, _] => (number(&digits[..2])?, number(&digits[2..])?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Converts between instants and local times of one zone.
///
/// It remembers the span of time around the last answer in which the offset does not change, so
/// that a run of neighbouring times costs an addition each.
#[derive(Debug, Clone)]
pub struct ZoneClock<'a> {
    zone: &'a Zone,
    /// The instants that share `offset`.
    span: Range<i64>,
    offset: i64,
}

impl ZoneClock<'_> {
    /// Returns what the zone's clock shows at an instant, as nanoseconds since 1970-01-01T00:00
    /// on that clock.
    pub fn local(&mut self, at: UnixNanos) -> i64 {
        if !self.span.contains(&at.0) {
            self.move_to(at);
        }
        at.0.saturating_add(self.offset)
    }

    /// Returns when the zone's clock shows a local time, given as nanoseconds since
    /// 1970-01-01T00:00 on that clock.
    pub fn instant(&mut self, local: i64) -> Local {
        let guess = local.saturating_sub(self.offset);
        let margin = UnixNanos::DAY;
        let inner = self.span.start.saturating_add(margin)..self.span.end.saturating_sub(margin);
        if inner.contains(&guess) {
            return Local::Once(UnixNanos(guess));
        }
        self.move_to(UnixNanos(guess));
        self.look_up(local)
    }

    /// Returns the instant of a local time; of a time shown twice the first, of a skipped time
    /// the one at which an unchanged clock would have shown it.
    pub fn instant_or_first(&mut self, local: i64) -> UnixNanos {
        match self.instant(local) {
            Local::Once(at) | Local::Twice { first: at, .. } | Local::Skipped(at) => at,
        }
    }

    /// Returns the first instant at which the clock shows a local time or a later one.
    pub(crate) fn reaches(&mut self, local: i64) -> i64 {
        match self.instant(local) {
            Local::Once(at) | Local::Twice { first: at, .. } => at.0,
            Local::Skipped(at) => {
                // The clock was set forward at the start of the span that holds this instant.
                self.move_to(at);
                self.span.start
            }
        }
    }

    fn look_up(&self, local: i64) -> Local {
        let at =
            |offset: Offset| UnixNanos(local.saturating_sub(i64::from(offset.seconds()) * NANOS));
        match self.zone.rules.to_ambiguous_timestamp(civil(local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => Local::Once(at(offset)),
            AmbiguousOffset::Gap { before, .. } => Local::Skipped(at(before)),
            AmbiguousOffset::Fold { before, after } => {
                Local::Twice { first: at(before), second: at(after) }
            }
        }
    }

    fn move_to(&mut self, at: UnixNanos) {
        let rules = &self.zone.rules;
        let timestamp = timestamp(at.0);
        let nanos = |t: Timestamp| i64::try_from(t.as_nanosecond()).ok();
        let next = rules.following(timestamp).next().and_then(|t| nanos(t.timestamp()));
        // The span is half open, and the transition at its start belongs to it.
        let after = timestamp.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(timestamp);
        let last = rules.preceding(after).next().and_then(|t| nanos(t.timestamp()));
        self.span = last.unwrap_or(i64::MIN)..next.unwrap_or(i64::MAX);
        self.offset = i64::from(rules.to_offset(timestamp).seconds()) * NANOS;
    }
}

/// The instant as the time zone library has it: 64-bit nanoseconds lie well inside its range.
fn timestamp(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn civil(local: i64) -> DateTime {
    Offset::UTC.to_datetime(timestamp(local))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(year: i32, month: u8, day: u8, hour: i64, minute: i64) -> i64 {
        UnixNanos::from_date(year, month, day).unwrap().0 + (hour * 60 + minute) * 60 * NANOS
    }

    #[test]
    fn local_times_of_new_york() {
        let zone = Zone::named("america/new_york").unwrap();
        assert_eq!(zone.name(), "America/New_York");
        let mut clock = zone.clock();
        let utc = |y, m, d, h, min| UnixNanos(seconds(y, m, d, h, min));
        let check = |clock: &mut ZoneClock<'_>, local, expected| {
            assert_eq!(clock.instant(local), expected, "{local}");
            assert_eq!(zone.clock().instant(local), expected, "{local} from a new clock");
        };
        check(&mut clock, seconds(2024, 1, 15, 9, 30), Local::Once(utc(2024, 1, 15, 14, 30)));
        check(&mut clock, seconds(2024, 7, 15, 9, 30), Local::Once(utc(2024, 7, 15, 13, 30)));
        check(&mut clock, seconds(2024, 3, 10, 2, 30), Local::Skipped(utc(2024, 3, 10, 7, 30)));
        check(&mut clock, seconds(2024, 3, 10, 3, 0), Local::Once(utc(2024, 3, 10, 7, 0)));
        let twice =
            Local::Twice { first: utc(2024, 11, 3, 5, 30), second: utc(2024, 11, 3, 6, 30) };
        check(&mut clock, seconds(2024, 11, 3, 1, 30), twice);
    }

    /// Jumping back and forth must not matter: a fresh clock asks the database each time.
    #[test]
    fn a_remembered_span_gives_what_the_database_gives() {
        for name in ["Europe/London", "Australia/Lord_Howe", "Asia/Kolkata", "+03:30", "UTC"] {
            let zone = Zone::named(name).unwrap();
            let mut clock = zone.clock();
            let mut at = UnixNanos::from_date(1985, 1, 1).unwrap().0;
            while at < UnixNanos::from_date(2040, 1, 1).unwrap().0 {
                let local = clock.local(UnixNanos(at));
                assert_eq!(local, zone.clock().local(UnixNanos(at)), "{name} {at}");
                assert_eq!(clock.instant(local), zone.clock().look_up(local), "{name} {at}");
                at += 7 * 3600 * NANOS + 61 * NANOS;
            }
        }
    }

    #[test]
    fn a_skipped_time_is_reached_when_the_clock_is_set_forward() {
        let zone = Zone::named("America/New_York").unwrap();
        let change = seconds(2024, 3, 10, 7, 0);
        for minute in [0, 30, 59] {
            assert_eq!(zone.clock().reaches(seconds(2024, 3, 10, 2, minute)), change);
        }
        assert_eq!(zone.clock().reaches(seconds(2024, 3, 10, 3, 0)), change);
        assert_eq!(zone.clock().reaches(seconds(2024, 11, 3, 1, 30)), seconds(2024, 11, 3, 5, 30));
    }

    #[test]
    fn the_extremes_of_time_do_not_fail() {
        for name in ["America/New_York", "Asia/Tokyo", "-18:00"] {
            let zone = Zone::named(name).unwrap();
            for at in [i64::MIN, -1, 0, i64::MAX] {
                zone.clock().local(UnixNanos(at));
                zone.clock().instant(at);
            }
        }
    }

    #[test]
    fn a_mistyped_zone_is_refused_with_a_suggestion() {
        let error = Zone::named("America/New_Yrok").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("America/New_York"));
        assert!(Zone::named("+25:00").is_err() && Zone::named("").is_err());
    }
}
