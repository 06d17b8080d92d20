//! Evaluations that are handed in one by one and waited for together.

use triomphe::Arc;

use super::{how, split};
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::parallel::{How, Job, Submission};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, grown};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "ParallelSubmit",
        Attributes::HOLD_ALL,
        submit,
        "ParallelSubmit[e] hands in an evaluation and returns an EvaluationObject, whose value WaitAll gives; ParallelSubmit[{x, ...}, e] has the variables keep their present values in it. What was handed in begins when it is waited for, all at once. With Method -> pool it is that of a ThreadPool, of which no more than its queueSize may wait.",
        &[
            ("WaitAll[ParallelSubmit[1 + 1]]", "2"),
            ("k = 3; o = ParallelSubmit[{k}, k^2]; k = 0; WaitAll[o]", "9"),
        ],
    ),
    builtin(
        "WaitAll",
        Attributes::NONE,
        wait_all,
        "WaitAll[e] has workers evaluate all that was handed in by ParallelSubmit and is part of e, and gives e with the values in place.",
        &[
            ("WaitAll[{ParallelSubmit[1 + 1], ParallelSubmit[2^10]}]", "{2, 1024}"),
            ("WaitAll[f[ParallelSubmit[3!]]]", "f[6]"),
        ],
    ),
    builtin(
        "WaitNext",
        Attributes::NONE,
        wait_next,
        "WaitNext[{o1, o2, ...}] is {value, o, others} for the first evaluation of a list that was handed in by ParallelSubmit.",
        &[
            ("First[WaitNext[{ParallelSubmit[1 + 1], ParallelSubmit[2]}]]", "2"),
            ("Length[Last[WaitNext[{ParallelSubmit[a], ParallelSubmit[b]}]]]", "1"),
        ],
    ),
];

/// Submissions whose values are kept, at most.
const KEPT_MAX: usize = 1 << 20;

fn submit(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    const NAME: &str = "ParallelSubmit";
    let (args, options) = split(call.args(), 1);
    let options: Vec<Value> =
        options.iter().map(|option| session.evaluate(option)).collect::<Evaluated<_>>()?;
    let Some(How { pool, .. }) = how(session, NAME, call, &options) else {
        return Ok(Step::Same);
    };
    let expression = match args {
        [expression] => expression.clone(),
        [variables, expression] => {
            let own =
                |variable: &Value| Value::call(sym::Set, [variable.clone(), variable.clone()]);
            let Some(variables) = variables.as_list() else { return Ok(Step::Same) };
            let list = Value::list(variables.iter().map(own).collect::<Args>());
            crate::scoping::with_values(session, &list, expression)?
        }
        _ => {
            session.wrong_count_of(NAME, args.len(), 1, 2);
            return Ok(Step::Same);
        }
    };
    let workers = &session.workers;
    let is_waiting = |one: &&Submission| one.pool == pool && one.result.is_none();
    let most = pool.and_then(|number| Some(workers.pools.get(number.checked_sub(1)?)?.waiting_max));
    let waiting = workers.submitted.iter().filter(is_waiting).count();
    if most.is_some_and(|most| waiting >= most) || workers.submitted.len() >= KEPT_MAX {
        let most = most.unwrap_or(KEPT_MAX);
        session.message_of(NAME, "full", &[Value::Integer(most as i64)]);
        return Ok(Step::Done(Value::Symbol(sym::Failed)));
    }
    session.leave("what is submitted");
    session.workers.submitted.push(Submission { expression, pool, result: None });
    let number = Value::Integer(session.workers.submitted.len() as i64);
    Ok(Step::Done(Value::call(sym::EvaluationObject, [number].as_slice())))
}

/// Returns the place of a submission.
fn place_of(session: &Session, object: &Value) -> Option<usize> {
    let [number] = object.exactly(sym::EvaluationObject)?;
    let place = number.as_usize()?.checked_sub(1)?;
    (place < session.workers.submitted.len()).then_some(place)
}

/// Adds the places of the submissions that are part of an expression and were not evaluated yet.
fn collect(session: &Session, value: &Value, places: &mut Vec<usize>) {
    if let Some(place) = place_of(session, value) {
        let is_done = session.workers.submitted[place].result.is_some();
        if !is_done && !places.contains(&place) {
            places.push(place);
        }
    } else if let Value::Call(call) = value {
        grown(call.depth(), || call.args().iter().for_each(|arg| collect(session, arg, places)));
    }
}

/// Evaluates submissions, those of each pool together.
fn evaluate(session: &mut Session, mut places: Vec<usize>) -> Evaluated<()> {
    session.leave("what was submitted");
    while let Some(&first) = places.first() {
        let pool = session.workers.submitted[first].pool;
        let (own, others): (Vec<usize>, Vec<usize>) =
            places.iter().partition(|&&place| session.workers.submitted[place].pool == pool);
        places = others;
        let expression = |&place: &usize| session.workers.submitted[place].expression.clone();
        let job = Job::Each(own.iter().map(expression).collect());
        let how = How { pool, sharing: None };
        let results = session.evaluate_items("WaitAll", &job, how)?;
        for (place, result) in own.into_iter().zip(results) {
            session.workers.submitted[place].result = Some(result);
            session.workers.submitted[place].expression = Value::NULL;
        }
    }
    Ok(())
}

/// Returns an expression with values in place of submissions.
fn filled(session: &Session, value: &Value) -> Value {
    if let Some(place) = place_of(session, value) {
        return session.workers.submitted[place].result.clone().unwrap_or_else(|| value.clone());
    }
    let Value::Call(call) = value else { return value.clone() };
    grown(call.depth(), || {
        let args: Args = call.args().iter().map(|arg| filled(session, arg)).collect();
        match args.as_slice() == call.args() {
            true => value.clone(),
            false => Value::call(call.head().clone(), args),
        }
    })
}

fn wait_all(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else {
        session.wrong_count_of("WaitAll", call.len(), 1, 1);
        return Ok(Step::Same);
    };
    session.hidden_dependence = true;
    let mut places = Vec::new();
    collect(session, of, &mut places);
    evaluate(session, places)?;
    Ok(Step::Again(filled(session, of)))
}

fn wait_next(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [Value::Call(list)] = call.args() else { return Ok(Step::Same) };
    session.hidden_dependence = true;
    let Some((first, others)) = list.args().split_first() else { return Ok(Step::Same) };
    let Some(place) = place_of(session, first) else { return Ok(Step::Same) };
    if session.workers.submitted[place].result.is_none() {
        evaluate(session, vec![place])?;
    }
    let parts = [filled(session, first), first.clone(), Value::list(Args::from(others))];
    Ok(Step::Done(Value::list(parts.as_slice())))
}
