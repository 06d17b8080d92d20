//! Permutations: listed, as lists of places, and as cycles.

use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Permutations",
        NONE,
        permutations,
        "Permutations[list] is the list of the different orders of its elements; \
         Permutations[list, n] of up to n of them, {n} of n.",
        &[
            ("Permutations[{a, b, c}, {2}]", "{{a, b}, {a, c}, {b, a}, {b, c}, {c, a}, {c, b}}"),
            ("Permutations[{a, a, b}]", "{{a, a, b}, {a, b, a}, {b, a, a}}"),
        ],
    ),
    builtin(
        "Signature",
        NONE,
        signature,
        "Signature[list] is 1 or -1 as an even or odd number of exchanges brings the list into \
         order; 0 if two elements are the same.",
        &[("Signature[{a, b, c}]", "1"), ("Signature[{b, a}]", "-1"), ("Signature[{a, a}]", "0")],
    ),
    written!(
        "KroneckerDelta",
        Attributes::NUMERIC_FUNCTION.and(Attributes::ORDERLESS).and(Attributes::LISTABLE),
        "{KroneckerDelta[] :> 1, KroneckerDelta[n_?NumericQ] :> If[n == 0, 1, 0],
          KroneckerDelta[n__?NumericQ] :> If[Equal[n], 1, 0], KroneckerDelta[x_, x_] :> 1}",
        "KroneckerDelta[n1, n2, ...] is 1 if all are equal, else 0; KroneckerDelta[n] compares \
         with 0.",
        &[("KroneckerDelta[2, 2]", "1"), ("KroneckerDelta[1]", "0")],
    ),
    written!(
        "DiscreteDelta",
        Attributes::NUMERIC_FUNCTION.and(Attributes::ORDERLESS).and(Attributes::LISTABLE),
        "{DiscreteDelta[n___?NumericQ] :> If[AllTrue[{n}, # == 0 &], 1, 0]}",
        "DiscreteDelta[n1, n2, ...] is 1 if all are 0, else 0.",
        &[("DiscreteDelta[0, 0]", "1"), ("DiscreteDelta[2]", "0")],
    ),
    written!(
        "LeviCivitaTensor",
        NONE,
        "{LeviCivitaTensor[n_Integer?Positive] /; n <= 8 :> Array[Signature[{##}] &, ConstantArray[n, n]],
          LeviCivitaTensor[n_Integer?Positive, List] /; n <= 8 :> Array[Signature[{##}] &, ConstantArray[n, n]]}",
        "LeviCivitaTensor[n] is the array of n levels of the signatures of its indices.",
        &[
            ("LeviCivitaTensor[2]", "{{0, 1}, {-1, 0}}"),
            ("LeviCivitaTensor[3][[1, 2, 3]]", "1"),
        ],
    ),
    written!(
        "PermutationListQ",
        NONE,
        "{PermutationListQ[l_] :> (ListQ[l] && Sort[l] === Range[Length[l]])}",
        "PermutationListQ[e] is True if e is a list of the integers from 1 to its length.",
        &[("PermutationListQ[{2, 1}]", "True"), ("PermutationListQ[{2, 2}]", "False")],
    ),
    written!(
        "Permute",
        NONE,
        "{Permute[l_, p_List] /; PermutationListQ[p] && Length[p] <= Length[l] :> Head[l] @@ (List @@ l)[[Join[Ordering[p], Range[Length[p] + 1, Length[l]]]]],
          Permute[l_, c_Cycles] :> Permute[l, PermutationList[c, Length[l]]]}",
        "Permute[list, p] moves the element at place i to place p[[i]]; p is a list or cycles.",
        &[("Permute[{a, b, c}, {2, 3, 1}]", "{c, a, b}"), ("Permute[{a, b}, Cycles[{{1, 2}}]]", "{b, a}")],
    ),
    builtin(
        "Cycles",
        NONE,
        |_, c| Ok(cycles(c)),
        "Cycles[{{a, b}, {c, d, e}}] is the permutation that takes a to b, b to a, c to d and so \
         on; each cycle begins with its least element.",
        &[("Cycles[{{3, 1, 2}}]", "Cycles[{{1, 2, 3}}]"), ("Cycles[{{2}}]", "Cycles[{}]")],
    ),
    builtin(
        "PermutationCycles",
        NONE,
        |_, c| Ok(permutation_cycles(c)),
        "PermutationCycles[{p1, p2, ...}] is the permutation that takes i to pi, as cycles.",
        &[
            ("PermutationCycles[{2, 1, 3}]", "Cycles[{{1, 2}}]"),
            ("PermutationCycles[{2, 3, 1}]", "Cycles[{{1, 2, 3}}]"),
        ],
    ),
    builtin(
        "PermutationList",
        NONE,
        |_, c| Ok(permutation_list(c)),
        "PermutationList[cycles] is the list of where the permutation takes 1, 2, ...; \
         PermutationList[cycles, n] has n elements.",
        &[
            ("PermutationList[Cycles[{{1, 3}}]]", "{3, 2, 1}"),
            ("PermutationList[Cycles[{{1, 2}}], 3]", "{2, 1, 3}"),
        ],
    ),
    written!(
        "InversePermutation",
        NONE,
        "{InversePermutation[p_List] /; PermutationListQ[p] :> Ordering[p],
          InversePermutation[Cycles[c_]] :> Cycles[Reverse /@ c]}",
        "InversePermutation[p] is the permutation that undoes p.",
        &[
            ("InversePermutation[{2, 3, 1}]", "{3, 1, 2}"),
            ("InversePermutation[Cycles[{{1, 2, 3}}]]", "Cycles[{{1, 3, 2}}]"),
        ],
    ),
    written!(
        "PermutationProduct",
        NONE,
        "{PermutationProduct[] :> Cycles[{}], PermutationProduct[p_] :> p,
          PermutationProduct[a_List, b_List, c___] :> PermutationProduct[b[[a]], c],
          PermutationProduct[a_Cycles, b_Cycles, c___] :> With[{n = Max[a[[1]], b[[1]], 1]}, PermutationProduct[PermutationCycles[PermutationList[b, n][[PermutationList[a, n]]]], c]]}",
        "PermutationProduct[a, b, ...] is the permutation that does a, then b and so on.",
        &[
            ("PermutationProduct[{2, 1, 3}, {1, 3, 2}]", "{3, 1, 2}"),
            ("PermutationProduct[Cycles[{{1, 2}}], Cycles[{{1, 2}}]]", "Cycles[{}]"),
        ],
    ),
    written!(
        "PermutationOrder",
        NONE,
        "{PermutationOrder[Cycles[c_]] :> LCM @@ Prepend[Length /@ c, 1], PermutationOrder[p_List] :> PermutationOrder[PermutationCycles[p]]}",
        "PermutationOrder[p] is how often p is done until nothing has changed.",
        &[("PermutationOrder[Cycles[{{1, 2}, {3, 4, 5}}]]", "6"), ("PermutationOrder[{1, 2}]", "1")],
    ),
];

/// Lists of more elements than this are not made.
const MOST: usize = 1 << 22;

/// Collects the orders of so many elements; equal elements are exchanged in one order only.
struct Orders<'a> {
    head: &'a Value,
    elements: &'a [Value],
    /// Of each element, the place of the first that is equal.
    classes: Vec<usize>,
    used: Vec<bool>,
    found: Args,
}

impl Orders<'_> {
    fn search(&mut self, session: &Session, size: usize, order: &mut Vec<usize>) -> Evaluated<()> {
        session.check_interrupt()?;
        if order.len() == size {
            let elements = order.iter().map(|&place| self.elements[place].clone());
            self.found.push(Value::call(self.head.clone(), elements.collect::<Args>()));
            return Ok(());
        }
        let mut tried = Vec::new();
        for place in 0..self.elements.len() {
            if self.used[place] || tried.contains(&self.classes[place]) || self.found.len() > MOST {
                continue;
            }
            tried.push(self.classes[place]);
            self.used[place] = true;
            order.push(place);
            self.search(session, size, order)?;
            order.pop();
            self.used[place] = false;
        }
        Ok(())
    }
}

fn permutations(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (Value::Call(list), spec) = (match call.args() {
        [of] => (of, None),
        [of, spec] => (of, Some(spec)),
        _ => return Ok(Step::Same),
    }) else {
        return Ok(Step::Same);
    };
    let n = list.args().len();
    let bound = |value: &Value| match value {
        Value::Symbol(sym::All) => Some(n),
        _ if value.is(sym::Infinity) || value.args_of(sym::DirectedInfinity).is_some() => Some(n),
        _ => value.as_usize(),
    };
    let sizes: Option<Vec<usize>> = match spec.map(|spec| (spec, spec.as_list())) {
        None => Some(vec![n]),
        Some((spec, None)) => bound(spec).map(|most| (0..=most.min(n)).collect()),
        Some((_, Some([only]))) => bound(only).map(|only| vec![only]),
        Some((_, Some([first, last]))) => {
            bound(first).zip(bound(last)).map(|(first, last)| (first..=last).collect())
        }
        Some((_, Some([first, last, step]))) => match (bound(first), bound(last), step.as_i64()) {
            (Some(first), Some(last), Some(step @ 1..)) => {
                Some((first..=last).step_by(step as usize).collect())
            }
            (Some(first), Some(last), Some(step)) if step < 0 && first >= last => {
                Some((last..=first).rev().step_by(step.unsigned_abs() as usize).collect())
            }
            _ => None,
        },
        Some(_) => None,
    };
    let Some(sizes) = sizes else { return Ok(Step::Same) };
    let classes = list.args().iter().map(|one| list.args().iter().position(|other| other == one));
    let mut orders = Orders {
        head: list.head(),
        elements: list.args(),
        classes: classes.map(|class| class.unwrap_or(0)).collect(),
        used: vec![false; n],
        found: Args::new(),
    };
    for size in sizes {
        if size <= n {
            orders.search(session, size, &mut Vec::new())?;
        }
    }
    if orders.found.len() > MOST {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    Ok(Step::Again(Value::list(orders.found)))
}

fn signature(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [Value::Call(list)] = call.args() else { return Ok(Step::Same) };
    let elements = list.args();
    let mut order: Vec<usize> = (0..elements.len()).collect();
    order.sort_by(|&a, &b| crate::order::compare(&session.names, &elements[a], &elements[b]));
    if order.windows(2).any(|pair| elements[pair[0]] == elements[pair[1]]) {
        return Ok(Step::Done(Value::Integer(0)));
    }
    // A cycle of even length is an odd permutation.
    let is_odd = cycles_of(&order).iter().filter(|cycle| cycle.len() % 2 == 0).count() % 2 == 1;
    let sign = if is_odd { -1 } else { 1 };
    Ok(Step::Done(Value::Integer(sign)))
}

/// Returns the cycles of a permutation of 0, 1, ... that are longer than 1.
fn cycles_of(permutation: &[usize]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; permutation.len()];
    let mut cycles = Vec::new();
    for start in 0..permutation.len() {
        let (mut cycle, mut at) = (Vec::new(), start);
        while !std::mem::replace(&mut seen[at], true) {
            cycle.push(at);
            at = permutation[at];
        }
        if cycle.len() > 1 {
            cycles.push(cycle);
        }
    }
    cycles
}

/// Reads a list of cycles as where 0, 1, ... go, up to the greatest of them.
fn permutation_of(cycles: &Value) -> Option<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    for cycle in cycles.as_list()? {
        all.push(cycle.as_list()?.iter().map(Value::as_usize).collect::<Option<_>>()?);
    }
    let most = all.iter().flatten().copied().max().unwrap_or(0);
    if most > 1 << 24 || all.iter().flatten().any(|&point| point == 0) {
        return None;
    }
    let mut permutation: Vec<usize> = (0..most).collect();
    let mut seen = vec![false; most];
    for cycle in &all {
        for (place, point) in cycle.iter().enumerate() {
            if std::mem::replace(&mut seen[point - 1], true) {
                return None;
            }
            permutation[point - 1] = cycle[(place + 1) % cycle.len()] - 1;
        }
    }
    Some(permutation)
}

fn as_cycles(permutation: &[usize]) -> Value {
    let point = |point: &usize| Value::Integer(*point as i64 + 1);
    let cycle = |cycle: &Vec<usize>| Value::list(cycle.iter().map(point).collect::<Args>());
    Value::list(cycles_of(permutation).iter().map(cycle).collect::<Args>())
}

fn cycles(call: &Call) -> Step {
    let [cycles] = call.args() else { return Step::Same };
    let Some(permutation) = permutation_of(cycles) else { return Step::Same };
    let canonical = as_cycles(&permutation);
    match canonical == *cycles {
        true => Step::Same,
        false => Step::Again(Value::call(call.head().clone(), [canonical].as_slice())),
    }
}

fn permutation_cycles(call: &Call) -> Step {
    let [list] = call.args() else { return Step::Same };
    let places: Option<Vec<usize>> =
        list.as_list().and_then(|list| list.iter().map(Value::as_usize).collect());
    let Some(places) = places else { return Step::Same };
    let mut sorted = places.clone();
    sorted.sort_unstable();
    if sorted.iter().enumerate().any(|(place, &point)| point != place + 1) {
        return Step::Same;
    }
    let permutation: Vec<usize> = places.iter().map(|place| place - 1).collect();
    Step::Again(Value::call(sym::Cycles, [as_cycles(&permutation)].as_slice()))
}

fn permutation_list(call: &Call) -> Step {
    let (of, length) = match call.args() {
        [of] => (of, None),
        [of, length] => (of, Some(length.as_usize())),
        _ => return Step::Same,
    };
    if of.as_list().is_some() {
        return Step::Done(of.clone());
    }
    let Some([cycles]) = of.exactly(sym::Cycles) else { return Step::Same };
    let Some(mut permutation) = permutation_of(cycles) else { return Step::Same };
    match length {
        None => {}
        Some(Some(length)) if (permutation.len()..=1 << 24).contains(&length) => {
            permutation.extend(permutation.len()..length);
        }
        Some(_) => return Step::Same,
    }
    let point = |point: &usize| Value::Integer(*point as i64 + 1);
    Step::Done(Value::list(permutation.iter().map(point).collect::<Args>()))
}
