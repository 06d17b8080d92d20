//! Data against a calendar: sessions without bars, and bars outside of sessions.

use bolt_base::UnixNanos;

use super::Calendar;
use crate::data::bars::Bars;
use crate::data::date::Date;
use crate::data::gaps::trading_dates;

/// How bars and a calendar differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarCheck {
    /// Dates of sessions from the first bar to the last that have no bar.
    pub missing_sessions: Vec<Date>,
    /// Bars that lie in no session.
    pub bars_outside: Vec<UnixNanos>,
}

impl Calendar {
    /// Compares bars with the sessions of the calendar.
    ///
    /// A bar belongs to the session during which it opens. Where all bars are at midnight in their
    /// zone, they stand for dates.
    pub fn check(&self, bars: &Bars) -> CalendarCheck {
        let mut check = CalendarCheck::default();
        let mut dates: Vec<Date> = Vec::new();
        let times = bars.timestamps();
        for (date, &at) in trading_dates(times, self, &bars.basis).zip(times.iter()) {
            match date {
                Some(date) => dates.push(date),
                None => check.bars_outside.push(at),
            }
        }
        dates.sort_unstable();
        dates.dedup();
        if let (Some(&first), Some(&last)) = (dates.first(), dates.last()) {
            let sessions = self.sessions(first..last + 1).into_iter().map(|session| session.date);
            check.missing_sessions =
                sessions.filter(|date| dates.binary_search(date).is_err()).collect();
            check.missing_sessions.dedup();
        }
        check
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Column, LoadOptions, Policy, load};

    fn check_shared(file: &str) -> Option<CalendarCheck> {
        let path = bolt_testkit::path(&format!("data/equities_daily/{file}"))?;
        let options = LoadOptions { policy: Policy::repair(), ..LoadOptions::default() };
        Some(Calendar::Nyse.check(&load(path, &options).unwrap().into_bars().unwrap()))
    }

    /// Twenty years of trading say whether the rules and the list of closings are right: every
    /// session has a bar, and no bar lies on a day without one.
    #[test]
    fn new_york_traded_on_exactly_the_sessions_of_its_calendar() {
        for file in ["SPY_1999_2020.csv", "SPY_yahoo.csv", "AAPL_yahoo.csv", "GOOG_2004_2013.csv"] {
            let Some(check) = check_shared(file) else { return };
            assert_eq!(check, CalendarCheck::default(), "{file}");
        }
    }

    #[test]
    fn missing_sessions_and_bars_outside_are_listed() {
        let hour = 3_600_000_000_000;
        let bars = |times: Vec<i64>| {
            let close: Column = times.iter().map(|_| 1.0).collect();
            let times: Vec<UnixNanos> = times.into_iter().map(UnixNanos).collect();
            Bars::new("X", times, [("close".to_owned(), close)]).unwrap()
        };
        let day = |date: &str| date.parse::<Date>().unwrap().midnight();
        let times = vec![
            day("2024-07-02") + 14 * hour,
            day("2024-07-03") + 17 * hour,
            day("2024-07-03") + 18 * hour,
            day("2024-07-08") + 15 * hour,
        ];
        let check = Calendar::Nyse.check(&bars(times.clone()));
        let missing: Vec<String> = check.missing_sessions.iter().map(Date::to_string).collect();
        assert_eq!(missing, ["2024-07-03", "2024-07-05"]);
        // On the eve of the holiday the exchange closed at 13:00, which is 17:00 in UTC.
        assert_eq!(check.bars_outside, [UnixNanos(times[1]), UnixNanos(times[2])]);
        let daily = bars(vec![day("2024-07-03"), day("2024-07-04"), day("2024-07-05")]);
        let check = Calendar::Nyse.check(&daily);
        assert_eq!(check.bars_outside, [UnixNanos(day("2024-07-04"))]);
        assert!(check.missing_sessions.is_empty());
    }
}
