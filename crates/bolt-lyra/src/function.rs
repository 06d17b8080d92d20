//! Functions without a name: `Function[x, body]`, `body &`, and heads that act on arguments.

use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// Applies a head that is no symbol.
pub(crate) fn apply_head(session: &mut Session, call: &Call) -> Evaluated<Step> {
    match call.head() {
        Value::Call(head) if head.is(sym::Function) => {
            Ok(match apply(session, head, call.args()) {
                Some(body) => Step::Again(body),
                None => Step::Same,
            })
        }
        Value::Call(head) if head.is(sym::CompiledFunction) => {
            crate::compile::apply_compiled(session, head, call)
        }
        Value::Call(head) => match head.head() {
            Value::Symbol(operator) => {
                crate::builtins::apply_operator(session, *operator, head, call)
            }
            _ => Ok(Step::Same),
        },
        Value::Association(entries) => {
            let [key] = call.args() else { return Ok(Step::Same) };
            Ok(match entries.get(key) {
                Some(entry) => Step::Again(entry.value.clone()),
                None => {
                    let reason = [Value::string("KeyAbsent"), key.clone()];
                    Step::Done(Value::call(sym::Missing, reason))
                }
            })
        }
        _ => Ok(Step::Same),
    }
}

/// Returns the body of a function with the arguments in place of its parameters; `None` if there
/// are too few arguments or the function is none.
pub(crate) fn apply(session: &mut Session, function: &Call, args: &[Value]) -> Option<Value> {
    match function.args() {
        [body] | [Value::Symbol(sym::Null), body, ..] => slots(session, body, function, args),
        [parameters, body, ..] => {
            let parameters = parameters.as_list().unwrap_or(std::slice::from_ref(parameters));
            if args.len() < parameters.len() {
                let function = Value::from(function.clone());
                let count = Value::Integer(args.len() as i64);
                session.message(sym::Function, "fpct", &[count, function]);
                return None;
            }
            let map: Vec<(Value, Value)> =
                parameters.iter().cloned().zip(args.iter().cloned()).collect();
            let body = crate::scoping::rename_where_mixed(session, body, parameters);
            Some(crate::scoping::substitute(&body, &map))
        }
        [] => None,
    }
}

/// Fills the slots of a body.
fn slots(session: &mut Session, body: &Value, function: &Call, args: &[Value]) -> Option<Value> {
    let Value::Call(call) = body else { return Some(body.clone()) };
    if let Some(slot) = call.args().first().filter(|_| call.args().len() == 1) {
        if call.is(sym::Slot) {
            return fill_slot(session, slot, function, args);
        }
        if call.is(sym::SlotSequence) {
            let from = slot.as_usize()?.max(1) - 1;
            let rest = args.get(from..).unwrap_or(&[]);
            return Some(Value::call(sym::Sequence, Args::from(rest)));
        }
    }
    // The slots of a function inside are its own.
    if call.is(sym::Function) && call.args().len() == 1 {
        return Some(body.clone());
    }
    grown(call.depth(), || {
        let head = slots(session, call.head(), function, args)?;
        let mut changed = !crate::evaluate::identical(&head, call.head());
        let mut new = Args::with_capacity(call.args().len());
        for arg in call.args() {
            let filled = slots(session, arg, function, args)?;
            changed |= !crate::evaluate::identical(&filled, arg);
            new.push(filled);
        }
        Some(if changed { Value::call(head, new) } else { body.clone() })
    })
}

fn fill_slot(
    session: &mut Session,
    slot: &Value,
    function: &Call,
    args: &[Value],
) -> Option<Value> {
    let whole = |function: &Call| Value::from(function.clone());
    match slot {
        Value::Integer(0) => Some(whole(function)),
        Value::Integer(place) => match args.get(usize::try_from(place - 1).ok()?) {
            Some(arg) => Some(arg.clone()),
            None => {
                let (slot, function) = (slot.clone(), whole(function));
                session.message(sym::Function, "slotn", &[slot, function]);
                Some(Value::call(sym::Slot, [Value::Integer(*place)].as_slice()))
            }
        },
        key => match args.first() {
            Some(Value::Association(entries)) => match entries.get(key) {
                Some(entry) => Some(entry.value.clone()),
                None => Some(Value::call(sym::Missing, [Value::string("KeyAbsent"), key.clone()])),
            },
            _ => None,
        },
    }
}

/// Returns whether a body may end by `Return`.
pub(crate) fn returns(body: &Value) -> bool {
    match body {
        Value::Symbol(sym::Return) => true,
        Value::Call(call) => {
            grown(call.depth(), || returns(call.head()) || call.args().iter().any(returns))
        }
        _ => false,
    }
}
