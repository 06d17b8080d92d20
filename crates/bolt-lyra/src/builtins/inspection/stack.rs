//! `Stack`.

use triomphe::Arc;

use crate::builtins::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

pub(super) const TABLE: &[Builtin] = &[builtin(
    "Stack",
    Attributes::NONE,
    stack,
    "Stack[] lists the heads of what is being evaluated, the outermost first. Stack[pattern] lists the expressions among them that match, within HoldForm.",
    &[("f[g[Stack[]]]", "f[g[{f, g}]]"), ("f[Stack[_f]]", "f[{HoldForm[f[Stack[_f]]]}]")],
)];

fn stack(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    session.hidden_dependence = true;
    // The innermost is the call of `Stack` itself.
    let (Some((_, around)), [..=1]) = (session.stack().split_last(), [call.len()]) else {
        return Ok(Step::Same);
    };
    let around = around.to_vec();
    let mut found = Args::new();
    for value in around {
        match call.args() {
            [pattern] if session.matches(pattern, &value)? => {
                found.push(Value::call(sym::HoldForm, [value].as_slice()));
            }
            [_] => {}
            _ => found.push(value.head()),
        }
    }
    Ok(Step::Done(Value::list(found)))
}
