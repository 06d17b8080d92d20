//! Lists: joining, sorting, taking apart.

use std::collections::HashMap;

use triomphe::Arc;

use super::functional::{elements, with_elements};
use super::structure::length;
use super::{Builtin, builtin};
use crate::association::{Association, Entry};
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
        "Join[a, b] is one list with the elements of both.",
        &[("Join[{1}, {2, 3}]", "{1, 2, 3}"), ("Join[f[a], f[b]]", "f[a, b]")],
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
        |_, c| {
            Ok(match c.args() {
                [of] if !of.is_atom() => {
                    let places: Vec<usize> = (0..length(of)).rev().collect();
                    Step::Again(with_elements(of, &places))
                }
                _ => Step::Same,
            })
        },
        "Reverse[e] has the elements of e in reverse order.",
        &[("Reverse[{1, 2, 3}]", "{3, 2, 1}"), ("Reverse[f[a, b]]", "f[b, a]")],
    ),
    builtin(
        "Flatten",
        Attributes::NONE,
        |_, c| Ok(flatten(c)),
        "Flatten[e] takes lists inside lists apart; Flatten[e, n] n levels of them.",
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
        |s, c| Ok(ordering(s, c)),
        "Ordering[e] gives the places of the elements of e in sorted order.",
        &[("Ordering[{c, a, b}]", "{2, 3, 1}"), ("Ordering[{3, 1, 2}, 1]", "{2}")],
    ),
    builtin(
        "Union",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        |s, c| Ok(union(s, c)),
        "Union[a, b] is the sorted list of the different elements.",
        &[("Union[{2, 1, 2}]", "{1, 2}"), ("Union[{a}, {b, a}]", "{a, b}")],
    ),
    builtin(
        "Intersection",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        |s, c| Ok(intersection(s, c)),
        "Intersection[a, b] is the sorted list of the elements that are in all.",
        &[("Intersection[{1, 2, 3}, {2, 3, 4}]", "{2, 3}"), ("Intersection[{a}, {b}]", "{}")],
    ),
    builtin(
        "Complement",
        Attributes::NONE,
        |s, c| Ok(complement(s, c)),
        "Complement[all, a, b] is the sorted list of the elements of all that are in none of the others.",
        &[("Complement[{1, 2, 3}, {2}]", "{1, 3}"), ("Complement[{b, a, a}, {}]", "{a, b}")],
    ),
    builtin(
        "DeleteDuplicates",
        Attributes::NONE,
        |_, c| Ok(delete_duplicates(c)),
        "DeleteDuplicates[e] keeps the first of equal elements.",
        &[("DeleteDuplicates[{b, a, b}]", "{b, a}"), ("DeleteDuplicates[{1, 1.}]", "{1, 1.}")],
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
        |_, c| {
            Ok(match c.args() {
                [Value::Call(list)] => Step::Again(Value::call(sym::Plus, Args::from(list.args()))),
                [Value::Association(entries)] => {
                    Step::Again(Value::call(sym::Plus, entries.values().cloned().collect::<Args>()))
                }
                _ => Step::Same,
            })
        },
        "Total[list] is the sum of the elements.",
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
        |_, c| Ok(differences(c)),
        "Differences[list] is the list of the differences of neighbours.",
        &[("Differences[{1, 4, 9}]", "{3, 5}"), ("Differences[{a, b}]", "{-a + b}")],
    ),
    builtin(
        "Tally",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [Value::Call(list)] => Step::Done(Value::list(
                    tally(list.args())
                        .into_iter()
                        .map(|(value, count)| Value::list([value, Value::Integer(count)]))
                        .collect::<Args>(),
                )),
                _ => Step::Same,
            })
        },
        "Tally[list] gives the different elements with how often they occur.",
        &[("Tally[{a, b, a}]", "{{a, 2}, {b, 1}}"), ("Tally[{}]", "{}")],
    ),
    builtin(
        "Counts",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [Value::Call(list)] => {
                    let entries = tally(list.args()).into_iter().map(|(value, count)| {
                        (value, Entry { value: Value::Integer(count), delayed: false })
                    });
                    Step::Done(Value::Association(Arc::new(Association::new(entries))))
                }
                _ => Step::Same,
            })
        },
        "Counts[list] is an association of the elements with how often they occur.",
        &[("Counts[{a, b, a}]", "<|a -> 2, b -> 1|>"), ("Counts[{}]", "<||>")],
    ),
    builtin(
        "GroupBy",
        Attributes::NONE,
        group_by,
        "GroupBy[list, f] is an association of the values of f with the elements that have them; GroupBy[list, f, g] applies g to each group.",
        &[
            ("GroupBy[{1, 2, 3}, OddQ]", "<|True -> {1, 3}, False -> {2}|>"),
            ("GroupBy[{1, 2, 3}, OddQ, Total]", "<|True -> 4, False -> 2|>"),
        ],
    ),
    builtin(
        "Partition",
        Attributes::NONE,
        |_, c| Ok(partition(c)),
        "Partition[list, n] cuts the list into lists of n; Partition[list, n, d] begins one every d elements.",
        &[
            ("Partition[{a, b, c, d}, 2]", "{{a, b}, {c, d}}"),
            ("Partition[{a, b, c}, 2, 1]", "{{a, b}, {b, c}}"),
        ],
    ),
    builtin(
        "Transpose",
        Attributes::NONE,
        |_, c| Ok(transpose(c)),
        "Transpose[m] exchanges rows and columns.",
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
        |_, c| Ok(distribute(c)),
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
        "Riffle[list, x] puts x between the elements.",
        &[("Riffle[{a, b, c}, x]", "{a, x, b, x, c}"), ("Riffle[{a, b}, {1, 2}]", "{a, 1, b, 2}")],
    ),
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
        |_, c| Ok(keys(c, true)),
        "Keys[association] is the list of the keys; of rules, of their left sides.",
        &[("Keys[<|a -> 1, b -> 2|>]", "{a, b}"), ("Keys[{a -> 1}]", "{a}")],
    ),
    builtin(
        "Values",
        Attributes::NONE,
        |_, c| Ok(keys(c, false)),
        "Values[association] is the list of the values; of rules, of their right sides.",
        &[("Values[<|a -> 1, b -> 2|>]", "{1, 2}"), ("Values[{a -> 1}]", "{1}")],
    ),
    builtin(
        "Lookup",
        Attributes::NONE,
        |_, c| Ok(lookup(c)),
        "Lookup[association, key, default] is the value of the key, else the default.",
        &[("Lookup[<|a -> 1|>, a]", "1"), ("Lookup[<|a -> 1|>, b, 0]", "0")],
    ),
    builtin(
        "KeyExistsQ",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [Value::Association(entries), key] => {
                    Step::Done(Value::boolean(entries.get(key).is_some()))
                }
                _ => Step::Same,
            })
        },
        "KeyExistsQ[association, key] is True if the key is there.",
        &[("KeyExistsQ[<|a -> 1|>, a]", "True"), ("KeyExistsQ[<|a -> 1|>, b]", "False")],
    ),
];

fn join(call: &Call) -> Step {
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

fn flatten(call: &Call) -> Step {
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
    let values = elements(of);
    let mut places: Vec<usize> = (0..values.len()).collect();
    match by {
        None => {
            places.sort_by(|&a, &b| crate::order::compare(&session.names, &values[a], &values[b]));
        }
        Some(by) => {
            let mut failure = None;
            places = merge_sort(places, &mut |a, b| {
                if failure.is_some() {
                    return true;
                }
                match session.call(by, [values[a].clone(), values[b].clone()]) {
                    Ok(answer) => !(answer.is(sym::False) || matches!(answer, Value::Integer(-1))),
                    Err(stop) => {
                        failure = Some(stop);
                        true
                    }
                }
            });
            if let Some(stop) = failure {
                return Err(stop);
            }
        }
    }
    Ok(Step::Again(with_elements(of, &places)))
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
    for value in &values {
        keys.push(session.call(by, [value.clone()].as_slice())?);
    }
    let mut places: Vec<usize> = (0..values.len()).collect();
    let names = &session.names;
    places.sort_by(|&a, &b| {
        crate::order::compare(names, &keys[a], &keys[b])
            .then_with(|| crate::order::compare(names, &values[a], &values[b]))
    });
    Ok(Step::Again(with_elements(of, &places)))
}

fn ordering(session: &mut Session, call: &Call) -> Step {
    let (of, count) = match call.args() {
        [of] => (of, None),
        [of, count] => (of, count.as_i64()),
        _ => return Step::Same,
    };
    let values = elements(of);
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|&a, &b| crate::order::compare(&session.names, &values[a], &values[b]));
    let wanted = match count {
        Some(count @ ..0) => &places[places.len().saturating_sub(count.unsigned_abs() as usize)..],
        Some(count) => &places[..places.len().min(count as usize)],
        None => &places[..],
    };
    Step::Done(Value::list(wanted.iter().map(|p| Value::Integer(*p as i64 + 1)).collect::<Args>()))
}

fn lists(call: &Call) -> Option<Vec<&Arc<Call>>> {
    fn of(arg: &Value) -> Option<&Arc<Call>> {
        match arg {
            Value::Call(list) => Some(list),
            _ => None,
        }
    }
    call.args().iter().map(of).collect()
}

fn union(session: &Session, call: &Call) -> Step {
    let Some(lists) = lists(call) else { return Step::Same };
    let head = lists.first().map_or(Value::Symbol(sym::List), |list| list.head().clone());
    let mut all: Vec<Value> = lists.iter().flat_map(|list| list.args().iter().cloned()).collect();
    crate::order::sort(&session.names, &mut all);
    all.dedup();
    Step::Again(Value::call(head, Args::from(all)))
}

fn intersection(session: &Session, call: &Call) -> Step {
    let Some(lists) = lists(call) else { return Step::Same };
    let Some((first, rest)) = lists.split_first() else { return Step::Same };
    let sets: Vec<std::collections::HashSet<&Value>> =
        rest.iter().map(|list| list.args().iter().collect()).collect();
    let in_all = |value: &&Value| sets.iter().all(|set| set.contains(value));
    let mut all: Vec<Value> = first.args().iter().filter(in_all).cloned().collect();
    crate::order::sort(&session.names, &mut all);
    all.dedup();
    Step::Again(Value::call(first.head().clone(), Args::from(all)))
}

fn complement(session: &Session, call: &Call) -> Step {
    let Some(lists) = lists(call) else { return Step::Same };
    let Some((first, rest)) = lists.split_first() else { return Step::Same };
    let out: std::collections::HashSet<&Value> = rest.iter().flat_map(|list| list.args()).collect();
    let mut all: Vec<Value> =
        first.args().iter().filter(|value| !out.contains(value)).cloned().collect();
    crate::order::sort(&session.names, &mut all);
    all.dedup();
    Step::Again(Value::call(first.head().clone(), Args::from(all)))
}

fn delete_duplicates(call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    let values = elements(of);
    let mut seen = std::collections::HashSet::new();
    let places: Vec<usize> =
        (0..values.len()).filter(|&place| seen.insert(&values[place])).collect();
    Step::Again(with_elements(of, &places))
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
    let (of, spec) = match call.args() {
        [of, spec] if !of.is_atom() => (of, spec),
        _ => return Step::Same,
    };
    let name = if takes { "Take" } else { "Drop" };
    match places_of(session, (name, takes), of, spec, length(of)) {
        Some(places) => Step::Again(with_elements(of, &places)),
        None => Step::Same,
    }
}

fn accumulate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [Value::Call(list)] = call.args() else { return Ok(Step::Same) };
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

fn differences(call: &Call) -> Step {
    let [Value::Call(list)] = call.args() else { return Step::Same };
    let difference = |pair: &[Value]| {
        super::arithmetic::plus([super::arithmetic::negative(pair[0].clone()), pair[1].clone()])
    };
    Step::Again(Value::list(list.args().windows(2).map(difference).collect::<Args>()))
}

fn tally(values: &[Value]) -> Vec<(Value, i64)> {
    let mut places: HashMap<&Value, usize> = HashMap::new();
    let mut counts: Vec<(Value, i64)> = Vec::new();
    for value in values {
        match places.get(value) {
            Some(&place) => counts[place].1 += 1,
            None => {
                places.insert(value, counts.len());
                counts.push((value.clone(), 1));
            }
        }
    }
    counts
}

fn group_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, by, with) = match call.args() {
        [of, by] => (of, by, None),
        [of, by, with] => (of, by, Some(with)),
        _ => return Ok(Step::Same),
    };
    let Value::Call(list) = of else { return Ok(Step::Same) };
    let mut groups: indexmap::IndexMap<Value, Args, foldhash::fast::FixedState> =
        indexmap::IndexMap::default();
    for element in list.args() {
        session.check_interrupt()?;
        // `f -> g` groups the values of g.
        let (key, value) = match sides(by) {
            Some((f, g, _)) => (
                session.call(f, [element.clone()].as_slice())?,
                session.call(g, [element.clone()].as_slice())?,
            ),
            None => (session.call(by, [element.clone()].as_slice())?, element.clone()),
        };
        groups.entry(key).or_default().push(value);
    }
    let mut entries = Association::default();
    for (key, group) in groups {
        let group = Value::list(group);
        let value = match with {
            Some(with) => session.call(with, [group].as_slice())?,
            None => group,
        };
        entries.insert(key, value);
    }
    Ok(Step::Done(Value::Association(Arc::new(entries))))
}

fn partition(call: &Call) -> Step {
    let (list, size, offset) = match call.args() {
        [Value::Call(list), size] => (list, size.as_usize(), size.as_usize()),
        [Value::Call(list), size, offset] => (list, size.as_usize(), offset.as_usize()),
        _ => return Step::Same,
    };
    let (Some(size @ 1..), Some(offset @ 1..)) = (size, offset) else { return Step::Same };
    let cut = |start: usize| {
        Value::call(list.head().clone(), Args::from(&list.args()[start..start + size]))
    };
    let starts = (0..(list.args().len() + 1).saturating_sub(size)).step_by(offset);
    Step::Again(Value::call(list.head().clone(), starts.map(cut).collect::<Args>()))
}

fn transpose(call: &Call) -> Step {
    let [of] = call.args() else { return Step::Same };
    let rows: Option<Vec<&[Value]>> =
        of.as_list().and_then(|rows| rows.iter().map(Value::as_list).collect());
    let Some(rows) = rows else { return Step::Same };
    let Some(first) = rows.first() else { return Step::Same };
    if rows.iter().any(|row| row.len() != first.len()) {
        return Step::Same;
    }
    let column =
        |place: usize| Value::list(rows.iter().map(|row| row[place].clone()).collect::<Args>());
    Step::Again(Value::list((0..first.len()).map(column).collect::<Args>()))
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

fn distribute(call: &Call) -> Step {
    let (of, over) = match call.args() {
        [Value::Call(of)] => (of, Value::Symbol(sym::Plus)),
        [Value::Call(of), over] => (of, over.clone()),
        [other, ..] => return Step::Done(other.clone()),
        [] => return Step::Same,
    };
    let mut all: Vec<Args> = vec![Args::new()];
    for arg in of.args() {
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
    Step::Again(Value::call(over, terms.collect::<Args>()))
}

fn riffle(call: &Call) -> Step {
    let [Value::Call(list), between] = call.args() else { return Step::Same };
    let count = list.args().len();
    let mut all = Args::with_capacity(2 * count);
    for (place, element) in list.args().iter().enumerate() {
        all.push(element.clone());
        match between.as_list() {
            Some([]) => {}
            Some(values) if values.len() == count || place + 1 < count => {
                all.push(values[place % values.len()].clone());
            }
            Some(_) => {}
            None if place + 1 < count => all.push(between.clone()),
            None => {}
        }
    }
    Step::Again(Value::call(list.head().clone(), all))
}

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
    Ok(Step::Done(Value::Association(Arc::new(entries))))
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

fn keys(call: &Call, of_keys: bool) -> Step {
    let [of] = call.args() else { return Step::Same };
    match of {
        Value::Association(entries) => Step::Again(Value::list(match of_keys {
            true => entries.keys().cloned().collect::<Args>(),
            false => entries.values().cloned().collect::<Args>(),
        })),
        _ => {
            let side = |rule: &Value| {
                sides(rule).map(|(key, value, _)| if of_keys { key.clone() } else { value.clone() })
            };
            if let Some(one) = side(of) {
                return Step::Again(one);
            }
            let all: Option<Args> = of.as_list().and_then(|rules| rules.iter().map(side).collect());
            all.map_or(Step::Same, |all| Step::Again(Value::list(all)))
        }
    }
}

fn lookup(call: &Call) -> Step {
    let (of, key, default) = match call.args() {
        [of, key] => (of, key, None),
        [of, key, default] => (of, key, Some(default)),
        _ => return Step::Same,
    };
    let find = |key: &Value| -> Value {
        let found = match of {
            Value::Association(entries) => entries.get(key).map(|entry| entry.value.clone()),
            _ => of.as_list().and_then(|rules| {
                let is = |rule: &&Value| sides(rule).is_some_and(|(known, ..)| known == key);
                rules.iter().find(is).and_then(sides).map(|(_, value, _)| value.clone())
            }),
        };
        found
            .or_else(|| default.cloned())
            .unwrap_or_else(|| Value::call(sym::Missing, [Value::string("KeyAbsent"), key.clone()]))
    };
    match (of, key.as_list()) {
        (Value::Association(_), Some(keys)) => {
            Step::Again(Value::list(keys.iter().map(find).collect::<Args>()))
        }
        (Value::Association(_), None) => Step::Again(find(key)),
        _ if of.as_list().is_some() => Step::Again(find(key)),
        _ => Step::Same,
    }
}
