//! Minima found numerically: `FindMinimum` from a start, `NMinimize` from many.

use triomphe::Arc;

use super::forms::negative;
use super::objective::{Objective, Start, start, without_values};
use crate::evaluate::Step;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Call, Value};

/// What is asked for of an extremum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The value and the place.
    Both,
    Value,
    Place,
}

/// Which extremum, and what of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) maximum: bool,
    pub(super) wanted: Wanted,
    /// Whether the search is for the least of all values.
    pub(super) global: bool,
}

/// A constrained function: the value with what violated constraints cost.
struct Problem {
    objective: Objective,
    /// Expressions that must not be negative.
    inequalities: Vec<Objective>,
    /// Expressions that must be 0.
    equations: Vec<Objective>,
}

impl Problem {
    fn cost(&self, session: &mut Session, point: &[f64], weight: f64) -> Evaluated<f64> {
        let mut cost = self.objective.real_at(session, point)?;
        for one in &self.inequalities {
            let value = one.real_at(session, point)?;
            if value < 0.0 {
                cost += weight * value * value;
            }
        }
        for one in &self.equations {
            let value = one.real_at(session, point)?;
            cost += weight * value * value;
        }
        Ok(if cost.is_nan() { f64::INFINITY } else { cost })
    }

    fn gradient(&self, session: &mut Session, point: &[f64], weight: f64) -> Evaluated<Vec<f64>> {
        let mut all = self.objective.real_gradient(session, point)?;
        for (one, is_equation) in self
            .inequalities
            .iter()
            .map(|o| (o, false))
            .chain(self.equations.iter().map(|o| (o, true)))
        {
            let value = one.real_at(session, point)?;
            if is_equation || value < 0.0 {
                for (sum, slope) in all.iter_mut().zip(one.real_gradient(session, point)?) {
                    *sum += 2.0 * weight * value * slope;
                }
            }
        }
        Ok(all)
    }

    fn is_constrained(&self) -> bool {
        !self.inequalities.is_empty() || !self.equations.is_empty()
    }
}

/// `FindMinimum[f, {x, x0}, ...]`, `NMinimize[{f, constraints}, {x, ...}]` and their like.
pub(super) fn find(session: &mut Session, call: &mut Arc<Call>, asked: Asked) -> Evaluated<Step> {
    let [formula, specs @ ..] = call.args() else { return Ok(Step::Same) };
    let specs: Vec<&Value> = specs.iter().filter(|s| crate::rule::sides(s).is_none()).collect();
    let is_start = |value: &Value| {
        value.as_list().is_some_and(|parts| {
            parts.len() >= 2
                && parts[1].as_list().is_none()
                && (!asked.global || parts[1].as_symbol().is_none())
        })
    };
    let lists: Vec<Value> = match &specs[..] {
        [one] if one.as_list().is_some() && !is_start(one) => one.as_list().unwrap_or(&[]).to_vec(),
        many => many.iter().map(|spec| (*spec).clone()).collect(),
    };
    let mut starts = Vec::new();
    for spec in &lists {
        match start(session, spec)? {
            Some(start) => starts.push(start),
            None => return Ok(Step::Same),
        }
    }
    if starts.is_empty() {
        return Ok(Step::Same);
    }
    let unknowns: Vec<Value> = starts.iter().map(|start| start.unknown.clone()).collect();
    let formula = formula.clone();
    let found = without_values(session, &unknowns, |session| {
        let formula = session.evaluate(&formula)?;
        let Some(problem) = problem(session, &formula, &unknowns, asked.maximum)? else {
            return Ok(None);
        };
        match asked.global {
            true => global(session, &problem, &starts),
            false => local(session, &problem, &starts),
        }
    })?;
    let Some((point, value)) = found else { return Ok(Step::Same) };
    let value = Value::Real(if asked.maximum { -value } else { value });
    let place: Args = point.iter().map(|x| Value::Real(*x)).collect();
    Ok(Step::Done(match asked.wanted {
        Wanted::Value => value,
        Wanted::Place if place.len() == 1 && lists.len() == 1 && specs[0].as_list().is_none() => {
            place.into_iter().next().unwrap_or(Value::NULL)
        }
        Wanted::Place => Value::list(place),
        Wanted::Both => {
            let rules = unknowns.into_iter().zip(place).map(|(x, value)| Value::rule(x, value));
            Value::list([value, Value::list(rules.collect::<Args>())])
        }
    }))
}

/// Reads `f` or `{f, constraints}`.
fn problem(
    session: &mut Session,
    formula: &Value,
    unknowns: &[Value],
    maximum: bool,
) -> Evaluated<Option<Problem>> {
    let (formula, constraints) = match formula.as_list() {
        Some([formula]) => (formula.clone(), Vec::new()),
        Some([formula, rest @ ..]) => (formula.clone(), rest.to_vec()),
        Some([]) => return Ok(None),
        None => (formula.clone(), Vec::new()),
    };
    let formula = if maximum { session.evaluate(&negative(formula))? } else { formula };
    let objective = Objective::new(session, formula, unknowns)?;
    let mut problem = Problem { objective, inequalities: Vec::new(), equations: Vec::new() };
    let mut pending = constraints;
    while let Some(one) = pending.pop() {
        let Some(call) = one.as_call() else { continue };
        let Some(head) = call.head().as_symbol() else { return Ok(None) };
        match head {
            sym::And | sym::List => pending.extend(call.args().iter().cloned()),
            sym::Inequality => {
                for three in call.args().windows(3).step_by(2) {
                    pending
                        .push(Value::call(three[1].clone(), [three[0].clone(), three[2].clone()]));
                }
            }
            sym::Equal | sym::Less | sym::LessEqual | sym::Greater | sym::GreaterEqual => {
                for pair in call.args().windows(2) {
                    let (low, high) = match head {
                        sym::Greater | sym::GreaterEqual => (&pair[1], &pair[0]),
                        _ => (&pair[0], &pair[1]),
                    };
                    let difference =
                        session.evaluate(&super::forms::minus(high.clone(), low.clone()))?;
                    let own = Objective::new(session, difference, unknowns)?;
                    match head {
                        sym::Equal => problem.equations.push(own),
                        _ => problem.inequalities.push(own),
                    }
                }
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(problem))
}

/// From one point, with rising weights of the constraints.
fn local(
    session: &mut Session,
    problem: &Problem,
    starts: &[Start],
) -> Evaluated<Option<(Vec<f64>, f64)>> {
    let point: Vec<f64> = starts
        .iter()
        .map(|start| start.points.first().and_then(crate::number::to_f64).unwrap_or(1.0))
        .collect();
    if !problem.cost(session, &point, 1.0)?.is_finite() {
        session.message_of("FindMinimum", "nrnum", &[]);
        return Ok(None);
    }
    descend(session, problem, point).map(Some)
}

fn descend(
    session: &mut Session,
    problem: &Problem,
    mut point: Vec<f64>,
) -> Evaluated<(Vec<f64>, f64)> {
    let weights: &[f64] =
        if problem.is_constrained() { &[1e2, 1e4, 1e6, 1e8, 1e10] } else { &[0.0] };
    for weight in weights {
        point = quasi_newton(session, problem, point, *weight)?;
    }
    let value = problem.objective.real_at(session, &point)?;
    Ok((point, value))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The method of Broyden, Fletcher, Goldfarb and Shanno, with steps that are halved until the
/// value falls enough.
fn quasi_newton(
    session: &mut Session,
    problem: &Problem,
    start: Vec<f64>,
    weight: f64,
) -> Evaluated<Vec<f64>> {
    let count = start.len();
    let identity = |scale: f64| {
        let mut all = vec![vec![0.0; count]; count];
        for (place, row) in all.iter_mut().enumerate() {
            row[place] = scale;
        }
        all
    };
    let mut x = start;
    let mut value = problem.cost(session, &x, weight)?;
    let mut gradient = problem.gradient(session, &x, weight)?;
    let mut inverse = identity(1.0);
    for _ in 0..300 {
        let size = dot(&gradient, &gradient).sqrt();
        if size.is_nan() || size <= 1e-13 * (1.0 + value.abs()) {
            break;
        }
        let mut direction: Vec<f64> = inverse.iter().map(|row| -dot(row, &gradient)).collect();
        if dot(&direction, &gradient) >= 0.0 {
            inverse = identity(1.0 / size.max(1.0));
            direction = gradient.iter().map(|g| -g / size.max(1.0)).collect();
        }
        let Some((next, own)) = line(session, problem, &x, value, &direction, &gradient, weight)?
        else {
            break;
        };
        let new_gradient = problem.gradient(session, &next, weight)?;
        let step: Vec<f64> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = new_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        update(&mut inverse, &step, &change);
        let moved = dot(&step, &step).sqrt();
        let scale = dot(&next, &next).sqrt();
        (x, value, gradient) = (next, own, new_gradient);
        if moved <= 1e-14 * (scale + 1e-8) {
            break;
        }
    }
    Ok(x)
}

fn line(
    session: &mut Session,
    problem: &Problem,
    x: &[f64],
    value: f64,
    direction: &[f64],
    gradient: &[f64],
    weight: f64,
) -> Evaluated<Option<(Vec<f64>, f64)>> {
    let slope = dot(direction, gradient);
    let mut length = 1.0;
    for _ in 0..60 {
        let next: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + length * d).collect();
        let own = problem.cost(session, &next, weight)?;
        if own <= value + 1e-4 * length * slope && own < value {
            return Ok(Some((next, own)));
        }
        length *= 0.5;
    }
    Ok(None)
}

/// The update of the inverse Hessian by a step and the change of the gradient over it.
fn update(inverse: &mut [Vec<f64>], step: &[f64], change: &[f64]) {
    let curvature = dot(step, change);
    if curvature <= 1e-300 {
        return;
    }
    let product: Vec<f64> = inverse.iter().map(|row| dot(row, change)).collect();
    let factor = (1.0 + dot(change, &product) / curvature) / curvature;
    for (row, (s, p)) in inverse.iter_mut().zip(step.iter().zip(&product)) {
        for (value, (t, q)) in row.iter_mut().zip(step.iter().zip(&product)) {
            *value += factor * s * t - (s * q + p * t) / curvature;
        }
    }
}

/// From many points that fill a box, by the simplex of Nelder and Mead (1965), then by descent.
fn global(
    session: &mut Session,
    problem: &Problem,
    starts: &[Start],
) -> Evaluated<Option<(Vec<f64>, f64)>> {
    let range = |start: &Start| {
        let of = |place: usize| start.points.get(place).and_then(crate::number::to_f64);
        match (of(0), of(1)) {
            (Some(low), Some(high)) => (low, high),
            (Some(middle), None) => (middle - 1.0, middle + 1.0),
            _ => (-3.0, 3.0),
        }
    };
    let ranges: Vec<(f64, f64)> = starts.iter().map(range).collect();
    let weight = if problem.is_constrained() { 1e4 } else { 0.0 };
    let mut best: Option<(Vec<f64>, f64)> = None;
    let mut best_cost = f64::INFINITY;
    for round in 0..(12 + 4 * starts.len()) {
        let point: Vec<f64> = ranges
            .iter()
            .enumerate()
            .map(|(place, (low, high))| low + (high - low) * radical_inverse(round + 1, place))
            .collect();
        let point = simplex(session, problem, &point, weight)?;
        let (point, value) = descend(session, problem, point)?;
        let cost = problem.cost(session, &point, 1e10)?;
        let is_better = cost < best_cost - 1e-12 * best_cost.abs().min(1e300);
        if best.is_none() || is_better {
            best = Some((point, value));
            best_cost = cost;
        }
    }
    Ok(best.filter(|(_, value)| value.is_finite()))
}

/// Points that fill the unit interval evenly (Halton 1960), by another prime for each dimension.
fn radical_inverse(mut index: usize, dimension: usize) -> f64 {
    const PRIMES: [usize; 10] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];
    let base = PRIMES[dimension % PRIMES.len()];
    let (mut result, mut digit) = (0.0, 1.0 / base as f64);
    while index > 0 {
        result += digit * (index % base) as f64;
        index /= base;
        digit /= base as f64;
    }
    result
}

fn simplex(
    session: &mut Session,
    problem: &Problem,
    start: &[f64],
    weight: f64,
) -> Evaluated<Vec<f64>> {
    let count = start.len();
    let mut corners: Vec<(Vec<f64>, f64)> = Vec::with_capacity(count + 1);
    for place in 0..=count {
        let mut corner = start.to_vec();
        if place > 0 {
            corner[place - 1] += 0.5;
        }
        let cost = problem.cost(session, &corner, weight)?;
        corners.push((corner, cost));
    }
    for _ in 0..60 * count {
        corners.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let worst = corners[count].clone();
        if (worst.1 - corners[0].1).abs() <= 1e-6 * (corners[0].1.abs() + 1e-6) {
            break;
        }
        let center: Vec<f64> = (0..count)
            .map(|k| corners[..count].iter().map(|(x, _)| x[k]).sum::<f64>() / count as f64)
            .collect();
        let along = |t: f64| -> Vec<f64> {
            center.iter().zip(&worst.0).map(|(c, w)| c + t * (w - c)).collect()
        };
        let reflected = along(-1.0);
        let value = problem.cost(session, &reflected, weight)?;
        if value < corners[0].1 {
            let farther = along(-2.0);
            let own = problem.cost(session, &farther, weight)?;
            corners[count] = if own < value { (farther, own) } else { (reflected, value) };
        } else if value < corners[count - 1].1 {
            corners[count] = (reflected, value);
        } else {
            let nearer = along(if value < worst.1 { -0.5 } else { 0.5 });
            let own = problem.cost(session, &nearer, weight)?;
            if own < worst.1.min(value) {
                corners[count] = (nearer, own);
            } else {
                let best = corners[0].0.clone();
                for corner in corners.iter_mut().skip(1) {
                    corner.0 =
                        corner.0.iter().zip(&best).map(|(x, b)| f64::midpoint(*x, *b)).collect();
                    corner.1 = problem.cost(session, &corner.0, weight)?;
                }
            }
        }
    }
    corners.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    Ok(corners.swap_remove(0).0)
}
