mod charts;
mod checker;
mod example;
mod numbers;
mod pages;

use bolt_base::UnixNanos;

/// Returns the midnight of a date.
fn day(year: i32, month: u8, day: u8) -> UnixNanos {
    UnixNanos::from_date(year, month, day).unwrap()
}

/// Returns so many days in a row, from 2001-01-01 on.
fn days(count: usize) -> Vec<UnixNanos> {
    let start = day(2001, 1, 1).0;
    (0..count).map(|i| UnixNanos(start + i as i64 * UnixNanos::DAY)).collect()
}
