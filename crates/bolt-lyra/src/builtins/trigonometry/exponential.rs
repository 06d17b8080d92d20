//! `TrigToExp` and `ExpToTrig`, by Euler's formula.

use super::super::forms::{
    half, inverse, minus, negative, of, over, plus, ratio, root, times, to_the,
};
use super::{CIRCULAR, HYPERBOLIC, function_of};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::{Symbol, sym};
use crate::value::{Args, Value};

const INVERSE: &[Symbol] = &[
    sym::ArcSin,
    sym::ArcCos,
    sym::ArcTan,
    sym::ArcCot,
    sym::ArcSec,
    sym::ArcCsc,
    sym::ArcSinh,
    sym::ArcCosh,
    sym::ArcTanh,
    sym::ArcCoth,
    sym::ArcSech,
    sym::ArcCsch,
];

/// Writes trigonometric functions as exponentials, their inverses as logarithms.
pub(super) fn to_exponentials(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |session, part| {
        if let Some((head, x)) = function_of(part, CIRCULAR) {
            let x = session.expanded(&times([Value::i(), x.clone()]))?;
            return Ok(Some(circular(head, &exponentials(session, &x)?)));
        }
        if let Some((head, x)) = function_of(part, HYPERBOLIC) {
            let x = session.expanded(x)?;
            return Ok(Some(hyperbolic(head, &exponentials(session, &x)?)));
        }
        if let Some((head, x)) = function_of(part, INVERSE) {
            return Ok(logarithm(head, x));
        }
        multiplied_out(session, part)
    })
}

/// Multiplies out products and whole powers of sums of exponentials.
fn multiplied_out(session: &mut Session, part: &Value) -> Evaluated<Option<Value>> {
    let is_sum = |value: &Value| {
        value.args_of(sym::Plus).is_some_and(|terms| terms.iter().any(has_exponential))
    };
    let is_expandable = match part.exactly(sym::Power) {
        Some([base, Value::Integer(1..=64)]) => is_sum(base),
        _ => part.args_of(sym::Times).is_some_and(|factors| {
            factors.iter().any(is_sum)
                && !factors
                    .iter()
                    .any(|f| matches!(f.exactly(sym::Power), Some([b, _]) if is_sum(b)))
        }),
    };
    match is_expandable {
        true => session.evaluate(&of(sym::Expand, part.clone())).map(Some),
        false => Ok(None),
    }
}

fn has_exponential(value: &Value) -> bool {
    super::super::forms::factors(value)
        .iter()
        .any(|factor| matches!(factor.exactly(sym::Power), Some([Value::Symbol(sym::E), _])))
}

/// `e^x` and `e^-x`
struct Exponentials {
    up: Value,
    down: Value,
}

fn exponentials(session: &mut Session, x: &Value) -> Evaluated<Exponentials> {
    let down = session.expanded(&negative(x.clone()))?;
    Ok(Exponentials {
        up: to_the(Value::Symbol(sym::E), x.clone()),
        down: to_the(Value::Symbol(sym::E), down),
    })
}

/// Functions of x, given the exponentials of i x.
fn circular(head: Symbol, e: &Exponentials) -> Value {
    let (up, down) = (e.up.clone(), e.down.clone());
    let i = Value::i;
    let half_i = || number::multiply(&i(), &half());
    match head {
        sym::Sin => plus([times([half_i(), down]), times([number::negate(&half_i()), up])]),
        sym::Cos => plus([times([half(), down]), times([half(), up])]),
        sym::Tan => over(times([i(), minus(down.clone(), up.clone())]), plus([down, up])),
        sym::Cot => {
            let i = number::negate(&i());
            over(times([i, plus([down.clone(), up.clone()])]), minus(down, up))
        }
        sym::Sec => over(Value::Integer(2), plus([down, up])),
        _ => over(number::multiply(&Value::Integer(-2), &i()), minus(down, up)),
    }
}

fn hyperbolic(head: Symbol, e: &Exponentials) -> Value {
    let (up, down) = (e.up.clone(), e.down.clone());
    let sum = || plus([e.down.clone(), e.up.clone()]);
    let difference = || plus([negative(e.down.clone()), e.up.clone()]);
    match head {
        sym::Sinh => plus([times([ratio(-1, 2), down]), times([half(), up])]),
        sym::Cosh => plus([times([half(), down]), times([half(), up])]),
        // Split over the denominator, as the quotient of sums is written.
        sym::Tanh => plus([negative(over(down, sum())), over(up, sum())]),
        sym::Coth => plus([over(down, difference()), over(up, difference())]),
        sym::Sech => over(Value::Integer(2), sum()),
        _ => over(Value::Integer(2), difference()),
    }
}

/// The inverse functions as logarithms, with the branch cuts of the principal values.
fn logarithm(head: Symbol, x: &Value) -> Option<Value> {
    let (x, i, one) = (x.clone(), Value::i(), Value::Integer(1));
    let log = |x: Value| of(sym::Log, x);
    let half_i = number::multiply(&i, &half());
    let pi_half = || times([half(), Value::Symbol(sym::Pi)]);
    // Log[Sqrt[1 - x^2] + I x]
    let arc = |x: Value| {
        let square = to_the(x.clone(), 2);
        log(plus([root(minus(Value::Integer(1), square)), times([Value::i(), x])]))
    };
    let minus_i = number::negate(&i);
    Some(match head {
        sym::ArcSin => times([minus_i, arc(x)]),
        sym::ArcCos => plus([pi_half(), times([i, arc(x)])]),
        sym::ArcCsc => times([minus_i, arc(inverse(x))]),
        sym::ArcSec => plus([pi_half(), times([i, arc(inverse(x))])]),
        sym::ArcTan => {
            let ix = times([i, x]);
            let (below, above) = (minus(one.clone(), ix.clone()), plus([one, ix]));
            plus([
                times([half_i.clone(), log(below)]),
                times([number::negate(&half_i), log(above)]),
            ])
        }
        sym::ArcCot => {
            let ix = over(i, x);
            let (below, above) = (minus(one.clone(), ix.clone()), plus([one, ix]));
            plus([
                times([half_i.clone(), log(below)]),
                times([number::negate(&half_i), log(above)]),
            ])
        }
        sym::ArcSinh => log(plus([x.clone(), root(plus([one, to_the(x, 2)]))])),
        sym::ArcCosh => {
            let (below, above) = (plus([Value::Integer(-1), x.clone()]), plus([one, x.clone()]));
            log(plus([x, times([root(below), root(above)])]))
        }
        sym::ArcTanh | sym::ArcCoth => {
            let x = if head == sym::ArcTanh { x } else { inverse(x) };
            let (below, above) = (minus(one.clone(), x.clone()), plus([one, x]));
            plus([times([ratio(-1, 2), log(below)]), times([half(), log(above)])])
        }
        sym::ArcCsch => {
            let square = to_the(x.clone(), -2);
            log(plus([root(plus([one, square])), inverse(x)]))
        }
        sym::ArcSech => {
            let x = inverse(x);
            let (below, above) = (plus([Value::Integer(-1), x.clone()]), plus([one, x.clone()]));
            log(plus([x, times([root(below), root(above)])]))
        }
        _ => return None,
    })
}

/// Writes powers as trigonometric functions of the imaginary and hyperbolic functions of the real
/// part of the exponent.
pub(super) fn from_exponentials(session: &mut Session, value: &Value) -> Evaluated {
    session.rewrite_parts(value, &mut |session, part| {
        let Some([base, exponent]) = part.exactly(sym::Power) else { return Ok(None) };
        let is_number = session.is_numeric(base);
        if exponent.is_number() && !is_root_of_unity(base, exponent) || !is_number {
            return Ok(None);
        }
        let exponent = match base {
            Value::Symbol(sym::E) => exponent.clone(),
            _ => times([exponent.clone(), of(sym::Log, base.clone())]),
        };
        let exponent = session.expanded(&exponent)?;
        exponential_of(session, &exponent).map(Some)
    })
}

fn is_root_of_unity(base: &Value, exponent: &Value) -> bool {
    matches!((base, exponent), (Value::Integer(-1), Value::Rational(_)))
}

/// `e^(a + i b)` is `(Cosh[a] + Sinh[a]) (Cos[b] + i Sin[b])`, multiplied out.
fn exponential_of(session: &mut Session, exponent: &Value) -> Evaluated {
    let (mut real, mut imaginary) = (Args::new(), Args::new());
    for term in super::super::forms::terms(exponent) {
        let (coefficient, rest) = super::super::forms::coefficient_and_rest(term);
        let (re, im) = number::parts(&coefficient);
        if !number::is_zero(&re) {
            real.push(times([re, rest.clone()]));
        }
        if !number::is_zero(&im) {
            imaginary.push(times([im, rest]));
        }
    }
    let mut factors = Args::new();
    if !real.is_empty() {
        let x = session.evaluate(&plus(real))?;
        factors.push(plus([of(sym::Cosh, x.clone()), of(sym::Sinh, x)]));
    }
    if !imaginary.is_empty() {
        let x = session.evaluate(&plus(imaginary))?;
        let sine = times([Value::i(), of(sym::Sin, x.clone())]);
        factors.push(plus([of(sym::Cos, x), sine]));
    }
    session.evaluate(&of(sym::Expand, times(factors)))
}
