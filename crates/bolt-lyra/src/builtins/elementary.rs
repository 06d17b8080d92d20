//! Elementary functions and numerical values.

use std::f64::consts::{E, PI};

use triomphe::Arc;

use super::integers::{floor, from_f64};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, BigReal, Binary, Call, Value, fixed, grown};

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

macro_rules! real_function {
    ($name:literal, $symbol:ident, $machine:expr, $at_zero:expr, $usage:literal, $examples:expr) => {
        builtin(
            $name,
            NUMERIC,
            |_, call| Ok(elementary(call, sym::$symbol, $machine, $at_zero)),
            $usage,
            $examples,
        )
    };
}

pub(super) const TABLE: &[Builtin] = &[
    real_function!(
        "Sin",
        Sin,
        f64::sin,
        Some(0),
        "Sin[x] is the sine of x.",
        &[("Sin[0]", "0"), ("Sin[Pi/6]", "1/2")]
    ),
    real_function!(
        "Cos",
        Cos,
        f64::cos,
        Some(1),
        "Cos[x] is the cosine of x.",
        &[("Cos[0]", "1"), ("Cos[-x]", "Cos[x]")]
    ),
    real_function!(
        "Tan",
        Tan,
        f64::tan,
        Some(0),
        "Tan[x] is the tangent of x.",
        &[("Tan[0]", "0"), ("Tan[Pi/4]", "1")]
    ),
    real_function!(
        "ArcTan",
        ArcTan,
        f64::atan,
        Some(0),
        "ArcTan[x] is the angle from -Pi/2 to Pi/2 whose tangent is x.",
        &[("ArcTan[1]", "Pi/4"), ("ArcTan[0]", "0")]
    ),
    real_function!(
        "Sinh",
        Sinh,
        f64::sinh,
        Some(0),
        "Sinh[x] is the hyperbolic sine of x.",
        &[("Sinh[0]", "0"), ("Sinh[-x]", "-Sinh[x]")]
    ),
    real_function!(
        "Cosh",
        Cosh,
        f64::cosh,
        Some(1),
        "Cosh[x] is the hyperbolic cosine of x.",
        &[("Cosh[0]", "1"), ("Cosh[-x]", "Cosh[x]")]
    ),
    real_function!(
        "Tanh",
        Tanh,
        f64::tanh,
        Some(0),
        "Tanh[x] is the hyperbolic tangent of x.",
        &[("Tanh[0]", "0"), ("Tanh[-x]", "-Tanh[x]")]
    ),
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
        |s, c| Ok(log(s, c)),
        "Log[x] is the natural logarithm of x; Log[b, x] the logarithm to base b.",
        &[("Log[E]", "1"), ("Log[2, 8]", "3")],
    ),
    builtin(
        "Abs",
        NUMERIC,
        abs,
        "Abs[x] is the absolute value of x.",
        &[("Abs[-3]", "3"), ("Abs[3 + 4 I]", "5")],
    ),
    builtin(
        "Sign",
        NUMERIC,
        sign,
        "Sign[x] is -1, 0 or 1 as x is negative, 0 or positive.",
        &[("Sign[-2.5]", "-1"), ("Sign[0]", "0")],
    ),
    builtin(
        "Re",
        NUMERIC,
        |_, c| {
            Ok(match fixed(c) {
                Some([z]) if z.is_number() => Step::Done(number::parts(z).0),
                _ => Step::Same,
            })
        },
        "Re[z] is the real part of z.",
        &[("Re[1 + 2 I]", "1"), ("Re[3]", "3")],
    ),
    builtin(
        "Im",
        NUMERIC,
        |_, c| {
            Ok(match fixed(c) {
                Some([z]) if z.is_number() => Step::Done(number::parts(z).1),
                _ => Step::Same,
            })
        },
        "Im[z] is the imaginary part of z.",
        &[("Im[1 + 2 I]", "2"), ("Im[3]", "0")],
    ),
    builtin(
        "Conjugate",
        NUMERIC,
        |_, c| {
            Ok(match fixed(c) {
                Some([z]) if z.is_number() => {
                    let (re, im) = number::parts(z);
                    Step::Done(number::complex(re, number::negate(&im)))
                }
                _ => Step::Same,
            })
        },
        "Conjugate[z] is the complex conjugate of z.",
        &[("Conjugate[1 + 2 I]", "1 - 2*I"), ("Conjugate[3]", "3")],
    ),
    builtin(
        "FractionalPart",
        NUMERIC,
        |_, c| {
            Ok(match fixed(c) {
                Some([x]) if number::is_real(x) => Step::Done(number::subtract(x, &truncated(x))),
                _ => Step::Same,
            })
        },
        "FractionalPart[x] is x without its integer part.",
        &[("FractionalPart[7/2]", "1/2"), ("FractionalPart[-2.5]", "-0.5")],
    ),
    builtin(
        "ReIm",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match fixed(c) {
                Some([z]) if z.is_number() => {
                    let (re, im) = number::parts(z);
                    Step::Done(Value::list([re, im]))
                }
                _ => Step::Same,
            })
        },
        "ReIm[z] is the list of the real and the imaginary part of z.",
        &[("ReIm[1 + 2 I]", "{1, 2}"), ("ReIm[3]", "{3, 0}")],
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
        "N",
        Attributes::NONE,
        numerical,
        "N[e] is the numerical value of e; N[e, n] to n digits.",
        &[("N[1/4]", "0.25"), ("N[Pi, 20]", "3.1415926535897932385`20.")],
    ),
    builtin(
        "DirectedInfinity",
        Attributes::LISTABLE,
        |_, c| {
            Ok(match c.args() {
                [direction]
                    if number::is_real(direction)
                        && !matches!(direction, Value::Integer(1 | -1)) =>
                {
                    match number::is_zero(direction) {
                        true => Step::Done(Value::Symbol(sym::ComplexInfinity)),
                        false => Step::Again(super::arithmetic::directed(Some(Value::Integer(
                            if number::is_negative(direction) { -1 } else { 1 },
                        )))),
                    }
                }
                _ => Step::Same,
            })
        },
        "DirectedInfinity[z] is infinite in the direction of z.",
        &[
            ("DirectedInfinity[2] === DirectedInfinity[1]", "True"),
            ("-DirectedInfinity[1] === DirectedInfinity[-1]", "True"),
        ],
    ),
];

/// Values at arguments that are approximate, at 0, and of multiples of Pi; odd and even functions
/// take a minus sign out.
fn elementary(call: &Call, symbol: Symbol, machine: fn(f64) -> f64, at_zero: Option<i64>) -> Step {
    let Some([x]) = fixed(call) else { return Step::Same };
    match x {
        Value::Real(x) => return Step::Done(Value::Real(machine(*x))),
        Value::Integer(0) => return at_zero.map_or(Step::Same, |v| Step::Done(Value::Integer(v))),
        Value::BigReal(x) => return big(symbol, x).map_or(Step::Same, Step::Done),
        Value::Integer(1) if symbol == sym::ArcTan => {
            return Step::Again(super::arithmetic::times([
                Value::Symbol(sym::Pi),
                super::arithmetic::inverse(Value::Integer(4)),
            ]));
        }
        _ => {}
    }
    if let Some(positive) = without_sign(x) {
        let inner = Value::call(symbol, [positive].as_slice());
        let is_even = symbol == sym::Cos || symbol == sym::Cosh;
        return Step::Again(if is_even { inner } else { super::arithmetic::negative(inner) });
    }
    match (pi_multiple(x), symbol) {
        (Some(turns), sym::Sin | sym::Cos | sym::Tan) => at_multiple_of_pi(symbol, &turns),
        _ => Step::Same,
    }
}

fn big(symbol: Symbol, x: &BigReal) -> Option<Value> {
    let value = match symbol {
        sym::Sin => x.value.sin(),
        sym::Cos => x.value.cos(),
        sym::Tan => x.value.tan(),
        sym::ArcTan => x.value.atan(),
        sym::Sinh => x.value.sinh(),
        sym::Cosh => x.value.cosh(),
        sym::Tanh => x.value.tanh(),
        _ => return None,
    };
    Some(Value::BigReal(Arc::new(BigReal::new(value, x.precision))))
}

/// Returns the negative of what has a minus sign in front.
fn without_sign(x: &Value) -> Option<Value> {
    match x {
        _ if number::is_real(x) && number::is_negative(x) => Some(number::negate(x)),
        Value::Call(call) if call.is(sym::Times) => match call.args() {
            [first, ..] if number::is_real(first) && number::is_negative(first) => {
                Some(super::arithmetic::negative(x.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns q of q Pi.
fn pi_multiple(x: &Value) -> Option<Value> {
    match x {
        Value::Symbol(sym::Pi) => Some(Value::Integer(1)),
        Value::Symbol(sym::Degree) => number::reciprocal(&Value::Integer(180)),
        Value::Call(call) if call.is(sym::Times) => match call.args() {
            [q, Value::Symbol(sym::Degree)] if number::is_exact(q) && number::is_real(q) => {
                number::divide(q, &Value::Integer(180))
            }
            [q, Value::Symbol(sym::Pi)] if number::is_exact(q) && number::is_real(q) => {
                Some(q.clone())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Sines of multiples of Pi/12 up to Pi/2: 4 times the square, and half of what is under a root
/// inside it, as known from the regular polygons.
fn sine_of_twelfths(twelfths: i64) -> Option<Value> {
    use super::arithmetic::{half, plus, times, to_the};
    let root = |n: i64| to_the(Value::Integer(n), half());
    Some(match twelfths {
        0 => Value::Integer(0),
        // (Sqrt[3] - 1)/(2 Sqrt[2])
        1 => times(
            [
                half(),
                to_the(Value::Integer(2), number::negate(&half())),
                plus([Value::Integer(-1), root(3)]),
            ]
            .as_slice(),
        ),
        2 => half(),
        3 => to_the(Value::Integer(2), number::negate(&half())),
        4 => times([half(), root(3)]),
        5 => times(
            [
                half(),
                to_the(Value::Integer(2), number::negate(&half())),
                plus([Value::Integer(1), root(3)]),
            ]
            .as_slice(),
        ),
        6 => Value::Integer(1),
        _ => return None,
    })
}

fn at_multiple_of_pi(symbol: Symbol, turns: &Value) -> Step {
    let twelfths = number::multiply(turns, &Value::Integer(12));
    let Some(twelfths) = number::integer(&twelfths) else { return Step::Same };
    let twelfths: i64 = i64::from(twelfths % 24i32);
    let sine = |twelfths: i64| {
        let within = twelfths.rem_euclid(24);
        let (sign, within) = if within >= 12 { (-1, within - 12) } else { (1, within) };
        let value = sine_of_twelfths(within.min(12 - within))?;
        Some(super::arithmetic::times([Value::Integer(sign), value]))
    };
    let value = match symbol {
        sym::Sin => sine(twelfths),
        sym::Cos => sine(twelfths + 6),
        _ => match (twelfths.rem_euclid(12), sine(twelfths), sine(twelfths + 6)) {
            (6, ..) => Some(Value::Symbol(sym::ComplexInfinity)),
            (_, Some(sin), Some(cos)) => {
                Some(super::arithmetic::times([sin, super::arithmetic::inverse(cos)]))
            }
            _ => None,
        },
    };
    value.map_or(Step::Same, Step::Again)
}

fn log(session: &mut Session, call: &Arc<Call>) -> Step {
    match call.args() {
        [Value::Integer(1)] => Step::Done(Value::Integer(0)),
        [Value::Integer(0)] => {
            session.message_of("Log", "indet", &[Value::Call(call.clone())]);
            Step::Again(super::arithmetic::directed(Some(Value::Integer(-1))))
        }
        [Value::Symbol(sym::E)] => Step::Done(Value::Integer(1)),
        [Value::Symbol(sym::Infinity)] => Step::Done(Value::Symbol(sym::Infinity)),
        [Value::Real(x)] if *x > 0.0 => Step::Done(Value::Real(x.ln())),
        [Value::Real(x)] if *x < 0.0 => {
            Step::Done(number::complex(Value::Real((-x).ln()), Value::Real(PI)))
        }
        [Value::BigReal(x)] if !number::is_negative(&call.args()[0]) => {
            Step::Done(Value::BigReal(Arc::new(BigReal::new(x.value.ln(), x.precision))))
        }
        [x] => match x.exactly(sym::Power) {
            Some([Value::Symbol(sym::E), exponent]) if number::is_real(exponent) => {
                Step::Done(exponent.clone())
            }
            _ => Step::Same,
        },
        [base, x] => log_to_base(base, x),
        _ => Step::Same,
    }
}

fn log_to_base(base: &Value, x: &Value) -> Step {
    // An exact power of the base.
    if let (Some(b), Some(n)) = (number::integer(base), number::integer(x))
        && b > dashu_int::IBig::ONE
        && n > dashu_int::IBig::ZERO
    {
        let (mut left, mut exponent) = (n, 0);
        while &left % &b == dashu_int::IBig::ZERO {
            left /= &b;
            exponent += 1;
        }
        if left == dashu_int::IBig::ONE {
            return Step::Done(Value::Integer(exponent));
        }
    }
    let log = |x: &Value| Value::call(sym::Log, [x.clone()].as_slice());
    Step::Again(super::arithmetic::times([log(x), super::arithmetic::inverse(log(base))]))
}

fn abs(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([x]) = fixed(call) else { return Ok(Step::Same) };
    if number::is_real(x) {
        return Ok(Step::Done(if number::is_negative(x) { number::negate(x) } else { x.clone() }));
    }
    if let Value::Complex(z) = x {
        let square = |x: &Value| super::arithmetic::to_the(x.clone(), 2);
        let norm = super::arithmetic::plus([square(&z.re), square(&z.im)]);
        return Ok(Step::Again(super::arithmetic::to_the(norm, super::arithmetic::half())));
    }
    Ok(match session.machine_value(x)? {
        Some(value) if value < 0.0 => Step::Again(super::arithmetic::negative(x.clone())),
        Some(_) => Step::Done(x.clone()),
        None => Step::Same,
    })
}

fn sign(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([x]) = fixed(call) else { return Ok(Step::Same) };
    if number::is_zero(x) {
        return Ok(Step::Done(Value::Integer(0)));
    }
    Ok(match session.machine_value(x)? {
        Some(value) => Step::Done(Value::Integer(if value < 0.0 { -1 } else { 1 })),
        None => Step::Same,
    })
}

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
            match number::compare(&rest, &super::arithmetic::half()) {
                Some(std::cmp::Ordering::Greater) => number::add(&low, &Value::Integer(1)),
                Some(std::cmp::Ordering::Equal) if is_odd => number::add(&low, &Value::Integer(1)),
                _ => low,
            }
        }
    }
}

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

fn round(
    session: &mut Session,
    call: &mut Arc<Call>,
    with: fn(&Value) -> Value,
) -> Evaluated<Step> {
    match call.args() {
        [x] if number::is_real(x) => Ok(Step::Done(with(x))),
        [Value::Complex(z)] => Ok(Step::Done(number::complex(with(&z.re), with(&z.im)))),
        [x, unit] if number::is_real(x) && number::is_real(unit) && !number::is_zero(unit) => {
            let quotient = number::divide(x, unit).unwrap_or(Value::Integer(0));
            Ok(Step::Done(number::multiply(&with(&quotient), unit)))
        }
        [x] => Ok(match session.machine_value(x)? {
            // Far enough from where the result changes.
            Some(value) if value.abs() < 1e14 => Step::Done(with(&Value::Real(value))),
            _ => Step::Same,
        }),
        _ => Ok(Step::Same),
    }
}

/// Digits of numerical values that may be asked for.
const MAX_DIGITS: f64 = 1e6;

fn numerical(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, digits) = match call.args() {
        [of] => (of, None),
        [of, Value::Symbol(sym::MachinePrecision)] => (of, None),
        [of, digits] => match number::to_f64(digits) {
            Some(digits) if (1.0..=MAX_DIGITS).contains(&digits) => (of, Some(digits)),
            _ => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let value = approximated(session, of, digits)?;
    session.evaluate(&value).map(Step::Done)
}

/// Replaces exact numbers and constants by approximate ones.
fn approximated(session: &mut Session, of: &Value, digits: Option<f64>) -> Evaluated {
    match of {
        Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_) => Ok(match digits {
            None => number::to_f64(of).map_or_else(|| of.clone(), Value::Real),
            Some(digits) => match number::to_binary(of, digits) {
                Some(value) => Value::BigReal(Arc::new(BigReal::new(value, digits))),
                None => of.clone(),
            },
        }),
        Value::BigReal(real) => Ok(match digits {
            None => Value::Real(real.value.to_f64().value()),
            Some(digits) if digits < real.precision => {
                Value::BigReal(Arc::new(BigReal::new(real.value.clone(), digits)))
            }
            Some(_) => of.clone(),
        }),
        Value::Complex(z) => {
            let re = approximated(session, &z.re, digits)?;
            let im = approximated(session, &z.im, digits)?;
            Ok(number::complex(re, im))
        }
        Value::Symbol(symbol) => numerical_symbol(session, *symbol, of, digits),
        Value::Call(call) => grown(call.depth(), || numerical_call(session, call, digits)),
        Value::Association(entries) => {
            let mut new = (**entries).clone();
            for (key, entry) in entries.iter() {
                let value = approximated(session, &entry.value, digits)?;
                new.insert(key.clone(), value);
            }
            Ok(Value::Association(Arc::new(new)))
        }
        _ => Ok(of.clone()),
    }
}

fn numerical_symbol(
    session: &mut Session,
    symbol: Symbol,
    of: &Value,
    digits: Option<f64>,
) -> Evaluated {
    let rare = session.definition(symbol).and_then(|definition| definition.rare.as_ref());
    if let Some(rules) = rare.map(|rare| rare.numeric.clone()).filter(|rules| !rules.is_empty())
        && let Some(value) = rules.apply(session, of)?
    {
        let value = session.evaluate(&value)?;
        return approximated(session, &value, digits);
    }
    Ok(match digits {
        None => constant(symbol).map_or_else(|| of.clone(), Value::Real),
        Some(digits) => match big_constant(symbol, digits) {
            Some(value) => Value::BigReal(Arc::new(BigReal::new(value, digits))),
            None => of.clone(),
        },
    })
}

pub(crate) fn constant(symbol: Symbol) -> Option<f64> {
    Some(match symbol {
        sym::Pi => PI,
        sym::E => E,
        sym::Degree => PI / 180.0,
        sym::GoldenRatio => 1.618_033_988_749_895,
        sym::EulerGamma => 0.577_215_664_901_532_9,
        sym::Catalan => 0.915_965_594_177_219,
        _ => return None,
    })
}

fn big_constant(symbol: Symbol, digits: f64) -> Option<Binary> {
    let one = Binary::ONE.with_precision(number::bits_of(digits)).value();
    Some(match symbol {
        sym::Pi => one.atan() * 4,
        sym::E => one.exp(),
        sym::Degree => one.atan() / Binary::from(45),
        sym::GoldenRatio => {
            let five = Binary::from(5).with_precision(number::bits_of(digits)).value();
            (one + dashu_base::SquareRoot::sqrt(&five)) / Binary::from(2)
        }
        _ => return None,
    })
}

fn numerical_call(session: &mut Session, call: &Arc<Call>, digits: Option<f64>) -> Evaluated {
    if call.is(sym::Root)
        && let Some(root) = super::equations::numerical_root(session, call, digits)?
    {
        return Ok(root);
    }
    let attributes = session.attributes_of(call.head());
    let holds = |place: usize| {
        attributes.has(Attributes::N_HOLD_ALL)
            || (if place == 0 {
                attributes.has(Attributes::N_HOLD_FIRST)
            } else {
                attributes.has(Attributes::N_HOLD_REST)
            })
    };
    let head = approximated(session, call.head(), digits)?;
    let mut args = Args::with_capacity(call.args().len());
    for (place, arg) in call.args().iter().enumerate() {
        let keeps = holds(place)
            // Exponents that are integers stay exact.
            || (call.is(sym::Power) && place == 1 && number::integer(arg).is_some());
        args.push(if keeps { arg.clone() } else { approximated(session, arg, digits)? });
    }
    Ok(Value::call(head, args))
}

impl Session {
    /// Returns whether an expression has a numerical value by its form.
    pub(crate) fn is_numeric(&self, value: &Value) -> bool {
        match value {
            Value::Symbol(symbol) => {
                constant(*symbol).is_some() || self.attributes(*symbol).has(Attributes::CONSTANT)
            }
            Value::Call(call) if call.is(sym::Root) => super::equations::is_numeric_root(call),
            Value::Call(call) => {
                self.attributes_of(call.head()).has(Attributes::NUMERIC_FUNCTION)
                    && grown(call.depth(), || call.args().iter().all(|arg| self.is_numeric(arg)))
            }
            _ => value.is_number(),
        }
    }

    /// Returns the machine value of a numeric expression that is real.
    pub(crate) fn machine_value(&mut self, value: &Value) -> Evaluated<Option<f64>> {
        if value.is_number() {
            return Ok(number::to_f64(value));
        }
        if !self.is_numeric(value) {
            return Ok(None);
        }
        self.quiet += 1;
        let numerical = self.evaluate(&Value::call(sym::N, [value.clone()].as_slice()));
        self.quiet -= 1;
        Ok(number::to_f64(&numerical?))
    }
}
