//! The trading days of the New York Stock Exchange, by its rules.
//!
//! Rules and closings from 1990 on, after the exchange's holiday notices (its Rule 7.2 and press
//! releases). Regular hours are 9:30 to 16:00 in New York; half days end at 13:00, those before
//! 1993 at 14:00. Interruptions within a day (late openings, circuit breakers) are not kept.

use crate::data::date::Date;

/// Full-day closings that no rule gives.
const CLOSED: [(i32, u8, u8); 11] = [
    (1994, 4, 27), // funeral of Richard Nixon
    (2001, 9, 11), // attacks of September 11
    (2001, 9, 12),
    (2001, 9, 13),
    (2001, 9, 14),
    (2004, 6, 11),  // funeral of Ronald Reagan
    (2007, 1, 2),   // funeral of Gerald Ford
    (2012, 10, 29), // hurricane Sandy
    (2012, 10, 30),
    (2018, 12, 5), // funeral of George H. W. Bush
    (2025, 1, 9),  // funeral of Jimmy Carter
];

/// Half days that no rule gives.
const SHORT: [(i32, u8, u8); 3] = [(1997, 12, 26), (1999, 12, 31), (2003, 12, 26)];

const THURSDAY: u8 = 3;
const MONDAY: u8 = 0;

/// Returns whether the exchange is closed on a weekday.
pub(super) fn is_holiday(date: Date) -> bool {
    let (year, month, day) = date.parts();
    let nth_monday = |n: u8| date.weekday() == MONDAY && (day - 1) / 7 + 1 == n;
    let rule = match month {
        1 => is_new_year(date) || (year >= 1998 && nth_monday(3)),
        2 => nth_monday(3),
        3 | 4 => date == easter(year) - 2,
        5 => date.weekday() == MONDAY && day > 24,
        6 => year >= 2022 && is_observed(date, 6, 19),
        7 => is_observed(date, 7, 4),
        9 => nth_monday(1),
        11 => date.weekday() == THURSDAY && (day - 1) / 7 == 3,
        12 => is_observed(date, 12, 25),
        _ => false,
    };
    rule || CLOSED.contains(&(year, month, day))
}

/// Returns the hour at which a trading day ends.
pub(super) fn closing_hour(date: Date) -> i64 {
    let (year, month, day) = date.parts();
    let weekday = date.weekday();
    let is_short = match (month, day) {
        // The day after Thanksgiving.
        (11, 23..=29) => weekday == 4,
        (12, 24) => weekday < 4,
        // Before a holiday on Tuesday, Thursday or Friday; since 2013 also before one on Thursday
        // that falls on a Wednesday, which until 2002 made the Friday after it short.
        (7, 3) => year >= 1995 && (matches!(weekday, 0 | 1 | 3) || (weekday == 2 && year >= 2013)),
        (7, 5) => weekday == 4 && (1996..2013).contains(&year),
        _ => SHORT.contains(&(year, month, day)),
    };
    match (is_short, year) {
        (false, _) => 16,
        (true, ..1993) => 14,
        (true, _) => 13,
    }
}

/// New Year's Day; on a Sunday it is kept on Monday, on a Saturday not at all.
fn is_new_year(date: Date) -> bool {
    let (_, _, day) = date.parts();
    day == 1 || (day == 2 && date.weekday() == MONDAY)
}

/// A fixed holiday, kept on Friday if it is a Saturday and on Monday if it is a Sunday.
fn is_observed(date: Date, month: u8, day: u8) -> bool {
    let (year, ..) = date.parts();
    let Some(holiday) = Date::new(year, month, day) else { return false };
    match holiday.weekday() {
        5 => date == holiday - 1,
        6 => date == holiday + 1,
        _ => date == holiday,
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, "Astronomical Algorithms", chapter 8).
fn easter(year: i32) -> Date {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as u8, (n % 31 + 1) as u8).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_of_known_years() {
        for expected in
            ["1990-04-15", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2038-04-25"]
        {
            let date: Date = expected.parse().unwrap();
            assert_eq!(easter(date.parts().0), date);
        }
    }

    #[track_caller]
    fn check_holidays(year: i32, expected: &[&str]) {
        let days = (0..366).map(|day| Date::new(year, 1, 1).unwrap() + day);
        let found: Vec<String> = days
            .filter(|date| date.parts().0 == year && !date.is_weekend() && is_holiday(*date))
            .map(|date| date.to_string()[5..].to_owned())
            .collect();
        assert_eq!(found, expected, "{year}");
    }

    /// From the exchange's published lists.
    #[test]
    fn holidays_of_known_years() {
        check_holidays(
            1997,
            &["01-01", "02-17", "03-28", "05-26", "07-04", "09-01", "11-27", "12-25"],
        );
        check_holidays(
            2011,
            &["01-17", "02-21", "04-22", "05-30", "07-04", "09-05", "11-24", "12-26"],
        );
        check_holidays(
            2012,
            &[
                "01-02", "01-16", "02-20", "04-06", "05-28", "07-04", "09-03", "10-29", "10-30",
                "11-22", "12-25",
            ],
        );
        check_holidays(
            2021,
            &["01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"],
        );
        check_holidays(
            2022,
            &["01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"],
        );
        check_holidays(
            2025,
            &[
                "01-01", "01-09", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01",
                "11-27", "12-25",
            ],
        );
        check_holidays(
            2026,
            &[
                "01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26",
                "12-25",
            ],
        );
    }

    #[track_caller]
    fn check_short(year: i32, expected: &[&str]) {
        let days = (0..366).map(|day| Date::new(year, 1, 1).unwrap() + day);
        let found: Vec<String> = days
            .filter(|date| date.parts().0 == year && !date.is_weekend() && !is_holiday(*date))
            .filter(|date| closing_hour(*date) < 16)
            .map(|date| date.to_string()[5..].to_owned())
            .collect();
        assert_eq!(found, expected, "{year}");
    }

    #[test]
    fn half_days_of_known_years() {
        check_short(1992, &["11-27", "12-24"]);
        check_short(1997, &["07-03", "11-28", "12-24", "12-26"]);
        check_short(1999, &["11-26", "12-31"]);
        check_short(2002, &["07-05", "11-29", "12-24"]);
        check_short(2013, &["07-03", "11-29", "12-24"]);
        check_short(2018, &["07-03", "11-23", "12-24"]);
        check_short(2020, &["11-27", "12-24"]);
        check_short(2021, &["11-26"]);
        check_short(2024, &["07-03", "11-29", "12-24"]);
        check_short(2025, &["07-03", "11-28", "12-24"]);
        assert_eq!(closing_hour("1992-12-24".parse().unwrap()), 14);
        assert_eq!(closing_hour("1993-11-26".parse().unwrap()), 13);
    }
}
