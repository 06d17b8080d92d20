//! Workers and pools of them.

use triomphe::Arc;

use crate::association::Association;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "LaunchKernels",
        Attributes::NONE,
        launch,
        "LaunchKernels[n] has n workers evaluate parallel loops from now on, LaunchKernels[] one for each processor; the list of them is returned. Their threads are started when they are needed.",
        &[
            ("Quiet[LaunchKernels[0]]", "LaunchKernels[0]"),
            ("ListQ[Quiet[LaunchKernels[]]]", "True"),
        ],
    ),
    builtin(
        "CloseKernels",
        Attributes::NONE,
        close,
        "CloseKernels[] ends all workers, whose list it returns: parallel loops are evaluated by the session alone, until LaunchKernels.",
        &[("CloseKernels[]; Kernels[]", "{}"), ("CloseKernels[]; $KernelCount", "0")],
    ),
    builtin(
        "Kernels",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [] => Step::Done(kernels(s)),
                _ => Step::Same,
            })
        },
        "Kernels[] is the list of the workers that evaluate parallel loops.",
        &[("ListQ[Kernels[]]", "True"), ("Length[Kernels[]] == $KernelCount", "True")],
    ),
    builtin(
        "DistributeDefinitions",
        Attributes::HOLD_ALL,
        |_, c| Ok(distributed(c)),
        "DistributeDefinitions[f, g, ...] is {f, g, ...}. Workers know all definitions of the session as they are when a loop begins; nothing has to be sent to them.",
        &[
            ("sq[x_] := x^2; DistributeDefinitions[sq]", "{sq}"),
            ("half[x_] := x/2; DistributeDefinitions[half]; ParallelMap[half, {2, 4}]", "{1, 2}"),
        ],
    ),
    builtin(
        "SetSharedVariable",
        Attributes::HOLD_ALL,
        |_, c| Ok(distributed(c)),
        "SetSharedVariable[x, ...] is {x, ...}. All variables are shared: a loop that assigns to one is evaluated in order by one worker.",
        &[
            ("n = 0; SetSharedVariable[n]", "{n}"),
            ("k = 0; SetSharedVariable[k]; Quiet[ParallelDo[k++, {5}]]; k", "5"),
        ],
    ),
];

/// Returns the list of the workers.
fn kernels(session: &mut Session) -> Value {
    let head = session.names.symbol("System`KernelObject");
    let one = |number: i64| Value::call(head, [Value::Integer(number)].as_slice());
    Value::list((1..=session.workers.count() as i64).map(one).collect::<Args>())
}

fn set_count(session: &mut Session, count: Option<usize>) {
    session.leave("the number of workers");
    session.workers.set_count(count);
    let count = Value::Integer(session.workers.count() as i64);
    session.set_protected(sym::KernelCount, count);
}

/// The most workers; each has a copy of what is defined.
const WORKERS_MAX: usize = 4096;

fn launch(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let count = match call.args() {
        [] => None,
        [Value::Integer(count)] => match usize::try_from(*count) {
            Ok(count @ 1..=WORKERS_MAX) => Some(count),
            _ => {
                let call = Value::Call(call.clone());
                session.message_of("LaunchKernels", "intp", &[Value::Integer(1), call]);
                return Ok(Step::Same);
            }
        },
        _ => return Ok(Step::Same),
    };
    if session.workers.runtime.is_none() {
        let why = Value::string(crate::parallel::ALONE);
        session.message_of("LaunchKernels", "parallel", &[why]);
    }
    set_count(session, count);
    Ok(Step::Done(kernels(session)))
}

fn close(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if !call.args().is_empty() {
        return Ok(Step::Same);
    }
    let all = kernels(session);
    set_count(session, Some(0));
    Ok(Step::Done(all))
}

fn distributed(call: &Call) -> Step {
    let all: Args = call.args().iter().filter(|arg| arg.as_symbol().is_some()).cloned().collect();
    let held = Value::call(sym::List, all);
    // The symbols are not evaluated.
    held.as_call().inspect(|list| list.mark_evaluated(Call::EVER));
    Step::Done(held)
}

/// Returns the number of a pool.
pub(super) fn number_of(pool: &Value) -> Option<usize> {
    let [Value::Association(entries)] = pool.exactly(sym::ThreadPool)? else { return None };
    entries.get(&Value::string("id"))?.value.as_usize()
}

/// Returns what `pool["name"]` is.
pub(crate) fn pool_property(pool: &Call, call: &Call) -> Step {
    let ([Value::Association(entries)], [key]) = (pool.args(), call.args()) else {
        return Step::Same;
    };
    Step::Done(match Association::get(entries, key) {
        Some(entry) => entry.value.clone(),
        None => Value::call(sym::Missing, [Value::string("KeyAbsent"), key.clone()]),
    })
}
