//! Elements counted and grouped.

use indexmap::IndexMap;
use triomphe::Arc;

use super::{entries_of, not_association, value_of};
use crate::association::{Association, Entry};
use crate::builtins::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Counts",
        Attributes::NONE,
        |_, c| Ok(counts(c)),
        "Counts[list] is an association of the elements with how often they occur.",
        &[
            ("Counts[{a, b, a}]", "<|a -> 2, b -> 1|>"),
            ("Counts[<|x -> 1, y -> 1|>]", "<|1 -> 2|>"),
        ],
    ),
    builtin(
        "CountsBy",
        Attributes::NONE,
        counts_by,
        "CountsBy[list, f] is an association of the values of f with how often they occur.",
        &[
            ("CountsBy[{1, 2, 3}, OddQ]", "<|True -> 2, False -> 1|>"),
            ("CountsBy[StringLength][{\"a\", \"bc\", \"d\"}]", "<|1 -> 2, 2 -> 1|>"),
        ],
    ),
    builtin(
        "GroupBy",
        Attributes::NONE,
        group_by,
        "GroupBy[list, f] is an association of the values of f with the elements that have them; \
         GroupBy[list, f -> g] has the values of g instead of the elements, GroupBy[list, {f, g}] \
         groups inside groups, GroupBy[list, f, h] applies h to each group.",
        &[
            ("GroupBy[{1, 2, 3, 4}, OddQ]", "<|True -> {1, 3}, False -> {2, 4}|>"),
            ("GroupBy[{{a, 1}, {b, 2}, {a, 3}}, First -> Last, Total]", "<|a -> 4, b -> 2|>"),
        ],
    ),
    builtin(
        "PositionIndex",
        Attributes::NONE,
        |_, c| Ok(position_index(c)),
        "PositionIndex[list] is an association of the elements with the lists of their places; of \
         an association, of the values with their keys.",
        &[
            ("PositionIndex[{a, b, a}]", "<|a -> {1, 3}, b -> {2}|>"),
            ("PositionIndex[<|x -> 1, y -> 1|>]", "<|1 -> {x, y}|>"),
        ],
    ),
    builtin(
        "Merge",
        Attributes::NONE,
        merge,
        "Merge[{a, b}, f] is an association of all keys of a and b, with f applied to the list of \
         the values of each.",
        &[
            ("Merge[{<|x -> 1|>, <|x -> 2, y -> 3|>}, Total]", "<|x -> 3, y -> 3|>"),
            ("Merge[{x -> 1, x -> 2}, Identity]", "<|x -> {1, 2}|>"),
        ],
    ),
];

/// Groups in the order in which their keys are met.
type Groups<T> = IndexMap<Value, T, foldhash::fast::FixedState>;

fn counted(all: impl Iterator<Item = Value>) -> Value {
    let mut counts: Groups<i64> = Groups::default();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut entries = Association::default();
    for (key, count) in counts {
        entries.insert(key, Value::Integer(count));
    }
    value_of(entries)
}

fn counts(call: &Call) -> Step {
    match call.args() {
        [Value::Association(entries)] => Step::Done(counted(entries.values().cloned())),
        [Value::Call(list)] if list.is(sym::List) => Step::Done(counted(list.iter())),
        _ => Step::Same,
    }
}

fn counts_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, by] = call.args() else { return Ok(Step::Same) };
    if of.as_list().is_none() && !matches!(of, Value::Association(_)) {
        return Ok(Step::Same);
    }
    let mut keys = Vec::new();
    let by = Callable::new(session, by);
    for element in crate::builtins::functional::elements(of) {
        session.check_interrupt()?;
        keys.push(by.call(session, [element].as_slice())?);
    }
    Ok(Step::Done(counted(keys.into_iter())))
}

fn group_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, by, with) = match call.args() {
        [of, by] => (of, by, None),
        [of, by, with] => (of, by, Some(with)),
        _ => return Ok(Step::Same),
    };
    if of.as_list().is_none() && !matches!(of, Value::Association(_)) {
        return Ok(Step::Same);
    }
    let by = match by.as_list() {
        Some(several) => several.to_vec(),
        None => vec![by.clone()],
    };
    grouped(session, of, &by, with).map(Step::Done)
}

/// Groups by the first of several functions, each group by the others.
fn grouped(session: &mut Session, of: &Value, by: &[Value], with: Option<&Value>) -> Evaluated {
    let Some((first, rest)) = by.split_first() else {
        return match with {
            Some(with) => session.call(with, [of.clone()].as_slice()),
            None => Ok(of.clone()),
        };
    };
    let key = Keying::new(session, first);
    let mut new = Association::default();
    if let Value::Association(entries) = of {
        let mut groups: Groups<Association> = Groups::default();
        for (name, entry) in entries.iter() {
            let (group, value) = key.of(session, &entry.value)?;
            let entry = Entry { value, delayed: entry.delayed };
            groups.entry(group).or_default().insert_entry(name.clone(), entry);
        }
        for (group, members) in groups {
            new.insert(group, grouped(session, &value_of(members), rest, with)?);
        }
        return Ok(value_of(new));
    }
    let mut groups: Groups<Args> = Groups::default();
    for element in of.as_call().into_iter().flat_map(Call::iter) {
        let (group, value) = key.of(session, &element)?;
        groups.entry(group).or_default().push(value);
    }
    for (group, members) in groups {
        let members = session.evaluate(&Value::list(members))?;
        new.insert(group, grouped(session, &members, rest, with)?);
    }
    Ok(value_of(new))
}

/// What says to which group an element belongs and what stands for it there.
struct Keying {
    group: Callable,
    member: Option<Callable>,
}

impl Keying {
    /// Reads `f`, or `f -> g` where the values of g stand for the elements.
    fn new(session: &mut Session, by: &Value) -> Self {
        match sides(by) {
            Some((f, g, _)) => {
                Self { group: Callable::new(session, f), member: Some(Callable::new(session, g)) }
            }
            None => Self { group: Callable::new(session, by), member: None },
        }
    }

    fn of(&self, session: &mut Session, element: &Value) -> Evaluated<(Value, Value)> {
        session.check_interrupt()?;
        let group = self.group.call(session, [element.clone()].as_slice())?;
        let member = match &self.member {
            Some(member) => member.call(session, [element.clone()].as_slice())?,
            None => element.clone(),
        };
        Ok((group, member))
    }
}

fn position_index(call: &Call) -> Step {
    let mut groups: Groups<Args> = Groups::default();
    match call.args() {
        [Value::Association(entries)] => {
            for (key, entry) in entries.iter() {
                groups.entry(entry.value.clone()).or_default().push(key.clone());
            }
        }
        [of] => {
            let Some(list) = of.as_list() else { return Step::Same };
            for (place, element) in list.iter().enumerate() {
                let place = Value::Integer(place as i64 + 1);
                groups.entry(element.clone()).or_default().push(place);
            }
        }
        _ => return Step::Same,
    }
    let mut new = Association::default();
    for (element, places) in groups {
        new.insert(element, Value::list(places));
    }
    Step::Done(value_of(new))
}

fn merge(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, with] = call.args() else { return Ok(Step::Same) };
    let Some(all) = of.as_list().or(match of {
        Value::Association(_) => Some(std::slice::from_ref(of)),
        _ => None,
    }) else {
        return Ok(Step::Same);
    };
    let Some(all) = all.iter().map(entries_of).collect::<Option<Vec<_>>>() else {
        return Ok(not_association(session, "Merge", call, 1));
    };
    let mut groups: Groups<Args> = Groups::default();
    for (key, entry) in all.iter().flat_map(Association::iter) {
        groups.entry(key.clone()).or_default().push(entry.value.clone());
    }
    let mut new = Association::default();
    let function = Callable::new(session, with);
    for (key, values) in groups {
        let value = match with.is(sym::Identity) {
            true => Value::list(values),
            false => function.call(session, [Value::list(values)].as_slice())?,
        };
        new.insert(key, value);
    }
    Ok(Step::Done(value_of(new)))
}
