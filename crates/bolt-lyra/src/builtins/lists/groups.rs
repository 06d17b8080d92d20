//! Elements brought together: runs, classes, the largest and the smallest.

use std::cmp::Ordering;
use std::collections::HashMap;

use triomphe::Arc;

use super::super::comparison::known_order;
use super::super::functional::{elements, with_elements};
use super::super::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Split",
        NONE,
        split,
        "Split[list] cuts the list into runs of the same elements; Split[list, test] into runs in \
         which the test is True of neighbours.",
        &[
            ("Split[{a, a, b, a}]", "{{a, a}, {b}, {a}}"),
            ("Split[{1, 2, 2, 1}, Less]", "{{1, 2}, {2}, {1}}"),
        ],
    ),
    builtin(
        "SplitBy",
        NONE,
        split_by,
        "SplitBy[list, f] cuts the list into runs in which f has the same value; with a list of \
         functions, the runs again by the next function.",
        &[
            ("SplitBy[{1, 3, 2, 5}, OddQ]", "{{1, 3}, {2}, {5}}"),
            ("SplitBy[{1, 1, 2}, {OddQ, Identity}]", "{{{1, 1}}, {{2}}}"),
        ],
    ),
    builtin(
        "Gather",
        NONE,
        gather,
        "Gather[list] puts equal elements together; Gather[list, test] those of which the test is \
         True.",
        &[
            ("Gather[{a, b, a}]", "{{a, a}, {b}}"),
            ("Gather[{1, 2, 3, 4}, EvenQ[#1 - #2] &]", "{{1, 3}, {2, 4}}"),
        ],
    ),
    builtin(
        "GatherBy",
        NONE,
        gather_by,
        "GatherBy[list, f] puts elements with the same value of f together; with a list of \
         functions, the groups again by the next function.",
        &[
            ("GatherBy[{1, 2, 3}, OddQ]", "{{1, 3}, {2}}"),
            ("GatherBy[{1, 2, 3}, {OddQ, # > 2 &}]", "{{{1}, {3}}, {{2}}}"),
        ],
    ),
    builtin(
        "DeleteDuplicatesBy",
        NONE,
        delete_duplicates_by,
        "DeleteDuplicatesBy[list, f] keeps the first of the elements with the same value of f.",
        &[
            ("DeleteDuplicatesBy[{1, 3, 2}, OddQ]", "{1, 2}"),
            ("DeleteDuplicatesBy[{-1, 2, 1}, Abs]", "{-1, 2}"),
        ],
    ),
    builtin(
        "MaximalBy",
        NONE,
        |s, c| extreme_by(s, c, Ordering::Greater),
        "MaximalBy[list, f] is the list of the elements at which f is largest; \
         MaximalBy[list, f, n] has the n largest, in descending order.",
        &[("MaximalBy[{-3, 2, 3}, Abs]", "{-3, 3}"), ("MaximalBy[{1, 5, 3}, # &, 2]", "{5, 3}")],
    ),
    builtin(
        "MinimalBy",
        NONE,
        |s, c| extreme_by(s, c, Ordering::Less),
        "MinimalBy[list, f] is the list of the elements at which f is smallest; \
         MinimalBy[list, f, n] has the n smallest, in ascending order.",
        &[("MinimalBy[{-3, 2, -2}, Abs]", "{2, -2}"), ("MinimalBy[{1, 5, 3}, # &, 2]", "{1, 3}")],
    ),
    written!(
        "TakeLargest",
        NONE,
        "{TakeLargest[l_, n_Integer?NonNegative] :> (Take[#, n] & @ ReverseSort[DeleteCases[l, _Missing | None | Null | Indeterminate], Less]),
          TakeLargest[l_, UpTo[n_Integer?NonNegative]] :> TakeLargest[l, Min[n, Length[l]]],
          TakeLargest[n_][l_] :> TakeLargest[l, n]}",
        "TakeLargest[list, n] is the list of the n largest elements, the largest first.",
        &[("TakeLargest[{3, 1, 5}, 2]", "{5, 3}"), ("TakeLargest[{1, Pi, 2}, 1]", "{Pi}")],
    ),
    written!(
        "TakeSmallest",
        NONE,
        "{TakeSmallest[l_, n_Integer?NonNegative] :> (Take[#, n] & @ Sort[DeleteCases[l, _Missing | None | Null | Indeterminate], Less]),
          TakeSmallest[l_, UpTo[n_Integer?NonNegative]] :> TakeSmallest[l, Min[n, Length[l]]]}",
        "TakeSmallest[list, n] is the list of the n smallest elements, the smallest first.",
        &[("TakeSmallest[{3, 1, 5}, 2]", "{1, 3}"), ("TakeSmallest[{4, Pi}, 1]", "{Pi}")],
    ),
    written!(
        "TakeLargestBy",
        NONE,
        "{TakeLargestBy[l_, f_, n_Integer?NonNegative] :> (Take[Sort[{f[#], #} & /@ l, First[#1] >= First[#2] &], n][[All, 2]]),
          TakeLargestBy[l_, f_, UpTo[n_Integer?NonNegative]] :> TakeLargestBy[l, f, Min[n, Length[l]]]}",
        "TakeLargestBy[list, f, n] is the list of the n elements at which f is largest.",
        &[
            ("TakeLargestBy[{-5, 1, 3}, Abs, 2]", "{-5, 3}"),
            ("TakeLargestBy[{{1}, {1, 2}}, Length, 1]", "{{1, 2}}"),
        ],
    ),
    written!(
        "TakeSmallestBy",
        NONE,
        "{TakeSmallestBy[l_, f_, n_Integer?NonNegative] :> (Take[Sort[{f[#], #} & /@ l, First[#1] <= First[#2] &], n][[All, 2]]),
          TakeSmallestBy[l_, f_, UpTo[n_Integer?NonNegative]] :> TakeSmallestBy[l, f, Min[n, Length[l]]]}",
        "TakeSmallestBy[list, f, n] is the list of the n elements at which f is smallest.",
        &[
            ("TakeSmallestBy[{-5, 1, 3}, Abs, 2]", "{1, 3}"),
            ("TakeSmallestBy[{{1, 2}, {1}}, Length, 1]", "{{1}}"),
        ],
    ),
    builtin(
        "TakeWhile",
        NONE,
        |s, c| while_true(s, c, true),
        "TakeWhile[list, test] is the list of the first elements, as long as the test is True.",
        &[("TakeWhile[{1, 3, 4, 5}, OddQ]", "{1, 3}"), ("TakeWhile[{2}, OddQ]", "{}")],
    ),
    builtin(
        "LengthWhile",
        NONE,
        |s, c| while_true(s, c, false),
        "LengthWhile[list, test] is how many elements at the beginning the test is True of.",
        &[("LengthWhile[{1, 3, 4, 5}, OddQ]", "2"), ("LengthWhile[{}, OddQ]", "0")],
    ),
    written!(
        "Commonest",
        NONE,
        "{Commonest[l_List] :> With[{t = Tally[l]}, With[{m = Max[t[[All, 2]]]}, Cases[t, {e_, m} :> e]]],
          Commonest[l_List, n_Integer] :> With[{t = Tally[l]}, t[[Sort[Take[Ordering[-t[[All, 2]]], Min[n, Length[t]]]], 1]]],
          Commonest[l_List, UpTo[n_Integer]] :> Commonest[l, n]}",
        "Commonest[list] is the list of the elements that occur most often; Commonest[list, n] of \
         the n that do.",
        &[("Commonest[{a, b, a, c}]", "{a}"), ("Commonest[{b, a, a, c, c, c}, 2]", "{a, c}")],
    ),
    written!(
        "CountDistinct",
        NONE,
        "{CountDistinct[l_] :> Length[DeleteDuplicates[l]], CountDistinct[l_, t_] :> Length[DeleteDuplicates[l, t]]}",
        "CountDistinct[list] is the number of different elements.",
        &[("CountDistinct[{a, b, a}]", "2"), ("CountDistinct[{}]", "0")],
    ),
    written!(
        "CountDistinctBy",
        NONE,
        "{CountDistinctBy[l_, f_] :> Length[DeleteDuplicates[f /@ l]]}",
        "CountDistinctBy[list, f] is the number of different values of f.",
        &[("CountDistinctBy[{1, 2, 3}, OddQ]", "2"), ("CountDistinctBy[{1, -1}, Abs]", "1")],
    ),
    written!(
        "SubsetQ",
        NONE,
        "{SubsetQ[a_, b_] /; !AtomQ[a] && !AtomQ[b] :> (Complement[b, a] === Head[b][])}",
        "SubsetQ[a, b] is True if all elements of b are in a.",
        &[("SubsetQ[{1, 2, 3}, {3, 1}]", "True"), ("SubsetQ[{1}, {2}]", "False")],
    ),
    written!(
        "ContainsAll",
        NONE,
        "{ContainsAll[a_List, b_List] :> (Complement[b, a] === {})}",
        "ContainsAll[a, b] is True if all elements of b are in a.",
        &[("ContainsAll[{1, 2}, {2}]", "True"), ("ContainsAll[{1, 2}, {3}]", "False")],
    ),
    written!(
        "ContainsAny",
        NONE,
        "{ContainsAny[a_List, b_List] :> (Intersection[a, b] =!= {})}",
        "ContainsAny[a, b] is True if some element of b is in a.",
        &[("ContainsAny[{1, 2}, {2, 3}]", "True"), ("ContainsAny[{1, 2}, {3}]", "False")],
    ),
    written!(
        "ContainsNone",
        NONE,
        "{ContainsNone[a_List, b_List] :> (Intersection[a, b] === {})}",
        "ContainsNone[a, b] is True if no element of b is in a.",
        &[("ContainsNone[{1, 2}, {3}]", "True"), ("ContainsNone[{1, 2}, {2}]", "False")],
    ),
    written!(
        "ContainsOnly",
        NONE,
        "{ContainsOnly[a_List, b_List] :> (Complement[a, b] === {})}",
        "ContainsOnly[a, b] is True if all elements of a are in b.",
        &[("ContainsOnly[{1, 1}, {1, 2}]", "True"), ("ContainsOnly[{3}, {1, 2}]", "False")],
    ),
    written!(
        "ContainsExactly",
        NONE,
        "{ContainsExactly[a_List, b_List] :> (Union[a] === Union[b])}",
        "ContainsExactly[a, b] is True if a and b have the same elements, in any order and number.",
        &[
            ("ContainsExactly[{1, 2, 1}, {2, 1}]", "True"),
            ("ContainsExactly[{1}, {1, 2}]", "False"),
        ],
    ),
    written!(
        "DisjointQ",
        NONE,
        "{DisjointQ[a_List, b_List] :> (Intersection[a, b] === {})}",
        "DisjointQ[a, b] is True if no element is in both lists.",
        &[("DisjointQ[{1, 2}, {3}]", "True"), ("DisjointQ[{1}, {1}]", "False")],
    ),
    written!(
        "IntersectingQ",
        NONE,
        "{IntersectingQ[a_List, b_List] :> (Intersection[a, b] =!= {})}",
        "IntersectingQ[a, b] is True if some element is in both lists.",
        &[("IntersectingQ[{1, 2}, {2}]", "True"), ("IntersectingQ[{1}, {2}]", "False")],
    ),
    written!(
        "ReverseSort",
        NONE,
        "{ReverseSort[l_] :> Reverse[Sort[l]], ReverseSort[l_, p_] :> Reverse[Sort[l, p]]}",
        "ReverseSort[e] sorts the elements in descending order.",
        &[("ReverseSort[{1, 3, 2}]", "{3, 2, 1}"), ("ReverseSort[{1, 2}, Greater]", "{1, 2}")],
    ),
    written!(
        "ReverseSortBy",
        NONE,
        "{ReverseSortBy[l_, f_] :> Reverse[SortBy[l, f]]}",
        "ReverseSortBy[e, f] sorts the elements by the values of f in descending order.",
        &[
            ("ReverseSortBy[{1, -3, 2}, Abs]", "{-3, 2, 1}"),
            ("ReverseSortBy[{a, {b}}, Length]", "{{b}, a}"),
        ],
    ),
];

/// Returns classes of places whose elements have the same key, in the order of their first one.
fn classes(keys: &[Value]) -> Vec<Vec<usize>> {
    let mut by_key: HashMap<&Value, usize> = HashMap::new();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let class = *by_key.entry(key).or_insert_with(|| {
            classes.push(Vec::new());
            classes.len() - 1
        });
        classes[class].push(place);
    }
    classes
}

/// Returns classes of places by a test of the first of each class and another element.
pub(in crate::builtins) fn classes_by_test(
    session: &mut Session,
    values: &[Value],
    test: &Value,
) -> Evaluated<Vec<Vec<usize>>> {
    let mut classes: Vec<Vec<usize>> = Vec::new();
    let test = Callable::new(session, test);
    for (place, value) in values.iter().enumerate() {
        let mut home = None;
        for (index, class) in classes.iter().enumerate() {
            if test.call(session, [values[class[0]].clone(), value.clone()])?.is(sym::True) {
                home = Some(index);
                break;
            }
        }
        match home {
            Some(index) => classes[index].push(place),
            None => classes.push(vec![place]),
        }
    }
    Ok(classes)
}

/// Returns classes of neighbouring places whose elements are related.
fn runs(
    count: usize,
    related: &mut dyn FnMut(usize) -> Evaluated<bool>,
) -> Evaluated<Vec<Vec<usize>>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for place in 0..count {
        match runs.last_mut() {
            Some(run) if related(place)? => run.push(place),
            _ => runs.push(vec![place]),
        }
    }
    Ok(runs)
}

/// Returns the elements of each class, in a list or in what has the head of the whole.
fn listed(of: &Value, classes: &[Vec<usize>], outer: &Value) -> Step {
    let groups = classes.iter().map(|class| with_elements(of, class));
    Step::Again(Value::call(outer.clone(), groups.collect::<Args>()))
}

fn keys_of(session: &mut Session, values: &[Value], function: &Value) -> Evaluated<Vec<Value>> {
    let function = Callable::new(session, function);
    values.iter().map(|value| function.call(session, [value.clone()].as_slice())).collect()
}

fn split(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, test) = match call.args() {
        [of] => (of, None),
        [of, test] => (of, Some(test)),
        _ => return Ok(Step::Same),
    };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let values = elements(of);
    let test = test.map(|test| Callable::new(session, test));
    let runs = runs(values.len(), &mut |place| match &test {
        None => Ok(values[place - 1] == values[place]),
        Some(test) => {
            let pair = [values[place - 1].clone(), values[place].clone()];
            Ok(test.call(session, pair)?.is(sym::True))
        }
    })?;
    Ok(listed(of, &runs, &of.head()))
}

/// Applies the rest of a list of functions to each group.
fn by_next(head: &str, session: &mut Session, groups: Step, rest: &[Value]) -> Step {
    let (Step::Again(Value::Call(groups)), false) = (&groups, rest.is_empty()) else {
        return groups;
    };
    let function = Value::Symbol(session.system_symbol(head));
    let rest = Value::list(Args::from(rest));
    let again = |group: &Value| Value::call(function.clone(), [group.clone(), rest.clone()]);
    Step::Again(Value::call(
        groups.head().clone(),
        groups.args().iter().map(again).collect::<Args>(),
    ))
}

fn split_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, by] = call.args() else { return Ok(Step::Same) };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let functions = by.as_list().unwrap_or(std::slice::from_ref(by));
    let Some((function, rest)) = functions.split_first() else { return Ok(Step::Done(of.clone())) };
    let keys = keys_of(session, &elements(of), function)?;
    let runs = runs(keys.len(), &mut |place| Ok(keys[place - 1] == keys[place]))?;
    Ok(by_next("SplitBy", session, listed(of, &runs, &of.head()), rest))
}

fn gather(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, test) = match call.args() {
        [of] => (of, None),
        [of, test] => (of, Some(test)),
        _ => return Ok(Step::Same),
    };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let values = elements(of);
    let classes = match test {
        None => classes(&values),
        Some(test) => classes_by_test(session, &values, test)?,
    };
    Ok(listed(of, &classes, &of.head()))
}

fn gather_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, by] = call.args() else { return Ok(Step::Same) };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let functions = by.as_list().unwrap_or(std::slice::from_ref(by));
    let Some((function, rest)) = functions.split_first() else { return Ok(Step::Done(of.clone())) };
    let keys = keys_of(session, &elements(of), function)?;
    Ok(by_next("GatherBy", session, listed(of, &classes(&keys), &of.head()), rest))
}

fn delete_duplicates_by(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, by] = call.args() else { return Ok(Step::Same) };
    let keys = keys_of(session, &elements(of), by)?;
    let firsts: Vec<usize> = classes(&keys).iter().map(|class| class[0]).collect();
    Ok(Step::Again(with_elements(of, &firsts)))
}

fn extreme_by(session: &mut Session, call: &mut Arc<Call>, wanted: Ordering) -> Evaluated<Step> {
    let (of, by, count) = match call.args() {
        [of, by] => (of, by, None),
        [of, by, count] => (of, by, Some(count.as_usize())),
        _ => return Ok(Step::Same),
    };
    if of.is_atom() || count == Some(None) {
        return Ok(Step::Same);
    }
    let keys = keys_of(session, &elements(of), by)?;
    let mut places: Vec<usize> = (0..keys.len()).collect();
    let mut failure = None;
    places.sort_by(|&a, &b| {
        let order = match known_order(session, &keys[a], &keys[b]) {
            Ok(order) => order,
            Err(stop) => {
                failure = Some(stop);
                None
            }
        };
        let order =
            order.unwrap_or_else(|| crate::order::compare(&session.names, &keys[a], &keys[b]));
        if wanted == Ordering::Greater { order.reverse() } else { order }
    });
    if let Some(stop) = failure {
        return Err(stop);
    }
    let Some(&best) = places.first() else { return Ok(Step::Done(of.clone())) };
    let chosen: Vec<usize> = match count.flatten() {
        Some(count) => places.into_iter().take(count).collect(),
        None => (0..keys.len()).filter(|&place| keys[place] == keys[best]).collect(),
    };
    Ok(Step::Again(with_elements(of, &chosen)))
}

fn while_true(session: &mut Session, call: &mut Arc<Call>, takes: bool) -> Evaluated<Step> {
    let [of, test] = call.args() else { return Ok(Step::Same) };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let mut count = 0;
    let test = Callable::new(session, test);
    for value in elements(of) {
        if !test.call(session, [value].as_slice())?.is(sym::True) {
            break;
        }
        count += 1;
    }
    Ok(match takes {
        true => Step::Again(with_elements(of, &(0..count).collect::<Vec<_>>())),
        false => Step::Done(Value::Integer(count as i64)),
    })
}
