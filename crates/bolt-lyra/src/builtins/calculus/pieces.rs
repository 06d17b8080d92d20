//! Definite integrals of what is defined piece by piece: absolute values, signs, steps and Dirac's
//! function of polynomials, between bounds that are numbers.

use super::formula::lyra;
use super::series::expand::is_finite;
use super::terms::is_free;
use crate::builtins::forms::{factors, substituted, terms};
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value, grown};

/// Nearer numbers than this are one bound.
const NEAR: f64 = 1e-12;

/// A function of one argument that is another formula on each side of the zeros of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Switch {
    Size,
    Sign,
    Step,
}

fn switch(session: &Session, value: &Value) -> Option<(Switch, Value)> {
    let call = value.as_call()?;
    let [argument] = call.args() else { return None };
    let kind = match &*session.names.full(call.head().as_symbol()?).name {
        "Abs" | "RealAbs" => Switch::Size,
        "Sign" | "RealSign" => Switch::Sign,
        "UnitStep" | "HeavisideTheta" => Switch::Step,
        _ => return None,
    };
    Some((kind, argument.clone()))
}

/// Collects the switches that depend on x.
fn collect(session: &Session, f: &Value, x: &Value, found: &mut Vec<(Value, Switch, Value)>) {
    if is_free(f, x) {
        return;
    }
    if let Some((kind, argument)) = switch(session, f)
        && found.iter().all(|known| known.0 != *f)
    {
        found.push((f.clone(), kind, argument));
    }
    if let Value::Call(call) = f {
        grown(call.depth(), || call.args().iter().for_each(|arg| collect(session, arg, x, found)));
    }
}

/// A bound and its number.
type Bound = (Value, f64);

fn bound(session: &mut Session, value: &Value) -> Evaluated<Option<Bound>> {
    let number = match value {
        Value::Symbol(sym::Infinity) => Some(f64::INFINITY),
        _ if value.exactly(sym::DirectedInfinity) == Some(&[Value::Integer(-1)]) => {
            Some(f64::NEG_INFINITY)
        }
        _ => session.machine_value(value)?,
    };
    Ok(number.map(|number| (value.clone(), number)))
}

/// Returns the integral of f over x between numbers, if f has pieces; the rest is left to the
/// integrals over them.
pub(super) fn integral(
    session: &mut Session,
    f: &Value,
    x: &Value,
    low: &Value,
    high: &Value,
) -> Evaluated<Option<Value>> {
    let is_delta = |value: &Value| delta(session, value).is_some();
    let has_delta = terms(f).iter().any(|term| factors(term).iter().any(is_delta));
    let mut switches = Vec::new();
    collect(session, f, x, &mut switches);
    if !has_delta && switches.is_empty() {
        return Ok(None);
    }
    let (Some(low), Some(high)) = (bound(session, low)?, bound(session, high)?) else {
        return Ok(None);
    };
    if low.1 >= high.1 {
        return Ok(None);
    }
    if has_delta {
        return of_deltas(session, f, x, &low, &high);
    }
    let Some(bounds) = bounds(session, x, &switches, low, high)? else { return Ok(None) };
    let mut sum = Args::new();
    for pair in bounds.windows(2) {
        let [(a, from), (b, to)] = pair else { continue };
        let middle = match (from.is_finite(), to.is_finite()) {
            (true, true) => 0.5 * (from + to),
            (true, false) => from + 1.0,
            (false, true) => to - 1.0,
            (false, false) => 0.0,
        };
        let Some(piece) = piece(session, f, x, &switches, middle)? else { return Ok(None) };
        let range = Value::list(Args::from(vec![x.clone(), a.clone(), b.clone()]));
        let value = session.evaluate(&Value::call(sym::Integrate, [piece, range]))?;
        if !is_free(&value, &Value::Symbol(sym::Integrate)) || !is_finite(&value) {
            return Ok(None);
        }
        sum.push(value);
    }
    session.sum_of(sum).map(Some)
}

/// The zeros of the arguments between the bounds, and these.
fn bounds(
    session: &mut Session,
    x: &Value,
    switches: &[(Value, Switch, Value)],
    low: Bound,
    high: Bound,
) -> Evaluated<Option<Vec<Bound>>> {
    let mut inside: Vec<Bound> = Vec::new();
    for (_, _, argument) in switches {
        let Some(poly) = session.poly(argument, x)? else { return Ok(None) };
        for (factor, _) in session.poly_factors(&poly)? {
            let Some(roots) = session.poly_roots(&factor)? else { return Ok(None) };
            for root in roots {
                let number = lyra!(session, "N[root]", root)?;
                let at = match &number {
                    // What is not real never changes the sign.
                    Value::Complex(_) => continue,
                    _ => session.machine_value(&number)?,
                };
                let Some(at) = at else { return Ok(None) };
                let is_new = inside.iter().all(|known| (known.1 - at).abs() > NEAR);
                if is_new && at > low.1 + NEAR && at < high.1 - NEAR {
                    inside.push((root, at));
                }
            }
        }
    }
    inside.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(Some(std::iter::once(low).chain(inside).chain([high]).collect()))
}

/// Returns f with the switches as they are about a place.
fn piece(
    session: &mut Session,
    f: &Value,
    x: &Value,
    switches: &[(Value, Switch, Value)],
    at: f64,
) -> Evaluated<Option<Value>> {
    let mut with = f.clone();
    for (call, kind, argument) in switches {
        let there = substituted(argument, x, &Value::Real(at));
        let Some(number) = session.machine_value(&there)? else { return Ok(None) };
        let sign = Value::Integer(if number < 0.0 { -1 } else { 1 });
        let value = match kind {
            Switch::Size => lyra!(session, "sign*argument", sign, argument)?,
            Switch::Sign => sign,
            Switch::Step => Value::Integer(i64::from(number > 0.0)),
        };
        with = substituted(&with, call, &value);
    }
    session.evaluate(&with).map(Some)
}

fn delta(session: &Session, value: &Value) -> Option<Value> {
    let call = value.as_call()?;
    let [argument] = call.args() else { return None };
    let name = &session.names.full(call.head().as_symbol()?).name;
    (&**name == "DiracDelta").then(|| argument.clone())
}

/// Terms with Dirac's function of a linear argument take the values at its zero.
fn of_deltas(
    session: &mut Session,
    f: &Value,
    x: &Value,
    low: &Bound,
    high: &Bound,
) -> Evaluated<Option<Value>> {
    let mut sum = Args::new();
    for term in terms(f) {
        let all = factors(term);
        let Some(place) = all.iter().position(|factor| delta(session, factor).is_some()) else {
            let range = Value::list(Args::from(vec![x.clone(), low.0.clone(), high.0.clone()]));
            let call = Value::call(sym::Integrate, [term.clone(), range]);
            let value = session.evaluate(&call)?;
            sum.push(value);
            continue;
        };
        let Some(argument) = delta(session, &all[place]) else { return Ok(None) };
        let Some(poly) = session.poly(&argument, x)?.filter(|poly| poly.degree() == 1) else {
            return Ok(None);
        };
        let (p, q) = (poly.at(0), poly.at(1));
        let zero = lyra!(session, "-p/q", p, q)?;
        let Some(at) = session.machine_value(&zero)? else { return Ok(None) };
        if (at - low.1).abs() <= NEAR || (at - high.1).abs() <= NEAR {
            return Ok(None);
        }
        if at < low.1 || at > high.1 {
            continue;
        }
        let rest: Args =
            all.iter().enumerate().filter(|(k, _)| *k != place).map(|(_, f)| f.clone()).collect();
        let rest = session.product_of(rest)?;
        let value = session.put(&rest, x, &zero)?;
        if !is_finite(&value) {
            return Ok(None);
        }
        sum.push(lyra!(session, "value/Abs[q]", value, q)?);
    }
    session.sum_of(sum).map(Some)
}

#[cfg(test)]
mod tests {
    use crate::session::Session;

    #[test]
    fn integrals_go_piece_by_piece() {
        for (source, expected) in [
            ("Integrate[Abs[x], {x, -1, 2}]", "5/2"),
            ("Integrate[Sign[x^2 - 1] x, {x, 0, 3}]", "7/2"),
            ("Integrate[UnitStep[x - 1] E^-x, {x, 0, Infinity}]", "E^-1"),
            ("Integrate[Abs[x^2 - 2], {x, -2, 2}]", "-(8/3) + (16*Sqrt[2])/3"),
            ("Integrate[DiracDelta[2 x - 1] f[x], {x, 0, 2}]", "f[1/2]/2"),
            ("Integrate[DiracDelta[x - 3], {x, 0, 2}]", "0"),
            ("Integrate[Sin[x]^2, {x, 0, Pi}]", "Pi/2"),
        ] {
            let mut session = Session::new();
            let parsed = bolt_lyra_syntax::parse(source);
            let value = session.read(&parsed.exprs[0]);
            let value = session.evaluate_line(&value).expect("no program quits");
            assert_eq!(session.input_form(&value), expected, "{source}");
        }
    }
}
