//! Division and common divisors of polynomials.

use bolt_algebra::{Integer, Integers, Polynomial, Watch, gcd, pseudo_divide};
use triomphe::Arc;

use super::build::{Refusal, with_number};
use super::expand::{option, options};
use super::kernels::Basis;
use super::ratio::{self, Ratio, times_power};
use super::scalar::from_integer;
use crate::builtins::forms::contains_any;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "PolynomialQuotient",
        Attributes::NONE,
        |s, c| divide(s, c, "PolynomialQuotient", |quotient, _| quotient),
        "PolynomialQuotient[p, q, x] is the quotient of two polynomials in x, without the remainder.",
        &[
            ("PolynomialQuotient[x^2 + 2 x + 3, x + 1, x]", "1 + x"),
            ("PolynomialQuotient[x^3 + a, x - a, x]", "a^2 + a*x + x^2"),
        ],
    ),
    builtin(
        "PolynomialRemainder",
        Attributes::NONE,
        |s, c| divide(s, c, "PolynomialRemainder", |_, remainder| remainder),
        "PolynomialRemainder[p, q, x] is what is left of p when it is divided by q as a polynomial \
         in x.",
        &[
            ("PolynomialRemainder[x^2 + 2 x + 3, x + 1, x]", "2"),
            ("PolynomialRemainder[x^3 + a, x - a, x]", "a + a^3"),
        ],
    ),
    builtin(
        "PolynomialQuotientRemainder",
        Attributes::NONE,
        |s, c| {
            divide(s, c, "PolynomialQuotientRemainder", |quotient, remainder| {
                Value::list([quotient, remainder])
            })
        },
        "PolynomialQuotientRemainder[p, q, x] is the list of the quotient and the remainder of two \
         polynomials in x.",
        &[
            ("PolynomialQuotientRemainder[x^2 + 2 x + 3, x + 1, x]", "{1 + x, 2}"),
            ("PolynomialQuotientRemainder[4 x^2 + 1, 2 x, x]", "{2*x, 1}"),
        ],
    ),
    builtin(
        "PolynomialGCD",
        Attributes::LISTABLE,
        |s, c| combine(s, c, "PolynomialGCD", Combination::Divisor),
        "PolynomialGCD[p, q, ...] is the greatest common divisor of polynomials; Modulus -> p takes \
         it modulo a prime.",
        &[
            ("PolynomialGCD[x^2 - 1, x^2 - 3 x + 2]", "-1 + x"),
            ("PolynomialGCD[(1 + x)^2 (2 + x), (1 + x) (2 + x) (3 + x)]", "(1 + x)*(2 + x)"),
        ],
    ),
    builtin(
        "PolynomialLCM",
        Attributes::LISTABLE,
        |s, c| combine(s, c, "PolynomialLCM", Combination::Multiple),
        "PolynomialLCM[p, q, ...] is the least common multiple of polynomials; Modulus -> p takes it \
         modulo a prime.",
        &[
            ("PolynomialLCM[x^2 - 1, x - 1]", "(-1 + x)*(1 + x)"),
            ("PolynomialLCM[2 x, 3 x^2]", "6*x^2"),
        ],
    ),
];

/// A polynomial in one variable over fractions of polynomials in others: numerator over a
/// denominator that is free of it.
struct Over {
    numerator: Polynomial,
    denominator: Polynomial,
}

fn divide(
    session: &mut Session,
    call: &mut Arc<Call>,
    name: &str,
    choose: fn(Value, Value) -> Value,
) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let [p, q, variable] = args else {
        let count = args.len();
        session.wrong_count_of(name, count, 3, 3);
        return Ok(Step::Same);
    };
    if let Some(modulus) = option(session, rules, "Modulus").filter(|m| !number::is_zero(m)) {
        let divided = super::modular::divide(session, p, q, variable, &modulus)?;
        return Ok(divided.map_or(Step::Same, |(a, b)| Step::Done(choose(a, b))));
    }
    Ok(match quotient_remainder(session, p, q, variable, name)? {
        Some((quotient, remainder)) => Step::Again(choose(quotient, remainder)),
        None => Step::Same,
    })
}

/// Returns the quotient and the remainder of two polynomials in a variable; `None`, with a message
/// of the function that asks, if they are none or the divisor is 0.
pub(crate) fn quotient_remainder(
    session: &mut Session,
    p: &Value,
    q: &Value,
    variable: &Value,
    name: &str,
) -> Evaluated<Option<(Value, Value)>> {
    let first = std::slice::from_ref(variable);
    let Some((basis, ratios, is_approximate)) = session.fractions(&[p, q], first)? else {
        return Ok(None);
    };
    let place = basis.place_of(variable);
    for (ratio, value) in ratios.iter().zip([p, q]) {
        if place.is_some_and(|place| !is_polynomial_in(&basis, ratio, place, variable)) {
            session.message_of(name, "poly", std::slice::from_ref(value));
            return Ok(None);
        }
    }
    if ratios[1].is_zero() {
        session.message_of(name, "divz", std::slice::from_ref(q));
        return Ok(None);
    }
    let flag = session.interrupt.clone();
    match divided(&basis, &ratios, place, Watch::new(&flag)) {
        Ok((quotient, remainder)) => Ok(Some((
            session.finish(&quotient, is_approximate)?,
            session.finish(&remainder, is_approximate)?,
        ))),
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(None)
        }
    }
}

/// Returns whether a variable stands in no denominator and in no other kernel.
pub(super) fn is_polynomial_in(
    basis: &Basis,
    ratio: &Ratio,
    place: usize,
    variable: &Value,
) -> bool {
    let only = std::slice::from_ref(variable);
    let is_in = |other: usize| {
        let is_used = ratio.monomial[other] != 0
            || ratio.factors.iter().any(|(factor, _)| factor.degree(other) > 0);
        is_used && contains_any(&basis.kernels[other].power(1), only)
    };
    ratio.monomial[place] >= 0
        && ratio.factors.iter().all(|(factor, exponent)| *exponent > 0 || factor.degree(place) == 0)
        && !(0..basis.len()).any(|other| other != place && is_in(other))
}

fn divided(
    basis: &Basis,
    ratios: &[Ratio],
    place: Option<usize>,
    watch: Watch<'_>,
) -> Result<(Value, Value), Refusal> {
    let Some(place) = place else {
        let quotient = ratios[0].times(&ratios[1].power(-1)?, watch)?;
        return Ok((ratio::write(basis, &quotient), Value::Integer(0)));
    };
    let [p, q] = [&ratios[0], &ratios[1]].map(|ratio| {
        ratio.expanded().map(|(numerator, denominator)| Over { numerator, denominator })
    });
    let (p, q) = (p?, q?);
    let (quotient, remainder, power) = pseudo_divide(&p.numerator, &q.numerator, place, watch)?;
    let leading = q.numerator.leading_in(place);
    let scale = times_power(&p.denominator, &leading, power)?;
    let quotient = quotient.mul(&Integers, &q.denominator);
    let below = Ratio::from_polynomial(&scale).power(-1)?;
    Ok((
        by_powers(basis, &quotient, &below, place, watch)?,
        by_powers(basis, &remainder, &below, place, watch)?,
    ))
}

/// Returns a polynomial times a fraction in the other kernels, written by the powers of a variable.
pub(super) fn by_powers(
    basis: &Basis,
    numerator: &Polynomial,
    below: &Ratio,
    place: usize,
    watch: Watch<'_>,
) -> Result<Value, Refusal> {
    let mut terms = Args::new();
    for (exponent, coefficient) in numerator.by_powers_of(place) {
        let coefficient = Ratio::from_polynomial(&coefficient).times(below, watch)?;
        let number = ratio::number_of(&coefficient);
        let is_free = coefficient.factors.iter().all(|(_, exponent)| *exponent > 0);
        let power = i64::try_from(exponent).map_err(|_| Refusal::TooLarge)?;
        if is_free {
            let (above, _) = coefficient.expanded()?;
            let scale = from_integer(&coefficient.number.0);
            let inverse = number::divide(&number, &scale).unwrap_or(Value::Integer(1));
            for term in above.terms() {
                let exponents = (0..basis.len()).map(|v| {
                    let own = coefficient.monomial[v].min(0) + term.exponent(v) as i64;
                    (v, own + if v == place { power } else { 0 })
                });
                let number = number::multiply(&from_integer(term.coefficient), &inverse);
                terms.push(with_number(number, basis.product(exponents)));
            }
        } else {
            let written = ratio::write_signed(basis, &coefficient);
            let powers = basis.product(std::iter::once((place, power)));
            let factors: Args = std::iter::once(written).chain(powers).collect();
            terms.push(Value::call(sym::Times, factors));
        }
    }
    Ok(Value::call(sym::Plus, terms))
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Combination {
    Divisor,
    Multiple,
}

fn combine(
    session: &mut Session,
    call: &mut Arc<Call>,
    name: &str,
    combination: Combination,
) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    if args.is_empty() {
        session.wrong_count_of(name, 0, 1, usize::MAX);
        return Ok(Step::Same);
    }
    if let Some(modulus) = option(session, rules, "Modulus").filter(|m| !number::is_zero(m)) {
        let combined = super::modular::combine(session, args, &modulus, combination)?;
        return Ok(combined.map_or(Step::Same, Step::Done));
    }
    let values: Vec<&Value> = args.iter().collect();
    let Some((basis, ratios, is_approximate)) = session.fractions(&values, &[])? else {
        return Ok(Step::Same);
    };
    let flag = session.interrupt.clone();
    match combined(&ratios, combination, Watch::new(&flag)) {
        Ok(ratio) => {
            let written = ratio::write(&basis, &ratio);
            Ok(Step::Done(session.finish(&written, is_approximate)?))
        }
        Err(refusal) => {
            session.refused(refusal)?;
            Ok(Step::Same)
        }
    }
}

/// Returns the product of the lowest or the highest powers of what fractions are products of.
fn combined(
    ratios: &[Ratio],
    combination: Combination,
    watch: Watch<'_>,
) -> Result<Ratio, Refusal> {
    let is_divisor = combination == Combination::Divisor;
    let mut ratios: Vec<&Ratio> = ratios.iter().collect();
    match is_divisor {
        true => ratios.retain(|ratio| !ratio.is_zero()),
        false => {
            if let Some(zero) = ratios.iter().find(|ratio| ratio.is_zero()) {
                return Ok((*zero).clone());
            }
        }
    }
    let Some(first) = ratios.first() else {
        return Ok(Ratio::number(&Integer::ZERO, &Integer::ONE, 0));
    };
    let variables = first.monomial.len();
    let owned: Vec<Ratio> = ratios.iter().map(|ratio| (*ratio).clone()).collect();
    let bases = ratio::common_bases(&owned, watch)?;
    let exponents: Vec<Vec<i64>> = owned.iter().map(|ratio| ratio.in_bases(&bases)).collect();
    let choose = |of: &mut dyn Iterator<Item = i64>| match is_divisor {
        true => of.min().unwrap_or(0),
        false => of.max().unwrap_or(0),
    };
    let multiple = |a: Integer, b: &Integer| {
        let gcd = a.gcd(b);
        a.mul(&b.div_exact(&gcd).unwrap_or(Integer::ONE)).abs()
    };
    let divisor = |a: Integer, b: &Integer| a.gcd(b);
    let tops = owned.iter().map(|ratio| &ratio.number.0);
    let bottoms = owned.iter().map(|ratio| &ratio.number.1);
    let (top, bottom) = match is_divisor {
        true => (tops.fold(Integer::ZERO, divisor), bottoms.fold(Integer::ONE, multiple)),
        false => (tops.fold(Integer::ONE, multiple), bottoms.fold(Integer::ZERO, divisor)),
    };
    let mut result = Ratio::number(&top, &bottom, variables);
    result.monomial =
        (0..variables).map(|v| choose(&mut owned.iter().map(|r| r.monomial[v]))).collect();
    let powers = (0..bases.len()).map(|b| choose(&mut exponents.iter().map(|e| e[b])));
    let powers: Vec<i64> = powers.collect();
    result.factors = bases.into_iter().zip(powers).filter(|(_, power)| *power != 0).collect();
    Ok(result)
}

/// Returns the greatest common divisor of two expressions as polynomials, yet to be evaluated.
#[allow(dead_code, reason = "other areas ask for it")]
pub(crate) fn common_divisor(
    session: &mut Session,
    a: &Value,
    b: &Value,
) -> Evaluated<Option<Value>> {
    let Some((basis, ratios, _)) = session.fractions(&[a, b], &[])? else { return Ok(None) };
    let flag = session.interrupt.clone();
    let sides: Result<Vec<Polynomial>, Refusal> =
        ratios.iter().map(|ratio| Ok(ratio.expanded()?.0)).collect();
    let Ok(sides) = sides else { return Ok(None) };
    match gcd(&sides[0], &sides[1], Watch::new(&flag)) {
        Ok(divisor) => Ok(Some(ratio::write_polynomial(&basis, &divisor))),
        Err(_) => session.check_interrupt().map(|()| None),
    }
}
