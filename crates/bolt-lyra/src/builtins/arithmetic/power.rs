//! `Power`

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::{Infinite, directed, indeterminate, infinite, times, to_the};
use crate::evaluate::Step;
use crate::number;
use crate::precise;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// Raises the first argument of a call to the second.
pub(crate) fn power(session: &mut Session, call: &mut Arc<Call>) -> Step {
    let (base, exponent) = match call.args() {
        [] => return Step::Done(Value::Integer(1)),
        [one] => return Step::Done(one.clone()),
        [base, exponent] => (base.clone(), exponent.clone()),
        [first, rest @ ..] => {
            let rest = Value::call(sym::Power, Args::from(rest));
            return Step::Again(to_the(first.clone(), rest));
        }
    };
    if infinite(&base) != Infinite::No || infinite(&exponent) != Infinite::No {
        return infinite_power(session, call, &base, &exponent);
    }
    match (&base, &exponent) {
        (base, Value::Integer(0)) => match number::is_zero(base) {
            true => unknown_power(session, call),
            false => Step::Done(Value::Integer(1)),
        },
        (_, Value::Integer(1)) => Step::Done(base),
        (Value::Integer(1), _) => Step::Done(base),
        _ if base.is_number() && exponent.is_number() => numbers(session, call, &base, &exponent),
        (Value::Integer(0), _) if !exponent.is_number() => Step::Same,
        _ => symbolic(&base, &exponent),
    }
}

/// Powers of powers and of products.
fn symbolic(base: &Value, exponent: &Value) -> Step {
    let Some(call) = base.as_call() else {
        return exponential(base, exponent);
    };
    let is_integer = matches!(exponent, Value::Integer(_) | Value::BigInteger(_));
    match call.args() {
        [inner, own]
            if call.is(sym::Power)
                && (is_integer
                    || is_between_minus_one_and_one(own)
                    || (is_positive_constant(inner) && number::is_real(own))) =>
        {
            Step::Again(to_the(inner.clone(), times([own.clone(), exponent.clone()])))
        }
        factors if call.is(sym::Times) && is_integer => {
            let raised = factors.iter().map(|factor| to_the(factor.clone(), exponent.clone()));
            Step::Again(times(raised.collect::<Args>()))
        }
        // A positive number may be taken out of any root, of a negative one its size.
        [first, rest @ ..]
            if call.is(sym::Times)
                && number::is_real(first)
                && *first != Value::Integer(-1)
                && exponent.is_number() =>
        {
            let (size, rest) = match (number::is_negative(first), rest) {
                (false, [one]) => (first.clone(), one.clone()),
                (false, all) => (first.clone(), times(Args::from(all))),
                (true, all) => {
                    let minus = std::iter::once(Value::Integer(-1));
                    let rest = minus.chain(all.iter().cloned()).collect::<Args>();
                    (number::negate(first), times(rest))
                }
            };
            let (size, rest) = (to_the(size, exponent.clone()), to_the(rest, exponent.clone()));
            Step::Again(times([size, rest]))
        }
        _ => Step::Same,
    }
}

fn is_positive_constant(value: &Value) -> bool {
    value
        .as_symbol()
        .is_some_and(|symbol| super::super::numbers::precision::constant(symbol).is_some())
}

fn is_between_minus_one_and_one(value: &Value) -> bool {
    number::is_real(value) && {
        let size = if number::is_negative(value) { number::negate(value) } else { value.clone() };
        number::compare(&size, &Value::Integer(1)).is_some_and(std::cmp::Ordering::is_lt)
    }
}

/// `E` to a logarithm, to an approximate number or to a multiple of `I Pi`.
fn exponential(base: &Value, exponent: &Value) -> Step {
    if !base.is(sym::E) {
        return Step::Same;
    }
    match exponent {
        Value::Real(real) if real.exp().is_finite() => Step::Done(Value::Real(real.exp())),
        _ if exponent.is_number() && !number::is_exact(exponent) => {
            let value = precise::evaluate(|z| z[0].exp(), std::slice::from_ref(exponent));
            value.map_or_else(|| Step::Done(Value::call(sym::Overflow, Args::new())), Step::Done)
        }
        Value::Call(call) if call.is(sym::Log) && call.args().len() == 1 => {
            Step::Again(call.args()[0].clone())
        }
        Value::Call(call) if call.is(sym::Times) => exponential_of_product(call),
        _ => Step::Same,
    }
}

/// `E^(n Log[x])` is `x^n`, `E^(I Pi q)` is a root of unity.
fn exponential_of_product(product: &Call) -> Step {
    match product.args() {
        [Value::Complex(complex), Value::Symbol(sym::Pi)]
            if matches!(complex.re, Value::Integer(0)) && number::is_exact(&complex.im) =>
        {
            let turns = complex.im.clone();
            match &turns {
                Value::Integer(_) | Value::BigInteger(_) | Value::Rational(_) => {
                    Step::Again(to_the(Value::Integer(-1), turns))
                }
                _ => Step::Same,
            }
        }
        args => {
            let is_log = |arg: &Value| arg.exactly::<1>(sym::Log).is_some();
            let [log] = args.iter().filter(|arg| is_log(arg)).collect::<Vec<_>>()[..] else {
                return Step::Same;
            };
            let Some([inner]) = log.exactly(sym::Log) else { return Step::Same };
            let rest: Args = args.iter().filter(|arg| !is_log(arg)).cloned().collect();
            Step::Again(to_the(inner.clone(), times(rest)))
        }
    }
}

/// A number to the power of a number.
fn numbers(session: &mut Session, call: &Arc<Call>, base: &Value, exponent: &Value) -> Step {
    if number::is_zero(base) {
        return zero_power(session, call, base, exponent);
    }
    match exponent {
        Value::Integer(whole) => match number::power(base, *whole) {
            Some(power) => Step::Done(power),
            None => overflow(session),
        },
        Value::BigInteger(_) => match base {
            Value::Integer(-1) => {
                let is_even =
                    number::integer(exponent).is_some_and(|e| number::is_even_integer(&e));
                Step::Done(Value::Integer(if is_even { 1 } else { -1 }))
            }
            Value::Real(_) => approximate(base, exponent),
            _ => overflow(session),
        },
        Value::Rational(root) if number::is_exact(base) => exact_root(base, root),
        _ if number::is_exact(base) && number::is_exact(exponent) => Step::Same,
        _ => approximate(base, exponent),
    }
}

fn overflow(session: &mut Session) -> Step {
    session.message(sym::General, "ovfl", &[]);
    Step::Done(Value::call(sym::Overflow, Args::new()))
}

fn unknown_power(session: &mut Session, call: &Arc<Call>) -> Step {
    session.message(sym::Power, "indet", &[Value::Call(call.clone())]);
    Step::Done(Value::Symbol(sym::Indeterminate))
}

fn zero_power(session: &mut Session, call: &Arc<Call>, base: &Value, exponent: &Value) -> Step {
    let (re, _) = number::parts(exponent);
    if number::is_zero(&re) {
        return unknown_power(session, call);
    }
    if number::is_negative(&re) {
        session.message(sym::Power, "infy", &[Value::Call(call.clone())]);
        return Step::Done(Value::Symbol(sym::ComplexInfinity));
    }
    Step::Done(base.clone())
}

/// Machine and arbitrary precision.
fn approximate(base: &Value, exponent: &Value) -> Step {
    if let (Some(x), Some(y)) = (number::to_f64(base), number::to_f64(exponent))
        && (matches!(base, Value::Real(_)) || matches!(exponent, Value::Real(_)))
        && x >= 0.0
        && x.powf(y).is_finite()
    {
        return Step::Done(Value::Real(if y == 0.5 { x.sqrt() } else { x.powf(y) }));
    }
    let value = precise::evaluate(|z| z[0].pow(&z[1]), &[base.clone(), exponent.clone()]);
    value.map_or(Step::Same, Step::Done)
}

/// Takes what has an exact root out of an exact number to the power of a fraction.
fn exact_root(base: &Value, exponent: &RBig) -> Step {
    if let Value::Complex(_) = base {
        return Step::Same;
    }
    if number::is_negative(base) {
        return negative_root(base, exponent);
    }
    if let Value::Rational(rational) = base {
        let of =
            |integer: IBig, exponent: RBig| to_the(Value::from(integer), Value::from(exponent));
        let (top, bottom) = (**rational).clone().into_parts();
        let parts = [of(top, exponent.clone()), of(bottom.into(), -exponent.clone())];
        return Step::Again(times(parts));
    }
    let Some(integer) = number::integer(base) else { return Step::Same };
    let (outside, inside) = roots_of_integer(&integer, exponent);
    match &inside[..] {
        [(same, own)] if *same == integer && own == exponent && number::is_one(&outside) => {
            Step::Same
        }
        _ => {
            let mut factors: Args = inside
                .into_iter()
                .map(|(base, exponent)| to_the(Value::from(base), Value::from(exponent)))
                .collect();
            factors.insert(0, outside);
            Step::Again(times(factors))
        }
    }
}

/// (-b)^(p/q) is a root of -1 times b^(p/q); the root of -1 has an exponent above 0 and below 1.
fn negative_root(base: &Value, exponent: &RBig) -> Step {
    let whole = exponent.floor();
    let part = exponent - RBig::from(whole.clone());
    let is_half = part == RBig::from_parts(1.into(), 2u8.into());
    let sign = if number::is_even_integer(&whole) { 1 } else { -1 };
    if matches!(base, Value::Integer(-1)) {
        if is_half {
            return Step::Done(number::multiply(&Value::Integer(sign), &Value::i()));
        }
        return match whole == IBig::ZERO {
            true => Step::Same,
            false => {
                let root = to_the(Value::Integer(-1), Value::from(part));
                Step::Again(times([Value::Integer(sign), root]))
            }
        };
    }
    let root = to_the(Value::Integer(-1), Value::from(exponent.clone()));
    let size = to_the(number::negate(base), Value::from(exponent.clone()));
    Step::Again(times([root, size]))
}

/// Trial division finds factors up to here.
const TRIAL_LIMIT: u64 = 1 << 16;

/// Splits a positive integer to the power of a fraction into an exact number and roots with
/// exponents below 1 in size: 12^(1/2) is 2 and 3^(1/2).
fn roots_of_integer(integer: &IBig, exponent: &RBig) -> (Value, Vec<(IBig, RBig)>) {
    let mut outside = Value::Integer(1);
    let mut inside: Vec<(IBig, RBig)> = Vec::new();
    for (prime, times) in small_factors(integer, exponent) {
        let total = exponent * RBig::from(IBig::from(times));
        // Towards 0, so that a root stays in the denominator if it is there.
        let whole = total.trunc();
        let part = &total - RBig::from(whole.clone());
        let base = Value::from(prime.clone());
        if let Some(taken) = i64::try_from(&whole).ok().and_then(|w| number::power(&base, w)) {
            outside = number::multiply(&outside, &taken);
        }
        if part.is_zero() {
            continue;
        }
        match inside.iter_mut().find(|(_, exponent)| *exponent == part) {
            Some((base, _)) => *base *= prime,
            None => inside.push((prime, part)),
        }
    }
    (outside, inside)
}

/// Factors an integer by trial division; what is left at the end is taken as one factor, reduced
/// to its root if it is a perfect power that the exponent makes smaller.
pub(super) fn small_factors(integer: &IBig, exponent: &RBig) -> Vec<(IBig, u32)> {
    let mut left = integer.clone();
    let mut factors = Vec::new();
    let mut divisor = 2u64;
    while divisor <= TRIAL_LIMIT && IBig::from(divisor * divisor) <= left {
        bolt_base::interrupt::poll();
        let mut times = 0;
        while &left % divisor == 0 {
            left /= divisor;
            times += 1;
        }
        if times > 0 {
            factors.push((IBig::from(divisor), times));
        }
        divisor += if divisor == 2 { 1 } else { 2 };
    }
    if left > IBig::ONE {
        factors.push(perfect_power(left, exponent));
    }
    factors
}

/// Degrees of roots that are tried.
const DEGREE_MAX: u32 = 128;
/// Integers of more bits are tried for roots of the degrees only that the exponent has.
const BITS_OF_ALL_DEGREES: usize = 1 << 11;

/// Returns an integer without small factors as a power, with the greatest exponent that is found.
fn perfect_power(mut left: IBig, exponent: &RBig) -> (IBig, u32) {
    let mut times = 1;
    for degree in 2..=DEGREE_MAX {
        let bits = number::bit_length(&left);
        // No root is a product of small factors.
        if bits < degree as usize * TRIAL_LIMIT.ilog2() as usize {
            break;
        }
        let counts = || exponent.denominator() % degree == 0;
        while bits <= BITS_OF_ALL_DEGREES || counts() {
            let root = left.nth_root(degree as usize);
            if root.pow(degree as usize) != left {
                break;
            }
            left = root;
            times *= degree;
        }
    }
    (left, times)
}

fn infinite_power(session: &mut Session, call: &Arc<Call>, base: &Value, exponent: &Value) -> Step {
    use Infinite::{Indeterminate, No, Toward};
    let unknown = Step::Done(Value::Symbol(sym::Indeterminate));
    match (infinite(base), infinite(exponent)) {
        (Indeterminate, _) | (_, Indeterminate) => unknown,
        (Toward(direction), No) => match exponent {
            Value::Integer(0) => indeterminate(session, Value::Call(call.clone())),
            _ if number::is_negative(exponent) => Step::Done(Value::Integer(0)),
            _ if number::is_real(exponent) => Step::Again(directed(
                direction.map(|direction| to_the(direction, exponent.clone())),
            )),
            _ => Step::Same,
        },
        (No, Toward(Some(direction))) => {
            let grows = match base {
                Value::Symbol(sym::E) => Some(true),
                _ => number::to_f64(base).and_then(|base| match base.abs() {
                    1.0 => None,
                    size => Some(size > 1.0),
                }),
            };
            match (grows, number::is_negative(&direction)) {
                (None, _) if base.is_number() => indeterminate(session, Value::Call(call.clone())),
                (None, _) => Step::Same,
                (Some(true), true) | (Some(false), false) => Step::Done(Value::Integer(0)),
                _ if number::is_negative(base) => Step::Again(directed(None)),
                _ => Step::Again(directed(Some(Value::Integer(1)))),
            }
        }
        (Toward(_), Toward(Some(direction))) => match number::is_negative(&direction) {
            true => Step::Done(Value::Integer(0)),
            false => Step::Again(directed(None)),
        },
        _ => indeterminate(session, Value::Call(call.clone())),
    }
}
