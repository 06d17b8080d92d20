//! Days: of the week, of business, between dates; today.

use triomphe::Arc;

use super::calendar::{self, DAY};
use super::moment::{Grain, Moment, Shape};
use super::{names, now};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "DayName",
        Attributes::NONE,
        |s, c| {
            Ok(match moment_or_today(s, c) {
                Some(moment) => {
                    let name = names::WEEKDAYS[calendar::weekday(moment.day())];
                    Step::Done(s.named_symbol(name))
                }
                None => Step::Same,
            })
        },
        "DayName[date] is the day of the week: Monday, Tuesday, ...; DayName[] that of today.",
        &[("DayName[{2024, 2, 29}]", "Thursday"), ("DayName[{1900, 1, 1}]", "Monday")],
    ),
    builtin(
        "BusinessDayQ",
        Attributes::NONE,
        |s, c| {
            Ok(match moment_or_today(s, c) {
                Some(moment) => Step::Done(Value::boolean(calendar::weekday(moment.day()) < 5)),
                None => Step::Same,
            })
        },
        "BusinessDayQ[date] is True if the day is from Monday to Friday; holidays are not known.",
        &[("BusinessDayQ[{2024, 3, 1}]", "True"), ("BusinessDayQ[{2024, 3, 2}]", "False")],
    ),
    builtin(
        "DayMatchQ",
        Attributes::NONE,
        |s, c| {
            let [date, kind] = c.args() else { return Ok(Step::Same) };
            let (Some(moment), Some(kind)) = (Moment::read(s, date), Kind::read(s, kind)) else {
                return Ok(Step::Same);
            };
            Ok(Step::Done(Value::boolean(kind.has(moment.day()))))
        },
        "DayMatchQ[date, type] is True if the day is of a type: Monday to Sunday, \"Weekday\", \
         \"Weekend\", \"BusinessDay\", \"EndOfMonth\".",
        &[
            ("DayMatchQ[{2024, 2, 29}, Thursday]", "True"),
            ("DayMatchQ[{2024, 2, 29}, \"EndOfMonth\"]", "True"),
        ],
    ),
    builtin(
        "DayRange",
        Attributes::NONE,
        day_range,
        "DayRange[a, b] is the list of the days from a to b; DayRange[a, b, type] of those of a \
         type, such as Monday or \"Weekend\".",
        &[
            ("Length[DayRange[{2024, 2, 1}, {2024, 2, 29}]]", "29"),
            (
                "DayRange[{2024, 3, 1}, {2024, 3, 10}, Sunday]",
                "{DateObject[{2024, 3, 3}, \"Day\"], DateObject[{2024, 3, 10}, \"Day\"]}",
            ),
        ],
    ),
    builtin(
        "DayCount",
        Attributes::NONE,
        day_count,
        "DayCount[a, b] is the number of days from a to b; DayCount[a, b, type] of those after a \
         that are of a type.",
        &[
            ("DayCount[{2024, 2, 1}, {2024, 3, 1}]", "29"),
            ("DayCount[{2024, 3, 1}, {2024, 3, 8}, \"Weekday\"]", "5"),
        ],
    ),
    builtin(
        "DayPlus",
        Attributes::NONE,
        |s, c| Ok(day_plus(s, c)),
        "DayPlus[date, n] is the date n days later; DayPlus[date, n, type] counts those of a type.",
        &[
            ("DayPlus[{2024, 2, 28}, 2]", "DateObject[{2024, 3, 1}, \"Day\"]"),
            ("DayPlus[{2024, 3, 1}, 1, \"BusinessDay\"]", "DateObject[{2024, 3, 4}, \"Day\"]"),
        ],
    ),
    builtin(
        "LeapYearQ",
        Attributes::NONE,
        |s, c| {
            let [date] = c.args() else { return Ok(Step::Same) };
            let year = match date {
                Value::Integer(year) => Some(*year),
                _ => Moment::read(s, date).map(|moment| moment.parts().year),
            };
            Ok(year.map_or(Step::Same, |year| Step::Done(Value::boolean(calendar::is_leap(year)))))
        },
        "LeapYearQ[date] is True if the year of a date has a 29 February.",
        &[("LeapYearQ[{2024}]", "True"), ("LeapYearQ[{1900, 1, 1}]", "False")],
    ),
    builtin(
        "EasterSunday",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [Value::Integer(year)] => {
                    let (month, day) = calendar::easter(*year);
                    let parts = [*year, month, day].map(Value::Integer);
                    Step::Done(Value::list(parts.as_slice()))
                }
                _ => Step::Same,
            })
        },
        "EasterSunday[year] is the date of Easter Sunday.",
        &[("EasterSunday[2024]", "{2024, 3, 31}"), ("EasterSunday[2000]", "{2000, 4, 23}")],
    ),
];

/// A type of days.
enum Kind {
    Every,
    Named(usize),
    Weekday,
    Weekend,
    EndOfMonth,
}

impl Kind {
    fn read(session: &Session, value: &Value) -> Option<Self> {
        let name = match value {
            Value::String(name) => name.to_string(),
            _ => session.names.full(value.as_symbol()?).name.to_string(),
        };
        if let Some(day) = names::WEEKDAYS.iter().position(|day| *day == name) {
            return Some(Self::Named(day));
        }
        Some(match name.as_str() {
            "All" | "Day" => Self::Every,
            "Weekday" | "BusinessDay" => Self::Weekday,
            "Weekend" | "WeekendDay" => Self::Weekend,
            "EndOfMonth" => Self::EndOfMonth,
            _ => return None,
        })
    }

    fn has(&self, day: i64) -> bool {
        let weekday = calendar::weekday(day);
        match self {
            Self::Every => true,
            Self::Named(own) => weekday == *own,
            Self::Weekday => weekday < 5,
            Self::Weekend => weekday >= 5,
            Self::EndOfMonth => calendar::date(day + 1).2 == 1,
        }
    }
}

/// Days that are looked at one by one.
const DAYS_MAX: i64 = 10_000_000;

fn moment_or_today(session: &mut Session, call: &Call) -> Option<Moment> {
    match call.args() {
        [] => {
            let seconds = now(session)?;
            Moment::of_seconds(seconds, false)
        }
        [date] => Moment::read(session, date),
        _ => None,
    }
}

/// Reads two dates and a type of days.
fn ends(session: &Session, call: &Call) -> Option<(i64, i64, Kind)> {
    let (from, to, kind) = match call.args() {
        [from, to] => (from, to, Kind::Every),
        [from, to, kind] => (from, to, Kind::read(session, kind)?),
        _ => return None,
    };
    let (from, to) = (Moment::read(session, from)?.day(), Moment::read(session, to)?.day());
    ((to - from).abs() <= DAYS_MAX).then_some((from, to, kind))
}

/// Returns a day as an object.
fn object(session: &mut Session, day: i64) -> Option<Value> {
    let moment = Moment::of_seconds((day * DAY) as f64, true)?;
    Some(Moment { grain: Grain::Day, shape: Shape::Object, ..moment }.object(session))
}

fn day_range(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((from, to, kind)) = ends(session, call) else { return Ok(Step::Same) };
    let days: Vec<i64> = (from..=to).filter(|day| kind.has(*day)).collect();
    let mut dates = Args::new();
    for day in days {
        dates.extend(object(session, day));
    }
    Ok(Step::Done(Value::list(dates)))
}

fn day_count(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((from, to, kind)) = ends(session, call) else { return Ok(Step::Same) };
    let count = match kind {
        Kind::Every => to - from,
        _ if from <= to => (from + 1..=to).filter(|day| kind.has(*day)).count() as i64,
        _ => -((to + 1..=from).filter(|day| kind.has(*day)).count() as i64),
    };
    Ok(Step::Done(Value::Integer(count)))
}

fn day_plus(session: &mut Session, call: &Call) -> Step {
    let (date, count, kind) = match call.args() {
        [date, Value::Integer(count)] => (date, *count, Some(Kind::Every)),
        [date, Value::Integer(count), kind] => (date, *count, Kind::read(session, kind)),
        _ => return Step::Same,
    };
    let (Some(moment), Some(kind)) = (Moment::read(session, date), kind) else {
        return Step::Same;
    };
    if count.abs() > DAYS_MAX {
        return Step::Same;
    }
    let (mut day, mut left) = (moment.day(), count.abs());
    while left > 0 {
        day += count.signum();
        left -= i64::from(kind.has(day));
    }
    object(session, day).map_or(Step::Same, Step::Done)
}
