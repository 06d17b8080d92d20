//! Dates as lists, seconds, strings and objects, and what each says.

use triomphe::Arc;

use super::calendar::{self, DAY, UNIX_DAYS};
use super::moment::{Grain, Moment, Shape};
use super::{names, now, zone};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "DateList",
        Attributes::NONE,
        |s, c| {
            Ok(match moment_or_now(s, c, "DateList") {
                Some(moment) => Step::Done(moment.list()),
                None => Step::Same,
            })
        },
        "DateList[date] is {year, month, day, hour, minute, second}; a date is such a list, the \
         seconds since 1900, a string, {string, elements} or a DateObject; DateList[] is now.",
        &[
            ("DateList[{2012, 1, 35}]", "{2012, 2, 4, 0, 0, 0.}"),
            ("DateList[\"May 17, 2024 2:30 PM\"]", "{2024, 5, 17, 14, 30, 0.}"),
        ],
    ),
    builtin(
        "AbsoluteTime",
        Attributes::NONE,
        |s, c| {
            Ok(match moment_or_now(s, c, "AbsoluteTime") {
                Some(moment) => Step::Done(moment.absolute()),
                None => Step::Same,
            })
        },
        "AbsoluteTime[date] is the number of seconds since the beginning of 1900; AbsoluteTime[] is \
         now.",
        &[("AbsoluteTime[{1900, 1, 2}]", "86400"), ("AbsoluteTime[{2000, 1, 1}]", "3155673600")],
    ),
    builtin(
        "UnixTime",
        Attributes::NONE,
        |s, c| {
            Ok(match moment_or_now(s, c, "UnixTime") {
                Some(moment) => {
                    let local = moment.seconds - zone(s, moment.seconds) * 3600.0;
                    let unix = local - (UNIX_DAYS * DAY) as f64;
                    Step::Done(Value::Integer(unix.floor() as i64))
                }
                None => Step::Same,
            })
        },
        "UnixTime[date] is the number of seconds since the beginning of 1970 in UTC.",
        &[("UnixTime[{1970, 1, 2}]", "86400"), ("UnixTime[{2000, 1, 1}]", "946684800")],
    ),
    builtin(
        "FromUnixTime",
        Attributes::LISTABLE,
        |s, c| {
            let seconds = c.args().first().filter(|value| crate::number::is_real(value));
            let Some(unix) = seconds.and_then(crate::number::to_f64) else { return Ok(Step::Same) };
            let local = unix + (UNIX_DAYS * DAY) as f64;
            let local = local + zone(s, local) * 3600.0;
            Ok(match Moment::of_seconds(local, false) {
                Some(moment) => Step::Done(moment.object(s)),
                None => Step::Same,
            })
        },
        "FromUnixTime[n] is the date n seconds after the beginning of 1970 in UTC.",
        &[
            ("DateList[FromUnixTime[86400]]", "{1970, 1, 2, 0, 0, 0.}"),
            ("Head[FromUnixTime[0]]", "DateObject"),
        ],
    ),
    builtin(
        "FromAbsoluteTime",
        Attributes::LISTABLE,
        |s, c| {
            let moment = match c.args() {
                [value @ (Value::Integer(_) | Value::Real(_))] => Moment::read(s, value),
                _ => None,
            };
            Ok(match moment {
                Some(moment) => Step::Done(moment.object(s)),
                None => Step::Same,
            })
        },
        "FromAbsoluteTime[n] is the date n seconds after the beginning of 1900.",
        &[
            ("DateList[FromAbsoluteTime[86400]]", "{1900, 1, 2, 0, 0, 0.}"),
            ("Head[FromAbsoluteTime[0]]", "DateObject"),
        ],
    ),
    builtin(
        "DateString",
        Attributes::NONE,
        date_string,
        "DateString[date] is a date as text; DateString[date, {\"Day\", \".\", \"Month\", \".\", \
         \"Year\"}] by elements: \"Year\", \"Month\", \"MonthName\", \"Day\", \"DayName\", \
         \"Hour\", \"Hour12\", \"AMPM\", \"Minute\", \"Second\", \"Quarter\", \"Week\", \
         \"ISODate\", \"ISODateTime\", \"DateShort\", \"Time\" and their like.",
        &[
            ("DateString[{2024, 5, 7, 14, 30, 5}]", "\"Tue 7 May 2024 14:30:05\""),
            (
                "DateString[{2024, 5, 7}, {\"Day\", \".\", \"Month\", \".\", \"Year\"}]",
                "\"07.05.2024\"",
            ),
        ],
    ),
    builtin(
        "DateObject",
        Attributes::NONE,
        date_object,
        "DateObject[{y, m, d}] is a date; with hours, minutes and seconds a moment; \
         DateObject[\"string\"] reads one; DateObject[date, \"Month\"] is the month of a date.",
        &[
            ("DateObject[{2024, 5, 7}]", "DateObject[{2024, 5, 7}, \"Day\"]"),
            ("DateObject[{2024, 5, 7}, \"Month\"]", "DateObject[{2024, 5}, \"Month\"]"),
        ],
    ),
    builtin(
        "DateObjectQ",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [value] => {
                    let moment = Moment::read(s, value);
                    let is = moment.is_some_and(|moment| moment.shape == Shape::Object);
                    Step::Done(Value::boolean(is))
                }
                _ => Step::Same,
            })
        },
        "DateObjectQ[e] is True if e is a date object.",
        &[("DateObjectQ[DateObject[{2024}]]", "True"), ("DateObjectQ[{2024}]", "False")],
    ),
    builtin(
        "TimeObject",
        Attributes::NONE,
        |_, c| Ok(time_object(c)),
        "TimeObject[{h, m, s}] is a time of day.",
        &[
            ("TimeObject[{14, 30}]", "TimeObject[{14, 30}, \"Minute\"]"),
            ("TimeObject[\"2:30 PM\"]", "TimeObject[{14, 30}, \"Minute\"]"),
        ],
    ),
    builtin(
        "DateValue",
        Attributes::NONE,
        |s, c| Ok(date_value(s, c)),
        "DateValue[date, \"Year\"] is an element of a date as a number, or as a string if it is a \
         name; a list of elements gives a list.",
        &[
            ("DateValue[{2024, 5, 7}, \"Month\"]", "5"),
            ("DateValue[{2024, 5, 7}, {\"Year\", \"DayName\"}]", "{2024, \"Tuesday\"}"),
        ],
    ),
];

/// Returns the date of the first argument, or now if there is none; tells what is no date.
fn moment_or_now(session: &mut Session, call: &Call, name: &str) -> Option<Moment> {
    match call.args().first() {
        None => {
            let seconds = now(session)?;
            Moment::of_seconds(seconds, false)
        }
        Some(value) => {
            let moment = Moment::read(session, value);
            let looks_like_one = value.as_list().is_some() || value.as_str().is_some();
            if moment.is_none() && looks_like_one {
                session.message_of(name, "arg", std::slice::from_ref(value));
            }
            moment
        }
    }
}

fn date_string(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, _) = crate::builtins::options::Options::split(call.args(), 1);
    // A lone list of elements is for now.
    let is_elements = |value: &Value| {
        let all = value.as_list().unwrap_or(std::slice::from_ref(value));
        !all.is_empty()
            && all.iter().all(|one| one.as_str().is_some())
            && Moment::read(session, value).is_none()
    };
    let (date, elements) = match args {
        [] => (None, None),
        [one] if is_elements(one) => (None, Some(one)),
        [one] => (Some(one), None),
        [date, elements] => (Some(date), Some(elements)),
        _ => return Ok(Step::Same),
    };
    let moment = match date {
        None => now(session).and_then(|seconds| Moment::of_seconds(seconds, false)),
        Some(date) => Moment::read(session, date),
    };
    let Some(moment) = moment else {
        if let Some(date) = date {
            session.message_of("DateString", "arg", std::slice::from_ref(date));
        }
        return Ok(Step::Same);
    };
    let elements: Option<Vec<String>> = match elements {
        None if moment.shape == Shape::Object && moment.grain == Grain::Day => {
            Some(vec!["DateShort".to_owned()])
        }
        None => Some(vec!["DateTimeShort".to_owned()]),
        Some(elements) => {
            let all = elements.as_list().unwrap_or(std::slice::from_ref(elements));
            all.iter().map(|one| one.as_str().map(str::to_owned)).collect()
        }
    };
    Ok(match elements {
        Some(elements) => Step::Done(Value::string(names::written(&moment, &elements))),
        None => Step::Same,
    })
}

fn date_object(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let moment = match call.args() {
        [] => now(session).and_then(|seconds| Moment::of_seconds(seconds, false)),
        [date] | [date, _] => Moment::read(session, date),
        _ => return Ok(Step::Same),
    };
    let Some(mut moment) = moment else { return Ok(Step::Same) };
    if let Some(grain) = call.args().get(1) {
        let name = grain.as_str();
        let known = Grain::ALL.iter().find(|(_, own)| Some(*own) == name);
        let Some((grain, _)) = known else { return Ok(Step::Same) };
        // A moment has a time zone, which is given in full.
        let is_canonical =
            call.args()[0].as_list().map(<[Value]>::len) == Some(*grain as usize + 1);
        if is_canonical && *grain <= Grain::Day {
            return Ok(Step::Same);
        }
        moment.grain = *grain;
    }
    Ok(Step::Done(moment.object(session)))
}

fn time_object(call: &Call) -> Step {
    let parts: Vec<Value> = match call.args() {
        [Value::String(text)] => match super::reading::read(&format!("1900-01-01 {text}")) {
            Some(parts) => parts[3..].to_vec(),
            None => return Step::Same,
        },
        [list] => match list.as_list() {
            Some(parts @ ([_] | [_, _] | [_, _, _])) => parts.to_vec(),
            _ => return Step::Same,
        },
        _ => return Step::Same,
    };
    if !parts.iter().all(crate::number::is_real) || parts.is_empty() {
        return Step::Same;
    }
    let grain = ["Hour", "Minute", "Second"][parts.len() - 1];
    Step::Done(Value::call(
        call.head().clone(),
        [Value::list(Args::from(parts)), Value::string(grain)],
    ))
}

fn date_value(session: &mut Session, call: &Call) -> Step {
    let (moment, elements) = match call.args() {
        [elements] => {
            let moment = now(session).and_then(|seconds| Moment::of_seconds(seconds, false));
            (moment, elements)
        }
        [date, elements] => (Moment::read(session, date), elements),
        _ => return Step::Same,
    };
    let Some(moment) = moment else { return Step::Same };
    let of = |element: &Value| {
        let name = element.as_str()?;
        if name == "SecondExact" {
            return Some(Value::Real(moment.parts().second));
        }
        if name == "DayName" {
            let weekday = names::WEEKDAYS[calendar::weekday(moment.day())];
            return Some(Value::string(weekday));
        }
        let text = names::written(&moment, &[name.to_owned()]);
        if text == name {
            return None;
        }
        Some(text.parse::<i64>().map_or_else(|_| Value::string(text), Value::Integer))
    };
    let found = match elements.as_list() {
        Some(all) => all.iter().map(of).collect::<Option<Args>>().map(Value::list),
        None => of(elements),
    };
    found.map_or(Step::Same, Step::Done)
}
