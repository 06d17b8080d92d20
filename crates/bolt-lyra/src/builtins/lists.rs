//! Lists: joining, sorting, taking apart.

pub(super) mod arrays;
pub(super) mod automata;
pub(super) mod clusters;
pub(super) mod fourier;
pub(super) mod groups;
mod kdtree;
pub(super) mod nearest;
pub(super) mod padding;
pub(super) mod places;
pub(super) mod sequences;
pub(super) mod sets;
pub(super) mod windows;

use triomphe::Arc;

use super::functional::{elements, with_elements};
use super::structure::length;
use super::{Builtin, builtin};
use crate::array::Elements;
use crate::association::{Association, Entry};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "List",
        Attributes::LOCKED,
        |_, _| Ok(Step::Same),
        "{a, b} or List[a, b] is a list.",
        &[("{1 + 1, 2}", "{2, 2}"), ("List[a]", "{a}")],
    ),
    builtin(
        "Join",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        |_, c| Ok(join(c)),
        "Join[a, b] is one list with the elements of both; Join[a, b, n] joins the lists at level n, such as the rows of matrices at level 2.",
        &[
            ("Join[{1}, {2, 3}]", "{1, 2, 3}"),
            ("Join[f[a], f[b]]", "f[a, b]"),
            ("Join[{{a}, {b}}, {{c}, {d}}, 2]", "{{a, c}, {b, d}}"),
        ],
    ),
    builtin(
        "Append",
        Attributes::NONE,
        |_, c| Ok(add(c, true)),
        "Append[e, x] is e with x as its last element.",
        &[("Append[{1, 2}, 3]", "{1, 2, 3}"), ("Append[f[a], b]", "f[a, b]")],
    ),
    builtin(
        "Prepend",
        Attributes::NONE,
        |_, c| Ok(add(c, false)),
        "Prepend[e, x] is e with x as its first element.",
        &[("Prepend[{1, 2}, 0]", "{0, 1, 2}"), ("Prepend[f[a], b]", "f[b, a]")],
    ),
    builtin(
        "Reverse",
        Attributes::NONE,
        |_, c| Ok(reverse(c)),
        "Reverse[e] has the elements of e in reverse order; Reverse[e, n] reverses at level n, \
         Reverse[e, {m, n}] at several.",
        &[("Reverse[{1, 2, 3}]", "{3, 2, 1}"), ("Reverse[f[a, b]]", "f[b, a]")],
    ),
    builtin(
        "Flatten",
        Attributes::NONE,
        |_, c| Ok(flatten(c)),
        "Flatten[e] takes lists inside lists apart; Flatten[e, n] n levels of them; Flatten[e, {{i, j}, \
         {k}, ...}] joins levels i and j into the first level, and so on.",
        &[("Flatten[{{1, {2}}, 3}]", "{1, 2, 3}"), ("Flatten[{{1, {2}}, 3}, 1]", "{1, {2}, 3}")],
    ),
    builtin(
        "Sort",
        Attributes::NONE,
        sort,
        "Sort[e] sorts the elements canonically; Sort[e, p] so that p[a, b] is True of neighbours.",
        &[("Sort[{3, 1, 2}]", "{1, 2, 3}"), ("Sort[{3, 1, 2}, Greater]", "{3, 2, 1}")],
    ),
    builtin(
        "SortBy",
        Attributes::NONE,
        sort_by,
        "SortBy[e, f] sorts the elements by the values of f.",
        &[
            ("SortBy[{-3, 1, 2}, Abs]", "{1, 2, -3}"),
            ("SortBy[{{1, b}, {2, a}}, Last]", "{{2, a}, {1, b}}"),
        ],
    ),
    builtin(
        "Ordering",
        Attributes::NONE,
        ordering,
        "Ordering[e] gives the places of the elements of e in sorted order.",
        &[("Ordering[{c, a, b}]", "{2, 3, 1}"), ("Ordering[{3, 1, 2}, 1]", "{2}")],
    ),
    builtin(
        "Take",
        Attributes::NONE,
        |s, c| Ok(take(s, c, true)),
        "Take[e, n] is the first n elements, Take[e, -n] the last, Take[e, {m, n}] those from m to n.",
        &[("Take[{a, b, c}, 2]", "{a, b}"), ("Take[{a, b, c}, {2, 3}]", "{b, c}")],
    ),
    builtin(
        "Drop",
        Attributes::NONE,
        |s, c| Ok(take(s, c, false)),
        "Drop[e, n] is e without the first n elements, Drop[e, -n] without the last.",
        &[("Drop[{a, b, c}, 2]", "{c}"), ("Drop[{a, b, c}, -1]", "{a, b}")],
    ),
    builtin(
        "Total",
        Attributes::NONE,
        total,
        "Total[list] is the sum of the elements; Total[list, n] of those down to level n, \
         Total[list, {n}] at level n only.",
        &[("Total[{1, 2, 3}]", "6"), ("Total[{{1, 2}, {3, 4}}]", "{4, 6}")],
    ),
    builtin(
        "Accumulate",
        Attributes::NONE,
        accumulate,
        "Accumulate[list] is the list of the sums of the first elements.",
        &[("Accumulate[{1, 2, 3}]", "{1, 3, 6}"), ("Accumulate[{a, b}]", "{a, a + b}")],
    ),
    builtin(
        "Differences",
        Attributes::NONE,
        differences,
        "Differences[list] is the list of the differences of neighbours; Differences[list, n] does so \
         n times, Differences[list, n, s] of elements s places apart.",
        &[("Differences[{1, 4, 9}]", "{3, 5}"), ("Differences[{a, b}]", "{-a + b}")],
    ),
    builtin(
        "Transpose",
        Attributes::NONE,
        |s, c| Ok(transpose(s, c)),
        "Transpose[m] exchanges rows and columns; Transpose[a, {n1, n2, ...}] makes level k of a \
         level nk of the result.",
        &[
            ("Transpose[{{1, 2}, {3, 4}}]", "{{1, 3}, {2, 4}}"),
            ("Transpose[{{a, b}}]", "{{a}, {b}}"),
        ],
    ),
    builtin(
        "Dimensions",
        Attributes::NONE,
        |_, c| Ok(dimensions(c)),
        "Dimensions[e] is the list of the lengths of e at the levels at which all parts have the \
         same head and length.",
        &[("Dimensions[{{1, 2, 3}, {4, 5, 6}}]", "{2, 3}"), ("Dimensions[{1, {2}}]", "{2}")],
    ),
    builtin(
        "Distribute",
        Attributes::NONE,
        |s, c| distribute(s, c),
        "Distribute[f[a + b, c]] gives f[a, c] + f[b, c]; Distribute[e, g] distributes over g.",
        &[
            ("Distribute[f[a + b, c]]", "f[a, c] + f[b, c]"),
            ("Distribute[{{a, b}, {c}}, List]", "{{a, c}, {b, c}}"),
        ],
    ),
    builtin(
        "Riffle",
        Attributes::NONE,
        |_, c| Ok(riffle(c)),
        "Riffle[list, x] puts x between the elements, or the elements of a list x in turn; \
         Riffle[list, x, n] at every n-th place, {i, j, n} from place i to j.",
        &[("Riffle[{a, b, c}, x]", "{a, x, b, x, c}"), ("Riffle[{a, b}, {1, 2}]", "{a, 1, b, 2}")],
    ),
];

/// Joins lists at a level.
fn joined_at(level: usize, lists: &[&Value]) -> Option<Value> {
    let calls: Vec<&Call> = lists.iter().map(|list| list.as_call()).collect::<Option<_>>()?;
    let head = calls.first()?.head();
    if calls.iter().any(|call| call.head() != head) {
        return None;
    }
    if level <= 1 {
        let all = calls.iter().flat_map(|call| call.args().iter().cloned());
        return Some(Value::call(head.clone(), all.collect::<Args>()));
    }
    let rows = calls.iter().map(|call| call.args().len()).max()?;
    let row = |row: usize| {
        let parts: Vec<&Value> = calls.iter().filter_map(|call| call.args().get(row)).collect();
        joined_at(level - 1, &parts)
    };
    Some(Value::call(head.clone(), (0..rows).map(row).collect::<Option<Args>>()?))
}

fn join(call: &Call) -> Step {
    if let [lists @ .., Value::Integer(level @ 1..)] = call.args()
        && !lists.is_empty()
    {
        let lists: Vec<&Value> = lists.iter().collect();
        return joined_at(*level as usize, &lists).map_or(Step::Same, Step::Again);
    }
    let [first, ..] = call.args() else { return Step::Done(Value::list(Args::new())) };
    if let Value::Association(_) = first {
        let mut all = Association::default();
        for arg in call.args() {
            let Value::Association(entries) = arg else { return Step::Same };
            for (key, entry) in entries.iter() {
                all.insert_entry(key.clone(), entry.clone());
            }
        }
        return Step::Done(Value::Association(Arc::new(all)));
    }
    let mut all = Args::new();
    for arg in call.args() {
        match arg {
            Value::Call(list) if *list.head() == first.head() => {
                all.extend(list.args().iter().cloned());
            }
            _ => return Step::Same,
        }
    }
    Step::Again(Value::call(first.head(), all))
}

fn add(call: &mut Arc<Call>, at_end: bool) -> Step {
    match call.args() {
        [Value::Call(list), element] => {
            let mut args = Args::from(list.args());
            args.insert(if at_end { args.len() } else { 0 }, element.clone());
            Step::Again(Value::call(list.head().clone(), args))
        }
        [Value::Association(entries), rule] => {
            let Some((key, value, delayed)) = sides(rule) else { return Step::Same };
            let entry = Entry { value: value.clone(), delayed };
            let mut new = (**entries).clone();
            if at_end {
                new.remove(key);
                new.insert_entry(key.clone(), entry);
            } else {
                let rest = entries.iter().filter(|(known, _)| *known != key);
                let rest = rest.map(|(key, entry)| (key.clone(), entry.clone()));
                new = Association::new(std::iter::once((key.clone(), entry)).chain(rest));
            }
            Step::Done(Value::Association(Arc::new(new)))
        }
        _ => Step::Same,
    }
}

fn reverse(call: &Call) -> Step {
    let (of, levels) = match call.args() {
        [of] => (of, vec![1]),
        [of, levels] => {
            let all = levels.as_list().unwrap_or(std::slice::from_ref(levels));
            match all.iter().map(Value::as_i64).collect::<Option<Vec<i64>>>() {
                Some(levels) => (of, levels),
                None => return Step::Same,
            }
        }
        _ => return Step::Same,
    };
    if of.is_atom() {
        return Step::Same;
    }
    Step::Again(reversed(of, 1, &levels))
}

fn reversed(of: &Value, level: i64, at: &[i64]) -> Value {
    if !at.iter().any(|&wanted| wanted >= level) {
        return of.clone();
    }
    let inner = match of {
        Value::Call(call) => {
            let args = call.args().iter().map(|arg| reversed(arg, level + 1, at));
            Value::call(call.head().clone(), args.collect::<Args>())
        }
        _ => of.clone(),
    };
    match at.contains(&level) {
        true => with_elements(&inner, &(0..length(&inner)).rev().collect::<Vec<_>>()),
        false => inner,
    }
}

fn flatten(call: &Call) -> Step {
    if let [of, levels] = call.args()
        && let Some(groups) = levels.as_list()
    {
        let group = |group: &Value| match group.as_list() {
            Some(levels) => levels.iter().map(Value::as_usize).collect::<Option<Vec<usize>>>(),
            None => None,
        };
        let flat: Option<Vec<usize>> = groups.iter().map(Value::as_usize).collect();
        let groups = match flat {
            Some(flat) => Some(vec![flat]),
            None => groups.iter().map(group).collect(),
        };
        let groups =
            groups.filter(|groups: &Vec<Vec<usize>>| !groups.iter().flatten().any(|&l| l == 0));
        let flat = groups.and_then(|groups| arrays::flatten_levels(of, &groups));
        return flat.map_or(Step::Same, Step::Again);
    }
    let (of, levels, head) = match call.args() {
        [of] => (of, u64::MAX, None),
        [of, level] => (
            of,
            match level {
                Value::Integer(level @ 0..) => *level as u64,
                _ if level.is(sym::Infinity) || level.args_of(sym::DirectedInfinity).is_some() => {
                    u64::MAX
                }
                _ => return Step::Same,
            },
            None,
        ),
        [of, level, head] => {
            (of, level.as_i64().map_or(u64::MAX, |level| level.max(0) as u64), Some(head.clone()))
        }
        _ => return Step::Same,
    };
    let Value::Call(list) = of else { return Step::Same };
    let head = head.unwrap_or_else(|| list.head().clone());
    let mut flat = Args::new();
    // What is still to be looked at, with how many levels may be taken apart.
    let mut pending: Vec<(Value, u64)> =
        list.args().iter().rev().map(|arg| (arg.clone(), levels)).collect();
    while let Some((value, levels)) = pending.pop() {
        bolt_base::interrupt::poll();
        match &value {
            Value::Call(inner) if levels > 0 && *inner.head() == head => {
                pending.extend(inner.args().iter().rev().map(|arg| (arg.clone(), levels - 1)));
            }
            _ => flat.push(value),
        }
    }
    Step::Again(Value::call(list.head().clone(), flat))
}

fn sort(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, by) = match call.args() {
        [of] => (of, None),
        [of, by] => (of, Some(by)),
        _ => return Ok(Step::Same),
    };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    if let Some(array) = of.as_array().filter(|array| array.dimensions().len() == 1)
        && by.is_none()
        && let Some(sorted) = array.elements().sorted()
    {
        return Ok(Step::Done(Value::vector(sorted)));
    }
    let values = elements(of);
    let mut places: Vec<usize> = (0..values.len()).collect();
    match by {
        None => {
            places.sort_by(|&a, &b| crate::order::compare(&session.names, &values[a], &values[b]));
        }
        Some(by) => {
            places = sorted_by(session, by, &values)?;
        }
    }
    Ok(Step::Again(with_elements(of, &places)))
}

/// Returns the places of values in an order of which a function is True, or 1 or 0, of neighbours.
fn sorted_by(session: &mut Session, by: &Value, values: &[Value]) -> Evaluated<Vec<usize>> {
    let mut failure = None;
    let by = Callable::new(session, by);
    let places = merge_sort((0..values.len()).collect(), &mut |a, b| {
        if failure.is_some() {
            return true;
        }
        match by.call(session, [values[a].clone(), values[b].clone()]) {
            Ok(answer) => !(answer.is(sym::False) || matches!(answer, Value::Integer(-1))),
            Err(stop) => {
                failure = Some(stop);
                true
            }
        }
    });
    match failure {
        Some(stop) => Err(stop),
        None => Ok(places),
    }
}

/// Sorts by any relation, consistent or not, keeping the order of what it does not exchange.
fn merge_sort(places: Vec<usize>, in_order: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    if places.len() < 2 {
        return places;
    }
    let (left, right) = places.split_at(places.len() / 2);
    let left = merge_sort(left.to_vec(), in_order);
    let right = merge_sort(right.to_vec(), in_order);
    let (mut i, mut j) = (0, 0);
    let mut merged = Vec::with_capacity(places.len());
    while i < left.len() && j < right.len() {
        match in_order(left[i], right[j]) {
            true => {
                merged.push(left[i]);
                i += 1;
            }
            false => {
                merged.push(right[j]);
                j += 1;
            }
        }
    }
    merged.extend_from_slice(&left[i..]);
    merged.extend_from_slice(&right[j..]);
    merged
}

fn sort_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, by] = call.args() else { return Ok(Step::Same) };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let values = elements(of);
    let mut keys = Vec::with_capacity(values.len());
    let by = Callable::new(session, by);
    for value in &values {
        keys.push(by.call(session, [value.clone()].as_slice())?);
    }
    let mut places: Vec<usize> = (0..values.len()).collect();
    let names = &session.names;
    places.sort_by(|&a, &b| {
        crate::order::compare(names, &keys[a], &keys[b])
            .then_with(|| crate::order::compare(names, &values[a], &values[b]))
    });
    Ok(Step::Again(with_elements(of, &places)))
}

fn ordering(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, count, by) = match call.args() {
        [of] => (of, None, None),
        [of, count] => (of, Some(count), None),
        [of, count, by] => (of, Some(count), Some(by)),
        _ => return Ok(Step::Same),
    };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let values = elements(of);
    let mut places: Vec<usize> = (0..values.len()).collect();
    match by {
        None => {
            places.sort_by(|&a, &b| crate::order::compare(&session.names, &values[a], &values[b]));
        }
        Some(by) => places = sorted_by(session, by, &values)?,
    }
    let wanted = match count {
        Some(Value::Integer(count @ ..0)) => {
            let least = places.len().saturating_sub(count.unsigned_abs() as usize);
            places[least..].iter().rev().copied().collect()
        }
        Some(Value::Integer(count)) => places[..places.len().min(*count as usize)].to_vec(),
        Some(Value::Call(most)) if most.is(sym::UpTo) && most.args().len() == 1 => {
            let Some(most) = most.args()[0].as_usize() else { return Ok(Step::Same) };
            places[..places.len().min(most)].to_vec()
        }
        None | Some(Value::Symbol(sym::All)) => places,
        Some(_) => return Ok(Step::Same),
    };
    let place = |place: &usize| Value::Integer(*place as i64 + 1);
    Ok(Step::Done(Value::list(wanted.iter().map(place).collect::<Args>())))
}

/// Returns the sum of a vector of machine numbers of one kind.
fn machine_total(of: &Value) -> Option<Value> {
    match of.as_array() {
        Some(array) if array.dimensions().len() == 1 => Some(array.elements().total()),
        Some(_) => None,
        None => Some(Elements::of_values(of.as_list()?)?.total()),
    }
}

fn total(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, levels) = match call.args() {
        [of] => (of, Value::Integer(1)),
        [of, levels] => (of, levels.clone()),
        _ => return Ok(Step::Same),
    };
    if levels == Value::Integer(1)
        && let Some(total) = machine_total(of)
    {
        return Ok(Step::Done(total));
    }
    let sum = |of: &Value| Value::call(sym::Plus, elements(of));
    match (of, &levels, levels.as_list()) {
        (Value::Call(_) | Value::Association(_), Value::Integer(1), _) => Ok(Step::Again(sum(of))),
        (Value::Call(list), _, None) => {
            let depth = match &levels {
                Value::Integer(n) if *n >= 0 => *n as usize,
                Value::Integer(n) => (crate::level::depth(of) + n).max(0) as usize,
                Value::Symbol(sym::Infinity) => usize::MAX,
                _ if levels.args_of(sym::DirectedInfinity).is_some() => usize::MAX,
                _ => return Ok(Step::Same),
            };
            let flat = match depth {
                0 => return Ok(Step::Done(of.clone())),
                _ => Value::call(
                    sym::Flatten,
                    [of.clone(), Value::Integer(i64::try_from(depth - 1).unwrap_or(i64::MAX))],
                ),
            };
            let flat = session.evaluate(&flat)?;
            let is_list = flat.as_call().is_some_and(|flat| flat.head() == list.head());
            Ok(if is_list { Step::Again(sum(&flat)) } else { Step::Same })
        }
        (_, _, Some([Value::Integer(level @ 1..)])) => {
            let wanted = *level;
            let inner = crate::level::Levels::only(wanted - 1).map(of, &mut |part| match part {
                Value::Call(_) => Value::call(sym::Total, [part].as_slice()),
                _ => part,
            });
            Ok(Step::Again(inner))
        }
        _ => Ok(Step::Same),
    }
}

/// Reads which of so many elements are meant by `n`, `-n`, `{i}`, `{i, j}`, `{i, j, step}`, `All`:
/// from which to which, counted from 1, and the step.
fn range_of(spec: &Value, count: usize) -> Option<(i64, i64, usize)> {
    let count = count as i64;
    let absolute = |index: i64| if index < 0 { count + 1 + index } else { index };
    Some(match (spec, spec.as_list()) {
        (Value::Integer(n), _) if *n >= 0 => (1, *n, 1),
        (Value::Integer(n), _) => (count + 1 + n, count, 1),
        (Value::Symbol(sym::All), _) => (1, count, 1),
        (Value::Symbol(sym::None), _) => (1, 0, 1),
        (Value::Call(call), _) if call.is(sym::UpTo) => match call.args() {
            [most] => (1, (most.as_usize()? as i64).min(count), 1),
            _ => return None,
        },
        (_, Some([Value::Integer(one)])) => (absolute(*one), absolute(*one), 1),
        (_, Some([Value::Integer(a), Value::Integer(b)])) => (absolute(*a), absolute(*b), 1),
        (_, Some([Value::Integer(a), Value::Integer(b), Value::Integer(step)])) if *step > 0 => {
            (absolute(*a), absolute(*b), *step as usize)
        }
        _ => return None,
    })
}

/// Returns the places, counted from 0, that `Take` keeps or `Drop` leaves out, of `count`; tells a
/// message of the function if there are no such places.
pub(super) fn places_of(
    session: &mut Session,
    (name, takes): (&str, bool),
    of: &Value,
    spec: &Value,
    count: usize,
) -> Option<Vec<usize>> {
    let (first, last, step) = range_of(spec, count)?;
    if first < 1 || last > count as i64 || first > last + 1 {
        let tag = if takes { "take" } else { "drop" };
        session.message_of(name, tag, &[Value::Integer(first), Value::Integer(last), of.clone()]);
        return None;
    }
    let (start, end) = (first as usize - 1, last as usize);
    if takes {
        return Some((start..end).step_by(step).collect());
    }
    let is_left_out =
        |place: &usize| (start..end).contains(place) && (place - start).is_multiple_of(step);
    Some((0..count).filter(|place| !is_left_out(place)).collect())
}

fn take(session: &mut Session, call: &Call, takes: bool) -> Step {
    let [of, specs @ ..] = call.args() else { return Step::Same };
    if of.is_atom() || specs.is_empty() {
        return Step::Same;
    }
    let name = if takes { "Take" } else { "Drop" };
    taken_at_levels(session, (name, takes), of, specs).map_or(Step::Same, Step::Again)
}

/// Takes or drops elements at each of the first levels.
fn taken_at_levels(
    session: &mut Session,
    what: (&str, bool),
    of: &Value,
    specs: &[Value],
) -> Option<Value> {
    let Some((spec, rest)) = specs.split_first() else { return Some(of.clone()) };
    let places = places_of(session, what, of, spec, length(of))?;
    let kept = with_elements(of, &places);
    match (&kept, rest) {
        (_, []) => Some(kept),
        (Value::Call(call), _) => {
            let mut inner = Args::with_capacity(call.args().len());
            for element in call.args() {
                inner.push(taken_at_levels(session, what, element, rest)?);
            }
            Some(Value::call(call.head().clone(), inner))
        }
        _ => None,
    }
}

fn accumulate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [Value::Call(list)] = call.args() else { return Ok(Step::Same) };
    if let Some(array) = list.array().filter(|array| array.dimensions().len() == 1)
        && let Some(sums) = array.elements().accumulated()
    {
        return Ok(Step::Done(Value::vector(sums)));
    }
    let mut sums = Args::with_capacity(list.args().len());
    for value in list.args() {
        let next = match sums.last() {
            None => value.clone(),
            Some(sum) if sum.is_number() && value.is_number() => crate::number::add(sum, value),
            Some(sum) => super::arithmetic::add_up(session, [sum.clone(), value.clone()])?,
        };
        sums.push(next);
    }
    Ok(Step::Again(Value::call(list.head().clone(), sums)))
}

fn differences(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (list, times, apart) = match call.args() {
        [Value::Call(list)] => (list, Some(1), Some(1)),
        [Value::Call(list), times] => (list, times.as_usize(), Some(1)),
        [Value::Call(list), times, apart] => (list, times.as_usize(), apart.as_usize()),
        _ => return Ok(Step::Same),
    };
    let (Some(times), Some(apart @ 1..)) = (times, apart) else { return Ok(Step::Same) };
    if let Some(array) = list.array().filter(|array| array.dimensions().len() == 1)
        && times == 1
        && let Some(differences) = array.elements().differences(apart)
    {
        return Ok(Step::Done(Value::vector(differences)));
    }
    let mut values = Args::from(list.args());
    for _ in 0..times {
        let later = values.iter().skip(apart);
        let pairs = values.iter().zip(later);
        let difference = |(a, b): (&Value, &Value)| match a.is_number() && b.is_number() {
            true => Ok(crate::number::subtract(b, a)),
            false => super::arithmetic::add_up(
                session,
                [super::arithmetic::negative(a.clone()), b.clone()],
            ),
        };
        values = pairs.map(difference).collect::<Evaluated<Args>>()?;
    }
    Ok(Step::Again(Value::list(values)))
}

fn transpose(session: &mut Session, call: &Call) -> Step {
    let (of, levels) = match call.args() {
        [of] => (of, None),
        [of, levels] => (of, Some(levels)),
        _ => return Step::Same,
    };
    if let Some(levels) = levels {
        let to: Option<Vec<usize>> =
            levels.as_list().and_then(|levels| levels.iter().map(Value::as_usize).collect());
        let to = to.filter(|to| !to.is_empty() && !to.contains(&0));
        let transposed = to.and_then(|to| arrays::transpose_levels(of, &to));
        if transposed.is_none() {
            session.message_of("Transpose", "newdims", &[levels.clone(), of.clone()]);
        }
        return transposed.map_or(Step::Same, Step::Again);
    }
    let Some(rows) = of.as_list() else { return Step::Same };
    if rows.iter().all(|row| row.as_list().is_none()) {
        return Step::Done(of.clone());
    }
    let width = rows.first().and_then(Value::as_list).map_or(0, <[Value]>::len);
    let rows: Option<Vec<&[Value]>> =
        rows.iter().map(|row| row.as_list().filter(|row| row.len() == width)).collect();
    let Some(rows) = rows else {
        session.message_of("Transpose", "nmtx", std::slice::from_ref(of));
        return Step::Same;
    };
    let column =
        |place: usize| Value::list(rows.iter().map(|row| row[place].clone()).collect::<Args>());
    Step::Again(Value::list((0..width).map(column).collect::<Args>()))
}

fn dimensions(call: &Call) -> Step {
    let [Value::Call(of)] = call.args() else {
        return match call.args() {
            [_] => Step::Done(Value::list(Args::new())),
            _ => Step::Same,
        };
    };
    let mut sizes = Args::new();
    let mut level: Vec<&Call> = vec![of];
    while let Some(first) = level.first() {
        let (head, length) = (of.head(), first.args().len());
        if level.iter().any(|part| part.head() != head || part.args().len() != length) {
            break;
        }
        sizes.push(Value::Integer(length as i64));
        let parts: Option<Vec<&Call>> =
            level.iter().flat_map(|part| part.args()).map(Value::as_call).collect();
        match parts {
            Some(parts) => level = parts,
            None => break,
        }
    }
    Step::Done(Value::list(sizes))
}

/// Terms that are distributed to.
const TERMS_MAX: usize = 1 << 24;

fn distribute(session: &mut Session, call: &Call) -> Evaluated<Step> {
    let (of, over) = match call.args() {
        [Value::Call(of)] => (of, Value::Symbol(sym::Plus)),
        [Value::Call(of), over] => (of, over.clone()),
        [other, ..] => return Ok(Step::Done(other.clone())),
        [] => return Ok(Step::Same),
    };
    let terms_of = |arg: &Value| match arg {
        Value::Call(sum) if *sum.head() == over => sum.len(),
        _ => 1,
    };
    let count = of.args().iter().fold(1usize, |count, arg| count.saturating_mul(terms_of(arg)));
    if count > TERMS_MAX {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    let mut all: Vec<Args> = vec![Args::new()];
    for arg in of.args() {
        session.check_interrupt()?;
        let terms = match arg {
            Value::Call(sum) if *sum.head() == over => sum.args(),
            _ => std::slice::from_ref(arg),
        };
        let longer = |so_far: &Args| {
            terms
                .iter()
                .map(move |term| {
                    let mut args = so_far.clone();
                    args.push(term.clone());
                    args
                })
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    let terms = all.into_iter().map(|args| Value::call(of.head().clone(), args));
    Ok(Step::Again(Value::call(over, terms.collect::<Args>())))
}

fn riffle(call: &Call) -> Step {
    let (list, between, spec) = match call.args() {
        [Value::Call(list), between] => (list, between, None),
        [Value::Call(list), between, spec] => (list, between, Some(spec)),
        _ => return Step::Same,
    };
    let count = list.args().len();
    let values = match between.as_list() {
        Some([]) => return Step::Done(call.args()[0].clone()),
        Some(values) => values,
        None => std::slice::from_ref(between),
    };
    let Some(spec) = spec else {
        let goes_last = between.as_list().is_some() && values.len() == count;
        let mut all = Args::with_capacity(2 * count);
        for (element, value) in list.args().iter().zip(values.iter().cycle()) {
            all.push(element.clone());
            all.push(value.clone());
        }
        if !goes_last {
            all.pop();
        }
        return Step::Again(Value::call(list.head().clone(), all));
    };
    riffled(list, values, spec).map_or(Step::Same, Step::Again)
}

/// Puts values at every n-th place of the result, or at the places `{first, last, step}`.
fn riffled(list: &Call, values: &[Value], spec: &Value) -> Option<Value> {
    let (first, last, step) = match (spec, spec.as_list()) {
        (Value::Integer(step @ 2..), _) => (*step, None, *step),
        (_, Some([first, last, step])) => (first.as_i64()?, Some(last.as_i64()?), step.as_i64()?),
        _ => return None,
    };
    if first < 1 || step < 1 || (step == 1 && last.is_none_or(|last| last < 0)) {
        return None;
    }
    let (mut all, mut elements, mut used) = (Args::new(), list.args().iter(), 0);
    let mut place = 1;
    loop {
        let is_wanted = place >= first && (place - first) % step == 0;
        let is_within = match last {
            Some(last @ 0..) => place <= last,
            // A negative last place counts from the end of the result.
            Some(last) => elements.len() as i64 >= -1 - last,
            None => elements.len() > 0,
        };
        if is_wanted && is_within {
            all.push(values[used % values.len()].clone());
            used += 1;
        } else {
            match elements.next() {
                Some(element) => all.push(element.clone()),
                None => return Some(Value::call(list.head().clone(), all)),
            }
        }
        place += 1;
    }
}
