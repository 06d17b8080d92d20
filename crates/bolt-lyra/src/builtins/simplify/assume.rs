//! Assumptions: `Assuming`, `Element`, `Refine`.

use triomphe::Arc;

use super::facts::{Facts, all_of, domain};
use super::forms::of;
use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Assuming",
        Attributes::HOLD_REST,
        assuming,
        "Assuming[a, e] evaluates e with a added to $Assumptions, which Refine, Simplify and others \
         go by.",
        &[("Assuming[x > 0, Refine[Sqrt[x^2]]]", "x"), ("Assuming[n > 0, $Assumptions]", "n > 0")],
    ),
    builtin(
        "Element",
        Attributes::NONE,
        element,
        "Element[x, d] is True if x is in the domain d, which is Integers, Rationals, Algebraics, \
         Reals, Complexes, Primes or Booleans; Element[x | y, d] if both are.",
        &[("Element[Pi, Reals]", "True"), ("Element[2 | n, Integers]", "Element[n, Integers]")],
    ),
    builtin(
        "NotElement",
        Attributes::NONE,
        |_, c| {
            Ok(match c.args() {
                [x, set] => {
                    let inside = Value::call(sym::Element, [x.clone(), set.clone()]);
                    Step::Again(of(sym::Not, inside))
                }
                _ => Step::Same,
            })
        },
        "NotElement[x, d] is !Element[x, d].",
        &[("NotElement[Pi, Rationals]", "True"), ("NotElement[I, Reals]", "True")],
    ),
    builtin(
        "Refine",
        Attributes::NONE,
        refine,
        "Refine[e, a] is the form that e has where the assumptions a hold; Refine[e] goes by \
         $Assumptions.",
        &[("Refine[Abs[x], x < 0]", "-x"), ("Refine[x^2 + 1 > 0, Element[x, Reals]]", "True")],
    ),
];

/// Returns the value of `$Assumptions`.
pub(crate) fn current(session: &mut Session) -> Value {
    let own = session.definition(sym::Assumptions).and_then(|definition| definition.own.clone());
    session.hidden_dependence = true;
    own.unwrap_or(Value::TRUE)
}

fn assuming(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [assumption, body] = call.args() else {
        session.wrong_count_of("Assuming", call.args().len(), 2, 2);
        return Ok(Step::Same);
    };
    let both = conjunction(session, assumption)?;
    let result = under(session, &both, |session| session.evaluate(body))?;
    Ok(Step::Done(result))
}

/// Runs with an expression as the value of `$Assumptions`.
pub(crate) fn under<T>(
    session: &mut Session,
    assumptions: &Value,
    run: impl FnOnce(&mut Session) -> Evaluated<T>,
) -> Evaluated<T> {
    let set = Value::call(sym::Set, [Value::Symbol(sym::Assumptions), assumptions.clone()]);
    crate::scoping::in_block(session, &Value::list([set].as_slice()), run)
}

/// Returns the current assumptions together with others.
fn conjunction(session: &mut Session, assumption: &Value) -> Evaluated {
    let mut all = Args::new();
    let known = current(session);
    if !known.is(sym::True) {
        all.push(known);
    }
    match assumption.as_list() {
        Some(list) => all.extend(list.iter().cloned()),
        None => all.push(assumption.clone()),
    }
    session.evaluate(&all_of(all))
}

fn element(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [what, set] = call.args() else {
        session.wrong_count_of("Element", call.args().len(), 2, 2);
        return Ok(Step::Same);
    };
    if set.is(sym::Booleans) && what.as_bool().is_some() {
        return Ok(Step::Done(Value::TRUE));
    }
    if domain(session, set).is_none() {
        return Ok(match set.as_list() {
            Some(elements) if elements.contains(what) => Step::Done(Value::TRUE),
            _ => Step::Same,
        });
    }
    let parts = what.args_of(sym::Alternatives).or_else(|| what.as_list());
    let Some(parts) = parts else {
        let statement = Value::Call(call.clone());
        let known = Facts::default().decide(session, &statement)?;
        return Ok(known.map_or(Step::Same, |is| Step::Done(Value::boolean(is))));
    };
    let mut open = Args::new();
    for part in parts {
        let statement = Value::call(sym::Element, [part.clone(), set.clone()]);
        match Facts::default().decide(session, &statement)? {
            Some(true) => {}
            Some(false) => return Ok(Step::Done(Value::FALSE)),
            None => open.push(part.clone()),
        }
    }
    Ok(match open.len() {
        0 => Step::Done(Value::TRUE),
        count if count == parts.len() && what.as_list().is_none() => Step::Same,
        1 => Step::Done(Value::call(sym::Element, [open.remove(0), set.clone()])),
        _ => Step::Done(Value::call(
            sym::Element,
            [Value::call(sym::Alternatives, open), set.clone()],
        )),
    })
}

/// Takes the assumptions and the other options from the arguments after the first.
pub(crate) fn assumptions_of(
    session: &mut Session,
    args: &[Value],
) -> Evaluated<(Value, Vec<(String, Value)>)> {
    let mut positional = None;
    let mut option = None;
    let mut others = Vec::new();
    for arg in args {
        let options = arg.as_list().filter(|list| {
            !list.is_empty() && list.iter().all(|one| crate::rule::sides(one).is_some())
        });
        for one in options.unwrap_or(std::slice::from_ref(arg)) {
            match crate::rule::sides(one) {
                Some((name, value, _)) => {
                    let name = match name {
                        Value::String(text) => text.to_string(),
                        _ => match name.as_symbol() {
                            Some(symbol) => session.names.full(symbol).name.to_string(),
                            None => continue,
                        },
                    };
                    match &*name {
                        "Assumptions" => option = Some(value.clone()),
                        _ => others.push((name, value.clone())),
                    }
                }
                None => positional = Some(one.clone()),
            }
        }
    }
    let base = match option {
        Some(value) => value,
        None => current(session),
    };
    let mut all = Args::new();
    for part in positional.iter().chain([&base]) {
        match part.as_list() {
            Some(list) => all.extend(list.iter().cloned()),
            None if part.is(sym::True) => {}
            None => all.push(part.clone()),
        }
    }
    let whole = session.evaluate(&all_of(all))?;
    Ok((whole, others))
}

fn refine(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [value, rest @ ..] = call.args() else {
        session.wrong_count_of("Refine", 0, 1, 2);
        return Ok(Step::Same);
    };
    let (assumptions, _) = assumptions_of(session, rest)?;
    let facts = Facts::read(session, &assumptions)?;
    super::refine::refine(session, &facts, value).map(Step::Done)
}
