//! Rounding: to integers and to multiples.

use triomphe::Arc;

use super::super::integers::{floor, from_f64};
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value, fixed};

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Floor",
        NUMERIC,
        |s, c| round(s, c, floor),
        "Floor[x] is the greatest integer that is not above x; Floor[x, a] the greatest multiple of a.",
        &[("Floor[-1.5]", "-2"), ("Floor[Pi]", "3")],
    ),
    builtin(
        "Ceiling",
        NUMERIC,
        |s, c| round(s, c, ceiling),
        "Ceiling[x] is the least integer that is not below x; Ceiling[x, a] the least multiple of a.",
        &[("Ceiling[1.2]", "2"), ("Ceiling[5/2]", "3")],
    ),
    builtin(
        "Round",
        NUMERIC,
        |s, c| round(s, c, nearest),
        "Round[x] is the nearest integer, the even one of two; Round[x, a] the nearest multiple of a.",
        &[("Round[2.5]", "2"), ("Round[3.14159, 0.01]", "3.14")],
    ),
    builtin(
        "IntegerPart",
        NUMERIC,
        |s, c| round(s, c, truncated),
        "IntegerPart[x] is x without its fraction.",
        &[("IntegerPart[-2.7]", "-2"), ("IntegerPart[7/2]", "3")],
    ),
    builtin(
        "FractionalPart",
        NUMERIC,
        fractional_part,
        "FractionalPart[x] is x without its integer part.",
        &[
            ("FractionalPart[7/2]", "1/2"),
            ("FractionalPart[-2.5]", "-0.5"),
            ("FractionalPart[Pi]", "-3 + Pi"),
        ],
    ),
];

/// Returns a real number without its fraction.
fn truncated(x: &Value) -> Value {
    match number::is_negative(x) {
        true => ceiling(x),
        false => floor(x),
    }
}

/// Returns the least integer that is not below a real number.
fn ceiling(x: &Value) -> Value {
    number::negate(&floor(&number::negate(x)))
}

/// Returns the nearest integer, the even one of two.
fn nearest(x: &Value) -> Value {
    match x {
        Value::Real(x) => from_f64(x.round_ties_even()),
        _ => {
            let low = floor(x);
            let rest = number::subtract(x, &low);
            let is_odd = number::integer(&low).is_some_and(|low| !number::is_even_integer(&low));
            match number::compare(&rest, &super::super::arithmetic::half()) {
                Some(std::cmp::Ordering::Greater) => number::add(&low, &Value::Integer(1)),
                Some(std::cmp::Ordering::Equal) if is_odd => number::add(&low, &Value::Integer(1)),
                _ => low,
            }
        }
    }
}

/// Returns the exact numeric expression to enough digits that its integer part is certain, `None`
/// if it is not real or an integer as far as can be told.
fn approximation(session: &mut Session, x: &Value) -> Evaluated<Option<Value>> {
    let Some(size) = session.machine_value(x)? else { return Ok(None) };
    let digits = size.abs().log10().max(0.0) + 20.0;
    if !digits.is_finite() || digits > 1e5 {
        return Ok(None);
    }
    let value = session.evaluate(&Value::call(sym::N, [x.clone(), Value::Real(digits)]))?;
    if !number::is_real(&value) {
        return Ok(None);
    }
    // Twice the value must not be an integer as far as it is known.
    let twice = number::multiply(&value, &Value::Integer(2));
    let rest = number::subtract(&twice, &nearest(&twice));
    let distance = number::to_f64(&rest).unwrap_or(0.0).abs();
    Ok((distance > 1e-15).then_some(value))
}

fn round(
    session: &mut Session,
    call: &mut Arc<Call>,
    with: fn(&Value) -> Value,
) -> Evaluated<Step> {
    match call.args() {
        [x] if number::is_real(x) => Ok(Step::Done(with(x))),
        [Value::Complex(z)] => Ok(Step::Done(number::complex(with(&z.re), with(&z.im)))),
        [Value::Symbol(sym::Infinity | sym::ComplexInfinity | sym::Indeterminate)] => {
            Ok(Step::Done(call.args()[0].clone()))
        }
        [x] if x.args_of(sym::DirectedInfinity).is_some() => Ok(Step::Done(x.clone())),
        [x] => {
            if let Some(value) = approximation(session, x)? {
                return Ok(Step::Done(with(&value)));
            }
            session.by_rules(call, "{f_[x_Floor | x_Ceiling | x_Round | x_IntegerPart] :> x,
                f_[x_?NumericQ] /; FreeQ[x, _Real] && Im[x] =!= 0 && FreeQ[{Re[x], Im[x]}, Re | Im] :> f[Re[x]] + I f[Im[x]],
                f_[n_Integer + x_] :> n + f[x] /; f =!= IntegerPart}")
        }
        [x, unit] if unit.is_number() && x.is_number() && !number::is_zero(unit) => {
            let Some(quotient) = number::divide(x, unit) else { return Ok(Step::Same) };
            let (re, im) = number::parts(&quotient);
            let whole = number::complex(with(&re), with(&im));
            Ok(Step::Done(number::multiply(&whole, unit)))
        }
        [x, unit] if session.is_numeric(x) && session.is_numeric(unit) => {
            use super::super::arithmetic::{inverse, times};
            let quotient = times([x.clone(), inverse(unit.clone())]);
            let whole = Value::call(call.head().clone(), [quotient].as_slice());
            Ok(Step::Again(times([unit.clone(), whole])))
        }
        _ => Ok(Step::Same),
    }
}

fn fractional_part(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([x]) = fixed(call) else { return Ok(Step::Same) };
    let rest = |x: &Value| number::subtract(x, &truncated(x));
    if x.is_number() {
        let (re, im) = number::parts(x);
        return Ok(Step::Done(number::complex(rest(&re), rest(&im))));
    }
    Ok(match approximation(session, x)? {
        Some(value) => {
            let whole = super::super::arithmetic::negative(truncated(&value));
            Step::Again(super::super::arithmetic::plus([x.clone(), whole]))
        }
        None => Step::Same,
    })
}
