//! Elementary functions: exponentials and logarithms here, trigonometric ones, and parts of numbers.

pub(super) mod parts;
pub(super) mod rounding;
pub(super) mod trigonometric;

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::precise;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, fixed};

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Exp",
        NUMERIC,
        |_, c| {
            Ok(match fixed(c) {
                Some([x]) => {
                    Step::Again(super::arithmetic::to_the(Value::Symbol(sym::E), x.clone()))
                }
                None => Step::Same,
            })
        },
        "Exp[x] is E^x.",
        &[("Exp[0]", "1"), ("Exp[Log[x]]", "x")],
    ),
    builtin(
        "Log",
        NUMERIC,
        log,
        "Log[x] is the natural logarithm of x; Log[b, x] the logarithm to base b.",
        &[("Log[E]", "1"), ("Log[2, 8]", "3"), ("Log[-1]", "I*Pi"), ("Log[1/2]", "-Log[2]")],
    ),
    written!(
        "Log2",
        NUMERIC,
        "{Log2[x_] :> Log[2, x]}",
        "Log2[x] is the logarithm to base 2.",
        &[("Log2[8]", "3"), ("Log2[1/4]", "-2")],
    ),
    written!(
        "Log10",
        NUMERIC,
        "{Log10[x_] :> Log[10, x]}",
        "Log10[x] is the logarithm to base 10.",
        &[("Log10[1000]", "3"), ("Log10[1/10]", "-1")],
    ),
    written!(
        "CubeRoot",
        NUMERIC,
        "{CubeRoot[x_] :> Surd[x, 3]}",
        "CubeRoot[x] is the real cube root of x.",
        &[("CubeRoot[-8]", "-2"), ("CubeRoot[27]", "3")],
    ),
    written!(
        "Surd",
        NUMERIC,
        "{Surd[x_, 0] :> Indeterminate, Surd[x_?NumericQ, n_Integer] /; x >= 0 :> x^(1/n), Surd[x_?NumericQ, n_Integer?OddQ] /; x < 0 :> -(-x)^(1/n), Surd[Infinity, n_Integer?Positive] :> Infinity}",
        "Surd[x, n] is the real n-th root of x.",
        &[("Surd[-27, 3]", "-3"), ("Surd[16, 4]", "2")],
    ),
    builtin(
        "Rational",
        Attributes::NONE,
        |_, c| Ok(number_of_parts(c, false)),
        "Rational[a, b] is the fraction a/b of two integers.",
        &[("Rational[2, 4]", "1/2"), ("MatchQ[1/2, Rational[1, 2]]", "True")],
    ),
    builtin(
        "Complex",
        Attributes::NONE,
        |_, c| Ok(number_of_parts(c, true)),
        "Complex[a, b] is the complex number a + b I.",
        &[("Complex[1, 2]", "1 + 2*I"), ("Complex[3, 0]", "3")],
    ),
    builtin(
        "DirectedInfinity",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [direction]
                    if number::is_real(direction) && !matches!(direction, Value::Integer(-1)) =>
                {
                    match number::is_zero(direction) {
                        true => Step::Done(Value::Symbol(sym::ComplexInfinity)),
                        false => Step::Again(super::arithmetic::directed(Some(Value::Integer(
                            if number::is_negative(direction) { -1 } else { 1 },
                        )))),
                    }
                }
                [] => Step::Done(Value::Symbol(sym::ComplexInfinity)),
                _ => Step::Same,
            })
        },
        "DirectedInfinity[z] is infinite in the direction of z.",
        &[
            (
                "{DirectedInfinity[1], 2 Infinity, Infinity^2} === {Infinity, Infinity, Infinity}",
                "True",
            ),
            ("DirectedInfinity[2] === DirectedInfinity[1]", "True"),
            ("-DirectedInfinity[1] === DirectedInfinity[-1]", "True"),
        ],
    ),
];

/// `Rational[a, b]` and `Complex[a, b]` are numbers where both parts are.
fn number_of_parts(call: &Call, is_complex: bool) -> Step {
    let Some([a, b]) = fixed(call) else { return Step::Same };
    match is_complex {
        true if number::is_real(a) && number::is_real(b) => {
            Step::Done(number::complex(a.clone(), b.clone()))
        }
        false if number::integer(a).is_some() && number::integer(b).is_some() => {
            number::divide(a, b).map_or(Step::Same, Step::Done)
        }
        _ => Step::Same,
    }
}

/// Returns the negative of what has a minus sign in front: of a negative number, a product that
/// begins with one, a sum whose first term has one.
fn without_sign(x: &Value) -> Option<Value> {
    let negated = |term: &Value| match term.is_number() {
        true => number::negate(term),
        false => super::arithmetic::negative(term.clone()),
    };
    match x {
        Value::Complex(z) => {
            let is_below =
                number::is_negative(&z.re) || number::is_zero(&z.re) && number::is_negative(&z.im);
            is_below.then(|| number::negate(x))
        }
        _ if x.is_number() => number::is_negative(x).then(|| number::negate(x)),
        Value::Call(call) if call.is(sym::Times) => {
            let first = call.args().first().filter(|first| first.is_number())?;
            without_sign(first)?;
            Some(negated(x))
        }
        Value::Call(call) if call.is(sym::Plus) => {
            without_sign(call.args().first()?)?;
            let terms: Args = call.args().iter().map(negated).collect();
            Some(super::arithmetic::plus(terms))
        }
        _ => None,
    }
}

fn log(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let [base, x] = call.args() {
        return log_to_base(session, call, base, x);
    }
    let Some([x]) = fixed(call) else {
        session.wrong_count(sym::Log, call.args().len(), 1, 2);
        return Ok(Step::Same);
    };
    use super::arithmetic::{directed, half, negative, plus, times};
    let i_pi = || times([Value::i(), Value::Symbol(sym::Pi)]);
    let of = |x: Value| Value::call(sym::Log, [x].as_slice());
    Ok(match x {
        Value::Real(x) if *x > 0.0 && x.is_finite() => Step::Done(Value::Real(x.ln())),
        Value::Real(x) if *x == 0.0 => Step::Done(Value::Symbol(sym::Indeterminate)),
        _ if x.is_number() && !number::is_exact(x) => {
            let value = precise::evaluate(|z| z[0].ln(), std::slice::from_ref(x));
            value.map_or(Step::Same, Step::Done)
        }
        Value::Integer(1) => Step::Done(Value::Integer(0)),
        Value::Integer(0) => Step::Again(directed(Some(Value::Integer(-1)))),
        Value::Symbol(sym::E) => Step::Done(Value::Integer(1)),
        Value::Symbol(sym::Infinity | sym::ComplexInfinity) => {
            Step::Done(Value::Symbol(sym::Infinity))
        }
        Value::Call(inner) if inner.is(sym::DirectedInfinity) => {
            Step::Done(Value::Symbol(sym::Infinity))
        }
        Value::Symbol(sym::Indeterminate) => Step::Done(x.clone()),
        _ if number::is_real(x) && number::is_negative(x) => {
            Step::Again(plus([i_pi(), of(number::negate(x))]))
        }
        // Unit fractions.
        Value::Rational(rational) if rational.numerator().is_one() => {
            Step::Again(negative(of(Value::from(rational.denominator().as_ibig().clone()))))
        }
        Value::Complex(z) if number::is_zero(&z.re) => {
            let (size, sign) = match number::is_negative(&z.im) {
                true => (number::negate(&z.im), Value::Integer(-1)),
                false => (z.im.clone(), Value::Integer(1)),
            };
            Step::Again(plus([times([sign, half(), i_pi()].as_slice()), of(size)]))
        }
        _ => match x.exactly(sym::Power) {
            Some([Value::Symbol(sym::E), exponent]) if number::is_real(exponent) => {
                Step::Done(exponent.clone())
            }
            Some([Value::Symbol(sym::E), exponent])
                if session.machine_value(exponent)?.is_some() =>
            {
                Step::Done(exponent.clone())
            }
            _ => Step::Same,
        },
    })
}

fn log_to_base(
    session: &mut Session,
    call: &Arc<Call>,
    base: &Value,
    x: &Value,
) -> Evaluated<Step> {
    if let (Some(b), Some(n)) = (number::rational(base), number::rational(x))
        && let Some(exponent) = exact_log(&b, &n)
    {
        return Ok(Step::Done(exponent));
    }
    if let (Some(b), Value::Real(n)) = (number::to_f64(base), x)
        && *n > 0.0
    {
        let value = match b {
            _ if b == 2.0 => n.log2(),
            _ if b == 10.0 => n.log10(),
            _ => n.ln() / b.ln(),
        };
        if value.is_finite() {
            return Ok(Step::Done(Value::Real(value)));
        }
    }
    session.by_rules(
        call,
        "{Log[0, x_] :> Indeterminate /; x === 0, Log[b_, b_] :> 1, Log[b_, x_] :> Log[x]/Log[b]}",
    )
}

/// Returns p with b^p = n, if it is a fraction of small terms, for positive fractions.
fn exact_log(base: &dashu_ratio::RBig, n: &dashu_ratio::RBig) -> Option<Value> {
    use dashu_ratio::RBig;
    if *base <= RBig::ZERO || *n <= RBig::ZERO || *base == RBig::ONE {
        return None;
    }
    let ln = |x: &RBig| {
        let x = number::to_binary(&Value::from(x.clone()), 30.0)?;
        Some(x.ln().to_f64().value())
    };
    let ratio = ln(n)? / ln(base)?;
    for bottom in 1..=60i64 {
        let top = (ratio * bottom as f64).round();
        if (top - ratio * bottom as f64).abs() > 1e-9 * top.abs().max(1.0) {
            continue;
        }
        let of = |x: &RBig, power: i64| number::power(&Value::from(x.clone()), power);
        if of(base, top as i64)? == of(n, bottom)? {
            return number::divide(&Value::Integer(top as i64), &Value::Integer(bottom));
        }
    }
    None
}
