//! Trigonometric and hyperbolic functions and their inverses.

use dashu_int::IBig;
use dashu_ratio::RBig;
use triomphe::Arc;

use super::super::arithmetic::{negative, plus, times};
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::precise::{self, Precise};
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Call, Value, fixed};

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

macro_rules! function {
    ($name:ident, $machine:expr, $precise:expr, $rules:literal, $usage:literal, $examples:expr $(,)?) => {
        builtin(
            stringify!($name),
            NUMERIC,
            |s, c| {
                let kind = Kind {
                    symbol: sym::$name,
                    machine: $machine,
                    precise: $precise,
                    rules: $rules,
                };
                apply(s, c, &kind)
            },
            $usage,
            $examples,
        )
    };
}

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    function!(
        Sin,
        |x| Some(x.sin()),
        |z| z[0].sin(),
        "{Sin[ArcSin[x_]] :> x, Sin[ArcCos[x_]] :> Sqrt[1 - x^2], Sin[ArcTan[x_]] :> x/Sqrt[1 + x^2], Sin[ArcCot[x_]] :> 1/(Sqrt[1 + 1/x^2] x), Sin[ArcSec[x_]] :> Sqrt[1 - 1/x^2], Sin[ArcCsc[x_]] :> 1/x, Sin[ArcTan[x_, y_]] :> y/Sqrt[x^2 + y^2], Sin[Infinity | -Infinity] :> Interval[{-1, 1}], Sin[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Sin[x] is the sine of x.",
        &[
            ("Sin[0]", "0"),
            ("Sin[Pi/6]", "1/2"),
            ("Sin[x + Pi]", "-Sin[x]"),
            ("Sin[I]", "I*Sinh[1]")
        ],
    ),
    function!(
        Cos,
        |x| Some(x.cos()),
        |z| z[0].cos(),
        "{Cos[ArcCos[x_]] :> x, Cos[ArcSin[x_]] :> Sqrt[1 - x^2], Cos[ArcTan[x_]] :> 1/Sqrt[1 + x^2], Cos[ArcCot[x_]] :> 1/Sqrt[1 + 1/x^2], Cos[ArcSec[x_]] :> 1/x, Cos[ArcCsc[x_]] :> Sqrt[1 - 1/x^2], Cos[ArcTan[x_, y_]] :> x/Sqrt[x^2 + y^2], Cos[Infinity | -Infinity] :> Interval[{-1, 1}], Cos[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Cos[x] is the cosine of x.",
        &[("Cos[0]", "1"), ("Cos[-x]", "Cos[x]"), ("Cos[Pi/5]", "(1 + Sqrt[5])/4")],
    ),
    function!(
        Tan,
        |x| Some(x.tan()),
        |z| z[0].sin_cos().and_then(|(s, c)| s.div(&c)),
        "{Tan[ArcTan[x_]] :> x, Tan[ArcSin[x_]] :> x/Sqrt[1 - x^2], Tan[ArcCos[x_]] :> Sqrt[1 - x^2]/x, Tan[ArcCot[x_]] :> 1/x, Tan[ArcSec[x_]] :> Sqrt[1 - 1/x^2] x, Tan[ArcCsc[x_]] :> 1/(Sqrt[1 - 1/x^2] x), Tan[ArcTan[x_, y_]] :> y/x, Tan[ComplexInfinity | Indeterminate | Infinity | -Infinity] :> Indeterminate}",
        "Tan[x] is the tangent of x.",
        &[("Tan[0]", "0"), ("Tan[Pi/4]", "1"), ("Tan[Pi/2]", "ComplexInfinity")],
    ),
    function!(
        Cot,
        |x| Some(1.0 / x.tan()),
        |z| z[0].sin_cos().and_then(|(s, c)| c.div(&s)),
        "{Cot[ArcCot[x_]] :> x, Cot[ArcTan[x_]] :> 1/x, Cot[ArcSin[x_]] :> Sqrt[1 - x^2]/x, Cot[ArcCos[x_]] :> x/Sqrt[1 - x^2], Cot[ComplexInfinity | Indeterminate | Infinity | -Infinity] :> Indeterminate}",
        "Cot[x] is the cotangent of x.",
        &[("Cot[Pi/4]", "1"), ("Cot[0]", "ComplexInfinity")],
    ),
    function!(
        Sec,
        |x| Some(1.0 / x.cos()),
        |z| z[0].cos()?.inv(),
        "{Sec[ArcSec[x_]] :> x, Sec[ArcCos[x_]] :> 1/x, Sec[ArcSin[x_]] :> 1/Sqrt[1 - x^2], Sec[ArcTan[x_]] :> Sqrt[1 + x^2], Sec[ComplexInfinity | Indeterminate | Infinity | -Infinity] :> Indeterminate}",
        "Sec[x] is the secant of x, 1/Cos[x].",
        &[("Sec[0]", "1"), ("Sec[Pi/3]", "2")],
    ),
    function!(
        Csc,
        |x| Some(1.0 / x.sin()),
        |z| z[0].sin()?.inv(),
        "{Csc[ArcCsc[x_]] :> x, Csc[ArcSin[x_]] :> 1/x, Csc[ArcCos[x_]] :> 1/Sqrt[1 - x^2], Csc[ArcTan[x_]] :> Sqrt[1 + x^2]/x, Csc[ComplexInfinity | Indeterminate | Infinity | -Infinity] :> Indeterminate}",
        "Csc[x] is the cosecant of x, 1/Sin[x].",
        &[("Csc[Pi/6]", "2"), ("Csc[0]", "ComplexInfinity")],
    ),
    function!(
        Sinh,
        |x| Some(x.sinh()),
        |z| z[0].sinh_cosh().map(|(s, _)| s),
        "{Sinh[0] :> 0, Sinh[ArcSinh[x_]] :> x, Sinh[ArcCosh[x_]] :> Sqrt[(x - 1)/(x + 1)] (x + 1), Sinh[ArcTanh[x_]] :> x/Sqrt[1 - x^2], Sinh[Infinity] :> Infinity, Sinh[-Infinity] :> -Infinity, Sinh[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Sinh[x] is the hyperbolic sine of x.",
        &[("Sinh[0]", "0"), ("Sinh[-x]", "-Sinh[x]"), ("Sinh[I x]", "I*Sin[x]")],
    ),
    function!(
        Cosh,
        |x| Some(x.cosh()),
        |z| z[0].sinh_cosh().map(|(_, c)| c),
        "{Cosh[0] :> 1, Cosh[ArcCosh[x_]] :> x, Cosh[ArcSinh[x_]] :> Sqrt[1 + x^2], Cosh[ArcTanh[x_]] :> 1/Sqrt[1 - x^2], Cosh[Infinity | -Infinity] :> Infinity, Cosh[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Cosh[x] is the hyperbolic cosine of x.",
        &[("Cosh[0]", "1"), ("Cosh[-x]", "Cosh[x]")],
    ),
    function!(
        Tanh,
        |x| Some(x.tanh()),
        |z| z[0].sinh_cosh().and_then(|(s, c)| s.div(&c)),
        "{Tanh[0] :> 0, Tanh[ArcTanh[x_]] :> x, Tanh[ArcSinh[x_]] :> x/Sqrt[1 + x^2], Tanh[ArcCosh[x_]] :> Sqrt[(x - 1)/(x + 1)] (x + 1)/x, Tanh[Infinity] :> 1, Tanh[-Infinity] :> -1, Tanh[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Tanh[x] is the hyperbolic tangent of x.",
        &[("Tanh[0]", "0"), ("Tanh[-x]", "-Tanh[x]")],
    ),
    function!(
        Coth,
        |x| Some(1.0 / x.tanh()),
        |z| z[0].sinh_cosh().and_then(|(s, c)| c.div(&s)),
        "{Coth[ArcCoth[x_]] :> x, Coth[Infinity] :> 1, Coth[-Infinity] :> -1, Coth[0] :> ComplexInfinity, Coth[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Coth[x] is the hyperbolic cotangent of x.",
        &[("Coth[0]", "ComplexInfinity"), ("Coth[-x]", "-Coth[x]")],
    ),
    function!(
        Sech,
        |x| Some(1.0 / x.cosh()),
        |z| z[0].sinh_cosh()?.1.inv(),
        "{Sech[ArcSech[x_]] :> x, Sech[0] :> 1, Sech[Infinity | -Infinity] :> 0, Sech[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Sech[x] is the hyperbolic secant of x, 1/Cosh[x].",
        &[("Sech[0]", "1"), ("Sech[-x]", "Sech[x]")],
    ),
    function!(
        Csch,
        |x| Some(1.0 / x.sinh()),
        |z| z[0].sinh_cosh()?.0.inv(),
        "{Csch[ArcCsch[x_]] :> x, Csch[0] :> ComplexInfinity, Csch[Infinity | -Infinity] :> 0, Csch[ComplexInfinity | Indeterminate] :> Indeterminate}",
        "Csch[x] is the hyperbolic cosecant of x, 1/Sinh[x].",
        &[("Csch[0]", "ComplexInfinity"), ("Csch[-x]", "-Csch[x]")],
    ),
    function!(
        ArcSin,
        |x| (x.abs() <= 1.0).then(|| x.asin()),
        |z| z[0].asin(),
        "{ArcSin[0] :> 0, ArcSin[1] :> Pi/2, ArcSin[1/2] :> Pi/6, ArcSin[1/Sqrt[2]] :> Pi/4, ArcSin[Sqrt[3]/2] :> Pi/3, ArcSin[(Sqrt[3] - 1)/(2 Sqrt[2])] :> Pi/12, ArcSin[(1 + Sqrt[3])/(2 Sqrt[2])] :> 5 Pi/12, ArcSin[(Sqrt[5] - 1)/4] :> Pi/10, ArcSin[(1 + Sqrt[5])/4] :> 3 Pi/10, ArcSin[Infinity] :> -I Infinity, ArcSin[-Infinity] :> I Infinity, ArcSin[ComplexInfinity] :> ComplexInfinity}",
        "ArcSin[x] is the angle from -Pi/2 to Pi/2 whose sine is x.",
        &[("ArcSin[1]", "Pi/2"), ("ArcSin[-1/2]", "-(Pi/6)")],
    ),
    function!(
        ArcCos,
        |x| (x.abs() <= 1.0).then(|| x.acos()),
        |z| z[0].acos(),
        "{ArcCos[0] :> Pi/2, ArcCos[1] :> 0, ArcCos[-1] :> Pi, ArcCos[1/2] :> Pi/3, ArcCos[-1/2] :> 2 Pi/3, ArcCos[1/Sqrt[2]] :> Pi/4, ArcCos[-1/Sqrt[2]] :> 3 Pi/4, ArcCos[Sqrt[3]/2] :> Pi/6, ArcCos[-Sqrt[3]/2] :> 5 Pi/6, ArcCos[(1 + Sqrt[3])/(2 Sqrt[2])] :> Pi/12, ArcCos[(Sqrt[3] - 1)/(2 Sqrt[2])] :> 5 Pi/12, ArcCos[(1 + Sqrt[5])/4] :> Pi/5, ArcCos[(Sqrt[5] - 1)/4] :> 2 Pi/5, ArcCos[Infinity] :> I Infinity, ArcCos[-Infinity] :> -I Infinity, ArcCos[ComplexInfinity] :> ComplexInfinity}",
        "ArcCos[x] is the angle from 0 to Pi whose cosine is x.",
        &[("ArcCos[0]", "Pi/2"), ("ArcCos[-1]", "Pi")],
    ),
    builtin(
        "ArcTan",
        NUMERIC,
        arc_tan,
        "ArcTan[x] is the angle from -Pi/2 to Pi/2 whose tangent is x; ArcTan[x, y] the angle of \
         the point {x, y}.",
        &[("ArcTan[1]", "Pi/4"), ("ArcTan[0]", "0"), ("ArcTan[-1, 1]", "(3*Pi)/4")],
    ),
    function!(
        ArcCot,
        |x| (x != 0.0).then(|| (1.0 / x).atan()),
        |z| if z[0].is_zero() {
            Some(Precise::pi(z[0].bits()).over(2))
        } else {
            z[0].inv()?.atan()
        },
        "{ArcCot[0] :> Pi/2, ArcCot[1] :> Pi/4, ArcCot[Sqrt[3]] :> Pi/6, ArcCot[1/Sqrt[3]] :> Pi/3, ArcCot[Infinity | -Infinity | ComplexInfinity] :> 0, ArcCot[I] :> -I Infinity}",
        "ArcCot[x] is the angle whose cotangent is x.",
        &[("ArcCot[1]", "Pi/4"), ("ArcCot[0]", "Pi/2")],
    ),
    function!(
        ArcSec,
        |x| (x.abs() >= 1.0).then(|| (1.0 / x).acos()),
        |z| z[0].inv()?.acos(),
        "{ArcSec[0] :> ComplexInfinity, ArcSec[1] :> 0, ArcSec[-1] :> Pi, ArcSec[2] :> Pi/3, ArcSec[-2] :> 2 Pi/3, ArcSec[Sqrt[2]] :> Pi/4, ArcSec[2/Sqrt[3]] :> Pi/6, ArcSec[Infinity | -Infinity | ComplexInfinity] :> Pi/2}",
        "ArcSec[x] is the angle whose secant is x.",
        &[("ArcSec[1]", "0"), ("ArcSec[-1]", "Pi")],
    ),
    function!(
        ArcCsc,
        |x| (x.abs() >= 1.0).then(|| (1.0 / x).asin()),
        |z| z[0].inv()?.asin(),
        "{ArcCsc[0] :> ComplexInfinity, ArcCsc[1] :> Pi/2, ArcCsc[2] :> Pi/6, ArcCsc[Sqrt[2]] :> Pi/4, ArcCsc[2/Sqrt[3]] :> Pi/3, ArcCsc[Infinity | -Infinity | ComplexInfinity] :> 0}",
        "ArcCsc[x] is the angle whose cosecant is x.",
        &[("ArcCsc[1]", "Pi/2"), ("ArcCsc[-1]", "-(Pi/2)")],
    ),
    function!(
        ArcSinh,
        |x| Some(x.asinh()),
        |z| z[0].asinh(),
        "{ArcSinh[0] :> 0, ArcSinh[Infinity] :> Infinity, ArcSinh[-Infinity] :> -Infinity, ArcSinh[ComplexInfinity] :> ComplexInfinity}",
        "ArcSinh[x] is the number whose hyperbolic sine is x.",
        &[("ArcSinh[0]", "0"), ("ArcSinh[I] == I Pi/2", "True")],
    ),
    function!(
        ArcCosh,
        |x| (x >= 1.0).then(|| x.acosh()),
        |z| z[0].acosh(),
        "{ArcCosh[0] :> I Pi/2, ArcCosh[1] :> 0, ArcCosh[-1] :> I Pi, ArcCosh[1/2] :> I Pi/3, ArcCosh[-1/2] :> 2 I Pi/3, ArcCosh[Infinity | -Infinity | ComplexInfinity] :> Infinity}",
        "ArcCosh[x] is the number whose hyperbolic cosine is x.",
        &[("ArcCosh[1]", "0"), ("ArcCosh[0] == I Pi/2", "True")],
    ),
    function!(
        ArcTanh,
        |x| (x.abs() < 1.0).then(|| x.atanh()),
        |z| z[0].atanh(),
        "{ArcTanh[0] :> 0, ArcTanh[1] :> Infinity, ArcTanh[Infinity] :> -I Pi/2, ArcTanh[-Infinity] :> I Pi/2}",
        "ArcTanh[x] is the number whose hyperbolic tangent is x.",
        &[("ArcTanh[0]", "0"), ("ArcTanh[1]", "Infinity")],
    ),
    function!(
        ArcCoth,
        |x| (x.abs() > 1.0).then(|| (1.0 / x).atanh()),
        |z| match z[0].is_zero() {
            true => Some(Precise::pi(z[0].bits()).over(2).times_i()),
            false => z[0].inv()?.atanh(),
        },
        "{ArcCoth[0] :> I Pi/2, ArcCoth[1] :> Infinity, ArcCoth[Infinity | -Infinity | ComplexInfinity] :> 0}",
        "ArcCoth[x] is the number whose hyperbolic cotangent is x.",
        &[("ArcCoth[1]", "Infinity"), ("ArcCoth[0] == I Pi/2", "True")],
    ),
    function!(
        ArcSech,
        |x| (0.0 < x && x <= 1.0).then(|| (1.0 / x).acosh()),
        |z| z[0].inv()?.acosh(),
        "{ArcSech[0] :> Infinity, ArcSech[1] :> 0, ArcSech[-1] :> I Pi, ArcSech[2] :> I Pi/3, ArcSech[Infinity | -Infinity] :> I Pi/2}",
        "ArcSech[x] is the number whose hyperbolic secant is x.",
        &[("ArcSech[1]", "0"), ("ArcSech[0]", "Infinity")],
    ),
    function!(
        ArcCsch,
        |x| (x != 0.0).then(|| (1.0 / x).asinh()),
        |z| z[0].inv()?.asinh(),
        "{ArcCsch[0] :> ComplexInfinity, ArcCsch[Infinity | -Infinity | ComplexInfinity] :> 0}",
        "ArcCsch[x] is the number whose hyperbolic cosecant is x.",
        &[("ArcCsch[0]", "ComplexInfinity"), ("ArcCsch[-x]", "-ArcCsch[x]")],
    ),
    written!(
        "Haversine",
        NUMERIC,
        "{Haversine[z_] :> (1 - Cos[z])/2}",
        "Haversine[z] is (1 - Cos[z])/2.",
        &[("Haversine[Pi]", "1"), ("Haversine[0]", "0")],
    ),
    written!(
        "InverseHaversine",
        NUMERIC,
        "{InverseHaversine[z_] :> 2 ArcSin[Sqrt[z]]}",
        "InverseHaversine[z] is the angle whose haversine is z.",
        &[("InverseHaversine[1]", "Pi"), ("InverseHaversine[0]", "0")],
    ),
    written!(
        "Gudermannian",
        NUMERIC,
        "{Gudermannian[z_] :> 2 ArcTan[Tanh[z/2]] /; NumberQ[z] || z === 0, Gudermannian[Infinity] :> Pi/2, Gudermannian[-Infinity] :> -Pi/2}",
        "Gudermannian[z] is 2 ArcTan[Tanh[z/2]].",
        &[("Gudermannian[0]", "0"), ("Gudermannian[Infinity]", "Pi/2")],
    ),
    written!(
        "InverseGudermannian",
        NUMERIC,
        "{InverseGudermannian[z_] :> 2 ArcTanh[Tan[z/2]] /; NumberQ[z] || z === 0}",
        "InverseGudermannian[z] is the number whose Gudermannian is z.",
        &[("InverseGudermannian[0]", "0"), ("InverseGudermannian[x]", "InverseGudermannian[x]")],
    ),
    written!(
        "Sinc",
        NUMERIC,
        "{Sinc[0] :> 1, Sinc[z_] /; NumberQ[z] && z == 0 :> 1. , Sinc[z_] /; NumericQ[z] && (InexactNumberQ[z] || FreeQ[Sin[z], Sin]) :> Sin[z]/z, Sinc[-z_] :> Sinc[z], Sinc[Infinity | -Infinity] :> 0}",
        "Sinc[z] is Sin[z]/z, and 1 at 0.",
        &[("Sinc[0]", "1"), ("Sinc[Pi/2]", "2/Pi")],
    ),
    written!(
        "LogisticSigmoid",
        NUMERIC,
        "{LogisticSigmoid[0] :> 1/2, LogisticSigmoid[Infinity] :> 1, LogisticSigmoid[-Infinity] :> 0, LogisticSigmoid[z_?InexactNumberQ] :> 1/(1 + Exp[-z])}",
        "LogisticSigmoid[z] is 1/(1 + Exp[-z]).",
        &[("LogisticSigmoid[0]", "1/2"), ("LogisticSigmoid[Infinity]", "1")],
    ),
];

/// What is known of a function.
struct Kind {
    symbol: Symbol,
    /// Its value at a machine number; `None` if that is not real.
    machine: fn(f64) -> Option<f64>,
    precise: precise::Function,
    rules: &'static str,
}

fn apply(session: &mut Session, call: &mut Arc<Call>, kind: &Kind) -> Evaluated<Step> {
    let Some([x]) = fixed(call) else {
        session.wrong_count(kind.symbol, call.args().len(), 1, 1);
        return Ok(Step::Same);
    };
    if let Value::Real(x) = x
        && let Some(value) = (kind.machine)(*x)
        && value.is_finite()
    {
        return Ok(Step::Done(Value::Real(value)));
    }
    if x.is_number() && !number::is_exact(x) {
        let value = precise::evaluate(kind.precise, std::slice::from_ref(x));
        return Ok(value.map_or_else(|| pole(x), Step::Done));
    }
    if let Some(step) = reflected(kind.symbol, x) {
        return Ok(step);
    }
    let is_plain = match x {
        Value::Symbol(symbol) => {
            let special =
                [sym::Infinity, sym::ComplexInfinity, sym::Indeterminate, sym::Pi, sym::Degree];
            !special.contains(symbol)
        }
        Value::Temporary(_) | Value::String(_) => true,
        _ => false,
    };
    if is_plain {
        return Ok(Step::Same);
    }
    if is_circular(kind.symbol) {
        if let Some(step) = at_multiple_of_pi(session, kind.symbol, x) {
            return Ok(step);
        }
        if let Some(step) = shifted(kind.symbol, x) {
            return Ok(step);
        }
    }
    session.by_rules(call, kind.rules)
}

fn pole(x: &Value) -> Step {
    match number::is_zero(x) {
        true => Step::Done(Value::Symbol(sym::ComplexInfinity)),
        false => Step::Same,
    }
}

fn is_circular(symbol: Symbol) -> bool {
    matches!(symbol, sym::Sin | sym::Cos | sym::Tan | sym::Cot | sym::Sec | sym::Csc)
}

fn is_even(symbol: Symbol) -> bool {
    matches!(symbol, sym::Cos | sym::Sec | sym::Cosh | sym::Sech)
}

/// The function at an imaginary argument: f(i x) is this function of x times a power of i.
fn on_imaginary(symbol: Symbol) -> Option<(Symbol, i64)> {
    Some(match symbol {
        sym::Sin => (sym::Sinh, 1),
        sym::Cos => (sym::Cosh, 0),
        sym::Tan => (sym::Tanh, 1),
        sym::Cot => (sym::Coth, -1),
        sym::Sec => (sym::Sech, 0),
        sym::Csc => (sym::Csch, -1),
        sym::Sinh => (sym::Sin, 1),
        sym::Cosh => (sym::Cos, 0),
        sym::Tanh => (sym::Tan, 1),
        sym::Coth => (sym::Cot, -1),
        sym::Sech => (sym::Sec, 0),
        sym::Csch => (sym::Csc, -1),
        sym::ArcSin => (sym::ArcSinh, 1),
        sym::ArcTan => (sym::ArcTanh, 1),
        sym::ArcCot => (sym::ArcCoth, -1),
        sym::ArcCsc => (sym::ArcCsch, -1),
        sym::ArcSinh => (sym::ArcSin, 1),
        sym::ArcTanh => (sym::ArcTan, 1),
        sym::ArcCoth => (sym::ArcCot, -1),
        sym::ArcCsch => (sym::ArcCsc, -1),
        _ => return None,
    })
}

/// Takes a sign or the imaginary unit out of the argument.
fn reflected(symbol: Symbol, x: &Value) -> Option<Step> {
    let of = |symbol: Symbol, x: Value| Value::call(symbol, [x].as_slice());
    let keeps_sign = matches!(symbol, sym::ArcCos | sym::ArcSec | sym::ArcCosh | sym::ArcSech);
    if !keeps_sign && let Some(positive) = super::without_sign(x) {
        let inner = of(symbol, positive);
        return Some(Step::Again(if is_even(symbol) { inner } else { negative(inner) }));
    }
    let (other, power) = on_imaginary(symbol)?;
    let rest = match x {
        Value::Complex(z) if matches!(z.re, Value::Integer(0)) => z.im.clone(),
        Value::Call(call) if call.is(sym::Times) => match call.args() {
            [Value::Complex(z), rest @ ..] if matches!(z.re, Value::Integer(0)) => {
                let mut factors: Args = [z.im.clone()].as_slice().into();
                factors.extend(rest.iter().cloned());
                times(factors)
            }
            _ => return None,
        },
        _ => return None,
    };
    let value = of(other, rest);
    Some(Step::Again(match power {
        0 => value,
        1 => times([Value::i(), value]),
        _ => times([number::negate(&Value::i()), value]),
    }))
}

/// Returns q of q Pi.
fn pi_multiple(x: &Value) -> Option<RBig> {
    match x {
        Value::Symbol(sym::Pi) => Some(RBig::ONE),
        Value::Integer(0) => Some(RBig::ZERO),
        Value::Call(call) => match call.args() {
            [q, Value::Symbol(sym::Pi)] if call.is(sym::Times) => number::rational(q),
            // 30 Degree
            [q, Value::Symbol(sym::Degree)] if call.is(sym::Times) => {
                number::rational(q).map(|q| q / RBig::from(180))
            }
            _ => None,
        },
        Value::Symbol(sym::Degree) => Some(RBig::ONE / RBig::from(180)),
        _ => None,
    }
}

/// The function of the complementary angle.
fn complement(symbol: Symbol) -> Symbol {
    match symbol {
        sym::Sin => sym::Cos,
        sym::Cos => sym::Sin,
        sym::Tan => sym::Cot,
        sym::Cot => sym::Tan,
        sym::Sec => sym::Csc,
        _ => sym::Sec,
    }
}

/// Returns how f(x + k Pi/2), 0 <= k < 4, is a function of x, with its sign.
fn turned(symbol: Symbol, quarter: i64) -> (Symbol, i64) {
    let sine = |k: i64| match k {
        0 => (sym::Sin, 1),
        1 => (sym::Cos, 1),
        2 => (sym::Sin, -1),
        _ => (sym::Cos, -1),
    };
    let inverse = |(symbol, sign)| (if symbol == sym::Sin { sym::Csc } else { sym::Sec }, sign);
    match symbol {
        sym::Sin => sine(quarter),
        sym::Cos => sine((quarter + 1) % 4),
        sym::Csc => inverse(sine(quarter)),
        sym::Sec => inverse(sine((quarter + 1) % 4)),
        _ if quarter % 2 == 0 => (symbol, 1),
        _ => (complement(symbol), -1),
    }
}

/// Exact values at multiples of Pi/12 and Pi/10 up to Pi/4, and others brought below Pi/4.
fn at_multiple_of_pi(session: &mut Session, symbol: Symbol, x: &Value) -> Option<Step> {
    let turns = pi_multiple(x)?;
    let (mut rest, mut sign, mut of) = (turns.clone(), 1, symbol);
    let quarters = (&rest * RBig::from(2)).floor();
    rest -= RBig::from(quarters.clone()) / RBig::from(2);
    let quarter =
        i64::try_from(((quarters % IBig::from(4)) + IBig::from(4)) % IBig::from(4)).ok()?;
    let (other, turn) = turned(of, quarter);
    (of, sign) = (other, sign * turn);
    if rest > RBig::from_parts(IBig::ONE, 4u8.into()) {
        rest = RBig::from_parts(IBig::ONE, 2u8.into()) - rest;
        of = complement(of);
    }
    let signed = |value: Value| if sign < 0 { negative(value) } else { value };
    if let Some(value) = known_value(session, of, &rest) {
        return Some(Step::Again(signed(value)));
    }
    if of == symbol && rest == turns {
        return None;
    }
    // An angle in degrees stays one.
    let in_degrees = matches!(x, Value::Symbol(sym::Degree))
        || x.args_of(sym::Times).is_some_and(|args| args.iter().any(|arg| arg.is(sym::Degree)));
    let angle = match in_degrees {
        true => times([Value::from(rest * RBig::from(180)), Value::Symbol(sym::Degree)]),
        false => times([Value::from(rest), Value::Symbol(sym::Pi)]),
    };
    Some(Step::Again(signed(Value::call(of, [angle].as_slice()))))
}

const KNOWN: &str = "{Sin[0] :> 0, Sin[1/12] :> (Sqrt[3] - 1)/(2 Sqrt[2]), Sin[1/10] :> (Sqrt[5] - 1)/4, Sin[1/6] :> 1/2, Sin[1/5] :> Sqrt[5/8 - Sqrt[5]/8], Sin[1/4] :> 1/Sqrt[2], Cos[0] :> 1, Cos[1/12] :> (1 + Sqrt[3])/(2 Sqrt[2]), Cos[1/10] :> Sqrt[5/8 + Sqrt[5]/8], Cos[1/6] :> Sqrt[3]/2, Cos[1/5] :> (1 + Sqrt[5])/4, Cos[1/4] :> 1/Sqrt[2], Tan[0] :> 0, Tan[1/12] :> 2 - Sqrt[3], Tan[1/10] :> Sqrt[1 - 2/Sqrt[5]], Tan[1/6] :> 1/Sqrt[3], Tan[1/5] :> Sqrt[5 - 2 Sqrt[5]], Tan[1/4] :> 1, Cot[0] :> ComplexInfinity, Cot[1/12] :> 2 + Sqrt[3], Cot[1/10] :> Sqrt[5 + 2 Sqrt[5]], Cot[1/6] :> Sqrt[3], Cot[1/5] :> Sqrt[1 + 2/Sqrt[5]], Cot[1/4] :> 1, Sec[0] :> 1, Sec[1/12] :> Sqrt[2] (Sqrt[3] - 1), Sec[1/10] :> Sqrt[2 - 2/Sqrt[5]], Sec[1/6] :> 2/Sqrt[3], Sec[1/5] :> Sqrt[5] - 1, Sec[1/4] :> Sqrt[2], Csc[0] :> ComplexInfinity, Csc[1/12] :> Sqrt[2] (1 + Sqrt[3]), Csc[1/10] :> 1 + Sqrt[5], Csc[1/6] :> 2, Csc[1/5] :> Sqrt[2 + 2/Sqrt[5]], Csc[1/4] :> Sqrt[2]}";

fn known_value(session: &mut Session, symbol: Symbol, turns: &RBig) -> Option<Value> {
    let bottom = u8::try_from(turns.denominator()).ok()?;
    if !matches!(bottom, 1 | 4 | 5 | 6 | 10 | 12) {
        return None;
    }
    let call = Arc::new(Call::new(symbol, [Value::from(turns.clone())].as_slice()));
    match session.by_rules(&call, KNOWN) {
        Ok(Step::Again(value)) => Some(value),
        _ => None,
    }
}

/// Takes multiples of Pi/2 out of a sum.
fn shifted(symbol: Symbol, x: &Value) -> Option<Step> {
    let terms = x.args_of(sym::Plus)?;
    let two = RBig::from(2);
    let found = terms.iter().enumerate().find_map(|(place, term)| {
        let halves = pi_multiple(term)? * &two;
        halves.is_int().then(|| (place, halves.numerator().clone()))
    });
    let (place, halves) = found?;
    let quarter = i64::try_from(((halves % IBig::from(4)) + IBig::from(4)) % IBig::from(4)).ok()?;
    let mut rest = Args::from(terms);
    rest.remove(place);
    let (other, sign) = turned(symbol, quarter);
    let value = Value::call(other, [plus(rest)].as_slice());
    Some(Step::Again(if sign < 0 { negative(value) } else { value }))
}

fn arc_tan(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let kind = Kind {
        symbol: sym::ArcTan,
        machine: |x| Some(x.atan()),
        precise: |z| z[0].atan(),
        rules: "{ArcTan[1] :> Pi/4, ArcTan[Sqrt[3]] :> Pi/3, ArcTan[1/Sqrt[3]] :> Pi/6, ArcTan[2 - Sqrt[3]] :> Pi/12, ArcTan[2 + Sqrt[3]] :> 5 Pi/12, ArcTan[Sqrt[5 - 2 Sqrt[5]]] :> Pi/5, ArcTan[0] :> 0, ArcTan[Infinity] :> Pi/2, ArcTan[-Infinity] :> -Pi/2, ArcTan[ComplexInfinity | Indeterminate] :> Indeterminate}",
    };
    let [x, y] = call.args() else { return apply(session, call, &kind) };
    if x.is_number() && y.is_number() && !(number::is_exact(x) && number::is_exact(y)) {
        if let (Some(a), Some(b)) = (number::to_f64(x), number::to_f64(y))
            && (precise::is_machine(x) || precise::is_machine(y))
        {
            return Ok(Step::Done(Value::Real(b.atan2(a))));
        }
        // -i log((x + i y)/sqrt(x^2 + y^2))
        let angle: precise::Function = |z| {
            if z[0].is_real() && z[1].is_real() {
                return Some(z[0].add(&z[1].times_i()).arg());
            }
            let size = z[0].square().add(&z[1].square()).sqrt();
            Some(z[0].add(&z[1].times_i()).div(&size)?.ln()?.times_i().neg())
        };
        let value = precise::evaluate(angle, &[x.clone(), y.clone()]);
        return Ok(value.map_or(Step::Same, Step::Done));
    }
    session.by_rules(call, "{ArcTan[0, 0] :> Indeterminate, ArcTan[x_, y_] /; NumericQ[x] && NumericQ[y] && x > 0 :> ArcTan[y/x],
        ArcTan[0, y_] /; NumericQ[y] && y > 0 :> Pi/2, ArcTan[0, y_] /; NumericQ[y] && y < 0 :> -Pi/2,
        ArcTan[x_, y_] /; NumericQ[x] && NumericQ[y] && x < 0 && y >= 0 :> ArcTan[y/x] + Pi,
        ArcTan[x_, y_] /; NumericQ[x] && NumericQ[y] && x < 0 && y < 0 :> ArcTan[y/x] - Pi,
        ArcTan[Infinity, _?NumericQ] :> 0, ArcTan[-Infinity, y_?NumericQ] /; y >= 0 :> Pi}")
}
