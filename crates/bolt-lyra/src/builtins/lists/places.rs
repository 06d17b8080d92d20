//! Elements at places: taking, putting, removing and changing them there.

use triomphe::Arc;

use super::super::structure::{get, length, span};
use super::super::{Builtin, builtin};
use crate::association::Association;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::{Rule, sides};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Extract",
        Attributes::N_HOLD_REST,
        extract,
        "Extract[e, place] is the part of e at a place such as 2 or {1, 2}; Extract[e, {p, q}] is \
         the list of the parts at several places, each a list; Extract[e, place, h] wraps h \
         around each before it is evaluated.",
        &[("Extract[{a, {b, c}}, {2, 1}]", "b"), ("Extract[{a, {b, c}}, {{1}, {2, 2}}]", "{a, c}")],
    ),
    builtin(
        "Delete",
        Attributes::N_HOLD_REST,
        delete,
        "Delete[e, n] removes the n-th element, Delete[e, {i, j}] a part, Delete[e, {{i}, {j}}] \
         several.",
        &[("Delete[{a, b, c}, 2]", "{a, c}"), ("Delete[{a, b, c}, {{1}, {-1}}]", "{b}")],
    ),
    builtin(
        "Insert",
        Attributes::N_HOLD_REST,
        insert,
        "Insert[e, x, n] puts x before what is at place n; a negative n counts from the end; a \
         list of places means a part or several of them.",
        &[("Insert[{a, b}, x, 2]", "{a, x, b}"), ("Insert[{a, b}, x, -1]", "{a, b, x}")],
    ),
    builtin(
        "MapAt",
        Attributes::N_HOLD_REST,
        map_at,
        "MapAt[f, e, n] applies f to the n-th element, MapAt[f, e, {i, j}] to a part, \
         MapAt[f, e, {{i}, {j}}] to several.",
        &[
            ("MapAt[f, {a, b, c}, 2]", "{a, f[b], c}"),
            ("MapAt[f, {{a, b}, {c, d}}, {All, 1}]", "{{f[a], b}, {f[c], d}}"),
        ],
    ),
    builtin(
        "ReplaceAt",
        Attributes::N_HOLD_REST,
        replace_at,
        "ReplaceAt[e, rules, n] applies rules to the n-th element, ReplaceAt[e, rules, {i, j}] to a part, ReplaceAt[e, rules, {{i}, {j}}] to several.",
        &[
            ("ReplaceAt[{a, b, c}, x_ -> f[x], 2]", "{a, f[b], c}"),
            ("ReplaceAt[{a, a, a}, a -> b, {{1}, {-1}}]", "{b, a, b}"),
        ],
    ),
    builtin(
        "SubsetMap",
        Attributes::NONE,
        subset_map,
        "SubsetMap[f, list, {i, j, ...}] gives f the list of the elements at places and puts those of the list that it returns there instead.",
        &[
            ("SubsetMap[Reverse, {a, b, c, d}, {1, 3}]", "{c, b, a, d}"),
            ("SubsetMap[Accumulate, {1, 2, 3, 4}, 2 ;; 4]", "{1, 2, 5, 9}"),
        ],
    ),
    builtin(
        "FlattenAt",
        Attributes::NONE,
        flatten_at,
        "FlattenAt[e, n] takes the list at the n-th place apart; places are given as in Delete.",
        &[
            ("FlattenAt[{a, {b, c}, {d}}, 2]", "{a, b, c, {d}}"),
            ("FlattenAt[f[{a}, {b}], {{1}, {2}}]", "f[a, b]"),
        ],
    ),
    builtin(
        "FirstPosition",
        Attributes::NONE,
        first_position,
        "FirstPosition[e, pattern] is the place of the first part that matches, else \
         Missing[\"NotFound\"] or the third argument; a fourth gives the levels.",
        &[
            ("FirstPosition[{a, {b}}, b]", "{2, 1}"),
            ("FirstPosition[{a, b}, c]", "Missing[\"NotFound\"]"),
        ],
    ),
    builtin(
        "Pick",
        Attributes::NONE,
        pick,
        "Pick[e, selection] keeps the elements for which the selection, of the same shape, is \
         True; Pick[e, selection, pattern] those for which it matches.",
        &[("Pick[{a, b, c}, {True, False, True}]", "{a, c}"), ("Pick[{a, b}, {1, 2}, 2]", "{b}")],
    ),
];

/// Reads `n`, `{i, j}` or `{{i}, {j}}` as places, each a list of specifications.
fn places(spec: &Value) -> Vec<Vec<Value>> {
    match spec.as_list() {
        Some([]) => Vec::new(),
        Some(all) if all.iter().all(|one| one.as_list().is_some()) => {
            all.iter().filter_map(Value::as_list).map(<[Value]>::to_vec).collect()
        }
        Some(one) => vec![one.to_vec()],
        None => vec![vec![spec.clone()]],
    }
}

/// Returns the elements, counted from 0, that one specification means.
fn meant(of: &Value, spec: &Value) -> Option<Vec<usize>> {
    let count = length(of) as i64;
    let at = |index: i64| if index < 0 { count + index } else { index - 1 };
    match spec {
        Value::Integer(index) => {
            let place = at(*index);
            (0..count).contains(&place).then(|| vec![place as usize])
        }
        Value::Symbol(sym::All) => Some((0..count as usize).collect()),
        Value::Call(call) if call.is(sym::Span) => {
            Some(span(call, count as usize)?.into_iter().map(|place| place - 1).collect())
        }
        _ => {
            let Value::Association(entries) = of else { return None };
            let key = spec.exactly::<1>(sym::Key).map_or(spec, |[key]| key);
            entries.keys().position(|known| known == key).map(|place| vec![place])
        }
    }
}

/// Replaces the elements of a collection at places by what a function returns, `None` if it
/// refuses one of them.
fn replaced(
    of: &Value,
    at: &[usize],
    with: &mut dyn FnMut(&Value) -> Option<Value>,
) -> Option<Value> {
    match of {
        Value::Call(call) => {
            let mut args = Args::from(call.args());
            for &place in at {
                args[place] = with(&args[place])?;
            }
            Some(Value::call(call.head().clone(), args))
        }
        Value::Association(entries) => {
            let mut new = (**entries).clone();
            for &place in at {
                let (key, entry) = entries.nth(place)?;
                new.insert(key.clone(), with(&entry.value)?);
            }
            Some(Value::Association(Arc::new(new)))
        }
        _ => None,
    }
}

/// What is done at a place: with the collection and the last specification.
type Change<'f> = &'f mut dyn FnMut(&Value, &Value) -> Option<Value>;

/// Changes the collection that the last of the specifications is about.
fn change_at(of: &Value, specs: &[Value], change: Change<'_>) -> Option<Value> {
    match specs {
        [] => None,
        [last] => change(of, last),
        [Value::Integer(0), ..] => None,
        [first, rest @ ..] => {
            let at = meant(of, first)?;
            replaced(of, &at, &mut |element| change_at(element, rest, change))
        }
    }
}

/// Returns a place with every number counted from the beginning, so that places can be sorted.
fn absolute(of: &Value, specs: &[Value], inserts: bool) -> Option<Vec<Value>> {
    let mut absolute = Vec::with_capacity(specs.len());
    let mut inside = Some(of.clone());
    for (place, spec) in specs.iter().enumerate() {
        let within = inside?;
        let count = length(&within) as i64;
        let one_more = i64::from(inserts && place + 1 == specs.len());
        absolute.push(match spec {
            Value::Integer(index) if *index < 0 => Value::Integer(count + 1 + index + one_more),
            _ => spec.clone(),
        });
        inside = get(&within, std::slice::from_ref(spec));
    }
    Some(absolute)
}

/// Applies a change at each of several places, the last first, so that it moves none of the others.
fn change_all(
    session: &mut Session,
    of: &Value,
    spec: &Value,
    inserts: bool,
    change: Change<'_>,
) -> Option<Value> {
    let mut all: Vec<Vec<Value>> = Vec::new();
    for specs in places(spec) {
        all.push(absolute(of, &specs, inserts)?);
    }
    let names = &session.names;
    all.sort_by(|a, b| {
        let differing = a.iter().zip(b).map(|(a, b)| crate::order::compare(names, a, b));
        let order = differing.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then);
        order.then(a.len().cmp(&b.len())).reverse()
    });
    if !inserts {
        all.dedup();
    }
    all.iter().try_fold(of.clone(), |value, specs| change_at(&value, specs, change))
}

fn no_such_part(session: &mut Session, name: &str, spec: &Value, of: &Value) -> Step {
    session.message_of(name, "partw", &[spec.clone(), of.clone()]);
    Step::Same
}

fn extract(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, spec, wrap) = match call.args() {
        [of, spec] => (of, spec, None),
        [of, spec, wrap] => (of, spec, Some(wrap)),
        _ => return Ok(Step::Same),
    };
    let wrapped = |value: Value| match wrap {
        Some(wrap) => Value::call(wrap.clone(), [value].as_slice()),
        None => value,
    };
    let is_several = spec
        .as_list()
        .is_some_and(|all| all.is_empty() || all.iter().all(|one| one.as_list().is_some()));
    let parts: Option<Args> =
        places(spec).iter().map(|specs| get(of, specs).map(wrapped)).collect();
    Ok(match parts {
        Some(parts) if is_several => Step::Again(Value::list(parts)),
        Some(mut parts) if parts.len() == 1 => Step::Again(parts.remove(0)),
        _ => no_such_part(session, "Extract", spec, of),
    })
}

fn delete(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, spec] = call.args() else { return Ok(Step::Same) };
    let removed = change_all(session, of, spec, false, &mut |inside, last| match (inside, last) {
        (Value::Call(inside), Value::Integer(0)) => {
            Some(Value::call(sym::Sequence, Args::from(inside.args())))
        }
        _ => {
            let out = meant(inside, last)?;
            let kept: Vec<usize> =
                (0..length(inside)).filter(|place| !out.contains(place)).collect();
            Some(super::super::functional::with_elements(inside, &kept))
        }
    });
    Ok(match removed {
        Some(value) => Step::Again(value),
        None => no_such_part(session, "Delete", spec, of),
    })
}

fn insert(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, new, spec] = call.args() else { return Ok(Step::Same) };
    let inserted = change_all(session, of, spec, true, &mut |inside, last| {
        let (index, count) = (last.as_i64()?, length(inside) as i64);
        if !(1..=count + 1).contains(&index) {
            return None;
        }
        match inside {
            Value::Call(inside) => {
                let mut args = Args::from(inside.args());
                args.insert(index as usize - 1, new.clone());
                Some(Value::call(inside.head().clone(), args))
            }
            Value::Association(entries) => {
                let (key, value, delayed) = sides(new)?;
                let entry = crate::association::Entry { value: value.clone(), delayed };
                let old = entries.iter().map(|(key, entry)| (key.clone(), entry.clone()));
                let mut all: Vec<_> = old.collect();
                all.insert(index as usize - 1, (key.clone(), entry));
                Some(Value::Association(Arc::new(Association::new(all))))
            }
            _ => None,
        }
    });
    Ok(match inserted {
        Some(value) => Step::Again(value),
        None => no_such_part(session, "Insert", spec, of),
    })
}

fn map_at(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [function, of, spec] = call.args() else { return Ok(Step::Same) };
    let mut apply = |value: &Value| Value::call(function.clone(), [value.clone()].as_slice());
    Ok(match changed_at(of, spec, &mut apply) {
        Some(value) => Step::Again(value),
        None => no_such_part(session, "MapAt", spec, of),
    })
}

/// Changes the parts at places.
fn changed_at(of: &Value, spec: &Value, change: &mut dyn FnMut(&Value) -> Value) -> Option<Value> {
    let mut value = of.clone();
    for specs in places(spec) {
        value = change_at(&value, &specs, &mut |inside, last| match (inside, last) {
            (Value::Call(inside), Value::Integer(0)) => {
                Some(Value::call(change(inside.head()), Args::from(inside.args())))
            }
            _ => replaced(inside, &meant(inside, last)?, &mut |element| Some(change(element))),
        })?;
    }
    Some(value)
}

fn replace_at(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, given, spec] = call.args() else { return Ok(Step::Same) };
    let mut rules = Vec::new();
    for rule in given.as_list().unwrap_or(std::slice::from_ref(given)) {
        let Some((lhs, rhs, delayed)) = sides(rule) else {
            session.message_of("ReplaceAt", "reps", std::slice::from_ref(given));
            return Ok(Step::Same);
        };
        rules.push(Rule::new(session, lhs, rhs, delayed));
    }
    let mut stopped = None;
    let changed = changed_at(of, spec, &mut |value| {
        for rule in &rules {
            match rule.apply(session, value) {
                Ok(Some(new)) => return new,
                Ok(None) => {}
                Err(stop) => stopped = Some(stop),
            }
        }
        value.clone()
    });
    if let Some(stop) = stopped {
        return Err(stop);
    }
    Ok(match changed {
        Some(value) => Step::Again(value),
        None => no_such_part(session, "ReplaceAt", spec, of),
    })
}

fn subset_map(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [function, of, spec] = call.args() else { return Ok(Step::Same) };
    let all = match spec.as_list() {
        Some(all) => all.to_vec(),
        None => vec![spec.clone()],
    };
    let at: Option<Vec<Vec<Value>>> = all.iter().map(|one| each_place(of, one)).collect();
    let Some(at) = at.map(|at| at.concat()) else {
        return Ok(no_such_part(session, "SubsetMap", spec, of));
    };
    let parts: Option<Args> = at.iter().map(|place| get(of, std::slice::from_ref(place))).collect();
    let Some(parts) = parts else { return Ok(no_such_part(session, "SubsetMap", spec, of)) };
    let new = session.call(function, [Value::list(parts)].as_slice())?;
    let Some(new) = new.as_list().filter(|new| new.len() == at.len()) else {
        session.message_of("SubsetMap", "idim", &[new, Value::list(Args::from(at))]);
        return Ok(Step::Same);
    };
    let mut value = of.clone();
    for (place, part) in at.iter().zip(new) {
        let Some(changed) = changed_at(&value, place, &mut |_| part.clone()) else {
            return Ok(no_such_part(session, "SubsetMap", spec, of));
        };
        value = changed;
    }
    Ok(Step::Again(value))
}

/// Returns the places that an index, a span or `All` means.
fn each_place(of: &Value, spec: &Value) -> Option<Vec<Value>> {
    let places = meant(of, spec)?;
    Some(places.into_iter().map(|place| Value::Integer(place as i64 + 1)).collect())
}

fn flatten_at(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, spec] = call.args() else { return Ok(Step::Same) };
    let spliced = change_all(session, of, spec, false, &mut |inside, last| {
        let at = meant(inside, last)?;
        replaced(inside, &at, &mut |element| {
            let inner = element.as_call()?;
            Some(Value::call(sym::Sequence, Args::from(inner.args())))
        })
    });
    Ok(match spliced {
        Some(value) => Step::Again(value),
        None => no_such_part(session, "FlattenAt", spec, of),
    })
}

fn first_position(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, pattern, default, levels) = match call.args() {
        [of, pattern] => (of, pattern, None, None),
        [of, pattern, default] => (of, pattern, Some(default), None),
        [of, pattern, default, levels] => (of, pattern, Some(default), Some(levels)),
        _ => return Ok(Step::Same),
    };
    let levels = match levels {
        Some(spec) => match crate::level::Levels::read(session, spec) {
            Some(levels) => levels,
            None => return Ok(Step::Same),
        },
        None => crate::level::Levels::between(0, i64::MAX),
    };
    let rule = session.pattern(pattern);
    let (mut found, mut failure) = (None, None);
    levels.visit_with_heads(of, &mut |part, index| match rule.apply(session, part) {
        Ok(Some(_)) => {
            found = Some(Value::list(Args::from(index)));
            false
        }
        Ok(None) => true,
        Err(stop) => {
            failure = Some(stop);
            false
        }
    });
    if let Some(stop) = failure {
        return Err(stop);
    }
    let missing = || Value::call(sym::Missing, [Value::string("NotFound")].as_slice());
    Ok(Step::Again(found.unwrap_or_else(|| default.cloned().unwrap_or_else(missing))))
}

fn pick(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, selection, pattern) = match call.args() {
        [of, selection] => (of, selection, &Value::TRUE),
        [of, selection, pattern] => (of, selection, pattern),
        _ => return Ok(Step::Same),
    };
    let rule = session.pattern(pattern);
    let picked = picked(session, of, selection, &rule)?;
    Ok(match picked {
        Some(Picked::Part(value)) => Step::Again(value),
        Some(Picked::Nothing) => Step::Done(Value::call(sym::Sequence, Args::new())),
        None => {
            session.message_of("Pick", "incomp", &[of.clone(), selection.clone()]);
            Step::Same
        }
    })
}

enum Picked {
    Part(Value),
    Nothing,
}

/// Keeps what the selection matches; `None` if the shapes differ.
fn picked(
    session: &mut Session,
    of: &Value,
    selection: &Value,
    rule: &Rule,
) -> Evaluated<Option<Picked>> {
    if rule.apply(session, selection)?.is_some() {
        return Ok(Some(Picked::Part(of.clone())));
    }
    let Some(selections) = selection.as_call().filter(|_| !selection.is_atom()) else {
        return Ok(Some(Picked::Nothing));
    };
    let Value::Call(all) = of else { return Ok(None) };
    if all.args().len() != selections.args().len() {
        return Ok(None);
    }
    let mut kept = Args::new();
    for (element, selection) in all.args().iter().zip(selections.args()) {
        match picked(session, element, selection, rule)? {
            Some(Picked::Part(value)) => kept.push(value),
            Some(Picked::Nothing) => {}
            None => return Ok(None),
        }
    }
    Ok(Some(Picked::Part(Value::call(all.head().clone(), kept))))
}
