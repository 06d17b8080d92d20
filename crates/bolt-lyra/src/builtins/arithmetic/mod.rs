//! Sums, products and powers, in the form that they have without being asked for: like terms and
//! equal bases are collected, nothing is expanded.

mod power;
mod product;
mod radicals;
mod sum;

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(crate) use power::power;
pub(crate) use product::product;
pub(crate) use sum::sum;

const SUM_LIKE: Attributes = Attributes::FLAT
    .and(Attributes::LISTABLE)
    .and(Attributes::NUMERIC_FUNCTION)
    .and(Attributes::ONE_IDENTITY)
    .and(Attributes::ORDERLESS);
const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Plus",
        SUM_LIKE,
        |session, call| with_series(session, call, sum),
        "a + b + c or Plus[a, b, c] is the sum of its arguments. Numbers are added and like terms \
         are collected.",
        &[("1/2 + 1/3", "5/6"), ("a + b + 2 a", "3*a + b")],
    ),
    builtin(
        "Times",
        SUM_LIKE,
        |session, call| with_series(session, call, product),
        "a b c, a*b*c or Times[a, b, c] is the product of its arguments. Numbers are multiplied \
         and powers of equal bases are collected.",
        &[("2/3 * 3/4", "1/2"), ("x x^2 y", "x^3*y")],
    ),
    builtin(
        "Power",
        NUMERIC.and(Attributes::ONE_IDENTITY),
        |session, call| with_series(session, call, power),
        "a^b or Power[a, b] is a to the power of b. Roots of integers keep what has no exact root.",
        &[("2^10", "1024"), ("Sqrt[12]", "2*Sqrt[3]")],
    ),
    builtin(
        "Subtract",
        NUMERIC,
        |_, call| Ok(rewrite::<2>(call, |[a, b]| plus([a, negative(b)]))),
        "a - b or Subtract[a, b] is the difference.",
        &[("Subtract[7, 2]", "5"), ("x - x", "0")],
    ),
    builtin(
        "Divide",
        NUMERIC,
        |_, call| Ok(rewrite::<2>(call, |[a, b]| times([a, inverse(b)]))),
        "a/b or Divide[a, b] is the quotient.",
        &[("6/4", "3/2"), ("Divide[x, 2]", "x/2")],
    ),
    builtin(
        "Minus",
        NUMERIC,
        |_, call| Ok(rewrite::<1>(call, |[a]| negative(a))),
        "-a or Minus[a] is the negative.",
        &[("Minus[3]", "-3"), ("-(-x)", "x")],
    ),
    builtin(
        "Sqrt",
        NUMERIC,
        |_, call| Ok(rewrite::<1>(call, |[a]| Value::call(sym::Power, [a, half()]))),
        "Sqrt[x] is the square root of x, which is x^(1/2).",
        &[("Sqrt[16]", "4"), ("Sqrt[-4]", "2*I")],
    ),
];

/// Does arithmetic, of power series where there are some among the arguments.
fn with_series(
    session: &mut Session,
    call: &mut Arc<Call>,
    plain: fn(&mut Session, &mut Arc<Call>) -> Step,
) -> Evaluated<Step> {
    if call.args().len() > 1
        && call.args().iter().any(|arg| arg.args_of(sym::SeriesData).is_some())
        && let Some(value) = super::calculus::series::arithmetic(session, call)?
    {
        return Ok(Step::Again(value));
    }
    Ok(plain(session, call))
}

/// Rewrites a call with so many arguments; any other number of them is left alone.
fn rewrite<const N: usize>(call: &mut Arc<Call>, to: impl FnOnce([Value; N]) -> Value) -> Step {
    match crate::value::fixed::<N>(call) {
        Some(args) => Step::Again(to(args.clone())),
        None => Step::Same,
    }
}

/// Returns a sum that is yet to be evaluated.
pub(crate) fn plus(terms: impl Into<Args>) -> Value {
    Value::call(sym::Plus, terms)
}

/// Returns a product that is yet to be evaluated.
pub(crate) fn times(factors: impl Into<Args>) -> Value {
    Value::call(sym::Times, factors)
}

/// Returns a power that is yet to be evaluated.
pub(crate) fn to_the(base: Value, exponent: impl Into<Value>) -> Value {
    Value::call(sym::Power, [base, exponent.into()])
}

/// Returns the negative, which is yet to be evaluated unless it is a number.
pub(crate) fn negative(value: Value) -> Value {
    match value.is_number() {
        true => number::negate(&value),
        false => times([Value::Integer(-1), value]),
    }
}

/// Returns the inverse, which is yet to be evaluated.
pub(crate) fn inverse(value: Value) -> Value {
    to_the(value, -1)
}

/// Returns 1/2.
pub(crate) fn half() -> Value {
    Value::from(dashu_ratio::RBig::from_parts(1.into(), 2u8.into()))
}

/// What a term of a sum or a factor of a product says about infinity.
#[derive(Debug, Clone, PartialEq)]
enum Infinite {
    /// It has a value.
    No,
    /// Infinite in a direction; `None` if in none or an unknown one.
    Toward(Option<Value>),
    /// It may be anything.
    Indeterminate,
}

fn infinite(value: &Value) -> Infinite {
    match value {
        Value::Symbol(sym::Infinity) => Infinite::Toward(Some(Value::Integer(1))),
        Value::Symbol(sym::ComplexInfinity) => Infinite::Toward(None),
        Value::Symbol(sym::Indeterminate) => Infinite::Indeterminate,
        Value::Call(call) if call.is(sym::DirectedInfinity) => match call.args() {
            [direction] => Infinite::Toward(Some(direction.clone())),
            _ => Infinite::Toward(None),
        },
        _ => Infinite::No,
    }
}

/// Returns infinity in a direction; the positive one is the symbol.
pub(crate) fn directed(direction: Option<Value>) -> Value {
    match direction {
        Some(Value::Integer(1)) => Value::Symbol(sym::Infinity),
        Some(direction) => Value::call(sym::DirectedInfinity, [direction].as_slice()),
        None => Value::Symbol(sym::ComplexInfinity),
    }
}

/// Tells that an expression has no determined value.
fn indeterminate(session: &mut Session, expression: Value) -> Step {
    session.message(sym::Infinity, "indet", &[expression]);
    Step::Done(Value::Symbol(sym::Indeterminate))
}

/// Evaluates a sum of values.
pub(crate) fn add_up(session: &mut Session, terms: impl Into<Args>) -> Evaluated {
    session.evaluate(&plus(terms))
}
