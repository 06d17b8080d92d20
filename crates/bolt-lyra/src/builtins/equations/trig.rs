//! Equations in sines and cosines of one angle.

use super::forms::{self, contains, minus, of, over, plus, substituted, times, to_the};
use super::polynomial::{Polynomial, factor_list, fraction};
use super::univariate::{Branch, Outcome, Solver, placeholder};
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::Value;

/// Solves a polynomial in circular functions of one angle and its multiples.
pub(super) fn solve(
    solver: &mut Solver,
    session: &mut Session,
    factor: &Value,
    x: &Value,
    kernels: &[Value],
) -> Evaluated<Outcome> {
    let is_circular = |kernel: &Value| {
        [sym::Sin, sym::Cos, sym::Tan, sym::Cot, sym::Sec, sym::Csc]
            .iter()
            .any(|&head| kernel.exactly::<1>(head).is_some())
    };
    if !kernels.iter().all(is_circular) {
        return Ok(Outcome::Unknown);
    }
    let mut flat = crate::builtins::trigonometry::by_sine_and_cosine(session, factor)?;
    let angles = angles_of(&flat, x);
    if angles.len() > 1 {
        flat = session.system("TrigExpand", [flat].as_slice())?;
    }
    let (flat, below) = fraction(session, &flat)?;
    let angles = angles_of(&flat, x);
    let [angle] = &angles[..] else { return Ok(Outcome::Unknown) };
    let (s, c) = (placeholder(session, "s"), placeholder(session, "c"));
    let (sin, cos) = (of(sym::Sin, angle.clone()), of(sym::Cos, angle.clone()));
    let in_both = substituted(&substituted(&flat, &sin, &s), &cos, &c);
    let in_both = session.evaluate(&in_both)?;
    if contains(&in_both, x) {
        return Ok(Outcome::Unknown);
    }
    let mut all = Vec::new();
    for (part, _) in factor_list(session, &in_both)? {
        let back = |value: &Value| substituted(&substituted(value, &s, &sin), &c, &cos);
        let outcome = match (contains(&part, &s), contains(&part, &c)) {
            (false, false) => continue,
            (true, true) => mixed(solver, session, &part, &s, &c, angle, x)?,
            _ => solver.solve(session, &back(&part), x)?,
        };
        match outcome {
            Outcome::Branches(own) => all.extend(own),
            other => return Ok(other),
        }
    }
    let mut kept: Vec<Branch> = Vec::new();
    for branch in all {
        // The denominator must not vanish: at any of the values that the parameters give.
        let mut at = substituted(&below, x, &branch.value);
        for parameter in &branch.parameters {
            at = substituted(&at, parameter, &Value::Integer(1));
        }
        session.quiet += 1;
        let at = session.evaluate(&at);
        session.quiet -= 1;
        let vanishes = session.complex_value(&at?)?.is_some_and(|(re, im)| re.hypot(im) < 1e-9);
        let is_known = kept.iter().any(|known| known.value == branch.value);
        if !vanishes && !is_known {
            kept.push(branch);
        }
    }
    Ok(Outcome::Branches(kept))
}

fn angles_of(value: &Value, x: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    collect(value, x, &mut all);
    all
}

fn collect(value: &Value, x: &Value, all: &mut Vec<Value>) {
    for head in [sym::Sin, sym::Cos] {
        if let Some([angle]) = value.exactly(head)
            && contains(angle, x)
        {
            if !all.contains(angle) {
                all.push(angle.clone());
            }
            return;
        }
    }
    if let Value::Call(call) = value {
        call.args().iter().for_each(|arg| collect(arg, x, all));
    }
}

/// A factor with both functions in it.
fn mixed(
    solver: &mut Solver,
    session: &mut Session,
    part: &Value,
    s: &Value,
    c: &Value,
    angle: &Value,
    x: &Value,
) -> Evaluated<Outcome> {
    let (sin, cos) = (of(sym::Sin, angle.clone()), of(sym::Cos, angle.clone()));
    // Even powers of one function only: by sin^2 + cos^2 = 1 it goes away.
    for (gone, left, function) in [(c, s, &sin), (s, c, &cos)] {
        let Some(p) = Polynomial::read(session, part, gone)? else { return Ok(Outcome::Unknown) };
        if (0..=p.degree()).all(|k| k % 2 == 0 || number::is_zero(&p.coefficient(k))) {
            let square = minus(Value::Integer(1), to_the(left.clone(), 2));
            let mut sum = Value::Integer(0);
            for k in (0..=p.degree()).step_by(2) {
                let power = to_the(square.clone(), (k / 2) as i64);
                sum = plus([sum, times([p.coefficient(k), power])]);
            }
            let sum = session.expanded(&sum)?;
            return solver.solve(session, &substituted(&sum, left, function), x);
        }
    }
    // Homogeneous: a polynomial in the tangent.
    if let Some((value, t)) = homogeneous(session, part, s, c)? {
        let tangent = of(sym::Tan, angle.clone());
        return solver.solve(session, &substituted(&value, &t, &tangent), x);
    }
    half_angle(solver, session, part, s, c, angle, x)
}

/// A form in sine and cosine of one degree, divided by that power of the cosine.
fn homogeneous(
    session: &mut Session,
    part: &Value,
    s: &Value,
    c: &Value,
) -> Evaluated<Option<(Value, Value)>> {
    let t = placeholder(session, "t");
    let scaled = substituted(part, s, &times([t.clone(), c.clone()]));
    let Some(p) = Polynomial::read(session, &scaled, c)? else { return Ok(None) };
    let degree = p.degree();
    let is_homogeneous = (0..degree).all(|k| number::is_zero(&p.coefficient(k)));
    Ok((is_homogeneous && degree > 0).then(|| (p.coefficient(degree), t)))
}

/// sin = 2 t/(1 + t^2), cos = (1 - t^2)/(1 + t^2) with t the tangent of half the angle.
fn half_angle(
    solver: &mut Solver,
    session: &mut Session,
    part: &Value,
    s: &Value,
    c: &Value,
    angle: &Value,
    x: &Value,
) -> Evaluated<Outcome> {
    let t = placeholder(session, "t");
    let square = to_the(t.clone(), 2);
    let below = plus([Value::Integer(1), square.clone()]);
    let sine = over(times([Value::Integer(2), t.clone()]), below.clone());
    let cosine = over(minus(Value::Integer(1), square), below);
    let value = substituted(&substituted(part, s, &sine), c, &cosine);
    let value = session.evaluate(&value)?;
    let (top, _) = fraction(session, &value)?;
    let tangent = of(sym::Tan, times([forms::half(), angle.clone()]));
    let tangent = session.evaluate(&tangent)?;
    let outcome = solver.solve(session, &substituted(&top, &t, &tangent), x)?;
    let Outcome::Branches(mut all) = outcome else { return Ok(outcome) };
    // The angle Pi has no such tangent.
    let at_pi = substituted(&substituted(part, s, &Value::Integer(0)), c, &Value::Integer(-1));
    let at_pi = session.evaluate(&at_pi)?;
    if number::is_zero(&at_pi) {
        let cosine = plus([of(sym::Cos, angle.clone()), Value::Integer(1)]);
        match solver.solve(session, &cosine, x)? {
            Outcome::Branches(more) => all.extend(more),
            other => return Ok(other),
        }
    }
    Ok(Outcome::Branches(all))
}
