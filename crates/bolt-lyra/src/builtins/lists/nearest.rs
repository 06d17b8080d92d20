//! The elements of a list that are nearest to something.

use triomphe::Arc;

use super::super::options::Options;
use super::super::{Builtin, builtin};
use super::kdtree::{self, Points};
use crate::array::{Array, Elements};
use crate::compile::Callable;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Nearest",
        Attributes::NONE,
        nearest,
        "Nearest[list, x] is the list of the elements nearest to x: numbers, vectors or strings; \
     Nearest[list, x, n] of the n nearest, Nearest[list, x, {n, r}] of those of them at most r away. \
     Nearest[list -> values, x] gives the values beside them, Nearest[list -> \"Index\", x] their \
     places, Nearest[list -> \"Distance\", x] how far they are. Several x in a list are answered one \
     by one. DistanceFunction -> f says how far two are from each other. Nearest[list] is a \
     NearestFunction.",
        &[
            ("Nearest[{1, 3, 4, 8}, 5]", "{4}"),
            ("Nearest[{1, 3, 4, 8}, 5, 2]", "{4, 3}"),
            ("Nearest[{{0, 0}, {1, 2}} -> {a, b}, {1, 1}]", "{b}"),
            ("Nearest[{\"cat\", \"horse\"}, \"cart\"]", "{\"cat\"}"),
        ],
    ),
    builtin(
        "NearestFunction",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "NearestFunction[...] is what Nearest[list] makes: f[x], f[x, n] and f[x, {n, r}] are what \
         Nearest gives. Of long lists of machine numbers or vectors it keeps a tree, which finds \
         the nearest without a look at all.",
        &[
            ("f = Nearest[{1, 3, 4, 8}]; f[5, 2]", "{4, 3}"),
            ("f = Nearest[Range[100.] -> \"Index\"]; f[{2.2, 50.9}]", "{{2}, {51}}"),
        ],
    ),
];

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
    let (args, options) = Options::split(call.args(), 1);
    let (of, to, most) = match args {
        [of] => return Ok(made(session, of, &call.args()[1..])),
        // A rule for what is answered may be the only argument.
        [of, to] => (of, to, None),
        [of, to, most] => (of, to, Some(most)),
        _ => return Ok(Step::Same),
    };
    let Some(bounds) = most.map_or(Some((None, f64::INFINITY)), within) else {
        return Ok(Step::Same);
    };
    if !has_function(session, &options)
        && let Some(source) = Source::read(of)
        && let Some(points) = coordinates(source.list)
        && let Some(found) = by_points(&source, (&points.0, points.1), None, to, bounds)
    {
        return Ok(Step::Again(found));
    }
    one_by_one(session, of, (to, bounds), &options)
}

fn has_function(session: &Session, options: &Options<'_>) -> bool {
    let given = options.get(session, "DistanceFunction");
    let is_usual = |own: &Value| {
        let name = own.as_symbol().map(|own| session.names.full(own).name.clone());
        own.is(sym::Automatic) || name.as_deref() == Some("EuclideanDistance")
    };
    given.is_some_and(|own| !is_usual(own))
}

/// Returns `NearestFunction[of, {coordinates, order}, options]`; the tree is `Automatic` where
/// there is none.
fn made(session: &mut Session, of: &Value, options: &[Value]) -> Step {
    if read(of).is_none() {
        return Step::Same;
    }
    let head = session.system_symbol("NearestFunction");
    let (_, given) = Options::split(options, 0);
    let points = Source::read(of).and_then(|source| coordinates(source.list));
    let tree = match points.filter(|_| !has_function(session, &given)) {
        Some((all, width)) => {
            let order = kdtree::order(Points { all: &all, width });
            Value::list([
                Value::vector(Elements::Reals(all)),
                Value::vector(Elements::Integers(order)),
            ])
        }
        None => Value::Symbol(sym::Automatic),
    };
    let args: Args = [of.clone(), tree].into_iter().chain(options.iter().cloned()).collect();
    Step::Done(Value::call(head, args))
}

/// Applies a `NearestFunction`.
pub(in crate::builtins) fn apply(
    session: &mut Session,
    head: &Call,
    call: &Call,
) -> Evaluated<Step> {
    let [of, tree, options @ ..] = head.args() else { return Ok(Step::Same) };
    let (to, most) = match call.args() {
        [to] => (to, None),
        [to, most] => (to, Some(most)),
        _ => return Ok(Step::Same),
    };
    let Some(bounds) = most.map_or(Some((None, f64::INFINITY)), within) else {
        return Ok(Step::Same);
    };
    if let Some([all, order]) = tree.as_list()
        && let (Some(Elements::Reals(all)), Some(Elements::Integers(order))) =
            (all.as_array().map(Array::elements), order.as_array().map(Array::elements))
        && let Some(source) = Source::read(of)
        && !order.is_empty()
        && all.len() % order.len() == 0
    {
        let order: &[i64] = order;
        let width = all.len() / order.len();
        if let Some(found) = by_points(&source, (all, width), Some(order), to, bounds) {
            return Ok(Step::Again(found));
        }
    }
    let (_, options) = Options::split(options, 0);
    one_by_one(session, of, (to, bounds), &options)
}

/// Returns what a `NearestFunction` is shown as.
pub(in crate::builtins) fn words(call: &Call) -> Option<String> {
    let (all, _) = read(call.args().first()?)?;
    Some(format!("NearestFunction[<{}>]", all.len()))
}

/// A packed list of numbers or vectors, and what is answered of it.
struct Source<'a> {
    list: &'a Array,
    labels: Option<&'a Call>,
    are_places: bool,
}

impl<'a> Source<'a> {
    fn read(of: &'a Value) -> Option<Self> {
        let Some((list, answer, _)) = sides(of) else {
            return Some(Self { list: of.as_array()?, labels: None, are_places: false });
        };
        let list = list.as_array()?;
        let name = answer.as_str();
        let are_places = answer.is(sym::Automatic) || name == Some("Index");
        let labels = answer.as_call().filter(|own| own.is(sym::List) && own.len() == list.len());
        let is_known = are_places || labels.is_some() || name == Some("Element");
        is_known.then_some(Self { list, labels, are_places })
    }

    fn answer(&self, place: usize) -> Option<Value> {
        match self.labels {
            _ if self.are_places => Some(Value::Integer(place as i64 + 1)),
            Some(labels) => labels.get(place),
            None => Some(self.list.get(place)),
        }
    }
}

/// Returns the coordinates of numbers or vectors, and how many each has.
fn coordinates(list: &Array) -> Option<(Vec<f64>, usize)> {
    let width = match list.dimensions() {
        [_] => 1,
        [_, width] if *width > 0 => *width,
        _ => return None,
    };
    let exact = |all: &[i64]| all.iter().all(|x| x.unsigned_abs() <= 1 << 53);
    let all: Vec<f64> = match list.elements() {
        Elements::Reals(all) => all.clone(),
        Elements::Integers(all) if exact(all) => all.iter().map(|x| *x as f64).collect(),
        Elements::Integers(_) => return None,
    };
    all.iter().all(|x| x.is_finite()).then_some((all, width))
}

/// Questions from which on a tree is made for them.
const QUESTIONS_FOR_TREE: usize = 32;

/// Answers one question or several by the coordinates; `None` if they are none.
fn by_points(
    source: &Source<'_>,
    (all, width): (&[f64], usize),
    order: Option<&[i64]>,
    to: &Value,
    (most, radius): (Option<usize>, f64),
) -> Option<Value> {
    let question = |value: &Value| -> Option<Vec<f64>> {
        let own = match value.as_list() {
            Some(own) if source.list.dimensions().len() == 2 => {
                own.iter().map(number::to_f64).collect::<Option<Vec<f64>>>()?
            }
            None if source.list.dimensions().len() == 1 => vec![number::to_f64(value)?],
            _ => return None,
        };
        (own.len() == width && own.iter().all(|x| x.is_finite())).then_some(own)
    };
    let points = Points { all, width };
    let one = question(to);
    let questions: Vec<Vec<f64>> = match &one {
        Some(one) => vec![one.clone()],
        None => to.as_list()?.iter().map(question).collect::<Option<_>>()?,
    };
    let own =
        (order.is_none() && questions.len() >= QUESTIONS_FOR_TREE).then(|| kdtree::order(points));
    let order = order.or(own.as_deref());
    let mut answers = Args::new();
    for question in &questions {
        let found = match order {
            Some(order) => kdtree::nearest(points, order, question, most, radius),
            None => kdtree::nearest_of_all(points, question, most, radius),
        };
        let own: Option<Args> = found.iter().map(|(_, place)| source.answer(*place)).collect();
        answers.push(Value::list(own?));
    }
    Some(if one.is_some() { answers.remove(0) } else { Value::list(answers) })
}

/// Asks a function how far each element is.
fn one_by_one(
    session: &mut Session,
    of: &Value,
    (to, bounds): (&Value, (Option<usize>, f64)),
    options: &Options<'_>,
) -> Evaluated<Step> {
    let Some((all, answer)) = read(of) else { return Ok(Step::Same) };
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
pub(super) fn usual(session: &mut Session, all: &[Value]) -> Option<Value> {
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
