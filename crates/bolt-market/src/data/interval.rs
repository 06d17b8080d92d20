//! The time between bars: `5m`, `1h`, `1d`, `1w`, `1M`.

use std::fmt;
use std::str::FromStr;

use bolt_base::UnixNanos;

/// The length of a bar.
///
/// Seconds, minutes and hours are lengths of time; days, weeks and months are periods of a
/// calendar in some zone, so a day may last 23 hours. Parses and shows `250ms`, `1s`, `5m`, `4h`,
/// `1d`, `1w`, `1M`; also reads `min` for minutes, `mo` for months, `q` for three months and `y`
/// for twelve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interval {
    /// A length of time in nanoseconds, at least 1.
    Time(i64),
    /// Days of a calendar, at least 1.
    Days(u32),
    /// Weeks that begin on Monday, at least 1.
    Weeks(u32),
    /// Months of a calendar, at least 1.
    Months(u32),
}

const UNITS: [(&str, i64); 7] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl Interval {
    /// Returns the usual length in nanoseconds: a day has 24 hours, a month a twelfth of 365.25
    /// days.
    pub fn nominal_nanos(self) -> i64 {
        let days = |count: u32, length: i64| i64::from(count).saturating_mul(length);
        match self {
            Self::Time(nanos) => nanos,
            Self::Days(count) => days(count, UnixNanos::DAY),
            Self::Weeks(count) => days(count, 7 * UnixNanos::DAY),
            Self::Months(count) => days(count, UnixNanos::DAY / 48 * 1461),
        }
    }

    /// Returns whether bars are shorter than a day.
    pub fn is_intraday(self) -> bool {
        matches!(self, Self::Time(nanos) if nanos < UnixNanos::DAY)
    }

    /// Returns the interval of bars that are commonly `times` apart, or `None` of fewer than two
    /// bars.
    ///
    /// It is the most frequent of up to 4,096 evenly spread steps; steps of 28 to 31 days make
    /// months.
    pub fn detect(times: &[UnixNanos]) -> Option<Self> {
        let steps = times.len().checked_sub(1)?;
        let stride = steps.div_ceil(4096).max(1);
        let step = |i: usize| times[i + 1].0.saturating_sub(times[i].0);
        let mut sample: Vec<i64> =
            (0..steps).step_by(stride).map(step).filter(|&nanos| nanos > 0).collect();
        sample.sort_unstable();
        let runs = sample.chunk_by(|a, b| a == b);
        // The first of the longest runs, that is, the shortest of equally frequent steps.
        let most = runs.rev().max_by_key(|run| run.len())?;
        let median = sample[sample.len() / 2];
        Some(Self::of_step(if median > 27 * UnixNanos::DAY { median } else { most[0] }))
    }

    fn of_step(nanos: i64) -> Self {
        let days = nanos.saturating_add(UnixNanos::DAY / 2) / UnixNanos::DAY;
        let months = (nanos as f64 / Self::Months(1).nominal_nanos() as f64).round() as u32;
        let off_month = (nanos - Self::Months(months).nominal_nanos()).abs();
        match days {
            28.. if off_month < 4 * UnixNanos::DAY => Self::Months(months),
            _ if nanos % UnixNanos::DAY != 0 => Self::Time(nanos),
            _ if days % 7 == 0 => Self::Weeks((days / 7) as u32),
            _ => Self::Days(days as u32),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Time(nanos) => {
                let fits = |(_, size): &&(&str, i64)| nanos % size == 0;
                let (name, size) = UNITS.iter().find(fits).copied().unwrap_or(("ns", 1));
                write!(f, "{}{name}", nanos / size)
            }
            Self::Days(count) => write!(f, "{count}d"),
            Self::Weeks(count) => write!(f, "{count}w"),
            Self::Months(count) => write!(f, "{count}M"),
        }
    }
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not an interval; write a number and s, m, h, d, w or M, such as `5m`"
            )
        };
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count: u32 = text[..digits].parse().ok().filter(|&n| n > 0).ok_or_else(wrong)?;
        let months = |each: u32| count.checked_mul(each).map(Self::Months).ok_or_else(wrong);
        match &text[digits..] {
            "d" | "D" => Ok(Self::Days(count)),
            "w" | "W" => Ok(Self::Weeks(count)),
            "M" | "mo" => months(1),
            "q" => months(3),
            "y" => months(12),
            unit => {
                let (_, size) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
                i64::from(count).checked_mul(*size).map(Self::Time).ok_or_else(wrong)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Interval) {
        assert_eq!(text.parse(), Ok(expected));
        assert_eq!(expected.to_string().parse(), Ok(expected));
    }

    #[test]
    fn parses_and_shows() {
        check("5m", Interval::Time(300_000_000_000));
        check("90min", Interval::Time(90 * 60_000_000_000));
        check("250ms", Interval::Time(250_000_000));
        check("1d", Interval::Days(1));
        check("2w", Interval::Weeks(2));
        check("1M", Interval::Months(1));
        check("1q", Interval::Months(3));
        assert_eq!(Interval::Time(5_400_000_000_000).to_string(), "90m");
        for wrong in ["", "m", "0m", "-5m", "5x", "1.5h", "99999999999h", "4294967295y", "5é"] {
            assert!(wrong.parse::<Interval>().is_err(), "{wrong}");
        }
    }

    #[track_caller]
    fn check_detected(dates: &[(i32, u8, u8)], expected: Option<&str>) {
        let times: Vec<UnixNanos> =
            dates.iter().map(|&(y, m, d)| UnixNanos::from_date(y, m, d).unwrap()).collect();
        assert_eq!(Interval::detect(&times).map(|i| i.to_string()).as_deref(), expected);
    }

    #[test]
    fn detects_the_usual_step() {
        check_detected(&[(2024, 1, 5), (2024, 1, 8), (2024, 1, 9), (2024, 1, 10)], Some("1d"));
        check_detected(&[(2024, 1, 1), (2024, 2, 1), (2024, 3, 1), (2024, 4, 1)], Some("1M"));
        check_detected(&[(2023, 1, 31), (2023, 2, 28), (2023, 3, 31)], Some("1M"));
        check_detected(&[(2023, 3, 31), (2023, 6, 30), (2023, 9, 30)], Some("3M"));
        check_detected(&[(2023, 1, 1), (2024, 1, 1), (2025, 1, 1)], Some("12M"));
        check_detected(&[(2024, 1, 1), (2024, 1, 8), (2024, 1, 15)], Some("1w"));
        check_detected(&[(2024, 1, 1)], None);
        check_detected(&[], None);
        let extremes = [UnixNanos(i64::MIN), UnixNanos(i64::MAX)];
        assert!(Interval::detect(&extremes).is_some());
    }

    #[test]
    fn a_gap_does_not_hide_the_step() {
        let times: Vec<UnixNanos> =
            (0..9000).map(|i| UnixNanos((i + i / 390 * 1000) * 60_000_000_000)).collect();
        assert_eq!(Interval::detect(&times), Some(Interval::Time(60_000_000_000)));
    }
}
