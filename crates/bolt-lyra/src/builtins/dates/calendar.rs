//! The Gregorian calendar, extended to all years: days as numbers and as years, months and days.

/// A moment of a calendar: the seconds may have a fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parts {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: f64,
}

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// Days from 1900-01-01, where absolute times begin, to 1970-01-01.
pub(super) const UNIX_DAYS: i64 = 25_567;

/// Returns whether a year has a 29 February.
pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Returns how many days a month has.
pub(super) fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days from 1900-01-01 to a day. Months are counted from March on, so that the leap
/// day is the last of a year; 400 years have 146,097 days.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    // Months beyond a year are of other years.
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let shifted = if month <= 2 { year - 1 } else { year };
    let (cycle, of_cycle) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let of_cycle = of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year;
    // 719,468 days are from 0000-03-01 to 1970-01-01.
    cycle * 146_097 + of_cycle - 719_468 + UNIX_DAYS
}

/// Returns the year, the month and the day that are so many days after 1900-01-01.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let days = days - UNIX_DAYS + 719_468;
    let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + cycle * 400 + i64::from(month <= 2), month, day)
}

/// Returns the day of the week of a day: 0 is Monday.
pub(super) fn weekday(days: i64) -> usize {
    // 1900-01-01 was a Monday.
    days.rem_euclid(7) as usize
}

/// Returns the year and the number of its week (ISO 8601): a week belongs to the year of its
/// Thursday.
pub(super) fn week(days_since: i64) -> (i64, i64) {
    let thursday = days_since - weekday(days_since) as i64 + 3;
    let (year, _, _) = date(thursday);
    (year, (thursday - days(year, 1, 1)) / 7 + 1)
}

/// Returns the day of Easter Sunday (the anonymous Gregorian algorithm).
pub(super) fn easter(year: i64) -> (i64, i64) {
    let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    (month, day)
}

/// Returns the parts of so many seconds after the beginning of 1900.
pub(super) fn parts(seconds: f64) -> Parts {
    let whole = (seconds / DAY as f64).floor();
    let (year, month, day) = date(whole as i64);
    let rest = seconds - whole * DAY as f64;
    let minutes = (rest / 60.0).floor();
    Parts {
        year,
        month,
        day,
        hour: minutes as i64 / 60,
        minute: minutes as i64 % 60,
        second: rest - minutes * 60.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for number in days(1600, 1, 1)..days(2401, 1, 1) {
            assert_eq!(date(number), (year, month, day));
            assert_eq!(days(year, month, day), number);
            day += 1;
            if day > days_of_month(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        assert_eq!((days(1900, 1, 1), days(1970, 1, 1)), (0, UNIX_DAYS));
        assert_eq!(date(days(-4800, 2, 29)), (-4800, 2, 29));
    }

    #[test]
    fn weeks_and_easter_are_those_of_the_calendar() {
        assert_eq!(week(days(2021, 1, 3)), (2020, 53));
        assert_eq!(week(days(2018, 12, 31)), (2019, 1));
        assert_eq!((easter(2000), easter(2024), easter(2038)), ((4, 23), (3, 31), (4, 25)));
        assert_eq!(weekday(days(2024, 2, 29)), 3);
    }
}
