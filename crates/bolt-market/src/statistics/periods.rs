//! How many periods make a year, and where the number comes from.

use std::fmt;

use bolt_base::{UnixNanos, counted};

/// The number of return periods in a year, with its reason, so that a report can print both.
///
/// It is stated by the user or inferred by [`PeriodsPerYear::infer`]; there is no default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodsPerYear {
    /// Periods in a year, positive.
    pub value: f64,
    /// Where the number comes from.
    pub basis: Basis,
}

/// Where a number of periods comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// The user said so.
    Stated,
    /// Weekly, monthly, quarterly or yearly bars.
    Calendar {
        /// Median days from bar to bar.
        spacing_days: f64,
    },
    /// Daily bars or faster: trading days of a year times bars of a day.
    TradingDays {
        /// 365 if bars are found at weekends as often as a seven-day market has them, else 252.
        days: f64,
        /// Median number of bars of the days (UTC) that have any.
        bars_per_day: f64,
        /// Fraction of bars on Saturday or Sunday (UTC).
        weekend_share: f64,
    },
    /// No known pattern: bars counted over the time they span.
    Observed {
        /// Bars from the first to the last.
        bars: usize,
        /// Years of 365.25 days from the first to the last.
        years: f64,
    },
}

/// Why periods cannot be inferred.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PeriodsError {
    /// Too few bars.
    #[error(
        "cannot tell the periods in a year from {}; at least 3 are needed, or say \
         how many with `--periods 252`",
        counted(*bars as u64, "timestamp")
    )]
    TooFew {
        /// How many there were.
        bars: usize,
    },
    /// The order is not that of time.
    #[error(
        "cannot tell the periods in a year: timestamp `{index}` is `{later}`, not after \
         `{earlier}`; sort the bars and drop duplicates"
    )]
    NotIncreasing {
        /// Index of the offending timestamp.
        index: usize,
        /// The one before it.
        earlier: UnixNanos,
        /// The offending one.
        later: UnixNanos,
    },
}

const DAY: f64 = UnixNanos::DAY as f64;
const DAYS_PER_YEAR: f64 = 365.25;

/// Above this share of weekend bars a market trades on seven days: 60 % of what an even
/// distribution would give.
const WEEKEND_SHARE: f64 = 0.6 * 2.0 / 7.0;

impl PeriodsPerYear {
    /// Returns a number that the user stated.
    pub fn stated(value: f64) -> Self {
        Self { value, basis: Basis::Stated }
    }

    /// Infers the number from bar times, strictly increasing.
    ///
    /// The median spacing decides: about 7 days, a month, a quarter or a year give 52, 12, 4 or
    /// 1; a day or less gives trading days (252, or 365 if weekends trade) times the median
    /// number of bars a day; anything else is counted over the time spanned.
    ///
    /// # Errors
    /// If there are fewer than 3 timestamps or they are not strictly increasing.
    pub fn infer(times: &[UnixNanos]) -> Result<Self, PeriodsError> {
        if times.len() < 3 {
            return Err(PeriodsError::TooFew { bars: times.len() });
        }
        if let Some(index) = (1..times.len()).find(|&i| times[i] <= times[i - 1]) {
            let (earlier, later) = (times[index - 1], times[index]);
            return Err(PeriodsError::NotIncreasing { index, earlier, later });
        }
        let spacing_days = median_spacing_nanos(times) / DAY;
        let calendar = |value| Self { value, basis: Basis::Calendar { spacing_days } };
        Ok(match spacing_days {
            days if days <= 1.5 => Self::from_trading_days(times, days > 0.9),
            6.0..=8.0 => calendar(52.0),
            27.0..=32.0 => calendar(12.0),
            85.0..=95.0 => calendar(4.0),
            350.0..=380.0 => calendar(1.0),
            _ => Self::observed(times),
        })
    }

    fn from_trading_days(times: &[UnixNanos], daily: bool) -> Self {
        let weekend_share = weekend_share(times);
        let days = if weekend_share > WEEKEND_SHARE { 365.0 } else { 252.0 };
        let bars_per_day = if daily { 1.0 } else { median_bars_per_day(times) };
        let basis = Basis::TradingDays { days, bars_per_day, weekend_share };
        Self { value: days * bars_per_day, basis }
    }

    /// Counts the bars over the time from the first to the last.
    ///
    /// # Panics
    /// If there are none.
    pub fn observed(times: &[UnixNanos]) -> Self {
        let bars = times.len() - 1;
        let years = years_between(times[0], times[bars]);
        Self { value: bars as f64 / years, basis: Basis::Observed { bars, years } }
    }
}

impl fmt::Display for PeriodsPerYear {
    /// Shows the number and the reason: `252 (252 trading days, 0 % of bars at weekends)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", (self.value * 100.0).round() / 100.0)?;
        match self.basis {
            Basis::Stated => f.write_str("stated")?,
            Basis::Calendar { spacing_days } => {
                write!(f, "median spacing {spacing_days:.1} days")?;
            }
            Basis::TradingDays { days, bars_per_day, weekend_share } => {
                write!(f, "{days} trading days")?;
                if bars_per_day != 1.0 {
                    write!(f, " of {bars_per_day} bars")?;
                }
                write!(f, ", {:.0} % of bars at weekends", weekend_share * 100.0)?;
            }
            Basis::Observed { bars, years } => write!(f, "{bars} bars in {years:.2} years")?,
        }
        f.write_str(")")
    }
}

/// A riskless rate of return, with the period it is stated for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RiskFree {
    /// Simple return per period of the series.
    PerPeriod(f64),
    /// Simple return per year; per period it is `(1 + rate)^(1 / periods) - 1`.
    Annual(f64),
}

impl RiskFree {
    /// No riskless return.
    pub const ZERO: Self = Self::PerPeriod(0.0);

    /// Returns the simple return per period.
    pub fn per_period(self, periods: PeriodsPerYear) -> f64 {
        match self {
            Self::PerPeriod(rate) => rate,
            Self::Annual(rate) => (rate.ln_1p() / periods.value).exp_m1(),
        }
    }
}

/// Years of 365.25 days.
pub(super) fn years_between(first: UnixNanos, last: UnixNanos) -> f64 {
    (last.0 - first.0) as f64 / (DAY * DAYS_PER_YEAR)
}

/// Median distance of neighbours; the times are increasing and at least two.
pub(super) fn median_spacing_nanos(times: &[UnixNanos]) -> f64 {
    let mut gaps: Vec<i64> = times.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    median(&mut gaps)
}

fn median(values: &mut [i64]) -> f64 {
    let (middle, even) = (values.len() / 2, values.len().is_multiple_of(2));
    let (below, &mut upper, _) = values.select_nth_unstable(middle);
    match below.iter().max() {
        Some(&lower) if even => (lower as f64 + upper as f64) / 2.0,
        _ => upper as f64,
    }
}

/// Fraction of times on Saturday or Sunday.
pub(super) fn weekend_share(times: &[UnixNanos]) -> f64 {
    times.iter().filter(|time| time.weekday() >= 5).count() as f64 / times.len() as f64
}

fn median_bars_per_day(times: &[UnixNanos]) -> f64 {
    let mut counts: Vec<i64> = Vec::new();
    let mut today = None;
    for time in times {
        let day = time.0.div_euclid(UnixNanos::DAY);
        match counts.last_mut() {
            Some(count) if today == Some(day) => *count += 1,
            _ => counts.push(1),
        }
        today = Some(day);
    }
    // The first and the last day may be cut off.
    let whole = if counts.len() > 2 { 1..counts.len() - 1 } else { 0..counts.len() };
    median(&mut counts[whole])
}
