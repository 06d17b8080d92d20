//! Functions that apply functions.

use triomphe::Arc;

use super::options::Options;
use super::{Builtin, builtin};
use crate::array::Elements;
use crate::association::{Association, Entry};
use crate::compile::{Callable, Growing};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::level::Levels;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Map",
        Attributes::NONE,
        map,
        "f /@ e or Map[f, e] applies f to each element of e; Map[f, e, levels] to the parts at the levels.",
        &[("Map[f, {a, b}]", "{f[a], f[b]}"), ("Map[f, {{a}, {b}}, {2}]", "{{f[a]}, {f[b]}}")],
    ),
    builtin(
        "Apply",
        Attributes::NONE,
        apply,
        "f @@ e or Apply[f, e] gives e with the head f; Apply[f, e, {1}] or f @@@ e does so for the elements.",
        &[("Plus @@ {1, 2, 3}", "6"), ("Apply[f, {{1, 2}, {3, 4}}, {1}]", "{f[1, 2], f[3, 4]}")],
    ),
    builtin(
        "MapApply",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [function, of] => Step::Again(Value::call(
                    sym::Apply,
                    [function.clone(), of.clone(), Value::list([Value::Integer(1)].as_slice())]
                        .as_slice(),
                )),
                _ => Step::Same,
            })
        },
        "f @@@ e or MapApply[f, e] gives the elements of e the head f.",
        &[("f @@@ {{1, 2}, {3, 4}}", "{f[1, 2], f[3, 4]}"), ("MapApply[Plus, {{1, 2}}]", "{3}")],
    ),
    builtin(
        "MapAll",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [function, of, options @ ..] => {
                    let levels = [Value::Integer(0), Value::Symbol(sym::Infinity)];
                    let args = [function.clone(), of.clone(), Value::list(levels)].into_iter();
                    let args = args.chain(options.iter().cloned()).collect::<Args>();
                    Step::Again(Value::call(sym::Map, args))
                }
                _ => Step::Same,
            })
        },
        "f //@ e or MapAll[f, e] applies f to every part of e, e itself included.",
        &[("f //@ {{a}, b}", "f[{f[{f[a]}], f[b]}]"), ("MapAll[f, g[x]]", "f[g[f[x]]]")],
    ),
    builtin(
        "Scan",
        Attributes::NONE,
        scan,
        "Scan[f, e] applies f to each element of e for what it does.",
        &[("s = 0; Scan[(s += #) &, {1, 2}]; s", "3"), ("Scan[f, {1}]", "Null")],
    ),
    builtin(
        "MapIndexed",
        Attributes::NONE,
        map_indexed,
        "MapIndexed[f, e] applies f to each element and its place: f[element, {place}].",
        &[
            ("MapIndexed[f, {a, b}]", "{f[a, {1}], f[b, {2}]}"),
            ("MapIndexed[#1^First[#2] &, {2, 2, 2}]", "{2, 4, 8}"),
        ],
    ),
    builtin(
        "MapThread",
        Attributes::NONE,
        map_thread,
        "MapThread[f, {{a, b}, {c, d}}] gives {f[a, c], f[b, d]}.",
        &[
            ("MapThread[f, {{a, b}, {1, 2}}]", "{f[a, 1], f[b, 2]}"),
            ("MapThread[Plus, {{1, 2}, {3, 4}}]", "{4, 6}"),
            ("MapThread[f][{{a, b}, {1, 2}}]", "{f[a, 1], f[b, 2]}"),
        ],
    ),
    builtin(
        "Thread",
        Attributes::NONE,
        |s, c| Ok(thread(s, c)),
        "Thread[f[args]] threads f over lists among its arguments, Thread[f[args], h] over those with the head h, Thread[f[args], h, n] over the first n arguments only, of -n over the last.",
        &[
            ("Thread[f[{a, b}, c]]", "{f[a, c], f[b, c]}"),
            ("Thread[{a, b} == {1, 2}]", "{a == 1, b == 2}"),
            ("Thread[f[{a, b}, {c, d}], List, 1]", "{f[a, {c, d}], f[b, {c, d}]}"),
            ("Quiet[Thread[f[{a, b}, {c}]]]", "f[{a, b}, {c}]"),
        ],
    ),
    builtin(
        "Select",
        Attributes::NONE,
        select,
        "Select[e, test] gives the elements for which the test is True; Select[e, test, n] the first n of them.",
        &[("Select[Range[6], EvenQ]", "{2, 4, 6}"), ("Select[{1, 5, 9}, # > 2 &, 1]", "{5}")],
    ),
    builtin(
        "SelectFirst",
        Attributes::NONE,
        select_first,
        "SelectFirst[e, test] is the first element for which the test is True, Missing[\"NotFound\"] \
         if there is none; SelectFirst[e, test, default] is the default then.",
        &[
            ("SelectFirst[{1, 4, 6}, EvenQ]", "4"),
            ("SelectFirst[{1, 3}, EvenQ, none]", "none"),
            ("SelectFirst[<|a -> 1, b -> 2|>, EvenQ]", "2"),
        ],
    ),
    builtin(
        "AllTrue",
        Attributes::NONE,
        |s, c| quantified(s, c, "AllTrue"),
        "AllTrue[list, test] is True if the test is True of every element.",
        &[("AllTrue[{2, 4}, EvenQ]", "True"), ("AllTrue[{}, EvenQ]", "True")],
    ),
    builtin(
        "AnyTrue",
        Attributes::NONE,
        |s, c| quantified(s, c, "AnyTrue"),
        "AnyTrue[list, test] is True if the test is True of an element.",
        &[("AnyTrue[{1, 4}, EvenQ]", "True"), ("AnyTrue[{}, EvenQ]", "False")],
    ),
    builtin(
        "NoneTrue",
        Attributes::NONE,
        |s, c| quantified(s, c, "NoneTrue"),
        "NoneTrue[list, test] is True if the test is True of no element.",
        &[("NoneTrue[{1, 3}, EvenQ]", "True"), ("NoneTrue[{1, 2}, EvenQ]", "False")],
    ),
    builtin(
        "Fold",
        Attributes::NONE,
        |s, c| fold(s, c, false),
        "Fold[f, x, {a, b}] gives f[f[x, a], b]; Fold[f, list] begins with the first element.",
        &[("Fold[f, x, {a, b}]", "f[f[x, a], b]"), ("Fold[Plus, {1, 2, 3}]", "6")],
    ),
    builtin(
        "FoldList",
        Attributes::NONE,
        |s, c| fold(s, c, true),
        "FoldList[f, x, {a, b}] gives {x, f[x, a], f[f[x, a], b]}.",
        &[
            ("FoldList[Plus, 0, {1, 2, 3}]", "{0, 1, 3, 6}"),
            ("FoldList[f, {a, b}]", "{a, f[a, b]}"),
        ],
    ),
    builtin(
        "Nest",
        Attributes::NONE,
        |s, c| nest(s, c, false),
        "Nest[f, x, n] applies f n times.",
        &[("Nest[f, x, 2]", "f[f[x]]"), ("Nest[2 # &, 1, 10]", "1024")],
    ),
    builtin(
        "NestList",
        Attributes::NONE,
        |s, c| nest(s, c, true),
        "NestList[f, x, n] gives {x, f[x], f[f[x]], ...} with n applications.",
        &[
            ("NestList[f, x, 2]", "{x, f[x], f[f[x]]}"),
            ("NestList[#^2 &, 2, 3]", "{2, 4, 16, 256}"),
        ],
    ),
    builtin(
        "NestWhile",
        Attributes::NONE,
        |s, c| nest_while(s, c, false),
        "NestWhile[f, x, test] applies f as long as the test is True of the result.",
        &[("NestWhile[#/2 &, 40, EvenQ]", "5"), ("NestWhile[# + 1 &, 1, # < 5 &]", "5")],
    ),
    builtin(
        "NestWhileList",
        Attributes::NONE,
        |s, c| nest_while(s, c, true),
        "NestWhileList[f, x, test] gives x and the results of f as long as the test is True.",
        &[
            ("NestWhileList[#/2 &, 12, EvenQ]", "{12, 6, 3}"),
            ("NestWhileList[# + 1 &, 3, # < 5 &]", "{3, 4, 5}"),
        ],
    ),
    builtin(
        "FixedPoint",
        Attributes::NONE,
        |s, c| fixed_point(s, c, false),
        "FixedPoint[f, x] applies f until the result no longer changes.",
        &[
            ("FixedPoint[Floor[#/2] &, 100]", "0"),
            ("FixedPoint[Cos, 1.0, 2]", "0.8575532158463934"),
        ],
    ),
    builtin(
        "FixedPointList",
        Attributes::NONE,
        |s, c| fixed_point(s, c, true),
        "FixedPointList[f, x] gives x and the results of f until they no longer change.",
        &[
            ("FixedPointList[Floor[#/2] &, 4]", "{4, 2, 1, 0, 0}"),
            ("FixedPointList[1 + Floor[#/2] &, 10]", "{10, 6, 4, 3, 2, 2}"),
        ],
    ),
    builtin(
        "Composition",
        Attributes::FLAT.and(Attributes::ONE_IDENTITY),
        |_, c| {
            Ok(match c.args() {
                [one] => Step::Done(one.clone()),
                [] => Step::Done(Value::Symbol(sym::Identity)),
                _ => Step::Same,
            })
        },
        "f @* g or Composition[f, g] is the function that applies g, then f.",
        &[("(f @* g)[x]", "f[g[x]]"), ("Composition[f]", "f")],
    ),
];

fn applied(function: &Value, args: impl Into<Args>) -> Value {
    Value::call(function.clone(), args)
}

fn map(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let heads = options.is_set(session, "Heads");
    let default = Value::list([Value::Integer(1)].as_slice());
    let (function, of, levels) = match args {
        [function, of] => (function, of, heads.then_some(&default)),
        [function, of, levels] => (function, of, Some(levels)),
        _ => return Ok(Step::Same),
    };
    if let Some(levels) = levels {
        let Some(levels) = Levels::read(session, levels) else { return Ok(Step::Same) };
        let levels = levels.with_heads(heads);
        return Ok(Step::Again(levels.map(of, &mut |part| applied(function, [part].as_slice()))));
    }
    match of {
        Value::Call(list) => {
            let epoch = session.epoch;
            let mut new = Growing::default();
            // Only a list evaluates its elements in any case.
            if !list.is(sym::List) {
                let wrap = |element: &Value| applied(function, [element.clone()].as_slice());
                let args: Args = list.args().iter().map(wrap).collect();
                return Ok(Step::Again(Value::call(list.head().clone(), args)));
            }
            let function = Callable::new(session, function);
            for place in 0..list.len() {
                let Some(element) = list.get(place) else { break };
                session.check_interrupt()?;
                new.push(function.call(session, [element].as_slice())?);
            }
            Ok(Step::Done(new.finish(session, epoch)))
        }
        Value::Association(entries) => {
            let mut new = Vec::with_capacity(entries.len());
            let function = Callable::new(session, function);
            for (key, entry) in entries.iter() {
                let value = function.call(session, [entry.value.clone()].as_slice())?;
                new.push((key.clone(), Entry { value, delayed: false }));
            }
            Ok(Step::Done(Value::Association(Arc::new(Association::new(new)))))
        }
        _ => Ok(Step::Done(of.clone())),
    }
}

fn apply(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (function, of, levels) = match call.args() {
        [function, of] => (function, of, None),
        [function, of, levels, ..] => (function, of, Some(levels)),
        _ => return Ok(Step::Same),
    };
    let with_head = |part: Value| match &part {
        Value::Call(call) => Value::call(function.clone(), Args::from(call.args())),
        Value::Association(entries) => {
            Value::call(function.clone(), entries.values().cloned().collect::<Args>())
        }
        _ => part,
    };
    match levels {
        None => Ok(Step::Again(with_head(of.clone()))),
        Some(levels) => {
            let Some(levels) = Levels::read(session, levels) else { return Ok(Step::Same) };
            Ok(Step::Again(levels.map(of, &mut |part| with_head(part))))
        }
    }
}

fn scan(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let heads = options.is_set(session, "Heads");
    let (function, parts) = match args {
        [function, of] => (function, elements(of)),
        [function, of, levels] => {
            let Some(levels) = Levels::read(session, levels) else { return Ok(Step::Same) };
            (function, levels.with_heads(heads).parts(of))
        }
        _ => return Ok(Step::Same),
    };
    let function = Callable::new(session, function);
    for part in parts {
        match function.call(session, [part].as_slice()) {
            Ok(_) => {}
            Err(stop) => match *stop {
                Stop::Return(value) => return Ok(Step::Done(value)),
                other => return Err(Box::new(other)),
            },
        }
    }
    Ok(Step::Done(Value::NULL))
}

fn select_first(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, test, default) = match call.args() {
        [of, test] => (of, test, None),
        [of, test, default] => (of, test, Some(default)),
        _ => return Ok(Step::Same),
    };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let test = Callable::new(session, test);
    for element in elements(of) {
        session.check_interrupt()?;
        if test.call(session, [element.clone()].as_slice())?.is(sym::True) {
            return Ok(Step::Done(element));
        }
    }
    let missing = || Value::call(sym::Missing, [Value::string("NotFound")].as_slice());
    Ok(Step::Done(default.cloned().unwrap_or_else(missing)))
}

/// Returns the elements of a call or the values of an association.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Call(call) => call.args().to_vec(),
        Value::Association(entries) => entries.values().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Returns a collection like another with other elements; of an association, those places.
pub(crate) fn with_elements(value: &Value, places: &[usize]) -> Value {
    if let Some(picked) = value.as_array().and_then(|array| array.picked(places)) {
        return picked;
    }
    match value {
        Value::Call(call) => {
            let args: Args = places.iter().map(|&place| call.args()[place].clone()).collect();
            Value::call(call.head().clone(), args)
        }
        Value::Association(entries) => {
            let pick = |&place: &usize| {
                entries.nth(place).map(|(key, entry)| (key.clone(), entry.clone()))
            };
            let chosen = Association::new(places.iter().filter_map(pick));
            Value::Association(Arc::new(chosen))
        }
        _ => value.clone(),
    }
}

fn map_indexed(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let heads = options.is_set(session, "Heads");
    let (function, of, levels) = match args {
        [function, of] => (function, of, None),
        [function, of, levels] => (function, of, Some(levels)),
        _ => return Ok(Step::Same),
    };
    let levels = match levels {
        None => Levels::only(1),
        Some(levels) => match Levels::read(session, levels) {
            Some(levels) => levels,
            None => return Ok(Step::Same),
        },
    };
    let levels = levels.with_heads(heads);
    Ok(Step::Again(levels.map_with_index(of, &mut |part, index| {
        applied(function, [part, Value::list(Args::from(index))])
    })))
}

fn map_thread(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (function, lists, levels) = match call.args() {
        [function, lists] => (function, lists, 1),
        [function, lists, Value::Integer(levels @ 0..)] => (function, lists, *levels as usize),
        _ => return Ok(Step::Same),
    };
    let Some(lists) = lists.as_list() else { return Ok(Step::Same) };
    if lists.is_empty() {
        return Ok(Step::Done(Value::list(Args::new())));
    }
    match threaded(function, lists, levels) {
        Some(list) => Ok(Step::Again(list)),
        None => {
            session.message_of("MapThread", "mptc", &[Value::Call(call.clone())]);
            Ok(Step::Same)
        }
    }
}

/// Applies a function to corresponding elements so many levels down; `None` if the lists differ in
/// their lengths.
fn threaded(function: &Value, lists: &[Value], levels: usize) -> Option<Value> {
    if levels == 0 {
        return Some(applied(function, lists));
    }
    let columns: Vec<&[Value]> = lists.iter().map(Value::as_list).collect::<Option<_>>()?;
    let length = columns.first()?.len();
    if columns.iter().any(|column| column.len() != length) {
        return None;
    }
    let row = |place: usize| {
        let row: Vec<Value> = columns.iter().map(|column| column[place].clone()).collect();
        threaded(function, &row, levels - 1)
    };
    (0..length).map(row).collect::<Option<Args>>().map(Value::list)
}

fn thread(session: &mut Session, call: &Call) -> Step {
    let (inner, head, threaded) = match call.args() {
        [Value::Call(inner)] => (inner, Value::Symbol(sym::List), None),
        [Value::Call(inner), head] => (inner, head.clone(), None),
        [Value::Call(inner), head, spec] => (inner, head.clone(), Some(spec)),
        [other, ..] => return Step::Done(other.clone()),
        [] => return Step::Same,
    };
    let Some(chosen) = threaded_places(threaded, inner.args().len()) else { return Step::Same };
    let parts = |place: usize| match &inner.args()[place] {
        Value::Call(call) if *call.head() == head && chosen.contains(&place) => Some(call.clone()),
        _ => None,
    };
    let places = 0..inner.args().len();
    let lengths: Vec<usize> =
        places.clone().filter_map(parts).map(|call| call.args().len()).collect();
    let Some(&length) = lengths.first() else { return Step::Again(Value::Call(inner.clone())) };
    if lengths.iter().any(|&other| other != length) {
        session.message_of("Thread", "tdlen", &[Value::Call(inner.clone())]);
        return Step::Done(Value::Call(inner.clone()));
    }
    let element = |row: usize| {
        let of = |place: usize| match parts(place) {
            Some(call) => call.args()[row].clone(),
            None => inner.args()[place].clone(),
        };
        Value::call(inner.head().clone(), places.clone().map(of).collect::<Args>())
    };
    Step::Again(Value::call(head.clone(), (0..length).map(element).collect::<Args>()))
}

/// Returns the places of the arguments that `Thread` looks at: all, the first `n`, the last `-n`,
/// `{n}` or `{m, n}`.
fn threaded_places(spec: Option<&Value>, count: usize) -> Option<std::ops::Range<usize>> {
    let at = |place: i64| match place {
        1.. => usize::try_from(place - 1).ok(),
        _ => count.checked_sub(usize::try_from(-place).ok()?),
    };
    match spec {
        None | Some(Value::Symbol(sym::All)) => Some(0..count),
        Some(Value::Symbol(sym::None)) => Some(0..0),
        Some(Value::Integer(n @ 0..)) => Some(0..count.min(usize::try_from(*n).ok()?)),
        Some(Value::Integer(n)) => Some(at(*n).unwrap_or(0)..count),
        Some(spec) => match spec.as_list()? {
            [Value::Integer(n)] => at(*n).map(|place| place..place + 1),
            [Value::Integer(m), Value::Integer(n)] => Some(at(*m)?..at(*n)? + 1),
            _ => None,
        },
    }
}

fn select(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, test, most) = match call.args() {
        [of, test] => (of, test, usize::MAX),
        [of, test, most] => match most.as_usize() {
            Some(most) => (of, test, most),
            None => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    if of.is_atom() {
        session.message_of("Select", "normal", &[Value::Integer(1), Value::Call(call.clone())]);
        return Ok(Step::Same);
    }
    let mut places = Vec::new();
    let test = Callable::new(session, test);
    for (place, element) in elements(of).into_iter().enumerate() {
        if places.len() >= most {
            break;
        }
        session.check_interrupt()?;
        if test.call(session, [element].as_slice())?.is(sym::True) {
            places.push(place);
        }
    }
    Ok(Step::Again(with_elements(of, &places)))
}

/// Whether a test holds of all, any or none of the elements; the tests stay where one is neither
/// `True` nor `False`.
fn quantified(session: &mut Session, call: &mut Arc<Call>, name: &str) -> Evaluated<Step> {
    let [of, test] = call.args() else { return Ok(Step::Same) };
    if of.is_atom() {
        return Ok(Step::Same);
    }
    let (decisive, otherwise) = match name {
        "AllTrue" => (false, true),
        "AnyTrue" => (true, false),
        _ => (true, true),
    };
    let mut unknown = Args::new();
    let test = Callable::new(session, test);
    for element in elements(of) {
        let answer = test.call(session, [element].as_slice())?;
        match answer.as_bool() {
            Some(is) if is == decisive => return Ok(Step::Done(Value::boolean(!otherwise))),
            Some(_) => {}
            None => unknown.push(answer),
        }
    }
    if unknown.is_empty() {
        return Ok(Step::Done(Value::boolean(otherwise)));
    }
    Ok(Step::Again(match name {
        "AllTrue" => Value::call(sym::And, unknown),
        "AnyTrue" => Value::call(sym::Or, unknown),
        _ => Value::call(sym::Not, [Value::call(sym::Or, unknown)].as_slice()),
    }))
}

/// Returns what folding a packed vector with a built-in function of two numbers comes to.
fn folded(session: &Session, args: &[Value]) -> Option<Elements> {
    let [Value::Symbol(function), rest @ ..] = args else { return None };
    if !session.is_as_built(*function) {
        return None;
    }
    let of = rest.last()?.as_array().filter(|array| array.dimensions().len() == 1)?;
    match rest {
        [_] => of.elements().slice(1..of.len()).folded(*function, &of.get(0)),
        [first, _] => of.elements().folded(*function, first),
        _ => None,
    }
}

fn fold(session: &mut Session, call: &mut Arc<Call>, keeps_all: bool) -> Evaluated<Step> {
    if let Some(all) = folded(session, call.args()) {
        return Ok(Step::Done(match keeps_all {
            true => Value::vector(all),
            false => all.get(all.len() - 1),
        }));
    }
    let (function, first, rest, head) = match call.args() {
        [function, first, of] if !of.is_atom() => {
            (function, first.clone(), elements(of), of.head())
        }
        [function, of] => {
            let mut all = elements(of).into_iter();
            match all.next() {
                Some(first) => (function, first, all.collect(), of.head()),
                None if keeps_all && !of.is_atom() => return Ok(Step::Done(of.clone())),
                None => return Ok(Step::Same),
            }
        }
        _ => return Ok(Step::Same),
    };
    let head = if head.is(sym::Association) { Value::Symbol(sym::List) } else { head };
    let mut all = Growing::default();
    let mut value = first;
    let function = Callable::new(session, function);
    for element in rest {
        session.check_interrupt()?;
        if keeps_all {
            all.push(value.clone());
        }
        value = function.call(session, [value, element])?;
    }
    if !keeps_all {
        return Ok(Step::Again(value));
    }
    all.push(value);
    Ok(match all.into_packed() {
        Ok(list) if head.is(sym::List) => Step::Done(list),
        Ok(list) => Step::Again(Value::call(head, Args::from(list.as_list().unwrap_or(&[])))),
        Err(elements) => Step::Again(Value::call(head, elements)),
    })
}

fn nest(session: &mut Session, call: &mut Arc<Call>, keeps_all: bool) -> Evaluated<Step> {
    let [function, value, times] = call.args() else { return Ok(Step::Same) };
    let Some(times) = times.as_usize() else {
        session.message_of("Nest", "intnm", &[Value::Call(call.clone()), Value::Integer(3)]);
        return Ok(Step::Same);
    };
    let epoch = session.epoch;
    let mut value = value.clone();
    let mut all = Growing::default();
    let function = Callable::new(session, function);
    for _ in 0..times {
        session.check_interrupt()?;
        if keeps_all {
            all.push(value.clone());
        }
        value = function.call(session, [value].as_slice())?;
    }
    if !keeps_all {
        return Ok(Step::Again(value));
    }
    all.push(value);
    Ok(Step::Done(all.finish(session, epoch)))
}

/// `NestWhile[f, e, test, m, max, n]`: the test sees the last m values, or all of them; n further
/// values are computed in the end.
fn nest_while(session: &mut Session, call: &mut Arc<Call>, keeps_all: bool) -> Evaluated<Step> {
    let (function, value, test, rest) = match call.args() {
        [function, value, test, rest @ ..] if rest.len() <= 3 => (function, value, test, rest),
        _ => return Ok(Step::Same),
    };
    let (least, most_seen) = match rest.first() {
        None => (1, 1),
        Some(Value::Symbol(sym::All)) => (1, usize::MAX),
        Some(Value::Integer(seen @ 1..)) => (*seen as usize, *seen as usize),
        Some(_) => return Ok(Step::Same),
    };
    let most = rest.get(1).and_then(Value::as_usize).unwrap_or(usize::MAX);
    let further = rest.get(2).and_then(Value::as_i64).unwrap_or(0);
    let (function, test) = (Callable::new(session, function), Callable::new(session, test));
    let mut all = vec![value.clone()];
    let mut steps = 0;
    while steps < most {
        session.check_interrupt()?;
        if all.len() >= least {
            let seen = &all[all.len().saturating_sub(most_seen)..];
            if !test.call(session, seen)?.is(sym::True) {
                break;
            }
        }
        let last = all[all.len() - 1].clone();
        all.push(function.call(session, [last].as_slice())?);
        steps += 1;
        // Nobody asks for what is older than the test looks.
        if !keeps_all && further >= 0 && most_seen != usize::MAX && all.len() > 2 * most_seen + 8 {
            all.drain(..all.len() - most_seen);
        }
    }
    for _ in 0..further {
        let last = all[all.len() - 1].clone();
        all.push(function.call(session, [last].as_slice())?);
    }
    let fewer = usize::try_from(-further).unwrap_or(0).min(all.len() - 1);
    all.truncate(all.len() - fewer);
    Ok(Step::Again(match keeps_all {
        true => Value::list(Args::from(all)),
        false => all.pop().unwrap_or(Value::NULL),
    }))
}

fn fixed_point(session: &mut Session, call: &mut Arc<Call>, keeps_all: bool) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (function, value, most) = match args {
        [function, value] => (function, value, usize::MAX),
        [function, value, most] => (function, value, most.as_usize().unwrap_or(usize::MAX)),
        _ => return Ok(Step::Same),
    };
    let same_test = options.get(session, "SameTest").cloned();
    let mut all = Args::from([value.clone()].as_slice());
    let mut value = value.clone();
    let function = Callable::new(session, function);
    for _ in 0..most {
        session.check_interrupt()?;
        let next = function.call(session, [value.clone()].as_slice())?;
        if keeps_all {
            all.push(next.clone());
        }
        let is_fixed = match &same_test {
            None => super::comparison::same(&next, &value),
            Some(test) => session.call(test, [value, next.clone()])?.is(sym::True),
        };
        value = next;
        if is_fixed {
            break;
        }
    }
    Ok(Step::Again(if keeps_all { Value::list(all) } else { value }))
}
