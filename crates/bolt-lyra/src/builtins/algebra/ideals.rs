//! Ideals of polynomials: Groebner bases and reduction by several polynomials.

use bolt_algebra::{Integer, Integers, Order, Polynomial, Watch, groebner_basis, reduce};
use triomphe::Arc;

use super::coefficients::variables_of;
use super::expand::{option, options};
use super::kernels::Basis;
use super::ratio::{self, Ratio};
use super::scalar::{from_integer, to_integer};
use crate::builtins::arithmetic::{negative, plus, times, to_the};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "GroebnerBasis",
        Attributes::NONE,
        groebner,
        "GroebnerBasis[{p, q, ...}, {x, y, ...}] is the reduced Groebner basis of polynomials or \
         equations; GroebnerBasis[ps, xs, ys] is a basis of what follows without the variables ys. \
         MonomialOrder -> Lexicographic, DegreeLexicographic, DegreeReverseLexicographic or \
         EliminationOrder says how monomials are compared.",
        &[
            ("GroebnerBasis[{x^2 + y^2 - 1, x - y}, {x, y}]", "{-1 + 2*y^2, x - y}"),
            ("GroebnerBasis[{x - t^2, y - t^3}, {x, y}, {t}]", "{x^3 - y^2}"),
        ],
    ),
    builtin(
        "PolynomialReduce",
        Attributes::NONE,
        polynomial_reduce,
        "PolynomialReduce[p, {q, r, ...}, {x, y, ...}] is {{a, b, ...}, c} with p equal to a q + b r \
         + ... + c, no term of c being divisible by the first term of q, r, ...",
        &[
            ("PolynomialReduce[x^2 + y^2, {x - y, y^2 - 1}, {x, y}]", "{{x + y, 2}, 2}"),
            ("PolynomialReduce[x^3, {x^2 - 2}, {x}]", "{{x}, 2*x}"),
        ],
    ),
    builtin(
        "PolynomialMod",
        Attributes::NONE,
        polynomial_mod,
        "PolynomialMod[p, m] reduces a polynomial by an integer or a polynomial m; PolynomialMod[p, \
         {m, n, ...}] by several.",
        &[
            ("PolynomialMod[3 x^2 + 5 x + 7, 4]", "3 + x + 3*x^2"),
            ("PolynomialMod[x^3 + x, x^2 - 2]", "3*x"),
        ],
    ),
];

/// Reads polynomials or equations with the variables first; denominators are dropped.
fn read(
    session: &mut Session,
    values: &[Value],
    variables: &[Value],
    name: &str,
) -> Evaluated<Option<(Basis, Vec<Ratio>)>> {
    let side = |value: &Value| match value.exactly(sym::Equal) {
        Some([left, right]) => plus([left.clone(), negative(right.clone())]),
        None => value.clone(),
    };
    let mut all = Vec::with_capacity(values.len() + variables.len());
    for value in values {
        all.push(session.evaluate(&side(value))?);
    }
    all.extend(variables.iter().cloned());
    let every: Vec<&Value> = all.iter().collect();
    let Some((basis, mut ratios, false)) = session.fractions(&every, variables)? else {
        return Ok(None);
    };
    ratios.truncate(values.len());
    let is_first = variables.iter().enumerate().all(|(n, own)| basis.place_of(own) == Some(n));
    if !is_first {
        session.message_of(name, "ivar", &[Value::list(Args::from(variables))]);
        return Ok(None);
    }
    Ok(Some((basis, ratios)))
}

/// Returns the order that an option or argument names.
fn order_of(session: &Session, value: Option<&Value>, eliminated: usize) -> Option<Order> {
    let Some(value) = value else {
        return Some(match eliminated {
            0 => Order::Lexicographic,
            count => Order::Elimination(count),
        });
    };
    let name = match value {
        Value::String(text) => text.to_string(),
        _ => session.names.full(value.as_symbol()?).name.to_string(),
    };
    match &*name {
        "Lexicographic" => Some(Order::Lexicographic),
        "DegreeLexicographic" => Some(Order::DegreeLexicographic),
        "DegreeReverseLexicographic" => Some(Order::DegreeReverseLexicographic),
        "EliminationOrder" => Some(Order::Elimination(eliminated)),
        _ => None,
    }
}

fn groebner(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let (polynomials, variables, eliminated) = match args {
        [polynomials] => {
            let variables = super::polynomials::variables_in(session, polynomials);
            (polynomials, variables, Vec::new())
        }
        [polynomials, variables] => (polynomials, variables_of(variables), Vec::new()),
        [polynomials, variables, others] => {
            (polynomials, variables_of(variables), variables_of(others))
        }
        _ => {
            let count = args.len();
            session.wrong_count_of("GroebnerBasis", count, 1, 3);
            return Ok(Step::Same);
        }
    };
    let mut all = eliminated.clone();
    all.extend(variables.into_iter().filter(|own| !eliminated.contains(own)));
    let polynomials = variables_of(polynomials);
    let named = option(session, rules, "MonomialOrder");
    let Some(order) = order_of(session, named.as_ref(), eliminated.len()) else {
        return Ok(Step::Same);
    };
    let Some((basis, ratios)) = read(session, &polynomials, &all, "GroebnerBasis")? else {
        return Ok(Step::Same);
    };
    let flag = session.interrupt.clone();
    let watch = Watch::new(&flag);
    let Ok(numerators) = ratios
        .iter()
        .map(|own| Ok(own.expanded()?.0))
        .collect::<Result<Vec<_>, super::build::Refusal>>()
    else {
        return Ok(Step::Same);
    };
    let Ok(found) = with_parameters(&numerators, basis.len(), all.len(), &order, watch) else {
        session.check_interrupt()?;
        return Ok(Step::Same);
    };
    let is_kept = |own: &&Polynomial| (0..eliminated.len()).all(|place| own.degree(place) == 0);
    let written: Args =
        found.iter().filter(is_kept).map(|own| ratio::write_polynomial(&basis, own)).collect();
    Ok(Step::Again(Value::list(written)))
}

/// Returns a basis where all but the first variables are parameters that coefficients may have.
fn with_parameters(
    polynomials: &[Polynomial],
    variables: usize,
    count: usize,
    order: &Order,
    watch: Watch<'_>,
) -> Result<Vec<Polynomial>, bolt_algebra::Stopped> {
    if count == variables {
        return groebner_basis(polynomials, variables, order, watch);
    }
    // A basis for an order in which parameters count least is one over the fractions in them.
    let all = groebner_basis(polynomials, variables, &Order::Elimination(count), watch)?;
    let all = match order {
        Order::Lexicographic => groebner_basis(&all, variables, order, watch)?,
        _ => all,
    };
    let leading = |own: &Polynomial| -> Vec<u64> {
        own.leading().map(|term| term.exponents().take(count).collect()).unwrap_or_default()
    };
    let monomials: Vec<Vec<u64>> = all.iter().map(leading).collect();
    let mut found = Vec::new();
    for (place, own) in all.iter().enumerate() {
        let is_multiple = monomials.iter().enumerate().any(|(other, of_other)| {
            let divides = of_other.iter().zip(&monomials[place]).all(|(a, b)| a <= b);
            other != place && divides && (*of_other != monomials[place] || other < place)
        });
        if is_multiple {
            continue;
        }
        let mut content = own.clone();
        for variable in 0..count {
            content = bolt_algebra::content_in(&content, variable, watch)?;
        }
        found.push(own.div(&Integers, &content).unwrap_or_else(|| own.clone()));
    }
    Ok(found)
}

fn polynomial_reduce(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let (value, divisors, variables) = match args {
        [value, divisors] => {
            let all = Value::list([value.clone(), divisors.clone()]);
            (value, divisors, super::polynomials::variables_in(session, &all))
        }
        [value, divisors, variables] => (value, divisors, variables_of(variables)),
        _ => {
            let count = args.len();
            session.wrong_count_of("PolynomialReduce", count, 2, 3);
            return Ok(Step::Same);
        }
    };
    let named = option(session, rules, "MonomialOrder");
    let Some(order) = order_of(session, named.as_ref(), 0) else { return Ok(Step::Same) };
    let divisors = variables_of(divisors);
    let reduced = reduce_by(session, value, &divisors, &variables, &order, "PolynomialReduce")?;
    Ok(reduced.map_or(Step::Same, |(quotients, rest)| {
        Step::Done(Value::list([Value::list(Args::from(quotients)), rest]))
    }))
}

/// Returns the quotients and what is left of a polynomial divided by several.
fn reduce_by(
    session: &mut Session,
    value: &Value,
    divisors: &[Value],
    variables: &[Value],
    order: &Order,
    name: &str,
) -> Evaluated<Option<(Vec<Value>, Value)>> {
    let mut all = vec![value.clone()];
    all.extend(divisors.iter().cloned());
    let Some((basis, ratios)) = read(session, &all, variables, name)? else { return Ok(None) };
    // Coefficients are numbers; what else stands in them would have to be divided by.
    let sides: Result<Vec<_>, _> = ratios.iter().map(Ratio::expanded).collect();
    let Ok(sides) = sides else { return Ok(None) };
    let constant = |own: &Polynomial| own.as_constant(&Integers);
    let Some(scales) = sides.iter().map(|(_, below)| constant(below)).collect::<Option<Vec<_>>>()
    else {
        return Ok(None);
    };
    if basis.len() > variables.len() && !has_number_coefficients(&sides, variables.len()) {
        return Ok(None);
    }
    let others: Vec<Polynomial> = sides[1..].iter().map(|(above, _)| above.clone()).collect();
    if others.iter().any(Polynomial::is_zero) {
        return Ok(None);
    }
    let flag = session.interrupt.clone();
    let Ok(found) = reduce(&sides[0].0, &others, order, Watch::new(&flag)) else {
        session.check_interrupt()?;
        return Ok(None);
    };
    let whole = found.scale.mul(&scales[0]);
    let mut write = |own: &Polynomial, factor: &Integer| -> Evaluated {
        let scaled = own.scale(&Integers, factor);
        let inverse = to_the(from_integer(&whole), -1);
        let written = times([ratio::write_polynomial(&basis, &scaled), inverse]);
        let value = session.evaluate(&written)?;
        super::expand(session, &value)
    };
    let mut quotients = Vec::with_capacity(others.len());
    for (own, scale) in found.quotients.iter().zip(&scales[1..]) {
        quotients.push(write(own, scale)?);
    }
    let rest = write(&found.remainder, &Integer::ONE)?;
    Ok(Some((quotients, rest)))
}

/// Returns whether the leading coefficients of the divisors are numbers.
fn has_number_coefficients(sides: &[(Polynomial, Polynomial)], count: usize) -> bool {
    sides[1..].iter().all(|(above, _)| {
        above
            .leading()
            .is_none_or(|term| term.exponents().skip(count).all(|exponent| exponent == 0))
    })
}

fn polynomial_mod(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, rules) = options(call.args());
    let [value, moduli] = args else {
        let count = args.len();
        session.wrong_count_of("PolynomialMod", count, 2, 2);
        return Ok(Step::Same);
    };
    let mut moduli = variables_of(moduli);
    moduli.extend(option(session, rules, "Modulus").filter(|own| !crate::number::is_zero(own)));
    let (numbers, divisors): (Vec<Value>, Vec<Value>) =
        moduli.into_iter().partition(|own| to_integer(own).is_some());
    let value = value.clone();
    let reduced = super::expand::threaded(session, &value, &mut |session, part| {
        Ok(modulo(session, part, &numbers, &divisors)?.unwrap_or_else(|| part.clone()))
    })?;
    Ok(Step::Done(reduced))
}

/// Reduces by polynomials, then by integers.
fn modulo(
    session: &mut Session,
    value: &Value,
    numbers: &[Value],
    divisors: &[Value],
) -> Evaluated<Option<Value>> {
    let mut value = value.clone();
    if !divisors.is_empty() {
        let all = Value::list([value.clone(), Value::list(Args::from(divisors))]);
        let mut variables = super::polynomials::variables_in(session, &all);
        variables.reverse();
        let order = Order::Lexicographic;
        let reduced = reduce_by(session, &value, divisors, &variables, &order, "PolynomialMod")?;
        let Some((_, rest)) = reduced else { return Ok(None) };
        value = rest;
    }
    for modulus in numbers {
        match super::modular::expand(session, &value, modulus, "PolynomialMod")? {
            Some(reduced) => value = reduced,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}
