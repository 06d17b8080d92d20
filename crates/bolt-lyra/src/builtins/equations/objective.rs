//! Formulas as functions of numbers, as iterations ask for their values and derivatives.

use super::forms::{any_part, plus, substituted, times, to_the};
use super::polynomial::Polynomial;
use crate::number;
use crate::session::{Evaluated, Session};
use crate::symbol::sym;
use crate::value::{Args, Value};

/// A formula in unknowns that are given values.
pub(super) struct Objective {
    pub(super) formula: Value,
    pub(super) unknowns: Vec<Value>,
    /// The partial derivatives, where they are known as formulas.
    gradient: Vec<Option<Value>>,
}

impl Objective {
    pub(super) fn new(
        session: &mut Session,
        formula: Value,
        unknowns: &[Value],
    ) -> Evaluated<Self> {
        let mut gradient = Vec::with_capacity(unknowns.len());
        for x in unknowns {
            gradient.push(derivative(session, &formula, x)?);
        }
        Ok(Self { formula, unknowns: unknowns.to_vec(), gradient })
    }

    /// Returns the value at a point; `None` if it is no number.
    pub(super) fn at(&self, session: &mut Session, point: &[Value]) -> Evaluated<Option<Value>> {
        value_at(session, &self.formula, &self.unknowns, point)
    }

    /// Returns the value at a point of machine numbers; not a number where it is none.
    pub(super) fn real_at(&self, session: &mut Session, point: &[f64]) -> Evaluated<f64> {
        let point: Vec<Value> = point.iter().map(|x| Value::Real(*x)).collect();
        let value = self.at(session, &point)?;
        Ok(value.as_ref().and_then(number::to_f64).unwrap_or(f64::NAN))
    }

    /// Returns a partial derivative at a point, by a difference if there is no formula.
    pub(super) fn slope_at(
        &self,
        session: &mut Session,
        point: &[Value],
        place: usize,
    ) -> Evaluated<Option<Value>> {
        if let Some(formula) = &self.gradient[place]
            && let Some(slope) = value_at(session, formula, &self.unknowns, point)?
        {
            return Ok(Some(slope));
        }
        let size = number::to_f64(&point[place]).map_or(1.0, |x| x.abs().max(1.0));
        let step = Value::Real(size * 6e-6);
        let mut shifted = point.to_vec();
        shifted[place] = number::add(&point[place], &step);
        let above = self.at(session, &shifted)?;
        shifted[place] = number::subtract(&point[place], &step);
        let below = self.at(session, &shifted)?;
        let (Some(above), Some(below)) = (above, below) else { return Ok(None) };
        let rise = number::subtract(&above, &below);
        Ok(number::divide(&rise, &number::multiply(&Value::Integer(2), &step)))
    }

    pub(super) fn real_gradient(
        &self,
        session: &mut Session,
        point: &[f64],
    ) -> Evaluated<Vec<f64>> {
        let values: Vec<Value> = point.iter().map(|x| Value::Real(*x)).collect();
        let mut all = Vec::with_capacity(point.len());
        for place in 0..point.len() {
            let slope = self.slope_at(session, &values, place)?;
            all.push(slope.as_ref().and_then(number::to_f64).unwrap_or(f64::NAN));
        }
        Ok(all)
    }
}

fn value_at(
    session: &mut Session,
    formula: &Value,
    unknowns: &[Value],
    point: &[Value],
) -> Evaluated<Option<Value>> {
    session.check_interrupt()?;
    let mut at = formula.clone();
    for (x, value) in unknowns.iter().zip(point) {
        at = substituted(&at, x, value);
    }
    session.quiet += 1;
    let value = session.evaluate(&at);
    let value = match value {
        Ok(value) if value.is_number() => Ok(value),
        Ok(value) => session.evaluate(&Value::call(sym::N, [value].as_slice())),
        stop => stop,
    };
    session.quiet -= 1;
    Ok(value?).map(|value| value.is_number().then_some(value))
}

/// Returns the derivative of a formula, if it is found.
pub(super) fn derivative(
    session: &mut Session,
    formula: &Value,
    x: &Value,
) -> Evaluated<Option<Value>> {
    if let Some(p) = Polynomial::read(session, formula, x)? {
        let terms = p.0.iter().enumerate().skip(1).map(|(power, c)| {
            let power = i64::try_from(power).unwrap_or(i64::MAX);
            times([Value::Integer(power), c.clone(), to_the(x.clone(), power - 1)].as_slice())
        });
        return session.evaluate(&plus(terms.collect::<Args>())).map(Some);
    }
    session.quiet += 1;
    let result = session.evaluate(&Value::call(sym::D, [formula.clone(), x.clone()]));
    session.quiet -= 1;
    let result = result?;
    let is_open = any_part(&result, &|part| {
        part.args_of(sym::D).is_some()
            || part.as_call().is_some_and(|call| {
                call.head().as_call().is_some_and(|head| {
                    head.head().as_call().is_some_and(|inner| inner.is(sym::Derivative))
                })
            })
    });
    Ok((!is_open).then_some(result))
}

/// An unknown with where a search begins.
pub(super) struct Start {
    pub(super) unknown: Value,
    pub(super) points: Vec<Value>,
}

/// Reads `{x, x0}`, `{x, x0, x1}`, `{x, x0, low, high}` or `x`.
pub(super) fn start(session: &mut Session, spec: &Value) -> Evaluated<Option<Start>> {
    let Some(parts) = spec.as_list() else {
        let is_name = spec.as_symbol().is_some();
        return Ok(is_name.then(|| Start { unknown: spec.clone(), points: Vec::new() }));
    };
    let [unknown, points @ ..] = parts else { return Ok(None) };
    let unknown = match unknown.as_symbol() {
        Some(_) => unknown.clone(),
        None => session.evaluate(unknown)?,
    };
    let mut all = Vec::new();
    for point in points {
        let point = session.evaluate(point)?;
        let number = match point.is_number() {
            true => point,
            false => session.evaluate(&Value::call(sym::N, [point].as_slice()))?,
        };
        if !number.is_number() {
            return Ok(None);
        }
        all.push(number);
    }
    Ok(Some(Start { unknown, points: all }))
}

/// Evaluates something while the unknowns have no values.
pub(super) fn without_values<T>(
    session: &mut Session,
    unknowns: &[Value],
    run: impl FnOnce(&mut Session) -> Evaluated<T>,
) -> Evaluated<T> {
    let symbols = unknowns.iter().filter(|x| x.as_symbol().is_some()).cloned();
    let list = Value::list(symbols.collect::<Args>());
    crate::scoping::in_block(session, &list, run)
}
