//! Places on axes that a reader can name: round numbers, decades, and the starts of years, months,
//! days and hours.

use bolt_base::UnixNanos;

/// Ticks of a linear axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticks {
    /// Where they stand, ascending.
    pub values: Vec<f64>,
    /// The distance between them: 1, 2 or 5 times a power of ten.
    pub step: f64,
}

/// Returns the round numbers from `low` to `high`, as many as there are but not more than `most`
/// (at least 2).
pub fn linear(low: f64, high: f64, most: usize) -> Ticks {
    let power = 10f64.powf(((high - low) / most as f64).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0].into_iter().map(|factor| factor * power);
    let fits = |ticks: &Ticks| ticks.values.len() <= most;
    let ticks = steps.map(|step| multiples(low, high, step)).find(fits);
    ticks.unwrap_or_else(|| multiples(low, high, 50.0 * power))
}

/// Returns the multiples of a step from `low` to `high`.
fn multiples(low: f64, high: f64, step: f64) -> Ticks {
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let count = (last - first).max(-1.0) as usize + 1;
    // A product of whole numbers keeps 0.3 from becoming 0.30000000000000004.
    let at = |i: usize| {
        let index = first + i as f64;
        if step < 1.0 { index / (1.0 / step).round() } else { index * step }
    };
    Ticks { values: (0..count).map(at).collect(), step }
}

/// Returns ticks of a logarithmic axis and for each the step by which to show it: the densest of
/// every number with one digit, of 1, 2, 5, of decades or of every few decades that are not more
/// than `most`; round numbers if the axis spans too little for those.
pub fn logarithmic(low: f64, high: f64, most: usize) -> Vec<(f64, f64)> {
    let (first, last) = (low.log10().floor() as i32, high.log10().floor() as i32);
    let inside = |value: f64| value >= low * (1.0 - 1e-12) && value <= high * (1.0 + 1e-12);
    for digits in [&[1, 2, 3, 4, 5, 6, 7, 8, 9][..], &[1, 2, 3, 4, 6, 8], &[1, 2, 5], &[1]] {
        let ticks = (first..=last)
            .flat_map(|power| digits.iter().map(move |d| (f64::from(*d), 10f64.powi(power))))
            .map(|(digit, power)| (digit * power, power))
            .filter(|(value, _)| inside(*value));
        let ticks: Vec<(f64, f64)> = ticks.collect();
        if ticks.len() <= most {
            if ticks.len() >= 3 {
                return ticks;
            }
            let Ticks { values, step } = linear(low, high, most.min(4));
            return values.into_iter().filter(|v| *v > 0.0).map(|v| (v, step)).collect();
        }
    }
    let every = ((last - first) as usize).div_ceil(most).max(1);
    let powers = (first..=last).step_by(every).map(|power| 10f64.powi(power));
    powers.filter(|value| inside(*value)).map(|value| (value, value)).collect()
}

/// A tick of an axis of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateTick {
    /// Where it stands.
    pub at: UnixNanos,
    /// What it is called.
    pub label: String,
    /// Whether a larger unit begins here: a year among months, a day among hours.
    pub is_major: bool,
}

/// A distance between ticks of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Seconds(i64),
    Days(i64),
    Months(i32),
}

const STEPS: [Step; 22] = [
    Step::Seconds(1),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(30),
    Step::Seconds(60),
    Step::Seconds(300),
    Step::Seconds(900),
    Step::Seconds(1800),
    Step::Seconds(3600),
    Step::Seconds(3 * 3600),
    Step::Seconds(6 * 3600),
    Step::Seconds(12 * 3600),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
];

impl Step {
    fn seconds(self) -> f64 {
        match self {
            Self::Seconds(seconds) => seconds as f64,
            Self::Days(days) => days as f64 * 86_400.0,
            Self::Months(months) => f64::from(months) * 30.436_875 * 86_400.0,
        }
    }

    /// Returns all of its ticks from `low` to `high`.
    fn ticks(self, low: UnixNanos, high: UnixNanos) -> Vec<UnixNanos> {
        let every = match self {
            Self::Months(months) => return month_ticks(low, high, months),
            Self::Days(days) => days * UnixNanos::DAY,
            Self::Seconds(seconds) => seconds * 1_000_000_000,
        };
        // Counted from a Monday, so that steps of seven days are weeks as people count them. In
        // 128 bits, because the first tick may lie before the range of times.
        let (every, monday) = (i128::from(every), i128::from(4 * UnixNanos::DAY % every));
        let first = (i128::from(low.0) - monday).div_euclid(every) * every + monday;
        let ticks = (0..).map(|i: i128| first + i * every);
        let ticks = ticks.take_while(|at| *at <= i128::from(high.0));
        ticks
            .filter_map(|at| i64::try_from(at).ok().map(UnixNanos))
            .filter(|at| *at >= low)
            .collect()
    }
}

/// Returns the first days of every so many months, counted from a year divisible by their number
/// of years.
fn month_ticks(low: UnixNanos, high: UnixNanos, every: i32) -> Vec<UnixNanos> {
    let count = |at: UnixNanos| {
        let (year, month, _) = at.date();
        year * 12 + i32::from(month) - 1
    };
    let first = count(low).div_euclid(every) * every;
    let ticks = (first..=count(high)).step_by(every as usize).filter_map(|months| {
        UnixNanos::from_date(months.div_euclid(12), months.rem_euclid(12) as u8 + 1, 1)
    });
    ticks.filter(|at| *at >= low).collect()
}

/// Returns starts of years, months, days, hours or parts of them, at most `most` (at least 1) of
/// them from `low` to `high`; none if no step is that large.
pub fn dates(low: UnixNanos, high: UnixNanos, most: usize) -> Vec<DateTick> {
    let span = high.0.saturating_sub(low.0) as f64 / 1e9;
    for step in STEPS {
        if span / step.seconds() > most as f64 + 1.0 {
            continue;
        }
        let ticks = step.ticks(low, high);
        if ticks.len() <= most {
            return ticks.into_iter().map(|at| label(at, step)).collect();
        }
    }
    Vec::new()
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns the English abbreviation of a month, 1 to 12.
pub fn month_name(month: u8) -> &'static str {
    MONTHS[usize::from(month) - 1]
}

fn label(at: UnixNanos, step: Step) -> DateTick {
    let (year, month, day) = at.date();
    let (label, is_major) = match step {
        Step::Months(12..) => (year.to_string(), false),
        Step::Months(_) if month == 1 => (year.to_string(), true),
        Step::Months(_) => (month_name(month).to_owned(), false),
        Step::Days(_) if day == 1 => (format!("{day} {}", month_name(month)), true),
        Step::Days(_) => (format!("{day} {}", month_name(month)), false),
        Step::Seconds(_) if at.nanos_of_day() == 0 => {
            (format!("{day} {}", month_name(month)), true)
        }
        Step::Seconds(seconds) => {
            let second = at.nanos_of_day() / 1_000_000_000;
            let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
            let minutes = format!("{hour:02}:{minute:02}");
            (if seconds < 60 { format!("{minutes}:{rest:02}") } else { minutes }, false)
        }
    };
    DateTick { at, label, is_major }
}
