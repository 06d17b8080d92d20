//! Points in time.

use std::fmt;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Covers the years 1678 to 2261. Shown as RFC 3339 in UTC. Laid out as its `i64`, so that a
/// memory-mapped column of integers is a column of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct UnixNanos(pub i64);

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

impl UnixNanos {
    /// Nanoseconds in a day of 24 hours.
    pub const DAY: i64 = SECONDS_PER_DAY * NANOS_PER_SECOND;

    /// Returns the midnight (UTC) of a date of the proleptic Gregorian calendar, or `None` if the
    /// date does not exist or is out of range.
    pub fn from_date(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
        days.checked_mul(Self::DAY).map(Self)
    }

    /// Returns the date (UTC) as year, month and day.
    pub fn date(self) -> (i32, u8, u8) {
        civil_from_days(self.0.div_euclid(Self::DAY))
    }

    /// Returns the day of the week (UTC), 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        (self.0.div_euclid(Self::DAY) + 3).rem_euclid(7) as u8
    }

    /// Returns the nanoseconds since midnight (UTC).
    pub fn nanos_of_day(self) -> i64 {
        self.0.rem_euclid(Self::DAY)
    }
}

impl fmt::Display for UnixNanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let seconds = self.nanos_of_day() / NANOS_PER_SECOND;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.nanos_of_day() % NANOS_PER_SECOND {
            0 => {}
            nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000)?,
            nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000)?,
            nanos => write!(f, ".{nanos:09}")?,
        }
        f.write_str("Z")
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nanos: i64, expected: &str) {
        assert_eq!(UnixNanos(nanos).to_string(), expected);
    }

    #[test]
    fn shows_rfc_3339() {
        check(0, "1970-01-01T00:00:00Z");
        check(-1, "1969-12-31T23:59:59.999999999Z");
        check(1_092_873_600 * NANOS_PER_SECOND, "2004-08-19T00:00:00Z");
        check(1_723_161_255_342_000_000, "2024-08-08T23:54:15.342Z");
        check(i64::MAX, "2262-04-11T23:47:16.854775807Z");
        check(i64::MIN, "1677-09-21T00:12:43.145224192Z");
    }

    #[test]
    fn every_date_of_four_centuries_round_trips() {
        let mut date = UnixNanos::from_date(1800, 1, 1).unwrap();
        let mut weekday = 2; // a Wednesday
        while date.date().0 < 2200 {
            let (year, month, day) = date.date();
            assert_eq!(UnixNanos::from_date(year, month, day), Some(date));
            assert_eq!(date.weekday(), weekday);
            date.0 += UnixNanos::DAY;
            weekday = (weekday + 1) % 7;
        }
    }

    #[test]
    fn refuses_dates_that_do_not_exist() {
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 4, 31)] {
            assert_eq!(UnixNanos::from_date(year, month, day), None);
        }
        assert!(UnixNanos::from_date(2000, 2, 29).is_some());
        assert_eq!(UnixNanos::from_date(9999, 1, 1), None);
    }
}
