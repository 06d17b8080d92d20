//! Parts of complex numbers: real and imaginary part, size, angle, sign.

use triomphe::Arc;

use super::super::arithmetic::{half, negative, plus, times, to_the};
use super::super::{Builtin, builtin};
use crate::definition::Attributes;
use crate::evaluate::Step;
use crate::number;
use crate::precise;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value, fixed, grown};

const NUMERIC: Attributes = Attributes::LISTABLE.and(Attributes::NUMERIC_FUNCTION);

pub(in crate::builtins) const TABLE: &[Builtin] = &[
    builtin(
        "Abs",
        NUMERIC,
        abs,
        "Abs[x] is the absolute value of x.",
        &[("Abs[-3]", "3"), ("Abs[3 + 4 I]", "5"), ("Abs[-2 x]", "2*Abs[x]")],
    ),
    written!(
        "RealAbs",
        NUMERIC,
        "{RealAbs[x_?NumericQ] /; x >= 0 :> x, RealAbs[x_?NumericQ] /; x < 0 :> -x}",
        "RealAbs[x] is the absolute value of a real x.",
        &[("RealAbs[-3]", "3"), ("RealAbs[Pi]", "Pi")],
    ),
    builtin(
        "Sign",
        NUMERIC,
        sign,
        "Sign[x] is -1, 0 or 1 as x is negative, 0 or positive; of a complex x it is x/Abs[x].",
        &[("Sign[-2.5]", "-1"), ("Sign[0]", "0"), ("Sign[2 I]", "I")],
    ),
    written!(
        "RealSign",
        NUMERIC,
        "{RealSign[x_?NumericQ] /; x >= 0 :> If[x == 0, 0, 1], RealSign[x_?NumericQ] /; x < 0 :> -1}",
        "RealSign[x] is -1, 0 or 1 as the real x is negative, 0 or positive.",
        &[("RealSign[-3]", "-1"), ("RealSign[0]", "0")],
    ),
    builtin(
        "Re",
        NUMERIC,
        |s, c| part(s, c, Part::Re),
        "Re[z] is the real part of z.",
        &[("Re[1 + 2 I]", "1"), ("Re[3]", "3"), ("Re[Pi + I E]", "Pi")],
    ),
    builtin(
        "Im",
        NUMERIC,
        |s, c| part(s, c, Part::Im),
        "Im[z] is the imaginary part of z.",
        &[("Im[1 + 2 I]", "2"), ("Im[3]", "0"), ("Im[Pi]", "0")],
    ),
    builtin(
        "ReIm",
        NUMERIC,
        |s, c| part(s, c, Part::Both),
        "ReIm[z] is the list of the real and the imaginary part of z.",
        &[("ReIm[1 + 2 I]", "{1, 2}"), ("ReIm[3]", "{3, 0}")],
    ),
    builtin(
        "Arg",
        NUMERIC,
        arg,
        "Arg[z] is the angle of z, from -Pi to Pi.",
        &[("Arg[-3]", "Pi"), ("Arg[1 + I]", "Pi/4"), ("Arg[5]", "0")],
    ),
    written!(
        "AbsArg",
        NUMERIC,
        "{AbsArg[z_?NumericQ] :> {Abs[z], Arg[z]}}",
        "AbsArg[z] is the list of the size and the angle of z.",
        &[("AbsArg[-2]", "{2, Pi}"), ("AbsArg[I]", "{1, Pi/2}")],
    ),
    builtin(
        "Conjugate",
        NUMERIC,
        conjugate,
        "Conjugate[z] is the complex conjugate of z.",
        &[
            ("Conjugate[1 + 2 I]", "1 - 2*I"),
            ("Conjugate[3]", "3"),
            ("Conjugate[a + I]", "-I + Conjugate[a]"),
        ],
    ),
];

/// Parts of rectangular coordinates.
#[derive(Clone, Copy)]
enum Part {
    Re,
    Im,
    Both,
}

/// Returns the real and the imaginary part of a numeric expression by its form; `None` if that
/// does not tell them. They are yet to be evaluated.
fn rectangular(session: &mut Session, of: &Value) -> Evaluated<Option<(Value, Value)>> {
    if of.is_number() {
        return Ok(Some(number::parts(of)));
    }
    if !session.is_numeric(of) {
        return Ok(None);
    }
    if session.machine_value(of)?.is_some() {
        return Ok(Some((of.clone(), Value::Integer(0))));
    }
    let Value::Call(call) = of else { return Ok(None) };
    match call.args() {
        terms if call.is(sym::Plus) => {
            let (mut re, mut im) = (Args::new(), Args::new());
            for term in terms {
                let Some((a, b)) = grown(of.depth(), || rectangular(session, term))? else {
                    return Ok(None);
                };
                re.push(a);
                im.push(b);
            }
            Ok(Some((plus(re), plus(im))))
        }
        factors if call.is(sym::Times) => {
            let mut product = (Value::Integer(1), Value::Integer(0));
            for factor in factors {
                let Some(next) = grown(of.depth(), || rectangular(session, factor))? else {
                    return Ok(None);
                };
                product = multiplied(&product, &next);
            }
            Ok(Some(product))
        }
        [base, Value::Integer(n)] if call.is(sym::Power) && n.unsigned_abs() <= 64 => {
            let Some(base) = rectangular(session, base)? else { return Ok(None) };
            let mut product = (Value::Integer(1), Value::Integer(0));
            for _ in 0..n.unsigned_abs() {
                product = multiplied(&product, &base);
            }
            if *n < 0 {
                let (a, b) = product;
                let size = plus([to_the(a.clone(), 2), to_the(b.clone(), 2)]);
                let over = |x: Value| times([x, to_the(size.clone(), -1)]);
                product = (over(a), negative(over(b)));
            }
            Ok(Some(product))
        }
        [Value::Symbol(sym::E), exponent] if call.is(sym::Power) => {
            let Some((a, b)) = rectangular(session, exponent)? else { return Ok(None) };
            let size = to_the(Value::Symbol(sym::E), a);
            let of = |symbol, b: &Value| Value::call(symbol, [b.clone()].as_slice());
            Ok(Some((times([size.clone(), of(sym::Cos, &b)]), times([size, of(sym::Sin, &b)]))))
        }
        [base, exponent @ Value::Rational(_)] if call.is(sym::Power) && number::is_real(base) => {
            // A negative number to a fraction.
            let angle = times([exponent.clone(), Value::Symbol(sym::Pi)]);
            let size = to_the(number::negate(base), exponent.clone());
            let of = |symbol| Value::call(symbol, [angle.clone()].as_slice());
            Ok(Some((times([size.clone(), of(sym::Cos)]), times([size, of(sym::Sin)]))))
        }
        _ => Ok(None),
    }
}

fn multiplied((a, b): &(Value, Value), (c, d): &(Value, Value)) -> (Value, Value) {
    let of = |x: &Value, y: &Value| times([x.clone(), y.clone()]);
    (plus([of(a, c), negative(of(b, d))]), plus([of(a, d), of(b, c)]))
}

fn part(session: &mut Session, call: &mut Arc<Call>, wanted: Part) -> Evaluated<Step> {
    let Some([z]) = fixed(call) else { return Ok(Step::Same) };
    if let Some((re, im)) = rectangular(session, z)? {
        return Ok(Step::Again(match wanted {
            Part::Re => re,
            Part::Im => im,
            Part::Both => Value::list([re, im]),
        }));
    }
    if let Part::Both = wanted {
        return Ok(Step::Same);
    }
    session.by_rules(call, "{Re[Conjugate[z_]] :> Re[z], Im[Conjugate[z_]] :> -Im[z], Re[x_Abs | x_Re | x_Im | x_Arg] :> x, Im[_Abs | _Re | _Im | _Arg] :> 0,
        Re[Infinity] :> Infinity, Re[-Infinity] :> -Infinity, Im[Infinity | -Infinity] :> 0, (h : Re | Im)[ComplexInfinity | Indeterminate] :> Indeterminate,
        (h : Re | Im)[a_?NumericQ b_] /; Im[a] === 0 :> a h[b], Re[(a : Complex[0, _]) b_] :> -Im[a] Im[b], Im[(a : Complex[0, _]) b_] :> Im[a] Re[b],
        (h : Re | Im)[a_?NumericQ + b_] :> h[a] + h[b]}")
}

fn abs(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([x]) = fixed(call) else { return Ok(Step::Same) };
    if number::is_real(x) {
        return Ok(Step::Done(if number::is_negative(x) { number::negate(x) } else { x.clone() }));
    }
    if let Value::Complex(_) = x
        && !number::is_exact(x)
    {
        let value = precise::evaluate(|z| Some(z[0].abs()), std::slice::from_ref(x));
        return Ok(value.map_or(Step::Same, Step::Done));
    }
    match session.machine_value(x)? {
        Some(value) if value < 0.0 => return Ok(Step::Again(negative(x.clone()))),
        Some(value) if value > 0.0 => return Ok(Step::Done(x.clone())),
        _ => {}
    }
    if let Some((re, im)) = rectangular(session, x)? {
        let norm = plus([to_the(re, 2), to_the(im, 2)]);
        return Ok(Step::Again(to_the(norm, half())));
    }
    session.by_rules(call, "{Abs[x_Abs] :> x, Abs[Infinity | -Infinity | ComplexInfinity | _DirectedInfinity] :> Infinity, Abs[Indeterminate] :> Indeterminate,
        Abs[a_?NumericQ b_] :> Abs[a] Abs[b], Abs[Conjugate[z_]] :> Abs[z], Abs[Power[a_, n_Integer?Negative]] :> 1/Abs[a^-n], Abs[Undefined] :> Undefined}")
}

fn sign(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([x]) = fixed(call) else { return Ok(Step::Same) };
    if number::is_zero(x) {
        return Ok(Step::Done(Value::Integer(0)));
    }
    if let Some(value) = session.machine_value(x)? {
        if value != 0.0 {
            return Ok(Step::Done(Value::Integer(if value < 0.0 { -1 } else { 1 })));
        }
        return Ok(Step::Same);
    }
    if x.is_number() || session.is_numeric(x) {
        let size = Value::call(sym::Abs, [x.clone()].as_slice());
        return Ok(Step::Again(times([x.clone(), to_the(size, -1)])));
    }
    session.by_rules(call, "{Sign[x_Sign] :> x, Sign[Infinity] :> 1, Sign[-Infinity] :> -1, Sign[ComplexInfinity | Indeterminate] :> Indeterminate, Sign[DirectedInfinity[z_]] :> Sign[z],
        Sign[a_?NumericQ b_] :> Sign[a] Sign[b]}")
}

fn arg(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([z]) = fixed(call) else { return Ok(Step::Same) };
    if let Value::Complex(_) = z
        && !number::is_exact(z)
    {
        let value = precise::evaluate(|z| Some(z[0].arg()), std::slice::from_ref(z));
        return Ok(value.map_or(Step::Same, Step::Done));
    }
    if let Some(value) = session.machine_value(z)? {
        let is_machine = precise::is_machine(z);
        return Ok(match value < 0.0 {
            true if is_machine => Step::Done(Value::Real(std::f64::consts::PI)),
            true => Step::Done(Value::Symbol(sym::Pi)),
            false => Step::Done(Value::Integer(0)),
        });
    }
    if let Some((re, im)) = rectangular(session, z)? {
        return Ok(Step::Again(Value::call(sym::ArcTan, [re, im])));
    }
    session.by_rules(call, "{Arg[Infinity] :> 0, Arg[-Infinity] :> Pi, Arg[DirectedInfinity[z_]] :> Arg[z], Arg[ComplexInfinity] :> Interval[{-Pi, Pi}], Arg[Indeterminate] :> Indeterminate,
        Arg[a_?NumericQ b_] /; a > 0 :> Arg[b], Arg[_Abs] :> 0}")
}

fn conjugate(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let Some([z]) = fixed(call) else { return Ok(Step::Same) };
    if z.is_number() {
        let (re, im) = number::parts(z);
        return Ok(Step::Done(number::complex(re, number::negate(&im))));
    }
    let of = |z: &Value| Value::call(sym::Conjugate, [z.clone()].as_slice());
    if session.is_numeric(z) {
        if session.machine_value(z)?.is_some() {
            return Ok(Step::Done(z.clone()));
        }
        if let Some((re, im)) = rectangular(session, z)? {
            let im = times([number::negate(&Value::i()), im]);
            return Ok(Step::Again(plus([re, im])));
        }
    }
    Ok(match z {
        Value::Call(inner) if inner.is(sym::Plus) || inner.is(sym::Times) => {
            let is_known = |arg: &Value| session.is_numeric(arg);
            // Products are taken apart only where a number is in front.
            if inner.is(sym::Times) && !inner.args().first().is_some_and(is_known) {
                return Ok(Step::Same);
            }
            if inner.is(sym::Times) {
                let rest = match &inner.args()[1..] {
                    [one] => one.clone(),
                    all => times(Args::from(all)),
                };
                return Ok(Step::Again(times([of(&inner.args()[0]), of(&rest)])));
            }
            Step::Again(Value::call(inner.head().clone(), inner.args().iter().map(of).collect::<Args>()))
        }
        _ => return session.by_rules(call, "{Conjugate[Conjugate[z_]] :> z, Conjugate[x_Abs | x_Re | x_Im | x_Arg] :> x, Conjugate[Power[z_, n_Integer]] :> Conjugate[z]^n, Conjugate[Infinity] :> Infinity, Conjugate[-Infinity] :> -Infinity, Conjugate[ComplexInfinity] :> ComplexInfinity, Conjugate[Indeterminate] :> Indeterminate}"),
    })
}
