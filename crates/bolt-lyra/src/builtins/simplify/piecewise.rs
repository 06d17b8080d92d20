//! `Piecewise` and `PiecewiseExpand`.

use triomphe::Arc;

use super::forms::{minus, of, times};
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Piecewise",
        Attributes::HOLD_ALL,
        piecewise,
        "Piecewise[{{v1, c1}, {v2, c2}, ...}, v] is the first value whose condition is True, v if \
         none is, 0 if v is not given.",
        &[
            ("Piecewise[{{1, 2 < 1}, {2, 2 > 1}}]", "2"),
            ("Piecewise[{{x, x > 0}, {5, False}}]", "Piecewise[{{x, x > 0}}, 0]"),
        ],
    ),
    builtin(
        "PiecewiseExpand",
        Attributes::NONE,
        expand,
        "PiecewiseExpand[e] writes functions that are defined by cases, such as Abs of a real, \
         Max, UnitStep and If, as one Piecewise.",
        &[
            ("PiecewiseExpand[UnitStep[x]]", "Piecewise[{{1, x >= 0}}, 0]"),
            ("PiecewiseExpand[Max[x, y]]", "Piecewise[{{x, x - y >= 0}}, y]"),
        ],
    ),
];

/// Evaluates the conditions in turn.
fn piecewise(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (cases, default) = match call.args() {
        [cases] => (cases, Value::Integer(0)),
        [cases, default] => (cases, default.clone()),
        _ => return Ok(Step::Same),
    };
    let cases = match cases.as_list() {
        Some(_) => cases.clone(),
        None => session.evaluate(cases)?,
    };
    let Some(cases) = cases.as_list() else { return Ok(Step::Same) };
    let mut kept: Vec<(Value, Value)> = Vec::new();
    let mut default = default;
    for case in cases {
        let case = if case.as_list().is_some() { case.clone() } else { session.evaluate(case)? };
        let Some([value, condition]) = case.as_list() else { return Ok(Step::Same) };
        let condition = session.evaluate(condition)?;
        match condition.as_bool() {
            Some(false) => continue,
            Some(true) => {
                default = value.clone();
                break;
            }
            None => kept.push((session.evaluate(value)?, condition)),
        }
    }
    let default = session.evaluate(&default)?;
    Ok(Step::Done(joined(kept, default)))
}

/// A piecewise value of cases; equal values that follow each other are one case, and cases of the
/// default at the end are none.
fn joined(cases: Vec<(Value, Value)>, default: Value) -> Value {
    let mut kept: Vec<(Value, Value)> = Vec::with_capacity(cases.len());
    for (value, condition) in cases {
        match kept.last_mut() {
            Some((last, own)) if *last == value => {
                *own = Value::call(sym::Or, [own.clone(), condition]);
            }
            _ => kept.push((value, condition)),
        }
    }
    while kept.last().is_some_and(|(value, _)| *value == default) {
        kept.pop();
    }
    if kept.is_empty() {
        return default;
    }
    let cases = kept.into_iter().map(|(value, condition)| Value::list([value, condition]));
    Value::call(sym::Piecewise, [Value::list(cases.collect::<Args>()), default])
}

/// `PiecewiseExpand[e]`, `PiecewiseExpand[e, assumptions]`
fn expand(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, ..] = call.args() else {
        session.wrong_count_of("PiecewiseExpand", 0, 1, 2);
        return Ok(Step::Same);
    };
    let value = written(session, value)?;
    if let [_, assumptions] = call.args() {
        return session.system("Refine", [value, assumptions.clone()]).map(Step::Done);
    }
    Ok(Step::Done(value))
}

/// The most cases that are written.
const MOST: usize = 64;

fn written(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |session, part| {
        if let Some(cases) = as_cases(session, part)? {
            return Ok(Some(cases));
        }
        outside(session, part)
    })
}

/// A function that is defined by cases, as cases.
fn as_cases(session: &mut Session, part: &Value) -> Evaluated<Option<Value>> {
    let Some(call) = part.as_call() else { return Ok(None) };
    let Some(head) = call.head().as_symbol() else { return Ok(None) };
    let name = session.names.full(head).name.clone();
    let zero = Value::Integer(0);
    let one = Value::Integer(1);
    let compare = |relation, a: &Value, b: &Value| Value::call(relation, [a.clone(), b.clone()]);
    let cases = |cases: &[(Value, Value)], default: Value| Some(joined(cases.to_vec(), default));
    Ok(match (&*name, call.args()) {
        ("UnitStep", [x]) => cases(&[(one, compare(sym::GreaterEqual, x, &zero))], zero),
        ("UnitBox", [x]) => {
            let half = super::forms::half();
            let inside = Value::call(sym::LessEqual, [of(sym::Abs, x.clone()), half]);
            cases(&[(one, inside)], zero)
        }
        ("HeavisideTheta", [x]) => cases(&[(one, compare(sym::Greater, x, &zero))], zero),
        ("Ramp", [x]) => cases(&[(x.clone(), compare(sym::GreaterEqual, x, &zero))], zero),
        ("Boole", [c]) => cases(&[(one, c.clone())], zero),
        ("KroneckerDelta", [a, b]) => cases(&[(one, compare(sym::Equal, a, b))], zero),
        ("KroneckerDelta" | "DiscreteDelta", [a]) => {
            cases(&[(one, compare(sym::Equal, a, &zero))], zero)
        }
        ("If", [c, a, b]) => cases(&[(a.clone(), c.clone())], b.clone()),
        ("Abs", [x]) => {
            let below = (times([Value::Integer(-1), x.clone()]), compare(sym::Less, x, &zero));
            cases(&[below], x.clone())
        }
        ("Sign", [x]) => {
            let below = (Value::Integer(-1), compare(sym::Less, x, &zero));
            cases(&[below, (one, compare(sym::Greater, x, &zero))], zero)
        }
        ("Max" | "Min", [first, rest @ ..]) if !rest.is_empty() => {
            let relation = if &*name == "Max" { sym::GreaterEqual } else { sym::LessEqual };
            let mut best = first.clone();
            for other in rest {
                let difference = session.evaluate(&minus(best.clone(), other.clone()))?;
                let choice = joined(
                    vec![(best.clone(), compare(relation, &difference, &zero))],
                    other.clone(),
                );
                best = choice;
            }
            if rest.len() > 1 { None } else { Some(best) }
        }
        ("Clip", [x]) => cases(
            &[
                (Value::Integer(-1), compare(sym::Less, x, &Value::Integer(-1))),
                (one.clone(), compare(sym::Greater, x, &one)),
            ],
            x.clone(),
        ),
        ("Clip", [x, bounds]) => match bounds.as_list() {
            Some([low, high]) => cases(
                &[
                    (low.clone(), compare(sym::Less, x, low)),
                    (high.clone(), compare(sym::Greater, x, high)),
                ],
                x.clone(),
            ),
            _ => None,
        },
        _ => None,
    })
}

/// The cases and the default of a piecewise value.
pub(super) fn cases_of(value: &Value) -> Option<(Vec<(Value, Value)>, Value)> {
    let [cases, default] = value.exactly(sym::Piecewise)?;
    let cases = cases.as_list()?.iter().map(|case| match case.as_list() {
        Some([value, condition]) => Some((value.clone(), condition.clone())),
        _ => None,
    });
    Some((cases.collect::<Option<_>>()?, default.clone()))
}

/// Takes the cases of the arguments of a function outside; also those of a value that is a case.
fn outside(session: &mut Session, part: &Value) -> Evaluated<Option<Value>> {
    let Some(call) = part.as_call() else { return Ok(None) };
    if call.is(sym::Piecewise) {
        return nested(session, part);
    }
    let is_numeric = session.attributes_of(call.head()).has(Attributes::NUMERIC_FUNCTION);
    let Some(place) = call.args().iter().position(|arg| cases_of(arg).is_some()) else {
        return Ok(None);
    };
    let Some((cases, default)) = cases_of(&call.args()[place]).filter(|_| is_numeric) else {
        return Ok(None);
    };
    let with = |value: Value| {
        let mut args = Args::from(call.args());
        args[place] = value;
        Value::call(call.head().clone(), args)
    };
    let mut new = Vec::new();
    for (value, condition) in cases {
        let value = session.evaluate(&with(value))?;
        new.push((written(session, &value)?, condition));
    }
    let default = session.evaluate(&with(default))?;
    let default = written(session, &default)?;
    let whole = joined(new, default);
    Ok(Some(nested(session, &whole)?.unwrap_or(whole)))
}

/// Makes one list of cases of cases within cases.
fn nested(session: &mut Session, part: &Value) -> Evaluated<Option<Value>> {
    let Some((cases, default)) = cases_of(part) else { return Ok(None) };
    if cases.iter().all(|(value, _)| cases_of(value).is_none()) && cases_of(&default).is_none() {
        return Ok(None);
    }
    let and = |a: &Value, b: &Value| Value::call(sym::And, [a.clone(), b.clone()]);
    let mut flat = Vec::new();
    for (value, condition) in cases {
        match cases_of(&value) {
            None => flat.push((value, condition)),
            Some((inner, otherwise)) => {
                for (value, own) in inner {
                    flat.push((value, session.evaluate(&and(&condition, &own))?));
                }
                flat.push((otherwise, condition));
            }
        }
    }
    let default = match cases_of(&default) {
        None => default,
        Some((inner, otherwise)) => {
            flat.extend(inner);
            otherwise
        }
    };
    flat.retain(|(_, condition)| !condition.is(sym::False));
    Ok((flat.len() <= MOST).then(|| joined(flat, default)))
}
