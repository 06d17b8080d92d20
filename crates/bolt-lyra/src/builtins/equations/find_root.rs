//! `FindRoot`: Newton's method, the secant method and Brent's.

use triomphe::Arc;

use super::forms::minus;
use super::numeric::to_digits;
use super::objective::{Objective, Start, start, without_values};
use crate::evaluate::Step;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

const MOST_STEPS: usize = 100;

/// `FindRoot[f, {x, x0}]`, `FindRoot[{f, g}, {x, x0}, {y, y0}]`
pub(super) fn find_root(session: &mut Session, call: &mut Arc<Call>) -> Evaluated<Step> {
    let [equations, specs @ ..] = call.args() else {
        session.wrong_count_of("FindRoot", 0, 2, usize::MAX);
        return Ok(Step::Same);
    };
    let (specs, options): (Vec<&Value>, Vec<&Value>) =
        specs.iter().partition(|spec| crate::rule::sides(spec).is_none());
    let lists: Vec<Value> = match &specs[..] {
        [one]
            if one
                .as_list()
                .is_some_and(|list| list.first().is_some_and(|f| f.as_list().is_some())) =>
        {
            one.as_list().unwrap_or(&[]).to_vec()
        }
        many => many.iter().map(|spec| (*spec).clone()).collect(),
    };
    let mut starts = Vec::new();
    for spec in &lists {
        match start(session, spec)? {
            Some(start) if !start.points.is_empty() => starts.push(start),
            _ => return Ok(Step::Same),
        }
    }
    if starts.is_empty() {
        return Ok(Step::Same);
    }
    let unknowns: Vec<Value> = starts.iter().map(|start| start.unknown.clone()).collect();
    let digits = working_precision(session, &options)?;
    let equations = equations.clone();
    let found = without_values(session, &unknowns, |session| {
        let equations = session.evaluate(&equations)?;
        let formulas = differences(session, &equations)?;
        if formulas.len() != unknowns.len() {
            return Ok(None);
        }
        let mut objectives = Vec::new();
        for formula in formulas {
            objectives.push(Objective::new(session, formula, &unknowns)?);
        }
        search(session, &objectives, &starts, digits)
    })?;
    let Some(found) = found else { return Ok(Step::Same) };
    let rules = unknowns.into_iter().zip(found).map(|(x, value)| Value::rule(x, value));
    Ok(Step::Done(Value::list(rules.collect::<Args>())))
}

/// The digits of the option `WorkingPrecision`, if they are more than those of machine numbers.
fn working_precision(session: &mut Session, options: &[&Value]) -> Evaluated<Option<f64>> {
    for option in options {
        let Some((name, value, _)) = crate::rule::sides(option) else { continue };
        let is_named = name
            .as_symbol()
            .is_some_and(|symbol| &*session.names.full(symbol).name == "WorkingPrecision");
        if is_named {
            let value = session.evaluate(value)?;
            return Ok(number::to_f64(&value).filter(|digits| *digits > 16.0 && *digits < 1e4));
        }
    }
    Ok(None)
}

fn differences(session: &mut Session, equations: &Value) -> Evaluated<Vec<Value>> {
    let all = equations.as_list().unwrap_or(std::slice::from_ref(equations));
    let mut formulas = Vec::new();
    for equation in all {
        let formula = match equation.exactly(sym::Equal) {
            Some([a, b]) => match (a.as_list(), b.as_list()) {
                (Some(a), Some(b)) if a.len() == b.len() => {
                    for (a, b) in a.iter().zip(b) {
                        formulas.push(session.evaluate(&minus(a.clone(), b.clone()))?);
                    }
                    continue;
                }
                _ => session.evaluate(&minus(a.clone(), b.clone()))?,
            },
            None => equation.clone(),
        };
        formulas.push(formula);
    }
    Ok(formulas)
}

fn search(
    session: &mut Session,
    objectives: &[Objective],
    starts: &[Start],
    digits: Option<f64>,
) -> Evaluated<Option<Vec<Value>>> {
    let working = digits.map(|digits| digits + 10.0);
    let mut first = Vec::new();
    for start in starts {
        first.push(approximate(session, &start.points[0], working)?);
    }
    if let ([f], [start]) = (objectives, starts) {
        let found = match &start.points[..] {
            [_, second] => {
                let second = approximate(session, second, working)?;
                two_points(session, f, first[0].clone(), second)?
            }
            _ => newton(session, f, first[0].clone(), working)?,
        };
        let Some(found) = found else { return Ok(None) };
        return finished(session, found, digits).map(|value| Some(vec![value]));
    }
    let Some(found) = newton_system(session, objectives, first)? else { return Ok(None) };
    let mut all = Vec::new();
    for value in found {
        all.push(finished(session, value, digits)?);
    }
    Ok(Some(all))
}

fn approximate(session: &mut Session, value: &Value, digits: Option<f64>) -> Evaluated {
    match digits {
        Some(digits) => {
            // A machine number stands for the fraction that it is.
            let exact = match value {
                Value::Real(real) => super::exact(*real).unwrap_or_else(|| value.clone()),
                _ => value.clone(),
            };
            to_digits(session, &exact, digits)
        }
        None => session.evaluate(&Value::call(sym::N, [value.clone()].as_slice())),
    }
}

fn finished(session: &mut Session, value: Value, digits: Option<f64>) -> Evaluated {
    match digits {
        Some(digits) => to_digits(session, &value, digits),
        None => Ok(value),
    }
}

fn size(value: &Value) -> f64 {
    let (re, im) = number::parts(value);
    let of = |part: &Value| number::to_f64(part).unwrap_or(f64::INFINITY);
    of(&re).hypot(of(&im))
}

/// Newton's method with steps halved until they help.
fn newton(
    session: &mut Session,
    f: &Objective,
    start: Value,
    digits: Option<f64>,
) -> Evaluated<Option<Value>> {
    let tolerance = digits.map_or(1e-15, |digits| 10f64.powf(-digits.min(300.0)));
    let mut x = start;
    let Some(mut value) = f.at(session, std::slice::from_ref(&x))? else {
        return no_number(session, f);
    };
    for _ in 0..MOST_STEPS {
        if number::is_zero(&value) {
            return Ok(Some(x));
        }
        let Some(slope) = f.slope_at(session, std::slice::from_ref(&x), 0)? else {
            return no_number(session, f);
        };
        let Some(mut step) = number::divide(&value, &slope).filter(|step| size(step).is_finite())
        else {
            session.message_of("FindRoot", "jsing", &[]);
            return Ok(Some(x));
        };
        let old = size(&value);
        let mut accepted = None;
        for _ in 0..30 {
            let next = number::subtract(&x, &step);
            if let Some(own) = f.at(session, std::slice::from_ref(&next))?
                && size(&own) < old
            {
                accepted = Some((next, own));
                break;
            }
            step = number::multiply(&step, &super::forms::half());
        }
        let Some((next, own)) = accepted else {
            // No step helps: at a root to all digits, or in a hollow of the function.
            if old > 1e-6 {
                session.message_of("FindRoot", "lstol", &[]);
            }
            return Ok(Some(x));
        };
        let moved = size(&number::subtract(&next, &x));
        (x, value) = (next, own);
        if moved <= tolerance * size(&x).max(1e-300) {
            return Ok(Some(x));
        }
    }
    session.message_of("FindRoot", "cvmit", &[Value::Integer(MOST_STEPS as i64)]);
    Ok(Some(x))
}

fn no_number<T>(session: &mut Session, f: &Objective) -> Evaluated<Option<T>> {
    session.message_of("FindRoot", "nlnum", std::slice::from_ref(&f.formula));
    Ok(None)
}

/// Between two points of opposite signs Brent's method, else the secant method.
fn two_points(
    session: &mut Session,
    f: &Objective,
    a: Value,
    b: Value,
) -> Evaluated<Option<Value>> {
    let (Some(of_a), Some(of_b)) =
        (f.at(session, std::slice::from_ref(&a))?, f.at(session, std::slice::from_ref(&b))?)
    else {
        return no_number(session, f);
    };
    let machine = |value: &Value| match value {
        Value::Real(real) => Some(*real),
        _ => None,
    };
    if let (Some(x), Some(y), Some(fx), Some(fy)) =
        (machine(&a), machine(&b), number::to_f64(&of_a), number::to_f64(&of_b))
        && fx * fy <= 0.0
    {
        return brent(session, f, (x, fx), (y, fy)).map(|x| Some(Value::Real(x)));
    }
    let (mut x0, mut f0, mut x1, mut f1) = (a, of_a, b, of_b);
    for _ in 0..MOST_STEPS {
        if number::is_zero(&f1) {
            return Ok(Some(x1));
        }
        let rise = number::subtract(&f1, &f0);
        let run = number::subtract(&x1, &x0);
        let Some(step) = number::divide(&number::multiply(&f1, &run), &rise) else {
            return Ok(Some(x1));
        };
        let next = number::subtract(&x1, &step);
        let Some(value) = f.at(session, std::slice::from_ref(&next))? else {
            return no_number(session, f);
        };
        (x0, f0, x1, f1) = (x1, f1, next, value);
        if size(&step) <= 1e-15 * size(&x1) {
            return Ok(Some(x1));
        }
    }
    session.message_of("FindRoot", "cvmit", &[Value::Integer(MOST_STEPS as i64)]);
    Ok(Some(x1))
}

/// Brent's method (1973) between points where the function has opposite signs.
fn brent(
    session: &mut Session,
    f: &Objective,
    (mut a, mut fa): (f64, f64),
    (mut b, mut fb): (f64, f64),
) -> Evaluated<f64> {
    let (mut c, mut fc) = (a, fa);
    let (mut d, mut e) = (b - a, b - a);
    for _ in 0..200 {
        if fb * fc > 0.0 {
            (c, fc) = (a, fa);
            (d, e) = (b - a, b - a);
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + 1e-300;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            break;
        }
        if e.abs() >= tolerance && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (
                    s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)),
                    (q - 1.0) * (r - 1.0) * (s - 1.0),
                )
            };
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            if 2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((e * q).abs()) {
                (e, d) = (d, p / q);
            } else {
                (d, e) = (half, half);
            }
        } else {
            (d, e) = (half, half);
        }
        (a, fa) = (b, fb);
        b += if d.abs() > tolerance { d } else { tolerance.copysign(half) };
        fb = f.real_at(session, &[b])?;
    }
    Ok(b)
}

/// Newton's method for as many equations as unknowns.
fn newton_system(
    session: &mut Session,
    objectives: &[Objective],
    start: Vec<Value>,
) -> Evaluated<Option<Vec<Value>>> {
    let mut x = start;
    for _ in 0..MOST_STEPS {
        let mut rows = Vec::with_capacity(objectives.len());
        for f in objectives {
            let Some(value) = f.at(session, &x)? else { return no_number(session, f) };
            let mut row = Vec::with_capacity(x.len() + 1);
            for place in 0..x.len() {
                let Some(slope) = f.slope_at(session, &x, place)? else {
                    return no_number(session, f);
                };
                row.push(slope);
            }
            row.push(value);
            rows.push(row);
        }
        let Some(step) = solved(rows) else {
            session.message_of("FindRoot", "jsing", &[]);
            return Ok(Some(x));
        };
        let next: Vec<Value> =
            x.iter().zip(&step).map(|(x, step)| number::subtract(x, step)).collect();
        let moved = step.iter().map(size).fold(0.0, f64::max);
        let scale = next.iter().map(size).fold(1e-300, f64::max);
        x = next;
        if moved <= 1e-15 * scale {
            return Ok(Some(x));
        }
    }
    session.message_of("FindRoot", "cvmit", &[Value::Integer(MOST_STEPS as i64)]);
    Ok(Some(x))
}

/// Gaussian elimination of numbers, the right side last in each row; `None` if it is singular.
fn solved(mut rows: Vec<Vec<Value>>) -> Option<Vec<Value>> {
    let count = rows.len();
    for column in 0..count {
        let pivot = (column..count)
            .max_by(|a, b| size(&rows[*a][column]).total_cmp(&size(&rows[*b][column])))?;
        rows.swap(column, pivot);
        let inverse = number::reciprocal(&rows[column][column])?;
        for value in &mut rows[column] {
            *value = number::multiply(value, &inverse);
        }
        let base = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(place, _)| *place != column) {
            let factor = row[column].clone();
            for (value, own) in row.iter_mut().zip(&base) {
                *value = number::subtract(value, &number::multiply(&factor, own));
            }
        }
    }
    Some(rows.into_iter().filter_map(|mut row| row.pop()).collect())
}
