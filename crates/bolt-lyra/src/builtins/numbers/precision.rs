//! Numerical values and how much of them is known.

use std::f64::consts::{E, PI};

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::precise;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, BigReal, Binary, Call, Value, grown};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "N",
        NONE,
        numerical,
        "N[e] is the numerical value of e to machine precision; N[e, n] to n digits, for which as \
         many more are computed with as it takes, up to $MaxExtraPrecision of them.",
        &[
            ("N[1/4]", "0.25"),
            ("N[Pi, 20]", "3.1415926535897932385`20."),
            ("N[Sin[10^20], 10]", "-0.6452512853`10."),
        ],
    ),
    builtin(
        "Precision",
        NONE,
        |_, c| {
            Ok(match c.args() {
                [of] => Step::Done(precision_value(&least(of, known_digits))),
                _ => Step::Same,
            })
        },
        "Precision[x] is how many digits of x are known: MachinePrecision of machine numbers, \
         Infinity of exact ones, the least of those in an expression.",
        &[
            ("Precision[1/2]", "Infinity"),
            ("Precision[1.5]", "MachinePrecision"),
            ("Precision[2`20]", "20."),
            ("Precision[0``3]", "0."),
        ],
    ),
    builtin(
        "Accuracy",
        NONE,
        |_, c| {
            Ok(match c.args() {
                [of] => match least(of, accuracy) {
                    Least::Exact => Step::Done(Value::Symbol(sym::Infinity)),
                    Least::Machine(digits) | Least::Digits(digits) => {
                        Step::Done(Value::Real(digits))
                    }
                },
                _ => Step::Same,
            })
        },
        "Accuracy[x] is how many digits of x are known behind the point.",
        &[("Accuracy[1]", "Infinity"), ("Accuracy[100`5]", "3.")],
    ),
    builtin(
        "SetPrecision",
        NONE,
        |s, c| set_precision(s, c, false),
        "SetPrecision[x, n] is x with n known digits; new ones are zeros in base 2; \
         SetPrecision[x, Infinity] is the exact value.",
        &[("SetPrecision[0.5, Infinity]", "1/2"), ("Precision[SetPrecision[1.5, 30]]", "30.")],
    ),
    builtin(
        "SetAccuracy",
        NONE,
        |s, c| set_precision(s, c, true),
        "SetAccuracy[x, n] is x with n known digits behind the point.",
        &[("SetAccuracy[0.5, Infinity]", "1/2"), ("Accuracy[SetAccuracy[12.5, 20]]", "20.")],
    ),
    builtin(
        "Chop",
        NONE,
        chop,
        "Chop[e] replaces approximate numbers nearer to 0 than 10^-10 by 0; Chop[e, d] those nearer \
         than d.",
        &[("Chop[1. + 10.^-12 I]", "1."), ("Chop[{0.5, 0.001}, 0.01]", "{0.5, 0}")],
    ),
    builtin(
        "Rationalize",
        NONE,
        rationalize,
        "Rationalize[x] is a fraction with a small denominator near x, if there is one; \
         Rationalize[x, d] that with the smallest denominator within d.",
        &[
            ("Rationalize[0.75]", "3/4"),
            ("Rationalize[Pi, 1/100]", "22/7"),
            ("Rationalize[N[Pi]] === N[Pi]", "True"),
        ],
    ),
];

/// Digits of numerical values that may be asked for.
const MAX_DIGITS: f64 = 1e6;

fn numerical(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, digits) = match call.args() {
        [of] => (of, None),
        [of, Value::Symbol(sym::MachinePrecision)] => (of, None),
        [of, digits] => match session.machine_value(digits)? {
            Some(digits) if (0.0..=MAX_DIGITS).contains(&digits) => (of, Some(digits)),
            _ => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    match digits {
        None => {
            let value = approximated(session, of, None)?;
            session.evaluate(&value).map(Step::Done)
        }
        Some(digits) => to_digits(session, of, digits).map(Step::Done),
    }
}

/// Returns the digits that may be computed with beyond those that are asked for.
fn extra_digits(session: &Session) -> f64 {
    let limit = session.definition(sym::MaxExtraPrecision).and_then(|known| known.own.clone());
    match limit {
        Some(Value::Symbol(sym::Infinity)) => MAX_DIGITS,
        Some(limit) => number::to_f64(&limit).unwrap_or(50.0),
        None => 50.0,
    }
}

/// Returns the numerical value of an expression to so many digits.
fn to_digits(session: &mut Session, of: &Value, digits: f64) -> Evaluated {
    match of {
        Value::Call(call) if call.is(sym::List) || call.is(sym::Rule) => {
            let all: Args = call
                .args()
                .iter()
                .map(|arg| grown(call.depth(), || to_digits(session, arg, digits)))
                .collect::<Evaluated<_>>()?;
            return Ok(Value::call(call.head().clone(), all));
        }
        Value::Call(_) if session.is_numeric(of) && is_exact(of) => {}
        Value::Call(_) | Value::Association(_) => {
            let value = approximated(session, of, Some(digits))?;
            return session.evaluate(&value);
        }
        _ => {
            let value = approximated(session, of, Some(digits))?;
            return session.evaluate(&value);
        }
    }
    let most = digits + extra_digits(session);
    let mut working = digits + 3.0;
    loop {
        let value = approximated(session, of, Some(working))?;
        let value = session.evaluate(&value)?;
        if !value.is_number() || number::precision(&value) >= digits {
            return Ok(with_digits(&value, digits));
        }
        if working >= most {
            let limit = Value::Real(extra_digits(session));
            session.message(sym::N, "meprec", &[limit, of.clone()]);
            return Ok(value);
        }
        working = (working + (digits - number::precision(&value)).max(1.0) * 1.1 + 3.0).min(most);
    }
}

fn is_exact(of: &Value) -> bool {
    match of {
        Value::Call(call) => call.args().iter().all(is_exact),
        _ => !of.is_number() || number::is_exact(of),
    }
}

/// Returns a number with fewer known digits.
fn with_digits(value: &Value, digits: f64) -> Value {
    match value {
        Value::BigReal(real) if real.precision > digits => {
            Value::BigReal(Arc::new(BigReal::new(real.value.clone(), digits)))
        }
        Value::Complex(z) => {
            number::complex(with_digits(&z.re, digits), with_digits(&z.im, digits))
        }
        _ => value.clone(),
    }
}

/// Replaces exact numbers and constants by approximate ones.
fn approximated(session: &mut Session, of: &Value, digits: Option<f64>) -> Evaluated {
    match of {
        Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_) => {
            Ok(approximate_number(of, digits))
        }
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

fn approximate_number(of: &Value, digits: Option<f64>) -> Value {
    if let (None, Some(real)) = (digits, number::to_f64(of))
        && real.is_finite()
        && (real != 0.0 || number::is_zero(of))
    {
        return Value::Real(real);
    }
    // What is too large for a machine number has a precision of its own.
    let digits = digits.unwrap_or(number::MACHINE_DIGITS);
    if number::is_zero(of) {
        return of.clone();
    }
    match number::to_binary(of, digits) {
        Some(value) => Value::BigReal(Arc::new(BigReal::new(value, digits))),
        None => of.clone(),
    }
}

fn numerical_symbol(
    session: &mut Session,
    symbol: Symbol,
    of: &Value,
    digits: Option<f64>,
) -> Evaluated {
    if let Some(value) = numerical_rule(session, symbol, of, digits)? {
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

/// Applies what was defined as the numerical value: `N[x] = 3`.
fn numerical_rule(
    session: &mut Session,
    symbol: Symbol,
    of: &Value,
    digits: Option<f64>,
) -> Evaluated<Option<Value>> {
    let rare = session.definition(symbol).and_then(|definition| definition.rare.as_ref());
    let Some(rules) = rare.map(|rare| rare.numeric.clone()).filter(|rules| !rules.is_empty())
    else {
        return Ok(None);
    };
    let precision = match digits {
        None => Value::Symbol(sym::MachinePrecision),
        Some(whole) if whole.fract() == 0.0 => Value::Integer(whole as i64),
        Some(digits) => Value::Real(digits),
    };
    rules.apply(session, &Value::call(sym::N, [of.clone(), precision]))
}

/// Returns the machine value of a constant.
pub(crate) fn constant(symbol: Symbol) -> Option<f64> {
    Some(match symbol {
        sym::Pi => PI,
        sym::E => E,
        sym::Degree => PI / 180.0,
        sym::GoldenRatio => 1.618_033_988_749_895,
        sym::EulerGamma => 0.577_215_664_901_532_9,
        sym::Catalan => 0.915_965_594_177_219,
        sym::Glaisher => 1.282_427_129_100_622_7,
        sym::Khinchin => 2.685_452_001_065_306_4,
        sym::MachinePrecision => number::MACHINE_DIGITS,
        _ => return None,
    })
}

fn big_constant(symbol: Symbol, digits: f64) -> Option<Binary> {
    precise::long(number::bits_of(digits), move |bits| constant_of(symbol, bits))
}

fn constant_of(symbol: Symbol, bits: usize) -> Option<Binary> {
    let one = Binary::ONE.with_precision(bits).value();
    Some(match symbol {
        sym::Pi => Binary::pi(bits),
        sym::E => Binary::e(bits),
        sym::Degree => Binary::pi(bits) / Binary::from(180),
        sym::GoldenRatio => {
            let five = Binary::from(5).with_precision(bits).value();
            (one + dashu_base::SquareRoot::sqrt(&five)) / Binary::from(2)
        }
        sym::MachinePrecision => {
            let two = Binary::from(2).with_precision(bits).value();
            two.log10() * Binary::from(53)
        }
        _ => super::super::special::constants::value(symbol, bits)?,
    })
}

fn numerical_call(session: &mut Session, call: &Arc<Call>, digits: Option<f64>) -> Evaluated {
    if let Some(symbol) = call.head().as_symbol()
        && let Some(value) = numerical_rule(session, symbol, &Value::Call(call.clone()), digits)?
    {
        let value = session.evaluate(&value)?;
        return approximated(session, &value, digits);
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
    if call.is(sym::Root)
        && let Some(root) = super::super::equations::numerical_root(session, call, digits)?
    {
        return Ok(root);
    }
    if [sym::Slot, sym::SlotSequence].iter().any(|&head| call.is(head)) {
        return Ok(Value::Call(call.clone()));
    }
    let head = match call.head() {
        Value::Symbol(_) => call.head().clone(),
        head => approximated(session, head, digits)?,
    };
    let mut args = Args::with_capacity(call.args().len());
    for (place, arg) in call.args().iter().enumerate() {
        let keeps = holds(place)
            // Exponents that are integers stay exact.
            || (call.is(sym::Power) && place == 1 && number::integer(arg).is_some());
        args.push(if keeps { arg.clone() } else { approximated(session, arg, digits)? });
    }
    Ok(Value::call(head, args))
}

/// The least that is known of the numbers in an expression.
enum Least {
    Exact,
    Machine(f64),
    Digits(f64),
}

fn least(of: &Value, digits: fn(&Value) -> f64) -> Least {
    match of {
        Value::Call(call) => {
            let all = call.args().iter().map(|arg| grown(call.depth(), || least(arg, digits)));
            all.fold(Least::Exact, |a, b| match (a, b) {
                (Least::Exact, b) => b,
                (a, Least::Exact) => a,
                (Least::Digits(x), Least::Machine(y)) | (Least::Machine(y), Least::Digits(x)) => {
                    if x < y {
                        Least::Digits(x)
                    } else {
                        Least::Machine(y)
                    }
                }
                (Least::Digits(x), Least::Digits(y)) => Least::Digits(x.min(y)),
                (Least::Machine(x), Least::Machine(y)) => Least::Machine(x.min(y)),
            })
        }
        _ if !of.is_number() || number::is_exact(of) => Least::Exact,
        _ if precise::is_machine(of) => Least::Machine(digits(of)),
        _ => Least::Digits(digits(of)),
    }
}

/// Returns how many digits of a number are known; of a 0 that is none.
fn known_digits(of: &Value) -> f64 {
    match of {
        Value::BigReal(_) if number::is_zero(of) => 0.0,
        _ => number::precision(of),
    }
}

fn precision_value(least: &Least) -> Value {
    match least {
        Least::Exact => Value::Symbol(sym::Infinity),
        Least::Machine(_) => Value::Symbol(sym::MachinePrecision),
        Least::Digits(digits) => Value::Real(*digits),
    }
}

/// Returns how many digits behind the point are known.
fn accuracy(of: &Value) -> f64 {
    let of_real = |value: &Value| -> f64 {
        if number::is_exact(value) {
            return f64::INFINITY;
        }
        let size = number::to_f64(value).unwrap_or(0.0).abs();
        match size == 0.0 {
            true if matches!(value, Value::BigReal(_)) && number::is_zero(value) => {
                number::precision(value)
            }
            true => number::precision(value) - f64::MIN_POSITIVE.log10(),
            false => number::precision(value) - size.log10(),
        }
    };
    let (re, im) = number::parts(of);
    let error = |x: f64| 10f64.powf(-2.0 * x);
    match (of_real(&re), of_real(&im)) {
        (a, b) if b.is_infinite() => a,
        (a, b) => -(error(a) + error(b)).sqrt().log10(),
    }
}

/// Returns the exact value of an approximate real number.
pub(super) fn exact(value: &Value) -> Option<RBig> {
    match value {
        Value::Real(real) => RBig::try_from(*real).ok(),
        Value::BigReal(real) => {
            let repr = real.value.repr();
            let (significand, exponent) = (repr.significand().clone(), repr.exponent());
            let power = IBig::ONE << exponent.unsigned_abs();
            Some(match exponent >= 0 {
                true => RBig::from(significand * power),
                false => RBig::from(significand) / RBig::from(power),
            })
        }
        _ => number::rational(value),
    }
}

fn set_precision(
    session: &mut Session,
    call: &mut Arc<Call>,
    of_accuracy: bool,
) -> Evaluated<Step> {
    let [of, digits] = call.args() else { return Ok(Step::Same) };
    let wanted = match digits {
        Value::Symbol(sym::Infinity) => None,
        Value::Symbol(sym::MachinePrecision) if !of_accuracy => {
            return approximated(session, of, None).map(Step::Again);
        }
        _ => match session.machine_value(digits)? {
            Some(digits) if digits.abs() <= MAX_DIGITS => Some(digits),
            _ => return Ok(Step::Same),
        },
    };
    Ok(Step::Again(reset(of, wanted, of_accuracy)))
}

fn reset(of: &Value, wanted: Option<f64>, of_accuracy: bool) -> Value {
    match of {
        Value::Complex(z) => {
            let re = reset(&z.re, wanted, of_accuracy);
            number::complex(re, reset(&z.im, wanted, of_accuracy))
        }
        Value::Call(call)
            if call.is(sym::Power) && matches!(call.args(), [_, Value::Integer(_)]) =>
        {
            let base = reset(&call.args()[0], wanted, of_accuracy);
            Value::call(sym::Power, [base, call.args()[1].clone()])
        }
        Value::Call(call) => {
            let all = call.args().iter();
            let all: Args = all.map(|arg| reset(arg, wanted, of_accuracy)).collect();
            Value::call(call.head().clone(), all)
        }
        Value::Symbol(symbol) => match wanted {
            Some(digits) => big_constant(*symbol, digits).map_or_else(
                || of.clone(),
                |value| Value::BigReal(Arc::new(BigReal::new(value, digits))),
            ),
            None => of.clone(),
        },
        _ => {
            let Some(value) = exact(of) else { return of.clone() };
            let value = Value::from(value);
            let Some(mut digits) = wanted else { return value };
            if number::is_zero(&value) {
                return value;
            }
            if of_accuracy {
                let size = number::to_binary(&value, 20.0).map_or(0.0, |value| {
                    let value =
                        if dashu_base::Signed::is_negative(&value) { -value } else { value };
                    value.log10().to_f64().value()
                });
                digits = (digits + size).max(0.0);
            }
            match number::to_binary(&value, digits) {
                Some(value) => Value::BigReal(Arc::new(BigReal::new(value, digits))),
                None => value,
            }
        }
    }
}

fn chop(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, limit) = match call.args() {
        [of] => (of, Some(1e-10)),
        [of, limit] => (of, session.machine_value(limit)?),
        _ => return Ok(Step::Same),
    };
    let Some(limit) = limit else { return Ok(Step::Same) };
    Ok(Step::Again(chopped(of, limit)))
}

fn chopped(of: &Value, limit: f64) -> Value {
    let is_small = |value: &Value| {
        !number::is_exact(value) && number::to_f64(value).is_some_and(|x| x.abs() < limit)
    };
    match of {
        Value::Real(_) | Value::BigReal(_) if is_small(of) => Value::Integer(0),
        Value::Complex(z) => {
            let is_machine = !number::is_exact(of);
            let part = |part: &Value| {
                let small = number::to_f64(part).is_some_and(|x| x.abs() < limit);
                if is_machine && small { Value::Integer(0) } else { part.clone() }
            };
            number::complex(part(&z.re), part(&z.im))
        }
        Value::Call(call) => grown(call.depth(), || {
            let args: Args = call.args().iter().map(|arg| chopped(arg, limit)).collect();
            Value::call(call.head().clone(), args)
        }),
        _ => of.clone(),
    }
}

/// Returns the fraction with the smallest denominator from one number to another (Stern and Brocot).
fn simplest_between(low: &RBig, high: &RBig) -> RBig {
    if *low <= RBig::ZERO && *high >= RBig::ZERO {
        return RBig::ZERO;
    }
    if *high < RBig::ZERO {
        return -simplest_between(&-high.clone(), &-low.clone());
    }
    let whole = RBig::from(low.ceil());
    if whole <= *high {
        return whole;
    }
    let floor = RBig::from(low.floor());
    let inverse = |x: &RBig| RBig::ONE / (x - &floor);
    let rest = simplest_between(&inverse(high), &inverse(low));
    &floor + RBig::ONE / rest
}

/// The first convergent of the continued fraction p/q with |p/q - x| < 10^-4/q^2.
fn near_fraction(x: &RBig) -> Option<RBig> {
    let bound = RBig::from_parts(IBig::ONE, 10_000u32.into());
    let (mut p, mut q, mut before_p, mut before_q) = (IBig::ONE, IBig::ZERO, IBig::ZERO, IBig::ONE);
    let mut rest = x.clone();
    for _ in 0..40 {
        let whole = rest.floor();
        (p, before_p) = (&whole * &p + before_p, p);
        (q, before_q) = (&whole * &q + before_q, q);
        let fraction = RBig::from(p.clone()) / RBig::from(q.clone());
        let distance = x - &fraction;
        let distance = if distance < RBig::ZERO { -distance } else { distance };
        if distance * RBig::from(&q * &q) < bound {
            return Some(fraction);
        }
        rest -= RBig::from(whole);
        if rest == RBig::ZERO {
            return None;
        }
        rest = RBig::ONE / rest;
    }
    None
}

fn rationalize(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, within) = match call.args() {
        [of] => (of, None),
        [of, within] => (of, Some(within)),
        _ => return Ok(Step::Same),
    };
    match within {
        None => Ok(Step::Again(rationalized(of))),
        Some(within) => {
            let within =
                session.evaluate(&Value::call(sym::N, [within.clone(), Value::Integer(30)]))?;
            let Some(within) = exact(&within) else { return Ok(Step::Same) };
            fractions_within(session, of, &within).map(Step::Again)
        }
    }
}

fn rationalized(of: &Value) -> Value {
    match of {
        Value::Real(_) | Value::BigReal(_) => {
            let near = exact(of).and_then(|x| near_fraction(&x));
            // With larger denominators any number of this precision would be near enough.
            let size = number::to_f64(of).unwrap_or(1.0).abs().max(f64::MIN_POSITIVE);
            let most = (1e-4 * 10f64.powf(number::precision(of)) / size).sqrt();
            near.filter(|near| {
                IBig::try_from(most.floor()).is_ok_and(|most| near.denominator().as_ibig() <= &most)
            })
            .map_or_else(|| of.clone(), Value::from)
        }
        Value::Complex(z) => number::complex(rationalized(&z.re), rationalized(&z.im)),
        Value::Call(call) => {
            Value::call(call.head().clone(), call.args().iter().map(rationalized).collect::<Args>())
        }
        _ => of.clone(),
    }
}

fn fractions_within(session: &mut Session, of: &Value, within: &RBig) -> Evaluated {
    match of {
        Value::Call(call) if !session.is_numeric(of) => {
            let all = call.args().iter().map(|arg| fractions_within(session, arg, within));
            let all: Args = all.collect::<Evaluated<_>>()?;
            return Ok(Value::call(call.head().clone(), all));
        }
        Value::Complex(z) => {
            let re = fractions_within(session, &z.re, within)?;
            return Ok(number::complex(re, fractions_within(session, &z.im, within)?));
        }
        _ => {}
    }
    let numeric = match of {
        Value::Real(_) | Value::BigReal(_) => of.clone(),
        _ if session.is_numeric(of) => {
            session.evaluate(&Value::call(sym::N, [of.clone(), Value::Integer(40)]))?
        }
        _ => return Ok(of.clone()),
    };
    let Some(x) = exact(&numeric) else { return Ok(of.clone()) };
    let within = match *within == RBig::ZERO {
        // As near as the number is known.
        true => match of {
            Value::Real(real) => {
                RBig::try_from(real.abs() * f64::EPSILON / 2.0).unwrap_or(RBig::ZERO)
            }
            _ => RBig::ZERO,
        },
        false => within.clone(),
    };
    Ok(Value::from(simplest_between(&(&x - &within), &(&x + &within))))
}

/// Digits to which what is 0 is looked at.
const ZERO_DIGITS: f64 = 100.0;

impl Session {
    /// Returns the sign of a numeric expression; 0 if no digit of it is other than 0 to a hundred
    /// of them; `None` if it is not real or not a number.
    pub(crate) fn exact_sign(&mut self, of: &Value) -> Evaluated<Option<i32>> {
        self.quiet += 1;
        let sign = self.sign_by_digits(of);
        self.quiet -= 1;
        sign
    }

    fn sign_by_digits(&mut self, of: &Value) -> Evaluated<Option<i32>> {
        for digits in [20.0, 50.0, ZERO_DIGITS] {
            let value = approximated(self, of, Some(digits))?;
            let value = self.evaluate(&value)?;
            if !value.is_number() {
                return Ok(None);
            }
            let (re, im) = number::parts(&value);
            let is_known = |part: &Value| !number::is_zero(part) && number::precision(part) > 1.0;
            if is_known(&im) {
                return Ok(None);
            }
            if is_known(&re) {
                return Ok(Some(if number::is_negative(&re) { -1 } else { 1 }));
            }
            if number::is_exact(&value) {
                return Ok(Some(0));
            }
        }
        Ok(Some(0))
    }

    /// Returns whether an expression has a numerical value by its form.
    pub(crate) fn is_numeric(&self, value: &Value) -> bool {
        match value {
            Value::Symbol(symbol) => {
                constant(*symbol).is_some()
                    || self.attributes(*symbol).has(Attributes::CONSTANT)
                    || self.is_declared_numeric(*symbol)
            }
            Value::Call(call) if call.is(sym::Root) => {
                super::super::equations::is_numeric_root(call)
            }
            Value::Call(call) => {
                self.attributes_of(call.head()).has(Attributes::NUMERIC_FUNCTION)
                    && grown(call.depth(), || call.args().iter().all(|arg| self.is_numeric(arg)))
            }
            _ => value.is_number(),
        }
    }

    /// Returns whether a program has set `NumericQ[symbol] = True`.
    fn is_declared_numeric(&self, symbol: Symbol) -> bool {
        let rare = self.definition(symbol).and_then(|definition| definition.rare.as_ref());
        self.has_up_rules
            && rare.is_some_and(|rare| {
                rare.up.list(self).iter().any(|rule| {
                    rule.rhs.is(sym::True) && rule.lhs.exactly::<1>(sym::NumericQ).is_some()
                })
            })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simplest_fraction_has_the_least_denominator() {
        let mut rng = bolt_base::Rng::new(5);
        for _ in 0..200 {
            let x = RBig::from_parts(IBig::from(rng.below(2000) as i64 - 1000), 997u32.into());
            let d = RBig::from_parts(IBig::from(1 + rng.below(50)), 5000u32.into());
            let (low, high) = (&x - &d, &x + &d);
            let found = simplest_between(&low, &high);
            assert!(low <= found && found <= high);
            let bottom: u32 = found.denominator().try_into().expect("small");
            for q in 1..bottom {
                let p = (&low * RBig::from(q)).ceil();
                assert!(RBig::from(p) / RBig::from(q) > high, "{q} is smaller than {bottom}");
            }
        }
    }
}
