//! Units of time and of memory: `Milliseconds[100]`, `Megabytes[16]`.
//!
//! A quantity is a call of its unit. Those of one kind compare, add up and convert; a kilobyte has
//! 1024 bytes, as in the settings of the program.

use triomphe::Arc;

use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

macro_rules! unit {
    ($name:literal, $what:literal, $examples:expr) => {
        builtin(
            $name,
            Attributes::NONE,
            converted,
            concat!($name, "[x] is ", $what, "; ", $name, "[q] is a quantity q of the same kind in this unit. Quantities of one kind add up and compare, their quotient is a number."),
            $examples,
        )
    };
}

pub(super) const TABLE: &[Builtin] = &[
    unit!(
        "Nanoseconds",
        "x nanoseconds",
        &[
            ("Nanoseconds[Microseconds[3]]", "Nanoseconds[3000]"),
            ("Nanoseconds[5] < Microseconds[1]", "True"),
        ]
    ),
    unit!(
        "Microseconds",
        "x microseconds",
        &[
            ("Microseconds[Milliseconds[1/2]]", "Microseconds[500]"),
            ("2 Microseconds[4]", "Microseconds[8]"),
        ]
    ),
    unit!(
        "Milliseconds",
        "x milliseconds",
        &[
            ("Milliseconds[100] + Seconds[1]", "Milliseconds[1100]"),
            ("Milliseconds[1000] == Seconds[1]", "True"),
        ]
    ),
    unit!(
        "Seconds",
        "x seconds",
        &[("Seconds[Milliseconds[1500]]", "Seconds[3/2]"), ("Minutes[1]/Seconds[1]", "60")]
    ),
    unit!(
        "Minutes",
        "x minutes",
        &[("Minutes[Seconds[90.]]", "Minutes[1.5]"), ("Minutes[2] > Seconds[119]", "True")]
    ),
    unit!(
        "Hours",
        "x hours",
        &[("Minutes[Hours[2]]", "Minutes[120]"), ("Max[Hours[1], Minutes[59]]", "Hours[1]")]
    ),
    unit!(
        "Bytes",
        "x bytes",
        &[("Bytes[Kilobytes[2]]", "Bytes[2048]"), ("Bytes[10] - Bytes[4]", "Bytes[6]")]
    ),
    unit!(
        "Kilobytes",
        "x times 1024 bytes",
        &[("Kilobytes[Bytes[512]]", "Kilobytes[1/2]"), ("Kilobytes[32] <= Kilobytes[32]", "True"),]
    ),
    unit!(
        "Megabytes",
        "x times 1024^2 bytes",
        &[("3 Megabytes[16]", "Megabytes[48]"), ("Megabytes[64]/Kilobytes[1]", "65536")]
    ),
    unit!(
        "Gigabytes",
        "x times 1024^3 bytes",
        &[
            ("Gigabytes[1] > Megabytes[1000]", "True"),
            ("Megabytes[Gigabytes[1.5]]", "Megabytes[1536.]"),
        ]
    ),
    unit!(
        "Terabytes",
        "x times 1024^4 bytes",
        &[
            ("Gigabytes[Terabytes[1]]", "Gigabytes[1024]"),
            ("Min[Terabytes[1], Gigabytes[2]]", "Gigabytes[2]"),
        ]
    ),
];

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Time,
    Memory,
}

/// Returns what a unit measures, and how many nanoseconds or bytes it has.
fn unit_of(symbol: Symbol) -> Option<(Kind, i64)> {
    Some(match symbol {
        sym::Nanoseconds => (Kind::Time, 1),
        sym::Microseconds => (Kind::Time, 1_000),
        sym::Milliseconds => (Kind::Time, 1_000_000),
        sym::Seconds => (Kind::Time, 1_000_000_000),
        sym::Minutes => (Kind::Time, 60_000_000_000),
        sym::Hours => (Kind::Time, 3_600_000_000_000),
        sym::Bytes => (Kind::Memory, 1),
        sym::Kilobytes => (Kind::Memory, 1 << 10),
        sym::Megabytes => (Kind::Memory, 1 << 20),
        sym::Gigabytes => (Kind::Memory, 1 << 30),
        sym::Terabytes => (Kind::Memory, 1 << 40),
        _ => return None,
    })
}

/// A quantity: so many of a unit.
struct Quantity<'a> {
    unit: Symbol,
    kind: Kind,
    factor: i64,
    count: &'a Value,
}

impl<'a> Quantity<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        let Value::Call(call) = value else { return None };
        let unit = call.head().as_symbol()?;
        let (kind, factor) = unit_of(unit)?;
        match call.args() {
            [count] if count.is_number() => Some(Self { unit, kind, factor, count }),
            _ => None,
        }
    }

    /// Returns how many nanoseconds or bytes it is.
    fn base(&self) -> Value {
        number::multiply(self.count, &Value::Integer(self.factor))
    }
}

/// Returns whether a symbol is a unit.
pub(crate) fn is_unit(symbol: Symbol) -> bool {
    // They stand together, since this is asked of the arguments of every sum.
    (sym::Nanoseconds..=sym::Terabytes).contains(&symbol)
}

/// Returns nanoseconds or bytes as so many of a unit.
fn in_unit(base: &Value, unit: Symbol, factor: i64) -> Value {
    let inverse = number::power(&Value::Integer(factor), -1);
    let count = inverse.map_or_else(|| base.clone(), |inverse| number::multiply(base, &inverse));
    Value::call(unit, [count].as_slice())
}

/// Returns the seconds of a time, or of a number that is one.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    match Quantity::of(value) {
        Some(quantity) if quantity.kind == Kind::Time => {
            number::to_f64(&quantity.base()).map(|nanos| nanos / 1e9)
        }
        Some(_) => None,
        None => number::to_f64(value),
    }
}

/// Returns the bytes of an amount of memory, or of a number that is one.
pub(crate) fn bytes(value: &Value) -> Option<f64> {
    match Quantity::of(value) {
        Some(quantity) if quantity.kind == Kind::Memory => number::to_f64(&quantity.base()),
        Some(_) => None,
        None => number::to_f64(value),
    }
}

fn converted(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(unit) = call.head().as_symbol() else { return Ok(Step::Same) };
    let name = session.names.full(unit).name.clone();
    let [of] = call.args() else {
        session.wrong_count_of(&name, call.len(), 1, 1);
        return Ok(Step::Same);
    };
    let (Some((kind, factor)), Some(quantity)) = (unit_of(unit), Quantity::of(of)) else {
        return Ok(Step::Same);
    };
    if quantity.kind != kind {
        session.message_of(&name, "unit", &[of.clone(), Value::Symbol(unit)]);
        return Ok(Step::Same);
    }
    Ok(Step::Done(in_unit(&quantity.base(), unit, factor)))
}

/// Computes with quantities among the arguments of a numeric function or a comparison.
pub(crate) fn combined(session: &mut Session, call: &Call) -> Evaluated<Option<Step>> {
    let Some(head) = call.head().as_symbol() else { return Ok(None) };
    match head {
        sym::Plus => Ok(sum(call.args()).map(Step::Again)),
        sym::Times => Ok(product(call.args()).map(Step::Again)),
        _ => {
            let all: Option<Vec<Quantity<'_>>> = call.args().iter().map(Quantity::of).collect();
            let Some(all) = all else { return Ok(None) };
            let Some(kind) = all.first().map(|first| first.kind) else { return Ok(None) };
            if all.iter().any(|quantity| quantity.kind != kind) {
                return Ok(None);
            }
            let bases: Args = all.iter().map(Quantity::base).collect();
            match head {
                sym::Max | sym::Min => {
                    let best = session.evaluate(&Value::call(head, bases.clone()))?;
                    let place = bases.iter().position(|base| *base == best);
                    Ok(place.map(|place| Step::Done(call.args()[place].clone())))
                }
                sym::Equal
                | sym::Unequal
                | sym::Less
                | sym::LessEqual
                | sym::Greater
                | sym::GreaterEqual => Ok(Some(Step::Again(Value::call(head, bases)))),
                _ => Ok(None),
            }
        }
    }
}

/// Adds quantities up in the smallest of their units; other terms stay.
fn sum(terms: &[Value]) -> Option<Value> {
    let first = terms.iter().find_map(Quantity::of)?;
    let is_same = |term: &&Value| Quantity::of(term).is_some_and(|one| one.kind == first.kind);
    let own: Vec<Quantity<'_>> = terms.iter().filter(is_same).filter_map(Quantity::of).collect();
    if own.len() < 2 {
        return None;
    }
    let smallest = own.iter().min_by_key(|quantity| quantity.factor)?;
    let add = |sum: Value, quantity: &Quantity<'_>| number::add(&sum, &quantity.base());
    let total = own.iter().fold(Value::Integer(0), add);
    let total = in_unit(&total, smallest.unit, smallest.factor);
    let others = terms.iter().filter(|term| !is_same(term)).cloned();
    let mut all: Args = std::iter::once(total).chain(others).collect();
    Some(if all.len() == 1 { all.swap_remove(0) } else { Value::call(sym::Plus, all) })
}

/// Multiplies a quantity by the numbers beside it, and divides it by another of its kind.
fn product(factors: &[Value]) -> Option<Value> {
    let place = factors.iter().position(|factor| Quantity::of(factor).is_some())?;
    let quantity = Quantity::of(&factors[place])?;
    let divides = |factor: &Value| {
        let [base, Value::Integer(-1)] = factor.exactly(sym::Power)? else { return None };
        let divisor = Quantity::of(base).filter(|divisor| divisor.kind == quantity.kind)?;
        number::power(&divisor.base(), -1)
    };
    let without = |skipped: &[usize]| -> Args {
        let kept = factors.iter().enumerate().filter(|(at, _)| !skipped.contains(at));
        kept.map(|(_, factor)| factor.clone()).collect()
    };
    if let Some((at, inverse)) =
        factors.iter().enumerate().find_map(|(at, factor)| Some((at, divides(factor)?)))
    {
        let mut rest = without(&[place, at]);
        rest.push(number::multiply(&quantity.base(), &inverse));
        return Some(Value::call(sym::Times, rest));
    }
    let numbers: Vec<usize> = (0..factors.len()).filter(|&at| factors[at].is_number()).collect();
    if numbers.is_empty() {
        return None;
    }
    let multiply = |count: Value, at: &usize| number::multiply(&count, &factors[*at]);
    let count = numbers.iter().fold(quantity.count.clone(), multiply);
    let mut skipped = numbers;
    skipped.push(place);
    let mut rest = without(&skipped);
    rest.push(Value::call(quantity.unit, [count].as_slice()));
    Some(Value::call(sym::Times, rest))
}
