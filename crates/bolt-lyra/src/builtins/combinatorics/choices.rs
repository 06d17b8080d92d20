//! Subsets, tuples and partitions.

use dashu_int::IBig;
use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Subsets",
        NONE,
        subsets,
        "Subsets[list] is the list of all its sublists, the shorter first; Subsets[list, n] has \
         those of up to n elements, {n} those of n, {m, n} from m to n; a third argument takes \
         the first so many of them, or a range as Part does.",
        &[
            ("Subsets[{a, b}]", "{{}, {a}, {b}, {a, b}}"),
            ("Subsets[{a, b, c}, {2}]", "{{a, b}, {a, c}, {b, c}}"),
        ],
    ),
    builtin(
        "Tuples",
        NONE,
        tuples,
        "Tuples[list, n] is the list of all lists of n elements of a list; Tuples[{a, b, ...}] of \
         all lists with an element of each; Tuples[list, {m, n}] of arrays.",
        &[
            ("Tuples[{0, 1}, 2]", "{{0, 0}, {0, 1}, {1, 0}, {1, 1}}"),
            ("Tuples[{{a, b}, {c}}]", "{{a, c}, {b, c}}"),
        ],
    ),
    builtin(
        "IntegerPartitions",
        NONE,
        integer_partitions,
        "IntegerPartitions[n] is the list of the ways to write n as a sum of positive integers; \
         IntegerPartitions[n, k] of at most k of them, {k} of exactly k, {j, k} of j to k; a third \
         argument lists what may be added, a fourth is how many ways are wanted.",
        &[
            ("IntegerPartitions[4]", "{{4}, {3, 1}, {2, 2}, {2, 1, 1}, {1, 1, 1, 1}}"),
            ("IntegerPartitions[5, {2}]", "{{4, 1}, {3, 2}}"),
            ("IntegerPartitions[8, All, {5, 3}]", "{{5, 3}}"),
        ],
    ),
    builtin(
        "FrobeniusSolve",
        NONE,
        frobenius,
        "FrobeniusSolve[{a1, a2, ...}, n] is the list of the non-negative integers x1, x2, ... with \
         a1 x1 + a2 x2 + ... == n; a third argument is how many are wanted.",
        &[
            ("FrobeniusSolve[{2, 3}, 6]", "{{0, 2}, {3, 0}}"),
            ("FrobeniusSolve[{4, 6}, 5]", "{}"),
        ],
    ),
    written!(
        "FrobeniusNumber",
        NONE,
        "{FrobeniusNumber[{a_Integer?Positive, b_Integer?Positive}] /; GCD[a, b] == 1 :> a b - a - b,
          FrobeniusNumber[l : {__Integer?Positive}] /; GCD @@ l == 1 && Min[l] == 1 :> -1,
          FrobeniusNumber[l : {__Integer?Positive}] /; GCD @@ l != 1 :> Infinity}",
        "FrobeniusNumber[{a, b}] is the largest integer that is no sum of multiples of a and b.",
        &[("FrobeniusNumber[{4, 7}]", "17"), ("FrobeniusNumber[{2, 4}]", "Infinity")],
    ),
];

/// Lists of more elements than this are not made.
const MOST: usize = 1 << 24;

/// Reads `n`, `{n}`, `{m, n}` or `{m, n, step}` as the sizes wanted, of at most so many.
fn sizes(spec: &Value, most: usize) -> Option<Vec<usize>> {
    let bound = |value: &Value| match value {
        Value::Symbol(sym::Infinity | sym::All) => Some(most),
        _ if value.args_of(sym::DirectedInfinity).is_some() => Some(most),
        _ => value.as_usize(),
    };
    let range = |first: usize, last: usize| (first..=last.min(most)).collect();
    match spec.as_list() {
        None => bound(spec).map(|last| range(0, last)),
        Some([only]) => bound(only).map(|only| range(only, only)),
        Some([first, last]) => Some(range(bound(first)?, bound(last)?)),
        Some([first, last, step]) => {
            let (first, last, step) = (first.as_i64()?, bound(last)? as i64, step.as_i64()?);
            if step == 0 {
                return None;
            }
            let count = ((last - first) / step + 1).max(0);
            let sizes = (0..count).map(|place| first + place * step);
            let inside = sizes.filter(|size| (0..=most as i64).contains(size));
            Some(inside.map(|size| size as usize).collect())
        }
        Some(_) => None,
    }
}

fn choose(n: usize, k: usize) -> IBig {
    (0..k.min(n - k.min(n))).fold(IBig::ONE, |product, i| product * (n - i) / (i + 1))
}

/// Steps to the next combination of places below `n` in lexicographic order.
fn next_combination(places: &mut [usize], n: usize) -> bool {
    let k = places.len();
    let Some(at) = (0..k).rev().find(|&at| places[at] < n - k + at) else { return false };
    places[at] += 1;
    for later in at + 1..k {
        places[later] = places[later - 1] + 1;
    }
    true
}

/// Returns the combination at a place, counted from 0, of the lexicographic order.
fn combination_at(n: usize, k: usize, mut at: IBig) -> Vec<usize> {
    let (mut places, mut next) = (Vec::with_capacity(k), 0);
    for chosen in 0..k {
        loop {
            let with_next = choose(n - next - 1, k - chosen - 1);
            if at < with_next {
                break;
            }
            at -= with_next;
            next += 1;
        }
        places.push(next);
        next += 1;
    }
    places
}

fn subsets(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, spec, wanted) = match call.args() {
        [of] => (of, None, None),
        [of, spec] => (of, Some(spec), None),
        [of, spec, wanted] => (of, Some(spec), Some(wanted)),
        _ => return Ok(Step::Same),
    };
    let Value::Call(list) = of else { return Ok(Step::Same) };
    let n = list.args().len();
    let Some(sizes) = spec.map_or_else(|| Some((0..=n).collect()), |spec| sizes(spec, n)) else {
        session.message_of("Subsets", "nninfseq", &[spec.cloned().unwrap_or(Value::NULL)]);
        return Ok(Step::Same);
    };
    let subset = |places: &[usize]| {
        let elements = places.iter().map(|&place| list.args()[place].clone());
        Value::call(list.head().clone(), elements.collect::<Args>())
    };
    let total: IBig = sizes.iter().map(|&k| choose(n, k)).sum();
    let most = match wanted {
        Some(wanted) if wanted.as_list().is_some() => {
            return Ok(subsets_at(wanted, n, &sizes, &total, &subset));
        }
        Some(wanted) if !wanted.is(sym::All) => wanted.as_usize(),
        _ => Some(usize::MAX),
    };
    let Some(most) = most else { return Ok(Step::Same) };
    if most > MOST && total > IBig::from(MOST) {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    }
    let mut all = Args::new();
    for k in sizes {
        let mut places: Vec<usize> = (0..k).collect();
        while all.len() < most {
            session.check_interrupt()?;
            all.push(subset(&places));
            if !next_combination(&mut places, n) {
                break;
            }
        }
    }
    Ok(Step::Again(Value::list(all)))
}

/// The subsets at the places `{i}`, `{i, j}` or `{i, j, step}` of all of them.
fn subsets_at(
    wanted: &Value,
    n: usize,
    sizes: &[usize],
    total: &IBig,
    subset: &dyn Fn(&[usize]) -> Value,
) -> Step {
    let bounds: Option<Vec<IBig>> =
        wanted.as_list().and_then(|all| all.iter().map(number::integer).collect());
    let (first, last, step) = match bounds.as_deref() {
        Some([one]) => (one.clone(), one.clone(), IBig::ONE),
        Some([first, last]) => (first.clone(), last.clone(), IBig::ONE),
        Some([first, last, step]) if *step != IBig::ZERO => {
            (first.clone(), last.clone(), step.clone())
        }
        _ => return Step::Same,
    };
    let absolute = |at: IBig| if at < IBig::ZERO { total + at + IBig::ONE } else { at };
    let (mut at, last) = (absolute(first), absolute(last));
    let mut all = Args::new();
    while if step > IBig::ZERO { at <= last } else { at >= last } {
        if at < IBig::ONE || at > *total || all.len() > MOST {
            return Step::Same;
        }
        let mut left = &at - IBig::ONE;
        for &k in sizes {
            let count = choose(n, k);
            if left < count {
                all.push(subset(&combination_at(n, k, left)));
                break;
            }
            left -= count;
        }
        at += &step;
    }
    Step::Again(Value::list(all))
}

fn tuples(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (sets, head, shape) = match call.args() {
        [Value::Call(sets)] => {
            let all: Option<Vec<&[Value]>> =
                sets.args().iter().map(|set| set.as_call().map(Call::args)).collect();
            let Some(all) = all else { return Ok(Step::Same) };
            (all, sets.head().clone(), None)
        }
        [Value::Call(set), size] => {
            let shape: Option<Vec<usize>> = match size.as_list() {
                Some(sizes) => sizes.iter().map(Value::as_usize).collect(),
                None => size.as_usize().map(|size| vec![size]),
            };
            let Some(shape) = shape else { return Ok(Step::Same) };
            let count = shape.iter().product::<usize>();
            if count > 1 << 16 {
                return Ok(Step::Same);
            }
            (vec![set.args(); count], set.head().clone(), Some(shape).filter(|s| s.len() > 1))
        }
        _ => return Ok(Step::Same),
    };
    let total = sets.iter().try_fold(1usize, |total, set| total.checked_mul(set.len()));
    let Some(total) = total.filter(|&total| total <= MOST) else {
        session.message(sym::General, "nomem", &[]);
        return Ok(Step::Same);
    };
    let mut all = Args::with_capacity(total);
    let mut places = vec![0; sets.len()];
    for _ in 0..total {
        session.check_interrupt()?;
        let tuple: Args = places.iter().zip(&sets).map(|(&at, set)| set[at].clone()).collect();
        all.push(match &shape {
            Some(shape) => shaped(&head, shape, &mut tuple.into_iter()),
            None => Value::call(head.clone(), tuple),
        });
        for at in (0..sets.len()).rev() {
            places[at] += 1;
            if places[at] < sets[at].len() {
                break;
            }
            places[at] = 0;
        }
    }
    Ok(Step::Again(Value::list(all)))
}

fn shaped(head: &Value, shape: &[usize], elements: &mut dyn Iterator<Item = Value>) -> Value {
    match shape {
        [] => elements.next().unwrap_or(Value::NULL),
        [size, rest @ ..] => {
            let all = (0..*size).map(|_| shaped(head, rest, elements));
            Value::call(head.clone(), all.collect::<Args>())
        }
    }
}

/// What a search for sums looks for and what it has found.
struct Sums<'a> {
    parts: &'a [Value],
    least: usize,
    most: usize,
    wanted: usize,
    found: Args,
}

impl Sums<'_> {
    /// Adds the sums of parts from a place on that come to what is left.
    fn search(
        &mut self,
        session: &Session,
        left: &Value,
        from: usize,
        sum: &mut Vec<Value>,
    ) -> Evaluated<()> {
        session.check_interrupt()?;
        if number::is_zero(left) && sum.len() >= self.least && self.found.len() < self.wanted {
            self.found.push(Value::list(Args::from(sum.as_slice())));
        }
        if sum.len() >= self.most || self.found.len() >= self.wanted {
            return Ok(());
        }
        let all_positive = !self.parts.iter().any(number::is_negative);
        if all_positive && number::is_zero(left) {
            // Only zeros could follow.
            if !self.parts.iter().any(number::is_zero) {
                return Ok(());
            }
        }
        for place in from..self.parts.len() {
            let part = self.parts[place].clone();
            let rest = number::subtract(left, &part);
            if all_positive && number::is_negative(&rest) {
                continue;
            }
            sum.push(part);
            self.search(session, &rest, place, sum)?;
            sum.pop();
        }
        Ok(())
    }
}

fn integer_partitions(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [n, rest @ ..] = call.args() else { return Ok(Step::Same) };
    if !number::is_exact(n) || !number::is_real(n) || rest.len() > 3 {
        return Ok(Step::Same);
    }
    let own = rest.get(1).and_then(Value::as_list);
    let parts: Vec<Value> = match (own, n.as_usize()) {
        (Some(own), _) => own.to_vec(),
        (None, Some(n)) if n <= 1 << 16 => (1..=n as i64).rev().map(Value::Integer).collect(),
        (None, None) if number::is_negative(n) => return Ok(Step::Done(Value::list(Args::new()))),
        _ => return Ok(Step::Same),
    };
    if parts.iter().any(|part| !number::is_exact(part) || !number::is_real(part)) {
        return Ok(Step::Same);
    }
    let is_bounded = parts.iter().all(|part| !number::is_negative(part) && !number::is_zero(part));
    let sizes = match rest.first() {
        None | Some(Value::Symbol(sym::All)) => Some((0, usize::MAX)),
        Some(spec) => match spec.as_list() {
            None => spec.as_usize().map(|most| (0, most)),
            Some([only]) => only.as_usize().map(|only| (only, only)),
            Some([least, most]) => {
                let most = most.as_usize().or_else(|| most.is(sym::Infinity).then_some(usize::MAX));
                least.as_usize().zip(most)
            }
            Some(_) => None,
        },
    };
    let wanted = match rest.get(2) {
        None | Some(Value::Symbol(sym::All)) => Some(MOST),
        Some(wanted) => wanted.as_usize(),
    };
    let (Some((least, most)), Some(wanted)) = (sizes, wanted) else { return Ok(Step::Same) };
    if !is_bounded && most == usize::MAX {
        return Ok(Step::Same);
    }
    let mut sums = Sums { parts: &parts, least, most, wanted, found: Args::new() };
    sums.search(session, n, 0, &mut Vec::new())?;
    // What was given in ascending order is searched so, but listed with the largest part first.
    Ok(Step::Again(Value::list(sorted_sums(session, sums.found, own.is_some()))))
}

fn sorted_sums(session: &Session, mut sums: Args, sorts: bool) -> Args {
    if sorts {
        let descending =
            |a: &Value, b: &Value| crate::order::compare(&session.names, a, b).reverse();
        let mut lists: Vec<Vec<Value>> =
            sums.iter().filter_map(Value::as_list).map(<[Value]>::to_vec).collect();
        lists.iter_mut().for_each(|list| list.sort_by(descending));
        lists.sort_by(|a, b| {
            let pairs = a.iter().zip(b).map(|(a, b)| descending(a, b));
            pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        sums = lists.into_iter().map(|list| Value::list(Args::from(list))).collect();
    }
    sums
}

fn frobenius(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (weights, n, most) = match call.args() {
        [weights, n] => (weights, n, Some(MOST)),
        [weights, n, most] => (weights, n, most.as_usize()),
        _ => return Ok(Step::Same),
    };
    let weights: Option<Vec<i64>> =
        weights.as_list().and_then(|all| all.iter().map(Value::as_i64).collect());
    let (Some(weights), Some(n), Some(most)) = (weights, n.as_i64(), most) else {
        return Ok(Step::Same);
    };
    if weights.is_empty() || weights.iter().any(|&weight| weight < 1) {
        return Ok(Step::Same);
    }
    let (mut found, mut counts) = (Args::new(), Vec::new());
    solutions(session, &weights, n, &mut counts, most, &mut found)?;
    Ok(Step::Done(Value::list(found)))
}

fn solutions(
    session: &Session,
    weights: &[i64],
    left: i64,
    counts: &mut Vec<i64>,
    most: usize,
    found: &mut Args,
) -> Evaluated<()> {
    session.check_interrupt()?;
    let Some((&weight, rest)) = weights.split_first() else { return Ok(()) };
    if rest.is_empty() {
        if left >= 0 && left % weight == 0 && found.len() < most {
            let all = counts.iter().copied().chain([left / weight]);
            found.push(Value::list(all.map(Value::Integer).collect::<Args>()));
        }
        return Ok(());
    }
    for count in 0..=(left / weight).max(-1) {
        counts.push(count);
        solutions(session, rest, left - count * weight, counts, most, found)?;
        counts.pop();
        if found.len() >= most {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_combination_at_a_place_is_the_one_that_counting_reaches() {
        for n in 0..7 {
            for k in 0..=n {
                let mut places: Vec<usize> = (0..k).collect();
                let mut at = 0;
                loop {
                    assert_eq!(combination_at(n, k, IBig::from(at)), places);
                    at += 1;
                    if !next_combination(&mut places, n) {
                        break;
                    }
                }
                assert_eq!(choose(n, k), IBig::from(at));
            }
        }
    }
}
