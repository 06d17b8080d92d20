//! `Times`

use triomphe::Arc;

use super::{Infinite, directed, indeterminate, infinite, plus, times, to_the};
use crate::evaluate::Step;
use crate::number;
use crate::order::base_and_exponent;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// Multiplies the arguments of a call, which are in canonical order: numbers stand first, powers
/// of one base next to each other.
pub(crate) fn product(session: &mut Session, call: &mut Arc<Call>) -> Step {
    match call.args() {
        [] => return Step::Done(Value::Integer(1)),
        [one] => return Step::Done(one.clone()),
        [a, b] if a.is_number() && b.is_number() => return Step::Done(number::multiply(a, b)),
        [Value::Integer(-1), sum] if sum.args_of(sym::Plus).is_some() => {
            let terms = sum.args_of(sym::Plus).unwrap_or(&[]);
            let negative = |term: &Value| super::negative(term.clone());
            return Step::Again(plus(terms.iter().map(negative).collect::<Args>()));
        }
        _ => {}
    }
    if call.args().iter().any(|factor| infinite(factor) != Infinite::No) {
        return infinite_product(session, call);
    }
    let numbers = call.args().iter().take_while(|factor| factor.is_number()).count();
    let (numbers, rest) = call.args().split_at(numbers);
    let mut coefficient = product_of_numbers(numbers);
    if number::is_zero(&coefficient) {
        return Step::Done(coefficient);
    }
    if let Some((coefficient, factors)) = super::radicals::collected(&coefficient, rest) {
        return Step::Again(rebuilt(coefficient, factors));
    }
    let Some(factors) = collect(&mut coefficient, rest) else {
        return match numbers {
            [] => Step::Same,
            [one] if !number::is_one(one) && *one == coefficient => Step::Same,
            _ => Step::Again(rebuilt(coefficient, rest.iter().cloned().collect())),
        };
    };
    Step::Again(rebuilt(coefficient, factors))
}

/// Multiplies numbers: many exact ones by halves, so that the factors are of like size.
fn product_of_numbers(numbers: &[Value]) -> Value {
    const MANY: usize = 32;
    if numbers.len() > MANY && numbers.iter().all(number::is_exact) {
        let (left, right) = numbers.split_at(numbers.len() / 2);
        return number::multiply(&product_of_numbers(left), &product_of_numbers(right));
    }
    let one = Value::Integer(1);
    numbers.iter().fold(one, |product, factor| number::multiply(&product, factor))
}

fn rebuilt(coefficient: Value, mut factors: Args) -> Value {
    match factors.len() {
        0 => coefficient,
        1 if number::is_one(&coefficient) => factors.remove(0),
        _ if number::is_one(&coefficient) => times(factors),
        _ => {
            factors.insert(0, coefficient);
            times(factors)
        }
    }
}

/// Collects powers of equal bases; `None` if there is nothing to collect.
fn collect(coefficient: &mut Value, factors: &[Value]) -> Option<Args> {
    let mut collected: Option<Args> = None;
    let mut place = 0;
    while place < factors.len() {
        let (base, exponent) = base_and_exponent(&factors[place]);
        let same = factors[place..].iter().take_while(|f| base_and_exponent(f).0 == base).count();
        let done = |collected: &mut Option<Args>, value: Value| {
            let so_far = || factors[..place].iter().cloned().collect();
            collected.get_or_insert_with(so_far).push(value);
        };
        if same > 1 {
            let exponents: Args =
                factors[place..place + same].iter().map(|f| base_and_exponent(f).1).collect();
            done(&mut collected, to_the(base.clone(), plus(exponents)));
        } else if let Some(merged) = merge_power(coefficient, base, &exponent) {
            done(&mut collected, merged);
        } else if let Some(collected) = &mut collected {
            collected.push(factors[place].clone());
        }
        place += same;
    }
    collected
}

/// Moves powers of an integer from the coefficient into its power: 2 of 2^a is 2^(1 + a), 2 of 4^a is
/// 2^(1 + 2 a).
fn merge_power(coefficient: &mut Value, base: &Value, exponent: &Value) -> Option<Value> {
    let Value::Integer(2..) = base else { return None };
    if exponent.is_number() || !number::is_exact(coefficient) {
        return None;
    }
    let rational = number::rational(coefficient)?;
    let (root, degree) = primitive(base)?;
    let divisor = dashu_int::IBig::from(root);
    let held = |of: &dashu_int::IBig| {
        let (mut left, mut times) = (of.clone(), 0i64);
        while &left % &divisor == dashu_int::IBig::ZERO {
            left /= &divisor;
            times += 1;
        }
        times
    };
    let times_held = held(rational.numerator()) - held(rational.denominator().as_ibig());
    if times_held == 0 {
        return None;
    }
    let root = Value::Integer(root);
    *coefficient = number::multiply(coefficient, &number::power(&root, -times_held)?);
    let own = match degree {
        1 => exponent.clone(),
        _ => times([Value::Integer(i64::from(degree)), exponent.clone()]),
    };
    Some(to_the(root, plus([Value::Integer(times_held), own])))
}

/// Returns the least integer that a machine integer is a power of, and the exponent.
fn primitive(base: &Value) -> Option<(i64, u32)> {
    let Value::Integer(base) = base else { return None };
    let of_degree = |degree: u32| {
        let root = (*base as f64).powf(1.0 / f64::from(degree)).round() as i64;
        (root > 1 && root.checked_pow(degree) == Some(*base)).then_some((root, degree))
    };
    (2..63).rev().find_map(of_degree).or(Some((*base, 1)))
}

/// The directions of infinities are multiplied; 0 times infinity is nothing known.
fn infinite_product(session: &mut Session, call: &Call) -> Step {
    let mut direction = Some(Value::Integer(1));
    let mut rest = Args::new();
    for factor in call.args() {
        match infinite(factor) {
            Infinite::Indeterminate => return Step::Done(Value::Symbol(sym::Indeterminate)),
            Infinite::Toward(toward) => {
                direction =
                    direction.zip(toward).map(|(a, b)| match (a.is_number(), b.is_number()) {
                        (true, true) => number::multiply(&a, &b),
                        _ => times([a, b]),
                    });
            }
            Infinite::No if number::is_zero(factor) => {
                return indeterminate(session, Value::from(call.clone()));
            }
            Infinite::No if factor.is_number() => {
                direction = direction.map(|a| match a.is_number() {
                    true => number::multiply(&a, &unit(factor)),
                    false => times([a, unit(factor)]),
                });
            }
            Infinite::No => rest.push(factor.clone()),
        }
    }
    let infinity = match direction {
        Some(direction) if direction.is_number() => directed(Some(unit(&direction))),
        direction => directed(direction),
    };
    // Nothing is left of factors of what is infinite in no direction.
    if rest.is_empty() || infinity.is(sym::ComplexInfinity) {
        return Step::Again(infinity);
    }
    if rest.len() + 1 == call.args().len() {
        return Step::Same;
    }
    rest.push(infinity);
    Step::Again(times(rest))
}

/// Returns the sign of a real number, and a complex one as it is.
fn unit(value: &Value) -> Value {
    match value {
        Value::Complex(_) => value.clone(),
        _ => Value::Integer(if number::is_negative(value) { -1 } else { 1 }),
    }
}
