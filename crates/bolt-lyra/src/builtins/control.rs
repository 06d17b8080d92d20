//! What is evaluated when: sequences, choices, loops and jumps.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::Rule;
use crate::session::{Evaluated, Session, Stop};
use crate::symbol::sym;
use crate::value::{Call, Value, fixed};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "CompoundExpression",
        Attributes::HOLD_ALL,
        compound,
        "a; b; c or CompoundExpression[a, b, c] evaluates its arguments in turn and gives the last.",
        &[("a = 1; a + 1", "2"), ("1; 2;", "Null")],
    ),
    builtin(
        "If",
        Attributes::HOLD_REST,
        |_, c| Ok(choose(c)),
        "If[condition, yes, no] gives yes if the condition is True and no if it is False; If[condition, yes, no, unknown] gives unknown if it is neither.",
        &[("If[1 < 2, a, b]", "a"), ("If[x, a, b, c]", "c")],
    ),
    builtin(
        "Which",
        Attributes::HOLD_ALL,
        which,
        "Which[test1, value1, test2, value2, ...] gives the value of the first test that is True.",
        &[("Which[1 > 2, a, True, b]", "b"), ("Which[False, a]", "Null")],
    ),
    builtin(
        "Switch",
        Attributes::HOLD_REST,
        switch,
        "Switch[e, pattern1, value1, pattern2, value2, ...] gives the value of the first pattern that e matches.",
        &[
            ("Switch[3, _String, a, _Integer, b]", "b"),
            ("Switch[x, 1, a, _, c]", "c"),
            ("Switch[z, k_Symbol, k]", "k"),
        ],
    ),
    builtin(
        "While",
        Attributes::HOLD_ALL,
        while_loop,
        "While[test, body] evaluates test and body again and again until test is not True.",
        &[
            ("n = 1; While[n < 100, n = 2 n]; n", "128"),
            ("k = 0; While[True, If[k > 4, Break[]]; k++]; k", "5"),
        ],
    ),
    builtin(
        "For",
        Attributes::HOLD_ALL,
        for_loop,
        "For[start, test, step, body] evaluates start, then body and step as long as test is True. For[x in list, body] evaluates body for each element x of a list, as Do[body, {x, list}] does; a list that is no name, call or list in braces stands in parentheses.",
        &[
            ("For[i = 1; s = 0, i <= 4, i++, s += i]; s", "10"),
            ("t = 0; For[x in {2, 3, 5}, t += x]; t", "10"),
        ],
    ),
    builtin(
        "Return",
        Attributes::NONE,
        |_, c| Err(Box::new(Stop::Return(c.args().first().cloned().unwrap_or(Value::NULL)))),
        "Return[e] ends the definition or loop that it is evaluated in, whose value is e.",
        &[
            ("f[x_] := (If[x > 1, Return[big]]; small); {f[1], f[2]}", "{small, big}"),
            ("Do[If[i > 2, Return[i]], {i, 9}]", "3"),
        ],
    ),
    builtin(
        "Break",
        Attributes::NONE,
        |_, _| Err(Box::new(Stop::Break)),
        "Break[] ends the loop that it is evaluated in.",
        &[
            ("Do[If[i > 2, Break[]]; k = i, {i, 9}]; k", "2"),
            ("i = 0; While[True, i++; If[i == 3, Break[]]]; i", "3"),
        ],
    ),
    builtin(
        "Continue",
        Attributes::NONE,
        |_, _| Err(Box::new(Stop::Continue)),
        "Continue[] goes on with the next round of the loop that it is evaluated in.",
        &[
            ("s = 0; Do[If[EvenQ[i], Continue[]]; s += i, {i, 5}]; s", "9"),
            ("s = 0; For[i = 1, i < 4, i++, If[i == 2, Continue[]]; s += i]; s", "4"),
        ],
    ),
    builtin(
        "Throw",
        Attributes::NONE,
        |_, c| throw(c),
        "Throw[e] ends the evaluation up to the nearest Catch, whose value is e; Throw[e, tag] up to one for the tag.",
        &[("Catch[1 + Throw[7]]", "7"), ("Catch[Throw[a, t], t]", "a")],
    ),
    builtin(
        "Catch",
        Attributes::HOLD_FIRST,
        catch,
        "Catch[e] gives what is thrown while e is evaluated, else the value of e; Catch[e, form] only what is thrown with a tag that matches form.",
        &[("Catch[Do[If[i^2 > 10, Throw[i]], {i, 9}]]", "4"), ("Catch[3]", "3")],
    ),
    builtin(
        "Abort",
        Attributes::NONE,
        |_, _| Err(Box::new(Stop::Abort)),
        "Abort[] ends the whole evaluation, which gives $Aborted.",
        &[("CheckAbort[Abort[], no]", "no"), ("CheckAbort[Print[1]; Abort[]; 2, 3]", "3")],
    ),
    builtin(
        "CheckAbort",
        Attributes::HOLD_ALL,
        |s, c| {
            Ok(match fixed(c) {
                Some([body, otherwise]) => {
                    let otherwise = otherwise.clone();
                    match s.evaluate(body) {
                        Err(stop) if matches!(*stop, Stop::Abort) => Step::Again(otherwise),
                        done => Step::Done(done?),
                    }
                }
                None => Step::Same,
            })
        },
        "CheckAbort[e, otherwise] gives otherwise if the evaluation of e is aborted.",
        &[("CheckAbort[1 + 1, no]", "2"), ("CheckAbort[Abort[], no]", "no")],
    ),
    builtin(
        "Identity",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(value.clone()),
                None => Step::Same,
            })
        },
        "Identity[e] gives e.",
        &[("Identity[x]", "x"), ("Map[Identity, {1, 2}]", "{1, 2}")],
    ),
    builtin(
        "Evaluate",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Done(value.clone()),
                None => Step::Again(Value::call(sym::Sequence, crate::value::Args::from(c.args()))),
            })
        },
        "Evaluate[e] is evaluated even as an argument that is held.",
        &[("Hold[Evaluate[1 + 1]]", "Hold[2]"), ("Evaluate[2]", "2")],
    ),
    builtin(
        "ReleaseHold",
        Attributes::NONE,
        |_, c| {
            Ok(match fixed(c) {
                Some([value]) => Step::Again(release(value)),
                None => Step::Same,
            })
        },
        "ReleaseHold[e] takes Hold, HoldForm and HoldComplete away from e.",
        &[("ReleaseHold[Hold[1 + 1]]", "2"), ("ReleaseHold[f[Hold[2 + 2]]]", "f[4]")],
    ),
    builtin(
        "Hold",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "Hold[e] keeps e unevaluated.",
        &[("Hold[1 + 1]", "Hold[1 + 1]"), ("Hold[Evaluate[1 + 1]]", "Hold[2]")],
    ),
    builtin(
        "HoldForm",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "HoldForm[e] keeps e unevaluated and is shown as e.",
        &[("HoldForm[1 + 1]", "HoldForm[1 + 1]"), ("ReleaseHold[HoldForm[1 + 1]]", "2")],
    ),
    builtin(
        "HoldComplete",
        Attributes::HOLD_ALL_COMPLETE,
        |_, _| Ok(Step::Same),
        "HoldComplete[e] keeps e exactly as it is.",
        &[
            ("HoldComplete[Evaluate[1]]", "HoldComplete[Evaluate[1]]"),
            ("HoldComplete[Sequence[1, 2]]", "HoldComplete[Sequence[1, 2]]"),
        ],
    ),
    builtin(
        "HoldPattern",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "HoldPattern[p] matches what p matches and keeps p unevaluated.",
        &[
            ("Cases[{f[1]}, HoldPattern[f[_]]]", "{f[1]}"),
            ("HoldPattern[1 + 1]", "HoldPattern[1 + 1]"),
        ],
    ),
    builtin(
        "Unevaluated",
        Attributes::HOLD_ALL_COMPLETE,
        |_, _| Ok(Step::Same),
        "Unevaluated[e] gives e unevaluated to the function that it is an argument of.",
        &[("Length[Unevaluated[1 + 2 + 3]]", "3"), ("Head[Unevaluated[1 + 2]]", "Plus")],
    ),
];

fn compound(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some((last, first)) = call.args().split_last() else { return Ok(Step::Done(Value::NULL)) };
    for arg in first {
        session.evaluate(arg)?;
    }
    Ok(Step::Again(last.clone()))
}

fn choose(call: &Call) -> Step {
    let [condition, branches @ ..] = call.args() else { return Step::Same };
    let chosen = match (condition.as_bool(), branches) {
        (Some(true), [yes, ..]) => yes,
        (Some(false), [_, no, ..]) => no,
        (Some(_), _) => &Value::NULL,
        (None, [_, _, unknown]) => unknown,
        (None, _) => return Step::Same,
    };
    Step::Again(chosen.clone())
}

fn which(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    for (place, pair) in call.args().chunks(2).enumerate() {
        let [test, value] = pair else { return Ok(Step::Same) };
        let holds = session.evaluate(test)?;
        match holds.as_bool() {
            Some(true) => return Ok(Step::Again(value.clone())),
            Some(false) => {}
            None if place == 0 && holds == *test => return Ok(Step::Same),
            None => {
                let mut rest = crate::value::Args::from(&call.args()[2 * place..]);
                rest[0] = holds;
                return Ok(Step::Done(Value::call(sym::Which, rest)));
            }
        }
    }
    Ok(Step::Done(Value::NULL))
}

fn switch(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, cases @ ..] = call.args() else { return Ok(Step::Same) };
    for case in cases.chunks(2) {
        let [pattern, result] = case else { return Ok(Step::Same) };
        let pattern = session.evaluate(pattern)?;
        let rule = Rule::new(session, &pattern, &Value::NULL, true);
        // What the pattern names is not named in the result.
        if rule.apply(session, value)?.is_some() {
            return Ok(Step::Again(result.clone()));
        }
    }
    Ok(Step::Same)
}

/// What a round of a loop came to.
pub(super) enum Turn {
    Next,
    End(Value),
}

/// Evaluates the body of a loop once.
pub(super) fn turn(session: &mut Session, body: &Value) -> Evaluated<Turn> {
    match session.evaluate(body) {
        Ok(_) => Ok(Turn::Next),
        Err(stop) => match *stop {
            Stop::Break => Ok(Turn::End(Value::NULL)),
            Stop::Continue => Ok(Turn::Next),
            Stop::Return(value) => Ok(Turn::End(value)),
            other => Err(Box::new(other)),
        },
    }
}

fn while_loop(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (test, body) = match call.args() {
        [test] => (test, &Value::NULL),
        [test, body] => (test, body),
        _ => return Ok(Step::Same),
    };
    if let Some(value) = session.run_loop(call)? {
        return Ok(Step::Done(value));
    }
    while session.evaluate(test)?.is(sym::True) {
        session.check_interrupt()?;
        if let Turn::End(value) = turn(session, body)? {
            return Ok(Step::Done(value));
        }
    }
    Ok(Step::Done(Value::NULL))
}

/// Reads `x in list` of `For[x in list, body]`, which is written as a product; returns the iterator
/// that stands for it.
fn each_of(session: &Session, of: &Value) -> Option<Value> {
    let [variable, Value::Symbol(word), list @ ..] = of.args_of(sym::Times)? else { return None };
    if &*session.names.full(*word).name != "in" || variable.as_symbol().is_none() {
        return None;
    }
    let list = match list {
        [] => return None,
        [one] => one.clone(),
        several => Value::call(sym::Times, several),
    };
    Some(Value::list([variable.clone(), list]))
}

fn for_loop(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    if let [of, body] = call.args()
        && let Some(iterator) = each_of(session, of)
    {
        return Ok(Step::Again(Value::call(sym::Do, [body.clone(), iterator])));
    }
    let (start, test, step, body) = match call.args() {
        [start, test, step] => (start, test, step, &Value::NULL),
        [start, test, step, body] => (start, test, step, body),
        _ => return Ok(Step::Same),
    };
    if let Some(value) = session.run_loop(call)? {
        return Ok(Step::Done(value));
    }
    session.evaluate(start)?;
    while session.evaluate(test)?.is(sym::True) {
        session.check_interrupt()?;
        if let Turn::End(value) = turn(session, body)? {
            return Ok(Step::Done(value));
        }
        session.evaluate(step)?;
    }
    Ok(Step::Done(Value::NULL))
}

fn throw(call: &Call) -> Evaluated<Step> {
    match call.args() {
        [value] => Err(Box::new(Stop::Throw(value.clone(), None))),
        [value, tag, ..] => Err(Box::new(Stop::Throw(value.clone(), Some(tag.clone())))),
        [] => Ok(Step::Same),
    }
}

fn catch(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (body, form) = match call.args() {
        [body] => (body, None),
        [body, form, ..] => (body, Some(form)),
        [] => return Ok(Step::Same),
    };
    let (value, tag) = match session.evaluate(body) {
        Ok(value) => return Ok(Step::Done(value)),
        Err(stop) => match *stop {
            Stop::Throw(value, tag) => (value, tag),
            other => return Err(Box::new(other)),
        },
    };
    let caught = match (&tag, form) {
        (None, None) => true,
        (Some(tag), Some(form)) => session.matches(form, tag)?,
        _ => false,
    };
    if !caught {
        return Err(Box::new(Stop::Throw(value, tag)));
    }
    match (call.args().get(2), tag) {
        (Some(function), Some(tag)) => Ok(Step::Again(Value::call(function.clone(), [value, tag]))),
        _ => Ok(Step::Done(value)),
    }
}

fn release(value: &Value) -> Value {
    let Value::Call(call) = value else { return value.clone() };
    let holds = [sym::Hold, sym::HoldForm, sym::HoldComplete, sym::HoldPattern];
    if holds.iter().any(|&head| call.is(head)) {
        return match call.args() {
            [one] => one.clone(),
            all => Value::call(sym::Sequence, crate::value::Args::from(all)),
        };
    }
    let args: crate::value::Args = call.args().iter().map(release).collect();
    match args.as_slice() == call.args() {
        true => value.clone(),
        false => Value::call(call.head().clone(), args),
    }
}
