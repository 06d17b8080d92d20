//! `And`, `Or`, `Not` and tests of kinds.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, fixed};

const CONNECTIVE: Attributes =
    Attributes::FLAT.and(Attributes::HOLD_ALL).and(Attributes::ONE_IDENTITY);

macro_rules! test {
    ($name:literal, $is:expr, $usage:literal, $examples:expr) => {
        builtin(
            $name,
            Attributes::NONE,
            |_, call| {
                Ok(match fixed(call) {
                    Some([value]) => Step::Done(Value::boolean($is(value))),
                    None => Step::Same,
                })
            },
            $usage,
            $examples,
        )
    };
}

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "And",
        CONNECTIVE,
        |s, c| connect(s, c, sym::False),
        "a && b or And[a, b] is False as soon as one argument is, True if all are; later arguments are not evaluated then.",
        &[("True && x", "x"), ("False && Print[1]", "False")],
    ),
    builtin(
        "Or",
        CONNECTIVE,
        |s, c| connect(s, c, sym::True),
        "a || b or Or[a, b] is True as soon as one argument is, False if all are; later arguments are not evaluated then.",
        &[("False || x", "x"), ("True || Print[1]", "True")],
    ),
    builtin(
        "Not",
        Attributes::NONE,
        |_, c| Ok(not(c)),
        "!a or Not[a] is the opposite of a.",
        &[("!True", "False"), ("!(x < 1)", "x >= 1")],
    ),
    builtin(
        "Xor",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY).and(Attributes::ORDERLESS),
        |_, c| Ok(xor(c)),
        "Xor[a, b] is True if an odd number of the arguments is.",
        &[("Xor[True, True]", "False"), ("Xor[False, x]", "x")],
    ),
    builtin(
        "Boole",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => value
                    .as_bool()
                    .map_or(Step::Same, |is| Step::Done(Value::Integer(i64::from(is)))),
                None => Step::Same,
            })
        },
        "Boole[b] is 1 if b is True and 0 if it is False.",
        &[("Boole[2 > 1]", "1"), ("Boole[{True, False}]", "{1, 0}")],
    ),
    builtin(
        "TrueQ",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(Value::boolean(value.is(sym::True))),
                None => Step::Same,
            })
        },
        "TrueQ[a] is True if a is True, else False.",
        &[("TrueQ[x]", "False"), ("TrueQ[1 < 2]", "True")],
    ),
    test!(
        "BooleanQ",
        |value: &Value| value.as_bool().is_some(),
        "BooleanQ[a] is True if a is True or False.",
        &[("BooleanQ[True]", "True"), ("BooleanQ[1]", "False")]
    ),
    test!(
        "NumberQ",
        Value::is_number,
        "NumberQ[a] is True if a is a number.",
        &[("NumberQ[2/3]", "True"), ("NumberQ[Pi]", "False")]
    ),
    test!(
        "IntegerQ",
        |value: &Value| number::integer(value).is_some(),
        "IntegerQ[a] is True if a is an integer.",
        &[("IntegerQ[7]", "True"), ("IntegerQ[7.]", "False")]
    ),
    test!(
        "EvenQ",
        |value: &Value| parity(value) == Some(0),
        "EvenQ[n] is True if n is an even integer.",
        &[("EvenQ[4]", "True"), ("EvenQ[x]", "False")]
    ),
    test!(
        "OddQ",
        |value: &Value| parity(value) == Some(1),
        "OddQ[n] is True if n is an odd integer.",
        &[("OddQ[3]", "True"), ("OddQ[3.]", "False")]
    ),
    test!(
        "AtomQ",
        Value::is_atom,
        "AtomQ[a] is True if a has no parts.",
        &[("AtomQ[x]", "True"), ("AtomQ[f[x]]", "False")]
    ),
    test!(
        "ListQ",
        |value: &Value| value.as_list().is_some(),
        "ListQ[a] is True if a is a list.",
        &[("ListQ[{1}]", "True"), ("ListQ[f[1]]", "False")]
    ),
    test!(
        "StringQ",
        |value: &Value| value.as_str().is_some(),
        "StringQ[a] is True if a is a string.",
        &[("StringQ[\"a\"]", "True"), ("StringQ[a]", "False")]
    ),
    test!(
        "AssociationQ",
        |value: &Value| matches!(value, Value::Association(_)),
        "AssociationQ[a] is True if a is an association.",
        &[("AssociationQ[<|a -> 1|>]", "True"), ("AssociationQ[{a -> 1}]", "False")]
    ),
    test!(
        "ExactNumberQ",
        number::is_exact,
        "ExactNumberQ[a] is True if a is a number without approximation.",
        &[("ExactNumberQ[1/2]", "True"), ("ExactNumberQ[0.5]", "False")]
    ),
    test!(
        "InexactNumberQ",
        |value: &Value| value.is_number() && !number::is_exact(value),
        "InexactNumberQ[a] is True if a is an approximate number.",
        &[("InexactNumberQ[0.5]", "True"), ("InexactNumberQ[1]", "False")]
    ),
    test!(
        "MachineNumberQ",
        |value: &Value| matches!(value, Value::Real(_))
            || matches!(value, Value::Complex(c) if matches!((&c.re, &c.im), (Value::Real(_), Value::Real(_)))),
        "MachineNumberQ[a] is True if a is a machine number.",
        &[("MachineNumberQ[1.5]", "True"), ("MachineNumberQ[1]", "False")]
    ),
    builtin(
        "Positive",
        Attributes::LISTABLE,
        |s, c| sign_is(s, c, sym::Greater),
        "Positive[x] is True if x is known to be greater than 0.",
        &[("Positive[3]", "True"), ("Positive[x]", "Positive[x]")],
    ),
    builtin(
        "Negative",
        Attributes::LISTABLE,
        |s, c| sign_is(s, c, sym::Less),
        "Negative[x] is True if x is known to be less than 0.",
        &[("Negative[-3]", "True"), ("Negative[0]", "False")],
    ),
    builtin(
        "NonNegative",
        Attributes::LISTABLE,
        |s, c| sign_is(s, c, sym::GreaterEqual),
        "NonNegative[x] is True if x is known to be at least 0.",
        &[("NonNegative[0]", "True"), ("NonNegative[-1]", "False")],
    ),
    builtin(
        "NonPositive",
        Attributes::LISTABLE,
        |s, c| sign_is(s, c, sym::LessEqual),
        "NonPositive[x] is True if x is known to be at most 0.",
        &[("NonPositive[0]", "True"), ("NonPositive[1]", "False")],
    ),
    builtin(
        "NumericQ",
        Attributes::NONE,
        |s, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(Value::boolean(s.is_numeric(value))),
                None => Step::Same,
            })
        },
        "NumericQ[a] is True if a has a numerical value.",
        &[("NumericQ[Sin[1] + Pi]", "True"), ("NumericQ[x]", "False")],
    ),
];

fn parity(value: &Value) -> Option<u8> {
    match value {
        Value::Integer(integer) => Some((integer & 1) as u8),
        _ => number::integer(value).map(|integer| u8::from(!number::is_even_integer(&integer))),
    }
}

fn sign_is(session: &mut Session, call: &mut Arc<Call>, relation: Symbol) -> Evaluated<Step> {
    let Some([value]) = fixed(call) else { return Ok(Step::Same) };
    if matches!(value, Value::Complex(_)) {
        return Ok(Step::Done(Value::FALSE));
    }
    let holds = super::comparison::holds(session, relation, value, &Value::Integer(0))?;
    Ok(holds.map_or(Step::Same, |is| Step::Done(Value::boolean(is))))
}

/// Evaluates arguments until one is `decisive`.
fn connect(session: &mut Session, call: &mut Arc<Call>, decisive: Symbol) -> Evaluated<Step> {
    let neutral = if decisive == sym::False { sym::True } else { sym::False };
    let mut left = Args::new();
    let mut changed = false;
    for arg in call.args() {
        let value = session.evaluate(arg)?;
        if value.is(decisive) {
            return Ok(Step::Done(Value::Symbol(decisive)));
        }
        changed |= value != *arg;
        match value.is(neutral) {
            true => changed = true,
            false => left.push(value),
        }
    }
    Ok(match left.len() {
        0 => Step::Done(Value::Symbol(neutral)),
        1 => Step::Done(left.remove(0)),
        _ if changed => {
            let head = call.head().clone();
            Step::Done(session.arranged(&Value::call(head, left)))
        }
        _ => Step::Same,
    })
}

fn not(call: &Call) -> Step {
    let Some([value]) = fixed(call) else { return Step::Same };
    if let Some(is) = value.as_bool() {
        return Step::Done(Value::boolean(!is));
    }
    let Some(inner) = value.as_call() else { return Step::Same };
    let opposite = match (inner.head().as_symbol(), inner.args()) {
        (Some(sym::Not), [inner]) => return Step::Done(inner.clone()),
        (Some(sym::Equal), [_, _]) => sym::Unequal,
        (Some(sym::Unequal), [_, _]) => sym::Equal,
        (Some(sym::Less), [_, _]) => sym::GreaterEqual,
        (Some(sym::GreaterEqual), [_, _]) => sym::Less,
        (Some(sym::Greater), [_, _]) => sym::LessEqual,
        (Some(sym::LessEqual), [_, _]) => sym::Greater,
        _ => return Step::Same,
    };
    Step::Again(Value::call(opposite, Args::from(inner.args())))
}

fn xor(call: &Call) -> Step {
    let mut odd = false;
    let mut left = Args::new();
    for arg in call.args() {
        match arg.as_bool() {
            Some(is) => odd ^= is,
            // Twice the same is nothing.
            None => match left.iter().position(|known| known == arg) {
                Some(place) => {
                    left.remove(place);
                }
                None => left.push(arg.clone()),
            },
        }
    }
    if left.is_empty() {
        return Step::Done(Value::boolean(odd));
    }
    if left.len() == call.args().len() {
        return match &left[..] {
            [one] => Step::Done(one.clone()),
            _ => Step::Same,
        };
    }
    let rest = match left.len() {
        1 => left.remove(0),
        _ => Value::call(sym::Xor, left),
    };
    Step::Again(if odd { Value::call(sym::Not, [rest].as_slice()) } else { rest })
}
