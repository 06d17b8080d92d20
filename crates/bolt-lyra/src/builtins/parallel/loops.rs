//! Parallel forms of `Map`, `Table` and their kin.

use triomphe::Arc;

use super::{how, split};
use crate::association::{Association, Entry};
use crate::builtins::iteration::{Accumulator, MAX_LENGTH, Values, iterator};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::parallel::{How, Job};
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ParallelMap",
        Attributes::NONE,
        map,
        "ParallelMap[f, list] applies f to each element of a list, by as many workers as $KernelCount says; the result, what is printed and what is told are those of Map. Workers know all definitions; where f changes one, one worker evaluates everything in order, and a message tells so. Random numbers are drawn from a generator for each element, whoever works on it. Method -> pool has the workers of a ThreadPool, \"FinestGrained\" hands out single elements, \"CoarsestGrained\" one part to each worker, \"ItemsPerEvaluation\" -> n parts of n.",
        &[
            ("ParallelMap[#^2 &, {1, 2, 3}]", "{1, 4, 9}"),
            ("ParallelMap[f, <|a -> 1|>]", "<|a -> f[1]|>"),
        ],
    ),
    builtin(
        "ParallelTable",
        Attributes::HOLD_ALL,
        table,
        "ParallelTable[e, {i, a, b}, ...] is Table[e, {i, a, b}, ...] with the values of the first iterator shared between workers, as ParallelMap does.",
        &[
            ("ParallelTable[i^2, {i, 4}]", "{1, 4, 9, 16}"),
            ("ParallelTable[i + j, {i, 2}, {j, i}]", "{{2}, {3, 4}}"),
        ],
    ),
    builtin(
        "ParallelArray",
        Attributes::NONE,
        array,
        "ParallelArray[f, n], ParallelArray[f, {m, n}] and ParallelArray[f, n, first] are what Array gives, with the first index shared between workers.",
        &[
            ("ParallelArray[f, 3]", "{f[1], f[2], f[3]}"),
            ("ParallelArray[Plus, {2, 2}]", "{{2, 3}, {3, 4}}"),
        ],
    ),
    builtin(
        "ParallelSum",
        Attributes::HOLD_ALL,
        |s, c| accumulated(s, c, sym::Plus, "ParallelSum"),
        "ParallelSum[e, {i, a, b}, ...] is Sum[e, {i, a, b}, ...] with the terms computed by several workers and added in their order.",
        &[("ParallelSum[i^2, {i, 10}]", "385"), ("ParallelSum[x^i, {i, 0, 2}]", "1 + x + x^2")],
    ),
    builtin(
        "ParallelProduct",
        Attributes::HOLD_ALL,
        |s, c| accumulated(s, c, sym::Times, "ParallelProduct"),
        "ParallelProduct[e, {i, a, b}, ...] is Product[e, {i, a, b}, ...] with the factors computed by several workers and multiplied in their order.",
        &[
            ("ParallelProduct[i, {i, 5}]", "120"),
            ("ParallelProduct[x + i, {i, 0, 1}]", "x*(1 + x)"),
        ],
    ),
    builtin(
        "ParallelDo",
        Attributes::HOLD_ALL,
        do_loop,
        "ParallelDo[body, {i, a, b}, ...] evaluates body for each value by several workers; what it prints comes in order. A body that assigns to symbols of the session is evaluated by one worker, as Do does.",
        &[
            ("s = 0; Quiet[ParallelDo[s += i, {i, 4}]]; s", "10"),
            ("ParallelDo[i^2, {i, 3}]", "Null"),
        ],
    ),
    builtin(
        "ParallelCombine",
        Attributes::NONE,
        combine,
        "ParallelCombine[f, list] cuts a list in up to 16 parts, applies f to each of them by several workers and joins the results; ParallelCombine[f, list, g] applies g to them. The parts do not depend on how many workers there are.",
        &[
            ("ParallelCombine[Reverse /@ # &, {{1, 2}, {3, 4}}]", "{{2, 1}, {4, 3}}"),
            ("ParallelCombine[Total, Range[100], Plus]", "5050"),
        ],
    ),
    builtin(
        "ParallelEvaluate",
        Attributes::HOLD_ALL,
        evaluate,
        "ParallelEvaluate[e] is the list of the values of e, one for each worker, at least one; $KernelID is 1, 2, ... in them.",
        &[("Union[ParallelEvaluate[1 + 1]]", "{2}"), ("First[ParallelEvaluate[$KernelID]]", "1")],
    ),
    builtin(
        "Parallelize",
        Attributes::HOLD_FIRST,
        parallelize,
        "Parallelize[e] evaluates a call of Map, Table, Sum, Product, Do, Array, Select or MapThread, or of a Listable function of a list, by several workers; anything else it evaluates as it is, and says so.",
        &[
            ("Parallelize[Map[f, {1, 2}]]", "{f[1], f[2]}"),
            ("Parallelize[Select[Range[6], EvenQ]]", "{2, 4, 6}"),
        ],
    ),
];

fn map(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParallelMap";
    let (args, options) = split(call.args(), 2);
    let [function, of] = args else {
        session.wrong_count_of(NAME, args.len(), 2, 2);
        return Ok(Step::Same);
    };
    let Some(how) = how(session, NAME, call, options) else { return Ok(Step::Same) };
    let job = |items: Vec<Value>| Job::Map(function.clone(), items);
    match of {
        Value::Call(list) => {
            let items = list.args().to_vec();
            let results = session.evaluate_items(NAME, &job(items), how)?;
            Ok(match list.is(sym::List) {
                true => Step::Done(session.list_of(results, Session::NO_EPOCH)),
                false => Step::Again(Value::call(list.head().clone(), results)),
            })
        }
        Value::Association(entries) => {
            let items = entries.values().cloned().collect();
            let results = session.evaluate_items(NAME, &job(items), how)?;
            let entry =
                |(key, value): (&Value, Value)| (key.clone(), Entry { value, delayed: false });
            let new = Association::new(entries.keys().zip(results).map(entry));
            Ok(Step::Done(Value::Association(Arc::new(new))))
        }
        _ => Ok(Step::Done(of.clone())),
    }
}

/// A loop over the values of its first iterator.
struct Loop {
    job: Job,
    how: How,
    /// The other iterators.
    rest: Vec<Value>,
}

/// Reads the body, the iterators and the options of a loop; the body with the other iterators is
/// that of `inner`. `None` if they are not right, which is told.
fn loop_of(
    session: &mut Session,
    call: &Call,
    name: &str,
    inner: Symbol,
) -> Evaluated<Option<Loop>> {
    let (args, options) = split(call.args(), 2);
    let [body, spec, rest @ ..] = args else {
        session.wrong_count_of(name, args.len(), 2, usize::MAX);
        return Ok(None);
    };
    let options: Vec<Value> =
        options.iter().map(|option| session.evaluate(option)).collect::<Evaluated<_>>()?;
    let Some(how) = how(session, name, call, &options) else { return Ok(None) };
    let symbol = session.names.symbol(&format!("System`{name}"));
    let Some(first) = iterator(session, spec, symbol)? else { return Ok(None) };
    if let Values::Steps { count: MAX_LENGTH.., .. } = first.values {
        session.message(sym::General, "nomem", &[]);
        return Ok(None);
    }
    let body = match rest {
        [] => body.clone(),
        _ => {
            let args: Args = [body].into_iter().chain(rest).cloned().collect();
            Value::call(inner, args)
        }
    };
    let (variable, values) = (first.variable, first.values);
    let job = Job::Table { body, variable, values, continues: inner == sym::Do };
    Ok(Some(Loop { job, how, rest: rest.to_vec() }))
}

fn table(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParallelTable";
    let Some(Loop { job, how, .. }) = loop_of(session, call, NAME, sym::Table)? else {
        return Ok(Step::Same);
    };
    let results = session.evaluate_items(NAME, &job, how)?;
    Ok(Step::Done(session.list_of(results, Session::NO_EPOCH)))
}

fn do_loop(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParallelDo";
    let Some(Loop { job, how, .. }) = loop_of(session, call, NAME, sym::Do)? else {
        return Ok(Step::Same);
    };
    match session.evaluate_items(NAME, &job, how) {
        Ok(_) => Ok(Step::Done(Value::NULL)),
        Err(stop) => match *stop {
            Stop::Return(value) => Ok(Step::Done(value)),
            Stop::Break => Ok(Step::Done(Value::NULL)),
            other => Err(Box::new(other)),
        },
    }
}

fn accumulated(
    session: &mut Session,
    call: &mut Arc<Call>,
    with: Symbol,
    name: &str,
) -> Evaluated<Step> {
    // Messages of terms are not told, as Sum does not.
    session.quiet += 1;
    let read = loop_of(session, call, name, sym::Table);
    session.quiet -= 1;
    let Some(Loop { job, how, rest }) = read? else {
        let serial = if with == sym::Plus { sym::Sum } else { sym::Product };
        let (args, _) = split(call.args(), 2);
        // It may have a value where its iterators have no bounds.
        let value = session.evaluate(&Value::call(serial, args))?;
        let is_open = value.args_of(serial).is_some();
        return Ok(if is_open { Step::Same } else { Step::Done(value) });
    };
    session.quiet += 1;
    let results = session.evaluate_items(name, &job, how);
    session.quiet -= 1;
    let mut total = Accumulator::new(with);
    results?.into_iter().for_each(|value| add(&mut total, value, rest.len()));
    Ok(Step::Again(total.value()))
}

/// Adds the elements of a list of so many levels.
fn add(total: &mut Accumulator, value: Value, levels: usize) {
    match (levels, value.as_list()) {
        (1.., Some(list)) => list.iter().for_each(|one| add(total, one.clone(), levels - 1)),
        _ => total.add(value),
    }
}

fn array(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParallelArray";
    let (args, options) = split(call.args(), 2);
    let Some(how) = how(session, NAME, call, options) else { return Ok(Step::Same) };
    let serial = session.names.symbol("System`Array");
    // An array of calls, whose first level is shared.
    let hold = Value::Symbol(sym::Hold);
    let Some((function, rest)) = args.split_first() else { return Ok(Step::Same) };
    let indices: Args = [hold].into_iter().chain(rest.iter().cloned()).collect();
    let held = session.evaluate(&Value::call(serial, indices))?;
    let Some(rows) = held.as_list() else { return Ok(Step::Same) };
    let items = rows.iter().map(|row| applied(row, function)).collect();
    let results = session.evaluate_items(NAME, &Job::Each(items), how)?;
    Ok(Step::Done(session.list_of(results, Session::NO_EPOCH)))
}

/// Returns an array of `Hold[i, j]` with the function in place of each `Hold`.
fn applied(row: &Value, function: &Value) -> Value {
    match (row.args_of(sym::Hold), row.as_list()) {
        (Some(index), _) => Value::call(function.clone(), index),
        (None, Some(list)) => {
            Value::list(list.iter().map(|one| applied(one, function)).collect::<Args>())
        }
        _ => row.clone(),
    }
}

/// Parts of a list that is cut, at most.
const PARTS: usize = 16;

fn combine(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParallelCombine";
    let (args, options) = split(call.args(), 2);
    let (function, of, with) = match args {
        [function, of] => (function, of, None),
        [function, of, with] => (function, of, Some(with)),
        _ => {
            session.wrong_count_of(NAME, args.len(), 2, 3);
            return Ok(Step::Same);
        }
    };
    let Some(how) = how(session, NAME, call, options) else { return Ok(Step::Same) };
    let Some(list) = of.as_call() else {
        session.message_of(NAME, "normal", &[Value::Integer(2), Value::from((**call).clone())]);
        return Ok(Step::Same);
    };
    let all = list.args();
    let parts = all.len().clamp(1, PARTS);
    let cut = |part: usize| all.len() * part / parts;
    let part =
        |part: usize| Value::call(list.head().clone(), Args::from(&all[cut(part)..cut(part + 1)]));
    let job = Job::Map(function.clone(), (0..parts).map(part).collect());
    let results = session.evaluate_items(NAME, &job, how)?;
    let join = || Value::Symbol(session.names.symbol("System`Join"));
    let with = with.cloned().unwrap_or_else(join);
    Ok(Step::Again(Value::call(with, results)))
}

fn evaluate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [body] = call.args() else {
        session.wrong_count_of("ParallelEvaluate", call.len(), 1, 1);
        return Ok(Step::Same);
    };
    let count = session.workers.count().max(1) as u64;
    let values = Values::Steps { first: Value::Integer(1), step: Value::Integer(1), count };
    let (body, variable) = (body.clone(), Some(sym::KernelID));
    let job = Job::Table { body, variable, values, continues: false };
    let results = session.evaluate_items("ParallelEvaluate", &job, How::default())?;
    Ok(Step::Done(session.list_of(results, Session::NO_EPOCH)))
}

fn parallelize(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of, options @ ..] = call.args() else { return Ok(Step::Same) };
    let name = of.as_call().and_then(|of| of.head().as_symbol());
    let name = name.map(|symbol| session.names.full(symbol).name.to_string());
    let parallel = match name.as_deref() {
        Some("Map") => "ParallelMap",
        Some("Table") => "ParallelTable",
        Some("Sum") => "ParallelSum",
        Some("Product") => "ParallelProduct",
        Some("Do") => "ParallelDo",
        Some("Array") => "ParallelArray",
        _ => return parallel_call(session, call, of, options),
    };
    let symbol = session.names.symbol(&format!("System`{parallel}"));
    let args: Args =
        of.as_call().map_or(&[][..], Call::args).iter().chain(options).cloned().collect();
    Ok(Step::Again(Value::call(symbol, args)))
}

/// Evaluates a call whose elements can be evaluated by themselves.
fn parallel_call(
    session: &mut Session,
    whole: &Call,
    of: &Value,
    options: &[Value],
) -> Evaluated<Step> {
    const NAME: &str = "Parallelize";
    let Some(how) = how(session, NAME, whole, options) else { return Ok(Step::Same) };
    if let Some(call) = of.as_call() {
        let args: Vec<Value> =
            call.args().iter().map(|arg| session.evaluate(arg)).collect::<Evaluated<_>>()?;
        let head = call.head();
        let name = head.as_symbol().map(|symbol| session.names.full(symbol).name.clone());
        match (name.as_deref(), &args[..]) {
            (Some("Select"), [list, test]) if list.as_list().is_some() => {
                let items = list.as_list().unwrap_or(&[]).to_vec();
                let tests =
                    session.evaluate_items(NAME, &Job::Map(test.clone(), items.clone()), how)?;
                let chosen = items.into_iter().zip(tests).filter(|(_, holds)| holds.is(sym::True));
                let chosen: Args = chosen.map(|(item, _)| item).collect();
                return Ok(Step::Done(session.list_of(chosen, Session::NO_EPOCH)));
            }
            (Some("MapThread"), [function, lists]) if lists.as_list().is_some() => {
                let lists: Option<Vec<&[Value]>> =
                    lists.as_list().unwrap_or(&[]).iter().map(Value::as_list).collect();
                if let Some(lists) = lists.filter(|lists| is_even(lists)) {
                    let item = |place: usize| {
                        let args: Args = lists.iter().map(|list| list[place].clone()).collect();
                        Value::call(function.clone(), args)
                    };
                    let items = (0..lists[0].len()).map(item).collect();
                    let results = session.evaluate_items(NAME, &Job::Each(items), how)?;
                    return Ok(Step::Done(session.list_of(results, Session::NO_EPOCH)));
                }
            }
            (_, [list])
                if list.as_list().is_some()
                    && session.attributes_of(head).has(Attributes::LISTABLE) =>
            {
                let items = list.as_list().unwrap_or(&[]).to_vec();
                let results = session.evaluate_items(NAME, &Job::Map(head.clone(), items), how)?;
                return Ok(Step::Done(session.list_of(results, Session::NO_EPOCH)));
            }
            _ => {}
        }
    }
    session.message_of(NAME, "nopar1", std::slice::from_ref(of));
    Ok(Step::Again(of.clone()))
}

/// Returns whether there are lists and all have the same length.
fn is_even(lists: &[&[Value]]) -> bool {
    lists.first().is_some_and(|first| lists.iter().all(|list| list.len() == first.len()))
}
