//! Coefficients and exponents: `Coefficient`, `CoefficientList`, `Exponent`, `Collect`.

use triomphe::Arc;

use super::expand::threaded;
use super::grouped::{Group, Grouped, Term};
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
        "Coefficient",
        Attributes::LISTABLE,
        coefficient,
        "Coefficient[e, form] is the coefficient of a product of powers in the polynomial e; \
         Coefficient[e, form, n] is that of form^n.",
        &[("Coefficient[(x + y)^4, x y^3]", "4"), ("Coefficient[a x^2 + b x + c, x, 0]", "c")],
    ),
    builtin(
        "CoefficientList",
        Attributes::NONE,
        coefficient_list,
        "CoefficientList[e, x] is the list of the coefficients of 1, x, x^2, ... in the polynomial \
         e; CoefficientList[e, {x, y}] is an array by the powers of several variables.",
        &[
            ("CoefficientList[(1 + x)^3, x]", "{1, 3, 3, 1}"),
            ("CoefficientList[1 + a x y^2, {x, y}]", "{{1, 0, 0}, {0, 0, a}}"),
        ],
    ),
    builtin(
        "Exponent",
        Attributes::LISTABLE,
        exponent,
        "Exponent[e, form] is the highest power of form in the polynomial e; Exponent[e, form, h] \
         is h of all powers that occur.",
        &[
            ("Exponent[1 + x^2 + a x^3, x]", "3"),
            ("Exponent[1 + x^2 + a x^3, x, List]", "{0, 2, 3}"),
        ],
    ),
    builtin(
        "Collect",
        Attributes::NONE,
        collect,
        "Collect[e, x] collects terms with the same power of x; Collect[e, {x, y}] those of several \
         expressions in turn; Collect[e, x, h] applies h to each coefficient.",
        &[
            ("Collect[a x + b x + c, x]", "c + (a + b)*x"),
            ("Collect[(1 + a + x)^2, x]", "1 + 2*a + a^2 + (2 + 2*a)*x + x^2"),
        ],
    ),
];

fn coefficient(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, form, power) = match call.args() {
        [value, form] => (value, form, 1),
        [value, form, Value::Integer(power)] => (value, form, *power),
        [_, _, _] => return Ok(Step::Same),
        args => {
            let count = args.len();
            session.wrong_count_of("Coefficient", count, 2, 3);
            return Ok(Step::Same);
        }
    };
    if form.is_number() {
        session.message_of("Coefficient", "ivar", std::slice::from_ref(form));
        return Ok(Step::Same);
    }
    let (value, form) = (value.clone(), form.clone());
    let found = threaded(session, &value, &mut |session, part| {
        coefficient_in(session, part, &form, power)
    })?;
    Ok(Step::Done(found))
}

/// Returns the coefficient of a power of a product of powers.
pub(crate) fn coefficient_in(
    session: &mut Session,
    value: &Value,
    form: &Value,
    power: i64,
) -> Evaluated {
    let Some(grouped) = session.grouped(value, std::slice::from_ref(form))? else {
        return Ok(Value::Integer(0));
    };
    let Some(exponents) = grouped.exponents_of(form) else { return Ok(Value::Integer(0)) };
    let kernels: Vec<usize> = exponents.iter().map(|(place, _)| *place).collect();
    let is_wanted = |term: &&Term| {
        let has = |(place, exponent): &(usize, i64)| term.0[*place] == exponent * power;
        exponents.iter().all(has) && (power != 0 || is_free_of(&grouped, form, term))
    };
    let sum = grouped.sum(grouped.terms.iter().filter(is_wanted), &kernels);
    session.evaluate(&sum)
}

/// Returns whether no power of a variable, symbolic ones included, is in a term.
fn is_free_of(grouped: &Grouped, form: &Value, term: &Term) -> bool {
    grouped.kernels_of(form).iter().all(|place| term.0[*place] == 0)
}

/// Returns a list of variables: itself or the only element.
pub(crate) fn variables_of(value: &Value) -> Vec<Value> {
    value.as_list().map_or_else(|| vec![value.clone()], <[Value]>::to_vec)
}

fn coefficient_list(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables, sizes) = match call.args() {
        [value, variables] => (value, variables, None),
        [value, variables, sizes] => (value, variables, Some(variables_of(sizes))),
        args => {
            let count = args.len();
            session.wrong_count_of("CoefficientList", count, 2, 3);
            return Ok(Step::Same);
        }
    };
    let variables = variables_of(variables);
    let normal = match value.args_of(sym::SeriesData) {
        Some(_) => {
            let head = session.names.symbol("System`Normal");
            session.call(&Value::Symbol(head), [value.clone()].as_slice())?
        }
        None => value.clone(),
    };
    let found = coefficients_in(session, &normal, &variables)?;
    let Some((mut counts, terms)) = found else {
        session.message_of("CoefficientList", "poly", std::slice::from_ref(value));
        return Ok(Step::Same);
    };
    if let Some(sizes) = sizes {
        for (count, size) in counts.iter_mut().zip(&sizes) {
            match (size.as_usize(), size) {
                (Some(size), _) => *count = size,
                (None, Value::Symbol(sym::Infinity)) => {}
                _ => return Ok(Step::Same),
            }
        }
    }
    if terms.is_empty() && call.args().len() == 2 {
        return Ok(Step::Done(Value::list(Args::new())));
    }
    let size = counts.iter().try_fold(1_usize, |size, count| size.checked_mul(*count));
    if size.is_none_or(|size| size > 1 << 24) {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    let mut dense = vec![Value::Integer(0); size.unwrap_or(0)];
    for (exponents, value) in terms {
        let place = counts.iter().zip(&exponents).try_fold(0, |place, (count, exponent)| {
            let exponent = *exponent as usize;
            (exponent < *count).then_some(place * count + exponent)
        });
        if let Some(place) = place {
            dense[place] = value;
        }
    }
    Ok(Step::Done(nested(&dense, &counts)))
}

fn nested(values: &[Value], counts: &[usize]) -> Value {
    match counts {
        [] | [_] => Value::list(Args::from(values)),
        [first, rest @ ..] => {
            let size = rest.iter().product::<usize>();
            let part = |place: usize| nested(&values[place * size..(place + 1) * size], rest);
            Value::list((0..*first).map(part).collect::<Args>())
        }
    }
}

/// The coefficients of a polynomial by the exponents of its variables, and how many powers of each
/// there are.
pub(crate) type Coefficients = (Vec<usize>, Vec<(Vec<i64>, Value)>);

/// Returns the coefficients of a polynomial in some variables; `None` if it is none in them.
pub(crate) fn coefficients_in(
    session: &mut Session,
    value: &Value,
    variables: &[Value],
) -> Evaluated<Option<Coefficients>> {
    let Some(grouped) = session.grouped(value, variables)? else { return Ok(None) };
    let mut kernels = Vec::with_capacity(variables.len());
    for variable in variables {
        let Some(exponents) = grouped.exponents_of(variable) else { return Ok(None) };
        let [(place, 1)] = exponents[..] else { return Ok(None) };
        kernels.push(place);
    }
    let others = (0..grouped.basis.len()).filter(|place| !kernels.contains(place));
    let others: Vec<usize> = others.collect();
    let depends = |term: &Term| {
        let is_in = |place: &&usize| {
            let kernel = &grouped.basis.kernels[**place];
            term.0[**place] != 0 && contains_any(&kernel.power(1), variables)
        };
        others.iter().any(|place| is_in(&place)) || kernels.iter().any(|place| term.0[*place] < 0)
    };
    if grouped.terms.iter().any(depends) {
        return Ok(None);
    }
    let mut counts = vec![1_usize; variables.len()];
    let mut found = Vec::new();
    for (exponents, terms) in grouped.by_exponents(&kernels) {
        for (count, exponent) in counts.iter_mut().zip(&exponents) {
            *count = (*count).max(usize::try_from(*exponent).unwrap_or(usize::MAX - 1) + 1);
        }
        let sum = session.evaluate(&grouped.sum(terms.into_iter(), &kernels))?;
        found.push((exponents, sum));
    }
    Ok(Some((counts, found)))
}

fn exponent(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, form, head) = match call.args() {
        [value, form] => (value, form, Value::Symbol(sym::Max)),
        [value, form, head] => (value, form, head.clone()),
        args => {
            let count = args.len();
            session.wrong_count_of("Exponent", count, 2, 3);
            return Ok(Step::Same);
        }
    };
    let Some(grouped) = session.grouped(value, std::slice::from_ref(form))? else {
        return Ok(Step::Same);
    };
    let mut exponents: Vec<Value> = Vec::new();
    for term in &grouped.terms {
        let exponent = session.evaluate(&exponent_of(&grouped, form, &term.0))?;
        exponents.push(exponent);
    }
    crate::order::sort(&session.names, &mut exponents);
    exponents.dedup();
    Ok(Step::Again(Value::call(head, Args::from(exponents))))
}

/// Returns the exponent of a form in a term, which may be symbolic, yet to be evaluated.
fn exponent_of(grouped: &Grouped, form: &Value, exponents: &[i64]) -> Value {
    let of_base = |place: &usize| grouped.basis.kernels[*place].base == *form;
    let kernels: Vec<usize> = (0..grouped.basis.len()).filter(of_base).collect();
    if kernels.is_empty() {
        let Some(parts) = grouped.exponents_of(form).filter(|parts| !parts.is_empty()) else {
            return Value::Integer(0);
        };
        let whole = parts.iter().map(|(place, own)| exponents[*place].div_euclid(*own)).min();
        return Value::Integer(whole.unwrap_or(0));
    }
    let part = |place: &usize| {
        let kernel = &grouped.basis.kernels[*place];
        let (exponent, root) = (Value::Integer(exponents[*place]), Value::Integer(kernel.root));
        let factor = number::divide(&exponent, &root).unwrap_or(Value::Integer(0));
        Value::call(sym::Times, [factor, kernel.rest.clone()])
    };
    Value::call(sym::Plus, kernels.iter().map(part).collect::<Args>())
}

fn collect(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, variables, function) = match call.args() {
        [value, variables] => (value, variables, None),
        [value, variables, function] => (value, variables, Some(function.clone())),
        args => {
            let count = args.len();
            session.wrong_count_of("Collect", count, 2, 3);
            return Ok(Step::Same);
        }
    };
    let (value, variables) = (value.clone(), variables_of(variables));
    let collected = threaded(session, &value, &mut |session, part| {
        collect_in(session, part, &variables, function.as_ref())
    })?;
    Ok(Step::Done(collected))
}

/// Collects terms with the same powers of the first variable, and of the others in their
/// coefficients.
pub(crate) fn collect_in(
    session: &mut Session,
    value: &Value,
    variables: &[Value],
    function: Option<&Value>,
) -> Evaluated {
    let Some(grouped) = session.grouped(value, variables)? else { return Ok(value.clone()) };
    let levels: Vec<Vec<usize>> =
        variables.iter().map(|variable| grouped.kernels_of(variable)).collect();
    let terms: Vec<&Term> = grouped.terms.iter().collect();
    let without: Vec<usize> = levels.iter().flatten().copied().collect();
    let sum = collected(session, &grouped, &terms, &levels, &without, function)?;
    session.evaluate(&sum)
}

fn collected(
    session: &mut Session,
    grouped: &Grouped,
    terms: &[&Term],
    levels: &[Vec<usize>],
    without: &[usize],
    function: Option<&Value>,
) -> Evaluated {
    let [kernels, rest @ ..] = levels else {
        let sum = session.evaluate(&grouped.sum(terms.iter().copied(), without))?;
        return match function {
            Some(function) => session.call(function, [sum].as_slice()),
            None => Ok(sum),
        };
    };
    let mut groups: Vec<Group<'_>> = Vec::new();
    for term in terms {
        let key: Vec<i64> = kernels.iter().map(|place| term.0[*place]).collect();
        match groups.iter_mut().find(|(own, _)| *own == key) {
            Some((_, group)) => group.push(term),
            None => groups.push((key, vec![term])),
        }
    }
    let mut sum = Args::with_capacity(groups.len());
    for (key, group) in groups {
        session.check_interrupt()?;
        let coefficient = collected(session, grouped, &group, rest, without, function)?;
        let powers = kernels.iter().copied().zip(key);
        let mut factors = grouped.basis.product(powers);
        factors.insert(0, coefficient);
        sum.push(session.evaluate(&Value::call(sym::Times, factors))?);
    }
    session.evaluate(&Value::call(sym::Plus, sum))
}
