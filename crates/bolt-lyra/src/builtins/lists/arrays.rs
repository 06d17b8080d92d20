//! Arrays by their levels: transposing, flattening and reshaping.

use triomphe::Arc;

use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "ArrayDepth",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [of] => Step::Done(Value::Integer(sizes(of).len() as i64)),
                _ => Step::Same,
            })
        },
        "ArrayDepth[e] is the number of levels at which e is a full array.",
        &[("ArrayDepth[{{a, b}, {c, d}}]", "2"), ("ArrayDepth[{{a}, {b, c}}]", "1")],
    ),
    builtin(
        "TensorRank",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [of] if of.as_list().is_some() => {
                    Step::Done(Value::Integer(sizes(of).len() as i64))
                }
                [of] if of.is_number() => Step::Done(Value::Integer(0)),
                _ => Step::Same,
            })
        },
        "TensorRank[array] is the number of indices of an array.",
        &[("TensorRank[{{a, b}, {c, d}}]", "2"), ("TensorRank[t]", "TensorRank[t]")],
    ),
    builtin(
        "ArrayQ",
        Attributes::NONE,
        array_q,
        "ArrayQ[e] is True if e is a full array; ArrayQ[e, d] if it has d levels, or a number of \
         them that matches d; ArrayQ[e, d, test] if the test is True of all elements, too.",
        &[("ArrayQ[{{a, b}, {c, d}}]", "True"), ("ArrayQ[{1, 2}, 1, EvenQ]", "False")],
    ),
    builtin(
        "VectorQ",
        Attributes::NONE,
        |s, c| tested(s, c, 1),
        "VectorQ[e] is True if e is a list without lists in it; VectorQ[e, test] if the test is \
         True of all elements, too.",
        &[
            ("VectorQ[{1, 2}]", "True"),
            ("VectorQ[{{1}}]", "False"),
            ("VectorQ[{2}, OddQ]", "False"),
        ],
    ),
    builtin(
        "MatrixQ",
        Attributes::NONE,
        |s, c| tested(s, c, 2),
        "MatrixQ[e] is True if e is a list of lists of equal lengths; MatrixQ[e, test] if the test \
         is True of all elements, too.",
        &[("MatrixQ[{{1, 2}, {3, 4}}]", "True"), ("MatrixQ[{{1, 2}, {3}}]", "False")],
    ),
    builtin(
        "ArrayReshape",
        Attributes::NONE,
        array_reshape,
        "ArrayReshape[list, {m, n}] fills an array of these sizes with the elements of all levels \
         of the list, then with 0 or the third argument.",
        &[
            ("ArrayReshape[{a, b, c, d}, {2, 2}]", "{{a, b}, {c, d}}"),
            ("ArrayReshape[{{1}, {2}}, {3}, x]", "{1, 2, x}"),
        ],
    ),
    builtin(
        "ArrayPad",
        Attributes::NONE,
        array_pad,
        "ArrayPad[array, m] puts m zeros around an array at every level, ArrayPad[array, {m, n}] m \
         before and n after, ArrayPad[array, {{m, n}, ...}] for each level; a third argument is \
         put in place of 0; negative numbers take elements away.",
        &[
            ("ArrayPad[{1, 2}, 1]", "{0, 1, 2, 0}"),
            ("ArrayPad[{{1}}, {0, 1}, x]", "{{1, x}, {x, x}}"),
        ],
    ),
    builtin(
        "ArrayFlatten",
        Attributes::NONE,
        array_flatten,
        "ArrayFlatten[m] joins a matrix of matrices into one; a number stands for a block that is \
         filled with it.",
        &[
            ("ArrayFlatten[{{{{1}}, {{2}}}, {{{3}}, {{4}}}}]", "{{1, 2}, {3, 4}}"),
            ("ArrayFlatten[{{{{1, 2}}, 0}, {0, {{3}}}}]", "{{1, 2, 0}, {0, 0, 3}}"),
        ],
    ),
    builtin(
        "Diagonal",
        Attributes::NONE,
        diagonal,
        "Diagonal[m] is the list of the elements on the diagonal; Diagonal[m, k] those k places \
         above it.",
        &[("Diagonal[{{1, 2}, {3, 4}}]", "{1, 4}"), ("Diagonal[{{1, 2}, {3, 4}}, 1]", "{2}")],
    ),
];

/// Returns the sizes of an array of lists at the levels at which it is full.
pub(in crate::builtins) fn sizes(of: &Value) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut level: Vec<&Value> = vec![of];
    while let Some(lists) = level.iter().map(|one| one.as_list()).collect::<Option<Vec<_>>>() {
        let Some(first) = lists.first() else { break };
        if lists.iter().any(|list| list.len() != first.len()) {
            break;
        }
        sizes.push(first.len());
        level = lists.iter().flat_map(|list| list.iter()).collect();
    }
    sizes
}

/// Returns the parts of nested calls of a head at a depth, or above it where there is no more to
/// take apart, with their places from 0.
fn parts_at(of: &Value, head: &Value, depth: usize) -> Vec<(Vec<usize>, Value)> {
    fn visit(
        of: &Value,
        head: &Value,
        depth: usize,
        place: &mut Vec<usize>,
        found: &mut Vec<(Vec<usize>, Value)>,
    ) {
        match of {
            Value::Call(call) if place.len() < depth && call.head() == head => {
                grown(call.depth(), || {
                    for (index, arg) in call.args().iter().enumerate() {
                        place.push(index);
                        visit(arg, head, depth, place, found);
                        place.pop();
                    }
                });
            }
            _ => found.push((place.clone(), of.clone())),
        }
    }
    let mut found = Vec::new();
    visit(of, head, depth, &mut Vec::new(), &mut found);
    found
}

/// Builds nested calls from values with their keys, sorted: values whose first keys are equal
/// become one element.
fn nested(head: &Value, entries: &[(Vec<Vec<usize>>, Value)], level: usize) -> Value {
    if let [(keys, value)] = entries
        && keys.len() == level
    {
        return value.clone();
    }
    let groups = entries.chunk_by(|(a, _), (b, _)| a.get(level) == b.get(level));
    let elements = groups.map(|group| nested(head, group, level + 1));
    Value::call(head.clone(), elements.collect::<Args>())
}

/// Flattens the levels of each group into one: the k-th group becomes level k of the result, and
/// levels that no group names follow as they are.
pub(in crate::builtins) fn flatten_levels(of: &Value, groups: &[Vec<usize>]) -> Option<Value> {
    let depth = groups.iter().flatten().copied().max()?;
    let mut groups = groups.to_vec();
    for level in 1..=depth {
        match groups.iter().flatten().filter(|&&named| named == level).count() {
            0 => groups.push(vec![level]),
            1 => {}
            _ => return None,
        }
    }
    let head = of.head();
    let mut entries = Vec::new();
    for (place, value) in parts_at(of, &head, depth) {
        if place.len() < depth {
            return None;
        }
        let key = |group: &Vec<usize>| group.iter().map(|level| place[level - 1]).collect();
        entries.push((groups.iter().map(key).collect::<Vec<Vec<usize>>>(), value));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(nested(&head, &entries, 0))
}

/// Transposes so that level k becomes level `to[k]`, counted from 1; levels with the same target
/// are followed along their diagonal.
pub(in crate::builtins) fn transpose_levels(of: &Value, to: &[usize]) -> Option<Value> {
    let (depth, levels) = (to.len(), to.iter().copied().max()?);
    let known = sizes(of);
    if known.len() < depth || (1..=levels).any(|level| !to.contains(&level)) {
        return None;
    }
    let mut entries = Vec::new();
    for (place, value) in parts_at(of, &Value::Symbol(sym::List), depth) {
        let mut key = vec![usize::MAX; levels];
        let mut is_on_diagonal = true;
        for (index, target) in place.iter().zip(to) {
            let known = &mut key[target - 1];
            is_on_diagonal &= *known == usize::MAX || known == index;
            *known = *index;
        }
        if is_on_diagonal {
            entries.push((key.into_iter().map(|index| vec![index]).collect(), value));
        }
    }
    entries.sort_by(|(a, _): &(Vec<Vec<usize>>, Value), (b, _)| a.cmp(b));
    Some(nested(&Value::Symbol(sym::List), &entries, 0))
}

fn array_q(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, rest @ ..] = call.args() else { return Ok(Step::Same) };
    if rest.len() > 2 {
        return Ok(Step::Same);
    }
    let sizes = sizes(of);
    let depth = sizes.len();
    let elements = parts_at(of, &Value::Symbol(sym::List), depth);
    let is_full = depth > 0 && elements.iter().all(|(_, value)| value.as_list().is_none());
    if !is_full {
        return Ok(Step::Done(Value::FALSE));
    }
    if let Some(pattern) = rest.first()
        && !session.matches(pattern, &Value::Integer(depth as i64))?
    {
        return Ok(Step::Done(Value::FALSE));
    }
    if let Some(test) = rest.get(1) {
        for (_, value) in elements {
            if !session.call(test, [value].as_slice())?.is(sym::True) {
                return Ok(Step::Done(Value::FALSE));
            }
        }
    }
    Ok(Step::Done(Value::TRUE))
}

fn tested(session: &mut Session, call: &mut Arc<Call>, depth: usize) -> Evaluated<Step> {
    let (of, test) = match call.args() {
        [of] => (of, None),
        [of, test] => (of, Some(test)),
        _ => return Ok(Step::Same),
    };
    if let Some(array) = of.as_array()
        && test.is_none_or(|test| session.is_true_of_all_numbers(test))
    {
        return Ok(Step::Done(Value::boolean(array.dimensions().len() == depth)));
    }
    let elements = parts_at(of, &Value::Symbol(sym::List), depth);
    let is_flat = elements.iter().all(|(place, value)| {
        place.len() == depth && (test.is_some() || value.as_list().is_none())
    });
    if sizes(of).len() < depth || !is_flat {
        return Ok(Step::Done(Value::FALSE));
    }
    if let Some(test) = test {
        for (_, value) in elements {
            let answer = match session.quick_test(test, &value) {
                Some(answer) => answer,
                None => session.call(test, [value].as_slice())?.is(sym::True),
            };
            if !answer {
                return Ok(Step::Done(Value::FALSE));
            }
        }
    }
    Ok(Step::Done(Value::TRUE))
}

/// Arrays of more elements than this are not made.
const MAX_ELEMENTS: usize = 1 << 26;

fn array_reshape(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, shape, fill) = match call.args() {
        [of, shape] => (of, shape, Value::Integer(0)),
        [of, shape, fill] => (of, shape, fill.clone()),
        _ => return Ok(Step::Same),
    };
    let shape: Option<Vec<usize>> =
        shape.as_list().and_then(|all| all.iter().map(Value::as_usize).collect());
    let Some(shape) = shape.filter(|_| of.as_list().is_some()) else { return Ok(Step::Same) };
    let total = shape.iter().try_fold(1usize, |total, &size| total.checked_mul(size));
    if total.is_none_or(|total| total > MAX_ELEMENTS) {
        return Ok(Step::Same);
    }
    let mut elements =
        parts_at(of, &Value::Symbol(sym::List), usize::MAX).into_iter().map(|(_, value)| value);
    fn fill_in(shape: &[usize], next: &mut dyn FnMut() -> Value) -> Value {
        match shape {
            [] => next(),
            [size, rest @ ..] => {
                Value::list((0..*size).map(|_| fill_in(rest, next)).collect::<Args>())
            }
        }
    }
    Ok(Step::Again(fill_in(&shape, &mut || elements.next().unwrap_or_else(|| fill.clone()))))
}

/// Reads how much is put before and after each of so many levels.
fn margins(spec: &Value, depth: usize) -> Option<Vec<(i64, i64)>> {
    let pair = |value: &Value| match value.as_list() {
        None => value.as_i64().map(|margin| (margin, margin)),
        Some([one]) => one.as_i64().map(|margin| (margin, margin)),
        Some([before, after]) => before.as_i64().zip(after.as_i64()),
        Some(_) => None,
    };
    match spec.as_list() {
        Some(levels) if levels.iter().any(|level| level.as_list().is_some()) => {
            let levels: Option<Vec<_>> = levels.iter().map(pair).collect();
            levels.filter(|levels| levels.len() <= depth)
        }
        _ => pair(spec).map(|margin| vec![margin; depth]),
    }
}

fn array_pad(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, spec, fill) = match call.args() {
        [of, spec] => (of, spec, Value::Integer(0)),
        [of, spec, fill] if fill.as_str().is_none() => (of, spec, fill.clone()),
        _ => return Ok(Step::Same),
    };
    let sizes = sizes(of);
    let Some(margins) = margins(spec, sizes.len()) else { return Ok(Step::Same) };
    let grown = |(size, (before, after)): (&usize, &(i64, i64))| *size as i64 + before + after;
    let new: Vec<i64> = sizes.iter().zip(&margins).map(grown).collect();
    let total = new.iter().try_fold(1usize, |total, &size| total.checked_mul(size.max(0) as usize));
    if new.iter().any(|&size| size < 0) || total.is_none_or(|total| total > MAX_ELEMENTS) {
        session.message_of("ArrayPad", "arynd", &[spec.clone(), of.clone()]);
        return Ok(Step::Same);
    }
    fn padded(of: Option<&Value>, new: &[i64], margins: &[(i64, i64)], fill: &Value) -> Value {
        let ([size, new @ ..], [(before, _), margins @ ..]) = (new, margins) else {
            return of.unwrap_or(fill).clone();
        };
        let old = of.and_then(Value::as_list);
        let element = |place: i64| {
            let source = usize::try_from(place - before).ok();
            padded(old.zip(source).and_then(|(old, at)| old.get(at)), new, margins, fill)
        };
        Value::list((0..*size).map(element).collect::<Args>())
    }
    Ok(Step::Again(padded(Some(of), &new, &margins, &fill)))
}

fn array_flatten(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let rows: Option<Vec<&[Value]>> =
        of.as_list().and_then(|rows| rows.iter().map(Value::as_list).collect());
    let Some(rows) = rows else { return Ok(Step::Same) };
    let columns = rows.first().map_or(0, |row| row.len());
    if rows.iter().any(|row| row.len() != columns) {
        return Ok(Step::Same);
    }
    let size = |block: &Value, level: usize| sizes(block).get(level).copied();
    let height = |row: &[Value]| row.iter().find_map(|block| size(block, 0)).unwrap_or(1);
    let width = |column: usize| rows.iter().find_map(|row| size(&row[column], 1)).unwrap_or(1);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut all = Args::new();
    for row in &rows {
        let height = height(row);
        for line in 0..height {
            let mut whole = Args::new();
            for (block, &width) in row.iter().zip(&widths) {
                match sizes(block)[..] {
                    [own_height, own_width, ..] if (own_height, own_width) == (height, width) => {
                        let line = block.as_list().and_then(|lines| lines[line].as_list());
                        whole.extend(line.unwrap_or(&[]).iter().cloned());
                    }
                    [] => whole.extend(std::iter::repeat_n(block.clone(), width)),
                    _ => return Ok(Step::Same),
                }
            }
            all.push(Value::list(whole));
        }
    }
    Ok(Step::Again(Value::list(all)))
}

fn diagonal(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, above) = match call.args() {
        [of] => (of, 0),
        [of, Value::Integer(above)] => (of, *above),
        _ => return Ok(Step::Same),
    };
    let Some(rows) = of.as_list() else { return Ok(Step::Same) };
    let element = |(place, row): (usize, &Value)| {
        let column = usize::try_from(place as i64 + above).ok()?;
        row.as_list()?.get(column).cloned()
    };
    Ok(Step::Again(Value::list(rows.iter().enumerate().filter_map(element).collect::<Args>())))
}
