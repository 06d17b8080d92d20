//! Dates as they are given and returned: lists, absolute times, strings, objects.

use super::calendar::{self, DAY, Parts};
use super::{names, reading};
use crate::number;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Value};

/// How exactly a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Instant,
}

impl Grain {
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Year, "Year"),
        (Self::Month, "Month"),
        (Self::Day, "Day"),
        (Self::Hour, "Hour"),
        (Self::Minute, "Minute"),
        (Self::Instant, "Instant"),
    ];

    fn of_length(length: usize) -> Option<Self> {
        Self::ALL.get(length.checked_sub(1)?).map(|(grain, _)| *grain)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// What a date was given as, and what one that is made of it is returned as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    List,
    Object,
    Text,
    Seconds,
}

/// A date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// Seconds since the beginning of 1900, local time.
    pub(super) seconds: f64,
    /// Whether its parts were given as exact numbers.
    pub(super) is_exact: bool,
    pub(super) grain: Grain,
    pub(super) shape: Shape,
}

/// Years beyond this are no dates.
const YEAR_MAX: i64 = 1_000_000;

impl Moment {
    /// Returns the moment of a list: years, months, days, hours, minutes, seconds; numbers beyond
    /// the next larger unit count on.
    fn of_list(list: &[Value]) -> Option<Self> {
        let grain = Grain::of_length(list.len())?;
        let numbers: Vec<f64> = list.iter().map(number::to_f64).collect::<Option<_>>()?;
        if list.iter().any(|part| !number::is_real(part)) {
            return None;
        }
        let whole = |place: usize, otherwise: i64| match numbers.get(place) {
            None => Some(otherwise),
            Some(number) => {
                (number.fract() == 0.0 && number.abs() < 1e15).then_some(*number as i64)
            }
        };
        let (year, month) = (whole(0, 1900)?, whole(1, 1)?);
        if year.abs() > YEAR_MAX || month.abs() > YEAR_MAX {
            return None;
        }
        let from_day = |place: usize| numbers.get(place).copied().unwrap_or(0.0);
        let days = numbers.get(2).copied().unwrap_or(1.0) - 1.0;
        let seconds = (calendar::days(year, month, 1) as f64 + days) * DAY as f64
            + from_day(3) * 3600.0
            + from_day(4) * 60.0
            + from_day(5);
        let is_exact = list.iter().all(number::is_exact);
        Some(Self { seconds, is_exact, grain, shape: Shape::List })
    }

    /// Returns the moment so many seconds after the beginning of 1900.
    pub(super) fn of_seconds(seconds: f64, is_exact: bool) -> Option<Self> {
        let is_date = seconds.is_finite() && seconds.abs() < YEAR_MAX as f64 * 366.0 * DAY as f64;
        let grain = Grain::Instant;
        is_date.then_some(Self { seconds, is_exact, grain, shape: Shape::Seconds })
    }

    /// Reads a date: a list, a number of seconds, a string, `{string, elements}` or an object.
    pub(super) fn read(session: &Session, value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => {
                let list = reading::read(text)?;
                Some(Self { shape: Shape::Text, ..Self::of_list(&list)? })
            }
            Value::Integer(_) | Value::Real(_) | Value::Rational(_) => {
                Self::of_seconds(number::to_f64(value)?, number::is_exact(value))
            }
            Value::Call(call) if call.is(sym::List) => match call.args() {
                [Value::String(text), elements] => {
                    let elements = elements.as_list().unwrap_or(std::slice::from_ref(elements));
                    let elements: Vec<&str> =
                        elements.iter().map(Value::as_str).collect::<Option<_>>()?;
                    let list = reading::read_by(text, &elements)?;
                    Some(Self { shape: Shape::Text, ..Self::of_list(&list)? })
                }
                list => Self::of_list(list),
            },
            Value::Call(call) => {
                let head = call.head().as_symbol()?;
                if &*session.names.full(head).name != "DateObject" {
                    return None;
                }
                let [parts, rest @ ..] = call.args() else { return None };
                let mut moment = Self { shape: Shape::Object, ..Self::of_list(parts.as_list()?)? };
                if let Some(grain) = rest.first().and_then(Value::as_str) {
                    let known = Grain::ALL.iter().find(|(_, name)| *name == grain);
                    moment.grain = known.map_or(moment.grain, |(grain, _)| *grain);
                }
                Some(moment)
            }
            _ => None,
        }
    }

    pub(super) fn parts(&self) -> Parts {
        calendar::parts(self.seconds)
    }

    /// Returns the days since 1900-01-01.
    pub(super) fn day(&self) -> i64 {
        (self.seconds / DAY as f64).floor() as i64
    }

    /// Returns it as a list of all six parts.
    pub(super) fn list(&self) -> Value {
        let parts = self.parts();
        let whole = [parts.year, parts.month, parts.day, parts.hour, parts.minute];
        let second = Value::Real(parts.second);
        Value::list(whole.map(Value::Integer).into_iter().chain([second]).collect::<Args>())
    }

    /// Returns its parts down to what it is known to.
    fn known_parts(&self) -> Value {
        let parts = self.parts();
        let whole = [parts.year, parts.month, parts.day, parts.hour, parts.minute];
        let count = (self.grain as usize + 1).min(5);
        let mut list: Args = whole[..count].iter().map(|part| Value::Integer(*part)).collect();
        if self.grain == Grain::Instant {
            let is_whole = self.is_exact && parts.second.fract() == 0.0;
            list.push(match is_whole {
                true => Value::Integer(parts.second as i64),
                false => Value::Real(parts.second),
            });
        }
        Value::list(list)
    }

    /// Returns it as an object.
    pub(super) fn object(&self, session: &mut Session) -> Value {
        let head = session.named_symbol("DateObject");
        let grain = Value::string(self.grain.name());
        let mut args = Args::from([self.known_parts(), grain].as_slice());
        if self.grain >= Grain::Hour {
            let zone = super::zone(session, self.seconds);
            args.extend([Value::string("Gregorian"), Value::Real(zone)]);
        }
        Value::call(head, args)
    }

    /// Returns it in the shape that dates were given in.
    pub(super) fn value(&self, session: &mut Session) -> Value {
        match self.shape {
            Shape::Object => self.object(session),
            Shape::List => self.known_parts(),
            Shape::Text => Value::string(names::written(self, &["DateTimeShort".to_owned()])),
            Shape::Seconds => self.absolute(),
        }
    }

    /// Returns it as seconds since 1900.
    pub(super) fn absolute(&self) -> Value {
        match self.is_exact && self.seconds.fract() == 0.0 {
            true => Value::Integer(self.seconds as i64),
            false => Value::Real(self.seconds),
        }
    }
}
