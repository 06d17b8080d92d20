//! Other forms of polynomials: nested, decomposed, interpolated, by symmetric polynomials.

use bolt_algebra::univariate as u;
use bolt_algebra::{Field, Fractions, Integer, Integers, Polynomial, Quotient, Ring, Watch};
use triomphe::Arc;

use super::apart;
use super::coefficients::{coefficients_in, variables_of};
use super::divide::by_powers;
use super::ratio;
use crate::builtins::arithmetic::{negative, plus, times, to_the};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "HornerForm",
        Attributes::NONE,
        horner_form,
        "HornerForm[e, x] writes a polynomial as nested products and sums, which is computed with \
         the fewest multiplications.",
        &[
            ("HornerForm[1 + 2 x + 3 x^2, x]", "1 + x*(2 + 3*x)"),
            ("HornerForm[x^3 + a x]", "x*(a + x^2)"),
        ],
    ),
    builtin(
        "Decompose",
        Attributes::NONE,
        decompose,
        "Decompose[e, x] is a list of polynomials in x whose composition is e, none of which is a \
         composition itself.",
        &[
            ("Decompose[x^4 + x^2 + 1, x]", "{1 + x + x^2, x^2}"),
            ("Decompose[x^3 + 1, x]", "{1 + x^3}"),
        ],
    ),
    builtin(
        "InterpolatingPolynomial",
        Attributes::NONE,
        interpolating,
        "InterpolatingPolynomial[{{x1, y1}, {x2, y2}, ...}, x] is the polynomial of lowest degree \
         with these values; InterpolatingPolynomial[{y1, y2, ...}, x] takes them at 1, 2, ...",
        &[
            ("Expand[InterpolatingPolynomial[{1, 4, 9, 16}, x]]", "x^2"),
            ("Expand[InterpolatingPolynomial[{{0, 1}, {1, 3}, {2, 7}}, x]]", "1 + x + x^2"),
        ],
    ),
    builtin(
        "SymmetricPolynomial",
        Attributes::NONE,
        symmetric_polynomial,
        "SymmetricPolynomial[k, {x1, x2, ...}] is the sum of all products of k of the variables.",
        &[
            ("SymmetricPolynomial[2, {a, b, c}]", "a*b + a*c + b*c"),
            ("SymmetricPolynomial[0, {a, b}]", "1"),
        ],
    ),
    builtin(
        "SymmetricReduction",
        Attributes::NONE,
        symmetric_reduction,
        "SymmetricReduction[e, {x1, x2, ...}, {s1, s2, ...}] writes a polynomial as one in the \
         elementary symmetric polynomials s1, s2, ... and a rest.",
        &[
            ("SymmetricReduction[x^2 + y^2, {x, y}, {s, t}]", "{s^2 - 2*t, 0}"),
            ("SymmetricReduction[x^2 + 2 y^2, {x, y}, {s, t}]", "{s^2 - 2*t, y^2}"),
        ],
    ),
];

fn horner_form(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables) = match call.args() {
        [value] => {
            let mut variables = super::polynomials::variables_in(session, value);
            variables.reverse();
            (value, variables.into_iter().take(1).collect())
        }
        [value, variables] => (value, variables_of(variables)),
        args => {
            let count = args.len();
            session.wrong_count_of("HornerForm", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let value = value.clone();
    let nested = super::expand::threaded(session, &value, &mut |session, part| {
        Ok(nest(session, part, &variables)?.unwrap_or_else(|| part.clone()))
    })?;
    Ok(Step::Done(nested))
}

fn nest(session: &mut Session, value: &Value, variables: &[Value]) -> Evaluated<Option<Value>> {
    let [first, rest @ ..] = variables else { return Ok(Some(value.clone())) };
    let found = coefficients_in(session, value, std::slice::from_ref(first))?;
    let Some((_, mut terms)) = found else {
        session.message_of("HornerForm", "poly", std::slice::from_ref(value));
        return Ok(None);
    };
    terms.sort_by_key(|(exponents, _)| std::cmp::Reverse(exponents[0]));
    let mut sum: Option<Value> = None;
    let mut last = terms.first().map_or(0, |(exponents, _)| exponents[0]);
    for (exponents, coefficient) in terms {
        let Some(coefficient) = nest(session, &coefficient, rest)? else { return Ok(None) };
        sum = Some(match sum {
            None => coefficient,
            Some(sum) => {
                let power = to_the(first.clone(), last - exponents[0]);
                plus([times([sum, power]), coefficient])
            }
        });
        last = exponents[0];
    }
    let sum = sum.unwrap_or(Value::Integer(0));
    let whole = if last == 0 { sum } else { times([sum, to_the(first.clone(), last)]) };
    session.evaluate(&whole).map(Some)
}

type Dense = Vec<Quotient>;

fn decompose(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, variable] = call.args() else {
        let count = call.args().len();
        session.wrong_count_of("Decompose", count, 2, 2);
        return Ok(Step::Same);
    };
    let all = [value, variable];
    let Some((basis, ratios, false)) = session.fractions(&all, std::slice::from_ref(variable))?
    else {
        return Ok(Step::Same);
    };
    let Some(place) = basis.place_of(variable) else { return Ok(Step::Same) };
    if !super::divide::is_polynomial_in(&basis, &ratios[0], place, variable) {
        session.message_of("Decompose", "poly", std::slice::from_ref(value));
        return Ok(Step::Same);
    }
    let flag = session.interrupt.clone();
    let watch = Watch::new(&flag);
    let field = Fractions { variables: basis.len(), watch };
    let Ok((above, below)) = ratios[0].expanded() else { return Ok(Step::Same) };
    let one = Polynomial::constant(&Integers, basis.len(), Integer::ONE);
    let scale = field.reduced(&one, &below);
    let dense = u::scale(&field, &apart::read(&field, &above, place), &scale);
    let parts = decomposed(&field, dense);
    session.check_interrupt()?;
    let mut written = Args::new();
    for part in &parts {
        let (above, below) = apart::write(&field, part, place);
        let below = ratio::Ratio::from_polynomial(&below).power(-1);
        let Ok(value) = below.and_then(|below| by_powers(&basis, &above, &below, place, watch))
        else {
            return Ok(Step::Same);
        };
        written.push(value);
    }
    Ok(Step::Again(Value::list(written)))
}

/// Returns polynomials whose composition is one (D. Kozen and S. Landau, "Polynomial decomposition
/// algorithms", 1989).
fn decomposed(field: &Fractions<'_>, polynomial: Dense) -> Vec<Dense> {
    let mut found = Vec::new();
    let mut left = polynomial;
    while let Some((outer, inner)) = split(field, &left) {
        found.push(inner);
        left = outer;
    }
    found.push(left);
    found.reverse();
    found
}

/// Splits into an outer and an inner polynomial, the latter of the lowest degree above 1.
fn split(field: &Fractions<'_>, polynomial: &[Quotient]) -> Option<(Dense, Dense)> {
    let degree = polynomial.len().checked_sub(1)?;
    let divides = |inner: &usize| degree.is_multiple_of(*inner);
    (2..degree).filter(divides).find_map(|inner| split_at(field, polynomial, inner))
}

fn split_at(field: &Fractions<'_>, polynomial: &[Quotient], size: usize) -> Option<(Dense, Dense)> {
    let degree = polynomial.len() - 1;
    let count = degree / size;
    let monic = u::monic(field, polynomial);
    let factor = field.inverse(&field.of_integer(&Integer::from(count as u64)))?;
    // The highest coefficients of the inner polynomial are those of the root of the whole.
    let mut inner = vec![field.zero(); size + 1];
    inner[size] = field.one();
    for step in 1..size {
        let power =
            (0..count).fold(vec![field.one()], |product, _| u::mul(field, &product, &inner));
        let missing = field.sub(&monic[degree - step], &power[degree - step]);
        inner[size - step] = field.mul(&missing, &factor);
    }
    let mut outer = Vec::new();
    let mut left = polynomial.to_vec();
    while !left.is_empty() {
        let [quotient, rest] = u::div_rem(field, &left, &inner)?;
        if rest.len() > 1 {
            return None;
        }
        outer.push(rest.into_iter().next().unwrap_or_else(|| field.zero()));
        left = quotient;
    }
    Some((outer, inner))
}

fn interpolating(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [data, variable] = call.args() else {
        let count = call.args().len();
        session.wrong_count_of("InterpolatingPolynomial", count, 2, 2);
        return Ok(Step::Same);
    };
    let Some(points) = data.as_list() else { return Ok(Step::Same) };
    let point = |(place, value): (usize, &Value)| match value.as_list() {
        Some([x, y]) if y.as_list().is_none() => {
            let x = match x.as_list() {
                Some([x]) => x.clone(),
                Some(_) => return None,
                None => x.clone(),
            };
            Some((x, y.clone()))
        }
        Some(_) => None,
        None => Some((Value::Integer(place as i64 + 1), value.clone())),
    };
    let Some(points) = points.iter().enumerate().map(point).collect::<Option<Vec<_>>>() else {
        return Ok(Step::Same);
    };
    let (places, mut differences): (Vec<Value>, Vec<Value>) = points.into_iter().unzip();
    for order in 1..places.len() {
        for row in (order..places.len()).rev() {
            let below = plus([places[row].clone(), negative(places[row - order].clone())]);
            let above = plus([differences[row].clone(), negative(differences[row - 1].clone())]);
            let below = session.evaluate(&below)?;
            if matches!(below, Value::Integer(0)) {
                session.message_of("InterpolatingPolynomial", "divz", std::slice::from_ref(data));
                return Ok(Step::Same);
            }
            let quotient = session.evaluate(&times([above, to_the(below, -1)]))?;
            differences[row] = super::together(session, &quotient)?;
        }
    }
    let mut sum = Value::Integer(0);
    for (place, difference) in places.iter().zip(&differences).rev() {
        let step = plus([variable.clone(), negative(place.clone())]);
        sum = session.evaluate(&plus([difference.clone(), times([step, sum])]))?;
    }
    Ok(Step::Done(sum))
}

/// Returns the sum of the products of so many of the first variables.
fn elementary(variables: usize, first: usize, count: usize) -> Polynomial {
    // The coefficients of the product of 1 + t x.
    let mut sums = vec![Polynomial::zero(variables); count + 1];
    sums[0] = Polynomial::constant(&Integers, variables, Integer::ONE);
    for variable in 0..first {
        let own = Polynomial::variable(&Integers, variables, variable, 1);
        for place in (1..=count).rev() {
            let more = sums[place - 1].mul(&Integers, &own);
            sums[place] = sums[place].add(&Integers, &more);
        }
    }
    sums.swap_remove(count)
}

fn symmetric_polynomial(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [count, variables] = call.args() else {
        let count = call.args().len();
        session.wrong_count_of("SymmetricPolynomial", count, 2, 2);
        return Ok(Step::Same);
    };
    let (Some(count), Some(variables)) = (count.as_usize(), variables.as_list()) else {
        return Ok(Step::Same);
    };
    if count > variables.len() || variables.len() > 20 {
        return Ok(Step::Same);
    }
    let sum = elementary(variables.len(), variables.len(), count);
    let term = |term: bolt_algebra::Term<'_, Integer>| {
        let chosen = term.exponents().zip(variables).filter(|(exponent, _)| *exponent > 0);
        times(chosen.map(|(_, own)| own.clone()).collect::<Args>())
    };
    Ok(Step::Again(plus(sum.terms().map(term).collect::<Args>())))
}

fn symmetric_reduction(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables, names) = match call.args() {
        [value, variables] => (value, variables, None),
        [value, variables, names] => (value, variables, Some(variables_of(names))),
        args => {
            let count = args.len();
            session.wrong_count_of("SymmetricReduction", count, 2, 3);
            return Ok(Step::Same);
        }
    };
    let variables = variables_of(variables);
    let mut all: Vec<&Value> = vec![value];
    all.extend(&variables);
    let Some((basis, ratios, false)) = session.fractions(&all, &variables)? else {
        return Ok(Step::Same);
    };
    let count = variables.len();
    let is_named = names.as_ref().is_none_or(|names| names.len() == count);
    let is_first = variables.iter().enumerate().all(|(n, own)| basis.place_of(own) == Some(n));
    if !is_named || !is_first {
        return Ok(Step::Same);
    }
    let Ok((above, below)) = ratios[0].expanded() else { return Ok(Step::Same) };
    if (0..count).any(|place| below.degree(place) > 0) {
        session.message_of("SymmetricReduction", "poly", std::slice::from_ref(value));
        return Ok(Step::Same);
    }
    let flag = session.interrupt.clone();
    let watch = Watch::new(&flag);
    let Some((parts, rest)) = symmetric_parts(above, basis.len(), count, watch) else {
        session.check_interrupt()?;
        return Ok(Step::Same);
    };
    let names: Vec<Value> = match names {
        Some(names) => names,
        None => (1..=count)
            .map(|size| ratio::write_polynomial(&basis, &elementary(basis.len(), count, size)))
            .collect(),
    };
    let inverse = to_the(ratio::write_polynomial(&basis, &below), -1);
    let mut sum = Args::new();
    for (exponents, coefficient) in parts {
        let powers = names.iter().zip(exponents).filter(|(_, exponent)| *exponent > 0);
        let powers = powers.map(|(own, exponent)| to_the(own.clone(), exponent as i64));
        let own = ratio::write_polynomial(&basis, &coefficient);
        sum.push(times(powers.chain([own, inverse.clone()]).collect::<Args>()));
    }
    let rest = times([ratio::write_polynomial(&basis, &rest), inverse]);
    let (sum, rest) = (session.evaluate(&plus(sum))?, session.evaluate(&rest)?);
    let rest = super::expand(session, &rest)?;
    Ok(Step::Done(Value::call(sym::List, [sum, rest])))
}

/// Exponents of symmetric polynomials with coefficients.
type SymmetricTerms = Vec<(Vec<u64>, Polynomial)>;

/// Writes the terms whose exponents do not increase by elementary symmetric polynomials; the
/// others are the rest. `None` if it was stopped.
fn symmetric_parts(
    polynomial: Polynomial,
    variables: usize,
    count: usize,
    watch: Watch<'_>,
) -> Option<(SymmetricTerms, Polynomial)> {
    let symmetric: Vec<Polynomial> =
        (1..=count).map(|size| elementary(variables, count, size)).collect();
    let (mut left, mut rest) = (polynomial, Polynomial::zero(variables));
    let mut parts = Vec::new();
    while !left.is_zero() {
        watch.check().ok()?;
        let leading = left.leading()?;
        let exponents: Vec<u64> = leading.exponents().collect();
        let value = leading.coefficient.clone();
        let (own, others) = exponents.split_at(count);
        if own.is_sorted_by(|a, b| a >= b) {
            let steps: Vec<u64> = (0..count)
                .map(|place| own[place] - own.get(place + 1).copied().unwrap_or(0))
                .collect();
            let free = std::iter::repeat_n(0, count).chain(others.iter().copied());
            let coefficient = Polynomial::from_terms(&Integers, variables, [(free, value)]);
            let product =
                symmetric.iter().zip(&steps).fold(coefficient.clone(), |product, (s, e)| {
                    product.mul(&Integers, &s.pow(&Integers, *e))
                });
            left = left.sub(&Integers, &product);
            parts.push((steps, coefficient));
        } else {
            let term = Polynomial::from_terms(&Integers, variables, [(exponents, value)]);
            left = left.sub(&Integers, &term);
            rest = rest.add(&Integers, &term);
        }
    }
    Some((parts, rest))
}
