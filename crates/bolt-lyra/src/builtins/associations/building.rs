//! Associations made of keys and values, and changed in place.

use triomphe::Arc;

use super::{entries_of, keys_of, value_of};
use crate::association::{Association, Entry};
use crate::builtins::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::Symbol;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "AssociationMap",
        Attributes::NONE,
        map,
        "AssociationMap[f, {k1, k2}] is <|k1 -> f[k1], k2 -> f[k2]|>; of an association, f makes a \
         new rule of each.",
        &[
            ("AssociationMap[#^2 &, {1, 2}]", "<|1 -> 1, 2 -> 4|>"),
            ("AssociationMap[Reverse, <|a -> 1|>]", "<|1 -> a|>"),
        ],
    ),
    builtin(
        "AssociationThread",
        Attributes::NONE,
        |s, c| Ok(thread(s, c)),
        "AssociationThread[{k1, k2}, {v1, v2}] or AssociationThread[{k1, k2} -> {v1, v2}] is <|k1 \
         -> v1, k2 -> v2|>.",
        &[
            ("AssociationThread[{a, b}, {1, 2}]", "<|a -> 1, b -> 2|>"),
            ("AssociationThread[{a, b} -> {1, 2}]", "<|a -> 1, b -> 2|>"),
        ],
    ),
    builtin(
        "AssociateTo",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, "AssociateTo"),
        "AssociateTo[a, k -> v] adds a rule to the value of a, or changes the one with the key; a \
         list of rules or an association adds several.",
        &[
            ("a = <|x -> 1|>; AssociateTo[a, y -> 2]; a", "<|x -> 1, y -> 2|>"),
            ("a = <|x -> 1|>; AssociateTo[a, {x -> 3}]", "<|x -> 3|>"),
        ],
    ),
    builtin(
        "KeyDropFrom",
        Attributes::HOLD_FIRST,
        |s, c| change(s, c, "KeyDropFrom"),
        "KeyDropFrom[a, k] removes a key, or a list of them, from the value of a.",
        &[
            ("a = <|x -> 1, y -> 2|>; KeyDropFrom[a, x]; a", "<|y -> 2|>"),
            ("a = <|x -> 1|>; KeyDropFrom[a, {y}]", "<|x -> 1|>"),
        ],
    ),
];

fn map(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [function, of] = call.args() else { return Ok(Step::Same) };
    let mut new = Association::default();
    let function = Callable::new(session, function);
    if let Value::Association(entries) = of {
        for (key, entry) in entries.iter() {
            let rule = Value::rule(key.clone(), entry.value.clone());
            let made = function.call(session, [rule].as_slice())?;
            let Some((key, value, delayed)) = sides(&made) else { return Ok(Step::Same) };
            new.insert_entry(key.clone(), Entry { value: value.clone(), delayed });
        }
        return Ok(Step::Done(value_of(new)));
    }
    let Some(keys) = of.as_list() else { return Ok(Step::Same) };
    for key in keys {
        session.check_interrupt()?;
        let value = function.call(session, [key.clone()].as_slice())?;
        new.insert(key.clone(), value);
    }
    Ok(Step::Done(value_of(new)))
}

fn thread(session: &mut Session, call: &Call) -> Step {
    let (keys, values) = match call.args() {
        [keys, values] => (keys, values),
        [rule] => match sides(rule) {
            Some((keys, values, _)) => (keys, values),
            None => return Step::Same,
        },
        _ => return Step::Same,
    };
    let (Some(keys), Some(values)) = (keys.as_list(), values.as_list()) else {
        return Step::Same;
    };
    if keys.len() != values.len() {
        let parts = [Value::list(keys), Value::list(values)];
        session.message_of("AssociationThread", "idim", &parts);
        return Step::Same;
    }
    let mut new = Association::default();
    for (key, value) in keys.iter().zip(values) {
        new.insert(key.clone(), value.clone());
    }
    Step::Done(value_of(new))
}

fn change(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [target, change] = call.args() else {
        session.wrong_count_of(name, call.args().len(), 2, 2);
        return Ok(Step::Same);
    };
    let Value::Association(mut entries) = session.evaluate(target)? else {
        session.message_of(name, "invak", std::slice::from_ref(target));
        return Ok(Step::Same);
    };
    let added = match name {
        "AssociateTo" => match entries_of(change) {
            Some(added) => added,
            None => return Ok(Step::Same),
        },
        _ => Association::default(),
    };
    if let Some(symbol) = target.as_symbol().filter(|&symbol| is_open(session, symbol)) {
        // While it is changed, the symbol does not refer to it: it is changed in place if nothing
        // else does.
        session.change(symbol).own = None;
    }
    let new = Arc::make_mut(&mut entries);
    added.iter().for_each(|(key, entry)| new.insert_entry(key.clone(), entry.clone()));
    if name == "KeyDropFrom" {
        new.remove_all(&keys_of(change));
    }
    let new = Value::Association(entries);
    crate::builtins::assignment::assign(session, target, &new, false)?;
    Ok(Step::Done(new))
}

/// Returns whether a symbol may be assigned to.
fn is_open(session: &Session, symbol: Symbol) -> bool {
    !session.attributes(symbol).has_any(Attributes::PROTECTED | Attributes::LOCKED)
}
