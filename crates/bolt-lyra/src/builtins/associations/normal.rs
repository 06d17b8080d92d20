//! Special forms as ordinary expressions.

use triomphe::Arc;

use crate::builtins::{Builtin, arithmetic, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::Session;
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "Normal",
    Attributes::NONE,
    |s, c| Ok(normal(s, c)),
    "Normal[e] is an association as a list of rules, a data set as what it holds, and has sums in \
     place of power series.",
    &[
        ("Normal[<|a -> 1, b -> 2|>]", "{a -> 1, b -> 2}"),
        ("Normal[SeriesData[x, 0, {1, 0, 1/2}, 0, 3, 1]]", "1 + x^2/2"),
    ],
)];

fn normal(session: &Session, call: &Arc<Call>) -> Step {
    let [value] = call.args() else { return Step::Same };
    match value {
        Value::Association(entries) => {
            let rules = crate::association::as_call(entries);
            Step::Again(Value::list(Args::from(rules.args())))
        }
        Value::Call(inner) => {
            let name = inner.head().as_symbol().map(|head| session.names.full(head).name.clone());
            match (name.as_deref(), inner.args()) {
                (Some("Dataset"), [data, ..]) => Step::Again(data.clone()),
                (Some("FittedModel"), _) => {
                    crate::builtins::statistics::fit::formula(inner).map_or(Step::Same, Step::Again)
                }
                (Some("ByteArray"), _) => {
                    match crate::builtins::files::bytes_as_list(session, value) {
                        Some(list) => Step::Done(list),
                        None => Step::Same,
                    }
                }
                _ => Step::Again(without_series(value)),
            }
        }
        _ => Step::Done(value.clone()),
    }
}

/// Returns an expression with sums in place of power series.
fn without_series(value: &Value) -> Value {
    let Value::Call(call) = value else { return value.clone() };
    if let Some(sum) = series_sum(call) {
        return sum;
    }
    grown(call.depth(), || {
        let args: Vec<Value> = call.args().iter().map(without_series).collect();
        match args == call.args() {
            true => value.clone(),
            false => Value::call(call.head().clone(), Args::from(args)),
        }
    })
}

/// Returns the sum of `SeriesData[x, x0, {a0, a1, ...}, first, end, denominator]`.
fn series_sum(call: &Call) -> Option<Value> {
    let [x, from, coefficients, first, _, denominator] = call.args() else { return None };
    if !call.is(sym::SeriesData) {
        return None;
    }
    let (first, denominator) = (first.as_i64()?, denominator.as_i64()?);
    let base = match from {
        Value::Integer(0) => x.clone(),
        _ => arithmetic::plus([x.clone(), arithmetic::negative(from.clone())]),
    };
    let term = |(place, coefficient): (usize, &Value)| {
        let top = Value::Integer(first + place as i64);
        let exponent = crate::number::divide(&top, &Value::Integer(denominator))?;
        let power = Value::call(sym::Power, [base.clone(), exponent]);
        Some(Value::call(sym::Times, [coefficient.clone(), power]))
    };
    let terms: Option<Args> = coefficients.as_list()?.iter().enumerate().map(term).collect();
    Some(Value::call(sym::Plus, terms?))
}
