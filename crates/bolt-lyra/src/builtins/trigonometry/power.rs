//! `PowerExpand`: powers and logarithms of products, as for positive bases.

use triomphe::Arc;

use super::super::forms::{contains, of, plus, times, to_the};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// `PowerExpand[e]`, `PowerExpand[e, {x, ...}]`
pub(super) fn power_expand(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (value, only) = match call.args() {
        [value] => (value, None),
        [_, option] if crate::rule::sides(option).is_some() => return Ok(Step::Same),
        [value, only] => {
            (value, Some(only.as_list().unwrap_or(std::slice::from_ref(only)).to_vec()))
        }
        args => {
            session.wrong_count_of("PowerExpand", args.len(), 1, 2);
            return Ok(Step::Same);
        }
    };
    expand(session, value, only.as_deref()).map(Step::Done)
}

/// Writes powers and logarithms apart, of bases with the given variables only, if there are any.
pub(crate) fn expand(session: &mut Session, value: &Value, only: Option<&[Value]>) -> Evaluated {
    let apart = apart(session, value, only);
    session.evaluate(&apart)
}

/// The same, from the outside in, yet to be evaluated.
fn apart(session: &Session, value: &Value, only: Option<&[Value]>) -> Value {
    let is_meant =
        |base: &Value| only.is_none_or(|only| only.iter().any(|variable| contains(base, variable)));
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || match (call.head().as_symbol(), call.args()) {
        (Some(sym::Power), [base, exponent]) if is_meant(base) => {
            let exponent = apart(session, exponent, only);
            power(session, base, &exponent, only)
        }
        (Some(sym::Log), [x]) if is_meant(x) => logarithm(session, x, only),
        (_, args) => {
            let args: Args = args.iter().map(|arg| apart(session, arg, only)).collect();
            Value::call(call.head().clone(), args)
        }
    })
}

fn power(session: &Session, base: &Value, exponent: &Value, only: Option<&[Value]>) -> Value {
    if let Some([inner, own]) = base.exactly(sym::Power) {
        let exponent = times([apart(session, own, only), exponent.clone()]);
        return power(session, inner, &exponent, only);
    }
    let Some(all) = base.args_of(sym::Times) else {
        return to_the(apart(session, base, only), exponent.clone());
    };
    let mut raised = Args::new();
    for factor in all {
        let splits = number::is_negative(factor) && !matches!(factor, Value::Integer(-1));
        let positive = if splits { number::negate(factor) } else { factor.clone() };
        if splits {
            raised.push(to_the(Value::Integer(-1), exponent.clone()));
        }
        raised.push(power(session, &positive, exponent, only));
    }
    times(raised)
}

fn logarithm(session: &Session, x: &Value, only: Option<&[Value]>) -> Value {
    if let Some([base, exponent]) = x.exactly(sym::Power) {
        return times([apart(session, exponent, only), logarithm(session, base, only)]);
    }
    match x.args_of(sym::Times) {
        Some([first, rest @ ..]) if !session.is_numeric(x) => {
            let mut logs: Args = rest.iter().map(|x| logarithm(session, x, only)).collect();
            match first {
                // Log[-x] is I Pi + Log[x].
                Value::Integer(-1) => logs.push(times([Value::i(), Value::Symbol(sym::Pi)])),
                _ => logs.push(logarithm(session, first, only)),
            }
            plus(logs)
        }
        _ => of(sym::Log, apart(session, x, only)),
    }
}
