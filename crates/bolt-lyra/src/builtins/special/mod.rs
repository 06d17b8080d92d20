//! Special functions: values to any precision, and exact values where they are known.

pub(super) mod constants;
pub(super) mod gamma;
mod hypergeometric;
mod integrals;
pub(super) mod tables;

use triomphe::Arc;

use crate::evaluate::Step;
use crate::number;
use crate::precise::{self, Function};
use crate::session::{Evaluated, Session};
use crate::value::{Call, Value};

/// Applies a function of as many numbers as the call has, if one of them is approximate; other
/// calls go by rules.
fn apply(
    session: &mut Session,
    call: &mut Arc<Call>,
    functions: &[(usize, Function)],
    rules: &'static str,
) -> Evaluated<Step> {
    let args = call.args();
    let is_approximate =
        args.iter().all(Value::is_number) && args.iter().any(|arg| !number::is_exact(arg));
    if is_approximate
        && let Some((_, function)) = functions.iter().find(|(count, _)| *count == args.len())
    {
        session.check_interrupt()?;
        if let Some(value) = precise::evaluate(*function, args) {
            return Ok(Step::Done(value));
        }
    }
    session.by_rules(call, rules)
}

/// Applies a generalized hypergeometric function of approximate numbers.
fn apply_pfq(session: &mut Session, call: &mut Arc<Call>, rules: &'static str) -> Evaluated<Step> {
    use crate::precise::Precise;
    let numbers = |value: &Value| {
        value.as_list().filter(|all| all.iter().all(Value::is_number)).map(<[Value]>::to_vec)
    };
    if let [upper, lower, z] = call.args()
        && let (Some(upper), Some(lower), true) = (numbers(upper), numbers(lower), z.is_number())
    {
        let mut all = upper.clone();
        all.extend(lower.iter().cloned());
        all.push(z.clone());
        macro_rules! split {
            ($($p:literal $q:literal),*) => {
                match (upper.len(), lower.len()) {
                    $(($p, $q) => {
                        let function: Function = |args: &[Precise]| {
                            hypergeometric::pfq(&args[..$p], &args[$p..$p + $q], &args[$p + $q])
                        };
                        Some(function)
                    })*
                    _ => None,
                }
            };
        }
        let function = split!(0 0, 0 1, 0 2, 0 3, 1 0, 1 1, 1 2, 1 3, 2 0, 2 1, 2 2, 2 3, 3 1, 3 2, 3 3, 4 3, 4 4, 5 4, 5 5, 6 5);
        if all.iter().any(|value| !number::is_exact(value))
            && let Some(value) = function.and_then(|function| precise::evaluate(function, &all))
        {
            return Ok(Step::Done(value));
        }
    }
    session.by_rules(call, rules)
}
