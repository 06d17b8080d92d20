//! Local variables and constants.

use triomphe::Arc;

use super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::scoping::{in_block, variables, with_locals, with_values};
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Call, Value, fixed};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Module",
        Attributes::HOLD_ALL,
        |s, c| scope(s, c, sym::Module),
        "Module[{x, y = y0}, body] evaluates body with new symbols in place of x and y.",
        &[("x = 1; Module[{x = 5}, x + 1]", "6"), ("x = 1; Module[{x = 5}, x]; x", "1")],
    ),
    builtin(
        "Block",
        Attributes::HOLD_ALL,
        |s, c| scope(s, c, sym::Block),
        "Block[{x, y = y0}, body] evaluates body while x and y have other values; afterwards they have their old ones.",
        &[("f := x; x = 1; Block[{x = 5}, f]", "5"), ("x = 1; Block[{x = 5}, x]; x", "1")],
    ),
    builtin(
        "With",
        Attributes::HOLD_ALL,
        |s, c| scope(s, c, sym::With),
        "With[{x = x0}, body] evaluates body with the value of x0 in place of x.",
        &[("With[{x = 2}, Hold[x + y]]", "Hold[2 + y]"), ("With[{n = 3}, n^2]", "9")],
    ),
    builtin(
        "Function",
        Attributes::HOLD_ALL,
        |_, _| Ok(Step::Same),
        "body & or Function[body] is a function of #1, #2, ...; Function[{x, y}, body] of x and y.",
        &[("(#^2 &)[3]", "9"), ("Function[{x, y}, x - y][5, 2]", "3")],
    ),
    builtin(
        "Unique",
        Attributes::NONE,
        |s, c| Ok(unique(s, c)),
        "Unique[x] gives a new symbol whose name begins with x.",
        &[("Unique[x] === Unique[x]", "False"), ("Head[Unique[]]", "Symbol")],
    ),
];

fn scope(session: &mut Session, call: &mut Arc<Call>, kind: Symbol) -> Evaluated<Step> {
    let Some([list, body]) = fixed(call) else { return Ok(Step::Same) };
    if let Some(wrong) = wrong_variable(list) {
        session.message(kind, "lvsym", &[list.clone(), wrong]);
        return Ok(Step::Same);
    }
    match kind {
        sym::With => Ok(Step::Again(with_values(session, list, body)?)),
        sym::Block => in_block(session, list, |session| session.evaluate(body)).map(Step::Done),
        _ => {
            let body = with_locals(session, list, body)?;
            // The locals live until the body has its value.
            session.evaluate(&body).map(Step::Done)
        }
    }
}

fn wrong_variable(list: &Value) -> Option<Value> {
    match list.as_list() {
        None => Some(list.clone()),
        Some(items) => items
            .iter()
            .find(|item| variables(&Value::list([(*item).clone()].as_slice())).is_none())
            .cloned(),
    }
}

fn unique(session: &mut Session, call: &Call) -> Step {
    let like = match call.args() {
        [] => Some(session.names.symbol("$")),
        [Value::String(name)] => Some(session.names.symbol(name)),
        [name] => name.as_symbol(),
        _ => None,
    };
    match like {
        Some(like) => Step::Done(session.temporary(like)),
        None => Step::Same,
    }
}
