//! Messages: told, kept quiet, reacted to.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Message",
        Attributes::HOLD_FIRST,
        message,
        "Message[f::tag, a, b] tells a message of f with a and b filled into its text.",
        &[("Quiet[Message[f::bad, 1]]", "Null"), ("Check[Message[f::bad], failed]", "failed")],
    ),
    builtin(
        "Quiet",
        Attributes::HOLD_ALL,
        quiet,
        "Quiet[e] evaluates e without telling messages.",
        &[("Quiet[1/0]", "ComplexInfinity"), ("Quiet[First[{}], {First::nofirst}]", "First[{}]")],
    ),
    builtin(
        "Check",
        Attributes::HOLD_ALL,
        check,
        "Check[e, otherwise] gives otherwise if a message is told while e is evaluated.",
        &[("Quiet[Check[1/0, none]]", "none"), ("Check[1 + 1, none]", "2")],
    ),
    builtin(
        "Off",
        Attributes::HOLD_ALL,
        |s, c| Ok(switch(s, c, false)),
        "Off[f::tag] switches a message off.",
        &[
            ("Off[First::nofirst]; Check[First[{}], told]", "First[{}]"),
            ("Off[Power::infy]", "Null"),
        ],
    ),
    builtin(
        "On",
        Attributes::HOLD_ALL,
        |s, c| Ok(switch(s, c, true)),
        "On[f::tag] switches a message on again.",
        &[
            ("On[Power::infy]", "Null"),
            ("Off[First::nofirst]; On[First::nofirst]; Quiet[Check[First[{}], told]]", "told"),
        ],
    ),
    builtin(
        "MessageName",
        Attributes::HOLD_FIRST,
        |s, c| Ok(text(s, c)),
        "f::tag or MessageName[f, \"tag\"] is the text of a message of f; f::usage tells what it does.",
        &[
            ("f::bad = \"no\"; f::bad", "\"no\""),
            ("f::other", "f::other"),
            ("StringQ[General::argx]", "True"),
        ],
    ),
];

/// Returns the name of `f::tag`.
fn name(session: &Session, value: &Value) -> Option<String> {
    let [symbol, tag] = value.exactly(sym::MessageName)?;
    Some(format!("{}::{}", session.names.shown(symbol.as_symbol()?), tag.as_str()?))
}

fn message(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [target, parts @ ..] = call.args() else { return Ok(Step::Same) };
    let Some([symbol, tag]) = target.exactly(sym::MessageName) else { return Ok(Step::Same) };
    let (Some(symbol), Some(tag)) = (symbol.as_symbol(), tag.as_str()) else {
        return Ok(Step::Same);
    };
    session.message(symbol, tag, parts);
    Ok(Step::Done(Value::NULL))
}

fn quiet(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (body, names) = match call.args() {
        [body] => (body, None),
        [body, names, ..] => (body, Some(names)),
        [] => return Ok(Step::Same),
    };
    let Some(names) = names.filter(|names| !names.is(sym::All)) else {
        session.quiet += 1;
        let result = session.evaluate(body);
        session.quiet -= 1;
        return result.map(Step::Done);
    };
    let names = names.as_list().unwrap_or(std::slice::from_ref(names));
    let off: Vec<String> = names
        .iter()
        .filter_map(|value| name(session, value))
        .filter(|name| !session.switched_off.contains(name))
        .collect();
    session.switched_off.extend(off.iter().cloned());
    let result = session.evaluate(body);
    for name in &off {
        session.switched_off.remove(name);
    }
    result.map(Step::Done)
}

fn check(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [body, otherwise, names @ ..] = call.args() else { return Ok(Step::Same) };
    let before = session.message_names.len();
    let result = session.evaluate(body)?;
    let wanted: Vec<String> = names
        .iter()
        .flat_map(|names| names.as_list().unwrap_or(std::slice::from_ref(names)))
        .filter_map(|value| name(session, value))
        .collect();
    let told = session.message_names[before..]
        .iter()
        .any(|told| wanted.is_empty() || wanted.contains(told));
    Ok(if told { Step::Again(otherwise.clone()) } else { Step::Done(result) })
}

fn switch(session: &mut Session, call: &Call, on: bool) -> Step {
    for arg in call.args() {
        if arg.is(sym::Assert) {
            session.asserts = on;
        }
        if let Some(name) = name(session, arg) {
            match on {
                true => {
                    session.switched_off.remove(&name);
                }
                false => {
                    session.switched_off.insert(name);
                }
            }
        }
    }
    Step::Done(Value::NULL)
}

fn text(session: &Session, call: &Call) -> Step {
    let [symbol, tag] = call.args() else { return Step::Same };
    let (Some(symbol), Some(tag)) = (symbol.as_symbol(), tag.as_str()) else { return Step::Same };
    let rare = session.definition(symbol).and_then(|definition| definition.rare.as_ref());
    match rare.and_then(|rare| rare.messages.get(tag)) {
        Some(text) => Step::Done(text.clone()),
        None if tag == "usage" => {
            session.usage(symbol).map_or(Step::Same, |usage| Step::Done(Value::string(usage)))
        }
        None if symbol == sym::General => {
            crate::message::general(tag).map_or(Step::Same, |text| Step::Done(Value::string(text)))
        }
        None => Step::Same,
    }
}
