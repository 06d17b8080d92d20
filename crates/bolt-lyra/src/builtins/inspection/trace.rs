//! `Trace` and its relatives.

use triomphe::Arc;

use crate::builtins::options::Options;
use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Note, Session};
use crate::symbol::sym;
use crate::trace::Item;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Trace",
        Attributes::HOLD_ALL,
        trace,
        "Trace[e] lists the expressions that e becomes one after the other when it is evaluated; the evaluation of a part is a list inside of the list. Trace[e, form] keeps those that match a pattern, Trace[e, f] those that definitions of the symbol f were applied to or gave. TraceDepth -> n leaves out what is more than n evaluations deep, TraceOriginal -> True adds what expressions were before their parts were evaluated.",
        &[
            ("Trace[2^3 + 1]", "{{HoldForm[2^3], HoldForm[8]}, HoldForm[8 + 1], HoldForm[9]}"),
            ("f[x_] := x + 1; Trace[f[2], _Plus]", "{HoldForm[2 + 1]}"),
        ],
    ),
    builtin(
        "TracePrint",
        Attributes::HOLD_ALL,
        trace_print,
        "TracePrint[e] prints what Trace lists, each expression on a line that is indented by how deep its evaluation is, and returns the value of e; TracePrint[e, form] prints those that match.",
        &[("TracePrint[1 + 1]", "2"), ("TracePrint[1 + 1, _Times]", "2")],
    ),
    builtin(
        "TraceScan",
        Attributes::HOLD_ALL,
        trace_scan,
        "TraceScan[f, e] applies f to each expression that Trace lists, within HoldForm, in their order after e is evaluated, and returns the value of e; TraceScan[f, e, form] to those that match.",
        &[
            ("r = {}; TraceScan[AppendTo[r, #] &, 2 3]; r", "{HoldForm[2*3], HoldForm[6]}"),
            ("TraceScan[Identity, 2 + 3]", "5"),
        ],
    ),
];

/// What of a trace is wanted.
enum Wanted {
    All,
    /// What matches a pattern.
    Matching(Value),
    /// What definitions of a symbol were applied to or gave.
    Of(crate::symbol::Symbol),
}

impl Wanted {
    fn new(form: Option<&Value>) -> Self {
        match form {
            None => Self::All,
            Some(form) => match form.as_symbol() {
                Some(symbol) => Self::Of(symbol),
                None => Self::Matching(form.clone()),
            },
        }
    }

    /// Returns what is wanted of a trace, down to so many levels below.
    fn of(&self, session: &mut Session, items: Vec<Item>, depth: usize) -> Evaluated<Vec<Item>> {
        let mut kept = Vec::new();
        for item in items {
            session.check_interrupt()?;
            match item {
                Item::Inner(_) if depth <= 1 => {}
                Item::Inner(inner) => {
                    let inner = stacker::maybe_grow(64 << 10, 1 << 20, || {
                        self.of(session, inner, depth - 1)
                    })?;
                    if !inner.is_empty() {
                        kept.push(Item::Inner(inner));
                    }
                }
                Item::Form { ref value, by, to } => {
                    let is_wanted = match self {
                        Self::All => true,
                        Self::Matching(form) => session.matches(form, value)?,
                        Self::Of(symbol) => by == Some(*symbol) || to == Some(*symbol),
                    };
                    if is_wanted {
                        kept.push(item);
                    }
                }
            }
        }
        Ok(kept)
    }
}

fn held(value: &Value) -> Value {
    Value::call(sym::HoldForm, [value.clone()].as_slice())
}

fn written(items: &[Item]) -> Value {
    let of = |item: &Item| match item {
        Item::Form { value, .. } => held(value),
        Item::Inner(inner) => stacker::maybe_grow(64 << 10, 1 << 20, || written(inner)),
    };
    Value::list(items.iter().map(of).collect::<Args>())
}

/// Evaluates something; returns its value and what is wanted of its trace.
fn traced(
    session: &mut Session,
    of: &Value,
    form: Option<&Value>,
    options: Options<'_>,
) -> Evaluated<(Value, Vec<Item>)> {
    let form = form.map(|form| session.evaluate(form)).transpose()?;
    let depth = options.get(session, "TraceDepth").and_then(Value::as_usize);
    let originals = options.is_set(session, "TraceOriginal");
    let (value, items) = session.traced(of, originals)?;
    let kept = Wanted::new(form.as_ref()).of(session, items, depth.unwrap_or(usize::MAX))?;
    Ok((value, kept))
}

fn trace(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (of, form) = match args {
        [of] => (of, None),
        [of, form] => (of, Some(form)),
        _ => return Ok(Step::Same),
    };
    let (_, items) = traced(session, of, form, options)?;
    Ok(Step::Done(written(&items)))
}

/// Calls something with the expressions of a trace and how deep they are.
fn each(
    items: &[Item],
    depth: usize,
    tell: &mut dyn FnMut(&Value, usize) -> Evaluated<()>,
) -> Evaluated<()> {
    items.iter().try_for_each(|item| match item {
        Item::Form { value, .. } => tell(value, depth),
        Item::Inner(inner) => {
            stacker::maybe_grow(64 << 10, 1 << 20, || each(inner, depth + 1, tell))
        }
    })
}

fn trace_print(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 1);
    let (of, form) = match args {
        [of] => (of, None),
        [of, form] => (of, Some(form)),
        _ => return Ok(Step::Same),
    };
    let (value, items) = traced(session, of, form, options)?;
    each(&items, 1, &mut |value, depth| {
        let line = format!("{}{}", " ".repeat(depth), session.shown(value));
        session.tell(Note::Printed(line));
        Ok(())
    })?;
    Ok(Step::Done(value))
}

fn trace_scan(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let (args, options) = Options::split(call.args(), 2);
    let (function, of, form) = match args {
        [function, of] => (function, of, None),
        [function, of, form] => (function, of, Some(form)),
        _ => return Ok(Step::Same),
    };
    let function = session.evaluate(function)?;
    let (value, items) = traced(session, of, form, options)?;
    each(&items, 1, &mut |value, _| session.call(&function, [held(value)].as_slice()).map(drop))?;
    Ok(Step::Done(value))
}
