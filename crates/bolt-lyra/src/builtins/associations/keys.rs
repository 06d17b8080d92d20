//! Associations with other keys: some of them, in another order, changed.

use triomphe::Arc;

use super::{absent, entries_of, for_each, keys_of, not_association, step, value_of};
use crate::association::Association;
use crate::builtins::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "KeyTake",
        Attributes::NONE,
        |s, c| chosen(s, c, "KeyTake"),
        "KeyTake[a, {k1, k2}] is the association of those of the keys that a has; of a list of \
         associations there is a list.",
        &[
            ("KeyTake[<|a -> 1, b -> 2, c -> 3|>, {c, a}]", "<|c -> 3, a -> 1|>"),
            ("KeyTake[{<|a -> 1|>, <|b -> 2|>}, a]", "{<|a -> 1|>, <||>}"),
        ],
    ),
    builtin(
        "KeyDrop",
        Attributes::NONE,
        |s, c| chosen(s, c, "KeyDrop"),
        "KeyDrop[a, {k1, k2}] is a without the keys.",
        &[
            ("KeyDrop[<|a -> 1, b -> 2|>, {a, c}]", "<|b -> 2|>"),
            ("KeyDrop[b][<|a -> 1, b -> 2|>]", "<|a -> 1|>"),
        ],
    ),
    builtin(
        "KeySelect",
        Attributes::NONE,
        select,
        "KeySelect[a, test] is a with the keys for which the test is True.",
        &[
            ("KeySelect[<|1 -> a, 2 -> b|>, EvenQ]", "<|2 -> b|>"),
            ("KeySelect[# > 1 &][<|1 -> a, 2 -> b|>]", "<|2 -> b|>"),
        ],
    ),
    builtin(
        "KeyMap",
        Attributes::NONE,
        map,
        "KeyMap[f, a] is a with f[k] instead of each key k.",
        &[
            ("KeyMap[f, <|a -> 1|>]", "<|f[a] -> 1|>"),
            ("KeyMap[ToString, <|a -> 1, b -> 2|>]", "<|\"a\" -> 1, \"b\" -> 2|>"),
        ],
    ),
    builtin(
        "KeyValueMap",
        Attributes::NONE,
        key_value_map,
        "KeyValueMap[f, a] is the list of f[k, v] for the keys and values of a.",
        &[
            ("KeyValueMap[f, <|a -> 1, b -> 2|>]", "{f[a, 1], f[b, 2]}"),
            ("KeyValueMap[List][<|a -> 1|>]", "{{a, 1}}"),
        ],
    ),
    builtin(
        "KeySort",
        Attributes::NONE,
        |s, c| sorted(s, c, "KeySort"),
        "KeySort[a] has the keys in canonical order; KeySort[a, p] so that p[k1, k2] is True.",
        &[
            ("KeySort[<|b -> 1, a -> 2|>]", "<|a -> 2, b -> 1|>"),
            ("KeySort[<|1 -> a, 2 -> b|>, Greater]", "<|2 -> b, 1 -> a|>"),
        ],
    ),
    builtin(
        "KeySortBy",
        Attributes::NONE,
        |s, c| sorted(s, c, "KeySortBy"),
        "KeySortBy[a, f] has the keys in the order of f[k].",
        &[
            ("KeySortBy[<|1 -> a, 2 -> b|>, Minus]", "<|2 -> b, 1 -> a|>"),
            ("KeySortBy[Abs][<|-3 -> a, 2 -> b|>]", "<|2 -> b, -3 -> a|>"),
        ],
    ),
    builtin(
        "KeyUnion",
        Attributes::NONE,
        key_union,
        "KeyUnion[{a, b}] is the list of the associations with all keys of any, Missing where one \
         had none; KeyUnion[{a, b}, f] has f[k] there.",
        &[
            (
                "KeyUnion[{<|a -> 1|>, <|b -> 2|>}]",
                "{<|a -> 1, b -> Missing[\"KeyAbsent\", b]|>, <|a -> Missing[\"KeyAbsent\", a], b \
                 -> 2|>}",
            ),
            ("KeyUnion[{<|a -> 1|>, <|b -> 2|>}, 0 &]", "{<|a -> 1, b -> 0|>, <|a -> 0, b -> 2|>}"),
        ],
    ),
    builtin(
        "KeyIntersection",
        Attributes::NONE,
        |_, c| Ok(step(common(c))),
        "KeyIntersection[{a, b}] is the list of the associations with the keys that all have.",
        &[
            ("KeyIntersection[{<|a -> 1, b -> 2|>, <|b -> 3|>}]", "{<|b -> 2|>, <|b -> 3|>}"),
            ("KeyIntersection[{<|a -> 1|>}]", "{<|a -> 1|>}"),
        ],
    ),
    builtin(
        "KeyComplement",
        Attributes::NONE,
        |_, c| Ok(step(complement(c))),
        "KeyComplement[{all, a, b}] is the association all without the keys of the others.",
        &[
            ("KeyComplement[{<|a -> 1, b -> 2|>, <|b -> 3|>}]", "<|a -> 1|>"),
            ("KeyComplement[{<|a -> 1|>}]", "<|a -> 1|>"),
        ],
    ),
];

fn chosen(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [of, keys] = call.args() else { return Ok(Step::Same) };
    let keys = keys_of(keys);
    let found = for_each(session, of, &mut |_, mut entries| {
        Ok(value_of(match name {
            "KeyTake" => {
                let entry = |key: &Value| Some((key.clone(), entries.get(key)?.clone()));
                Association::new(keys.iter().filter_map(entry))
            }
            _ => {
                entries.remove_all(&keys);
                entries
            }
        }))
    })?;
    match found {
        Some(found) => Ok(Step::Done(found)),
        None => Ok(not_association(session, name, call, 1)),
    }
}

fn select(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, test] = call.args() else { return Ok(Step::Same) };
    let test = Callable::new(session, test);
    let found = for_each(session, of, &mut |session, entries| {
        let mut kept = Vec::new();
        for (key, entry) in entries.iter() {
            if test.call(session, [key.clone()].as_slice())?.is(sym::True) {
                kept.push((key.clone(), entry.clone()));
            }
        }
        Ok(value_of(Association::new(kept)))
    })?;
    Ok(found.map_or(Step::Same, Step::Done))
}

fn map(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [function, of] = call.args() else { return Ok(Step::Same) };
    let function = Callable::new(session, function);
    let found = for_each(session, of, &mut |session, entries| {
        let mut new = Association::default();
        for (key, entry) in entries.iter() {
            let key = function.call(session, [key.clone()].as_slice())?;
            new.insert_entry(key, entry.clone());
        }
        Ok(value_of(new))
    })?;
    Ok(found.map_or(Step::Same, Step::Done))
}

fn key_value_map(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [function, of] = call.args() else { return Ok(Step::Same) };
    let Some(entries) = entries_of(of) else {
        return Ok(not_association(session, "KeyValueMap", call, 2));
    };
    let mut all = Args::new();
    let function = Callable::new(session, function);
    for (key, entry) in entries.iter() {
        all.push(function.call(session, [key.clone(), entry.value.clone()])?);
    }
    Ok(Step::Again(Value::list(all)))
}

/// Sorts the keys as `Sort` or `SortBy` sorts a list of them.
fn sorted(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [of, by @ ..] = call.args() else { return Ok(Step::Same) };
    let Some(entries) = entries_of(of) else { return Ok(Step::Same) };
    if by.len() > 1 || (name == "KeySortBy" && by.is_empty()) {
        return Ok(Step::Same);
    }
    let keys = Value::list(entries.keys().cloned().collect::<Args>());
    let sort = if name == "KeySort" { "System`Sort" } else { "System`SortBy" };
    let sort = Value::Symbol(session.names.symbol(sort));
    let args: Args = std::iter::once(keys).chain(by.iter().cloned()).collect();
    let keys = session.call(&sort, args)?;
    let Some(keys) = keys.as_list() else { return Ok(Step::Same) };
    let entry = |key: &Value| Some((key.clone(), entries.get(key)?.clone()));
    Ok(Step::Done(value_of(Association::new(keys.iter().filter_map(entry)))))
}

fn all_entries(value: &Value) -> Option<Vec<Association>> {
    value.as_list()?.iter().map(entries_of).collect()
}

fn key_union(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, with) = match call.args() {
        [of] => (of, None),
        [of, with] => (of, Some(with)),
        _ => return Ok(Step::Same),
    };
    let Some(all) = all_entries(of) else { return Ok(Step::Same) };
    let mut keys = Association::default();
    all.iter().flat_map(Association::keys).for_each(|key| keys.insert(key.clone(), Value::NULL));
    let mut filled = Args::new();
    for entries in &all {
        let mut new = Association::default();
        for key in keys.keys() {
            match (entries.get(key), with) {
                (Some(entry), _) => new.insert_entry(key.clone(), entry.clone()),
                (None, Some(with)) => {
                    new.insert(key.clone(), session.call(with, [key.clone()].as_slice())?);
                }
                (None, None) => new.insert(key.clone(), absent(key)),
            }
        }
        filled.push(value_of(new));
    }
    Ok(Step::Done(Value::list(filled)))
}

fn common(call: &Call) -> Option<Value> {
    let [of] = call.args() else { return None };
    let all = all_entries(of)?;
    let is_common = |key: &Value| all.iter().all(|entries| entries.get(key).is_some());
    let order: Vec<&Value> = all.first()?.keys().filter(|key| is_common(key)).collect();
    let of = |entries: &Association| {
        let entry = |key: &&Value| Some(((*key).clone(), entries.get(key)?.clone()));
        value_of(Association::new(order.iter().filter_map(entry)))
    };
    Some(Value::list(all.iter().map(of).collect::<Args>()))
}

fn complement(call: &Call) -> Option<Value> {
    let [of] = call.args() else { return None };
    let all = all_entries(of)?;
    let (first, others) = all.split_first()?;
    let is_kept = |key: &Value| others.iter().all(|entries| entries.get(key).is_none());
    let kept = first.iter().filter(|(key, _)| is_kept(key));
    Some(value_of(Association::new(kept.map(|(key, entry)| (key.clone(), entry.clone())))))
}
