//! Equations: solving them exactly and numerically, roots of polynomials.

mod command;
mod exact_minimum;
mod find_root;
mod integer;
mod inverse;
mod lambert;
mod minimum;
mod modular;
mod nsolve;
pub(crate) mod numeric;
mod objective;
pub(crate) mod polynomial;
pub(crate) mod radicals;
mod reduce;
mod root_object;
mod root_reduce;
mod system;
mod trig;
mod univariate;

use triomphe::Arc;

use super::{Builtin, builtin, forms};
use minimum::{Asked, Wanted};

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
    builtin(
        "NSolve",
        Attributes::NONE,
        nsolve::nsolve,
        "NSolve[eqns, x] is a list of numerical solutions; NSolve[eqns, {x, y}, dom] of several \
         unknowns within a domain; NSolve[eqns, x, n] to n digits.",
        &[
            ("NSolve[x^2 - 3 x + 2 == 0, x]", "{{x -> 1.}, {x -> 2.}}"),
            ("NSolve[x^2 + 1 == 0, x, Reals]", "{}"),
        ],
    ),
    builtin(
        "Roots",
        Attributes::NONE,
        |s, c| nsolve::roots(s, c, false),
        "Roots[p == q, x] is the disjunction of x == r for the roots r of a polynomial equation.",
        &[("Roots[x^2 == 4, x]", "x == -2 || x == 2"), ("Roots[2 x == 6, x]", "x == 3")],
    ),
    builtin(
        "NRoots",
        Attributes::NONE,
        |s, c| nsolve::roots(s, c, true),
        "NRoots[p == q, x] is the disjunction of x == r for the numerical roots r.",
        &[("NRoots[x^2 == 4, x]", "x == -2. || x == 2."), ("NRoots[2 x == 6, x]", "x == 3.")],
    ),
    builtin(
        "ToRules",
        Attributes::NONE,
        |_, c| Ok(nsolve::to_rules(c)),
        "ToRules[x == a || x == b] is the sequence {x -> a}, {x -> b}.",
        &[
            ("{ToRules[x == 1 || x == 2]}", "{{x -> 1}, {x -> 2}}"),
            ("ToRules[x == 1 && y == 2]", "{x -> 1, y -> 2}"),
        ],
    ),
    builtin(
        "Eliminate",
        Attributes::NONE,
        nsolve::eliminate,
        "Eliminate[eqns, x] is what polynomial equations say about the other symbols.",
        &[
            ("Eliminate[{x == 2 t, y == x + t}, {t, x}]", "True"),
            ("Eliminate[{x + y == 3, x - y == 1}, y]", "x == 2"),
        ],
    ),
    builtin(
        "RootReduce",
        Attributes::LISTABLE,
        |s, c| {
            Ok(match c.args() {
                [value] => {
                    let value = value.clone();
                    Step::Done(root_reduce::reduce(s, &value)?)
                }
                _ => Step::Same,
            })
        },
        "RootReduce[e] writes algebraic numbers as fractions, by square roots, or as one Root object.",
        &[("RootReduce[Sqrt[3 + 2 Sqrt[2]]]", "1 + Sqrt[2]"), ("RootReduce[Sqrt[2] Sqrt[8]]", "4")],
    ),
    builtin(
        "SolveAlways",
        Attributes::NONE,
        nsolve::solve_always,
        "SolveAlways[eqns, x] is a list of the values of the other symbols for which polynomial \
         equations hold for all x.",
        &[
            ("SolveAlways[a x + b == 2 x + 3, x]", "{{a -> 2, b -> 3}}"),
            ("SolveAlways[(a - 1) x == 0, x]", "{{a -> 1}}"),
        ],
    ),
    builtin(
        "CountRoots",
        Attributes::NONE,
        nsolve::count_roots,
        "CountRoots[p, x] is the number of real roots of a polynomial; CountRoots[p, {x, a, b}] of \
         those from a to b.",
        &[("CountRoots[x^3 - x, x]", "3"), ("CountRoots[x^2 - 2, {x, 0, 2}]", "1")],
    ),
    builtin(
        "FindRoot",
        Attributes::HOLD_ALL,
        find_root::find_root,
        "FindRoot[f, {x, x0}] searches a root of f near x0, FindRoot[a == b, {x, x0}] a solution; \
         {x, x0, x1} begins with two points; FindRoot[{...}, {x, x0}, {y, y0}] solves a system. \
         Option: WorkingPrecision.",
        &[
            ("FindRoot[x^2 == 4, {x, 1}]", "{x -> 2.}"),
            ("FindRoot[{x + y == 3, x - y == 1}, {{x, 0}, {y, 0}}]", "{x -> 2., y -> 1.}"),
        ],
    ),
    builtin(
        "Reduce",
        Attributes::NONE,
        reduce::reduce,
        "Reduce[statement, x] writes equations and inequalities as x == ..., ranges of x, and \
         connectives of them; Reduce[statement, x, dom] within Reals or Integers.",
        &[("Reduce[x^2 < 4, x]", "-2 < x < 2"), ("Reduce[x^2 == 4 && x > 0, x]", "x == 2")],
    ),
    builtin(
        "FindInstance",
        Attributes::NONE,
        reduce::find_instance,
        "FindInstance[statement, x] is a list with one solution, or none if there is none; \
         FindInstance[statement, {x, y}, dom, n] with up to n in a domain.",
        &[
            ("FindInstance[x^2 == 9 && x > 0, x]", "{{x -> 3}}"),
            ("FindInstance[x^2 < 0, x, Reals]", "{}"),
            (
                "FindInstance[x^2 + y^2 == 25 && x > 0 && y > 0, {x, y}, Integers]",
                "{{x -> 3, y -> 4}}",
            ),
        ],
    ),
];

/// An entry for a function that finds an extremum.
macro_rules! extremum {
    ($name:literal, $find:path, $attributes:expr, $maximum:literal, $wanted:ident, $global:literal,
     $usage:literal, $examples:expr $(,)?) => {
        builtin(
            $name,
            $attributes,
            |s, c| {
                let asked = Asked { maximum: $maximum, wanted: Wanted::$wanted, global: $global };
                $find(s, c, asked)
            },
            $usage,
            $examples,
        )
    };
}

pub(super) const EXTREMA: &[Builtin] = &[
    extremum!(
        "FindMinimum",
        minimum::find,
        Attributes::HOLD_ALL,
        false,
        Both,
        false,
        "FindMinimum[f, {x, x0}] searches a local minimum of f from x0: the value and the place; FindMinimum[{f, constraints}, {x, x0}, ...] where the constraints hold.",
        &[
            ("First[FindMinimum[(x - 2)^2 + 3, {x, 1}]] == 3", "True"),
            ("Round[x /. Last[FindMinimum[(x - 2)^2 + 3, {x, 1}]], 0.001]", "2.")
        ],
    ),
    extremum!(
        "FindMinValue",
        minimum::find,
        Attributes::HOLD_ALL,
        false,
        Value,
        false,
        "FindMinValue[f, {x, x0}] is the local minimum of f that FindMinimum finds.",
        &[("FindMinValue[(x - 2)^2 + 3, {x, 1}] == 3", "True"), ("FindMinValue[5, {x, 1}]", "5.")],
    ),
    extremum!(
        "FindArgMin",
        minimum::find,
        Attributes::HOLD_ALL,
        false,
        Place,
        false,
        "FindArgMin[f, {x, x0}] is where f has the local minimum that FindMinimum finds.",
        &[
            ("Round[FindArgMin[(x - 2)^2 + 3, {x, 1}], 0.001]", "{2.}"),
            ("Round[FindArgMin[(x - 2)^2 + 3, x], 0.001]", "2.")
        ],
    ),
    extremum!(
        "NMinimize",
        minimum::find,
        Attributes::NONE,
        false,
        Both,
        true,
        "NMinimize[f, x] is the global minimum of f, found numerically: the value and the place; NMinimize[{f, constraints}, {x, y}] where the constraints hold.",
        &[
            ("Round[First[NMinimize[(x - 2)^2 + 3, x]], 0.001]", "3."),
            ("Round[x /. Last[NMinimize[(x - 2)^2 + 3, x]], 0.001]", "2.")
        ],
    ),
    extremum!(
        "NMinValue",
        minimum::find,
        Attributes::NONE,
        false,
        Value,
        true,
        "NMinValue[f, x] is the global minimum of f, found numerically.",
        &[
            ("Round[NMinValue[(x - 2)^2 + 3, x], 0.001]", "3."),
            ("Round[NMinValue[(x - 2)^2 + 3 - 1, x], 0.001]", "2.")
        ],
    ),
    extremum!(
        "NArgMin",
        minimum::find,
        Attributes::NONE,
        false,
        Place,
        true,
        "NArgMin[f, x] is where f has its global minimum, found numerically.",
        &[
            ("Round[NArgMin[(x - 2)^2 + 3, x], 0.001]", "2."),
            ("Round[NArgMin[(x - 2)^2 + 3, {x}], 0.001]", "{2.}")
        ],
    ),
    extremum!(
        "Minimize",
        exact_minimum::find,
        Attributes::NONE,
        false,
        Both,
        true,
        "Minimize[f, x] is the exact minimum of f over the reals: the value and the place; Minimize[{f, constraint}, x] where the constraint holds.",
        &[
            ("Minimize[(x - 2)^2 + 3, x]", "{3, {x -> 2}}"),
            ("Minimize[{x^2, 1 <= x <= 2}, x]", "{1, {x -> 1}}")
        ],
    ),
    extremum!(
        "MinValue",
        exact_minimum::find,
        Attributes::NONE,
        false,
        Value,
        true,
        "MinValue[f, x] is the exact minimum of f over the reals.",
        &[("MinValue[(x - 2)^2 + 3, x]", "3"), ("MinValue[{x, 1 <= x <= 2}, x]", "1")],
    ),
    extremum!(
        "ArgMin",
        exact_minimum::find,
        Attributes::NONE,
        false,
        Place,
        true,
        "ArgMin[f, x] is where f has its exact minimum over the reals.",
        &[("ArgMin[(x - 2)^2 + 3, x]", "2"), ("ArgMin[{x, 1 <= x <= 2}, x]", "1")],
    ),
    extremum!(
        "FindMaximum",
        minimum::find,
        Attributes::HOLD_ALL,
        true,
        Both,
        false,
        "FindMaximum[f, {x, x0}] searches a local maximum of f from x0: the value and the place; FindMaximum[{f, constraints}, {x, x0}, ...] where the constraints hold.",
        &[
            ("First[FindMaximum[3 - (x - 2)^2, {x, 1}]] == 3", "True"),
            ("Round[x /. Last[FindMaximum[3 - (x - 2)^2, {x, 1}]], 0.001]", "2.")
        ],
    ),
    extremum!(
        "FindMaxValue",
        minimum::find,
        Attributes::HOLD_ALL,
        true,
        Value,
        false,
        "FindMaxValue[f, {x, x0}] is the local maximum of f that FindMaximum finds.",
        &[("FindMaxValue[3 - (x - 2)^2, {x, 1}] == 3", "True"), ("FindMaxValue[5, {x, 1}]", "5.")],
    ),
    extremum!(
        "FindArgMax",
        minimum::find,
        Attributes::HOLD_ALL,
        true,
        Place,
        false,
        "FindArgMax[f, {x, x0}] is where f has the local maximum that FindMaximum finds.",
        &[
            ("Round[FindArgMax[3 - (x - 2)^2, {x, 1}], 0.001]", "{2.}"),
            ("Round[FindArgMax[3 - (x - 2)^2, x], 0.001]", "2.")
        ],
    ),
    extremum!(
        "NMaximize",
        minimum::find,
        Attributes::NONE,
        true,
        Both,
        true,
        "NMaximize[f, x] is the global maximum of f, found numerically: the value and the place; NMaximize[{f, constraints}, {x, y}] where the constraints hold.",
        &[
            ("Round[First[NMaximize[3 - (x - 2)^2, x]], 0.001]", "3."),
            ("Round[x /. Last[NMaximize[3 - (x - 2)^2, x]], 0.001]", "2.")
        ],
    ),
    extremum!(
        "NMaxValue",
        minimum::find,
        Attributes::NONE,
        true,
        Value,
        true,
        "NMaxValue[f, x] is the global maximum of f, found numerically.",
        &[
            ("Round[NMaxValue[3 - (x - 2)^2, x], 0.001]", "3."),
            ("Round[NMaxValue[3 - (x - 2)^2 - 1, x], 0.001]", "2.")
        ],
    ),
    extremum!(
        "NArgMax",
        minimum::find,
        Attributes::NONE,
        true,
        Place,
        true,
        "NArgMax[f, x] is where f has its global maximum, found numerically.",
        &[
            ("Round[NArgMax[3 - (x - 2)^2, x], 0.001]", "2."),
            ("Round[NArgMax[3 - (x - 2)^2, {x}], 0.001]", "{2.}")
        ],
    ),
    extremum!(
        "Maximize",
        exact_minimum::find,
        Attributes::NONE,
        true,
        Both,
        true,
        "Maximize[f, x] is the exact maximum of f over the reals: the value and the place; Maximize[{f, constraint}, x] where the constraint holds.",
        &[
            ("Maximize[3 - (x - 2)^2, x]", "{3, {x -> 2}}"),
            ("Maximize[{-x^2, 1 <= x <= 2}, x]", "{-1, {x -> 1}}")
        ],
    ),
    extremum!(
        "MaxValue",
        exact_minimum::find,
        Attributes::NONE,
        true,
        Value,
        true,
        "MaxValue[f, x] is the exact maximum of f over the reals.",
        &[("MaxValue[3 - (x - 2)^2, x]", "3"), ("MaxValue[{x, 1 <= x <= 2}, x]", "2")],
    ),
    extremum!(
        "ArgMax",
        exact_minimum::find,
        Attributes::NONE,
        true,
        Place,
        true,
        "ArgMax[f, x] is where f has its exact maximum over the reals.",
        &[("ArgMax[3 - (x - 2)^2, x]", "2"), ("ArgMax[{x, 1 <= x <= 2}, x]", "2")],
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
