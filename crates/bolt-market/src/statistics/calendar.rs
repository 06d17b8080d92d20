//! Returns compounded by month and by year.

use bolt_base::UnixNanos;

/// The compounded return of a calendar month (UTC).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthReturn {
    /// Calendar year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// Compounded return.
    pub value: f64,
}

/// The compounded return of a calendar year (UTC).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YearReturn {
    /// Calendar year.
    pub year: i32,
    /// Compounded return.
    pub value: f64,
}

/// Returns the months that have returns, in order; `times` are when the returns were made,
/// sorted.
///
/// # Panics
/// If `returns` and `times` differ in length.
pub fn monthly(returns: &[f64], times: &[UnixNanos]) -> Vec<MonthReturn> {
    let key = |time: &UnixNanos| {
        let (year, month, _) = time.date();
        (year, month)
    };
    let rows = compound_by(returns, times, key).into_iter();
    rows.map(|((year, month), value)| MonthReturn { year, month, value }).collect()
}

/// Returns the years that have returns, in order; `times` are when the returns were made,
/// sorted.
///
/// # Panics
/// If `returns` and `times` differ in length.
pub fn yearly(returns: &[f64], times: &[UnixNanos]) -> Vec<YearReturn> {
    let rows = compound_by(returns, times, |time| time.date().0).into_iter();
    rows.map(|(year, value)| YearReturn { year, value }).collect()
}

fn compound_by<K: PartialEq>(
    returns: &[f64],
    times: &[UnixNanos],
    key: impl Fn(&UnixNanos) -> K,
) -> Vec<(K, f64)> {
    assert_eq!(returns.len(), times.len(), "one time for each return");
    let mut rows: Vec<(K, f64)> = Vec::new();
    for (r, time) in returns.iter().zip(times) {
        let key = key(time);
        match rows.last_mut() {
            Some((last, value)) if *last == key => *value = (1.0 + *value) * (1.0 + r) - 1.0,
            _ => rows.push((key, *r)),
        }
    }
    rows
}
