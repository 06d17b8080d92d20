//! The elements of a list that are nearest to something.

use triomphe::Arc;

use super::super::options::Options;
use super::super::{Builtin, builtin};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[builtin(
    "Nearest",
    Attributes::NONE,
    nearest,
    "Nearest[list, x] is the list of the elements nearest to x: numbers, vectors or strings; \
     Nearest[list, x, n] of the n nearest, Nearest[list, x, {n, r}] of those of them at most r away. \
     Nearest[list -> values, x] gives the values beside them, Nearest[list -> \"Index\", x] their \
     places, Nearest[list -> \"Distance\", x] how far they are. Several x in a list are answered one \
     by one. DistanceFunction -> f says how far two are from each other.",
    &[
        ("Nearest[{1, 3, 4, 8}, 5]", "{4}"),
        ("Nearest[{1, 3, 4, 8}, 5, 2]", "{4, 3}"),
        ("Nearest[{{0, 0}, {1, 2}} -> {a, b}, {1, 1}]", "{b}"),
        ("Nearest[{\"cat\", \"horse\"}, \"cart\"]", "{\"cat\"}"),
    ],
)];

/// What is answered of the elements that are near.
enum Answer {
    Values(Vec<Value>),
    Places,
    Distances,
}

/// Reads the elements and what is answered of them.
fn read(value: &Value) -> Option<(Vec<Value>, Answer)> {
    if let Some((list, answer, _)) = sides(value) {
        let all = list.as_list()?.to_vec();
        let answer = match answer {
            Value::String(text) => match text.as_str() {
                "Index" => Answer::Places,
                "Distance" => Answer::Distances,
                "Element" => Answer::Values(all.clone()),
                _ => return None,
            },
            Value::Symbol(sym::Automatic) => Answer::Places,
            values => {
                Answer::Values(values.as_list().filter(|own| own.len() == all.len())?.to_vec())
            }
        };
        return Some((all, answer));
    }
    let list = value.as_list().filter(|list| !list.is_empty())?;
    let pairs: Option<Vec<_>> = list.iter().map(sides).collect();
    Some(match pairs {
        Some(pairs) => {
            let (all, values) =
                pairs.into_iter().map(|(own, value, _)| (own.clone(), value.clone())).unzip();
            (all, Answer::Values(values))
        }
        None => (list.to_vec(), Answer::Values(list.to_vec())),
    })
}

fn nearest(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (of, to, most) = match args {
        [of, to] => (of, to, None),
        [of, to, most] => (of, to, Some(most)),
        _ => return Ok(Step::Same),
    };
    let Some((all, answer)) = read(of) else { return Ok(Step::Same) };
    let Some(bounds) = most.map_or(Some((None, f64::INFINITY)), within) else {
        return Ok(Step::Same);
    };
    let given = options.get(session, "DistanceFunction").filter(|f| !f.is(sym::Automatic));
    let function = match given {
        Some(function) => function.clone(),
        None => match usual(session, &all) {
            Some(function) => function,
            None => return Ok(Step::Same),
        },
    };
    let function = Callable::new(session, &function);
    // A list of such as the elements are is one of several questions.
    let depth = |value: &Value| {
        value.as_list().map_or(0, |list| {
            1 + list.first().map_or(0, |one| usize::from(one.as_list().is_some()))
        })
    };
    let several = to.as_list().filter(|_| all.first().is_some_and(|one| depth(one) < depth(to)));
    let mut answers = Args::new();
    for to in several.unwrap_or(std::slice::from_ref(to)) {
        let Some(found) = near(session, (&all, to), &function, bounds)? else {
            return Ok(Step::Same);
        };
        answers.push(Value::list(
            found
                .into_iter()
                .map(|(place, distance)| match &answer {
                    Answer::Values(values) => values[place].clone(),
                    Answer::Places => Value::Integer(place as i64 + 1),
                    Answer::Distances => distance,
                })
                .collect::<Args>(),
        ));
    }
    Ok(Step::Again(if several.is_some() { Value::list(answers) } else { answers.remove(0) }))
}

/// Reads how many are wanted and how far away they may be.
fn within(most: &Value) -> Option<(Option<usize>, f64)> {
    let count = |value: &Value| match value {
        Value::Symbol(sym::All) => Some(usize::MAX),
        _ => value.as_usize(),
    };
    match most.as_list() {
        Some([most, radius]) => Some((Some(count(most)?), number::to_f64(radius)?)),
        Some(_) => None,
        None => Some((Some(count(most)?), f64::INFINITY)),
    }
}

/// Returns the function that says how far elements are from each other if none is given.
fn usual(session: &mut Session, all: &[Value]) -> Option<Value> {
    let are = |test: &dyn Fn(&Value) -> bool| all.iter().all(test);
    let is_vector =
        |value: &Value| value.as_list().is_some_and(|list| list.iter().all(Value::is_number));
    let name = if are(&|value| value.as_str().is_some()) {
        "EditDistance"
    } else if are(&is_vector) || are(&|value| session.is_numeric(value)) {
        "EuclideanDistance"
    } else {
        return None;
    };
    Some(Value::Symbol(session.system_symbol(name)))
}

/// Returns the places of the elements nearest to something, the nearest first, and how far they
/// are; `None` if that is not known of one of them.
fn near(
    session: &mut Session,
    (all, to): (&[Value], &Value),
    function: &Callable,
    (most, radius): (Option<usize>, f64),
) -> Evaluated<Option<Vec<(usize, Value)>>> {
    let mut distances = Vec::with_capacity(all.len());
    for (place, own) in all.iter().enumerate() {
        session.check_interrupt()?;
        let distance = function.call(session, [own.clone(), to.clone()])?;
        let approximate = session.call(&Value::Symbol(sym::N), [distance.clone()].as_slice())?;
        let Some(size) = number::to_f64(&approximate).filter(|size| !size.is_nan()) else {
            return Ok(None);
        };
        if size <= radius {
            distances.push((size, place, distance));
        }
    }
    distances.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = distances.first().map_or(0.0, |(size, ..)| *size);
    let count = match most {
        Some(most) => most,
        None => distances.iter().take_while(|(size, ..)| *size == least).count(),
    };
    Ok(Some(distances.into_iter().take(count).map(|(_, place, own)| (place, own)).collect()))
}
