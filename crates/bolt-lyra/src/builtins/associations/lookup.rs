//! What stands beside a key.

use triomphe::Arc;

use super::{absent, bare_key, entries_of, not_association, step, value_of};
use crate::association::{Association, Entry};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Association",
        Attributes::HOLD_ALL_COMPLETE,
        association,
        "<|k -> v, ...|> or Association[rules] holds a value for each key.",
        &[("<|a -> 1, b -> 2|>[b]", "2"), ("<|a -> 1, a -> 2|>", "<|a -> 2|>")],
    ),
    builtin(
        "Keys",
        Attributes::NONE,
        |s, c| Ok(sides_of(s, c, true)),
        "Keys[association] is the list of the keys; of rules, of their left sides; Keys[a, f] \
         applies f to them.",
        &[("Keys[<|a -> 1, b -> 2|>]", "{a, b}"), ("Keys[{a -> 1}]", "{a}")],
    ),
    builtin(
        "Values",
        Attributes::NONE,
        |s, c| Ok(sides_of(s, c, false)),
        "Values[association] is the list of the values; of rules, of their right sides; Values[a, \
         f] applies f to them.",
        &[("Values[<|a -> 1, b -> 2|>]", "{1, 2}"), ("Values[{a -> 1}]", "{1}")],
    ),
    builtin(
        "Lookup",
        Attributes::HOLD_ALL_COMPLETE,
        lookup,
        "Lookup[a, k] is the value of a key, Lookup[a, k, default] the default if there is none; \
         of a list of keys or of associations there is a list.",
        &[
            ("Lookup[<|a -> 1|>, {a, b}, 0]", "{1, 0}"),
            ("Lookup[{<|a -> 1|>, <|a -> 2|>}, a]", "{1, 2}"),
        ],
    ),
    builtin(
        "KeyExistsQ",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [of, key] => entries_of(of).map_or(Step::Same, |entries| {
                    Step::Done(Value::boolean(entries.get(&bare_key(key)).is_some()))
                }),
                _ => Step::Same,
            })
        },
        "KeyExistsQ[a, k] is True if the association a has the key k.",
        &[("KeyExistsQ[<|a -> 1|>, a]", "True"), ("KeyExistsQ[<|a -> 1|>, b]", "False")],
    ),
    builtin(
        "KeyMemberQ",
        Attributes::NONE,
        |s, c| has_key(s, c, true),
        "KeyMemberQ[a, p] is True if a key of a matches the pattern p.",
        &[
            ("KeyMemberQ[<|1 -> x, b -> y|>, _Integer]", "True"),
            ("KeyMemberQ[<|b -> y|>, _Integer]", "False"),
        ],
    ),
    builtin(
        "KeyFreeQ",
        Attributes::NONE,
        |s, c| has_key(s, c, false),
        "KeyFreeQ[a, p] is True if no key of a matches the pattern p.",
        &[("KeyFreeQ[<|b -> y|>, _Integer]", "True"), ("KeyFreeQ[<|1 -> x|>, _Integer]", "False")],
    ),
    builtin(
        "MissingQ",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [value] => Step::Done(Value::boolean(value.args_of(sym::Missing).is_some())),
                _ => Step::Same,
            })
        },
        "MissingQ[e] is True if e is Missing[...].",
        &[("MissingQ[<|a -> 1|>[b]]", "True"), ("MissingQ[1]", "False")],
    ),
    builtin(
        "DeleteMissing",
        Attributes::NONE,
        |_, c| Ok(delete_missing(c)),
        "DeleteMissing[e] is a list or an association without the elements that are Missing[...].",
        &[
            ("DeleteMissing[{1, Missing[], 2}]", "{1, 2}"),
            ("DeleteMissing[<|a -> 1, b -> Missing[\"x\"]|>]", "<|a -> 1|>"),
        ],
    ),
];

fn association(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let mut entries = Association::default();
    for arg in call.args() {
        // Rules are taken as they are written, everything else is evaluated to rules.
        let arg = match sides(arg) {
            Some(_) => arg.clone(),
            None => session.evaluate(arg)?,
        };
        if !add_entries(session, &mut entries, &arg)? {
            return Ok(Step::Same);
        }
    }
    Ok(Step::Done(value_of(entries)))
}

fn add_entries(session: &mut Session, to: &mut Association, from: &Value) -> Evaluated<bool> {
    if let Some((key, value, delayed)) = sides(from) {
        let key = session.evaluate(key)?;
        let value = if delayed { value.clone() } else { session.evaluate(value)? };
        to.insert_entry(key, Entry { value, delayed });
        return Ok(true);
    }
    match from {
        Value::Association(entries) => {
            for (key, entry) in entries.iter() {
                to.insert_entry(key.clone(), entry.clone());
            }
            Ok(true)
        }
        Value::Call(list) if list.is(sym::List) || list.is(sym::Sequence) => {
            for element in list.args() {
                if !add_entries(session, to, element)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Left or right sides of the rules of an association, of a rule, or of a list of such.
fn sides_of(session: &mut Session, call: &Call, of_keys: bool) -> Step {
    let (of, with) = match call.args() {
        [of] => (of, None),
        [of, with] => (of, Some(with)),
        args => {
            let name = if of_keys { "Keys" } else { "Values" };
            session.wrong_count_of(name, args.len(), 1, 2);
            return Step::Same;
        }
    };
    match all_sides(of, of_keys, with) {
        Some(all) => Step::Again(all),
        None => {
            let name = if of_keys { "Keys" } else { "Values" };
            session.message_of(name, "invrl", std::slice::from_ref(of));
            Step::Same
        }
    }
}

fn all_sides(of: &Value, of_keys: bool, with: Option<&Value>) -> Option<Value> {
    let wrapped = |value: &Value| match with {
        Some(with) => Value::call(with.clone(), [value.clone()].as_slice()),
        None => value.clone(),
    };
    if let Value::Association(entries) = of {
        return Some(Value::list(match of_keys {
            true => entries.keys().map(wrapped).collect::<Args>(),
            false => entries.values().map(wrapped).collect::<Args>(),
        }));
    }
    if let Some((key, value, _)) = sides(of) {
        return Some(wrapped(if of_keys { key } else { value }));
    }
    let all = of.as_list()?.iter().map(|one| all_sides(one, of_keys, with));
    all.collect::<Option<Args>>().map(Value::list)
}

/// The default is evaluated only if it is asked for.
fn lookup(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, keys, default) = match call.args() {
        [of, keys] => (of, keys, None),
        [of, keys, default] => (of, keys, Some(default)),
        // `Lookup[k]` is an operator.
        _ => return Ok(Step::Same),
    };
    let (of, keys) = (session.evaluate(of)?, session.evaluate(keys)?);
    let found = found_in(session, &of, &keys, default)?;
    if found.is_none() && (of.as_list().is_some() || of.is_number() || of.as_str().is_some()) {
        return Ok(not_association(session, "Lookup", call, 1));
    }
    Ok(step(found))
}

fn found_in(
    session: &mut Session,
    of: &Value,
    keys: &Value,
    default: Option<&Value>,
) -> Evaluated<Option<Value>> {
    let holds_entries = |value: &Value| {
        matches!(value, Value::Association(_))
            || sides(value).is_some()
            || value
                .as_list()
                .is_some_and(|all| !all.is_empty() && all.iter().all(|one| sides(one).is_some()))
    };
    if !holds_entries(of) {
        let Some(list) = of.as_list() else { return Ok(None) };
        let mut all = Args::new();
        for one in list {
            match found_in(session, one, keys, default)? {
                Some(found) => all.push(found),
                None => return Ok(None),
            }
        }
        return Ok(Some(Value::list(all)));
    }
    let mut one = |key: &Value| -> Evaluated {
        let key = bare_key(key);
        let found = match of {
            Value::Association(entries) => entries.get(&key).map(|entry| entry.value.clone()),
            _ => of
                .as_list()
                .unwrap_or(std::slice::from_ref(of))
                .iter()
                .filter_map(sides)
                .find(|(own, ..)| **own == key)
                .map(|(_, value, _)| value.clone()),
        };
        match (found, default) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => session.evaluate(default),
            (None, None) => Ok(absent(&key)),
        }
    };
    match keys.as_list() {
        Some(keys) => Ok(Some(Value::list(keys.iter().map(one).collect::<Evaluated<Args>>()?))),
        None => one(keys).map(Some),
    }
}

fn has_key(session: &mut Session, call: &mut Arc<Call>, wanted: bool) -> Evaluated<Step> {
    let [of, pattern] = call.args() else { return Ok(Step::Same) };
    let Some(entries) = entries_of(of) else { return Ok(Step::Same) };
    for key in entries.keys() {
        if session.matches(pattern, key)? {
            return Ok(Step::Done(Value::boolean(wanted)));
        }
    }
    Ok(Step::Done(Value::boolean(!wanted)))
}

fn delete_missing(call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    let is_there = |value: &Value| value.args_of(sym::Missing).is_none();
    match of {
        Value::Association(entries) => {
            let kept = entries.iter().filter(|(_, entry)| is_there(&entry.value));
            let kept = kept.map(|(key, entry)| (key.clone(), entry.clone()));
            Step::Done(value_of(Association::new(kept)))
        }
        Value::Call(list) => {
            let kept: Args = list.args().iter().filter(|value| is_there(value)).cloned().collect();
            Step::Again(Value::call(list.head().clone(), kept))
        }
        _ => Step::Same,
    }
}
