//! How long evaluations take, and limits of it.

use std::sync::Arc as Shared;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Timing",
        Attributes::HOLD_ALL,
        |s, c| timed(s, c, processor_time),
        "Timing[e] is {t, value}: t is how many seconds of processor time the evaluation of e took, on all threads together.",
        &[("Last[Timing[1 + 1]]", "2"), ("First[Timing[Range[10]]] < 5", "True")],
    ),
    builtin(
        "AbsoluteTiming",
        Attributes::HOLD_ALL,
        |s, c| timed(s, c, |session| session.clock.now()),
        "AbsoluteTiming[e] is {t, value}: t is how many seconds passed during the evaluation of e.",
        &[
            ("Last[AbsoluteTiming[1 + 1]]", "2"),
            ("First[AbsoluteTiming[Pause[0.01]]] >= 0.01", "True"),
        ],
    ),
    builtin(
        "SessionTime",
        Attributes::NONE,
        |s, c| Ok(seconds_of(c, s.clock.now())),
        "SessionTime[] is how many seconds have passed since the session began.",
        &[("SessionTime[] < 60", "True"), ("Head[SessionTime[]]", "Real")],
    ),
    builtin(
        "TimeUsed",
        Attributes::NONE,
        |s, c| Ok(seconds_of(c, processor_time(s))),
        "TimeUsed[] is how many seconds of processor time the program has used.",
        &[("TimeUsed[] > 0", "True"), ("Head[TimeUsed[]]", "Real")],
    ),
    builtin(
        "Pause",
        Attributes::NONE,
        pause,
        "Pause[t] waits for t seconds.",
        &[("Pause[0.001]", "Null"), ("Pause[0]; 2", "2")],
    ),
    builtin(
        "TimeConstrained",
        Attributes::HOLD_ALL,
        time_constrained,
        "TimeConstrained[e, t] evaluates e; if that takes longer than t seconds, it stops and gives $Aborted. TimeConstrained[e, t, otherwise] evaluates otherwise then.",
        &[
            ("TimeConstrained[1 + 1, 10]", "2"),
            ("TimeConstrained[While[True], 0.01, late]", "late"),
        ],
    ),
    builtin(
        "TimeRemaining",
        Attributes::NONE,
        |s, c| Ok(remaining(s, c)),
        "TimeRemaining[] is how many seconds are left of the innermost TimeConstrained, Infinity outside of one.",
        &[("TimeRemaining[]", "Infinity"), ("TimeConstrained[TimeRemaining[], 9] < 9", "True")],
    ),
];

pub(crate) fn processor_time(_: &Session) -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn seconds_of(call: &Call, time: Duration) -> Step {
    match call.args() {
        [] => Step::Done(Value::Real(time.as_secs_f64())),
        _ => Step::Same,
    }
}

fn timed(
    session: &mut Session,
    call: &mut Arc<Call>,
    clock: fn(&Session) -> Duration,
) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let start = clock(session);
    let value = session.evaluate(of)?;
    let seconds = clock(session).saturating_sub(start).as_secs_f64();
    Ok(Step::Done(Value::list([Value::Real(seconds), value])))
}

/// Reads a number of seconds.
fn duration(session: &mut Session, value: &Value) -> Evaluated<Option<Duration>> {
    let value = session.evaluate(value)?;
    if value.is(sym::Infinity) || value.args_of(sym::DirectedInfinity).is_some() {
        return Ok(Some(Duration::MAX));
    }
    Ok(number::to_f64(&value).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

fn pause(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [time] = call.args() else { return Ok(Step::Same) };
    let Some(time) = duration(session, time)? else { return Ok(Step::Same) };
    let end = session.clock.now().saturating_add(time);
    loop {
        session.check_interrupt()?;
        let left = end.saturating_sub(session.clock.now());
        if left.is_zero() {
            return Ok(Step::Done(Value::NULL));
        }
        std::thread::sleep(left.min(Duration::from_millis(20)));
    }
}

/// A limit of time that is in force.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    /// When it is over; `None` where it is a limit of memory.
    at: Option<Duration>,
    is_over: Shared<AtomicBool>,
}

impl Deadline {
    /// Returns a limit of memory.
    pub(crate) fn of_memory(is_over: Shared<AtomicBool>) -> Self {
        Self { at: None, is_over }
    }
}

/// Returns what comes of an evaluation under a limit, which is no longer in force.
pub(crate) fn ended(
    session: &mut Session,
    result: Evaluated,
    is_over: &AtomicBool,
    depth: u32,
    otherwise: Option<&Value>,
) -> Evaluated<Step> {
    if !is_over.load(Ordering::SeqCst) {
        return result.map(Step::Done);
    }
    // What asked for an abort is this limit, unless one around it is over, too.
    let is_outer_over = |deadline: &Deadline| deadline.is_over.load(Ordering::SeqCst);
    session.interrupt.store(session.deadlines.iter().any(is_outer_over), Ordering::SeqCst);
    match result {
        Err(stop) if matches!(*stop, Stop::Abort) => {
            session.depth = depth;
            session.check_interrupt()?;
            Ok(match otherwise {
                Some(otherwise) => Step::Again(otherwise.clone()),
                None => Step::Done(Value::Symbol(sym::Aborted)),
            })
        }
        done => done.map(Step::Done),
    }
}

fn time_constrained(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, time, otherwise) = match call.args() {
        [of, time] => (of, time, None),
        [of, time, otherwise] => (of, time, Some(otherwise)),
        _ => return Ok(Step::Same),
    };
    let Some(time) = duration(session, time)? else {
        session.message_of("TimeConstrained", "timc", &[Value::Call(call.clone())]);
        return Ok(Step::Same);
    };
    let is_over = Shared::new(AtomicBool::new(false));
    let (finished, end) = channel::<()>();
    let watch = {
        let (is_over, interrupt) = (is_over.clone(), session.interrupt.clone());
        move || {
            if end.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                is_over.store(true, Ordering::SeqCst);
                interrupt.store(true, Ordering::SeqCst);
            }
        }
    };
    let Ok(watch) = std::thread::Builder::new().name("deadline".into()).spawn(watch) else {
        session.message_of("TimeConstrained", "timer", &[]);
        return Ok(Step::Same);
    };
    let depth = session.depth;
    let at = session.clock.now().saturating_add(time);
    session.deadlines.push(Deadline { at: Some(at), is_over: is_over.clone() });
    let result = session.evaluate(of);
    session.deadlines.pop();
    drop(finished);
    // The thread has no way to panic.
    let _ = watch.join();
    ended(session, result, &is_over, depth, otherwise)
}

fn remaining(session: &Session, call: &Call) -> Step {
    if !call.args().is_empty() {
        return Step::Same;
    }
    Step::Done(match session.deadlines.iter().rev().find_map(|deadline| deadline.at) {
        Some(at) => Value::Real(at.saturating_sub(session.clock.now()).as_secs_f64()),
        None => Value::Symbol(sym::Infinity),
    })
}
