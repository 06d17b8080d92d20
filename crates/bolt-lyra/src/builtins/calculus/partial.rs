//! `D` and `Dt`.

use triomphe::Arc;

use super::derivative::{Differ, Mode};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

/// Derivatives of an order above this are not taken one by one.
const MOST: i64 = 10_000;

/// Reads the value of an option that stands among the last arguments, and the other arguments.
fn with_option(call: &Call, symbol: Symbol) -> (Vec<Value>, Vec<Value>) {
    let mut args = call.args().to_vec();
    let mut list = Vec::new();
    while let Some((key, value, _)) = args.last().and_then(crate::rule::sides)
        && key.is(symbol)
    {
        list = value.as_list().map_or_else(|| vec![value.clone()], <[Value]>::to_vec);
        args.pop();
    }
    (args, list)
}

/// `D[f, x, {y, n}, {{x, y}}, ...]`
pub(super) fn partial(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, depending) = with_option(call, sym::NonConstants);
    let Some((of, specs)) = args.split_first() else {
        session.wrong_count(sym::D, 0, 1, usize::MAX);
        return Ok(Step::Same);
    };
    let is_own = matches!((of, specs), (of, [_]) if depending.contains(of));
    if is_own {
        return Ok(Step::Same);
    }
    let mut result = of.clone();
    for (done, spec) in specs.iter().enumerate() {
        match by(session, &result, spec, &depending)? {
            Ok(next) => result = next,
            Err(()) if done == 0 => return Ok(Step::Same),
            Err(()) => {
                let rest: Args =
                    std::iter::once(result).chain(specs[done..].iter().cloned()).collect();
                return Ok(Step::Done(Value::call(sym::D, rest)));
            }
        }
    }
    // What is not known to the table stays as a call of D.
    match result.as_call() {
        Some(same) if same.is(sym::D) => Ok(Step::Done(result)),
        _ => Ok(Step::Again(result)),
    }
}

/// Differentiates as one specification says.
fn by(
    session: &mut Session,
    of: &Value,
    spec: &Value,
    depending: &[Value],
) -> Evaluated<Result<Value, ()>> {
    match spec.as_list() {
        None => repeated(session, of, spec, 1, depending),
        Some([variables]) => match variables.as_list() {
            Some(variables) => gradient(session, of, variables, depending).map(Ok),
            None => Ok(Err(())),
        },
        Some([variables, order]) => match (variables.as_list(), order) {
            (Some(variables), Value::Integer(order @ 0..=10)) => {
                let mut result = of.clone();
                for _ in 0..*order {
                    result = gradient(session, &result, variables, depending)?;
                }
                Ok(Ok(result))
            }
            (None, Value::Integer(order @ 0..=MOST)) => {
                repeated(session, of, variables, *order, depending)
            }
            (None, order) if order.is_number() => {
                session.message(sym::D, "dvar", std::slice::from_ref(spec));
                Ok(Err(()))
            }
            (None, order) => super::symbolic_order::derivative(session, of, variables, order)
                .map(|found| found.ok_or(())),
            _ => Ok(Err(())),
        },
        Some(_) => Ok(Err(())),
    }
}

fn gradient(
    session: &mut Session,
    of: &Value,
    variables: &[Value],
    depending: &[Value],
) -> Evaluated {
    if let Some(elements) = of.as_list() {
        let rows: Args = elements
            .iter()
            .map(|element| gradient(session, element, variables, depending))
            .collect::<Evaluated<_>>()?;
        return Ok(Value::list(rows));
    }
    let mut parts = Args::new();
    for variable in variables {
        match by(session, of, variable, depending)? {
            Ok(part) => parts.push(part),
            Err(()) => parts.push(Value::call(sym::D, [of.clone(), variable.clone()])),
        }
    }
    Ok(Value::list(parts))
}

fn repeated(
    session: &mut Session,
    of: &Value,
    variable: &Value,
    order: i64,
    depending: &[Value],
) -> Evaluated<Result<Value, ()>> {
    let is_variable = match variable {
        Value::Call(call) => ![sym::Plus, sym::Times, sym::List, sym::Power]
            .iter()
            .any(|&head| call.is(head) && !is_indexed(call)),
        Value::Symbol(_) | Value::Temporary(_) => true,
        _ => false,
    };
    if !is_variable {
        // An expression that does not occur may be anything; what is no variable is told.
        session.message(sym::General, "ivar", std::slice::from_ref(variable));
        return Ok(Err(()));
    }
    let mut result = of.clone();
    let mode = Mode::Partial { variable: variable.clone(), depending: depending.to_vec() };
    let mut differ = Differ::new(session, mode);
    for _ in 0..order {
        result = differ.of(&result)?;
        if result.is_number() {
            break;
        }
    }
    Ok(Ok(result))
}

fn is_indexed(call: &Call) -> bool {
    call.head().as_call().is_some()
}

/// `Dt[f]`, `Dt[f, x]`, `Dt[f, {x, n}, y, ...]`
pub(super) fn total(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, constants) = with_option(call, sym::Constants);
    let Some((of, specs)) = args.split_first() else {
        session.wrong_count(sym::Dt, 0, 1, usize::MAX);
        return Ok(Step::Same);
    };
    let is_atom = matches!(of, Value::Symbol(_) | Value::Temporary(_));
    let mut result = of.clone();
    let mut orders: Vec<(Option<Value>, i64)> = Vec::new();
    for spec in specs {
        match spec.as_list() {
            Some([variable, Value::Integer(order @ 0..=MOST)]) => {
                orders.push((Some(variable.clone()), *order));
            }
            None => orders.push((Some(spec.clone()), 1)),
            Some(_) => return Ok(Step::Same),
        }
    }
    if orders.is_empty() {
        orders.push((None, 1));
    }
    for (variable, order) in orders {
        let mode = Mode::Total { variable, constants: constants.clone() };
        let mut differ = Differ::new(session, mode);
        for _ in 0..order {
            result = differ.of(&result)?;
        }
    }
    match &result {
        Value::Call(same) if is_atom && same.is(sym::Dt) => Ok(Step::Done(result)),
        _ => Ok(Step::Again(result)),
    }
}
