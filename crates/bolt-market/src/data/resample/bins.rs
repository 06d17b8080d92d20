//! Which bar of a coarser grid a time belongs to.

use bolt_base::UnixNanos;

use crate::data::calendar::{Calendar, SessionFinder};
use crate::data::date::Date;
use crate::data::error::DataError;
use crate::data::interval::Interval;
use crate::data::zone::{Zone, ZoneClock};

/// Where bars shorter than a day begin to be counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Anchor {
    /// At each midnight in the zone: bars of 7 hours begin at 0, 7, 14 and 21 o'clock, and the
    /// last one is shorter. Days, weeks and months are those of the zone's calendar.
    #[default]
    Midnight,
    /// At 1970-01-01T00:00:00Z, whatever the zone: all bars have the same length. Only for
    /// lengths of time.
    Epoch,
    /// At the opening of each session: the last bar of a session may be shorter. A day is a
    /// session, and weeks and months are made of sessions by their dates. Rows outside of all
    /// sessions are left out and counted.
    Session(Calendar),
}

/// The grid of a coarser interval.
pub(super) struct Bins<'a> {
    interval: Interval,
    anchor: &'a Anchor,
    clock: ZoneClock<'a>,
    sessions: Option<SessionFinder<'a>>,
}

/// A bar of the grid: from its first nanosecond up to, not including, its end. Of several sessions
/// it has breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bin {
    pub(super) start: i64,
    pub(super) end: i64,
    /// Until when all times from the one asked for belong to it.
    pub(super) unbroken_until: i64,
}

impl Bin {
    fn new(start: i64, end: i64) -> Self {
        Self { start, end, unbroken_until: end }
    }
}

impl<'a> Bins<'a> {
    pub(super) fn new(
        interval: Interval,
        anchor: &'a Anchor,
        zone: &'a Zone,
    ) -> Result<Self, DataError> {
        let is_length = matches!(interval, Interval::Time(_));
        let fail = |reason: String| Err(DataError::Mismatch(format!("cannot resample: {reason}")));
        match (anchor, interval) {
            (Anchor::Epoch, _) if !is_length => fail(format!(
                "`{interval}` is a period of a calendar; align it to midnight or sessions"
            )),
            (Anchor::Midnight | Anchor::Session(_), Interval::Time(nanos))
                if nanos > UnixNanos::DAY =>
            {
                fail(format!(
                    "`{interval}` is longer than a day; use days, or align it to the epoch"
                ))
            }
            _ => {
                let sessions = match anchor {
                    Anchor::Session(calendar) => Some(SessionFinder::new(calendar)),
                    Anchor::Midnight | Anchor::Epoch => None,
                };
                Ok(Self { interval, anchor, clock: zone.clock(), sessions })
            }
        }
    }

    /// Returns the bar that holds a time, or `None` if it lies in no session.
    pub(super) fn bin_of(&mut self, at: UnixNanos) -> Option<Bin> {
        match (self.anchor, self.interval) {
            (Anchor::Epoch, Interval::Time(nanos)) => Some(steps(0, i64::MAX, nanos, at.0)),
            (Anchor::Session(_), interval) => self.session_bin(at, interval),
            (_, Interval::Time(nanos)) => Some(self.part_of_day(at, nanos)),
            (_, interval) => {
                let date = Date::of_local(self.clock.local(at));
                let (first, behind) = period(date, interval);
                Some(Bin::new(self.midnight(first), self.midnight(behind)))
            }
        }
    }

    fn midnight(&mut self, date: Date) -> i64 {
        self.clock.reaches(date.midnight())
    }

    /// The part of a day that holds a time. Parts begin when the clock first shows their time, so
    /// where it is changed they are longer, shorter or empty, and never overlap.
    fn part_of_day(&mut self, at: UnixNanos, nanos: i64) -> Bin {
        let local = self.clock.local(at);
        let date = Date::of_local(local);
        let parts = (UnixNanos::DAY + nanos - 1) / nanos;
        let mut begin = |part: i64| {
            let next_day = part >= parts;
            let time = if next_day { UnixNanos::DAY } else { part * nanos };
            self.clock.reaches(date.midnight().saturating_add(time))
        };
        let mut part = (local - date.midnight()) / nanos;
        // Behind a clock that was set back, later parts have begun already.
        while part + 1 < parts && begin(part + 1) <= at.0 {
            part += 1;
        }
        Bin::new(begin(part), begin(part + 1))
    }

    fn session_bin(&mut self, at: UnixNanos, interval: Interval) -> Option<Bin> {
        let session = self.sessions.as_mut()?.find(at)?;
        if let Interval::Time(nanos) = interval {
            return Some(steps(session.open.0, session.close.0, nanos, at.0));
        }
        let Anchor::Session(calendar) = self.anchor else { return None };
        let (first, behind) = period(session.date, interval);
        // The first opening and the last closing of the period's sessions.
        let sessions = calendar.sessions(first..behind);
        let (start, end) = (sessions.first()?.open.0, sessions.last()?.close.0);
        Some(Bin { start, end, unbroken_until: session.close.0 })
    }
}

/// The step of a length that holds a time, counted from `start` and cut at `end`.
fn steps(start: i64, end: i64, nanos: i64, at: i64) -> Bin {
    let from =
        (i128::from(at) - i128::from(start)).div_euclid(i128::from(nanos)) * i128::from(nanos);
    let clamp = |value: i128| value.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    let first = i128::from(start) + from;
    Bin::new(clamp(first), clamp(first + i128::from(nanos)).min(end))
}

/// The first date of the period that holds a date, and the date behind it.
///
/// Days are counted from 1970-01-01, weeks from Monday 1970-01-05, months from January of year 0.
pub(crate) fn period(date: Date, interval: Interval) -> (Date, Date) {
    let of_days = |length: i64, from: i64| {
        let first = (i64::from(date.0) - from).div_euclid(length) * length + from;
        let clamp = |day: i64| Date(day.clamp(i32::MIN.into(), i32::MAX.into()) as i32);
        (clamp(first), clamp(first + length))
    };
    match interval {
        Interval::Days(count) => of_days(i64::from(count), 0),
        Interval::Weeks(count) => of_days(7 * i64::from(count), 4),
        Interval::Months(count) => {
            let (year, month, _) = date.parts();
            let months = i64::from(year) * 12 + i64::from(month) - 1;
            let first = months.div_euclid(i64::from(count)) * i64::from(count);
            (first_of_month(first), first_of_month(first + i64::from(count)))
        }
        Interval::Time(_) => (date, date + 1),
    }
}

/// The first day of a month counted from January of year 0; at the ends of the range of times, the
/// nearest day that there is.
fn first_of_month(months: i64) -> Date {
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let date = i32::try_from(year).ok().and_then(|year| Date::new(year, month as u8, 1));
    date.unwrap_or(Date::of_local(if year < 1970 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixNanos {
        let (date, time) = text.split_once(' ').unwrap();
        let (hour, minute) = time.split_once(':').unwrap();
        let minutes: i64 = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
        UnixNanos(date.parse::<Date>().unwrap().midnight() + minutes * 60_000_000_000)
    }

    #[track_caller]
    fn check(
        interval: &str,
        anchor: &Anchor,
        zone: &str,
        time: &str,
        expected: Option<(&str, &str)>,
    ) {
        let zone = Zone::named(zone).unwrap();
        let mut bins = Bins::new(interval.parse().unwrap(), anchor, &zone).unwrap();
        let found = bins.bin_of(at(time)).map(|bin| (bin.start, bin.end));
        let expected = expected.map(|(start, end)| (at(start).0, at(end).0));
        assert_eq!(found, expected, "{interval} {zone:?} {time}");
    }

    #[test]
    fn parts_of_a_day() {
        let midnight = Anchor::Midnight;
        check(
            "5m",
            &midnight,
            "UTC",
            "2024-01-02 10:07",
            Some(("2024-01-02 10:05", "2024-01-02 10:10")),
        );
        check(
            "7h",
            &midnight,
            "UTC",
            "2024-01-02 22:00",
            Some(("2024-01-02 21:00", "2024-01-03 00:00")),
        );
        check(
            "7h",
            &Anchor::Epoch,
            "UTC",
            "1970-01-02 01:00",
            Some(("1970-01-01 21:00", "1970-01-02 04:00")),
        );
        check(
            "4h",
            &midnight,
            "America/New_York",
            "2024-01-02 10:00",
            Some(("2024-01-02 09:00", "2024-01-02 13:00")),
        );
        // The clock is set forward at 2:00: the bar from 0 to 4 has three hours.
        check(
            "4h",
            &midnight,
            "America/New_York",
            "2024-03-10 06:30",
            Some(("2024-03-10 05:00", "2024-03-10 08:00")),
        );
        // And back at 2:00: five hours.
        check(
            "4h",
            &midnight,
            "America/New_York",
            "2024-11-03 08:30",
            Some(("2024-11-03 04:00", "2024-11-03 09:00")),
        );
    }

    #[test]
    fn periods_of_the_calendar() {
        let midnight = Anchor::Midnight;
        check(
            "1d",
            &midnight,
            "UTC",
            "2024-01-02 10:07",
            Some(("2024-01-02 00:00", "2024-01-03 00:00")),
        );
        check(
            "1d",
            &midnight,
            "America/New_York",
            "2024-03-10 12:00",
            Some(("2024-03-10 05:00", "2024-03-11 04:00")),
        );
        check(
            "1w",
            &midnight,
            "UTC",
            "2024-01-07 10:00",
            Some(("2024-01-01 00:00", "2024-01-08 00:00")),
        );
        check(
            "1M",
            &midnight,
            "UTC",
            "2024-02-29 10:00",
            Some(("2024-02-01 00:00", "2024-03-01 00:00")),
        );
        check(
            "1q",
            &midnight,
            "UTC",
            "2024-12-31 10:00",
            Some(("2024-10-01 00:00", "2025-01-01 00:00")),
        );
    }

    #[test]
    fn parts_and_groups_of_sessions() {
        let nyse = Anchor::Session(Calendar::Nyse);
        check(
            "1h",
            &nyse,
            "UTC",
            "2024-01-02 14:45",
            Some(("2024-01-02 14:30", "2024-01-02 15:30")),
        );
        check(
            "1h",
            &nyse,
            "UTC",
            "2024-01-02 20:45",
            Some(("2024-01-02 20:30", "2024-01-02 21:00")),
        );
        check("1h", &nyse, "UTC", "2024-01-02 21:00", None);
        check(
            "1d",
            &nyse,
            "UTC",
            "2024-11-29 15:00",
            Some(("2024-11-29 14:30", "2024-11-29 18:00")),
        );
        check(
            "1w",
            &nyse,
            "UTC",
            "2024-01-17 15:00",
            Some(("2024-01-16 14:30", "2024-01-19 21:00")),
        );
        let forex = Anchor::Session(Calendar::Forex);
        check(
            "1d",
            &forex,
            "UTC",
            "2024-01-07 23:00",
            Some(("2024-01-07 22:00", "2024-01-08 22:00")),
        );
    }

    #[test]
    fn every_time_of_years_is_in_its_own_bin() {
        for (interval, zone) in [
            ("4h", "America/New_York"),
            ("90m", "Australia/Lord_Howe"),
            ("1d", "Europe/London"),
            ("1M", "Asia/Kolkata"),
        ] {
            let zone = Zone::named(zone).unwrap();
            let mut bins = Bins::new(interval.parse().unwrap(), &Anchor::Midnight, &zone).unwrap();
            let mut time = at("2023-01-01 00:00").0;
            while time < at("2025-01-01 00:00").0 {
                let bin = bins.bin_of(UnixNanos(time)).unwrap();
                assert!(bin.start <= time && time < bin.end, "{interval} {zone:?} {time} {bin:?}");
                let last = bins.bin_of(UnixNanos(bin.end - 1)).unwrap();
                assert_eq!(
                    (bins.bin_of(UnixNanos(bin.start)), last),
                    (Some(bin), bin),
                    "{interval} {zone:?}"
                );
                assert_ne!(bins.bin_of(UnixNanos(bin.end)), Some(bin));
                time += 37 * 60_000_000_000;
            }
        }
    }

    #[test]
    fn what_cannot_be_aligned_is_refused() {
        let zone = Zone::utc();
        let refused =
            |interval: &str, anchor| Bins::new(interval.parse().unwrap(), &anchor, &zone).is_err();
        assert!(refused("1d", Anchor::Epoch));
        assert!(refused("36h", Anchor::Midnight));
        assert!(!refused("36h", Anchor::Epoch));
    }
}
