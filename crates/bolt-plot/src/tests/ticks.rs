//! Ticks.

use bolt_base::UnixNanos;
use proptest::prelude::*;

use crate::ticks;

fn day(year: i32, month: u8, day: u8) -> UnixNanos {
    UnixNanos::from_date(year, month, day).unwrap()
}

/// Whether a number is 1, 2 or 5 times a power of ten.
fn is_round(step: f64) -> bool {
    let power = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().any(|digit| (step / (digit * power) - 1.0).abs() < 1e-9)
}

/// Whether a number is a whole multiple of a step, but for rounding.
fn is_multiple(value: f64, step: f64) -> bool {
    let count = value / step;
    (count - count.round()).abs() < 1e-9 + count.abs() * 1e-15
}

proptest! {
    #[test]
    fn linear_ticks_are_round_evenly_spaced_and_inside(
        low in -1e5..1e5f64, exponent in -3..9i32, most in 2..12usize,
    ) {
        let high = low + 10f64.powi(exponent);
        let ticks = ticks::linear(low, high, most);
        prop_assert!(is_round(ticks.step), "{ticks:?}");
        prop_assert!(ticks.values.len() <= most);
        // Steps grow by at most 2.5, so there are never much fewer than asked for.
        prop_assert!(ticks.values.len() as f64 >= most as f64 / 2.5 - 2.0, "{ticks:?}");
        let slack = ticks.step * 1e-5;
        for pair in ticks.values.windows(2) {
            prop_assert!((pair[1] - pair[0] - ticks.step).abs() < slack);
        }
        for value in ticks.values {
            prop_assert!(value >= low - slack && value <= high + slack);
            prop_assert!(is_multiple(value, ticks.step));
        }
    }

    #[test]
    fn logarithmic_ticks_are_few_ascending_and_inside(
        low in 1e-6..1e9f64, ratio in 1.01..1e12f64,
    ) {
        let high = low * ratio;
        let ticks = ticks::logarithmic(low, high, 7);
        prop_assert!(ticks.len() <= 7);
        prop_assert!(ratio < 10.0 || ticks.len() >= 2, "{ticks:?} from {low} to {high}");
        prop_assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let slack = 1.0 + 1e-6;
        prop_assert!(ticks.iter().all(|(v, _)| *v >= low / slack && *v <= high * slack));
    }

    #[test]
    fn date_ticks_are_few_ascending_and_inside(
        low in i64::MIN..i64::MAX, exponent in 9.0..18.9f64, most in 2..12usize,
    ) {
        let low = UnixNanos(low);
        let high = UnixNanos(low.0.saturating_add(10f64.powf(exponent) as i64));
        let ticks = ticks::dates(low, high, most);
        prop_assert!(ticks.len() <= most);
        prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
        prop_assert!(ticks.iter().all(|tick| tick.at >= low && tick.at <= high));
    }
}

#[track_caller]
fn check_dates(low: UnixNanos, high: UnixNanos, most: usize, expected: &str) {
    let ticks = ticks::dates(low, high, most).into_iter();
    let labels: Vec<String> =
        ticks.map(|t| if t.is_major { format!("*{}", t.label) } else { t.label }).collect();
    assert_eq!(labels.join(" | "), expected);
}

#[test]
fn dates_are_named_by_the_unit_that_changes() {
    check_dates(
        day(2004, 8, 19),
        day(2013, 3, 1),
        10,
        "2005 | 2006 | 2007 | 2008 | 2009 | 2010 | 2011 | 2012 | 2013",
    );
    check_dates(day(2004, 8, 19), day(2013, 3, 1), 4, "2006 | 2008 | 2010 | 2012");
    check_dates(day(2019, 11, 5), day(2020, 3, 20), 6, "Dec | *2020 | Feb | Mar");
    check_dates(
        day(2024, 2, 26),
        day(2024, 3, 2),
        6,
        "26 Feb | 27 Feb | 28 Feb | 29 Feb | *1 Mar | 2 Mar",
    );
    let morning = UnixNanos(day(2024, 5, 1).0 + 20 * 3_600_000_000_000);
    let evening = UnixNanos(day(2024, 5, 2).0 + 14 * 3_600_000_000_000);
    check_dates(morning, evening, 5, "*2 May | 06:00 | 12:00");
    check_dates(
        morning,
        UnixNanos(morning.0 + 10_000_000_000),
        3,
        "20:00:00 | 20:00:05 | 20:00:10",
    );
    // Weeks begin on Mondays.
    check_dates(day(2024, 1, 2), day(2024, 1, 31), 5, "8 Jan | 15 Jan | 22 Jan | 29 Jan");
}
