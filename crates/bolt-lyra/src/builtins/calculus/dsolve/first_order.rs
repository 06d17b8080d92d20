//! Equations of the first order that are not linear.

use super::super::check::vanishes;
use super::super::derivative::derivative;
use super::super::formula::lyra;
use super::super::integrate::antiderivative;
use super::super::poly::Poly;
use super::super::terms::{base_and_exponent, factors, is_free, is_zero, small_fraction, terms};
use super::{Problem, constant, first_order_linear};
use crate::builtins::arithmetic::to_the;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// y' = f(x, y)
pub(super) fn nonlinear(session: &mut Session, problem: &Problem) -> Evaluated<Option<Vec<Value>>> {
    let Problem { equation, unknowns, x, order } = problem;
    if *order != 1 {
        return Ok(None);
    }
    let (y, dy) = (&unknowns[0], &unknowns[1]);
    let slope = derivative(session, equation, dy)?;
    if !is_free(&slope, dy) {
        return Ok(None);
    }
    let rest = session.put(equation, dy, &Value::Integer(0))?;
    let f = lyra!(session, "-rest/slope", rest, slope)?;
    if let Some(found) = bernoulli(session, &f, x, y)? {
        return Ok(Some(found));
    }
    if let Some(found) = separated(session, &f, x, y)? {
        return Ok(Some(found));
    }
    if let Some(found) = homogeneous(session, &f, x, y)? {
        return Ok(Some(found));
    }
    if let Some(found) = of_linear_argument(session, &f, x, y)? {
        return Ok(Some(found));
    }
    exact(session, &rest, &slope, x, y)
}

/// y' = g(a x + y)
fn of_linear_argument(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let (by_x, by_y) = (derivative(session, f, x)?, derivative(session, f, y)?);
    let a = lyra!(session, "Together[by_x/by_y]", by_x, by_y)?;
    if is_zero(&by_y) || !is_free(&a, x) || !is_free(&a, y) {
        return Ok(None);
    }
    let u = Value::Symbol(session.names.symbol("Lyra`DSolve`u"));
    let inner = lyra!(session, "u - a*x", u, a, x)?;
    let with = session.put(f, y, &inner)?;
    let slope = lyra!(session, "Simplify[with + a]", with, a)?;
    if !is_free(&slope, x) {
        return Ok(None);
    }
    let Some(found) = separated(session, &slope, x, &u)? else { return Ok(None) };
    let mut all = Vec::new();
    for value in found {
        all.push(lyra!(session, "value - a*x", value, a, x)?);
    }
    Ok(Some(all))
}

/// M + N y' = 0 with the potential F, F_x = M and F_y = N: F = C[1] is solved for y.
fn exact(
    session: &mut Session,
    m: &Value,
    n: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let (by_y, by_x) = (derivative(session, m, y)?, derivative(session, n, x)?);
    let difference = session.difference_of(&by_y, &by_x)?;
    if !is_zero(&difference) && vanishes(session, &difference) != Some(true) {
        return Ok(None);
    }
    let Some(first) = antiderivative(session, m, x)? else { return Ok(None) };
    let slope = derivative(session, &first, y)?;
    let rest = lyra!(session, "Simplify[n - slope]", n, slope)?;
    if !is_free(&rest, x) {
        return Ok(None);
    }
    let Some(second) = antiderivative(session, &rest, y)? else { return Ok(None) };
    let c = constant(session, 1);
    let equation = lyra!(session, "first + second == c", first, second, c)?;
    let found = session.system("Solve", [equation, y.clone()].as_slice())?;
    let mut all = Vec::new();
    for solution in found.as_list().unwrap_or(&[]) {
        let rules = solution.as_list().unwrap_or(&[]);
        if let Some((_, value, _)) = rules.first().and_then(crate::rule::sides) {
            all.push(value.clone());
        }
    }
    Ok((!all.is_empty()).then_some(all))
}

/// y' = p y + q y^n
fn bernoulli(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let f = session.system("Expand", [f.clone()].as_slice())?;
    let (mut p, mut q) = (Args::new(), Args::new());
    let mut n: Option<Value> = None;
    for term in terms(&f) {
        let mut power = Value::Integer(0);
        let mut rest = Args::new();
        for factor in factors(term) {
            let (base, exponent) = base_and_exponent(factor);
            match base == *y {
                true => power = exponent,
                false => rest.push(factor.clone()),
            }
        }
        let rest = session.product_of(rest)?;
        if !is_free(&rest, y) || !is_free(&power, y) || !is_free(&power, x) {
            return Ok(None);
        }
        match number::is_one(&power) {
            true => p.push(rest),
            false => {
                if n.as_ref().is_some_and(|known| *known != power) {
                    return Ok(None);
                }
                n = Some(power);
                q.push(rest);
            }
        }
    }
    let Some(n) = n else { return Ok(None) };
    let (p, q) = (session.sum_of(p)?, session.sum_of(q)?);
    // v = y^(1-n): v' = (1-n) (p v + q)
    let a = lyra!(session, "-(1 - n)*p", n, p)?;
    let g = lyra!(session, "-(1 - n)*q", n, q)?;
    let Some(v) = first_order_linear(session, &[a, Value::Integer(1)], &g, x)? else {
        return Ok(None);
    };
    let m = lyra!(session, "1/(1 - n)", n)?;
    let root = session.power_of(&v, &m)?;
    let is_even = small_fraction(&m).is_some_and(|(_, q)| q % 2 == 0);
    if is_even {
        let minus = session.product_of([Value::Integer(-1), root.clone()])?;
        return Ok(Some(vec![minus, root]));
    }
    Ok(Some(vec![root]))
}

/// y' = a(x) b(y)
fn separated(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let f = match session.has_builtin("Factor") {
        true => session.system("Factor", [f.clone()].as_slice())?,
        false => f.clone(),
    };
    let (mut a, mut b) = (Args::new(), Args::new());
    for factor in &exponentials_apart(&f) {
        match (is_free(factor, y), is_free(factor, x)) {
            (true, _) => a.push(factor.clone()),
            (_, true) => b.push(factor.clone()),
            _ => return Ok(None),
        }
    }
    let (a, b) = (session.product_of(a)?, session.product_of(b)?);
    let inverse = session.power_of(&b, &Value::Integer(-1))?;
    let (Some(left), Some(right)) =
        (antiderivative(session, &inverse, y)?, antiderivative(session, &a, x)?)
    else {
        return Ok(None);
    };
    let c = constant(session, 1);
    let right = session.sum_of([right, c])?;
    inverted(session, &left, &right, y, 0)
}

/// The factors of a product, with b^(u + v) as b^u and b^v.
fn exponentials_apart(f: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for factor in factors(f) {
        match factor.exactly(sym::Power) {
            Some([base, exponent]) if exponent.args_of(sym::Plus).is_some() => {
                all.extend(terms(exponent).iter().map(|term| to_the(base.clone(), term.clone())));
            }
            _ => all.push(factor.clone()),
        }
    }
    all
}

/// y' = g(y/x)
fn homogeneous(
    session: &mut Session,
    f: &Value,
    x: &Value,
    y: &Value,
) -> Evaluated<Option<Vec<Value>>> {
    let v = Value::Symbol(session.names.symbol("Lyra`DSolve`v"));
    let product = session.product_of([v.clone(), x.clone()])?;
    let with = session.put(f, y, &product)?;
    let with = match session.has_builtin("Together") {
        true => session.system("Cancel", [with].as_slice())?,
        false => with,
    };
    if !is_free(&with, x) {
        return Ok(None);
    }
    let slope = lyra!(session, "(with - v)/x", with, v, x)?;
    let Some(found) = separated(session, &slope, x, &v)? else { return Ok(None) };
    let mut all = Vec::new();
    for value in found {
        all.push(session.product_of([x.clone(), value])?);
    }
    Ok(Some(all))
}

/// Solves F(y) = r for y where y stands once, inside of functions with an inverse.
pub(super) fn inverted(
    session: &mut Session,
    left: &Value,
    right: &Value,
    y: &Value,
    depth: usize,
) -> Evaluated<Option<Vec<Value>>> {
    if left == y {
        return Ok(Some(vec![right.clone()]));
    }
    if depth > 12 {
        return Ok(None);
    }
    let Some(call) = left.as_call() else { return Ok(None) };
    let depending: Vec<&Value> = call.args().iter().filter(|arg| !is_free(arg, y)).collect();
    let [inner] = depending[..] else {
        return inverted_logs(session, left, right, y, depth);
    };
    let others: Args = call.args().iter().filter(|arg| is_free(arg, y)).cloned().collect();
    let (inner, r) = (inner.clone(), right);
    let next = match call.head().as_symbol() {
        Some(sym::Plus) => {
            let rest = session.sum_of(others)?;
            vec![session.difference_of(r, &rest)?]
        }
        Some(sym::Times) => {
            let rest = session.product_of(others)?;
            vec![session.quotient_of(r, &rest)?]
        }
        Some(sym::Power) if call.args()[0] == inner => {
            let n = &call.args()[1];
            let root = lyra!(session, "r^(1/n)", r, n)?;
            let is_even = small_fraction(n).is_some_and(|(p, _)| p % 2 == 0);
            match is_even {
                true => vec![session.product_of([Value::Integer(-1), root.clone()])?, root],
                false => vec![root],
            }
        }
        Some(sym::Power) => {
            let b = &call.args()[0];
            vec![lyra!(session, "Log[r]/Log[b]", r, b)?]
        }
        Some(sym::Log) => vec![exponential(session, r)?],
        Some(sym::ArcTan) => vec![lyra!(session, "Tan[r]", r)?],
        Some(sym::ArcSin) => vec![lyra!(session, "Sin[r]", r)?],
        Some(sym::ArcTanh) => vec![lyra!(session, "Tanh[r]", r)?],
        Some(sym::ArcSinh) => vec![lyra!(session, "Sinh[r]", r)?],
        Some(sym::Tan) => vec![lyra!(session, "ArcTan[r]", r)?],
        Some(sym::Sin) => vec![lyra!(session, "ArcSin[r]", r)?],
        Some(sym::Cos) => {
            let root = lyra!(session, "ArcCos[r]", r)?;
            vec![session.product_of([Value::Integer(-1), root.clone()])?, root]
        }
        _ => return Ok(None),
    };
    let mut all = Vec::new();
    for r in next {
        match inverted(session, &inner, &r, y, depth + 1)? {
            Some(found) => all.extend(found),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// E^(r + k C[1]) is a constant times E^r.
fn exponential(session: &mut Session, r: &Value) -> Evaluated {
    let r = session.system("Expand", [r.clone()].as_slice())?;
    let c = constant(session, 1);
    let (with, rest): (Args, Args) = terms(&r).iter().cloned().partition(|term| !is_free(term, &c));
    if with.is_empty() {
        return lyra!(session, "E^r", r);
    }
    let rest = session.sum_of(rest)?;
    lyra!(session, "c*E^rest", c, rest)
}

/// a Log[u] + b Log[v] = r by exponentials, where that is linear in y.
fn inverted_logs(
    session: &mut Session,
    left: &Value,
    right: &Value,
    y: &Value,
    depth: usize,
) -> Evaluated<Option<Vec<Value>>> {
    if left.args_of(sym::Plus).is_none_or(|terms| terms.len() != 2) {
        return Ok(None);
    }
    let mut product = Args::new();
    let mut scale: Option<Value> = None;
    for term in terms(left) {
        let Some(place) = factors(term).iter().position(|f| f.args_of(sym::Log).is_some()) else {
            return Ok(None);
        };
        let Some([inner]) = factors(term)[place].args_of(sym::Log) else { return Ok(None) };
        let rest: Args = factors(term)
            .iter()
            .enumerate()
            .filter(|(k, _)| *k != place)
            .map(|(_, f)| f.clone())
            .collect();
        let own = session.product_of(rest)?;
        let first = scale.get_or_insert_with(|| own.clone()).clone();
        let ratio = session.quotient_of(&own, &first)?;
        product.push(session.power_of(inner, &ratio)?);
    }
    let Some(scale) = scale else { return Ok(None) };
    let quotient = session.product_of(product)?;
    let r = session.quotient_of(right, &scale)?;
    let r = exponential(session, &r)?;
    // A quotient of linear expressions.
    let Some(fraction) = session.fraction_in(&quotient, y)? else { return Ok(None) };
    let bottom = match &fraction.bottom[..] {
        [] => Poly::constant(Value::Integer(1)),
        [(poly, 1)] => poly.clone(),
        _ => return Ok(None),
    };
    if fraction.top.degree() > 1 || bottom.degree() > 1 {
        return Ok(None);
    }
    let _ = depth;
    let (a, b, c, d) = (fraction.top.at(0), fraction.top.at(1), bottom.at(0), bottom.at(1));
    Ok(Some(vec![lyra!(session, "(c*r - a)/(b - d*r)", a, b, c, d, r)?]))
}
