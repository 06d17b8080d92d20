//! What programs call by name, and what a sparse array tells and is shown as.

use triomphe::Arc;

use super::build::{Refusal, build, rules};
use super::{Raw, Sparse, is_sparse, list, whole};
use crate::array::Elements;
use crate::builtins::{Builtin, builtin, inert};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const NONE: Attributes = Attributes::NONE;

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "SparseArray",
        NONE,
        sparse_array,
        "SparseArray[{p1 -> v1, p2 -> v2, ...}, dimensions, background] is an array that holds only \
         the elements that are not the background, which is 0 if it is not given: positions are \
         {i, j, ...} or patterns for such, as in {i_, i_} -> 1, or Band. SparseArray[list] is that \
         of a full array, Normal the full array of one. Arithmetic, Dot, Transpose, Part, Total and \
         LinearSolve work on the elements that are there; s[\"NonzeroValues\"] and other \
         properties, listed by s[\"Properties\"], tell of them.",
        &[
            ("Normal[SparseArray[{1 -> a, 4 -> b}]]", "{a, 0, 0, b}"),
            (
                "Normal[SparseArray[{{i_, i_} -> 2, {i_, j_} /; j == i + 1 -> x}, {2, 2}]]",
                "{{2, x}, {0, 2}}",
            ),
            (
                "s = SparseArray[{{1, 2} -> 5, {3, 1} -> 7}, {3, 3}]; {s . {1, 1, 1}, s[[3, 1]], Total[s, 2]}",
                "{{5, 0, 7}, 7, 12}",
            ),
            ("ToString[SparseArray[{{1, 1} -> 1}, {2, 3}]]", "\"SparseArray[<1>, {2, 3}]\""),
        ],
    ),
    builtin(
        "ArrayRules",
        NONE,
        array_rules,
        "ArrayRules[s] is the list of rules from the positions of the elements of a sparse or full \
         array to them, with a rule for the background at the end; ArrayRules[array, background] \
         takes another background.",
        &[
            ("ArrayRules[SparseArray[{{1, 2} -> 5}, {2, 2}]]", "{{1, 2} -> 5, {_, _} -> 0}"),
            ("ArrayRules[{1, 1, 3}, 1]", "{{3} -> 3, {_} -> 1}"),
        ],
    ),
    inert(
        "Band",
        "Band[{i, j}] stands, in the rules of a sparse array, for the positions on the diagonal that \
         begins there, Band[start, end] for those up to an end and Band[start, end, step] for those \
         by other steps; Automatic is the edge of the array. The values of a list stand one after \
         the other, over again up to an end that is given; matrices are put as blocks.",
        &[
            (
                "Normal[SparseArray[{Band[{1, 1}] -> a, Band[{2, 1}] -> {b, c}}, {3, 3}]]",
                "{{a, 0, 0}, {b, a, 0}, {0, c, a}}",
            ),
            (
                "Normal[SparseArray[Band[{1, 1}] -> {{{1, 2}, {3, 4}}, {{5}}}, {3, 3}]]",
                "{{1, 2, 0}, {3, 4, 0}, {0, 0, 5}}",
            ),
            (
                "Normal[SparseArray[Band[{1, 3}, Automatic, {1, -1}] -> x, {3, 3}]]",
                "{{0, 0, x}, {0, x, 0}, {x, 0, 0}}",
            ),
        ],
    ),
];

fn sparse_array(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    session.has_objects = true;
    if let [Value::Symbol(sym::Automatic), _, _, _] = call.args() {
        return Ok(Step::Same);
    }
    let zero = Value::Integer(0);
    let (of, dimensions, background) = match call.args() {
        [of] => (of, None, zero),
        [of, dimensions] => (of, Some(dimensions), zero),
        [of, dimensions, background] => (of, Some(dimensions), background.clone()),
        args => {
            let count = args.len();
            session.wrong_count(sym::SparseArray, count, 1, 3);
            return Ok(Step::Same);
        }
    };
    let dimensions = match dimensions {
        None | Some(Value::Symbol(sym::Automatic)) => None,
        Some(given) => match sides(given) {
            Some(sides) => Some(sides),
            None => return Ok(refused(session, &Refusal::Dimensions, call)),
        },
    };
    if is_sparse(of) && call.args().len() == 1 {
        return Ok(Step::Done(of.clone()));
    }
    let background = match (is_sparse(of) && call.args().len() < 3).then(|| Raw::read(of)) {
        Some(Some(raw)) => raw.background.clone(),
        _ => background,
    };
    Ok(match build(session, of, dimensions, background)? {
        Ok(sparse) => Step::Done(sparse.value()),
        Err(refusal) => refused(session, &refusal, call),
    })
}

fn sides(given: &Value) -> Option<Vec<usize>> {
    let positive = |value: &Value| value.as_usize();
    match given.as_list() {
        Some(all) if !all.is_empty() => all.iter().map(positive).collect(),
        Some(_) => None,
        None => Some(vec![positive(given)?]),
    }
}

fn refused(session: &mut Session, refusal: &Refusal, call: &Call) -> Step {
    let (tag, part) = match refusal {
        Refusal::Dimensions => ("dims", Value::from(call.clone())),
        Refusal::Position(position) => ("pos", position.clone()),
        Refusal::Form => ("list", Value::from(call.clone())),
    };
    match refusal {
        Refusal::Form => session.message(sym::SparseArray, tag, &[Value::Integer(1), part]),
        _ => session.message(sym::SparseArray, tag, &[part]),
    }
    Step::Same
}

fn array_rules(_: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, background) = match call.args() {
        [of] => (of, None),
        [of, background] => (of, Some(background.clone())),
        _ => return Ok(Step::Same),
    };
    let sparse = match Sparse::read(of) {
        Some(own) if background.is_none() => Some(own),
        own => {
            let full = own.map_or_else(|| Some(of.clone()), |own| own.full());
            let background = background.unwrap_or(Value::Integer(0));
            full.and_then(|full| super::build::of_full(&full, None, background).ok())
        }
    };
    Ok(sparse.map_or(Step::Same, |sparse| Step::Done(rules(&sparse))))
}

/// What a sparse array can tell of itself.
const PROPERTIES: &[&str] = &[
    "AdjacencyLists",
    "Background",
    "ColumnIndices",
    "Density",
    "ImplicitValue",
    "NonzeroPositions",
    "NonzeroValues",
    "Properties",
    "RowPointers",
];

/// Tells a property of a sparse array: `s["NonzeroValues"]`.
pub(in crate::builtins) fn property(head: &Call, call: &Call) -> Step {
    let of = Value::from(head.clone());
    let [Value::String(name)] = call.args() else { return Step::Same };
    let (Some(raw), Some(sparse)) = (Raw::read(&of), Sparse::read(&of)) else { return Step::Same };
    let indices = |place: &usize| {
        list(sparse.position(*place).into_iter().map(|index| whole(index + 1)).collect())
    };
    Step::Done(match name.as_str() {
        "Properties" => {
            Value::list(PROPERTIES.iter().map(|name| Value::string(*name)).collect::<Args>())
        }
        "Background" | "ImplicitValue" => sparse.background.clone(),
        "NonzeroValues" => raw.values.clone(),
        "NonzeroPositions" => Value::list(sparse.places.iter().map(indices).collect::<Args>()),
        "Density" => Value::Real(sparse.places.len() as f64 / sparse.size().max(1) as f64),
        "RowPointers" => Value::vector(Elements::Integers(raw.rows.clone())),
        "ColumnIndices" => raw.columns.clone(),
        "AdjacencyLists" => match sparse.dimensions[..] {
            [height, width] => {
                let mut rows = vec![Vec::new(); height];
                sparse
                    .places
                    .iter()
                    .for_each(|place| rows[place / width].push(whole(place % width + 1)));
                Value::list(rows.into_iter().map(list).collect::<Args>())
            }
            _ => return Step::Same,
        },
        _ => return Step::Same,
    })
}

/// Returns what a sparse array is shown as: how many elements it has, and its dimensions.
pub(in crate::builtins) fn words(session: &Session, call: &Call) -> Option<String> {
    let of = Value::from(call.clone());
    let raw = Raw::read(&of)?;
    let dimensions = Value::list(raw.dimensions.iter().copied().map(whole).collect::<Args>());
    let count = raw.values.as_call()?.len();
    Some(format!("SparseArray[<{count}>, {}]", session.output_form(&dimensions)))
}
