//! Drawings put together.

use triomphe::Arc;

use super::{head_of, name_of};
use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::rule::sides;
use crate::session::{Evaluated, Session};
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "Show",
    Attributes::NONE,
    show,
    "Show[drawing, options] is a drawing with other options; Show[d1, d2, ...] puts the later \
         above the earlier, with the options of the first.",
    &[
        (
            "Show[Graphics[{Line[{{0, 0}, {1, 1}}]}], Axes -> True]",
            "Graphics[{Line[{{0, 0}, {1, 1}}]}, Axes -> True]",
        ),
        (
            "Show[Graphics[{Disk[]}], Graphics[Point[{2, 0}]]]",
            "Graphics[{{Disk[]}, Point[{2, 0}]}]",
        ),
    ],
)];

fn show(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (drawings, options) = split(call.args());
    let mut flat: Vec<Value> = Vec::new();
    let mut legends: Vec<Value> = Vec::new();
    let mut rest: Vec<Value> = drawings.iter().rev().cloned().collect();
    while let Some(value) = rest.pop() {
        match head_of(session, &value) {
            Some("List") => rest.extend(value.as_list().unwrap_or_default().iter().rev().cloned()),
            Some("Legended") => {
                let args = value.as_call().map(Call::args).unwrap_or_default();
                rest.extend(args.first().cloned());
                legends.extend(args.get(1).cloned());
            }
            Some("Graphics" | "Graphics3D") => flat.push(value),
            _ => {
                session.message_of("Show", "gtype", &[value]);
                return Ok(Step::Same);
            }
        }
    }
    let Some(first) = flat.first() else { return Ok(Step::Same) };
    let head = first.as_call().map(|call| call.head().clone());
    if flat.iter().any(|one| one.as_call().map(|call| call.head().clone()) != head) {
        session.message_of("Show", "gcomb", &[Value::list(Args::from(flat))]);
        return Ok(Step::Same);
    }
    let primitives: Vec<Value> = flat
        .iter()
        .filter_map(|one| one.as_call().and_then(|call| call.args().first()).cloned())
        .collect();
    let body = match &primitives[..] {
        [only] => only.clone(),
        _ => Value::list(Args::from(primitives)),
    };
    let own = first.as_call().map(|call| call.args().get(1..).unwrap_or_default().to_vec());
    let rules = merged(session, &options, &own.unwrap_or_default(), flat.len() > 1);
    let head = head.unwrap_or(Value::NULL);
    let drawing = Value::call(head, std::iter::once(body).chain(rules).collect::<Args>());
    Ok(Step::Done(match legends.len() {
        0 => drawing,
        1 => super::plotting::of(session, "Legended", &[drawing, legends.remove(0)]),
        _ => super::plotting::of(session, "Legended", &[drawing, Value::list(Args::from(legends))]),
    }))
}

fn split(args: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let (drawings, _) = Options::split(args, 0);
    (drawings.to_vec(), args[drawings.len()..].to_vec())
}

/// Returns the options of the result: those given replace those of the first drawing. With several
/// drawings the range is left open unless it is given, so that all of each is seen.
fn merged(session: &Session, given: &[Value], own: &[Value], are_several: bool) -> Vec<Value> {
    let flat = |values: &[Value]| -> Vec<Value> {
        let each = |value: &Value| match value.as_list() {
            Some(list) => list.to_vec(),
            None => vec![value.clone()],
        };
        values.iter().flat_map(each).collect()
    };
    let (given, own) = (flat(given), flat(own));
    let name = |rule: &Value| {
        sides(rule)
            .and_then(|(name, ..)| name_of(session, name).or(name.as_str()).map(str::to_owned))
    };
    let is_open = |rule: &Value| {
        are_several && matches!(name(rule).as_deref(), Some("PlotRange" | "PlotRangeClipping"))
    };
    let is_replaced = |rule: &Value| given.iter().any(|other| name(other) == name(rule));
    let kept = own.iter().filter(|rule| !is_replaced(rule) && !is_open(rule));
    kept.chain(&given).cloned().collect()
}
