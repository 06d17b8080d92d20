//! `Integrate`

use triomphe::Arc;

use super::definite::{Options, definite};
use super::integrate::antiderivative;
use super::terms::is_free;
use crate::builtins::simplify::assume::{assumptions_of, under};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) fn integrate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (given, args): (Args, Args) =
        call.args().iter().cloned().partition(|arg| crate::rule::sides(arg).is_some());
    let Some((f, ranges)) = args.split_first() else {
        session.wrong_count(sym::Integrate, 0, 2, usize::MAX);
        return Ok(Step::Same);
    };
    let Some((range, rest)) = ranges.split_last() else { return Ok(Step::Same) };
    let (assumptions, others) = assumptions_of(session, &given)?;
    let is = |name: &str, what: bool| {
        others.iter().any(|(key, value)| key == name && value.as_bool() == Some(what))
    };
    let options = Options {
        is_principal: is("PrincipalValue", true),
        without_conditions: is("GenerateConditions", false),
        given: given.clone(),
    };
    let run = |session: &mut Session| match range.as_list() {
        Some([x, low, high]) => definite(session, f, [x, low, high], &options),
        Some(_) => Ok(None),
        None => indefinite(session, f, range),
    };
    let inner = match given.is_empty() {
        true => run(session)?,
        false => under(session, &assumptions, run)?,
    };
    Ok(match inner {
        Some(value) if rest.is_empty() => Step::Again(value),
        Some(value) => {
            let args: Args =
                std::iter::once(value).chain(rest.iter().cloned()).chain(given).collect();
            Step::Again(Value::call(sym::Integrate, args))
        }
        None => Step::Same,
    })
}

/// Returns the integral of an expression, of a sum as far as its terms have one.
pub(super) fn indefinite(session: &mut Session, f: &Value, x: &Value) -> Evaluated<Option<Value>> {
    let is_variable = match x {
        Value::Symbol(_) | Value::Temporary(_) => true,
        Value::Call(call) => {
            ![sym::Plus, sym::Times, sym::Power, sym::List].iter().any(|&head| call.is(head))
        }
        _ => false,
    };
    if !is_variable {
        session.message(sym::Integrate, "ilim", std::slice::from_ref(x));
        return Ok(None);
    }
    if let Some(elements) = f.as_list() {
        let parts = elements
            .iter()
            .map(|element| Value::call(sym::Integrate, [element.clone(), x.clone()]));
        return Ok(Some(Value::list(parts.collect::<Args>())));
    }
    if let Some([left, right]) = f.exactly::<2>(sym::Equal) {
        let integral = |of: &Value| Value::call(sym::Integrate, [of.clone(), x.clone()]);
        return Ok(Some(Value::call(sym::Equal, [integral(left), integral(right)])));
    }
    if let Some(found) = antiderivative(session, f, x)? {
        return Ok(Some(found));
    }
    if let Some(terms) = f.args_of(sym::Plus) {
        return partly(session, terms, x);
    }
    // Constants are taken out even if the rest has no integral.
    let (constant, rest): (Args, Args) =
        super::terms::factors(f).iter().cloned().partition(|factor| is_free(factor, x));
    if constant.is_empty() || rest.is_empty() {
        return Ok(None);
    }
    let rest = session.product_of(rest)?;
    let integral = Value::call(sym::Integrate, [rest, x.clone()]);
    let product: Args = constant.into_iter().chain([integral]).collect();
    Ok(Some(crate::builtins::arithmetic::times(product)))
}

fn partly(session: &mut Session, terms: &[Value], x: &Value) -> Evaluated<Option<Value>> {
    let (mut done, mut left) = (Args::new(), Args::new());
    for term in terms {
        match antiderivative(session, term, x)? {
            Some(value) => done.push(value),
            None => left.push(term.clone()),
        }
    }
    if done.is_empty() {
        return Ok(None);
    }
    let left = session.sum_of(left)?;
    done.push(Value::call(sym::Integrate, [left, x.clone()]));
    Ok(Some(crate::builtins::arithmetic::plus(done)))
}
