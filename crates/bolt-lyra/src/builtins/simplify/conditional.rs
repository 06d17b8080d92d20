//! `ConditionalExpression`: values that hold under a condition.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "ConditionalExpression",
    Attributes::NONE,
    |_, c| Ok(conditional(c)),
    "ConditionalExpression[e, c] is e where c is True and Undefined where it is False.",
    &[
        ("ConditionalExpression[x^2, True]", "x^2"),
        ("2 ConditionalExpression[x, x > 0] + 1", "ConditionalExpression[1 + 2*x, x > 0]"),
    ],
)];

fn conditional(call: &Call) -> Step {
    let [value, condition] = call.args() else { return Step::Same };
    match condition.as_bool() {
        Some(true) => return Step::Done(value.clone()),
        Some(false) => return Step::Done(Value::Symbol(sym::Undefined)),
        None => {}
    }
    match value.exactly(sym::ConditionalExpression) {
        Some([inner, own]) => {
            let both = Value::call(sym::And, [own.clone(), condition.clone()]);
            Step::Again(Value::call(sym::ConditionalExpression, [inner.clone(), both]))
        }
        None => Step::Same,
    }
}

/// Takes the conditions of arguments of a numeric function, or of sides of an equation, outside.
pub(super) fn outside(session: &mut Session, call: &Call) -> Evaluated<Value> {
    let mut conditions = Args::new();
    let mut args = Args::with_capacity(call.args().len());
    for arg in call.args() {
        match arg.exactly(sym::ConditionalExpression) {
            Some([value, condition]) => {
                args.push(value.clone());
                if !conditions.contains(condition) {
                    conditions.push(condition.clone());
                }
            }
            None => args.push(arg.clone()),
        }
    }
    let condition = match conditions.len() {
        1 => conditions.remove(0),
        _ => Value::call(sym::And, conditions),
    };
    let value = Value::call(call.head().clone(), args);
    session.evaluate(&Value::call(sym::ConditionalExpression, [value, condition]))
}

/// Combines arguments that are no numbers but stand for some: intervals and conditional values.
/// Returns `None` if there is no such argument or nothing is known of the function.
pub(crate) fn combined(session: &mut Session, call: &Arc<Call>) -> Evaluated<Option<Step>> {
    let mut has_interval = false;
    let mut has_condition = false;
    let mut has_unit = false;
    for arg in call.args() {
        if let Value::Call(inner) = arg {
            has_interval |= inner.is(sym::Interval);
            has_unit |= inner.head().as_symbol().is_some_and(crate::builtins::is_unit);
            has_condition |= inner.is(sym::ConditionalExpression) && inner.args().len() == 2;
        } else if arg.is(sym::Undefined) {
            return Ok(Some(Step::Done(Value::Symbol(sym::Undefined))));
        }
    }
    if has_unit && let Some(step) = crate::builtins::combined_units(session, call)? {
        return Ok(Some(step));
    }
    if has_condition {
        return outside(session, call).map(|value| Some(Step::Done(value)));
    }
    if has_interval {
        return super::interval::applied(session, call);
    }
    Ok(None)
}
