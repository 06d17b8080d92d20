//! Dates of the calendar, without a time or a zone.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use bolt_base::UnixNanos;

/// A date: days since 1970-01-01. Parses and shows `2024-12-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i32);

impl Date {
    /// Returns a date, or `None` if it does not exist or lies outside the years 1678 to 2261.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        UnixNanos::from_date(year, month, day).map(|at| Self::of_local(at.0))
    }

    /// Returns the date of a clock reading, given as nanoseconds since 1970-01-01T00:00 on it.
    pub fn of_local(local: i64) -> Self {
        Self(local.div_euclid(UnixNanos::DAY) as i32)
    }

    /// Returns midnight on a clock, as nanoseconds since 1970-01-01T00:00 on it.
    pub fn midnight(self) -> i64 {
        i64::from(self.0).saturating_mul(UnixNanos::DAY)
    }

    /// Returns year, month and day.
    pub fn parts(self) -> (i32, u8, u8) {
        UnixNanos(self.midnight()).date()
    }

    /// Returns the day of the week, 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        (self.0.wrapping_add(3)).rem_euclid(7) as u8
    }

    /// Returns whether it is Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }
}

impl Add<i32> for Date {
    type Output = Self;

    fn add(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl Sub<i32> for Date {
    type Output = Self;

    fn sub(self, days: i32) -> Self {
        Self(self.0.saturating_sub(days))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a date; write it as `2024-12-31`");
        let mut parts = text.trim().splitn(3, '-');
        let mut part = || parts.next().ok_or_else(wrong);
        let (year, month, day) = (part()?, part()?, part()?);
        let year = year.parse().map_err(|_| wrong())?;
        let month = month.parse().map_err(|_| wrong())?;
        let day = day.parse().map_err(|_| wrong())?;
        Self::new(year, month, day).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_parse_show_and_count() {
        let date: Date = "2024-02-28".parse().unwrap();
        assert_eq!((date + 2).to_string(), "2024-03-01");
        assert_eq!((date - 59).to_string(), "2023-12-31");
        assert_eq!((date.weekday(), date.is_weekend()), (2, false));
        assert_eq!(Date::of_local(-1).to_string(), "1969-12-31");
        for wrong in ["2024-02-30", "2024", "2024-1", "a-b-c", "-1-2-3", ""] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
