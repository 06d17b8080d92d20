//! Dates that are so much later, how much is between dates, and ranges of them.

use triomphe::Arc;

use super::calendar::{self, DAY};
use super::moment::{Grain, Moment, Shape};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "DatePlus",
        Attributes::NONE,
        date_plus,
        "DatePlus[date, n] is the date n days later; DatePlus[date, {n, \"Month\"}] is later by \
         another unit: \"Year\", \"Quarter\", \"Month\", \"Week\", \"Day\", \"BusinessDay\", \
         \"Hour\", \"Minute\", \"Second\"; a list of these adds all.",
        &[
            ("DatePlus[{2024, 2, 28}, 2]", "{2024, 3, 1}"),
            ("DatePlus[{2024, 1, 31}, {1, \"Month\"}]", "{2024, 2, 29}"),
        ],
    ),
    builtin(
        "DateDifference",
        Attributes::NONE,
        date_difference,
        "DateDifference[a, b] is the time from a to b as a number of days; DateDifference[a, b, \
         \"Month\"] in another unit; a list of units takes whole ones of all but the last.",
        &[
            ("DateDifference[{2024, 1, 1}, {2024, 3, 1}]", "Quantity[60, \"Days\"]"),
            (
                "DateDifference[{2024, 1, 1}, {2024, 3, 5}, {\"Month\", \"Day\"}]",
                "{Quantity[2, \"Months\"], Quantity[4, \"Days\"]}",
            ),
        ],
    ),
    builtin(
        "DateRange",
        Attributes::NONE,
        date_range,
        "DateRange[a, b] is the list of the days from a to b; DateRange[a, b, \"Month\"] or {2, \
         \"Week\"} of dates so far apart.",
        &[
            (
                "DateRange[{2024, 2, 28}, {2024, 3, 1}]",
                "{{2024, 2, 28}, {2024, 2, 29}, {2024, 3, 1}}",
            ),
            (
                "DateRange[{2024, 1, 31}, {2024, 3, 31}, \"Month\"]",
                "{{2024, 1, 31}, {2024, 2, 29}, {2024, 3, 31}}",
            ),
        ],
    ),
];

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// So many months.
    Months(i64),
    BusinessDay,
    /// So many seconds.
    Seconds(i64),
}

fn unit(name: &str) -> Option<Unit> {
    Some(match name.strip_suffix('s').unwrap_or(name) {
        "Century" => Unit::Months(1200),
        "Decade" => Unit::Months(120),
        "Year" => Unit::Months(12),
        "Quarter" => Unit::Months(3),
        "Month" => Unit::Months(1),
        "BusinessDay" | "Weekday" => Unit::BusinessDay,
        "Week" => Unit::Seconds(7 * DAY),
        "Day" => Unit::Seconds(DAY),
        "Hour" => Unit::Seconds(3600),
        "Minute" => Unit::Seconds(60),
        "Second" => Unit::Seconds(1),
        _ => return None,
    })
}

/// Reads an offset: `n` days, `{n, unit}`, `Quantity[n, unit]`, or a list of offsets.
fn offsets(session: &Session, value: &Value) -> Option<Vec<(f64, Unit)>> {
    match value {
        Value::String(name) => Some(vec![(1.0, unit(name)?)]),
        Value::Integer(_) | Value::Real(_) | Value::Rational(_) => {
            Some(vec![(number::to_f64(value)?, Unit::Seconds(DAY))])
        }
        Value::Call(call) => match call.args() {
            [count, Value::String(name)] if count.is_number() => {
                let is_quantity = call.head().as_symbol().is_some_and(|head| {
                    matches!(&*session.names.full(head).name, "Quantity" | "List")
                });
                let offset = (number::to_f64(count)?, unit(name)?);
                is_quantity.then(|| vec![offset])
            }
            all => {
                let all: Option<Vec<_>> = all.iter().map(|one| offsets(session, one)).collect();
                Some(all?.into_iter().flatten().collect())
            }
        },
        _ => None,
    }
}

/// Returns a moment so many units later. A day that a month does not have is its last one.
fn later(moment: &Moment, (count, unit): (f64, Unit)) -> Option<Moment> {
    let seconds = match unit {
        Unit::Seconds(size) => moment.seconds + count * size as f64,
        Unit::Months(months) => {
            let parts = moment.parts();
            let months = count * months as f64;
            if months.fract() != 0.0 || months.abs() > 1e7 {
                return None;
            }
            let month = parts.year * 12 + parts.month - 1 + months as i64;
            let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
            let day = parts.day.min(calendar::days_of_month(year, month));
            let change = calendar::days(year, month, day) - moment.day();
            moment.seconds + (change * DAY) as f64
        }
        Unit::BusinessDay => {
            if count.fract() != 0.0 || count.abs() > 1e6 {
                return None;
            }
            let mut day = moment.day();
            let (mut left, step) = (count.abs() as i64, if count < 0.0 { -1 } else { 1 });
            while left > 0 {
                day += step;
                left -= i64::from(calendar::weekday(day) < 5);
            }
            moment.seconds + ((day - moment.day()) * DAY) as f64
        }
    };
    let is_exact = moment.is_exact && seconds.fract() == 0.0;
    let later = Moment::of_seconds(seconds, is_exact)?;
    // An offset of hours makes a day a moment.
    let grain = match unit {
        Unit::Seconds(size) if size < DAY => moment.grain.max(Grain::Instant),
        Unit::Seconds(_) | Unit::BusinessDay => moment.grain.max(Grain::Day),
        Unit::Months(months) if months < 12 => moment.grain.max(Grain::Month),
        Unit::Months(_) => moment.grain,
    };
    Some(Moment { grain, shape: moment.shape, ..later })
}

fn date_plus(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [date, offset] = call.args() else { return Ok(Step::Same) };
    let (Some(moment), Some(offsets)) = (Moment::read(session, date), offsets(session, offset))
    else {
        return Ok(Step::Same);
    };
    let sum = offsets.into_iter().try_fold(moment, |moment, offset| later(&moment, offset));
    Ok(match sum {
        Some(moment) => Step::Done(moment.value(session)),
        None => Step::Same,
    })
}

/// Returns how many units are from a moment to another: of months and larger ones the whole and
/// the part of the last.
fn between(from: &Moment, to: &Moment, unit: Unit) -> Option<f64> {
    Some(match unit {
        Unit::Seconds(size) => (to.seconds - from.seconds) / size as f64,
        Unit::Months(size) => {
            let (a, b) = (from.parts(), to.parts());
            let months = (b.year - a.year) * 12 + b.month - a.month;
            let mut whole = months.div_euclid(size);
            let after = |whole: i64| later(from, (whole as f64, unit)).map(|one| one.seconds);
            while after(whole)? > to.seconds {
                whole -= 1;
            }
            while after(whole + 1)? <= to.seconds {
                whole += 1;
            }
            let (start, end) = (after(whole)?, after(whole + 1)?);
            whole as f64 + (to.seconds - start) / (end - start)
        }
        Unit::BusinessDay => {
            let (first, last) = (from.day().min(to.day()), from.day().max(to.day()));
            if last - first > 10_000_000 {
                return None;
            }
            let count = (first..last).filter(|day| calendar::weekday(*day) < 5).count();
            if from.day() <= to.day() { count as f64 } else { -(count as f64) }
        }
    })
}

fn quantity(session: &mut Session, count: f64, name: &str) -> Value {
    let head = session.named_symbol("Quantity");
    let plural = if name.ends_with('s') { name.to_owned() } else { format!("{name}s") };
    let count = match count.fract() == 0.0 && count.abs() < 1e15 {
        true => Value::Integer(count as i64),
        false => Value::Real(count),
    };
    Value::call(head, [count, Value::string(plural)])
}

fn date_difference(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (from, to, units) = match call.args() {
        [from, to] => (from, to, None),
        [from, to, units] => (from, to, Some(units)),
        _ => return Ok(Step::Same),
    };
    let (Some(from), Some(to)) = (Moment::read(session, from), Moment::read(session, to)) else {
        return Ok(Step::Same);
    };
    let day = Value::string("Day");
    let units = units.unwrap_or(&day);
    if let Some(name) = units.as_str() {
        let count = unit(name).and_then(|unit| between(&from, &to, unit));
        return Ok(count.map_or(Step::Same, |count| Step::Done(quantity(session, count, name))));
    }
    let names: Option<Vec<&str>> =
        units.as_list().and_then(|units| units.iter().map(Value::as_str).collect());
    let Some(names) = names else { return Ok(Step::Same) };
    let (mut at, mut all) = (from, Args::new());
    for (place, name) in names.iter().enumerate() {
        let Some(unit) = unit(name) else { return Ok(Step::Same) };
        let Some(mut count) = between(&at, &to, unit) else { return Ok(Step::Same) };
        if place + 1 < names.len() {
            count = count.trunc();
            let Some(next) = later(&at, (count, unit)) else { return Ok(Step::Same) };
            at = next;
        }
        all.push(quantity(session, count, name));
    }
    Ok(Step::Done(Value::list(all)))
}

/// Longer lists of dates are not made.
const DATES_MAX: usize = 10_000_000;

fn date_range(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (from, to, step) = match call.args() {
        [from, to] => (from, to, None),
        [from, to, step] => (from, to, Some(step)),
        _ => return Ok(Step::Same),
    };
    let (Some(from), Some(to)) = (Moment::read(session, from), Moment::read(session, to)) else {
        return Ok(Step::Same);
    };
    let step = match step {
        None => Some(vec![(1.0, Unit::Seconds(DAY))]),
        Some(step) => offsets(session, step),
    };
    let Some([(size, unit)]) = step.as_deref() else { return Ok(Step::Same) };
    if *size == 0.0 {
        return Ok(Step::Same);
    }
    let mut dates = Args::new();
    while dates.len() < DATES_MAX {
        session.check_interrupt()?;
        // Each is counted from the first, so that the day of the month stays.
        let Some(next) = later(&from, (size * dates.len() as f64, *unit)) else { break };
        let is_over =
            if *size > 0.0 { next.seconds > to.seconds } else { next.seconds < to.seconds };
        if is_over {
            break;
        }
        let shape = if from.shape == Shape::Object { Shape::Object } else { Shape::List };
        let next = Moment { shape, ..next };
        dates.push(next.value(session));
    }
    Ok(Step::Done(Value::list(dates)))
}
