//! Equations that mix the unknown with an exponential or a logarithm of it, by the product
//! logarithm W with W e^W = z.

use super::forms::{self, contains, negative, of, over, plus, substituted, times, to_the};
use super::polynomial::Polynomial;
use super::univariate::{Outcome, Solver, placeholder};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// Solves `a x + b + c e^(d x + f) = 0`, `(a x + b) e^(d x + f) = c` and `a x + b + c Log[x] = 0`.
pub(super) fn solve(
    solver: &mut Solver,
    session: &mut Session,
    factor: &Value,
    x: &Value,
    kernels: &[Value],
) -> Evaluated<Outcome> {
    let others: Vec<&Value> = kernels.iter().filter(|kernel| *kernel != x).collect();
    let [kernel] = others[..] else { return Ok(Outcome::Unknown) };
    if kernels.len() != 2 {
        return Ok(Outcome::Unknown);
    }
    let t = placeholder(session, "t");
    let in_t = session.evaluate(&substituted(factor, kernel, &t))?;
    let Some(p) = Polynomial::read(session, &in_t, &t)?.filter(|p| p.degree() == 1) else {
        return Ok(Outcome::Unknown);
    };
    let value = match (kernel.exactly(sym::Power), kernel.exactly(sym::Log)) {
        (Some([base, exponent]), _) if !contains(base, x) => {
            exponential(session, &p, base, exponent, x)?
        }
        (_, Some([inner])) if inner == x => logarithm(session, &p, x)?,
        _ => None,
    };
    let Some(value) = value else { return Ok(Outcome::Unknown) };
    solver.used_inverse = true;
    let difference = session.evaluate(&forms::minus(x.clone(), value))?;
    solver.solve(session, &difference, x)
}

fn product_log(session: &mut Session, z: Value) -> Evaluated {
    session.system("ProductLog", [z].as_slice())
}

/// `p0(x) + p1(x) base^(d x + f) = 0`
fn exponential(
    session: &mut Session,
    p: &Polynomial,
    base: &Value,
    exponent: &Value,
    x: &Value,
) -> Evaluated<Option<Value>> {
    let Some(e) = Polynomial::read(session, exponent, x)?.filter(|e| e.degree() == 1) else {
        return Ok(None);
    };
    let (zero, one) = (p.coefficient(0), p.coefficient(1));
    let Some(zero) = Polynomial::read(session, &zero, x)? else { return Ok(None) };
    let Some(one) = Polynomial::read(session, &one, x)? else { return Ok(None) };
    let log = session.evaluate(&of(sym::Log, base.clone()))?;
    let d = times([e.coefficient(1), log.clone()]);
    let f = to_the(base.clone(), e.coefficient(0));
    match (zero.degree(), one.degree()) {
        // a x + b = -c F e^(d x): x = -b/a - W(c F d/a e^(-b d/a))/d
        (1, 0) => {
            let (b, a, c) = (zero.coefficient(0), zero.coefficient(1), one.coefficient(0));
            let shift = over(b, a.clone());
            let inside = times(
                [
                    c,
                    f,
                    d.clone(),
                    forms::inverse(a),
                    to_the(Value::Symbol(sym::E), negative(times([shift.clone(), d.clone()]))),
                ]
                .as_slice(),
            );
            let inside = session.evaluate(&inside)?;
            let w = product_log(session, inside)?;
            session.evaluate(&plus([negative(shift), negative(over(w, d))])).map(Some)
        }
        // (a x + b) F e^(d x) = -c: x = -b/a + W(-c d/(a F) e^(b d/a))/d
        (0, 1) => {
            let (b, a, c) = (one.coefficient(0), one.coefficient(1), zero.coefficient(0));
            let shift = over(b, a.clone());
            let inside = times(
                [
                    Value::Integer(-1),
                    c,
                    d.clone(),
                    forms::inverse(times([a, f])),
                    to_the(Value::Symbol(sym::E), times([shift.clone(), d.clone()])),
                ]
                .as_slice(),
            );
            let inside = session.evaluate(&inside)?;
            if number::is_zero(&inside) {
                return Ok(None);
            }
            let w = product_log(session, inside)?;
            session.evaluate(&plus([negative(shift), over(w, d)])).map(Some)
        }
        _ => Ok(None),
    }
}

/// `p0(x) + p1(x) Log[x] = 0`
fn logarithm(session: &mut Session, p: &Polynomial, x: &Value) -> Evaluated<Option<Value>> {
    let Some(zero) = Polynomial::read(session, &p.coefficient(0), x)? else { return Ok(None) };
    let Some(one) = Polynomial::read(session, &p.coefficient(1), x)? else { return Ok(None) };
    match (zero.degree(), one.degree()) {
        // a x + b + c Log[x] = 0: x = c/a W(a/c e^(-b/c))
        (1, 0) => {
            let (b, a, c) = (zero.coefficient(0), zero.coefficient(1), one.coefficient(0));
            let ratio = over(a, c.clone());
            let power = to_the(Value::Symbol(sym::E), negative(over(b, c)));
            let inside = session.evaluate(&times([ratio.clone(), power]))?;
            let w = product_log(session, inside)?;
            session.evaluate(&over(w, ratio)).map(Some)
        }
        // a x Log[x] + c = 0: x = e^W(-c/a)
        (0, 1) if number::is_zero(&one.coefficient(0)) => {
            let inside = negative(over(zero.coefficient(0), one.coefficient(1)));
            let inside = session.evaluate(&inside)?;
            let w = product_log(session, inside)?;
            session.evaluate(&to_the(Value::Symbol(sym::E), w)).map(Some)
        }
        _ => Ok(None),
    }
}
