//! Definite integrals: from antiderivatives whose limits at the bounds exist, with care for what
//! lies between them. What is found is compared with numerical integration before it is returned.

mod convergence;
mod jumps;
mod known;
mod verify;

use super::formula::lyra;
use super::integrate::antiderivative;
use super::terms::is_free;
use crate::builtins::simplify::assume::{current, under};
use crate::builtins::simplify::facts::{Facts, all_of};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// What the options ask for.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    /// The value that is symmetric about simple poles.
    pub(super) is_principal: bool,
    /// Whether conditions on symbols are left out.
    pub(super) without_conditions: bool,
    /// The options as they were given.
    pub(super) given: Args,
}

/// An integrand with its variable and bounds.
#[derive(Debug, Clone, Copy)]
struct Range<'a> {
    f: &'a Value,
    x: &'a Value,
    low: &'a Value,
    high: &'a Value,
}

pub(super) fn definite(
    session: &mut Session,
    f: &Value,
    [x, low, high]: [&Value; 3],
    options: &Options,
) -> Evaluated<Option<Value>> {
    if let Some(elements) = f.as_list() {
        let range = Value::list(Args::from(vec![x.clone(), low.clone(), high.clone()]));
        let each = |element: &Value| {
            let args = [element.clone(), range.clone()].into_iter().chain(options.given.clone());
            Value::call(sym::Integrate, args.collect::<Args>())
        };
        return Ok(Some(Value::list(elements.iter().map(each).collect::<Args>())));
    }
    if low == high {
        return Ok(Some(Value::Integer(0)));
    }
    let dummy = Value::Symbol(session.names.symbol("Lyra`Integral`x"));
    let inner = session.put(f, x, &dummy)?;
    let range = Range { f: &inner, x: &dummy, low, high };
    if let Some(value) = super::pieces::integral(session, range.f, range.x, low, high)? {
        return Ok(Some(value));
    }
    if options.is_principal {
        return jumps::principal_value(session, range);
    }
    if let Some(value) = conditional(session, range, options)? {
        return Ok(Some(value));
    }
    let Some(value) = of_range(session, range)? else {
        if jumps::diverges(session, range)? {
            let parts = [f, low, high].map(Value::clone);
            session.message(sym::Integrate, "idiv", &parts);
        }
        return Ok(None);
    };
    let assumed = current(session);
    match assumed.is(sym::True) {
        true => Ok(Some(value)),
        false => session.system("Simplify", [value].as_slice()).map(Some),
    }
}

/// The integral of what converges under conditions on symbols that are not assumed: found for
/// positive values of the symbols, and continued by the identity theorem.
fn conditional(
    session: &mut Session,
    range: Range<'_>,
    options: &Options,
) -> Evaluated<Option<Value>> {
    let Some(conditions) = convergence::conditions(session, range)? else { return Ok(None) };
    let assumed = current(session);
    let mut open = Args::new();
    for condition in conditions.needed {
        let known = match assumed.is(sym::True) {
            true => condition.clone(),
            // What is compared is real.
            false => session.system("Simplify", [condition.clone()].as_slice())?,
        };
        match known.as_bool() {
            Some(true) => {}
            Some(false) => return Ok(None),
            None => open.push(condition),
        }
    }
    let positive = conditions
        .symbols
        .iter()
        .map(|symbol| Value::call(sym::Greater, [symbol.clone(), Value::Integer(0)]));
    let all: Args = positive.chain([assumed.clone()]).collect();
    let all = session.evaluate(&all_of(all))?;
    let found = under(session, &all, |session| of_range(session, range))?;
    let Some(value) = found else { return Ok(None) };
    if open.is_empty() || options.without_conditions {
        return Ok(Some(value));
    }
    let condition = session.evaluate(&all_of(open))?;
    Ok(Some(Value::call(sym::ConditionalExpression, [value, condition])))
}

/// The integral under the current assumptions, checked by numbers.
fn of_range(session: &mut Session, range: Range<'_>) -> Evaluated<Option<Value>> {
    if let Some(value) = known::over_all_numbers(session, range)? {
        return Ok(Some(value));
    }
    if let Some(value) = known::over_positive(session, range)?
        && verify::agrees(session, range, &value, None)?
    {
        return Ok(Some(value));
    }
    let Some(whole) = antiderivative(session, range.f, range.x)? else { return Ok(None) };
    for is_expanded in [false, true] {
        let whole = match is_expanded {
            true if current(session).is(sym::True) => break,
            // Symbols are positive: (a x)^s is a^s x^s.
            true => session.system("PowerExpand", [whole.clone()].as_slice())?,
            false => whole.clone(),
        };
        if let Some(value) = difference(session, &whole, range)?
            && verify::agrees(session, range, &value, Some(&whole))?
        {
            return Ok(Some(value));
        }
    }
    // A jump of the antiderivative between the bounds.
    let Some(value) = jumps::by_parts_of_range(session, &whole, range)? else { return Ok(None) };
    Ok(verify::agrees(session, range, &value, None)?.then_some(value))
}

/// The difference of the limits of an antiderivative at the bounds.
fn difference(session: &mut Session, whole: &Value, range: Range<'_>) -> Evaluated<Option<Value>> {
    let (Some(at_high), Some(at_low)) = (
        end(session, whole, range.x, range.high, true)?,
        end(session, whole, range.x, range.low, false)?,
    ) else {
        return Ok(None);
    };
    let value = session.difference_of(&at_high, &at_low)?;
    let value = refined(session, value)?;
    Ok(is_finite(&value).then_some(value))
}

fn refined(session: &mut Session, value: Value) -> Evaluated {
    let assumed = current(session);
    if assumed.is(sym::True) {
        return Ok(value);
    }
    let value = session.system("Refine", [value].as_slice())?;
    let facts = Facts::read(session, &assumed)?;
    special_values(session, &facts, &value)
}

/// Gamma[s, 0], and the hypergeometric function at 1 by Gauss' theorem, where they are finite.
fn special_values(session: &mut Session, facts: &Facts, of: &Value) -> Evaluated {
    let Some(call) = of.as_call() else { return Ok(of.clone()) };
    let mut args = Args::new();
    for arg in call.args() {
        args.push(special_values(session, facts, arg)?);
    }
    let is_positive = |session: &mut Session, value: &Value| -> Evaluated<bool> {
        Ok(facts.sign(session, value)?.is_positive())
    };
    match (call.head().as_symbol(), &args[..]) {
        (Some(sym::Gamma), [s, Value::Integer(0)]) if is_positive(session, s)? => {
            lyra!(session, "Gamma[s]", s)
        }
        (Some(head), [a, b, c, Value::Integer(1)])
            if &*session.names.full(head).name == "Hypergeometric2F1" =>
        {
            let rest = lyra!(session, "c - a - b", a, b, c)?;
            match is_positive(session, &rest)? {
                true => lyra!(
                    session,
                    "Gamma[c]*Gamma[rest]/(Gamma[c - a]*Gamma[c - b])",
                    a,
                    b,
                    c,
                    rest
                ),
                false => Ok(of.clone()),
            }
        }
        _ if args[..] == *call.args() => Ok(of.clone()),
        _ => session.evaluate(&Value::call(call.head().clone(), args)),
    }
}

fn is_finite(value: &Value) -> bool {
    match value {
        Value::Symbol(sym::Indeterminate | sym::ComplexInfinity | sym::Infinity) => false,
        Value::Call(call) => {
            // A power of 0 has a value only if its exponent is known.
            let is_open = call.is(sym::Power) && call.args().first() == Some(&Value::Integer(0));
            !is_open
                && !call.is(sym::DirectedInfinity)
                && !call.is(sym::Limit)
                && call.args().iter().all(is_finite)
        }
        _ => true,
    }
}

/// The value of an antiderivative at a bound, or its limit from inside.
fn end(
    session: &mut Session,
    of: &Value,
    x: &Value,
    at: &Value,
    from_below: bool,
) -> Evaluated<Option<Value>> {
    let is_infinite = !is_finite(at);
    if !is_infinite {
        session.quiet += 1;
        let value = session.put(of, x, at);
        session.quiet -= 1;
        let value = refined(session, value?)?;
        if is_finite(&value) {
            return Ok(Some(value));
        }
    }
    let direction = Value::rule(sym::Direction, Value::Integer(if from_below { 1 } else { -1 }));
    let rule = Value::rule(x.clone(), at.clone());
    let mut args = Args::from([of.clone(), rule].as_slice());
    if !is_infinite {
        args.push(direction);
    }
    let limit = session.evaluate(&Value::call(sym::Limit, args))?;
    Ok((is_finite(&limit) && is_free(&limit, x)).then_some(limit))
}

#[cfg(test)]
mod tests;
