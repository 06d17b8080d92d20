//! Dates as strings, by elements.

use super::calendar::{self, DAY};
use super::moment::Moment;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Returns a date by elements; what is no element stands for itself.
pub(super) fn written(moment: &Moment, elements: &[String]) -> String {
    elements.iter().map(|one| element(moment, one).unwrap_or_else(|| one.clone())).collect()
}

fn all(moment: &Moment, elements: &[&str]) -> String {
    written(moment, &elements.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
}

/// Returns an element of a date as text, `None` if there is no such element.
fn element(moment: &Moment, name: &str) -> Option<String> {
    let of = |elements: &[&str]| Some(all(moment, elements));
    match name {
        "DateTimeShort" => of(&["DateShort", " ", "Time"]),
        "DateTime" => of(&["Date", " ", "Time"]),
        "Date" => of(&["DayName", " ", "DayShort", " ", "MonthName", " ", "Year"]),
        "DateShort" => of(&["DayNameShort", " ", "DayShort", " ", "MonthNameShort", " ", "Year"]),
        "ISODate" => of(&["Year", "-", "Month", "-", "Day"]),
        "ISODateTime" => of(&["ISODate", "T", "Time"]),
        "ISOTime" | "Time" => of(&["Hour", ":", "Minute", ":", "Second"]),
        "ISOOrdinalDate" => of(&["Year", "-", "DayOfYear"]),
        "ISOWeekDate" => of(&["ISOYear", "-W", "ISOWeek", "-", "ISOWeekDay"]),
        _ => date_element(moment, name).or_else(|| time_element(moment, name)),
    }
}

fn date_element(moment: &Moment, name: &str) -> Option<String> {
    let parts = moment.parts();
    let day = moment.day();
    let month = MONTHS[(parts.month - 1).clamp(0, 11) as usize];
    let weekday = WEEKDAYS[calendar::weekday(day)];
    let quarter = (parts.month - 1) / 3 + 1;
    let of_year = day - calendar::days(parts.year, 1, 1) + 1;
    let (week_year, week) = calendar::week(day);
    Some(match name {
        "Year" => format!("{:04}", parts.year),
        "YearShort" => format!("{:02}", parts.year.rem_euclid(100)),
        "Month" => format!("{:02}", parts.month),
        "MonthShort" => parts.month.to_string(),
        "MonthName" => month.to_owned(),
        "MonthNameShort" => month[..3].to_owned(),
        "MonthNameInitial" => month[..1].to_owned(),
        "Day" => format!("{:02}", parts.day),
        "DayShort" => parts.day.to_string(),
        "DayName" => weekday.to_owned(),
        "DayNameShort" => weekday[..3].to_owned(),
        "DayNameInitial" => weekday[..1].to_owned(),
        "DayOfYear" | "ISOYearDay" => format!("{of_year:03}"),
        "DayOfYearShort" => of_year.to_string(),
        "Week" | "ISOWeek" => format!("{week:02}"),
        "WeekShort" => week.to_string(),
        "ISOWeekDay" => (calendar::weekday(day) + 1).to_string(),
        "ISOYear" => format!("{week_year:04}"),
        "Quarter" | "QuarterShort" => quarter.to_string(),
        "QuarterName" => format!("Quarter {quarter}"),
        "QuarterNameShort" => format!("Q{quarter}"),
        _ => return None,
    })
}

fn time_element(moment: &Moment, name: &str) -> Option<String> {
    let parts = moment.parts();
    let (whole, rest) = (parts.second.floor(), parts.second.fract());
    let hour_12 = match parts.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if parts.hour < 12 { "AM" } else { "PM" };
    Some(match name {
        "Hour" | "Hour24" => format!("{:02}", parts.hour),
        "HourShort" | "Hour24Short" => parts.hour.to_string(),
        "Hour12" => format!("{hour_12:02}"),
        "Hour12Short" => hour_12.to_string(),
        "AMPM" => half.to_owned(),
        "AMPMLowerCase" => half.to_lowercase(),
        "Minute" => format!("{:02}", parts.minute),
        "MinuteShort" => parts.minute.to_string(),
        "Second" => format!("{whole:02}"),
        "SecondShort" => whole.to_string(),
        "SecondExact" => format!("{:09.6}", parts.second),
        "Millisecond" => format!("{:03}", (rest * 1000.0).floor()),
        "MillisecondShort" => (rest * 1000.0).floor().to_string(),
        "SecondFraction" => format!("{rest:.6}"),
        "DayFraction" => {
            let seconds = moment.seconds.rem_euclid(DAY as f64);
            format!("{:.6}", seconds / DAY as f64)
        }
        _ => return None,
    })
}
