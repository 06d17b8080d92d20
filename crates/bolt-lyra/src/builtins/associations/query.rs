//! Queries: operators for the levels of nested lists and associations.
//!
//! An operator either chooses parts before the levels below are looked at (`All`, a key, a
//! number, `Select[f]`), or is applied to what the levels below have become (`Total`).

use super::{absent, value_of};
use crate::association::{Association, Entry};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Query",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "Query[op1, op2][e] applies op1 to e, op2 to its elements and so on. All, numbers, keys, \
         spans and Select, SortBy, GroupBy and the like choose parts first; other functions are \
         applied to what the levels below have become.",
        &[
            ("Query[All, \"a\"][{<|\"a\" -> 1|>, <|\"a\" -> 2|>}]", "{1, 2}"),
            (
                "Query[Select[#a > 1 &], \"b\"][{<|\"a\" -> 1, \"b\" -> x|>, <|\"a\" -> 2, \"b\" -> y|>}]",
                "{y}",
            ),
        ],
    ),
    builtin(
        "Dataset",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "Dataset[e] holds nested lists and associations; Dataset[e][op1, op2] is a query of them, \
         Normal[Dataset[e]] is e.",
        &[
            ("Dataset[{<|\"a\" -> 1|>, <|\"a\" -> 2|>}][Total, \"a\"]", "3"),
            ("Normal[Dataset[{1, 2}][Reverse]]", "{2, 1}"),
        ],
    ),
];

/// Applies `Query[...]` or `Dataset[...]`, which stand as the head of a call.
pub(crate) fn apply(session: &mut Session, head: &Call, call: &Call) -> Evaluated<Step> {
    let is_dataset = named(session, head.head()) == "Dataset";
    let (data, operators) = match (is_dataset, head.args(), call.args()) {
        (true, [data, ..], operators) => (data, operators),
        (false, operators, [data]) => match data.as_call() {
            Some(inner) if named(session, inner.head()) == "Dataset" && inner.args().len() == 1 => {
                return Ok(Step::Again(Value::call(data.clone(), Args::from(operators))));
            }
            _ => (data, operators),
        },
        _ => return Ok(Step::Same),
    };
    let result = query(session, data, operators)?;
    let is_nested = matches!(&result, Value::Association(_)) || result.as_list().is_some();
    if is_dataset && is_nested {
        return Ok(Step::Again(Value::call(head.head().clone(), [result].as_slice())));
    }
    Ok(Step::Again(result))
}

fn named(session: &Session, head: &Value) -> String {
    let name = |symbol: Symbol| session.names.full(symbol).name.to_string();
    head.as_symbol().map(name).unwrap_or_default()
}

/// What an operator does with the levels below.
enum Kind {
    /// It gives one part, to which the rest of the operators is applied.
    One,
    /// It chooses parts; the rest is applied to each of them.
    Several,
    /// It is applied to what the rest has made of the parts.
    After,
}

fn kind(session: &Session, operator: &Value) -> Kind {
    match operator {
        Value::Integer(_) | Value::String(_) => Kind::One,
        Value::Symbol(sym::All) => Kind::Several,
        Value::Call(call) if call.is(sym::Key) => Kind::One,
        Value::Call(call) if call.is(sym::Span) => Kind::Several,
        Value::Call(call) if call.is(sym::List) => {
            let is_part = |value: &Value| {
                matches!(value, Value::Integer(_) | Value::String(_))
                    || value.args_of(sym::Key).is_some()
            };
            if call.args().iter().all(is_part) { Kind::Several } else { Kind::After }
        }
        Value::Call(call) => match named(session, call.head()).as_str() {
            "Select" | "SelectFirst" | "SortBy" | "TakeLargestBy" | "TakeSmallestBy"
            | "MaximalBy" | "MinimalBy" | "GroupBy" | "KeyTake" | "KeyDrop" | "KeySelect"
            | "DeleteCases" | "Cases" | "DeleteDuplicatesBy" | "KeySortBy" | "TakeWhile" => {
                Kind::Several
            }
            _ => Kind::After,
        },
        Value::Symbol(symbol) => match &*session.names.full(*symbol).name {
            "DeleteMissing" | "Reverse" | "Sort" | "KeySort" | "DeleteDuplicates" => Kind::Several,
            _ => Kind::After,
        },
        _ => Kind::After,
    }
}

fn query(session: &mut Session, data: &Value, operators: &[Value]) -> Evaluated {
    let Some((first, rest)) = operators.split_first() else { return Ok(data.clone()) };
    session.check_interrupt()?;
    if first.args_of(sym::List).is_some() && matches!(kind(session, first), Kind::After) {
        // A list of operators gives a list of results.
        let all = first.as_list().unwrap_or(&[]);
        let each = |one: &Value| {
            let own: Vec<Value> = [one].into_iter().chain(rest).cloned().collect();
            query(session, data, &own)
        };
        return Ok(Value::list(all.iter().map(each).collect::<Evaluated<Args>>()?));
    }
    match kind(session, first) {
        Kind::One => {
            let part = part(session, data, first)?;
            if part.args_of(sym::Missing).is_some() {
                return Ok(part);
            }
            query(session, &part, rest)
        }
        Kind::Several => {
            let chosen = several(session, data, first)?;
            each(session, &chosen, rest)
        }
        Kind::After => {
            let inner = each(session, data, rest)?;
            session.call(first, [inner].as_slice())
        }
    }
}

/// Applies operators to the elements.
fn each(session: &mut Session, data: &Value, operators: &[Value]) -> Evaluated {
    if operators.is_empty() {
        return Ok(data.clone());
    }
    match data {
        Value::Association(entries) => {
            let mut new = Association::default();
            for (key, entry) in entries.iter() {
                let value = query(session, &entry.value, operators)?;
                new.insert_entry(key.clone(), Entry { value, delayed: false });
            }
            Ok(value_of(new))
        }
        _ => match data.as_list() {
            Some(list) => {
                let own = |one: &Value| query(session, one, operators);
                Ok(Value::list(list.iter().map(own).collect::<Evaluated<Args>>()?))
            }
            None => query(session, data, operators),
        },
    }
}

fn part(session: &mut Session, data: &Value, spec: &Value) -> Evaluated {
    let key = super::bare_key(spec);
    match (data, spec) {
        (Value::Association(entries), Value::String(_) | Value::Call(_)) => {
            Ok(entries.get(&key).map_or_else(|| absent(&key), |entry| entry.value.clone()))
        }
        (_, Value::Integer(_)) => {
            let found = crate::builtins::structure::get(data, std::slice::from_ref(spec));
            let none = || Value::call(sym::Missing, [Value::string("PartAbsent"), spec.clone()]);
            Ok(found.unwrap_or_else(none))
        }
        _ => {
            let call = Value::call(sym::Part, [data.clone(), spec.clone()]);
            session.evaluate(&call)
        }
    }
}

fn several(session: &mut Session, data: &Value, operator: &Value) -> Evaluated {
    match operator {
        Value::Symbol(sym::All) => Ok(data.clone()),
        Value::Call(call) if call.is(sym::List) && matches!(data, Value::Association(_)) => {
            let Value::Association(entries) = data else { return Ok(data.clone()) };
            let mut new = Association::default();
            for spec in call.args() {
                match spec {
                    Value::Integer(_) => {
                        let value = part(session, data, spec)?;
                        new.insert(spec.clone(), value);
                    }
                    _ => {
                        let key = super::bare_key(spec);
                        let value = entries.get(&key).map(|entry| entry.value.clone());
                        new.insert(key.clone(), value.unwrap_or_else(|| absent(&key)));
                    }
                }
            }
            Ok(value_of(new))
        }
        Value::Call(call) if call.is(sym::List) || call.is(sym::Span) => {
            session.evaluate(&Value::call(sym::Part, [data.clone(), operator.clone()]))
        }
        Value::Call(call) => {
            // Strings stand for the values of their keys.
            let keyed = |arg: &Value| match arg {
                Value::String(_) => Value::call(sym::Key, [arg.clone()].as_slice()),
                _ => arg.clone(),
            };
            let takes_keys = matches!(
                named(session, call.head()).as_str(),
                "SortBy"
                    | "GroupBy"
                    | "MaximalBy"
                    | "MinimalBy"
                    | "DeleteDuplicatesBy"
                    | "TakeLargestBy"
                    | "TakeSmallestBy"
            );
            let args: Args = match takes_keys {
                true => call.args().iter().map(keyed).collect(),
                false => Args::from(call.args()),
            };
            let operator = Value::call(call.head().clone(), args);
            session.call(&operator, [data.clone()].as_slice())
        }
        _ => session.call(operator, [data.clone()].as_slice()),
    }
}
