//! Trigonometric and hyperbolic functions of formulas: expansion, reduction, exponentials; powers
//! and complex numbers written out.

mod complex;
mod expand;
mod exponential;
mod factor;
mod power;
mod reduce;

use super::forms::{self, of};
use super::{Builtin, builtin};
use crate::builtins::algebra::expand::threaded;
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Call, Value};

pub(super) const TABLE: &[Builtin] = &[
    builtin(
        "TrigToExp",
        Attributes::LISTABLE,
        |s, c| one(s, c, "TrigToExp", exponential::to_exponentials),
        "TrigToExp[e] writes trigonometric and hyperbolic functions and their inverses as exponentials \
         and logarithms.",
        &[("TrigToExp[Cosh[x]] - (E^x + E^-x)/2 // Simplify", "0"), ("TrigToExp[x + 1]", "1 + x")],
    ),
    builtin(
        "ExpToTrig",
        Attributes::LISTABLE,
        |s, c| one(s, c, "ExpToTrig", exponential::from_exponentials),
        "ExpToTrig[e] writes exponentials as trigonometric and hyperbolic functions.",
        &[("ExpToTrig[E^(I x)]", "Cos[x] + I*Sin[x]"), ("ExpToTrig[E^x]", "Cosh[x] + Sinh[x]")],
    ),
    builtin(
        "TrigExpand",
        Attributes::LISTABLE,
        |s, c| one(s, c, "TrigExpand", expand::expand),
        "TrigExpand[e] splits sums and integer multiples in the arguments of trigonometric and \
         hyperbolic functions.",
        &[
            ("TrigExpand[Sin[x + y]]", "Cos[y]*Sin[x] + Cos[x]*Sin[y]"),
            ("TrigExpand[Sin[2 x]]", "2*Cos[x]*Sin[x]"),
        ],
    ),
    builtin(
        "TrigReduce",
        Attributes::LISTABLE,
        |s, c| one(s, c, "TrigReduce", reduce::reduce),
        "TrigReduce[e] writes products and powers of trigonometric and hyperbolic functions as \
         functions of combined arguments.",
        &[
            ("TrigReduce[2 Cos[x]^2]", "1 + Cos[2*x]"),
            ("TrigReduce[2 Cos[x] Cos[y]]", "Cos[x - y] + Cos[x + y]"),
        ],
    ),
    builtin(
        "TrigFactor",
        Attributes::LISTABLE,
        |s, c| one(s, c, "TrigFactor", factor::factor),
        "TrigFactor[e] writes sums of trigonometric and hyperbolic functions as products.",
        &[
            ("TrigFactor[Sin[x] + Sin[y]]", "2*Cos[x/2 - y/2]*Sin[x/2 + y/2]"),
            ("TrigFactor[Sin[x] - Sin[y]]", "2*Cos[x/2 + y/2]*Sin[x/2 - y/2]"),
        ],
    ),
    builtin(
        "ComplexExpand",
        Attributes::NONE,
        complex::complex_expand,
        "ComplexExpand[e] writes e as real and imaginary part, with all variables real; \
         ComplexExpand[e, {z, ...}] with z, ... complex.",
        &[
            ("ComplexExpand[Abs[x + I y]]", "Sqrt[x^2 + y^2]"),
            ("ComplexExpand[Exp[I x]]", "Cos[x] + I*Sin[x]"),
        ],
    ),
    builtin(
        "PowerExpand",
        Attributes::NONE,
        power::power_expand,
        "PowerExpand[e] writes powers of products and of powers, and their logarithms, apart, as is \
         right if the bases are positive and the exponents real; PowerExpand[e, {x, ...}] does so \
         for x, ... only.",
        &[("PowerExpand[Sqrt[x^2]]", "x"), ("PowerExpand[Log[a b]]", "Log[a] + Log[b]")],
    ),
];

/// Applies a transformation of one expression, which is also done inside equations and logic.
fn one(
    session: &mut Session,
    call: &Call,
    name: &str,
    transform: fn(&mut Session, &Value) -> Evaluated,
) -> Evaluated<Step> {
    let [value] = call.args() else {
        session.wrong_count_of(name, call.args().len(), 1, 1);
        return Ok(Step::Same);
    };
    threaded(session, value, &mut |session, part| transform(session, part)).map(Step::Done)
}

/// Returns the function and its argument, if it is one of these functions of one argument.
fn function_of<'a>(value: &'a Value, heads: &[Symbol]) -> Option<(Symbol, &'a Value)> {
    let call = value.as_call()?;
    let head = call.head().as_symbol().filter(|head| heads.contains(head))?;
    match call.args() {
        [arg] => Some((head, arg)),
        _ => None,
    }
}

/// The circular functions and their hyperbolic counterparts.
const CIRCULAR: &[Symbol] = &[sym::Sin, sym::Cos, sym::Tan, sym::Cot, sym::Sec, sym::Csc];
const HYPERBOLIC: &[Symbol] = &[sym::Sinh, sym::Cosh, sym::Tanh, sym::Coth, sym::Sech, sym::Csch];

/// Returns whether a trigonometric or hyperbolic function occurs.
pub(super) fn has_trigonometry(value: &Value) -> bool {
    forms::any_part(value, &|part| {
        function_of(part, CIRCULAR).is_some() || function_of(part, HYPERBOLIC).is_some()
    })
}

/// Writes the tangent, cotangent, secant and cosecant by sine and cosine, also the hyperbolic ones.
pub(super) fn by_sine_and_cosine(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |_, part| {
        let Some((head, x)) = function_of(part, CIRCULAR).or_else(|| function_of(part, HYPERBOLIC))
        else {
            return Ok(None);
        };
        let is_circular = CIRCULAR.contains(&head);
        let (sin, cos) = if is_circular { (sym::Sin, sym::Cos) } else { (sym::Sinh, sym::Cosh) };
        let (sin, cos) = (of(sin, x.clone()), of(cos, x.clone()));
        Ok(match head {
            sym::Tan | sym::Tanh => Some(forms::over(sin, cos)),
            sym::Cot | sym::Coth => Some(forms::over(cos, sin)),
            sym::Sec | sym::Sech => Some(forms::inverse(cos)),
            sym::Csc | sym::Csch => Some(forms::inverse(sin)),
            _ => None,
        })
    })
}
