//! Roots of polynomials by radicals.

use dashu_base::{Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::forms::{
    self, coefficient_and_rest, minus, negative, over, plus, ratio, root, terms, times, to_the,
};
use super::numeric;
use super::polynomial::{Polynomial, factor_list};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// Returns all roots, each as often as it occurs; factors without radicals give `Root` objects.
/// `None` if the polynomial has no degree or nothing is found.
pub(crate) fn roots(
    session: &mut Session,
    polynomial: &Polynomial,
    x: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    if polynomial.degree() == 0 {
        return Ok(None);
    }
    if polynomial.is_approximate() {
        return match numeric::roots_of(session, polynomial)? {
            Some(all) => Ok(Some(all)),
            None => irreducible(session, polynomial),
        };
    }
    if polynomial.degree() > 2 && is_binomial(polynomial) {
        let power = quotient_of_binomial(session, polynomial)?;
        let is_odd = polynomial.degree() % 2 == 1;
        if !power.is_number() || is_odd || !number::is_negative(&power) {
            return binomial(session, polynomial).map(Some);
        }
    }
    let mut all = Vec::new();
    let expression = session.evaluate(&polynomial.at(x))?;
    let factors = match polynomial.degree() {
        1 => vec![(expression, 1)],
        _ => factor_list(session, &expression)?,
    };
    for (factor, count) in factors {
        let Some(own) = Polynomial::read(session, &factor, x)? else { return Ok(None) };
        if own.degree() == 0 {
            continue;
        }
        let Some(found) = irreducible(session, &own)? else { return Ok(None) };
        for root in found {
            all.extend(std::iter::repeat_n(root, count));
        }
    }
    if all.iter().all(Value::is_number) {
        crate::order::sort(&session.names, &mut all);
    }
    Ok(Some(all))
}

/// Returns whether only the constant and the leading coefficient are not 0.
fn is_binomial(p: &Polynomial) -> bool {
    !number::is_zero(&p.coefficient(0))
        && (1..p.degree()).all(|power| number::is_zero(&p.coefficient(power)))
}

/// The roots of a polynomial that does not factor.
fn irreducible(session: &mut Session, p: &Polynomial) -> Evaluated<Option<Vec<Value>>> {
    let degree = p.degree();
    if degree == 1 {
        return linear(session, p).map(|root| Some(vec![root]));
    }
    if is_binomial(p) {
        return binomial(session, p).map(Some);
    }
    if let Some(all) = cyclotomic(session, p)? {
        return Ok(Some(all));
    }
    if degree == 2 {
        return quadratic(session, p).map(|both| Some(both.to_vec()));
    }
    // A polynomial in x^k.
    let step = (1..=degree).filter(|power| !number::is_zero(&p.coefficient(*power))).fold(0, gcd);
    if step > 1 {
        let inner = Polynomial((0..=degree / step).map(|k| p.coefficient(k * step)).collect());
        let Some(found) = irreducible(session, &inner)? else { return Ok(None) };
        let is_radical = found
            .iter()
            .all(|value| !forms::any_part(value, &|part| part.args_of(sym::Root).is_some()));
        if is_radical {
            let mut all = Vec::new();
            for value in found {
                let negated = session.evaluate(&negative(value))?;
                let mut coefficients = vec![negated];
                coefficients.resize(step, Value::Integer(0));
                coefficients.push(Value::Integer(1));
                all.extend(binomial(session, &Polynomial(coefficients))?);
            }
            return Ok(Some(all));
        }
    }
    match degree {
        3 => cubic(session, p).map(Some),
        4 if !p.is_rational() => quartic(session, p).map(Some),
        _ => super::root_object::roots(session, p),
    }
}

/// The roots of a polynomial of degree up to 4 by the general formulas.
pub(super) fn by_formula(session: &mut Session, p: &Polynomial) -> Evaluated<Option<Vec<Value>>> {
    match p.degree() {
        3 => cubic(session, p).map(Some),
        4 => quartic(session, p).map(Some),
        _ => irreducible(session, p),
    }
}

fn gcd(a: usize, b: usize) -> usize {
    match b {
        0 => a,
        _ => gcd(b, a % b),
    }
}

fn linear(session: &mut Session, p: &Polynomial) -> Evaluated {
    let top = session.expanded(&negative(p.coefficient(0)))?;
    quotient(session, top, p.coefficient(1))
}

/// A quotient without common factors; the denominator without a sign in front.
fn quotient(session: &mut Session, top: Value, bottom: Value) -> Evaluated {
    let fraction = session.evaluate(&over(top, bottom))?;
    if fraction.is_number() || fraction.is_atom() {
        return Ok(fraction);
    }
    let cancelled = session.system("Cancel", [fraction.clone()].as_slice())?;
    let name = session.system_symbol("Cancel");
    Ok(if cancelled.args_of(name).is_some() { fraction } else { cancelled })
}

/// The greatest integer that divides all numbers in an expanded sum; 0 if they are not integers.
fn content(value: &Value) -> UBig {
    let mut all = UBig::ZERO;
    for term in terms(value) {
        let (coefficient, _) = coefficient_and_rest(term);
        let (re, im) = number::parts(&coefficient);
        for part in [re, im] {
            match number::integer(&part) {
                Some(integer) => {
                    let size = integer.unsigned_abs();
                    all = match (all == UBig::ZERO, size == UBig::ZERO) {
                        (true, _) => size,
                        (_, true) => all,
                        _ => (&all).gcd(&size),
                    };
                }
                None => return UBig::ZERO,
            }
        }
    }
    all
}

/// Splits n into a square and the rest.
fn square_part(n: &UBig) -> UBig {
    let mut left = n.clone();
    let mut square = UBig::ONE;
    let mut divisor = 2u32;
    while divisor < 10_000 && UBig::from(divisor) * divisor <= left {
        let twice = UBig::from(divisor) * divisor;
        while (&left % &twice) == UBig::ZERO {
            left /= &twice;
            square *= divisor;
        }
        if (&left % divisor) == 0 {
            left /= divisor;
        }
        divisor += 1;
    }
    let root = dashu_base::SquareRoot::sqrt(&left);
    if &root * &root == left { square * root } else { square }
}

/// `(-b - Sqrt[b^2 - 4 a c])/(2 a)` and the other, with numbers in lowest terms.
fn quadratic(session: &mut Session, p: &Polynomial) -> Evaluated<[Value; 2]> {
    let cleared = integral(session, p)?;
    let (c, b, a) = (cleared.coefficient(0), cleared.coefficient(1), cleared.coefficient(2));
    let discriminant =
        minus(to_the(b.clone(), 2), times([Value::Integer(4), a.clone(), c].as_slice()));
    let discriminant = session.expanded(&discriminant)?;
    let size = content(&discriminant);
    let outside = square_part(&size);
    let squared = Value::from(IBig::from(&outside * &outside));
    let inside = match outside > UBig::ONE {
        true => session.expanded(&over(discriminant, squared))?,
        false => discriminant,
    };
    let top = session.expanded(&negative(b))?;
    let bottom = session.expanded(&times([Value::Integer(2), a]))?;
    // The numbers that all parts have in common.
    let common = match number::is_zero(&top) {
        true => outside.clone(),
        false => (&content(&top).max(UBig::ONE)).gcd(&outside.clone().max(UBig::ONE)),
    };
    let common = (&common.max(UBig::ONE)).gcd(&content(&bottom).max(UBig::ONE));
    let common = Value::from(IBig::from(common));
    let reduce = |session: &mut Session, value: Value| match number::is_one(&common) {
        true => Ok(value),
        false => session.expanded(&over(value, common.clone())),
    };
    let top = reduce(session, top)?;
    let bottom = reduce(session, bottom)?;
    let outside = reduce(session, Value::from(IBig::from(outside)))?;
    let radical = times([outside, root(inside)]);
    let sign = number::is_negative(&coefficient_and_rest(&bottom).0) && terms(&bottom).len() == 1;
    let (top, bottom) = match sign {
        true => (session.expanded(&negative(top))?, session.evaluate(&negative(bottom))?),
        false => (top, bottom),
    };
    let lower = over(minus(top.clone(), radical.clone()), bottom.clone());
    let upper = over(plus([top, radical]), bottom);
    Ok([session.evaluate(&lower)?, session.evaluate(&upper)?])
}

/// Returns the polynomial times the common denominator of its numbers.
fn integral(session: &mut Session, p: &Polynomial) -> Evaluated<Polynomial> {
    let mut common = UBig::ONE;
    for coefficient in &p.0 {
        for term in terms(coefficient) {
            let (number_part, _) = coefficient_and_rest(term);
            let (re, im) = number::parts(&number_part);
            for part in [re, im] {
                if let Some(rational) = number::rational(&part) {
                    let own = rational.into_parts().1;
                    let shared = (&common).gcd(&own);
                    common = common / shared * own;
                }
            }
        }
    }
    if common == UBig::ONE {
        return Ok(p.clone());
    }
    let common = Value::from(IBig::from(common));
    let mut all = Vec::with_capacity(p.0.len());
    for coefficient in &p.0 {
        all.push(session.expanded(&times([common.clone(), coefficient.clone()]))?);
    }
    Ok(Polynomial(all))
}

/// Roots of `c + a x^n`: the n-th roots of numerator and denominator, times roots of unity.
fn binomial(session: &mut Session, p: &Polynomial) -> Evaluated<Vec<Value>> {
    let degree = i64::try_from(p.degree()).unwrap_or(i64::MAX);
    let power = quotient_of_binomial(session, p)?;
    let (is_negative, positive) = without_sign(session, &power)?;
    let exponent = ratio(1, degree);
    let size = split_root(session, &positive, &exponent)?;
    let mut all = Vec::new();
    // The roots of 1 or of -1: e^(i pi (2 k + s)/n).
    for k in 0..degree {
        let turn = ratio(2 * k + i64::from(is_negative), degree);
        let unit = to_the(Value::Integer(-1), turn);
        all.push(session.evaluate(&times([unit, size.clone()]))?);
    }
    crate::order::sort(&session.names, &mut all);
    Ok(all)
}

fn quotient_of_binomial(session: &mut Session, p: &Polynomial) -> Evaluated {
    let top = session.expanded(&negative(p.coefficient(0)))?;
    quotient(session, top, p.coefficient(p.degree()))
}

/// Splits the sign off a product or a number.
fn without_sign(session: &mut Session, value: &Value) -> Evaluated<(bool, Value)> {
    let (coefficient, _) = coefficient_and_rest(value);
    match number::is_negative(&coefficient) && value.args_of(sym::Plus).is_none() {
        true => Ok((true, session.evaluate(&negative(value.clone()))?)),
        false => Ok((false, value.clone())),
    }
}

/// The root of each factor of a quotient apart, which is right up to a root of unity.
fn split_root(session: &mut Session, value: &Value, exponent: &Value) -> Evaluated {
    let parts = forms::factors(value).iter().map(|factor| {
        let is_below = match factor.exactly(sym::Power) {
            Some([base, power]) if number::is_negative(power) => Some((base, power)),
            _ => None,
        };
        match is_below {
            Some((base, power)) => to_the(base.clone(), number::multiply(power, exponent)),
            None => to_the(factor.clone(), exponent.clone()),
        }
    });
    session.evaluate(&times(parts.collect::<Args>()))
}

/// Roots of unity, if the polynomial is cyclotomic of a small order.
fn cyclotomic(session: &mut Session, p: &Polynomial) -> Evaluated<Option<Vec<Value>>> {
    let lead = p.coefficient(p.degree());
    if !p.is_rational() || !matches!(lead, Value::Integer(1 | -1)) || p.degree() > 24 {
        return Ok(None);
    }
    for order in 3..=90u32 {
        let prime_to = |k: &u32| gcd(*k as usize, order as usize) == 1;
        let turns: Vec<u32> = (1..order).filter(prime_to).collect();
        if turns.len() != p.degree() {
            continue;
        }
        // All primitive roots must be roots of the polynomial.
        let is_root = |k: u32| {
            let angle = std::f64::consts::TAU * f64::from(k) / f64::from(order);
            let value = numeric::at(p, (angle.cos(), angle.sin()));
            value.is_some_and(|(re, im)| re.hypot(im) < 1e-9)
        };
        if !turns.iter().all(|k| is_root(*k)) {
            continue;
        }
        let mut all = Vec::new();
        for k in turns {
            let turn = ratio(2 * i64::from(k), i64::from(order));
            all.push(session.evaluate(&to_the(Value::Integer(-1), turn))?);
        }
        crate::order::sort(&session.names, &mut all);
        return Ok(Some(all));
    }
    Ok(None)
}

/// Cardano's formula.
fn cubic(session: &mut Session, p: &Polynomial) -> Evaluated<Vec<Value>> {
    let p = integral(session, p)?;
    let (d, c, b, a) = (p.coefficient(0), p.coefficient(1), p.coefficient(2), p.coefficient(3));
    let whole = |n: i64| Value::Integer(n);
    // p = 3 a c - b^2, q = -2 b^3 + 9 a b c - 27 a^2 d
    let linear = minus(times([whole(3), a.clone(), c.clone()].as_slice()), to_the(b.clone(), 2));
    let linear = session.expanded(&linear)?;
    let constant = plus(
        [
            times([whole(-2), to_the(b.clone(), 3)]),
            times([whole(9), a.clone(), b.clone(), c].as_slice()),
            times([whole(-27), to_the(a.clone(), 2), d].as_slice()),
        ]
        .as_slice(),
    );
    let constant = session.expanded(&constant)?;
    let discriminant =
        plus([times([whole(4), to_the(linear.clone(), 3)]), to_the(constant.clone(), 2)]);
    let discriminant = session.expanded(&discriminant)?;
    // The sign of the root is chosen so that the sum is not 0.
    let sum = plus([constant.clone(), root(discriminant.clone())]);
    let sum = session.evaluate(&sum)?;
    let sum = match number::is_zero(&linear) && is_zero_number(session, &sum)? {
        true => session.evaluate(&minus(constant, root(discriminant)))?,
        false => sum,
    };
    let cube_root = session.evaluate(&to_the(sum, ratio(1, 3)))?;
    let shift = session.evaluate(&over(negative(b), times([whole(3), a.clone()])))?;
    let two = |exponent: Value| to_the(whole(2), exponent);
    let i_root = times([Value::i(), root(whole(3))]);
    let mut all = Vec::with_capacity(3);
    for unit in [None, Some(-1), Some(1)] {
        let (first, second) = match unit {
            None => {
                let first = over(
                    times([whole(-1), two(ratio(1, 3)), linear.clone()].as_slice()),
                    times([whole(3), a.clone(), cube_root.clone()].as_slice()),
                );
                let below = times([whole(3), two(ratio(1, 3)), a.clone()].as_slice());
                (first, over(cube_root.clone(), below))
            }
            Some(sign) => {
                let up = plus([whole(1), times([whole(-sign), i_root.clone()])]);
                let down = plus([whole(1), times([whole(sign), i_root.clone()])]);
                let first = over(
                    times([up, linear.clone()]),
                    times([whole(3), two(ratio(2, 3)), a.clone(), cube_root.clone()].as_slice()),
                );
                let below = times([whole(-6), two(ratio(1, 3)), a.clone()].as_slice());
                (first, over(times([down, cube_root.clone()]), below))
            }
        };
        all.push(session.evaluate(&plus([shift.clone(), first, second].as_slice()))?);
    }
    Ok(all)
}

fn is_zero_number(session: &mut Session, value: &Value) -> Evaluated<bool> {
    Ok(session.complex_value(value)?.is_some_and(|(re, im)| re.hypot(im) < 1e-12))
}

/// Ferrari's method: with a root y of the resolvent, the quartic is a product of two quadratics.
fn quartic(session: &mut Session, p: &Polynomial) -> Evaluated<Vec<Value>> {
    let lead = p.coefficient(4);
    let mut monic = Vec::new();
    for power in 0..4 {
        monic.push(quotient(session, p.coefficient(power), lead.clone())?);
    }
    let [d, c, b, a] = [&monic[0], &monic[1], &monic[2], &monic[3]].map(Clone::clone);
    let whole = |n: i64| Value::Integer(n);
    // y^3 - b y^2 + (a c - 4 d) y - a^2 d + 4 b d - c^2
    let resolvent = Polynomial(vec![
        session.expanded(&plus(
            [
                times([whole(-1), to_the(a.clone(), 2), d.clone()].as_slice()),
                times([whole(4), b.clone(), d.clone()].as_slice()),
                negative(to_the(c.clone(), 2)),
            ]
            .as_slice(),
        ))?,
        session.expanded(&minus(times([a.clone(), c.clone()]), times([whole(4), d.clone()])))?,
        session.evaluate(&negative(b.clone()))?,
        whole(1),
    ]);
    let y = cubic(session, &resolvent)?.remove(0);
    // R^2 = a^2/4 - b + y
    let square = plus([over(to_the(a.clone(), 2), whole(4)), negative(b.clone()), y].as_slice());
    let r = session.evaluate(&root(square))?;
    let base = minus(times([ratio(3, 4), to_the(a.clone(), 2)]), times([whole(2), b.clone()]));
    let other = over(
        plus(
            [
                times([whole(4), a.clone(), b].as_slice()),
                times([whole(-8), c]),
                negative(to_the(a.clone(), 3)),
            ]
            .as_slice(),
        ),
        times([whole(4), r.clone()]),
    );
    let quarter = times([ratio(-1, 4), a]);
    let mut all = Vec::with_capacity(4);
    for outer in [-1, 1] {
        let inside = plus(
            [base.clone(), negative(to_the(r.clone(), 2)), times([whole(outer), other.clone()])]
                .as_slice(),
        );
        let inner_root = root(inside);
        for inner in [-1, 1] {
            let value = plus(
                [
                    quarter.clone(),
                    times([ratio(outer, 2), r.clone()]),
                    times([ratio(inner, 2), inner_root.clone()]),
                ]
                .as_slice(),
            );
            all.push(session.evaluate(&value)?);
        }
    }
    Ok(all)
}
