//! `Factor` and its like.

use bolt_algebra::factor::{self, Factored};
use bolt_algebra::{BigPrimeField, Integer, Integers, Polynomial, Stopped, Watch, content_in};
use triomphe::Arc;

use super::coefficients::variables_of;
use super::expand::{option, options, threaded};
use super::extension::{Numbers, factor_gaussian, factor_with};
use super::kernels::Basis;
use super::ratio::{self, Ratio};
use super::scalar::from_integer;
use super::together::{Fraction, is_arithmetic};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Factor",
        Attributes::LISTABLE,
        factor_call,
        "Factor[e] writes a polynomial or a fraction of polynomials as a product of factors that \
         have none over the integers. Modulus -> p factors modulo a prime, Extension -> a over the \
         rationals with the algebraic number a, GaussianIntegers -> True with I.",
        &[
            ("Factor[2 x^2 - 2]", "2*(-1 + x)*(1 + x)"),
            ("Factor[x^4 - y^4]", "(x - y)*(x + y)*(x^2 + y^2)"),
            ("Factor[x^2 + 1, Modulus -> 5]", "(2 + x)*(3 + x)"),
            ("Factor[x^4 - 4, Extension -> Sqrt[2]]", "(-Sqrt[2] + x)*(Sqrt[2] + x)*(2 + x^2)"),
        ],
    ),
    builtin(
        "FactorList",
        Attributes::NONE,
        |s, c| list(s, c, "FactorList", factor::factor),
        "FactorList[e] is the list of the factors of a polynomial, the number first, each with its \
         exponent.",
        &[
            ("FactorList[2 x^2 - 2]", "{{2, 1}, {-1 + x, 1}, {1 + x, 1}}"),
            ("FactorList[x^3 + 2 x^2 + x]", "{{1, 1}, {x, 1}, {1 + x, 2}}"),
        ],
    ),
    builtin(
        "FactorSquareFree",
        Attributes::LISTABLE,
        factor_square_free_call,
        "FactorSquareFree[e] takes the squares and higher powers out of a polynomial.",
        &[
            ("FactorSquareFree[x^5 - x^3 - x^2 + 1]", "(-1 + x)^2*(1 + 2*x + 2*x^2 + x^3)"),
            ("FactorSquareFree[4 - 8 x^2 + 4 x^4]", "4*(-1 + x^2)^2"),
        ],
    ),
    builtin(
        "FactorSquareFreeList",
        Attributes::NONE,
        |s, c| list(s, c, "FactorSquareFreeList", factor::factor_into_square_free),
        "FactorSquareFreeList[e] is the list of the square-free factors of a polynomial, the number \
         first, each with its exponent.",
        &[
            (
                "FactorSquareFreeList[x^5 - x^3 - x^2 + 1]",
                "{{1, 1}, {-1 + x, 2}, {1 + 2*x + 2*x^2 + x^3, 1}}",
            ),
            ("FactorSquareFreeList[3 x^2]", "{{3, 1}, {x, 2}}"),
        ],
    ),
    builtin(
        "FactorTerms",
        Attributes::LISTABLE,
        factor_terms,
        "FactorTerms[e] takes the number out that all terms of a polynomial have in common; \
         FactorTerms[e, x] also what does not depend on x.",
        &[
            ("FactorTerms[3 + 6 x + 3 x^2]", "3*(1 + 2*x + x^2)"),
            ("FactorTerms[a x + a, x]", "a*(1 + x)"),
        ],
    ),
    builtin(
        "FactorTermsList",
        Attributes::NONE,
        factor_terms_list,
        "FactorTermsList[e, {x, y}] is the list of the number that all terms of a polynomial have in \
         common, of what depends on none of the variables, and of what depends on more and more of \
         them.",
        &[
            ("FactorTermsList[2 x^2 - 2]", "{2, -1 + x^2}"),
            ("FactorTermsList[3 a (x + 1), x]", "{3, a, 1 + x}"),
        ],
    ),
    builtin(
        "IrreduciblePolynomialQ",
        Attributes::LISTABLE,
        irreducible,
        "IrreduciblePolynomialQ[e] is True if a polynomial has no factors over the rationals.",
        &[
            ("IrreduciblePolynomialQ[x^2 + 1]", "True"),
            ("IrreduciblePolynomialQ[x^2 - 1]", "False"),
        ],
    ),
    builtin(
        "Cyclotomic",
        Attributes::LISTABLE,
        cyclotomic,
        "Cyclotomic[n, x] is the polynomial in x whose roots are the primitive n-th roots of unity.",
        &[("Cyclotomic[6, x]", "1 - x + x^2"), ("Cyclotomic[5, 2]", "31")],
    ),
];

type Split = fn(&Polynomial, Watch<'_>) -> Result<Factored, Stopped>;

fn factor_call(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let [value] = args else {
        let count = args.len();
        session.wrong_count_of("Factor", count, 1, 1);
        return Ok(Step::Same);
    };
    let value = value.clone();
    if let Some(modulus) = option(session, rules, "Modulus").filter(|m| !number::is_zero(m)) {
        return Ok(modulo(session, &value, &modulus)?.map_or(Step::Same, Step::Done));
    }
    let is_gaussian =
        option(session, rules, "GaussianIntegers").is_some_and(|own| own.is(sym::True));
    let numbers = match option(session, rules, "Extension") {
        _ if is_gaussian => Some(Numbers::Of(Value::i())),
        Some(own) if own.is(sym::Automatic) => Some(Numbers::Automatic),
        Some(own) if !own.is(sym::None) && own.as_list().is_none_or(|all| !all.is_empty()) => {
            Some(Numbers::Of(own))
        }
        _ => None,
    };
    let Some(numbers) = numbers else {
        return Ok(Step::Done(threaded(session, &value, &mut factor)?));
    };
    let found = threaded(session, &value, &mut |session, part| match factor_with(
        session, part, &numbers,
    )? {
        Some(found) => Ok(found),
        None => factor(session, part),
    })?;
    Ok(Step::Done(found))
}

/// Writes an expression as a product of irreducible factors; with complex numbers in it, over the
/// Gaussian ones.
pub(crate) fn factor(session: &mut Session, value: &Value) -> Evaluated {
    if has_complex(value)
        && let Some(found) = factor_gaussian(session, value)?
    {
        return Ok(found);
    }
    split(session, value, factor::factor)
}

fn has_complex(value: &Value) -> bool {
    match value {
        Value::Complex(_) => true,
        Value::Call(call) if is_arithmetic(value) => call.args().iter().any(has_complex),
        _ => false,
    }
}

fn factor_square_free_call(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    super::together::on_first(session, call, "FactorSquareFree", |session, value| {
        split(session, value, factor::factor_into_square_free)
    })
}

fn split(session: &mut Session, value: &Value, of: Split) -> Evaluated {
    if !is_arithmetic(value) {
        return Ok(value.clone());
    }
    let Some(Fraction { basis, ratio, is_approximate }) = session.fraction(value, &[])? else {
        return Ok(value.clone());
    };
    let flag = session.interrupt.clone();
    match factored(&ratio, of, Watch::new(&flag)) {
        Ok(ratio) => {
            let written = ratio::write(&basis, &ratio);
            session.finish(&written, is_approximate)
        }
        Err(Stopped) => session.check_interrupt().map(|()| value.clone()),
    }
}

/// Splits the factors of a fraction.
pub(crate) fn factored(ratio: &Ratio, of: Split, watch: Watch<'_>) -> Result<Ratio, Stopped> {
    let mut result = Ratio { factors: Vec::new(), ..ratio.clone() };
    for (factor, exponent) in &ratio.factors {
        for (own, power) in of(factor, watch)?.factors {
            let power = power as i64 * exponent;
            match result.factors.iter_mut().find(|(known, _)| known.equals(&own)) {
                Some((_, sum)) => *sum += power,
                None => result.factors.push((own, power)),
            }
        }
    }
    Ok(result)
}

fn list(session: &mut Session, call: &mut Arc<Call>, name: &str, of: Split) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let [value] = args else {
        let count = args.len();
        session.wrong_count_of(name, count, 1, 1);
        return Ok(Step::Same);
    };
    if let Some(modulus) = option(session, rules, "Modulus").filter(|m| !number::is_zero(m)) {
        let pairs = modular_factors(session, value, &modulus)?;
        return Ok(pairs.map_or(Step::Same, |pairs| Step::Again(list_of_pairs(pairs))));
    }
    let Some(fraction) = session.fraction(value, &[])? else { return Ok(Step::Same) };
    let flag = session.interrupt.clone();
    let Ok(ratio) = factored(&fraction.ratio, of, Watch::new(&flag)) else {
        session.check_interrupt()?;
        return Ok(Step::Same);
    };
    let pairs = pairs(session, &fraction.basis, &ratio)?;
    Ok(Step::Done(session.finish(&list_of_pairs(pairs), fraction.is_approximate)?))
}

/// Returns the number and the factors with their exponents, in canonical order.
fn pairs(session: &mut Session, basis: &Basis, ratio: &Ratio) -> Evaluated<Vec<(Value, i64)>> {
    let mut pairs: Vec<(Value, i64)> = Vec::new();
    for (place, &exponent) in ratio.monomial.iter().enumerate().filter(|(_, e)| **e != 0) {
        pairs.push((session.evaluate(&basis.kernels[place].power(1))?, exponent));
    }
    for (factor, exponent) in &ratio.factors {
        pairs.push((session.evaluate(&ratio::write_polynomial(basis, factor))?, *exponent));
    }
    pairs.sort_by(|a, b| crate::order::compare(&session.names, &a.0, &b.0));
    pairs.insert(0, (ratio::number_of(ratio), 1));
    Ok(pairs)
}

fn list_of_pairs(pairs: Vec<(Value, i64)>) -> Value {
    let pair = |(value, exponent)| Value::list([value, Value::Integer(exponent)]);
    Value::list(pairs.into_iter().map(pair).collect::<Args>())
}

/// Returns the factors of a polynomial in one variable modulo a prime.
fn modular_factors(
    session: &mut Session,
    value: &Value,
    modulus: &Value,
) -> Evaluated<Option<Vec<(Value, i64)>>> {
    let Some(field) = super::modular::field(session, modulus, "Factor") else { return Ok(None) };
    let Some((basis, all)) = super::modular::dense(session, &[value], &field)? else {
        return Ok(None);
    };
    let Some(leading) = all[0].last() else { return Ok(Some(vec![(Value::Integer(0), 1)])) };
    let flag = session.interrupt.clone();
    let found = factor::finite::factor::<BigPrimeField>(&field, &all[0], Watch::new(&flag));
    let Ok(found) = found else {
        session.check_interrupt()?;
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for (own, exponent) in found {
        pairs.push((super::modular::write(session, &basis, &own)?, exponent as i64));
    }
    pairs.sort_by(|a, b| crate::order::compare(&session.names, &a.0, &b.0));
    pairs.insert(0, (from_integer(leading), 1));
    Ok(Some(pairs))
}

fn modulo(session: &mut Session, value: &Value, modulus: &Value) -> Evaluated<Option<Value>> {
    let Some(pairs) = modular_factors(session, value, modulus)? else { return Ok(None) };
    let power = |(base, exponent)| Value::call(sym::Power, [base, Value::Integer(exponent)]);
    let product = Value::call(sym::Times, pairs.into_iter().map(power).collect::<Args>());
    session.evaluate(&product).map(Some)
}

fn factor_terms(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables) = match call.args() {
        [value] => (value.clone(), None),
        [value, variables] => (value.clone(), Some(variables_of(variables))),
        args => {
            let count = args.len();
            session.wrong_count_of("FactorTerms", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let terms = threaded(session, &value, &mut |session, part| {
        Ok(match terms_of(session, part, variables.as_deref())? {
            Some(factors) => session.evaluate(&Value::call(sym::Times, factors))?,
            None => part.clone(),
        })
    })?;
    Ok(Step::Done(terms))
}

fn factor_terms_list(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables) = match call.args() {
        [value] => (value, None),
        [value, variables] => (value, Some(variables_of(variables))),
        args => {
            let count = args.len();
            session.wrong_count_of("FactorTermsList", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    Ok(match terms_of(session, value, variables.as_deref())? {
        Some(factors) => Step::Again(Value::list(factors)),
        None => Step::Same,
    })
}

/// Returns the number, what depends on none of the variables, on the last of them only, and so on.
fn terms_of(
    session: &mut Session,
    value: &Value,
    variables: Option<&[Value]>,
) -> Evaluated<Option<Args>> {
    let Some(Fraction { basis, ratio, is_approximate }) = session.fraction(value, &[])? else {
        return Ok(None);
    };
    if value.is_number() {
        return Ok(Some([value.clone(), Value::Integer(1)].into_iter().collect()));
    }
    if is_approximate {
        return Ok(None);
    }
    let Ok((numerator, denominator)) = ratio.expanded() else { return Ok(None) };
    let content = numerator.content();
    let mut rest = numerator.primitive();
    let below = ratio::write(&basis, &Ratio::from_polynomial(&denominator));
    let below = Value::call(sym::Power, [below, Value::Integer(-1)]);
    let number = session.evaluate(&Value::call(sym::Times, [from_integer(&content), below]))?;
    let mut factors: Args = std::iter::once(number).collect();
    let flag = session.interrupt.clone();
    let mut places: Vec<usize> =
        variables.unwrap_or(&[]).iter().filter_map(|own| basis.place_of(own)).collect();
    let is_asked = variables.is_some_and(|variables| !variables.is_empty());
    let levels = if is_asked { places.len().max(1) } else { 0 };
    for _ in 0..levels {
        let Ok(part) = free_part(&rest, &places, Watch::new(&flag)) else {
            session.check_interrupt()?;
            return Ok(None);
        };
        rest = rest.div(&Integers, &part).unwrap_or(rest);
        factors.push(session.evaluate(&ratio::write_polynomial(&basis, &part))?);
        places.pop();
    }
    factors.push(session.evaluate(&ratio::write_polynomial(&basis, &rest))?);
    Ok(Some(factors))
}

/// Returns the greatest divisor that depends on none of some variables.
fn free_part(
    polynomial: &Polynomial,
    places: &[usize],
    watch: Watch<'_>,
) -> Result<Polynomial, Stopped> {
    places.iter().try_fold(polynomial.clone(), |part, &place| content_in(&part, place, watch))
}

fn irreducible(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let [value] = args else {
        let count = args.len();
        session.wrong_count_of("IrreduciblePolynomialQ", count, 1, 1);
        return Ok(Step::Same);
    };
    if let Some(modulus) = option(session, rules, "Modulus").filter(|m| !number::is_zero(m)) {
        let pairs = modular_factors(session, value, &modulus)?;
        let is_one = |pairs: Vec<(Value, i64)>| {
            Step::Done(Value::boolean(pairs.len() == 2 && pairs[1].1 == 1))
        };
        return Ok(pairs.map_or(Step::Same, is_one));
    }
    let Some(fraction) = session.fraction(value, &[])? else { return Ok(Step::Same) };
    let flag = session.interrupt.clone();
    let Ok(ratio) = factored(&fraction.ratio, factor::factor, Watch::new(&flag)) else {
        session.check_interrupt()?;
        return Ok(Step::Same);
    };
    let exponents = ratio.monomial.iter().chain(ratio.factors.iter().map(|(_, exponent)| exponent));
    let used: Vec<i64> = exponents.copied().filter(|exponent| *exponent != 0).collect();
    Ok(Step::Done(Value::boolean(used == [1])))
}

fn cyclotomic(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [order, variable] = call.args() else {
        let count = call.args().len();
        session.wrong_count_of("Cyclotomic", count, 2, 2);
        return Ok(Step::Same);
    };
    let Some(order) = order.as_i64().filter(|order| (0..1 << 20).contains(order)) else {
        return Ok(Step::Same);
    };
    let dense = factor::cyclotomic(order as u64);
    let term = |(power, own): (usize, &Integer)| {
        let power = Value::call(sym::Power, [variable.clone(), Value::Integer(power as i64)]);
        Value::call(sym::Times, [from_integer(own), power])
    };
    let terms = dense.iter().enumerate().filter(|(_, own)| !own.is_zero());
    let terms =
        terms.map(|(power, own)| if power == 0 { from_integer(own) } else { term((power, own)) });
    Ok(Step::Again(Value::call(sym::Plus, terms.collect::<Args>())))
}
