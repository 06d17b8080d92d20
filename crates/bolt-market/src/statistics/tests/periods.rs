use bolt_base::UnixNanos;

use super::{closes, every};
use crate::statistics::PeriodsPerYear;

const HOUR: i64 = UnixNanos::DAY / 24;

#[track_caller]
fn check(times: &[UnixNanos], expected: &str) {
    assert_eq!(PeriodsPerYear::infer(times).unwrap().to_string(), expected);
}

/// Only the times of a five-day week.
fn weekdays(times: Vec<UnixNanos>) -> Vec<UnixNanos> {
    times.into_iter().filter(|time| time.weekday() < 5).collect()
}

#[test]
fn periods_are_inferred_with_a_reason() {
    let start = (2020, 1, 1);
    check(&every(UnixNanos::DAY, start, 900), "365 (365 trading days, 29 % of bars at weekends)");
    check(
        &weekdays(every(UnixNanos::DAY, start, 900)),
        "252 (252 trading days, 0 % of bars at weekends)",
    );
    check(&every(7 * UnixNanos::DAY, start, 90), "52 (median spacing 7.0 days)");
    check(&every(30 * UnixNanos::DAY, start, 90), "12 (median spacing 30.0 days)");
    check(&every(91 * UnixNanos::DAY, start, 90), "4 (median spacing 91.0 days)");
    check(&every(365 * UnixNanos::DAY, start, 9), "1 (median spacing 365.0 days)");
    check(&every(3 * UnixNanos::DAY, start, 91), "121.75 (90 bars in 0.74 years)");
    check(&every(HOUR, start, 900), "8760 (365 trading days of 24 bars, 27 % of bars at weekends)");
    let session: Vec<UnixNanos> = weekdays(every(HOUR / 60, start, 60_000))
        .into_iter()
        .filter(|time| (13 * HOUR + HOUR / 2..20 * HOUR).contains(&time.nanos_of_day()))
        .collect();
    check(&session, "98280 (252 trading days of 390 bars, 0 % of bars at weekends)");
    // Of three days, the first and the last are cut off.
    check(
        &every(HOUR, (2020, 1, 6), 53)[20..],
        "6048 (252 trading days of 24 bars, 0 % of bars at weekends)",
    );
    assert_eq!(PeriodsPerYear::stated(252.0).to_string(), "252 (stated)");
}

#[test]
fn periods_of_real_bars() {
    for (file, expected) in [
        ("equities_daily/GOOG_2004_2013.csv", "252 (252 trading days, 0 % of bars at weekends)"),
        (
            "fx_hourly/EURUSD_2017_2018_1h.csv",
            "6048 (252 trading days of 24 bars, 2 % of bars at weekends)",
        ),
        (
            "crypto_minute/BTCPERP_2022_01_1m.csv",
            "525600 (365 trading days of 1440 bars, 32 % of bars at weekends)",
        ),
    ] {
        let Some((times, _)) = closes(file) else { return };
        check(&times, expected);
    }
}

#[test]
fn periods_that_cannot_be_told_are_an_error() {
    let error = |times: &[UnixNanos]| PeriodsPerYear::infer(times).unwrap_err().to_string();
    let days = every(UnixNanos::DAY, (2020, 1, 1), 4);
    assert!(error(&days[..2]).contains("from 2 timestamps"));
    let swapped = [days[0], days[2], days[1]];
    assert!(error(&swapped).contains("timestamp `2` is `2020-01-02"), "{}", error(&swapped));
    let repeated = [days[0], days[1], days[1]];
    assert!(error(&repeated).contains("drop duplicates"));
}
