//! Polynomials as rules, lists of monomials and arrays.

use triomphe::Arc;

use super::coefficients::{coefficients_in, variables_of};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "CoefficientRules",
        Attributes::NONE,
        coefficient_rules,
        "CoefficientRules[e, {x, y}] is the list of rules from the exponents of the terms of a \
         polynomial to their coefficients; CoefficientRules[e, {x, y}, order] orders them by \
         \"Lexicographic\", \"DegreeLexicographic\", \"DegreeReverseLexicographic\", one of these after \
         \"Negative\", or a matrix of weights.",
        &[
            ("CoefficientRules[(x + y)^2, {x, y}]", "{{2, 0} -> 1, {1, 1} -> 2, {0, 2} -> 1}"),
            ("CoefficientRules[a x^2 + b, x]", "{{2} -> a, {0} -> b}"),
        ],
    ),
    builtin(
        "FromCoefficientRules",
        Attributes::NONE,
        from_coefficient_rules,
        "FromCoefficientRules[rules, {x, y}] is the polynomial with coefficients by the exponents of \
         its terms.",
        &[
            ("FromCoefficientRules[{{2, 0} -> 1, {0, 1} -> a}, {x, y}]", "x^2 + a*y"),
            ("FromCoefficientRules[{{3} -> 2, {0} -> 1}, x]", "1 + 2*x^3"),
        ],
    ),
    builtin(
        "MonomialList",
        Attributes::NONE,
        monomial_list,
        "MonomialList[e, {x, y}] is the list of the terms of a polynomial; MonomialList[e, {x, y}, \
         order] orders them as CoefficientRules does.",
        &[
            ("MonomialList[(x + y)^2, {x, y}]", "{x^2, 2*x*y, y^2}"),
            ("MonomialList[x + y^2 + x y^2, {x, y}, \"DegreeLexicographic\"]", "{x*y^2, y^2, x}"),
        ],
    ),
    builtin(
        "CoefficientArrays",
        Attributes::NONE,
        coefficient_arrays,
        "CoefficientArrays[e, {x, y}] is the list of the arrays of the coefficients of the terms of \
         degree 0, 1, 2, ... of a polynomial or of a list of them.",
        &[
            ("CoefficientArrays[1 + 2 x + 3 y, {x, y}]", "{1, {2, 3}}"),
            (
                "CoefficientArrays[{x + y, x y}, {x, y}]",
                "{{0, 0}, {{1, 1}, {0, 0}}, {{{0, 0}, {0, 0}}, {{0, 1}, {0, 0}}}}",
            ),
        ],
    ),
];

/// Exponents with a coefficient.
type Term = (Vec<i64>, Value);

/// Reads a polynomial and its variables: all that stand in it unless they are given.
fn terms_of(
    session: &mut Session,
    call: &Call,
    name: &str,
) -> Evaluated<Option<(Vec<Value>, Vec<Term>)>> {
    let (value, variables, order) = match call.args() {
        [value] => (value, None, None),
        [value, variables] => (value, Some(variables), None),
        [value, variables, order] => (value, Some(variables), Some(order)),
        args => {
            let count = args.len();
            session.wrong_count_of(name, count, 1, 3);
            return Ok(None);
        }
    };
    let variables = match variables {
        Some(variables) => variables_of(variables),
        None => super::polynomials::variables_in(session, value),
    };
    let Some((_, mut terms)) = coefficients_in(session, value, &variables)? else {
        session.message_of(name, "poly", std::slice::from_ref(value));
        return Ok(None);
    };
    let Some(weights) = weights(session, order, variables.len()) else { return Ok(None) };
    let key = |exponents: &[i64]| -> Vec<i64> {
        let of = |row: &Vec<i64>| row.iter().zip(exponents).map(|(w, e)| w * e).sum();
        weights.iter().map(of).collect()
    };
    terms.retain(|(_, value)| !matches!(value, Value::Integer(0)));
    terms.sort_by_cached_key(|(exponents, _)| std::cmp::Reverse(key(exponents)));
    Ok(Some((variables, terms)))
}

/// Returns the weights whose sums are compared in turn; `None` of an unknown order.
fn weights(session: &Session, order: Option<&Value>, count: usize) -> Option<Vec<Vec<i64>>> {
    let unit = |place: usize, sign: i64| -> Vec<i64> {
        (0..count).map(|own| if own == place { sign } else { 0 }).collect()
    };
    let Some(order) = order else { return Some((0..count).map(|place| unit(place, 1)).collect()) };
    if let Some(rows) = order.as_list() {
        let row =
            |row: &Value| row.as_list()?.iter().map(Value::as_i64).collect::<Option<Vec<_>>>();
        return rows.iter().map(row).collect();
    }
    let name = match order {
        Value::String(text) => text.to_string(),
        _ => session.names.full(order.as_symbol()?).name.to_string(),
    };
    let total = |sign: i64| vec![sign; count];
    Some(match &*name {
        "Lexicographic" => (0..count).map(|place| unit(place, 1)).collect(),
        "NegativeLexicographic" => (0..count).map(|place| unit(place, -1)).collect(),
        "DegreeLexicographic" => {
            std::iter::once(total(1)).chain((0..count).map(|place| unit(place, 1))).collect()
        }
        "NegativeDegreeLexicographic" => {
            std::iter::once(total(-1)).chain((0..count).map(|place| unit(place, 1))).collect()
        }
        "DegreeReverseLexicographic" => {
            std::iter::once(total(1)).chain((0..count).rev().map(|place| unit(place, -1))).collect()
        }
        "NegativeDegreeReverseLexicographic" => std::iter::once(total(-1))
            .chain((0..count).rev().map(|place| unit(place, -1)))
            .collect(),
        _ => return None,
    })
}

fn exponents_list(exponents: &[i64]) -> Value {
    Value::list(exponents.iter().copied().map(Value::Integer).collect::<Args>())
}

fn coefficient_rules(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((_, terms)) = terms_of(session, call, "CoefficientRules")? else {
        return Ok(Step::Same);
    };
    let rule = |(exponents, value): Term| Value::rule(exponents_list(&exponents), value);
    Ok(Step::Again(Value::list(terms.into_iter().map(rule).collect::<Args>())))
}

/// Returns a product of powers times a number, which is yet to be evaluated.
fn product(value: Value, variables: &[Value], exponents: &[Value]) -> Value {
    let power = |(base, exponent): (&Value, &Value)| {
        Value::call(sym::Power, [base.clone(), exponent.clone()])
    };
    let is_there = |(_, exponent): &(&Value, &Value)| !number::is_zero(exponent);
    let powers = variables.iter().zip(exponents).filter(is_there).map(power);
    Value::call(sym::Times, std::iter::once(value).chain(powers).collect::<Args>())
}

fn monomial_list(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((variables, terms)) = terms_of(session, call, "MonomialList")? else {
        return Ok(Step::Same);
    };
    let term = |(exponents, value): Term| {
        let exponents: Vec<Value> = exponents.into_iter().map(Value::Integer).collect();
        product(value, &variables, &exponents)
    };
    Ok(Step::Again(Value::list(terms.into_iter().map(term).collect::<Args>())))
}

fn from_coefficient_rules(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [rules, variables] = call.args() else {
        let count = call.args().len();
        session.wrong_count_of("FromCoefficientRules", count, 2, 2);
        return Ok(Step::Same);
    };
    let variables = variables_of(variables);
    let term = |rule: &Value| -> Option<Value> {
        let [exponents, value] = rule.exactly(sym::Rule)?;
        let exponents = exponents.as_list().filter(|own| own.len() == variables.len())?;
        Some(product(value.clone(), &variables, exponents))
    };
    let terms: Option<Args> =
        rules.as_list().and_then(|rules| rules.iter().map(term).collect::<Option<Args>>());
    Ok(terms.map_or(Step::Same, |terms| Step::Again(Value::call(sym::Plus, terms))))
}

/// Arrays of more elements than this are not made.
const ELEMENTS_MAX: usize = 1 << 22;

fn coefficient_arrays(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables) = match call.args() {
        [value] => (value, super::polynomials::variables_in(session, value)),
        [value, variables] => (value, variables_of(variables)),
        args => {
            let count = args.len();
            session.wrong_count_of("CoefficientArrays", count, 1, 2);
            return Ok(Step::Same);
        }
    };
    let polynomials = value.as_list().unwrap_or(std::slice::from_ref(value));
    let mut all: Vec<Vec<Term>> = Vec::with_capacity(polynomials.len());
    for polynomial in polynomials {
        let side = match polynomial.exactly(sym::Equal) {
            Some([left, right]) => {
                let negative = crate::builtins::arithmetic::negative(right.clone());
                crate::builtins::arithmetic::plus([left.clone(), negative])
            }
            None => polynomial.clone(),
        };
        let Some((_, terms)) = coefficients_in(session, &side, &variables)? else {
            session.message_of("CoefficientArrays", "poly", std::slice::from_ref(polynomial));
            return Ok(Step::Same);
        };
        all.push(terms);
    }
    let degree = |(exponents, _): &Term| exponents.iter().sum::<i64>();
    let highest = all.iter().flatten().map(degree).max().unwrap_or(0).max(0);
    let size = u32::try_from(highest).ok().and_then(|power| variables.len().checked_pow(power));
    if size.is_none_or(|size| size.saturating_mul(all.len()) > ELEMENTS_MAX) {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    let array = |degree_wanted: i64| {
        let parts = all.iter().map(|terms| {
            let own: Vec<&Term> =
                terms.iter().filter(|term| degree(term) == degree_wanted).collect();
            tensor(&own, variables.len(), degree_wanted)
        });
        match value.as_list() {
            Some(_) => Value::list(parts.collect::<Args>()),
            None => parts.into_iter().next().unwrap_or(Value::Integer(0)),
        }
    };
    Ok(Step::Again(Value::list((0..=highest).map(array).collect::<Args>())))
}

/// Returns the array of the coefficients of terms of a degree: at the numbers of the variables of
/// each, in order.
fn tensor(terms: &[&Term], variables: usize, degree: i64) -> Value {
    let mut flat = vec![Value::Integer(0); variables.pow(degree as u32)];
    for (exponents, value) in terms {
        let place = exponents.iter().enumerate().fold(0, |place, (variable, exponent)| {
            (0..*exponent).fold(place, |place, _| place * variables + variable)
        });
        flat[place] = value.clone();
    }
    let mut level = flat;
    for _ in 1..degree {
        level = level.chunks(variables.max(1)).map(|row| Value::list(Args::from(row))).collect();
    }
    match degree {
        0 => level.into_iter().next().unwrap_or(Value::Integer(0)),
        _ => Value::list(Args::from(level)),
    }
}
