//! What an evaluation does besides its value: how long it takes, what it prints and tells.

use std::time::Duration;

use triomphe::Arc;

use crate::association::Association;
use crate::builtins::time::processor_time;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Note, Session, Stop};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "RepeatedTiming",
        Attributes::HOLD_FIRST,
        repeated,
        "RepeatedTiming[e] evaluates e again and again for about a second and is {t, value}: t is the average of the seconds that it took, without the quarter of the quickest and the quarter of the slowest. RepeatedTiming[e, t] takes t seconds.",
        &[
            ("Last[RepeatedTiming[1 + 1, 0.01]]", "2"),
            ("First[RepeatedTiming[Range[10], 0.01]] < 1", "True"),
        ],
    ),
    builtin(
        "EchoTiming",
        Attributes::HOLD_FIRST,
        echo_timing,
        "EchoTiming[e] prints how many seconds of processor time the evaluation of e took, and returns its value; EchoTiming[e, label] prints a label before that.",
        &[("EchoTiming[1 + 1]", "2"), ("EchoTiming[1 + 2, \"sum\"]", "3")],
    ),
    builtin(
        "EchoFunction",
        Attributes::NONE,
        |_, _| Ok(Step::Same),
        "EchoFunction[f][e] prints f[e] and returns e; EchoFunction[label, f][e] prints a label before that.",
        &[("EchoFunction[Length][{1, 2}]", "{1, 2}"), ("EchoFunction[\"n\", f][3]", "3")],
    ),
    builtin(
        "EvaluationData",
        Attributes::HOLD_ALL,
        data,
        "EvaluationData[e] is an association of the value of e, whether it came without messages, what was printed, the messages as texts and names, and the seconds it took.",
        &[
            ("EvaluationData[1 + 1][\"Result\"]", "2"),
            ("EvaluationData[1/0][\"Success\"]", "False"),
        ],
    ),
    builtin(
        "WithCleanup",
        Attributes::HOLD_ALL,
        with_cleanup,
        "WithCleanup[e, cleanup] evaluates e, then cleanup, however e ends, and returns the value of e. WithCleanup[init, e, cleanup] evaluates init before.",
        &[
            ("{Catch[WithCleanup[Throw[1], done = True]], done}", "{1, True}"),
            ("WithCleanup[a = 1, a + 1, a = 0]", "2"),
        ],
    ),
    builtin(
        "MessageList",
        Attributes::LISTABLE,
        |s, c| {
            s.hidden_dependence = true;
            Ok(match c.args() {
                [Value::Integer(line)] => Step::Done(s.messages_of_line(*line)),
                _ => Step::Same,
            })
        },
        "MessageList[n] lists the names of the messages of the n-th line of input. $MessageList lists those of the current line.",
        &[("MessageList[5]", "{}"), ("1/0; $MessageList", "{HoldForm[Power::infy]}")],
    ),
];

/// Evaluations whose times are kept.
const TIMES_MAX: usize = 100_000;

fn repeated(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, seconds) = match call.args() {
        [of] => (of, 1.0),
        [of, seconds] => match number::to_f64(seconds).filter(|seconds| *seconds >= 0.0) {
            Some(seconds) => (of, seconds),
            None => return Ok(Step::Same),
        },
        _ => return Ok(Step::Same),
    };
    let begin = session.clock.now();
    let mut times: Vec<Duration> = Vec::new();
    let value = loop {
        let start = session.clock.now();
        let value = session.evaluate(of)?;
        let end = session.clock.now();
        times.push(end.saturating_sub(start));
        let is_over = end.saturating_sub(begin).as_secs_f64() >= seconds;
        if (is_over && times.len() >= 4) || times.len() >= TIMES_MAX {
            break value;
        }
        session.check_interrupt()?;
    };
    times.sort_unstable();
    let middle = &times[times.len() / 4..times.len() - times.len() / 4];
    let mean = middle.iter().sum::<Duration>().as_secs_f64() / middle.len() as f64;
    Ok(Step::Done(Value::list([Value::Real(mean), value])))
}

fn echo_timing(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, label) = match call.args() {
        [of] => (of, None),
        [of, label] => (of, Some(label)),
        _ => return Ok(Step::Same),
    };
    let start = processor_time(session);
    let value = session.evaluate(of)?;
    let seconds = processor_time(session).saturating_sub(start).as_secs_f64();
    let label = label.map(|label| session.shown(label) + " ").unwrap_or_default();
    let line = format!(">> {label}{}", session.shown(&Value::Real(seconds)));
    session.tell(Note::Printed(line));
    Ok(Step::Done(value))
}

/// Applies `EchoFunction[f]` or `EchoFunction[label, f]` to an argument.
pub(in crate::builtins) fn echo_function(
    session: &mut Session,
    head: &Call,
    call: &Call,
) -> Evaluated<Step> {
    let (label, function) = match head.args() {
        [function] => (None, function),
        [label, function] => (Some(label), function),
        _ => return Ok(Step::Same),
    };
    let [of] = call.args() else { return Ok(Step::Same) };
    let told = session.call(function, [of.clone()].as_slice())?;
    let label = label.map(|label| session.shown(label) + " ").unwrap_or_default();
    let line = format!(">> {label}{}", session.show(&told)?);
    session.tell(Note::Printed(line));
    Ok(Step::Done(of.clone()))
}

fn data(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [of] = call.args() else { return Ok(Step::Same) };
    let before = session.messages_so_far();
    let (clock, processor) = (session.clock.now(), processor_time(session));
    let outer = session.record_notes();
    let result = session.evaluate(of);
    let notes = session.recorded_notes(outer);
    let seconds = |time: Duration| Value::Real(time.as_secs_f64());
    let (timing, absolute) = (
        seconds(processor_time(session).saturating_sub(processor)),
        seconds(session.clock.now().saturating_sub(clock)),
    );
    let after = session.messages_so_far();
    let told =
        after.as_list().map(|all| Args::from(&all[before.as_list().map_or(0, <[_]>::len)..]));
    let told = told.unwrap_or_default();
    let (mut printed, mut texts) = (Args::new(), Args::new());
    for note in &notes {
        match note {
            Note::Printed(line) => printed.push(Value::string(line.clone())),
            Note::Message { name, text } => texts.push(Value::string(format!("{name}: {text}"))),
        }
    }
    let failure = match &result {
        Ok(_) if told.is_empty() => Value::Symbol(sym::None),
        Ok(_) => Value::string("MessageFailure"),
        Err(_) => Value::string("EvaluationFailure"),
    };
    let value = match result {
        Ok(value) => value,
        Err(stop) if matches!(*stop, Stop::Abort) && session.check_interrupt().is_ok() => {
            Value::Symbol(sym::Aborted)
        }
        Err(stop) => return Err(stop),
    };
    let success = failure.is(sym::None);
    let input = Value::string(session.input_form(of));
    let entries = [
        ("Result", value),
        ("Success", Value::boolean(success)),
        ("FailureType", failure),
        ("OutputLog", Value::list(printed)),
        ("MessagesText", Value::list(texts)),
        ("Messages", Value::list(told)),
        ("Timing", timing),
        ("AbsoluteTiming", absolute),
        ("InputString", input),
    ];
    let mut all = Association::default();
    for (key, value) in entries {
        all.insert(Value::string(key), value);
    }
    Ok(Step::Done(Value::Association(Arc::new(all))))
}

fn with_cleanup(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (init, of, cleanup) = match call.args() {
        [of, cleanup] => (None, of, cleanup),
        [init, of, cleanup] => (Some(init), of, cleanup),
        _ => return Ok(Step::Same),
    };
    if let Some(init) = init {
        session.evaluate(init)?;
    }
    let depth = session.depth;
    let result = session.evaluate(of);
    session.depth = depth;
    // What asked for an abort waits until it is cleaned up.
    let asked = session.interrupt.swap(false, std::sync::atomic::Ordering::SeqCst);
    let cleaned = session.evaluate(cleanup);
    session.interrupt.fetch_or(asked, std::sync::atomic::Ordering::SeqCst);
    let value = result?;
    cleaned?;
    Ok(Step::Done(value))
}
