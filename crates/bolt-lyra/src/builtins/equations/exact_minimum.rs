//! `Minimize` and its like: exact extrema, from the points where the derivatives vanish and from
//! the ends of the region.

use triomphe::Arc;

use super::forms::{negative, substituted};
use super::minimum::{Asked, Wanted};
use super::objective::derivative;
use super::polynomial::Polynomial;
use super::reduce::real_set;
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// A value with the place where it is taken, which an infimum may not have.
struct Extremum {
    value: Value,
    place: Vec<Value>,
}

/// `Minimize[f, x]`, `Minimize[{f, constraints}, x]`, `Minimize[f, {x, y}]`
pub(super) fn find(session: &mut Session, call: &mut Arc<Call>, asked: Asked) -> Evaluated<Step> {
    let [formula, unknowns] = call.args() else { return Ok(Step::Same) };
    let is_list = unknowns.as_list().is_some();
    let unknowns = unknowns.as_list().unwrap_or(std::slice::from_ref(unknowns)).to_vec();
    let (formula, constraints) = match formula.as_list() {
        Some([formula, rest @ ..]) => {
            let constraint = crate::builtins::simplify::facts::all_of(Args::from(rest));
            (formula.clone(), Some(constraint))
        }
        _ => (formula.clone(), None),
    };
    let formula = if asked.maximum { session.evaluate(&negative(formula))? } else { formula };
    let found = match (&unknowns[..], constraints) {
        ([x], constraints) => univariate(session, &formula, x, constraints.as_ref())?,
        (many, None) => quadratic(session, &formula, many)?,
        _ => None,
    };
    let Some(found) = found else { return Ok(Step::Same) };
    let value = match asked.maximum {
        true => session.evaluate(&negative(found.value))?,
        false => found.value,
    };
    Ok(Step::Done(match asked.wanted {
        Wanted::Value => value,
        Wanted::Place if !is_list => found.place.into_iter().next().unwrap_or(Value::NULL),
        Wanted::Place => Value::list(Args::from(found.place)),
        Wanted::Both => {
            let rules = unknowns.into_iter().zip(found.place).map(|(x, v)| Value::rule(x, v));
            Value::list([value, Value::list(rules.collect::<Args>())])
        }
    }))
}

/// Compares the values at critical points, at the ends of the pieces of the region, and the
/// limits toward ends that are left out.
fn univariate(
    session: &mut Session,
    formula: &Value,
    x: &Value,
    constraint: Option<&Value>,
) -> Evaluated<Option<Extremum>> {
    let region = match constraint {
        Some(constraint) => match real_set(session, constraint, x)? {
            Some(pieces) => pieces,
            None => return Ok(None),
        },
        None => vec![super::reduce::Piece::everything()],
    };
    let Some(slope) = derivative(session, formula, x)? else { return Ok(None) };
    let stationary = Value::call(sym::Equal, [slope.clone(), Value::Integer(0)]);
    let critical = match number::is_zero(&slope) {
        true => vec![super::reduce::Piece::point(Value::Integer(0))],
        false => match real_set(session, &stationary, x)? {
            Some(pieces) => pieces,
            None => return Ok(None),
        },
    };
    let mut candidates: Vec<(f64, Value, Option<Value>)> = Vec::new();
    for place in critical.iter().flat_map(super::reduce::Piece::ends) {
        let mut inside = false;
        for piece in &region {
            inside |= piece.contains(session, &place)?;
        }
        if inside {
            push(session, formula, x, &place, true, &mut candidates)?;
        }
    }
    for piece in &region {
        for (end, is_included, sign) in
            [(&piece.low, piece.low_included, -1), (&piece.high, piece.high_included, 1)]
        {
            match end {
                Some(end) if is_included => {
                    push(session, formula, x, end, true, &mut candidates)?;
                }
                Some(end) => {
                    if !open_end(session, formula, x, end, -sign, &mut candidates)? {
                        return Ok(None);
                    }
                }
                None => {
                    let Some(limit) = limit_at_infinity(session, formula, x, sign)? else {
                        return Ok(None);
                    };
                    candidates.push(limit);
                }
            }
        }
    }
    Ok(least(candidates))
}

/// The candidate of the least value; of equal ones one that has a place.
fn least(candidates: Vec<(f64, Value, Option<Value>)>) -> Option<Extremum> {
    let mut best: Option<(f64, Value, Option<Value>)> = None;
    for candidate in candidates {
        let is_better = match &best {
            None => true,
            Some((value, _, place)) => {
                let same = (candidate.0 - value).abs() <= 1e-12 * value.abs().max(1e-300);
                if same { place.is_none() && candidate.2.is_some() } else { candidate.0 < *value }
            }
        };
        if is_better {
            best = Some(candidate);
        }
    }
    best.map(|(_, value, place)| {
        let place = place.unwrap_or(Value::Symbol(sym::Indeterminate));
        Extremum { value, place: vec![place] }
    })
}

/// The value toward an end that is left out; `false` if it is not known there.
fn open_end(
    session: &mut Session,
    formula: &Value,
    x: &Value,
    end: &Value,
    inward: i64,
    candidates: &mut Vec<(f64, Value, Option<Value>)>,
) -> Evaluated<bool> {
    let before = candidates.len();
    push(session, formula, x, end, false, candidates)?;
    if candidates.len() > before {
        return Ok(true);
    }
    // Without a value at the end, the function may still grow toward it.
    let Some(at) = session.machine_value(end)? else { return Ok(false) };
    let mut values = Vec::new();
    for distance in [1e-3, 1e-6, 1e-9] {
        let near = Value::Real(at + inward as f64 * distance * at.abs().max(1.0));
        let value = session.evaluate(&substituted(formula, x, &near))?;
        values.push(session.machine_value(&value)?.unwrap_or(f64::NAN));
    }
    Ok(values.windows(2).all(|pair| pair[1] > 2.0 * pair[0]) && values[0] > 0.0)
}

fn push(
    session: &mut Session,
    formula: &Value,
    x: &Value,
    place: &Value,
    is_included: bool,
    candidates: &mut Vec<(f64, Value, Option<Value>)>,
) -> Evaluated<()> {
    session.quiet += 1;
    let value = session.evaluate(&substituted(formula, x, place));
    session.quiet -= 1;
    let value = session.system("RootReduce", [value?].as_slice())?;
    let value = session.system("Simplify", [value].as_slice())?;
    if let Some(own) = session.machine_value(&value)? {
        candidates.push((own, value, is_included.then(|| place.clone())));
    }
    Ok(())
}

/// The limit at an infinity of a polynomial by its leading term, of anything else by `Limit`.
fn limit_at_infinity(
    session: &mut Session,
    formula: &Value,
    x: &Value,
    sign: i64,
) -> Evaluated<Option<(f64, Value, Option<Value>)>> {
    let infinity = |sign: i64| super::forms::of(sym::DirectedInfinity, Value::Integer(sign));
    if let Some(p) = Polynomial::read(session, formula, x)? {
        let Some(lead) = session.machine_value(&p.coefficient(p.degree()))? else {
            return Ok(None);
        };
        if p.degree() == 0 {
            return Ok(Some((lead, p.coefficient(0), None)));
        }
        let odd = p.degree() % 2 == 1 && sign < 0;
        let up = (lead > 0.0) != odd;
        let limit = if up { f64::INFINITY } else { f64::NEG_INFINITY };
        let place = (!up).then(|| infinity(sign));
        return Ok(Some((limit, infinity(if up { 1 } else { -1 }), place)));
    }
    let rule = Value::rule(x.clone(), infinity(sign));
    let limit = session.evaluate(&Value::call(sym::Limit, [formula.clone(), rule]))?;
    if limit == infinity(1) || limit.is(sym::Infinity) {
        return Ok(Some((f64::INFINITY, limit, None)));
    }
    if limit == infinity(-1) {
        return Ok(Some((f64::NEG_INFINITY, limit, Some(infinity(sign)))));
    }
    Ok(session.machine_value(&limit)?.map(|value| (value, limit, None)))
}

/// The minimum of a quadratic form that is bounded below: where its gradient vanishes.
fn quadratic(
    session: &mut Session,
    formula: &Value,
    unknowns: &[Value],
) -> Evaluated<Option<Extremum>> {
    let mut hessian: Vec<Vec<f64>> = Vec::new();
    let mut equations = Args::new();
    for x in unknowns {
        let Some(slope) = derivative(session, formula, x)? else { return Ok(None) };
        let mut row = Vec::new();
        for y in unknowns {
            let Some(second) = derivative(session, &slope, y)? else { return Ok(None) };
            let second = session.expanded(&second)?;
            let Some(second) = session.machine_value(&second)? else { return Ok(None) };
            row.push(second);
        }
        hessian.push(row);
        equations.push(Value::call(sym::Equal, [slope, Value::Integer(0)]));
    }
    if !is_positive_definite(hessian) {
        return Ok(None);
    }
    let list = Value::list(Args::from(unknowns));
    let solved = session.evaluate(&Value::call(sym::Solve, [Value::list(equations), list]))?;
    let Some([rules]) = solved.as_list() else { return Ok(None) };
    let mut place = Vec::new();
    let mut value = formula.clone();
    for rule in rules.as_list().unwrap_or(&[]) {
        let Some([x, at]) = rule.exactly(sym::Rule) else { return Ok(None) };
        place.push(at.clone());
        value = substituted(&value, x, at);
    }
    let value = session.evaluate(&value)?;
    Ok((place.len() == unknowns.len()).then_some(Extremum { value, place }))
}

/// By Cholesky's decomposition.
fn is_positive_definite(mut a: Vec<Vec<f64>>) -> bool {
    for k in 0..a.len() {
        if a[k][k] <= 1e-12 {
            return false;
        }
        let pivot = a[k].clone();
        for row in a.iter_mut().skip(k + 1) {
            let factor = row[k] / pivot[k];
            for (value, own) in row.iter_mut().zip(&pivot) {
                *value -= factor * own;
            }
        }
    }
    true
}
