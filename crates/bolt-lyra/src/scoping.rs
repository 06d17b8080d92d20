//! Variables that an expression binds: `Module`, `With`, `Function` and the like.

use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

/// Returns the expression with other symbols in place of some.
pub(crate) fn substitute(value: &Value, map: &[(Value, Value)]) -> Value {
    match value {
        Value::Symbol(_) | Value::Temporary(_) => map
            .iter()
            .find(|(name, _)| name == value)
            .map_or_else(|| value.clone(), |(_, new)| new.clone()),
        Value::Call(call) => grown(call.depth(), || {
            let head = substitute(call.head(), map);
            let args: Args = call.args().iter().map(|arg| substitute(arg, map)).collect();
            match head == *call.head() && args.as_slice() == call.args() {
                true => value.clone(),
                false => Value::call(head, args),
            }
        }),
        Value::Association(entries) => {
            let call = Value::from(crate::association::as_call(entries));
            let new = substitute(&call, map);
            if new == call { value.clone() } else { new }
        }
        _ => value.clone(),
    }
}

/// Returns whether a symbol occurs in an expression.
pub(crate) fn mentions(value: &Value, names: &[Value]) -> bool {
    match value {
        Value::Symbol(_) | Value::Temporary(_) => names.contains(value),
        Value::Call(call) => grown(call.depth(), || {
            mentions(call.head(), names) || call.args().iter().any(|arg| mentions(arg, names))
        }),
        Value::Association(entries) => {
            entries.iter().any(|(key, entry)| mentions(key, names) || mentions(&entry.value, names))
        }
        _ => false,
    }
}

/// Returns the variables that a call binds in its last argument.
fn bound(call: &Call) -> Option<Vec<Value>> {
    let is_scope = [sym::Module, sym::With, sym::Function].iter().any(|&head| call.is(head));
    let [variables, _, ..] = call.args() else { return None };
    if !is_scope {
        return None;
    }
    let of = |variable: &Value| match variable.as_call() {
        Some(set) if set.is(sym::Set) || set.is(sym::SetDelayed) => set.args().first().cloned(),
        _ => Some(variable.clone()),
    };
    let all = variables.as_list().unwrap_or(std::slice::from_ref(variables));
    Some(all.iter().filter_map(of).filter(|variable| variable.as_symbol().is_some()).collect())
}

/// Renames the variables of scopes in which one of the names occurs, so that what the name is
/// replaced by keeps its meaning: `x` becomes `x$`.
pub(crate) fn rename_where_mixed(session: &mut Session, value: &Value, names: &[Value]) -> Value {
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || {
        let inner: Args =
            call.args().iter().map(|arg| rename_where_mixed(session, arg, names)).collect();
        let unchanged = inner.as_slice() == call.args();
        let renamed = match bound(call) {
            Some(variables) if mentions_in_body(call, names) => variables
                .iter()
                .map(|variable| (variable.clone(), dollar(session, variable)))
                .collect(),
            _ => Vec::new(),
        };
        match (unchanged, renamed.is_empty()) {
            (true, true) => value.clone(),
            (false, true) => Value::call(call.head().clone(), inner),
            _ => {
                let inner: Args = inner
                    .iter()
                    .enumerate()
                    .map(|(place, arg)| match (place, arg.as_list()) {
                        (0, Some(list)) => Value::list(
                            list.iter().map(|v| declared(v, &renamed)).collect::<Args>(),
                        ),
                        _ => substitute(arg, &renamed),
                    })
                    .collect();
                Value::call(call.head().clone(), inner)
            }
        }
    })
}

/// Renames a variable where it is declared; what it is set to stands outside of its scope.
fn declared(variable: &Value, renamed: &[(Value, Value)]) -> Value {
    match variable {
        Value::Call(set) if set.args().len() == 2 => {
            let name = substitute(&set.args()[0], renamed);
            Value::call(set.head().clone(), [name, set.args()[1].clone()])
        }
        _ => substitute(variable, renamed),
    }
}

fn mentions_in_body(call: &Call, names: &[Value]) -> bool {
    call.args().iter().any(|arg| mentions(arg, names))
}

/// Returns the symbol named like another with a `$` at the end.
fn dollar(session: &mut Session, variable: &Value) -> Value {
    let Some(symbol) = variable.as_symbol() else { return variable.clone() };
    let name = session.names.full(symbol);
    let written = format!("{}{}$", name.context, name.name);
    Value::Symbol(session.names.symbol(&written))
}

/// Returns whether it is a scope whose body is `value /; test`, maybe after other statements.
pub(crate) fn ends_in_condition(value: &Value) -> bool {
    let Some(call) = value.as_call() else { return false };
    let is_scope = [sym::Module, sym::With, sym::Block].iter().any(|&head| call.is(head));
    is_scope && call.args().len() == 2 && body_ends_in_condition(&call.args()[1])
}

fn body_ends_in_condition(body: &Value) -> bool {
    if let Some([.., last]) = body.args_of(sym::CompoundExpression) {
        return body_ends_in_condition(last);
    }
    body.exactly::<2>(sym::Condition).is_some() || ends_in_condition(body)
}

/// Evaluates a scope, or the body of one, that ends in a condition; returns what it stands for, `None` if the condition
/// is not met.
pub(crate) fn evaluate_conditional(
    session: &mut Session,
    scope: &Value,
) -> Evaluated<Option<Value>> {
    if let Some([value, test]) = scope.exactly(sym::Condition) {
        session.hidden_dependence = true;
        let holds = session.evaluate(test)?.is(sym::True);
        return Ok(holds.then(|| value.clone()));
    }
    if let Some([before @ .., last]) = scope.args_of(sym::CompoundExpression)
        && body_ends_in_condition(last)
    {
        for statement in before {
            session.evaluate(statement)?;
        }
        return evaluate_conditional(session, last);
    }
    let Some(call) = scope.as_call().filter(|_| ends_in_condition(scope)) else {
        return Ok(Some(scope.clone()));
    };
    let [variables, body] = call.args() else { return Ok(Some(scope.clone())) };
    if call.is(sym::Block) {
        return in_block(session, variables, |session| {
            // What it stands for is only valid while the variables have their values.
            match evaluate_conditional(session, body)? {
                Some(value) => session.evaluate(&value).map(Some),
                None => Ok(None),
            }
        });
    }
    let body = match call.is(sym::With) {
        true => with_values(session, variables, body)?,
        false => with_locals(session, variables, body)?,
    };
    evaluate_conditional(session, &body)
}

/// A variable of a scope with its value, if it is given one, and whether that is left unevaluated.
pub(crate) struct Variable<'v> {
    pub(crate) name: &'v Value,
    pub(crate) value: Option<&'v Value>,
    pub(crate) delayed: bool,
}

/// Reads the variables of a scope: `{x, y = 1}`; `None` if they are something else.
pub(crate) fn variables(list: &Value) -> Option<Vec<Variable<'_>>> {
    fn read(item: &Value) -> Option<Variable<'_>> {
        match item {
            Value::Symbol(_) | Value::Temporary(_) => {
                Some(Variable { name: item, value: None, delayed: false })
            }
            Value::Call(set) if set.is(sym::Set) || set.is(sym::SetDelayed) => match set.args() {
                [name, value] if name.as_symbol().is_some() => {
                    Some(Variable { name, value: Some(value), delayed: set.is(sym::SetDelayed) })
                }
                _ => None,
            },
            _ => None,
        }
    }
    list.as_list()?.iter().map(read).collect()
}

/// Returns the body with the values in place of the variables, as `With` does.
pub(crate) fn with_values(session: &mut Session, list: &Value, body: &Value) -> Evaluated {
    let mut map = Vec::new();
    for Variable { name, value, delayed } in variables(list).unwrap_or_default() {
        let Some(value) = value else { continue };
        let value = if delayed { value.clone() } else { session.evaluate(value)? };
        map.push((name.clone(), value));
    }
    let names: Vec<Value> = map.iter().map(|(name, _)| name.clone()).collect();
    let body = rename_where_mixed(session, body, &names);
    Ok(substitute(&body, &map))
}

/// Returns the body with new symbols in place of the variables, as `Module` does.
pub(crate) fn with_locals(session: &mut Session, list: &Value, body: &Value) -> Evaluated {
    let mut map = Vec::new();
    for Variable { name, value, delayed } in variables(list).unwrap_or_default() {
        let Some(symbol) = name.as_symbol() else { continue };
        let value = match value {
            Some(value) if !delayed => Some(session.evaluate(value)?),
            Some(value) => Some(value.clone()),
            None => None,
        };
        let local = session.temporary(symbol);
        if let Some(local) = local.as_symbol() {
            session.definition_mut(local).own = value;
        }
        map.push((name.clone(), local));
    }
    Ok(substitute(body, &map))
}

/// Runs something while the variables have other values, as `Block` does.
pub(crate) fn in_block<T>(
    session: &mut Session,
    list: &Value,
    run: impl FnOnce(&mut Session) -> Evaluated<T>,
) -> Evaluated<T> {
    let mut saved = Vec::new();
    let mut values = Vec::new();
    for Variable { name, value, delayed } in variables(list).unwrap_or_default() {
        let Some(symbol) = name.as_symbol() else { continue };
        let value = match value {
            Some(value) if !delayed => Some(session.evaluate(value)?),
            other => other.cloned(),
        };
        values.push((symbol, value));
    }
    for (symbol, value) in values {
        let definition = session.change(symbol);
        let attributes = definition.attributes;
        let old = std::mem::take(definition);
        definition.attributes = attributes;
        definition.builtin = old.builtin;
        definition.own = value;
        saved.push((symbol, old));
    }
    let result = run(session);
    for (symbol, old) in saved.into_iter().rev() {
        *session.change(symbol) = old;
    }
    session.settings_changed();
    result
}
