//! What must hold: assertions, and what is confirmed within `Enclose`.

use triomphe::Arc;

use crate::association::Association;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Assert",
        Attributes::HOLD_ALL,
        assert,
        "Assert[test] tells the message Assert::asrtf unless test is True, after On[Assert]; before, it does nothing. Assert[test, tag] tells the tag as well.",
        &[("Assert[1 > 2]", "Null"), ("On[Assert]; Quiet[Check[Assert[1 > 2], failed]]", "failed")],
    ),
    builtin(
        "FailureQ",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [of] => Step::Done(Value::boolean(is_failure(of))),
                _ => Step::Same,
            })
        },
        "FailureQ[e] is True if e is $Failed, $Aborted, $Canceled or a Failure.",
        &[("FailureQ[$Failed]", "True"), ("FailureQ[{}]", "False")],
    ),
    builtin(
        "Confirm",
        Attributes::NONE,
        |s, c| {
            let (of, info) = match c.args() {
                [of] => (of, None),
                [of, info, ..] => (of, Some(info)),
                [] => return Ok(Step::Same),
            };
            let fails = is_failure(of) || of.args_of(sym::Missing).is_some();
            confirmed(s, of, fails, "ConfirmationFailed", info)
        },
        "Confirm[e] is e, unless that is a failure or something missing: then the Enclose around it returns a Failure that holds it. Confirm[e, info] adds information.",
        &[
            ("Enclose[Confirm[2] + 1]", "3"),
            ("Enclose[Confirm[$Failed]; 1, #[\"Expression\"] &]", "$Failed"),
        ],
    ),
    builtin(
        "ConfirmBy",
        Attributes::NONE,
        |s, c| {
            let (of, test, info) = match c.args() {
                [of, test] => (of, test, None),
                [of, test, info, ..] => (of, test, Some(info)),
                _ => return Ok(Step::Same),
            };
            let holds = s.call(test, [of.clone()].as_slice())?.is(sym::True);
            confirmed(s, of, !holds, "ConfirmByFailed", info)
        },
        "ConfirmBy[e, test] is e if test[e] is True; else the Enclose around it returns a Failure.",
        &[
            ("Enclose[ConfirmBy[4, EvenQ] + 1]", "5"),
            ("FailureQ[Enclose[ConfirmBy[3, EvenQ]]]", "True"),
        ],
    ),
    builtin(
        "ConfirmMatch",
        Attributes::NONE,
        |s, c| {
            let (of, form, info) = match c.args() {
                [of, form] => (of, form, None),
                [of, form, info, ..] => (of, form, Some(info)),
                _ => return Ok(Step::Same),
            };
            let fits = s.matches(form, of)?;
            confirmed(s, of, !fits, "ConfirmMatchFailed", info)
        },
        "ConfirmMatch[e, pattern] is e if it matches; else the Enclose around it returns a Failure.",
        &[
            ("Enclose[ConfirmMatch[4, _Integer] + 1]", "5"),
            ("FailureQ[Enclose[ConfirmMatch[x, _Integer]]]", "True"),
        ],
    ),
    builtin(
        "ConfirmAssert",
        Attributes::NONE,
        |s, c| {
            let (test, info) = match c.args() {
                [test] => (test, None),
                [test, info, ..] => (test, Some(info)),
                [] => return Ok(Step::Same),
            };
            match test.is(sym::True) {
                true => Ok(Step::Done(Value::NULL)),
                false => confirmed(s, test, true, "ConfirmAssertFailed", info),
            }
        },
        "ConfirmAssert[test] does nothing if test is True; else the Enclose around it returns a Failure.",
        &[
            ("Enclose[ConfirmAssert[1 < 2]; 3]", "3"),
            ("FailureQ[Enclose[ConfirmAssert[1 > 2]; 3]]", "True"),
        ],
    ),
    builtin(
        "ConfirmQuiet",
        Attributes::HOLD_FIRST,
        confirm_quiet,
        "ConfirmQuiet[e] evaluates e without telling messages; if there were any, the Enclose around it returns a Failure.",
        &[("Enclose[ConfirmQuiet[1 + 1]]", "2"), ("FailureQ[Enclose[ConfirmQuiet[1/0]]]", "True")],
    ),
    builtin(
        "Enclose",
        Attributes::HOLD_FIRST,
        enclose,
        "Enclose[e] evaluates e and returns the Failure of the first Confirm or its like in it that fails; Enclose[e, f] returns f of the failure.",
        &[
            ("Enclose[1 + Confirm[1]]", "2"),
            ("Enclose[Confirm[$Failed], \"failed\" &]", "\"failed\""),
        ],
    ),
];

fn assert(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [test, tag @ ..] = call.args() else { return Ok(Step::Same) };
    if !session.asserts {
        return Ok(Step::Done(Value::NULL));
    }
    if !session.evaluate(test)?.is(sym::True) {
        let mut parts = vec![Value::call(sym::HoldForm, [test.clone()].as_slice())];
        for tag in tag {
            parts.push(session.evaluate(tag)?);
        }
        let kind = if tag.is_empty() { "asrtf" } else { "asrtfl" };
        session.message_of("Assert", kind, &parts);
    }
    Ok(Step::Done(Value::NULL))
}

fn is_failure(value: &Value) -> bool {
    match value {
        Value::Symbol(sym::Failed | sym::Aborted | sym::Canceled) => true,
        _ => value.args_of(sym::Failure).is_some(),
    }
}

/// Looks a detail of a failure up: `Failure["kind", <|...|>]["Expression"]`.
pub(in crate::builtins) fn of_failure(head: &Call, call: &Call) -> Step {
    match (head.args(), call.args()) {
        ([_, Value::Association(details)], [key]) => match details.get(key) {
            Some(entry) => Step::Again(entry.value.clone()),
            None => {
                let reason = [Value::string("KeyAbsent"), key.clone()];
                Step::Done(Value::call(sym::Missing, reason))
            }
        },
        _ => Step::Same,
    }
}

/// What is thrown to the `Enclose` around; no program can write it.
fn tag() -> Value {
    Value::string("\u{0}confirmed")
}

fn confirmed(
    session: &mut Session,
    value: &Value,
    fails: bool,
    kind: &str,
    info: Option<&Value>,
) -> Evaluated<Step> {
    if !fails {
        return Ok(Step::Done(value.clone()));
    }
    if session.enclosures == 0 {
        let held = Value::call(sym::HoldForm, [value.clone()].as_slice());
        session.message_of("Confirm", "nocatch", &[held]);
    }
    let mut details = Association::default();
    details
        .insert(Value::string("ConfirmationType"), Value::string(kind.trim_end_matches("Failed")));
    details.insert(Value::string("Expression"), value.clone());
    details.insert(Value::string("Information"), info.cloned().unwrap_or(Value::NULL));
    let details = Value::Association(Arc::new(details));
    let failure = Value::call(sym::Failure, [Value::string(kind), details]);
    Err(Box::new(Stop::Throw(failure, Some(tag()))))
}

fn confirm_quiet(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, info) = match call.args() {
        [of] => (of, None),
        [of, info, ..] => (of, Some(info)),
        [] => return Ok(Step::Same),
    };
    let before = session.message_names.len();
    session.quiet += 1;
    let value = session.evaluate(of);
    session.quiet -= 1;
    let value = value?;
    let fails = session.message_names.len() > before;
    confirmed(session, &value, fails, "ConfirmQuietFailed", info)
}

fn enclose(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (of, function) = match call.args() {
        [of] => (of, None),
        [of, function, ..] => (of, Some(function)),
        [] => return Ok(Step::Same),
    };
    session.enclosures += 1;
    let result = session.evaluate(of);
    session.enclosures -= 1;
    match result {
        Ok(value) => Ok(Step::Done(value)),
        Err(stop) => match *stop {
            Stop::Throw(failure, Some(thrown)) if thrown == tag() => match function {
                Some(function) => {
                    let of_failure =
                        Value::call(function.clone(), Args::from([failure].as_slice()));
                    Ok(Step::Again(of_failure))
                }
                None => Ok(Step::Done(failure)),
            },
            other => Err(Box::new(other)),
        },
    }
}
