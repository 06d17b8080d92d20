//! Equations: solving them exactly and numerically, roots of polynomials.

mod command;
mod integer;
mod inverse;
mod lambert;
mod modular;
pub(crate) mod numeric;
pub(crate) mod polynomial;
pub(crate) mod radicals;
mod root_object;
mod system;
mod trig;
mod univariate;

use triomphe::Arc;

use super::{Builtin, builtin, forms};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "Solve",
        Attributes::NONE,
        command::solve,
        "Solve[eqns, x] is a list of the values of x for which the equations hold, each as a list of \
         rules; Solve[eqns, {x, y, ...}] solves for several unknowns; Solve[eqns, x, dom] within \
         Reals, Integers or another domain. Option: Modulus.",
        &[
            ("Solve[x^2 - 5 x + 6 == 0, x]", "{{x -> 2}, {x -> 3}}"),
            ("Solve[{x + y == 3, x - y == 1}, {x, y}]", "{{x -> 2, y -> 1}}"),
        ],
    ),
    builtin(
        "Root",
        Attributes::N_HOLD_ALL,
        root_object::root,
        "Root[f, k] is the k-th root of the polynomial f[x], the real ones first; N[Root[f, k]] is \
         its numerical value.",
        &[("Root[#^2 - 2 &, 2]", "Sqrt[2]"), ("N[Root[#^5 - # - 1 &, 1]]", "1.1673039782614187")],
    ),
    builtin(
        "ToRadicals",
        Attributes::NONE,
        |s, c| {
            Ok(match c.args() {
                [value] => {
                    let value = value.clone();
                    Step::Done(root_object::to_radicals(s, &value)?)
                }
                _ => Step::Same,
            })
        },
        "ToRadicals[e] writes Root objects of degree up to 4 by radicals.",
        &[("ToRadicals[x]", "x"), ("ToRadicals[Root[#^2 - 3 &, 1]]", "-Sqrt[3]")],
    ),
];

/// Returns the exact fraction that a machine number is.
fn exact(real: f64) -> Option<Value> {
    let fraction = dashu_ratio::RBig::try_from(real).ok()?;
    Some(Value::from(fraction))
}

/// Returns the numerical value of a root object.
pub(crate) fn numerical_root(
    session: &mut Session,
    call: &Arc<Call>,
    digits: Option<f64>,
) -> Evaluated<Option<Value>> {
    root_object::value_of(session, &Value::Call(call.clone()), digits)
}

/// Returns whether a root object is one of a polynomial with numbers as coefficients.
pub(crate) fn is_numeric_root(call: &Call) -> bool {
    let is_symbol = |part: &Value| {
        matches!(
            part,
            Value::Symbol(sym::Plus | sym::Times | sym::Power | sym::Slot | sym::Function)
        )
    };
    matches!(call.args(), [function, Value::Integer(_), ..]
        if !forms::any_part(function, &|part| part.as_symbol().is_some() && !is_symbol(part)))
}
