//! Lists as sets: what is in several of them, different elements, how often each occurs.

use std::collections::HashMap;

use triomphe::Arc;

use super::super::functional::{elements, with_elements};
use super::super::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Union",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        union,
        "Union[a, b] is the sorted list of the different elements.",
        &[("Union[{2, 1, 2}]", "{1, 2}"), ("Union[{a}, {b, a}]", "{a, b}")],
    ),
    builtin(
        "Intersection",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        intersection,
        "Intersection[a, b] is the sorted list of the elements that are in all.",
        &[("Intersection[{1, 2, 3}, {2, 3, 4}]", "{2, 3}"), ("Intersection[{a}, {b}]", "{}")],
    ),
    builtin(
        "Complement",
        Attributes::NONE,
        complement,
        "Complement[all, a, b] is the sorted list of the elements of all that are in none of the others.",
        &[("Complement[{1, 2, 3}, {2}]", "{1, 3}"), ("Complement[{b, a, a}, {}]", "{a, b}")],
    ),
    builtin(
        "SymmetricDifference",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        symmetric_difference,
        "SymmetricDifference[a, b] is the sorted list of the elements that are in one of the lists only, of more lists in an odd number of them.",
        &[
            ("SymmetricDifference[{1, 2, 3}, {2, 3, 4}]", "{1, 4}"),
            ("SymmetricDifference[{a, b}, {b, c}, {c, d}]", "{a, d}"),
        ],
    ),
    builtin(
        "DeleteDuplicates",
        Attributes::NONE,
        delete_duplicates,
        "DeleteDuplicates[e] keeps the first of equal elements.",
        &[("DeleteDuplicates[{b, a, b}]", "{b, a}"), ("DeleteDuplicates[{1, 1.}]", "{1, 1.}")],
    ),
    builtin(
        "Tally",
        Attributes::NONE,
        tally_of,
        "Tally[list] gives the different elements with how often they occur; Tally[list, test] takes \
         elements for the same of which the test is True.",
        &[("Tally[{a, b, a}]", "{{a, 2}, {b, 1}}"), ("Tally[{}]", "{}")],
    ),
];

/// What a set operation is given: the collections, and the test that elements are the same.
struct Sets<'a> {
    all: Vec<&'a Arc<Call>>,
    test: Option<&'a Value>,
}

fn sets(call: &Call) -> Option<Sets<'_>> {
    let is_option = |value: &Value| {
        sides(value)
            .is_some_and(|(key, ..)| key.is(sym::SameTest) || key.as_str() == Some("SameTest"))
    };
    let (args, test) = match call.args() {
        [args @ .., option] if is_option(option) => (args, sides(option).map(|(_, test, _)| test)),
        args => (args, None),
    };
    let test = test.filter(|test| !test.is(sym::Automatic) && !test.is(sym::SameQ));
    fn of(arg: &Value) -> Option<&Arc<Call>> {
        match arg {
            Value::Call(list) => Some(list),
            _ => None,
        }
    }
    let all: Vec<&Arc<Call>> = args.iter().map(of).collect::<Option<_>>()?;
    let head = all.first()?.head();
    all.iter().all(|list| list.head() == head).then_some(Sets { all, test })
}

fn sorted(session: &Session, head: &Value, mut all: Vec<Value>) -> Step {
    crate::order::sort(&session.names, &mut all);
    all.dedup();
    Step::Again(Value::call(head.clone(), Args::from(all)))
}

/// Returns the first of each class of elements for the same of which a test is True.
fn representatives(session: &mut Session, all: &[Value], test: &Value) -> Evaluated<Vec<Value>> {
    let classes = super::groups::classes_by_test(session, all, test)?;
    Ok(classes.iter().map(|class| all[class[0]].clone()).collect())
}

fn contains(session: &mut Session, set: &[Value], value: &Value, test: &Value) -> Evaluated<bool> {
    for known in set {
        if session.call(test, [value.clone(), known.clone()])?.is(sym::True) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn union(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if call.args().is_empty() {
        return Ok(Step::Done(Value::list(Args::new())));
    }
    let Some(Sets { all: lists, test }) = sets(call) else { return Ok(Step::Same) };
    let Some(first) = lists.first() else { return Ok(Step::Same) };
    let mut all: Vec<Value> = lists.iter().flat_map(|list| list.args().iter().cloned()).collect();
    if let Some(test) = test {
        crate::order::sort(&session.names, &mut all);
        let chosen = representatives(session, &all, test)?;
        return Ok(Step::Again(Value::call(first.head().clone(), Args::from(chosen))));
    }
    Ok(sorted(session, first.head(), all))
}

fn intersection(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(Sets { all: lists, test }) = sets(call) else { return Ok(Step::Same) };
    let Some((first, rest)) = lists.split_first() else { return Ok(Step::Same) };
    if let Some(test) = test {
        let mut kept = Vec::new();
        for value in first.args() {
            let mut is_in_all = true;
            for list in rest {
                is_in_all = is_in_all && contains(session, list.args(), value, test)?;
            }
            if is_in_all {
                kept.push(value.clone());
            }
        }
        crate::order::sort(&session.names, &mut kept);
        let chosen = representatives(session, &kept, test)?;
        return Ok(Step::Again(Value::call(first.head().clone(), Args::from(chosen))));
    }
    let sets: Vec<std::collections::HashSet<&Value>> =
        rest.iter().map(|list| list.args().iter().collect()).collect();
    let in_all = |value: &&Value| sets.iter().all(|set| set.contains(value));
    let all: Vec<Value> = first.args().iter().filter(in_all).cloned().collect();
    Ok(sorted(session, first.head(), all))
}

fn complement(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(Sets { all: lists, test }) = sets(call) else { return Ok(Step::Same) };
    let Some((first, rest)) = lists.split_first() else { return Ok(Step::Same) };
    if let Some(test) = test {
        let mut kept = Vec::new();
        for value in first.args() {
            let mut is_out = true;
            for list in rest {
                is_out = is_out && !contains(session, list.args(), value, test)?;
            }
            if is_out {
                kept.push(value.clone());
            }
        }
        crate::order::sort(&session.names, &mut kept);
        let chosen = representatives(session, &kept, test)?;
        return Ok(Step::Again(Value::call(first.head().clone(), Args::from(chosen))));
    }
    let out: std::collections::HashSet<&Value> = rest.iter().flat_map(|list| list.args()).collect();
    let all: Vec<Value> =
        first.args().iter().filter(|value| !out.contains(value)).cloned().collect();
    Ok(sorted(session, first.head(), all))
}

fn symmetric_difference(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some(Sets { all: lists, test }) = sets(call) else { return Ok(Step::Same) };
    let Some(first) = lists.first() else { return Ok(Step::Same) };
    let mut odd: Vec<Value> = Vec::new();
    for list in &lists {
        let own = match test {
            Some(test) => representatives(session, list.args(), test)?,
            None => {
                let mut seen = std::collections::HashSet::new();
                list.args().iter().filter(|value| seen.insert(*value)).cloned().collect()
            }
        };
        let mut kept = Vec::new();
        for value in &odd {
            if !is_among(session, &own, value, test)? {
                kept.push(value.clone());
            }
        }
        for value in &own {
            if !is_among(session, &odd, value, test)? {
                kept.push(value.clone());
            }
        }
        odd = kept;
    }
    Ok(sorted(session, first.head(), odd))
}

fn is_among(
    session: &mut Session,
    list: &[Value],
    value: &Value,
    test: Option<&Value>,
) -> Evaluated<bool> {
    match test {
        Some(test) => contains(session, list, value, test),
        None => Ok(list.contains(value)),
    }
}

fn delete_duplicates(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, test) = match call.args() {
        [of] => (of, None),
        [of, test] => (of, Some(test)),
        _ => return Ok(Step::Same),
    };
    let values = elements(of);
    let places: Vec<usize> = match test {
        None => {
            let mut seen = std::collections::HashSet::new();
            (0..values.len()).filter(|&place| seen.insert(&values[place])).collect()
        }
        Some(test) => {
            let mut kept: Vec<usize> = Vec::new();
            let test = Callable::new(session, test);
            for (place, value) in values.iter().enumerate() {
                let mut is_new = true;
                for &known in &kept {
                    let pair = [values[known].clone(), value.clone()];
                    if test.call(session, pair)?.is(sym::True) {
                        is_new = false;
                        break;
                    }
                }
                if is_new {
                    kept.push(place);
                }
            }
            kept
        }
    };
    Ok(Step::Again(with_elements(of, &places)))
}

fn tally_of(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let counted = match call.args() {
        [Value::Call(list)] => tally(list.args()),
        [Value::Call(list), test] => {
            let classes = super::groups::classes_by_test(session, list.args(), test)?;
            let count = |class: &Vec<usize>| (list.args()[class[0]].clone(), class.len() as i64);
            classes.iter().map(count).collect()
        }
        _ => return Ok(Step::Same),
    };
    let pair = |(value, count)| Value::list([value, Value::Integer(count)]);
    Ok(Step::Done(Value::list(counted.into_iter().map(pair).collect::<Args>())))
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
